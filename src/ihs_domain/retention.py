"""Retention: for how long a closed case is kept, and which have been kept for as long as they must be."""

from datetime import date

from attrs import frozen

from ihs_domain.case import fold
from ihs_domain.closing import closed_on
from ihs_domain.editions import RuleBook
from ihs_domain.history import History
from ihs_domain.terms import Code

LEAP_DAY, DAY_BEFORE = (2, 29), 28


@frozen
class Retention:
    """Until when a closed case is kept, that day included, and the holds that keep it longer."""

    closed_on: date
    until: date
    holds: frozenset[Code] = frozenset()

    def ran_out(self, on: date) -> bool:
        """Whether it need not be kept any longer on a day: it may be disposed of, by an order, where no hold stands."""
        return on > self.until


def retention(history: History, book: RuleBook) -> Retention | None:
    """How long a case is kept from its last closing on; None while it is open, or where no years are on file."""
    case, closed = fold(history), closed_on(history)
    years = None if closed is None else book.retention_years(case.jurisdiction, closed)
    if closed is None or years is None:
        return None
    return Retention(closed, _years_after(closed, years), case.restricting.holds)


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; of the 29th of February the 28th, where there is none."""
    if (day.month, day.day) == LEAP_DAY:
        day = day.replace(day=DAY_BEFORE) if not _is_leap(day.year + years) else day
    return day.replace(year=day.year + years)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
