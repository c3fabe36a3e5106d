"""Effective history: the one place that knows corrections, voids and both clocks.

Deciding, judging, viewing and telling all read a case through :func:`effective`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar, overload

from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.roles import SYSTEM, Actor
from ihs_domain.terms import Amendment

E_co = TypeVar("E_co", covariant=True)
E = TypeVar("E")


class Entry(NamedTuple, Generic[E_co]):
    """An event with its day, version and actor: one line of a case's record.

    *day* is the local day of the act; *occurred* its instant where known. *version* counts from 1 within the case and
    never moves; *position* is the place in the whole record. An entry not yet recorded has neither position nor
    *recorded_at*.
    """

    event: E_co
    day: date
    version: int = 0
    actor: Actor = SYSTEM
    occurred: datetime | None = None
    recorded_at: datetime | None = None
    position: int = 0
    edition: str = ""
    command: str = ""
    amended_by: int = 0


class History(tuple[Entry[Any], ...]):  # noqa: SLOT001 - it keeps an index of itself
    """A case's entries as they stand, in order of the act and within a day of recording.

    *record* is what it was made from: every entry known by then, amendments included, in order of recording.
    """

    record: tuple[Entry[Any], ...] = ()

    @classmethod
    def standing(cls, entries: Iterable[Entry[Any]], record: Iterable[Entry[Any]]) -> "History":
        """The *entries* that stand of a *record*."""
        history = cls(entries)
        history.record = tuple(record)
        return history

    @cached_property
    def lines(self) -> tuple["Line", ...]:
        """Everything that was put on record, and what became of each entry, in order of recording."""
        return tuple(account(self.record))

    @cached_property
    def _by_class(self) -> dict[type, tuple[Entry[Any], ...]]:
        found: dict[type, list[Entry[Any]]] = {}
        for entry in self:
            found.setdefault(type(entry.event), []).append(entry)
        return {cls: tuple(entries) for cls, entries in found.items()}

    def of(self, cls: type[E]) -> tuple[Entry[E], ...]:
        """The entries of one event class, in order."""
        return self._by_class.get(cls, ())

    def first(self, cls: type[E]) -> Entry[E] | None:
        """The earliest entry of one event class."""
        return next(iter(self.of(cls)), None)

    def last(self, cls: type[E]) -> Entry[E] | None:
        """The latest entry of one event class."""
        return next(reversed(self.of(cls)), None)

    def upto(self, day: date) -> "History":
        """As of the end of *day*."""
        return self.only(lambda e: e.day <= day)

    def only(self, wanted: Callable[[Entry[Any]], bool]) -> "History":
        """The entries that are *wanted*."""
        return History.standing(filter(wanted, self), self.record)

    @overload
    def of_any(self, first: type[E], /) -> tuple[Entry[E], ...]: ...
    @overload
    def of_any(self, first: type[Any], /, *more: type[Any]) -> tuple[Entry[Any], ...]: ...
    def of_any(self, *classes: type[Any]) -> tuple[Entry[Any], ...]:
        """The entries of several event classes, in the order of this history."""
        return tuple(e for e in self if type(e.event) in classes)


def effective(record: Iterable[Entry[Any]], as_at: int | None = None, as_of: date | None = None) -> History:
    """What one case's *record*, in version order, says now.

    Known by position *as_at*; amended, newest amendment first, so that a voided correction restores what it corrected;
    true by the end of *as_of*; in order of (day, version). An amendment that points forward or at itself says nothing.
    """
    known = [e for e in record if as_at is None or e.position <= as_at]
    gone, instead = _amendments(known)
    standing = (
        _as_amended(e, instead.get(e.version))
        for e in known
        if not isinstance(e.event, Amendment) and e.version not in gone
    )
    true_by_then = sorted((e for e in standing if as_of is None or e.day <= as_of), key=_order_of_the_acts)
    return History.standing(true_by_then, known)


def _amendments(known: Sequence[Entry[Any]]) -> tuple[set[int], dict[int, Entry[Any]]]:
    """The versions that are void, and for each corrected version the entry that now speaks for it."""
    gone: set[int] = set()
    instead: dict[int, Entry[Any]] = {}
    for e in reversed(known):  # newest first: one pass settles amendments of amendments
        if not isinstance(e.event, Amendment) or e.version in gone or e.event.entry >= e.version:
            continue
        if isinstance(e.event, EntryVoided):
            gone.add(e.event.entry)
        else:
            instead.setdefault(e.event.entry, instead.get(e.version, e))
    return gone, instead


def _as_amended(entry: Entry[Any], correction: Entry[EntryCorrected] | None) -> Entry[Any]:
    if correction is None:
        return entry
    said = correction.event
    return entry._replace(event=said.instead, day=said.on, occurred=said.at, amended_by=correction.version)


def _order_of_the_acts(entry: Entry[Any]) -> tuple[date, int]:
    return entry.day, entry.version


def event_at(record: Iterable[Entry[Any]], version: int) -> object | None:
    """The event that was recorded under *version*, None where there is none."""
    return next((entry.event for entry in record if entry.version == version), None)


class Line(NamedTuple):
    """One recorded entry as an auditor reads it: what was put on record, and what became of it."""

    entry: Entry[Any]
    void: bool
    corrected_by: int


def account(record: Iterable[Entry[Any]], as_at: int | None = None) -> list[Line]:
    """Everything that was put on record by *as_at*, amendments and the amended included, in order of recording."""
    known = [e for e in record if as_at is None or e.position <= as_at]
    gone, instead = _amendments(known)
    return [Line(e, e.version in gone, instead[e.version].version if e.version in instead else 0) for e in known]
