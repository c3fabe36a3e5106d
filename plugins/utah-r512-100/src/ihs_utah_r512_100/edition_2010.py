"""The edition in force from 2010-10-08: the earliest date its notice names; known to be in force until 2015-12-01.

Source: Utah State Bulletin 2010-17, file 33925, the text as amended.
"""

from datetime import date
from typing import Final

from ihs_domain.assessing import family_is_assessed
from ihs_domain.closing import (
    CaseClosed,
    each_child_is_accounted_for,
    no_threat_is_left,
    supervisor_reviews_the_ending,
    threats_are_accounted_for,
    what_is_said_of_each_child_is_on_record,
)
from ihs_domain.completing import team_gives_input_to_changes
from ihs_domain.contacting import a_victim_is_spoken_to_alone
from ihs_domain.editions import Edition
from ihs_domain.planning import (
    PlanAgreed,
    assessment_is_complete,
    children_have_permanency_goals,
    parents_receive_the_plan,
    plan_is_written,
    team_assists_with_goals,
    team_assists_with_plan,
    team_took_part,
)
from ihs_domain.requesting import Ground, ServicesAccepted, acceptance_names_one_of, family_needs_services
from ihs_domain.rules import Bears, Rule
from ihs_domain.teaming import team_assists_with_assessment, team_is_established, team_oversees_progress
from ihs_domain.terms import Jurisdiction

PRIVATE_CONVERSATION: Final = Rule(
    "R512-100-1(3)(e)", "a component: a private conversation with one or more children substantiated as victims"
)
PLAN_RESTS_ON_ASSESSMENT: Final = Rule("R512-100-2(2)", "the plan is based on the assessment of strengths and needs")
GROUNDS: Final = Rule(
    "R512-100-3(1)",
    "services may be provided on one of four grounds: an unmanaged threat, harm but safe at home, "
    "a child being reunited, an adoption at risk",
)
NOT_ACCEPTED: Final = Rule(
    "R512-100-3(2)", "a family that reaches resources on its own, with no threat left unmanaged, may not be accepted"
)
TEAM: Final = Rule("R512-100-5(1)(a)", "a team is established for each family, with its assistance")
TEAMS_PART: Final = Rule(
    "R512-100-5(1)(b)",
    "the team assists with assessment, plan and permanency goals, oversees progress, and gives input to changes",
    bears=(Bears.DUTY,),
)
ASSESSMENT: Final = Rule(
    "R512-100-5(2)(a)", "a written assessment of strengths and underlying needs is completed for each family"
)
PLAN: Final = Rule(
    "R512-100-5(3)(a)",
    "each child and family has a written plan based on the assessment, in accordance with 62A-4a-205",
)
PLAN_BY_TEAM: Final = Rule("R512-100-5(3)(b)", "members of the team assist in creating the plan")
COPIES: Final = Rule(
    "R512-100-5(3)(c)",
    "a copy of the completed plan goes to the parent or guardian; court-ordered, also to the court, "
    "the Assistant Attorney General, the Guardian ad Litem and counsel",
)
GOALS: Final = Rule(
    "R512-100-5(4)(a)", "every child has a primary and a concurrent permanency goal identified by the team"
)
DURATION: Final = Rule(
    "R512-100-5(5)(a)",
    "services go on until the identified threats are managed, or the child can no longer safely remain at home",
    bears=(Bears.GATE, Bears.FINDING, Bears.DUTY),
)

UTAH_2010: Final = Edition(
    "utah-r512-100",
    Jurisdiction("us-ut"),
    "America/Denver",
    in_force_from=date(2010, 10, 8),
    in_force_until=date(2015, 12, 1),
    rules=(
        PRIVATE_CONVERSATION,
        PLAN_RESTS_ON_ASSESSMENT,
        GROUNDS,
        NOT_ACCEPTED,
        TEAM,
        TEAMS_PART,
        ASSESSMENT,
        PLAN,
        PLAN_BY_TEAM,
        COPIES,
        GOALS,
        DURATION,
    ),
    gates={
        ServicesAccepted: (
            (
                acceptance_names_one_of(
                    Ground.THREAT_NOT_MANAGED,
                    Ground.MALTREATED_BUT_CAN_STAY,
                    Ground.REUNITING,
                    Ground.ADOPTION_AT_RISK,
                ),
                GROUNDS,
            ),
            (family_needs_services, NOT_ACCEPTED),
        ),
        PlanAgreed: (
            (assessment_is_complete, PLAN_RESTS_ON_ASSESSMENT, PLAN),
            (team_took_part, PLAN_BY_TEAM),
        ),
        CaseClosed: (
            (threats_are_accounted_for, DURATION),
            (each_child_is_accounted_for, DURATION),
            (what_is_said_of_each_child_is_on_record, DURATION),
        ),
    },
    finds={CaseClosed: ((no_threat_is_left, DURATION),)},
    duties=(
        (team_is_established, TEAM),
        (family_is_assessed, ASSESSMENT),
        (plan_is_written, PLAN),
        (team_assists_with_assessment, TEAMS_PART),
        (team_assists_with_plan, TEAMS_PART),
        (team_assists_with_goals, TEAMS_PART),
        (team_oversees_progress, TEAMS_PART),
        (team_gives_input_to_changes, TEAMS_PART),
        (parents_receive_the_plan, COPIES),
        (children_have_permanency_goals, GOALS),
        (a_victim_is_spoken_to_alone, PRIVATE_CONVERSATION),
    ),
    after_closing=((supervisor_reviews_the_ending, DURATION),),
)
