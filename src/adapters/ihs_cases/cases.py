"""Cases: what an embedder opens to put entries on record and to ask what is known, due and possible."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4
from zoneinfo import ZoneInfo

from ihs_cases import editions as books
from ihs_cases import instruments as shelf
from ihs_cases.access import Access
from ihs_cases.agencies import agency_of
from ihs_cases.asking import duties_in, findings_in, possible_in
from ihs_cases.belonging import access_stream
from ihs_cases.checking import have_calendars
from ihs_cases.door import Door
from ihs_cases.erasing import Erasing
from ihs_cases.errors import UnknownAgency, UnknownPerson
from ihs_cases.key_place import is_named, key_file_of, ring_of
from ihs_cases.moments import AsAt, known_of, person_in, position_at, rows_of, zone_of
from ihs_cases.places import a_place_for_a_store, an_address
from ihs_cases.proposal import Proposal, Receipt, proposed
from ihs_cases.reading import CaseReader
from ihs_cases.recording import Recorder
from ihs_cases.rows import entry_of, opened_entry, person_key
from ihs_cases.searching import Names, searched_for
from ihs_cases.when import a_day, a_version, aware
from ihs_domain.agencies import Agency, on_call_at
from ihs_domain.approvals import Approval, approvals
from ihs_domain.case import Case, fold
from ihs_domain.copying import copied
from ihs_domain.duties import Duty
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.history import History, effective
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.judge import Finding
from ihs_domain.persons import Person, PersonRegistered, whole
from ihs_domain.possible import Doable
from ihs_domain.roles import Actor
from ihs_domain.searching import Found, PersonSearchMade
from ihs_domain.terms import ActorId, AgencyId, Code, Month, RegisterId
from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.note import Signer, key_name
from ihs_ledger.tree import TreeHead
from ihs_record.codec import encoded_and_read
from ihs_record.patterns import is_id
from ihs_record.row import Row
from ihs_store.addresses import is_server, path_of
from ihs_store.errors import OutcomeUnknown
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import Head, RecordStore
from ihs_store.schema import refuse_leftovers
from ihs_store.store import create, open_store

CHECKPOINTS: Final = "checkpoints"


class Cases:
    """The cases of one store. Safe to use from several threads, and from several processes at once.

    Nothing here asks who reads, nor records it, but `reader`: where people read, give each a reader of their own.

    Errors are Refused (with all objections), Conflict, the other CasesErrors, RecordErrors for events and DraftRefused
    for ids that do not fit, OutcomeUnknown (ask again with the same command id), and StoreErrors.
    """

    def __init__(
        self,
        store: RecordStore,
        ring: KeyRing,
        rules: RuleBook,
        instruments: InstrumentBook | None = None,
        key_file: Path | None = None,
    ) -> None:
        have_calendars(rules.editions)
        self.store = store
        self.key_file = key_file and key_file.absolute()  # wherever this process goes from here on
        self.ring = ring
        self.rules = rules
        self.instruments = InstrumentBook() if instruments is None else instruments
        self.recorder = Recorder(store, ring, rules, self.instruments)
        self.access = Access(self)
        self.erasing = Erasing(self)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        key_file: str | Path | None = None,
        rules: RuleBook | None = None,
        instruments: InstrumentBook | None = None,
    ) -> Self:
        """The cases of the store at *url*; by default with the editions and instruments of the installed plugins.

        Instruments of the agency's own files come beside those of plugins: see IHS_INSTRUMENTS.
        """
        an_address(url)
        store = open_store(url)
        try:
            keys = key_file_of(url, key_file)
            ring = ring_of(store, keys)
            at_hand = shelf.installed() if instruments is None else instruments
            return cls(store, ring, rules or books.installed(), at_hand, keys)
        except BaseException:
            store.close()
            raise

    @classmethod
    def create(
        cls,
        url: str,
        *,
        key_file: str | Path | None = None,
        rules: RuleBook | None = None,
        instruments: InstrumentBook | None = None,
        rehearsal: bool = False,
        name: str = "ihs",
    ) -> Self:
        """A new store at *url*, under the key file that is named, or a new one beside it.

        A rehearsal store takes `recorded_at` from its input, for ever. *name* begins the origin of its checkpoints.
        """
        key_name(name)
        have_calendars(rules.editions if rules else ())
        a_place_for_a_store(url)
        if not is_server(url):
            refuse_leftovers(path_of(url))
        path = key_file_of(url, key_file)
        made = not (is_named(key_file) and path.exists())
        if made:
            create_key_file(path)
        try:
            create(url, rehearsal=rehearsal, keys=first_keys(read_key_file(path)), name=name).close()
        except OutcomeUnknown:
            raise  # the store may stand, and then only this key file opens it
        except BaseException:
            if made:
                path.unlink()  # made a moment ago, and nothing is sealed under it
            raise
        return cls.open(url, key_file=path, rules=rules, instruments=instruments)

    @property
    def signer(self) -> Signer:
        """What signs this store's checkpoints: it hangs on the key file; `signer.key` is for those who check."""
        return Signer(self.store.info().origin, self.ring.derive(CHECKPOINTS))

    def checkpoint(self, head: Head | None = None) -> str:
        """A signed statement of where the record stands, or stood, to be kept outside: c2sp.org/tlog-checkpoint."""
        at = head or self.store.head()
        return Checkpoint(self.store.info().origin, TreeHead(at.position, at.root)).signed_by(self.signer)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def rehearsal(self) -> bool:
        """Whether this store takes `recorded_at` from its input."""
        return self.store.info().kind == "rehearsal"

    def record(
        self,
        event: Any,
        *,
        actor: Actor,
        occurred: date | datetime,
        command_id: str,
        case_id: str | None = None,
        agency_id: str | None = None,
        person_id: str | None = None,
        expected_version: int | None = None,
        correlation: str | None = None,
        recorded_at: datetime | None = None,
    ) -> Receipt:
        """Put *event* on record in a case, or on an agency's or a person's stream, durably, once per *command_id*.

        In its place may stand what the core computes one from, such as ScoreRisk: the receipt holds what came of it.

        *occurred* is the local day of the act, or its instant with offset. With *expected_version* (the last one the
        caller saw) a case that went on meanwhile is a Conflict; without, the event is decided again.
        *recorded_at* is for rehearsal stores alone.
        """
        proposal = proposed(
            event,
            actor=actor,
            occurred=occurred,
            command_id=command_id,
            case_id=case_id,
            agency_id=agency_id,
            person_id=person_id,
            correlation=correlation,
            recorded_at=recorded_at,
            rehearsal=self.rehearsal,
        )
        a_version(expected_version)
        return self.recorder.record(proposal, expected_version)

    def register(
        self,
        person_id: str,
        *,
        actor: Actor,
        occurred: date | datetime,
        command_id: str,
        name: str | None = None,
        birth_month: str | None = None,
        born_on: date | None = None,
        recorded_at: datetime | None = None,
    ) -> Receipt:
        """Enter somebody in the agency's register of persons, under an id that nobody has; the month follows the day.

        Who they are in a case, and who is registered twice, is recorded by PersonIdentified and PersonsMerged.
        """
        return self.record(
            PersonRegistered(RegisterId(person_id), None if birth_month is None else Month(birth_month), name, born_on),
            person_id=person_id,
            actor=actor,
            occurred=occurred,
            command_id=command_id,
            recorded_at=recorded_at,
        )

    def person(self, person_id: str, *, as_at: AsAt = None) -> Person:
        """Who an id of the register stands for: a merged duplicate's for the person it was merged into.

        With the duplicates and the cases they are in, as known now or *as_at* then. Raises UnknownPerson.
        """
        position = self._position_at(as_at, lambda: self.home)
        person = self.recorder.registered(RegisterId(person_id), position) if is_id(person_id) else None
        if person is None or not person.registered:
            raise UnknownPerson("no person of that id is registered: register them first")
        return whole(lambda id_: self.recorder.registered(id_, position), person.id)

    def keys_of(self, person_id: str) -> tuple[str, ...]:
        """The ids of every key that seals what identifies a person, under any id they have; in order.

        A key of which nothing was ever sealed is named too. Raises UnknownPerson.
        """
        person = self.person(person_id)
        registered = (person_key(f"person/{id_}", id_) for id_ in {person.id, *person.duplicates})
        in_cases = (person_key(f"case/{known.case}", known.person) for known in person.known_as)
        return tuple(sorted({*registered, *in_cases}))

    def person_ids(self) -> list[RegisterId]:
        """The ids of all persons ever registered, duplicates included, in order."""
        return [RegisterId(stream.removeprefix("person/")) for stream in self.store.streams("person/")]

    def find(
        self, name: str, *, actor: Actor, purpose: str | None = None, recorded_at: datetime | None = None
    ) -> tuple[Found, ...]:
        """Whoever is called *name*, or has it as part of their name, in the register and in all cases.

        Every word of it must be part of the name, in any order, whatever its case and accents. The search is on record
        before its answer is given (never what was searched for); where that fails, there is no answer. *recorded_at*
        is for rehearsal stores alone.
        """
        searched = searched_for(name)
        found = Names(self.store, self.ring, self.recorder.registered).called(searched)
        event = PersonSearchMade(len(found), None if purpose is None else Code(purpose))
        self.recorder.record(
            Proposal(
                streams=(access_stream(actor),),
                said=encoded_and_read(event),
                actor=actor,
                occurred=recorded_at or datetime.now(UTC),
                command_id=f"search/{uuid4().hex}",
                recorded_at=recorded_at,
            ),
            None,
        )
        return found

    def reader(self, actor: Actor, *, purpose: str | None = None, at: datetime | None = None) -> CaseReader:
        """The cases as *actor* may read them: each reading is decided, then on record, then shown.

        *at* is the moment of reading, for rehearsal stores alone.
        """
        return CaseReader(Door(self, actor, None if purpose is None else Code(purpose), at))

    def history(
        self,
        case_id: str,
        *,
        as_at: AsAt = None,
        as_of: date | None = None,
        opened: bool = False,
        for_person: str | None = None,
    ) -> History:
        """The case's entries as they stand, in order of the act; its `lines` are all that was put on record.

        With *opened*, every sealed part that can still be opened is. *for_person* makes it a copy for somebody of the
        case: see ihs_domain.copying. Raises UnknownCase, and UnknownPerson.
        """
        if as_of is not None:
            a_day("as_of", as_of)
        known = self._opened(case_id) if opened else self._known(case_id)
        upto = self._position(as_at, known)
        if for_person is not None:
            return effective(copied(known.record, person_in(known.record, for_person), upto), as_of=as_of)
        return known if upto is None and as_of is None else effective(known.record, upto, as_of)

    def get(
        self, case_id: str, *, as_at: AsAt = None, as_of: date | None = None, for_person: str | None = None
    ) -> Case:
        """The case as it stands, or as it was known or true then, or as somebody of it may see it."""
        return fold(self.history(case_id, as_at=as_at, as_of=as_of, for_person=for_person))

    def approvals(self, case_id: str, *, as_at: AsAt = None, for_person: str | None = None) -> tuple[Approval, ...]:
        """Every approval in the case: of which entry, by whom and when, whether it stands, and what changed since."""
        return approvals(self.history(case_id, as_at=as_at, for_person=for_person))

    def duties(
        self,
        case_id: str,
        *,
        on: date,
        as_at: AsAt = None,
        edition: Edition | str | None = None,
        for_person: str | None = None,
    ) -> tuple[Duty, ...]:
        """What fell due by the end of *on*, by editions and practices in force, or (what-if) by one throughout."""
        return duties_in(self.history(case_id, as_at=as_at, for_person=for_person), self.rules, on, edition)

    def findings(
        self,
        case_id: str,
        *,
        as_at: AsAt = None,
        edition: Edition | str | None = None,
        for_person: str | None = None,
    ) -> tuple[Finding, ...]:
        """What each entry was found wanting in, by the edition of its day, or (what-if) by one edition throughout.

        What an instrument came to is worked out again: a difference is found, and that it is not at hand.
        """
        history = self.history(case_id, as_at=as_at, for_person=for_person)
        return findings_in(history, self.rules, self.recorder.loading.as_loaded(), edition)

    def possible(self, case_id: str, actor: Actor, *, on: date) -> tuple[Doable, ...]:
        """Which decisions *actor* could take on that day; "no" is refused for every argument, with why and remedy."""
        return possible_in(self.history(case_id), self.rules, actor, on)

    def case_ids(self) -> list[str]:
        """The ids of all cases, in order."""
        return [stream.removeprefix("case/") for stream in self.store.streams("case/")]

    def agency(self, agency_id: str, *, as_at: AsAt = None) -> Agency:
        """What was agreed with an agency and what it holds, as known now or *as_at* then. Raises UnknownAgency."""
        upto = self._position_at(as_at, lambda: self.home)
        rows = self._agency_rows(agency_id, upto, "record the agreement with it first")
        return agency_of(map(entry_of, rows))

    def on_call(self, agency_id: str, at: datetime, *, as_at: AsAt = None) -> tuple[ActorId, ...]:
        """Who was on call for an agency at an instant, as known now or *as_at* then. Raises UnknownAgency."""
        instant, upto = aware(at), self._position_at(as_at, lambda: self.home)
        rows = self._agency_rows(agency_id, upto, "name it as the record does, or record who was on call first")
        return on_call_at(map(entry_of, rows), instant)

    def agency_ids(self) -> list[AgencyId]:
        """The ids of all agencies, in order."""
        return [AgencyId(stream.removeprefix("agency/")) for stream in self.store.streams("agency/")]

    def zone(self, case_id: str) -> ZoneInfo:
        """The time zone of a case's calendar."""
        return zone_of(self.rules, self._known(case_id))

    @property
    def home(self) -> ZoneInfo:
        """The zone of this agency's own calendar: the one that all its editions share; UTC where they differ."""
        return self.recorder.home

    def _agency_rows(self, agency_id: str, upto: int | None, instead: str) -> list[Row]:
        rows = self.store.stream(f"agency/{agency_id}", upto=upto) if is_id(agency_id) else []
        if not rows:
            raise UnknownAgency(f"no agency of that id is on record: {instead}")
        return rows

    def _known(self, case_id: str) -> History:
        return known_of(self.recorder.streams, case_id)

    def _opened(self, case_id: str) -> History:
        return effective(opened_entry(row, self.ring) for row in rows_of(self.store, case_id))

    def _position(self, as_at: AsAt, known: History) -> int | None:
        return self._position_at(as_at, lambda: zone_of(self.rules, known))

    def _position_at(self, as_at: AsAt, zone: Callable[[], ZoneInfo]) -> int | None:
        return position_at(self.store, as_at, zone)
