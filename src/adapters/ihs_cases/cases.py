"""Cases: what an embedder opens to put entries on record and to ask what is known, due and possible."""

import os
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from ihs_cases import editions as books
from ihs_cases.agencies import agency_of
from ihs_cases.errors import EditionMissing, NotAnInstant, UnknownAgency, UnknownCase, UnknownEdition
from ihs_cases.recording import Proposal, Receipt, Recorder, aware, jurisdiction_of, stream_of
from ihs_cases.rows import entry_of, normal, opened_entry
from ihs_domain.agencies import Agency
from ihs_domain.case import Case, fold
from ihs_domain.duties import Duty
from ihs_domain.editions import Edition, Law, RuleBook, always
from ihs_domain.history import Entry, History, effective
from ihs_domain.judge import Doable, Finding, duties, judge, possible
from ihs_domain.roles import Actor
from ihs_domain.terms import AgencyId
from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.note import Signer, key_name
from ihs_ledger.tree import TreeHead
from ihs_record.codec import encode
from ihs_record.patterns import ID
from ihs_record.row import Row
from ihs_store.errors import RecordedAtRefused
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import Head, RecordStore
from ihs_store.schema import refuse_leftovers
from ihs_store.store import create, open_store, path_of

AsAt = int | date | datetime | None
"""A position, an instant, or a day, which means the end of that local day."""

KEY_FILE: Final = "IHS_KEY_FILE"
CHECKPOINTS: Final = "checkpoints"


def key_file_of(url: str, key_file: str | Path | None = None) -> Path:
    """Where the key file is: as given, or by the environment's IHS_KEY_FILE, or beside the database."""
    named = key_file or os.environ.get(KEY_FILE)
    return Path(named) if named else path_of(url).with_name(path_of(url).name + ".key")


class Cases:
    """The cases of one store. Safe to use from several threads, and from several processes at once.

    Errors are Refused (with all objections), Conflict, the other CasesErrors, RecordErrors for events and DraftRefused
    for ids that do not fit, OutcomeUnknown (ask again with the same command id), and StoreErrors.
    """

    def __init__(self, store: RecordStore, ring: KeyRing, rules: RuleBook) -> None:
        self.store = store
        self.ring = ring
        self.rules = rules
        self.recorder = Recorder(store, ring, rules)

    @classmethod
    def open(cls, url: str, *, key_file: str | Path | None = None, rules: RuleBook | None = None) -> Self:
        """The cases of the store at *url*; by default with the editions of the installed plugins."""
        store = open_store(url)
        try:
            ring = KeyRing(read_key_file(key_file_of(url, key_file)), store.key)
            _ = ring.root  # the wrong key file is told now, not when something was sealed under it
            return cls(store, ring, rules or books.installed())
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
        rehearsal: bool = False,
        name: str = "ihs",
    ) -> Self:
        """A new store at *url*, under the key file that is named, or a new one beside it.

        A rehearsal store takes `recorded_at` from its input, for ever. *name* begins the origin of its checkpoints.
        """
        key_name(name)
        refuse_leftovers(path_of(url))
        path = key_file_of(url, key_file)
        named = key_file is not None or KEY_FILE in os.environ
        made = not (named and path.exists())
        if made:
            create_key_file(path)
        try:
            create(url, rehearsal=rehearsal, keys=first_keys(read_key_file(path)), name=name).close()
        except BaseException:
            if made:
                path.unlink()  # made a moment ago, and nothing is sealed under it
            raise
        return cls.open(url, key_file=path, rules=rules)

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
        expected_version: int | None = None,
        correlation: str | None = None,
        recorded_at: datetime | None = None,
    ) -> Receipt:
        """Put *event* on record in a case, or on an agency's stream, durably, once per *command_id*.

        *occurred* is the local day of the act, or its instant with offset. With *expected_version* (the last one the
        caller saw) a case that went on meanwhile is a Conflict; without, the event is decided again.
        *recorded_at* is for rehearsal stores alone.
        """
        if recorded_at is not None and not self.rehearsal:
            raise RecordedAtRefused("a live store stamps the time of recording itself: leave recorded_at out")
        encoded = encode(event)
        proposal = Proposal(
            stream=stream_of(event, actor, case_id, agency_id),
            encoded=encoded,
            event=normal(encoded),
            actor=actor,
            occurred=occurred,
            command_id=command_id,
            correlation=correlation,
            recorded_at=recorded_at,
        )
        return self.recorder.record(proposal, expected_version)

    def history(self, case_id: str, *, as_at: AsAt = None, as_of: date | None = None, opened: bool = False) -> History:
        """The case's entries as they stand, in order of the act; its `lines` are all that was put on record.

        With *opened*, every sealed part that can still be opened is. Raises UnknownCase.
        """
        record = self._record(case_id, opened=opened)
        return effective(record, self._position(as_at, record), as_of)

    def get(self, case_id: str, *, as_at: AsAt = None, as_of: date | None = None) -> Case:
        """The case as it stands, or as it was known or true then."""
        return fold(self.history(case_id, as_at=as_at, as_of=as_of))

    def duties(
        self, case_id: str, *, on: date, as_at: AsAt = None, edition: Edition | str | None = None
    ) -> tuple[Duty, ...]:
        """What fell due by the end of *on*, by editions and practices in force, or (what-if) by one throughout."""
        record = self._record(case_id)
        if not isinstance(on, date):
            raise NotAnInstant("on is no day: give a date")
        history = effective(record, self._position(as_at, record))
        beside = self.rules.practices(fold(history).jurisdiction) if edition is None else ()
        return duties(history, self._law_of(history, edition), on, beside)

    def findings(
        self, case_id: str, *, as_at: AsAt = None, edition: Edition | str | None = None
    ) -> tuple[Finding, ...]:
        """What each entry was found wanting in, by the edition of its day, or (what-if) by one edition throughout."""
        record = self._record(case_id)
        history = effective(record, self._position(as_at, record))
        return tuple(judge(history, self._law_of(history, edition)))

    def possible(self, case_id: str, actor: Actor, *, on: date) -> tuple[Doable, ...]:
        """Which decisions *actor* could take on that day; "no" is refused for every argument, with why and remedy."""
        history = self.history(case_id)
        return tuple(possible(history, self._law_of(history, None), on, actor))

    def case_ids(self) -> list[str]:
        """The ids of all cases, in order."""
        return [stream.removeprefix("case/") for stream in self.store.streams("case/")]

    def agency(self, agency_id: str, *, as_at: int | None = None) -> Agency:
        """What was agreed with an agency and what it holds. Raises UnknownAgency."""
        rows = self.store.stream(f"agency/{agency_id}", upto=as_at) if ID.fullmatch(agency_id) else []
        if not rows:
            raise UnknownAgency("no agency of that id is on record: record the agreement with it first")
        return agency_of(entry_of(row) for row in rows)

    def agency_ids(self) -> list[AgencyId]:
        """The ids of all agencies, in order."""
        return [AgencyId(stream.removeprefix("agency/")) for stream in self.store.streams("agency/")]

    def zone(self, case_id: str) -> ZoneInfo:
        """The time zone of a case's calendar."""
        return ZoneInfo(self.rules.zone(jurisdiction_of(self._record(case_id))) or "UTC")

    @property
    def home(self) -> ZoneInfo:
        """The zone of this agency's own calendar: the one that all its editions share; UTC where they differ."""
        return self.recorder.home

    def _record(self, case_id: str, *, opened: bool = False) -> list[Entry[Any]]:
        return [opened_entry(row, self.ring) if opened else entry_of(row) for row in self._rows(case_id)]

    def _rows(self, case_id: str) -> list[Row]:
        rows = self.store.stream(f"case/{case_id}") if ID.fullmatch(case_id) else []
        if not rows:
            raise UnknownCase("no case of that id is on record")
        return rows

    def _law_of(self, history: History, edition: Edition | str | None) -> Law:
        if edition is not None:
            return always(self._edition(edition))
        at_hand = {one.id for one in self.rules.editions}
        if missing := sorted({e.edition for e in history.record if e.edition} - at_hand):
            raise EditionMissing(
                f"entries were judged by {', '.join(missing)}, not at hand: install the plugin with it"
            )
        return self.rules.law(jurisdiction_of(history.record))

    def _edition(self, edition: Edition | str) -> Edition:
        if isinstance(edition, Edition):
            return edition
        try:
            return self.rules.edition(edition)
        except KeyError as error:
            raise UnknownEdition(str(error.args[0])) from None

    def _position(self, as_at: AsAt, record: Sequence[Entry[Any]]) -> int | None:
        if as_at is None or isinstance(as_at, int):
            return as_at
        if not isinstance(as_at, date):
            raise NotAnInstant("as_at is neither a position, a day nor an instant: give an int, a date or a datetime")
        if isinstance(as_at, datetime):
            return self.store.position_at(aware(as_at))
        zone = self.rules.zone(jurisdiction_of(record)) or "UTC"
        return self.store.position_at(datetime.combine(as_at, time.max, ZoneInfo(zone)).replace(fold=1))
