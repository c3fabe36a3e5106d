"""Who saw whom, when, and how?"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from ihs_domain.closing import is_after_closing
from ihs_domain.contacting import ContactAttempted, ContactMade, made_by
from ihs_domain.history import History
from ihs_domain.ports import Projection


class Contact(NamedTuple):
    """One contact, made or attempted."""

    case_id: str
    version: int
    day: date
    made: bool
    mode: str
    by: str
    whom: tuple[str, ...]
    private_with: tuple[str, ...]
    minutes: int | None
    after_closing: bool
    recorded_at: datetime | None
    corrected: bool


def rows(case_id: str, history: History) -> Iterator[Contact]:
    """The contacts of a case, in order of their day."""
    for entry in history.of_any(ContactMade, ContactAttempted):
        said = entry.event
        made = isinstance(said, ContactMade)
        yield Contact(
            case_id=case_id,
            version=entry.version,
            day=entry.day,
            made=made,
            mode=said.mode,
            by=made_by(entry) if made else entry.actor.id,
            whom=tuple(sorted(said.whom)),
            private_with=tuple(sorted(said.private_with)) if made else (),
            minutes=said.minutes if made else None,
            after_closing=is_after_closing(history, entry.day),
            recorded_at=entry.recorded_at,
            corrected=bool(entry.amended_by),
        )


CONTACTS = Projection("contacts", Contact, rows)
