"""The contact standard: how much contact a family needs is determined, and contact is provided at that level."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from attrs import evolve, frozen

from ihs_domain.contacting import ContactAttempted, ContactMade, ContactStandardSet, Counted, made_as
from ihs_domain.days import days_before, months_between, weeks_between
from ihs_domain.duties import NearMiss, Owed
from ihs_domain.history import Entry, History
from ihs_domain.opening import opened_on


@frozen
class Standard:
    """One determination of the amount of contact, and the first and last day it governs."""

    said: ContactStandardSet
    first: date
    last: date


@frozen
class Window:
    """One week or month of a standard, or what is left of it: *whole* where the standard governs all its days."""

    name: str
    first: date
    last: date
    whole: bool


def contact_is_determined(history: History, on: date) -> Iterator[Owed]:
    """The practitioner determines how much contact the family needs."""
    if day := opened_on(history):
        met = history.of(ContactStandardSet)[:1]
        yield Owed("the amount of contact is determined", day, met_by=met)


def contact_is_provided(history: History, on: date) -> Iterator[Owed]:
    """Contact is provided at the level determined; a week or month cut short is never late."""
    for standard in (s for s in standards(history) if s.said.number > 0):
        for window in windows(standard, on):
            yield _provided(history, standard, window)


def standards(history: History) -> list[Standard]:
    """The standards of a case in order of their first day; one set again as it was runs on."""
    found: list[Standard] = []
    for entry in sorted(history.of(ContactStandardSet), key=_begins):
        first = _begins(entry)[0]
        if found and _same(found[-1].said, entry.event):
            continue
        if found:
            found[-1] = evolve(found[-1], last=days_before(first, 1))
        found.append(Standard(entry.event, first, date.max))
    return [standard for standard in found if standard.first <= standard.last]


def _begins(entry: Entry[ContactStandardSet]) -> tuple[date, int]:
    """The day a standard begins: what is determined binds nobody before."""
    return max(entry.day, entry.event.from_on or entry.day), entry.version


def _same(one: ContactStandardSet, other: ContactStandardSet) -> bool:
    return evolve(one, from_on=None, words=None, reported=None) == evolve(
        other, from_on=None, words=None, reported=None
    )


def windows(standard: Standard, on: date) -> Iterator[Window]:
    """The weeks or months of a standard that have begun by *on*."""
    weekly = standard.said.per is Counted.WEEK
    between = weeks_between if weekly else months_between
    for first, last in between(standard.first, min(standard.last, on)):
        begun, ends = max(first, standard.first), min(last, standard.last)
        if begun <= on:
            name = f"{first:%G-W%V}" if weekly else f"{first:%Y-%m}"
            yield Window(name, begun, ends, whole=(begun, ends) == (first, last))


def _provided(history: History, standard: Standard, window: Window) -> Owed:
    tried = [e for e in history.of_any(ContactMade, ContactAttempted) if window.first <= e.day <= window.last]
    judged = [(e, _does_not_count(standard.said, e)) for e in tried]
    number = standard.said.number
    return Owed(
        f"contact as determined: {number} a {standard.said.per}",
        window.first,
        subject=(window.name,),
        due=window.last,
        met_by=tuple(e for e, why in judged if not why)[:number],
        near=tuple(NearMiss(e.version, why) for e, why in judged if why),
        lenient=not window.whole,
        needs=number,
    )


def _does_not_count(standard: ContactStandardSet, entry: Entry[Any]) -> str:
    """Why a contact is not such as the standard states; empty if it is."""
    if isinstance(entry.event, ContactAttempted):
        return "nobody was met"
    return ", and ".join(_misses(standard, entry))


def _misses(standard: ContactStandardSet, entry: Entry[ContactMade]) -> Iterator[str]:
    if standard.modes and entry.event.mode not in standard.modes:
        yield f"it was by {entry.event.mode}, which is not counted"
    if not standard.whom <= entry.event.whom:
        yield "not everyone it is to be with was met"
    if standard.by and (role := made_as(entry)) not in standard.by:
        yield f"it was made by a {role.value}" if role else "it is not said in which role it was made"
