"""Instruments: what is asked, what each answer weighs, and what comes of the answers. Definitions are data."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from attrs import field, frozen

from ihs_domain.roles import Role
from ihs_domain.safety import SafetyResult
from ihs_domain.terms import Code, PersonId


class Shape(StrEnum):
    """What kind of result an instrument comes to."""

    SAFETY = "safety"
    RISK = "risk"
    REASSESSMENT = "risk-reassessment"
    NEEDS = "strengths-and-needs"


class Unit(StrEnum):
    """Of whom an instrument, or a section of it, is answered."""

    HOUSEHOLD = "household"
    CAREGIVER = "caregiver"
    CHILD = "child"


class Sign(StrEnum):
    """What an answer of a safety assessment says: that there is a threat, or that a plan can protect from it."""

    THREAT = "threat"
    PROTECTION = "protection"


class OverrideKind(StrEnum):
    """Why another level than the scored one may hold: the agency's policy says so, or somebody's judgement."""

    POLICY = "policy"
    DISCRETIONARY = "discretionary"


class Direction(StrEnum):
    """Which way an override may lead from the scored level."""

    UP = "up"
    DOWN = "down"
    EITHER = "either"


@frozen
class Choice:
    """One answer that may be given. *weights* is what it adds to each index, *sign* what it says of safety."""

    code: Code
    words: str
    weights: dict[Code, int] = field(factory=dict)
    sign: Sign | None = None


@frozen
class Item:
    """One question. *assumed* is the choice that counts where nobody answered (None: it must be answered)."""

    code: Code
    asks: str
    choices: tuple[Choice, ...]
    assumed: Code | None = None

    def choice(self, code: Code | None) -> Choice | None:
        """The choice of that code, None where there is none."""
        return next((choice for choice in self.choices if choice.code == code), None)


@frozen
class Section:
    """Items that stand together. *unit* is of whom they are answered, where it is not the instrument's."""

    code: Code
    heading: str
    items: tuple[Item, ...]
    unit: Unit | None = None


@frozen
class Band:
    """The scores, from *least* to *most*, both included, that come to one level; None is no bound."""

    level: Code
    least: int | None = None
    most: int | None = None

    def holds(self, score: int) -> bool:
        """Whether *score* comes to this band's level."""
        return (self.least is None or self.least <= score) and (self.most is None or score <= self.most)


@frozen
class Index:
    """One sum of weights, and the bands that make a level of it."""

    code: Code
    bands: tuple[Band, ...] = ()

    def level(self, score: int) -> Code:
        """The level that *score* comes to."""
        return next(band.level for band in self.bands if band.holds(score))


@frozen
class Override:
    """A rule by which another level than the scored one holds.

    *steps* is how many levels it may lead away at most (None: any number), *to* the one level it leads to (None: any),
    and *approved_by* who must approve it before it holds (nobody: it holds at once).
    """

    code: Code
    says: str
    kind: OverrideKind
    direction: Direction = Direction.EITHER
    steps: int | None = None
    to: Code | None = None
    approved_by: frozenset[Role] = frozenset()


@frozen
class Instrument:
    """One version of an instrument. *levels* go from the lowest to the highest; *sample* is for no family."""

    id: Code
    version: Code
    in_force_from: date
    shape: Shape
    unit: Unit
    title: str
    sections: tuple[Section, ...]
    levels: tuple[Code, ...] = ()
    indices: tuple[Index, ...] = ()
    overrides: tuple[Override, ...] = ()
    sample: bool = False

    @property
    def name(self) -> str:
        """Id and version: `sample-risk@1`."""
        return f"{self.id}@{self.version}"

    def items(self, unit: Unit | None = None) -> tuple[Item, ...]:
        """The items in their order; those answered of one *unit*, where it is given."""
        return tuple(
            item for section in self.sections if unit in {None, self.unit_of(section)} for item in section.items
        )

    def unit_of(self, section: Section) -> Unit:
        """Of whom a section is answered."""
        return section.unit or self.unit

    def rank(self, level: Code) -> int:
        """How high a level stands, from 0. Raises ValueError where the instrument has no such level."""
        return self.levels.index(level)


@frozen
class Sheet:
    """What was answered about one person, or (of nobody) about the household: item to choice."""

    answers: dict[Code, Code]
    of: PersonId | None = None


@frozen
class RiskScored:
    """The sum of each index, and the highest level that any of them comes to."""

    scores: dict[Code, int]
    level: Code


@frozen
class SafetyFound:
    """What a safety assessment found."""

    result: SafetyResult

    @property
    def needs_a_plan(self) -> bool:
        """Whether the children are safe only with a plan."""
        return self.result is SafetyResult.SAFE_WITH_PLAN


@frozen
class Rated:
    """One domain of somebody (None: the household's): above 0 it is a need, below 0 a strength."""

    item: Code
    weight: int
    of: PersonId | None = None


@frozen
class NeedsRanked:
    """The needs, gravest first, and the strengths, greatest first."""

    needs: tuple[Rated, ...]
    strengths: tuple[Rated, ...]


Result = RiskScored | SafetyFound | NeedsRanked


class InstrumentError(Exception):
    """An instrument cannot be used, or not as it was asked."""


class AnswersDoNotFit(InstrumentError, ValueError):
    """The answers are not such as the instrument asks for: says which, and what instead. Carries all that is wrong."""

    def __init__(self, instrument: Instrument, wrong: tuple[str, ...]) -> None:
        self.wrong = wrong
        super().__init__(f"{instrument.name}: {'; '.join(wrong)}")


def score(instrument: Instrument, sheets: Iterable[Sheet]) -> Result:
    """What comes of these answers. Raises :class:`AnswersDoNotFit`."""
    return RESULTS[instrument.shape](instrument, *sheets)


def risk_scored(instrument: Instrument, *sheets: Sheet) -> RiskScored:
    """The indices and the level: where they differ, the higher level wins."""
    chosen = _chosen(instrument, sheets, Shape.RISK, Shape.REASSESSMENT)
    scores = {i.code: sum(one.choice.weights.get(i.code, 0) for one in chosen) for i in instrument.indices}
    levels = (index.level(scores[index.code]) for index in instrument.indices)
    return RiskScored(scores, max(levels, key=instrument.rank))


def safety_found(instrument: Instrument, *sheets: Sheet) -> SafetyFound:
    """Safe without a threat; safe with a plan where one can protect from what there is; else unsafe."""
    signs = {one.choice.sign for one in _chosen(instrument, sheets, Shape.SAFETY)}
    if Sign.THREAT not in signs:
        return SafetyFound(SafetyResult.SAFE)
    return SafetyFound(SafetyResult.SAFE_WITH_PLAN if Sign.PROTECTION in signs else SafetyResult.UNSAFE)


def needs_ranked(instrument: Instrument, *sheets: Sheet) -> NeedsRanked:
    """Needs and strengths by their weight; those of equal weight in the instrument's order, then by person."""
    order = {item.code: n for n, item in enumerate(instrument.items())}
    chosen = _chosen(instrument, sheets, Shape.NEEDS)
    rated = [Rated(one.item.code, sum(one.choice.weights.values()), one.of) for one in chosen]
    rated.sort(key=lambda one: (-abs(one.weight), order[one.item], one.of or ""))
    return NeedsRanked(tuple(r for r in rated if r.weight > 0), tuple(r for r in rated if r.weight < 0))


RESULTS: Final[dict[Shape, Callable[..., Result]]] = {
    Shape.SAFETY: safety_found,
    Shape.RISK: risk_scored,
    Shape.REASSESSMENT: risk_scored,
    Shape.NEEDS: needs_ranked,
}


class _Chosen(NamedTuple):
    """The choice that counts for an item, of whom it is: as answered, or as assumed."""

    item: Item
    choice: Choice
    of: PersonId | None


def _chosen(instrument: Instrument, sheets: tuple[Sheet, ...], *shapes: Shape) -> list[_Chosen]:
    """What counts of these sheets. Raises AnswersDoNotFit where the instrument is of none of these *shapes*, too."""
    other = [f"it is an instrument of {instrument.shape}: score it as such"]
    if wrong := _misfits(instrument, sheets) if instrument.shape in shapes else other:
        raise AnswersDoNotFit(instrument, tuple(wrong))
    return [
        _Chosen(item, choice, sheet.of)
        for sheet in sheets
        for item in instrument.items(_unit(instrument, sheet))
        if (choice := item.choice(sheet.answers.get(item.code, item.assumed)))
    ]


def _unit(instrument: Instrument, sheet: Sheet) -> Unit | None:
    """Of whom a sheet is: the unit of the items it answers; None where they have none in common."""
    answered = {instrument.unit_of(s) for s in instrument.sections if any(i.code in sheet.answers for i in s.items)}
    units = answered or {instrument.unit_of(s) for s in instrument.sections}
    return units.pop() if len(units) == 1 else None


def _misfits(instrument: Instrument, sheets: tuple[Sheet, ...]) -> list[str]:
    if not sheets or (instrument.shape is not Shape.NEEDS and len(sheets) > 1):
        return ["expected the answers of one sheet"]
    if len({sheet.of for sheet in sheets}) < len(sheets):
        return ["two sheets are of the same person: give one of each"]
    return [wrong for sheet in sheets for wrong in _misfits_of(instrument, sheet)]


def _misfits_of(instrument: Instrument, sheet: Sheet) -> Iterator[str]:
    known = {item.code: item for item in instrument.items()}
    if sheet.answers.keys() - known.keys():
        yield f"answers: an item is answered that it does not ask; it asks: {', '.join(known)}"
    unit = _unit(instrument, sheet)
    if unit is None:
        yield "answers: expected items of one unit on a sheet: the household's, a caregiver's or a child's"
        return
    if (unit is Unit.HOUSEHOLD) is not (sheet.of is None):
        yield "of: " + ("leave it out: it is of the household" if sheet.of else f"expected the {unit} it is of")
    for item in instrument.items(unit):
        yield from _misfit(item, sheet.answers)


def _misfit(item: Item, answers: dict[Code, Code]) -> Iterator[str]:
    choices = ", ".join(choice.code for choice in item.choices)
    if item.code not in answers and item.assumed is None:
        yield f"answers.{item.code}: not answered, and nothing is assumed: expected one of {choices}"
    elif item.code in answers and item.choice(answers[item.code]) is None:
        yield f"answers.{item.code}: expected one of {choices}"
