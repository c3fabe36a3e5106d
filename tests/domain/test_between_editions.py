"""Where one edition gives way to another, and where a practice stands beside both."""

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from made_up import DUE, MADE_UP

from ihs_domain.closing import CaseClosed, Ending, final_summary_follows
from ihs_domain.duties import Duty, State
from ihs_domain.editions import RuleBook
from ihs_domain.history import Entry, History, effective
from ihs_domain.meeting import team_meets_every
from ihs_domain.opening import CaseOpened, ConsentAsked, family_is_asked_for_consent
from ihs_domain.owing import duties
from ihs_domain.teaming import MeetingKind, Part, TeamFormed, TeamMeetingHeld

ENDED = date(2024, 3, 31)
NEXT = ENDED + timedelta(days=1)
BARE = evolve(MADE_UP, gates={}, finds={}, duties=())
OLD = evolve(
    BARE,
    in_force_until=ENDED,
    duties=((team_meets_every(1), DUE), (family_is_asked_for_consent, DUE)),
    after_closing=((final_summary_follows, DUE),),
)
NEW = evolve(BARE, in_force_from=NEXT)
KEPT = evolve(BARE, ruleset="kept", practice=True, duties=((family_is_asked_for_consent, DUE),))
BOOK = RuleBook((OLD, NEW, KEPT))
LAW = BOOK.law("xx-mu")
MEETING = TeamMeetingHeld(MeetingKind.ONGOING, frozenset({"aunt"}), frozenset())
FEB = date(2024, 2, 1)
START = ((CaseOpened("voluntary", "north"), FEB), (TeamFormed({"aunt": Part.RELATIVE}, frozenset()), FEB))


def acts(*said: tuple[Any, Any]) -> History:
    days = [(event, day if isinstance(day, date) else date(2024, 3, day)) for event, day in (*START, *said)]
    return effective(Entry(event, day, version) for version, (event, day) in enumerate(days, 1))


def meetings(history: History, on: date) -> list[Duty]:
    return [d for d in duties(history, LAW, on) if d.what == "the team meets"]


@pytest.mark.parametrize("met_on, state", [(ENDED, State.MET), (NEXT, State.LAPSED)])
def test_what_lapsed_with_its_edition_is_not_met_by_what_came_later(met_on, state):
    found = meetings(acts((MEETING, 10), (MEETING, met_on)), on=date(2024, 4, 20))

    assert (found[1].due, found[1].state, bool(found[1].evidence)) == (date(2024, 4, 10), state, state is State.MET)


def test_what_was_late_when_its_edition_ended_is_met_late_by_what_came_later():
    _, late = meetings(acts((MEETING, date(2024, 2, 20))), on=date(2024, 4, 20))
    _, met = meetings(acts((MEETING, date(2024, 2, 20)), (MEETING, date(2024, 4, 2))), on=date(2024, 4, 20))

    assert (late.due, late.state, late.late_days) == (date(2024, 3, 20), State.LATE, 31)
    assert (met.state, met.late_days, met.met_on) == (State.MET_LATE, 13, date(2024, 4, 2))


def test_an_undated_duty_lapses_with_its_edition_and_is_not_met_by_what_came_later():
    history = acts((ConsentAsked("mother"), NEXT))

    [consent] = [d for d in duties(history, LAW, NEXT) if d.what == "the family is asked to sign a consent"]

    assert (consent.state, consent.evidence) == (State.LAPSED, ())


@pytest.mark.parametrize("closed_on, owed", [(ENDED, 1), (NEXT, 0)])
def test_what_falls_due_by_a_closing_falls_due_under_the_edition_of_that_day(closed_on, owed):
    history = acts((CaseClosed(Ending.MOVED), closed_on))

    found = [d for d in duties(history, LAW, closed_on) if d.what == "the final progress summary is written"]

    assert len(found) == owed


def test_a_practice_judges_nothing_by_itself_and_its_duties_stand_beside_the_rules():
    history = acts()

    assert (BOOK.of("xx-mu"), BOOK.practices("xx-mu"), BOOK.practices("xx-no")) == ((OLD, NEW), (KEPT,), ())
    assert [LAW(day).id for day in (date(2024, 3, 1), NEXT)] == [OLD.id, NEW.id]
    beside = duties(history, LAW, ENDED, BOOK.practices("xx-mu"))
    assert [(d.what, d.edition) for d in beside] == [
        ("the team meets", OLD.id),
        ("the family is asked to sign a consent", OLD.id),
        ("the family is asked to sign a consent", KEPT.id),
    ]


def test_a_practice_taken_for_the_law_is_asked_once():
    [duty] = duties(acts(), lambda _day: KEPT, ENDED, (KEPT,))

    assert duty.edition == KEPT.id
