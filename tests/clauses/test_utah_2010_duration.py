"""R512-100-5(1)(b) and 5(5)(a), edition 2010-10-08: the team's input to changes, and how long services go on."""

import itertools
from datetime import date

import pytest

from ihs_domain.approving import ApprovalGranted
from ihs_domain.case import fold
from ihs_domain.closing import CaseClosed, CaseReopened, Ending
from ihs_domain.duties import State
from ihs_domain.history import Entry
from ihs_domain.household import ChildReturnedHome, PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.planning import PlanAmended, PlanDrafted
from ihs_domain.roles import Actor, Role
from ihs_domain.safety import ChildUnsafeAtHome, Management, Presence, ThreatIdentified, ThreatManaged, ThreatReopened
from ihs_domain.teaming import MeetingKind, Part, TeamFormed, TeamInputRecorded, TeamMeetingHeld, Topic
from ihs_domain.terms import Reported

EDITION = "utah-r512-100@2010-10-08"
FIRST = date(2010, 10, 8)
SUPERVISOR = Actor("s-1", Role.SUPERVISOR)
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
TEAM = TeamFormed({"aunt": Part.RELATIVE}, helped_by=frozenset({"mother"}))
DRAFTED = PlanDrafted("PL1", ())
INPUT = TeamInputRecorded("aunt", Topic.CHANGES, "PL1")


def changes(found):
    return [d for d in found if d.what == "the team gives input to the change"]


def amended(*by):
    return PlanAmended("PL1", (), input_by=frozenset(by))


@pytest.mark.clause("R512-100-5(1)(b)", edition=EDITION)
def test_the_team_gives_input_to_a_change_of_the_plan_and_none_is_owed_without_one(given, owed):
    before = (OPENED, TEAM, DRAFTED)

    [own] = changes(owed(given(*before, (9, amended("aunt"))), after=9, cite="R512-100-5(1)(b)"))
    [alone] = changes(owed(given(*before, (9, amended("stranger"))), after=400, cite="R512-100-5(1)(b)"))

    assert changes(owed(given(*before), after=400, cite="R512-100-5(1)(b)")) == []
    assert (own.state, own.subject, own.evidence) == (State.MET, ("PL1", "@4"), (4,))
    assert (alone.state, alone.since, alone.due) == (State.OPEN, date(2010, 10, 17), None)
    assert [(n.version, n.why) for n in alone.near] == [(4, "no team member gave input to it")]


@pytest.mark.clause("R512-100-5(1)(b)", edition=EDITION)
@pytest.mark.parametrize(
    "given_by",
    [INPUT, TeamMeetingHeld(MeetingKind.ONGOING, frozenset({"aunt"}), frozenset({Topic.CHANGES}), "PL1")],
)
@pytest.mark.parametrize("day", [5, 12])
def test_input_outside_the_change_counts_before_it_or_after_it(given, owed, given_by, day):
    [duty] = changes(owed(given(OPENED, TEAM, DRAFTED, (9, amended()), (day, given_by)), 20, "R512-100-5(1)(b)"))

    assert (duty.state, duty.evidence) == (State.MET, (5,))


@pytest.mark.clause("R512-100-5(1)(b)", edition=EDITION)
@pytest.mark.parametrize(
    "said", [TeamInputRecorded("aunt", Topic.PROGRESS, "PL1"), TeamInputRecorded("aunt", Topic.CHANGES, "PL2")]
)
def test_input_to_something_else_or_to_another_plan_is_not_it(given, owed, said):
    [duty] = changes(owed(given(OPENED, TEAM, DRAFTED, (5, said), (9, amended())), 20, "R512-100-5(1)(b)"))

    assert duty.state == State.OPEN


@pytest.mark.clause("R512-100-5(1)(b)", edition=EDITION)
def test_input_to_one_change_is_none_to_the_next(given, owed):
    history = given(OPENED, TEAM, DRAFTED, (5, INPUT), (9, amended()), (15, amended()))

    first, second = changes(owed(history, after=20, cite="R512-100-5(1)(b)"))

    assert (first.state, second.state) == (State.MET, State.OPEN)


CHILDREN = (OPENED, PersonJoined("A-1", Relation.CHILD), PersonJoined("A-2", Relation.CHILD))
T1 = ThreatIdentified("T1", "alone", Presence.PRESENT, frozenset({"A-1"}))
T2 = ThreatIdentified("T2", "medication", Presence.LIKELY, frozenset({"A-1", "A-2"}))
MANAGED = [
    ThreatManaged(threat, frozenset({how}))
    for threat, how in (("T1", Management.CAPACITY_INCREASED), ("T2", Management.VULNERABILITY_DECREASED))
]
UNSAID = ThreatManaged("T1", frozenset())
UNSAFE = ChildUnsafeAtHome("A-1")
HOME = ChildReturnedHome("A-1")


def closed(reason, **children):
    return (20, CaseClosed(reason, {child.replace("_", "-"): ending for child, ending in children.items()}))


SAFE, GONE = Ending.THREATS_MANAGED, Ending.CHILD_UNSAFE_AT_HOME


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
@pytest.mark.parametrize(
    "acts, left",
    [
        ((T1, T2, MANAGED[0]), ["T2"]),
        ((T1, T2), ["T1", "T2"]),
        ((T1, MANAGED[0], ThreatReopened("T1")), ["T1"]),
        ((T1, T2, MANAGED[0], UNSAFE), ["T2"]),
        ((T1, UNSAFE, HOME), ["T1"]),
        ((UNSAFE, (1, T1)), ["T1"]),
    ],
)
@pytest.mark.parametrize("reason", [SAFE, GONE])
def test_a_closing_for_safety_is_refused_while_a_threat_is_unaccounted_for_and_names_it(
    given, refusal, reason, acts, left
):
    refused = refusal(closed(reason, A_1=SAFE, A_2=SAFE), given(*CHILDREN, *acts))

    assert refused.objections[0].about == tuple(left)
    assert refused.objections[0].cites == ("R512-100-5(5)(a)",)


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
def test_a_threat_said_to_be_managed_and_not_how_is_found_and_not_accounted_for(given, found, refusal):
    history = given(*CHILDREN, T1, T2, MANAGED[0], (9, ThreatManaged("T2", frozenset())))

    refused = refusal(closed(SAFE, A_1=SAFE, A_2=SAFE), history)

    assert found(history) == ["R512-100-5(5)(a)"]
    assert refused.objections[0].about == ("T2",)
    assert refused.objections[0].says == "the case still has 1 unmanaged threat (1 said to be managed, and not how)"


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
@pytest.mark.parametrize("order", [(MANAGED[0], UNSAID), (UNSAID, MANAGED[0])])
def test_once_it_is_said_how_a_threat_is_managed_whatever_else_was_said(given, accepted, refusal, order):
    said = [(n, event) for n, event in enumerate(order, 3)]
    again = (9, ThreatReopened("T1"))

    assert accepted(closed(SAFE, A_1=SAFE), given(*CHILDREN[:2], T1, *said)) == []
    assert refusal(closed(SAFE, A_1=SAFE), given(*CHILDREN[:2], T1, *said, again, (9, UNSAID))).about == ["T1"]


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
def test_a_closing_for_safety_says_of_every_child_why(given, refusal):
    refused = refusal(closed(SAFE, A_1=SAFE), given(*CHILDREN, T1, MANAGED[0]))

    assert (refused.cites, refused.about) == (["R512-100-5(5)(a)"], ["A-2"])


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
@pytest.mark.parametrize(
    "acts, said, about",
    [
        ((T1, MANAGED[0]), {"A_1": GONE, "A_2": SAFE}, ["A-1"]),
        ((T1, UNSAFE), {"A_1": SAFE, "A_2": SAFE}, ["A-1"]),
        ((T1, UNSAFE, HOME, MANAGED[0]), {"A_1": GONE, "A_2": SAFE}, ["A-1"]),
    ],
)
def test_what_a_closing_says_of_a_child_is_on_record(given, refusal, acts, said, about):
    refused = refusal(closed(GONE, **said), given(*CHILDREN, *acts))

    assert (refused.cites, refused.about) == (["R512-100-5(5)(a)"], about)


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
def test_a_closing_with_every_threat_managed_or_every_child_of_it_gone_is_accepted(given, accepted, refusal):
    managed = given(*CHILDREN, T1, T2, *MANAGED)
    gone = given(*CHILDREN, T1, UNSAFE)

    assert accepted(closed(SAFE, A_1=SAFE, A_2=SAFE), managed) == []
    assert accepted(closed(GONE, A_1=GONE, A_2=SAFE), gone) == []
    assert refusal(closed(SAFE, A_1=SAFE, A_2=SAFE), given(*CHILDREN, T1)).about == ["T1"]


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
@pytest.mark.parametrize("acts, can", [((T1, UNSAFE), True), ((T1, T2, UNSAFE), False)])
def test_a_case_can_be_closed_for_safety_where_each_child_is_answered_for_in_its_own_way(given, law, acts, can):
    history = given(*CHILDREN, *acts)
    ways = itertools.product((SAFE, GONE), repeat=3)
    tried = [CaseClosed(reason, {"A-1": first, "A-2": second}) for reason, first, second in ways]

    accepted = [c for c in tried if not [*law(FIRST).objections(fold(history), Entry(c, FIRST))]]
    assert (accepted != []) == can
    assert {tuple(c.children.values()) for c in accepted} == ({(GONE, SAFE)} if can else set())


OTHERS = sorted(set(Ending) - {SAFE, GONE, Ending.NOT_APPROPRIATE})


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
@pytest.mark.parametrize("reason", OTHERS)
def test_any_other_ending_is_recorded_with_every_unmanaged_threat_found(given, accepted, found, reason):
    history = given(*CHILDREN, T1, T2, MANAGED[0])

    assert accepted(closed(reason), history) == ["R512-100-5(5)(a)"]
    assert found(given(*CHILDREN, T1, T2, MANAGED[0], closed(reason))) == ["R512-100-5(5)(a)"]
    assert accepted(closed(reason), given(*CHILDREN, T1, MANAGED[0])) == []


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
@pytest.mark.parametrize("reason", OTHERS)
def test_after_such_an_ending_a_supervisors_review_falls_due_and_is_met_by_their_approval(
    given, owed, accepted, reason
):
    ended = (*CHILDREN, T1, T2, MANAGED[0], closed(reason))  # the closing is version 7
    review = (90, ApprovalGranted(7), SUPERVISOR)

    [open_] = owed(given(*ended), after=89, cite="R512-100-5(5)(a)")
    [met] = owed(given(*ended, review), after=90, cite="R512-100-5(5)(a)")

    assert (open_.since, open_.due, open_.subject, open_.state) == (date(2010, 10, 28), None, ("T2",), State.OPEN)
    assert (met.state, met.evidence, met.met_on) == (State.MET, (8,), date(2011, 1, 6))
    assert accepted(review, given(*ended)) == []


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
@pytest.mark.parametrize("review, near", [((90, ApprovalGranted(7)), [8]), ((90, ApprovalGranted(6), SUPERVISOR), [])])
def test_a_review_by_another_or_of_another_entry_is_not_it(given, owed, review, near):
    history = given(*CHILDREN, T1, T2, MANAGED[0], closed(Ending.MOVED), review)

    [duty] = owed(history, after=90, cite="R512-100-5(5)(a)")

    assert (duty.state, [n.version for n in duty.near]) == (State.OPEN, near)


@pytest.mark.clause("R512-100-5(5)(a)", edition=EDITION)
def test_no_review_falls_due_where_no_threat_was_left_where_safety_ended_it_or_before_closing(given, owed):
    left = (*CHILDREN, T1, closed(Ending.MOVED))

    quiet = [
        given(*CHILDREN, T1, MANAGED[0], closed(Ending.MOVED)),
        given(*CHILDREN, T1, MANAGED[0], closed(SAFE, A_1=SAFE, A_2=SAFE)),
        given(*CHILDREN, T1),
        given(*left, (30, CaseReopened())),
        given(*left, (30, CaseReopened()), (40, MANAGED[0]), (50, closed(SAFE, A_1=SAFE, A_2=SAFE)[1])),
        given(*CHILDREN, closed(Ending.MOVED), (25, T1)),
        given(
            *CHILDREN, T1, (20, CaseClosed(SAFE, reported=Reported("s-9", Role.SUPERVISOR, date(2010, 10, 28), "D1")))
        ),
    ]

    assert [owed(history, after=90, cite="R512-100-5(5)(a)") for history in quiet] == [[]] * 7
    later = given(*left, (25, MANAGED[0]))
    assert len(owed(later, after=90, cite="R512-100-5(5)(a)")) == 1
    assert len(owed(given(*left), after=90, cite="R512-100-5(5)(a)")) == 1
