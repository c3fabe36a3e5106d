"""The child and family plan."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from ihs_domain.assessing import FamilyAssessmentCompleted
from ihs_domain.duties import Owed
from ihs_domain.gates import Against, Objection
from ihs_domain.history import Entry, History
from ihs_domain.opening import opened_on
from ihs_domain.roles import WORKERS, Actor, Role
from ihs_domain.teaming import Topic, by_the_team, team_input
from ihs_domain.terms import AssessmentId, Code, Decision, DoneBy, Happening, Narrative, NeedId, New, PersonId, PlanId

if TYPE_CHECKING:
    from ihs_domain.case import Case


@frozen
class PlanGoal:
    """One item of a plan: the need it answers, what is done about it, and what is to come of it."""

    need: NeedId
    intervention: Code | None = None
    desired_result: Code | None = None


@frozen
class PlanDrafted(Happening):
    """A plan was drafted, on an assessment or on none yet, possibly in place of an earlier plan.

    *determined_by* is the department's worker who determined it, where it was not drafted with this case.
    """

    plan: New[PlanId]
    goals: tuple[PlanGoal, ...]
    assessment: AssessmentId | None = None
    replaces: PlanId | None = None
    from_on: date | None = None
    to_on: date | None = None
    determined_by: DoneBy | None = None
    words: Narrative = None


@frozen
class PlanAgreed(Decision):
    """A plan is agreed, by those named besides whoever records it."""

    plan: PlanId
    agreed_by: frozenset[PersonId] = frozenset()


@frozen
class SupervisorAgreed(Decision):
    """A supervisor agrees to a plan."""

    plan: PlanId


@frozen
class PlanFinalised(Decision):
    """A plan is finalised in the agency's system of record."""

    plan: PlanId
    system: Code


@frozen
class PlanSigned(Happening):
    """Somebody signed a plan."""

    plan: PlanId
    by: PersonId


@frozen
class PlanSignatureRefused(Happening):
    """Somebody would not sign a plan, for these reasons."""

    plan: PlanId
    by: PersonId
    reasons: frozenset[Code] = frozenset()
    words: Narrative = None


@frozen
class PlanProvided(Happening):
    """Copies of a plan were given to these persons, and to these parties of the court's case."""

    plan: PlanId
    to: frozenset[PersonId] = frozenset()
    parties: frozenset[Role] = frozenset()


@frozen
class PlanReviewed(Happening):
    """A plan was reviewed; *asked* are the team members asked for information."""

    plan: PlanId
    asked: frozenset[PersonId] = frozenset()
    words: Narrative = None


@frozen
class PlanAmended(Happening):
    """A plan was changed, with input of those named."""

    plan: PlanId
    goals: tuple[PlanGoal, ...]
    input_by: frozenset[PersonId] = frozenset()
    words: Narrative = None


@frozen
class GoalProgressRecorded(Happening):
    """How far a goal of a plan has come."""

    plan: PlanId
    need: NeedId
    progress: Code
    words: Narrative = None


@frozen
class Planning:
    """The plans drafted, each with the assessment it rests on and its goals; those agreed and those finalised.

    *supervisors* are those who agreed to each plan as its supervisor, each with the day.
    """

    drafted: dict[PlanId, AssessmentId | None] = field(factory=dict)
    goals: dict[PlanId, tuple[PlanGoal, ...]] = field(factory=dict)
    agreed: frozenset[PlanId] = frozenset()
    agreed_by: dict[PlanId, frozenset[PersonId]] = field(factory=dict)
    agreed_by_worker: frozenset[PlanId] = frozenset()
    supervisors: dict[PlanId, frozenset[tuple[Actor, date]]] = field(factory=dict)
    finalised: frozenset[PlanId] = frozenset()


def plan_drafted(planning: Planning, entry: Entry[PlanDrafted]) -> Planning:
    said = entry.event
    amended = planning.goals.get(said.plan) if said.plan not in planning.drafted else None
    return evolve(
        planning,
        drafted={**planning.drafted, said.plan: said.assessment},
        goals={**planning.goals, said.plan: said.goals if amended is None else amended},  # be its day corrected or not
    )


def plan_amended(planning: Planning, entry: Entry[PlanAmended]) -> Planning:
    return evolve(planning, goals={**planning.goals, entry.event.plan: entry.event.goals})


def supervisor_agreed(planning: Planning, entry: Entry[SupervisorAgreed]) -> Planning:
    plan, agreed = entry.event.plan, (entry.decided_by, entry.day)
    return evolve(
        planning, supervisors={**planning.supervisors, plan: planning.supervisors.get(plan, frozenset()) | {agreed}}
    )


def plan_finalised(planning: Planning, entry: Entry[PlanFinalised]) -> Planning:
    return evolve(planning, finalised=planning.finalised | {entry.event.plan})


def plan_agreed(planning: Planning, entry: Entry[PlanAgreed]) -> Planning:
    plan = entry.event.plan
    worker = {plan} if entry.decided_by.role in WORKERS else set()
    return evolve(
        planning,
        agreed=planning.agreed | {plan},
        agreed_by={**planning.agreed_by, plan: planning.agreed_by.get(plan, frozenset()) | entry.event.agreed_by},
        agreed_by_worker=planning.agreed_by_worker | worker,
    )


def plan_is_drafted(case: "Case", entry: Entry[PlanAgreed | SupervisorAgreed | PlanFinalised]) -> Objection | None:
    """A plan is drafted, and its draft not void, before anything is decided about it."""
    if entry.event.plan in case.planning.drafted:
        return None
    return Objection(
        "the plan is not drafted by that day", "record the draft with its day, then decide on it", (entry.event.plan,)
    )


def supervisor_is_not_the_worker(case: "Case", entry: Entry[SupervisorAgreed]) -> Objection | None:
    """The worker's supervisor agrees to a plan: not whoever holds the case as its worker, supervisor or not."""
    if entry.decided_by.id != case.assigning.case_manager:
        return None
    return Objection(
        "whoever holds the case as its worker is not their own supervisor",
        "have their supervisor agree to the plan",
        (entry.event.plan,),
        against=Against.ACTOR,
    )


def assessment_is_complete(case: "Case", entry: Entry[PlanAgreed]) -> Objection | None:
    """The plan rests on a completed assessment."""
    if case.planning.drafted.get(entry.event.plan) in case.assessing.completed:
        return None
    return Objection(
        "the plan rests on no completed assessment",
        "complete the child and family assessment, then draft the plan on it",
        (entry.event.plan,),
    )


def team_took_part(case: "Case", entry: Entry[PlanAgreed]) -> Objection | None:
    """The team's part in the plan is on record."""
    if case.teaming.took_part_in(entry.event.plan) or case.teaming.includes_any(entry.event.agreed_by):
        return None
    return Objection(
        "no team member's part in the plan is on record",
        "record the team's input, then agree the plan",
        (entry.event.plan,),
    )


def plan_is_written(history: History, on: date) -> Iterator[Owed]:
    """A written plan, resting on the assessment, is agreed for the family."""
    if day := opened_on(history):
        yield Owed("the child and family plan is written", day, met_by=history.of(PlanAgreed)[:1])


def team_assists_with_plan(history: History, on: date) -> Iterator[Owed]:
    """The team assists with the plan."""
    if day := opened_on(history):
        agreed = [e for e in history.of(PlanAgreed) if by_the_team(history, e, e.event.agreed_by)]
        evidence = sorted([*agreed, *team_input(history, Topic.PLAN)], key=lambda e: (e.day, e.version))
        yield Owed("the team assists with the plan", day, met_by=tuple(evidence[:1]))


def assessment_precedes_plan(history: History, on: date) -> Iterator[Owed]:
    """The assessment is there before the plan that is agreed on it."""
    if (day := opened_on(history)) is None:
        return
    drafted = _drafts(history)
    for agreed in history.of(PlanAgreed)[:1]:
        draft = drafted.get(agreed.event.plan, agreed)
        before = [e for e in history.of(FamilyAssessmentCompleted) if (e.day, e.version) < (draft.day, draft.version)]
        yield Owed("the assessment is made before the plan", day, met_by=tuple(before[:1]))
        return
    yield Owed("the assessment is made before the plan", day, met_by=history.of(FamilyAssessmentCompleted)[:1])


def _drafts(history: History) -> dict[PlanId, Entry[Any]]:
    return {e.event.plan: e for e in history.of(PlanDrafted)}
