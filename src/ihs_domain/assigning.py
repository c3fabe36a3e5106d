"""Assigning workers: who holds the case."""

from attrs import evolve, frozen

from ihs_domain.history import Entry
from ihs_domain.terms import ActorId, Happening


@frozen
class WorkerAssigned(Happening):
    """A worker takes part in this case from this day, or holds it as case manager."""

    worker: ActorId
    case_manager: bool = False


@frozen
class WorkerUnassigned(Happening):
    """A worker no longer takes part in this case."""

    worker: ActorId


@frozen
class Assigning:
    """The workers of the case, and which of them holds it."""

    workers: frozenset[ActorId] = frozenset()
    case_manager: ActorId | None = None


def worker_assigned(assigning: Assigning, entry: Entry[WorkerAssigned]) -> Assigning:
    manager = entry.event.worker if entry.event.case_manager else assigning.case_manager
    return Assigning(assigning.workers | {entry.event.worker}, manager)


def worker_unassigned(assigning: Assigning, entry: Entry[WorkerUnassigned]) -> Assigning:
    gone = entry.event.worker
    manager = None if assigning.case_manager == gone else assigning.case_manager
    return evolve(assigning, workers=assigning.workers - {gone}, case_manager=manager)
