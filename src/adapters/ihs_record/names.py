"""Stored names, written by hand: add, never edit. A name is the only way from stored bytes to a class."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ihs_domain.agencies import AgreementEnded, AgreementMade, DisclosuresMade, DisclosureWithheld
from ihs_domain.assessing import FamilyAssessmentCompleted, NeedIdentified, StrengthIdentified
from ihs_domain.assigning import WorkerAssigned, WorkerUnassigned
from ihs_domain.closing import CaseClosed, CaseReopened, FinalSummaryWritten
from ihs_domain.contacting import ContactAttempted, ContactMade, IntensitySet
from ihs_domain.household import PersonJoined, PersonLeft, SubstantiationReversed, VictimSubstantiated
from ihs_domain.opening import CaseOpened, ConsentAsked, ConsentRefused, ConsentSigned
from ihs_domain.planning import (
    PermanencyGoalsSet,
    PlanAgreed,
    PlanDrafted,
    PlanFinalised,
    PlanProvided,
    PlanReviewed,
    SupervisorAgreed,
)
from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.releasing import ReleaseRevoked, ReleaseSigned
from ihs_domain.requesting import DecisionNotified, ServicesAccepted, ServicesDenied, ServicesRequested
from ihs_domain.safety import (
    ChildUnsafeAtHome,
    SafetyAssessmentCompleted,
    SafetyPlanAgreed,
    SafetyPlanEnded,
    SafetyPlanMonitored,
    SafetyPlanRevised,
    ThreatIdentified,
    ThreatManaged,
    ThreatReopened,
)
from ihs_domain.serving import ReferralAnswered, ReferralFollowedUp, ReferralGiven, ReferralSent, ServiceDelivered
from ihs_domain.system import EditionLoaded
from ihs_domain.teaming import TeamFormed, TeamInputRecorded, TeamMeetingHeld, TeamMemberAdded, TeamMemberLeft

NAMES: Final[dict[str, type[Any]]] = {
    # requesting
    "ServicesRequested.v1": ServicesRequested,
    "ServicesAccepted.v1": ServicesAccepted,
    "ServicesDenied.v1": ServicesDenied,
    "DecisionNotified.v1": DecisionNotified,
    # opening
    "CaseOpened.v1": CaseOpened,
    "ConsentAsked.v1": ConsentAsked,
    "ConsentSigned.v1": ConsentSigned,
    "ConsentRefused.v1": ConsentRefused,
    # household
    "PersonJoined.v1": PersonJoined,
    "PersonLeft.v1": PersonLeft,
    "VictimSubstantiated.v1": VictimSubstantiated,
    "SubstantiationReversed.v1": SubstantiationReversed,
    # assigning
    "WorkerAssigned.v1": WorkerAssigned,
    "WorkerUnassigned.v1": WorkerUnassigned,
    # safety
    "SafetyAssessmentCompleted.v1": SafetyAssessmentCompleted,
    "ThreatIdentified.v1": ThreatIdentified,
    "ThreatManaged.v1": ThreatManaged,
    "ThreatReopened.v1": ThreatReopened,
    "ChildUnsafeAtHome.v1": ChildUnsafeAtHome,
    "SafetyPlanAgreed.v1": SafetyPlanAgreed,
    "SafetyPlanMonitored.v1": SafetyPlanMonitored,
    "SafetyPlanRevised.v1": SafetyPlanRevised,
    "SafetyPlanEnded.v1": SafetyPlanEnded,
    # assessing
    "StrengthIdentified.v1": StrengthIdentified,
    "NeedIdentified.v1": NeedIdentified,
    "FamilyAssessmentCompleted.v1": FamilyAssessmentCompleted,
    # teaming
    "TeamFormed.v1": TeamFormed,
    "TeamMemberAdded.v1": TeamMemberAdded,
    "TeamMemberLeft.v1": TeamMemberLeft,
    "TeamMeetingHeld.v1": TeamMeetingHeld,
    "TeamInputRecorded.v1": TeamInputRecorded,
    # planning
    "PlanDrafted.v1": PlanDrafted,
    "PlanAgreed.v1": PlanAgreed,
    "SupervisorAgreed.v1": SupervisorAgreed,
    "PlanFinalised.v1": PlanFinalised,
    "PlanProvided.v1": PlanProvided,
    "PlanReviewed.v1": PlanReviewed,
    "PermanencyGoalsSet.v1": PermanencyGoalsSet,
    # contacting
    "IntensitySet.v1": IntensitySet,
    "ContactMade.v1": ContactMade,
    "ContactAttempted.v1": ContactAttempted,
    # serving
    "ServiceDelivered.v1": ServiceDelivered,
    "ReferralSent.v1": ReferralSent,
    "ReferralGiven.v1": ReferralGiven,
    "ReferralAnswered.v1": ReferralAnswered,
    "ReferralFollowedUp.v1": ReferralFollowedUp,
    # releasing
    "ReleaseSigned.v1": ReleaseSigned,
    "ReleaseRevoked.v1": ReleaseRevoked,
    # closing
    "FinalSummaryWritten.v1": FinalSummaryWritten,
    "CaseClosed.v1": CaseClosed,
    "CaseReopened.v1": CaseReopened,
    # recording
    "EntryCorrected.v1": EntryCorrected,
    "EntryVoided.v1": EntryVoided,
    # agency streams
    "AgreementMade.v1": AgreementMade,
    "AgreementEnded.v1": AgreementEnded,
    "DisclosuresMade.v1": DisclosuresMade,
    "DisclosureWithheld.v1": DisclosureWithheld,
    # the system stream
    "EditionLoaded.v1": EditionLoaded,
}

STORED_AS: Final[dict[type[Any], str]] = {cls: name for name, cls in NAMES.items()}
"""The name under which an event is written today."""

WORDS: Final[dict[str, type[Any]]] = {cls.__name__: cls for cls in STORED_AS}
"""What people write: the event's word without a version means the newest."""

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
