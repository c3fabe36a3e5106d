"""The door that every reading goes through: decided, then on record, then open. What is not on record is not shown."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from attrs import field, frozen

from ihs_cases.errors import CaseNotOpen, CaseSealed, UnknownCase, UnknownPerson
from ihs_cases.moments import AsAt, person_in, position_at, rows_of
from ihs_cases.recording import jurisdiction_of
from ihs_cases.rows import entry_of, opened_entry
from ihs_cases.when import aware
from ihs_domain.access import Asked, Denial, Grant, Reader, involved_on, left_to, may_read
from ihs_domain.copying import copied
from ihs_domain.history import Entry, History, effective
from ihs_domain.looking import AccessDenied, AccessGround, Held, RecordViewed, Seen, Why
from ihs_domain.restricting import BY_ORDER
from ihs_domain.roles import Actor
from ihs_domain.terms import CaseId, Code, Jurisdiction, PersonId
from ihs_record.row import Row
from ihs_store.errors import StoreReadOnly

if TYPE_CHECKING:
    from ihs_cases.cases import Cases

NO_SUCH_CASE: Final = Denial(Why.NO_SUCH_CASE)
NOBODYS: Final = ""
"""What no case is called."""


@frozen
class CaseRecord:
    """One case as it was read from the store: its rows, what stands of them, and whose rules it is."""

    id: str
    rows: list[Row]
    standing: History
    jurisdiction: Jurisdiction | None
    zone: ZoneInfo

    @property
    def entries(self) -> Sequence[Entry[Any]]:
        """All of them, in version order."""
        return self.standing.record


class Allowed(NamedTuple):
    """What was read of a case, and the grant by which it may be shown."""

    record: CaseRecord
    grant: Grant

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is kept from whoever reads: neither an entry, nor what a copy leaves out."""
        return self.grant.copy_for is None and not self.grant.without


class Shown(NamedTuple):
    """What is asked to be shown: which view, as it was known when, with what is sealed, and for whom a copy.

    *whole*: all of it, or nothing.
    """

    what: Seen
    as_at: AsAt = None
    opened: bool = False
    for_person: str | None = None
    whole: bool = False

    def fits(self, allowed: Allowed) -> bool:
        """Whether it asks for nothing but what may be read: nobody else's copy, and all of it only where all may be."""
        copy_for = allowed.grant.copy_for
        return (copy_for is None or self.for_person in {None, copy_for}) and (allowed.is_whole or not self.whole)

    def copy_for(self, grant: Grant) -> PersonId | None:
        """For whom of the case it is a copy."""
        return grant.copy_for or (None if self.for_person is None else PersonId(self.for_person))


def _an_instant(_: object, __: object, at: datetime | None) -> None:
    if at is not None:
        aware(at)


@frozen
class Door:
    """Stands between one actor, who reads for one purpose, and the cases."""

    cases: "Cases"
    actor: Actor
    purpose: Code | None = None
    at: datetime | None = field(default=None, validator=_an_instant)
    is_keeper: bool = False
    even_unrecorded: bool = False

    def allowed(self, case_id: str, shown: Shown) -> Allowed:
        """What may be shown of a case, once that it is shown is on record; CaseNotOpen where that it is not is.

        Of a copy for somebody whom what they may read does not name, UnknownPerson, once it is on record that nothing
        was shown.
        """
        [allowed] = self.all_allowed([case_id], shown)
        return allowed

    def all_allowed(self, case_ids: Sequence[str], shown: Shown) -> list[Allowed]:
        """What may be shown of several cases: of all of them, or of none."""
        if self.is_keeper:
            for case_id in case_ids:
                rows_of(self.cases.store, case_id)  # there is nothing to hide from them: UnknownCase says so
        answers: dict[str, Allowed | Denial] = {}
        self.put(lambda held: self._answered(case_ids, shown, held, answers))
        if denied := [answer for answer in answers.values() if isinstance(answer, Denial)]:
            raise not_open(self.actor, denied)
        allowed = [answer for answer in answers.values() if isinstance(answer, Allowed)]
        for one in allowed:
            _names_whom_it_is_for(one, shown)
        return allowed

    def history(self, case_id: str, shown: Shown, as_of: date | None = None) -> History:
        """What stands of a case, as far as it may be shown, once that it is shown is on record."""
        return self.left_of(self.allowed(case_id, shown), shown, as_of)

    def left_of(self, allowed: Allowed, shown: Shown, as_of: date | None = None) -> History:
        """The entries that stand of what was *allowed*, as they are asked to be *shown*."""
        record, grant = allowed
        upto, person = self.position(shown.as_at, record), shown.copy_for(grant)
        if (upto, person, as_of, shown.opened) == (None, None, None, False) and not grant.without:
            return record.standing
        entries = [opened_entry(row, self.cases.ring) for row in record.rows] if shown.opened else record.entries
        left = left_to(entries, grant)
        if person is None:
            return effective(left, upto, as_of)
        return effective(copied(left, person, upto), as_of=as_of)

    def put(self, decide: Callable[[Held], tuple[Sequence[Any], None]]) -> None:
        """Have on record what *decide* says of this reading; whatever keeps it from being recorded is raised."""
        try:
            self.cases.access.streams.put(self.actor, decide, self.at, whatever_is_held=self.is_keeper)
        except StoreReadOnly:
            if not (self.is_keeper and self.even_unrecorded):
                raise

    def _answered(
        self, case_ids: Sequence[str], shown: Shown, held: Held, answers: dict[str, Allowed | Denial]
    ) -> tuple[list[Any], None]:
        """What is to be on record of this reading; what may be shown of each case goes to *answers*."""
        answers.update((case_id, self.decided(case_id, held, shown)) for case_id in map(_named, case_ids))
        said = [self._said_of(case, answer, shown) for case, answer in answers.items()]
        return [one for one in said if isinstance(one, AccessDenied)] or said, None

    def _said_of(self, case_id: str, answer: Allowed | Denial, shown: Shown) -> RecordViewed | AccessDenied:
        """What goes on record of one case. Whose copy was asked for in vain is not named: it might be anything."""
        if isinstance(answer, Denial):
            named = None if answer == NO_SUCH_CASE else CaseId(case_id)
            return AccessDenied(named, shown.what, answer.why, self.purpose)
        try:
            _names_whom_it_is_for(answer, shown)
        except UnknownPerson:
            return AccessDenied(CaseId(case_id), shown.what, Why.NO_SUCH_PERSON, self.purpose)
        return self.viewed(answer, shown)

    def decided(self, case_id: str, held: Held, shown: Shown) -> Allowed | Denial:
        """Whether a case may be read, by what is on record now."""
        try:
            record = self._read(case_id)
        except UnknownCase:
            return NO_SUCH_CASE
        now = self.at or datetime.now(UTC)
        asked = Asked(CaseId(case_id), now.astimezone(record.zone).date(), now, now, self.purpose)
        answer = self._by_keeper(record, asked) if self.is_keeper else self._by_grounds(record, held, asked)
        if isinstance(answer, Denial):
            return answer
        allowed = Allowed(record, answer)
        return allowed if shown.fits(allowed) else Denial(Why.NO_GROUND)

    def _read(self, case_id: str) -> CaseRecord:
        rows = rows_of(self.cases.store, case_id)
        standing = effective(map(entry_of, rows))
        jurisdiction = jurisdiction_of(standing)
        zone = ZoneInfo(self.cases.rules.zone(jurisdiction) or "UTC")
        return CaseRecord(case_id, rows, standing, jurisdiction, zone)

    def _by_grounds(self, record: CaseRecord, held: Held, asked: Asked) -> Grant | Denial:
        return may_read(record.standing, Reader(self.actor, held), asked)

    def _by_keeper(self, record: CaseRecord, asked: Asked) -> Grant | Denial:
        """A keeper reads all but what a court closed to the purpose: nothing else stands between them and the file."""
        sealed = involved_on(record.standing, asked.day).sealed_for(asked.purpose)
        return sealed or Grant(AccessGround.KEEPER, frozenset())

    def viewed(self, allowed: Allowed, shown: Shown) -> RecordViewed:
        """What goes on record of what was *allowed*, and is *shown* so."""
        record, grant = allowed
        upto = self.position(shown.as_at, record)
        known = [e.version for e in record.entries if upto is None or e.position <= upto]
        return RecordViewed(
            case=CaseId(record.id),
            what=shown.what,
            ground=grant.ground,
            basis=grant.basis,
            held=grant.held,
            upto=max(known, default=0),
            opened=shown.opened,
            copy_for=shown.copy_for(grant),
            purpose=self.purpose,
        )

    def position(self, as_at: AsAt, record: CaseRecord) -> int | None:
        """The last position known by then, by the case's own calendar."""
        return position_at(self.cases.store, as_at, lambda: record.zone)


def _named(case_id: object) -> str:
    return case_id if isinstance(case_id, str) else NOBODYS


def not_open(actor: Actor, denied: Collection[Denial]) -> CaseNotOpen:
    """What is told of what was *denied*: who may lift a seal is told of it, anybody else the same words of all."""
    if actor.role in BY_ORDER and all(denial.why is Why.SEALED for denial in denied):
        return CaseSealed(frozenset[Code]().union(*(denial.seals for denial in denied)))
    return CaseNotOpen()


def _names_whom_it_is_for(allowed: Allowed, shown: Shown) -> None:
    """Raise UnknownPerson where a copy is asked for somebody whom what the reader may see does not name."""
    if shown.for_person is not None:
        person_in(left_to(allowed.record.entries, allowed.grant), shown.for_person)
