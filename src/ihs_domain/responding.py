"""Responding: domestic violence found on the way, and a child removed from home."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any, Final

from attrs import evolve, frozen

from ihs_domain.assigning import WorkersConferred, assigning_on
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.history import Entry, History
from ihs_domain.household import Relation, served
from ihs_domain.roles import Role
from ihs_domain.safety import SafetyPlanAgreed
from ihs_domain.terms import Code, Happening, Narrative, PersonId


class Step(StrEnum):
    """What is to be done once domestic violence is identified."""

    STAFFED = "staffed"
    ASSESSED_ALONE = "assessed-alone"
    RISK_OF_DANGER = "risk-of-danger"
    SAFETY_PLAN = "safety-plan"
    CHILD_INTERVIEWED = "child-interviewed"


REMOVAL: Final = Code("removal")
"""What workers confer about before a child is removed."""


class RemovalWay(StrEnum):
    """By which way a child was removed."""

    WARRANT = "warrant"
    MOTION_HEARING = "motion-hearing"
    WITHOUT_WARRANT = "without-warrant"


@frozen
class DomesticViolenceIdentified(Happening):
    """Domestic violence was identified that was not before."""

    victim: PersonId | None = None
    words: Narrative = None


@frozen
class DomesticViolenceStepTaken(Happening):
    """A step was taken: with whom, for whom, and by a specialist where one did it."""

    step: Step
    whom: frozenset[PersonId] = frozenset()
    with_roles: frozenset[Role] = frozenset()
    words: Narrative = None


@frozen
class RemovalConsulted(Happening):
    """The removal of a child was consulted with these."""

    child: PersonId
    with_roles: frozenset[Role]
    words: Narrative = None


@frozen
class ChildRemoved(Happening):
    """A child was removed from home: by which way, and whether it was an emergency."""

    child: PersonId
    way: RemovalWay | None = None
    emergency: bool = False
    words: Narrative = None


@frozen
class Responding:
    """Whether domestic violence was identified."""

    violence: bool = False


def domestic_violence_identified(responding: Responding, entry: Entry[DomesticViolenceIdentified]) -> Responding:
    return evolve(responding, violence=True)


def removal_way_is_on_record(history: History, on: date) -> Iterator[Owed]:
    """By which way a child was removed is on record: a warrant, a motion hearing, or without a warrant."""
    for removal in history.of(ChildRemoved):
        met = (removal,) if removal.event.way else ()
        near = () if met else (NearMiss(removal.version, "it does not say by which way: correct it"),)
        yield Owed("the way of the removal is on record", removal.day, (removal.event.child,), met_by=met, near=near)


def workers_confer_before_a_removal(history: History, on: date) -> Iterator[Owed]:
    """Where two workers are assigned, they confer before a child is removed, unless it is an emergency."""
    for removal in history.of(ChildRemoved):
        workers = assigning_on(history, removal.day).workers
        if len(workers) > 1 and not removal.event.emergency:
            about = [e for e in history.of(WorkersConferred) if e.event.about == REMOVAL]
            conferred = [e for e in _for(history, removal, about) if len(e.event.workers & workers) > 1]
            what, child = "the workers confer before the removal", removal.event.child
            yield Owed(what, removal.day, (child,), due=removal.day, met_by=tuple(conferred[:1]))


def removal_is_consulted(*either: frozenset[Role]) -> DutyRule:
    """A duty: a removal is consulted, by the day of it, with somebody of each of these sets of roles."""

    def is_consulted(history: History, on: date) -> Iterator[Owed]:
        """The removal of a child is consulted before it."""
        for removal in history.of(ChildRemoved):
            consulted = _consultations(history, removal)
            first = [next((e for e in consulted if e.event.with_roles & roles), None) for roles in either]
            met = tuple(dict.fromkeys(e for e in first if e)) if all(first) else ()
            near = tuple(NearMiss(e.version, "not everybody was consulted") for e in consulted if not met)
            what, child = "the removal is consulted", removal.event.child
            yield Owed(what, removal.day, (child,), due=removal.day, met_by=met, near=near)

    return is_consulted


def removal_should_be_consulted(*roles: Role) -> DutyRule:
    """A duty without a date: each of *roles* should be consulted about a removal; shown, and never late."""

    def should_be_consulted(history: History, on: date) -> Iterator[Owed]:
        """Others should be consulted about the removal of a child too."""
        for removal in history.of(ChildRemoved):
            for role in roles:
                met = [e for e in _consultations(history, removal) if role in e.event.with_roles]
                what, subject = "the removal should be consulted", (removal.event.child, role.value)
                yield Owed(what, removal.day, subject, met_by=tuple(met[:1]))

    return should_be_consulted


def _consultations(history: History, removal: Entry[ChildRemoved]) -> list[Entry[RemovalConsulted]]:
    child = removal.event.child
    return _for(history, removal, [e for e in history.of(RemovalConsulted) if e.event.child == child])


def _for(history: History, removal: Entry[ChildRemoved], said: Iterable[Entry[Any]]) -> list[Entry[Any]]:
    """What was *said* of this removal: after the child's removal before it, and before the one after it."""
    days = [e.day for e in history.of(ChildRemoved) if e.event.child == removal.event.child]
    before = max((day for day in days if day < removal.day), default=date.min)
    after = min((day for day in days if day > removal.day), default=date.max)
    return [e for e in said if before < e.day < after]


Shortfall = Callable[[DomesticViolenceIdentified, DomesticViolenceStepTaken], str]
"""Why a step taken does not do what it has to; empty where it does."""


def _with_a_specialist_or_supervisor(found: DomesticViolenceIdentified, taken: DomesticViolenceStepTaken) -> str:
    staffed = taken.with_roles & {Role.SUPERVISOR, Role.SPECIALIST}
    return "" if staffed else "with neither the supervisor nor a specialist"


def _with_the_victim(found: DomesticViolenceIdentified, taken: DomesticViolenceStepTaken) -> str:
    by_specialist = Role.SPECIALIST in taken.with_roles
    alone = found.victim in taken.whom if found.victim else bool(taken.whom)
    return "" if by_specialist or alone else "neither with the victim nor by a specialist"


def _enough(found: DomesticViolenceIdentified, taken: DomesticViolenceStepTaken) -> str:
    return ""


WHAT: Final[dict[Step, tuple[str, Shortfall]]] = {
    Step.STAFFED: ("the violence is staffed", _with_a_specialist_or_supervisor),
    Step.ASSESSED_ALONE: ("the victim is assessed alone", _with_the_victim),
    Step.RISK_OF_DANGER: ("the risk of danger form is completed", _enough),
    Step.SAFETY_PLAN: ("a safety plan is created", _enough),
}


def violence_is_answered_by(step: Step) -> DutyRule:
    """A duty: once domestic violence is identified, *step* is taken. A safety plan agreed is that step taken."""
    what, shortfall = WHAT[step]

    def step_is_taken(history: History, on: date) -> Iterator[Owed]:
        for found in history.of(DomesticViolenceIdentified):
            taken = _taken(history, found, step)
            judged = [
                (e, "" if isinstance(e.event, SafetyPlanAgreed) else shortfall(found.event, e.event)) for e in taken
            ]
            met = tuple(e for e, why in judged if not why)
            near = tuple(NearMiss(e.version, why) for e, why in judged if why)
            yield Owed(what, found.day, _victim(found), met_by=met[:1], near=near)

    step_is_taken.__doc__ = f"Once domestic violence is identified, {what}."
    return step_is_taken


def each_child_is_interviewed(history: History, on: date) -> Iterator[Owed]:
    """Once domestic violence is identified, each child of the household is interviewed and assessed."""
    for found in history.of(DomesticViolenceIdentified):
        taken = _taken(history, found, Step.CHILD_INTERVIEWED)
        for child in served(history, found.day, Relation.CHILD):
            if child.joined <= found.day:
                met = [e for e in taken if child.person in e.event.whom]
                near = tuple(NearMiss(e.version, "with another child, or none named") for e in taken if e not in met)
                yield Owed(
                    "the child is interviewed and assessed",
                    found.day,
                    (*_victim(found), child.person),
                    met_by=tuple(met[:1]),
                    near=near,
                    left=child.left,
                )


def _victim(found: Entry[DomesticViolenceIdentified]) -> tuple[str, ...]:
    return (found.event.victim,) if found.event.victim else ()


def _taken(history: History, found: Entry[DomesticViolenceIdentified], step: Step) -> list[Entry[Any]]:
    plans = history.of(SafetyPlanAgreed) if step is Step.SAFETY_PLAN else ()
    steps = (e for e in history.of(DomesticViolenceStepTaken) if e.event.step is step)
    return sorted((e for e in (*plans, *steps) if e.day >= found.day), key=lambda e: (e.day, e.version))
