"""Persons: one register across cases, kept on each person's own stream."""

from attrs import evolve, frozen

from ihs_domain.history import Entry
from ihs_domain.terms import BirthDate, Code, Decision, Happening, Month, Name, PersonId


@frozen
class PersonRegistered(Happening):
    """A person is known to the agency. The birth month is open, as ages matter; name and day of birth are sealed."""

    person: PersonId
    birth_month: Month | None = None
    name: Name = None
    born_on: BirthDate = None


@frozen
class PersonsMerged(Decision):
    """This person and *duplicate* are one and the same: from here on the duplicate's entries are this person's."""

    person: PersonId
    duplicate: PersonId
    reason: Code


@frozen
class PersonErased(Decision):
    """By order, what identifies this person was destroyed."""

    person: PersonId
    order: Code


@frozen
class Person:
    """What the register knows of one person: the duplicates merged into it, and whether it was erased."""

    id: PersonId | None = None
    birth_month: Month | None = None
    duplicates: frozenset[PersonId] = frozenset()
    erased: bool = False


def person_registered(person: Person, entry: Entry[PersonRegistered]) -> Person:
    return evolve(person, id=entry.event.person, birth_month=entry.event.birth_month)


def persons_merged(person: Person, entry: Entry[PersonsMerged]) -> Person:
    return evolve(person, duplicates=person.duplicates | {entry.event.duplicate})


def person_erased(person: Person, entry: Entry[PersonErased]) -> Person:
    return evolve(person, erased=True)
