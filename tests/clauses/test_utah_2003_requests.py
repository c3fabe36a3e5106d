"""R512-100-1 to 100-3, edition 2003-09-03: what services are, which requests are accepted, and who is told."""

from datetime import date

import pytest

from ihs_domain.assessing import FamilyAssessmentCompleted, NeedIdentified, StrengthIdentified
from ihs_domain.closing import CaseClosed, Ending, FinalSummaryWritten
from ihs_domain.contacting import ContactMade, ContactMode, Factor, IntensitySet
from ihs_domain.household import ChildReturnedHome, PersonJoined, Relation, VictimSubstantiated
from ihs_domain.opening import Authority, CaseOpened, CourtOrderEnded, CourtOrderReceived
from ihs_domain.requesting import (
    Audience,
    Channel,
    Circumstance,
    Criterion,
    DecisionNotified,
    Ground,
    RequestWithdrawn,
    ResourcesSuggested,
    ServicesAccepted,
    ServicesDenied,
    ServicesRequested,
    Source,
)
from ihs_domain.roles import Role
from ihs_domain.serving import Component, ServiceDelivered
from ihs_domain.teaming import MeetingKind, Part, TeamFormed, TeamMeetingHeld, TeamMemberAdded
from ihs_domain.terms import Reported

EDITION = "utah-r512-100@2003-09-03"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
ORDER = CourtOrderReceived("O1", "protective-supervision", services_ordered=True)
CUSTODY = CourtOrderReceived("O2", "custody", services_ordered=False)
ASKED = ServicesRequested("us-ut", Source.SCHOOL, "counsellor")
ASKED_BY_COURT = ServicesRequested("us-ut", Source.COURT)
ACCEPTED = ServicesAccepted(frozenset({Ground.MALTREATED_BUT_CAN_STAY}), frozenset({Criterion.ONGOING_RISK}))
DENIED = ServicesDenied(frozenset({"no-ongoing-services-needed"}))
ELSEWHERE = Reported("s-1", Role.SUPERVISOR, date(2003, 9, 3), "letter-7")
EVALUATED, TOLD, DENIAL = "R512-100-3 B", "R512-100-3 G", "R512-100-3 H"


def told(duties):
    return {(duty.what, duty.subject): (duty.state.value, duty.evidence) for duty in duties}


@pytest.mark.clause("R512-100-1 A", edition=EDITION)
def test_an_opening_and_a_return_home_are_recorded_for_their_purpose(given, touched):
    assert touched(given(OPENED, (40, ChildReturnedHome("c-1"))), "R512-100-1 A") == [1, 2]


@pytest.mark.clause("R512-100-1 B.1-3", edition=EDITION)
@pytest.mark.parametrize(
    "component", [Component.CASE_MANAGEMENT, Component.SKILLS_AND_EDUCATION, Component.COUNSELLING]
)
def test_each_component_of_services_is_recorded(given, touched, component):
    assert touched(given(OPENED, (5, ServiceDelivered("evening-routine", component))), "R512-100-1 B.1-3") == [2]


@pytest.mark.clause("R512-100-1 B.5", edition=EDITION)
def test_a_private_conversation_with_a_substantiated_child_meets_it(given, owed):
    joined, found = PersonJoined("c-1", Relation.CHILD), VictimSubstantiated("c-1", "neglect")
    visit = ContactMade(ContactMode.HOME_VISIT, frozenset({"m", "c-1"}), private_with=frozenset({"c-1"}))
    case = given(OPENED, joined, (2, visit), (3, found), (9, visit))

    [open_] = owed(case, after=8, cite="R512-100-1 B.5")
    [met] = owed(case, after=9, cite="R512-100-1 B.5")

    assert (open_.state, [near.version for near in open_.near]) == ("open", [3])
    assert (met.state, met.evidence) == ("met", (5,))


@pytest.mark.clause("R512-100-1 C", edition=EDITION)
def test_a_case_is_opened_by_authority_of_statute(given, touched):
    assert touched(given(ASKED, OPENED), "R512-100-1 C") == [2]


@pytest.mark.clause("R512-100-2 B", edition=EDITION)
def test_a_team_that_meets_and_may_include_the_referent_is_recorded(given, touched):
    case = given(
        OPENED,
        TeamFormed({"m": Part.PARENT, "counsellor": Part.REFERENT}, frozenset({"m"})),
        TeamMemberAdded("neighbour", Part.SUPPORT),
        (9, TeamMeetingHeld(MeetingKind.ONGOING, frozenset({"m"}), frozenset())),
    )

    assert touched(case, "R512-100-2 B") == [2, 3, 4]


@pytest.mark.clause("R512-100-2 C", edition=EDITION)
def test_a_functional_assessment_of_strengths_and_needs_is_recorded(given, touched):
    case = given(
        OPENED,
        StrengthIdentified("S1", "aunt-close-by"),
        NeedIdentified("N1", "evening-routine"),
        FamilyAssessmentCompleted("FA1", frozenset({"S1"}), frozenset({"N1"}), frozenset()),
    )

    assert touched(case, "R512-100-2 C") == [2, 3, 4]


@pytest.mark.clause("R512-100-3 A [first sentence]", edition=EDITION)
def test_a_family_whose_children_are_potentially_at_risk_may_be_served(given, touched, accepted):
    assert accepted(ACCEPTED, given(ASKED)) == []
    assert touched(given(ASKED, ACCEPTED), "R512-100-3 A [first sentence]") == [1, 2]


# The request is evaluated


@pytest.mark.clause(EVALUATED, edition=EDITION)
def test_a_request_is_evaluated_by_accepting_or_denying_it(given, owed):
    def evaluated(*acts):
        return [
            (d.state.value, d.evidence, d.due)
            for d in owed(given(*acts), after=9, cite=EVALUATED)
            if d.what == "the request is evaluated"
        ]

    assert evaluated(ASKED) == [("open", (), None)]
    assert evaluated(ASKED, (3, ACCEPTED)) == [("met", (2,), None)]
    assert evaluated(ASKED, (3, DENIED)) == [("met", (2,), None)]
    assert evaluated(ASKED, ACCEPTED) == [("met", (2,), None)]
    assert evaluated(ASKED, (3, RequestWithdrawn())) == []
    assert evaluated(ASKED, (3, DENIED), (4, RequestWithdrawn())) == [("met", (2,), None)]
    assert evaluated(ASKED, (3, DENIED), (5, ASKED)) == [("met", (2,), None), ("open", (), None)]


@pytest.mark.clause(EVALUATED, edition=EDITION)
def test_the_initial_intensity_is_decided_with_the_request_and_none_where_it_is_denied(given, owed):
    setting = IntensitySet("intensive", frozenset(Factor))

    def decided(*acts):
        return [
            (d.state.value, d.evidence)
            for d in owed(given(*acts), after=9, cite=EVALUATED)
            if d.what == "the intensity of services is decided"
        ]

    assert decided(ASKED, ACCEPTED, OPENED) == [("open", ())]
    assert decided(ASKED, ACCEPTED, OPENED, (4, setting)) == [("met", (4,))]
    assert decided(ASKED, DENIED) == []


@pytest.mark.clause("R512-100-3 B.1-5", edition=EDITION)
@pytest.mark.parametrize("criterion", Criterion)
def test_acceptance_may_rest_on_any_of_five_criteria_and_on_none(given, touched, accepted, criterion):
    resting = ServicesAccepted(frozenset({Ground.REUNITING}), frozenset({criterion}))

    assert accepted(resting, given(ASKED)) == []
    assert accepted(ServicesAccepted(frozenset({Ground.REUNITING})), given(ASKED)) == []
    assert touched(given(ASKED, resting), "R512-100-3 B.1-5") == [2]


# Accepted or denied


@pytest.mark.clause("R512-100-3 C", edition=EDITION)
def test_what_a_court_orders_is_not_denied_and_any_other_request_may_be(given, refusal, accepted):
    assert refusal(DENIED, given(ASKED_BY_COURT)).cites == ["R512-100-3 C"]
    assert refusal((9, DENIED), given(ASKED, (8, ORDER))).cites == ["R512-100-3 C"]
    assert accepted(DENIED, given(ASKED)) == []
    assert accepted(DENIED, given(ASKED, CUSTODY)) == []
    assert accepted((9, DENIED), given(ASKED, ORDER, (9, CourtOrderEnded("O1")))) == []


@pytest.mark.clause("R512-100-3 C", edition=EDITION)
def test_an_ordered_service_denied_elsewhere_is_found_and_an_acceptance_at_discretion_is_shown(given, found, touched):
    denied = ServicesDenied(frozenset({"no-place"}), reported=ELSEWHERE)

    assert found(given(ASKED_BY_COURT, denied)) == ["R512-100-3 C"]
    assert touched(given(ASKED, ACCEPTED), "R512-100-3 C") == [2]


@pytest.mark.clause("R512-100-3 C.1-4", edition=EDITION)
def test_acceptance_names_one_of_the_four_conditions_unless_a_court_orders(given, refusal, accepted):
    grounds = set(Ground) - {Ground.THREAT_NOT_MANAGED}

    assert refusal(ServicesAccepted(frozenset()), given(ASKED)).cites == ["R512-100-3 C.1-4"]
    assert refusal(ServicesAccepted(frozenset({Ground.THREAT_NOT_MANAGED})), given(ASKED)).cites == ["R512-100-3 C.1-4"]
    for ground in grounds:
        assert accepted(ServicesAccepted(frozenset({ground})), given(ASKED)) == []
    assert accepted(ServicesAccepted(frozenset()), given(ASKED_BY_COURT)) == []
    assert accepted(ServicesAccepted(frozenset(), reported=ELSEWHERE), given(ASKED)) == ["R512-100-3 C.1-4"]


@pytest.mark.clause("R512-100-3 C.1-4", edition=EDITION)
def test_an_acceptance_in_the_words_of_the_next_edition_is_not_judged_by_these(given, law):
    from ihs_domain.judge import judge

    def cites(grounds, day):
        case = given(ASKED, ((day - date(2003, 9, 3)).days, ServicesAccepted(frozenset(grounds))))
        return [cite for finding in judge(case, law) for cite in finding.objection.cites]

    assert cites({Ground.THREAT_NOT_MANAGED}, date(2010, 10, 8)) == []
    assert cites(set(), date(2010, 10, 8)) == ["R512-100-3 C.1-4"]
    assert cites({Ground.THREAT_NOT_MANAGED}, date(2010, 10, 7)) == ["R512-100-3 C.1-4"]


@pytest.mark.clause("R512-100-3 D", edition=EDITION)
def test_a_family_is_not_accepted_where_all_three_conditions_hold_and_is_where_one_does_not(given, refusal, accepted):
    bars = {
        Circumstance.REACHES_RESOURCES_ALONE,
        Circumstance.LITTLE_OR_NO_RISK,
        Circumstance.NO_ONGOING_SERVICES_NEEDED,
    }

    def accept(circumstances):
        return ServicesAccepted(frozenset({Ground.REUNITING}), circumstances=frozenset(circumstances))

    assert refusal(accept(bars), given(ASKED)).cites == ["R512-100-3 D"]
    for one in bars:
        assert accepted(accept(bars - {one}), given(ASKED)) == []
    assert accepted(accept(bars), given(ASKED_BY_COURT)) == []
    assert accepted(accept(bars), given(ASKED, ORDER)) == []


# Who is told


def tell(whom, *, explained=False, how=Channel.PHONE):
    return DecisionNotified(whom, how, reasons_explained=explained)


@pytest.mark.clause(TOLD, edition=EDITION)
def test_the_family_and_the_referent_are_told_of_the_decision_in_words_or_in_writing(given, owed):
    before, family = (1, tell(Audience.REFERENT)), (3, tell(Audience.FAMILY))
    case = given(ASKED, before, (2, ACCEPTED), family, (9, tell(Audience.REFERENT, how=Channel.WRITING)))

    assert owed(given(ASKED), after=9, cite=TOLD) == []
    assert told(owed(case, after=8, cite=TOLD)) == {
        ("the family is told of the decision", ("family",)): ("met", (4,)),
        ("the referent is told of the decision", ("referent",)): ("open", ()),
    }
    [_, referent] = owed(case, after=9, cite=TOLD)
    assert (referent.state, referent.evidence) == ("met", (5,))
    assert [(near.version, near.why) for near in referent.near] == [(2, "before it was decided")]


@pytest.mark.clause(TOLD, edition=EDITION)
def test_a_family_that_asked_for_itself_is_the_referent_and_is_told_once(given, owed):
    asked = ServicesRequested("us-ut", Source.FAMILY)

    named = ServicesRequested("us-ut", Source.FAMILY, "grandmother")

    assert [d.subject for d in owed(given(asked, (2, DENIED)), after=3, cite=TOLD)] == [("family",)]
    assert [d.subject for d in owed(given(named, (2, DENIED)), after=3, cite=TOLD)] == [("family",), ("referent",)]


@pytest.mark.clause(TOLD, edition=EDITION)
def test_a_request_denied_and_then_accepted_is_told_of_twice(given, owed):
    case = given(ASKED, (2, DENIED), (3, tell(Audience.FAMILY)), (9, ACCEPTED))

    assert [(d.subject, d.state) for d in owed(case, after=9, cite=TOLD)] == [
        (("family",), "met"),
        (("referent",), "open"),
        (("family",), "open"),
        (("referent",), "open"),
    ]


# A denial


@pytest.mark.clause(DENIAL, edition=EDITION)
def test_a_denial_without_reasons_is_refused_and_reported_from_elsewhere_it_is_found(given, refusal, accepted, found):
    assert refusal(ServicesDenied(frozenset()), given(ASKED)).cites == [DENIAL]
    assert accepted(DENIED, given(ASKED)) == []
    assert found(given(ASKED, ServicesDenied(frozenset(), reported=ELSEWHERE))) == [DENIAL]


EXPLAINED = "the reasons for the denial are explained to the"
SUGGESTED, SUMMED_UP = "other resources are suggested to the family", "referral resources stand in the closing summary"


@pytest.mark.clause(DENIAL, edition=EDITION)
def test_a_denial_is_explained_and_resources_are_suggested_and_stand_in_a_closing_summary(given, owed):
    case = given(
        ASKED,
        (2, DENIED),
        (3, tell(Audience.FAMILY, explained=True)),
        (4, tell(Audience.REFERENT, explained=True)),
        (5, ResourcesSuggested(frozenset({"parenting-class"}))),
        (6, FinalSummaryWritten(Ending.REQUEST_DENIED, frozenset({"parenting-class"}))),
    )

    assert told(owed(case, after=2, cite=DENIAL)) == {
        (f"{EXPLAINED} family", ("family",)): ("open", ()),
        (f"{EXPLAINED} referent", ("referent",)): ("open", ()),
        (SUGGESTED, ()): ("open", ()),
        (SUMMED_UP, ()): ("open", ()),
    }
    assert told(owed(case, after=6, cite=DENIAL)) == {
        (f"{EXPLAINED} family", ("family",)): ("met", (3,)),
        (f"{EXPLAINED} referent", ("referent",)): ("met", (4,)),
        (SUGGESTED, ()): ("met", (5,)),
        (SUMMED_UP, ()): ("met", (6,)),
    }


@pytest.mark.clause(DENIAL, edition=EDITION)
def test_telling_without_reasons_and_naming_no_resource_are_near_misses(given, owed):
    case = given(
        ASKED,
        (2, DENIED),
        (3, tell(Audience.FAMILY)),
        (5, ResourcesSuggested(frozenset())),
        (6, FinalSummaryWritten(Ending.REQUEST_DENIED)),
    )

    assert [(d.state.value, [(n.version, n.why) for n in d.near]) for d in owed(case, after=9, cite=DENIAL)] == [
        ("open", [(3, "without the reasons")]),
        ("open", []),
        ("open", [(4, "it names no resource")]),
        ("open", [(5, "it names no resource")]),
    ]


@pytest.mark.clause(DENIAL, edition=EDITION)
def test_what_was_said_after_one_denial_does_not_serve_the_next(given, owed):
    said = (
        tell(Audience.FAMILY, explained=True),
        tell(Audience.REFERENT, explained=True),
        ResourcesSuggested(frozenset({"parenting-class"})),
        FinalSummaryWritten(Ending.REQUEST_DENIED, frozenset({"parenting-class"})),
    )
    case = given(ASKED, (2, DENIED), *((2, act) for act in said), (8, ASKED), (9, DENIED))

    states = [(d.what, d.state.value) for d in owed(case, after=9, cite=DENIAL)]

    assert sorted(state for _, state in states) == ["met"] * 4 + ["open"] * 4
    assert len({what for what, state in states if state == "open"}) == 4


@pytest.mark.clause(DENIAL, edition=EDITION)
def test_an_accepted_request_owes_none_of_this(given, owed):
    accepted = given(ASKED, ACCEPTED, OPENED, (9, FinalSummaryWritten(Ending.MOVED)), (10, CaseClosed(Ending.MOVED)))

    assert owed(accepted, after=20, cite=DENIAL) == []
    assert owed(given(ASKED, DENIED), after=20, cite=DENIAL) != []
