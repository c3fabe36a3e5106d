"""Putting on record: decide on what stands, append, and decide again where the stream went on meanwhile."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from ihs_cases.deciding import Place, Rules, decided
from ihs_cases.editions import digest
from ihs_cases.errors import (
    CaseIsGone,
    CasesError,
    Conflict,
    InstrumentChanged,
    NoJurisdiction,
    NotAnInstant,
    NotYet,
    UnknownCase,
)
from ihs_cases.instruments import digest as digest_of_instrument
from ihs_cases.rows import asked, draft, entry_of, once_recorded
from ihs_cases.standing import Standing, Streams
from ihs_cases.when import YEARS, aware, local_day
from ihs_domain.births import born_after
from ihs_domain.case import fold
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.erasing import disposed
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.judge import Finding
from ihs_domain.persons import Person, person_of
from ihs_domain.recording import EntryCorrected
from ihs_domain.rescoring import rescored_once_recorded, tells_a_result
from ihs_domain.roles import SYSTEM, Actor
from ihs_domain.scoring import compute, not_by_hand, scored_with
from ihs_domain.system import EditionLoaded, InstrumentLoaded
from ihs_domain.terms import Code, Computing, Digest, EditionId, Expunged, Jurisdiction, RegisterId
from ihs_record.codec import Encoded, Said, encode, encoded_and_read
from ihs_record.row import Draft
from ihs_store.errors import KeyFileReplaced, KeyIdTaken, VersionConflict
from ihs_store.keys import KeyRing, Sealing
from ihs_store.port import Appending, Command, RecordStore
from ihs_store.port import Receipt as StoreReceipt
from ihs_store.soon import NotAtHand, from_memory

MOST_TRIES: Final = 1000
LOOK_INTO_IT: Final = (VersionConflict, KeyIdTaken, KeyFileReplaced)
"""What an append says where what is kept is not what stands."""


@frozen
class Receipt:
    """What was recorded: where, when, by which edition (empty: none on file), and the findings that go with it.

    *again* marks the first receipt given once more for a command already on record. *computed* is the event that
    the core worked out, sealed parts unopened; None where the caller gave the event itself.
    """

    command: str
    stream: str
    version: int
    position: int
    recorded_at: datetime
    edition: str
    findings: tuple[Finding, ...]
    again: bool = False
    computed: Any = None


@frozen(kw_only=True)
class Proposal:
    """What a caller asks to be recorded, before it has a version: an event, or what one is computed from."""

    streams: tuple[str, ...]
    said: Said
    actor: Actor
    occurred: date | datetime
    command_id: str
    correlation: str | None = None
    recorded_at: datetime | None = None

    @property
    def event(self) -> Any:
        """What is said."""
        return self.said.event

    @property
    def encoded(self) -> Encoded:
        """What is said, as bytes."""
        return self.said.encoded

    @property
    def stream(self) -> str:
        """The stream it goes on; what joins two goes on that of the other as well, in the same append and before."""
        return self.streams[0]

    def asked(self) -> bytes:
        """All that makes a repeated command the same command: as it was given, whatever the rules make of it."""
        return asked(self.stream, self.actor, self.occurred, self.encoded)

    def entry(self, version: int, rules: Rules) -> Entry[Any]:
        """The entry it would be at *version*: on the local day of the act, under that day's edition."""
        day, occurred = local_day(self.occurred, rules.zone)
        return Entry(self.event, day, version, self.actor, occurred, edition=edition_id(rules.law(day)))


class Ready(NamedTuple):
    """What was decided to be appended, and what its receipt is to say."""

    drafts: list[Draft]
    sealing: Sealing
    places: Sequence[Place]
    findings: tuple[Finding, ...]
    said: Said

    @property
    def entry(self) -> Entry[Any]:
        """The entry on its own stream, which is the last."""
        return self.places[-1].entry


@frozen
class Recorder:
    """Records proposals in one store."""

    store: RecordStore
    ring: KeyRing
    book: RuleBook
    instruments: InstrumentBook = field(factory=InstrumentBook)
    streams: Streams = field(init=False)
    _loaded: set[str] = field(factory=set, init=False)
    _digests: dict[str, Digest] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "streams", Streams(self.store))

    def record(self, proposal: Proposal, expected_version: int | None) -> Receipt:
        """Record *proposal* once. Without *expected_version* a conflict is decided again, with one it is a Conflict.

        It is decided again whichever of its streams went on meanwhile: of two who join the same persons crosswise at
        once, the second sees what the first recorded.
        """
        return self._at_once(proposal, expected_version) or self._read_first(proposal, expected_version)

    def _at_once(self, proposal: Proposal, expected_version: int | None) -> Receipt | None:
        """Record it by what is kept of its streams, unless anything speaks against that: then they are read first.

        It goes on record only behind what was kept, so it is decided on what stands.
        """
        ready = self._at_hand(proposal, expected_version)
        try:
            return None if ready is None else self._appended(proposal, ready)
        except LOOK_INTO_IT:
            return None

    def _at_hand(self, proposal: Proposal, expected_version: int | None) -> Ready | None:
        kept = [standing for stream in proposal.streams if (standing := self.streams.at_hand(stream))]
        if len(kept) < len(proposal.streams):
            return None
        try:
            return self._ready(proposal, self._places(proposal, kept), expected_version)
        except Exception:  # noqa: BLE001 - whatever it is, it is raised again if it is so once the streams are read
            return None

    async def record_soon(self, proposal: Proposal, expected_version: int | None, soon: Appending) -> Receipt | None:
        """Record it from an event loop, which asks the store nothing; None where something is to be asked."""
        with from_memory():
            ready = self._at_hand(proposal, expected_version)
            try:
                command = None if ready is None else self._command(proposal)
            except NotAtHand:
                return None
        if ready is None or command is None:
            return None
        at, keys = proposal.recorded_at, ready.sealing.new_keys
        try:
            done = await soon.append(ready.drafts, command=command, recorded_at=at, keys=keys)
        except LOOK_INTO_IT:
            return None
        return None if done.again else self._recorded_now(proposal, ready, done)

    def _read_first(self, proposal: Proposal, expected_version: int | None) -> Receipt:
        self._loaded.clear()  # what is said to be loaded is held against the store too: it may have been set back
        current = 0
        for _ in range(MOST_TRIES):
            turn = self.ring.turn
            try:
                places = self._places(proposal, map(self.streams.standing, proposal.streams))
            except CasesError:
                if (first := self._repeated(proposal, None)) is None:
                    raise
                return first
            current = places[0].version
            try:
                return self._recorded(proposal, places, expected_version)
            except VersionConflict as conflict:
                if expected_version is not None and conflict.stream == proposal.stream:
                    raise Conflict(conflict.current, expected_version) from None
            except KeyIdTaken:
                continue
            except KeyFileReplaced:
                if not self.ring.replaced(turn):
                    raise
        raise Conflict(current, expected_version)

    @property
    def home(self) -> ZoneInfo:
        """The zone that all editions of the rule book share, whatever their jurisdictions; UTC where they differ."""
        zones = {edition.zone for edition in self.book.editions}
        return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")

    def entries(self, stream: str, upto: int | None = None) -> Sequence[Entry[Any]]:
        """A stream's entries in version order, sealed parts unopened."""
        if upto is None:
            return self.streams.history(stream).record
        return [entry_of(row) for row in self.store.stream(stream, upto=upto)]

    def registered(self, person: RegisterId, upto: int | None = None) -> Person:
        """A person as their own stream has them."""
        return person_of(person, self.entries(f"person/{person}", upto))

    def _places(self, proposal: Proposal, standing: Iterable[Standing]) -> list[Place]:
        """Every stream it goes on as it is *standing*, each with the entry by its own calendar."""
        places: list[Place] = []
        for stream, stands in zip(proposal.streams, standing, strict=True):
            rules = self.rules(proposal.event, stream, stands.history)
            entry = proposal.entry(stands.version + 1, rules)
            places.append(Place(stream, stands.history, rules, entry, stands.leaf))
        return places

    def _recorded(self, proposal: Proposal, places: Sequence[Place], expected_version: int | None) -> Receipt:
        """The receipt of what was decided and appended, or the first one of a command that is on record already.

        Appending finds that out by itself, so only before anything is refused it must be looked up.
        """
        try:
            ready = self._ready(proposal, places, expected_version)
        except Exception:
            if (first := self._repeated(proposal, places[0].rules)) is None:
                raise
            return first
        return self._appended(proposal, ready)

    def _appended(self, proposal: Proposal, ready: Ready) -> Receipt:
        command, sealing = self._command(proposal), ready.sealing
        done = self.store.append(ready.drafts, command=command, recorded_at=proposal.recorded_at, keys=sealing.new_keys)
        if done.again:
            return self._first(proposal, ready.places[-1].rules, done)
        return self._recorded_now(proposal, ready, done)

    def _recorded_now(self, proposal: Proposal, ready: Ready, done: StoreReceipt) -> Receipt:
        self._keep(proposal, ready, done)
        computed = ready.said.kept if isinstance(proposal.event, Computing) else None
        return _receipt(done, ready.entry, ready.findings, computed)

    def _keep(self, proposal: Proposal, ready: Ready, done: StoreReceipt) -> None:
        """Keep of every stream what was just recorded on it, so that the next command need not read it."""
        for position, place, leaf in zip(count(done.first), ready.places, done.leaves, strict=False):
            entry = once_recorded(place.entry, ready.said.kept, position, _stamped(done), proposal.command_id)
            self.streams.gone_on(place.stream, Standing(place.leaf or b"", place.history), entry, leaf)

    def _command(self, proposal: Proposal) -> Command:
        return Command(proposal.command_id, self.ring.mac(proposal.asked()))

    def _repeated(self, proposal: Proposal, rules: Rules | None) -> Receipt | None:
        """The first receipt of a command that is on record, None where it is not. Raises CommandReused."""
        if self.store.receipt(proposal.command_id) is None:
            return None
        return self._first(proposal, rules, self.store.append((), command=self._command(proposal)))

    def _ready(self, asked_for: Proposal, places: Sequence[Place], expected_version: int | None) -> "Ready":
        """What is to be appended: decided, and sealed."""
        own = places[0]
        if expected_version not in {None, own.version}:
            raise VersionConflict(own.stream, own.version)
        proposal = self._computed(asked_for, own)
        if proposal is not asked_for:
            own = own._replace(entry=own.entry._replace(event=proposal.event))
            places = (own, *places[1:])
        _must_agree(own.entry.event, own.rules.zone)
        must_have_happened(own.entry, aware(proposal.recorded_at or datetime.now(UTC)), own.rules.zone)
        findings = (*decided(*places), *self._scored_again(asked_for, own))
        for place in places:
            self.load(place.rules.law(place.entry.day), proposal.recorded_at)
        self._load_instrument(asked_for, proposal)
        sealing = self.ring.sealing()
        in_order = (*places[1:], own)  # the receipt's position is the last: as at it, all of the command is known
        drafts = [draft(p.stream, p.entry, proposal.encoded, sealing, proposal.correlation, p.leaf) for p in in_order]
        return Ready(drafts, sealing, in_order, findings, proposal.said)

    def _computed(self, proposal: Proposal, own: Place) -> Proposal:
        """The proposal itself; of one that the core computes from, that of the event it comes to."""
        if not isinstance(proposal.event, Computing):
            if objections := tuple(not_by_hand(proposal.event)):
                raise Refused(objections)
            return proposal
        computed = compute(proposal.event, own.entry.day, own.history, self.instruments)
        return evolve(proposal, said=encoded_and_read(computed))

    def _first(self, proposal: Proposal, rules: Rules | None, done: StoreReceipt) -> Receipt:
        """The first receipt of a command already on record, with the findings of then by the rules at hand, if any."""
        *before, entry = self.entries(proposal.stream, upto=_last(done))
        if rules is None:
            return _receipt(done, entry, (), entry.event if isinstance(proposal.event, Computing) else None)
        place = Place(proposal.stream, effective(before), rules, entry)
        try:
            findings = decided(place) if place.kind == "case" else ()
        except Refused as refused:  # the rules at hand are stricter now; what is on record stays there
            findings = tuple(
                Finding(entry.version, type(entry.event).__name__, entry.day, o) for o in refused.objections
            )
        findings = (*findings, *self._scored_again(proposal, place))
        return _receipt(done, entry, findings, entry.event if isinstance(proposal.event, Computing) else None)

    def _scored_again(self, asked_for: Proposal, own: Place) -> tuple[Finding, ...]:
        """What is found in a result that was given, and not worked out here, on scoring it again."""
        if isinstance(asked_for.event, Computing) or not tells_a_result(own.entry.event):
            return ()
        return rescored_once_recorded(own.entry, own.record, self.as_loaded())

    def rules(self, event: Any, stream: str, history: History) -> Rules:
        """The rules that hold on a stream: those of the case, or of the case that the event begins."""
        if not stream.startswith("case/"):
            return Rules(self.book.law(Jurisdiction("none")), self.home)
        if (at := history.once(disposed)) is not None:
            raise CaseIsGone(f"this case was disposed of by order, at @{at}: record under a new case")
        jurisdiction = jurisdiction_of(history) or getattr(event, "jurisdiction", None)
        if jurisdiction is None and not history.record:
            raise UnknownCase(
                "no case of that id is on record: begin it with a request, or an opening with jurisdiction"
            )
        instead = getattr(getattr(event, "instead", None), "jurisdiction", None)
        if jurisdiction is None and any(isinstance(entry.event, Expunged) for entry in history.record):
            raise NoJurisdiction(
                "what said whose rules this case goes by was destroyed: record its opening anew, with jurisdiction"
            )
        for named in (jurisdiction, instead or jurisdiction):
            if self.book.zone(named) is None:
                raise NoJurisdiction("no edition of its jurisdiction is at hand: install the plugin that brings one")
        return Rules(self.book.law(jurisdiction), ZoneInfo(self.book.zone(jurisdiction) or "UTC"))

    def load(self, edition: Edition, recorded_at: datetime | None) -> None:
        """Have the edition's digest on record before anything is judged by it."""
        if not edition_id(edition) or edition.id in self._loaded:
            return
        if edition.id not in self._digests:
            self._digests[edition.id] = Digest(digest(edition))
        event = EditionLoaded(Code(edition.ruleset), EditionId(edition.id), self._digests[edition.id])
        self._put_once(f"edition-loaded/{edition.id}/{event.digest}", event, recorded_at)
        self._loaded.add(edition.id)

    def _load_instrument(self, asked_for: Proposal, proposal: Proposal) -> None:
        """Have the instrument's digest on record before anything is scored with it. Raises InstrumentChanged."""
        named = scored_with(proposal.event)
        if named is None or not isinstance(asked_for.event, Computing):
            return
        instrument = self.instruments.of(*named)
        if instrument.name in self._loaded:
            return
        if instrument.name in self._changed():
            raise InstrumentChanged(
                f"{instrument.name} is on record with another definition: give the changed one a new version"
            )
        event = InstrumentLoaded(instrument.id, instrument.version, Digest(digest_of_instrument(instrument)))
        self._put_once(f"instrument-loaded/{instrument.name}/{event.digest}", event, proposal.recorded_at)
        self._loaded.add(instrument.name)

    def as_loaded(self) -> InstrumentBook:
        """The instruments at hand, but for those that say something else than when entries were scored with them."""
        changed = self._changed()
        kept = [one for one in self.instruments.instruments if one.name not in changed]
        return InstrumentBook(kept) if changed else self.instruments

    def _changed(self) -> set[str]:
        """The names of the instruments at hand that are on record with another definition."""
        at_hand = {(one.id, one.version): one for one in self.instruments.instruments}
        said = [e.event for e in self.entries("system") if isinstance(e.event, InstrumentLoaded)]
        known = [(at_hand[e.instrument, e.version], e.digest) for e in said if (e.instrument, e.version) in at_hand]
        return {one.name for one, loaded in known if digest_of_instrument(one) != loaded}

    def _put_once(self, command_id: str, event: Any, recorded_at: datetime | None) -> None:
        """Put an event of the system's own on record, once for ever."""
        command = Command(command_id, self.ring.mac(command_id.encode()))
        day = (recorded_at or datetime.now(UTC)).date()
        while self.store.receipt(command_id) is None:
            entry: Entry[Any] = Entry(event, day, len(self.entries("system")) + 1, SYSTEM)
            try:
                written = draft("system", entry, encode(event), self.ring.sealing(), None)
                self.store.append([written], command=command, recorded_at=recorded_at)
            except VersionConflict:
                continue


def jurisdiction_of(history: History) -> Jurisdiction | None:
    """Whose rules and calendar a case goes by: as it stands, or as last named where what named it is void.

    A case opened by mistake keeps its calendar, so that the mistake can still be amended.
    """
    return fold(history.whole).jurisdiction or fold(history.record).jurisdiction


def edition_id(edition: Edition) -> str:
    """The id of an edition on file; empty where none is in force."""
    return edition.id if edition.rules else ""


def must_have_happened(entry: Entry[Any], now: datetime, zone: ZoneInfo) -> None:
    """Raise NotYet for an act, or a birth, after *now*; NotAnInstant for an act before any case."""
    acts, said = [(entry.day, entry.occurred)], (entry.event, entry.day)
    if isinstance(entry.event, EntryCorrected):
        acts.append((entry.event.on, entry.event.at))
        said = (entry.event.instead, entry.event.on)
    today = now.astimezone(zone).date()
    if any(day > today or (occurred is not None and occurred > now) for day, occurred in acts):
        raise NotYet("the act lies after the moment it is put on record: record it when it has happened")
    if any(day.year < YEARS[0] for day, _ in acts):
        raise NotAnInstant(f"the act lies before the year {YEARS[0]}: check the year")
    if born_after(*said):
        raise NotYet("birth_month lies after the day of the act: give the month, or leave it out until it has come")


def _must_agree(event: object, zone: ZoneInfo) -> None:
    """Raise NotAnInstant where a correction gives an instant, and a day that is not its local day."""
    at = event.at if isinstance(event, EntryCorrected) else None
    if isinstance(event, EntryCorrected) and at is not None and local_day(at, zone)[0] != event.on:
        day = local_day(at, zone)[0]
        raise NotAnInstant(f"on is not the local day of at, which is {day}: give that day, or leave at out")


def _receipt(done: StoreReceipt, entry: Entry[Any], findings: tuple[Finding, ...], computed: Any) -> Receipt:
    stream, version = done.versions[-1]
    where = (done.command or "", stream, version, _last(done))
    return Receipt(*where, _stamped(done), entry.edition, findings, done.again, computed)


def _stamped(done: StoreReceipt) -> datetime:
    return done.recorded_at or datetime.now(UTC)


def _last(done: StoreReceipt) -> int:
    """The position of the last record of an append: the one on the stream of its own."""
    return done.first + done.count - 1
