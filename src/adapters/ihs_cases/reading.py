"""Reading a case: decided, then on record, then shown. What cannot be put on record is not shown."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from attrs import frozen

from ihs_cases.errors import CaseNotOpen, NothingToSearchFor, UnknownCase, UnknownEntry
from ihs_cases.moments import AsAt, person_in, position_at, rows_of, zone_of
from ihs_cases.rows import entry_of, opened_entry
from ihs_cases.searching import Names
from ihs_domain.access import Asked, Denial, Grant, Reader, involved_on, left_to, may_read
from ihs_domain.case import Case, fold
from ihs_domain.copying import copied
from ihs_domain.history import Entry, History, effective
from ihs_domain.looking import AccessDenied, AccessGround, Held, RecordViewed, Seen, Why
from ihs_domain.persons import Person, person_of
from ihs_domain.roles import Actor
from ihs_domain.searching import Found, PersonSearchMade, words
from ihs_domain.terms import CaseId, Code, PersonId, RegisterId
from ihs_record.row import Row
from ihs_store.errors import StoreReadOnly

if TYPE_CHECKING:
    from ihs_cases.cases import Cases

NO_SUCH_CASE: Final = Denial(Why.NO_SUCH_CASE)


@frozen
class CaseRecord:
    """One case as it was read from the store: its rows, and the entries they hold."""

    id: str
    rows: list[Row]
    history: History

    @property
    def entries(self) -> Sequence[Entry[Any]]:
        """Everything on record, in version order."""
        return self.history.record


class Allowed(NamedTuple):
    """What was read of a case, and the grant by which it may be shown."""

    record: CaseRecord
    grant: Grant


class Shown(NamedTuple):
    """What is asked to be shown: which view, as it was known when, with what is sealed, and for whom a copy."""

    what: Seen
    as_at: AsAt = None
    opened: bool = False
    for_person: str | None = None


@frozen
class CaseReader:
    """The cases as one actor may read them, for one purpose. Made by Cases.reader and Access.keeper.

    Each answer is decided by ihs_domain.access, then on record as RecordViewed on the stream of whoever asks, and then
    given. CaseNotOpen says no: in the same words whether there is no such case or it is not theirs to read, and
    AccessDenied is on record either way. Where that cannot be recorded, the store's own error says why, and nothing
    is shown.
    """

    cases: "Cases"
    actor: Actor
    purpose: Code | None = None
    at: datetime | None = None
    is_keeper: bool = False
    even_unrecorded: bool = False

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
        shown = Shown(what, as_at, opened, for_person)
        record, grant = self._allowed(case_id, shown)
        entries = [opened_entry(row, self.cases.ring) for row in record.rows] if opened else record.entries
        upto, person = self._position(as_at, record), _copy_for(grant, for_person)
        left = left_to(entries, grant)
        if person is None:
            return effective(left, upto, as_of)
        return effective(copied(left, person, upto), as_of=as_of)

    def timeline(self, case_id: str, *, as_at: AsAt = None, for_person: str | None = None) -> History:
        """All that was put on record, names and words opened: its `lines`."""
        return self.history(case_id, as_at=as_at, opened=True, for_person=for_person, what=Seen.TIMELINE)

    def get(self, case_id: str, *, as_at: AsAt = None, as_of: date | None = None) -> Case:
        """The case as it stands, or as it was known or true then."""
        return fold(self.history(case_id, as_at=as_at, as_of=as_of, what=Seen.CASE))

    def entry(self, case_id: str, version: int) -> Entry[Any]:
        """One entry as it was recorded, names and words opened. Raises UnknownEntry."""
        record = self.history(case_id, opened=True, what=Seen.ENTRY).record
        found = next((entry for entry in record if entry.version == version), None)
        if found is None:
            raise UnknownEntry("no entry of that version is in what may be read of this case: look at its history")
        return found

    def find(self, name: str) -> tuple[Found, ...]:
        """Whoever is called so in the cases that may be read, and in the register if in one of these: see Cases.find.

        On record are the search, and for each case in which somebody was found that it was looked into.
        """
        searched = words(name)
        if not searched:
            raise NothingToSearchFor("there is no letter in what is searched for: give a part of a name")
        return self.cases.access.streams.put(self.actor, lambda held: self._searched(searched, held), self.at)

    def _searched(self, searched: tuple[str, ...], held: Held) -> tuple[list[Any], tuple[Found, ...]]:
        everybody = Names(self.cases.store, self.cases.ring, self._registered).called(searched)
        answers = {case: self._decided(case, held) for one in everybody for case in self._cases_of(one)}
        may = {case: answer for case, answer in answers.items() if isinstance(answer, Allowed) and _is_whole(answer)}
        found = tuple(one for one in everybody if any(case in may for case in self._cases_of(one)))
        looked_into = dict.fromkeys(one.case for one in found if one.case is not None)
        views = [self._viewed(may[case], Shown(Seen.SEARCH, opened=True)) for case in looked_into]
        return [PersonSearchMade(len(found), self.purpose), *views], found

    def _registered(self, person: RegisterId) -> Person:
        return person_of(person, self.cases.recorder.entries(f"person/{person}"))

    def _position(self, as_at: AsAt, record: CaseRecord) -> int | None:
        return position_at(self.cases.store, as_at, lambda: zone_of(self.cases.rules, record.history))

    def _cases_of(self, one: Found) -> tuple[str, ...]:
        if one.case is not None:
            return (one.case,)
        return () if one.person is None else self.cases.person(one.person).cases

    def _allowed(self, case_id: str, shown: Shown) -> Allowed:
        """What may be shown of a case, once that it is shown is on record."""
        if self.is_keeper:
            rows_of(self.cases.store, case_id)  # there is nothing to hide from them: UnknownCase says so
        answers: list[Allowed | Denial] = []
        try:
            self.cases.access.streams.put(
                self.actor, lambda held: self._answered(case_id, shown, held, answers), self.at
            )
        except StoreReadOnly:
            if not (self.is_keeper and self.even_unrecorded):
                raise
        if isinstance(answers[-1], Allowed):
            return answers[-1]
        raise CaseNotOpen

    def _answered(
        self, case_id: str, shown: Shown, held: Held, answers: list[Allowed | Denial]
    ) -> tuple[list[Any], None]:
        """What is to be on record of this reading; its answer goes to *answers*."""
        answer = self._decided(case_id, held)
        if isinstance(answer, Allowed) and not _fits(answer.grant, shown):
            answer = Denial(Why.NO_GROUND)
        answers.append(answer)
        if isinstance(answer, Allowed):
            if shown.for_person is not None:
                person_in(answer.record.entries, shown.for_person)
            return [self._viewed(answer, shown)], None
        case = None if answer == NO_SUCH_CASE else CaseId(case_id)
        return [AccessDenied(case, shown.what, answer.why, self.purpose)], None

    def _decided(self, case_id: str, held: Held) -> Allowed | Denial:
        """Whether a case may be read, by what is on record now."""
        try:
            rows = rows_of(self.cases.store, case_id)
        except UnknownCase:
            return NO_SUCH_CASE
        record = CaseRecord(case_id, rows, effective(map(entry_of, rows)))
        now = self.at or datetime.now(UTC)
        day = now.astimezone(zone_of(self.cases.rules, record.history)).date()
        asked = Asked(CaseId(case_id), day, now, now, self.purpose)
        history = record.history
        reader = Reader(self.actor, held)
        answer = self._as_keeper(history, asked) if self.is_keeper else may_read(history, reader, asked)
        return Allowed(record, answer) if isinstance(answer, Grant) else answer

    def _as_keeper(self, history: History, asked: Asked) -> Grant | Denial:
        """A keeper reads all but what a court closed to the purpose: nothing else stands between them and the file."""
        sealed = involved_on(history, asked.day).is_sealed_for(asked.purpose)
        return Denial(Why.SEALED) if sealed else Grant(AccessGround.KEEPER, frozenset())

    def _viewed(self, allowed: Allowed, shown: Shown) -> RecordViewed:
        record, grant = allowed
        upto = self._position(shown.as_at, record)
        known = [e.version for e in record.entries if upto is None or e.position <= upto]
        return RecordViewed(
            case=CaseId(record.id),
            what=shown.what,
            ground=grant.ground,
            basis=grant.basis,
            held=grant.held,
            upto=max(known, default=0),
            opened=shown.opened,
            copy_for=_copy_for(grant, shown.for_person),
            purpose=self.purpose,
        )


def _is_whole(allowed: Allowed) -> bool:
    """Whether names may be found in it: in a copy those of others stay sealed, and so are found by nobody."""
    return allowed.grant.copy_for is None and not allowed.grant.without


def _copy_for(grant: Grant, for_person: str | None) -> PersonId | None:
    return grant.copy_for or (None if for_person is None else PersonId(for_person))


def _fits(grant: Grant, shown: Shown) -> bool:
    """Whether it is asked for nobody else's copy than the one that may be read."""
    return grant.copy_for is None or shown.for_person in {None, grant.copy_for}
