"""Persons: the agency's register of who is who.

A case has ids of its own for the people in it. A person of the register has a stream; what joins two (a person and
whom a case calls by some id, or two persons who are one) stands on the stream of both.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.erasing import MAY_ERASE, two_of_them
from ihs_domain.gates import Against, Objection
from ihs_domain.history import Entry, effective, event_at
from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.roles import SYSTEM, Actor
from ihs_domain.terms import ActorId, BirthDate, CaseId, Code, Decision, Happening, Month, Name, PersonId, RegisterId
from ihs_domain.voiding import it_still_stands


@frozen
class PersonRegistered(Happening):
    """A person is known to the agency. The birth month is open, as ages matter; name and day of birth are sealed."""

    person: RegisterId
    birth_month: Month | None = None
    name: Name = None
    born_on: BirthDate = None


@frozen
class PersonIdentified(Decision):
    """Whom a case calls *known_as* is this person of the register; *reason* says how that is known."""

    person: RegisterId
    case: CaseId
    known_as: PersonId
    reason: Code


@frozen
class IdentificationWithdrawn(Decision):
    """Whom a case calls *known_as* was taken for this person by mistake."""

    person: RegisterId
    case: CaseId
    known_as: PersonId
    reason: Code


@frozen
class PersonsMerged(Decision):
    """This person and *duplicate* are one and the same: from here on the duplicate's entries are this person's."""

    person: RegisterId
    duplicate: RegisterId
    reason: Code


@frozen
class PersonsUnmerged(Decision):
    """This person and *duplicate* were taken for one by mistake: each is again who they were."""

    person: RegisterId
    duplicate: RegisterId
    reason: Code


@frozen
class PersonErasureProposed(Decision):
    """By an order, what identifies this person is to be destroyed, in the register and in every case."""

    person: RegisterId
    order: Code
    ordered_by: ActorId


@frozen
class PersonErased(Decision):
    """By order, what identifies this person was destroyed."""

    person: RegisterId
    order: Code


JOINING: Final = (PersonIdentified, IdentificationWithdrawn, PersonsMerged, PersonsUnmerged)
"""What stands on two streams, and so is undone by its counterpart and never amended on one of them."""


@frozen(order=True)
class KnownAs:
    """Somebody, by the id that one case has for them."""

    case: CaseId
    person: PersonId


@frozen
class Person:
    """What one person's stream says of them: whom they were merged with, and whom cases know them as."""

    id: RegisterId
    registered: bool = False
    birth_month: Month | None = None
    duplicates: frozenset[RegisterId] = frozenset()
    merged_into: RegisterId | None = None
    known_as: frozenset[KnownAs] = frozenset()
    erased: bool = False

    @property
    def cases(self) -> tuple[CaseId, ...]:
        """The cases this person is in, in order."""
        return tuple(sorted({known.case for known in self.known_as}))


def person_registered(person: Person, entry: Entry[PersonRegistered]) -> Person:
    return evolve(person, registered=True, birth_month=entry.event.birth_month)


def person_identified(person: Person, entry: Entry[PersonIdentified]) -> Person:
    return evolve(person, known_as=person.known_as | {KnownAs(entry.event.case, entry.event.known_as)})


def identification_withdrawn(person: Person, entry: Entry[IdentificationWithdrawn]) -> Person:
    return evolve(person, known_as=person.known_as - {KnownAs(entry.event.case, entry.event.known_as)})


def persons_merged(person: Person, entry: Entry[PersonsMerged]) -> Person:
    if person.id == entry.event.duplicate:
        return evolve(person, merged_into=entry.event.person)
    return evolve(person, duplicates=person.duplicates | {entry.event.duplicate})


def persons_unmerged(person: Person, entry: Entry[PersonsUnmerged]) -> Person:
    if person.id == entry.event.duplicate:
        return evolve(person, merged_into=None)
    return evolve(person, duplicates=person.duplicates - {entry.event.duplicate})


def person_erased(person: Person, entry: Entry[PersonErased]) -> Person:
    return evolve(person, erased=True)


FOLDS: Final[dict[type, Callable[[Person, Entry[Any]], Person]]] = {
    PersonRegistered: person_registered,
    PersonIdentified: person_identified,
    IdentificationWithdrawn: identification_withdrawn,
    PersonsMerged: persons_merged,
    PersonsUnmerged: persons_unmerged,
    PersonErased: person_erased,
}


def person_of(id_: RegisterId, record: Iterable[Entry[Any]]) -> Person:
    """What the *record* of one person's stream says, in order of recording: who is who is known, not done on a day."""
    person = Person(id_)
    for entry in sorted(effective(record), key=lambda e: e.version):
        step = FOLDS.get(type(entry.event))
        person = step(person, entry) if step else person
    return person


def identified_in(record: Iterable[Entry[Any]]) -> dict[PersonId, RegisterId]:
    """Whom the register knows of those in a case, by the case's own *record* in order of recording."""
    found: dict[PersonId, RegisterId] = {}
    for said in (entry.event for entry in record):
        if isinstance(said, PersonIdentified):
            found[said.known_as] = said.person
        elif isinstance(said, IdentificationWithdrawn):
            found.pop(said.known_as, None)
    return found


# Who is who

Register = Callable[[RegisterId], Person]
"""Gives a person as their own stream has them."""


def survivor(register: Register, id_: RegisterId) -> Person:
    """The person that an id stands for: the one that all merges lead to. A merge counts where both streams know it."""
    person, seen = register(id_), {id_}
    while person.merged_into is not None and person.merged_into not in seen:
        into = register(person.merged_into)
        if person.id not in into.duplicates:
            break
        seen.add(into.id)
        person = into
    return person


def whole(register: Register, id_: RegisterId) -> Person:
    """The person that an id stands for, with all that is known of them under any duplicate's id."""
    person = survivor(register, id_)
    them = {person.id: person}
    ahead = [person]
    while ahead:
        one = ahead.pop()
        for duplicate in map(register, sorted(one.duplicates - them.keys())):
            if duplicate.merged_into == one.id:
                them[duplicate.id] = duplicate
                ahead.append(duplicate)
    return evolve(
        person,
        birth_month=next((one.birth_month for one in them.values() if one.birth_month), None),
        duplicates=frozenset(them) - {person.id},
        known_as=frozenset[KnownAs]().union(*(one.known_as for one in them.values())),
    )


# Gates


@frozen
class Before:
    """What a decision about a person is held against: the streams it goes on, as they stand.

    *record* is the person's own, *actor* who decides. *duplicate* is the other person where one is named, *identified*
    who is who in the case that is named.
    """

    person: Person
    record: tuple[Entry[Any], ...] = ()
    duplicate: Person | None = None
    identified: Mapping[PersonId, RegisterId] = field(factory=dict)
    actor: Actor = SYSTEM

    @property
    def persons(self) -> tuple[Person, ...]:
        """Those whom the decision joins or parts."""
        return (self.person,) if self.duplicate is None else (self.person, self.duplicate)


PersonGate = Callable[[Any, Before], Objection | None]


def id_is_new(said: PersonRegistered, before: Before) -> Objection | None:
    """An id stands for one person for ever."""
    if not before.person.registered:
        return None
    return Objection("a person of that id is registered already", "choose another id", (said.person,))


def all_are_registered(said: Any, before: Before) -> Objection | None:
    """Only who is in the register is identified or merged."""
    unknown = tuple(person.id for person in before.persons if not person.registered)
    return Objection("no person of that id is registered", "register them first", unknown) if unknown else None


def they_are_two(said: PersonsMerged, before: Before) -> Objection | None:
    """Nobody is their own duplicate."""
    if said.person != said.duplicate:
        return None
    return Objection("a person is no duplicate of themselves", "name two persons", (said.person,))


def none_is_merged_already(said: Any, before: Before) -> Objection | None:
    """Who was merged into another is spoken of by that one's id, so that no merges ever go round."""
    merged = [person for person in before.persons if person.merged_into is not None]
    if not merged:
        return None
    instead = f"name {', '.join(f'{person.merged_into}' for person in merged)} instead, or undo that merge first"
    return Objection("this person was merged into another", instead, tuple(person.id for person in merged))


def none_is_erased(said: Any, before: Before) -> Objection | None:
    """What identified an erased person is gone: nothing more is joined to them."""
    erased = tuple(person.id for person in before.persons if person.erased)
    return Objection("this person was erased", "leave the entries apart, or register anew", erased) if erased else None


def they_are_merged(said: PersonsUnmerged, before: Before) -> Objection | None:
    """Only a merge that stands is undone."""
    if before.duplicate is not None and before.duplicate.merged_into == said.person:
        return None
    of_it = ", ".join(sorted(before.person.duplicates)) or "none is"
    return Objection("that one is not merged into this person", f"name one that is: {of_it}", (said.duplicate,))


def nobody_is_identified(said: PersonIdentified, before: Before) -> Objection | None:
    """Whom a case calls by an id is one person."""
    already = before.identified.get(said.known_as)
    if already is None:
        return None
    instead = f"withdraw that they are {already} first, or merge the two"
    return Objection("whom the case calls so is identified already", instead, (said.known_as,))


def this_person_is_identified(said: IdentificationWithdrawn, before: Before) -> Objection | None:
    """Only an identification that stands is withdrawn."""
    if before.identified.get(said.known_as) == said.person:
        return None
    instead = "name the person of the register that the case's own record names"
    return Objection("whom the case calls so is not identified as this person", instead, (said.known_as,))


def somebody_who_may_erases(said: PersonErased, before: Before) -> Objection | None:
    """What is destroyed is destroyed by a supervisor or an administrator."""
    if before.actor.role in MAY_ERASE:
        return None
    remedy = f"have it decided by: {', '.join(MAY_ERASE)}"
    return Objection(f"this is not for a {before.actor.role} to decide", remedy, against=Against.ACTOR)


def somebody_else_proposed_it(said: PersonErased, before: Before) -> Objection | None:
    """It takes two: one who proposes that a person is erased, and another who has it done."""
    standing = effective(before.record).of(PersonErasureProposed)
    return two_of_them(frozenset(e.actor.id for e in standing if e.event.order == said.order), before.actor.id)


def only_a_registration_is_corrected(said: EntryCorrected, before: Before) -> Objection | None:
    """A correction of a person's stream says how they should have been registered, under the same id."""
    amended = event_at(before.record, said.entry)
    right = isinstance(said.instead, PersonRegistered) and said.instead.person == before.person.id
    if right and isinstance(amended, (PersonRegistered, EntryCorrected)):
        return None
    return Objection("only how a person was registered is corrected", "name that entry, and the same person", ())


def only_a_correction_is_voided(said: EntryVoided, before: Before) -> Objection | None:
    """Who was once registered stays so; what joins two is undone by its counterpart. A proposal may be taken back."""
    if isinstance(event_at(before.record, said.entry), (EntryCorrected, EntryVoided, PersonErasureProposed)):
        return it_still_stands(said, before.record)
    instead = "merge who was registered twice; unmerge, or withdraw the identification, where two were joined"
    return Objection("only a correction or a proposal is voided on a person's stream", instead, ())


GATES: Final[Mapping[type, tuple[PersonGate, ...]]] = {
    PersonRegistered: (id_is_new,),
    PersonIdentified: (all_are_registered, none_is_merged_already, none_is_erased, nobody_is_identified),
    IdentificationWithdrawn: (this_person_is_identified,),
    PersonsMerged: (they_are_two, all_are_registered, none_is_merged_already, none_is_erased),
    PersonsUnmerged: (they_are_merged,),
    PersonErasureProposed: (all_are_registered, none_is_merged_already, none_is_erased),
    PersonErased: (
        all_are_registered,
        none_is_merged_already,
        none_is_erased,
        somebody_who_may_erases,
        somebody_else_proposed_it,
    ),
    EntryCorrected: (only_a_registration_is_corrected,),
    EntryVoided: (only_a_correction_is_voided,),
}


def objections(said: Any, before: Before) -> Iterator[Objection]:
    """All that speaks against an entry on a person's stream. No state's rule is asked: an id is one person anywhere."""
    found = (gate(said, before) for gate in GATES[type(said)])
    return (objection for objection in found if objection is not None)
