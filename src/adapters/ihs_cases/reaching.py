"""What an erasure reaches: the keys to destroy, the parts to empty, what is said of it, and what stands in its way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from attrs import field, frozen

from ihs_cases.errors import AlreadyGone, UnknownEntry
from ihs_cases.moments import rows_of
from ihs_cases.rows import PERSON, entry_of
from ihs_domain.agencies import AgreementMade
from ihs_domain.case import fold
from ihs_domain.disclosure import pieces
from ihs_domain.erasing import (
    DESTROYING,
    CaseDisposed,
    DisposalProposed,
    ExpungingProposed,
    IdentityErased,
    disposed_at,
)
from ihs_domain.gates import Objection, Refused
from ihs_domain.ids import act_of, said_in
from ihs_domain.persons import KnownAs, PersonErased, PersonErasureProposed
from ihs_domain.releasing import Kind
from ihs_domain.restricting import EntryExpunged, NarrativeRedacted
from ihs_domain.terms import ActorId, AgencyId, CaseId, Code, PersonId, RegisterId, Version
from ihs_record.row import NARRATIVE, Emptied, Row

if TYPE_CHECKING:
    from ihs_cases.cases import Cases


@frozen
class OfPerson:
    """What identifies a person of the register: in the register, and in every case that they were identified in."""

    person: str


@frozen
class OfEntry:
    """The content of an entry and of what amends it, or their *words_alone*."""

    case: str
    entry: int
    words_alone: bool = False


@frozen
class OfCase:
    """The content of every entry of a case."""

    case: str


Target = OfPerson | OfEntry | OfCase


def empties(target: Target) -> bool:
    """Whether open parts are emptied, and not only keys destroyed."""
    return isinstance(target, OfCase) or (isinstance(target, OfEntry) and not target.words_alone)


class Said(NamedTuple):
    """An event, and the stream it goes on."""

    stream: str
    event: Any


@frozen
class Reach:
    """What an erasure touches: nothing was destroyed yet.

    *entries* are, case by case, the versions of those of which something is destroyed. *agencies* hold
    something of it, and are sent a retraction. *holds* stand in its way.
    """

    cases: tuple[CaseId, ...] = ()
    entries: dict[CaseId, tuple[int, ...]] = field(factory=dict)
    keys: tuple[str, ...] = ()
    empty: tuple[tuple[str, int], ...] = ()
    agencies: tuple[AgencyId, ...] = ()
    holds: dict[CaseId, tuple[Code, ...]] = field(factory=dict)
    says: tuple[Said, ...] = field(default=(), repr=False)


def reach(cases: "Cases", target: Target, order: str, ordered_by: str = "") -> Reach:
    """What an erasure would touch. Raises UnknownCase, UnknownEntry, UnknownPerson, AlreadyGone."""
    by, given = ActorId(ordered_by or "nobody"), Code(order)
    match target:
        case OfPerson(person):
            return _of_person(cases, RegisterId(person), given)
        case OfEntry(case_id, version, words_alone):
            return _of_entry(cases, CaseId(case_id), version, given, by, words_alone=words_alone)
        case OfCase(case_id):
            return _of_case(cases, CaseId(case_id), given, by)


def _of_person(cases: "Cases", id_: RegisterId, order: Code) -> Reach:
    person = cases.person(id_)
    if person.erased:
        raise AlreadyGone("this person was erased already: nothing is left to destroy")
    ids = (person.id, *sorted(person.duplicates))
    known = sorted(person.known_as)
    keys = frozenset(cases.keys_of(id_)) & cases.store.keys(PERSON).keys()
    says = (
        *(Said(f"person/{one}", PersonErased(one, order)) for one in ids),
        *(Said(f"case/{one.case}", IdentityErased(one.person, order)) for one in known if _is_named(cases, one)),
    )
    whom = {case: frozenset(one.person for one in known if one.case == case) for case in person.cases}
    return _reach(cases, says, keys, (), whom)


def _is_named(cases: "Cases", known: KnownAs) -> bool:
    """Whether their case still names them; not once it was disposed of, or all that did was expunged."""
    return any(
        m.kind == "person" and m.id == known.person for e in cases.history(known.case).record for m in said_in(e.event)
    )


AN_ORDER: Final = (
    "this entry says by which order something was destroyed, and the record is held to it",
    "name the entry that is to be destroyed itself",
)


def _of_entry(cases: "Cases", case_id: CaseId, version: int, order: Code, by: ActorId, *, words_alone: bool) -> Reach:
    rows = rows_of(cases.store, case_id)
    record = [entry_of(row) for row in rows]
    entries = {entry.version: entry for entry in record}
    if version not in entries:
        raise UnknownEntry("there is no entry of that version in this case: name one that is on record")
    act = act_of(entries[version].event, entries) or version
    about = [row for row in rows if act in {row.version, act_of(entries[row.version].event, entries)}]
    if any(isinstance(entries[row.version].event, DESTROYING) for row in about):
        raise Refused((Objection(*AN_ORDER),))
    left = [row for row in about if not isinstance(row.open, Emptied)]
    keys = {part.key for row in left for part in row.sealed if part.key.startswith(NARRATIVE)}
    if not left or (words_alone and not _there(cases, keys)):
        raise AlreadyGone("nothing is left to destroy of this entry: name another")
    event = NarrativeRedacted if words_alone else EntryExpunged
    says = tuple(Said(row.stream, event(Version(row.version), order, by)) for row in left)
    empty = () if words_alone else tuple((row.stream, row.version) for row in left)
    keys |= set() if words_alone else _of_these_alone(rows, left)
    return _reach(cases, says, _there(cases, keys), empty, {case_id: frozenset()})


def _of_these_alone(rows: Iterable[Row], gone: Sequence[Row]) -> set[str]:
    """The persons' keys under which nothing is sealed that stays: neither of this act, nor expunged before."""
    went = {row.version for row in gone}
    stay = (row for row in rows if row.version not in went and not isinstance(row.open, Emptied))
    stays = {part.key for row in stay for part in row.sealed}
    return {part.key for row in gone for part in row.sealed} - stays


def _of_case(cases: "Cases", case_id: CaseId, order: Code, by: ActorId) -> Reach:
    rows = rows_of(cases.store, case_id)
    keys = {part.key for row in rows for part in row.sealed}
    kept = f"{DisposalProposed.__name__}."  # who proposed it must stay to be seen, and it holds nothing else
    full = (row for row in rows if not isinstance(row.open, Emptied) and not row.name.startswith(kept))
    empty = tuple((row.stream, row.version) for row in full)
    if disposed_at(map(entry_of, rows)) is not None:
        raise AlreadyGone("this case was disposed of already: nothing is left to destroy")
    says = (Said(f"case/{case_id}", CaseDisposed(order, by)),)
    return _reach(cases, says, _there(cases, keys), empty, {case_id: None})


def _there(cases: "Cases", keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that were not destroyed yet."""
    kept = ((key, cases.store.key(key)) for key in keys)
    return frozenset(key for key, found in kept if found is not None and found.wrapped is not None)


def _reach(
    cases: "Cases",
    says: tuple[Said, ...],
    keys: Iterable[str],
    empty: tuple[tuple[str, int], ...],
    whom: Mapping[CaseId, frozenset[PersonId] | None],
) -> Reach:
    """*whom* says of each case whom it is about; nobody where it is about entries, None where it is about all of it."""
    doomed, gone = frozenset(keys), frozenset(empty)
    rows = {case_id: rows_of(cases.store, case_id) for case_id in whom}
    entries = {
        case_id: tuple(r.version for r in of if (r.stream, r.version) in gone or not doomed.isdisjoint(r.keys))
        for case_id, of in rows.items()
    }
    holds = {case_id: tuple(sorted(fold(cases.history(case_id)).restricting.holds)) for case_id in whom}
    return Reach(
        cases=tuple(sorted(whom)),
        entries=entries,
        keys=tuple(sorted(doomed)),
        empty=empty,
        agencies=tuple(sorted(_holding(cases, whom, gone))),
        holds={case_id: of for case_id, of in holds.items() if of},
        says=says,
    )


def _holding(
    cases: "Cases", whom: Mapping[CaseId, frozenset[PersonId] | None], gone: frozenset[tuple[str, int]]
) -> Iterator[AgencyId]:
    """The agencies that hold something of what is to be destroyed."""
    for agency_id in cases.agency_ids():
        held = _held(cases, agency_id, whom)
        if any(_touches(whom[case_id], about) or (f"case/{case_id}", v) in gone for case_id, v, about in held):
            yield agency_id


def _held(
    cases: "Cases", agency_id: AgencyId, of: Iterable[CaseId]
) -> Iterator[tuple[CaseId, int, frozenset[PersonId]]]:
    """What an agency holds of some cases: of which entry, and about whom."""
    anything = AgreementMade(agency_id, frozenset(Kind), Code("any"))
    holds = cases.agency(agency_id).held
    for case_id in (case_id for case_id in of if holds.get(case_id)):
        about = {piece.key: piece.about for piece in pieces(cases.history(case_id), anything)}
        yield from ((case_id, key[0], about.get(key, frozenset())) for key in holds[case_id])


def _touches(persons: frozenset[PersonId] | None, about: frozenset[PersonId]) -> bool:
    """Whether something is about one of these *persons*; None stands for anybody."""
    return persons is None or not persons.isdisjoint(about)


def proposals(cases: "Cases", target: Target, order: Code, by: ActorId) -> tuple[Said, ...]:
    """What the first of two puts on record, so that the second can have it done."""
    found = reach(cases, target, order, by)
    if isinstance(target, OfPerson):
        return (proposal(target, order, by, person=cases.person(target.person).id),)
    if isinstance(target, OfCase):
        return (proposal(target, order, by),)
    return tuple(proposal(target, order, by, entry=one.event.entry) for one in found.says)


def proposal(target: Target, order: Code, by: ActorId, entry: int = 0, person: str = "") -> Said:
    """What is put on record to propose it: of a case, of an *entry* of it, of a *person* by the id that stands."""
    match target:
        case OfPerson():
            return Said(f"person/{person}", PersonErasureProposed(RegisterId(person), order, by))
        case OfEntry(case_id, _, words_alone):
            return Said(f"case/{case_id}", ExpungingProposed(Version(entry), order, by, words_alone))
        case OfCase(case_id):
            return Said(f"case/{case_id}", DisposalProposed(order, by))
