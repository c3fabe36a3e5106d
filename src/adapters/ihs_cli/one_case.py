"""What is asked of one case, and how the answer is printed."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from attrs import frozen

from ihs_cases import Cases
from ihs_cases.moments import AsAt
from ihs_cases.reading import CaseReader
from ihs_cli.output import Output, plain
from ihs_cli.reading import reader_of
from ihs_domain.history import Entry, History
from ihs_domain.looking import Seen
from ihs_projections.wording import name, says


@frozen
class Asked:
    """Which case, known by when, true by when, for whom a copy is made, and how it is to be printed."""

    case: str
    as_at: AsAt
    as_of: date | None
    for_person: str | None
    reader: CaseReader
    out: Output

    @property
    def title(self) -> str:
        """The case, the moments it is read at, and for whom a copy is made of it."""
        known = [f"known by {in_words(self.as_at)}"] if self.as_at is not None else []
        true = [f"true by {self.as_of}"] if self.as_of is not None else []
        copy = [f"a copy made for {self.for_person}, its entries numbered for it"] if self.for_person else []
        return ", ".join([self.case, *known, *true, *copy])

    def history(self, what: Seen, *, opened: bool = False) -> History:
        """The case's history at these moments, once it is on record that it was asked for."""
        return self.reader.history(
            self.case, as_at=self.as_at, as_of=self.as_of, opened=opened, for_person=self.for_person, what=what
        )

    def answer(
        self, name: str, found: Any, lines: Iterator[str], empty: str = "nothing was on record then", **more: Any
    ) -> None:
        """Print what was *found* as JSON under *name*, with *more*, or its *lines*, or that there is nothing."""
        if self.out.format == "json":
            copy = {"copy_for": self.for_person} if self.for_person else {}
            self.out.json(case=self.case, as_at=self.as_at, as_of=self.as_of, **copy, **{name: found}, **more)
        else:
            self.out.text([self.title, *(list(lines) or [empty])])


def in_words(as_at: AsAt) -> str:
    if isinstance(as_at, int):
        return f"position {as_at}"
    return as_at.isoformat() if as_at is not None else ""


def asked_of(
    cases: Cases, case: str, as_at: AsAt, as_of: date | None, for_person: str | None, format_: str, who: dict[str, Any]
) -> Asked:
    return Asked(case, as_at, as_of, for_person, reader_of(cases, **who), Output(cases.store.info().kind, format_))


NOT_TOLD: Final = frozenset({"event", "actor", "correctors", "turns"})
"""Of an entry: what is told in another form, and what the timeline tells line by line."""


def entry_told(entry: Entry[Any]) -> dict[str, Any]:
    """An entry as JSON tells it: its header, and the event as people write it."""
    header = {key: value for key, value in entry._asdict().items() if key not in NOT_TOLD}
    return {**header, "actor": entry.actor.id, "role": entry.actor.role, **plain(entry.event)}


def entry_line(entry: Entry[Any]) -> str:
    """An entry on a line: its day and version, what it says, by whom, and what corrects it."""
    said = says(entry.event)
    corrected = f"; corrected by @{entry.amended_by}" if entry.amended_by else ""
    by = f"{entry.actor.id} ({entry.actor.role})"
    return f"{entry.day}  {f'@{entry.version}':<5} {name(entry.event)}{': ' if said else ''}{said}; {by}{corrected}"
