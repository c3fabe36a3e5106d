"""Restricting who may see an entry; sealing, holding and expunging by order."""

from collections.abc import Callable
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.history import Entry, History
from ihs_domain.terms import ActorId, Code, Decision, Happening, Narrative, PersonId, Version


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
    """The history that *person* may see: what is kept from them, and the keeping itself, left out."""
    restricting = Restricting()
    for entry in history.of_any(*STEPS):
        restricting = STEPS[type(entry.event)](restricting, entry)
    hidden = {version for version, kept in restricting.kept_from.items() if person in kept}
    seen = [e for e in history if e.version not in hidden and type(e.event) not in STEPS]
    shown = {e.version for e in seen}
    return History.standing(seen, (e for e in history.record if _shown(e, shown)))


def _shown(entry: Entry[object], shown: set[int]) -> bool:
    return entry.version in shown or getattr(entry.event, "entry", 0) in shown
