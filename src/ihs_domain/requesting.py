"""Requesting services: the request, the decision on it, and telling those who asked."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ihs_domain.closing import FinalSummaryWritten
from ihs_domain.duties import NearMiss, Owed
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


def ordered(case: "Case", day: date) -> bool:
    """Whether services are a court's: it asked for them, or has ordered them by *day*."""
    return case.requesting.by_court or case.opening.ordered_on(day)


def acceptance_names_one_of(*grounds: Ground, since: date = date.min, until: date = date.max) -> Gate:
    """A gate: acceptance names at least one of *grounds*. A court's request is not the agency's to decide.

    They are the words of the acts from *since* to *until*: they cannot judge a ground named on another day, as what-if
    asks, for that was named in the words of another edition.
    """

    def acceptance_names_a_ground(case: "Case", entry: Entry[ServicesAccepted]) -> Objection | None:
        if ordered(case, entry.day) or _names(entry, grounds) or _in_other_words(entry, since, until):
            return None
        return _no_ground(grounds)

    return acceptance_names_a_ground


def ordered_acceptance_names_one_of(*grounds: Ground, since: date = date.min, until: date = date.max) -> Gate:
    """A gate to find with: what a court orders is opened whatever is named, and naming none of *grounds* is found."""

    def ordered_acceptance_names_a_ground(case: "Case", entry: Entry[ServicesAccepted]) -> Objection | None:
        if not ordered(case, entry.day) or _names(entry, grounds) or _in_other_words(entry, since, until):
            return None
        return _no_ground(grounds)

    return ordered_acceptance_names_a_ground


def _names(entry: Entry[ServicesAccepted], grounds: tuple[Ground, ...]) -> bool:
    return not entry.event.grounds.isdisjoint(grounds)


def _in_other_words(entry: Entry[ServicesAccepted], since: date, until: date) -> bool:
    """Whether some ground is named, and was on a day with other words: the day of the act, corrected or not."""
    return bool(entry.event.grounds) and not since <= entry.day <= until


def _no_ground(grounds: tuple[Ground, ...]) -> Objection:
    return Objection(
        "acceptance names none of the grounds of this edition", f"name at least one of: {', '.join(grounds)}"
    )


def family_needs_services(case: "Case", entry: Entry[ServicesAccepted]) -> Objection | None:
    """A family that reaches resources on its own, with no threat left unmanaged, is not accepted."""
    bars = {Circumstance.REACHES_RESOURCES_ALONE, Circumstance.NO_THREAT_UNMANAGED}
    if ordered(case, entry.day) or not bars <= entry.event.circumstances:
        return None
    return Objection(
        "the family reaches resources on its own and no threat is left unmanaged",
        "decline with these reasons, or record the threat that is not managed",
    )


def family_is_at_risk_or_needs_help(case: "Case", entry: Entry[ServicesAccepted]) -> Objection | None:
    """A family that gets services itself, at little or no risk and needing none to go on, is not accepted."""
    bars = {
        Circumstance.REACHES_RESOURCES_ALONE,
        Circumstance.LITTLE_OR_NO_RISK,
        Circumstance.NO_ONGOING_SERVICES_NEEDED,
    }
    if ordered(case, entry.day) or not bars <= entry.event.circumstances:
        return None
    return Objection(
        "the family gets services itself, the risk is little or none, and no ongoing services are needed",
        "decline with these reasons, or record the risk or the services needed",
    )


def ordered_services_are_not_denied(case: "Case", entry: Entry[ServicesDenied]) -> Objection | None:
    """What a court orders is not the agency's to decline."""
    if not ordered(case, entry.day):
        return None
    return Objection("services that a court orders cannot be denied", "accept them, or ask the court to end its order")


def denial_gives_reasons(case: "Case", entry: Entry[ServicesDenied]) -> Objection | None:
    """A denial says why."""
    if entry.event.reasons:
        return None
    return Objection("the denial gives no reasons", "name the reasons, so that they can be explained")


def request_is_evaluated(history: History, on: date) -> Iterator[Owed]:
    """Each request is evaluated: accepted, denied, or opened as a court ordered it. A withdrawn one is owed nothing."""
    for asked in history.of(ServicesRequested):
        decided = [e for e in _decisions(history) if e.day >= asked.day]
        withdrawn = any(e.day >= asked.day for e in history.of(RequestWithdrawn))
        if decided or not withdrawn:
            yield Owed("the request is evaluated", asked.day, met_by=tuple(decided[:1]))


def _decisions(history: History) -> tuple[Entry[ServicesAccepted | ServicesDenied], ...]:
    return history.of_any(ServicesAccepted, ServicesDenied)


def is_denied(history: History) -> bool:
    """Whether the last decision on a request was to decline it."""
    return any(isinstance(e.event, ServicesDenied) for e in _decisions(history)[-1:])


def audiences(history: History) -> tuple[Audience, ...]:
    """Who is told of a decision: the family, and the referent unless the family asked for itself."""
    asked = history.last(ServicesRequested)
    itself = asked is not None and asked.event.source is Source.FAMILY and asked.event.referent is None
    return (Audience.FAMILY,) if itself else tuple(Audience)


def audiences_are_told(history: History, on: date) -> Iterator[Owed]:
    """The family and the referent are told of each decision on a request."""
    for decided in _decisions(history):
        for audience in audiences(history):
            told = [e for e in history.of(DecisionNotified) if e.event.whom is audience]
            yield Owed(
                f"the {audience} is told of the decision",
                decided.day,
                subject=(audience.value,),
                met_by=tuple(e for e in told if e.day >= decided.day)[:1],
                near=tuple(NearMiss(e.version, "before it was decided") for e in told if e.day < decided.day),
            )


def denial_is_explained(history: History, on: date) -> Iterator[Owed]:
    """The reasons of a denial are explained to the family and to the referent."""
    for denied in history.of(ServicesDenied):
        for audience in audiences(history):
            told = [e for e in history.of(DecisionNotified) if e.event.whom is audience and e.day >= denied.day]
            yield Owed(
                f"the reasons for the denial are explained to the {audience}",
                denied.day,
                subject=(audience.value,),
                met_by=tuple(e for e in told if e.event.reasons_explained)[:1],
                near=tuple(NearMiss(e.version, "without the reasons") for e in told if not e.event.reasons_explained),
            )


def other_resources_are_suggested(history: History, on: date) -> Iterator[Owed]:
    """A family that is denied services is pointed to other resources, supports and services."""
    for denied in history.of(ServicesDenied):
        made = [e for e in history.of(ResourcesSuggested) if e.day >= denied.day]
        yield Owed(
            "other resources are suggested to the family",
            denied.day,
            met_by=tuple(e for e in made if e.event.kinds)[:1],
            near=tuple(NearMiss(e.version, "it names no resource") for e in made if not e.event.kinds),
        )


def denial_is_summed_up(history: History, on: date) -> Iterator[Owed]:
    """A denied request has a closing summary too, and the resources the family was referred to stand in it."""
    for denied in history.of(ServicesDenied):
        made = [e for e in history.of(FinalSummaryWritten) if e.day >= denied.day]
        yield Owed(
            "referral resources stand in the closing summary",
            denied.day,
            met_by=tuple(e for e in made if e.event.resources)[:1],
            near=tuple(NearMiss(e.version, "it names no resource") for e in made if not e.event.resources),
        )
