"""Judging: the same gates refuse a decision, find in a history, and say what can be done."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

from attrs import evolve, frozen

from ihs_domain.case import Case, Folding, fold
from ihs_domain.closing import CaseClosed, Ending, closed_on, is_after_closing
from ihs_domain.duties import Duty, DutyRule, Owed, Span, next_change, settle
from ihs_domain.editions import Edition, Law, always
from ihs_domain.gates import Objection, Refused
from ihs_domain.history import Entry, History
from ihs_domain.ids import entries_named, ids_are_kept, ids_are_known, mentions
from ihs_domain.opening import CaseOpened
from ihs_domain.persons import JOINING
from ihs_domain.planning import PlanAgreed, SupervisorAgreed
from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.roles import Actor
from ihs_domain.rules import Rule
from ihs_domain.safety import safety_plans_are_reviewed
from ihs_domain.terms import Amendment, Decision, PersonId


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
    edition = law(proposed.day)
    case = fold(history, upto=proposed.day)
    amiss = (
        *_amends_an_entry(record, proposed),
        *_names_entries(record, proposed),
        *ids_are_known(record, proposed),
        *ids_are_kept(record, history, proposed),
        *_opens_once(history, proposed),
    )
    objections = tuple(edition.objections(case, proposed))
    standing = objections if refusable(proposed.event) else ()
    if amiss:  # clauses say nothing of ids that do not exist: only the state of the case is told besides
        raise Refused((*amiss, *_of_what_there_is(standing, amiss, proposed)))
    if standing:
        raise Refused(standing)
    return tuple(_finding(proposed, o) for o in (*objections, *edition.findings(case, proposed)))


def _of_what_there_is(
    standing: Iterable[Objection], amiss: Iterable[Objection], proposed: Entry[Any]
) -> Iterator[Objection]:
    """What the state of the case has against *proposed*, but for things that do not exist: those are told of."""
    new = {m.id for m in mentions(proposed.event) if m.introduces}
    unknown = {thing for o in amiss for thing in o.about} - new
    return (o for o in standing if not o.rules and unknown.isdisjoint(o.about))


NO_ENTRY: Final = ("there is no entry of that version in this case", "name the version shown on the timeline")


def refusable(event: object) -> bool:
    """Whether a gate can stand before *event*: a decision taken here and now."""
    return isinstance(event, Decision) and event.reported is None


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


def _opens_once(history: History, proposed: Entry[Any]) -> list[Objection]:
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


def judge(history: History, law: Law) -> Iterator[Finding]:
    """Findings: what each entry would have been refused for, or was found wanting in, by the law of its day."""
    folding = Folding()
    for entry in history:
        edition = law(entry.day)
        if edition.judges(type(entry.event)):
            case = folding.case()
            for objection in (*edition.objections(case, entry), *edition.findings(case, entry)):
                yield _finding(entry, objection)
        folding.add(entry)


def _finding(entry: Entry[Any], objection: Objection) -> Finding:
    return Finding(entry.version, type(entry.event).__name__, entry.day, objection)


OWN_TERMS: Final[tuple[DutyRule, ...]] = (safety_plans_are_reviewed,)
"""Duties that an entry sets itself, by no clause; an edition that has a clause for one cites that instead."""


def duties(history: History, law: Law, on: date, practices: Sequence[Edition] = ()) -> tuple[Duty, ...]:
    """What fell due in a case by *on*, under every edition in force while it was open, in order of the tables."""
    known = history.upto(on)
    closed = closed_on(known)
    counts = known.only(lambda e: not is_after_closing(known, e.day))  # what comes after closing meets no duty
    by_rule = _editions(known, law, on)
    ruled = {edition.id for edition, _ in by_rule}
    beside = [practice for practice in practices if practice.id not in ruled]
    in_force = [*by_rule, *_in_practice(beside, known, closed or on)]
    found = [duty for edition, first in in_force for duty in _under(edition, first, counts, closed, on)]
    found += [duty for edition, _ in in_force for duty in _after_closing(edition, known, on)] if closed else []
    cited = {rule for edition, _ in in_force for rule, *_ in edition.duties}
    for rule in (rule for rule in OWN_TERMS if rule not in cited):
        found += (_duty(owed, (), "", Span(closed), on) for owed in rule(counts, closed or on))
    return tuple(found)


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
            yield _duty(owed, tuple(rules), edition.id, Span(None, edition.in_force_until), on)


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
    last = closed_on(history) or on
    found: dict[str, tuple[Edition, date]] = {}
    for ordinal in range(history[0].day.toordinal(), max(last, history[0].day).toordinal() + 1):
        day = date.fromordinal(ordinal)
        edition = law(day)
        found.setdefault(edition.id, (edition, day))
    return list(found.values())


def _under(edition: Edition, first: date, history: History, closed: date | None, on: date) -> Iterator[Duty]:
    """What falls due under *edition*: its duties open on the *first* day it judged the case, or later."""
    span = Span(closed, edition.in_force_until)
    for rule, *rules in edition.duties:
        for owed in _made_due(rule(history, closed or on), edition.in_force_until):
            if not any(day is not None and day < first for day in (owed.due, owed.act_on)):
                yield _duty(evolve(owed, since=max(owed.since, first)), tuple(rules), edition.id, span, on)


def _duty(owed: Owed, rules: tuple[Rule, ...], edition: str, span: Span, on: date) -> Duty:
    state, late = settle(owed, span, on)
    return Duty(
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
    )


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
    )


class Possible(StrEnum):
    """Whether a decision can be taken now."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"


@frozen
class Doable:
    """One decision: *no* is refused for every argument, with why and remedy; *yes* comes with one that is accepted."""

    decision: str
    possible: Possible
    objections: tuple[Objection, ...] = ()
    witness: Decision | None = None


def _as_it_is(case: Case) -> dict[PersonId, Ending]:
    """For each child, why services end for it by what is on record."""
    return {
        child: Ending.CHILD_UNSAFE_AT_HOME if child in case.safety.unsafe else Ending.THREATS_MANAGED
        for child in sorted(case.household.children)
    }


Candidates = Callable[[Case], Iterable[Decision]]

CANDIDATES: Final[dict[type[Decision], Candidates]] = {
    PlanAgreed: lambda case: (
        PlanAgreed(plan, frozenset(case.teaming.members)) for plan in sorted(case.planning.drafted)
    ),
    SupervisorAgreed: lambda case: (SupervisorAgreed(plan) for plan in sorted(case.planning.drafted)),
    CaseClosed: lambda case: (
        CaseClosed(ending, said)
        for ending in sorted(Ending)
        for said in (dict.fromkeys(sorted(case.household.children), ending), _as_it_is(case))
    ),
}
"""For some decisions, arguments such that if none of them is accepted, none whatever is."""


def possible(history: History, law: Law, day: date, actor: Actor) -> Iterator[Doable]:
    """For each decision with candidates, whether *actor* could take it on *day*."""
    case = fold(history, upto=day)
    edition = law(day)
    for cls, candidates in CANDIDATES.items():
        tried = [(c, tuple(edition.objections(case, Entry(c, day, actor=actor)))) for c in candidates(case)]
        yield _doable(cls, tried)


def _doable(cls: type[Decision], tried: list[tuple[Decision, tuple[Objection, ...]]]) -> Doable:
    accepted = next((c for c, objections in tried if not objections), None)
    if accepted is not None:
        return Doable(cls.__name__, Possible.YES, witness=accepted)
    if not tried:
        nothing = Objection("the case has nothing this could be decided about", "record that first")
        return Doable(cls.__name__, Possible.NO, (nothing,))
    return Doable(cls.__name__, Possible.NO, tuple(dict.fromkeys(o for _, objections in tried for o in objections)))
