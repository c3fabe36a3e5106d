"""What was put on record, when, by whom, and what became of it?"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from ihs_domain.approvals import Approval, approvals
from ihs_domain.closing import is_after_closing
from ihs_domain.history import History, Line
from ihs_domain.ports import Projection
from ihs_domain.terms import Amendment, Happening
from ihs_projections.wording import name, says


class TimelineLine(NamedTuple):
    """One recorded entry: what it said, and whether it still stands. Nothing that was recorded is missing.

    *amends* is the version it corrects or voids (0: none); *corrected_by* the version that speaks for it now (0: none);
    *voided_by* the one by which it is void (0: it is not);
    *approval* the version of its last approval (0: none), and *approved* what became of that.
    """

    case_id: str
    version: int
    position: int
    day: date
    event: str
    says: str
    actor: str
    role: str
    recorded_at: datetime | None
    edition: str
    amends: int
    corrected_by: int
    void: bool
    voided_by: int
    after_closing: bool
    approval: int
    approved: str


def rows(case_id: str, history: History) -> Iterator[TimelineLine]:
    """The timeline of a case: in order of the act as first recorded, and within a day of recording."""
    approved = {approval.entry: approval for approval in approvals(history)}
    for line in sorted(history.lines, key=lambda told: (told.entry.day, told.entry.version)):
        after_closing = is_after_closing(history, line.entry.day)
        yield _line(case_id, line, approved.get(line.entry.version), after_closing=after_closing)


def _line(case_id: str, line: Line, approval: Approval | None, *, after_closing: bool) -> TimelineLine:
    entry = line.entry
    return TimelineLine(
        case_id=case_id,
        version=entry.version,
        position=entry.position,
        day=entry.day,
        event=name(entry.event),
        says=says(entry.event),
        actor=entry.actor.id,
        role=entry.actor.role,
        recorded_at=entry.recorded_at,
        edition=entry.edition,
        amends=entry.event.entry if isinstance(entry.event, Amendment) else 0,
        corrected_by=line.corrected_by,
        void=line.void,
        voided_by=line.voided_by,
        after_closing=after_closing and isinstance(entry.event, Happening),
        approval=approval.version if approval else 0,
        approved=approval.standing if approval else "",
    )


TIMELINE = Projection("timeline", TimelineLine, rows)
