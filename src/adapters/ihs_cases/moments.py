"""The rows of a case, its calendar, who is in it, and which position of the record a moment is."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from ihs_cases.errors import NoSuchPosition, NotAnInstant, UnknownCase, UnknownPerson
from ihs_cases.recording import jurisdiction_of
from ihs_cases.standing import Streams
from ihs_cases.when import aware
from ihs_domain.editions import RuleBook
from ihs_domain.history import NOTHING, Entry, History
from ihs_domain.ids import said_in
from ihs_domain.terms import PersonId
from ihs_record.patterns import is_id
from ihs_record.row import Row
from ihs_store.port import RecordStore

AsAt = int | date | datetime | None
"""A position, an instant, or a day, which means the end of that local day."""
NO_CASE: Final = "no case of that id is on record"


def rows_of(store: RecordStore, case_id: str) -> list[Row]:
    """The stored rows of a case, in version order. Raises UnknownCase."""
    rows = store.stream(f"case/{case_id}") if is_id(case_id) else []
    if not rows:
        raise UnknownCase(NO_CASE)
    return rows


def known_of(streams: Streams, case_id: str) -> History:
    """The history of a case as it stands, sealed parts unopened. Raises UnknownCase."""
    history = streams.history(f"case/{case_id}") if is_id(case_id) else NOTHING
    if not history.record:
        raise UnknownCase(NO_CASE)
    return history


def zone_of(rules: RuleBook, history: History) -> ZoneInfo:
    """The time zone of the calendar of the case whose *history* it is."""
    return ZoneInfo(rules.zone(jurisdiction_of(history)) or "UTC")


def position_at(store: RecordStore, as_at: AsAt, zone: Callable[[], ZoneInfo]) -> int | None:
    """The last position known by then; a day means its end by the calendar of *zone*. Raises NoSuchPosition."""
    if as_at is None:
        return None
    if isinstance(as_at, int) and not isinstance(as_at, bool):
        return _reached(store, as_at)
    if not isinstance(as_at, date):
        raise NotAnInstant("as_at is neither a position, a day nor an instant: give an int, a date or a datetime")
    if isinstance(as_at, datetime):
        return store.position_at(aware(as_at))
    return store.position_at(datetime.combine(as_at, time.max, zone()).replace(fold=1))


def _reached(store: RecordStore, position: int) -> int:
    """The position itself, if the record has come to it: what is known as at one is never to change."""
    head = store.head().position
    if not 0 <= position <= head:
        raise NoSuchPosition(f"the record has come to position {head}: name one up to that, a day, or an instant")
    return position


def person_in(record: Iterable[Entry[Any]], person: str) -> PersonId:
    """The person of that id in a case. A mistyped one would be somebody from whom nothing is kept: UnknownPerson."""
    if any(m.kind == "person" and m.id == person and m.introduces for e in record for m in said_in(e.event)):
        return PersonId(person)
    raise UnknownPerson("no person of that id is on record in this case: name one as the record does")
