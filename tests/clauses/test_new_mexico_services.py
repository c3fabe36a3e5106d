"""SIHP23 10, 12, 13, 15, 16 and 18: referrals, progress, working with others, releases and emergency funds."""

from datetime import date, timedelta

import pytest

from ihs_domain.assessing import NeedIdentified
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened, CourtOrderReceived
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.releasing import Basis, InformationDisclosed, Kind, ReleaseRevoked, ReleaseSigned
from ihs_domain.roles import Role
from ihs_domain.serving import (
    Answer,
    FundsApproved,
    FundsSpent,
    Outcome,
    ProgressReported,
    ReferralAnswered,
    ReferralEnded,
    ReferralFollowedUp,
    ReferralGiven,
    ReferralSent,
    ServiceDelivered,
)
from ihs_domain.teaming import MeetingKind, TeamMeetingHeld
from ihs_domain.terms import Reported

EDITION = "new-mexico-ihs@2023-08-10"
FIRST = date(2023, 8, 10)
OPENED = CaseOpened(Authority.VOLUNTARY, "rio-grande", jurisdiction="us-nm")
MOTHER = PersonJoined("mother", Relation.MOTHER)
CHILD = PersonJoined("child", Relation.CHILD)
N1 = NeedIdentified("N1", "treatment", "mother")
WHO = frozenset({"mother"})
KINDS = frozenset({Kind.REFERRAL, Kind.PROGRESS})
RELEASE = ReleaseSigned("R1", "mother", WHO, "clinic", "treatment", KINDS, FIRST + timedelta(days=30))
BEFORE = (OPENED, MOTHER, CHILD, N1)
SENT = ReferralSent("RF1", "N1", "clinic", WHO)
GIVEN = ReferralGiven("RF1", "N1", "clinic", "mother")
REFERRED = (*BEFORE, RELEASE, SENT)


def followed(outcome):
    return ReferralFollowedUp("RF1", outcome)


# 10


@pytest.mark.clause("SIHP23 10", edition=EDITION)
@pytest.mark.parametrize("made", [SENT, GIVEN])
@pytest.mark.parametrize("outcome", [Outcome.CONNECTED, Outcome.OFFERED_AND_MISSED])
def test_a_referral_is_followed_up_until_the_family_had_the_opportunity(given, owed, made, outcome):
    history = given(*BEFORE, RELEASE, made, (14, followed(Outcome.WAITING)), (20, followed(outcome)))

    [before], [after] = owed(history, 19, "SIHP23 10"), owed(history, 20, "SIHP23 10")

    assert (before.subject, before.since, before.due, before.state) == (("RF1",), FIRST, None, "open")
    assert [(n.version, n.why) for n in before.near] == [(7, "the family was on a waiting list")]
    assert (after.state, after.evidence) == ("met", (8,))


@pytest.mark.clause("SIHP23 10", edition=EDITION)
def test_a_referral_the_family_never_could_take_is_unmet_at_closing(given, owed):
    closed = CaseClosed(Ending.MOVED)
    history = given(*REFERRED, (5, followed(Outcome.NOT_CONNECTED)), (6, ReferralEnded("RF1", "full")), (9, closed))

    [duty] = owed(history, 9, "SIHP23 10")

    assert (duty.state, [n.why for n in duty.near]) == ("unmet", ["the family was not connected"])


@pytest.mark.clause("SIHP23 10", edition=EDITION)
def test_the_referral_and_what_became_of_it_are_on_record(given, touched):
    history = given(*REFERRED, (1, ReferralAnswered("RF1", Answer.WAITING)), (5, ReferralEnded("RF1", "full")))

    assert touched(history, "SIHP23 10") == [6, 7, 8]


# 12


@pytest.mark.clause("SIHP23 12", edition=EDITION)
def test_provider_and_worker_assess_progress_for_each_referral_that_connected(given, owed):
    alone = ProgressReported("RF1", "attends")
    together = ProgressReported("RF1", "attends", together=True)
    history = given(
        *REFERRED,
        (4, together),
        (5, followed(Outcome.CONNECTED)),
        (9, alone),
        (12, together),
        (13, followed(Outcome.CONNECTED)),
    )

    [before], [after] = owed(history, 11, "SIHP23 12"), owed(history, 12, "SIHP23 12")

    assert owed(history, 4, "SIHP23 12") == []
    assert (before.since, before.state) == (FIRST + timedelta(days=5), "open")
    assert [(n.version, n.why) for n in before.near] == [(9, "the provider alone reported")]
    assert (after.state, after.evidence) == ("met", (10,))


@pytest.mark.clause("SIHP23 12", edition=EDITION)
def test_a_referral_that_did_not_connect_asks_for_no_progress(given, owed):
    missed = given(*REFERRED, (5, followed(Outcome.OFFERED_AND_MISSED)))
    connected = given(*REFERRED, (5, followed(Outcome.CONNECTED)))

    assert [len(owed(history, 9, "SIHP23 12")) for history in (missed, connected)] == [0, 1]


# 13, 18


@pytest.mark.clause("SIHP23 13", edition=EDITION)
def test_work_with_providers_and_across_service_areas_is_on_record(given, touched):
    met = TeamMeetingHeld(MeetingKind.MULTIDISCIPLINARY, WHO, frozenset())
    history = given(*REFERRED, (1, met), (2, ContactMade(ContactMode.PHONE, WHO)), (3, ProgressReported("RF1", "some")))

    assert touched(history, "SIHP23 13") == [7, 9]


@pytest.mark.clause("SIHP23 18", edition=EDITION)
def test_what_providers_and_other_services_do_for_the_family_is_on_record(given, touched):
    history = given(
        *REFERRED,
        (1, ReferralAnswered("RF1", Answer.ACCEPTED)),
        (2, ServiceDelivered("day-care")),
        (3, ProgressReported("RF1", "some")),
    )

    assert touched(history, "SIHP23 18") == [7, 8, 9]


# 15


@pytest.mark.clause("SIHP23 15", edition=EDITION)
@pytest.mark.parametrize(
    "before, when",
    [
        ((), 0),
        ((RELEASE,), 31),
        ((RELEASE, ReleaseRevoked("R1", "mother")), 5),
        ((ReleaseSigned("R1", "mother", WHO, "another", "treatment", KINDS, date(2024, 1, 1)),), 5),
        ((ReleaseSigned("R1", "mother", WHO, "clinic", "treatment", frozenset({Kind.PROGRESS}), date(2024, 1, 1)),), 5),
        ((ReleaseSigned("R1", "mother", frozenset({"child"}), "clinic", "care", KINDS, date(2024, 1, 1)),), 5),
    ],
    ids=["none", "the day after its last", "revoked", "to another", "of another kind", "about another"],
)
def test_nothing_is_sent_to_a_provider_without_a_release_in_force(given, refusal, before, when):
    refused = refusal((when, SENT), given(*BEFORE, *before))

    assert (refused.cites, refused.about) == (["SIHP23 15"], ["RF1"])


@pytest.mark.clause("SIHP23 15", edition=EDITION)
def test_a_referral_is_sent_on_the_last_day_of_the_release_and_details_given_to_the_family_need_none(
    given, accepted, refusal
):
    assert accepted((30, SENT), given(*BEFORE, RELEASE)) == []
    assert accepted((31, GIVEN), given(*BEFORE, RELEASE)) == []
    assert refusal((31, SENT), given(*BEFORE, RELEASE)).cites == ["SIHP23 15"]


@pytest.mark.clause("SIHP23 15", edition=EDITION)
def test_a_referral_sent_elsewhere_without_a_release_is_recorded_and_found(given, accepted):
    elsewhere = ReferralSent("RF1", "N1", "clinic", WHO, reported=Reported("w-9", Role.PRACTITIONER, FIRST, "letter-3"))

    assert accepted(elsewhere, given(*BEFORE)) == ["SIHP23 15"]


def told(basis=None, **more):
    return InformationDisclosed("clinic", Kind.PROGRESS, WHO, basis, **more)


@pytest.mark.clause("SIHP23 15", edition=EDITION)
@pytest.mark.parametrize(
    "said, when",
    [
        (told(), 5),
        (told(Basis.RELEASE, release="R1"), 31),
        (InformationDisclosed("clinic", Kind.SAFETY, WHO, Basis.RELEASE, release="R1"), 5),
        (told(Basis.COURT_ORDER), 5),
        (told(Basis.RULE), 5),
        (told(Basis.RULE, cite="SIHP23 10"), 5),
        (told(Basis.RULE, cite="R512-100-5 H"), 5),
        (told(Basis.STATUTE), 5),
    ],
)
def test_what_was_told_without_a_basis_is_recorded_and_found(given, accepted, said, when):
    assert accepted((when, said), given(*BEFORE, RELEASE)) == ["SIHP23 15"]


@pytest.mark.clause("SIHP23 15", edition=EDITION)
@pytest.mark.parametrize(
    "said",
    [
        told(Basis.RELEASE, release="R1"),
        told(Basis.RELEASE),
        told(Basis.COURT_ORDER),
        told(Basis.STATUTE, cite="32A-4-3"),
    ],
)
def test_what_was_told_on_a_basis_is_recorded_and_quiet_and_so_is_what_was_received(given, accepted, said):
    order = CourtOrderReceived("O1", "records", services_ordered=False)
    history = given(*REFERRED, order)

    assert accepted((5, said), history) == []
    assert accepted((31, ProgressReported("RF1", "attends")), history) == []
    assert accepted((5, told()), history) == ["SIHP23 15"]


# 16

NEED, PURPOSE = {"need": "power-cut-off"}, {"purpose": "restore-power"}


@pytest.mark.clause("SIHP23 16", edition=EDITION)
@pytest.mark.parametrize(
    "given_, lacks", [({}, "its need and its purpose"), (NEED, "its purpose"), (PURPOSE, "its need")]
)
def test_emergency_money_is_not_approved_without_need_and_purpose(given, refusal, accepted, given_, lacks):
    refused = refusal(FundsApproved(18000, **given_), given(*BEFORE))

    assert refused.cites == ["SIHP23 16"]
    assert [o.says for o in refused.objections] == [f"not on record for this expense: {lacks}"]
    assert accepted(FundsApproved(18000, **NEED, **PURPOSE), given(*BEFORE)) == []


@pytest.mark.clause("SIHP23 16", edition=EDITION)
def test_money_already_spent_is_recorded_and_the_duty_open_until_both_are_given_by_a_correction(given, accepted, owed):
    spent, whole = FundsSpent(18000, **NEED), FundsSpent(18000, **NEED, **PURPOSE)
    correction = EntryCorrected(5, whole, FIRST + timedelta(days=3), AmendmentReason.WRONG_DETAIL)
    before, after = given(*BEFORE, (3, spent)), given(*BEFORE, (3, spent), (9, correction))

    [open_], [met] = owed(before, 9, "SIHP23 16"), owed(after, 9, "SIHP23 16")

    assert accepted((3, spent), given(*BEFORE)) == []
    assert (open_.subject, open_.state, [n.why for n in open_.near]) == (("@5",), "open", ["not given: its purpose"])
    assert (met.state, met.evidence) == ("met", (5,))
