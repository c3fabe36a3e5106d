"""What was approved, by whom, and what was amended since: an approval is of an entry as it stood."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from attrs import frozen

from ihs_domain.acting import acted_for_a_supervisor
from ihs_domain.approving import ApprovalGranted, ApprovalReturned, authors, says_what_it_said
from ihs_domain.history import Entry, History
from ihs_domain.ids import act_of, entries_named, mentions
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.roles import Role
from ihs_domain.terms import ActorId, Amendment


class Standing(StrEnum):
    """What became of an approval; it is VOID where the entry it names does not stand.

    It is NOT_THEIRS where, as a report may have it, it was of the approver's own entry, or not a supervisor's.
    """

    STANDS = "stands"
    NOT_THEIRS = "not theirs to give"
    CHANGED = "changed since"
    VOID = "void"
    RETURNED = "returned since"


@frozen
class Change:
    """An amendment put on record after an approval, *of* the entry approved or of one it rests on."""

    version: int
    of: int
    voids: bool
    reason: AmendmentReason
    by: ActorId
    role: Role
    on: date
    recorded_at: datetime | None = None


@frozen
class Approval:
    """One approval: of which *entry*, by whom and on which day, whether it stands, and every change since.

    *reported_by* is who gave it, where it was given elsewhere. A change of what the entry rests on is told, and does
    not undo the approval: the entry still says what was approved.
    """

    entry: int
    version: int
    by: ActorId
    role: Role
    on: date
    standing: Standing
    changes: tuple[Change, ...] = ()
    reported_by: ActorId | None = None
    recorded_at: datetime | None = None


def approvals(history: History) -> tuple[Approval, ...]:
    """Every approval in a case, in order of its day, and what was amended after each."""
    granted = history.of(ApprovalGranted)
    standing = {e.version: e for e in history}
    amendments = [*_amendments(history)] if granted else []
    return tuple(_approval(history, entry, standing, amendments) for entry in granted)


def _approval(
    history: History,
    granted: Entry[ApprovalGranted],
    standing: Mapping[int, Entry[Any]],
    amendments: list[tuple[int, Entry[Any]]],
) -> Approval:
    of, reported = granted.event.entry, granted.event.reported
    rests = {of} | rests_on(history, of, granted.version)
    return Approval(
        entry=of,
        version=granted.version,
        by=granted.actor.id,
        role=granted.actor.role,
        on=granted.day,
        standing=_standing(history, granted, standing.get(of)),
        changes=tuple(_change(act, e) for act, e in amendments if e.version > granted.version and act in rests),
        reported_by=None if reported is None else reported.by,
        recorded_at=granted.recorded_at,
    )


def _standing(history: History, granted: Entry[ApprovalGranted], of: Entry[Any] | None) -> Standing:
    if of is None:
        return Standing.VOID
    if granted.decided_by.id in authors(of) or not acted_for_a_supervisor(history, granted):
        return Standing.NOT_THEIRS
    answers = (e for e in history.of(ApprovalReturned) if e.event.entry == of.version)
    returned = (e for e in answers if acted_for_a_supervisor(history, e))
    if any((e.day, e.version) > (granted.day, granted.version) for e in returned):
        return Standing.RETURNED
    return Standing.STANDS if says_what_it_said(of, granted.version) else Standing.CHANGED


def _amendments(history: History) -> Iterator[tuple[int, Entry[Any]]]:
    """Every amendment on record with the version of the act it is about, in order of recording."""
    by_version = {e.version: e for e in history.record}
    for entry in history.record:
        if isinstance(entry.event, Amendment) and entry.event.entry < entry.version:
            yield act_of(entry.event, by_version), entry


def _change(of: int, entry: Entry[Any]) -> Change:
    voids = isinstance(entry.event, EntryVoided)
    actor = entry.actor
    return Change(entry.version, of, voids, entry.event.reason, actor.id, actor.role, entry.day, entry.recorded_at)


def rests_on(history: History, version: int, before: int) -> frozenset[int]:
    """The acts on record *before* a version that an entry rests on, whatever it said and when.

    An entry rests on the acts it names and on those that brought in the ids it names; and on what these rest on.
    """
    said = _said(history, before)
    brought = [(act, {(m.kind, m.id) for e in events for m in mentions(e) if m.introduces}) for act, events in said]
    events = dict(said)
    found: set[int] = set()
    more = {version}
    while more:
        named = {(m.kind, m.id) for act in more for e in events.get(act, ()) for m in mentions(e)}
        numbers = {number for act in more for e in events.get(act, ()) for number in entries_named(e)}
        found |= more
        more = {act for act, ids in brought if act in numbers or not named.isdisjoint(ids)} - found
    return frozenset(found - {version})


def _said(history: History, before: int) -> list[tuple[int, list[Any]]]:
    """Each act on record *before* a version, with all that it ever said: at first, and by each correction."""
    by_version = {e.version: e for e in history.record}
    said: dict[int, list[Any]] = {}
    for entry in history.record:
        if not isinstance(entry.event, Amendment):
            said.setdefault(entry.version, []).append(entry.event)
        elif isinstance(entry.event, EntryCorrected):
            said.setdefault(act_of(entry.event, by_version), []).append(entry.event.instead)
    return [(act, events) for act, events in said.items() if act < before]
