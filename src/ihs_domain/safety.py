"""Safety: threats to the children, and the plans that keep them safe meanwhile."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ihs_domain.duties import Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.household import ChildReturnedHome
from ihs_domain.terms import Code, Decision, Happening, Narrative, New, PersonId, SafetyPlanId, ThreatId

if TYPE_CHECKING:
    from ihs_domain.case import Case
    from ihs_domain.responding import ChildRemoved


class MadeFor(StrEnum):
    """What a safety assessment was made for."""

    OPENING = "opening"
    CHANGE = "change"
    MONTHLY = "monthly"
    CLOSING = "closing"


class SafetyResult(StrEnum):
    """What a safety assessment found."""

    SAFE = "safe"
    SAFE_WITH_PLAN = "safe-with-plan"
    UNSAFE = "unsafe"


class Presence(StrEnum):
    """Whether a threat of harm is there, or likely to come."""

    PRESENT = "present"
    LIKELY = "likely"


class Management(StrEnum):
    """What changed so that a threat is managed."""

    CAPACITY_INCREASED = "capacity-increased"
    VULNERABILITY_DECREASED = "vulnerability-decreased"


@frozen
class SafetyAssessmentCompleted(Happening):
    """The safety of the children was assessed, with which tool; *protective_factors* is None where nobody looked.

    Where the tool is an instrument that found the result, its *version* and the *answers* to it stand here.
    """

    made_for: MadeFor
    result: SafetyResult
    children: frozenset[PersonId]
    tool: Code | None = None
    protective_factors: frozenset[Code] | None = None
    version: Code | None = None
    answers: dict[Code, Code] = field(factory=dict)
    words: Narrative = None


@frozen
class ThreatIdentified(Happening):
    """A threat of harm to one or more children was identified."""

    threat: New[ThreatId]
    kind: Code
    presence: Presence
    children: frozenset[PersonId]
    words: Narrative = None


@frozen
class ThreatManaged(Happening):
    """A threat is managed: by more protective capacity, less vulnerability, or both.

    Where it is not said how, that is recorded and found, and the threat counts as not managed.
    """

    threat: ThreatId
    how: frozenset[Management]
    words: Narrative = None


@frozen
class ThreatReopened(Happening):
    """A threat that was managed is there again."""

    threat: ThreatId
    words: Narrative = None


@frozen
class ChildUnsafeAtHome(Happening):
    """A child can no longer safely remain at home."""

    child: PersonId
    words: Narrative = None


@frozen
class ProtectiveCapacityRecorded(Happening):
    """Something a caregiver can do, or lacks, to keep the children safe."""

    of: PersonId
    capacity: Code
    sufficient: bool
    words: Narrative = None


@frozen
class VulnerabilityRecorded(Happening):
    """Something that makes a child vulnerable."""

    child: PersonId
    kind: Code
    words: Narrative = None


@frozen
class SafetyPlanAgreed(Decision):
    """What keeps the children safe from these threats for now, until when, and when it is next looked at.

    *tool* is what it was worked out and documented with.
    """

    plan: New[SafetyPlanId]
    threats: frozenset[ThreatId]
    expires_on: date
    review_on: date | None = None
    tool: Code | None = None
    words: Narrative = None


@frozen
class SafetyPlanMonitored(Happening):
    """Somebody looked whether a safety plan is kept."""

    plan: SafetyPlanId
    kept: bool
    review_on: date | None = None
    words: Narrative = None


@frozen
class SafetyPlanRevised(Decision):
    """A safety plan goes on with new terms."""

    plan: SafetyPlanId
    expires_on: date
    review_on: date | None = None
    words: Narrative = None


@frozen
class SafetyPlanBreached(Happening):
    """A safety plan was not kept."""

    plan: SafetyPlanId
    words: Narrative = None


@frozen
class SafetyPlanEnded(Happening):
    """A safety plan is no longer needed, or no longer holds."""

    plan: SafetyPlanId
    words: Narrative = None


@frozen
class Terms:
    """A safety plan's own terms: the first and the last day it is in force, and the threats it is for."""

    agreed_on: date
    expires_on: date
    ended_on: date | None = None
    threats: frozenset[ThreatId] = frozenset()

    @property
    def last_day(self) -> date:
        """The last day on which the plan holds."""
        return min(self.expires_on, self.ended_on or date.max)

    def in_force_on(self, day: date) -> bool:
        """Whether the plan holds on *day*; its last day counts."""
        return self.agreed_on <= day <= self.expires_on and (self.ended_on is None or day <= self.ended_on)


@frozen
class Safety:
    """The threats by the children they bear on and since when, those that are managed, and the safety plans.

    *how_unsaid* are those that somebody said are managed, and nobody how. *unsafe* and *removed* are the children found
    unsafe at home, or removed from it, with the last such day, until they return; *home_again* the threats whose
    children had all been removed, with the day the first of them was back. *changed_on* is the last day on which a
    threat came, went or came again; *assessed_to_close_on* the last day on which safety was assessed for the closing,
    after that, and *assessed_to_close* the children it was assessed of, each with what was found last.
    What a revision or an ending says of a safety plan holds also where the plan was agreed on a later day than that,
    as a corrected day may have it; of a plan whose agreement is void they say nothing.
    """

    threats: dict[ThreatId, frozenset[PersonId]] = field(factory=dict)
    since: dict[ThreatId, date] = field(factory=dict)
    managed: frozenset[ThreatId] = frozenset()
    how_unsaid: frozenset[ThreatId] = frozenset()
    unsafe: dict[PersonId, date] = field(factory=dict)
    removed: dict[PersonId, date] = field(factory=dict)
    home_again: dict[ThreatId, date] = field(factory=dict)
    changed_on: date | None = None
    assessed_to_close_on: date | None = None
    assessed_to_close: dict[PersonId, SafetyResult] = field(factory=dict)
    plans: dict[SafetyPlanId, Terms] = field(factory=dict)
    revised: dict[SafetyPlanId, date] = field(factory=dict)
    ended: dict[SafetyPlanId, date] = field(factory=dict)

    @property
    def unmanaged(self) -> frozenset[ThreatId]:
        """The threats nobody has managed yet, as far as it is said how."""
        return frozenset(self.threats) - self.managed

    def unaccounted(self) -> frozenset[ThreatId]:
        """The threats neither managed nor answered by every child they bear on having left for safety."""
        return self.unmanaged - self._left_to(self.unsafe)

    def under_nobody(self) -> frozenset[ThreatId]:
        """The threats that bear on no child any more: every one of them was removed, and none has returned."""
        return self._left_to(self.removed)

    def _left_to(self, gone: Mapping[PersonId, date]) -> frozenset[ThreatId]:
        """The threats all of whose children are *gone*, each on a day on which the threat was there already."""
        return frozenset(
            threat
            for threat, children in self.threats.items()
            if children and all(self.since[threat] <= gone.get(child, date.min) for child in children)
        )

    def plans_in_force(self, day: date) -> frozenset[SafetyPlanId]:
        """The safety plans that hold on *day*."""
        return frozenset(p for p, terms in self.plans.items() if terms.in_force_on(day))


def threat_identified(safety: Safety, entry: Entry[ThreatIdentified]) -> Safety:
    threats = {**safety.threats, entry.event.threat: entry.event.children}
    return _changed(evolve(safety, threats=threats, since={**safety.since, entry.event.threat: entry.day}), entry.day)


def threat_managed(safety: Safety, entry: Entry[ThreatManaged]) -> Safety:
    threat = {entry.event.threat}
    if entry.event.how:
        said = evolve(safety, managed=safety.managed | threat, how_unsaid=safety.how_unsaid - threat)
    else:
        said = evolve(safety, how_unsaid=safety.how_unsaid | (threat - safety.managed))
    return _changed(said, entry.day)


def threat_reopened(safety: Safety, entry: Entry[ThreatReopened]) -> Safety:
    threat = {entry.event.threat}
    there = evolve(safety, managed=safety.managed - threat, how_unsaid=safety.how_unsaid - threat)
    return _changed(evolve(there, since={**safety.since, entry.event.threat: entry.day}), entry.day)


def _changed(safety: Safety, day: date) -> Safety:
    """Whatever was assessed for the closing was assessed before this change."""
    return evolve(safety, changed_on=day, assessed_to_close_on=None, assessed_to_close={})


def safety_assessed(safety: Safety, entry: Entry[SafetyAssessmentCompleted]) -> Safety:
    if entry.event.made_for is not MadeFor.CLOSING:
        return safety
    assessed = safety.assessed_to_close | dict.fromkeys(entry.event.children, entry.event.result)
    return evolve(safety, assessed_to_close_on=entry.day, assessed_to_close=assessed)


def it_is_said_how(case: "Case", entry: Entry[ThreatManaged]) -> Objection | None:
    """A threat is managed by something: more protective capacity, less vulnerability."""
    if entry.event.how:
        return None
    return Objection(
        "it is not said how the threat is managed, so that it counts as not managed",
        "say by what it is: more protective capacity, less vulnerability",
        (entry.event.threat,),
    )


def child_unsafe_at_home(safety: Safety, entry: Entry[ChildUnsafeAtHome]) -> Safety:
    return evolve(safety, unsafe={**safety.unsafe, entry.event.child: entry.day})


def child_removed(safety: Safety, entry: Entry["ChildRemoved"]) -> Safety:
    return evolve(safety, removed={**safety.removed, entry.event.child: entry.day})


def child_returned_home(safety: Safety, entry: Entry[ChildReturnedHome]) -> Safety:
    home = evolve(safety, unsafe=_without(entry, safety.unsafe), removed=_without(entry, safety.removed))
    again = safety.under_nobody() - home.under_nobody()
    return evolve(home, home_again={**safety.home_again, **dict.fromkeys(again, entry.day)})


def _without(entry: Entry[ChildReturnedHome], gone: Mapping[PersonId, date]) -> dict[PersonId, date]:
    return {child: day for child, day in gone.items() if child != entry.event.child}


def safety_plan_agreed(safety: Safety, entry: Entry[SafetyPlanAgreed]) -> Safety:
    said = entry.event
    expires_on = safety.revised.get(said.plan, said.expires_on)
    terms = Terms(entry.day, expires_on, safety.ended.get(said.plan), said.threats)
    return evolve(safety, plans={**safety.plans, said.plan: terms})


def safety_plan_revised(safety: Safety, entry: Entry[SafetyPlanRevised]) -> Safety:
    plan, expires_on = entry.event.plan, entry.event.expires_on
    revised = {**safety.revised, plan: expires_on}
    held = safety.plans.get(plan)
    plans = {} if held is None else {plan: evolve(held, expires_on=expires_on)}
    return evolve(safety, revised=revised, plans={**safety.plans, **plans})


def safety_plan_ended(safety: Safety, entry: Entry[SafetyPlanEnded]) -> Safety:
    plan = entry.event.plan
    ended = {**safety.ended, plan: entry.day}
    held = safety.plans.get(plan)
    plans = {} if held is None else {plan: evolve(held, ended_on=entry.day)}
    return evolve(safety, ended=ended, plans={**safety.plans, **plans})


THREATS: Final[dict[type, Callable[[Safety, Entry[Any]], Safety]]] = {
    ThreatIdentified: threat_identified,
    ThreatManaged: threat_managed,
    ThreatReopened: threat_reopened,
}


def at_risk_since(history: History, day: date, on: date) -> date | None:
    """The first day from *day* to *on* on which a threat is unmanaged, or safety was last found less than safe."""
    acts = history.of_any(*THREATS, SafetyAssessmentCompleted)
    days = sorted({day, *(e.day for e in acts if day < e.day <= on)})
    return next((d for d in days if _at_risk([e for e in acts if e.day <= d])), None)


def _at_risk(acts: Iterable[Entry[Any]]) -> bool:
    safety, found_safe = Safety(), True
    for entry in acts:
        if isinstance(entry.event, SafetyAssessmentCompleted):
            found_safe = entry.event.result is SafetyResult.SAFE
        else:
            safety = THREATS[type(entry.event)](safety, entry)
    return bool(safety.unmanaged) or not found_safe


STEPS: Final[dict[type, Callable[[Safety, Entry[Any]], Safety]]] = {
    ThreatIdentified: threat_identified,
    ThreatManaged: threat_managed,
    ThreatReopened: threat_reopened,
    ChildUnsafeAtHome: child_unsafe_at_home,
    ChildReturnedHome: child_returned_home,
}


def threats_left_by(history: History, closing: Entry[Any]) -> frozenset[ThreatId]:
    """The threats nobody had answered when the case was closed."""
    safety = Safety()
    for entry in history.of_any(*STEPS):
        if (entry.day, entry.version) < (closing.day, closing.version):
            safety = STEPS[type(entry.event)](safety, entry)
    return safety.unaccounted()


def safety_plans_are_reviewed(history: History, on: date) -> Iterator[Owed]:
    """A safety plan is looked at by the day it says itself: by monitoring it, revising it or ending it."""
    terms = history.of_any(SafetyPlanAgreed, SafetyPlanMonitored, SafetyPlanRevised)
    looks = history.of_any(SafetyPlanMonitored, SafetyPlanRevised, SafetyPlanEnded)
    for said in terms:
        if said.event.review_on is None:
            continue
        its = [e for e in looks if e.event.plan == said.event.plan]
        later = [e for e in its if (e.day, e.version) > (said.day, said.version)]
        ended = [e for e in its if isinstance(e.event, SafetyPlanEnded)]  # whatever its day: nothing is left to review
        yield Owed(
            "the safety plan is reviewed",
            said.day,
            subject=(said.event.plan,),
            due=said.event.review_on,
            met_by=tuple((later or ended)[:1]),
        )
