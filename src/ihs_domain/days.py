"""Counting days within the calendar, which has a first day and a last: what would lie beyond is that day itself.

A plan may run to 9999-12-31, and a standard may give any number of days: no duty is to be lost over that.
"""

import calendar
from collections.abc import Iterator
from datetime import date
from typing import Final

_LAST: Final = date.max.toordinal()


def days_after(day: date, count: int) -> date:
    """The day *count* days after *day*."""
    return date.fromordinal(max(1, min(day.toordinal() + count, _LAST)))


def days_before(day: date, count: int) -> date:
    """The day *count* days before *day*."""
    return days_after(day, -count)


def add_months(day: date, months: int) -> date:
    """The same day number *months* later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, _length(year, month + 1)))


def weeks_between(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The Monday and the Sunday of every week touched by *first* to *last*."""
    for monday in range(first.toordinal() - first.weekday(), last.toordinal() + 1, 7):
        start = date.fromordinal(monday)
        yield start, days_after(start, 6)


def months_between(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The first and last day of every calendar month touched by *first* to *last*."""
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month if first <= last else 0):
        start = date(month // 12, month % 12 + 1, 1)
        yield start, start.replace(day=_length(start.year, start.month))


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
