"""What the record says was loaded: the digest of each edition and instrument, before anything is judged by it."""

from datetime import UTC, datetime
from typing import Any

from attrs import field, frozen

from ihs_cases.editions import digest
from ihs_cases.errors import InstrumentChanged
from ihs_cases.instruments import digest as digest_of_instrument
from ihs_cases.proposal import edition_id
from ihs_cases.rows import draft
from ihs_cases.standing import Streams
from ihs_domain.editions import Edition
from ihs_domain.history import Entry
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.roles import SYSTEM
from ihs_domain.scoring import scored_with
from ihs_domain.system import EditionLoaded, InstrumentLoaded
from ihs_domain.terms import Code, Digest, EditionId
from ihs_record.codec import encode
from ihs_store.errors import VersionConflict
from ihs_store.keys import KeyRing
from ihs_store.port import Command, RecordStore


@frozen
class Loading:
    """Puts on record what one process judges and scores by, and remembers what it has put there."""

    store: RecordStore
    ring: KeyRing
    streams: Streams
    instruments: InstrumentBook
    _loaded: set[str] = field(factory=set, init=False)
    _digests: dict[str, Digest] = field(factory=dict, init=False)

    def forget(self) -> None:
        """Hold against the store what is said to be loaded: it may have been set back."""
        self._loaded.clear()

    def edition(self, edition: Edition, recorded_at: datetime | None) -> None:
        """Have the edition's digest on record before anything is judged by it."""
        if not edition_id(edition) or edition.id in self._loaded:
            return
        if edition.id not in self._digests:
            self._digests[edition.id] = Digest(digest(edition))
        event = EditionLoaded(Code(edition.ruleset), EditionId(edition.id), self._digests[edition.id])
        self._put_once(f"edition-loaded/{edition.id}/{event.digest}", event, recorded_at)
        self._loaded.add(edition.id)

    def instrument(self, scored: object, recorded_at: datetime | None) -> None:
        """Have the instrument's digest on record before anything is scored with it. Raises InstrumentChanged."""
        named = scored_with(scored)
        if named is None:
            return
        instrument = self.instruments.of(*named)
        if instrument.name in self._loaded:
            return
        if instrument.name in self._changed():
            raise InstrumentChanged(
                f"{instrument.name} is on record with another definition: give the changed one a new version"
            )
        event = InstrumentLoaded(instrument.id, instrument.version, Digest(digest_of_instrument(instrument)))
        self._put_once(f"instrument-loaded/{instrument.name}/{event.digest}", event, recorded_at)
        self._loaded.add(instrument.name)

    def as_loaded(self) -> InstrumentBook:
        """The instruments at hand, but for those that say something else than when entries were scored with them."""
        changed = self._changed()
        kept = [one for one in self.instruments.instruments if one.name not in changed]
        return InstrumentBook(kept) if changed else self.instruments

    def _changed(self) -> set[str]:
        """The names of the instruments at hand that are on record with another definition."""
        at_hand = {(one.id, one.version): one for one in self.instruments.instruments}
        said = [e.event for e in self.streams.history("system").record if isinstance(e.event, InstrumentLoaded)]
        known = [(at_hand[e.instrument, e.version], e.digest) for e in said if (e.instrument, e.version) in at_hand]
        return {one.name for one, loaded in known if digest_of_instrument(one) != loaded}

    def _put_once(self, command_id: str, event: Any, recorded_at: datetime | None) -> None:
        """Put an event of the system's own on record, once for ever."""
        command = Command(command_id, self.ring.mac(command_id.encode()))
        day = (recorded_at or datetime.now(UTC)).date()
        while self.store.receipt(command_id) is None:
            entry: Entry[Any] = Entry(event, day, len(self.streams.history("system").record) + 1, SYSTEM)
            try:
                written = draft("system", entry, encode(event), self.ring.sealing(), None)
                self.store.append([written], command=command, recorded_at=recorded_at)
            except VersionConflict:
                continue
