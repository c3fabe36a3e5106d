"""Amounts of a contact standard: so many contacts, so many minutes, in each week or month that has begun."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from attrs import frozen

from ihs_domain.acting import acted_for_a_supervisor
from ihs_domain.agency_standard import Amount, ByLevel, OnChange, StepDown, StepFrom
from ihs_domain.assigning import held_by
from ihs_domain.contacting import ContactMade, ContactMode, Counted, ReducedContactApproved, made_by
from ihs_domain.counting import Judged, judged
from ihs_domain.days import add_months, days_after, days_before
from ihs_domain.duties import NearMiss, Owed
from ihs_domain.history import Entry
from ihs_domain.levels import Levelled, Stretch
from ihs_domain.standard_checks import WHOLE

Contacts = Sequence[Entry[ContactMade]]


@frozen
class Window:
    """One week or month, or so many of them, or what of it belongs to a stretch; *whole* where all of it does."""

    first: date
    last: date
    whole: bool
    asked: Amount | StepDown


@frozen
class Tally:
    """One measure of the contacts of a window: how much of what is needed, and how much there is."""

    of: str
    needed: int
    got: Callable[[Contacts], int]


def amounts_owed(case: Levelled) -> Iterator[Owed]:
    """What each amount of the standard asks, of whom, in each window begun."""
    for amount in case.standard.amounts:
        for stretch in case.stretches(amount.counts):
            tried = [(e, why) for e, why in judged(case.history, amount.counts, stretch.person) if stretch.holds(e.day)]
            for window in _windows(case, amount, stretch):
                tallies = _tallies(case, amount, window)
                if tallies:
                    yield _owed(amount, stretch, window, tallies, tried)


def _windows(case: Levelled, amount: Amount, stretch: Stretch) -> Iterator[Window]:
    """The windows of a stretch that have begun, each as is asked on its first day: a step down begins with the next."""
    day, ends = stretch.first.toordinal(), min(case.on, stretch.last or case.on).toordinal()
    while day <= ends:
        begun = date.fromordinal(day)
        asked = _asked(case, amount, begun)
        first, last = _block(amount.per, asked.every, begun)
        until = min(last, stretch.last or last)
        yield Window(begun, until, (first, last) == (begun, until), asked)
        day = last.toordinal() + 1


def _block(per: Counted, every: int, day: date) -> tuple[date, date]:
    """The first and last day of so many weeks or months, beginning with the one of *day*, within the calendar."""
    if per is Counted.WEEK:
        monday = days_before(day, day.weekday())
        return monday, days_after(monday, 7 * every - 1)
    first = day.replace(day=1)
    is_last = first.year * 12 + first.month + every > date.max.year * 12 + date.max.month
    return first, date.max if is_last else days_before(add_months(first, every), 1)


def _asked(case: Levelled, amount: Amount, day: date) -> Amount | StepDown:
    """The last step down that is reached by *day*; before the first, the amount itself."""
    return next((step for step in reversed(amount.steps) if _is_reached(case, step, day)), amount)


def _is_reached(case: Levelled, step: StepDown, day: date) -> bool:
    since = case.opened if step.counted_from is StepFrom.OPENING else case.level_since(day)
    return (day - since).days > step.after_days and (not step.if_approved or _is_approved(case, step, day))


def _is_approved(case: Levelled, step: StepDown, day: date) -> bool:
    return any(
        e.day <= day <= (e.event.until or date.max)
        and e.event.step == step.name
        and acted_for_a_supervisor(case.history, e)
        for e in case.history.of(ReducedContactApproved)
    )


# How much is needed, and how much there is


def _tallies(case: Levelled, amount: Amount, window: Window) -> tuple[Tally, ...]:
    """The measures of a window that ask for anything."""
    contacts = _needed(case, window.asked.contacts, window)

    def share(percent: int) -> int:
        return -(-contacts * percent // WHOLE)

    def by_own_worker(entry: Entry[ContactMade]) -> bool:
        return made_by(entry) == held_by(case.history, entry.day)

    tallies = (
        Tally("contacts", contacts, _days_of(lambda _: True)),
        Tally("at home", share(amount.at_home_percent), _days_of(lambda e: e.event.mode is ContactMode.HOME_VISIT)),
        Tally("by the case manager", share(amount.own_worker_percent), _days_of(by_own_worker)),
        Tally("minutes", _needed(case, window.asked.minutes, window), _minutes),
    )
    return tuple(tally for tally in tallies if tally.needed > 0)


def _needed(case: Levelled, table: ByLevel, window: Window) -> int:
    """What is asked of a window in which the level may have changed, by the standard's own rule for that."""
    days = range(window.first.toordinal(), window.last.toordinal() + 1)
    levels = [case.level_on(date.fromordinal(day)) for day in days]
    asked = [(table.get(level) or 0) if level else 0 for level in levels]
    match case.standard.on_change:
        case OnChange.STRICTER:
            return max(asked)
        case OnChange.EARLIER:
            return asked[0]
        case OnChange.LATER:
            return asked[-1]
        case OnChange.PRO_RATA:
            return -(-sum(asked) // len(asked))


def _days_of(counts: Callable[[Entry[ContactMade]], bool]) -> Callable[[Contacts], int]:
    """Contacts are counted by the day: two on one day are one."""
    return lambda contacts: len({e.day for e in contacts if counts(e)})


def _minutes(contacts: Contacts) -> int:
    return sum(e.event.minutes or 0 for e in contacts)


# What is owed


def _owed(amount: Amount, stretch: Stretch, window: Window, tallies: tuple[Tally, ...], tried: Judged) -> Owed:
    inside = [(e, why) for e, why in tried if window.first <= e.day <= window.last]
    counted = [e for e, why in inside if not why]
    met = _fewest(counted, tallies)
    left_over = [] if not _lacks(met, tallies) else [e for e in counted if e not in met]
    return Owed(
        f"contact as the standard asks: {_in_words(amount, window, tallies)}",
        window.first,
        subject=(amount.name, *stretch.of_whom, _name(amount.per, window.first)),
        due=window.last,
        met_by=tuple(met),
        near=(
            *(NearMiss(e.version, why) for e, why in inside if why),
            *(NearMiss(e.version, _adds_nothing(e, tallies)) for e in left_over),
        ),
        lenient=not window.whole,
        needs=next((tally.needed for tally in tallies if tally.of == "contacts"), 0),
        lacks=tuple(_lacks(met, tallies)),
    )


def _fewest(contacts: Contacts, tallies: tuple[Tally, ...]) -> list[Entry[ContactMade]]:
    """The earliest contacts by which a window is whole, without those that add nothing to them."""
    upto = next((n for n in range(len(contacts)) if not _lacks(contacts[:n], tallies)), len(contacts))
    kept = list(contacts[:upto])
    for entry in reversed(contacts[:upto]):
        others = [e for e in kept if e is not entry]
        if _reach(others, tallies) == _reach(kept, tallies):
            kept = others
    return kept


def _reach(contacts: Contacts, tallies: tuple[Tally, ...]) -> list[int]:
    """How far contacts go in each measure, beyond which no more is needed."""
    return [min(tally.got(contacts), tally.needed) for tally in tallies]


def _lacks(contacts: Contacts, tallies: tuple[Tally, ...]) -> list[str]:
    reached = zip(tallies, _reach(contacts, tallies), strict=True)
    return [f"{got} of {tally.needed} {tally.of}" for tally, got in reached if got < tally.needed]


def _adds_nothing(entry: Entry[Any], tallies: tuple[Tally, ...]) -> str:
    if entry.event.minutes is None and any(tally.of == "minutes" for tally in tallies):
        return "it is not said how long it took"
    return "another contact of that day is counted"


def _in_words(amount: Amount, window: Window, tallies: tuple[Tally, ...]) -> str:
    asked = ", ".join(f"{tally.needed} {tally.of}" for tally in tallies)
    every = window.asked.every
    return f"{asked} in {f'{every} {amount.per}s' if every > 1 else f'a {amount.per}'}"


def _name(per: Counted, first: date) -> str:
    return f"{first:%G-W%V}" if per is Counted.WEEK else f"{first:%Y-%m}"
