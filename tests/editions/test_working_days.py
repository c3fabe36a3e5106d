"""Working days: weekends, holidays by rule, and those kept on another day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ihs_domain.working_days import LAST, SATURDAY, SUNDAY, BadCalendar, Holiday, WorkingDays, add_working_days
from ihs_new_mexico.holidays import NEW_MEXICO_WORKING_DAYS
from ihs_utah_r512_100.edition_2010 import UTAH_2010
from ihs_utah_r512_100.holidays import UTAH_WORKING_DAYS

PLAIN = WorkingDays()
CALENDARS = st.sampled_from([PLAIN, UTAH_WORKING_DAYS, NEW_MEXICO_WORKING_DAYS])
days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def kept(calendar: WorkingDays, year: int) -> list[str]:
    found = [holiday.kept_on(year) for holiday in calendar.holidays]
    return [f"{day:%m-%d}" for day in found if day is not None]


def test_the_holidays_of_utah_in_a_year_in_which_several_fall_on_a_weekend():
    assert kept(UTAH_WORKING_DAYS, 2021) == [
        *("01-01", "01-18", "02-15", "05-31", "07-05", "07-23", "09-06", "10-11", "11-11", "11-25", "12-24"),
    ]


@pytest.mark.parametrize(
    "year, day",
    [(2022, (6, 20)), (2023, (6, 19)), (2024, (6, 17)), (2025, (6, 16)), (2026, (6, 15)), (2027, (6, 21))],
)
def test_juneteenth_is_kept_in_utah_on_a_monday(year, day):
    assert [h.kept_on(year) for h in UTAH_WORKING_DAYS.holidays if h.month == 6] == [date(year, *day)]


def test_the_holidays_of_new_mexico_leave_a_saturday_where_it_is():
    assert kept(NEW_MEXICO_WORKING_DAYS, 2022) == [
        *("01-01", "01-17", "02-21", "05-30", "07-04", "09-05", "10-10", "11-11", "11-24", "12-26"),
    ]


def test_a_holiday_of_the_next_year_can_be_kept_on_the_last_day_of_this():
    assert add_working_days(date(2021, 12, 30), 1, UTAH_WORKING_DAYS) == date(2022, 1, 3)


def test_a_holiday_of_the_last_year_can_be_kept_on_the_first_day_of_this():
    calendar = WorkingDays((Holiday("New Year's Eve", 12, day=31, moved={SUNDAY: 1}),))

    assert add_working_days(date(2023, 12, 29), 1, calendar) == date(2024, 1, 2)


@pytest.mark.parametrize(
    "day, count, then",
    [
        (date(2024, 7, 3), 0, date(2024, 7, 3)),
        (date(2024, 7, 3), 1, date(2024, 7, 5)),  # over Independence Day
        (date(2024, 7, 3), 2, date(2024, 7, 8)),  # and a weekend
        (date(2024, 7, 6), 1, date(2024, 7, 8)),  # from a Saturday
        (date(2024, 2, 28), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 1, date(2024, 3, 1)),
        (date(2024, 11, 27), 2, date(2024, 12, 2)),  # over Thanksgiving; the Friday after is no legal holiday
    ],
)
def test_working_days_are_counted_from_the_day_after(day, count, then):
    assert add_working_days(day, count, UTAH_WORKING_DAYS) == then


def test_an_edition_says_by_which_calendar_its_jurisdiction_counts():
    assert UTAH_2010.working_days == UTAH_WORKING_DAYS


@given(days, st.integers(0, 40), CALENDARS)
def test_working_days_agree_with_crossing_them_off_one_by_one(day, count, calendar):
    off = {
        kept_on
        for year in range(day.year - 1, day.year + 2)
        for holiday in calendar.holidays
        if (kept_on := holiday.kept_on(year))
    }
    following = (day + timedelta(days=n) for n in range(1, 400))
    working = [d for d in following if d.isoweekday() < 6 and d not in off]

    assert add_working_days(day, count, calendar) == (working[count - 1] if count else day)


@given(st.integers(1900, 2100), st.integers(1, 12), st.integers(0, 6), st.sampled_from([1, 2, 3, 4, LAST]))
def test_the_nth_weekday_of_a_month_is_found_as_by_looking_at_every_day(year, month, weekday, nth):
    first = date(year, month, 1)
    such = [d for n in range(31) if (d := first + timedelta(days=n)).month == month and d.weekday() == weekday]

    assert Holiday("some", month, nth=nth, weekday=weekday).kept_on(year) == (
        such[-1] if nth == LAST else such[nth - 1]
    )


WRONG = {
    "neither": (Holiday("some", 5), "say its day of the month, or which weekday of it: one of the two"),
    "both": (Holiday("some", 5, day=1, nth=1), "say its day of the month, or which weekday of it: one of the two"),
    "leap day": (Holiday("some", 2, day=29), "not every year has that day: give one that is there"),
    "no month": (Holiday("some", 13, day=1), "not every year has that day: give one that is there"),
    "a fifth": (Holiday("some", 5, nth=5), "not every year has that day: give one that is there"),
}


@pytest.mark.parametrize("holiday, why", WRONG.values(), ids=WRONG)
def test_a_holiday_that_not_every_year_has_is_refused(holiday, why):
    with pytest.raises(BadCalendar) as bad:
        WorkingDays((holiday,))

    assert str(bad.value) == f"holidays: some: {why}"


def test_a_week_without_a_working_day_is_refused_and_one_of_one_day_is_not():
    assert add_working_days(date(2024, 1, 1), 1, WorkingDays(weekend=frozenset(range(1, 7)))) == date(2024, 1, 8)

    with pytest.raises(BadCalendar, match="weekend: every day of the week is free"):
        WorkingDays(weekend=frozenset({*range(5), SATURDAY, SUNDAY}))
