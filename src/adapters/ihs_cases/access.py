"""Access: who is given a view, who broke the glass, who looked into a case, and who could have on a day."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from ihs_cases.door import NO_SUCH_CASE, Door, not_open
from ihs_cases.errors import CaseIsGone, UnknownCase
from ihs_cases.looking import DECIDING, AccessStreams
from ihs_cases.moments import AsAt, position_at, rows_of, zone_of
from ihs_cases.reading import CaseReader
from ihs_cases.rows import entry_of
from ihs_cases.when import a_day, a_day_of_services, aware
from ihs_domain.access import Asked, Denial, Grant, could_read, involved_on
from ihs_domain.erasing import disposed_at
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.looking import (
    AccessDenied,
    AccessEnded,
    AccessGiven,
    Before,
    BreakGlassOpened,
    BreakGlassReviewed,
    Glass,
    Held,
    Post,
    RecordViewed,
    Seen,
    held_by,
    objections,
)
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId, CaseId, Code, Version
from ihs_record.errors import BadFields, Fault
from ihs_record.names import STORED_AS

if TYPE_CHECKING:
    from ihs_cases.cases import Cases

LOOKS: Final = tuple(STORED_AS[cls] for cls in (RecordViewed, AccessDenied, BreakGlassOpened))
GLASS: Final = tuple(STORED_AS[cls] for cls in (BreakGlassOpened, BreakGlassReviewed))


class Could(NamedTuple):
    """Somebody who could have read a case on a day: in which roles, and by what."""

    actor: ActorId
    roles: tuple[Role, ...]
    grant: Grant


class Broken(NamedTuple):
    """A breaking of the glass that nobody has reviewed: whose, under which version of their stream."""

    whose: ActorId
    version: int
    glass: Glass


class Access:
    """Who may look into the cases of one store, and who did. *at* is for rehearsal stores alone."""

    def __init__(self, cases: "Cases") -> None:
        self.cases = cases
        self.streams = AccessStreams(cases.store, cases.ring, cases.home)

    def keeper(
        self, user: str, *, purpose: str | None = None, at: datetime | None = None, even_unrecorded: bool = False
    ) -> CaseReader:
        """The cases as whoever holds the store's file and key reads them: all but sealed ones, and on record.

        *even_unrecorded* lets them read a copy that can only be read. Give it to nobody who is at another machine.
        """
        actor, what_for = Actor(ActorId(user), Role.ADMINISTRATOR), None if purpose is None else Code(purpose)
        return CaseReader(Door(self.cases, actor, what_for, at, is_keeper=True, even_unrecorded=even_unrecorded))

    def give(
        self,
        whose: str,
        post: Post | str,
        *,
        actor: Actor,
        worker: str | None = None,
        region: str | None = None,
        until: date | None = None,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> int:
        """Let somebody supervise a *worker* or a *region*, or audit; the version it has. Raises Refused."""
        event = AccessGiven(_post(post), worker and ActorId(worker), region and Code(region), until)  # type: ignore[arg-type]
        return self.streams.decided(_stream_of(whose), event, actor, at, command_id)

    def end(
        self, whose: str, given: int, *, actor: Actor, at: datetime | None = None, command_id: str | None = None
    ) -> int:
        """End what somebody was *given*, by its version. Raises Refused."""
        return self.streams.decided(_stream_of(whose), AccessEnded(Version(given)), actor, at, command_id)

    def break_glass(self, case_id: str, *, actor: Actor, reason: str, at: datetime | None = None) -> int:
        """Open one case to *actor* for an hour, whether or not they may read it; its version on their stream.

        A supervisor must review it. Raises Refused, and CaseNotOpen where there is no such case, or a court closed it
        to this *reason*; that is on record too.
        """
        event = BreakGlassOpened(CaseId(case_id), Code(reason))
        denied: list[Denial] = []

        if at is not None:
            aware(at)

        def decide(held: Held) -> tuple[list[Any], None]:
            denied[:] = self._denied(event, at)
            against = tuple(objections(event, Before(actor.id, held, actor)))
            if against:
                raise Refused(against)
            return [_on_record(one, event) for one in denied] or [event], None

        self.streams.put(actor, decide, at)
        if denied:
            raise not_open(actor, denied)
        return max(v for v, g in self.streams.tail(actor).held.glasses.items() if g.case == case_id)

    def _denied(self, event: BreakGlassOpened, at: datetime | None) -> Iterator[Denial]:
        try:
            history = effective(map(entry_of, rows_of(self.cases.store, event.case)))
        except UnknownCase:
            yield NO_SUCH_CASE
            return
        day = (at or datetime.now(UTC)).astimezone(zone_of(self.cases.rules, history)).date()
        if (sealed := involved_on(history, day).sealed_for(event.reason)) is not None:
            yield sealed

    def review(
        self,
        whose: str,
        opening: int,
        *,
        actor: Actor,
        justified: bool,
        at: datetime | None = None,
        command_id: str | None = None,
    ) -> int:
        """Say whether it was right of somebody to break the glass, by the version on their stream. Raises Refused."""
        event = BreakGlassReviewed(Version(opening), justified)
        return self.streams.decided(_stream_of(whose), event, actor, at, command_id)

    def unreviewed(self) -> tuple[Broken, ...]:
        """Every breaking of the glass that awaits its review, oldest first."""
        helds = _held(self.streams.read(GLASS))
        broken = (Broken(whose, v, g) for whose, held in helds.items() for v, g in held.glasses.items())
        return tuple(sorted((b for b in broken if not b.glass.reviewed), key=lambda b: (b.glass.opened_at, b.whose)))

    def looked(self, case_id: str, *, since: date | None = None, until: date | None = None) -> tuple[Entry[Any], ...]:
        """Who looked into a case from day to day by the agency's calendar, was denied it, or broke the glass for it.

        Raises UnknownCase.
        """
        for said, day in (("since", since), ("until", until)):
            if day is not None:
                a_day(said, day)
        rows_of(self.cases.store, case_id)
        looks = (entry for _, entry in self.streams.read(LOOKS) if entry.event.case == case_id)
        return tuple(e for e in looks if (since or date.min) <= e.day <= (until or date.max))

    def could(self, case_id: str, on: date, *, as_at: AsAt = None, purpose: str | None = None) -> tuple[Could, ...]:
        """Who could have read a case at any moment of a day, by what was on record at that moment, and by what.

        With *as_at* instead: by what was on record then. It is the rule that reading asks, of every actor on record.
        Raises UnknownCase; CaseIsGone once the case was disposed of, for then nothing tells who was assigned to it.
        """
        a_day_of_services("on", on)
        known = effective(map(entry_of, rows_of(self.cases.store, case_id)))
        if (at := disposed_at(known.record)) is not None:
            raise CaseIsGone(
                f"who could have read it cannot be told: the content of this case was destroyed by order, at @{at}; "
                "ask who looked into it"
            )
        zone = zone_of(self.cases.rules, known)
        given = list(self.streams.read(DECIDING))
        asked = Asked(CaseId(case_id), on, *_ends_of(on, zone), None if purpose is None else Code(purpose))
        roles: dict[tuple[ActorId, Grant], dict[Role, None]] = {}
        for position in self._moments(as_at, known, [e for _, e in given], asked):
            history = effective(known.record, position)
            helds = _held((whose, e) for whose, e in given if position is None or e.position <= position)
            for one in could_read(history, helds, asked):
                roles.setdefault((one.actor.id, one.grant), {})[one.actor.role] = None
        found = (Could(actor, tuple(of), grant) for (actor, grant), of in roles.items())
        return tuple(sorted(found, key=lambda one: (one.actor, one.grant.ground, sorted(one.grant.basis))))

    def _moments(self, as_at: AsAt, known: History, given: Sequence[Entry[Any]], asked: Asked) -> Sequence[int | None]:
        """The positions at which an answer of that day can have changed: its beginning, and each record on it."""
        if as_at is not None:
            return [position_at(self.cases.store, as_at, lambda: zone_of(self.cases.rules, known))]
        before = self.cases.store.position_at(asked.first - timedelta(microseconds=1))
        last = self.cases.store.position_at(asked.last)
        return sorted({before, *(e.position for e in (*known.record, *given) if before < e.position <= last)})


def _on_record(denied: Denial, asked: BreakGlassOpened) -> AccessDenied:
    return AccessDenied(None if denied == NO_SUCH_CASE else asked.case, Seen.CASE, denied.why, asked.reason)


def _post(given: Post | str) -> Post:
    try:
        return Post(given)
    except ValueError:
        raise BadFields(AccessGiven.__name__, [Fault("post", f"expected one of {', '.join(Post)}")]) from None


def _stream_of(whose: str) -> Actor:
    """Whose stream it is: their role plays no part in its name."""
    return Actor.as_recorded(whose, Role.SYSTEM)


def _held(entries: Iterator[tuple[ActorId, Entry[Any]]]) -> dict[ActorId, Held]:
    found: dict[ActorId, Held] = {}
    for whose, entry in entries:
        found[whose] = held_by([entry], found.get(whose))
    return found


def _ends_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first, last = (datetime.combine(day, clock, zone) for clock in (time.min, time.max))
    return first, last.replace(fold=1)
