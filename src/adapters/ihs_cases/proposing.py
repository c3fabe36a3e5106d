"""Proposing what is to be destroyed, once for each command: repeated, it gets the receipts that it got first."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from ihs_cases.errors import CommandReused, UnknownCase, UnknownPerson
from ihs_cases.moments import rows_of
from ihs_cases.proposal import Receipt
from ihs_cases.reaching import OfCase, OfEntry, OfPerson, Said, Target, proposal, proposals
from ihs_domain.terms import ActorId, Code
from ihs_record.row import Emptied, Row

if TYPE_CHECKING:
    from ihs_cases.cases import Cases

Put = Callable[[Said, str], Receipt]


@frozen
class Proposing:
    """One command's proposal, as it is asked now. *put* records one event under one command id.

    Of an entry that was amended each is proposed, under the command's id and its number. What an entry is amended by
    changes, and so does what is left of it: a command that is on record already is told from the record of then.
    """

    cases: "Cases"
    target: Target
    order: Code
    by: ActorId
    command: str
    put: Put

    def done(self) -> tuple[Receipt, ...]:
        """The receipts: those it got first, if it is on record already. Raises CommandReused."""
        alone = self.cases.store.receipt(self.command)
        begun = alone or self.cases.store.receipt(self._numbered(1))
        if begun is None:
            said = proposals(self.cases, self.target, self.order, self.by)
            return tuple(self.put(one, self._id(n, len(said))) for n, one in enumerate(said, 1))
        may_have_been = [*self._as_at(begun.first - 1)]
        return (self._first(may_have_been, self.command),) if alone else tuple(self._each(may_have_been))

    def _id(self, number: int, of: int) -> str:
        return self.command if of == 1 else self._numbered(number)

    def _numbered(self, number: int) -> str:
        return f"{self.command}/{number}"

    def _each(self, may_have_been: list[Said]) -> Iterator[Receipt]:
        """The receipts of one that proposed several; where it was cut off, the others are proposed now."""
        number = 1
        while self.cases.store.receipt(self._numbered(number)) is not None:
            yield self._first(may_have_been, self._numbered(number))
            number += 1
        left = [one for one in may_have_been if not self._is_gone(one)]
        yield from (self.put(one, self._numbered(n)) for n, one in enumerate(left, number))

    def _first(self, may_have_been: list[Said], command: str) -> Receipt:
        """The receipt of what was proposed under this id: one of these, which are taken up to it. CommandReused."""
        while may_have_been:
            try:
                return self.put(may_have_been.pop(0), command)
            except CommandReused:
                continue
        raise CommandReused

    def _as_at(self, position: int) -> Iterable[Said]:
        """What can have been proposed when the record had come to a position."""
        match self.target:
            case OfPerson(person):
                yield from self._of_whom(person, position)
            case OfEntry(case_id, version, _):
                yield from (self._said(one) for one in _act(self._rows(case_id, position), version))
            case OfCase():
                yield self._said()

    def _of_whom(self, person: str, position: int) -> Iterator[Said]:
        try:
            known = self.cases.person(person, as_at=position)
        except UnknownPerson:
            return
        yield self._said(person=known.id)

    def _said(self, entry: int = 0, person: str = "") -> Said:
        return proposal(self.target, self.order, self.by, entry, person)

    def _rows(self, case_id: str, position: int) -> list[Row]:
        try:
            return [row for row in rows_of(self.cases.store, case_id) if row.position <= position]
        except UnknownCase:
            return []

    def _is_gone(self, said: Said) -> bool:
        """Whether the entry was destroyed meanwhile."""
        rows = rows_of(self.cases.store, said.stream.removeprefix("case/"))
        return isinstance(rows[said.event.entry - 1].open, Emptied)


def _act(rows: Iterable[Row], version: int) -> list[int]:
    """The versions of an act and of what amends it, given one of them: by their headers, which nothing destroys."""
    of: dict[int, int] = {}
    for row in rows:
        of[row.version] = of.get(row.target, row.version)
    return [one for one, act in of.items() if act == of.get(version)]
