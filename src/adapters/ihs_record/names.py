"""Stored names, written by hand: add, never edit. A name is the only way from stored bytes to a class."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ihs_domain import (
    agencies,
    approving,
    assessing,
    assigning,
    closing,
    contacting,
    erasing,
    household,
    looking,
    opening,
    permanency,
    persons,
    planning,
    recording,
    releasing,
    requesting,
    responding,
    restricting,
    safety,
    scoring,
    searching,
    serving,
    system,
    teaming,
)

NAMES: Final[dict[str, type[Any]]] = {
    # requesting
    "ServicesRequested.v1": requesting.ServicesRequested,
    "RequestWithdrawn.v1": requesting.RequestWithdrawn,
    "ServicesAccepted.v1": requesting.ServicesAccepted,
    "ServicesDenied.v1": requesting.ServicesDenied,
    "ServicesRefused.v1": requesting.ServicesRefused,
    "ResourcesSuggested.v1": requesting.ResourcesSuggested,
    "DecisionNotified.v1": requesting.DecisionNotified,
    # opening
    "CaseOpened.v1": opening.CaseOpened,
    "ServicesBegun.v1": opening.ServicesBegun,
    "AuthorityChanged.v1": opening.AuthorityChanged,
    "CourtOrderReceived.v1": opening.CourtOrderReceived,
    "CourtOrderEnded.v1": opening.CourtOrderEnded,
    "PartyNamed.v1": opening.PartyNamed,
    "CounselScreened.v1": opening.CounselScreened,
    "PetitionConsidered.v1": opening.PetitionConsidered,
    "PetitionFiled.v1": opening.PetitionFiled,
    "TerminationPetitionRequested.v1": opening.TerminationPetitionRequested,
    "ConsentAsked.v1": opening.ConsentAsked,
    "ConsentSigned.v1": opening.ConsentSigned,
    "ConsentWithdrawn.v1": opening.ConsentWithdrawn,
    "ConsentRefused.v1": opening.ConsentRefused,
    # household
    "PersonJoined.v1": household.PersonJoined,
    "PersonLeft.v1": household.PersonLeft,
    "VictimSubstantiated.v1": household.VictimSubstantiated,
    "MaltreatmentReported.v1": household.MaltreatmentReported,
    "ChildReturnedHome.v1": household.ChildReturnedHome,
    "SubstantiationReversed.v1": household.SubstantiationReversed,
    # assigning
    "WorkerAssigned.v1": assigning.WorkerAssigned,
    "WorkerUnassigned.v1": assigning.WorkerUnassigned,
    "DesigneeNamed.v1": assigning.DesigneeNamed,
    "WorkersConferred.v1": assigning.WorkersConferred,
    # safety
    "SafetyAssessmentCompleted.v1": safety.SafetyAssessmentCompleted,
    "ThreatIdentified.v1": safety.ThreatIdentified,
    "ThreatManaged.v1": safety.ThreatManaged,
    "ThreatReopened.v1": safety.ThreatReopened,
    "ChildUnsafeAtHome.v1": safety.ChildUnsafeAtHome,
    "ProtectiveCapacityRecorded.v1": safety.ProtectiveCapacityRecorded,
    "VulnerabilityRecorded.v1": safety.VulnerabilityRecorded,
    "SafetyPlanAgreed.v1": safety.SafetyPlanAgreed,
    "SafetyPlanMonitored.v1": safety.SafetyPlanMonitored,
    "SafetyPlanRevised.v1": safety.SafetyPlanRevised,
    "SafetyPlanBreached.v1": safety.SafetyPlanBreached,
    "SafetyPlanEnded.v1": safety.SafetyPlanEnded,
    # assessing
    "StrengthIdentified.v1": assessing.StrengthIdentified,
    "NeedIdentified.v1": assessing.NeedIdentified,
    "FamilyAssessmentCompleted.v1": assessing.FamilyAssessmentCompleted,
    "FamilyAssessmentUpdated.v1": assessing.FamilyAssessmentUpdated,
    "NeedsAsked.v1": assessing.NeedsAsked,
    "NeedMet.v1": assessing.NeedMet,
    "InstrumentReviewed.v1": assessing.InstrumentReviewed,
    "RiskAssessed.v1": assessing.RiskAssessed,
    "RiskOverridden.v1": assessing.RiskOverridden,
    "StrengthsAndNeedsAssessed.v1": assessing.StrengthsAndNeedsAssessed,
    "AssessmentResultsExplained.v1": assessing.AssessmentResultsExplained,
    "OptionsExplored.v1": assessing.OptionsExplored,
    # teaming
    "TeamFormed.v1": teaming.TeamFormed,
    "TeamMemberAdded.v1": teaming.TeamMemberAdded,
    "TeamMemberLeft.v1": teaming.TeamMemberLeft,
    "TeamMeetingHeld.v1": teaming.TeamMeetingHeld,
    "TeamInputRecorded.v1": teaming.TeamInputRecorded,
    # planning
    "PlanDrafted.v1": planning.PlanDrafted,
    "PlanAgreed.v1": planning.PlanAgreed,
    "SupervisorAgreed.v1": planning.SupervisorAgreed,
    "PlanFinalised.v1": planning.PlanFinalised,
    "PlanSigned.v1": planning.PlanSigned,
    "PlanSignatureRefused.v1": planning.PlanSignatureRefused,
    "PlanProvided.v1": planning.PlanProvided,
    "PlanReviewed.v1": planning.PlanReviewed,
    "PlanAmended.v1": planning.PlanAmended,
    "GoalProgressRecorded.v1": planning.GoalProgressRecorded,
    # permanency
    "PermanencyGoalsSubmitted.v1": permanency.PermanencyGoalsSubmitted,
    "PermanencyGoalsApproved.v1": permanency.PermanencyGoalsApproved,
    "PermanencyGoalsNotApproved.v1": permanency.PermanencyGoalsNotApproved,
    "PermanencyGoalsSet.v1": permanency.PermanencyGoalsSet,
    # contacting
    "IntensitySet.v1": contacting.IntensitySet,
    "ContactMade.v1": contacting.ContactMade,
    "ContactReported.v1": contacting.ContactReported,
    "UnannouncedVisitsExplained.v1": contacting.UnannouncedVisitsExplained,
    "ContactStandardSet.v1": contacting.ContactStandardSet,
    "ReducedContactApproved.v1": contacting.ReducedContactApproved,
    "ContactAttempted.v1": contacting.ContactAttempted,
    # serving
    "ServiceDelivered.v1": serving.ServiceDelivered,
    "ReferralSent.v1": serving.ReferralSent,
    "ReferralGiven.v1": serving.ReferralGiven,
    "ReferralAnswered.v1": serving.ReferralAnswered,
    "ReferralFollowedUp.v1": serving.ReferralFollowedUp,
    "ReferralEnded.v1": serving.ReferralEnded,
    "ResourceIdentified.v1": serving.ResourceIdentified,
    "ProgressReported.v1": serving.ProgressReported,
    "FundsApproved.v1": serving.FundsApproved,
    "FundsSpent.v1": serving.FundsSpent,
    # releasing
    "ReleaseSigned.v1": releasing.ReleaseSigned,
    "ReleaseRevoked.v1": releasing.ReleaseRevoked,
    "InformationDisclosed.v1": releasing.InformationDisclosed,
    # responding
    "DomesticViolenceIdentified.v1": responding.DomesticViolenceIdentified,
    "DomesticViolenceStepTaken.v1": responding.DomesticViolenceStepTaken,
    "RemovalConsulted.v1": responding.RemovalConsulted,
    "ChildRemoved.v1": responding.ChildRemoved,
    # closing
    "EndingDetermined.v1": closing.EndingDetermined,
    "ServicesExtended.v1": closing.ServicesExtended,
    "FinalSummaryWritten.v1": closing.FinalSummaryWritten,
    "CaseClosed.v1": closing.CaseClosed,
    "CaseReopened.v1": closing.CaseReopened,
    # approving
    "ApprovalGranted.v1": approving.ApprovalGranted,
    "ApprovalReturned.v1": approving.ApprovalReturned,
    "ExceptionGranted.v1": approving.ExceptionGranted,
    "DocumentationConfirmed.v1": approving.DocumentationConfirmed,
    # restricting
    "AccessRestricted.v1": restricting.AccessRestricted,
    "RestrictionLifted.v1": restricting.RestrictionLifted,
    "RecordSealed.v1": restricting.RecordSealed,
    "RecordUnsealed.v1": restricting.RecordUnsealed,
    "HoldPlaced.v1": restricting.HoldPlaced,
    "HoldLifted.v1": restricting.HoldLifted,
    "EntryExpunged.v1": restricting.EntryExpunged,
    "NarrativeRedacted.v1": restricting.NarrativeRedacted,
    # erasing
    "ExpungingProposed.v1": erasing.ExpungingProposed,
    "DisposalProposed.v1": erasing.DisposalProposed,
    "CaseDisposed.v1": erasing.CaseDisposed,
    "IdentityErased.v1": erasing.IdentityErased,
    # amendments
    "EntryCorrected.v1": recording.EntryCorrected,
    "EntryVoided.v1": recording.EntryVoided,
    # agency streams
    "AgreementMade.v1": agencies.AgreementMade,
    "AgreementEnded.v1": agencies.AgreementEnded,
    "OnCallCovered.v1": agencies.OnCallCovered,
    "DisclosuresMade.v1": agencies.DisclosuresMade,
    "DisclosureWithheld.v1": agencies.DisclosureWithheld,
    "DisclosureWithdrawn.v1": agencies.DisclosureWithdrawn,
    # person streams
    "PersonRegistered.v1": persons.PersonRegistered,
    "PersonIdentified.v1": persons.PersonIdentified,
    "IdentificationWithdrawn.v1": persons.IdentificationWithdrawn,
    "PersonsMerged.v1": persons.PersonsMerged,
    "PersonsUnmerged.v1": persons.PersonsUnmerged,
    "PersonErasureProposed.v1": persons.PersonErasureProposed,
    "PersonErased.v1": persons.PersonErased,
    # access streams
    "PersonSearchMade.v1": searching.PersonSearchMade,
    "AccessGiven.v1": looking.AccessGiven,
    "AccessEnded.v1": looking.AccessEnded,
    "RecordViewed.v1": looking.RecordViewed,
    "AccessDenied.v1": looking.AccessDenied,
    "BreakGlassOpened.v1": looking.BreakGlassOpened,
    "BreakGlassReviewed.v1": looking.BreakGlassReviewed,
    # the system stream
    "EditionLoaded.v1": system.EditionLoaded,
    "ClockCorrected.v1": system.ClockCorrected,
    "InstrumentLoaded.v1": system.InstrumentLoaded,
    "KeyCreated.v1": system.KeyCreated,
}

STORED_AS: Final[dict[type[Any], str]] = {cls: name for name, cls in NAMES.items()}
"""The name under which an event is written today."""

WORDS: Final[dict[str, type[Any]]] = {cls.__name__: cls for cls in STORED_AS}
"""What people write: the event's word without a version means the newest."""

COMPUTING: Final[dict[str, type[Any]]] = {
    "ScoreRisk": scoring.ScoreRisk,
    "OverrideRisk": scoring.OverrideRisk,
    "CompleteSafetyAssessment": scoring.CompleteSafetyAssessment,
    "AssessStrengthsAndNeeds": scoring.AssessStrengthsAndNeeds,
}
"""What people write where the core computes the event. None of these is ever stored; what comes of it is."""

Upcast = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""From the open part of an old version, as JSON, to a newer version's stored name and open part.

Sealed parts are not seen by it, so a sealed field keeps its name for ever.
"""

UPCASTS: Final[Mapping[str, Upcast]] = {}
"""Old stored names, each with the step that leads on towards a name of today. Add, never edit."""


def unknown(name: str) -> str:
    """What to tell about a stored name, or the word of a person, that no event has."""
    word, _, version = name.rpartition(".")
    newest = max((int(known.rpartition(".v")[2]) for known in NAMES if known.startswith(f"{word}.v")), default=0)
    if not newest or re.fullmatch(r"v[1-9][0-9]{0,5}", version, re.ASCII) is None:
        return "there is no event of that name: see the catalogue of events"
    if int(version[1:]) > newest:
        return f"{word} of version {version[1:]} is newer than this software knows: update it"
    return f"{word} of version {version[1:]} is older than this software can read: write {word} as it is today"
