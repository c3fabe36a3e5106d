"""The classification as revised on 2023-08-10; no end is known.

Source: State of New Mexico, classification description "In Home Services (IHS) Practitioner", job code SIHP23. A number
is the place of an essential duty in the order of the document, which does not number them itself.
"""

from datetime import date
from typing import Final

from ihs_domain.agencies import OnCallCovered
from ihs_domain.approving import DocumentationConfirmed, entries_are_documented_in
from ihs_domain.assessing import (
    InstrumentReviewed,
    NeedsAsked,
    RiskAssessed,
    StrengthsAndNeedsAssessed,
    instruments_are_reviewed,
    needs_are_asked_in,
)
from ihs_domain.assigning import Degree, Path, WorkerAssigned, is_qualified_by
from ihs_domain.closing import (
    CaseClosed,
    Ending,
    FinalSummaryWritten,
    no_child_was_found_unsafe,
    safety_is_assessed_before,
    threats_are_addressed_before,
)
from ihs_domain.contact_standard import contact_is_determined, contact_is_provided
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactStandardSet
from ihs_domain.editions import Edition
from ihs_domain.household import MaltreatmentReported
from ihs_domain.opening import AuthorityChanged, CaseOpened, PetitionFiled, services_are_voluntary
from ihs_domain.outlining import amended_plan_is_outlined, an_outlined_plan_is_written, plan_is_outlined
from ihs_domain.planning import GoalProgressRecorded, PlanAgreed, PlanAmended, PlanDrafted
from ihs_domain.protecting import (
    a_safety_plan_held,
    children_are_assessed,
    safety_goes_through,
    safety_plans_are_developed,
    safety_plans_hold,
    safety_plans_without_a_day_are_monitored,
)
from ihs_domain.releasing import InformationDisclosed, ReleaseRevoked, ReleaseSigned, disclosure_rests_on
from ihs_domain.rules import Bears, Rule
from ihs_domain.safety import (
    ProtectiveCapacityRecorded,
    SafetyAssessmentCompleted,
    SafetyPlanAgreed,
    SafetyPlanBreached,
    SafetyPlanEnded,
    SafetyPlanMonitored,
    SafetyPlanRevised,
    ThreatIdentified,
    ThreatManaged,
    ThreatReopened,
    it_is_said_how,
    safety_plans_are_reviewed,
)
from ihs_domain.serving import (
    FundsApproved,
    FundsSpent,
    ProgressReported,
    ReferralAnswered,
    ReferralEnded,
    ReferralFollowedUp,
    ReferralGiven,
    ReferralSent,
    ResourceIdentified,
    ServiceDelivered,
    a_basis_covers_the_referral,
    expenses_say_what_for,
    need_and_purpose_are_given,
    progress_is_assessed_together,
    referrals_are_followed_up,
)
from ihs_domain.teaming import TeamMeetingHeld
from ihs_domain.terms import Jurisdiction
from ihs_new_mexico.holidays import NEW_MEXICO_WORKING_DAYS

SUMMARY: Final = Rule(
    "SIHP23 General Summary",
    "voluntary services for families whose children are at risk of placement, under treatment plans that the "
    "department's workers determine",
    bears=(Bears.RECORD, Bears.FINDING),
)
QUALIFIED: Final = Rule(
    "SIHP23 Minimum Qualifications",
    "a master's degree in a named field with a licence in New Mexico or eligibility for one, or a bachelor's degree in "
    "a named field with three years of experience",
    bears=(Bears.RECORD, Bears.FINDING),
)
ASSESSED: Final = Rule(
    "SIHP23 1",
    "assess the children who receive services: what makes them unsafe, and what protects them",
    bears=(Bears.DUTY,),
)
SAFETY_PLANS: Final = Rule(
    "SIHP23 2", "develop safety plans, carry them out and monitor them", bears=(Bears.DUTY, Bears.FINDING)
)
CONTACT: Final = Rule(
    "SIHP23 3",
    "determine how much contact keeps the family safe and the safety plan monitored, and provide contact at that level",
    bears=(Bears.DUTY,),
)
CLOSING: Final = Rule(
    "SIHP23 4",
    "assess safety before the case is closed, and address every safety issue still outstanding",
    bears=(Bears.GATE, Bears.FINDING),
)
TOOL: Final = Rule(
    "SIHP23 5",
    "the New Mexico Safety Assessment tool guides and documents safety assessment and plan",
    bears=(Bears.DUTY,),
)
INSTRUMENTS: Final = Rule(
    "SIHP23 6",
    "review the SDM risk and the SDM family needs and strengths instruments to find what concerns the family",
    bears=(Bears.DUTY,),
)
NEEDS: Final = Rule(
    "SIHP23 7",
    "find further needs with the family: medical, educational, dental and mental health of children, and others",
    bears=(Bears.DUTY,),
)
CASE_PLAN: Final = Rule(
    "SIHP23 8",
    "a written case plan says the intervention and the desired results",
    bears=(Bears.DUTY, Bears.GATE, Bears.FINDING),
)
RESOURCES: Final = Rule(
    "SIHP23 9", "find resources of the community that are available, and adequate to the need", bears=(Bears.RECORD,)
)
REFERRALS: Final = Rule(
    "SIHP23 10",
    "refer to providers, and follow up so that the family has the opportunity to connect",
    bears=(Bears.DUTY, Bears.RECORD),
)
SKILLS: Final = Rule("SIHP23 11", "teach family members skills to care for their children", bears=(Bears.RECORD,))
PROGRESS: Final = Rule("SIHP23 12", "assess the family's progress together with providers", bears=(Bears.DUTY,))
COLLABORATION: Final = Rule("SIHP23 13", "work across service areas and with providers", bears=(Bears.RECORD,))
DOCUMENTED: Final = Rule("SIHP23 14", "document plans and activities in FACTS", bears=(Bears.DUTY,))
RELEASES: Final = Rule(
    "SIHP23 15",
    "secure releases before communicating with providers and natural helpers",
    bears=(Bears.GATE, Bears.FINDING),
)
FUNDS: Final = Rule(
    "SIHP23 16",
    "document the need for, and the purpose of, any emergency discretionary expense",
    bears=(Bears.DUTY, Bears.GATE),
)
MEETINGS: Final = Rule(
    "SIHP23 17",
    "coordinate or take part in family group, team decision and multidisciplinary meetings",
    bears=(Bears.RECORD,),
)
PARTNERS: Final = Rule(
    "SIHP23 18",
    "partner with providers and other services of the department to help families care for their children",
    bears=(Bears.RECORD,),
)
ON_CALL: Final = Rule("SIHP23 19", "take part in the after-hours on-call schedule", bears=(Bears.RECORD,))

MASTERS: Final = Path(
    Degree.MASTER,
    fields=(
        "social-work",
        "guidance-and-counseling",
        "counseling",
        "psychology",
        "sociology",
        "criminology",
    ),
    licences=(
        "doctoral-level-psychologist",
        "psychologist-associate",
        "lisw",
        "lmsw",
        "lpc",
        "lpcc",
        "lmhc",
        "lmft",
    ),
)
BACHELORS: Final = Path(
    Degree.BACHELOR,
    fields=(
        "social-work",
        "education",
        "counseling",
        "psychology",
        "sociology",
        "criminal-justice",
        "family-studies",
    ),
    years=3,
)

AS_IT_CAME: Final = (
    Ending.FAMILY_WITHDREW,
    Ending.MOVED,
    Ending.NOT_FOUND,
    Ending.COURT_ENDED,
    Ending.OF_AGE,
    Ending.DIED,
)
"""Endings that the agency does not plan: recorded as they came, and what is missing is found."""
PLANNED: Final = tuple(ending for ending in Ending if ending not in AS_IT_CAME)

PLANS_AND_ACTIVITIES: Final = (
    SafetyAssessmentCompleted,
    SafetyPlanAgreed,
    SafetyPlanMonitored,
    SafetyPlanRevised,
    SafetyPlanEnded,
    InstrumentReviewed,
    RiskAssessed,
    StrengthsAndNeedsAssessed,
    PlanAgreed,
    PlanAmended,
    GoalProgressRecorded,
    ContactStandardSet,
    ContactMade,
    ContactAttempted,
    TeamMeetingHeld,
    ServiceDelivered,
    ReferralSent,
    ReferralGiven,
    ReferralFollowedUp,
    ReferralEnded,
    ProgressReported,
    FundsSpent,
    ReleaseSigned,
    ReleaseRevoked,
    InformationDisclosed,
    FinalSummaryWritten,
    CaseClosed,
)
"""What is documented in FACTS: case plans (safety, assessment and treatment) and activities with or for the family."""

NEW_MEXICO_2023: Final = Edition(
    "new-mexico-ihs",
    Jurisdiction("us-nm"),
    "America/Denver",
    working_days=NEW_MEXICO_WORKING_DAYS,
    in_force_from=date(2023, 8, 10),
    rules=(
        SUMMARY,
        QUALIFIED,
        ASSESSED,
        SAFETY_PLANS,
        CONTACT,
        CLOSING,
        TOOL,
        INSTRUMENTS,
        NEEDS,
        CASE_PLAN,
        RESOURCES,
        REFERRALS,
        SKILLS,
        PROGRESS,
        COLLABORATION,
        DOCUMENTED,
        RELEASES,
        FUNDS,
        MEETINGS,
        PARTNERS,
        ON_CALL,
    ),
    gates={
        PlanAgreed: ((plan_is_outlined, CASE_PLAN),),
        ReferralSent: ((a_basis_covers_the_referral, RELEASES),),
        FundsApproved: ((need_and_purpose_are_given, FUNDS),),
        CaseClosed: (
            (safety_is_assessed_before(*PLANNED), CLOSING),
            (threats_are_addressed_before(*PLANNED), CLOSING),
            (no_child_was_found_unsafe, CLOSING),
        ),
    },
    finds={
        CaseOpened: ((services_are_voluntary, SUMMARY),),
        AuthorityChanged: ((services_are_voluntary, SUMMARY),),
        WorkerAssigned: ((is_qualified_by(MASTERS, BACHELORS), QUALIFIED),),
        SafetyPlanAgreed: ((a_safety_plan_held, SAFETY_PLANS),),
        SafetyPlanRevised: ((a_safety_plan_held, SAFETY_PLANS),),
        ThreatManaged: ((a_safety_plan_held, SAFETY_PLANS), (it_is_said_how, CLOSING)),
        PlanAmended: ((amended_plan_is_outlined, CASE_PLAN),),
        InformationDisclosed: ((disclosure_rests_on(), RELEASES),),
        CaseClosed: (
            (safety_is_assessed_before(*AS_IT_CAME), CLOSING),
            (threats_are_addressed_before(*AS_IT_CAME), CLOSING),
            (a_safety_plan_held, SAFETY_PLANS),
        ),
    },
    duties=(
        (children_are_assessed, ASSESSED),
        (safety_plans_are_developed, SAFETY_PLANS),
        (safety_plans_are_reviewed, SAFETY_PLANS),
        (safety_plans_without_a_day_are_monitored, SAFETY_PLANS),
        (safety_plans_hold, SAFETY_PLANS),
        (contact_is_determined, CONTACT),
        (contact_is_provided, CONTACT),
        (safety_goes_through("new-mexico-safety-assessment"), TOOL),
        (instruments_are_reviewed("sdm-risk", "sdm-family-needs-and-strengths"), INSTRUMENTS),
        (needs_are_asked_in("medical", "educational", "dental", "mental-health", "other"), NEEDS),
        (an_outlined_plan_is_written, CASE_PLAN),
        (referrals_are_followed_up, REFERRALS),
        (progress_is_assessed_together, PROGRESS),
        (entries_are_documented_in("facts", *PLANS_AND_ACTIVITIES), DOCUMENTED),
        (expenses_say_what_for, FUNDS),
    ),
    records={
        CaseOpened: (SUMMARY,),
        PlanDrafted: (SUMMARY,),
        WorkerAssigned: (QUALIFIED,),
        ThreatIdentified: (ASSESSED,),
        ThreatReopened: (ASSESSED,),
        ProtectiveCapacityRecorded: (ASSESSED,),
        SafetyPlanAgreed: (SAFETY_PLANS,),
        SafetyPlanMonitored: (SAFETY_PLANS,),
        SafetyPlanRevised: (SAFETY_PLANS,),
        SafetyPlanBreached: (SAFETY_PLANS,),
        SafetyPlanEnded: (SAFETY_PLANS,),
        NeedsAsked: (NEEDS,),
        ResourceIdentified: (RESOURCES,),
        ReferralSent: (REFERRALS,),
        ReferralGiven: (REFERRALS,),
        ReferralAnswered: (REFERRALS, PARTNERS),
        ReferralEnded: (REFERRALS,),
        ServiceDelivered: (SKILLS, PARTNERS),
        ProgressReported: (COLLABORATION, PARTNERS),
        TeamMeetingHeld: (MEETINGS, COLLABORATION),
        MaltreatmentReported: (CLOSING,),
        PetitionFiled: (CLOSING,),
        DocumentationConfirmed: (DOCUMENTED,),
        ReleaseSigned: (RELEASES,),
        ReleaseRevoked: (RELEASES,),
        FundsSpent: (FUNDS,),
        ContactMade: (ON_CALL,),
        OnCallCovered: (ON_CALL,),
    },
)
