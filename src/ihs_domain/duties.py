"""What falls due: a duty is owed by a rule, met by evidence, and never a reason to refuse recording."""

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from ihs_domain.days import days_after
from ihs_domain.history import Entry, History
from ihs_domain.terms import ActorId, Code


class State(StrEnum):
    """Where a duty stands on a day."""

    OPEN = "open"
    MET = "met"
    MET_LATE = "met late"
    LATE = "late"
    WAIVED = "waived"
    LAPSED = "lapsed"
    UNMET = "unmet"


@frozen
class NearMiss:
    """An entry that might have met a duty, and why it did not."""

    version: int
    why: str


@frozen
class Owed:
    """What a duty rule finds owed: since when, by when (None: no date is set), and the entries that meet it together.

    *due* is the last day in time. *lenient*: the window was cut short by opening, so that missing it is not late.
    *act_on*: the day of the act it goes with; an edition that came into force later does not open that act again.
    *needs* is how many entries it takes, where they are counted: with fewer in *met_by* it is not met yet, nor while
    it *lacks* something of another measure, said in words. *came_on*: when the evidence came, if not with the act.
    *left*: the day on which the person it is owed to left for good; without a date and not met by then, it lapsed.
    *beside* is told with it in words, and keeps nothing from being met.
    """

    what: str
    since: date
    subject: tuple[str, ...] = ()
    due: date | None = None
    met_by: tuple[Entry[Any], ...] = ()
    near: tuple[NearMiss, ...] = ()
    lenient: bool = False
    act_on: date | None = None
    needs: int = 0
    lacks: tuple[str, ...] = ()
    came_on: date | None = None
    left: date | None = None
    beside: tuple[str, ...] = ()

    @property
    def met_on(self) -> date | None:
        """The day on which the evidence was whole."""
        if len(self.met_by) < max(self.needs, 1) or self.lacks:
            return None
        return self.came_on or max(e.day for e in self.met_by)


DutyRule = Callable[[History, date], Iterable[Owed]]
"""Reads a case's history as of a day, and says what was owed by then and what met it."""


@frozen
class Waiver:
    """An exception as a duty shows it: the entry that granted it, who did, on which day, why, and its last day."""

    version: int
    by: ActorId
    granted_on: date
    reason: Code
    until: date


@frozen
class Duty:
    """One thing owed, judged on one day. *late_days* counts from the day after *due*.

    *needs* is how many entries of evidence it takes, where they are counted, and *lacks* what is missing of it yet;
    *beside* is told with it.
    """

    what: str
    cites: tuple[str, ...]
    edition: str
    subject: tuple[str, ...]
    since: date
    due: date | None
    state: State
    met_on: date | None = None
    late_days: int = 0
    evidence: tuple[int, ...] = ()
    near: tuple[NearMiss, ...] = ()
    next_change_on: date | None = field(default=None, kw_only=True)
    needs: int = field(default=0, kw_only=True)
    lacks: tuple[str, ...] = field(default=(), kw_only=True)
    beside: tuple[str, ...] = field(default=(), kw_only=True)
    waiver: Waiver | None = field(default=None, kw_only=True)


@frozen
class Span:
    """The days on which a rule can make something fall due in a case: its edition in force, the case open.

    *closed* is the day the case was closed, *ended* the last day the edition was in force; None while neither has come.
    """

    closed: date | None = None
    ended: date | None = None

    def cuts(self, due: date) -> bool:
        """Whether a window through *due* was cut short: by a closing within it, or by an edition not outlasting it."""
        closed_within = self.closed is not None and self.closed < due
        return closed_within or (self.ended is not None and self.ended <= due)


def settle(owed: Owed, span: Span, on: date) -> tuple[State, int]:
    """The state of *owed* on the day *on*, and how many days late it is or was met.

    The days are counted to the closing, and are one at least: from then on nobody can meet it any more.
    """
    met_on, due = owed.met_on, owed.due
    if met_on is not None:
        late = (met_on - due).days if due is not None else 0
        return (State.MET_LATE, late) if late > 0 and not owed.lenient else (State.MET, 0)
    if due is not None and on > due and not span.cuts(due):
        last = on if span.closed is None else min(on, span.closed)
        return (State.LAPSED, 0) if owed.lenient else (State.LATE, max((last - due).days, 1))
    return _cut_short(owed, span, on), 0


def _cut_short(owed: Owed, span: Span, on: date) -> State:
    """A duty not met and not late: still open, or cut short: the edition ended, the person left, the case closed."""
    if span.ended is not None and on > span.ended and (span.closed is None or span.ended < span.closed):
        return State.LAPSED
    if owed.due is None and owed.left is not None and on >= owed.left:
        return State.LAPSED
    if span.closed is not None and on >= span.closed and not span.closed == on == owed.due:
        return State.UNMET if owed.due is None else State.LAPSED
    return State.OPEN


def next_change(owed: Owed, state: State, span: Span, on: date) -> date | None:
    """The next day on which *state* changes by the calendar alone: the one after the due day, or after the edition."""
    if state is not State.OPEN:
        return None
    last_days = [d for d in (owed.due, span.ended) if d is not None and on <= d < date.max]
    return days_after(min(last_days), 1) if last_days else None
