"""Looking somebody of the register up as one who reads: on record first, and of no case that may not be read."""

from typing import Any, Final

from attrs import evolve

from ihs_cases.door import Allowed, Door, Shown
from ihs_cases.errors import UnknownPerson
from ihs_cases.moments import AsAt
from ihs_domain.access import Denial
from ihs_domain.erasing import disposed
from ihs_domain.looking import Held, Seen
from ihs_domain.persons import Person
from ihs_domain.searching import PersonSearchMade

NOBODY: Final = "no person of that id is in what may be read: check the id, or register them first"


def looked_up(door: Door, person_id: str, as_at: AsAt = None) -> Person:
    """Who an id of the register stands for, and in which of the cases that may be read: see Cases.person.

    As in a search, whoever is in none of these is told of to who keeps the store alone, and then only where they are in
    none at all. Of a case disposed of nothing is told. That it was asked is on record as a search; raises
    UnknownPerson, in the same words for nobody and for somebody who is not to be told of.
    """
    told: list[Person] = []
    door.put(lambda held: (_to_record(door, person_id, as_at, held, told), None))
    if not told:
        raise UnknownPerson(NOBODY)
    return told[0]


def _to_record(door: Door, person_id: str, as_at: AsAt, held: Held, told: list[Person]) -> list[Any]:
    """What is to be on record of looking a person up; who they are, as far as it is to be *told*, goes there."""
    told.clear()
    try:
        person = door.cases.person(person_id, as_at=as_at)
    except UnknownPerson:
        return [PersonSearchMade(0, door.purpose)]
    shown = Shown(Seen.SEARCH, as_at, whole=True)
    answers = {case: door.decided(case, held, shown) for case in person.cases}
    there = {case: answer for case, answer in answers.items() if not _is_gone(answer)}
    may = {case: answer for case, answer in there.items() if isinstance(answer, Allowed)}
    if may or (door.is_keeper and not there):
        told.append(evolve(person, known_as=frozenset(known for known in person.known_as if known.case in may)))
    return [PersonSearchMade(len(told), door.purpose), *(door.viewed(one, shown) for one in may.values())]


def _is_gone(answer: Allowed | Denial) -> bool:
    """Whether what may be read is a case disposed of."""
    return isinstance(answer, Allowed) and answer.record.standing.once(disposed) is not None
