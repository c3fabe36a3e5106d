"""Births: the month is open, as ages matter, and follows from the day, which is sealed."""

from datetime import date
from typing import Any

from attrs import evolve

from ihs_domain.household import Relation
from ihs_domain.recording import EntryCorrected
from ihs_domain.terms import Month


def month_of(day: date) -> Month:
    """The month in which a day lies."""
    return Month(f"{day.year:04}-{day.month:02}")


def with_month_of_birth(event: Any) -> Any:
    """*event*, or what a correction says instead, with the month of birth where only the day was given.

    Of the household it is a child's alone: no rule asks how old the others are, and the month stands open.
    """
    if isinstance(event, EntryCorrected):
        return evolve(event, instead=with_month_of_birth(event.instead))
    born_on = _born_on(event)
    given = getattr(event, "birth_month", None) is not None
    if born_on is None or given or getattr(event, "relation", Relation.CHILD) is not Relation.CHILD:
        return event
    return evolve(event, birth_month=month_of(born_on))


def contradicts_itself(event: Any) -> bool:
    """Whether *event*, or what a correction says instead, has somebody born in another month than on their day."""
    said: Any = event.instead if isinstance(event, EntryCorrected) else event
    born_on = _born_on(said)
    return born_on is not None and said.birth_month not in {None, month_of(born_on)}


def born_after(event: Any, day: date) -> bool:
    """Whether whoever *event* tells of is said to be born in a month after *day*."""
    month: Month | None = getattr(event, "birth_month", None)
    return month is not None and month > month_of(day)


def _born_on(event: Any) -> date | None:
    """The day of birth where it was given and stands open."""
    day = getattr(event, "born_on", None)
    return day if isinstance(day, date) else None
