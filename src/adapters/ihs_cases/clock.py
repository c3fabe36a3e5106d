"""Saying that the machine's clock is right, where the time of recording has come to lie ahead of it."""

from datetime import UTC, datetime

from ihs_cases.cases import Cases
from ihs_cases.errors import Conflict
from ihs_cases.recording import MOST_TRIES
from ihs_cases.rows import draft
from ihs_domain.history import Entry
from ihs_domain.roles import Actor
from ihs_domain.system import ClockCorrected
from ihs_record.codec import encode
from ihs_store.errors import RecordedAtRefused, VersionConflict
from ihs_store.laying import SYSTEM
from ihs_store.port import Command, Receipt


def correct_clock(cases: Cases, actor: Actor) -> Receipt | None:
    """Have it on record that the clock is right; None where the record is not ahead of it.

    The time of recording then stands where it is until the clock has caught up: it never goes back, so that what was
    known at an instant stays a prefix of the record. Raises RecordedAtRefused in a rehearsal, which has no clock.
    """
    if cases.rehearsal:
        raise RecordedAtRefused("a rehearsal store is told the time of recording: it has no clock to correct")
    for _ in range(MOST_TRIES):
        now, last = datetime.now(UTC), cases.store.head().recorded_at
        if last is None or last <= now:
            return None
        try:
            return _recorded(cases, actor, now, last)
        except VersionConflict:
            continue
    raise Conflict(len(cases.recorder.entries(SYSTEM)), None)


def _recorded(cases: Cases, actor: Actor, now: datetime, last: datetime) -> Receipt:
    event, version = ClockCorrected(last), len(cases.recorder.entries(SYSTEM)) + 1
    entry = Entry(event, now.astimezone(cases.home).date(), version, actor, now)
    written = draft(SYSTEM, entry, encode(event), cases.ring.sealing(), None)
    id_ = f"clock-corrected/{version}"
    return cases.store.append([written], command=Command(id_, cases.ring.mac(id_.encode())))
