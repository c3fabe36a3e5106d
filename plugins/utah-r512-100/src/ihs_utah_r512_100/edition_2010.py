"""The edition in force from 2010-10-08: the earliest date its notice names; known to be in force until 2015-12-01.

Source: Utah State Bulletin 2010-17, file 33925, the text as amended.
"""

from datetime import date
from typing import Final

from ihs_domain.assessing import (
    FamilyAssessmentCompleted,
    FamilyAssessmentUpdated,
    NeedIdentified,
    StrengthIdentified,
    family_is_assessed,
)
from ihs_domain.closing import (
    CaseClosed,
    each_child_is_accounted_for,
    no_threat_is_left,
    supervisor_reviews_the_ending,
    threats_are_accounted_for,
    what_is_said_of_each_child_is_on_record,
)
from ihs_domain.completing import team_gives_input_to_changes
from ihs_domain.contacting import ContactMade, a_victim_is_spoken_to_alone
from ihs_domain.courts import court_parties_receive_the_plan, goals_are_submitted_to_the_court, no_order_stands
from ihs_domain.editions import Edition
from ihs_domain.household import ChildReturnedHome, VictimSubstantiated
from ihs_domain.opening import (
    AuthorityChanged,
    CaseOpened,
    CourtOrderEnded,
    CourtOrderReceived,
    PetitionConsidered,
    PetitionFiled,
)
from ihs_domain.permanency import (
    PermanencyGoalsApproved,
    PermanencyGoalsNotApproved,
    children_have_permanency_goals,
    team_assists_with_goals,
)
from ihs_domain.plan_copies import parents_receive_the_plan
from ihs_domain.planning import (
    GoalProgressRecorded,
    PlanAgreed,
    PlanAmended,
    PlanDrafted,
    assessment_is_complete,
    plan_is_written,
    team_assists_with_plan,
    team_took_part,
)
from ihs_domain.releasing import InformationDisclosed, disclosure_rests_on
from ihs_domain.requesting import (
    Ground,
    ServicesAccepted,
    acceptance_names_one_of,
    family_needs_services,
    ordered_acceptance_names_one_of,
)
from ihs_domain.roles import Role
from ihs_domain.rules import Bears, Rule
from ihs_domain.safety import ThreatManaged, it_is_said_how
from ihs_domain.serving import ReferralGiven, ReferralSent, ResourceIdentified, ServiceDelivered
from ihs_domain.teaming import (
    TeamFormed,
    TeamMeetingHeld,
    TeamMemberAdded,
    team_assists_with_assessment,
    team_is_established,
    team_oversees_progress,
)
from ihs_domain.terms import Jurisdiction
from ihs_utah_r512_100.holidays import UTAH_WORKING_DAYS

FIRST_DAY, LAST_DAY = date(2010, 10, 8), date(2015, 12, 1)

PURPOSE: Final = Rule(
    "R512-100-1(1)",
    "services let children at risk remain safely in their own home, and help children in custody return home",
    bears=(Bears.RECORD,),
)
DESIGN: Final = Rule(
    "R512-100-1(2)",
    "services help families through crises, teach skills in the home, and connect families to their community",
    bears=(Bears.RECORD,),
)
COMPONENTS: Final = Rule(
    "R512-100-1(3)(a)-(d)",
    "the components: case management, skills and family education, counselling and therapy, home visits",
    bears=(Bears.RECORD,),
)
PRIVATE_CONVERSATION: Final = Rule(
    "R512-100-1(3)(e)",
    "a component: a private conversation with one or more children substantiated as victims",
    bears=(Bears.RECORD, Bears.DUTY),
)
AUTHORITY_TO_PROVIDE: Final = Rule(
    "R512-100-1(4) [first]",
    "62A-4a-105, 62A-4a-201 and 62A-4a-202 authorise the agency to provide these services",
    bears=(Bears.RECORD,),
)
AUTHORITY_FOR_THE_RULE: Final = Rule("R512-100-1(4) [second]", "62A-4a-102 authorises this rule", bears=(Bears.RECORD,))
ASSESSMENT_DEFINED: Final = Rule(
    "R512-100-2(1)",
    "the assessment defines strengths and needs: by it services are picked, progress measured, plans adjusted",
    bears=(Bears.RECORD,),
)
PLAN_RESTS_ON_ASSESSMENT: Final = Rule(
    "R512-100-2(2)", "the plan is based on the assessment of strengths and needs", bears=(Bears.GATE,)
)
TEAM_DEFINED: Final = Rule(
    "R512-100-2(3)",
    "the team meets as often as needed and supports the family; the referent and persons the family names may join",
    bears=(Bears.RECORD,),
)
GROUNDS: Final = Rule(
    "R512-100-3(1)",
    "services may be provided on one of four grounds: an unmanaged threat, harm but safe at home, "
    "a child being reunited, an adoption at risk",
    bears=(Bears.MAY, Bears.GATE, Bears.FINDING),
)
NOT_ACCEPTED: Final = Rule(
    "R512-100-3(2)",
    "a family that reaches resources on its own, with no threat left unmanaged, may not be accepted",
    bears=(Bears.GATE,),
)
VOLUNTARY: Final = Rule(
    "R512-100-3(3)(a)", "services are voluntary or court-ordered; voluntary is preferred", bears=(Bears.RECORD,)
)
PETITION: Final = Rule(
    "R512-100-3(3)(b)",
    "a petition for court-ordered protective supervision may be filed; what a court ordered, a court ends",
    bears=(Bears.MAY, Bears.FINDING),
)
REGIONS: Final = Rule("R512-100-3(4)", "services are available in every region of the state", bears=(Bears.RECORD,))
TEAM: Final = Rule(
    "R512-100-5(1)(a)", "a team is established for each family, with its assistance", bears=(Bears.DUTY,)
)
TEAMS_PART: Final = Rule(
    "R512-100-5(1)(b)",
    "the team assists with assessment, plan and permanency goals, oversees progress, and gives input to changes",
    bears=(Bears.DUTY,),
)
ASSESSMENT: Final = Rule(
    "R512-100-5(2)(a)",
    "a written assessment of strengths and underlying needs is completed for each family",
    bears=(Bears.DUTY,),
)
PLAN: Final = Rule(
    "R512-100-5(3)(a)",
    "each child and family has a written plan based on the assessment, in accordance with 62A-4a-205",
    bears=(
        Bears.GATE,
        Bears.DUTY,
    ),
)
PLAN_BY_TEAM: Final = Rule("R512-100-5(3)(b)", "members of the team assist in creating the plan", bears=(Bears.GATE,))
COPIES: Final = Rule(
    "R512-100-5(3)(c)",
    "a copy of the completed plan goes to the parent or guardian; court-ordered, also to the court, "
    "the Assistant Attorney General, the Guardian ad Litem and counsel",
    bears=(Bears.NOTICE,),
)
GOALS: Final = Rule(
    "R512-100-5(4)(a)",
    "every child has a primary and a concurrent permanency goal identified by the team",
    bears=(Bears.DUTY,),
)
GOALS_TO_COURT: Final = Rule(
    "R512-100-5(4)(b)",
    "court-ordered: the primary and the concurrent permanency goal are submitted to the court for approval",
    bears=(Bears.DUTY,),
)
DURATION: Final = Rule(
    "R512-100-5(5)(a)",
    "services go on until the identified threats are managed, or the child can no longer safely remain at home",
    bears=(Bears.GATE, Bears.FINDING, Bears.DUTY),
)

FOUR_GROUNDS: Final = (
    Ground.THREAT_NOT_MANAGED,
    Ground.MALTREATED_BUT_CAN_STAY,
    Ground.REUNITING,
    Ground.ADOPTION_AT_RISK,
)

UTAH_2010: Final = Edition(
    "utah-r512-100",
    Jurisdiction("us-ut"),
    "America/Denver",
    working_days=UTAH_WORKING_DAYS,
    retention_years=50,  # the state archives' schedule, which is no clause of the rule
    in_force_from=FIRST_DAY,
    in_force_until=LAST_DAY,
    rules=(
        PURPOSE,
        DESIGN,
        COMPONENTS,
        PRIVATE_CONVERSATION,
        AUTHORITY_TO_PROVIDE,
        AUTHORITY_FOR_THE_RULE,
        ASSESSMENT_DEFINED,
        PLAN_RESTS_ON_ASSESSMENT,
        TEAM_DEFINED,
        GROUNDS,
        NOT_ACCEPTED,
        VOLUNTARY,
        PETITION,
        REGIONS,
        TEAM,
        TEAMS_PART,
        ASSESSMENT,
        PLAN,
        PLAN_BY_TEAM,
        COPIES,
        GOALS,
        GOALS_TO_COURT,
        DURATION,
    ),
    gates={
        ServicesAccepted: (
            (acceptance_names_one_of(*FOUR_GROUNDS, since=FIRST_DAY, until=LAST_DAY), GROUNDS),
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
    finds={
        ServicesAccepted: ((ordered_acceptance_names_one_of(*FOUR_GROUNDS, since=FIRST_DAY, until=LAST_DAY), GROUNDS),),
        ThreatManaged: ((it_is_said_how, DURATION),),
        CaseClosed: ((no_threat_is_left, DURATION), (no_order_stands, PETITION)),
        InformationDisclosed: ((disclosure_rests_on(TEAMS_PART.cite, COPIES.cite),),),
    },
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
        (
            court_parties_receive_the_plan(
                Role.COURT,
                Role.ASSISTANT_ATTORNEY_GENERAL,
                Role.GUARDIAN_AD_LITEM,
                where_named=frozenset({Role.PARENTS_COUNSEL}),
            ),
            COPIES,
        ),
        (children_have_permanency_goals, GOALS),
        (goals_are_submitted_to_the_court, GOALS_TO_COURT),
        (a_victim_is_spoken_to_alone, PRIVATE_CONVERSATION),
    ),
    records={
        CaseOpened: (PURPOSE, AUTHORITY_TO_PROVIDE, AUTHORITY_FOR_THE_RULE, VOLUNTARY, REGIONS),
        VictimSubstantiated: (PRIVATE_CONVERSATION,),
        ChildReturnedHome: (PURPOSE,),
        AuthorityChanged: (VOLUNTARY,),
        PetitionConsidered: (PETITION,),
        PetitionFiled: (PETITION,),
        CourtOrderReceived: (PETITION,),
        CourtOrderEnded: (PETITION,),
        ServiceDelivered: (DESIGN, COMPONENTS),
        ContactMade: (COMPONENTS,),
        ResourceIdentified: (DESIGN,),
        ReferralSent: (DESIGN,),
        ReferralGiven: (DESIGN,),
        FamilyAssessmentCompleted: (ASSESSMENT_DEFINED,),
        FamilyAssessmentUpdated: (ASSESSMENT_DEFINED,),
        StrengthIdentified: (ASSESSMENT_DEFINED,),
        NeedIdentified: (ASSESSMENT_DEFINED,),
        PlanDrafted: (ASSESSMENT_DEFINED,),
        PlanAmended: (ASSESSMENT_DEFINED,),
        GoalProgressRecorded: (ASSESSMENT_DEFINED,),
        TeamFormed: (TEAM_DEFINED,),
        TeamMemberAdded: (TEAM_DEFINED,),
        TeamMeetingHeld: (TEAM_DEFINED,),
        PermanencyGoalsApproved: (GOALS_TO_COURT,),
        PermanencyGoalsNotApproved: (GOALS_TO_COURT,),
    },
    after_closing=((supervisor_reviews_the_ending, DURATION),),
)
