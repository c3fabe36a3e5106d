"""R512-100-5(3)(c) and (4)(b), edition 2010-10-08: copies of the plan, and goals before the court."""

import pytest

from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, AuthorityChanged, CaseOpened, CourtOrderReceived, PartyNamed
from ihs_domain.permanency import (
    PermanencyGoal,
    PermanencyGoalsApproved,
    PermanencyGoalsNotApproved,
    PermanencyGoalsSet,
    PermanencyGoalsSubmitted,
)
from ihs_domain.planning import PlanAgreed, PlanDrafted, PlanProvided
from ihs_domain.roles import Role

EDITION = "utah-r512-100@2010-10-08"
VOLUNTARY = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
ORDERED = CaseOpened(Authority.COURT_ORDERED, "salt-lake", jurisdiction="us-ut")
ORDER = CourtOrderReceived("O1", "protective-supervision", services_ordered=True)
MOTHER, CHILD = PersonJoined("m", Relation.MOTHER), PersonJoined("c-1", Relation.CHILD)
PLAN = (PlanDrafted("PL1", ()), PlanAgreed("PL1"))
COUNSEL = PartyNamed("lawyer", Role.PARENTS_COUNSEL, of="m")
COPIES, TO_COURT = "R512-100-5(3)(c)", "R512-100-5(4)(b)"


def copies(duties):
    return {duty.subject[1]: (duty.state.value, duty.evidence) for duty in duties if duty.cites == (COPIES,)}


@pytest.mark.clause(COPIES, edition=EDITION)
def test_a_copy_of_a_voluntary_plan_goes_to_the_parent_alone(given, owed):
    case = given(VOLUNTARY, MOTHER, *PLAN, (2, PlanProvided("PL1", frozenset({"m"}))))

    assert copies(owed(case, after=1)) == {"m": ("open", ())}
    assert copies(owed(case, after=2)) == {"m": ("met", (5,))}


@pytest.mark.clause(COPIES, edition=EDITION)
def test_a_copy_of_a_court_ordered_plan_goes_to_court_attorney_guardian_ad_litem_and_counsel_once_named(given, owed):
    given_to = PlanProvided("PL1", parties=frozenset({Role.COURT, Role.GUARDIAN_AD_LITEM}))
    case = given(ORDERED, MOTHER, *PLAN, (2, given_to), (3, COUNSEL), (4, PlanProvided("PL1", frozenset({"lawyer"}))))

    assert copies(owed(case, after=2)) == {
        "m": ("open", ()),
        "court": ("met", (5,)),
        "guardian-ad-litem": ("met", (5,)),
        "assistant-attorney-general": ("open", ()),
    }
    assert copies(owed(case, after=3))["lawyer"] == ("open", ())
    assert copies(owed(case, after=4))["lawyer"] == ("met", (7,))
    assert [(d.since - case[0].day).days for d in owed(case, after=4) if "lawyer" in d.subject] == [3]


@pytest.mark.clause(COPIES, edition=EDITION)
def test_a_party_named_by_person_has_its_copy_when_that_person_has(given, owed):
    guardian = PartyNamed("gal-1", Role.GUARDIAN_AD_LITEM)
    case = given(ORDERED, guardian, *PLAN, (2, PlanProvided("PL1", frozenset({"gal-1"}))))

    assert copies(owed(case, after=2)) == {
        "court": ("open", ()),
        "guardian-ad-litem": ("met", (5,)),
        "assistant-attorney-general": ("open", ()),
    }


@pytest.mark.clause(COPIES, edition=EDITION)
def test_an_order_that_comes_later_brings_copies_of_the_plan_in_force_and_not_of_one_replaced(given, owed):
    second = (PlanDrafted("PL2", (), replaces="PL1"), PlanAgreed("PL2"))
    case = given(VOLUNTARY, *PLAN, *((5, act) for act in second), (9, ORDER))

    assert copies(owed(case, after=8)) == {}
    assert {(d.subject[0], (d.since - case[0].day).days) for d in owed(case, after=9, cite=COPIES)} == {("PL2", 9)}


@pytest.mark.clause(COPIES, edition=EDITION)
def test_a_plan_agreed_before_the_edition_came_into_force_is_not_opened_again(edition, given, first_day):
    from ihs_cases.editions import installed
    from ihs_domain.editions import RuleBook
    from ihs_domain.owing import duties

    before = installed().edition("utah-r512-100@2003-09-03")
    law = RuleBook((before, edition)).law("us-ut")
    case = given((-30, ORDERED), (-20, MOTHER), *((-9, act) for act in PLAN), (5, COUNSEL))
    again = given((-30, ORDERED), (-20, MOTHER), *((0, act) for act in PLAN), (5, COUNSEL))

    assert copies(duties(case, law, first_day.replace(day=20))) == {}
    assert sorted(copies(duties(again, law, first_day.replace(day=20)))) == [
        "assistant-attorney-general",
        "court",
        "guardian-ad-litem",
        "lawyer",
        "m",
    ]


def goals(concurrent=PermanencyGoal.KIN_GUARDIANSHIP):
    return PermanencyGoalsSet("c-1", PermanencyGoal.REMAIN_HOME, concurrent, frozenset())


@pytest.mark.clause(TO_COURT, edition=EDITION)
def test_one_goal_said_twice_is_not_two_for_the_court(given, owed):
    twice = goals(PermanencyGoal.REMAIN_HOME)

    [duty] = owed(given(ORDERED, CHILD, (1, twice), (2, PermanencyGoalsSubmitted("c-1"))), after=3, cite=TO_COURT)

    assert (duty.state.value, [near.why for near in duty.near]) == (
        "open",
        ["no concurrent goal was identified by then"],
    )


@pytest.mark.clause(TO_COURT, edition=EDITION)
def test_both_goals_of_each_child_go_to_the_court_where_services_are_court_ordered(given, owed):
    submitted = PermanencyGoalsSubmitted("c-1")
    case = given(ORDERED, CHILD, (1, goals(None)), (2, submitted), (3, goals()), (4, submitted))

    def stands(after):
        [duty] = owed(case, after=after, cite=TO_COURT)
        return duty.state.value, duty.evidence, [(near.version, near.why) for near in duty.near]

    one_goal = [(4, "no concurrent goal was identified by then")]
    assert stands(1) == ("open", (), [])
    assert stands(3) == ("open", (), one_goal)
    assert stands(4) == ("met", (6,), one_goal)


@pytest.mark.clause(TO_COURT, edition=EDITION)
def test_goals_are_owed_to_the_court_from_its_order_on_and_are_unmet_at_closing(given, owed):
    acts = (VOLUNTARY, CHILD, (5, PermanencyGoalsSubmitted("c-1")), (9, AuthorityChanged(Authority.COURT_ORDERED)))
    case = given(*acts)

    assert owed(case, after=8, cite=TO_COURT) == []
    [duty] = owed(given(*acts, (30, CaseClosed(Ending.MOVED))), after=31, cite=TO_COURT)
    assert (duty.state, (duty.since - case[0].day).days) == ("unmet", 9)
    assert [near.why for near in duty.near] == ["no goals were identified by then"]


@pytest.mark.clause(TO_COURT, edition=EDITION)
def test_the_goals_of_a_child_who_joins_later_are_owed_from_that_day(given, owed):
    case = given(ORDERED, CHILD, (9, PersonJoined("c-2", Relation.CHILD)))

    assert [(d.subject, (d.since - case[0].day).days) for d in owed(case, after=9, cite=TO_COURT)] == [
        (("c-1",), 0),
        (("c-2",), 9),
    ]


@pytest.mark.clause(TO_COURT, edition=EDITION)
def test_what_the_court_says_to_the_goals_is_recorded(given, touched):
    case = given(ORDERED, CHILD, (9, PermanencyGoalsNotApproved("c-1")), (20, PermanencyGoalsApproved("c-1")))

    assert touched(case, TO_COURT) == [3, 4]
