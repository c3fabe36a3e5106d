"""R512-100: what a plan rests on, the assessment, the goals and the monthly visit, in both editions."""

from datetime import date

import pytest

from ihs_domain.assessing import FamilyAssessmentCompleted
from ihs_domain.assigning import WorkerAssigned, WorkerUnassigned
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactMode
from ihs_domain.household import PersonJoined, PersonLeft, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.permanency import PermanencyGoal, PermanencyGoalsSet
from ihs_domain.planning import PlanAgreed, PlanDrafted
from ihs_domain.teaming import Part, TeamFormed

OLD, NEW = "utah-r512-100@2003-09-03", "utah-r512-100@2010-10-08"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
MOTHER, CHILD = PersonJoined("m", Relation.MOTHER), PersonJoined("c", Relation.CHILD)
TEAM = TeamFormed({"m": Part.PARENT}, helped_by=frozenset({"m"}))
ASSESSED = FamilyAssessmentCompleted("FA", frozenset({"S"}), frozenset({"N"}), frozenset({"m"}))
RESTS, ON_NOTHING = PlanDrafted("P", (), assessment="FA"), PlanDrafted("P", ())
AGREED = PlanAgreed("P", frozenset({"m"}))

BOTH_GOALS = PermanencyGoalsSet("c", PermanencyGoal.REMAIN_HOME, PermanencyGoal.KIN_GUARDIANSHIP, frozenset({"m"}))


def record(*acts):
    """The acts as *given* takes them, with what every id in them needs brought in before."""
    from ihs_domain.assessing import NeedIdentified, StrengthIdentified

    return (OPENED, MOTHER, CHILD, TEAM, StrengthIdentified("S", "aunt"), NeedIdentified("N", "routine"), *acts)


@pytest.mark.clause("R512-100-2 A", edition=OLD)
def test_a_plan_on_no_assessment_is_not_agreed_in_the_earlier_edition(given, refusal):
    assert "R512-100-2 A" in refusal((2, AGREED), given(*record(ON_NOTHING))).cites


@pytest.mark.clause("R512-100-2(2)", edition=NEW)
def test_a_plan_on_no_assessment_is_not_agreed(given, refusal):
    assert refusal((2, AGREED), given(*record(ON_NOTHING))).cites[:1] == ["R512-100-2(2)"]


@pytest.mark.clause("R512-100-5(3)(b)", edition=NEW)
def test_a_plan_without_the_teams_part_is_not_agreed(given, refusal):
    alone = PlanAgreed("P")

    assert refusal((2, alone), given(*record(ASSESSED, RESTS))).cites == ["R512-100-5(3)(b)"]


@pytest.mark.clause("R512-100-5(2)(a)", edition=NEW)
def test_an_assessment_of_strengths_and_needs_is_owed_and_one_of_needs_alone_is_not_it(given, owed):
    half = FamilyAssessmentCompleted("HA", frozenset(), frozenset({"N"}), frozenset({"m"}))

    [duty] = owed(given(*record((2, half), (3, ASSESSED))), after=4, cite="R512-100-5(2)(a)")

    assert (duty.state, duty.evidence) == ("met", (8,))
    assert [near.version for near in duty.near] == [7]


@pytest.mark.clause("R512-100-5(3)(a)", edition=NEW)
def test_a_written_plan_is_owed_and_met_when_it_is_agreed(given, owed):
    drafted = given(*record(ASSESSED, RESTS))
    agreed = given(*record(ASSESSED, RESTS, (3, AGREED)))

    [before] = owed(drafted, after=5, cite="R512-100-5(3)(a)")
    [then] = owed(agreed, after=5, cite="R512-100-5(3)(a)")

    assert (before.state, then.state, then.evidence) == ("open", "met", (9,))


@pytest.mark.clause("R512-100-5(4)(a)", edition=NEW)
def test_each_child_has_a_primary_and_a_concurrent_goal_identified_by_the_team(given, owed):
    home, kin = PermanencyGoal.REMAIN_HOME, PermanencyGoal.KIN_GUARDIANSHIP
    one_only = PermanencyGoalsSet("c", home, None, frozenset({"m"}))
    twice, both = (PermanencyGoalsSet("c", home, goal, frozenset({"m"})) for goal in (home, kin))

    [duty] = owed(given(*record((1, one_only), (1, twice), (2, both))), after=3, cite="R512-100-5(4)(a)")

    assert (duty.subject, duty.state, duty.evidence) == (("c",), "met", (9,))
    assert [near.why for near in duty.near] == ["no concurrent goal is named", "the concurrent goal is the primary one"]


@pytest.mark.clause("R512-100-5(4)(a)", edition=NEW)
@pytest.mark.parametrize(
    "acts, state",
    [
        (((8, PersonLeft("c")),), "lapsed"),
        (((8, PersonLeft("c")), (12, CaseClosed(Ending.MOVED))), "lapsed"),
        (((8, PersonLeft("c")), (10, CHILD)), "open"),
        (((8, PersonLeft("c")), (10, CHILD), (12, CaseClosed(Ending.MOVED))), "unmet"),
        (((5, BOTH_GOALS), (8, PersonLeft("c"))), "met"),
    ],
    ids=["left", "left before closing", "back", "back before closing", "left with goals"],
)
def test_the_goals_of_a_child_who_left_for_good_lapse(given, owed, acts, state):
    [duty] = owed(given(*record(*acts)), after=15, cite="R512-100-5(4)(a)")

    assert (duty.subject, duty.state.value) == (("c",), state)


@pytest.mark.clause("R512-100-1 B.4", edition=OLD)
def test_a_visit_counts_by_who_is_assigned_and_who_lives_there_on_its_day(given, owed):
    visit = ContactMade(ContactMode.HOME_VISIT, frozenset({"m", "c"}))
    before = (WorkerAssigned("w-1", case_manager=True), (20, PersonJoined("f", Relation.FATHER)))
    father = ContactMade(ContactMode.HOME_VISIT, frozenset({"f", "c"}))
    gone = ((60, PersonLeft("f")), (90, WorkerUnassigned("w-1")))

    found = owed(given(*record(*before, (35, father), (62, father), (95, visit), *gone)), 140, "R512-100-1 B.4")

    assert [(d.subject[0], d.state.value, [n.why for n in d.near]) for d in found][1:4] == [
        ("2003-10", "met", []),
        ("2003-11", "late", ["nobody of the family but children was met"]),
        ("2003-12", "late", ["not by an assigned worker"]),
    ]


@pytest.mark.clause("R512-100-1 B.4", edition=OLD)
def test_a_worker_visits_child_and_family_in_every_month(given, owed):
    assigned = WorkerAssigned("w-1", case_manager=True)
    both = frozenset({"m", "c"})
    october, attempt = ContactMade(ContactMode.HOME_VISIT, both), ContactAttempted(ContactMode.HOME_VISIT, both)

    found = owed(given(*record(assigned, (30, october), (65, attempt))), after=90, cite="R512-100-1 B.4")
    by_month = {duty.subject[0]: duty for duty in found}

    assert by_month["2003-10"].state == "met"
    assert (by_month["2003-11"].state, by_month["2003-11"].due) == ("late", date(2003, 11, 30))
    assert [near.why for near in by_month["2003-11"].near] == ["nobody was met"]
