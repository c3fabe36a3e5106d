"""R512-100-5 A to C, edition 2003-09-03: the team and its meetings."""

from datetime import date

import pytest

from ihs_domain.duties import State
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.planning import PlanAgreed, PlanDrafted, PlanReviewed
from ihs_domain.teaming import (
    MeetingKind,
    Part,
    TeamFormed,
    TeamInputRecorded,
    TeamMeetingHeld,
    TeamMemberAdded,
    Topic,
)

EDITION = "utah-r512-100@2003-09-03"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
TEAM = TeamFormed({"mother": Part.PARENT, "aunt": Part.RELATIVE}, helped_by=frozenset())


def meeting(kind=MeetingKind.ONGOING, *about, attended=("mother", "aunt")):
    return TeamMeetingHeld(kind, frozenset(attended), frozenset(about))


@pytest.mark.clause("R512-100-5 A", edition=EDITION)
@pytest.mark.parametrize("made", [TEAM, TeamMemberAdded("aunt", Part.RELATIVE)])
def test_a_team_is_developed_or_strengthened_for_every_family(given, owed, made):
    [before] = owed(given(OPENED), after=2, cite="R512-100-5 A")
    [after] = owed(given(OPENED, (3, made)), after=3, cite="R512-100-5 A")

    assert (before.state, before.due) == (State.OPEN, None)
    assert (after.state, after.evidence) == (State.MET, (2,))


MET_FIRST = (OPENED, TEAM, (5, meeting()))  # on 2003-09-08


@pytest.mark.clause("R512-100-5 B", edition=EDITION)
@pytest.mark.parametrize("after, state, late", [(182, State.OPEN, 0), (183, State.LATE, 1)])
def test_the_team_meets_within_six_months_of_the_opening(given, owed, after, state, late):
    [duty] = owed(given((-9, TEAM), (-8, meeting()), OPENED), after=after, cite="R512-100-5 B")

    assert (duty.since, duty.due) == (date(2003, 9, 3), date(2004, 3, 3))
    assert (duty.state, duty.late_days) == (state, late)


@pytest.mark.clause("R512-100-5 B", edition=EDITION)
@pytest.mark.parametrize(
    "after, state, late",
    [(187, State.OPEN, 0), (188, State.LATE, 1), (200, State.LATE, 13)],
)
def test_the_team_meets_again_within_six_months_of_its_first_meeting(given, owed, after, state, late):
    first, duty = owed(given(*MET_FIRST), after=after, cite="R512-100-5 B")

    assert (first.state, first.evidence) == (State.MET, (3,))
    assert (duty.since, duty.due) == (date(2003, 9, 8), date(2004, 3, 8))
    assert (duty.state, duty.late_days) == (state, late)


@pytest.mark.clause("R512-100-5 B", edition=EDITION)
@pytest.mark.parametrize("held, state, late", [(187, State.MET, 0), (188, State.MET_LATE, 1)])
def test_each_meeting_starts_six_months_anew(given, owed, held, state, late):
    _, met, next_ = owed(given(*MET_FIRST, (held, meeting())), after=held, cite="R512-100-5 B")

    assert (met.state, met.late_days, met.evidence) == (state, late, (4,))
    assert next_.state == State.OPEN
    assert next_.due == date(2004, 9, held - 179)


@pytest.mark.clause("R512-100-5 B", edition=EDITION)
def test_only_a_meeting_of_the_team_counts(given, owed):
    others = (
        (50, PlanDrafted("PL1", ())),
        (60, PlanAgreed("PL1", frozenset({"aunt"}))),
        (70, PlanReviewed("PL1", frozenset({"aunt"}))),
        (80, TeamInputRecorded("aunt", Topic.PROGRESS)),
        (90, meeting(attended=("stranger",))),
    )

    _, duty = owed(given(*MET_FIRST, *others), after=188, cite="R512-100-5 B")

    assert duty.state == State.LATE
    assert [n.version for n in duty.near] == [5, 6, 7]


@pytest.mark.clause("R512-100-5 C.1", edition=EDITION)
@pytest.mark.parametrize(
    "held, why",
    [
        (meeting(MeetingKind.ONGOING, Topic.INTENSITY, Topic.OPTIONS), "it was an ongoing meeting"),
        (meeting(MeetingKind.TRANSITION, Topic.INTENSITY, Topic.OPTIONS), "it was a transition meeting"),
        (meeting(MeetingKind.INITIAL, Topic.OPTIONS), "it did not set the intensity"),
        (meeting(MeetingKind.INITIAL, Topic.INTENSITY), "it did not discuss the options"),
    ],
)
def test_another_meeting_or_one_that_leaves_intensity_or_options_out_is_not_the_initial_one(given, owed, held, why):
    [duty] = owed(given(OPENED, TEAM, (4, held)), after=400, cite="R512-100-5 C.1")

    assert (duty.state, [(n.version, n.why) for n in duty.near]) == (State.OPEN, [(3, why)])


@pytest.mark.clause("R512-100-5 C.1", edition=EDITION)
def test_an_initial_meeting_sets_the_intensity_and_discusses_options(given, owed):
    held = meeting(MeetingKind.INITIAL, Topic.INTENSITY, Topic.OPTIONS)

    [duty] = owed(given(OPENED, TEAM, (4, held)), after=4, cite="R512-100-5 C.1")

    assert (duty.state, duty.evidence) == (State.MET, (3,))


@pytest.mark.clause("R512-100-5 C.2", edition=EDITION)
def test_a_transition_meeting_may_be_held_and_none_is_owed(given, touched, owed):
    held = meeting(MeetingKind.TRANSITION, Topic.PROGRESS)

    assert touched(given(OPENED, TEAM, (4, held)), "R512-100-5 C.2") == [3]
    assert owed(given(OPENED, TEAM), after=400, cite="R512-100-5 C.2") == []
