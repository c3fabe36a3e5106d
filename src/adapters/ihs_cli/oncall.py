"""`ihs oncall`: who was on call for an agency."""

from datetime import datetime
from pathlib import Path

import click

from ihs_cases.moments import AsAt
from ihs_cli.opening import opened
from ihs_cli.options import AS_AT, Instant, asks_a_store, formats
from ihs_cli.output import Output


@click.command(short_help="Who was on call for an agency at an instant.")
@asks_a_store
@click.argument("agency")
@click.option("--at", type=Instant(), required=True, help="The instant, with its offset from UTC.")
@AS_AT
@formats("text", "json")
def oncall(*, store: str, key_file: Path | None, agency: str, at: datetime, as_at: AsAt, format_: str) -> None:
    """Who was on call for AGENCY at an instant, by its own stream?

    Example: ihs oncall cases.db cyfd-region --at 2026-03-14T22:40:00-06:00
    """
    with opened(store, key_file) as cases:
        out, workers = Output(cases.store.info().kind, format_), cases.on_call(agency, at, as_at=as_at)
    if format_ == "json":
        out.json(agency=agency, at=at, as_at=as_at, on_call=workers)
    else:
        out.text([f"{agency} at {at.isoformat()}: {', '.join(workers) or 'nobody was on call'}"])
