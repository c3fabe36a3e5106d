"""Requesting services: the request, the decision on it, and telling those who asked."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ihs_domain.duties import Owed
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry, History
from ihs_domain.terms import Code, Decision, Happening, Jurisdiction, Narrative, New, PersonId

if TYPE_CHECKING:
    from ihs_domain.case import Case


class Source(StrEnum):
    """Who asks for services."""

    FAMILY = "family"
    SCHOOL = "school"
    COURT = "court"
    INVESTIGATION = "investigation"
    OTHER = "other"


class Ground(StrEnum):
    """What acceptance may rest on. Which of them a rule allows is the edition's to say."""

    THREAT_NOT_MANAGED = "threat-not-managed"
    MALTREATED_BUT_CAN_STAY = "maltreated-but-can-stay"
    REUNITING = "reuniting"
    ADOPTION_AT_RISK = "adoption-at-risk"
    REUNIFICATION_LIKELY = "reunification-likely"


class Criterion(StrEnum):
    """What may speak for acceptance besides its ground."""

    ONGOING_RISK = "ongoing-risk"
    LITTLE_RISK_OF_REMOVAL = "little-risk-of-removal"
    PAST_HISTORY = "past-history"
    WILLINGNESS = "willingness"
    NEED_FOR_MONITORING = "need-for-monitoring"


class Circumstance(StrEnum):
    """What the evaluation of a request found that may speak against acceptance."""

    REACHES_RESOURCES_ALONE = "reaches-resources-alone"
    NO_THREAT_UNMANAGED = "no-threat-unmanaged"
    LITTLE_OR_NO_RISK = "little-or-no-risk"
    NO_ONGOING_SERVICES_NEEDED = "no-ongoing-services-needed"


class Audience(StrEnum):
    """Who is told of a decision."""

    FAMILY = "family"
    REFERENT = "referent"


class Channel(StrEnum):
    """How somebody was told."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    WRITING = "writing"


@frozen
class ServicesRequested(Happening):
    """Somebody asks for in-home services for a family; *jurisdiction* says whose rules and calendar it goes by."""

    jurisdiction: Jurisdiction
    source: Source
    referent: New[PersonId] | None = None
    words: Narrative = None


@frozen
class RequestWithdrawn(Happening):
    """Whoever asked for services no longer does."""

    words: Narrative = None


@frozen
class ServicesAccepted(Decision):
    """The agency accepts the request, and says on which grounds and what else it found."""

    grounds: frozenset[Ground]
    criteria: frozenset[Criterion] = frozenset()
    circumstances: frozenset[Circumstance] = frozenset()


@frozen
class ServicesDenied(Decision):
    """The agency declines the request, with its reasons."""

    reasons: frozenset[Code]
    words: Narrative = None


@frozen
class ServicesRefused(Happening):
    """The family does not take the services that the agency found it needs."""

    child_at_risk: bool
    words: Narrative = None


@frozen
class ResourcesSuggested(Happening):
    """Other resources, supports or services were suggested to the family."""

    kinds: frozenset[Code]
    words: Narrative = None


@frozen
class DecisionNotified(Happening):
    """The family or the referent was told of the decision on the request; with a denial, its reasons too."""

    whom: Audience
    how: Channel
    reasons_explained: bool = False


@frozen
class Requesting:
    """Where the request stands."""

    jurisdiction: Jurisdiction | None = None
    referent: PersonId | None = None
    by_court: bool = False
    accepted_on: date | None = None
    denied_on: date | None = None


def services_requested(requesting: Requesting, entry: Entry[ServicesRequested]) -> Requesting:
    said = entry.event
    by_court = said.source is Source.COURT
    return evolve(requesting, jurisdiction=said.jurisdiction, referent=said.referent, by_court=by_court)


def services_accepted(requesting: Requesting, entry: Entry[ServicesAccepted]) -> Requesting:
    return evolve(requesting, accepted_on=entry.day)


def services_denied(requesting: Requesting, entry: Entry[ServicesDenied]) -> Requesting:
    return evolve(requesting, denied_on=entry.day)


def acceptance_names_one_of(*grounds: Ground) -> Gate:
    """A gate: acceptance names at least one of *grounds*. A court's request is not the agency's to decide."""

    def acceptance_names_a_ground(case: "Case", entry: Entry[ServicesAccepted]) -> Objection | None:
        if case.requesting.by_court or entry.event.grounds & frozenset(grounds):
            return None
        return Objection(
            "acceptance names none of the grounds of this edition", f"name at least one of: {', '.join(grounds)}"
        )

    return acceptance_names_a_ground


def family_needs_services(case: "Case", entry: Entry[ServicesAccepted]) -> Objection | None:
    """A family that reaches resources on its own, with no threat left unmanaged, is not accepted."""
    bars = {Circumstance.REACHES_RESOURCES_ALONE, Circumstance.NO_THREAT_UNMANAGED}
    if case.requesting.by_court or not bars <= entry.event.circumstances:
        return None
    return Objection(
        "the family reaches resources on its own and no threat is left unmanaged",
        "decline with these reasons, or record the threat that is not managed",
    )


def audiences_are_told(history: History, on: date) -> Iterator[Owed]:
    """The family and the referent are told of the decision on the request."""
    for decided in history.of_any(ServicesAccepted, ServicesDenied)[:1]:
        for audience in Audience:
            told = [e for e in history.of(DecisionNotified) if e.event.whom is audience]
            yield Owed(
                f"the {audience} is told of the decision",
                decided.day,
                subject=(audience.value,),
                met_by=tuple(told[:1]),
            )
