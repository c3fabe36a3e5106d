"""For how long a case is kept: from its last closing on, by what its jurisdiction says, and longer under a hold."""

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from histories import SUPERVISOR, recorded
from made_up import MADE_UP

from ihs_domain.closing import CaseClosed, CaseReopened, Ending
from ihs_domain.editions import RuleBook
from ihs_domain.history import effective
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.recording import AmendmentReason, EntryVoided
from ihs_domain.requesting import ServicesRequested, Source
from ihs_domain.restricting import HoldLifted, HoldPlaced
from ihs_domain.retention import Retention, retention

ASKED = ServicesRequested(MADE_UP.jurisdiction, Source.SCHOOL)
OPENED = CaseOpened(Authority.VOLUNTARY, "made-up-region")
CLOSED = CaseClosed(Ending.MOVED)
KEPT = evolve(MADE_UP, in_force_from=date(2019, 1, 1), retention_years=50)
BOOK = RuleBook((KEPT,))
DAY = date(2020, 3, 2)


def kept(*acts: tuple[Any, date], book: RuleBook = BOOK) -> Retention | None:
    first = ((ASKED, DAY), (OPENED, DAY))
    return retention(effective(recorded((event, day, SUPERVISOR) for event, day in (*first, *acts))), book)


def test_a_closed_case_is_kept_for_so_many_years_from_its_closing_on_that_day_included():
    found = kept((CLOSED, date(2020, 5, 7)))

    assert found == Retention(date(2020, 5, 7), until=date(2070, 5, 7))
    assert [found.ran_out(day) for day in (date(2070, 5, 7), date(2070, 5, 8))] == [False, True]


@pytest.mark.parametrize("closed, until", [((2020, 2, 29), (2070, 2, 28)), ((2020, 2, 28), (2070, 2, 28))])
def test_the_last_of_february_is_kept_until_the_last_of_february(closed, until):
    assert kept((CLOSED, date(*closed))) == Retention(date(*closed), date(*until))


def test_fifty_two_years_lead_from_leap_day_to_leap_day():
    book = RuleBook((evolve(KEPT, retention_years=52),))

    assert kept((CLOSED, date(2020, 2, 29)), book=book).until == date(2072, 2, 29)


def test_an_open_case_is_kept_and_one_reopened_from_its_last_closing_on():
    reopened = ((CLOSED, date(2020, 5, 7)), (CaseReopened(), date(2021, 1, 4)))

    assert kept() is None
    assert kept(*reopened) is None
    assert kept(*reopened, (CLOSED, date(2022, 6, 1))) == Retention(date(2022, 6, 1), date(2072, 6, 1))


def test_a_closing_that_was_void_counts_for_nothing():
    void = EntryVoided(3, AmendmentReason.DID_NOT_HAPPEN)

    assert kept((CLOSED, date(2020, 5, 7)), (void, date(2020, 5, 8))) is None


def test_a_hold_that_stands_is_told_with_it():
    acts = ((CLOSED, date(2020, 5, 7)), (HoldPlaced("h-1"), DAY), (HoldPlaced("h-2"), DAY), (HoldLifted("h-2"), DAY))

    assert kept(*acts).holds == {"h-1"}


def test_where_no_years_are_on_file_nothing_is_said():
    silent = RuleBook((evolve(KEPT, retention_years=None),))

    assert kept((CLOSED, date(2020, 5, 7)), book=silent) is None
    assert kept((CLOSED, date(2018, 5, 7))) is None


def test_a_closing_after_the_last_edition_is_kept_by_the_last_that_said_for_how_long():
    ended = evolve(KEPT, in_force_until=date(2020, 4, 1))

    assert kept((CLOSED, date(2020, 5, 7)), book=RuleBook((ended,))).until == date(2070, 5, 7)
