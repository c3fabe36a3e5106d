"""The edition in force from 2003-09-03 until the day before the next.

Source: Utah State Bulletin 2010-17, file 33925: the text struck there, with the words both editions share.
"""

from datetime import date
from typing import Final

from ihs_domain.acting import by_a_supervisor
from ihs_domain.assessing import (
    FamilyAssessmentCompleted,
    FamilyAssessmentUpdated,
    NeedIdentified,
    StrengthIdentified,
    assessment_is_updated,
    inappropriate_services_are_explained,
    unmet_needs_are_explored,
)
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
    Factor,
    IntensitySet,
    UnannouncedVisitsExplained,
    a_victim_is_spoken_to_alone,
    contacts_of_others_are_reported,
    family_is_contacted_every_month,
    family_is_told_of_unannounced_visits,
    intensity_is_decided,
    worker_visits_every_month,
)
from ihs_domain.courts import (
    court_is_asked_to_end_services,
    court_parties_receive_the_plan,
    refusal_at_risk_is_screened,
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
from ihs_domain.household import ChildReturnedHome
from ihs_domain.intensity import each_setting_considers, family_agrees_to, intensity_is_as_ordered
from ihs_domain.meeting import team_meets_every
from ihs_domain.opening import (
    CaseOpened,
    ConsentRefused,
    CourtOrderReceived,
    ServicesBegun,
    family_is_asked_for_consent,
    family_was_asked_for_consent,
)
from ihs_domain.planning import (
    PlanAgreed,
    PlanFinalised,
    PlanReviewed,
    PlanSignatureRefused,
    PlanSigned,
    SupervisorAgreed,
    assessment_is_complete,
    assessment_precedes_plan,
    family_and_team_receive_the_plan,
    plan_is_complete,
    plan_is_reviewed_every,
    supervisor_is_not_the_worker,
)
from ihs_domain.requesting import (
    Ground,
    ServicesAccepted,
    ServicesDenied,
    ServicesRequested,
    acceptance_names_one_of,
    audiences_are_told,
    denial_gives_reasons,
    denial_is_explained,
    denial_is_summed_up,
    family_is_at_risk_or_needs_help,
    ordered_services_are_not_denied,
    other_resources_are_suggested,
    request_is_evaluated,
)
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
from ihs_domain.serving import ServiceDelivered
from ihs_domain.teaming import (
    TeamFormed,
    TeamMeetingHeld,
    TeamMemberAdded,
    family_has_a_team,
    initial_meeting_sets_intensity,
)
from ihs_domain.terms import Code, EditionId, Jurisdiction

INTENSIVE: Final = Code("intensive")
CPS: Final = frozenset({Role.CPS_SUPERVISOR, Role.CPS_WORKER})

ID: Final = EditionId("utah-r512-100@2003-09-03")
EARLY_INTERVENTION: Final = Code("early-intervention")

PURPOSE: Final = Rule(
    "R512-100-1 A",
    "services let children at risk remain safely at home, and help children in custody return home",
    bears=(Bears.RECORD,),
)
COMPONENTS: Final = Rule(
    "R512-100-1 B.1-3",
    "the components: case management, skills development and family education, counselling and therapy",
    bears=(Bears.RECORD,),
)
MONTHLY_VISIT: Final = Rule(
    "R512-100-1 B.4", "the worker visits child and family at least once a month", bears=(Bears.DUTY,)
)
PRIVATE_CONVERSATION: Final = Rule(
    "R512-100-1 B.5",
    "a component: a private conversation with one or more substantiated children",
    bears=(Bears.RECORD, Bears.DUTY),
)
STATUTE: Final = Rule(
    "R512-100-1 C",
    "the agency is authorised by statute to provide these services (which sections stood in 2003 is not on file)",
    bears=(Bears.RECORD,),
)
PLAN_RESTS_ON_ASSESSMENT: Final = Rule(
    "R512-100-2 A", "the plan is based on the assessment of strengths and needs", bears=(Bears.GATE,)
)
TEAM_DEFINED: Final = Rule(
    "R512-100-2 B",
    "the team meets as often as needed and supports the family; the referent and persons the family names may join",
    bears=(Bears.RECORD,),
)
ASSESSMENT_DEFINED: Final = Rule(
    "R512-100-2 C",
    "the functional assessment defines the child's and the family's strengths and needs",
    bears=(Bears.RECORD,),
)
MAY_BE_SERVED: Final = Rule(
    "R512-100-3 A [first sentence]",
    "children potentially at risk of abuse or neglect, and their families, may be served",
    bears=(Bears.MAY,),
)
AGREES_TO_EARLY_INTERVENTION: Final = Rule(
    "R512-100-3 A [second sentence]",
    "early intervention is for a family that agrees to work voluntarily with the agency",
    bears=(Bears.GATE,),
)
EVALUATED: Final = Rule(
    "R512-100-3 B",
    "a request is evaluated as soon as possible, and its initial intensity decided with it",
    bears=(Bears.DUTY,),
)
CRITERIA: Final = Rule(
    "R512-100-3 B.1-5",
    "acceptance may rest on ongoing risk, minimal or no risk of removal, past history, willingness, "
    "or a need for monitoring",
    bears=(Bears.MAY,),
)
DISCRETION: Final = Rule(
    "R512-100-3 C",
    "the agency decides whether a request is accepted, except that court-ordered services cannot be denied",
    bears=(Bears.MAY, Bears.GATE),
)
GROUNDS: Final = Rule(
    "R512-100-3 C.1-4",
    "services are appropriate for a child harmed but safe at home, one returned from care, an adoption that may fail, "
    "or a reunification likely within 14 days",
    bears=(Bears.GATE,),
)
NOT_ACCEPTED: Final = Rule(
    "R512-100-3 D",
    "a family that gets services itself, at minimal or no risk and in no need of ongoing services, is not accepted",
    bears=(Bears.GATE,),
)
CONSENT: Final = Rule(
    "R512-100-3 E",
    "the family is asked to sign a consent after opening and before services begin",
    bears=(Bears.DUTY, Bears.FINDING),
)
REFUSAL_AT_RISK: Final = Rule(
    "R512-100-3 F",
    "a family refuses services it needs and a child is at risk: the case is screened with an Assistant Attorney "
    "General, and a petition considered",
    bears=(Bears.DUTY,),
)
DECISION_TOLD: Final = Rule(
    "R512-100-3 G",
    "the family and the referent are told of the decision, and the telling is on record",
    bears=(Bears.NOTICE,),
)
DENIAL: Final = Rule(
    "R512-100-3 H",
    "a denial's reasons are on record and explained to referent and family, other resources suggested, "
    "and referral resources recorded in the closing summary",
    bears=(Bears.GATE, Bears.NOTICE, Bears.RECORD),
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
COPIES: Final = Rule(
    "R512-100-5 H",
    "a copy of the plan goes to the family and to the other team members; court-ordered, also to the attorney "
    "general, the guardian ad litem and the court",
    bears=(Bears.NOTICE,),
)
INTENSITY_AS_ORDERED: Final = Rule(
    "R512-100-5 I",
    "court-ordered: the agency sets the intensity unless the court's order does",
    bears=(Bears.GATE,),
)
ORDERED_BUT_INAPPROPRIATE: Final = Rule(
    "R512-100-5 J",
    "court-ordered but not appropriate: the assistant attorney general and the guardian ad litem are told, "
    "and asked for a petition to terminate",
    bears=(Bears.DUTY,),
)
ENDING_EXPLAINED: Final = Rule(
    "R512-100-5 K",
    "ending as inappropriate: family and referent are told of the assessment, options for unmet needs explored first",
    bears=(Bears.NOTICE,),
)
INTENSITY: Final = Rule(
    "R512-100-5 L",
    "each setting of intensity considers risk, extent of services, contacts, case management, clinical service "
    "and the family's schedule",
    bears=(Bears.DUTY,),
)
INTENSITY_CHANGES: Final = Rule(
    "R512-100-5 M",
    "the intensity may change without ending services, starting anew or changing the worker",
    bears=(Bears.RECORD,),
)
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
        PURPOSE,
        COMPONENTS,
        MONTHLY_VISIT,
        PRIVATE_CONVERSATION,
        STATUTE,
        PLAN_RESTS_ON_ASSESSMENT,
        TEAM_DEFINED,
        ASSESSMENT_DEFINED,
        MAY_BE_SERVED,
        AGREES_TO_EARLY_INTERVENTION,
        EVALUATED,
        CRITERIA,
        DISCRETION,
        GROUNDS,
        NOT_ACCEPTED,
        CONSENT,
        REFUSAL_AT_RISK,
        DECISION_TOLD,
        DENIAL,
        TEAM,
        TEAM_MEETINGS,
        INITIAL_MEETING,
        TRANSITION_MEETING,
        ASSESSMENT_FIRST,
        PLAN_BY_TEAM,
        PLAN_REVIEW,
        PLAN_COMPLETE,
        COPIES,
        INTENSITY_AS_ORDERED,
        ORDERED_BUT_INAPPROPRIATE,
        ENDING_EXPLAINED,
        INTENSITY,
        INTENSITY_CHANGES,
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
        ServicesAccepted: (
            (
                acceptance_names_one_of(
                    Ground.MALTREATED_BUT_CAN_STAY,
                    Ground.REUNITING,
                    Ground.ADOPTION_AT_RISK,
                    Ground.REUNIFICATION_LIKELY,
                    edition=ID,
                ),
                GROUNDS,
            ),
            (family_is_at_risk_or_needs_help, NOT_ACCEPTED),
        ),
        ServicesDenied: (
            (ordered_services_are_not_denied, DISCRETION),
            (denial_gives_reasons, DENIAL),
        ),
        ServicesBegun: ((family_was_asked_for_consent, CONSENT),),
        ServiceDelivered: ((family_was_asked_for_consent, CONSENT),),
        IntensitySet: (
            (family_agrees_to(EARLY_INTERVENTION), AGREES_TO_EARLY_INTERVENTION),
            (intensity_is_as_ordered, INTENSITY_AS_ORDERED),
        ),
        PlanAgreed: ((assessment_is_complete, PLAN_RESTS_ON_ASSESSMENT),),
        SupervisorAgreed: ((supervisor_is_not_the_worker, PLAN_COMPLETE),),
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
        (request_is_evaluated, EVALUATED),
        (audiences_are_told, DECISION_TOLD),
        (denial_is_explained, DENIAL),
        (other_resources_are_suggested, DENIAL),
        (denial_is_summed_up, DENIAL),
        (refusal_at_risk_is_screened, REFUSAL_AT_RISK),
        (intensity_is_decided, EVALUATED, INTENSITY),
        (
            each_setting_considers(
                Factor.RISK,
                Factor.EXTENT_OF_SERVICES,
                Factor.CONTACTS,
                Factor.CASE_MANAGEMENT,
                Factor.CLINICAL_SERVICE,
                Factor.FAMILY_SCHEDULE,
            ),
            INTENSITY,
        ),
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
        (
            court_parties_receive_the_plan(Role.ASSISTANT_ATTORNEY_GENERAL, Role.GUARDIAN_AD_LITEM, Role.COURT),
            COPIES,
        ),
        (
            court_is_asked_to_end_services(Role.ASSISTANT_ATTORNEY_GENERAL, Role.GUARDIAN_AD_LITEM),
            ORDERED_BUT_INAPPROPRIATE,
        ),
        (inappropriate_services_are_explained, ENDING_EXPLAINED),
        (unmet_needs_are_explored, ENDING_EXPLAINED),
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
        ServicesRequested: (MAY_BE_SERVED,),
        ServicesAccepted: (MAY_BE_SERVED, CRITERIA, DISCRETION),
        CaseOpened: (PURPOSE, STATUTE),
        ChildReturnedHome: (PURPOSE,),
        ConsentRefused: (CONSENT,),
        CourtOrderReceived: (INTENSITY_AS_ORDERED,),
        ServiceDelivered: (COMPONENTS,),
        TeamFormed: (TEAM_DEFINED,),
        TeamMemberAdded: (TEAM_DEFINED,),
        TeamMeetingHeld: (TEAM_DEFINED, TRANSITION_MEETING),
        FamilyAssessmentCompleted: (ASSESSMENT_DEFINED,),
        FamilyAssessmentUpdated: (ASSESSMENT_DEFINED,),
        StrengthIdentified: (ASSESSMENT_DEFINED,),
        NeedIdentified: (ASSESSMENT_DEFINED,),
        IntensitySet: (INTENSITY_CHANGES,),
        PlanSigned: (PLAN_COMPLETE,),
        PlanSignatureRefused: (PLAN_COMPLETE,),
        ContactMade: (UNANNOUNCED,),
        UnannouncedVisitsExplained: (UNANNOUNCED,),
        EndingDetermined: (NOT_APPROPRIATE,),
        FinalSummaryWritten: (FINAL_SUMMARY,),
    },
)
