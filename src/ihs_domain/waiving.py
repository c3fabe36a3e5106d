"""Waiving: a supervisor's exception excuses a duty that was open on the day it was granted, through its last day."""

from collections.abc import Callable, Sequence
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ihs_domain.acting import acted_for_a_supervisor
from ihs_domain.approving import ExceptionGranted
from ihs_domain.days import days_after
from ihs_domain.duties import Duty, NearMiss, Owed, Span, State, Waiver, settle
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry, History

if TYPE_CHECKING:
    from ihs_domain.case import Case

Clauses = Callable[[date, date], Sequence[str]]
"""The clauses on which a duty rests, in whatever is in force on a day from the first to the last of two."""


NONE_RESTS: Final = "leave it out: nothing that can be waived is in force"


def a_duty_rests_on_its_clause(clauses: Clauses) -> Gate:
    """A gate: on the clause that an exception names a duty rests, at some time while the exception is in force."""

    def a_duty_rests_on_it(case: "Case", entry: Entry[ExceptionGranted]) -> Objection | None:
        there = clauses(entry.day, entry.event.until)
        if entry.event.cite in there:
            return None
        says = "no duty rests on the clause it names, in any edition or practice in force by its last day"
        nearest = get_close_matches(entry.event.cite, there, 1, 0) if there else []
        return Objection(says, f"name the clause that the duty shows, such as {nearest[0]}" if nearest else NONE_RESTS)

    return a_duty_rests_on_it


def with_waiver(duty: Duty, owed: Owed, span: Span, history: History, on: date) -> Duty:
    """*duty* as the exceptions of *history* leave it on the day *on*; *owed* is what it was made of.

    A dated duty is waived by an exception in force on its due day, an undated one while an exception is in force: in
    either case one granted while the duty was open. Why an exception does not waive it is told among its near misses.
    """
    if duty.state is State.MET:
        return duty
    exceptions = [e for e in history.of(ExceptionGranted) if _speaks_of(e.event, duty)]
    judged = [(e, _does_not_waive(history, e, owed, span, on)) for e in exceptions]
    waivers = [_waiver(e) for e, why in judged if not why]
    if waivers:
        return _waived(duty, max(waivers, key=lambda w: (w.until, w.version)), span)
    return evolve(duty, near=(*duty.near, *(NearMiss(e.version, why) for e, why in judged)))


def _speaks_of(said: ExceptionGranted, duty: Duty) -> bool:
    """By its cite, of this subject and entry, and with a last day on or after the first of the duty."""
    named = {*([said.subject] if said.subject else []), *([f"@{said.entry}"] if said.entry is not None else [])}
    return said.cite in duty.cites and named <= {*duty.subject} and said.until >= duty.since


def _does_not_waive(history: History, exception: Entry[ExceptionGranted], owed: Owed, span: Span, on: date) -> str:
    """Why an exception does not waive what is owed; empty if it does."""
    if not acted_for_a_supervisor(history, exception):
        return "the exception was not granted by a supervisor"
    if settle(evolve(owed, met_by=()), span, exception.day)[0] is not State.OPEN:
        return "the exception came when this was not open any more"
    until = exception.event.until
    return "" if (owed.due or _last_day(owed, span, on)) <= until else f"the exception ended on {until}"


def _last_day(owed: Owed, span: Span, on: date) -> date:
    """The day *on*, or before it the last on which an undated duty could still be met."""
    return min(day for day in (on, span.closed, span.ended, owed.left) if day is not None)


def _waiver(exception: Entry[ExceptionGranted]) -> Waiver:
    said = exception.event
    return Waiver(exception.version, exception.decided_by.id, exception.day, said.reason, said.until)


def _waived(duty: Duty, waiver: Waiver, span: Span) -> Duty:
    """What was waived and then met after its day is met, and not late."""
    if duty.met_on is not None:
        return evolve(duty, state=State.MET, late_days=0, waiver=waiver)
    return evolve(duty, state=State.WAIVED, late_days=0, waiver=waiver, next_change_on=_owed_again(duty, waiver, span))


def _owed_again(duty: Duty, waiver: Waiver, span: Span) -> date | None:
    """The day from which an undated duty is open again, if the waiver ends before the case or the edition does."""
    outlived = span.closed is None and (span.ended is None or waiver.until < span.ended)
    ends = duty.due is None and outlived and waiver.until < date.max
    return days_after(waiver.until, 1) if ends else None
