"""The household: who lives there, who is a child, who was harmed."""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.terms import BirthDate, Code, Happening, Month, Name, Narrative, New, PersonId, ThreatId

if TYPE_CHECKING:
    from ihs_domain.case import Case


class Relation(StrEnum):
    """What a person is to the household."""

    MOTHER = "mother"
    FATHER = "father"
    GUARDIAN = "guardian"
    CAREGIVER = "caregiver"
    CHILD = "child"
    OTHER = "other"


PARENTS = frozenset({Relation.MOTHER, Relation.FATHER, Relation.GUARDIAN})
CAREGIVERS: Final = PARENTS | {Relation.CAREGIVER}
GROWN_MONTHS: Final = 18 * 12


@frozen
class PersonJoined(Happening):
    """A person belongs to the household from this day.

    The birth month is open, as ages matter, and follows from the day; name and day of birth are sealed.
    """

    person: New[PersonId]
    relation: Relation
    birth_month: Month | None = None
    name: Name = None
    born_on: BirthDate = None


@frozen
class PersonLeft(Happening):
    """A person no longer belongs to the household."""

    person: PersonId


@frozen
class VictimSubstantiated(Happening):
    """A child was substantiated as a victim of abuse or neglect."""

    child: PersonId
    maltreatment: Code


@frozen
class MaltreatmentReported(Happening):
    """Abuse or neglect was reported; *children* are those named, *addresses* the threats the report is an answer to."""

    children: frozenset[PersonId]
    kind: Code
    addresses: frozenset[ThreatId] = frozenset()
    words: Narrative = None


@frozen
class ChildReturnedHome(Happening):
    """A child came back from out-of-home care."""

    child: PersonId


@frozen
class SubstantiationReversed(Happening):
    """A substantiation did not stand."""

    child: PersonId


@frozen
class Household:
    """Who lives there, by relation; victims substantiated; who *ever* lived there; the threats reported, and when.

    *born* are the months of birth that are on record.
    """

    members: dict[PersonId, Relation] = field(factory=dict)
    victims: frozenset[PersonId] = frozenset()
    ever: frozenset[PersonId] = frozenset()
    born: dict[PersonId, Month] = field(factory=dict)
    reported: dict[ThreatId, date] = field(factory=dict)

    @property
    def children(self) -> frozenset[PersonId]:
        """The children of the household."""
        return frozenset(p for p, r in self.members.items() if r is Relation.CHILD)


def person_joined(household: Household, entry: Entry[PersonJoined]) -> Household:
    person = entry.event.person
    members = {**household.members, person: entry.event.relation}
    month = entry.event.birth_month
    born = household.born if month is None else {**household.born, person: month}
    return evolve(household, members=members, ever=household.ever | {person}, born=born)


def person_left(household: Household, entry: Entry[PersonLeft]) -> Household:
    return evolve(household, members={p: r for p, r in household.members.items() if p != entry.event.person})


def maltreatment_reported(household: Household, entry: Entry[MaltreatmentReported]) -> Household:
    return evolve(household, reported={**household.reported, **dict.fromkeys(entry.event.addresses, entry.day)})


def victim_substantiated(household: Household, entry: Entry[VictimSubstantiated]) -> Household:
    return evolve(household, victims=household.victims | {entry.event.child})


def substantiation_reversed(household: Household, entry: Entry[SubstantiationReversed]) -> Household:
    return evolve(household, victims=household.victims - {entry.event.child})


@frozen
class Stay:
    """The days on which a person belonged to the household without a break; *left* is None while they do."""

    person: PersonId
    joined: date
    left: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the person belonged to the household on *day*; the first and the last day count."""
        return self.joined <= day and (self.left is None or day <= self.left)


def stays(history: History, *relations: Relation) -> tuple[Stay, ...]:
    """Each stay in this household in one of *relations*, person by person in the order in which they first joined.

    Who left and came back by the end of a day did not leave; who goes on in another relation no longer stays in these.
    """
    found: dict[PersonId, list[Stay]] = {}
    for entry in history.of_any(PersonJoined, PersonLeft):
        person, day = entry.event.person, entry.day
        comes = isinstance(entry.event, PersonJoined) and entry.event.relation in relations
        so_far = found.setdefault(person, []) if comes else found.get(person, [])
        last = so_far[-1] if so_far else None
        if last is not None and last.left is None:
            so_far[-1] = last if comes else evolve(last, left=day)
        elif comes and last is not None and last.left == day:
            so_far[-1] = evolve(last, left=None)
        elif comes:
            so_far.append(Stay(person, day))
    return tuple(stay for of_one in found.values() for stay in of_one)


def served(history: History, since: date, *relations: Relation) -> Iterator[Stay]:
    """Whoever in one of *relations* belonged to the household from *since* on, each once, breaks apart.

    From the day on which they first did then, to the one on which they left for good.
    """
    for _, of_one in groupby(stays(history, *relations), key=lambda stay: stay.person):
        here = [stay for stay in of_one if stay.left is None or since <= stay.left]
        if here:
            yield Stay(here[0].person, max(since, here[0].joined), here[-1].left)


def related(history: History, *relations: Relation) -> dict[PersonId, date]:
    """Everyone who ever joined this household in one of *relations*, with the day they first did."""
    found: dict[PersonId, date] = {}
    for stay in stays(history, *relations):
        found.setdefault(stay.person, stay.joined)
    return found


def children(history: History) -> dict[PersonId, date]:
    """The children and the day each joined."""
    return related(history, Relation.CHILD)


def parents(history: History) -> dict[PersonId, date]:
    """The parents and guardians and the day each joined."""
    return related(history, *PARENTS)


def victims(history: History) -> dict[PersonId, Entry[VictimSubstantiated]]:
    """The children substantiated as victims, each with the first finding that was not reversed since.

    A grown caregiver is none.
    """
    found: dict[PersonId, Entry[VictimSubstantiated]] = {}
    for entry in history.of_any(VictimSubstantiated, SubstantiationReversed):
        if isinstance(entry.event, SubstantiationReversed):
            found.pop(entry.event.child, None)
        else:
            found.setdefault(entry.event.child, entry)
    relation, born = {e.event.person: e.event.relation for e in history.of(PersonJoined)}, birth_months(history)
    return {p: e for p, e in found.items() if not is_grown(relation.get(p), born.get(p), e.day)}


def a_child_is_substantiated(case: "Case", entry: Entry[VictimSubstantiated]) -> Objection | None:
    """Who is substantiated as a victim is a child: what is owed to a child is owed to no adult of the household."""
    child = entry.event.child
    household = case.household
    if not is_grown(household.members.get(child), household.born.get(child), entry.day):
        return None
    return Objection(
        "who is substantiated as a victim is a grown caregiver, and no child",
        "name the child, or correct who is who",
        (child,),
    )


def household_on(history: History, day: date) -> dict[PersonId, Relation]:
    """Who belongs to the household at the end of *day*, by relation."""
    household = Household()
    for entry in history.of_any(PersonJoined, PersonLeft):
        if entry.day <= day:
            step = person_joined if isinstance(entry.event, PersonJoined) else person_left
            household = step(household, entry)
    return household.members


def birth_months(history: History) -> dict[PersonId, Month]:
    """The months of birth on record."""
    joined = history.of(PersonJoined)
    return {e.event.person: e.event.birth_month for e in joined if e.event.birth_month is not None}


def is_grown(relation: Relation | None, month: Month | None, day: date) -> bool:
    """Whether somebody of this *relation*, born in *month*, is a grown caregiver on *day*: a parent may be a child."""
    return relation in CAREGIVERS and is_surely_of_age(month, GROWN_MONTHS, day)


def is_surely_of_age(month: Month | None, months: int, day: date) -> bool:
    """Whether one born in *month* is *months* old on *day*, on whatever day of that month it was.

    An age that is not on record is not assumed: whoever has none is of age, so that what it asks is not overlooked.
    """
    said = re.fullmatch(r"([0-9]{4})-([0-9]{2})", month or "")
    if said is None:
        return True
    born = int(said[1]) * 12 + int(said[2])
    return day.year * 12 + day.month - born > months
