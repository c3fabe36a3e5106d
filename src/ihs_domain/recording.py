"""Amending the record: the original stays, an amendment says what stands instead."""

from datetime import date, datetime
from enum import StrEnum

from attrs import frozen

from ihs_domain.terms import Amendment, Event, Narrative


class AmendmentReason(StrEnum):
    """Why an entry was wrong."""

    WRONG_DAY = "wrong-day"
    WRONG_PERSON = "wrong-person"
    WRONG_DETAIL = "wrong-detail"
    WRONG_CASE = "wrong-case"
    ENTERED_TWICE = "entered-twice"
    DID_NOT_HAPPEN = "did-not-happen"
    OTHER = "other"


@frozen
class EntryCorrected(Amendment):
    """What the entry should have said, whole: the event, and the local day (and instant, where known) of the act.

    A correction of a correction speaks for whatever that one corrected.
    """

    instead: Event
    on: date
    reason: AmendmentReason
    at: datetime | None = None
    words: Narrative = None


@frozen
class EntryVoided(Amendment):
    """The entry should not have been made. Voiding a correction restores what it corrected."""

    reason: AmendmentReason
    words: Narrative = None
