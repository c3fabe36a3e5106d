"""The entries of a store that a clause bears on, in its cases and on the streams of agencies."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from attrs import evolve, frozen

from ihs_cases import Cases
from ihs_domain.editions import Edition
from ihs_domain.history import Entry, effective
from ihs_domain.judge import touched
from ihs_domain.places import Table, places


@frozen
class Touched:
    """An entry that clauses bear on, of a case or on an agency's stream, and what was found wanting in it by them."""

    case: str | None
    version: int
    event: str
    day: date
    edition: str
    found: tuple[str, ...] = ()
    agency: str | None = None

    def __str__(self) -> str:
        where = self.case or f"agency {self.agency}"
        found = f": {'; '.join(self.found)}" if self.found else ""
        return f"{where}@{self.version} {self.event} of {self.day}{found}"


def touched_by(cases: Cases, cites: Sequence[str]) -> tuple[Touched, ...]:
    """The entries of a store that any of these clauses bears on, each once."""
    found: dict[tuple[Any, ...], Touched] = {}
    for one in (*_in_cases(cases, cites), *_on_agencies(cases, cites)):
        key = (one.case, one.agency, one.version, one.edition)
        before = found[key].found if key in found else ()
        found[key] = evolve(one, found=tuple(dict.fromkeys((*before, *one.found))))
    return tuple(found.values())


def put_on_record(editions: Iterable[Edition], cites: Iterable[str]) -> tuple[str, ...]:
    """The kinds of entries that put one of these clauses on record, a table says; which of them, it does not."""
    known = {cls.__name__ for edition in editions for cite in cites for cls in _recording(edition, cite)}
    return tuple(sorted(known))


def _recording(edition: Edition, cite: str) -> set[type[Any]]:
    rows = (place for place in places(edition, cite) if place.table is Table.RECORDS)
    return {place.event for place in rows if place.event is not None}


def _citing(cases: Cases, cites: Iterable[str]) -> Iterator[tuple[Edition, str]]:
    for cite in cites:
        yield from ((e, cite) for e in cases.rules.editions if any(rule.cite == cite for rule in e.rules))


def _in_cases(cases: Cases, cites: Sequence[str]) -> Iterator[Touched]:
    for case in cases.case_ids():
        on = datetime.now(UTC).astimezone(cases.zone(case)).date()
        jurisdiction = cases.get(case).jurisdiction
        for edition, cite in _citing(cases, cites):
            if edition.jurisdiction == jurisdiction:
                yield from _in_case(cases, case, edition, cite, on)


def _in_case(cases: Cases, case: str, edition: Edition, cite: str, on: date) -> Iterator[Touched]:
    """The entries of a case, made while *edition* was in force or evidence of what fell due under it."""
    history = cases.history(case)
    bears_on = touched(history, edition, cite, on)
    if not bears_on:
        return
    owed = [d for d in cases.duties(case, on=on) if d.edition == edition.id and cite in d.cites]
    evidence = {version for duty in owed for version in duty.evidence}
    findings = [f for f in cases.findings(case) if f.objection.edition == edition.id and cite in f.objection.cites]
    for entry in history:
        if entry.version in bears_on and (edition.covers(entry.day) or entry.version in evidence):
            found = tuple(f.objection.says for f in findings if f.version == entry.version)
            yield Touched(case, *_told(entry), edition.id, found)


def _on_agencies(cases: Cases, cites: Sequence[str]) -> Iterator[Touched]:
    """What is put on record on an agency's stream: it is of no jurisdiction, and judged by no gate and no duty."""
    for agency in cases.agency_ids():
        history = effective(cases.recorder.entries(f"agency/{agency}"))
        for edition, cite in _citing(cases, cites):
            for entry in history.of_any(*_recording(edition, cite)):
                if edition.covers(entry.day):
                    yield Touched(None, *_told(entry), edition.id, agency=agency)


def _told(entry: Entry[Any]) -> tuple[int, str, date]:
    return entry.version, type(entry.event).__name__, entry.day
