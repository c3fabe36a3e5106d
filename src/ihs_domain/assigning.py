"""Assigning workers: who holds the case."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.history import Entry, History
from ihs_domain.terms import ActorId, Code, Happening


class Degree(StrEnum):
    """The highest degree that counts for a post."""

    BACHELOR = "bachelor"
    MASTER = "master"


@frozen
class Qualification:
    """What a worker brings: a degree and its field, a licence or eligibility for one, and years of experience."""

    degree: Degree
    field: Code
    licence: Code | None = None
    eligible_for_licence: bool = False
    years: int = 0


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
class DesigneeNamed(Happening):
    """Somebody may act in a supervisor's place, up to and with *until*."""

    designee: ActorId
    until: date | None = None


@frozen
class WorkersConferred(Happening):
    """The workers of a case conferred, *about* what."""

    workers: frozenset[ActorId]
    about: Code


@frozen
class Assigning:
    """The workers of the case, which of them holds it, and who may act for the supervisor until when."""

    workers: frozenset[ActorId] = frozenset()
    case_manager: ActorId | None = None
    designees: dict[ActorId, date] = field(factory=dict)

    def is_designee(self, actor: ActorId, day: date) -> bool:
        """Whether *actor* may act for the supervisor on *day*."""
        return day <= self.designees.get(actor, date.min)


def worker_assigned(assigning: Assigning, entry: Entry[WorkerAssigned]) -> Assigning:
    manager = entry.event.worker if entry.event.case_manager else assigning.case_manager
    return evolve(assigning, workers=assigning.workers | {entry.event.worker}, case_manager=manager)


def designee_named(assigning: Assigning, entry: Entry[DesigneeNamed]) -> Assigning:
    until = entry.event.until or date.max
    return evolve(assigning, designees={**assigning.designees, entry.event.designee: until})


def worker_unassigned(assigning: Assigning, entry: Entry[WorkerUnassigned]) -> Assigning:
    gone = entry.event.worker
    manager = None if assigning.case_manager == gone else assigning.case_manager
    return evolve(assigning, workers=assigning.workers - {gone}, case_manager=manager)


STEPS: Final[dict[type, Callable[[Assigning, Entry[Any]], Assigning]]] = {
    WorkerAssigned: worker_assigned,
    WorkerUnassigned: worker_unassigned,
    DesigneeNamed: designee_named,
}


def assigning_on(history: History, day: date) -> Assigning:
    """The workers of the case, who holds it, and who may act for the supervisor, at the end of *day*."""
    assigning = Assigning()
    for entry in history.of_any(*STEPS):
        if entry.day <= day:
            assigning = STEPS[type(entry.event)](assigning, entry)
    return assigning
