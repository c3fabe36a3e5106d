"""Scoring again on replay: a result on record that its instrument does not come to is found, never just accepted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ihs_domain.amending import amended, overruled
from ihs_domain.assessing import RiskAssessed, RiskOverridden, StrengthsAndNeedsAssessed
from ihs_domain.editions import Law
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History, effective
from ihs_domain.instrument_book import InstrumentBook, InstrumentNotAtHand
from ihs_domain.instruments import (
    AnswersDoNotFit,
    Instrument,
    NeedsRanked,
    Result,
    RiskScored,
    SafetyFound,
    Sheet,
    score,
)
from ihs_domain.judge import Finding, judge
from ihs_domain.recording import EntryCorrected
from ihs_domain.safety import SafetyAssessmentCompleted
from ihs_domain.scoring import not_allowed, overridden
from ihs_domain.terms import Amendment

DIFFERS: Final = "its instrument comes to another result from these answers"
NO_SHEET: Final = "its instrument does not come to a result from these answers"
NOT_AT_HAND: Final = "its instrument is not at hand, so that the result could not be worked out again"
NOT_BY_RULE: Final = "its instrument has no such override, or asks for another approval"
VOID_AND_SCORE: Final = "score it again and void this entry, or correct it to the answers that were given"


def findings(history: History, law: Law, book: InstrumentBook) -> tuple[Finding, ...]:
    """All that is found in a history, in order of the acts: by the law of each day, in amendments, by scoring again."""
    amiss = (Finding(e.version, type(e.event).__name__, e.day, o) for e, o in overruled(history, law))
    found = [*judge(history, law), *amiss, *rescored(history, book)]
    return tuple(sorted(found, key=lambda finding: (finding.day, finding.version)))


def rescored(history: History, book: InstrumentBook) -> Iterator[Finding]:
    """What is found on working out again every result that an instrument came to, in order of the history."""
    for entry in history:
        against = _against(entry, history, book)
        if against is not None:
            yield Finding(entry.version, type(entry.event).__name__, entry.day, against)


def tells_a_result(event: object) -> bool:
    """Whether *event* says what an instrument came to, or corrects an entry to say so."""
    said = event.instead if isinstance(event, EntryCorrected) else event
    return isinstance(said, (*SCORED, RiskOverridden))


def rescored_once_recorded(
    proposed: Entry[Any], record: Sequence[Entry[Any]], book: InstrumentBook
) -> tuple[Finding, ...]:
    """What :func:`rescored` will find in an entry, or in the act that it amends, once it is on *record*."""
    if isinstance(proposed.event, Amendment):
        act, history = amended(record, proposed)
    else:
        act, history = proposed.version, effective([*record, proposed])
    return tuple(finding for finding in rescored(history, book) if finding.version == act)


def _against(entry: Entry[Any], history: History, book: InstrumentBook) -> Objection | None:
    try:
        if isinstance(entry.event, RiskOverridden):
            return _override_differs(entry.event, history, book)
        if told := SCORED.get(type(entry.event), _nothing)(entry.event):
            instrument, sheets, result = told
            return _differs(book.of(*instrument), sheets, result)
    except InstrumentNotAtHand:
        return Objection(NOT_AT_HAND, "load the file of that version, and judge again", _named(entry.event, history))
    return None


Told = tuple[tuple[Any, Any], tuple[Sheet, ...], Result]
"""Id and version of an instrument, the answers to it, and the result on record."""


def _nothing(_: object) -> Told | None:
    return None


def _of_risk(said: RiskAssessed) -> Told:
    sheet = Sheet(said.answers, said.of)
    return (said.instrument, said.version), (sheet,), RiskScored(said.scores, said.scored_level)


def _of_safety(said: SafetyAssessmentCompleted) -> Told | None:
    if said.version is None:
        return None
    return (said.tool, said.version), (Sheet(said.answers),), SafetyFound(said.result)


def _of_needs(said: StrengthsAndNeedsAssessed) -> Told:
    return (said.instrument, said.version), said.sheets, NeedsRanked(said.needs, said.strengths)


SCORED: Final[Mapping[type, Callable[[Any], Told | None]]] = {
    RiskAssessed: _of_risk,
    SafetyAssessmentCompleted: _of_safety,
    StrengthsAndNeedsAssessed: _of_needs,
}


def _differs(instrument: Instrument, sheets: tuple[Sheet, ...], result: Result) -> Objection | None:
    try:
        found = score(instrument, sheets)
    except AnswersDoNotFit:
        return Objection(NO_SHEET, VOID_AND_SCORE, (instrument.name,))
    return None if found == result else Objection(DIFFERS, VOID_AND_SCORE, (instrument.name,))


def _override_differs(said: RiskOverridden, history: History, book: InstrumentBook) -> Objection | None:
    assessed = overridden(history, said.assessment)
    if assessed is None:
        return None  # that the assessment does not stand is for a gate to say
    instrument = book.of(assessed.event.instrument, assessed.event.version)
    rule = next((rule for rule in instrument.overrides if rule.code == said.rule), None)
    if rule is None or (rule.kind, rule.approved_by) != (said.kind, said.approved_by):
        return Objection(NOT_BY_RULE, "propose it anew, and void this entry", (instrument.name,))
    return not_allowed(instrument, rule, assessed.event.scored_level, said.level)


def _named(said: Any, history: History) -> tuple[str, ...]:
    """The id and version of the instrument that an entry speaks of."""
    if isinstance(said, RiskOverridden):
        assessed = overridden(history, said.assessment)
        said = assessed.event if assessed else said
    id_ = getattr(said, "instrument", None) or getattr(said, "tool", None)
    return (f"{id_}@{said.version}",)
