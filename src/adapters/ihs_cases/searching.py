"""Searching all names on record: each is opened, held against what is searched for, and put away again."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from ihs_cases.errors import NothingToSearchFor
from ihs_cases.rows import PERSON, opened_entry, unsealed
from ihs_domain.history import effective
from ihs_domain.household import PersonJoined
from ihs_domain.persons import PersonRegistered, Register, identified_in, survivor
from ihs_domain.recording import EntryCorrected
from ihs_domain.searching import Found, is_called, words
from ihs_domain.terms import CaseId, PersonId, RegisterId
from ihs_record.names import STORED_AS, UPCASTS
from ihs_record.row import Emptied, Row
from ihs_store.keys import KeyRing
from ihs_store.port import RecordStore

NAMED: Final = (PersonJoined, PersonRegistered)
STORED: Final = (*(STORED_AS[cls] for cls in (*NAMED, EntryCorrected)), *UPCASTS)
"""The stored names of what can hold a person's name."""


def searched_for(name: object) -> tuple[str, ...]:
    """The words of a name, as they are searched for. Raises NothingToSearchFor where there is none."""
    if not isinstance(name, str):
        raise NothingToSearchFor("what is searched for is no text: give a part of a name")
    searched = words(name)
    if not searched:
        raise NothingToSearchFor("there is no letter in what is searched for: give a part of a name")
    return searched


@frozen
class Names:
    """The names in one store; *register* gives a person as their own stream has them."""

    store: RecordStore
    ring: KeyRing
    register: Register

    def called(self, searched: Sequence[str]) -> tuple[Found, ...]:
        """Whoever is called so by what stands on record, in order of name, case and id."""
        found = dict.fromkeys(one for stream in self._streams(searched) for one in self._in(stream, searched))
        return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.case or "", one.known_as)))

    def _streams(self, searched: Sequence[str]) -> dict[str, None]:
        """The streams on which something was ever sealed for a person that is called so."""
        upto = self.store.head().position
        ring = self.ring.over(self.store.keys(PERSON))
        rows = _pages(self.store, upto)
        return dict.fromkeys(r.stream for r in rows if any(is_called(text, searched) for text in _texts(r, ring)))

    def _in(self, stream: str, searched: Sequence[str]) -> Iterator[Found]:
        """Whoever is called so on one stream, by what stands there: a name that was corrected is nobody's."""
        record = [opened_entry(row, self.ring, under=PERSON) for row in self.store.stream(stream)]
        kind, _, id_ = stream.partition("/")
        in_case = CaseId(id_) if kind == "case" else None
        known = identified_in(record)
        for said in (entry.event for entry in effective(record) if isinstance(entry.event, NAMED)):
            if isinstance(said.name, str) and is_called(said.name, searched):
                person = known.get(PersonId(said.person)) if in_case else RegisterId(said.person)
                who = None if person is None else survivor(self.register, person).id
                yield Found(said.name, in_case, said.person, who, said.birth_month)


def _pages(store: RecordStore, upto: int) -> Iterator[Row]:
    """The records up to a position that can hold a name, read in pages: a long read would hold up every writer."""
    position = 0
    while rows := store.read(position, upto=upto, names=STORED):
        yield from rows
        position = rows[-1].position


def _texts(row: Row, ring: KeyRing) -> Iterator[str]:
    """What is sealed under a person's key in a record that still stands, where it can still be opened."""
    for part in () if isinstance(row.open, Emptied) else row.sealed:
        plain = unsealed(row, part, ring) if part.key.startswith(PERSON) else None
        yield from () if plain is None else json.loads(plain.decode()).values()
