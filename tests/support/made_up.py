"""An edition of no place on earth that uses every gate and duty there is, and what a test says with it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.agencies import AgreementMade
from ihs_domain.assessing import family_is_assessed
from ihs_domain.case import Case
from ihs_domain.closing import (
    CaseClosed,
    each_child_is_accounted_for,
    no_threat_is_left,
    summary_is_written,
    threats_are_accounted_for,
)
from ihs_domain.contacting import a_victim_is_spoken_to_alone, intensity_is_decided, worker_visits_every_month
from ihs_domain.editions import Edition, GateRow, always
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry
from ihs_domain.opening import family_is_asked_for_consent
from ihs_domain.permanency import children_have_permanency_goals, team_assists_with_goals
from ihs_domain.plan_copies import family_and_team_receive_the_plan, parents_receive_the_plan
from ihs_domain.planning import (
    PlanAgreed,
    assessment_is_complete,
    assessment_precedes_plan,
    plan_is_written,
    team_assists_with_plan,
    team_took_part,
)
from ihs_domain.releasing import Kind
from ihs_domain.requesting import Ground, ServicesAccepted, acceptance_names_one_of, audiences_are_told
from ihs_domain.requesting import family_needs_services as needs_services
from ihs_domain.reviewing import plan_is_complete, plan_is_reviewed_every
from ihs_domain.rules import Rule
from ihs_domain.teaming import (
    initial_meeting_sets_intensity,
    team_assists_with_assessment,
    team_is_established,
    team_oversees_progress,
)

ON: Final = date(2024, 4, 30)
GROUNDS: Final = Rule("M-1", "acceptance names a ground")
NEEDED: Final = Rule("M-2", "services are needed")
RESTS: Final = Rule("M-3", "the plan rests on the assessment")
BY_TEAM: Final = Rule("M-4", "the team takes part")
THREATS: Final = Rule("M-5", "every threat is answered")
CHILDREN: Final = Rule("M-6", "every child is answered for")
SUMMARY: Final = Rule("M-7", "a summary is written")
DUE: Final = Rule("M-8", "what falls due")

names_a_ground: Final = acceptance_names_one_of(Ground.REUNITING, Ground.ADOPTION_AT_RISK)

MADE_UP: Final = Edition(
    "made-up",
    "xx-mu",
    "UTC",
    in_force_from=date(2023, 1, 1),
    rules=(GROUNDS, NEEDED, RESTS, BY_TEAM, THREATS, CHILDREN, SUMMARY, DUE),
    gates={
        ServicesAccepted: ((names_a_ground, GROUNDS), (needs_services, NEEDED)),
        PlanAgreed: ((assessment_is_complete, RESTS), (team_took_part, BY_TEAM)),
        CaseClosed: (
            (threats_are_accounted_for, THREATS),
            (each_child_is_accounted_for, CHILDREN),
            (summary_is_written, SUMMARY),
        ),
    },
    finds={CaseClosed: ((no_threat_is_left, THREATS),)},
    duties=tuple(
        (rule, DUE)
        for rule in (
            audiences_are_told,
            intensity_is_decided,
            initial_meeting_sets_intensity,
            family_is_asked_for_consent,
            family_is_assessed,
            team_is_established,
            team_assists_with_assessment,
            team_oversees_progress,
            assessment_precedes_plan,
            plan_is_written,
            plan_is_complete,
            plan_is_reviewed_every(1),
            team_assists_with_plan,
            parents_receive_the_plan,
            family_and_team_receive_the_plan,
            children_have_permanency_goals,
            team_assists_with_goals,
            a_victim_is_spoken_to_alone,
            worker_visits_every_month,
        )
    ),
)
LAW: Final = always(MADE_UP)
AGREEMENT: Final = AgreementMade("school", frozenset({Kind.REFERRAL, Kind.PLAN_GOALS}), "some")


@frozen
class Without(Edition):
    """The made-up edition with one gate taken out, be it of its tables or of the case's own state."""

    left_out: Gate = field(kw_only=True)

    def asked(self, rows: Iterable[GateRow], case: Case, entry: Entry[Any]) -> Sequence[Objection]:
        return tuple(Edition.asked(self, (row for row in rows if row[0] is not self.left_out), case, entry))


def without(gate: Gate) -> Edition:
    """The made-up edition without *gate*."""
    told = {name: getattr(MADE_UP, name) for name in Edition.__match_args__}
    return Without(**told, left_out=gate)


def ending(last: date) -> Edition:
    """The made-up edition, in force until *last*."""
    return evolve(MADE_UP, in_force_until=last)
