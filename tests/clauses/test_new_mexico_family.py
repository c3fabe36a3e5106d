"""SIHP23 6, 7, 8, 9, 11 and 17: instruments, needs, the case plan, resources, skills and meetings."""

from datetime import date, timedelta

import pytest

from ihs_domain.assessing import InstrumentReviewed, NeedIdentified, NeedsAsked, RiskAssessed
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.planning import PlanAgreed, PlanAmended, PlanDrafted, PlanGoal
from ihs_domain.roles import Role
from ihs_domain.serving import Component, ResourceIdentified, ServiceDelivered
from ihs_domain.teaming import MeetingKind, TeamMeetingHeld, Topic
from ihs_domain.terms import Reported

EDITION = "new-mexico-ihs@2023-08-10"
FIRST = date(2023, 8, 10)
OPENED = CaseOpened(Authority.VOLUNTARY, "rio-grande", jurisdiction="us-nm")
MOTHER = PersonJoined("mother", Relation.MOTHER)
N1 = NeedIdentified("N1", "medical")
BEFORE = (OPENED, MOTHER, N1)
CLOSED = CaseClosed(Ending.MOVED)


def states(found):
    return {d.subject[0]: (d.state.value, d.evidence) for d in found}


@pytest.mark.clause("SIHP23 6", edition=EDITION)
def test_the_risk_and_the_needs_and_strengths_instruments_are_reviewed(given, owed):
    reviewed = InstrumentReviewed("sdm-risk")
    history = given(OPENED, (5, reviewed), (6, InstrumentReviewed("another")), (9, CLOSED))

    assert states(owed(history, 8, "SIHP23 6")) == {
        "sdm-risk": ("met", (2,)),
        "sdm-family-needs-and-strengths": ("open", ()),
    }
    assert states(owed(history, 9, "SIHP23 6"))["sdm-family-needs-and-strengths"] == ("unmet", ())


@pytest.mark.clause("SIHP23 6", edition=EDITION)
def test_an_instrument_that_was_only_scored_is_a_near_miss(given, owed):
    history = given(OPENED, (5, RiskAssessed("sdm-risk", "2020", {}, {}, "high")))

    [risk, _] = owed(history, 8, "SIHP23 6")

    assert (risk.state, [n.version for n in risk.near]) == ("open", [2])


@pytest.mark.clause("SIHP23 7", edition=EDITION)
def test_the_family_is_asked_for_needs_of_every_kind_and_none_is_an_answer(given, owed):
    asked = NeedsAsked(frozenset({"educational", "dental"}))
    history = given(OPENED, MOTHER, (2, N1), (3, asked), (5, NeedsAsked(frozenset({"mental-health", "other"}))))

    found = owed(history, 9, "SIHP23 7")

    assert states(found) == {
        "medical": ("open", ()),
        "educational": ("met", (4,)),
        "dental": ("met", (4,)),
        "mental-health": ("met", (5,)),
        "other": ("met", (5,)),
    }
    assert {d.subject[0]: [(n.version, n.why) for n in d.near] for d in found if d.near} == {
        "medical": [(3, "a need was found, not that the family was asked")]
    }


WHOLE = PlanGoal("N1", "clinic", "breathes-freely")
LACKING = [(), (PlanGoal("N1", "clinic"),), (WHOLE, PlanGoal("N1", desired_result="breathes-freely"))]


@pytest.mark.clause("SIHP23 8", edition=EDITION)
@pytest.mark.parametrize("items", LACKING)
def test_a_plan_with_an_item_without_intervention_or_desired_result_is_not_agreed(given, refusal, items):
    refused = refusal((3, PlanAgreed("P1")), given(*BEFORE, PlanDrafted("P1", items)))

    assert (refused.cites, refused.about) == (["SIHP23 8"], ["P1"])


@pytest.mark.clause("SIHP23 8", edition=EDITION)
def test_a_whole_plan_is_agreed_and_meets_the_duty(given, accepted, owed, refusal):
    history = given(*BEFORE, PlanDrafted("P1", (WHOLE,)), (3, PlanAgreed("P1")))

    [written] = owed(history, 9, "SIHP23 8")

    assert accepted((3, PlanAgreed("P1")), history) == []
    assert (written.state, written.evidence, written.due) == ("met", (5,), None)
    assert [d.state for d in owed(history, 2, "SIHP23 8")] == ["open"]


@pytest.mark.clause("SIHP23 8", edition=EDITION)
def test_a_plan_agreed_elsewhere_without_a_desired_result_is_recorded_found_and_a_near_miss(given, accepted, owed):
    elsewhere = PlanAgreed("P1", reported=Reported("s-1", Role.SUPERVISOR, FIRST + timedelta(days=3), "minutes-7"))
    history = given(*BEFORE, PlanDrafted("P1", LACKING[1]), (3, elsewhere))

    [written] = owed(history, 9, "SIHP23 8")

    assert accepted((3, elsewhere), history) == ["SIHP23 8"]
    assert (written.state, [n.version for n in written.near]) == ("open", [5])


@pytest.mark.clause("SIHP23 8", edition=EDITION)
def test_a_plan_made_whole_by_an_amendment_can_be_agreed_and_one_amended_to_lack_an_item_is_found(
    given, accepted, owed
):
    lacking = given(*BEFORE, PlanDrafted("P1", LACKING[1]))
    mended = given(*BEFORE, PlanDrafted("P1", LACKING[1]), (1, PlanAmended("P1", (WHOLE,))), (2, PlanAgreed("P1")))
    worse = given(*BEFORE, PlanDrafted("P1", (WHOLE,)), (2, PlanAgreed("P1")), (3, PlanAmended("P1", LACKING[1])))

    assert accepted((1, PlanAmended("P1", LACKING[1])), lacking) == ["SIHP23 8"]
    assert accepted((1, PlanAmended("P1", (WHOLE,))), lacking) == []
    assert [d.state for history in (mended, worse) for d in owed(history, 9, "SIHP23 8")] == ["met", "met"]


@pytest.mark.clause("SIHP23 9", edition=EDITION)
def test_a_resource_is_recorded_with_whether_it_is_available_and_adequate(given, touched):
    near_by = ResourceIdentified("clinic", "N1", available=True, adequate=False)

    history = given(*BEFORE, (4, near_by))

    assert touched(history, "SIHP23 9") == [4]
    with pytest.raises(TypeError):
        ResourceIdentified("clinic", "N1", available=True)


@pytest.mark.clause("SIHP23 11", edition=EDITION)
def test_skills_taught_to_family_members_are_recorded(given, touched):
    taught = ServiceDelivered("bedtime-routine", Component.SKILLS_AND_EDUCATION, frozenset({"mother"}))

    assert touched(given(*BEFORE, (4, taught)), "SIHP23 11") == [4]


@pytest.mark.clause("SIHP23 17", edition=EDITION)
@pytest.mark.parametrize("kind", [MeetingKind.FAMILY_GROUP, MeetingKind.TEAM_DECISION, MeetingKind.MULTIDISCIPLINARY])
def test_family_group_team_decision_and_multidisciplinary_meetings_are_recorded(given, touched, found, kind):
    met = TeamMeetingHeld(kind, frozenset({"mother"}), frozenset({Topic.PLAN}))

    history = given(*BEFORE, (4, met), (5, ContactMade(ContactMode.PHONE, frozenset())))

    assert touched(history, "SIHP23 17") == [4]
    assert found(history) == []
