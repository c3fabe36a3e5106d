"""R512-100-1 to 100-3, edition 2010-10-08: what services are for and made of, and who may be accepted."""

from datetime import date

import pytest

from ihs_domain.assessing import (
    FamilyAssessmentCompleted,
    FamilyAssessmentUpdated,
    NeedIdentified,
    StrengthIdentified,
)
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.history import Entry
from ihs_domain.household import ChildReturnedHome, PersonJoined, Relation, SubstantiationReversed, VictimSubstantiated
from ihs_domain.opening import (
    Authority,
    AuthorityChanged,
    CaseOpened,
    CourtOrderEnded,
    CourtOrderReceived,
    PetitionConsidered,
    PetitionFiled,
    Purpose,
)
from ihs_domain.planning import GoalProgressRecorded, PlanAmended, PlanDrafted
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.requesting import Circumstance, Ground, ServicesAccepted, ServicesDenied, ServicesRequested, Source
from ihs_domain.roles import Role
from ihs_domain.serving import Component, ReferralGiven, ResourceIdentified, ServiceDelivered
from ihs_domain.teaming import MeetingKind, Part, TeamFormed, TeamMeetingHeld, TeamMemberAdded
from ihs_domain.terms import Reported

EDITION = "utah-r512-100@2010-10-08"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut", purpose=Purpose.REMAIN_HOME)
ORDERED = CaseOpened(Authority.COURT_ORDERED, "salt-lake", jurisdiction="us-ut")
ORDER = CourtOrderReceived("O1", "protective-supervision", services_ordered=True)
ASKED = ServicesRequested("us-ut", Source.SCHOOL)
ASKED_BY_COURT = ServicesRequested("us-ut", Source.COURT)
ALONE, NO_THREAT = Circumstance.REACHES_RESOURCES_ALONE, Circumstance.NO_THREAT_UNMANAGED
CHILD, OTHER_CHILD = PersonJoined("c-1", Relation.CHILD), PersonJoined("c-2", Relation.CHILD)


@pytest.mark.clause("R512-100-1(1)", edition=EDITION)
def test_an_opening_says_what_services_are_for_and_a_return_home_is_recorded(given, touched):
    case = given(OPENED, CHILD, (40, ChildReturnedHome("c-1")))

    assert touched(case, "R512-100-1(1)") == [1, 3]


@pytest.mark.clause("R512-100-1(2)", edition=EDITION)
def test_services_in_the_home_and_links_to_the_community_are_recorded(given, touched):
    case = given(
        OPENED,
        (5, ServiceDelivered("crisis-help", Component.CASE_MANAGEMENT)),
        (6, ResourceIdentified("food-bank", "N1", available=True, adequate=True)),
        (7, ReferralGiven("R1", "N1", "food-bank", "m")),
    )

    assert touched(case, "R512-100-1(2)") == [2, 3, 4]


@pytest.mark.clause("R512-100-1(3)(a)-(d)", edition=EDITION)
@pytest.mark.parametrize("component", Component)
def test_each_component_of_services_is_recorded(given, touched, component):
    visit = ContactMade(ContactMode.HOME_VISIT, frozenset({"c-1"}))

    assert touched(
        given(OPENED, (5, ServiceDelivered("evening-routine", component)), (6, visit)), "R512-100-1(3)(a)-(d)"
    ) == [2, 3]


def private_with(*children):
    return ContactMade(ContactMode.HOME_VISIT, frozenset({"m", *children}), private_with=frozenset(children))


@pytest.mark.clause("R512-100-1(3)(e)", edition=EDITION)
def test_a_private_conversation_with_one_substantiated_child_meets_it_and_the_other_is_named_beside_it(given, owed):
    found = (VictimSubstantiated("c-1", "neglect"), VictimSubstantiated("c-2", "neglect"))
    case = given(OPENED, CHILD, OTHER_CHILD, (3, found[0]), (3, found[1]), (9, private_with("c-2")))

    [duty] = owed(case, after=9, cite="R512-100-1(3)(e)")

    assert (duty.state, duty.evidence, duty.subject, duty.due) == ("met", (6,), ("c-1", "c-2"), None)
    assert (duty.near, duty.beside) == ((), ("not spoken to alone yet: c-1",))


@pytest.mark.clause("R512-100-1(3)(e)", edition=EDITION)
def test_a_conversation_before_the_finding_or_with_another_child_does_not_meet_it(given, owed):
    found = VictimSubstantiated("c-1", "neglect")
    case = given(OPENED, CHILD, OTHER_CHILD, (2, private_with("c-1")), (3, found), (4, private_with("c-2")))

    [duty] = owed(case, after=30, cite="R512-100-1(3)(e)")

    assert (duty.state, duty.evidence) == ("open", ())
    assert [near.version for near in duty.near] == [4, 6]


@pytest.mark.clause("R512-100-1(3)(e)", edition=EDITION)
def test_a_child_said_to_be_spoken_to_alone_and_not_to_be_met_was_not(given, owed):
    unmet = ContactMade(ContactMode.HOME_VISIT, frozenset({"m"}), private_with=frozenset({"c-1"}))

    [duty] = owed(given(OPENED, CHILD, (3, VictimSubstantiated("c-1", "neglect")), (4, unmet)), 30, "R512-100-1(3)(e)")

    assert (duty.state, [near.why for near in duty.near]) == (
        "open",
        ["the child is said to be spoken to alone, and not to be met"],
    )


@pytest.mark.clause("R512-100-1(3)(e)", edition=EDITION)
def test_no_conversation_is_owed_to_a_grown_caregiver_and_one_is_to_a_parent_who_is_a_child(given, owed):
    grown, child = (PersonJoined(who, Relation.MOTHER, month) for who, month in (("m-1", None), ("m-2", "2000-01")))
    found = [(3, VictimSubstantiated(who, "neglect")) for who in ("m-1", "m-2")]

    [duty] = owed(given(OPENED, grown, child, *found), after=30, cite="R512-100-1(3)(e)")

    assert duty.subject == ("m-2",)


@pytest.mark.clause("R512-100-1(3)(e)", edition=EDITION)
def test_no_conversation_is_owed_where_no_substantiation_stands(given, owed):
    found, reversed_ = VictimSubstantiated("c-1", "neglect"), SubstantiationReversed("c-1")

    def conversations(*acts):
        return [d.state for d in owed(given(OPENED, CHILD, *acts), after=30, cite="R512-100-1(3)(e)")]

    assert [conversations(), conversations((3, found)), conversations((3, found), (9, reversed_))] == [[], ["open"], []]


@pytest.mark.clause("R512-100-1(4) [first]", edition=EDITION)
def test_a_case_is_opened_by_the_authority_to_provide_services(edition, given, touched):
    assert touched(given(ASKED, OPENED), "R512-100-1(4) [first]") == [2]


@pytest.mark.clause("R512-100-1(4) [second]", edition=EDITION)
def test_the_edition_names_the_statute_that_authorises_the_rule(edition):
    assert [r.cite for r in edition.rules if "62A-4a-102" in r.says] == ["R512-100-1(4) [second]"]


@pytest.mark.clause("R512-100-2(1)", edition=EDITION)
def test_strengths_and_needs_and_what_is_picked_measured_and_adjusted_by_them_are_recorded(given, touched):
    case = given(
        OPENED,
        StrengthIdentified("S1", "aunt-close-by"),
        NeedIdentified("N1", "evening-routine"),
        FamilyAssessmentCompleted("FA1", frozenset({"S1"}), frozenset({"N1"}), frozenset()),
        PlanDrafted("PL1", (), "FA1"),
        GoalProgressRecorded("PL1", "N1", "half-way"),
        FamilyAssessmentUpdated("FA1"),
        PlanAmended("PL1", ()),
    )

    assert touched(case, "R512-100-2(1)") == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.clause("R512-100-2(3)", edition=EDITION)
def test_a_team_may_include_the_referent_and_whom_the_family_names_and_meets_as_often_as_needed(given, touched, owed):
    case = given(
        OPENED,
        TeamFormed({"m": Part.PARENT, "counsellor": Part.REFERENT}, frozenset({"m"})),
        TeamMemberAdded("neighbour", Part.SUPPORT),
        (9, TeamMeetingHeld(MeetingKind.ONGOING, frozenset({"m", "neighbour"}), frozenset())),
    )

    assert touched(case, "R512-100-2(3)") == [2, 3, 4]
    assert [d for d in owed(case, after=3000) if d.due is not None] == []


# Acceptance


@pytest.mark.clause("R512-100-3(1)", edition=EDITION)
def test_acceptance_that_names_none_of_the_four_grounds_is_refused_and_reported_it_is_found(refusal, accepted, given):
    named_none = ServicesAccepted(frozenset({Ground.REUNIFICATION_LIKELY}))
    elsewhere = ServicesAccepted(frozenset(), reported=Reported("s-1", Role.SUPERVISOR, date(2010, 10, 8), "letter-7"))

    assert refusal(named_none, given(ASKED)).cites == ["R512-100-3(1)"]
    assert accepted(elsewhere, given(ASKED)) == ["R512-100-3(1)"]
    for ground in set(Ground) - {Ground.REUNIFICATION_LIKELY}:
        assert accepted(ServicesAccepted(frozenset({ground})), given(ASKED)) == []


@pytest.mark.clause("R512-100-3(1)", edition=EDITION)
@pytest.mark.parametrize("before", [(ASKED_BY_COURT,), (ASKED, ORDER)], ids=["asked by the court", "ordered since"])
def test_what_a_court_orders_is_opened_whatever_is_named_and_naming_none_is_found(accepted, given, found, before):
    case = given(*before, ServicesAccepted(frozenset()))

    assert accepted(ServicesAccepted(frozenset()), given(*before)) == ["R512-100-3(1)"]
    assert accepted(ServicesAccepted(frozenset({Ground.REUNITING})), given(*before)) == []
    assert found(case) == ["R512-100-3(1)"]


@pytest.mark.clause("R512-100-3(1)", edition=EDITION)
def test_an_acceptance_in_the_words_of_another_edition_is_not_judged_by_these_and_one_that_names_nothing_is(given, law):
    from ihs_domain.judge import judge

    def cites(grounds, day):
        case = given((-9, ASKED), ((day - date(2010, 10, 8)).days, ServicesAccepted(frozenset(grounds))))
        return [cite for finding in judge(case, law) for cite in finding.objection.cites]

    assert cites({Ground.REUNIFICATION_LIKELY}, date(2010, 10, 7)) == []
    assert cites({Ground.REUNIFICATION_LIKELY}, date(2010, 10, 8)) == ["R512-100-3(1)"]
    assert cites(set(), date(2010, 10, 7)) == ["R512-100-3(1)"]


@pytest.mark.clause("R512-100-3(1)", edition=EDITION)
def test_a_ground_of_the_earlier_edition_does_not_enter_through_a_corrected_day(given, law):
    from ihs_domain.history import effective
    from ihs_domain.judge import judge

    before = given((-9, ASKED), (-1, ServicesAccepted(frozenset({Ground.REUNIFICATION_LIKELY}))))
    recorded = [entry._replace(edition="utah-r512-100@2003-09-03") for entry in before.record]
    moved = EntryCorrected(2, recorded[1].event, date(2010, 10, 9), AmendmentReason.WRONG_DAY)
    history = effective([*recorded, Entry(moved, date(2010, 10, 10), 3, position=3)])

    assert [cite for finding in judge(history, law) for cite in finding.objection.cites] == ["R512-100-3(1)"]


@pytest.mark.clause("R512-100-3(2)", edition=EDITION)
def test_a_family_that_reaches_resources_alone_with_no_threat_unmanaged_is_not_accepted(refusal, accepted, given):
    def accept(*circumstances):
        return ServicesAccepted(frozenset({Ground.REUNITING}), circumstances=frozenset(circumstances))

    assert refusal(accept(ALONE, NO_THREAT), given(ASKED)).cites == ["R512-100-3(2)"]
    assert accepted(accept(ALONE), given(ASKED)) == []
    assert accepted(accept(NO_THREAT), given(ASKED)) == []
    assert accepted(accept(ALONE, NO_THREAT), given(ASKED_BY_COURT)) == []
    assert accepted(accept(ALONE, NO_THREAT), given(ASKED, ORDER)) == []
    assert accepted(ServicesDenied(frozenset({"reaches-resources-alone"})), given(ASKED)) == []


# Voluntary or ordered, and everywhere


@pytest.mark.clause("R512-100-3(3)(a)", edition=EDITION)
def test_why_voluntary_services_did_not_serve_may_be_recorded_and_its_absence_is_no_finding(given, touched, found):
    said = CaseOpened(Authority.COURT_ORDERED, "logan", voluntary_did_not_serve="family-refused")

    assert touched(given(said), "R512-100-3(3)(a)") == [1]
    assert touched(given(OPENED, (5, AuthorityChanged(Authority.COURT_ORDERED))), "R512-100-3(3)(a)") == [1, 2]
    assert found(given(ORDERED)) == []


@pytest.mark.clause("R512-100-3(3)(b)", edition=EDITION)
def test_a_petition_and_the_orders_it_brings_are_recorded(given, touched):
    case = given(
        OPENED,
        (5, PetitionConsidered(to_be_filed=True)),
        (6, PetitionFiled("protective-supervision")),
        (9, ORDER),
        (40, CourtOrderEnded("O1")),
    )

    assert touched(case, "R512-100-3(3)(b)") == [2, 3, 4, 5]


@pytest.mark.clause("R512-100-3(3)(b)", edition=EDITION)
@pytest.mark.parametrize("reason", [Ending.COURT_ENDED, Ending.THREATS_MANAGED, Ending.MOVED])
def test_a_closing_while_an_order_stands_is_recorded_with_a_finding(given, accepted, reason):
    until = CourtOrderReceived("O1", "protective-supervision", services_ordered=True, until=given(OPENED)[0].day)

    assert accepted((20, CaseClosed(reason)), given(ORDERED, ORDER)) == ["R512-100-3(3)(b)"]
    assert accepted((20, CaseClosed(reason)), given(ORDERED, ORDER, (20, CourtOrderEnded("O1")))) == []
    assert accepted((0, CaseClosed(reason)), given(ORDERED, until)) == ["R512-100-3(3)(b)"]
    assert accepted((1, CaseClosed(reason)), given(ORDERED, until)) == []


@pytest.mark.clause("R512-100-3(4)", edition=EDITION)
@pytest.mark.parametrize("region", ["northern", "salt-lake", "western", "eastern", "southwest"])
def test_a_case_carries_its_region_and_none_is_refused(given, accepted, touched, region):
    opened = CaseOpened(Authority.VOLUNTARY, region, jurisdiction="us-ut")

    assert accepted(opened, given(ASKED)) == []
    assert touched(given(opened), "R512-100-3(4)") == [1]
