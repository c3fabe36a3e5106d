"""`ihs retention`: which closed cases have been kept for as long as they must be."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from ihs_cases import Cases
from ihs_cli.opening import opened
from ihs_cli.options import Day, asks_a_store, formats
from ihs_cli.output import Output
from ihs_domain.retention import Retention
from ihs_domain.retention import retention as of_case


@click.group()
def retention() -> None:
    """Say which closed cases need not be kept any longer.

    Example: ihs retention due cases.db --on 2065-03-01
    """


@retention.command()
@asks_a_store
@click.option("--on", type=Day(), help="The day to judge by; today if left out.")
@formats("text", "json")
def due(*, store: str, key_file: Path | None, on: date | None, format_: str) -> None:
    """List the cases whose retention has run out. Nothing is destroyed: that takes an order, and ihs erase.

    Example: ihs retention due cases.db --on 2065-03-01
    """
    with opened(store, key_file) as cases:
        out, day = Output(cases.store.info().kind, format_), on or datetime.now(UTC).astimezone(cases.home).date()
        found = [*_ran_out(cases, day)]
    if format_ == "json":
        out.json(on=day, due=[_told(case_id, kept) for case_id, kept in found])
    else:
        out.text([_line(case_id, kept) for case_id, kept in found] or ["no case's retention has run out"])


def _ran_out(cases: Cases, on: date) -> Iterator[tuple[str, Retention]]:
    for case_id in cases.case_ids():
        kept = of_case(cases.history(case_id), cases.rules)
        if kept is not None and kept.ran_out(on):
            yield case_id, kept


def _told(case_id: str, kept: Retention) -> dict[str, Any]:
    return {"case": case_id, "closed_on": kept.closed_on, "until": kept.until, "holds": kept.holds}


def _line(case_id: str, kept: Retention) -> str:
    held = f"; held by {', '.join(sorted(kept.holds))}" if kept.holds else ""
    return f"{case_id}: closed {kept.closed_on}, kept until {kept.until}{held}"
