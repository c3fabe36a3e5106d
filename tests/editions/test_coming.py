"""The next day on which a case's duties stand otherwise by the calendar alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from examples import some
from histories import FIRST_DAY, WORKER, amended, days
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import DUE, LAW, MADE_UP, ending

from ihs_cases.editions import installed
from ihs_domain.closing import CaseClosed, CaseReopened
from ihs_domain.coming import HORIZON, next_change_on
from ihs_domain.contacting import ContactMade, ContactStandardSet, IntensitySet, worker_visits_every_month
from ihs_domain.duties import Owed, State
from ihs_domain.editions import Edition, Law, RuleBook, always
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, VictimSubstantiated
from ihs_domain.opening import CaseOpened, CourtOrderReceived, family_is_asked_for_consent
from ihs_domain.owing import duties
from ihs_domain.planning import PlanAgreed, PlanFinalised, PlanReviewed, SupervisorAgreed
from ihs_domain.requesting import ServicesRequested
from ihs_domain.safety import SafetyPlanAgreed, SafetyPlanRevised
from ihs_domain.teaming import TeamFormed, TeamMeetingHeld

OPENED = CaseOpened("voluntary", "north")
BARE = evolve(MADE_UP, gates={}, finds={}, duties=())
VISITS = evolve(BARE, duties=((worker_visits_every_month, DUE),))
DAY = timedelta(days=1)


def acts(*said: tuple[Any, date]) -> History:
    return effective(Entry(event, day, n, position=n) for n, (event, day) in enumerate(said, 1))


def test_a_new_monthly_window_is_a_change_though_nothing_falls_due_on_that_day():
    opened_in_a_month_cut_short = acts((OPENED, date(2024, 1, 10)))

    assert next_change_on(opened_in_a_month_cut_short, always(VISITS), date(2024, 1, 10)) == date(2024, 2, 1)


@pytest.mark.parametrize("on, changes", [(date(2024, 2, 1), date(2024, 3, 1)), (date(2024, 2, 29), date(2024, 3, 1))])
def test_the_next_window_is_announced_from_a_window_that_is_met_too(on, changes):
    consented = evolve(BARE, duties=((owed_each_month_and_met, DUE),))

    assert [d.state for d in duties(acts((OPENED, date(2024, 2, 1))), always(consented), on)] == [State.MET]
    assert next_change_on(acts((OPENED, date(2024, 2, 1))), always(consented), on) == changes


def owed_each_month_and_met(history: History, on: date) -> list[Owed]:
    windows = list(worker_visits_every_month(history, on))
    return [evolve(window, met_by=(history[0],)) for window in windows]


def test_an_edition_to_come_is_a_change_where_it_owes_anything_and_none_where_it_owes_nothing():
    first = date(2024, 5, 1)
    consent = ((family_is_asked_for_consent, DUE),)
    before = evolve(BARE, in_force_until=first - DAY)
    owing = RuleBook((before, evolve(BARE, in_force_from=first, duties=consent))).law("xx-mu")
    silent = RuleBook((before, evolve(BARE, in_force_from=first))).law("xx-mu")
    history = acts((OPENED, FIRST_DAY))

    assert next_change_on(history, owing, FIRST_DAY) == first
    assert next_change_on(history, silent, FIRST_DAY) is None


def test_a_practice_begins_and_is_over_by_the_calendar():
    consent = ((family_is_asked_for_consent, DUE),)
    kept = evolve(
        BARE,
        ruleset="kept",
        practice=True,
        duties=consent,
        in_force_from=date(2024, 3, 5),
        in_force_until=date(2024, 4, 9),
    )
    history = acts((OPENED, FIRST_DAY))

    changes = [next_change_on(history, always(BARE), day, [kept]) for day in (FIRST_DAY, date(2024, 3, 5))]

    assert changes == [date(2024, 3, 5), date(2024, 4, 10)]


def reviewed_each_quarter_after_closing(history: History, on: date) -> list[Owed]:
    """Four windows of ninety days after a closing, each from the end of the one before."""
    [closing] = history.of(CaseClosed)
    starts = [closing.day + timedelta(days=90 * n) for n in range(4)]
    return [Owed("it is looked at again", s, due=s + timedelta(days=89)) for s in starts if s <= on]


def test_what_begins_after_closing_is_announced():
    edition = evolve(BARE, after_closing=((reviewed_each_quarter_after_closing, DUE),))
    history = acts((OPENED, FIRST_DAY), (CaseClosed("moved"), FIRST_DAY))
    turns = [FIRST_DAY + timedelta(days=90 * n) for n in range(5)]

    found = [next_change_on(history, always(edition), day) for day in turns]

    assert found == [*turns[1:], None]


def test_nothing_is_announced_of_a_closed_case_in_which_nothing_can_change():
    history = acts((OPENED, FIRST_DAY), (CaseClosed("moved"), date(2024, 2, 10)))

    assert next_change_on(history, LAW, date(2024, 2, 10)) is None


def test_on_the_closing_day_a_window_that_ends_with_it_is_still_to_become_late():
    history = acts((OPENED, FIRST_DAY), (CaseClosed("moved"), date(2024, 1, 31)))

    assert next_change_on(history, always(VISITS), date(2024, 1, 31)) == date(2024, 2, 1)


def test_what_happens_later_is_not_the_calendars():
    history = acts((OPENED, date(2024, 1, 10)), (CaseClosed("moved"), date(2024, 1, 20)))

    assert next_change_on(history, always(VISITS), date(2024, 1, 15)) == date(2024, 2, 1)


def test_nothing_is_looked_for_beyond_the_horizon():
    far = FIRST_DAY + HORIZON
    plan = SafetyPlanAgreed("safety plan-1", frozenset(), far, review_on=far)
    history = acts((plan, FIRST_DAY))

    assert next_change_on(history, always(BARE), FIRST_DAY) is None
    assert next_change_on(history, always(BARE), FIRST_DAY + DAY) == far + DAY
    assert next_change_on(history, always(BARE), date.max) is None


# Whatever the history, whatever the law

CASE = (
    CaseOpened, CaseClosed, CaseReopened, PersonJoined, VictimSubstantiated, ServicesRequested, TeamFormed,
    PlanAgreed, SupervisorAgreed, PlanFinalised, PlanReviewed, SafetyPlanAgreed, SafetyPlanRevised,
    TeamMeetingHeld, IntensitySet, ContactStandardSet, ContactMade, CourtOrderReceived,
)  # fmt: skip
TURN = date(2024, 3, 14)


def moved(edition: Edition, begins: date) -> Edition:
    """An installed edition as if it had come into force on another day."""
    return evolve(edition, jurisdiction="us-ut", ruleset="moved", in_force_from=begins, in_force_until=None)


def one_after_another(first: Edition, second: Edition) -> Law:
    earlier = evolve(moved(first, date(2023, 1, 1)), in_force_until=TURN - DAY)
    return RuleBook((earlier, moved(second, TURN))).law("us-ut")


EDITIONS = [e for e in installed().editions if not e.practice]
PRACTICES = [
    evolve(e, in_force_from=date(2024, 2, 20), in_force_until=None) for e in installed().editions if e.practice
]
LAWS = st.one_of(
    st.sampled_from([LAW, RuleBook((ending(date(2024, 2, 10)),)).law("xx-mu")]),
    st.sampled_from(EDITIONS).map(always),
    st.builds(one_after_another, st.sampled_from(EDITIONS), st.sampled_from(EDITIONS)),
)
opened = amended(*CASE, first=[(CaseOpened("voluntary", "north", "psc"), FIRST_DAY, WORKER)])


def standing(history: History, law: Law, day: date) -> list[tuple[Any, ...]]:
    return [
        (d.edition, d.cites, d.what, d.subject, d.since, d.due, d.state) for d in duties(history, law, day, PRACTICES)
    ]


@given(opened, LAWS, days)
@settings(max_examples=some(40))  # each example lives through a year of its case
def test_duties_stand_as_they_do_until_the_day_announced_and_otherwise_on_it(record, law, on):
    known = effective(record).upto(on)
    every_day_at_first = [on + timedelta(days=n) for n in range(1, 40)]
    then_each_week = [on + timedelta(days=n) for n in range(40, HORIZON.days, 7)]

    announced = next_change_on(known, law, on, PRACTICES)

    now = standing(known, law, on)
    until = announced or on + HORIZON
    assert [d for d in (*every_day_at_first, *then_each_week) if d < until and standing(known, law, d) != now] == []
    assert announced is None or standing(known, law, announced) != now
    assert announced is None or standing(known, law, announced - DAY) == now
