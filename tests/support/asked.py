"""Instruments, random ones and the samples, and answers to them."""

from datetime import date
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ihs_cases.instruments import installed
from ihs_domain.instruments import (
    Band,
    Choice,
    Direction,
    Index,
    Instrument,
    Item,
    Override,
    OverrideKind,
    Section,
    Shape,
    Sheet,
    Unit,
)
from ihs_domain.roles import Role

SAMPLES: Final = installed()
RISK: Final = SAMPLES.of("sample-risk", "1")
REASSESSMENT: Final = SAMPLES.of("sample-risk-reassessment", "1")
SAFETY: Final = SAMPLES.of("sample-safety", "1")
NEEDS: Final = SAMPLES.of("sample-strengths-and-needs", "1")
LEVELS: Final = ("low", "moderate", "high", "very-high")
ENOUGH: Final = {
    "earlier-reports": "one-or-two",
    "youngest-child": "two-to-five",
    "unsafe-housing": "yes",
    "left-alone": "no",
    "substance-use": "yes",
    "harsh-discipline": "no",
    "violence-at-home": "no",
    "hurt-before": "no",
}
"""Answers to the sample of risk that come to high: neglect 5, abuse 1. What is not answered is assumed to be no."""


def answers(items: tuple[Item, ...]) -> SearchStrategy[dict[str, str]]:
    """Any answers to *items*; one for which a choice is assumed may be left out."""
    told = {item.code: st.sampled_from([choice.code for choice in item.choices]) for item in items}
    optional = {item.code for item in items if item.assumed}
    return st.fixed_dictionaries(
        {code: drawn for code, drawn in told.items() if code not in optional},
        optional={code: drawn for code, drawn in told.items() if code in optional},
    )


def sheets(instrument: Instrument) -> SearchStrategy[tuple[Sheet, ...]]:
    """Any sheets that fit an instrument: one, or in strengths and needs one for each of some people."""
    of_units = [_sheet(instrument, unit, whose) for unit, whose in WHOSE if instrument.items(unit)]
    if instrument.shape is not Shape.NEEDS:
        return st.one_of(of_units).map(lambda sheet: (sheet,))
    return st.lists(st.one_of(of_units), min_size=1, unique_by=lambda sheet: sheet.of).map(tuple)


WHOSE: Final = (
    (Unit.HOUSEHOLD, (None,)),
    (Unit.CAREGIVER, ("person-1", "person-2")),
    (Unit.CHILD, ("person-3", "person-4")),
)


def _sheet(instrument: Instrument, unit: Unit, whose: tuple[str | None, ...]) -> SearchStrategy[Sheet]:
    told = answers(instrument.items(unit))
    if instrument.shape is Shape.NEEDS:  # whose sheet it is shows by what it answers
        told = told.filter(bool)
    return st.builds(Sheet, told, st.sampled_from(whose))


@st.composite
def risk_instruments(draw: Any) -> Instrument:
    """Any definition of the shape of risk that holds together: the bands take their bounds from drawn steps."""
    codes = draw(st.lists(st.sampled_from(["neglect", "abuse", "other"]), min_size=1, max_size=3, unique=True))
    weights = st.fixed_dictionaries({code: st.integers(-3, 5) for code in codes})
    choices = st.lists(weights, min_size=2, max_size=4)
    asked = draw(st.lists(choices, min_size=1, max_size=5))
    items = tuple(
        Item(
            f"item-{n}",
            "?",
            tuple(Choice(f"choice-{m}", "!", drawn) for m, drawn in enumerate(of_item)),
            draw(st.sampled_from([None, "choice-0", "choice-1"])),
        )
        for n, of_item in enumerate(asked)
    )
    indices = tuple(Index(code, draw(bands())) for code in codes)
    overrides = tuple(draw(st.lists(rules, max_size=2, unique_by=lambda rule: rule.code)))
    return Instrument(
        *("any-risk", "1", date(2020, 1, 1), Shape.RISK, Unit.HOUSEHOLD, "Any", (Section("all", "All", items),)),
        levels=LEVELS,
        indices=indices,
        overrides=overrides,
    )


rules: Final = st.builds(
    Override,
    st.sampled_from(["rule-1", "rule-2"]),
    st.just("some rule"),
    st.sampled_from(OverrideKind),
    st.sampled_from(Direction),
    st.none() | st.integers(1, 3),
    st.none() | st.sampled_from(LEVELS),
    st.sampled_from([frozenset(), frozenset({Role.SUPERVISOR}), frozenset({Role.SUPERVISOR, Role.DESIGNEE})]),
)


@st.composite
def bands(draw: Any) -> tuple[Band, ...]:
    """Bands without gap or overlap, open at both ends, of some of the levels in their order."""
    levels = sorted(draw(st.sets(st.sampled_from(LEVELS), min_size=1)), key=LEVELS.index)
    bounds = sorted(draw(st.sets(st.integers(-10, 20), min_size=len(levels) - 1, max_size=len(levels) - 1)))
    least = [None, *(bound + 1 for bound in bounds)]
    return tuple(Band(*one) for one in zip(levels, least, [*bounds, None], strict=True))
