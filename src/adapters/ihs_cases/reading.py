"""Reading as somebody: the questions of Cases, each answer put on record before it is given."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Any, TypeVar

from attrs import frozen

from ihs_cases.across import EVERY, Broken, LeftOut, Many, Only, Reading
from ihs_cases.asking import duties_in, findings_in, possible_in
from ihs_cases.door import Allowed, Door, Shown
from ihs_cases.errors import UnknownEntry
from ihs_cases.moments import AsAt
from ihs_cases.reaching import OfPerson, Reach, Target
from ihs_cases.searching import Names, searched_for
from ihs_cases.when import a_day_of_services
from ihs_domain.approvals import Approval, approvals
from ihs_domain.case import Case, fold
from ihs_domain.duties import Duty
from ihs_domain.editions import Edition
from ihs_domain.history import Entry, History
from ihs_domain.judge import Finding
from ihs_domain.looking import Held, Seen
from ihs_domain.possible import Doable
from ihs_domain.roles import Actor
from ihs_domain.searching import Found, PersonSearchMade

T = TypeVar("T")


@frozen
class CaseReader:
    """The cases as one actor may read them, for one purpose. Made by Cases.reader and Access.keeper.

    Each answer is decided by ihs_domain.access, then on record as RecordViewed on the stream of whoever asks, and then
    given. CaseNotOpen says no: in the same words whether there is no such case or it is not theirs to read, and
    AccessDenied is on record either way. Where that cannot be recorded, the store's own error says why, and nothing
    is shown.
    """

    door: Door

    def history(
        self,
        case_id: str,
        *,
        as_at: AsAt = None,
        as_of: date | None = None,
        opened: bool = False,
        for_person: str | None = None,
        what: Seen = Seen.HISTORY,
    ) -> History:
        """The entries that stand: see Cases.history. *what* says as which view it is put on record."""
        return self.door.history(case_id, Shown(what, as_at, opened, for_person), as_of)

    def timeline(self, case_id: str, *, as_at: AsAt = None, for_person: str | None = None) -> History:
        """All that was put on record, names and words opened: its `lines`."""
        return self.history(case_id, as_at=as_at, opened=True, for_person=for_person, what=Seen.TIMELINE)

    def get(
        self, case_id: str, *, as_at: AsAt = None, as_of: date | None = None, for_person: str | None = None
    ) -> Case:
        """The case as it stands, or as it was known or true then."""
        return fold(self.history(case_id, as_at=as_at, as_of=as_of, for_person=for_person, what=Seen.CASE))

    def entry(self, case_id: str, version: int) -> Entry[Any]:
        """One entry as it was recorded, names and words opened. Raises UnknownEntry."""
        record = self.history(case_id, opened=True, what=Seen.ENTRY).record
        found = next((entry for entry in record if entry.version == version), None)
        if found is None:
            raise UnknownEntry("no entry of that version is in what may be read of this case: look at its history")
        return found

    def approvals(self, case_id: str, *, as_at: AsAt = None, for_person: str | None = None) -> tuple[Approval, ...]:
        """What was approved, and whether it stands: see Cases.approvals."""
        return approvals(self.history(case_id, as_at=as_at, for_person=for_person))

    def duties(
        self,
        case_id: str,
        *,
        on: date,
        as_at: AsAt = None,
        edition: Edition | str | None = None,
        for_person: str | None = None,
    ) -> tuple[Duty, ...]:
        """What fell due by the end of *on*: see Cases.duties."""
        history = self.history(case_id, as_at=as_at, for_person=for_person, what=Seen.DUTIES)
        return duties_in(history, self.door.cases.rules, on, edition)

    def findings(
        self,
        case_id: str,
        *,
        as_at: AsAt = None,
        edition: Edition | str | None = None,
        for_person: str | None = None,
    ) -> tuple[Finding, ...]:
        """What each entry was found wanting in: see Cases.findings."""
        history = self.history(case_id, as_at=as_at, for_person=for_person, what=Seen.FINDINGS)
        return findings_in(history, self.door.cases.rules, self.door.cases.recorder.loading.as_loaded(), edition)

    def possible(self, case_id: str, actor: Actor, *, on: date) -> tuple[Doable, ...]:
        """Which decisions *actor*, who need not be the reader, could take on that day: see Cases.possible."""
        history = self.history(case_id, what=Seen.POSSIBLE)
        return possible_in(history, self.door.cases.rules, actor, on)

    def across(
        self,
        ask: Callable[[Reading], T],
        *,
        what: Seen,
        meant: Only = EVERY,
        among: Iterable[str] | None = None,
        on: date | None = None,
        as_at: AsAt = None,
    ) -> Iterator[T | Broken | LeftOut]:
        """What *ask* makes of each case that is *meant*, of all that may be read, or of those named *among* them.

        *on* is today by the case's own calendar if left out. One that is not meant, or may not be read, is LeftOut
        without a name, and one that cannot be read is Broken; a case that is named is CaseNotOpen. That they are shown
        is put on record for many at once, before the first of them is.
        """
        if on is not None:
            a_day_of_services("on", on)
        many = Many(self.door, ask, Shown(what, as_at), meant, on)
        return many.all() if among is None else many.named(among)

    def exporting(self, case_id: str, *, as_at: AsAt = None) -> None:
        """Put on record that a case is about to be handed out as it is kept, sealed parts unopened.

        CaseNotOpen where something of it is kept from the reader: of a record with proofs nothing is left out.
        """
        self.door.allowed(case_id, Shown(Seen.EXPORT, as_at, whole=True))

    def reach(self, target: Target, order: str) -> Reach:
        """What an erasure would touch: see Erasing.reach. Every case of it is put on record as looked into, whole.

        CaseNotOpen where one of them may not be read, or something of it is kept from the reader: who looks before
        something is destroyed is told of all of it, or of nothing.
        """
        looked_into = self._cases_reached(target)
        self.door.all_allowed(looked_into, Shown(Seen.CASE, whole=True))
        found = self.door.cases.erasing.reach(target, order)
        return found if set(found.cases) <= set(looked_into) else self.reach(target, order)  # it went on meanwhile

    def _cases_reached(self, target: Target) -> tuple[str, ...]:
        return self.door.cases.person(target.person).cases if isinstance(target, OfPerson) else (target.case,)

    def find(self, name: str) -> tuple[Found, ...]:
        """Whoever is called so in the cases that may be read, and in the register if in one of these: see Cases.find.

        Who keeps the store finds those too who are registered and in no case.

        On record are the search, and for each case in which somebody was found that it was looked into.
        """
        searched = searched_for(name)
        found: list[Found] = []
        self.door.put(lambda held: (self._searched(searched, held, found), None))
        return tuple(found)

    def _searched(self, searched: tuple[str, ...], held: Held, found: list[Found]) -> list[Any]:
        """What is to be on record of a search; who was *found* goes there: in a copy others are sealed, so nobody."""
        door, shown = self.door, Shown(Seen.SEARCH, opened=True, whole=True)
        everybody = Names(door.cases.store, door.cases.ring, door.cases.recorder.registered).called(searched)
        answers = {case: door.decided(case, held, shown) for one in everybody for case in self._cases_of(one)}
        may = {case: answer for case, answer in answers.items() if isinstance(answer, Allowed)}
        found[:] = [one for one in everybody if self._may_find(one, may)]
        looked_into = dict.fromkeys(one.case for one in found if one.case is not None)
        views = [door.viewed(may[case], shown) for case in looked_into]
        return [PersonSearchMade(len(found), door.purpose), *views]

    def _may_find(self, one: Found, may: Collection[str]) -> bool:
        """Whether they are in a case that may be read; who keeps the store finds those too who are in none."""
        cases = self._cases_of(one)
        return any(case in may for case in cases) or (self.door.is_keeper and not cases)

    def _cases_of(self, one: Found) -> tuple[str, ...]:
        if one.case is not None:
            return (one.case,)
        return () if one.person is None else self.door.cases.person(one.person).cases
