"""Days: whatever is counted from a day, the calendar's first and last day are not passed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ihs_domain.days import add_months, days_after, days_before, months_between, weeks_between
from ihs_domain.working_days import Holiday, WorkingDays, add_working_days

FIRST, LAST = date.min, date.max
ends = st.integers(0, 80).flatmap(lambda n: st.sampled_from([FIRST + timedelta(n), LAST - timedelta(n)]))
counts = st.integers(-(10**10), 10**10)


@given(ends, counts)
def test_so_many_days_after_or_before_a_day_lie_within_the_calendar(day, count):
    beyond = day.toordinal() + count

    assert days_after(day, count).toordinal() == min(max(beyond, FIRST.toordinal()), LAST.toordinal())
    assert days_before(day, -count) == days_after(day, count)


@pytest.mark.parametrize(
    "day, months, then",
    [
        (date(9999, 12, 5), 1, LAST),
        (date(9999, 11, 5), 1, date(9999, 12, 5)),
        (date(2024, 1, 31), 10**10, LAST),
        (date(1, 1, 31), -1, FIRST),
        (date(1, 2, 28), -1, date(1, 1, 28)),
    ],
)
def test_so_many_months_after_a_day_lie_within_the_calendar(day, months, then):
    assert add_months(day, months) == then


@given(ends, st.integers(0, 70))
def test_weeks_and_months_between_two_days_hold_each_of_those_days_once(first, length):
    last = days_after(first, length)
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]

    for between in (weeks_between, months_between):
        windows = [*between(first, last)]
        assert [sum(begun <= day <= ended for begun, ended in windows) for day in days] == [1] * len(days)
        assert all(begun <= last and ended >= first for begun, ended in windows)


def test_working_days_end_with_the_calendar_also_where_its_last_day_is_free():
    free = WorkingDays((Holiday("the last", 12, 31),))

    assert add_working_days(date(9999, 12, 29), 3, free) == LAST
    assert add_working_days(date(9999, 12, 29), 10**9, free) == LAST
