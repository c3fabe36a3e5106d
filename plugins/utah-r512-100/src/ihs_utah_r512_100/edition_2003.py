"""The edition in force from 2003-09-03 until the day before the next.

Source: Utah State Bulletin 2010-17, file 33925: the text struck there, with the words both editions share.
"""

from datetime import date
from typing import Final

from ihs_domain.closing import CaseClosed, summary_is_written
from ihs_domain.contacting import a_victim_is_spoken_to_alone, intensity_is_decided, worker_visits_every_month
from ihs_domain.editions import Edition
from ihs_domain.opening import family_is_asked_for_consent
from ihs_domain.planning import (
    PlanAgreed,
    assessment_is_complete,
    assessment_precedes_plan,
    family_and_team_receive_the_plan,
    plan_is_complete,
    plan_is_reviewed_every,
)
from ihs_domain.requesting import audiences_are_told
from ihs_domain.rules import Rule
from ihs_domain.teaming import initial_meeting_sets_intensity
from ihs_domain.terms import Jurisdiction

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
INITIAL_MEETING: Final = Rule("R512-100-5 C.1", "an initial team meeting sets the intensity and discusses options")
ASSESSMENT_FIRST: Final = Rule(
    "R512-100-5 D", "the functional assessment is updated with new information and before the plan"
)
PLAN_REVIEW: Final = Rule("R512-100-5 F", "the plan is reviewed at least every three months")
PLAN_COMPLETE: Final = Rule(
    "R512-100-5 G", "the plan is complete when worker, supervisor and team agreed to it and it is finalised in SAFE"
)
COPIES: Final = Rule("R512-100-5 H", "a copy of the plan goes to the family and to the other team members")
INTENSITY: Final = Rule("R512-100-5 L", "each setting of intensity considers six factors")
FINAL_SUMMARY: Final = Rule("R512-100-7 B", "a final progress summary is completed, with the reason for closing")

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
        INITIAL_MEETING,
        ASSESSMENT_FIRST,
        PLAN_REVIEW,
        PLAN_COMPLETE,
        COPIES,
        INTENSITY,
        FINAL_SUMMARY,
    ),
    gates={
        PlanAgreed: ((assessment_is_complete, PLAN_RESTS_ON_ASSESSMENT),),
        CaseClosed: ((summary_is_written, FINAL_SUMMARY),),
    },
    duties=(
        (audiences_are_told, DECISION_TOLD),
        (intensity_is_decided, EVALUATED, INTENSITY),
        (initial_meeting_sets_intensity, INITIAL_MEETING),
        (family_is_asked_for_consent, CONSENT),
        (assessment_precedes_plan, ASSESSMENT_FIRST),
        (plan_is_complete, PLAN_COMPLETE),
        (plan_is_reviewed_every(3), PLAN_REVIEW),
        (family_and_team_receive_the_plan, COPIES),
        (a_victim_is_spoken_to_alone, PRIVATE_CONVERSATION),
        (worker_visits_every_month, MONTHLY_VISIT),
    ),
)
