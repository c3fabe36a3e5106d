"""Owing: what falls due in a case, under every edition in force while it was open."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from attrs import evolve

from ihs_domain.closing import breaks, closed_on, is_after_closing
from ihs_domain.duties import Duty, DutyRule, Owed, Span, next_change, settle
from ihs_domain.editions import MEND, DutyRow, Edition, Law, in_turn
from ihs_domain.history import History
from ihs_domain.rules import Rule
from ihs_domain.safety import safety_plans_are_reviewed
from ihs_domain.waiving import with_waiver

OWN_TERMS: Final[tuple[DutyRule, ...]] = (safety_plans_are_reviewed,)
"""Duties that an entry sets itself, by no clause; an edition that has a clause for one cites that instead."""


class DutyFails(Exception):
    """A duty could not be asked about a case: says by which clauses of which edition, and with what it fails."""

    def __init__(self, rules: Iterable[Rule], edition: str, error: Exception) -> None:
        by = f" ({', '.join(rule.cite for rule in rules)}, {edition})" if edition else ""
        super().__init__(
            f"what falls due by a rule{by} could not be asked, for it fails with {type(error).__name__}: {MEND}"
        )


def duties(history: History, law: Law, on: date, practices: Sequence[Edition] = ()) -> tuple[Duty, ...]:
    """What fell due in a case by *on*, under every edition in force while it was open, in order of the tables."""
    known = history.upto(on)
    closed = closed_on(known)
    counts = _while_open(known)
    by_rule = _editions(known, law, on)
    ruled = {edition.id for edition, _ in by_rule}
    beside = [practice for practice in practices if practice.id not in ruled]
    in_force = [*by_rule, *_in_practice(beside, known, closed or on)]
    found = [duty for edition, first in in_force for duty in _under(edition, first, counts, closed, on)]
    found += [duty for edition, _ in in_force for duty in _after_closing(edition, known, on)] if closed else []
    cited = {rule for edition, _ in in_force for rule, *_ in edition.duties}
    for rule in (rule for rule in OWN_TERMS if rule not in cited):
        begun = _begun(_asked((rule,), "", counts, closed or on), date.min, counts)
        found += (_duty(owed, (), "", Span(closed), counts, on) for owed in begun)
    return tuple(found)


def _while_open(known: History) -> History:
    """What counts: an entry of a day after closing meets no duty."""
    if closed_on(known) is None and not breaks(known):
        return known
    return known.only(lambda entry: not is_after_closing(known, entry.day))


def _in_practice(practices: Sequence[Edition], history: History, last: date) -> Iterator[tuple[Edition, date]]:
    """The practices that were in force on any day of the case up to *last*, each with its first day there."""
    if history:
        first = history[0].day
        for practice in practices:
            begun = max(practice.in_force_from, first)
            if begun <= last and practice.covers(begun):
                yield practice, begun


def _after_closing(edition: Edition, known: History, on: date) -> Iterator[Duty]:
    """What falls due because the case was closed: evidence after the closing counts, and no closing cuts it short."""
    for row in edition.after_closing:
        _, *rules = row
        for owed in _made_due(_asked(row, edition.id, known, on), edition.in_force_until):
            yield _duty(owed, tuple(rules), edition.id, Span(None, edition.in_force_until), known, on)


def _asked(row: DutyRow, edition: str, history: History, on: date) -> Iterator[Owed]:
    """What a duty finds owed. Raises DutyFails."""
    rule, *rules = row
    try:
        yield from rule(history, on)
    except Exception as error:
        raise DutyFails(rules, edition, error) from error


def _begun(owed: Iterable[Owed], first: date, history: History) -> Iterator[Owed]:
    """What is owed under an edition from its *first* day on, while the case is open.

    A window within a time when the case was closed is not owed, nor is an act of before the edition opened again.
    """
    pauses = breaks(history)
    for one in owed:
        since = max(one.since, first)
        before = any(day is not None and day < first for day in (one.due, one.act_on))
        within = one.due is not None and any(closed < since and one.due < again for closed, again in pauses)
        if before or within:
            continue
        if pauses:
            yield evolve(_cut_by_a_break(one, history), since=_first_open_day(history, since))
        else:
            yield one if since == one.since else evolve(one, since=since)


def _first_open_day(history: History, day: date) -> date:
    """*day*, or the day of the reopening where the case was closed then."""
    return next((again for closed, again in breaks(history) if closed < day < again), day)


def _cut_by_a_break(one: Owed, history: History) -> Owed:
    """A window that a closing or a reopening cut short is not late; one that lapsed so, nothing later meets."""
    if one.due is None:
        return one
    ended = _first_open_day(history, one.due) != one.due
    cut = ended or _first_open_day(history, one.since) != one.since
    too_late = ended and one.met_on is not None and one.met_on > one.due
    return evolve(one, lenient=one.lenient or cut, met_by=() if too_late else one.met_by)


def _made_due(owed: Iterable[Owed], ended: date | None) -> Iterator[Owed]:
    """What fell due while an edition was in force; what lapsed when it *ended* is not met by what came later."""
    for one in owed:
        if ended is None:
            yield one
        elif one.since <= ended:
            met_in_time = one.met_on is None or one.met_on <= ended
            was_late = one.due is not None and one.due < ended
            yield one if met_in_time or was_late else evolve(one, met_by=())


def _editions(history: History, law: Law, on: date) -> list[tuple[Edition, date]]:
    """The editions that judged any day of the case up to *on*, each once, with the first day it judged."""
    if not history:
        return []
    found: dict[str, tuple[Edition, date]] = {}
    first = history[0].day
    for edition, day in in_turn(law, first, max(closed_on(history) or on, first)):
        found.setdefault(edition.id, (edition, day))
    return list(found.values())


def _under(edition: Edition, first: date, history: History, closed: date | None, on: date) -> Iterator[Duty]:
    """What falls due under *edition*: its duties open on the *first* day it judged the case, or later."""
    span = Span(closed, edition.in_force_until)
    for row in edition.duties:
        _, *rules = row
        begun = _begun(_asked(row, edition.id, history, closed or on), first, history)
        for owed in _made_due(begun, edition.in_force_until):
            yield _duty(owed, tuple(rules), edition.id, span, history, on)


def _duty(owed: Owed, rules: tuple[Rule, ...], edition: str, span: Span, history: History, on: date) -> Duty:
    state, late = settle(owed, span, on)
    duty = Duty(
        what=owed.what,
        cites=tuple(rule.cite for rule in rules),
        edition=edition,
        subject=owed.subject,
        since=owed.since,
        due=owed.due,
        state=state,
        met_on=owed.met_on,
        late_days=late,
        evidence=tuple(e.version for e in owed.met_by),
        near=owed.near,
        next_change_on=next_change(owed, state, span, on),
        needs=owed.needs,
        lacks=owed.lacks,
        beside=owed.beside,
    )
    return with_waiver(duty, owed, span, history, on)
