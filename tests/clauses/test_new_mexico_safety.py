"""SIHP23 1, 2, 4, 5: safety assessments, safety plans, and closing."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from ihs_domain.closing import CaseClosed, CaseReopened, Ending
from ihs_domain.gates import Refused
from ihs_domain.household import ChildReturnedHome, MaltreatmentReported, PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened, PetitionFiled
from ihs_domain.releasing import Kind, ReleaseSigned
from ihs_domain.responding import ChildRemoved, RemovalWay
from ihs_domain.roles import Role
from ihs_domain.safety import (
    MadeFor,
    Management,
    Presence,
    SafetyAssessmentCompleted,
    SafetyPlanAgreed,
    SafetyPlanEnded,
    SafetyPlanMonitored,
    SafetyPlanRevised,
    SafetyResult,
    ThreatIdentified,
    ThreatManaged,
    ThreatReopened,
)
from ihs_domain.serving import ReferralSent
from ihs_domain.terms import Reported

EDITION = "new-mexico-ihs@2023-08-10"
FIRST = date(2023, 8, 10)
TOOL = "new-mexico-safety-assessment"
OPENED = CaseOpened(Authority.VOLUNTARY, "rio-grande", jurisdiction="us-nm")
CHILD = PersonJoined("child", Relation.CHILD)
THREAT = ThreatIdentified("T1", "substance-use", Presence.PRESENT, frozenset({"child"}))
UNSAID = ThreatManaged("T1", frozenset())
MANAGED = ThreatManaged("T1", frozenset({Management.CAPACITY_INCREASED}))
CLOSED = CaseClosed(Ending.THREATS_MANAGED, {"child": Ending.THREATS_MANAGED})
WITHDREW = CaseClosed(Ending.FAMILY_WITHDREW, {"child": Ending.FAMILY_WITHDREW})


def day(after: int) -> date:
    return FIRST + timedelta(days=after)


def assessed(made_for=MadeFor.OPENING, result=SafetyResult.SAFE, whom=("child",), tool=TOOL, factors=("kin",)):
    protective = None if factors is None else frozenset(factors)
    return SafetyAssessmentCompleted(made_for, result, frozenset(whom), tool, protective)


def plan(id_="SP1", expires=30, review=None, tool=TOOL):
    return SafetyPlanAgreed(id_, frozenset({"T1"}), day(expires), None if review is None else day(review), tool=tool)


FOR_CLOSING = assessed(MadeFor.CLOSING)


def states(found):
    return [(d.subject, d.state.value, d.due, d.late_days) for d in found]


# 1


@pytest.mark.clause("SIHP23 1", edition=EDITION)
def test_every_child_is_assessed_for_what_is_unsafe_and_what_protects(given, owed):
    later = PersonJoined("baby", Relation.CHILD)
    history = given(OPENED, CHILD, THREAT, (2, assessed(factors=None)), (3, assessed(factors=())), (5, later))

    child, baby = owed(history, after=9, cite="SIHP23 1")

    assert (child.subject, child.state, child.evidence) == (("child",), "met", (5,))
    assert [(n.version, n.why) for n in child.near] == [(4, "it does not say whether anything protects the child")]
    assert (baby.subject, baby.state, baby.since, baby.due) == (("baby",), "open", day(5), None)


@pytest.mark.clause("SIHP23 1", edition=EDITION)
def test_a_child_nobody_assessed_is_unmet_at_closing(given, owed):
    [child] = owed(given(OPENED, CHILD, (9, WITHDREW)), after=10, cite="SIHP23 1")

    assert child.state == "unmet"


# 2


@pytest.mark.clause("SIHP23 2", edition=EDITION)
def test_a_safety_plan_is_developed_where_children_are_safe_only_with_one(given, owed):
    with_plan = assessed(result=SafetyResult.SAFE_WITH_PLAN)
    history = given(OPENED, CHILD, THREAT, with_plan, (4, plan(expires=60)), (9, with_plan), (70, with_plan))

    found = [d for d in owed(history, after=80, cite="SIHP23 2") if d.what == "a safety plan is agreed"]

    assert [(d.subject, d.state, d.met_on) for d in found] == [
        (("@4",), "met", day(4)),
        (("@6",), "met", day(4)),
        (("@7",), "open", None),
    ]


@pytest.mark.clause("SIHP23 2", edition=EDITION)
@pytest.mark.parametrize("after, state, late", [(10, "open", 0), (11, "late", 1)])
def test_a_safety_plan_not_monitored_by_its_day_of_review_is_late(given, owed, after, state, late):
    history = given(OPENED, CHILD, THREAT, plan(review=10))

    [review] = [d for d in owed(history, after, "SIHP23 2") if d.what == "the safety plan is reviewed"]

    assert (review.due, review.state, review.late_days) == (day(10), state, late)


@pytest.mark.clause("SIHP23 2", edition=EDITION)
def test_a_safety_plan_monitored_on_its_day_of_review_sets_the_next(given, owed):
    looked = SafetyPlanMonitored("SP1", kept=True, review_on=day(20))
    history = given(OPENED, CHILD, THREAT, plan(review=10), (10, looked), (21, SafetyPlanMonitored("SP1", kept=True)))

    found = [d for d in owed(history, 25, "SIHP23 2") if d.what == "the safety plan is reviewed"]

    assert [(d.state, d.due, d.late_days) for d in found] == [("met", day(10), 0), ("met late", day(20), 1)]


@pytest.mark.clause("SIHP23 2", edition=EDITION)
def test_a_safety_plan_without_a_day_of_review_is_monitored_all_the_same(given, owed):
    looked = SafetyPlanMonitored("SP1", kept=False)
    history = given(OPENED, CHILD, THREAT, plan(), plan("SP2", review=9), (10, looked))

    found = [d for d in owed(history, 20, "SIHP23 2") if d.what == "the safety plan is monitored"]

    assert [(d.subject, d.state, d.met_on) for d in found] == [(("SP1",), "met", day(10))]
    assert [d.what for d in owed(history.upto(day(9)), 9, "SIHP23 2") if d.state == "open"].count(
        "the safety plan is monitored"
    ) == 1


HOLDS = "a safety plan holds while the threat lasts"


def holds(owed, history, after):
    return [(d.subject, d.state, d.late_days) for d in owed(history, after, "SIHP23 2") if d.what == HOLDS]


@pytest.mark.clause("SIHP23 2", edition=EDITION)
@pytest.mark.parametrize("after, state, late", [(30, "open", 0), (31, "late", 1), (35, "late", 5)])
def test_a_safety_plan_that_ran_out_over_a_threat_is_late(given, owed, after, state, late):
    history = given(OPENED, CHILD, THREAT, plan(expires=30))

    assert holds(owed, history, after) == [(("SP1", "T1"), state, late)]


@pytest.mark.clause("SIHP23 2", edition=EDITION)
@pytest.mark.parametrize(
    "next_",
    [
        plan("SP2", expires=60),
        SafetyPlanRevised("SP1", day(60)),
        MANAGED,
        ChildRemoved("child", RemovalWay.WARRANT),
    ],
)
@pytest.mark.parametrize("when, state, late", [(30, "met", 0), (31, "met", 0), (32, "met late", 2)])
def test_what_answers_for_a_safety_plan_comes_without_a_day_between(given, owed, next_, when, state, late):
    history = given(OPENED, CHILD, THREAT, plan(expires=30), (when, next_))

    assert holds(owed, history, 40)[0] == (("SP1", "T1"), state, late)


REMOVED, HOME = ChildRemoved("child", RemovalWay.WARRANT), ChildReturnedHome("child")


@pytest.mark.clause("SIHP23 2", edition=EDITION)
@pytest.mark.parametrize(
    "acts, state",
    [
        ([(1, REMOVED), (5, THREAT), (5, plan())], "late"),
        ([(1, THREAT), (2, REMOVED), (4, HOME), (5, plan())], "late"),
        ([(1, THREAT), (5, plan()), (9, REMOVED), (30, HOME)], "late"),
        ([(1, THREAT), (5, plan()), (9, REMOVED), (31, HOME)], "met"),
        ([(5, REMOVED), (5, THREAT), (5, plan())], "met"),
        ([(1, THREAT), (5, plan()), (9, REMOVED), (20, HOME), (31, REMOVED)], "met"),
    ],
    ids=[
        "removed before the threat was there",
        "home before the plan",
        "home while the plan held",
        "home after the plan ran out",
        "removed on the day of the threat",
        "removed again",
    ],
)
def test_a_removal_answers_for_a_safety_plan_only_while_the_child_is_away_from_the_threat(given, owed, acts, state):
    assert holds(owed, given(OPENED, CHILD, *acts), 40) == [(("SP1", "T1"), state, 10 * (state == "late"))]


@pytest.mark.clause("SIHP23 2", edition=EDITION)
def test_a_safety_plan_is_missed_again_from_the_day_on_which_the_first_child_is_home(given, found):
    away = (OPENED, CHILD, THREAT, plan(expires=30), (20, REMOVED))

    found_at = {when: found(given(*away, (when, HOME), (41, MANAGED))).count("SIHP23 2") for when in (39, 40, 41)}

    assert found_at == {39: 1, 40: 1, 41: 0}


@pytest.mark.clause("SIHP23 2", edition=EDITION)
def test_a_safety_plan_ended_early_is_owed_on_from_that_day(given, owed):
    history = given(OPENED, CHILD, THREAT, plan(expires=30), (10, SafetyPlanEnded("SP1")))

    assert holds(owed, history, 12) == [(("SP1", "T1"), "late", 2)]


@pytest.mark.clause("SIHP23 2", edition=EDITION)
@pytest.mark.parametrize(
    "then",
    [MANAGED, plan("SP2", expires=60), SafetyPlanRevised("SP1", day(60)), WITHDREW],
    ids=lambda e: type(e).__name__,
)
def test_days_without_a_safety_plan_are_found_whatever_ends_them(given, found, then):
    found_at = {
        when: found(given(OPENED, CHILD, THREAT, plan(expires=30), (when, then))).count("SIHP23 2")
        for when in (30, 31, 32)
    }

    assert found_at == {30: 0, 31: 0, 32: 1}


@pytest.mark.clause("SIHP23 2", edition=EDITION)
def test_no_safety_plan_is_missed_while_the_threat_is_managed_or_its_child_away(given, found):
    managed = given(OPENED, CHILD, THREAT, plan(expires=30), (30, MANAGED), (40, ThreatReopened("T1")), (40, MANAGED))
    away = given(OPENED, CHILD, THREAT, plan(expires=30), (20, ChildRemoved("child")), (40, MANAGED))
    again = given(OPENED, CHILD, THREAT, plan(expires=30), (30, MANAGED), (40, ThreatReopened("T1")), (45, MANAGED))

    assert [found(history).count("SIHP23 2") for history in (managed, away, again)] == [0, 0, 1]


# 4

BEFORE = (OPENED, CHILD, THREAT)


@pytest.mark.clause("SIHP23 4", edition=EDITION)
@pytest.mark.parametrize("ending", [Ending.THREATS_MANAGED, Ending.TRANSFERRED, Ending.NOT_APPROPRIATE])
def test_a_planned_closing_without_a_safety_assessment_for_it_is_refused(given, refusal, ending):
    history = given(*BEFORE, (3, MANAGED), (9, assessed(MadeFor.MONTHLY)))

    refused = refusal((9, CaseClosed(ending, {"child": ending})), history)

    assert (refused.cites, refused.about) == (["SIHP23 4"], ["child"])


@pytest.mark.clause("SIHP23 4", edition=EDITION)
@pytest.mark.parametrize(
    "change", [ThreatReopened("T1"), THREAT.__class__("T2", "other", Presence.LIKELY, frozenset())]
)
def test_an_assessment_before_the_last_change_in_any_threat_does_not_serve_the_closing(
    given, refusal, accepted, change
):
    managed = ThreatManaged(change.threat, frozenset({Management.CAPACITY_INCREASED}))
    history = given(*BEFORE, (3, MANAGED), (9, FOR_CLOSING), (10, change), (10, managed))

    assert refusal((11, CLOSED), history).cites == ["SIHP23 4"]
    assert accepted((11, CLOSED), given(*BEFORE, (3, MANAGED), (9, FOR_CLOSING))) == []


@pytest.mark.clause("SIHP23 4", edition=EDITION)
def test_the_assessment_for_the_closing_is_of_every_child(given, refusal, accepted):
    baby = PersonJoined("baby", Relation.CHILD)
    history = given(*BEFORE, baby, (3, MANAGED), (9, FOR_CLOSING))
    both = given(*BEFORE, baby, (3, MANAGED), (9, FOR_CLOSING), (9, assessed(MadeFor.CLOSING, whom=("baby",))))

    assert refusal((9, CLOSED), history).about == ["baby"]
    assert accepted((9, CLOSED), both) == []


@pytest.mark.clause("SIHP23 4", edition=EDITION)
def test_a_case_reopened_is_assessed_again_before_it_is_closed_again(given, refusal):
    history = given(*BEFORE, (3, MANAGED), (4, FOR_CLOSING), (5, CLOSED), (8, CaseReopened()))

    assert refusal((9, CLOSED), history).cites == ["SIHP23 4"]


@pytest.mark.clause("SIHP23 4", edition=EDITION)
def test_a_planned_closing_over_a_threat_nothing_was_done_about_is_refused(given, refusal):
    refused = refusal((9, CLOSED), given(*BEFORE, (9, FOR_CLOSING)))

    assert (refused.cites, refused.about) == (["SIHP23 4"], ["T1"])


ADDRESSES = frozenset({"T1"})
RELEASE = ReleaseSigned(
    "R1", "child", frozenset({"child"}), "clinic", "treatment", frozenset({Kind.REFERRAL}), date(2024, 8, 10)
)
ANSWERS = {
    "managed": MANAGED,
    "handed over": ReferralSent("RF1", "N1", "clinic", frozenset({"child"}), addresses=ADDRESSES),
    "reported": MaltreatmentReported(frozenset({"child"}), "neglect", ADDRESSES),
    "petition": PetitionFiled("abuse-and-neglect", ADDRESSES),
    "removed": ChildRemoved("child", RemovalWay.WARRANT),
}


@pytest.mark.clause("SIHP23 4", edition=EDITION)
@pytest.mark.parametrize("how", ANSWERS)
def test_a_threat_is_addressed_by_what_was_done_about_it(given, refusal, accepted, how):
    nothing = given(*BEFORE, RELEASE, (9, FOR_CLOSING))
    done = given(*BEFORE, RELEASE, (8, ANSWERS[how]), (9, FOR_CLOSING))

    assert refusal((9, CLOSED), nothing).about == ["T1"]
    assert accepted((9, CLOSED), done) == []


@pytest.mark.clause("SIHP23 4", edition=EDITION)
@pytest.mark.parametrize(
    "acts",
    [(THREAT, (1, REMOVED), (5, HOME)), ((1, REMOVED), (5, THREAT)), ((1, REMOVED), (3, HOME), (5, THREAT))],
    ids=["home again", "removed before the threat was there", "both"],
)
def test_a_removal_addresses_no_threat_to_a_child_who_is_home_or_that_came_after_it(given, refusal, acts):
    history = given(OPENED, CHILD, *acts, (9, FOR_CLOSING))

    assert refusal((9, CLOSED), history).about == ["T1"]


@pytest.mark.clause("SIHP23 4", edition=EDITION)
def test_a_report_that_names_no_threat_or_came_before_the_threat_did_addresses_none(given, refusal):
    report = MaltreatmentReported(frozenset({"child"}), "neglect")
    silent = given(*BEFORE, (2, report), (9, FOR_CLOSING))
    earlier = given(*BEFORE, (2, ANSWERS["reported"]), (3, MANAGED), (5, ThreatReopened("T1")), (9, FOR_CLOSING))

    assert [refusal((9, CLOSED), history).about for history in (silent, earlier)] == [["T1"], ["T1"]]


@pytest.mark.clause("SIHP23 4", edition=EDITION)
def test_a_threat_said_to_be_managed_and_not_how_is_found_and_not_addressed(given, found, refusal):
    history = given(*BEFORE, (3, UNSAID), (9, FOR_CLOSING))

    refused = refusal((9, CLOSED), history)

    assert found(history) == ["SIHP23 4"]
    assert (refused.cites, refused.about) == (["SIHP23 4"], ["T1"])


@pytest.mark.clause("SIHP23 2", edition=EDITION)
def test_a_safety_plan_is_owed_on_where_it_is_not_said_how_the_threat_is_managed(given, owed):
    history = given(OPENED, CHILD, THREAT, plan(expires=30), (10, UNSAID))

    assert holds(owed, history, 32) == [(("SP1", "T1"), "late", 2)]


@pytest.mark.clause("SIHP23 4", edition=EDITION)
def test_a_closing_does_not_say_that_threats_are_managed_to_a_child_just_found_unsafe(given, refusal, accepted):
    found_unsafe = (9, evolve(FOR_CLOSING, result=SafetyResult.UNSAFE))
    gone = CaseClosed(Ending.CHILD_UNSAFE_AT_HOME, {"child": Ending.CHILD_UNSAFE_AT_HOME})

    unsafe = given(*BEFORE, (3, MANAGED), found_unsafe)
    again = given(*BEFORE, (3, MANAGED), found_unsafe, (9, FOR_CLOSING))

    refused = refusal((9, CLOSED), unsafe)
    assert (refused.cites, refused.about) == (["SIHP23 4"], ["child"])
    assert [accepted((9, gone), unsafe), accepted((9, CLOSED), again)] == [[], []]


@pytest.mark.clause("SIHP23 4", edition=EDITION)
@pytest.mark.parametrize("ending", [Ending.FAMILY_WITHDREW, Ending.MOVED, Ending.NOT_FOUND])
def test_a_family_that_withdraws_moves_or_is_not_found_is_closed_with_what_is_missing_found(given, accepted, ending):
    closed = (9, CaseClosed(ending, {"child": ending}))

    assert accepted(closed, given(*BEFORE)) == ["SIHP23 4", "SIHP23 4"]
    assert accepted(closed, given(*BEFORE, (8, MANAGED), (9, FOR_CLOSING))) == []


@pytest.mark.clause("SIHP23 4", edition=EDITION)
def test_a_closing_decided_elsewhere_is_recorded_with_what_was_missing(given, accepted):
    elsewhere = CaseClosed(
        Ending.THREATS_MANAGED,
        {"child": Ending.THREATS_MANAGED},
        reported=Reported("s-1", Role.SUPERVISOR, day(9), "minutes-7"),
    )

    assert accepted((9, elsewhere), given(*BEFORE)) == ["SIHP23 4", "SIHP23 4"]


def test_a_closing_is_refused_with_what_to_do_instead():
    from ihs_cases.editions import installed
    from ihs_domain.editions import always
    from ihs_domain.history import Entry, effective
    from ihs_domain.judge import decide

    law = always(installed().edition(EDITION))
    record = [Entry(event, FIRST, n, position=n) for n, event in enumerate((*BEFORE, FOR_CLOSING), 1)]

    with pytest.raises(Refused) as refused:
        decide(Entry(CLOSED, FIRST, 5), effective(record), law)

    assert str(refused.value) == (
        "nothing is on record that was done about 1 outstanding threat [T1] (SIHP23 4, new-mexico-ihs@2023-08-10): "
        "record how each was managed, or the referral, report or petition that addresses it"
    )


# 5


@pytest.mark.clause("SIHP23 5", edition=EDITION)
def test_every_safety_assessment_and_plan_goes_through_the_tool(given, owed):
    history = given(
        OPENED,
        CHILD,
        THREAT,
        assessed(),
        assessed(tool=None),
        (1, assessed(tool="another")),
        plan(),
        plan("SP2", tool=None),
    )

    found = owed(history, 9, "SIHP23 5")

    assert [(d.subject, d.state, [n.why for n in d.near]) for d in found] == [
        (("@4",), "met", []),
        (("@5",), "open", ["no tool is named"]),
        (("@7",), "met", []),
        (("@8",), "open", ["no tool is named"]),
        (("@6",), "open", ["another tool is named"]),
    ]
    assert {d.what for d in found} == {f"the safety {what} goes through {TOOL}" for what in ("assessment", "plan")}
