"""Erasing: what an order has destroyed, by two persons, in one step with a new key file; and what it would touch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from attrs import field, frozen

from ihs_cases.cases import Cases
from ihs_cases.deciding import Place, decided
from ihs_cases.errors import AlreadyGone, Conflict, NoKeyFile, UnknownEntry
from ihs_cases.moments import rows_of
from ihs_cases.recording import Receipt, edition_id, must_have_happened
from ihs_cases.rows import PERSON, draft, entry_of
from ihs_cases.when import local_day
from ihs_domain.agencies import AgreementMade
from ihs_domain.case import fold
from ihs_domain.disclosure import pieces
from ihs_domain.erasing import (
    CaseDisposed,
    DisposalProposed,
    ExpungingProposed,
    IdentityErased,
    no_hold_stands,
    two_of_them,
)
from ihs_domain.gates import Objection, Refused
from ihs_domain.history import Entry, effective
from ihs_domain.ids import act_of
from ihs_domain.persons import PersonErased, PersonErasureProposed
from ihs_domain.releasing import Kind
from ihs_domain.restricting import EntryExpunged, NarrativeRedacted
from ihs_domain.roles import Actor
from ihs_domain.system import KeyCreated
from ihs_domain.terms import ActorId, AgencyId, CaseId, Code, Digest, PersonId, RegisterId, Version
from ihs_record.codec import encode
from ihs_record.row import NARRATIVE, Draft, Emptied, Row, length_prefixed
from ihs_store.change import Change
from ihs_store.errors import KeyFileReplaced, VersionConflict
from ihs_store.key_files import Fits, replacing, service_named
from ihs_store.key_service import KeyEncryption
from ihs_store.keys import ROOT, fingerprint, fits
from ihs_store.port import Command
from ihs_store.port import Receipt as StoreReceipt

MOST_TRIES: Final = 100
ROTATION, ERASURE = Code("rotation"), Code("erasure")


# What is to be destroyed


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


class Said(NamedTuple):
    """An event, and the stream it goes on."""

    stream: str
    event: Any


@frozen
class Reach:
    """What an erasure touches: nothing was destroyed yet.

    *entries* counts, case by case, those of which something is destroyed. *agencies* hold something of it, and are
    sent a retraction. *holds* stand in its way.
    """

    cases: tuple[CaseId, ...] = ()
    entries: dict[CaseId, int] = field(factory=dict)
    keys: tuple[str, ...] = ()
    empty: tuple[tuple[str, int], ...] = ()
    agencies: tuple[AgencyId, ...] = ()
    holds: dict[CaseId, tuple[Code, ...]] = field(factory=dict)
    says: tuple[Said, ...] = field(default=(), repr=False)


@frozen
class Erased:
    """What was destroyed: how many keys, how many open parts. *again*: by the same command before, and not now.

    *scoured*: no copy is left in the database's own journal. Where that is False, a reader still needed it.
    """

    command: str
    position: int
    keys: int = 0
    emptied: int = 0
    again: bool = False
    scoured: bool = True


def reach(cases: Cases, target: Target, order: str, ordered_by: str = "") -> Reach:
    """What an erasure would touch. Raises UnknownCase, UnknownEntry, UnknownPerson, AlreadyGone."""
    by, given = ActorId(ordered_by or "nobody"), Code(order)
    match target:
        case OfPerson(person):
            return _of_person(cases, RegisterId(person), given)
        case OfEntry(case_id, version, words_alone):
            return _of_entry(cases, CaseId(case_id), version, given, by, words_alone=words_alone)
        case OfCase(case_id):
            return _of_case(cases, CaseId(case_id), given, by)


def _of_person(cases: Cases, id_: RegisterId, order: Code) -> Reach:
    person = cases.person(id_)
    if person.erased:
        raise AlreadyGone("this person was erased already: nothing is left to destroy")
    ids = (person.id, *sorted(person.duplicates))
    known = sorted(person.known_as)
    keys = frozenset(cases.keys_of(id_)) & cases.store.keys(PERSON).keys()
    says = (
        *(Said(f"person/{one}", PersonErased(one, order)) for one in ids),
        *(Said(f"case/{one.case}", IdentityErased(one.person, order)) for one in known),
    )
    whom = {case: frozenset(one.person for one in known if one.case == case) for case in person.cases}
    return _reach(cases, says, keys, (), whom)


def _of_entry(cases: Cases, case_id: CaseId, version: int, order: Code, by: ActorId, *, words_alone: bool) -> Reach:
    rows = rows_of(cases.store, case_id)
    record = [entry_of(row) for row in rows]
    entries = {entry.version: entry for entry in record}
    if version not in entries:
        raise UnknownEntry("there is no entry of that version in this case: name one that is on record")
    act = act_of(entries[version].event, entries) or version
    about = [row for row in rows if act in {row.version, act_of(entries[row.version].event, entries)}]
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
    """The persons' keys under which nothing is sealed that stays."""
    went = {row.version for row in gone}
    stays = {part.key for row in rows if row.version not in went for part in row.sealed}
    return {part.key for row in gone for part in row.sealed} - stays


def _of_case(cases: Cases, case_id: CaseId, order: Code, by: ActorId) -> Reach:
    rows = rows_of(cases.store, case_id)
    keys = {part.key for row in rows for part in row.sealed}
    kept = f"{DisposalProposed.__name__}."  # who proposed it must stay to be seen, and it holds nothing else
    full = (row for row in rows if not isinstance(row.open, Emptied) and not row.name.startswith(kept))
    empty = tuple((row.stream, row.version) for row in full)
    if any(row.name.startswith("CaseDisposed.") for row in rows):
        raise AlreadyGone("this case was disposed of already: nothing is left to destroy")
    says = (Said(f"case/{case_id}", CaseDisposed(order, by)),)
    return _reach(cases, says, _there(cases, keys), empty, {case_id: None})


def _there(cases: Cases, keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that were not destroyed yet."""
    kept = ((key, cases.store.key(key)) for key in keys)
    return frozenset(key for key, found in kept if found is not None and found.wrapped is not None)


def _reach(
    cases: Cases,
    says: tuple[Said, ...],
    keys: Iterable[str],
    empty: tuple[tuple[str, int], ...],
    whom: Mapping[CaseId, frozenset[PersonId] | None],
) -> Reach:
    """*whom* says of each case whom it is about; nobody where it is about entries, None where it is about all of it."""
    doomed, gone = frozenset(keys), frozenset(empty)
    rows = {case_id: rows_of(cases.store, case_id) for case_id in whom}
    entries = {
        case_id: sum((r.stream, r.version) in gone or not doomed.isdisjoint(r.keys) for r in of)
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
    cases: Cases, whom: Mapping[CaseId, frozenset[PersonId] | None], gone: frozenset[tuple[str, int]]
) -> Iterator[AgencyId]:
    """The agencies that hold something of what is to be destroyed."""
    for agency_id in cases.agency_ids():
        held = _held(cases, agency_id, whom)
        if any(_touches(whom[case_id], about) or (f"case/{case_id}", v) in gone for case_id, v, about in held):
            yield agency_id


def _held(cases: Cases, agency_id: AgencyId, of: Iterable[CaseId]) -> Iterator[tuple[CaseId, int, frozenset[PersonId]]]:
    """What an agency holds of some cases: of which entry, and about whom."""
    anything = AgreementMade(agency_id, frozenset(Kind), Code("any"))
    holds = cases.agency(agency_id).held
    for case_id in (case_id for case_id in of if holds.get(case_id)):
        about = {piece.key: piece.about for piece in pieces(cases.history(case_id), anything)}
        yield from ((case_id, key[0], about.get(key, frozenset())) for key in holds[case_id])


def _touches(persons: frozenset[PersonId] | None, about: frozenset[PersonId]) -> bool:
    """Whether something is about one of these *persons*; None stands for anybody."""
    return persons is None or not persons.isdisjoint(about)


# Proposing


def proposals(cases: Cases, target: Target, order: str, ordered_by: str) -> tuple[Said, ...]:
    """What the first of two puts on record, so that the second can have it done."""
    given, by = Code(order), ActorId(ordered_by)
    found = reach(cases, target, order, ordered_by)
    match target:
        case OfPerson():
            person = RegisterId(cases.person(target.person).id)
            return (Said(f"person/{person}", PersonErasureProposed(person, given, by)),)
        case OfCase(case_id):
            return (Said(f"case/{case_id}", DisposalProposed(given, by)),)
        case OfEntry(_, _, words_alone):
            return tuple(
                Said(one.stream, ExpungingProposed(one.event.entry, given, by, words_alone)) for one in found.says
            )


def propose(
    cases: Cases,
    target: Target,
    *,
    order: str,
    ordered_by: str,
    actor: Actor,
    occurred: date | datetime,
    command_id: str,
    recorded_at: datetime | None = None,
) -> tuple[Receipt, ...]:
    """Put on record that this is to be destroyed, by which order; somebody else then has it done."""
    said = proposals(cases, target, order, ordered_by)
    return tuple(
        cases.record(
            one.event,
            person_id=one.stream.removeprefix(PERSON) if one.stream.startswith(PERSON) else None,
            case_id=None if one.stream.startswith(PERSON) else one.stream.removeprefix("case/"),
            actor=actor,
            occurred=occurred,
            command_id=command_id if len(said) == 1 else f"{command_id}/{n}",
            recorded_at=recorded_at,
        )
        for n, one in enumerate(said, 1)
    )


# Erasing


@frozen(kw_only=True)
class By:
    """Who has something done, when, and by which command."""

    actor: Actor
    occurred: date | datetime
    command_id: str
    recorded_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """When it is put on record."""
        return self.recorded_at or datetime.now(UTC)

    def command(self, cases: Cases, *asked: object) -> Command:
        """What makes the same command the same when it is repeated."""
        said = (*asked, self.actor.id, self.actor.role.value, self.occurred.isoformat())
        return Command(self.command_id, cases.ring.mac(length_prefixed(repr(one).encode() for one in said)))


def erase(
    cases: Cases,
    target: Target,
    *,
    order: str,
    actor: Actor,
    occurred: date | datetime,
    command_id: str,
    recorded_at: datetime | None = None,
) -> Erased:
    """Have destroyed what somebody else proposed by the same order, in every copy that is made from here on.

    In one step: what the record says of it, the destroyed keys, the emptied parts, and all other keys under a new key
    file, so that no key file of before opens anything. Refused without a proposal, for the same person, or under a
    hold. The same command again destroys nothing more.
    """
    by = By(actor=actor, occurred=occurred, command_id=command_id, recorded_at=recorded_at)
    command = by.command(cases, "erase", target, order)
    if (first := _first(cases, command)) is not None:
        return Erased(command.id, first.first + first.count - 1, again=True)
    for _ in range(MOST_TRIES):
        found = reach(cases, target, order, _ordered_by(cases, target, order, actor))
        places = [*_places(cases, found.says, by)]
        _may_be_done(places)
        done = _anew(cases, by, command, ERASURE, _service(cases), places, found)
        if done is not None:
            position = done.first + done.count - 1
            if done.again:
                return Erased(command.id, position, again=True)
            scoured = cases.store.scour()
            return Erased(command.id, position, len(found.keys), len(found.empty), scoured=scoured)
    raise Conflict(0, None)


def rotate(
    cases: Cases,
    *,
    actor: Actor,
    command_id: str,
    service: KeyEncryption | None = None,
    recorded_at: datetime | None = None,
) -> Erased:
    """Wrap every data key under a new key, in one step; the key file of before opens nothing from then on.

    The new key is kept as the old one was, or by the *service* that is given.
    """
    by = By(actor=actor, occurred=(recorded_at or datetime.now(UTC)), command_id=command_id, recorded_at=recorded_at)
    command = Command(command_id, cases.ring.mac(b"rotate"))
    if (first := _first(cases, command)) is not None:
        return Erased(command.id, first.first, again=True)
    for _ in range(MOST_TRIES):
        done = _anew(cases, by, command, ROTATION, service or _service(cases), (), Reach())
        if done is not None:
            return Erased(command.id, done.first, again=done.again, scoured=cases.store.scour())
    raise Conflict(0, None)


def _service(cases: Cases) -> KeyEncryption | None:
    """The key service that keeps the key as it is now, None where the file does."""
    if cases.key_file is None:
        raise NoKeyFile("these cases were not opened with a key file: open them with Cases.open")
    return service_named(cases.key_file)


def _first(cases: Cases, command: Command) -> StoreReceipt | None:
    """The receipt of a command that is on record already. Raises CommandReused."""
    if cases.store.receipt(command.id) is None:
        return None
    return cases.store.append((), command=command)


def _ordered_by(cases: Cases, target: Target, order: str, actor: Actor) -> str:
    """Who gave the order, as it was proposed. Raises Refused where nobody proposed it."""
    if isinstance(target, OfPerson):
        return ""
    for said in (entry.event for entry in cases.history(target.case)):
        if isinstance(said, ExpungingProposed | DisposalProposed) and said.order == order:
            return said.ordered_by
    raise Refused(tuple(filter(None, [two_of_them(frozenset(), actor.id)])))


def _places(cases: Cases, says: Iterable[Said], by: By) -> Iterator[Place]:
    """Every stream as it stands, with the entry that goes on it; several on one follow each other."""
    records: dict[str, list[Entry[Any]]] = {}
    added: dict[str, int] = {}
    for stream, event in says:
        record = records.setdefault(stream, cases.recorder.entries(stream))
        rules = cases.recorder.rules(event, stream, record)
        day, occurred = local_day(by.occurred, rules.zone)
        added[stream] = added.get(stream, 0) + 1
        version = len(record) + added[stream]
        entry = Entry(event, day, version, by.actor, occurred, edition=edition_id(rules.law(day)))
        must_have_happened(entry, by.now, rules.zone)
        yield Place(stream, record, rules, entry)


def _may_be_done(places: Sequence[Place]) -> None:
    """Raise Refused with everything that objects anywhere. A hold counts whatever day it was placed on."""
    against: dict[Objection, None] = {}
    merged = {place.entry.event.person for place in places[1:] if isinstance(place.entry.event, PersonErased)}
    for place in places:
        said = place.entry.event
        if isinstance(said, PersonErased) and said.person in merged:
            continue  # a duplicate goes with whom it was merged into, of whom it was proposed
        try:
            decided(place)
        except Refused as refused:
            against.update(dict.fromkeys(refused.objections))
        if place.kind == "case" and (held := no_hold_stands(fold(effective(place.record)), place.entry)):
            against[held] = None
    if against:
        raise Refused(tuple(against))


def _anew(
    cases: Cases,
    by: By,
    command: Command,
    because: Code,
    service: KeyEncryption | None,
    places: Sequence[Place],
    found: Reach,
) -> StoreReceipt | None:
    """Put on record, destroy, and wrap the rest under a new key; None where the record went on meanwhile."""
    if cases.key_file is None:
        raise NoKeyFile("these cases were not opened with a key file: open them with Cases.open")
    for place in places:
        cases.recorder.load(place.rules.law(place.entry.day), by.recorded_at)
    cases.ring.read_again()
    try:
        with replacing(cases.key_file, service, _opens(cases)) as key:
            drafts = [*_drafts(cases, places), _key_created(cases, by, key, because)]
            change = Change(frozenset(found.keys), found.empty, cases.ring.wrapped_under(key))
            done = _first_time(cases.store.append(drafts, command=command, recorded_at=by.recorded_at, change=change))
            cases.ring.hold(key)
    except _Already as already:
        return already.receipt
    except (VersionConflict, KeyFileReplaced):
        return None
    return done


def _opens(cases: Cases) -> Fits:
    """Whether a key is the one that this store's keys are wrapped under, whenever it is asked."""

    def fits_now(key: bytes) -> bool:
        return fits(cases.store.key(ROOT))(key)

    return fits_now


def _first_time(done: StoreReceipt) -> StoreReceipt:
    if done.again:
        raise _Already(done)
    return done


class _Already(Exception):
    """Somebody else had the same command done: the new key file is not needed."""

    def __init__(self, receipt: StoreReceipt) -> None:
        super().__init__("this command is already on record")
        self.receipt = receipt


def _drafts(cases: Cases, places: Iterable[Place]) -> Iterator[Draft]:
    sealing = cases.ring.sealing()
    for place in places:
        yield draft(place.stream, place.entry, encode(place.entry.event), sealing, None)


def _key_created(cases: Cases, by: By, key: bytes, because: Code) -> Draft:
    event = KeyCreated(Digest(fingerprint(key)), because)
    entry: Entry[Any] = Entry(event, by.now.date(), len(cases.recorder.entries("system")) + 1, by.actor)
    return draft("system", entry, encode(event), cases.ring.sealing(), None)
