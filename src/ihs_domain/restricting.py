"""Restricting who may see an entry; sealing, holding and expunging by order."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ihs_domain.gates import Objection
from ihs_domain.history import Entry, effective
from ihs_domain.ids import entries_named, parts_named, said_in
from ihs_domain.roles import Role
from ihs_domain.terms import ActorId, Amendment, Code, Decision, Happening, Narrative, PersonId, Version

if TYPE_CHECKING:
    from ihs_domain.case import Case


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
    if not lifts(entry):
        return restricting
    said = entry.event
    kept = restricting.kept_from.get(said.entry, frozenset()) - said.for_whom
    return evolve(restricting, kept_from={**restricting.kept_from, said.entry: kept})


def record_sealed(restricting: Restricting, entry: Entry[RecordSealed]) -> Restricting:
    return evolve(restricting, seals=restricting.seals | {entry.event.order})


def record_unsealed(restricting: Restricting, entry: Entry[RecordUnsealed]) -> Restricting:
    if not lifts(entry):
        return restricting
    return evolve(restricting, seals=restricting.seals - {entry.event.order})


def hold_placed(restricting: Restricting, entry: Entry[HoldPlaced]) -> Restricting:
    return evolve(restricting, holds=restricting.holds | {entry.event.hold})


def hold_lifted(restricting: Restricting, entry: Entry[HoldLifted]) -> Restricting:
    if not lifts(entry):
        return restricting
    return evolve(restricting, holds=restricting.holds - {entry.event.hold})


STEPS: Final[dict[type, Callable[[Restricting, Entry[Any]], Restricting]]] = {
    AccessRestricted: access_restricted,
    RestrictionLifted: restriction_lifted,
}


BY_ORDER: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.ASSISTANT_ATTORNEY_GENERAL, Role.COURT)
"""Who puts on record that a hold or a seal was placed or lifted: they stand on the word of a court or of counsel.

That an entry is no longer kept from somebody is theirs to say as well.
"""

MAY_KEEP: Final = (
    *(Role.PRACTITIONER, Role.CASE_MANAGER, Role.SECOND_WORKER, Role.DESIGNEE, Role.CPS_WORKER, Role.CPS_SUPERVISOR),
    *BY_ORDER,
)
"""Who puts on record that an entry is kept from somebody: those, too, who hear what was said alone."""

ORDERED: Final = (HoldPlaced, HoldLifted, RecordSealed, RecordUnsealed, AccessRestricted, RestrictionLifted)
"""What nobody else amends either: to void a hold is to lift it."""


def lifts(entry: Entry[RecordUnsealed] | Entry[HoldLifted] | Entry[RestrictionLifted]) -> bool:
    """Whether a seal, a hold or a keeping is lifted by this: anybody else's word is recorded, and lifts nothing."""
    return entry.actor.role in BY_ORDER


def taking_back(event: object) -> object:
    """What somebody would have to be allowed to record, to take *event* back: to take back a keeping is to lift it."""
    return RestrictionLifted(event.entry, event.kept_from) if isinstance(event, AccessRestricted) else event


# Gates


def it_stands_not_yet(case: "Case", entry: Entry[HoldPlaced] | Entry[RecordSealed]) -> Objection | None:
    """A hold or a seal is placed once under its own name."""
    named, standing = _named(case, entry)
    if named not in standing:
        return None
    return Objection("one of that name stands already", "leave it so, or place another under its own name", (named,))


def it_stands(case: "Case", entry: Entry[HoldLifted] | Entry[RecordUnsealed]) -> Objection | None:
    """Only a hold or a seal that stands is lifted."""
    named, standing = _named(case, entry)
    if named in standing:
        return None
    return Objection(
        "none of that name stands", f"name one that does: {', '.join(sorted(standing)) or 'none'}", (named,)
    )


def _named(case: "Case", entry: Entry[Any]) -> tuple[Code, frozenset[Code]]:
    """What a hold or a seal is called, and those of its kind that stand."""
    said, stands = entry.event, case.restricting
    return (said.hold, stands.holds) if isinstance(said, HoldPlaced | HoldLifted) else (said.order, stands.seals)


def it_is_kept_from_them(case: "Case", entry: Entry[RestrictionLifted]) -> Objection | None:
    """Only from whom an entry is kept is that lifted."""
    stranger = entry.event.for_whom - case.restricting.kept_from.get(entry.event.entry, frozenset())
    if not stranger:
        return None
    instead = "name those from whom it is kept, and that entry"
    return Objection("the entry is not kept from them", instead, tuple(sorted(stranger)))


def hidden_from(record: Sequence[Entry[Any]], person: PersonId) -> frozenset[int]:
    """The versions of a *record* that *person* may not see, by all that is on it.

    An act and what amends it are hidden together: those kept from them, those of the keeping itself, and those that
    speak of hidden ones, be it by their version or by an id that nothing else brought in.
    """
    of = _acts(record)
    kept = {of.get(version, version) for version in _kept(record, person)}
    hidden = kept | {of[e.version] for e in record if _keeps(e.event)}
    while more := {of[e.version] for e in record if of[e.version] not in hidden} & _speaking(record, of, hidden):
        hidden |= more
    return frozenset(version for version, act in of.items() if act in hidden)


def _acts(record: Sequence[Entry[Any]]) -> dict[int, int]:
    """Each version with that of the act it is about: its own, or of an amendment the act it amends."""
    of: dict[int, int] = {}
    for e in record:
        amends = isinstance(e.event, Amendment) and e.event.entry in of
        of[e.version] = of[e.event.entry] if amends else e.version
    return of


def _kept(record: Sequence[Entry[Any]], person: PersonId) -> set[int]:
    """The versions that stand as kept from *person*."""
    restricting = Restricting()
    for entry in effective(record).of_any(*STEPS):
        restricting = STEPS[type(entry.event)](restricting, entry)
    return {version for version, whom in restricting.kept_from.items() if person in whom}


def _keeps(event: object) -> bool:
    """Whether *event* is of the keeping itself, or a correction that says so."""
    return type(event) in STEPS or type(getattr(event, "instead", None)) in STEPS


def _speaking(record: Sequence[Entry[Any]], of: Mapping[int, int], hidden: set[int]) -> set[int]:
    """The acts that speak of *hidden* ones. What another act brought in too is known without them."""
    brought = {act_hidden: set[tuple[str, str]]() for act_hidden in (True, False)}
    for e in record:
        brought[of[e.version] in hidden] |= {(m.kind, m.id) for m in said_in(e.event) if m.introduces}
    unknown = brought[True] - brought[False]
    parts = {id_ for _, id_ in unknown}  # a part alone does not say of what kind it is: any may be meant
    return {
        of[e.version]
        for e in record
        if any(of.get(version, version) in hidden for version in entries_named(e.event))
        or any((m.kind, m.id) in unknown for m in said_in(e.event))
        or not parts.isdisjoint(parts_named(e.event))
    }
