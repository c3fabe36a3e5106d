"""Deciding whether an entry goes on record: in a case, on a person's stream, on an agency's."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ihs_domain import agencies, persons
from ihs_domain.editions import Law
from ihs_domain.gates import Objection, Refused
from ihs_domain.history import Entry, History
from ihs_domain.judge import Finding, decide
from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.terms import RegisterId


class Rules(NamedTuple):
    """The law by which a stream's entries are judged, and the zone of its calendar."""

    law: Law
    zone: ZoneInfo


class Place(NamedTuple):
    """A stream as it stands, with its last *leaf* where that is known, its rules, and the entry that would go on it."""

    stream: str
    history: History
    rules: Rules
    entry: Entry[Any]
    leaf: bytes | None = None

    @property
    def record(self) -> Sequence[Entry[Any]]:
        """Everything on it, in version order."""
        return self.history.record

    @property
    def version(self) -> int:
        """The version of the last record on it."""
        return len(self.history.record)

    @property
    def kind(self) -> str:
        """What kind of stream it is: case, person, agency, access."""
        return self.stream.partition("/")[0]


def decided(own: Place, *others: Place) -> tuple[Finding, ...]:
    """The findings that go with an entry on its *own* stream and on *others*, or Refused with all that objects."""
    if own.kind == "case":
        return decide(own.entry, own.history, own.rules.law)
    amiss = [*_amiss(own, others)]
    if amiss:
        raise Refused(tuple(amiss))
    return ()


def _amiss(own: Place, others: Sequence[Place]) -> Sequence[Objection]:
    said = own.entry.event
    if own.kind == "person":
        in_cases = (objection for place in others if place.kind == "case" for objection in _in_case(place))
        return (*persons.objections(said, _before(own, others)), *in_cases)
    if own.kind == "agency" and isinstance(said, (EntryCorrected, EntryVoided)):
        return tuple(filter(None, [agencies.only_cover_is_amended(said, own.record)]))
    return ()


def _in_case(place: Place) -> tuple[Objection, ...]:
    try:
        decided(place)
    except Refused as refused:
        return refused.objections
    return ()


def _before(own: Place, others: Sequence[Place]) -> persons.Before:
    """What a decision about a person is held against."""
    return persons.Before(
        _person(own),
        tuple(own.record),
        next((_person(other) for other in others if other.kind == "person"), None),
        next((persons.identified_in(other.record) for other in others if other.kind == "case"), {}),
        own.entry.actor,
    )


def _person(place: Place) -> persons.Person:
    return persons.person_of(RegisterId(place.stream.partition("/")[2]), place.record)
