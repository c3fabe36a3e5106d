"""The edition in force from 2003-09-03 until the day before the next.

Source: Utah State Bulletin 2010-17, file 33925: the text struck there, with the words both editions share.
"""

from datetime import date
from typing import Final

from ihs_domain.acting import by_a_supervisor
from ihs_domain.assessing import assessment_is_updated
from ihs_domain.closing import (
    CaseClosed,
    EndingDetermined,
    FinalSummaryWritten,
    ServicesExtended,
    ended_on_an_assessment,
    ended_without_an_order,
    final_summary_follows,
    final_summary_is_written,
    summary_is_written,
)
from ihs_domain.completing import (
    family_signs_the_plan,
    team_develops_the_plan,
    team_was_asked,
    worker_supervisor_and_team_agreed,
)
from ihs_domain.contacting import (
    ContactMade,
    UnannouncedVisitsExplained,
    a_victim_is_spoken_to_alone,
    contacts_of_others_are_reported,
    family_is_contacted_every_month,
    family_is_told_of_unannounced_visits,
    intensity_is_decided,
    worker_visits_every_month,
)
from ihs_domain.editions import Edition
from ihs_domain.extending import (
    all_find_it_necessary,
    extension_says_why_and_how,
    not_by_a_supervisor,
    not_found_necessary,
    not_said_why_and_how,
    services_end_or_are_extended,
    while_at,
)
from ihs_domain.meeting import team_meets_every
from ihs_domain.opening import family_is_asked_for_consent
from ihs_domain.planning import (
    PlanAgreed,
    PlanFinalised,
    PlanReviewed,
    PlanSignatureRefused,
    PlanSigned,
    assessment_is_complete,
    assessment_precedes_plan,
    family_and_team_receive_the_plan,
    plan_is_complete,
    plan_is_reviewed_every,
)
from ihs_domain.requesting import audiences_are_told
from ihs_domain.responding import (
    Step,
    each_child_is_interviewed,
    removal_is_consulted,
    removal_should_be_consulted,
    removal_way_is_on_record,
    violence_is_answered_by,
    workers_confer_before_a_removal,
)
from ihs_domain.roles import Role
from ihs_domain.rules import Bears, Rule
from ihs_domain.teaming import TeamMeetingHeld, family_has_a_team, initial_meeting_sets_intensity
from ihs_domain.terms import Code, Jurisdiction

EARLY_INTERVENTION: Final = Code("early-intervention")
INTENSIVE: Final = Code("intensive")
CPS: Final = frozenset({Role.CPS_SUPERVISOR, Role.CPS_WORKER})

MONTHLY_VISIT: Final = Rule("R512-100-1 B.4", "the worker visits child and family at least once a month")
PRIVATE_CONVERSATION: Final = Rule(
    "R512-100-1 B.5", "a component: a private conversation with one or more substantiated children"
)
PLAN_RESTS_ON_ASSESSMENT: Final = Rule("R512-100-2 A", "the plan is based on the assessment of strengths and needs")
EVALUATED: Final = Rule(
    "R512-100-3 B", "a request is evaluated as soon as possible, and its initial intensity decided with it"
)
CONSENT: Final = Rule("R512-100-3 E", "the family is asked to sign a consent after opening and before services begin")
DECISION_TOLD: Final = Rule(
    "R512-100-3 G", "the family and the referent are told of the decision, and the telling is on record"
)
TEAM: Final = Rule(
    "R512-100-5 A", "a team is developed or strengthened for every family receiving services", bears=(Bears.DUTY,)
)
TEAM_MEETINGS: Final = Rule(
    "R512-100-5 B", "the team goes on meeting, at least once every six months", bears=(Bears.DUTY,)
)
INITIAL_MEETING: Final = Rule(
    "R512-100-5 C.1", "an initial team meeting sets the intensity and discusses options", bears=(Bears.DUTY,)
)
TRANSITION_MEETING: Final = Rule(
    "R512-100-5 C.2",
    "a transition meeting may be held before services end: on safety and risk, remaining needs, and the family's own "
    "access to services",
    bears=(Bears.MAY,),
)
ASSESSMENT_FIRST: Final = Rule(
    "R512-100-5 D",
    "the functional assessment is updated with new information and before the plan",
    bears=(Bears.DUTY,),
)
PLAN_BY_TEAM: Final = Rule(
    "R512-100-5 E", "the team develops a plan by which the family can meet its needs", bears=(Bears.DUTY,)
)
PLAN_REVIEW: Final = Rule(
    "R512-100-5 F",
    "the plan is reviewed at least every three months, with information asked of team members",
    bears=(Bears.DUTY, Bears.FINDING),
)
PLAN_COMPLETE: Final = Rule(
    "R512-100-5 G",
    "the plan is complete when worker, supervisor and team agreed to it and it is finalised in SAFE; signatures "
    "follow, and whoever refuses has their reasons on record",
    bears=(Bears.GATE, Bears.DUTY, Bears.RECORD),
)
COPIES: Final = Rule("R512-100-5 H", "a copy of the plan goes to the family and to the other team members")
INTENSITY: Final = Rule("R512-100-5 L", "each setting of intensity considers six factors")
MONTHLY_CONTACT: Final = Rule(
    "R512-100-5 N",
    "the worker or a team member contacts the family at least monthly; whoever does not hold the case reports nature "
    "and outcome to the case manager",
    bears=(Bears.DUTY,),
)
UNANNOUNCED: Final = Rule(
    "R512-100-5 O",
    "visits may come unannounced, and the family should be told that they may",
    bears=(Bears.MAY,),
)
EARLY: Final = Rule(
    "R512-100-6 A",
    "early intervention may last 30 to 90 days, and longer where worker, supervisor and team find it necessary",
    bears=(Bears.MAY, Bears.DUTY, Bears.GATE),
)
INTENSIVE_DAYS: Final = Rule(
    "R512-100-6 B",
    "intensive services are provided for 60 to 90 days; the supervisor or a designee may approve more, for reasons, "
    "with desired results and methods",
    bears=(Bears.DUTY, Bears.GATE),
)
NOT_APPROPRIATE: Final = Rule(
    "R512-100-7 A",
    "services that the first assessment finds not appropriate may end without a plan, unless a court ordered them",
    bears=(Bears.MAY, Bears.FINDING),
)
FINAL_SUMMARY: Final = Rule(
    "R512-100-7 B",
    "a final progress summary is completed, with the reason for closing",
    bears=(Bears.DUTY, Bears.GATE),
)
CONFERRED: Final = Rule(
    "R512-100-7 C",
    "two workers assigned confer before deciding on a removal, unless it is an emergency",
    bears=(Bears.DUTY,),
)
REMOVAL_WAY: Final = Rule(
    "R512-100-7 D",
    "a removal follows R512-200: by warrant, motion hearing, or without a warrant where circumstances allow",
    bears=(Bears.DUTY,),
)
REMOVAL_CONSULTED: Final = Rule(
    "R512-100-7 E",
    "a removal is consulted beforehand with the supervisor and with a CPS supervisor or worker; guardian ad litem and "
    "Assistant Attorney General should be consulted",
    bears=(Bears.DUTY,),
)
VIOLENCE_STAFFED: Final = Rule(
    "R512-100-8 A.1",
    "domestic violence newly identified is staffed with the supervisor or a specialist",
    bears=(Bears.DUTY,),
)
VICTIM_ASSESSED: Final = Rule(
    "R512-100-8 A.2-3", "the victim is assessed alone, or by a specialist", bears=(Bears.DUTY,)
)
RISK_OF_DANGER: Final = Rule("R512-100-8 A.4", "the Risk of Danger form is completed", bears=(Bears.DUTY,))
VIOLENCE_PLANNED_FOR: Final = Rule("R512-100-8 A.5", "a safety plan is created", bears=(Bears.DUTY,))
CHILD_INTERVIEWED: Final = Rule("R512-100-8 A.6", "the child is interviewed and assessed", bears=(Bears.DUTY,))

UTAH_2003: Final = Edition(
    "utah-r512-100",
    Jurisdiction("us-ut"),
    "America/Denver",
    in_force_from=date(2003, 9, 3),
    in_force_until=date(2010, 10, 7),
    rules=(
        MONTHLY_VISIT,
        PRIVATE_CONVERSATION,
        PLAN_RESTS_ON_ASSESSMENT,
        EVALUATED,
        CONSENT,
        DECISION_TOLD,
        TEAM,
        TEAM_MEETINGS,
        INITIAL_MEETING,
        TRANSITION_MEETING,
        ASSESSMENT_FIRST,
        PLAN_BY_TEAM,
        PLAN_REVIEW,
        PLAN_COMPLETE,
        COPIES,
        INTENSITY,
        MONTHLY_CONTACT,
        UNANNOUNCED,
        EARLY,
        INTENSIVE_DAYS,
        NOT_APPROPRIATE,
        FINAL_SUMMARY,
        CONFERRED,
        REMOVAL_WAY,
        REMOVAL_CONSULTED,
        VIOLENCE_STAFFED,
        VICTIM_ASSESSED,
        RISK_OF_DANGER,
        VIOLENCE_PLANNED_FOR,
        CHILD_INTERVIEWED,
    ),
    gates={
        PlanAgreed: ((assessment_is_complete, PLAN_RESTS_ON_ASSESSMENT),),
        PlanFinalised: ((worker_supervisor_and_team_agreed, PLAN_COMPLETE),),
        ServicesExtended: (
            (while_at(EARLY_INTERVENTION, all_find_it_necessary), EARLY),
            (while_at(INTENSIVE, by_a_supervisor), INTENSIVE_DAYS),
            (while_at(INTENSIVE, extension_says_why_and_how), INTENSIVE_DAYS),
        ),
        CaseClosed: ((summary_is_written, FINAL_SUMMARY),),
    },
    finds={
        PlanReviewed: ((team_was_asked, PLAN_REVIEW),),
        CaseClosed: ((ended_on_an_assessment, NOT_APPROPRIATE), (ended_without_an_order, NOT_APPROPRIATE)),
    },
    duties=(
        (audiences_are_told, DECISION_TOLD),
        (intensity_is_decided, EVALUATED, INTENSITY),
        (family_has_a_team, TEAM),
        (team_meets_every(6), TEAM_MEETINGS),
        (initial_meeting_sets_intensity, INITIAL_MEETING),
        (family_is_asked_for_consent, CONSENT),
        (assessment_precedes_plan, ASSESSMENT_FIRST),
        (assessment_is_updated, ASSESSMENT_FIRST),
        (team_develops_the_plan, PLAN_BY_TEAM),
        (plan_is_complete, PLAN_COMPLETE),
        (family_signs_the_plan, PLAN_COMPLETE),
        (plan_is_reviewed_every(3), PLAN_REVIEW),
        (family_and_team_receive_the_plan, COPIES),
        (a_victim_is_spoken_to_alone, PRIVATE_CONVERSATION),
        (worker_visits_every_month, MONTHLY_VISIT),
        (family_is_contacted_every_month, MONTHLY_CONTACT),
        (contacts_of_others_are_reported, MONTHLY_CONTACT),
        (family_is_told_of_unannounced_visits, UNANNOUNCED),
        (services_end_or_are_extended(EARLY_INTERVENTION, 30, 90, not_found_necessary), EARLY),
        (
            services_end_or_are_extended(INTENSIVE, 60, 90, not_by_a_supervisor, not_said_why_and_how),
            INTENSIVE_DAYS,
        ),
        (final_summary_is_written, FINAL_SUMMARY),
        (workers_confer_before_a_removal, CONFERRED),
        (removal_way_is_on_record, REMOVAL_WAY),
        (removal_is_consulted(frozenset({Role.SUPERVISOR}), CPS), REMOVAL_CONSULTED),
        (removal_should_be_consulted(Role.GUARDIAN_AD_LITEM, Role.ASSISTANT_ATTORNEY_GENERAL), REMOVAL_CONSULTED),
        (violence_is_answered_by(Step.STAFFED), VIOLENCE_STAFFED),
        (violence_is_answered_by(Step.ASSESSED_ALONE), VICTIM_ASSESSED),
        (violence_is_answered_by(Step.RISK_OF_DANGER), RISK_OF_DANGER),
        (violence_is_answered_by(Step.SAFETY_PLAN), VIOLENCE_PLANNED_FOR),
        (each_child_is_interviewed, CHILD_INTERVIEWED),
    ),
    after_closing=((final_summary_follows, FINAL_SUMMARY),),
    records={
        TeamMeetingHeld: (TRANSITION_MEETING,),
        PlanSigned: (PLAN_COMPLETE,),
        PlanSignatureRefused: (PLAN_COMPLETE,),
        ContactMade: (UNANNOUNCED,),
        UnannouncedVisitsExplained: (UNANNOUNCED,),
        EndingDetermined: (NOT_APPROPRIATE,),
        FinalSummaryWritten: (FINAL_SUMMARY,),
    },
)
