"""When a plan is whole, and from then on reviewed: who has to have agreed, and by when it is looked at again."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ihs_domain.acting import acted_for_a_supervisor
from ihs_domain.assigning import held_by
from ihs_domain.days import add_months
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.history import Entry, History
from ihs_domain.opening import opened_on
from ihs_domain.planning import PlanAgreed, PlanFinalised, PlanReviewed, SupervisorAgreed
from ihs_domain.teaming import Topic, by_the_team, team_met_about
from ihs_domain.terms import PlanId


def completions(history: History) -> Iterator[tuple[PlanId, tuple[Entry[Any], ...]]]:
    """For each agreed plan, the entries that complete it; empty where worker, supervisor, team or finalising lacks."""
    for agreed in history.of(PlanAgreed):
        plan = agreed.event.plan
        supervisor = _supervisors(history, plan)
        finalised = [e for e in history.of(PlanFinalised) if e.event.plan == plan]
        team = by_the_team(history, agreed, agreed.event.agreed_by) or any(
            e.event.plan == plan for e in team_met_about(history, Topic.PLAN)
        )
        yield plan, (agreed, supervisor[0], finalised[0]) if supervisor and finalised and team else ()


def _supervisors(history: History, plan: PlanId) -> list[Entry[SupervisorAgreed]]:
    """The agreements to a plan of a supervisor who did not hold the case as its worker that day."""
    agreed = (e for e in history.of(SupervisorAgreed) if e.event.plan == plan)
    return [e for e in agreed if acted_for_a_supervisor(history, e) and e.decided_by.id != held_by(history, e.day)]


def plan_is_complete(history: History, on: date) -> Iterator[Owed]:
    """A plan is complete when worker, supervisor and team agreed to it and it is finalised in the system of record."""
    if (day := opened_on(history)) is None:
        return
    near: list[NearMiss] = []
    for agreed, (plan, evidence) in zip(history.of(PlanAgreed), completions(history), strict=True):
        if evidence:
            yield Owed("the plan is complete", day, subject=(plan,), met_by=evidence)
            return
        near.append(NearMiss(agreed.version, _incomplete(history, plan)))
    yield Owed("the plan is complete", day, near=tuple(near))


def _incomplete(history: History, plan: PlanId) -> str:
    lacks = [
        *([] if _supervisors(history, plan) else ["the supervisor's agreement"]),
        *(
            ["finalising in the system of record"]
            if plan not in {e.event.plan for e in history.of(PlanFinalised)}
            else []
        ),
    ]
    return f"it lacks {' and '.join(lacks) or 'the part of the team'}"


def plan_is_reviewed_every(months: int) -> DutyRule:
    """A duty: a complete plan is reviewed within *months* of its completion, and then of each review."""

    def plan_is_reviewed(history: History, on: date) -> Iterator[Owed]:
        for plan, evidence in completions(history):
            if evidence:
                whole = max((e.day, e.version) for e in evidence)
                reviews = [e for e in history.of(PlanReviewed) if e.event.plan == plan and (e.day, e.version) > whole]
                starts = [whole[0], *(e.day for e in reviews)]
                for start, review in zip(starts, [*reviews, None], strict=True):
                    met = (review,) if review else ()
                    yield Owed(
                        "the plan is reviewed", start, subject=(plan,), due=add_months(start, months), met_by=met
                    )

    return plan_is_reviewed
