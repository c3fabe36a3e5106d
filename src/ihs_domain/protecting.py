"""Protecting: safety is assessed for every child, and a safety plan holds for as long as a threat lasts."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ihs_domain.days import days_after, days_before
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.household import ChildReturnedHome, Relation, served
from ihs_domain.opening import opened_on
from ihs_domain.responding import ChildRemoved
from ihs_domain.safety import (
    Safety,
    SafetyAssessmentCompleted,
    SafetyPlanAgreed,
    SafetyPlanEnded,
    SafetyPlanMonitored,
    SafetyPlanRevised,
    SafetyResult,
    ThreatIdentified,
    ThreatManaged,
    ThreatReopened,
    child_removed,
    child_returned_home,
    threat_identified,
    threat_reopened,
)
from ihs_domain.terms import PersonId, SafetyPlanId, ThreatId

if TYPE_CHECKING:
    from ihs_domain.case import Case


@frozen
class Term:
    """One term of a safety plan: the entry that set it, the threats it is for, and its last day."""

    entry: Entry[Any]
    plan: SafetyPlanId
    threats: frozenset[ThreatId]
    last: date


def terms(history: History) -> tuple[Term, ...]:
    """The terms of all safety plans, in order: each agreement, and each revision with the days it gave.

    A plan that ended has no terms from then on, and one whose agreement is void has none.
    """
    threats = {e.event.plan: e.event.threats for e in history.of(SafetyPlanAgreed)}
    ended = {e.event.plan: e.day for e in reversed(history.of(SafetyPlanEnded))}
    return tuple(
        Term(e, e.event.plan, threats[e.event.plan], _last_day(history, e))
        for e in history.of_any(SafetyPlanAgreed, SafetyPlanRevised)
        if e.event.plan in threats and e.day <= ended.get(e.event.plan, date.max)
    )


def _last_day(history: History, said: Entry[Any]) -> date:
    ended: list[date] = [
        e.day for e in history.of(SafetyPlanEnded) if e.event.plan == said.event.plan and _after(e, said)
    ]
    last: date = said.event.expires_on
    return min([last, *ended])


def _after(entry: Entry[Any], other: Entry[Any]) -> bool:
    return (entry.day, entry.version) > (other.day, other.version)


def children_are_assessed(history: History, on: date) -> Iterator[Owed]:
    """The safety of every child served is assessed: what threatens it, and what protects it."""
    if (opened := opened_on(history)) is None:
        return
    for child in served(history, opened, Relation.CHILD):
        made = [e for e in history.of(SafetyAssessmentCompleted) if child.person in e.event.children]
        whole = tuple(e for e in made if e.event.protective_factors is not None)
        near = tuple(
            NearMiss(e.version, "it does not say whether anything protects the child") for e in made if e not in whole
        )
        yield Owed(
            "the child's safety is assessed",
            child.joined,
            (child.person,),
            met_by=whole[:1],
            near=near,
            left=child.left,
        )


def safety_goes_through(tool: str) -> DutyRule:
    """A duty: every safety assessment and every safety plan is worked out and documented with *tool*."""

    def safety_goes_through_the_tool(history: History, on: date) -> Iterator[Owed]:
        """Every safety assessment and every safety plan goes through the tool."""
        for made in history.of_any(SafetyAssessmentCompleted, SafetyPlanAgreed):
            what = "assessment" if isinstance(made.event, SafetyAssessmentCompleted) else "plan"
            why = "no tool is named" if made.event.tool is None else "another tool is named"
            used = made.event.tool == tool
            yield Owed(
                f"the safety {what} goes through {tool}",
                made.day,
                subject=(f"@{made.version}",),
                met_by=(made,) if used else (),
                near=() if used else (NearMiss(made.version, why),),
            )

    return safety_goes_through_the_tool


def safety_plans_are_developed(history: History, on: date) -> Iterator[Owed]:
    """Where children are safe only with a plan, a safety plan is agreed, or one holds already."""
    for found in history.of(SafetyAssessmentCompleted):
        if found.event.result is SafetyResult.SAFE_WITH_PLAN:
            holding = (t.entry for t in terms(history) if t.last >= found.day)
            met = tuple(holding)[:1]
            yield Owed("a safety plan is agreed", found.day, subject=(f"@{found.version}",), met_by=met)


def safety_plans_without_a_day_are_monitored(history: History, on: date) -> Iterator[Owed]:
    """A safety plan that names no day of review is monitored all the same."""
    for agreed in history.of(SafetyPlanAgreed):
        if agreed.event.review_on is None:
            plan = agreed.event.plan
            looks = history.of_any(SafetyPlanMonitored, SafetyPlanRevised)
            met = tuple(e for e in looks if e.event.plan == plan and _after(e, agreed))
            yield Owed("the safety plan is monitored", agreed.day, subject=(plan,), met_by=met[:1])


def safety_plans_hold(history: History, on: date) -> Iterator[Owed]:
    """A safety plan does not run out over a threat: by its last day the threat is managed, or a plan holds on."""
    for term in terms(history):
        for threat in sorted(term.threats):
            met = tuple(_answers(history, term, threat)[:1])
            yield Owed(
                "a safety plan holds while the threat lasts",
                term.entry.day,
                subject=(term.plan, threat),
                due=met[0].day if _the_day_after(term, met) else term.last,
                met_by=met,
            )


def _the_day_after(term: Term, met: Iterable[Entry[Any]]) -> bool:
    """Whether what answers a threat came the day after the term ended: no day was left without a plan."""
    return any(days_before(e.day, 1) == term.last for e in met)


def _answers(history: History, term: Term, threat: ThreatId) -> list[Entry[Any]]:
    """What relieves a term of its threat: managed, in another term after it, or every child of it gone as it ends."""
    later = [t.entry for t in terms(history) if threat in t.threats and _after(t.entry, term.entry)]
    said = [e for e in history.of(ThreatManaged) if e.event.threat == threat and _after(e, term.entry)]
    managed = [e for e in said if e.event.how]
    return sorted([*later, *managed, *_removal(history, term, threat)], key=lambda e: (e.day, e.version))


BEARING: Final[dict[type, Callable[[Safety, Entry[Any]], Safety]]] = {
    ThreatIdentified: threat_identified,
    ThreatReopened: threat_reopened,
    ChildRemoved: child_removed,
    ChildReturnedHome: child_returned_home,
}
"""What changes on which children a threat bears."""


def _removal(history: History, term: Term, threat: ThreatId) -> list[Entry[ChildRemoved]]:
    """The removal that left a threat without a child: none of them was home again on the last day of the term."""
    safety = Safety()
    removals: dict[PersonId, Entry[ChildRemoved]] = {}
    for entry in history.of_any(*BEARING):
        if threat in safety.under_nobody() and entry.day > term.last:
            break
        safety = BEARING[type(entry.event)](safety, entry)
        if isinstance(entry.event, ChildRemoved):
            removals[entry.event.child] = entry
    if threat not in safety.under_nobody():
        return []
    return [max((removals[child] for child in safety.threats[threat]), key=lambda e: (e.day, e.version))]


def a_safety_plan_held(case: "Case", entry: Entry[Any]) -> Objection | None:
    """Up to this entry, no threat that a safety plan was made for was left without one."""
    lasting = case.safety.unmanaged - case.safety.under_nobody()
    threats = _spoken_of(case, entry.event) & lasting
    gaps = {t: day for t in threats if (day := _bare_since(case, t)) is not None and day < entry.day}
    if not gaps:
        return None
    eve = days_before(entry.day, 1)
    return Objection(
        f"no safety plan was in force from {min(gaps.values())} to {eve} while a threat was not managed",
        "agree or revise the safety plan before it runs out, or correct the day on which the threat was managed",
        tuple(sorted(gaps)),
    )


def _spoken_of(case: "Case", event: object) -> frozenset[ThreatId]:
    if isinstance(event, ThreatManaged):
        return frozenset({event.threat})
    if isinstance(event, SafetyPlanAgreed):
        return event.threats
    if isinstance(event, SafetyPlanRevised):
        held = case.safety.plans.get(event.plan)
        return held.threats if held else frozenset()
    return case.safety.unmanaged


def _bare_since(case: "Case", threat: ThreatId) -> date | None:
    """The first day on which no safety plan is in force for a threat that one was made for."""
    last = max((t.last_day for t in case.safety.plans.values() if threat in t.threats), default=None)
    if last is None or last == date.max:
        return None
    began = (case.safety.since.get(threat, date.min), case.safety.home_again.get(threat, date.min))
    return max(days_after(last, 1), *began)
