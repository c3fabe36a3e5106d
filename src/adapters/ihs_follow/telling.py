"""Deciding what each agency is told, and having that on record before anything is sent."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, Final

from attrs import define, field

from ihs_cases.agencies import agency_of
from ihs_cases.cases import Cases
from ihs_cases.errors import CommandReused, Conflict
from ihs_cases.rows import entry_of
from ihs_domain.agencies import Agency, AgreementEnded, AgreementMade, DisclosuresMade, DisclosureWithheld
from ihs_domain.closing import CaseReopened, closed_on
from ihs_domain.disclosure import Held, Key, Piece, bears_on_telling, changes, pieces, told, withheld
from ihs_domain.history import Entry, History, effective
from ihs_domain.releasing import Kind
from ihs_domain.roles import SYSTEM
from ihs_domain.terms import AgencyId, CaseId, Code, PartId, Version
from ihs_follow.follower import Follower
from ihs_follow.sink import Batch, Recorded
from ihs_store.errors import StoreBusy, StoreDamaged

MOST_TRIES: Final = 1000
MOST_STREAMS: Final = 1000
_log = logging.getLogger(__name__)


@define
class Teller:
    """A sink that records, for every agency with an agreement, what it is told because of each record.

    What it decided is in the record itself: it is not decided again, however often a teller starts from the beginning.
    """

    cases: Cases
    name: str = field(default="teller", init=False)
    parked: dict[str, int] = field(factory=dict, init=False)
    """The streams that cannot be read, each with the position from which on nothing is told of them."""
    _position: int = field(default=0, init=False)
    _streams: dict[str, list[Entry[Any]]] = field(factory=dict, init=False)

    def position(self) -> int:
        """The position up to which everything is decided, since this teller began."""
        return self._position

    def accept(self, batch: Batch) -> None:
        """Decide for each record in order."""
        for record in batch.records:
            self._decide(record)
        for place in batch.unreadable:
            self._park(place.stream, place.position)
        self._position = batch.upto

    def today(self, cause: Entry[Any] | None = None) -> date:
        """The day on which a basis must hold: today; in a rehearsal, when *cause*, or the last record, was recorded."""
        now = datetime.now(UTC)
        if self.cases.rehearsal:
            now = (cause.recorded_at if cause else self.cases.store.head().recorded_at) or now
        return now.astimezone(self.cases.home).date()

    def pass_day(self) -> None:
        """Take back what lost its basis by the calendar alone. Once a day is enough; more often does no harm.

        What is on record and not decided yet is decided first: nothing may be passed over.
        """
        upto = Follower(self.cases, self).catch_up()
        day = self.today()
        for agency_id in self.cases.agency_ids():
            for case_id in self._held_by(agency_id):
                self._tell_or_park(agency_id, case_id, upto, day)

    def _held_by(self, agency_id: AgencyId) -> Iterator[CaseId]:
        """The cases that an agency holds something of; none while its own stream cannot be read."""
        try:
            yield from agency_of(self._read(f"agency/{agency_id}")).held
        except StoreDamaged:
            self._park(f"agency/{agency_id}", self._position)

    def retry(self, *case_ids: str) -> None:
        """Decide for every parked case again, and for those named, as at the end of the record.

        What still cannot be read stays parked. A teller that begins anew, after the cause was mended, does not know
        what was parked before: name the cases to it.
        """
        upto, day = self.cases.store.head().position, self.today()
        for stream in {**self.parked, **dict.fromkeys(f"case/{case_id}" for case_id in case_ids)}:
            self.parked.pop(stream, None)
            for case_id in [stream.removeprefix("case/")] if stream.startswith("case/") else self.cases.case_ids():
                for agency_id in self.cases.agency_ids():
                    self._tell_or_park(agency_id, CaseId(case_id), upto, day)

    def _tell_or_park(self, agency_id: AgencyId, case_id: CaseId, position: int, day: date) -> None:
        """Tell, or park the case, or else the agency, whose record cannot be read: no other waits for it."""
        for stream in (f"agency/{agency_id}", f"case/{case_id}"):
            try:
                self._read(stream)
            except StoreDamaged:
                self._park(stream, position)
                return
        self._tell(agency_id, case_id, position, day)

    def _park(self, stream: str, position: int) -> None:
        if stream.startswith(("case/", "agency/")) and stream not in self.parked:
            _log.error("nothing is told of %s from position %d on: it cannot be read", stream, position)
            self.parked[stream] = position

    def held(self, agency: Agency, agency_id: AgencyId, case_id: CaseId) -> dict[Key, Held]:
        """What an agency holds of a case: each part with the fields it was last told, read back from the record."""
        holding = agency.held.get(case_id, {})
        record = self._read(f"case/{case_id}")
        positions = {one.position for one in holding.values()}
        then = {p: every_piece(effective(record, as_at=p), agency_id) for p in positions}
        pieces_then = {key: then[one.position].get(key) for key, one in holding.items()}  # None: destroyed since
        return {key: Held(one.kind, p.fields if (p := pieces_then[key]) else {}) for key, one in holding.items()}

    def _read(self, stream: str) -> list[Entry[Any]]:
        """A stream's entries; what was read before is only read on."""
        if len(self._streams) > MOST_STREAMS:
            self._streams.clear()
        known = self._streams.setdefault(stream, [])
        known += map(entry_of, self.cases.store.stream(stream, after_version=len(known)))
        return list(known)

    def _decide(self, record: Recorded) -> None:
        cause = record.entry
        if record.case_id is not None and _bears_on_telling(cause.event):
            for agency_id in self.cases.agency_ids():
                self._tell_or_park(agency_id, CaseId(record.case_id), cause.position, self.today(cause))
        elif isinstance(cause.event, (AgreementMade, AgreementEnded)):
            for case_id in self.cases.case_ids():
                self._tell_or_park(cause.event.agency, CaseId(case_id), cause.position, self.today(cause))

    def _tell(self, agency_id: AgencyId, case_id: CaseId, position: int, day: date) -> None:
        """Decide on what the agency's stream says, and again where another teller added to it meanwhile."""
        for _ in range(MOST_TRIES):
            stream = self._read(f"agency/{agency_id}")
            with suppress(Conflict, CommandReused):
                for n, event in enumerate(self._decided(stream, agency_id, case_id, position, day)):
                    self._record(event, agency_id, day, len(stream) + n)
                return
        raise StoreBusy("other tellers keep deciding for this agency: nothing was decided here, try again")

    def _decided(
        self, stream: Sequence[Entry[Any]], agency_id: AgencyId, case_id: CaseId, position: int, day: date
    ) -> Iterator[DisclosuresMade | DisclosureWithheld]:
        """What is to go on the agency's stream, by the agreement as it is now; in a rehearsal, as it was then."""
        agency = agency_of(stream)
        known = agency_of(e for e in stream if e.position <= position) if self.cases.rehearsal else agency
        if position < agency.decided_upto or known.agreement is None:
            return
        agreement = in_force(known, day)
        history = effective(self._read(f"case/{case_id}"), as_at=position)
        may = told(history, agreement, day) if agreement else {}
        held = self.held(agency, agency_id, case_id)
        messages = list(changes(held, may, closed=closed_on(history) is not None))
        if messages:
            yield DisclosuresMade(case_id, position, tuple(message.disclosure for message in messages))
        said = agency.withheld | _ever_told(stream)  # of what was told and taken back, the retraction says enough
        for piece in withheld(history, agreement, day) if agreement else ():
            version, part = piece.key
            if (case_id, version, part) not in said:
                yield DisclosureWithheld(case_id, position, Version(version), PartId(part), piece.kind)

    def _record(
        self, event: DisclosuresMade | DisclosureWithheld, agency_id: AgencyId, day: date, version: int
    ) -> None:
        self.cases.record(
            event,
            agency_id=agency_id,
            actor=SYSTEM,
            occurred=day,
            command_id=f"decided/{agency_id}/{version + 1}",
            expected_version=version,
            recorded_at=self.cases.store.head().recorded_at if self.cases.rehearsal else None,
        )


def in_force(agency: Agency, day: date) -> AgreementMade | None:
    """The agreement with an agency, if it is neither ended nor over on *day*."""
    agreement = agency.agreement
    ended = agency.ended_on is not None and day >= agency.ended_on
    over = agreement is not None and agreement.until is not None and day > agreement.until
    return None if ended or over else agreement


def every_piece(history: History, agency_id: AgencyId) -> Mapping[Key, Piece]:
    """Every piece of a case that could be told to this agency, whatever its agreement asks for."""
    anything = AgreementMade(agency_id, frozenset(Kind), Code("any"))
    return {piece.key: piece for piece in pieces(history, anything)}


def _ever_told(stream: Sequence[Entry[Any]]) -> set[tuple[CaseId, int, str]]:
    made = (entry.event for entry in stream if isinstance(entry.event, DisclosuresMade))
    return {(said.case, one.entry, one.part) for said in made for one in said.disclosures}


def _bears_on_telling(event: object) -> bool:
    """Whether *event* can change what an agency is told: after a reopening, also what was kept back since closing."""
    return bears_on_telling(event) or isinstance(event, CaseReopened)
