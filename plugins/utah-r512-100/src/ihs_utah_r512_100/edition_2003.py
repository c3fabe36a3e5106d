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
from ihs_domain.household import ChildReturnedHome, VictimSubstantiated
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
from ihs_domain.plan_copies import family_and_team_receive_the_plan
from ihs_domain.planning import (
    PlanAgreed,
    PlanFinalised,
    PlanReviewed,
    PlanSignatureRefused,
    PlanSigned,
    SupervisorAgreed,
    assessment_is_complete,
    assessment_precedes_plan,
    supervisor_is_not_the_worker,
)
from ihs_domain.releasing import InformationDisclosed, disclosure_rests_on
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
from ihs_domain.reviewing import plan_is_complete, plan_is_reviewed_every
from ihs_domain.roles import Role
from ihs_domain.serving import ServiceDelivered
from ihs_domain.teaming import (
    TeamFormed,
    TeamMeetingHeld,
    TeamMemberAdded,
    family_has_a_team,
    initial_meeting_sets_intensity,
)
from ihs_domain.terms import Code, Jurisdiction
from ihs_utah_r512_100 import clauses_2003 as clause
from ihs_utah_r512_100.holidays import UTAH_WORKING_DAYS

INTENSIVE: Final = Code("intensive")
CPS: Final = frozenset({Role.CPS_SUPERVISOR, Role.CPS_WORKER})

FIRST_DAY, LAST_DAY = date(2003, 9, 3), date(2010, 10, 7)
EARLY_INTERVENTION: Final = Code("early-intervention")

UTAH_2003: Final = Edition(
    "utah-r512-100",
    Jurisdiction("us-ut"),
    "America/Denver",
    working_days=UTAH_WORKING_DAYS,
    retention_years=50,  # the state archives' schedule, which is no clause of the rule
    in_force_from=FIRST_DAY,
    in_force_until=LAST_DAY,
    rules=clause.REGISTER,
    gates={
        ServicesAccepted: (
            (
                acceptance_names_one_of(
                    Ground.MALTREATED_BUT_CAN_STAY,
                    Ground.REUNITING,
                    Ground.ADOPTION_AT_RISK,
                    Ground.REUNIFICATION_LIKELY,
                    since=FIRST_DAY,
                    until=LAST_DAY,
                ),
                clause.GROUNDS,
            ),
            (family_is_at_risk_or_needs_help, clause.NOT_ACCEPTED),
        ),
        ServicesDenied: (
            (ordered_services_are_not_denied, clause.DISCRETION),
            (denial_gives_reasons, clause.DENIAL),
        ),
        ServicesBegun: ((family_was_asked_for_consent, clause.CONSENT),),
        ServiceDelivered: ((family_was_asked_for_consent, clause.CONSENT),),
        IntensitySet: (
            (family_agrees_to(EARLY_INTERVENTION), clause.AGREES_TO_EARLY_INTERVENTION),
            (intensity_is_as_ordered, clause.INTENSITY_AS_ORDERED),
        ),
        PlanAgreed: ((assessment_is_complete, clause.PLAN_RESTS_ON_ASSESSMENT),),
        SupervisorAgreed: ((supervisor_is_not_the_worker, clause.PLAN_COMPLETE),),
        PlanFinalised: ((worker_supervisor_and_team_agreed, clause.PLAN_COMPLETE),),
        ServicesExtended: (
            (while_at(EARLY_INTERVENTION, all_find_it_necessary), clause.EARLY),
            (while_at(INTENSIVE, by_a_supervisor), clause.INTENSIVE_DAYS),
            (while_at(INTENSIVE, extension_says_why_and_how), clause.INTENSIVE_DAYS),
        ),
        CaseClosed: ((summary_is_written, clause.FINAL_SUMMARY),),
    },
    finds={
        PlanReviewed: ((team_was_asked, clause.PLAN_REVIEW),),
        InformationDisclosed: (
            (
                disclosure_rests_on(
                    clause.COPIES.cite, clause.DECISION_TOLD.cite, clause.DENIAL.cite, clause.ENDING_EXPLAINED.cite
                ),
            ),
        ),
        CaseClosed: (
            (ended_on_an_assessment, clause.NOT_APPROPRIATE),
            (ended_without_an_order, clause.NOT_APPROPRIATE),
        ),
    },
    duties=(
        (request_is_evaluated, clause.EVALUATED),
        (audiences_are_told, clause.DECISION_TOLD),
        (denial_is_explained, clause.DENIAL),
        (other_resources_are_suggested, clause.DENIAL),
        (denial_is_summed_up, clause.DENIAL),
        (refusal_at_risk_is_screened, clause.REFUSAL_AT_RISK),
        (intensity_is_decided, clause.EVALUATED, clause.INTENSITY),
        (
            each_setting_considers(
                Factor.RISK,
                Factor.EXTENT_OF_SERVICES,
                Factor.CONTACTS,
                Factor.CASE_MANAGEMENT,
                Factor.CLINICAL_SERVICE,
                Factor.FAMILY_SCHEDULE,
            ),
            clause.INTENSITY,
        ),
        (family_has_a_team, clause.TEAM),
        (team_meets_every(6), clause.TEAM_MEETINGS),
        (initial_meeting_sets_intensity, clause.INITIAL_MEETING),
        (family_is_asked_for_consent, clause.CONSENT),
        (assessment_precedes_plan, clause.ASSESSMENT_FIRST),
        (assessment_is_updated, clause.ASSESSMENT_FIRST),
        (team_develops_the_plan, clause.PLAN_BY_TEAM),
        (plan_is_complete, clause.PLAN_COMPLETE),
        (family_signs_the_plan, clause.PLAN_COMPLETE),
        (plan_is_reviewed_every(3), clause.PLAN_REVIEW),
        (family_and_team_receive_the_plan, clause.COPIES),
        (
            court_parties_receive_the_plan(Role.ASSISTANT_ATTORNEY_GENERAL, Role.GUARDIAN_AD_LITEM, Role.COURT),
            clause.COPIES,
        ),
        (
            court_is_asked_to_end_services(Role.ASSISTANT_ATTORNEY_GENERAL, Role.GUARDIAN_AD_LITEM),
            clause.ORDERED_BUT_INAPPROPRIATE,
        ),
        (inappropriate_services_are_explained, clause.ENDING_EXPLAINED),
        (unmet_needs_are_explored, clause.ENDING_EXPLAINED),
        (a_victim_is_spoken_to_alone, clause.PRIVATE_CONVERSATION),
        (worker_visits_every_month, clause.MONTHLY_VISIT),
        (family_is_contacted_every_month, clause.MONTHLY_CONTACT),
        (contacts_of_others_are_reported, clause.MONTHLY_CONTACT),
        (family_is_told_of_unannounced_visits, clause.UNANNOUNCED),
        (services_end_or_are_extended(EARLY_INTERVENTION, 30, 90, not_found_necessary), clause.EARLY),
        (
            services_end_or_are_extended(INTENSIVE, 60, 90, not_by_a_supervisor, not_said_why_and_how),
            clause.INTENSIVE_DAYS,
        ),
        (final_summary_is_written, clause.FINAL_SUMMARY),
        (workers_confer_before_a_removal, clause.CONFERRED),
        (removal_way_is_on_record, clause.REMOVAL_WAY),
        (removal_is_consulted(frozenset({Role.SUPERVISOR}), CPS), clause.REMOVAL_CONSULTED),
        (
            removal_should_be_consulted(Role.GUARDIAN_AD_LITEM, Role.ASSISTANT_ATTORNEY_GENERAL),
            clause.REMOVAL_CONSULTED,
        ),
        (violence_is_answered_by(Step.STAFFED), clause.VIOLENCE_STAFFED),
        (violence_is_answered_by(Step.ASSESSED_ALONE), clause.VICTIM_ASSESSED),
        (violence_is_answered_by(Step.RISK_OF_DANGER), clause.RISK_OF_DANGER),
        (violence_is_answered_by(Step.SAFETY_PLAN), clause.VIOLENCE_PLANNED_FOR),
        (each_child_is_interviewed, clause.CHILD_INTERVIEWED),
    ),
    after_closing=((final_summary_follows, clause.FINAL_SUMMARY),),
    records={
        ServicesRequested: (clause.MAY_BE_SERVED,),
        ServicesAccepted: (clause.MAY_BE_SERVED, clause.CRITERIA, clause.DISCRETION),
        CaseOpened: (clause.PURPOSE, clause.STATUTE),
        VictimSubstantiated: (clause.PRIVATE_CONVERSATION,),
        ChildReturnedHome: (clause.PURPOSE,),
        ConsentRefused: (clause.CONSENT,),
        CourtOrderReceived: (clause.INTENSITY_AS_ORDERED,),
        ServiceDelivered: (clause.COMPONENTS,),
        TeamFormed: (clause.TEAM_DEFINED,),
        TeamMemberAdded: (clause.TEAM_DEFINED,),
        TeamMeetingHeld: (clause.TEAM_DEFINED, clause.TRANSITION_MEETING),
        FamilyAssessmentCompleted: (clause.ASSESSMENT_DEFINED,),
        FamilyAssessmentUpdated: (clause.ASSESSMENT_DEFINED,),
        StrengthIdentified: (clause.ASSESSMENT_DEFINED,),
        NeedIdentified: (clause.ASSESSMENT_DEFINED,),
        IntensitySet: (clause.INTENSITY_CHANGES,),
        PlanSigned: (clause.PLAN_COMPLETE,),
        PlanSignatureRefused: (clause.PLAN_COMPLETE,),
        ContactMade: (clause.UNANNOUNCED,),
        UnannouncedVisitsExplained: (clause.UNANNOUNCED,),
        EndingDetermined: (clause.NOT_APPROPRIATE,),
        FinalSummaryWritten: (clause.FINAL_SUMMARY,),
    },
)
