"""`ihs duties`: what is owed on a day, in one case, in a worker's, in a region's, or in all."""

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import click
from attrs import frozen

from ihs_cases.across import Reading
from ihs_cases.moments import AsAt
from ihs_cli.caseload import REGION, WORKER, About, Caseload, cases_of
from ihs_cli.opening import edition_of, opened
from ihs_cli.options import ANY_CASE, AS_AT, EDITION, ON, asks_a_store, formats
from ihs_cli.output import Output, plain
from ihs_cli.reading import reader_of, reads
from ihs_domain.contacting import ContactMade, made_by
from ihs_domain.duties import Duty, State, Waiver
from ihs_domain.editions import Edition
from ihs_domain.history import Entry
from ihs_domain.looking import Seen

SOON: Final = 7
LATER: Final = 30
UNDATED: Final = "open, no date set"
GROUPS: Final = (
    "late",
    f"due within {SOON} days",
    f"due within {LATER} days",
    "due later",
    UNDATED,
    "unmet",
    "met late",
    "met",
    "waived",
    "lapsed",
)
"""In the order in which somebody with a caseload wants to hear of them."""

COLUMNS: Final = (
    *("store", "case", "on", "region", "worker", "closed", "group", "state", "what", "subject", "since", "due"),
    *("met_on", "late_days", "needs", "lacks", "cites", "edition", "evidence", "near", "beside", "waiver"),
)


@frozen
class Said:
    """An entry that a duty speaks of: evidence, or a near miss with the reason *why* it did not do."""

    version: int
    event: str
    day: date | None
    by: str
    why: str = ""

    def __str__(self) -> str:
        entry = f"@{self.version} {self.event}".rstrip()
        told = ", ".join([entry, *([f"{self.day}", self.by] if self.day else [])])
        return f"{told}: {self.why}" if self.why else told


@frozen
class Owing:
    """One duty with its group, and the entries it speaks of."""

    group: str
    duty: Duty
    evidence: tuple[Said, ...]
    near: tuple[Said, ...]


@frozen
class OfCase:
    """What is owed in one case on a day, late first, and within a group oldest first."""

    about: About
    duties: tuple[Owing, ...]


@click.command(short_help="What is owed on a day: late, due soon, open, met, lapsed.")
@asks_a_store
@ANY_CASE
@ON
@WORKER
@REGION
@AS_AT
@EDITION
@reads
@formats("text", "json", "csv")
def duties(
    *,
    store: str,
    key_file: Path | None,
    case: str | None,
    on: date | None,
    worker: str | None,
    region: str | None,
    as_at: AsAt,
    edition: str | None,
    format_: str,
    **who: Any,
) -> None:
    """What is owed in CASE, in the cases of a worker or a region, or in every case.

    Late first, then what is due within 7 and within 30 days, what is open with no date set, and what was met, and by
    which entry. A case that cannot be read is named and left out; the exit code is then 1.
    Only cases that may be read are told of, and that they were is put on record first.

    Example: ihs duties cases.db --worker w-12 --on 2015-02-20
    """
    with opened(store, key_file) as cases:
        out = Output(cases.store.info().kind, format_)
        by = edition_of(cases.rules, edition)
        caseload = Caseload(reader_of(cases, **who), Seen.DUTIES, case, on, as_at, worker, region, by)
        PRINTED[format_](out, caseload.each(lambda reading: _of_case(reading, by)), caseload)
    caseload.end()


def _of_case(reading: Reading, edition: Edition | None) -> OfCase:
    entries = {entry.version: entry for entry in reading.history}
    found = [_owing(duty, reading.on, entries) for duty in reading.duties(edition)]
    found.sort(key=lambda one: (GROUPS.index(one.group), _first_of_all(one.duty)))
    return OfCase(About.of(reading), tuple(found))


def _first_of_all(duty: Duty) -> date:
    """The day by which duties of one group are told in order."""
    return duty.met_on or duty.due or duty.since


def _owing(duty: Duty, on: date, entries: Mapping[int, Entry[Any]]) -> Owing:
    evidence = tuple(_said(version, entries) for version in duty.evidence)
    near = tuple(_said(miss.version, entries, miss.why) for miss in duty.near)
    return Owing(_group(duty, on), duty, evidence, near)


def _said(version: int, entries: Mapping[int, Entry[Any]], why: str = "") -> Said:
    entry = entries.get(version)
    if entry is None:
        return Said(version, "", None, "", why)
    by = made_by(entry) if isinstance(entry.event, ContactMade) else entry.actor.id
    return Said(version, type(entry.event).__name__, entry.day, by, why)


def _group(duty: Duty, on: date) -> str:
    return _when_due(duty.due, on) if duty.state is State.OPEN else duty.state.value


def _when_due(due: date | None, on: date) -> str:
    if due is None:
        return UNDATED
    soon = next((days for days in (SOON, LATER) if due <= on + timedelta(days=days)), None)
    return f"due within {soon} days" if soon else "due later"


# Text


def _text(out: Output, found: Iterable[OfCase], caseload: Caseload) -> None:
    out.text(_lines(found, caseload))


def _lines(found: Iterable[OfCase], caseload: Caseload) -> Iterator[str]:
    in_all = Counter[str]()
    for of_case in found:
        yield from _case_lines(of_case)
        in_all.update(owing.group for owing in of_case.duties)
    yield f"{cases_of(caseload.answered)}: {_totals(in_all)}"


def _totals(groups: Mapping[str, int]) -> str:
    return "; ".join(f"{groups[group]} {group}" for group in GROUPS if group in groups) or "nothing owed"


def _case_lines(of_case: OfCase) -> Iterator[str]:
    yield str(of_case.about) + ("" if of_case.duties else ": nothing owed")
    table = [(_when(owing.duty, of_case.about.on), _what(owing.duty)) for owing in of_case.duties]
    wide, wider = (max(map(len, column)) for column in zip(*table, strict=True)) if table else (0, 0)
    group = None
    for owing, (when, what) in zip(of_case.duties, table, strict=True):
        if owing.group != group:
            group = owing.group
            yield f"  {group}"
        yield f"    {when:<{wide}}  {what:<{wider}}  {_by(owing.duty)}"
        yield from (f"      by {said}" for said in owing.evidence)
        yield from (f"      not by {said}" for said in owing.near)
        yield from (f"      beside it: {told}" for told in owing.duty.beside)
        yield from (f"      waived by {_waiver(waiver)}" for waiver in filter(None, [owing.duty.waiver]))


def _waiver(waiver: Waiver) -> str:
    return f"{waiver.by} until {waiver.until}: {waiver.reason}, @{waiver.version}"


def _when(duty: Duty, on: date) -> str:
    if duty.met_on is not None:
        told = f"met {duty.met_on}"
    elif duty.due is not None:
        told = f"due {duty.due}"
    else:
        told = f"since {duty.since}"
    if duty.late_days:
        return f"{told}, {_days(duty.late_days)} late"
    return f"{told}, {_in_time(duty.due, on)}" if duty.state is State.OPEN and duty.due else told


def _in_time(due: date, on: date) -> str:
    return f"in {_days((due - on).days)}" if due > on else "today"


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


def _what(duty: Duty) -> str:
    subject = f" [{', '.join(duty.subject)}]" if duty.subject else ""
    counted = f", {len(duty.evidence)} of {duty.needs}" if duty.needs else ""
    return f"{duty.what}{subject}" + (f": {', '.join(duty.lacks)}" if duty.lacks else counted)


def _by(duty: Duty) -> str:
    return f"{', '.join(duty.cites)}; {duty.edition}" if duty.cites else "by its own terms"


# JSON and CSV


def _json(out: Output, found: Iterable[OfCase], caseload: Caseload) -> None:
    cases = [{**plain(of_case.about), "duties": [_record(owing) for owing in of_case.duties]} for of_case in found]
    in_all = Counter(duty["group"] for case in cases for duty in case["duties"])
    out.json(cases=cases, totals={group: in_all[group] for group in GROUPS}, broken=caseload.broken)


def _record(owing: Owing) -> dict[str, Any]:
    evidence = [{name: value for name, value in plain(said).items() if name != "why"} for said in owing.evidence]
    return {"group": owing.group, **plain(owing.duty), "evidence": evidence, "near": plain(owing.near)}


def _csv(out: Output, found: Iterable[OfCase], caseload: Caseload) -> None:
    rows = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    rows.writeheader()
    for of_case in found:
        head = {"store": out.mark, **plain(of_case.about)}
        rows.writerows(_row(head, owing) for owing in of_case.duties)


def _row(head: dict[str, Any], owing: Owing) -> dict[str, Any]:
    lists = {
        "subject": " ".join(owing.duty.subject),
        "cites": "; ".join(owing.duty.cites),
        "evidence": "; ".join(map(str, owing.evidence)),
        "near": "; ".join(map(str, owing.near)),
        "lacks": "; ".join(owing.duty.lacks),
        "beside": "; ".join(owing.duty.beside),
        "waiver": _waiver(owing.duty.waiver) if owing.duty.waiver else "",
    }
    told = {**plain(owing.duty), **head, **lists, "group": owing.group}
    return {name: told[name] for name in COLUMNS}


PRINTED: Final[Mapping[str, Callable[[Output, Iterable[OfCase], Caseload], None]]] = {
    "text": _text,
    "json": _json,
    "csv": _csv,
}
