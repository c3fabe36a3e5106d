"""Outlining: a written plan says of each item what is done about a need, and what is to come of it."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from ihs_domain.duties import NearMiss, Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.opening import opened_on
from ihs_domain.planning import PlanAgreed, PlanAmended, PlanDrafted, PlanGoal

if TYPE_CHECKING:
    from ihs_domain.case import Case


def outlined(items: Iterable[PlanGoal]) -> bool:
    """Whether there are items, and each has an intervention and a desired result."""
    each = [bool(item.intervention and item.desired_result) for item in items]
    return bool(each) and all(each)


def plan_is_outlined(case: "Case", entry: Entry[PlanAgreed]) -> Objection | None:
    """Every item of a plan that is agreed has its intervention and its desired result."""
    plan = entry.event.plan
    if plan not in case.planning.goals or outlined(case.planning.goals[plan]):
        return None
    return _lacking(plan)


def amended_plan_is_outlined(case: "Case", entry: Entry[PlanAmended]) -> Objection | None:
    """Every item of a plan keeps its intervention and its desired result when the plan is changed."""
    return None if outlined(entry.event.goals) else _lacking(entry.event.plan)


def _lacking(plan: str) -> Objection:
    return Objection(
        "the plan has no items, or an item lacks its intervention or its desired result",
        "give each item both, then agree the plan",
        (plan,),
    )


def an_outlined_plan_is_written(history: History, on: date) -> Iterator[Owed]:
    """A written plan, each item with its intervention and its desired result, is agreed for the family."""
    if day := opened_on(history):
        agreed = history.of(PlanAgreed)
        met = tuple(e for e in agreed if outlined(_items(history, e)))
        near = tuple(
            NearMiss(e.version, "an item lacks its intervention or its desired result") for e in agreed if e not in met
        )
        yield Owed("the case plan is written", day, met_by=met[:1], near=near)


def _items(history: History, agreed: Entry[PlanAgreed]) -> tuple[PlanGoal, ...]:
    """The items of a plan when it was agreed."""
    said: tuple[PlanGoal, ...] = ()
    changes: tuple[Entry[PlanDrafted | PlanAmended], ...] = (*history.of(PlanDrafted), *history.of(PlanAmended))
    for entry in changes:  # a draft undoes no change, whatever its day
        if entry.event.plan == agreed.event.plan and (entry.day, entry.version) < (agreed.day, agreed.version):
            said = entry.event.goals
    return said
