"""`ihs duties` and `ihs findings`: what is owed on a day, and what was missing when each entry was made."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

from ihs_cases import Cases
from ihs_cases.cases import AsAt
from ihs_cli.opening import edition_of, opened
from ihs_cli.options import ANY_CASE, AS_AT, EDITION, ON, asks_a_store, formats
from ihs_cli.output import Output, objection_lines, plain
from ihs_domain.duties import Duty, State, Waiver
from ihs_domain.editions import Edition
from ihs_domain.judge import Finding

SOON: Final = 7
LATER: Final = 30
GROUPS: Final = (
    "late",
    f"due within {SOON} days",
    f"due within {LATER} days",
    "due later",
    "open, no date set",
    "met late",
    "met",
    "waived",
    "lapsed or unmet",
)
COLUMNS: Final = (
    *("store", "case", "on", "group", "state", "what", "subject", "since", "due", "met_on", "late_days"),
    *("cites", "edition", "evidence", "near", "waiver"),
)


@click.command(short_help="What is owed on a day: late, due soon, open, met, lapsed.")
@asks_a_store
@ANY_CASE
@ON
@AS_AT
@EDITION
@formats("text", "json", "csv")
def duties(
    *,
    store: str,
    key_file: Path | None,
    case: str | None,
    on: date | None,
    as_at: AsAt,
    edition: str | None,
    format_: str,
) -> None:
    """What is owed in CASE, or in every case: late, due soon, open, met, lapsed.

    Example: ihs duties cases.db alder --on 2015-02-20
    """
    with opened(store, key_file) as cases:
        out = Output(cases.store.info().kind, format_)
        by = edition_of(cases.rules, edition)
        found = (_owed(cases, id_, on, as_at, by) for id_ in _asked(cases, case))
        {"text": _duties_text, "json": _duties_json, "csv": _duties_csv}[format_](out, found)


Grouped = tuple[str, Duty, dict[int, date]]
"""A duty with its group, and the days of its case's entries by version."""
Owed = tuple[str, date, list[Grouped]]
"""A case, the day it is judged on, and its duties."""


def _asked(cases: Cases, case: str | None) -> list[str]:
    return cases.case_ids() if case is None else [case]


def _owed(cases: Cases, case: str, on: date | None, as_at: AsAt, edition: Edition | None) -> Owed:
    day = on or datetime.now(UTC).astimezone(cases.zone(case)).date()
    days = {entry.version: entry.day for entry in cases.history(case, as_at=as_at)}
    found = [(_group(duty, day), duty, days) for duty in cases.duties(case, on=day, as_at=as_at, edition=edition)]
    return case, day, sorted(found, key=lambda one: (GROUPS.index(one[0]), one[1].due or date.max))


def _group(duty: Duty, on: date) -> str:
    if duty.state is State.OPEN:
        return _when_due(duty.due, on)
    return "lapsed or unmet" if duty.state in {State.LAPSED, State.UNMET} else duty.state.value


def _when_due(due: date | None, on: date) -> str:
    if due is None:
        return "open, no date set"
    soon = next((days for days in (SOON, LATER) if due <= on + timedelta(days=days)), None)
    return f"due within {soon} days" if soon else "due later"


def _duties_text(out: Output, found: Iterable[Owed]) -> None:
    out.text(line for case, on, duties in found for line in _case_lines(case, on, duties))


def _case_lines(case: str, on: date, duties: list[Grouped]) -> Iterator[str]:
    yield f"{case} on {on}" + ("" if duties else ": nothing owed")
    before = None
    for group, duty, days in duties:
        if group != before:
            before = group
            yield f"  {group}"
        yield from _duty_lines(duty, days)


def _duty_lines(duty: Duty, days: dict[int, date]) -> Iterator[str]:
    subject = f" [{', '.join(duty.subject)}]" if duty.subject else ""
    by = f" ({', '.join(duty.cites)}; {duty.edition})" if duty.cites else " (by its own terms)"
    yield f"    {duty.what}{subject}: {', '.join(_when(duty))}{by}"
    if duty.evidence:
        yield f"      by {', '.join(_dated(version, days) for version in duty.evidence)}"
    for near in duty.near:
        yield f"      not by {_dated(near.version, days)}: {near.why}"
    if duty.waiver:
        yield f"      waived by {_waiver(duty.waiver, days)}"


def _waiver(waiver: Waiver, days: dict[int, date]) -> str:
    return f"{waiver.by} until {waiver.until}: {waiver.reason}, {_dated(waiver.version, days)}"


def _when(duty: Duty) -> Iterator[str]:
    if duty.met_on is not None:
        yield f"met {duty.met_on}"
    elif duty.state in {State.LAPSED, State.UNMET}:
        yield f"{duty.state.value}, owed since {duty.since}"
    else:
        yield f"since {duty.since}"
    if duty.due is not None:
        yield f"due {duty.due}"
    if duty.lacks:
        yield from duty.lacks
    elif duty.needs:
        yield f"{len(duty.evidence)} of {duty.needs}"
    if duty.late_days:
        yield f"{duty.late_days} day{'s' if duty.late_days > 1 else ''} late"


def _dated(version: int, days: dict[int, date]) -> str:
    return f"@{version} of {days[version]}" if version in days else f"@{version}"


def _duties_json(out: Output, found: Iterable[Owed]) -> None:
    out.json(
        cases=[{"case": case, "on": on, "duties": [_record(*one) for one in duties]} for case, on, duties in found]
    )


def _record(group: str, duty: Duty, days: dict[int, date]) -> dict[str, Any]:
    evidence = [{"version": version, "day": days.get(version)} for version in duty.evidence]
    return {"group": group, **plain(duty), "evidence": evidence}


def _duties_csv(out: Output, found: Iterable[Owed]) -> None:
    table = io.StringIO()
    rows = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    rows.writeheader()
    for case, on, duties in found:
        rows.writerows(_row(out.mark, case, on, one) for one in duties)
    click.echo(table.getvalue(), nl=False)


def _row(mark: str, case: str, on: date, owed: Grouped) -> dict[str, Any]:
    group, duty, days = owed
    lists = {
        "subject": " ".join(duty.subject),
        "cites": "; ".join(duty.cites),
        "evidence": "; ".join(_dated(version, days) for version in duty.evidence),
        "near": "; ".join(f"{_dated(near.version, days)}: {near.why}" for near in duty.near),
        "waiver": _waiver(duty.waiver, days) if duty.waiver else "",
    }
    told = {**plain(duty), **lists, "store": mark, "case": case, "on": on, "group": group}
    return {name: told[name] for name in COLUMNS}


@click.command(short_help="What was missing when each entry was made.")
@asks_a_store
@ANY_CASE
@AS_AT
@EDITION
@formats("text", "json")
def findings(
    *, store: str, key_file: Path | None, case: str | None, as_at: AsAt, edition: str | None, format_: str
) -> None:
    """What was missing when each entry of CASE, or of every case, was made, by the rules of its day.

    Example: ihs findings cases.db --edition utah-r512-100@2003-09-03
    """
    with opened(store, key_file) as cases:
        out = Output(cases.store.info().kind, format_)
        by = edition_of(cases.rules, edition)
        found = [(id_, cases.findings(id_, as_at=as_at, edition=by)) for id_ in _asked(cases, case)]
    if format_ == "json":
        out.json(cases=[{"case": id_, "findings": of_case} for id_, of_case in found])
    else:
        out.text(line for id_, of_case in found for line in _finding_lines(id_, of_case))


def _finding_lines(case: str, found: tuple[Finding, ...]) -> Iterator[str]:
    yield f"{case}: {len(found) or 'no'} finding{'' if len(found) == 1 else 's'}"
    for finding in found:
        yield f"  {finding.day}  @{finding.version} {finding.event}"
        yield from objection_lines(finding.objection)
