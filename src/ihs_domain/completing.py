"""Completing a plan: who has to agree, its signatures, and the team's part in its changes."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.days import days_after
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.household import Relation, parents, related
from ihs_domain.opening import CaseOpened, CourtOrderReceived, opened_on
from ihs_domain.planning import (
    PlanAgreed,
    PlanAmended,
    PlanDrafted,
    PlanFinalised,
    PlanReviewed,
    PlanSignatureRefused,
    PlanSigned,
)
from ihs_domain.reviewing import completions
from ihs_domain.teaming import TeamInputRecorded, TeamMeetingHeld, Topic, by_the_team, team_input
from ihs_domain.terms import Code, PersonId, PlanId

if TYPE_CHECKING:
    from ihs_domain.case import Case


def worker_supervisor_and_team_agreed(case: "Case", entry: Entry[PlanFinalised]) -> Objection | None:
    """A plan is finalised once the worker, their supervisor and the team have agreed to it."""
    plan, planning = entry.event.plan, case.planning
    team = case.teaming.includes_any(planning.agreed_by.get(plan, frozenset())) or case.teaming.took_part_in(plan)
    lacking = [
        *(["the worker"] if plan not in planning.agreed_by_worker else []),
        *(["the supervisor"] if not _supervisor_agreed(case, plan) else []),
        *(["the team"] if not team else []),
    ]
    if not lacking:
        return None
    return Objection(
        f"the plan lacks the agreement of {' and '.join(lacking)}", "record their agreement, then finalise", (plan,)
    )


def _supervisor_agreed(case: "Case", plan: PlanId) -> bool:
    """Whether a supervisor agreed to a plan who did not hold the case as its worker that day."""
    agreed = case.planning.supervisors.get(plan, frozenset())
    return any(case.assigning.supervises(who, day) and who.id != case.assigning.held_on(day) for who, day in agreed)


def team_was_asked(case: "Case", entry: Entry[PlanReviewed]) -> Objection | None:
    """Team members are asked for information when the plan is reviewed."""
    if case.teaming.includes_any(entry.event.asked):
        return None
    return Objection("no team member was asked for information", "ask the team, and record whom", (entry.event.plan,))


def family_signs_the_plan(history: History, on: date) -> Iterator[Owed]:
    """Each parent or guardian signs the finalised plan, or their reasons for refusing are on record."""
    for finalised in history.of(PlanFinalised):
        for parent, joined in parents(history).items():
            if joined <= finalised.day:
                yield _signature(history, finalised, parent)


def _signature(history: History, finalised: Entry[PlanFinalised], parent: PersonId) -> Owed:
    plan = finalised.event.plan
    answers = [
        e for e in history.of_any(PlanSigned, PlanSignatureRefused) if (e.event.plan, e.event.by) == (plan, parent)
    ]
    met = [e for e in answers if isinstance(e.event, PlanSigned) or e.event.reasons]
    near = tuple(NearMiss(e.version, "the reasons for refusing are not on record") for e in answers if e not in met)
    return Owed("the plan is signed", finalised.day, (plan, parent), met_by=tuple(met[:1]), near=near)


def team_develops_the_plan(history: History, on: date) -> Iterator[Owed]:
    """The team develops a plan that answers the family's needs.

    None is owed where services, not a court's, ended as not appropriate before there was one.
    """
    opened = opened_on(history)
    if opened is None or _ended_without_a_plan(history):
        return
    judged = [(e, _not_by_the_team(history, e)) for e in history.of(PlanAgreed)]
    met = tuple(e for e, why in judged if not why)
    near = tuple(NearMiss(e.version, why) for e, why in judged if why)
    yield Owed("the team develops the plan", opened, met_by=met[:1], near=near)


def _ended_without_a_plan(history: History) -> bool:
    closed = history.last(CaseClosed)
    not_appropriate = closed is not None and closed.event.reason is Ending.NOT_APPROPRIATE
    return not_appropriate and not history.of(PlanAgreed) and not _ordered(history)


def _ordered(history: History) -> list[Entry[CourtOrderReceived]]:
    return [e for e in history.of(CourtOrderReceived) if e.event.services_ordered]


def _not_by_the_team(history: History, agreed: Entry[PlanAgreed]) -> str:
    """Why an agreed plan is not the team's for the family's needs; empty if it is."""
    plan = agreed.event.plan
    drafts = [e for e in history.of_any(PlanDrafted, PlanAmended) if e.event.plan == plan and e.day <= agreed.day]
    if not any(e.event.goals for e in drafts):
        return "it answers no need of the family"
    if by_the_team(history, agreed, agreed.event.agreed_by):
        return ""
    return "" if _part_in(history, plan) else "no team member took part"


def _part_in(history: History, plan: PlanId) -> list[Entry[Any]]:
    """The team's meetings and input about this plan."""
    return [e for e in team_input(history, Topic.PLAN) if e.event.plan == plan]


def team_gives_input_to_changes(history: History, on: date) -> Iterator[Owed]:
    """The team gives input to each change of the plan, with it or since the change before."""
    earlier = (date.min, 0)
    for amended in history.of(PlanAmended):
        own = [amended] if by_the_team(history, amended, amended.event.input_by) else []
        about = [e for e in team_input(history, Topic.CHANGES) if e.event.plan in {None, amended.event.plan}]
        met = [*own, *(e for e in about if (e.day, e.version) > earlier)]
        near = () if own else (NearMiss(amended.version, "no team member gave input to it"),)
        subject = (amended.event.plan, f"@{amended.version}")
        yield Owed("the team gives input to the change", amended.day, subject, met_by=tuple(met[:1]), near=near)
        earlier = (amended.day, amended.version)


def plan_is_finalised_within(days: Mapping[Code, int]) -> DutyRule:
    """A duty: in a case with a program code, the first plan is complete so many *days* after its program's start.

    The start is the earlier of the court's order and the opening. A plan is complete when all agreed and it is final.
    """

    def plan_is_finalised(history: History, on: date) -> Iterator[Owed]:
        """The initial plan is final within the days of the case's program."""
        opened = history.first(CaseOpened)
        allowed = days.get(opened.event.program) if opened and opened.event.program else None
        if opened is None or allowed is None:
            return
        start = min([opened.day, *(e.day for e in _ordered(history))])
        whole = [evidence for _, evidence in completions(history) if evidence]
        first = min(whole, key=lambda evidence: max(e.day for e in evidence), default=())
        agreed = [e for e in history.of(PlanAgreed) if e not in first]
        near = tuple(NearMiss(e.version, "it was agreed, and not finalised") for e in agreed)
        due = days_after(start, allowed)
        yield Owed("the initial plan is finalised", start, due=due, met_by=first, near=near)

    return plan_is_finalised


def plans_follow_each_other(history: History, on: date) -> Iterator[Owed]:
    """By the last day of a finalised plan the next is final and leaves no day between, or the case is closed."""
    dated = sorted(_dated(history), key=lambda run: run[:2])
    for first, last, finalised in dated:
        later = [(f, e) for f, _, e in dated if f > first]
        next_ = [e for f, e in later if f <= days_after(last, 1)]
        near = tuple(
            NearMiss(e.version, f"it begins {(f - last).days - 1} days after") for f, e in later if e not in next_
        )
        closed = [e for e in history.of(CaseClosed) if e.day <= last]
        met = tuple(next_[:1] or closed[-1:])
        subject = (finalised.event.plan,)
        yield Owed("no day is left between plans", first, subject, due=last, met_by=met, near=near)


def _dated(history: History) -> Iterator[tuple[date, date, Entry[PlanFinalised]]]:
    """The first and last day of each finalised plan that says its last."""
    drafts = {e.event.plan: e.event for e in history.of(PlanDrafted)}
    for finalised in history.of(PlanFinalised):
        draft = drafts.get(finalised.event.plan)
        if draft is not None and draft.to_on is not None:
            yield draft.from_on or finalised.day, draft.to_on, finalised


def person_takes_part_in_the_plan(*relations: Relation) -> DutyRule:
    """A duty: each household member of these *relations* takes part in making the plan now agreed."""

    def person_takes_part(history: History, on: date) -> Iterator[Owed]:
        """The person takes part in making the plan now agreed."""
        agreed = history.last(PlanAgreed)
        for person, joined in related(history, *relations).items() if agreed else ():
            if agreed is not None and joined <= agreed.day:
                met = tuple(_took_part(history, agreed, person)[:1])
                yield Owed("the person takes part in the plan", agreed.day, (agreed.event.plan, person), met_by=met)

    return person_takes_part


def _took_part(history: History, agreed: Entry[PlanAgreed], person: PersonId) -> list[Entry[Any]]:
    """What shows that *person* took part in making the plan: its agreement, a meeting about it, or input to it."""
    plan = agreed.event.plan
    met = [
        e
        for e in history.of(TeamMeetingHeld)
        if e.event.plan == plan and Topic.PLAN in e.event.about and person in e.event.attended
    ]
    said = [
        e
        for e in history.of(TeamInputRecorded)
        if (e.event.plan, e.event.about, e.event.member) == (plan, Topic.PLAN, person)
    ]
    return [*([agreed] if person in agreed.event.agreed_by else []), *met, *said]
