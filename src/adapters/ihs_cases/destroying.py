"""Destroying, in one step: what the record says of it, the keys, the open parts, and every other key wrapped anew."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ihs_cases.deciding import Place, decided
from ihs_cases.errors import NoKeyFile
from ihs_cases.proposal import edition_id, must_have_happened
from ihs_cases.reaching import OfPerson, Reach, Said, Target
from ihs_cases.rows import draft
from ihs_cases.when import local_day
from ihs_domain.case import fold
from ihs_domain.erasing import DisposalProposed, ExpungingProposed, no_hold_stands, two_of_them
from ihs_domain.gates import Objection, Refused
from ihs_domain.history import Entry, History
from ihs_domain.persons import PersonErased
from ihs_domain.roles import Actor
from ihs_domain.system import KeyCreated
from ihs_domain.terms import Code, Digest
from ihs_record.codec import encode
from ihs_record.row import Draft, length_prefixed
from ihs_store.change import Change
from ihs_store.errors import KeyFileReplaced, VersionConflict
from ihs_store.key_files import Fits, replacing, service_named
from ihs_store.key_service import KeyEncryption
from ihs_store.keys import ROOT, fingerprint, fits
from ihs_store.port import Command
from ihs_store.port import Receipt as StoreReceipt

if TYPE_CHECKING:
    from ihs_cases.cases import Cases


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

    def command(self, cases: "Cases", *asked: object) -> Command:
        """What makes the same command the same when it is repeated."""
        return self._named(cases, *asked, *self._who, self.occurred.isoformat())

    def command_of_any_day(self, cases: "Cases", *asked: object) -> Command:
        """The same, of what is not said to be done on a day."""
        return self._named(cases, *asked, *self._who)

    @property
    def _who(self) -> tuple[str, str]:
        return self.actor.id, self.actor.role.value

    def _named(self, cases: "Cases", *said: object) -> Command:
        return Command(self.command_id, cases.ring.mac(length_prefixed(repr(one).encode() for one in said)))


def service_now(cases: "Cases") -> KeyEncryption | None:
    """The key service that keeps the key as it is now, None where the file does."""
    if cases.key_file is None:
        raise NoKeyFile("these cases were not opened with a key file: open them with Cases.open")
    return service_named(cases.key_file)


def receipt_of(cases: "Cases", command: Command) -> StoreReceipt | None:
    """The receipt of a command that is on record already. Raises CommandReused."""
    if cases.store.receipt(command.id) is None:
        return None
    return cases.store.append((), command=command)


def orderer(cases: "Cases", target: Target, order: str, actor: Actor) -> str:
    """Who gave the order, as it was proposed. Raises Refused where nobody proposed it."""
    if isinstance(target, OfPerson):
        return ""
    for said in (entry.event for entry in cases.history(target.case)):
        if isinstance(said, ExpungingProposed | DisposalProposed) and said.order == order:
            return said.ordered_by
    raise Refused(tuple(filter(None, [two_of_them(frozenset(), actor.id)])))


def where(cases: "Cases", says: Iterable[Said], by: By) -> Iterator[Place]:
    """Every stream as it stands, with the entry that goes on it; several on one follow each other."""
    histories: dict[str, History] = {}
    added: dict[str, int] = {}
    for stream, event in says:
        history = histories.setdefault(stream, cases.recorder.streams.history(stream))
        rules = cases.recorder.rules(event, stream, history)
        day, occurred = local_day(by.occurred, rules.zone)
        added[stream] = added.get(stream, 0) + 1
        version = len(history.record) + added[stream]
        entry = Entry(event, day, version, by.actor, occurred, edition=edition_id(rules.law(day)))
        must_have_happened(entry, by.now, rules.zone)
        yield Place(stream, history, rules, entry)


def may_be_done(places: Sequence[Place]) -> None:
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
        if place.kind == "case" and (held := no_hold_stands(fold(place.history), place.entry)):
            against[held] = None
    if against:
        raise Refused(tuple(against))


def anew(
    cases: "Cases",
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
        cases.recorder.loading.edition(place.rules.law(place.entry.day), by.recorded_at)
    cases.ring.read_again()
    try:
        with replacing(cases.key_file, service, _opens(cases)) as key:
            drafts = [*_drafts(cases, places), _key_created(cases, by, key, because)]
            change = Change(frozenset(found.keys), found.empty, cases.ring.wrapped_under(key))
            done = _first_time(cases.store.append(drafts, command=command, recorded_at=by.recorded_at, change=change))
            cases.ring.hold(key)
            for place in places:
                cases.recorder.streams.forget(place.stream)
    except _Already as already:
        return already.receipt
    except (VersionConflict, KeyFileReplaced):
        return None
    return done


def _opens(cases: "Cases") -> Fits:
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


def _drafts(cases: "Cases", places: Iterable[Place]) -> Iterator[Draft]:
    sealing = cases.ring.sealing()
    for place in places:
        yield draft(place.stream, place.entry, encode(place.entry.event), sealing, None)


def _key_created(cases: "Cases", by: By, key: bytes, because: Code) -> Draft:
    event = KeyCreated(Digest(fingerprint(key)), because)
    entry: Entry[Any] = Entry(event, by.now.date(), len(cases.recorder.entries("system")) + 1, by.actor)
    return draft("system", entry, encode(event), cases.ring.sealing(), None)
