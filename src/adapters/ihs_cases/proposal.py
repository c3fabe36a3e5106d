"""What is asked to be recorded, what was decided to be appended for it, and the receipt of what was."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from attrs import frozen

from ihs_cases.belonging import streams_of
from ihs_cases.deciding import Place, Rules
from ihs_cases.errors import NotAnInstant, NotYet
from ihs_cases.rows import asked
from ihs_cases.when import YEARS, local_day
from ihs_domain.births import born_after, contradicts_itself, with_month_of_birth
from ihs_domain.editions import Edition
from ihs_domain.history import Entry
from ihs_domain.judge import Finding
from ihs_domain.recording import EntryCorrected
from ihs_domain.roles import Actor
from ihs_domain.terms import Computing
from ihs_record.codec import Encoded, Said, encoded_and_read
from ihs_record.errors import BadFields, Fault
from ihs_record.row import Draft
from ihs_store.errors import RecordedAtRefused
from ihs_store.keys import Sealing
from ihs_store.port import Receipt as StoreReceipt


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


def proposed(
    event: Any,
    *,
    actor: Actor,
    occurred: date | datetime,
    command_id: str,
    case_id: str | None = None,
    agency_id: str | None = None,
    person_id: str | None = None,
    correlation: str | None = None,
    recorded_at: datetime | None = None,
    rehearsal: bool = False,
) -> Proposal:
    """What is asked by `Cases.record`, before anything is asked of the store. Raises RecordError, WrongStream."""
    if recorded_at is not None and not rehearsal:
        raise RecordedAtRefused("a live store stamps the time of recording itself: leave recorded_at out")
    said = encoded_and_read(event if isinstance(event, Computing) else _consistent(event))
    return Proposal(
        streams=streams_of(event, actor, case=case_id, agency=agency_id, person=person_id),
        said=said,
        actor=actor,
        occurred=occurred,
        command_id=command_id,
        correlation=correlation,
        recorded_at=recorded_at,
    )


def _consistent(event: Any) -> Any:
    """*event* as it goes on record: told of once sealed, a day of birth would contradict its month unseen."""
    if contradicts_itself(event):
        at = "instead.with.birth_month" if isinstance(event, EntryCorrected) else "birth_month"
        raise BadFields(type(event).__name__, [Fault(at, "expected the month of born_on, or nothing: it follows")])
    return with_month_of_birth(event)


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


def must_agree(event: object, zone: ZoneInfo) -> None:
    """Raise NotAnInstant where a correction gives an instant, and a day that is not its local day."""
    at = event.at if isinstance(event, EntryCorrected) else None
    if isinstance(event, EntryCorrected) and at is not None and local_day(at, zone)[0] != event.on:
        day = local_day(at, zone)[0]
        raise NotAnInstant(f"on is not the local day of at, which is {day}: give that day, or leave at out")


def receipt_of(done: StoreReceipt, entry: Entry[Any], findings: tuple[Finding, ...], computed: Any) -> Receipt:
    stream, version = done.versions[-1]
    where = (done.command or "", stream, version, last_of(done))
    return Receipt(*where, stamped(done), entry.edition, findings, done.again, computed)


def stamped(done: StoreReceipt) -> datetime:
    return done.recorded_at or datetime.now(UTC)


def last_of(done: StoreReceipt) -> int:
    """The position of the last record of an append: the one on the stream of its own."""
    return done.first + done.count - 1
