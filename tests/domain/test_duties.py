"""What falls due, and where it stands on each day."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from examples import some
from histories import FIRST_DAY, SUPERVISOR, days, events, plain
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import DUE as DUTY
from made_up import LAW, MADE_UP, THREATS, ending

from ihs_domain.assessing import FamilyAssessmentCompleted
from ihs_domain.assigning import WorkerAssigned
from ihs_domain.closing import CaseClosed, CaseReopened
from ihs_domain.contacting import ContactMade, IntensitySet
from ihs_domain.days import add_months, months_between
from ihs_domain.duties import Duty, NearMiss, Owed, Span, State, next_change, settle
from ihs_domain.editions import Edition, RuleBook, always
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, VictimSubstantiated
from ihs_domain.opening import CaseOpened, ConsentAsked
from ihs_domain.owing import duties
from ihs_domain.permanency import PermanencyGoalsSet
from ihs_domain.planning import PlanAgreed, PlanFinalised, PlanProvided, PlanReviewed, SupervisorAgreed
from ihs_domain.requesting import DecisionNotified, ServicesAccepted, ServicesRequested
from ihs_domain.roles import SYSTEM
from ihs_domain.safety import SafetyPlanAgreed, SafetyPlanMonitored, SafetyPlanRevised
from ihs_domain.teaming import TeamFormed, TeamInputRecorded, TeamMeetingHeld

JAN = date(2024, 1, 1)
DUE = date(2024, 1, 20)
BEFORE, AFTER = DUE - timedelta(days=1), DUE + timedelta(days=1)
STILL = Span()


def owed(*met: date, due: date | None = DUE, lenient: bool = False) -> Owed:
    by = tuple(Entry(ConsentAsked("p"), day) for day in met)
    return Owed("something", JAN, due=due, met_by=by, lenient=lenient)


@pytest.mark.parametrize(
    "what, span, on, stands",
    [
        (owed(), STILL, JAN, (State.OPEN, 0)),
        (owed(), STILL, DUE, (State.OPEN, 0)),
        (owed(), STILL, AFTER, (State.LATE, 1)),
        (owed(), STILL, AFTER + timedelta(days=9), (State.LATE, 10)),
        (owed(due=None), STILL, date.max, (State.OPEN, 0)),
        (owed(JAN), STILL, JAN, (State.MET, 0)),
        (owed(DUE), STILL, AFTER, (State.MET, 0)),
        (owed(AFTER), STILL, AFTER, (State.MET_LATE, 1)),
        (owed(AFTER, due=None), STILL, date.max, (State.MET, 0)),
        (owed(JAN, AFTER, BEFORE), STILL, date.max, (State.MET_LATE, 1)),
        (owed(lenient=True), STILL, DUE, (State.OPEN, 0)),
        (owed(lenient=True), STILL, AFTER, (State.LAPSED, 0)),
        (owed(DUE, lenient=True), STILL, AFTER, (State.MET, 0)),
        (owed(AFTER, lenient=True), STILL, AFTER, (State.MET, 0)),
    ],
)
def test_a_duty_of_an_open_case_is_open_met_met_late_late_or_leniently_lapsed(what, span, on, stands):
    assert settle(what, span, on) == stands


@pytest.mark.parametrize(
    "closed, due, on, stands",
    [
        (BEFORE, DUE, BEFORE - timedelta(days=1), (State.OPEN, 0)),
        (BEFORE, DUE, BEFORE, (State.LAPSED, 0)),
        (BEFORE, DUE, AFTER, (State.LAPSED, 0)),
        (DUE, DUE, BEFORE, (State.OPEN, 0)),
        (AFTER, DUE, DUE, (State.OPEN, 0)),
        (AFTER, DUE, AFTER, (State.LATE, 1)),
        (AFTER, DUE, AFTER + timedelta(days=4), (State.LATE, 1)),
        (AFTER + timedelta(days=3), DUE, AFTER + timedelta(days=2), (State.LATE, 3)),
        (AFTER + timedelta(days=3), DUE, date.max, (State.LATE, 4)),
        (BEFORE, None, BEFORE - timedelta(days=1), (State.OPEN, 0)),
        (BEFORE, None, BEFORE, (State.UNMET, 0)),
        (BEFORE, None, AFTER, (State.UNMET, 0)),
    ],
)
def test_closing_cuts_a_window_short_leaves_what_is_late_late_and_what_is_undated_unmet(closed, due, on, stands):
    assert settle(owed(due=due), Span(closed=closed), on) == stands


def test_a_window_that_ends_on_the_closing_day_was_not_cut_short():
    closed = Span(closed=DUE)

    assert settle(owed(), closed, DUE) == (State.OPEN, 0)
    assert next_change(owed(), State.OPEN, closed, DUE) == AFTER
    assert settle(owed(), closed, AFTER) == (State.LATE, 1)
    assert settle(owed(lenient=True), closed, AFTER) == (State.LAPSED, 0)


@pytest.mark.parametrize(
    "ended, due, on, stands",
    [
        (BEFORE, DUE, BEFORE, (State.OPEN, 0)),
        (BEFORE, DUE, DUE, (State.LAPSED, 0)),
        (BEFORE, DUE, AFTER, (State.LAPSED, 0)),
        (DUE, DUE, DUE, (State.OPEN, 0)),
        (DUE, DUE, AFTER, (State.LAPSED, 0)),
        (AFTER, DUE, AFTER, (State.LATE, 1)),
        (AFTER, DUE, AFTER + timedelta(days=4), (State.LATE, 5)),
        (BEFORE, None, BEFORE, (State.OPEN, 0)),
        (BEFORE, None, DUE, (State.LAPSED, 0)),
    ],
)
def test_the_end_of_an_edition_lapses_what_is_open_and_leaves_what_is_late_late(ended, due, on, stands):
    assert settle(owed(due=due), Span(ended=ended), on) == stands


@pytest.mark.parametrize(
    "closed, ended, stands",
    [
        (BEFORE, DUE, State.UNMET),
        (BEFORE, BEFORE, State.UNMET),
        (DUE, BEFORE, State.LAPSED),
    ],
)
def test_an_undated_duty_goes_by_what_came_first_the_closing_or_the_end_of_the_edition(closed, ended, stands):
    assert settle(owed(due=None), Span(closed, ended), AFTER) == (stands, 0)


def test_an_edition_that_ends_within_the_window_lapses_it_also_where_the_case_closes_later():
    assert settle(owed(), Span(closed=AFTER, ended=BEFORE), AFTER) == (State.LAPSED, 0)


@pytest.mark.parametrize(
    "what, span, on, day",
    [
        (owed(), STILL, JAN, AFTER),
        (owed(), STILL, DUE, AFTER),
        (owed(due=None), STILL, JAN, None),
        (owed(due=date.max), STILL, JAN, None),
        (owed(), STILL, AFTER, None),
        (owed(JAN), STILL, JAN, None),
        (owed(), Span(ended=BEFORE), JAN, DUE),
        (owed(), Span(ended=DUE), JAN, AFTER),
        (owed(), Span(ended=AFTER), JAN, AFTER),
        (owed(due=None), Span(ended=BEFORE), BEFORE, DUE),
        (owed(due=None), Span(ended=date.max), JAN, None),
        (owed(), Span(ended=BEFORE), DUE, None),
        (owed(), Span(closed=BEFORE), BEFORE, None),
    ],
)
def test_the_next_change_is_the_day_after_the_due_day_or_after_the_edition(what, span, on, day):
    state, _ = settle(what, span, on)

    assert next_change(what, state, span, on) == day


@pytest.mark.parametrize(
    "day, months, then",
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 1, 15), 3, date(2024, 4, 15)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2024, 12, 1), 1, date(2025, 1, 1)),
        (date(2024, 11, 30), 1, date(2024, 12, 30)),
        (date(2024, 3, 31), 0, date(2024, 3, 31)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
    ],
)
def test_months_on_is_the_same_day_number_or_the_last_of_the_month(day, months, then):
    assert add_months(day, months) == then


def test_the_months_between_are_whole_and_touch_both_days():
    assert list(months_between(date(2023, 12, 31), date(2024, 2, 1))) == [
        (date(2023, 12, 1), date(2023, 12, 31)),
        (date(2024, 1, 1), date(2024, 1, 31)),
        (date(2024, 2, 1), date(2024, 2, 29)),
    ]
    assert list(months_between(date(2024, 2, 29), date(2024, 2, 29))) == [(date(2024, 2, 1), date(2024, 2, 29))]
    assert list(months_between(date(2024, 2, 1), date(2024, 1, 31))) == []


@given(days, st.integers(0, 400))
def test_months_between_follow_each_other_without_a_gap(first, length):
    last = first + timedelta(days=length)
    months = list(months_between(first, last))

    assert months[0][0] <= first <= months[0][1]
    assert months[-1][0] <= last <= months[-1][1]
    assert all(start.day == 1 and start.month == end.month for start, end in months)
    assert all(end + timedelta(days=1) == start for (_, end), (start, _) in pairwise(months))


# Whole cases.


def history(*acts: tuple[Any, date]) -> History:
    """*acts* as recorded by the system; that a supervisor agreed, by one."""
    by = [SUPERVISOR if isinstance(event, SupervisorAgreed) else SYSTEM for event, _ in acts]
    return effective(
        Entry(event, day, version, actor, position=version)
        for version, ((event, day), actor) in enumerate(zip(acts, by, strict=True), 1)
    )


def found(acts: History, on: date, what: str, law: Any = LAW) -> list[Duty]:
    return [d for d in duties(acts, law, on) if d.what == what]


OPENED = (CaseOpened("voluntary", "north"), JAN)
OPENED_LATE = (CaseOpened("voluntary", "north"), date(2024, 1, 10))
VISIT = "a worker visits child and family"


def test_no_entry_no_duty():
    assert duties(History(), LAW, DUE) == ()


def test_a_duty_is_told_as_of_the_day_asked_for():
    acts = history(OPENED, (ConsentAsked("p"), DUE))

    (before,) = found(acts, BEFORE, "the family is asked to sign a consent")
    (then,) = found(acts, DUE, "the family is asked to sign a consent")

    assert (before.state, before.evidence) == (State.OPEN, ())
    assert (then.state, then.met_on, then.evidence) == (State.MET, DUE, (2,))


CONSENT = "the family is asked to sign a consent"


def test_what_comes_after_closing_meets_nothing():
    acts = history(OPENED, (CaseClosed("moved"), BEFORE), (ConsentAsked("p"), DUE))

    assert [d.state for d in found(acts, AFTER, CONSENT)] == [State.UNMET]


def test_what_comes_between_closing_and_reopening_meets_nothing():
    acts = history(OPENED, (CaseClosed("moved"), BEFORE), (ConsentAsked("p"), DUE), (CaseReopened(), AFTER))

    assert [d.state for d in found(acts, AFTER, CONSENT)] == [State.OPEN]


@pytest.mark.parametrize("asked_on", [AFTER, AFTER + timedelta(days=9)])
def test_in_a_case_that_was_reopened_duties_go_on_and_are_met(asked_on):
    reopened = ((CaseClosed("moved"), BEFORE), (CaseReopened(), AFTER))
    later = AFTER + timedelta(days=20)

    assert [d.state for d in found(history(OPENED, *reopened), later, CONSENT)] == [State.OPEN]
    assert [d.state for d in found(history(OPENED, *reopened, (ConsentAsked("p"), asked_on)), later, CONSENT)] == [
        State.MET
    ]


def test_months_in_which_the_case_was_closed_are_not_owed_and_those_cut_short_by_it_are_not_late():
    acts = history(OPENED, (CaseClosed("moved"), date(2024, 1, 20)), (CaseReopened(), date(2024, 4, 10)))

    visits = found(acts, date(2024, 6, 1), VISIT)

    assert [(d.subject, d.since, d.state) for d in visits] == [
        (("2024-01",), JAN, State.LAPSED),
        (("2024-04",), date(2024, 4, 10), State.LAPSED),
        (("2024-05",), date(2024, 5, 1), State.LATE),
        (("2024-06",), date(2024, 6, 1), State.OPEN),
    ]


def test_what_lapsed_in_a_closing_is_not_met_after_the_reopening():
    plan = SafetyPlanAgreed(SP, frozenset(), date(2025, 1, 1), review_on=DUE)
    looked_at = SafetyPlanMonitored(SP, kept=True)
    acts = history(
        OPENED,
        (plan, JAN),
        (CaseClosed("moved"), BEFORE),
        (CaseReopened(), AFTER),
        (looked_at, AFTER + timedelta(days=1)),
    )

    [review] = found(acts, date(2024, 3, 1), "the safety plan is reviewed")

    assert (review.state, review.evidence) == (State.LAPSED, ())


def test_the_opening_month_cut_short_is_never_late_and_the_next_is():
    visits = found(history(OPENED_LATE), date(2024, 3, 1), VISIT)

    assert [(d.subject, d.since, d.due, d.state, d.late_days) for d in visits] == [
        (("2024-01",), date(2024, 1, 10), date(2024, 1, 31), State.LAPSED, 0),
        (("2024-02",), date(2024, 2, 1), date(2024, 2, 29), State.LATE, 1),
        (("2024-03",), date(2024, 3, 1), date(2024, 3, 31), State.OPEN, 0),
    ]


def test_a_whole_opening_month_can_be_late():
    (january, _) = found(history(OPENED), date(2024, 2, 1), VISIT)

    assert january.state is State.LATE


def test_the_closing_month_cut_short_is_never_late():
    acts = history(OPENED_LATE, (CaseClosed("moved"), date(2024, 2, 20)))

    assert [d.state for d in found(acts, date(2024, 4, 1), VISIT)] == [State.LAPSED, State.LAPSED]


def test_the_end_of_an_edition_lapses_its_open_duties_and_those_of_the_next_open_on_its_first_day():
    book = RuleBook((ending(date(2024, 2, 10)), evolve(MADE_UP, in_force_from=date(2024, 2, 11))))

    visits = found(history(OPENED), date(2024, 3, 1), VISIT, book.law("xx-mu"))
    consents = found(history(OPENED), date(2024, 3, 1), "the family is asked to sign a consent", book.law("xx-mu"))

    assert [(d.edition, d.subject, d.since, d.state) for d in visits] == [
        ("made-up@2023-01-01", ("2024-01",), JAN, State.LATE),
        ("made-up@2023-01-01", ("2024-02",), date(2024, 2, 1), State.LAPSED),
        ("made-up@2024-02-11", ("2024-02",), date(2024, 2, 11), State.LATE),
        ("made-up@2024-02-11", ("2024-03",), date(2024, 3, 1), State.OPEN),
    ]
    assert [(d.since, d.state) for d in consents] == [(JAN, State.LAPSED), (date(2024, 2, 11), State.OPEN)]


def test_evidence_made_under_the_old_edition_counts_for_the_new():
    book = RuleBook((ending(date(2024, 2, 10)), evolve(MADE_UP, in_force_from=date(2024, 2, 11))))
    acts = history(OPENED, (ConsentAsked("p"), DUE))

    consents = found(acts, date(2024, 3, 1), "the family is asked to sign a consent", book.law("xx-mu"))

    assert [(d.edition, d.state, d.met_on) for d in consents] == [
        ("made-up@2023-01-01", State.MET, DUE),
        ("made-up@2024-02-11", State.MET, DUE),
    ]


def test_nothing_that_began_after_an_edition_ended_falls_due_under_it():
    law = RuleBook((ending(date(2024, 2, 10)),)).law("xx-mu")

    assert [d.subject for d in found(history(OPENED), date(2024, 5, 1), VISIT, law)] == [("2024-01",), ("2024-02",)]


def test_an_edition_asks_nothing_before_its_first_day():
    law = RuleBook((ending(date(2024, 2, 10)), evolve(MADE_UP, in_force_from=date(2024, 2, 11)))).law("xx-mu")

    assert {d.edition for d in duties(history(OPENED), law, date(2024, 2, 10))} == {"made-up@2023-01-01"}
    assert {d.edition for d in duties(history(OPENED), law, date(2024, 2, 11))} == {
        "made-up@2023-01-01",
        "made-up@2024-02-11",
    }


def test_an_edition_begun_after_closing_asks_nothing_of_the_case():
    book = RuleBook((ending(date(2024, 2, 10)), evolve(MADE_UP, in_force_from=date(2024, 2, 11))))
    acts = history(OPENED, (CaseClosed("moved"), DUE))

    assert {d.edition for d in duties(acts, book.law("xx-mu"), date(2024, 5, 1))} == {"made-up@2023-01-01"}


def test_judged_by_an_edition_as_if_it_had_always_been_in_force_its_duties_begin_with_the_case():
    later = always(evolve(MADE_UP, in_force_from=date(2024, 6, 1)))

    assert [(d.edition, d.since) for d in found(history(OPENED), DUE, VISIT, later)] == [("made-up@2024-06-01", JAN)]


SP = "safety plan-1"


def test_a_safety_plan_sets_its_own_review_under_no_clause():
    acts = history(
        (SafetyPlanAgreed(SP, frozenset(), DUE, review_on=DUE), JAN),
        (SafetyPlanMonitored("safety plan-2", kept=True), BEFORE),
        (SafetyPlanMonitored(SP, kept=True, review_on=date(2024, 3, 1)), AFTER),
    )

    reviews = found(acts, AFTER, "the safety plan is reviewed")

    assert [(d.cites, d.edition, d.due, d.state, d.late_days, d.evidence) for d in reviews] == [
        ((), "", DUE, State.MET_LATE, 1, (3,)),
        ((), "", date(2024, 3, 1), State.OPEN, 0, ()),
    ]


def test_a_review_on_the_last_day_there_is_can_be_asked_for():
    acts = history((SafetyPlanAgreed(SP, frozenset(), date.max, review_on=date.max), JAN))

    (review,) = found(acts, DUE, "the safety plan is reviewed")

    assert (review.state, review.next_change_on) == (State.OPEN, None)


def complete_plan(on: date) -> list[tuple[Any, date]]:
    return [
        (TeamFormed({"aunt": "relative"}, frozenset()), JAN),
        (PlanAgreed("plan-1", frozenset({"aunt"})), JAN),
        (SupervisorAgreed("plan-1"), JAN),
        (PlanFinalised("plan-1", "safe"), on),
    ]


def test_a_plan_is_reviewed_from_its_completion_and_then_from_each_review():
    reviews = [(PlanReviewed("plan-1"), date(2024, 2, 5)), (PlanReviewed("plan-1"), date(2024, 3, 10))]
    acts = history(OPENED, *complete_plan(date(2024, 1, 10)), *reviews)

    windows = found(acts, date(2024, 3, 10), "the plan is reviewed")

    assert [(d.since, d.due, d.state, d.met_on) for d in windows] == [
        (date(2024, 1, 10), date(2024, 2, 10), State.MET, date(2024, 2, 5)),
        (date(2024, 2, 5), date(2024, 3, 5), State.MET_LATE, date(2024, 3, 10)),
        (date(2024, 3, 10), date(2024, 4, 10), State.OPEN, None),
    ]


def test_a_review_before_the_plan_is_complete_is_no_review_of_it():
    acts = history(OPENED, (PlanReviewed("plan-1"), date(2024, 1, 5)), *complete_plan(date(2024, 1, 10)))

    windows = found(acts, date(2024, 2, 1), "the plan is reviewed")

    assert [(d.since, d.due, d.state) for d in windows] == [(date(2024, 1, 10), date(2024, 2, 10), State.OPEN)]


def test_near_misses_are_told_beside_a_duty():
    partial = IntensitySet("low", frozenset({"risk"}))
    acts = history((ServicesRequested("xx-mu", "family"), JAN), (partial, JAN))

    (intensity,) = found(acts, DUE, "the intensity of services is decided")

    assert (intensity.state, intensity.near) == (State.OPEN, (NearMiss(2, "not every factor was considered"),))


# What falls due because the case was closed, and by practices


def closing_is_reviewed(acts: History, on: date) -> Iterable[Owed]:
    """Owed within ten days of each closing: a review, which here is a contact by phone."""
    for closing in acts.of(CaseClosed):
        reviews = tuple(e for e in acts.of(ContactMade) if e.event.mode == "phone" and e.day >= closing.day)
        yield Owed("the closing is reviewed", closing.day, due=closing.day + timedelta(days=10), met_by=reviews[:1])


REVIEWED = "the closing is reviewed"
AFTER_CLOSING = evolve(MADE_UP, duties=(), after_closing=((closing_is_reviewed, THREATS),))
CLOSED_ON = date(2024, 2, 1)
LAST = date(2024, 2, 11)
GONE = (CaseClosed("moved"), CLOSED_ON)


def reviews(on: date, *acts: tuple[Any, date], law: Any = None) -> list[tuple[State, int, tuple[int, ...]]]:
    owed = found(history(OPENED, *acts), on, REVIEWED, law or always(AFTER_CLOSING))
    return [(d.state, d.late_days, d.evidence) for d in owed]


def test_what_is_due_after_closing_is_not_owed_while_the_case_is_open():
    assert reviews(CLOSED_ON) == []
    assert reviews(CLOSED_ON - timedelta(days=1), GONE) == []
    assert reviews(LAST, GONE, (CaseReopened(), date(2024, 2, 3))) == []


@pytest.mark.parametrize(
    "on, stands",
    [
        (CLOSED_ON, (State.OPEN, 0, ())),
        (LAST, (State.OPEN, 0, ())),
        (LAST + timedelta(days=3), (State.LATE, 3, ())),
    ],
)
def test_what_is_due_after_closing_is_not_cut_short_by_the_closing(on, stands):
    assert reviews(on, GONE) == [stands]


@pytest.mark.parametrize(
    "day, state, late", [(CLOSED_ON, State.MET, 0), (LAST, State.MET, 0), (date(2024, 2, 12), State.MET_LATE, 1)]
)
def test_evidence_after_closing_meets_what_is_due_after_closing(day, state, late):
    assert reviews(date(2024, 3, 1), GONE, (ContactMade("phone", frozenset()), day)) == [(state, late, (3,))]


def test_what_is_due_after_closing_is_told_with_its_clause_and_edition():
    (owed,) = found(history(OPENED, GONE), CLOSED_ON, REVIEWED, always(AFTER_CLOSING))

    assert (owed.cites, owed.edition, owed.since, owed.due) == (("M-5",), "made-up@2023-01-01", CLOSED_ON, LAST)
    assert owed.next_change_on == LAST + timedelta(days=1)


def test_what_is_due_after_closing_lapses_with_its_edition_and_the_next_asks_nothing_of_a_case_closed_before():
    ended = evolve(AFTER_CLOSING, in_force_until=date(2024, 2, 5))
    book = RuleBook((ended, evolve(AFTER_CLOSING, in_force_from=date(2024, 2, 6))))

    assert reviews(date(2024, 2, 5), GONE, law=book.law("xx-mu")) == [(State.OPEN, 0, ())]
    assert reviews(date(2024, 2, 6), GONE, law=book.law("xx-mu")) == [(State.LAPSED, 0, ())]


def asked_of_the_family(acts: History, on: date) -> Iterable[Owed]:
    yield Owed("the family is asked", acts[0].day, met_by=acts.of(ConsentAsked)[:1])


HABIT = Edition("habit", "xx-mu", "UTC", JAN, rules=(DUTY,), duties=((asked_of_the_family, DUTY),), practice=True)


def by_habit(
    on: date, *acts: tuple[Any, date], practices: Sequence[Edition] = (HABIT,)
) -> list[tuple[str, date, State]]:
    owed = duties(history(*acts), always(evolve(MADE_UP, duties=())), on, practices)
    return [(d.edition, d.since, d.state) for d in owed]


def test_a_practice_has_duties_beside_the_law():
    assert by_habit(DUE, OPENED, practices=()) == []
    assert by_habit(DUE, OPENED) == [("habit@2024-01-01", JAN, State.OPEN)]
    assert by_habit(DUE, OPENED, (ConsentAsked("p"), DUE)) == [("habit@2024-01-01", JAN, State.MET)]
    assert by_habit(DUE) == []


def test_the_duties_of_a_practice_begin_with_it_and_lapse_with_it():
    later = evolve(HABIT, in_force_from=BEFORE, in_force_until=DUE)

    assert by_habit(BEFORE - timedelta(days=1), OPENED, practices=[later]) == []
    assert by_habit(DUE, OPENED, practices=[later]) == [("habit@2024-01-19", BEFORE, State.OPEN)]
    assert by_habit(AFTER, OPENED, practices=[later]) == [("habit@2024-01-19", BEFORE, State.LAPSED)]


def test_a_practice_that_ended_before_the_case_or_began_after_its_closing_asks_nothing_of_it():
    over, to_come = evolve(HABIT, in_force_until=BEFORE), evolve(HABIT, in_force_from=AFTER)

    assert by_habit(AFTER, (OPENED[0], DUE), practices=[over]) == []
    assert by_habit(AFTER, OPENED, (CaseClosed("moved"), DUE), practices=[to_come]) == []
    assert by_habit(AFTER, OPENED, (CaseClosed("moved"), AFTER), practices=[to_come]) == [
        ("habit@2024-01-21", AFTER, State.UNMET)
    ]


@given(plain(), days)
def test_practices_leave_the_duties_of_the_law_as_they_are(record, day):
    acts = effective(record)

    assert [d for d in duties(acts, LAW, day, [HABIT]) if d.edition != HABIT.id] == list(duties(acts, LAW, day))


# Properties over random cases.

CASE = (
    CaseOpened, CaseClosed, CaseReopened, PersonJoined, WorkerAssigned, TeamFormed, ServicesAccepted, ServicesRequested,
    VictimSubstantiated, PlanAgreed, SupervisorAgreed, PlanFinalised, SafetyPlanAgreed, SafetyPlanRevised,
)  # fmt: skip
EVIDENCE = (
    ContactMade, TeamInputRecorded, TeamMeetingHeld, PlanProvided, PlanReviewed, PermanencyGoalsSet, DecisionNotified,
    ConsentAsked, IntensitySet, FamilyAssessmentCompleted, SafetyPlanMonitored,
)  # fmt: skip
DONE = {State.MET: 0, State.MET_LATE: 1}


def opened(*classes: type) -> st.SearchStrategy[History]:
    """Histories of a case that is opened on one of its first days."""
    first = st.integers(0, 20).map(lambda n: Entry(CaseOpened("voluntary", "north"), FIRST_DAY + timedelta(days=n)))
    return st.builds(lambda e, record: effective([e, *record]), first, plain(*classes))


def keyed(found: Iterable[Duty]) -> dict[tuple[Any, ...], Duty]:
    return {(d.edition, d.what, d.subject, d.since, d.due): d for d in found}


def best(found: Iterable[Duty]) -> dict[tuple[Any, ...], tuple[int, int]]:
    """The best state of each duty that is met; a plan's duties whichever plan it is."""
    met: dict[tuple[Any, ...], tuple[int, int]] = {}
    for duty in found:
        if duty.state in DONE:
            plan = duty.what in {"the plan is complete", "the plan is reviewed"}
            key = (duty.what, () if plan else duty.subject)
            met[key] = min(met.get(key, (9, 0)), (DONE[duty.state], duty.late_days))
    return met


@given(opened(*CASE, *EVIDENCE), events(*EVIDENCE), days, days)
def test_more_evidence_never_undoes_or_worsens_what_is_met(acts, more, day, on):
    with_more = effective([*acts, Entry(more, day, 99)])

    before, after = best(duties(acts, LAW, on)), best(duties(with_more, LAW, on))

    assert {key: after.get(key, (9, 0)) <= stood for key, stood in before.items()} == dict.fromkeys(before, True)


LAWS = st.sampled_from(
    [
        LAW,
        RuleBook((ending(date(2024, 2, 10)),)).law("xx-mu"),
        RuleBook((ending(date(2024, 2, 29)), evolve(MADE_UP, in_force_from=date(2024, 3, 1)))).law("xx-mu"),
    ]
)


@settings(max_examples=some(60))  # each example lives through fifty days
@given(opened(*CASE, *EVIDENCE), LAWS, days)
def test_a_duty_stays_as_it_is_until_the_day_it_says_and_changes_then(acts, law, on):
    known = acts.upto(on)
    horizon = [on + timedelta(days=n) for n in range(1, 50)]

    states = {day: {key: d.state for key, d in keyed(duties(known, law, day)).items()} for day in horizon}

    for key, duty in keyed(duties(known, law, on)).items():
        changed = next((day for day in horizon if states[day][key] is not duty.state), None)
        assert changed == (duty.next_change_on if duty.next_change_on in horizon else None)


@given(opened(*CASE, *EVIDENCE), days)
def test_a_duty_names_what_met_it_and_only_entries_there_were(acts, on):
    there = {e.version: e.day for e in acts.upto(on)}

    for duty in duties(acts, LAW, on):
        assert set(duty.evidence) <= set(there)
        assert duty.met_on == max((there[v] for v in duty.evidence), default=None)
        assert (duty.state in DONE) == bool(duty.evidence)
        assert (duty.late_days > 0) == (duty.state in {State.LATE, State.MET_LATE})
