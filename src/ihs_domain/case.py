"""A case: the fold of its effective history, slice by slice. This table of contents is the whole vocabulary."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from attrs import evolve, fields, frozen

from ihs_domain import (
    approving,
    assessing,
    assigning,
    closing,
    contacting,
    erasing,
    household,
    opening,
    permanency,
    persons,
    planning,
    releasing,
    requesting,
    responding,
    restricting,
    safety,
    serving,
    teaming,
)
from ihs_domain.approving import Approving
from ihs_domain.assessing import Assessing
from ihs_domain.assigning import Assigning
from ihs_domain.closing import Closing
from ihs_domain.contacting import Contacting
from ihs_domain.erasing import Erasing
from ihs_domain.history import Entry, History, going_on
from ihs_domain.household import Household
from ihs_domain.opening import Opening
from ihs_domain.planning import Planning
from ihs_domain.releasing import Releasing
from ihs_domain.requesting import Requesting
from ihs_domain.responding import Responding
from ihs_domain.restricting import Restricting
from ihs_domain.safety import Safety
from ihs_domain.serving import Serving
from ihs_domain.teaming import Teaming
from ihs_domain.terms import ActorId, Jurisdiction, PersonId


@frozen
class Case:
    """One family's case as it stood: one state per slice."""

    requesting: Requesting = Requesting()
    opening: Opening = Opening()
    household: Household = Household()
    assigning: Assigning = Assigning()
    safety: Safety = Safety()
    assessing: Assessing = Assessing()
    teaming: Teaming = Teaming()
    planning: Planning = Planning()
    contacting: Contacting = Contacting()
    serving: Serving = Serving()
    releasing: Releasing = Releasing()
    responding: Responding = Responding()
    closing: Closing = Closing()
    approving: Approving = Approving()
    restricting: Restricting = Restricting()
    erasing: Erasing = Erasing()

    @property
    def jurisdiction(self) -> Jurisdiction | None:
        """Whose rules and calendar it goes by."""
        return self.opening.jurisdiction or self.requesting.jurisdiction

    @property
    def outsiders(self) -> frozenset[PersonId]:
        """Those who are in the case without ever having lived in the household: they sign nothing for the family."""
        referent = frozenset() if self.requesting.referent is None else frozenset({self.requesting.referent})
        return (frozenset(self.teaming.members) | referent) - self.household.ever

    def is_open_on(self, day: date) -> bool:
        """Whether services were being provided on *day*, as far as this state reaches."""
        opened, closed = self.opening.opened_on, self.closing.closed_on
        return opened is not None and opened <= day and (closed is None or day <= closed)


Fold = Callable[[Any, Entry[Any]], Any]

FOLDS: Final[dict[type, tuple[str, Fold]]] = {
    requesting.ServicesRequested: ("requesting", requesting.services_requested),
    requesting.ServicesAccepted: ("requesting", requesting.services_accepted),
    requesting.ServicesDenied: ("requesting", requesting.services_denied),
    opening.CaseOpened: ("opening", opening.case_opened),
    opening.AuthorityChanged: ("opening", opening.authority_changed),
    opening.CourtOrderReceived: ("opening", opening.court_order_received),
    opening.CourtOrderEnded: ("opening", opening.court_order_ended),
    opening.PetitionFiled: ("opening", opening.petition_filed),
    opening.ConsentAsked: ("opening", opening.consent_asked),
    opening.ConsentSigned: ("opening", opening.consent_signed),
    opening.ConsentRefused: ("opening", opening.consent_refused),
    opening.ConsentWithdrawn: ("opening", opening.consent_withdrawn),
    requesting.ServicesRefused: ("opening", opening.services_refused),
    household.PersonJoined: ("household", household.person_joined),
    household.PersonLeft: ("household", household.person_left),
    household.MaltreatmentReported: ("household", household.maltreatment_reported),
    household.VictimSubstantiated: ("household", household.victim_substantiated),
    household.SubstantiationReversed: ("household", household.substantiation_reversed),
    assigning.WorkerAssigned: ("assigning", assigning.worker_assigned),
    assigning.WorkerUnassigned: ("assigning", assigning.worker_unassigned),
    assigning.DesigneeNamed: ("assigning", assigning.designee_named),
    safety.ThreatIdentified: ("safety", safety.threat_identified),
    safety.ThreatManaged: ("safety", safety.threat_managed),
    safety.ThreatReopened: ("safety", safety.threat_reopened),
    safety.SafetyAssessmentCompleted: ("safety", safety.safety_assessed),
    safety.ChildUnsafeAtHome: ("safety", safety.child_unsafe_at_home),
    responding.ChildRemoved: ("safety", safety.child_removed),
    household.ChildReturnedHome: ("safety", safety.child_returned_home),
    safety.SafetyPlanAgreed: ("safety", safety.safety_plan_agreed),
    safety.SafetyPlanRevised: ("safety", safety.safety_plan_revised),
    safety.SafetyPlanEnded: ("safety", safety.safety_plan_ended),
    assessing.NeedIdentified: ("assessing", assessing.need_identified),
    assessing.FamilyAssessmentCompleted: ("assessing", assessing.family_assessment_completed),
    assessing.RiskAssessed: ("assessing", assessing.risk_assessed),
    teaming.TeamFormed: ("teaming", teaming.team_formed),
    teaming.TeamMemberAdded: ("teaming", teaming.team_member_added),
    teaming.TeamMemberLeft: ("teaming", teaming.team_member_left),
    teaming.TeamMeetingHeld: ("teaming", teaming.team_met),
    teaming.TeamInputRecorded: ("teaming", teaming.team_input_recorded),
    planning.PlanDrafted: ("planning", planning.plan_drafted),
    planning.PlanAgreed: ("planning", planning.plan_agreed),
    planning.SupervisorAgreed: ("planning", planning.supervisor_agreed),
    planning.PlanFinalised: ("planning", planning.plan_finalised),
    planning.PlanAmended: ("planning", planning.plan_amended),
    contacting.IntensitySet: ("contacting", contacting.intensity_set),
    serving.ReferralSent: ("serving", serving.referral_sent),
    serving.ReferralGiven: ("serving", serving.referral_given),
    releasing.ReleaseSigned: ("releasing", releasing.release_signed),
    releasing.ReleaseRevoked: ("releasing", releasing.release_revoked),
    responding.DomesticViolenceIdentified: ("responding", responding.domestic_violence_identified),
    closing.EndingDetermined: ("closing", closing.ending_determined),
    closing.ServicesExtended: ("closing", closing.services_extended),
    closing.FinalSummaryWritten: ("closing", closing.final_summary_written),
    closing.CaseClosed: ("closing", closing.case_closed),
    closing.CaseReopened: ("closing", closing.case_reopened),
    approving.ApprovalGranted: ("approving", approving.answered),
    approving.ApprovalReturned: ("approving", approving.answered),
    restricting.AccessRestricted: ("restricting", restricting.access_restricted),
    restricting.RestrictionLifted: ("restricting", restricting.restriction_lifted),
    restricting.RecordSealed: ("restricting", restricting.record_sealed),
    restricting.RecordUnsealed: ("restricting", restricting.record_unsealed),
    restricting.HoldPlaced: ("restricting", restricting.hold_placed),
    restricting.HoldLifted: ("restricting", restricting.hold_lifted),
    erasing.ExpungingProposed: ("erasing", erasing.expunging_proposed),
    erasing.DisposalProposed: ("erasing", erasing.disposal_proposed),
    erasing.IdentityErased: ("erasing", erasing.identity_erased),
}

QUIET: Final[frozenset[type]] = frozenset(
    {
        requesting.RequestWithdrawn,
        requesting.ResourcesSuggested,
        requesting.DecisionNotified,
        opening.ServicesBegun,
        opening.PartyNamed,
        opening.CounselScreened,
        opening.PetitionConsidered,
        opening.TerminationPetitionRequested,
        persons.PersonIdentified,
        persons.IdentificationWithdrawn,
        assigning.WorkersConferred,
        safety.ProtectiveCapacityRecorded,
        safety.VulnerabilityRecorded,
        safety.SafetyPlanMonitored,
        safety.SafetyPlanBreached,
        assessing.StrengthIdentified,
        assessing.FamilyAssessmentUpdated,
        assessing.NeedsAsked,
        assessing.NeedMet,
        assessing.InstrumentReviewed,
        assessing.RiskOverridden,
        assessing.StrengthsAndNeedsAssessed,
        assessing.AssessmentResultsExplained,
        assessing.OptionsExplored,
        planning.PlanSigned,
        planning.PlanSignatureRefused,
        planning.PlanProvided,
        planning.PlanReviewed,
        planning.GoalProgressRecorded,
        permanency.PermanencyGoalsSet,
        permanency.PermanencyGoalsSubmitted,
        permanency.PermanencyGoalsApproved,
        permanency.PermanencyGoalsNotApproved,
        contacting.ContactStandardSet,
        contacting.ReducedContactApproved,
        contacting.ContactMade,
        contacting.ContactAttempted,
        contacting.ContactReported,
        contacting.UnannouncedVisitsExplained,
        serving.ServiceDelivered,
        serving.ReferralAnswered,
        serving.ReferralFollowedUp,
        serving.ReferralEnded,
        serving.ResourceIdentified,
        serving.ProgressReported,
        serving.FundsApproved,
        serving.FundsSpent,
        releasing.InformationDisclosed,
        responding.DomesticViolenceStepTaken,
        responding.RemovalConsulted,
        approving.ExceptionGranted,
        approving.DocumentationConfirmed,
        restricting.EntryExpunged,
        restricting.NarrativeRedacted,
        erasing.CaseDisposed,
    }
)
"""Events that no gate looks back at: duties, timelines and disclosures read them from the history."""

EVENTS: Final[tuple[type, ...]] = (*FOLDS, *sorted(QUIET, key=lambda cls: cls.__name__))
"""Every event of a case, amendments apart, in the same order on every run."""


class Folding:
    """A fold that goes on entry by entry. It knows no rule, needs no plugin and never raises."""

    __slots__ = ("_authors", "_entries", "_states")

    def __init__(self) -> None:
        self._entries: dict[int, Entry[Any]] = {}
        self._authors: dict[int, frozenset[ActorId]] = {}
        self._states: dict[str, Any] = {a.name: a.default for a in fields(Case)}

    def add(self, entry: Entry[Any]) -> None:
        """Take one more entry in."""
        self._entries[entry.version] = entry
        self._authors[entry.version] = approving.authors(entry)
        found = FOLDS.get(type(entry.event))
        if found is not None:
            slice_, step = found
            self._states[slice_] = step(self._states[slice_], entry)

    def and_then(self, entry: Entry[Any]) -> "Folding":
        """Another one, with one more entry."""
        further = Folding()
        further._entries, further._authors = dict(self._entries), dict(self._authors)
        further._states = dict(self._states)
        further.add(entry)
        return further

    def case(self) -> Case:
        """The case as it stands so far."""
        given = self._states["approving"]
        approved = approving.approved(given, self._entries, self._states["assigning"])
        settled = evolve(given, authors=dict(self._authors), approved=approved)
        return Case(**{**self._states, "approving": settled})


@going_on(Folding.and_then)
def _folded(history: History) -> Folding:
    folding = Folding()
    for entry in history:
        folding.add(entry)
    return folding


def _as_it_stands(history: History) -> Case:
    return history.once(_folded).case()


def fold(entries: Iterable[Entry[Any]], upto: date = date.max) -> Case:
    """The case as it stood at the end of *upto*; *entries* in order of the act. A whole history is folded once."""
    if isinstance(entries, History) and (not entries or entries[-1].day <= upto):
        return entries.once(_as_it_stands)
    folding = Folding()
    for entry in entries:
        if entry.day > upto:
            break
        folding.add(entry)
    return folding.case()
