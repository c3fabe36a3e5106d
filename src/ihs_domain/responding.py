"""Responding: domestic violence found on the way, and a child removed from home."""

from enum import StrEnum

from attrs import evolve, frozen

from ihs_domain.history import Entry
from ihs_domain.roles import Role
from ihs_domain.terms import Happening, Narrative, PersonId


class Step(StrEnum):
    """What is to be done once domestic violence is identified."""

    STAFFED = "staffed"
    ASSESSED_ALONE = "assessed-alone"
    RISK_OF_DANGER = "risk-of-danger"
    SAFETY_PLAN = "safety-plan"
    CHILD_INTERVIEWED = "child-interviewed"


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
    """Whether domestic violence was identified, and the children removed."""

    violence: bool = False
    removed: frozenset[PersonId] = frozenset()


def domestic_violence_identified(responding: Responding, entry: Entry[DomesticViolenceIdentified]) -> Responding:
    return evolve(responding, violence=True)


def child_removed(responding: Responding, entry: Entry[ChildRemoved]) -> Responding:
    return evolve(responding, removed=responding.removed | {entry.event.child})
