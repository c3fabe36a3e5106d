"""Deciding what each agency is told, and having that on record before anything is sent."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from attrs import define, field

from ihs_cases.cases import Cases
from ihs_cases.errors import CommandReused
from ihs_domain.agencies import Agency, AgreementEnded, AgreementMade, DisclosuresMade, DisclosureWithheld
from ihs_domain.closing import closed_on
from ihs_domain.disclosure import Held, Key, Message, Piece, bears_on_telling, changes, pieces, told, withheld
from ihs_domain.history import Entry, History
from ihs_domain.roles import SYSTEM
from ihs_domain.terms import AgencyId, CaseId, PartId, Version
from ihs_follow.sink import Batch, Recorded


@define
class Teller:
    """A sink that records, for every agency with an agreement, what it is told because of each record.

    What it decided is in the record itself: it is not decided again, however often a teller starts from the beginning.
    """

    cases: Cases
    name: str = field(default="teller", init=False)
    _position: int = field(default=0, init=False)

    def position(self) -> int:
        """The position up to which everything is decided, since this teller began."""
        return self._position

    def accept(self, batch: Batch) -> None:
        """Decide for each record in order."""
        for record in batch.records:
            self._decide(record)
        self._position = batch.upto

    def today(self, cause: Entry[Any] | None = None) -> date:
        """The day on which a basis must hold: today; in a rehearsal, when *cause*, or the last record, was recorded."""
        now = datetime.now(UTC)
        if self.cases.rehearsal:
            now = (cause.recorded_at if cause else self.cases.store.head().recorded_at) or now
        return now.astimezone(self.cases.home).date()

    def pass_day(self) -> None:
        """Take back what lost its basis by the calendar alone. Once a day is enough; more often does no harm."""
        day, position = self.today(), self.cases.store.head().position
        for agency_id in self.cases.agency_ids():
            for case_id in self.cases.agency(agency_id).held:
                self._tell(agency_id, case_id, position, day)

    def _decide(self, record: Recorded) -> None:
        cause = record.entry
        if record.case_id is not None and bears_on_telling(cause.event):
            for agency_id in self.cases.agency_ids():
                self._tell(agency_id, CaseId(record.case_id), cause.position, self.today(cause))
        elif isinstance(cause.event, (AgreementMade, AgreementEnded)):
            for case_id in self.cases.case_ids():
                self._tell(cause.event.agency, CaseId(case_id), cause.position, self.today(cause))

    def _tell(self, agency_id: AgencyId, case_id: CaseId, position: int, day: date) -> None:
        agency = self.cases.agency(agency_id)
        if position < agency.decided_upto or agency.agreement is None:
            return
        history = self.cases.history(case_id, as_at=position)
        if messages := self._messages(agency, agency.agreement, case_id, history, day):
            event = DisclosuresMade(case_id, position, tuple(message.disclosure for message in messages))
            self._record(event, agency_id, day, f"told/{agency_id}/{case_id}/{position}/{day}")
        for piece in self._newly_withheld(agency, agency.agreement, case_id, history, day):
            version, part = piece.key
            kept = DisclosureWithheld(case_id, position, Version(version), PartId(part), piece.kind)
            self._record(kept, agency_id, day, f"withheld/{agency_id}/{case_id}/{version}/{part}")

    def _messages(
        self, agency: Agency, agreement: AgreementMade, case_id: CaseId, history: History, day: date
    ) -> list[Message]:
        ended = agency.ended_on is not None and day >= agency.ended_on
        may = {} if ended else told(history, agreement, day)
        held = self.held(agency, agreement, case_id)
        return list(changes(held, may, closed=closed_on(history) is not None))

    def held(self, agency: Agency, agreement: AgreementMade, case_id: CaseId) -> dict[Key, Held]:
        """What an agency holds of a case: each part with the fields it was last told, read back from the record."""
        holding = agency.held.get(case_id, {})
        then = {p: self._pieces(agreement, case_id, p) for p in {one.position for one in holding.values()}}
        return {key: Held(one.kind, then[one.position][key].fields) for key, one in holding.items()}

    def _pieces(self, agreement: AgreementMade, case_id: CaseId, position: int) -> Mapping[Key, Piece]:
        return {piece.key: piece for piece in pieces(self.cases.history(case_id, as_at=position), agreement)}

    def _newly_withheld(
        self, agency: Agency, agreement: AgreementMade, case_id: CaseId, history: History, day: date
    ) -> Iterable[Piece]:
        known = {*agency.withheld, *((case_id, *key) for key in agency.held.get(case_id, {}))}
        return [piece for piece in withheld(history, agreement, day) if (case_id, *piece.key) not in known]

    def _record(
        self, event: DisclosuresMade | DisclosureWithheld, agency_id: AgencyId, day: date, command: str
    ) -> None:
        stamp = self.cases.store.head().recorded_at if self.cases.rehearsal else None
        try:
            self.cases.record(
                event, agency_id=agency_id, actor=SYSTEM, occurred=day, command_id=command, recorded_at=stamp
            )
        except CommandReused:
            return  # another teller decided this first
