"""Which contacts count towards a contact standard, and why another does not."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ihs_domain.agency_standard import Counts
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactReported, made_as
from ihs_domain.history import Entry, History
from ihs_domain.household import Relation, birth_months, children, household_on, is_surely_of_age
from ihs_domain.terms import PersonId, Version

Judged = list[tuple[Entry[Any], str]]
"""Contacts made and attempted in order, each with why it does not count; empty where it does."""


def judged(history: History, counts: Counts, person: PersonId | None = None) -> Judged:
    """Every contact, or every one with *person*, and why it does not count."""
    tried = history.of_any(ContactMade, ContactAttempted)
    with_them = [e for e in tried if person is None or person in e.event.whom]
    return [(e, ", and ".join(_misses(history, counts, person, e))) for e in with_them]


def _misses(history: History, counts: Counts, person: PersonId | None, entry: Entry[Any]) -> Iterator[str]:
    if isinstance(entry.event, ContactAttempted):
        yield "nobody was met"
        return
    if counts.modes and entry.event.mode not in counts.modes:
        yield f"it was by {entry.event.mode}, which is not counted"
    yield from _not_with(history, counts, entry)
    yield from _not_by(history, counts, entry)
    yield from _not_alone(history, counts, person, entry)


def _not_with(history: History, counts: Counts, entry: Entry[ContactMade]) -> Iterator[str]:
    met = entry.event.whom
    if not counts.each and met.isdisjoint(household_on(history, entry.day)):
        yield "nobody of the family was met"
    elif not _members(history, counts.all_of, entry.day) <= met:
        yield "not everyone it is to be with was met"
    elif counts.any_of and met.isdisjoint(_members(history, counts.any_of, entry.day)):
        yield f"no {' or '.join(sorted(counts.any_of))} was met"


def _members(history: History, relations: frozenset[Relation], day: date) -> frozenset[PersonId]:
    """Those of the household in one of *relations* at the end of *day*."""
    if not relations:
        return frozenset()
    return frozenset(p for p, relation in household_on(history, day).items() if relation in relations)


def _not_by(history: History, counts: Counts, entry: Entry[ContactMade]) -> Iterator[str]:
    role = made_as(entry)
    if not counts.by or role in counts.by:
        return
    if role is None:
        yield "it is not said in which role it was made"
    elif role in counts.delegates:
        yield from _not_reported(history, counts.reported_within_days, entry)
    else:
        yield f"it was made by a {role.value}"


def _not_reported(history: History, within: int | None, entry: Entry[ContactMade]) -> Iterator[str]:
    """A delegate's contact counts once it was reported back, and in time."""
    reports = [e for e in history.of(ContactReported) if e.event.contact == Version(entry.version)]
    if not reports:
        yield "it was not reported to the case manager"
    elif within is not None and (reports[0].day - entry.day).days > within:
        yield f"it was reported to the case manager after more than {within} days"


def _not_alone(history: History, counts: Counts, person: PersonId | None, entry: Entry[ContactMade]) -> Iterator[str]:
    """A child of age is spoken to alone."""
    if counts.private_from_months is None:
        return
    of_whom = frozenset({person}) if person else _members(history, counts.all_of, entry.day)
    born = birth_months(history)
    of_age = {
        child
        for child in of_whom & children(history).keys()
        if is_surely_of_age(born.get(child), counts.private_from_months, entry.day)
    }
    if of_age - entry.event.private_with:
        yield f"a child of {counts.private_from_months} months or more, or of no known age, was not spoken to alone"
