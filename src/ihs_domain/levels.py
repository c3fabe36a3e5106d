"""The level of a case, by which a standard asks, and the days on which it asks anything of whom."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any

from attrs import frozen

from ihs_domain.agency_standard import ContactStandard, Counts
from ihs_domain.closing import CaseClosed, CaseReopened
from ihs_domain.contacting import IntensitySet
from ihs_domain.history import Entry, History
from ihs_domain.household import stays
from ihs_domain.terms import Code, PersonId

LevelOf = Callable[[History, date], Code | None]
"""The level of a case at the end of a day; None while none was given."""


def intensity_on(history: History, day: date) -> Code | None:
    """The level at which services were set, at the end of *day*."""
    last = next((e for e in reversed(history.of(IntensitySet)) if e.day <= day), None)
    return last.event.level if last else None


def among(levels: tuple[Code, ...], level_of: LevelOf) -> LevelOf:
    """The level of a case where it is one of *levels*: another is none, and counts as not given."""

    def level_among_them(history: History, day: date) -> Code | None:
        """The level, where it is one of the standard's."""
        found = level_of(history, day)
        return found if found in levels else None

    return level_among_them


def first_given(history: History, level_of: LevelOf) -> Entry[Any] | None:
    """The entry by which the case first had a level."""
    return next((entry for entry in _given(history, level_of)), None)


def given_beside(levels: tuple[Code, ...], history: History, level_of: LevelOf) -> Iterator[Entry[Any]]:
    """The entries by which the case came to a level that is none of *levels*."""

    def level_beside_them(history: History, day: date) -> Code | None:
        found = level_of(history, day)
        return None if found in levels else found

    return _given(history, level_beside_them)


def _given(history: History, level_of: LevelOf) -> Iterator[Entry[Any]]:
    """The entries by which the case came to another level than that of the day before; no level is none."""
    before: Code | None = None
    for day in sorted({e.day for e in history}):
        level = level_of(history, day)
        if level not in {None, before}:
            yield _by_which(history, level_of, day, level)
        before = level


def _by_which(history: History, level_of: LevelOf, day: date, level: Code | None) -> Entry[Any]:
    """The first entry of a day with which the case has the level that it has at the end of it."""
    of_that_day = [(n, e) for n, e in enumerate(history) if e.day == day]
    return next(e for n, e in of_that_day if level_of(History(history[: n + 1]), day) == level)


@frozen
class Stretch:
    """Days on which contact is owed: to one *person*, or to the family; *last* None while no end is known."""

    person: PersonId | None
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether contact was owed on *day*."""
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def of_whom(self) -> tuple[PersonId, ...]:
        """As a duty's subject names it."""
        return (self.person,) if self.person else ()


@frozen
class Levelled:
    """One case as a standard reads it on the day *on*: opened when, and at which level on each day."""

    history: History
    standard: ContactStandard
    level_on: Callable[[date], Code | None]
    opened: date
    on: date

    @classmethod
    def by(cls, standard: ContactStandard, history: History, level_of: LevelOf, opened: date, on: date) -> "Levelled":
        """By the levels of *standard*; on a day on which none of them was given, by the one of what is not assessed."""
        given = among(standard.levels, level_of)

        @cache
        def level_on(day: date) -> Code | None:
            return given(history, day) or standard.not_assessed

        return cls(history, standard, level_on, opened, on)

    def level_since(self, day: date) -> date:
        """The first of the days through *day* on which the case was at one level."""
        first = day
        while first > self.opened and self.level_on(date.fromordinal(first.toordinal() - 1)) == self.level_on(day):
            first = date.fromordinal(first.toordinal() - 1)
        return first

    def stretches(self, counts: Counts) -> Iterator[Stretch]:
        """The days on which the case was open; where each person is counted, those on which they lived there."""
        for first, last in _open(self.history, self.opened):
            if not counts.each:
                yield Stretch(None, first, last)
            for stay in stays(self.history, *counts.each):
                left = min((d for d in (stay.left, last) if d is not None), default=None)
                if left is None or max(first, stay.joined) <= left:
                    yield Stretch(stay.person, max(first, stay.joined), left)


def _open(history: History, opened: date) -> list[tuple[date, date | None]]:
    """The days from opening to closing, and from each reopening on. A last closing ends nothing here: a span does."""
    found: list[tuple[date, date | None]] = [(opened, None)]
    for entry in history.of_any(CaseClosed, CaseReopened):
        first, last = found[-1]
        if isinstance(entry.event, CaseClosed) and last is None:
            found[-1] = (first, entry.day)
        elif isinstance(entry.event, CaseReopened) and last is not None:
            found.append((entry.day, None))
    return [*found[:-1], (found[-1][0], None)]
