"""Putting on record: decide on what stands, append, and decide again where the stream went on meanwhile."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from ihs_cases.editions import digest
from ihs_cases.errors import (
    Conflict,
    InstrumentChanged,
    NoJurisdiction,
    NotAnInstant,
    NotYet,
    UnknownCase,
    WrongStream,
)
from ihs_cases.instruments import digest as digest_of_instrument
from ihs_cases.rows import asked, draft, entry_of, normal
from ihs_domain.agencies import (
    AgreementEnded,
    AgreementMade,
    DisclosuresMade,
    DisclosureWithdrawn,
    DisclosureWithheld,
    OnCallCovered,
)
from ihs_domain.case import fold
from ihs_domain.editions import Edition, Law, RuleBook
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, effective
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.judge import Finding, decide
from ihs_domain.persons import PersonErased, PersonRegistered, PersonsMerged
from ihs_domain.recording import EntryCorrected
from ihs_domain.roles import SYSTEM, Actor
from ihs_domain.scoring import compute, scored_with
from ihs_domain.system import EditionLoaded, InstrumentLoaded
from ihs_domain.terms import Code, Computing, Digest, EditionId, Jurisdiction
from ihs_record.codec import Encoded, decode, encode
from ihs_record.patterns import ID
from ihs_record.row import DraftRefused
from ihs_store.errors import KeyIdTaken, VersionConflict
from ihs_store.keys import KeyRing
from ihs_store.port import Command, RecordStore
from ihs_store.port import Receipt as StoreReceipt

TELLINGS: Final = (DisclosuresMade, DisclosureWithheld)
ON_AGENCY_STREAMS: Final = (AgreementMade, AgreementEnded, OnCallCovered, DisclosureWithdrawn, *TELLINGS)
ON_PERSON_STREAMS: Final = (PersonRegistered, PersonsMerged, PersonErased)
LOADED: Final = (EditionLoaded, InstrumentLoaded)
FIRST_YEAR: Final = 1900  # before it lies no case, but many a mistyped year
MOST_TRIES: Final = 1000


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

    stream: str
    encoded: Encoded
    event: Any
    actor: Actor
    occurred: date | datetime
    command_id: str
    correlation: str | None = None
    recorded_at: datetime | None = None

    @property
    def for_agency(self) -> bool:
        """Whether it goes on an agency's stream."""
        return self.stream.startswith("agency/")

    def asked(self) -> bytes:
        """All that makes a repeated command the same command: as it was given, whatever the rules make of it."""
        return asked(self.stream, self.actor, self.occurred, self.encoded)

    def entry(self, version: int, rules: "Rules") -> Entry[Any]:
        """The entry it would be at *version*: on the local day of the act, under that day's edition."""
        day, occurred = local_day(self.occurred, rules.zone)
        return Entry(self.event, day, version, self.actor, occurred, edition=edition_id(rules.law(day)))


class Rules(NamedTuple):
    """The law by which a stream's entries are judged, and the zone of its calendar."""

    law: Law
    zone: ZoneInfo


@frozen
class Recorder:
    """Records proposals in one store."""

    store: RecordStore
    ring: KeyRing
    book: RuleBook
    instruments: InstrumentBook = field(factory=InstrumentBook)
    _loaded: set[str] = field(factory=set, init=False)

    def record(self, proposal: Proposal, expected_version: int | None) -> Receipt:
        """Record *proposal* once. Without *expected_version* a conflict is decided again, with one it is a Conflict."""
        current = 0
        for _ in range(MOST_TRIES):
            record = self.entries(proposal.stream)
            current = len(record)
            try:
                return self._recorded(proposal, record, expected_version)
            except VersionConflict as conflict:
                if expected_version is not None:
                    raise Conflict(conflict.current, expected_version) from None
            except KeyIdTaken:
                continue
        raise Conflict(current, expected_version)

    @property
    def home(self) -> ZoneInfo:
        """The zone that all editions of the rule book share, whatever their jurisdictions; UTC where they differ."""
        zones = {edition.zone for edition in self.book.editions}
        return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")

    def entries(self, stream: str, upto: int | None = None) -> list[Entry[Any]]:
        """A stream's entries in version order, sealed parts unopened."""
        return [entry_of(row) for row in self.store.stream(stream, upto=upto)]

    def _recorded(self, proposal: Proposal, record: Sequence[Entry[Any]], expected_version: int | None) -> Receipt:
        rules = self._rules(proposal, record)
        day, _ = local_day(proposal.occurred, rules.zone)
        command = Command(proposal.command_id, self.ring.mac(proposal.asked()))
        if self.store.receipt(command.id) is not None:
            return self._first(proposal, rules, self.store.append((), command=command))
        if expected_version not in {None, len(record)}:
            raise VersionConflict(proposal.stream, len(record))
        asked_for, proposal = proposal, self._computed(proposal, record, day)
        entry = proposal.entry(len(record) + 1, rules)
        _must_have_happened(entry, aware(proposal.recorded_at or datetime.now(UTC)), rules.zone)
        findings = _decided(proposal, entry, record, rules.law)
        self._load(rules.law(entry.day), proposal.recorded_at)
        self._load_instrument(asked_for, proposal)
        sealing = self.ring.sealing()
        written = draft(proposal.stream, entry, proposal.encoded, sealing, proposal.correlation)
        done = self.store.append([written], command=command, recorded_at=proposal.recorded_at, keys=sealing.new_keys)
        if done.again:  # the same command, recorded by someone else since we looked
            return self._first(asked_for, rules, done)
        computed = decode(*proposal.encoded) if isinstance(asked_for.event, Computing) else None
        return _receipt(done, entry, findings, computed)

    def _computed(self, proposal: Proposal, record: Sequence[Entry[Any]], day: date) -> Proposal:
        """The proposal itself; of one that the core computes from, that of the event it comes to."""
        if not isinstance(proposal.event, Computing):
            return proposal
        encoded = encode(compute(proposal.event, day, effective(record), self.instruments))
        return evolve(proposal, encoded=encoded, event=normal(encoded))

    def _first(self, proposal: Proposal, rules: Rules, done: StoreReceipt) -> Receipt:
        """The first receipt of a command already on record, with the findings of then by the rules at hand."""
        *before, entry = self.entries(proposal.stream, upto=done.first)
        try:
            findings = _decided(proposal, entry, before, rules.law)
        except Refused as refused:  # the rules at hand are stricter now; what is on record stays there
            findings = tuple(
                Finding(entry.version, type(entry.event).__name__, entry.day, o) for o in refused.objections
            )
        return _receipt(done, entry, findings, entry.event if isinstance(proposal.event, Computing) else None)

    def _rules(self, proposal: Proposal, record: Sequence[Entry[Any]]) -> Rules:
        """The rules a proposal is judged by: those of its case, or of the case it begins."""
        if proposal.for_agency:
            return Rules(self.book.law(Jurisdiction("none")), self.home)
        jurisdiction = jurisdiction_of(record) or getattr(proposal.event, "jurisdiction", None)
        if jurisdiction is None and not record:
            raise UnknownCase(
                "no case of that id is on record: begin it with a request, or an opening with jurisdiction"
            )
        instead = getattr(getattr(proposal.event, "instead", None), "jurisdiction", None)
        for named in (jurisdiction, instead or jurisdiction):
            if self.book.zone(named) is None:
                raise NoJurisdiction("no edition of its jurisdiction is at hand: install the plugin that brings one")
        return Rules(self.book.law(jurisdiction), ZoneInfo(self.book.zone(jurisdiction) or "UTC"))

    def _load(self, edition: Edition, recorded_at: datetime | None) -> None:
        """Have the edition's digest on record before anything is judged by it."""
        if not edition_id(edition) or edition.id in self._loaded:
            return
        event = EditionLoaded(Code(edition.ruleset), EditionId(edition.id), Digest(digest(edition)))
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


def jurisdiction_of(record: Sequence[Entry[Any]]) -> Jurisdiction | None:
    """Whose rules and calendar a case goes by: as it stands, or as last named where what named it is void.

    A case opened by mistake keeps its calendar, so that the mistake can still be amended.
    """
    return fold(effective(record)).jurisdiction or fold(record).jurisdiction


def stream_of(event: object, actor: Actor, case_id: str | None, agency_id: str | None) -> str:
    """The stream an event goes on. Raises WrongStream where it belongs on the other kind, or is not for *actor*."""
    if isinstance(event, TELLINGS) and actor != SYSTEM:
        raise WrongStream(f"{type(event).__name__} is put on record by telling, not by a person")
    if isinstance(event, LOADED):
        raise WrongStream(f"{type(event).__name__} belongs on the system's stream: the record puts it there itself")
    if isinstance(event, ON_PERSON_STREAMS):
        raise WrongStream(f"{type(event).__name__} belongs on a person's stream, and on no case or agency")
    on_agency = isinstance(event, ON_AGENCY_STREAMS)
    if on_agency != (agency_id is not None) or on_agency == (case_id is not None):
        belongs = "an agency's stream: name the agency" if on_agency else "a case: name the case"
        raise WrongStream(f"{type(event).__name__} belongs on {belongs}, and nothing else")
    if getattr(event, "agency", agency_id) != agency_id:
        raise WrongStream(f"{type(event).__name__} names another agency than the stream it is to go on")
    return f"agency/{_fitting(agency_id)}" if on_agency else f"case/{_fitting(case_id)}"


def _fitting(id_: str | None) -> str:
    """The id itself, where it is of the form that other entries can name."""
    if id_ is None or not ID.fullmatch(id_):
        raise DraftRefused(
            "what names the case or agency is no id: use 1 to 64 letters, digits, dots, hyphens, underscores"
        )
    return id_


def edition_id(edition: Edition) -> str:
    """The id of an edition on file; empty where none is in force."""
    return edition.id if edition.rules else ""


def local_day(occurred: date | datetime, zone: ZoneInfo) -> tuple[date, datetime | None]:
    """The local day of an act, and its instant where one was given. Raises NotAnInstant for anything else."""
    if isinstance(occurred, datetime):
        try:
            return aware(occurred).astimezone(zone).date(), occurred
        except OverflowError:
            raise NotAnInstant("the instant lies outside the calendar: give one that has a local day") from None
    if not isinstance(occurred, date):
        raise NotAnInstant("occurred is neither a day nor an instant: give a date, or a datetime with its offset")
    return occurred, None


def aware(instant: datetime) -> datetime:
    """The instant itself. Raises NotAnInstant where it has no offset."""
    if instant.utcoffset() is None:
        raise NotAnInstant("the instant has no offset from UTC: give it one, such as -07:00, or give a day alone")
    return instant


def _decided(proposal: Proposal, entry: Entry[Any], record: Sequence[Entry[Any]], law: Law) -> tuple[Finding, ...]:
    return () if proposal.for_agency else decide(entry, effective(record), record, law)


def _must_have_happened(entry: Entry[Any], now: datetime, zone: ZoneInfo) -> None:
    acts = [(entry.day, entry.occurred)]
    if isinstance(entry.event, EntryCorrected):
        acts.append((entry.event.on, entry.event.at))
    today = now.astimezone(zone).date()
    if any(day > today or (occurred is not None and occurred > now) for day, occurred in acts):
        raise NotYet("the act lies after the moment it is put on record: record it when it has happened")
    if any(day.year < FIRST_YEAR for day, _ in acts):
        raise NotAnInstant(f"the act lies before the year {FIRST_YEAR}: check the year")


def _receipt(done: StoreReceipt, entry: Entry[Any], findings: tuple[Finding, ...], computed: Any) -> Receipt:
    [(stream, version)] = done.versions
    stamped = done.recorded_at or datetime.now(UTC)
    where = (done.command or "", stream, version, done.first)
    return Receipt(*where, stamped, entry.edition, findings, done.again, computed)
