"""Other agencies: what we agreed to tell each, and what it was told, on the agency's own stream."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from ihs_domain.gates import Objection
from ihs_domain.history import Entry, effective, event_at
from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.releasing import Kind
from ihs_domain.terms import ActorId, AgencyId, CaseId, Code, Decision, Happening, PartId, ReleaseId, Version
from ihs_domain.voiding import it_still_stands


class What(StrEnum):
    """What a message does to what an agency holds."""

    TELL = "tell"
    REPLACE = "replace"
    RETRACT = "retract"


@frozen
class AgreementMade(Decision):
    """We agree to tell an agency these kinds of information for one purpose, each only on its own basis."""

    agency: AgencyId
    asks: frozenset[Kind]
    purpose: Code
    until: date | None = None


@frozen
class AgreementEnded(Decision):
    """Nothing is told to this agency from this day."""

    agency: AgencyId


@frozen
class OnCallCovered(Happening):
    """A worker was on call for the agency between two instants."""

    worker: ActorId
    since: datetime
    until: datetime


@frozen
class Disclosure:
    """One message: what it does with which entry's part, its kind, and the basis it rests on (None: a retraction)."""

    what: What
    entry: Version
    part: PartId
    kind: Kind
    basis: ReleaseId | None


@frozen
class DisclosuresMade(Happening):
    """What an agency is told of a case because of the record at *position*, in the order of sending."""

    case: CaseId
    position: int
    disclosures: tuple[Disclosure, ...]


@frozen
class DisclosureWithheld(Happening):
    """An agreement asks for this kind, and nothing allows telling it."""

    case: CaseId
    position: int
    entry: Version
    part: PartId
    kind: Kind


@frozen
class DisclosureWithdrawn(Happening):
    """What an agency was told of a case is to be taken back whole, for a reason."""

    case: CaseId
    reason: Code


@frozen
class Holding:
    """One part that an agency holds: its kind, and the position in the record as of which it was last told."""

    kind: Kind
    position: int


@frozen
class Agency:
    """An agency's agreement, and what it holds of each case: the position at which each part was last told."""

    agreement: AgreementMade | None = None
    ended_on: date | None = None
    held: dict[CaseId, dict[tuple[int, str], Holding]] = field(factory=dict)
    withheld: frozenset[tuple[CaseId, int, str]] = frozenset()
    decided_upto: int = 0


def on_call_at(entries: Iterable[Entry[Any]], instant: datetime) -> tuple[ActorId, ...]:
    """Who was on call at an instant, by the *entries* of the agency's own stream, amendments included."""
    covers = (e.event for e in effective(entries) if isinstance(e.event, OnCallCovered))
    return tuple(dict.fromkeys(cover.worker for cover in covers if cover.since <= instant < cover.until))


def only_cover_is_amended(said: EntryCorrected | EntryVoided, record: Sequence[Entry[Any]]) -> Objection | None:
    """Who was on call may have been entered wrongly; what was agreed and told stands as other agencies know it."""
    amended = event_at(record, said.entry)
    if isinstance(said, EntryVoided):
        right = isinstance(amended, (OnCallCovered, EntryCorrected, EntryVoided))
        if right:
            return it_still_stands(said, record)
    else:
        right = isinstance(said.instead, OnCallCovered) and isinstance(amended, (OnCallCovered, EntryCorrected))
    instead = "end the agreement and make another, or withdraw what was told"
    return None if right else Objection("only who was on call is amended on an agency's stream", instead)


def agreement_made(agency: Agency, entry: Entry[AgreementMade]) -> Agency:
    return evolve(agency, agreement=entry.event, ended_on=None)


def agreement_ended(agency: Agency, entry: Entry[AgreementEnded]) -> Agency:
    return evolve(agency, ended_on=entry.day)


def disclosures_made(agency: Agency, entry: Entry[DisclosuresMade]) -> Agency:
    said = entry.event
    held = dict(agency.held.get(said.case, {}))
    for one in said.disclosures:
        if one.what is What.RETRACT:
            held.pop((one.entry, one.part), None)
        else:
            held[one.entry, one.part] = Holding(one.kind, said.position)
    return evolve(agency, held={**agency.held, said.case: held}, decided_upto=max(agency.decided_upto, said.position))


def disclosure_withheld(agency: Agency, entry: Entry[DisclosureWithheld]) -> Agency:
    said = entry.event
    return evolve(agency, withheld=agency.withheld | {(said.case, said.entry, said.part)})
