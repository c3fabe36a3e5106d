"""Assessing the family: its strengths and its underlying needs."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ihs_domain.closing import CaseClosed, Ending, EndingDetermined
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.instruments import OverrideKind, Rated, Sheet
from ihs_domain.opening import opened_on
from ihs_domain.requesting import Audience, audiences
from ihs_domain.roles import Role
from ihs_domain.terms import (
    AssessmentId,
    Code,
    Decision,
    Happening,
    Narrative,
    NeedId,
    New,
    PersonId,
    StrengthId,
    Version,
)

if TYPE_CHECKING:
    from ihs_domain.case import Case


@frozen
class StrengthIdentified(Happening):
    """Something the family can build on."""

    strength: New[StrengthId]
    kind: Code
    words: Narrative = None


@frozen
class NeedIdentified(Happening):
    """Something the family, or one person of it, needs."""

    need: New[NeedId]
    kind: Code
    of: PersonId | None = None
    words: Narrative = None


@frozen
class FamilyAssessmentCompleted(Happening):
    """The written child and family assessment (formerly: functional assessment), with those who took part."""

    assessment: New[AssessmentId]
    strengths: frozenset[StrengthId]
    needs: frozenset[NeedId]
    took_part: frozenset[PersonId]
    words: Narrative = None


@frozen
class FamilyAssessmentUpdated(Happening):
    """The assessment was updated with new information, with those who took part."""

    assessment: AssessmentId
    strengths: frozenset[StrengthId] = frozenset()
    needs: frozenset[NeedId] = frozenset()
    took_part: frozenset[PersonId] = frozenset()
    words: Narrative = None


@frozen
class NeedsAsked(Happening):
    """The family was asked for needs in these areas. A need found is recorded by itself; the other areas had none."""

    areas: frozenset[Code]
    words: Narrative = None


@frozen
class NeedMet(Happening):
    """A need is met."""

    need: NeedId


@frozen
class InstrumentReviewed(Happening):
    """A scored instrument was gone through to find concerns."""

    instrument: Code


@frozen
class RiskAssessed(Happening):
    """The risk to the children was scored with an instrument, of the household or of one person (*of*)."""

    instrument: Code
    version: Code
    answers: dict[Code, Code]
    scores: dict[Code, int]
    scored_level: Code
    of: PersonId | None = None
    words: Narrative = None


@frozen
class RiskOverridden(Decision):
    """Another level than the scored one is to hold, by a rule of the instrument.

    It holds once one of *approved_by* approved this entry; at once where that names nobody.
    """

    assessment: Version
    rule: Code
    kind: OverrideKind
    level: Code
    reason: Code
    approved_by: frozenset[Role] = frozenset()
    words: Narrative = None


@frozen
class StrengthsAndNeedsAssessed(Happening):
    """Strengths and needs were rated with an instrument: needs gravest first, strengths greatest first."""

    instrument: Code
    version: Code
    sheets: tuple[Sheet, ...]
    needs: tuple[Rated, ...]
    strengths: tuple[Rated, ...]
    words: Narrative = None


@frozen
class AssessmentResultsExplained(Happening):
    """The results of an assessment were explained to the family or the referent."""

    whom: Audience
    appropriate: bool = True


@frozen
class OptionsExplored(Happening):
    """Other ways to meet needs were explored with the family."""

    needs: frozenset[NeedId] = frozenset()
    words: Narrative = None


@frozen
class Assessing:
    """The completed assessments, whose each need is (None: the family's), and which entries assessed risk."""

    completed: frozenset[AssessmentId] = frozenset()
    risk: frozenset[int] = frozenset()
    needs: dict[NeedId, PersonId | None] = field(factory=dict)


def need_identified(assessing: Assessing, entry: Entry[NeedIdentified]) -> Assessing:
    return evolve(assessing, needs={**assessing.needs, entry.event.need: entry.event.of})


def family_assessment_completed(assessing: Assessing, entry: Entry[FamilyAssessmentCompleted]) -> Assessing:
    return evolve(assessing, completed=assessing.completed | {entry.event.assessment})


def risk_assessed(assessing: Assessing, entry: Entry[RiskAssessed]) -> Assessing:
    return evolve(assessing, risk=assessing.risk | {entry.version})


def a_risk_assessment_is_overridden(case: "Case", entry: Entry[RiskOverridden]) -> Objection | None:
    """What is overridden is an assessment of risk, on record by that day."""
    known = case.assessing.risk
    return None if entry.event.assessment in known else not_assessed(entry.event.assessment, known)


def not_assessed(assessment: Version, known: Iterable[int]) -> Objection:
    """What speaks against overriding an *assessment* that is none of those *known* by that day."""
    there = ", ".join(f"@{version}" for version in sorted(known))
    remedy = f"name one that does: {there}" if there else "assess the risk first"
    return Objection("no assessment of risk stands under that version by that day", remedy, (f"@{assessment}",))


def whole(assessment: FamilyAssessmentCompleted) -> bool:
    """An assessment is of strengths *and* needs."""
    return bool(assessment.strengths and assessment.needs)


def family_is_assessed(history: History, on: date) -> Iterator[Owed]:
    """A written assessment of strengths and of underlying needs is completed for the family."""
    if day := opened_on(history):
        made = history.of(FamilyAssessmentCompleted)
        near = tuple(
            NearMiss(e.version, "it does not name both strengths and needs") for e in made if not whole(e.event)
        )
        met = tuple(e for e in made if whole(e.event))
        yield Owed("the child and family assessment is written", day, met_by=met[:1], near=near)


def found_inappropriate(history: History) -> date | None:
    """The first day on which services were said to be inappropriate for the family, if they were."""
    said = (
        *(e for e in history.of(AssessmentResultsExplained) if not e.event.appropriate),
        *(e for e in history.of_any(EndingDetermined, CaseClosed) if e.event.reason is Ending.NOT_APPROPRIATE),
    )
    return min((e.day for e in said), default=None)


def inappropriate_services_are_explained(history: History, on: date) -> Iterator[Owed]:
    """Before services end as inappropriate, family and referent are told of the assessment."""
    since = found_inappropriate(history)
    if since is None:
        return
    for audience in audiences(history):
        told = [e for e in history.of(AssessmentResultsExplained) if e.event.whom is audience]
        yield Owed(
            f"the {audience} is told that services are not appropriate",
            since,
            subject=(audience.value,),
            met_by=tuple(e for e in told if not e.event.appropriate)[:1],
            near=tuple(NearMiss(e.version, "it was not told so") for e in told if e.event.appropriate),
        )


def unmet_needs_are_explored(history: History, on: date) -> Iterator[Owed]:
    """Before services end as inappropriate, options for each need not met are explored, or the need is met."""
    since = found_inappropriate(history)
    if since is None:
        return
    met_by_then = {e.event.need for e in history.of(NeedMet) if e.day <= since}
    answered = history.of_any(OptionsExplored, NeedMet)
    explored = history.of(OptionsExplored)
    for need in dict.fromkeys(e.event.need for e in history.of(NeedIdentified) if e.event.need not in met_by_then):
        yield Owed(
            "options for a need that is not met are explored",
            since,
            subject=(need,),
            met_by=tuple(e for e in answered if _answers(e, need))[:1],
            near=tuple(NearMiss(e.version, "not for this need") for e in explored if need not in e.event.needs),
        )


def _answers(entry: Entry[OptionsExplored | NeedMet], need: NeedId) -> bool:
    said = entry.event
    return need in said.needs if isinstance(said, OptionsExplored) else need == said.need


def assessment_is_updated(history: History, on: date) -> Iterator[Owed]:
    """A strength or need found after the assessment is taken into it."""
    first = history.first(FamilyAssessmentCompleted)
    if first is None:
        return
    assessments = history.of_any(FamilyAssessmentCompleted, FamilyAssessmentUpdated)
    for found in history.of_any(StrengthIdentified, NeedIdentified):
        later = [e for e in assessments if _order(e) > _order(found)]
        if _order(found) > _order(first) and _named(found) not in first.event.strengths | first.event.needs:
            yield _update(found, later)


def _update(found: Entry[StrengthIdentified | NeedIdentified], later: list[Entry[Any]]) -> Owed:
    named = _named(found)
    met = [e for e in later if named in e.event.strengths | e.event.needs]
    near = tuple(NearMiss(e.version, "it does not name what was found") for e in later if e not in met)
    return Owed("the assessment is updated", found.day, subject=(named,), met_by=tuple(met[:1]), near=near)


def _named(found: Entry[StrengthIdentified | NeedIdentified]) -> str:
    return found.event.need if isinstance(found.event, NeedIdentified) else found.event.strength


def _order(entry: Entry[Any]) -> tuple[date, int]:
    return entry.day, entry.version


SCORED: Final = "it was scored, which does not say that somebody went through it to find concerns"


def instruments_are_reviewed(*instruments: str) -> DutyRule:
    """A duty: each of these scored instruments is gone through to find concerns."""

    def each_instrument_is_reviewed(history: History, on: date) -> Iterator[Owed]:
        """Each instrument is gone through to find what concerns the family."""
        if day := opened_on(history):
            for instrument in instruments:
                met = tuple(e for e in history.of(InstrumentReviewed) if e.event.instrument == instrument)
                scored = history.of_any(RiskAssessed, StrengthsAndNeedsAssessed)
                near = tuple(NearMiss(e.version, SCORED) for e in scored if e.event.instrument == instrument)
                yield Owed("the instrument is reviewed", day, subject=(instrument,), met_by=met[:1], near=near)

    return each_instrument_is_reviewed


def needs_are_asked_in(*areas: str) -> DutyRule:
    """A duty: the family is asked for needs in each of these areas; that there are none is an answer."""

    def the_family_is_asked_for_needs(history: History, on: date) -> Iterator[Owed]:
        """The family is asked for needs in each area; that there are none is an answer."""
        if day := opened_on(history):
            for area in areas:
                met = tuple(e for e in history.of(NeedsAsked) if area in e.event.areas)
                found = [e for e in history.of(NeedIdentified) if e.event.kind == area]
                near = tuple(NearMiss(e.version, "a need was found, not that the family was asked") for e in found)
                yield Owed("the family is asked for needs", day, subject=(area,), met_by=met[:1], near=near)

    return the_family_is_asked_for_needs
