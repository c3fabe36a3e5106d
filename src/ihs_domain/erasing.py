"""Erasing: somebody proposes what an order asks to be destroyed, somebody else carries it out; a hold stands before it.

What is destroyed is a person's names and days of birth, the words of an entry, its whole content, or a whole case. That
it was there, and by which order it went, stays on record.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ihs_domain.acting import only_by
from ihs_domain.gates import Against, Objection
from ihs_domain.history import Entry, History, going_on
from ihs_domain.restricting import EntryExpunged, NarrativeRedacted
from ihs_domain.roles import Role
from ihs_domain.terms import ActorId, Code, Decision, PersonId, Version

if TYPE_CHECKING:
    from ihs_domain.case import Case


@frozen
class ExpungingProposed(Decision):
    """By an order the content of an entry is to be destroyed, or its *words_alone*."""

    entry: Version
    order: Code
    ordered_by: ActorId
    words_alone: bool = False


@frozen
class DisposalProposed(Decision):
    """By an order the content of every entry of the case is to be destroyed."""

    order: Code
    ordered_by: ActorId


@frozen
class CaseDisposed(Decision):
    """By order the content of every earlier entry of the case is destroyed; that they were there stays on record."""

    order: Code
    ordered_by: ActorId


@frozen
class IdentityErased(Decision):
    """By order, what identified this person of the case was destroyed."""

    known_as: PersonId
    order: Code


Destroying = EntryExpunged | NarrativeRedacted | CaseDisposed | IdentityErased
DESTROYING: Final = (EntryExpunged, NarrativeRedacted, CaseDisposed, IdentityErased)
"""What destroys something in a case. It is put on record by erasing alone, which does what it says."""

Act = tuple[type, int, Code]
"""What is to be done, to which entry (0: to the case), by which order."""


@frozen
class Erasing:
    """Who proposed what to be destroyed, and of whom in the case nothing is left that identifies them."""

    proposed: dict[Act, frozenset[ActorId]] = field(factory=dict)
    erased: frozenset[PersonId] = frozenset()


def expunging_proposed(erasing: Erasing, entry: Entry[ExpungingProposed]) -> Erasing:
    said = entry.event
    does = NarrativeRedacted if said.words_alone else EntryExpunged
    return _proposed(erasing, (does, said.entry, said.order), entry.actor.id)


def disposal_proposed(erasing: Erasing, entry: Entry[DisposalProposed]) -> Erasing:
    return _proposed(erasing, (CaseDisposed, 0, entry.event.order), entry.actor.id)


def _proposed(erasing: Erasing, act: Act, by: ActorId) -> Erasing:
    return evolve(erasing, proposed={**erasing.proposed, act: erasing.proposed.get(act, frozenset()) | {by}})


def identity_erased(erasing: Erasing, entry: Entry[IdentityErased]) -> Erasing:
    return evolve(erasing, erased=erasing.erased | {entry.event.known_as})


# What is left of a case that was disposed of


def disposed_at(record: Iterable[Entry[Any]]) -> Version | None:
    """The version under which a case was disposed of, None where it was not: entries expunged alone end no case."""
    return next((Version(e.version) for e in record if isinstance(e.event, CaseDisposed)), None)


def _or_disposed_then(at: Version | None, entry: Entry[Any]) -> Version | None:
    return disposed_at([entry]) if at is None else at


@going_on(_or_disposed_then)
def disposed(history: History) -> Version | None:
    """The version under which the case of a history was disposed of, None where it was not."""
    return disposed_at(history.record)


def disposal(history: History) -> Entry[CaseDisposed] | None:
    """The entry by which the case of a history was disposed of, None where it was not."""
    return next((e for e in history.record if isinstance(e.event, CaseDisposed)), None)


def nothing_goes_on_it(history: History) -> Objection | None:
    """A case that was disposed of takes nothing more: what was recorded then could not be destroyed with it."""
    at = history.once(disposed)
    if at is None:
        return None
    return Objection("this case was disposed of: nothing more goes on it", "record under a new case", (f"@{at}",))


# Gates

Gate = Callable[["Case", Entry[Any]], Objection | None]

MAY_ERASE: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR)

by_who_may_erase: Final = only_by(*MAY_ERASE)
"""A gate: what is destroyed is destroyed by a supervisor or an administrator."""


def no_hold_stands(case: "Case", entry: Entry[Any]) -> Objection | None:
    """Nothing of a case is destroyed while a hold stands on it."""
    if not case.restricting.holds:
        return None
    return Objection(
        "a hold stands on this case: nothing of it may be destroyed",
        "wait until the hold is lifted",
        tuple(sorted(case.restricting.holds)),
    )


def somebody_else_proposed_it(case: "Case", entry: Entry[Any]) -> Objection | None:
    """It takes two: one who proposes that something is destroyed, and another who has it done."""
    said = entry.event
    act = (type(said), getattr(said, "entry", 0), said.order)
    return two_of_them(case.erasing.proposed.get(act, frozenset()), entry.actor.id)


def two_of_them(proposed_by: frozenset[ActorId], actor: ActorId) -> Objection | None:
    """What speaks against *actor* having destroyed what these proposed."""
    if not proposed_by:
        return Objection("nobody proposed this by that order", "have it proposed; somebody else then has it done")
    if not proposed_by - {actor}:
        says, instead = "who proposed it does not have it done", "have somebody else look at it and have it done"
        return Objection(says, instead, against=Against.ACTOR)
    return None
