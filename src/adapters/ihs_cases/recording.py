"""Putting on record: decide on what stands, append, and decide again where the stream went on meanwhile."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from ihs_cases.deciding import Place, Rules, decided
from ihs_cases.errors import CaseIsGone, CasesError, Conflict, NoJurisdiction, UnknownCase
from ihs_cases.loading import Loading
from ihs_cases.proposal import Proposal, Ready, Receipt, last_of, must_agree, must_have_happened, receipt_of, stamped
from ihs_cases.rows import draft, entry_of, once_recorded
from ihs_cases.standing import Standing, Streams
from ihs_cases.turns import Turns
from ihs_cases.when import aware
from ihs_domain.case import fold
from ihs_domain.editions import RuleBook
from ihs_domain.erasing import disposed
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.judge import Finding
from ihs_domain.persons import Person, person_of
from ihs_domain.rescoring import rescored_once_recorded, tells_a_result
from ihs_domain.scoring import compute, not_by_hand
from ihs_domain.terms import Computing, Expunged, Jurisdiction, RegisterId
from ihs_record.codec import encoded_and_read
from ihs_store.errors import KeyFileReplaced, KeyIdTaken, VersionConflict
from ihs_store.keys import KeyRing
from ihs_store.port import Appending, Command, RecordStore
from ihs_store.port import Receipt as StoreReceipt
from ihs_store.soon import NotAtHand, from_memory

MOST_TRIES: Final = 1000
LOOK_INTO_IT: Final = (VersionConflict, KeyIdTaken, KeyFileReplaced)
"""What an append says where what is kept is not what stands."""


@frozen
class Recorder:
    """Records proposals in one store."""

    store: RecordStore
    ring: KeyRing
    book: RuleBook
    instruments: InstrumentBook = field(factory=InstrumentBook)
    streams: Streams = field(init=False)
    loading: Loading = field(init=False)
    turns: Turns = field(factory=Turns, init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "streams", Streams(self.store))
        object.__setattr__(self, "loading", Loading(self.store, self.ring, self.streams, self.instruments))

    def record(self, proposal: Proposal, expected_version: int | None) -> Receipt:
        """Record *proposal* once. Without *expected_version* a conflict is decided again, with one it is a Conflict.

        It is decided again whichever of its streams went on meanwhile: of two who join the same persons crosswise at
        once, the second sees what the first recorded.
        """
        with self.turns.of(proposal.stream):
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
        self.loading.forget()
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
        return receipt_of(done, ready.entry, ready.findings, computed)

    def _keep(self, proposal: Proposal, ready: Ready, done: StoreReceipt) -> None:
        """Keep of every stream what was just recorded on it, so that the next command need not read it."""
        for position, place, leaf in zip(count(done.first), ready.places, done.leaves, strict=False):
            entry = once_recorded(place.entry, ready.said.kept, position, stamped(done), proposal.command_id)
            self.streams.gone_on(place.stream, Standing(place.leaf or b"", place.history), entry, leaf)

    def _command(self, proposal: Proposal) -> Command:
        return Command(proposal.command_id, self.ring.mac(proposal.asked()))

    def _repeated(self, proposal: Proposal, rules: Rules | None) -> Receipt | None:
        """The first receipt of a command that is on record, None where it is not. Raises CommandReused."""
        if self.store.receipt(proposal.command_id) is None:
            return None
        return self._first(proposal, rules, self.store.append((), command=self._command(proposal)))

    def _ready(self, asked_for: Proposal, places: Sequence[Place], expected_version: int | None) -> Ready:
        """What is to be appended: decided, and sealed."""
        own = places[0]
        if expected_version not in {None, own.version}:
            raise VersionConflict(own.stream, own.version)
        proposal = self._computed(asked_for, own)
        if proposal is not asked_for:
            own = own._replace(entry=own.entry._replace(event=proposal.event))
            places = (own, *places[1:])
        must_agree(own.entry.event, own.rules.zone)
        must_have_happened(own.entry, aware(proposal.recorded_at or datetime.now(UTC)), own.rules.zone)
        findings = (*decided(*places), *self._scored_again(asked_for, own))
        for place in places:
            self.loading.edition(place.rules.law(place.entry.day), proposal.recorded_at)
        if proposal is not asked_for:
            self.loading.instrument(proposal.event, proposal.recorded_at)
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
        *before, entry = self.entries(proposal.stream, upto=last_of(done))
        if rules is None:
            return receipt_of(done, entry, (), entry.event if isinstance(proposal.event, Computing) else None)
        place = Place(proposal.stream, effective(before), rules, entry)
        try:
            findings = decided(place) if place.kind == "case" else ()
        except Refused as refused:  # the rules at hand are stricter now; what is on record stays there
            findings = tuple(
                Finding(entry.version, type(entry.event).__name__, entry.day, o) for o in refused.objections
            )
        findings = (*findings, *self._scored_again(proposal, place))
        return receipt_of(done, entry, findings, entry.event if isinstance(proposal.event, Computing) else None)

    def _scored_again(self, asked_for: Proposal, own: Place) -> tuple[Finding, ...]:
        """What is found in a result that was given, and not worked out here, on scoring it again."""
        if isinstance(asked_for.event, Computing) or not tells_a_result(own.entry.event):
            return ()
        return rescored_once_recorded(own.entry, own.record, self.loading.as_loaded())

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


def jurisdiction_of(history: History) -> Jurisdiction | None:
    """Whose rules and calendar a case goes by: as it stands, or as last named where what named it is void.

    A case opened by mistake keeps its calendar, so that the mistake can still be amended.
    """
    return fold(history.whole).jurisdiction or fold(history.record).jurisdiction
