"""Judging: the same gates refuse a decision and find in a history."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from attrs import frozen

from ihs_domain.amending import amended, overruled, the_actor_may_amend
from ihs_domain.case import Folding, fold
from ihs_domain.editions import Edition, Law, always
from ihs_domain.erasing import DESTROYING, nothing_goes_on_it
from ihs_domain.gates import Objection, Refused, refusable
from ihs_domain.history import Entry, History
from ihs_domain.ids import entries_named, ids_are_kept, ids_are_known, mentions
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import duties
from ihs_domain.persons import JOINING
from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.rules import Rule
from ihs_domain.terms import Amendment, Expunged
from ihs_domain.voiding import it_still_stands


@frozen
class Finding:
    """What was missing when an entry was made: the entry's version, its day, and the objection."""

    version: int
    event: str
    day: date
    objection: Objection


def decide(proposed: Entry[Any], history: History, law: Law) -> tuple[Finding, ...]:
    """Whether *proposed* goes on record: the findings that go with it, or :class:`Refused` with all objections.

    It is judged by the case as it stood on the day of the act and by that day's edition; its ids are checked against
    the whole record that *history* was made from. A happening, and a decision reported from elsewhere, is never
    refused for its content.
    """
    record = history.record
    if gone := nothing_goes_on_it(history):
        raise Refused((gone,))
    amiss = (
        *_amends_an_entry(record, proposed),
        *_names_entries(record, proposed),
        *ids_are_known(history, proposed),
        *ids_are_kept(record, history, proposed),
        *opens_once(history, proposed),
        *_was_decided_that_day(proposed),
    )
    weighed = _weighed_amendment if isinstance(proposed.event, Amendment) else _weighed
    standing, found = weighed(proposed, history, law)
    if amiss:  # clauses say nothing of ids that do not exist: only the state of the case is told besides
        raise Refused((*amiss, *_of_what_there_is(standing, amiss, proposed)))
    if standing:
        raise Refused(standing)
    return found


Weighed = tuple[tuple[Objection, ...], tuple[Finding, ...]]
"""What refuses an entry, and what is found in it where nothing does."""


def _weighed(proposed: Entry[Any], history: History, law: Law) -> Weighed:
    edition, case = law(proposed.day), fold(history, upto=proposed.day)
    objections = tuple(edition.objections(case, proposed))
    found = tuple(_finding(proposed, o) for o in (*objections, *edition.findings(case, proposed)))
    return objections if refusable(proposed.event) else (), found


def _weighed_amendment(proposed: Entry[Any], history: History, law: Law) -> Weighed:
    """An amendment is refused to an actor who may not decide what it says or takes back; the rest is found."""
    act, after = amended(history.record, proposed)
    standing = the_actor_may_amend(act, history, after, proposed, law)
    against = (_finding(e, o) for e, o in overruled(after, law) if e.version == after.record[-1].version)
    return tuple(dict.fromkeys(standing)), (*(f for f in judge(after, law) if f.version == act), *against)


def _was_decided_that_day(proposed: Entry[Any]) -> list[Objection]:
    """A decision reported from elsewhere is entered under the day on which it was taken: there it counts."""
    said = proposed.event
    event, day = (said.instead, said.on) if isinstance(said, EntryCorrected) else (said, proposed.day)
    reported = getattr(event, "reported", None)
    if reported is None or reported.on == day:
        return []
    return [
        Objection(
            "the day of the entry is not the day on which it says the decision was taken",
            "give that day as the one on which it occurred, or put right the day in `reported`",
        )
    ]


def _of_what_there_is(
    standing: Iterable[Objection], amiss: Iterable[Objection], proposed: Entry[Any]
) -> Iterator[Objection]:
    """What the state of the case has against *proposed*, but for things that do not exist: those are told of."""
    new = {m.id for m in mentions(proposed.event) if m.introduces}
    unknown = {thing for o in amiss for thing in o.about} - new
    return (o for o in standing if not o.rules and unknown.isdisjoint(o.about))


NO_ENTRY: Final = ("there is no entry of that version in this case", "name the version shown on the timeline")


def _amends_an_entry(record: Sequence[Entry[Any]], proposed: Entry[Any]) -> list[Objection]:
    said = proposed.event
    if not isinstance(said, Amendment):
        return []
    amended = next((e for e in record if e.version == said.entry), None)
    if amended is None:
        return [Objection(*NO_ENTRY)]
    if isinstance(amended.event, JOINING) or isinstance(getattr(said, "instead", None), JOINING):
        return [Objection("this stands on the stream of a person too", "identify them, or withdraw that, there")]
    if isinstance(amended.event, (*DESTROYING, Expunged)) or isinstance(getattr(said, "instead", None), DESTROYING):
        return [Objection("what was destroyed is not brought back by an amendment", "record anew what is to stand")]
    if isinstance(said, EntryCorrected):
        return _says_what_happened(said, amended)
    return [*filter(None, [it_still_stands(said, record)])] if isinstance(said, EntryVoided) else []


def opens_once(history: History, proposed: Entry[Any]) -> list[Objection]:
    """A case is opened once: not before its opening either. On later days a gate says so."""
    opened = history.first(CaseOpened) if isinstance(proposed.event, CaseOpened) else None
    if opened is None or opened.day <= proposed.day:
        return []
    return [Objection("the case is opened already", "reopen it if it was closed, or correct the opening")]


def _names_entries(record: Sequence[Entry[Any]], proposed: Entry[Any]) -> Iterator[Objection]:
    """What is approved, kept from somebody or reported on must be on record: a later entry would be caught unawares."""
    said = proposed.event
    event = said.instead if isinstance(said, EntryCorrected) else said
    named = set(() if isinstance(event, Amendment) else entries_named(event))
    unknown = named - {e.version for e in record} if named else named
    return (Objection(*NO_ENTRY, (f"@{version}",)) for version in sorted(unknown))


def _says_what_happened(said: EntryCorrected, amended: Entry[Any]) -> list[Objection]:
    """A correction of a void, or by an amendment, would say nothing: effective history knows no such thing."""
    if isinstance(amended.event, EntryVoided):
        return [Objection("the entry of that version voids another", "void it, and what it voided stands again")]
    if isinstance(said.instead, Amendment):
        return [Objection("an entry is corrected by what happened, not by an amendment", "give the event itself")]
    return []


@frozen
class Verdict:
    """What a law has against one entry, and whether it would have been *refused* for that."""

    entry: Entry[Any]
    objection: Objection
    refused: bool


def verdicts(history: History, law: Law) -> Iterator[Verdict]:
    """What each entry would have been refused for, or was found wanting in, by the law of its day."""
    folding = Folding()
    for entry in history:
        edition = law(entry.day)
        if edition.judges(type(entry.event)):
            case = folding.case()
            stands_before = refusable(entry.event)
            yield from (Verdict(entry, o, stands_before) for o in edition.objections(case, entry))
            yield from (Verdict(entry, o, refused=False) for o in edition.findings(case, entry))
        folding.add(entry)


def judge(history: History, law: Law) -> Iterator[Finding]:
    """Findings: what each entry would have been refused for, or was found wanting in, by the law of its day."""
    return (_finding(verdict.entry, verdict.objection) for verdict in verdicts(history, law))


def _finding(entry: Entry[Any], objection: Objection) -> Finding:
    return Finding(entry.version, type(entry.event).__name__, entry.day, objection)


def touched(history: History, edition: Edition, cite: str, on: date) -> frozenset[int]:
    """The versions of the entries a clause bears on: judged or put on record by it, or evidence of its duty."""

    def rests(rules: Iterable[Rule]) -> bool:
        return any(rule.cite == cite for rule in rules)

    tables = (edition.gates, edition.finds)
    judged = {cls for table in tables for cls, rows in table.items() for _, *rules in rows if rests(rules)}
    recorded = {cls for cls, rules in edition.records.items() if rests(rules)}
    owed = [d for d in duties(history, always(edition), on) if cite in d.cites]
    return frozenset(
        {e.version for e in history if type(e.event) in judged | recorded}
        | {v for d in owed for v in (*d.evidence, *(n.version for n in d.near))}
        | {d.waiver.version for d in owed if d.waiver is not None}
    )
