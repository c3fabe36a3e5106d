"""Looking into records: what gives somebody a view beyond their own cases, what they looked at, and broken glass.

All of it stands on a stream of whoever looks, `access/ID`, and nothing on it is ever amended.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.gates import Objection
from ihs_domain.history import Entry
from ihs_domain.roles import SYSTEM, WORKERS, Actor, Role
from ihs_domain.terms import ActorId, CaseId, Code, Decision, Happening, PersonId, Version


class Post(StrEnum):
    """What lets somebody look into cases in which they are not named themselves."""

    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


class AccessGround(StrEnum):
    """What a reading rests on. The keeper holds the store's own files and key: no rule can stand before them."""

    ASSIGNED = "assigned"
    DESIGNEE = "designee"
    SUPERVISES_THE_WORKER = "supervises-the-worker"
    SUPERVISES_THE_REGION = "supervises-the-region"
    PARTY = "party"
    COURT = "court"
    COUNSEL = "counsel"
    TEAM = "team"
    AUDITOR = "auditor"
    BREAK_GLASS = "break-glass"
    KEEPER = "keeper"


class Seen(StrEnum):
    """What of a case was looked at."""

    CASE = "case"
    HISTORY = "history"
    TIMELINE = "timeline"
    ENTRY = "entry"
    EXPORT = "export"
    SEARCH = "search"
    DUTIES = "duties"
    FINDINGS = "findings"
    POSSIBLE = "possible"
    WHAT_IF = "what-if"


class Why(StrEnum):
    """Why nothing was shown."""

    NO_GROUND = "no-ground"
    SEALED = "sealed"
    NO_SUCH_CASE = "no-such-case"
    NO_SUCH_PERSON = "no-such-person"


@frozen
class AccessGiven(Decision):
    """From this day, through *until*, somebody supervises a worker or a region, or audits."""

    post: Post
    worker: ActorId | None = None
    region: Code | None = None
    until: date | None = None


@frozen
class AccessEnded(Decision):
    """What was *given*, by its version on the same stream, no longer lets anybody look, from this day."""

    given: Version


@frozen
class RecordViewed(Happening):
    """Somebody was shown a case, as far as its entry *upto*, on which ground; on record before it was shown.

    *basis* are the entries of the case that the ground rests on, *held* those of the reader's own stream. *opened* says
    whether names and words were; *copy_for*, for whom of the case it was a copy.
    """

    case: CaseId
    what: Seen
    ground: AccessGround
    basis: frozenset[int]
    held: frozenset[int]
    upto: int
    opened: bool = False
    copy_for: PersonId | None = None
    purpose: Code | None = None


@frozen
class AccessDenied(Happening):
    """Somebody asked for a case and was shown nothing. A *case* that is none is not named: it might be anything."""

    case: CaseId | None
    what: Seen
    why: Why
    purpose: Code | None = None


@frozen
class BreakGlassOpened(Decision):
    """In an emergency somebody opens one case to themselves, for sixty minutes."""

    case: CaseId
    reason: Code


@frozen
class BreakGlassReviewed(Decision):
    """A supervisor who is somebody else went through a breaking of the glass, by its version on the same stream."""

    opening: Version
    justified: bool


LASTS: Final = timedelta(minutes=60)
MAY_BREAK: Final = WORKERS | {Role.SUPERVISOR, Role.DESIGNEE, Role.CPS_SUPERVISOR, Role.CPS_WORKER}
REVIEWING: Final = frozenset({Role.SUPERVISOR, Role.CPS_SUPERVISOR})
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@frozen
class Given:
    """A post that somebody holds, and from which to which day."""

    post: Post
    worker: ActorId | None
    region: Code | None
    since: date
    until: date
    ended: date = date.max

    def stands_on(self, day: date) -> bool:
        """Whether it lets them look on *day*."""
        return self.since <= day <= self.until and day < self.ended


@frozen
class Glass:
    """One breaking of the glass."""

    case: CaseId
    reason: Code
    opened_at: datetime
    by: Actor = SYSTEM
    reviewed: int = 0

    def open_between(self, first: datetime, last: datetime) -> bool:
        """Whether it lets them look at any moment from *first* to *last*."""
        return self.opened_at <= last and first < self.opened_at + LASTS


@frozen
class Held:
    """What somebody's own stream says of them: posts, and the times they broke the glass, by version."""

    given: dict[int, Given] = field(factory=dict)
    glasses: dict[int, Glass] = field(factory=dict)


def access_given(held: Held, entry: Entry[AccessGiven]) -> Held:
    said = entry.event
    given = Given(said.post, said.worker, said.region, entry.day, said.until or date.max)
    return evolve(held, given={**held.given, entry.version: given})


def access_ended(held: Held, entry: Entry[AccessEnded]) -> Held:
    given = held.given.get(entry.event.given)
    if given is None:
        return held
    ended = evolve(given, ended=min(given.ended, entry.day))
    return evolve(held, given={**held.given, entry.event.given: ended})


def glass_broken(held: Held, entry: Entry[BreakGlassOpened]) -> Held:
    at = entry.occurred or entry.recorded_at or LONG_AGO
    glass = Glass(entry.event.case, entry.event.reason, at, entry.actor)
    return evolve(held, glasses={**held.glasses, entry.version: glass})


def glass_reviewed(held: Held, entry: Entry[BreakGlassReviewed]) -> Held:
    glass = held.glasses.get(entry.event.opening)
    if glass is None:
        return held
    reviewed = evolve(glass, reviewed=glass.reviewed or entry.version)
    return evolve(held, glasses={**held.glasses, entry.event.opening: reviewed})


STEPS: Final[Mapping[type, Callable[[Held, Entry[Any]], Held]]] = {
    AccessGiven: access_given,
    AccessEnded: access_ended,
    BreakGlassOpened: glass_broken,
    BreakGlassReviewed: glass_reviewed,
}


def held_by(record: Iterable[Entry[Any]], so_far: Held | None = None) -> Held:
    """What the *record* of one access stream comes to, after what it came to *so_far*."""
    held = so_far or Held()
    for entry in record:
        step = STEPS.get(type(entry.event))
        held = step(held, entry) if step else held
    return held


@frozen
class Before:
    """What a decision on an access stream is held against: whose stream it is, what it says, and who decides."""

    whose: ActorId
    held: Held
    actor: Actor


LookingGate = Callable[[Any, Before], Objection | None]


def an_administrator_decides(said: AccessGiven | AccessEnded, before: Before) -> Objection | None:
    """Posts are given and ended by an administrator."""
    if before.actor.role is Role.ADMINISTRATOR:
        return None
    return Objection("posts are given and ended by an administrator", "ask an administrator to record it")


def somebody_else_is_given_it(said: AccessGiven, before: Before) -> Objection | None:
    """Nobody lets themselves look."""
    if before.actor.id != before.whose:
        return None
    return Objection("nobody gives themselves a post", "ask another administrator")


def it_says_of_whom(said: AccessGiven, before: Before) -> Objection | None:
    """A supervisor supervises one worker or one region; an auditor looks everywhere."""
    named = (said.worker is not None) + (said.region is not None)
    if said.post is Post.AUDITOR:
        return Objection("an auditor looks everywhere", "leave worker and region out") if named else None
    return None if named == 1 else Objection("a supervisor supervises a worker or a region", "name one of the two")


def it_was_given(said: AccessEnded, before: Before) -> Objection | None:
    """Only what was given, and has not ended, is ended."""
    given = before.held.given.get(said.given)
    if given is not None and given.ended == date.max:
        return None
    return Objection("no post of that version stands", "name the version under which it was given")


def may_break_the_glass(said: BreakGlassOpened, before: Before) -> Objection | None:
    """The glass is broken by those who work for the agency, for themselves."""
    if before.actor.role in MAY_BREAK and before.actor.id == before.whose:
        return None
    return Objection("the glass is broken by workers and supervisors alone", "ask one of them to look")


def a_supervisor_reviews(said: BreakGlassReviewed, before: Before) -> Objection | None:
    """Every breaking of the glass is gone through by a supervisor who is somebody else."""
    if before.actor.role not in REVIEWING:
        return Objection("a breaking of the glass is reviewed by a supervisor", "ask a supervisor")
    if before.actor.id == before.whose:
        return Objection("nobody reviews their own breaking of the glass", "ask another supervisor")
    return None


def it_awaits_review(said: BreakGlassReviewed, before: Before) -> Objection | None:
    """It is reviewed once."""
    glass = before.held.glasses.get(said.opening)
    if glass is not None and not glass.reviewed:
        return None
    return Objection("no breaking of the glass of that version awaits review", "name one that does")


GATES: Final[Mapping[type, tuple[LookingGate, ...]]] = {
    AccessGiven: (an_administrator_decides, somebody_else_is_given_it, it_says_of_whom),
    AccessEnded: (an_administrator_decides, it_was_given),
    BreakGlassOpened: (may_break_the_glass,),
    BreakGlassReviewed: (a_supervisor_reviews, it_awaits_review),
}


def objections(said: Any, before: Before) -> Iterator[Objection]:
    """All that speaks against a decision on an access stream. No state's rule is asked."""
    found = (gate(said, before) for gate in GATES[type(said)])
    return (objection for objection in found if objection is not None)
