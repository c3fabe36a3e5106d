"""A contact standard that can never be kept, or does not say what it asks, is refused with every key that is wrong."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from attrs import frozen

from ihs_domain.agency_standard import Amount, ByLevel, ContactStandard, Counts, LongestGap, StepDown
from ihs_domain.contacting import ContactMode, Counted
from ihs_domain.household import Relation
from ihs_domain.terms import Code


@frozen
class Amiss:
    """What is wrong with a standard: the key at which it stands, and why."""

    key: str
    why: str

    def __str__(self) -> str:
        return f"{self.key}: {self.why}"


class BadStandard(ValueError):
    """A contact standard that cannot be kept, or does not say what it asks: each key that is wrong, and why."""

    def __init__(self, name: str, amiss: Iterable[Amiss]) -> None:
        self.amiss = tuple(amiss)
        super().__init__(f"{name}: " + "; ".join(map(str, self.amiss)))


def held(standard: ContactStandard) -> ContactStandard:
    """The same standard, if it can be kept. Raises :class:`BadStandard` with everything that is wrong."""
    if amiss := tuple(_amiss(standard)):
        raise BadStandard(standard.name, amiss)
    return standard


CODE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
FEWEST_DAYS: Final = {Counted.WEEK: 7, Counted.MONTH: 28}
MINUTES_A_DAY: Final = 24 * 60
WHOLE: Final = 100
ALLOWED: Final = "the days allow"
MOST_DAYS: Final = 3660
MOST_TO_FIRST: Final = 366
MOST_WINDOWS: Final = {Counted.WEEK: 520, Counted.MONTH: 120}
MOST_MONTHS_OF_AGE: Final = 252
"""The longest that a standard reaches, about ten years: more is a slip of the pen, and takes long to count. A first
contact comes within a year, and a child's age is under 21.
"""


def _amiss(standard: ContactStandard) -> Iterator[Amiss]:
    yield from _levels(standard)
    yield from _names(standard)
    if not standard.names:
        yield Amiss("amounts", "nothing is asked: give an amount, a longest gap or a first contact")
    for index, amount in enumerate(standard.amounts):
        yield from _amount(standard, amount, f"amounts[{index}]")
    for index, gap in enumerate(standard.gaps):
        yield from _by_level(standard, gap.days, f"gaps[{index}].days", least=1, most=MOST_DAYS)
        yield from _asks(gap.days.values(), f"gaps[{index}].days")
        yield from _counts(gap.counts, f"gaps[{index}].counts")
        yield from _at_odds(standard, gap, f"gaps[{index}].days")
    for index, first in enumerate(standard.firsts):
        yield from _by_level(standard, first.within, f"firsts[{index}].within", least=0, most=MOST_TO_FIRST)
        yield from _asks(first.within.values(), f"firsts[{index}].within")
        yield from _counts(first.counts, f"firsts[{index}].counts")


def _levels(standard: ContactStandard) -> Iterator[Amiss]:
    if not standard.levels:
        yield Amiss("levels", "there is none: name one at least, also where all families are asked the same")
    for level in _twice(standard.levels):
        yield Amiss("levels", f"{level} stands there twice: two levels overlap")
    if standard.not_assessed is not None and standard.not_assessed not in standard.levels:
        yield Amiss("not_assessed", f"{standard.not_assessed} is none of the levels")
    for key in ("assessed_within_days", "recorded_within_days"):
        yield from _within(getattr(standard, key), key, "days", MOST_DAYS)


def _names(standard: ContactStandard) -> Iterator[Amiss]:
    steps = tuple(step.name for amount in standard.amounts for step in amount.steps)
    for name in _twice((*standard.names, *steps)):
        yield Amiss("name", f"{name} is the name of two rows: an exception would not say which")
    for name in (standard.name, *standard.levels, *standard.names, *steps):
        if not CODE.fullmatch(name):
            yield Amiss("name", "a name or level that is no code: lower-case words joined by hyphens")


def _twice(names: Iterable[Code]) -> list[Code]:
    seen: list[Code] = list(names)
    return sorted({name for name in seen if seen.count(name) > 1})


def _by_level(
    standard: ContactStandard, table: ByLevel, key: str, *, least: int, most: int, than: str = "a standard reaches"
) -> Iterator[Amiss]:
    if missing := [level for level in standard.levels if level not in table]:
        yield Amiss(key, f"nothing is said of {', '.join(missing)}: give a number, or null where nothing is asked")
    if strange := sorted(set(table) - set(standard.levels)):
        yield Amiss(key, f"{', '.join(strange)} is none of the levels")
    for level, number in table.items():
        if number is not None and number < least:
            yield Amiss(f"{key}.{level}", f"{number} can never be kept: give {least} or more, or null")
        elif number is not None and number > most:
            yield Amiss(f"{key}.{level}", f"{number} is more than {than}: {most} at most")


def _asks(numbers: Iterable[int | None], key: str) -> Iterator[Amiss]:
    """What a row says must ask something at one level at least; of no number at all it is told elsewhere."""
    if (said := [*numbers]) and all(number is None for number in said):
        yield Amiss(key, "at no level is anything asked: give a number, or leave the row out")


def _within(number: int | None, key: str, of: str, most: int) -> Iterator[Amiss]:
    """A number of days or months that may be left out, from none to the *most* there can be."""
    if (number or 0) < 0:
        yield Amiss(key, f"less than no {of}: give 0 or more")
    elif (number or 0) > most:
        yield Amiss(key, f"{number} {of} are more than a standard reaches: {most} at most")


def _amount(standard: ContactStandard, amount: Amount, key: str) -> Iterator[Amiss]:
    yield from _asked(standard, amount, amount.per, key)
    rows: tuple[Amount | StepDown, ...] = (amount, *amount.steps)
    tables = [table for row in rows for table in (row.contacts, row.minutes)]
    yield from _asks((number or None for table in tables for number in table.values()), key)
    yield from _shares(amount, key)
    yield from _counts(amount.counts, f"{key}.counts")
    for index, step in enumerate(amount.steps):
        yield from _asked(standard, step, amount.per, f"{key}.steps[{index}]")
        if step.after_days < 1:
            yield Amiss(f"{key}.steps[{index}].after_days", "it begins at once: make it the amount itself")
        yield from _within(max(step.after_days, 0), f"{key}.steps[{index}].after_days", "days", MOST_DAYS)
    for earlier, later in pairwise(amount.steps):
        if earlier.after_days > later.after_days:
            yield Amiss(f"{key}.steps", f"{later.name} begins before {earlier.name}: put them in order")


def _asked(standard: ContactStandard, amount: Amount | StepDown, per: Counted, key: str) -> Iterator[Amiss]:
    if amount.every < 1:
        yield Amiss(f"{key}.every", "less than one week or month: give 1 or more")
        return
    if amount.every > MOST_WINDOWS[per]:
        most = f"{MOST_WINDOWS[per]} at most"
        yield Amiss(f"{key}.every", f"{amount.every} {per}s are more than a standard reaches: {most}")
        return
    days = FEWEST_DAYS[per] * amount.every
    if not amount.contacts and not amount.minutes:
        yield Amiss(key, "neither contacts nor minutes are asked: give one of them by level")
    if amount.contacts:
        yield from _by_level(standard, amount.contacts, f"{key}.contacts", least=0, most=days, than=ALLOWED)
    if amount.minutes:
        yield from _by_level(
            standard, amount.minutes, f"{key}.minutes", least=0, most=days * MINUTES_A_DAY, than=ALLOWED
        )


def _shares(amount: Amount, key: str) -> Iterator[Amiss]:
    for name in ("at_home_percent", "own_worker_percent"):
        percent = getattr(amount, name)
        if not 0 <= percent <= WHOLE:
            yield Amiss(f"{key}.{name}", f"a share of {percent} percent can never be kept: give 0 to {WHOLE}")
        elif percent and not amount.contacts:
            yield Amiss(f"{key}.{name}", "it is a share of no number: give contacts by level")
    if amount.at_home_percent and amount.counts.modes and ContactMode.HOME_VISIT not in amount.counts.modes:
        yield Amiss(f"{key}.at_home_percent", "it can never be kept: home-visit is not among the modes that count")


def _counts(counts: Counts, key: str) -> Iterator[Amiss]:
    if counts.private_from_months is not None and Relation.CHILD not in counts.each | counts.all_of:
        yield Amiss(f"{key}.private_from_months", "it is not said that children are met: put child in each or all_of")
    yield from _within(counts.private_from_months, f"{key}.private_from_months", "months", MOST_MONTHS_OF_AGE)
    if counts.delegates and not counts.by:
        yield Amiss(f"{key}.delegates", "it is not said for whom they act: give the roles in by")
    if both := sorted(counts.delegates & counts.by):
        yield Amiss(f"{key}.delegates", f"{', '.join(both)} stands in by too, which needs no report: keep one")
    if counts.reported_within_days is not None and not counts.delegates:
        yield Amiss(f"{key}.reported_within_days", "nobody is to report: give the roles in delegates")
    yield from _within(counts.reported_within_days, f"{key}.reported_within_days", "days", MOST_DAYS)


def _at_odds(standard: ContactStandard, gap: LongestGap, key: str) -> Iterator[Amiss]:
    """A gap so short that keeping it takes more of the same contacts than an amount asks: one of the two is idle."""
    for amount in (a for a in standard.amounts if a.counts == gap.counts and a.every > 0):
        shortest = FEWEST_DAYS[amount.per] * amount.every
        for level, days in gap.days.items():
            asked = amount.contacts.get(level)
            if days and asked and shortest // days > asked:
                yield Amiss(
                    f"{key}.{level}", f"{days} is shorter than {amount.name} allows: {asked} in {shortest} days"
                )
