"""Scoring: people give answers, and the core works out the event that goes on record, by the instrument's definition.

What is put on record holds the result, so that nothing that reads it needs the instrument.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from attrs import frozen

from ihs_domain.assessing import RiskAssessed, RiskOverridden, StrengthsAndNeedsAssessed, not_assessed
from ihs_domain.gates import Objection, Refused, refusable
from ihs_domain.history import Entry, History
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.instruments import (
    Direction,
    Instrument,
    Override,
    Sheet,
    needs_ranked,
    risk_scored,
    safety_found,
)
from ihs_domain.recording import EntryCorrected
from ihs_domain.safety import MadeFor, SafetyAssessmentCompleted
from ihs_domain.terms import Code, Computing, Decision, Happening, Narrative, PersonId, Version


@frozen
class ScoreRisk(Computing):
    """Answers to an instrument of risk, of the household or of one person; comes to RiskAssessed.

    Without a *version* it is the one in force on the day of the act.
    """

    instrument: Code
    answers: dict[Code, Code]
    version: Code | None = None
    of: PersonId | None = None
    words: Narrative = None


@frozen
class OverrideRisk(Computing):
    """Another level is proposed for an assessment of risk, by a rule of its instrument; comes to RiskOverridden."""

    assessment: Version
    rule: Code
    level: Code
    reason: Code
    words: Narrative = None


@frozen
class CompleteSafetyAssessment(Computing):
    """Answers to an instrument of safety; comes to SafetyAssessmentCompleted, with the instrument as its tool."""

    instrument: Code
    answers: dict[Code, Code]
    made_for: MadeFor
    children: frozenset[PersonId]
    version: Code | None = None
    protective_factors: frozenset[Code] | None = None
    words: Narrative = None


@frozen
class AssessStrengthsAndNeeds(Computing):
    """Answers to an instrument of strengths and needs, a sheet for each person; comes to StrengthsAndNeedsAssessed."""

    instrument: Code
    sheets: tuple[Sheet, ...]
    version: Code | None = None
    words: Narrative = None


def compute(said: Computing, day: date, history: History, book: InstrumentBook) -> Happening | Decision:
    """The event that *said* comes to on the *day* of the act.

    Raises InstrumentNotAtHand, AnswersDoNotFit, or Refused where the instrument does not allow an override.
    """
    return COMPUTED[type(said)](said, day, history, book)


def risk_is_scored(said: ScoreRisk, day: date, _: History, book: InstrumentBook) -> RiskAssessed:
    instrument = _asked(said, day, book)
    found = risk_scored(instrument, Sheet(said.answers, said.of))
    return RiskAssessed(
        instrument.id, instrument.version, said.answers, found.scores, found.level, said.of, words=said.words
    )


def safety_is_found(
    said: CompleteSafetyAssessment, day: date, _: History, book: InstrumentBook
) -> SafetyAssessmentCompleted:
    instrument = _asked(said, day, book)
    return SafetyAssessmentCompleted(
        said.made_for,
        safety_found(instrument, Sheet(said.answers)).result,
        said.children,
        tool=instrument.id,
        protective_factors=said.protective_factors,
        version=instrument.version,
        answers=said.answers,
        words=said.words,
    )


def needs_are_ranked(
    said: AssessStrengthsAndNeeds, day: date, _: History, book: InstrumentBook
) -> StrengthsAndNeedsAssessed:
    instrument = _asked(said, day, book)
    found = needs_ranked(instrument, *said.sheets)
    return StrengthsAndNeedsAssessed(
        instrument.id, instrument.version, said.sheets, found.needs, found.strengths, words=said.words
    )


def risk_is_overridden(said: OverrideRisk, day: date, history: History, book: InstrumentBook) -> RiskOverridden:
    known = history.upto(day)
    assessed = overridden(known, said.assessment)
    if assessed is None:
        raise Refused((not_assessed(said.assessment, (e.version for e in known.of(RiskAssessed))),))
    instrument = book.of(assessed.event.instrument, assessed.event.version)
    rule = next((rule for rule in instrument.overrides if rule.code == said.rule), None)
    if rule is None:
        raise Refused((_no_rule(instrument),))
    if against := not_allowed(instrument, rule, assessed.event.scored_level, said.level):
        raise Refused((against,))
    return RiskOverridden(
        said.assessment, rule.code, rule.kind, said.level, said.reason, rule.approved_by, words=said.words
    )


COMPUTED: Final[dict[type[Computing], Callable[[Any, date, History, InstrumentBook], Happening | Decision]]] = {
    ScoreRisk: risk_is_scored,
    OverrideRisk: risk_is_overridden,
    CompleteSafetyAssessment: safety_is_found,
    AssessStrengthsAndNeeds: needs_are_ranked,
}
"""What people say where the core computes, and what works the event out."""


ONLY_COMPUTED: Final[dict[type, type[Computing]]] = {RiskOverridden: OverrideRisk}
"""Decisions whose every word the instrument has a say in: what leads to each, and who approves it."""


def not_by_hand(event: object) -> Iterator[Objection]:
    """What speaks against an event, or a correction that says it, which nobody computed by an instrument.

    One reported as decided elsewhere is a transcription: whether the instrument has it so is found on replay.
    """
    said = event.instead if isinstance(event, EntryCorrected) else event
    by = ONLY_COMPUTED.get(type(said))
    if by is not None and refusable(said):
        remedy = f"propose it by {by.__name__}, or say in `reported` by whom it was decided"
        if said is not event:
            remedy = f"void the entry, then {remedy}"
        yield Objection(f"{type(said).__name__} is worked out by the rules of its instrument, not said", remedy)


def scored_with(event: object) -> tuple[Code, Code] | None:
    """Id and version of the instrument that an event is the result of; None where it is that of none."""
    if isinstance(event, (RiskAssessed, StrengthsAndNeedsAssessed)):
        return event.instrument, event.version
    if isinstance(event, SafetyAssessmentCompleted) and event.tool is not None and event.version is not None:
        return event.tool, event.version
    return None


def _asked(
    said: ScoreRisk | CompleteSafetyAssessment | AssessStrengthsAndNeeds, day: date, book: InstrumentBook
) -> Instrument:
    """The version that was named, or the one in force on the day of the act."""
    return book.on(said.instrument, day) if said.version is None else book.of(said.instrument, said.version)


# Overrides


def overridden(history: History, assessment: Version) -> Entry[RiskAssessed] | None:
    """The assessment of risk that an override names, None where none stands under that version."""
    return next((e for e in history.of(RiskAssessed) if e.version == assessment), None)


def _no_rule(instrument: Instrument) -> Objection:
    rules = ", ".join(rule.code for rule in instrument.overrides)
    remedy = f"name one of {rules}" if rules else "let the scored level hold"
    return Objection(f"{instrument.name} has no override of that code", remedy)


def not_allowed(instrument: Instrument, rule: Override, scored: Code, level: Code) -> Objection | None:
    """What speaks against *level* instead of the *scored* one by a rule of the instrument."""
    if allowed := [one for one in instrument.levels if _allows(instrument, rule, scored, one)]:
        why = f"{rule.code} of {instrument.name} does not lead from {scored} to that level"
        return None if level in allowed else Objection(why, f"propose one of {', '.join(allowed)}")
    return Objection(f"{rule.code} of {instrument.name} leads nowhere from {scored}", "let the scored level hold")


def _allows(instrument: Instrument, rule: Override, scored: Code, level: Code) -> bool:
    if scored not in instrument.levels:
        return False
    steps = instrument.rank(level) - instrument.rank(scored)
    ways = {Direction.UP: steps > 0, Direction.DOWN: steps < 0, Direction.EITHER: steps != 0}
    near_enough = rule.steps is None or abs(steps) <= rule.steps
    return ways[rule.direction] and near_enough and rule.to in {None, level}
