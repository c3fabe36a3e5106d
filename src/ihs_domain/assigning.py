"""Assigning workers: who holds the case."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ihs_domain.gates import Against, Gate, Objection
from ihs_domain.history import Entry, History, by_day
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId, Code, Count, Decision, Happening

if TYPE_CHECKING:
    from ihs_domain.case import Case


class Degree(StrEnum):
    """The highest degree that counts for a post."""

    BACHELOR = "bachelor"
    MASTER = "master"


NO_YEARS: Final = Count(0)


@frozen
class Qualification:
    """What a worker brings: a degree and its field, a licence or eligibility for one, and years of experience.

    A licence counts where it is one of the case's own jurisdiction.
    """

    degree: Degree
    field: Code
    licence: Code | None = None
    eligible_for_licence: bool = False
    years: Count = NO_YEARS


@frozen
class WorkerAssigned(Happening):
    """A worker takes part in this case from this day, or holds it as case manager."""

    worker: ActorId
    case_manager: bool = False
    qualification: Qualification | None = None


@frozen
class WorkerUnassigned(Happening):
    """A worker no longer takes part in this case."""

    worker: ActorId


@frozen
class DesigneeNamed(Decision):
    """Somebody may act in a supervisor's place from this day, up to and with *until*.

    Named again they act through the new last day, which may lie in the past: then they no longer do.
    """

    designee: ActorId
    until: date | None = None


@frozen
class WorkersConferred(Happening):
    """The workers of a case conferred, *about* what."""

    workers: frozenset[ActorId]
    about: Code


@frozen
class Assigning:
    """The workers of the case; since when who of them held it; and who was named to act for the supervisor.

    *named* are the namings of each designee: the day from which it holds, and the last through which they may act.
    """

    workers: frozenset[ActorId] = frozenset()
    holders: tuple[tuple[date, ActorId | None], ...] = ()
    named: dict[ActorId, tuple[tuple[date, date], ...]] = field(factory=dict)

    @property
    def case_manager(self) -> ActorId | None:
        """Who holds the case now."""
        return self.holders[-1][1] if self.holders else None

    def held_on(self, day: date) -> ActorId | None:
        """Who held the case at the end of *day*."""
        return next((holder for since, holder in reversed(self.holders) if since <= day), None)

    def designee_until(self, actor: ActorId, day: date) -> date | None:
        """The last day through which *actor* may act for the supervisor, as named by *day*; None if never named."""
        return next((until for since, until in reversed(self.named.get(actor, ())) if since <= day), None)

    def is_designee(self, actor: ActorId, day: date) -> bool:
        """Whether *actor* may act for the supervisor on *day*."""
        return day <= (self.designee_until(actor, day) or date.min)

    def supervises(self, who: Actor, day: date) -> bool:
        """Whether what *who* did on *day* was a supervisor's act, or of a designee named for that day."""
        return who.role is Role.SUPERVISOR or (who.role is Role.DESIGNEE and self.is_designee(who.id, day))

    def designees_on(self, day: date) -> tuple[ActorId, ...]:
        """Those who may act for the supervisor on *day*, in order of their ids."""
        return tuple(sorted(actor for actor in self.named if self.is_designee(actor, day)))


def worker_assigned(assigning: Assigning, entry: Entry[WorkerAssigned]) -> Assigning:
    held = ((entry.day, entry.event.worker),) if entry.event.case_manager else ()
    return evolve(assigning, workers=assigning.workers | {entry.event.worker}, holders=(*assigning.holders, *held))


@frozen
class Path:
    """One way to be qualified: a degree in one of these fields, a licence or eligibility, years of experience."""

    degree: Degree
    fields: tuple[str, ...]
    licences: tuple[str, ...] = ()
    years: int = 0

    def taken(self, brings: Qualification) -> bool:
        """Whether a worker who *brings* this is qualified by it."""
        licensed = not self.licences or brings.eligible_for_licence or brings.licence in self.licences
        in_field = brings.degree is self.degree and brings.field in self.fields
        return in_field and licensed and brings.years >= self.years


def is_qualified_by(*paths: Path) -> Gate:
    """A gate: an assignment shows that the worker is qualified by one of *paths*."""

    def the_worker_is_qualified(case: "Case", entry: Entry[WorkerAssigned]) -> Objection | None:
        """An assignment shows the worker's minimum qualifications."""
        brings = entry.event.qualification
        if brings is not None and any(path.taken(brings) for path in paths):
            return None
        says = "nothing shows" if brings is None else "what the worker brings does not show"
        return Objection(
            f"{says} the minimum qualifications",
            "correct the assignment with degree, field, licence or eligibility, and years; or assign somebody else",
            (entry.event.worker,),
        )

    return the_worker_is_qualified


def designee_named(assigning: Assigning, entry: Entry[DesigneeNamed]) -> Assigning:
    who, named_by = entry.event.designee, entry.decided_by
    if named_by.role is not Role.SUPERVISOR or named_by.id == who:  # as a report may have it: it names nobody
        return assigning
    naming = (entry.day, entry.event.until or date.max)
    return evolve(assigning, named={**assigning.named, who: (*assigning.named.get(who, ()), naming)})


def somebody_else_is_named(case: "Case", entry: Entry[DesigneeNamed]) -> Objection | None:
    """Nobody names themselves to act in a supervisor's place."""
    if entry.decided_by.id != entry.event.designee:
        return None
    return Objection("the actor names themselves", "have a supervisor name somebody else", against=Against.ACTOR)


def worker_unassigned(assigning: Assigning, entry: Entry[WorkerUnassigned]) -> Assigning:
    gone = entry.event.worker
    held = ((entry.day, None),) if assigning.case_manager == gone else ()
    return evolve(assigning, workers=assigning.workers - {gone}, holders=(*assigning.holders, *held))


STEPS: Final[dict[type, Callable[[Assigning, Entry[Any]], Assigning]]] = {
    WorkerAssigned: worker_assigned,
    WorkerUnassigned: worker_unassigned,
    DesigneeNamed: designee_named,
}


_ASSIGNING: Final = by_day(Assigning(), STEPS)


def assigning_on(history: History, day: date) -> Assigning:
    """The workers of the case, who holds it, and who may act for the supervisor, at the end of *day*."""
    return _ASSIGNING(history, day)


def held_by(history: History, day: date) -> ActorId | None:
    """Who held the case as case manager at the end of *day*."""
    return assigning_on(history, day).case_manager
