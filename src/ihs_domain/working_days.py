"""Working days: a calendar of a place is its weekend and a table of its holidays, and days are counted by it."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from attrs import field, frozen

from ihs_domain.days import days_after

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
DAYS_OF_A_WEEK: Final = 7
FIRST_YEAR, LAST_YEAR = date.min.year + 1, date.max.year - 1
MONTHS: Final = range(1, 13)
MOST_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKS_OF_A_MONTH: Final = 4  # every month has four of each weekday; some have a fifth
LAST: Final = -1
"""The last such weekday of its month, where a holiday says which one it is."""


@frozen
class Holiday:
    """One row of the table: a day of a month, or the *nth* weekday of one, from one year to another.

    *moved* says by how many days it is kept off its day, by the weekday it falls on: `{SUNDAY: 1}` is on the Monday.
    """

    name: str
    month: int
    day: int | None = None
    nth: int = 0
    weekday: int = MONDAY
    moved: Mapping[int, int] = field(factory=dict)
    from_year: int = date.min.year
    until_year: int = date.max.year

    def kept_on(self, year: int) -> date | None:
        """The day on which it is kept, which may lie in another year; None in a year that does not keep it."""
        if not self.from_year <= year <= self.until_year:
            return None
        on = date(year, self.month, self.day) if self.day else _nth(year, self.month, self.nth, self.weekday)
        return days_after(on, self.moved.get(on.weekday(), 0))


def _nth(year: int, month: int, nth: int, weekday: int) -> date:
    first, length = calendar.monthrange(year, month)
    days = range(1 + (weekday - first) % DAYS_OF_A_WEEK, length + 1, DAYS_OF_A_WEEK)
    return date(year, month, days[nth if nth < 0 else nth - 1])


class BadCalendar(ValueError):
    """A calendar by which no day could be counted: says which row, and why."""


@frozen
class WorkingDays:
    """The calendar of a place: which weekdays nobody works, and the holidays."""

    holidays: tuple[Holiday, ...] = ()
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})

    def __attrs_post_init__(self) -> None:
        if self.weekend >= set(range(DAYS_OF_A_WEEK)):
            raise BadCalendar("weekend: every day of the week is free: leave one on which people work")
        for holiday in self.holidays:
            _is_in_every_year(holiday)

    def is_working(self, day: date) -> bool:
        """Whether people work on *day*."""
        return day.weekday() not in self.weekend and day not in self.kept_around(day)

    def kept_around(self, day: date) -> Iterator[date]:
        """The days kept as holidays of the years about *day*: one of a year's first or last days can leave its year."""
        for year in range(max(day.year - 1, FIRST_YEAR), min(day.year + 1, LAST_YEAR) + 1):
            yield from (kept for holiday in self.holidays if (kept := holiday.kept_on(year)) is not None)


def _is_in_every_year(holiday: Holiday) -> None:
    if (holiday.day is None) == (holiday.nth == 0):
        raise BadCalendar(f"holidays: {holiday.name}: say its day of the month, or which weekday of it: one of the two")
    days = range(1, MOST_DAYS[holiday.month - 1] + 1) if holiday.month in MONTHS else ()
    if (holiday.day or 1) not in days or abs(holiday.nth) > WEEKS_OF_A_MONTH:
        raise BadCalendar(f"holidays: {holiday.name}: not every year has that day: give one that is there")


def add_working_days(day: date, count: int, by: WorkingDays) -> date:
    """The *count*-th working day after *day*, which is not counted itself; with none to count, *day*."""
    while count > 0 and day < date.max:
        day = days_after(day, 1)
        count -= by.is_working(day)
    return day
