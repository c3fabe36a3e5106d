"""Approving entries, granting exceptions, and having an entry confirmed in another system of record."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from ihs_domain.assigning import Assigning
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.gates import Against, Objection
from ihs_domain.history import Entry, History
from ihs_domain.ids import doers
from ihs_domain.roles import Actor
from ihs_domain.terms import ActorId, Cite, Code, Decision, Happening, Narrative, PartId, Version

if TYPE_CHECKING:
    from ihs_domain.case import Case


@frozen
class ApprovalGranted(Decision):
    """An entry is approved as it stands now."""

    entry: Version
    words: Narrative = None


@frozen
class ApprovalReturned(Decision):
    """An entry is not approved, and goes back to its author."""

    entry: Version
    reason: Code
    words: Narrative = None


@frozen
class ExceptionGranted(Decision):
    """A duty is waived: by its cite, for this subject or this entry alone, why, and until which day."""

    cite: Cite
    reason: Code
    until: date
    subject: PartId | None = None
    entry: Version | None = None
    words: Narrative = None


@frozen
class DocumentationConfirmed(Happening):
    """Another system of record confirms that it holds an entry."""

    entry: Version
    system: Code


@frozen
class Answer:
    """An approval of an entry, or its return: by whom and on which day."""

    version: int
    day: date
    by: Actor
    granted: bool


@frozen
class Approving:
    """The authors of what each entry says, what was answered to each, and which are approved as they stand."""

    authors: dict[int, frozenset[ActorId]] = field(factory=dict)
    answers: dict[int, tuple[Answer, ...]] = field(factory=dict)
    approved: frozenset[int] = frozenset()


def answered(approving: Approving, entry: Entry[ApprovalGranted | ApprovalReturned]) -> Approving:
    of, granted = entry.event.entry, isinstance(entry.event, ApprovalGranted)
    answer = Answer(entry.version, entry.day, entry.decided_by, granted)
    return evolve(approving, answers={**approving.answers, of: (*approving.answers.get(of, ()), answer)})


def approved(approving: Approving, entries: Mapping[int, Entry[Any]], assigning: Assigning) -> frozenset[int]:
    """Which of the *entries*, by version, are approved as they stand, by supervisors as *assigning* has it."""
    return frozenset(
        version
        for version, answers in approving.answers.items()
        if version in entries and _approves(entries[version], [a for a in answers if assigning.supervises(a.by, a.day)])
    )


def _approves(entry: Entry[Any], answers: list[Answer]) -> bool:
    """Whether one of a supervisor's *answers* since the last return is of what *entry* says, and of another's entry."""
    returned = next((n for n, answer in reversed([*enumerate(answers, 1)]) if not answer.granted), 0)
    since = answers[returned:]
    return any(says_what_it_said(entry, a.version) and a.by.id not in authors(entry) for a in since)


def authors(entry: Entry[Any]) -> frozenset[ActorId]:
    """Who made an entry what it says: who recorded it, whom it names as having done it, and who corrected it."""
    others = doers(entry.event)
    if not others and not entry.correctors:  # asked of every entry that is folded
        return frozenset((entry.actor.id,))
    return others | {entry.actor.id} | {corrector.id for corrector in entry.correctors}


def says_what_it_said(entry: Entry[Any], version: int) -> bool:
    """Whether an entry says now what it said when *version* was put on record: an approval is of that."""
    return entry.version < version and entry.amended_by == entry.spoken_for_at(version)


def entry_stands(case: "Case", entry: Entry[ApprovalGranted]) -> Objection | None:
    """An entry is approved from its own day on, and while it is not void: only then its author can be told."""
    if entry.event.entry in case.approving.authors:
        return None
    return Objection(
        "the entry does not stand by that day", "name one that does, by its first version", (f"@{entry.event.entry}",)
    )


def another_persons_entry(case: "Case", entry: Entry[ApprovalGranted]) -> Objection | None:
    """Nobody approves their own entry: not who recorded it, nor who corrected it, nor whose doing it tells of."""
    if entry.decided_by.id not in case.approving.authors.get(entry.event.entry, frozenset()):
        return None
    about = (f"@{entry.event.entry}",)
    return Objection("this is the actor's own entry", "have somebody else approve it", about, against=Against.ACTOR)


def entries_are_documented_in(system: str, *classes: type) -> DutyRule:
    """A duty: every entry of these event classes is documented in another system of record, which confirms it."""

    def each_is_documented(history: History, on: date) -> Iterator[Owed]:
        """Plans and activities are documented in the other system of record, each by its confirmation."""
        for entry in history.of_any(*classes):
            said = [e for e in history.of(DocumentationConfirmed) if e.event.entry == entry.version]
            judged = [(e, _not_confirmed(e, entry, system)) for e in said]
            near = tuple(NearMiss(e.version, why) for e, why in judged if why)
            met = tuple(e for e, why in judged if not why)
            subject = (f"@{entry.version}", type(entry.event).__name__)
            yield Owed(f"it is documented in {system}", entry.day, subject, met_by=met[:1], near=near)

    return each_is_documented


def _not_confirmed(said: Entry[DocumentationConfirmed], entry: Entry[Any], system: str) -> str:
    """Why a confirmation does not speak for an entry as it stands; empty if it does."""
    if said.event.system != system:
        return "another system confirmed it"
    return "" if says_what_it_said(entry, said.version) else "the entry was corrected after that"
