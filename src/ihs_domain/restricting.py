"""Restricting who may see an entry; sealing, holding and expunging by order."""

from collections.abc import Callable
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.history import Entry, History
from ihs_domain.ids import entries_named
from ihs_domain.terms import ActorId, Amendment, Code, Decision, Happening, Narrative, PersonId, Version


@frozen
class AccessRestricted(Happening):
    """An entry is kept from these persons of the household or the team, for a reason."""

    entry: Version
    kept_from: frozenset[PersonId]
    reason: Code
    words: Narrative = None


@frozen
class RestrictionLifted(Happening):
    """An entry is no longer kept from these persons."""

    entry: Version
    for_whom: frozenset[PersonId]


@frozen
class RecordSealed(Happening):
    """By order of a court the record is closed but for the purposes named."""

    order: Code
    open_for: frozenset[Code] = frozenset()


@frozen
class RecordUnsealed(Happening):
    """The seal on the record was lifted."""

    order: Code


@frozen
class HoldPlaced(Happening):
    """Nothing of this record may be erased while the hold stands."""

    hold: Code


@frozen
class HoldLifted(Happening):
    """A hold no longer stands."""

    hold: Code


@frozen
class EntryExpunged(Decision):
    """By order, an entry counts no more and its content is destroyed; that it was there stays on record."""

    entry: Version
    order: Code
    ordered_by: ActorId


@frozen
class NarrativeRedacted(Decision):
    """By order, the words of an entry are destroyed; the rest of it stays."""

    entry: Version
    order: Code
    ordered_by: ActorId


@frozen
class Restricting:
    """From whom each entry is kept, and the seals and holds that stand."""

    kept_from: dict[int, frozenset[PersonId]] = field(factory=dict)
    seals: frozenset[Code] = frozenset()
    holds: frozenset[Code] = frozenset()


def access_restricted(restricting: Restricting, entry: Entry[AccessRestricted]) -> Restricting:
    said = entry.event
    kept = restricting.kept_from.get(said.entry, frozenset()) | said.kept_from
    return evolve(restricting, kept_from={**restricting.kept_from, said.entry: kept})


def restriction_lifted(restricting: Restricting, entry: Entry[RestrictionLifted]) -> Restricting:
    said = entry.event
    kept = restricting.kept_from.get(said.entry, frozenset()) - said.for_whom
    return evolve(restricting, kept_from={**restricting.kept_from, said.entry: kept})


def record_sealed(restricting: Restricting, entry: Entry[RecordSealed]) -> Restricting:
    return evolve(restricting, seals=restricting.seals | {entry.event.order})


def record_unsealed(restricting: Restricting, entry: Entry[RecordUnsealed]) -> Restricting:
    return evolve(restricting, seals=restricting.seals - {entry.event.order})


def hold_placed(restricting: Restricting, entry: Entry[HoldPlaced]) -> Restricting:
    return evolve(restricting, holds=restricting.holds | {entry.event.hold})


def hold_lifted(restricting: Restricting, entry: Entry[HoldLifted]) -> Restricting:
    return evolve(restricting, holds=restricting.holds - {entry.event.hold})


STEPS: Final[dict[type, Callable[[Restricting, Entry[Any]], Restricting]]] = {
    AccessRestricted: access_restricted,
    RestrictionLifted: restriction_lifted,
}


def may_see(history: History, person: PersonId) -> History:
    """The history that *person* may see: left out are what is kept from them, what speaks of that, and all keeping."""
    hidden = _hidden(history, person)
    seen = (e for e in history if e.version not in hidden)
    return History.standing(seen, (e for e in history.record if e.version not in hidden))


def _hidden(history: History, person: PersonId) -> set[int]:
    """The versions that *person* may not see. What names a hidden entry would give it away, and is hidden too."""
    entries = (*history, *history.record)
    hidden = _kept(history, person) | {e.version for e in entries if _keeps(e.event)}
    while more := {e.version for e in entries if e.version not in hidden and _speaks_of(hidden, e)}:
        hidden |= more
    return hidden


def _kept(history: History, person: PersonId) -> set[int]:
    """The versions kept from *person*; of an amendment that is kept, the entry that it amends too."""
    restricting = Restricting()
    for entry in history.of_any(*STEPS):
        restricting = STEPS[type(entry.event)](restricting, entry)
    kept = {version for version, whom in restricting.kept_from.items() if person in whom}
    for entry in reversed(history.record):  # newest first: an amendment may amend an amendment
        if isinstance(entry.event, Amendment) and entry.version in kept:
            kept.add(entry.event.entry)
    return kept


def _keeps(event: object) -> bool:
    """Whether *event* is of the keeping itself, or a correction that says so."""
    return type(event) in STEPS or type(getattr(event, "instead", None)) in STEPS


def _speaks_of(hidden: set[int], entry: Entry[Any]) -> bool:
    amended = entry.amended_by in hidden if entry.amended_by else False
    return amended or not hidden.isdisjoint(entries_named(entry.event))
