"""Judging: the same gates refuse a decision and find in a history; what falls due stands beside them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from attrs import evolve, frozen

from ihs_domain.amending import amended, the_actor_may_amend
from ihs_domain.case import Folding, fold
from ihs_domain.closing import breaks, closed_on, is_after_closing
from ihs_domain.duties import Duty, DutyRule, Owed, Span, next_change, settle
from ihs_domain.editions import Edition, Law, always, in_turn
from ihs_domain.gates import Objection, Refused, refusable
from ihs_domain.history import Entry, History
from ihs_domain.ids import entries_named, ids_are_kept, ids_are_known, mentions
from ihs_domain.opening import CaseOpened
from ihs_domain.persons import JOINING
from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.rules import Rule
from ihs_domain.safety import safety_plans_are_reviewed
from ihs_domain.terms import Amendment
from ihs_domain.waiving import with_waiver


@frozen
class Finding:
    """What was missing when an entry was made: the entry's version, its day, and the objection."""

    version: int
    event: str
    day: date
    objection: Objection


def decide(proposed: Entry[Any], history: History, record: Sequence[Entry[Any]], law: Law) -> tuple[Finding, ...]:
    """Whether *proposed* goes on record: the findings that go with it, or :class:`Refused` with all objections.

    It is judged by the case as it stood on the day of the act and by that day's edition; its ids are checked against
    the whole *record*. A happening, and a decision reported from elsewhere, is never refused for its content.
    """
    amiss = (
        *_amends_an_entry(record, proposed),
        *_names_entries(record, proposed),
        *ids_are_known(record, proposed),
        *ids_are_kept(record, history, proposed),
        *opens_once(history, proposed),
        *_was_decided_that_day(proposed),
    )
    weighed = _weighed_amendment if isinstance(proposed.event, Amendment) else _weighed
    standing, found = weighed(proposed, history, record, law)
    if amiss:  # clauses say nothing of ids that do not exist: only the state of the case is told besides
        raise Refused((*amiss, *_of_what_there_is(standing, amiss, proposed)))
    if standing:
        raise Refused(standing)
    return found


Weighed = tuple[tuple[Objection, ...], tuple[Finding, ...]]
"""What refuses an entry, and what is found in it where nothing does."""


def _weighed(proposed: Entry[Any], history: History, record: Sequence[Entry[Any]], law: Law) -> Weighed:
    edition, case = law(proposed.day), fold(history, upto=proposed.day)
    objections = tuple(edition.objections(case, proposed))
    found = tuple(_finding(proposed, o) for o in (*objections, *edition.findings(case, proposed)))
    return objections if refusable(proposed.event) else (), found


def _weighed_amendment(proposed: Entry[Any], history: History, record: Sequence[Entry[Any]], law: Law) -> Weighed:
    """An amendment is refused to an actor who may not decide what it says or takes back; the rest is found."""
    act, after = amended(record, proposed)
    standing = the_actor_may_amend(act, history, after, proposed, law)
    return tuple(dict.fromkeys(standing)), tuple(f for f in judge(after, law) if f.version == act)


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
    return _says_what_happened(said, amended) if isinstance(said, EntryCorrected) else []


def opens_once(history: History, proposed: Entry[Any]) -> list[Objection]:
    """A case is opened once: not before its opening either. On later days a gate says so."""
    opened = history.first(CaseOpened)
    if not isinstance(proposed.event, CaseOpened) or opened is None or opened.day <= proposed.day:
        return []
    return [Objection("the case is opened already", "reopen it if it was closed, or correct the opening")]


def _names_entries(record: Sequence[Entry[Any]], proposed: Entry[Any]) -> Iterator[Objection]:
    """What is approved, kept from somebody or reported on must be on record: a later entry would be caught unawares."""
    said = proposed.event
    event = said.instead if isinstance(said, EntryCorrected) else said
    unknown = set(() if isinstance(event, Amendment) else entries_named(event)) - {e.version for e in record}
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


OWN_TERMS: Final[tuple[DutyRule, ...]] = (safety_plans_are_reviewed,)
"""Duties that an entry sets itself, by no clause; an edition that has a clause for one cites that instead."""


def duties(history: History, law: Law, on: date, practices: Sequence[Edition] = ()) -> tuple[Duty, ...]:
    """What fell due in a case by *on*, under every edition in force while it was open, in order of the tables."""
    known = history.upto(on)
    closed = closed_on(known)
    counts = _while_open(known)
    by_rule = _editions(known, law, on)
    ruled = {edition.id for edition, _ in by_rule}
    beside = [practice for practice in practices if practice.id not in ruled]
    in_force = [*by_rule, *_in_practice(beside, known, closed or on)]
    found = [duty for edition, first in in_force for duty in _under(edition, first, counts, closed, on)]
    found += [duty for edition, _ in in_force for duty in _after_closing(edition, known, on)] if closed else []
    cited = {rule for edition, _ in in_force for rule, *_ in edition.duties}
    for rule in (rule for rule in OWN_TERMS if rule not in cited):
        begun = _begun(rule(counts, closed or on), date.min, counts)
        found += (_duty(owed, (), "", Span(closed), counts, on) for owed in begun)
    return tuple(found)


def _while_open(known: History) -> History:
    """What counts: an entry of a day after closing meets no duty."""
    if closed_on(known) is None and not breaks(known):
        return known
    return known.only(lambda entry: not is_after_closing(known, entry.day))


def _in_practice(practices: Sequence[Edition], history: History, last: date) -> Iterator[tuple[Edition, date]]:
    """The practices that were in force on any day of the case up to *last*, each with its first day there."""
    if history:
        first = history[0].day
        for practice in practices:
            begun = max(practice.in_force_from, first)
            if begun <= last and practice.covers(begun):
                yield practice, begun


def _after_closing(edition: Edition, known: History, on: date) -> Iterator[Duty]:
    """What falls due because the case was closed: evidence after the closing counts, and no closing cuts it short."""
    for rule, *rules in edition.after_closing:
        for owed in _made_due(rule(known, on), edition.in_force_until):
            yield _duty(owed, tuple(rules), edition.id, Span(None, edition.in_force_until), known, on)


def _begun(owed: Iterable[Owed], first: date, history: History) -> Iterator[Owed]:
    """What is owed under an edition from its *first* day on, while the case is open.

    A window within a time when the case was closed is not owed, nor is an act of before the edition opened again.
    """
    pauses = breaks(history)
    for one in owed:
        since = max(one.since, first)
        before = any(day is not None and day < first for day in (one.due, one.act_on))
        within = one.due is not None and any(closed < since and one.due < again for closed, again in pauses)
        if before or within:
            continue
        if pauses:
            yield evolve(_cut_by_a_break(one, history), since=_first_open_day(history, since))
        else:
            yield one if since == one.since else evolve(one, since=since)


def _first_open_day(history: History, day: date) -> date:
    """*day*, or the day of the reopening where the case was closed then."""
    return next((again for closed, again in breaks(history) if closed < day < again), day)


def _cut_by_a_break(one: Owed, history: History) -> Owed:
    """A window that a closing or a reopening cut short is not late; one that lapsed so, nothing later meets."""
    if one.due is None:
        return one
    ended = _first_open_day(history, one.due) != one.due
    cut = ended or _first_open_day(history, one.since) != one.since
    too_late = ended and one.met_on is not None and one.met_on > one.due
    return evolve(one, lenient=one.lenient or cut, met_by=() if too_late else one.met_by)


def _made_due(owed: Iterable[Owed], ended: date | None) -> Iterator[Owed]:
    """What fell due while an edition was in force; what lapsed when it *ended* is not met by what came later."""
    for one in owed:
        if ended is None:
            yield one
        elif one.since <= ended:
            met_in_time = one.met_on is None or one.met_on <= ended
            was_late = one.due is not None and one.due < ended
            yield one if met_in_time or was_late else evolve(one, met_by=())


def _editions(history: History, law: Law, on: date) -> list[tuple[Edition, date]]:
    """The editions that judged any day of the case up to *on*, each once, with the first day it judged."""
    if not history:
        return []
    found: dict[str, tuple[Edition, date]] = {}
    first = history[0].day
    for edition, day in in_turn(law, first, max(closed_on(history) or on, first)):
        found.setdefault(edition.id, (edition, day))
    return list(found.values())


def _under(edition: Edition, first: date, history: History, closed: date | None, on: date) -> Iterator[Duty]:
    """What falls due under *edition*: its duties open on the *first* day it judged the case, or later."""
    span = Span(closed, edition.in_force_until)
    for rule, *rules in edition.duties:
        begun = _begun(rule(history, closed or on), first, history)
        for owed in _made_due(begun, edition.in_force_until):
            yield _duty(owed, tuple(rules), edition.id, span, history, on)


def _duty(owed: Owed, rules: tuple[Rule, ...], edition: str, span: Span, history: History, on: date) -> Duty:
    state, late = settle(owed, span, on)
    duty = Duty(
        what=owed.what,
        cites=tuple(rule.cite for rule in rules),
        edition=edition,
        subject=owed.subject,
        since=owed.since,
        due=owed.due,
        state=state,
        met_on=owed.met_on,
        late_days=late,
        evidence=tuple(e.version for e in owed.met_by),
        near=owed.near,
        next_change_on=next_change(owed, state, span, on),
        needs=owed.needs,
        lacks=owed.lacks,
        beside=owed.beside,
    )
    return with_waiver(duty, owed, span, history, on)


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
