"""Instruments: what comes of answers, what is wrong with answers, and what is wrong with definitions."""

from datetime import date

import pytest
from asked import ENOUGH, LEVELS, NEEDS, REASSESSMENT, RISK, SAFETY, SAMPLES, answers, risk_instruments, sheets
from attrs import evolve
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_domain.flaws import BadInstrument, flaws
from ihs_domain.instrument_book import InstrumentBook, InstrumentNotAtHand
from ihs_domain.instruments import (
    AnswersDoNotFit,
    Band,
    Choice,
    Index,
    Instrument,
    Item,
    NeedsRanked,
    Override,
    OverrideKind,
    Rated,
    RiskScored,
    SafetyFound,
    Section,
    Sheet,
    Sign,
    Unit,
    needs_ranked,
    risk_scored,
    safety_found,
    score,
)
from ihs_domain.roles import Role
from ihs_domain.safety import SafetyResult

CALM = {item.code: "no" for item in SAFETY.items()}
WELL = {"sober-life": "adequate", "peace-of-mind": "adequate", "parenting": "strength", "ties": "adequate"}


def wrong(instrument: Instrument, *given_sheets: Sheet) -> tuple[str, ...]:
    with pytest.raises(AnswersDoNotFit) as refused:
        score(instrument, given_sheets)
    return refused.value.wrong


# What comes of answers


def test_risk_is_the_higher_of_its_two_indices():
    assert risk_scored(RISK, Sheet(ENOUGH)) == RiskScored({"neglect": 5, "abuse": 1}, "high")


def test_risk_is_the_higher_where_the_other_index_leads():
    harsh = ENOUGH | {"violence-at-home": "yes", "hurt-before": "yes", "harsh-discipline": "often"}

    assert risk_scored(RISK, Sheet(harsh)) == RiskScored({"neglect": 5, "abuse": 7}, "very-high")


def test_what_nobody_answered_counts_as_the_instrument_assumes():
    assert risk_scored(RISK, Sheet(ENOUGH)) == risk_scored(RISK, Sheet(ENOUGH | {"caregiver-health": "no"}))


def test_a_reassessment_has_one_index():
    said = {"new-report": "no", "use-of-services": "in-part", "change-seen": "some"}

    assert risk_scored(REASSESSMENT, Sheet(said)) == RiskScored({"risk": 3}, "moderate")


@pytest.mark.parametrize(
    "said, result, needs_a_plan",
    [
        ({}, SafetyResult.SAFE, False),
        ({"violence": "yes", "plan-can-protect": "yes"}, SafetyResult.SAFE_WITH_PLAN, True),
        ({"violence": "yes"}, SafetyResult.UNSAFE, False),
        ({"plan-can-protect": "yes"}, SafetyResult.SAFE, False),
    ],
)
def test_safety_has_three_results_and_only_the_middle_one_needs_a_plan(said, result, needs_a_plan):
    found = safety_found(SAFETY, Sheet(CALM | said))

    assert (found, found.needs_a_plan) == (SafetyFound(result), needs_a_plan)


def test_needs_are_ranked_by_how_grave_they_are_then_in_the_instruments_order_then_by_person():
    mother = Sheet(WELL | {"ties": "some-need", "peace-of-mind": "grave-need"}, "C-m")
    other = Sheet(WELL | {"ties": "some-need"}, "C-g")
    child = Sheet({"health": "grave-need", "learning": "adequate"}, "C-1")

    assert needs_ranked(NEEDS, mother, child, other) == NeedsRanked(
        needs=(
            Rated("peace-of-mind", 3, "C-m"),
            Rated("health", 3, "C-1"),
            Rated("ties", 1, "C-g"),
            Rated("ties", 1, "C-m"),
        ),
        strengths=(Rated("parenting", -2, "C-g"), Rated("parenting", -2, "C-m")),
    )


@pytest.mark.parametrize("instrument", SAMPLES.instruments, ids=lambda one: one.id)
@settings(max_examples=some(20))
@given(st.data())
def test_any_answers_to_a_sample_come_to_a_result(instrument, data):
    result = score(instrument, data.draw(sheets(instrument)))

    if isinstance(result, RiskScored):
        assert result.level in instrument.levels
    if isinstance(result, NeedsRanked):
        assert [r.weight for r in result.needs] == sorted((r.weight for r in result.needs), reverse=True)


@settings(max_examples=some(30))
@given(risk_instruments(), st.data())
def test_any_answers_to_any_definition_of_risk_come_to_the_highest_level_of_its_indices(instrument, data):
    said = data.draw(answers(instrument.items()))

    found = risk_scored(instrument, Sheet(said))

    levels = [
        band.level
        for index in instrument.indices
        for band in index.bands
        if (band.least is None or band.least <= found.scores[index.code])
        and (band.most is None or found.scores[index.code] <= band.most)
    ]
    assert len(levels) == len(instrument.indices)
    assert found.level == max(levels, key=LEVELS.index)


@settings(max_examples=some(30))
@given(risk_instruments(), st.data())
def test_an_answer_that_weighs_more_never_lowers_score_or_level(instrument, data):
    said = Sheet(data.draw(answers(instrument.items())))
    item = data.draw(st.sampled_from(instrument.items()))
    index = data.draw(st.sampled_from(instrument.indices)).code
    heavier = heavier_by(instrument, item, index, data.draw(st.integers(0, 9)))

    before, after = risk_scored(instrument, said), risk_scored(heavier, said)

    assert after.scores[index] >= before.scores[index]
    assert LEVELS.index(after.level) >= LEVELS.index(before.level)


def heavier_by(instrument: Instrument, item: Item, index: str, more: int) -> Instrument:
    """Every choice of *item* adds so much *more* to one index."""
    choices = tuple(evolve(c, weights=c.weights | {index: c.weights[index] + more}) for c in item.choices)
    section = instrument.sections[0]
    items = tuple(evolve(i, choices=choices) if i.code == item.code else i for i in section.items)
    return evolve(instrument, sections=(evolve(section, items=items),))


# What is wrong with answers


def test_an_unknown_item_choice_and_a_missing_answer_are_told_together_and_no_answer_is_repeated():
    said = {code: choice for code, choice in ENOUGH.items() if code != "left-alone"}

    found = wrong(RISK, Sheet(said | {"zebulon": "zigzag", "substance-use": "zigzag"}))

    assert [told.partition(":")[0] for told in found] == ["answers", "answers.left-alone", "answers.substance-use"]
    assert found[1:] == (
        "answers.left-alone: not answered, and nothing is assumed: expected one of no, yes",
        "answers.substance-use: expected one of no, yes",
    )
    assert not [told for told in found if "zigzag" in told or "zebulon" in told]


@pytest.mark.parametrize(
    "instrument, given_sheets, told",
    [
        (RISK, (), "expected the answers of one sheet"),
        (RISK, (Sheet(ENOUGH), Sheet(ENOUGH)), "expected the answers of one sheet"),
        (RISK, (Sheet(ENOUGH, "C-m"),), "of: leave it out: it is of the household"),
        (NEEDS, (Sheet(WELL),), "of: expected the caregiver it is of"),
        (NEEDS, (), "expected the answers of one sheet"),
        (NEEDS, (Sheet(WELL, "C-m"), Sheet(WELL, "C-m")), "two sheets are of the same person: give one of each"),
        (
            NEEDS,
            (Sheet(WELL | {"health": "adequate"}, "C-m"),),
            "answers: expected items of one unit on a sheet: the household's, a caregiver's or a child's",
        ),
    ],
)
def test_sheets_that_do_not_fit_are_told(instrument, given_sheets, told):
    assert wrong(instrument, *given_sheets) == (told,)


def test_an_instrument_is_not_scored_as_one_of_another_shape():
    with pytest.raises(AnswersDoNotFit) as refused:
        risk_scored(SAFETY, Sheet(CALM))

    assert str(refused.value) == "sample-safety@1: it is an instrument of safety: score it as such"


# What is wrong with definitions


def with_bands(*bands: Band) -> Instrument:
    return evolve(RISK, indices=(evolve(RISK.indices[0], bands=bands), RISK.indices[1]))


def with_item(**changed) -> Instrument:
    section = RISK.sections[0]
    items = (evolve(section.items[0], **changed), *section.items[1:])
    return evolve(RISK, sections=(evolve(section, items=items), *RISK.sections[1:]))


def with_rule(**changed) -> Instrument:
    return evolve(RISK, overrides=(Override("some", "some rule", OverrideKind.POLICY, **changed),))


FIRST = "sections[0].items[0]"
LOW, HIGH = Band("low", most=3), Band("high", least=4)
YES_NO = (Choice("no", "No", {"neglect": 0, "abuse": 0}), Choice("yes", "Yes", {"neglect": 1, "abuse": 1}))
ILL = {
    "overlapping bands": (
        with_bands(LOW, evolve(HIGH, least=3)),
        "indices[0].bands[1]: low and high overlap at 3: begin it at 4",
    ),
    "bands without end": (
        with_bands(evolve(LOW, most=None), HIGH),
        "indices[0].bands[1]: low and high overlap: say where one ends and the other begins",
    ),
    "a gap": (with_bands(LOW, evolve(HIGH, least=6)), "indices[0].bands[1]: no band holds 4 to 5: begin it at 4"),
    "a gap of one": (with_bands(LOW, evolve(HIGH, least=5)), "indices[0].bands[1]: no band holds 4: begin it at 4"),
    "a band upside down": (
        with_bands(LOW, Band("moderate", 4, 3), HIGH),
        "indices[0].bands[1]: no score lies from 4 to 3: give the lower bound first",
    ),
    "bands out of order": (
        with_bands(evolve(LOW, level="high"), evolve(HIGH, level="low")),
        "indices[0].bands: a higher score comes to no higher level: put bands and levels in one order",
    ),
    "scores below": (
        with_bands(evolve(LOW, least=1), HIGH),
        "indices[0].bands[0]: answers can come to 0, below every band: begin it there, or give no least",
    ),
    "scores above": (
        with_bands(LOW, evolve(HIGH, most=11)),
        "indices[0].bands[1]: answers can come to 12, above every band: give no most",
    ),
    "an unknown level": (
        with_bands(LOW, evolve(HIGH, level="grave")),
        "indices[0].bands[1].level: there is no level grave: name one of low, moderate, high, very-high",
    ),
    "no bands": (with_bands(), "indices[0].bands: no score comes to a level: give bands"),
    "a missing weight": (
        with_item(choices=(YES_NO[0], evolve(YES_NO[1], weights={"neglect": 1}))),
        f"{FIRST}.choices[1].weights: no weight for abuse: give one, 0 if it adds nothing",
    ),
    "no weight at all": (
        with_item(choices=tuple(evolve(c, weights={}) for c in YES_NO)),
        f"{FIRST}.choices: no choice has a weight: say what each adds to an index",
    ),
    "an unknown index": (
        with_item(choices=tuple(evolve(c, weights=c.weights | {"luck": 1}) for c in YES_NO)),
        *(f"{FIRST}.choices[{n}].weights: there is no index luck: name abuse, neglect" for n in (0, 1)),
    ),
    "an index nothing weighs for": (
        evolve(RISK, indices=(*RISK.indices, evolve(RISK.indices[0], code="luck"))),
        "indices[2]: no choice weighs for luck: give weights, or leave the index out",
    ),
    "an item twice": (
        with_item(code="left-alone"),
        "sections[0].items[3].code: left-alone stands there twice: give each item a code of its own",
    ),
    "a choice twice": (
        with_item(choices=(YES_NO[0], evolve(YES_NO[1], code="no"))),
        f"{FIRST}.choices[1].code: no stands there twice: give each a code of its own",
    ),
    "a level twice": (
        evolve(RISK, levels=(*RISK.levels, "low")),
        "levels[4]: low stands there twice: give each a code of its own",
    ),
    "a section twice": (
        evolve(RISK, sections=(*RISK.sections, Section("children", "Again", ()))),
        "sections[3].code: children stands there twice: give each a code of its own",
    ),
    "an unknown assumption": (
        with_item(assumed="perhaps"),
        f"{FIRST}.assumed: perhaps is none of its choices: name one of none, one-or-two, three-or-more",
    ),
    "nothing to choose": (
        with_item(choices=YES_NO[:1]),
        f"{FIRST}.choices: there is nothing to choose: give two choices or more",
    ),
    "a sign in risk": (
        with_item(choices=(YES_NO[0], evolve(YES_NO[1], sign=Sign.THREAT))),
        f"{FIRST}.choices[1].sign: a sign says nothing in an instrument of risk",
    ),
    "an override to an unknown level": (
        with_rule(to="grave"),
        "overrides[0].to: there is no level grave: name one of low, moderate, high, very-high",
    ),
    "an override of no step": (
        with_rule(steps=0),
        "overrides[0].steps: it leads nowhere: give 1 or more, or leave it out for any number",
    ),
    "an override approved by whoever may not": (
        with_rule(approved_by=frozenset({Role.PARENT})),
        "overrides[0].approved_by: only these approve entries: designee, supervisor",
    ),
    "a section of another unit": (
        evolve(RISK, sections=(evolve(RISK.sections[0], unit=Unit.CHILD), *RISK.sections[1:])),
        "sections[0].unit: an instrument of risk is answered of one unit: leave it out",
    ),
    "a reassessment of two indices": (
        evolve(RISK, shape=REASSESSMENT.shape),
        "indices: an instrument of risk-reassessment has one index",
    ),
    "levels of safety": (
        evolve(SAFETY, levels=("low", "high")),
        "levels: an instrument of safety comes to no level: leave it out",
    ),
    "an index of safety": (
        evolve(SAFETY, indices=(Index("neglect"),)),
        "indices: a safety assessment has no score: leave it out",
    ),
    "safety without protection": (
        evolve(SAFETY, sections=SAFETY.sections[:1]),
        "sections: no choice says protection: give one the sign",
    ),
    "needs out of order": (
        evolve(
            NEEDS,
            sections=tuple(
                evolve(s, items=tuple(evolve(i, choices=i.choices[::-1]) for i in s.items)) for s in NEEDS.sections[:1]
            ),
        ),
        f"{FIRST}.choices: their weights do not rise: put them from the greatest strength to the gravest need",
    ),
    "bands of needs": (
        evolve(NEEDS, indices=(Index("need", (Band("low"),)),)),
        "indices[0].bands: an instrument of strengths-and-needs comes to no level: leave them out",
    ),
    "nothing asked": (
        evolve(SAFETY, sections=()),
        "sections: it asks nothing: give it an item",
        "sections: no choice says threat: give one the sign",
        "sections: no choice says protection: give one the sign",
    ),
}


@pytest.mark.parametrize("instrument, told", [(one, told) for one, *told in ILL.values()], ids=ILL)
def test_a_definition_that_does_not_hold_together_is_told_with_place_and_reason_and_joins_no_book(instrument, told):
    with pytest.raises(BadInstrument) as bad:
        InstrumentBook([instrument])

    assert [str(flaw) for flaw in bad.value.flaws] == told
    assert str(bad.value) == f"{instrument.name}: {'; '.join(told)}"


@settings(max_examples=some(30))
@given(risk_instruments())
def test_a_definition_that_holds_together_has_no_flaw(instrument):
    assert [*flaws(instrument)] == []


# At hand

NEXT = evolve(RISK, version="2", in_force_from=date(2026, 1, 1))


def test_the_version_in_force_on_the_day_is_found_and_any_by_its_name():
    book = InstrumentBook([NEXT, RISK])

    days = (date(2000, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    assert [book.on("sample-risk", day).version for day in days] == ["1", "1", "2"]
    assert book.of("sample-risk", "2") == NEXT


@pytest.mark.parametrize(
    "asked", [lambda book: book.of("sample-risk", "3"), lambda book: book.on("sample-risk", date(1999, 12, 31))]
)
def test_an_instrument_that_is_not_at_hand_is_told_with_those_that_are(asked):
    with pytest.raises(InstrumentNotAtHand, match=r"\(sample-risk@1 from 2000-01-01\)"):
        asked(InstrumentBook([RISK]))


@pytest.mark.parametrize(
    "other, told",
    [
        (
            evolve(RISK, title="Another"),
            "version: sample-risk@1 is at hand already: give a changed definition a new version",
        ),
        (evolve(NEXT, in_force_from=RISK.in_force_from), "in force from the same day: give each a day of its own"),
    ],
)
def test_versions_that_clash_join_no_book(other, told):
    with pytest.raises(BadInstrument) as bad:
        InstrumentBook([RISK, other])

    assert str(bad.value).endswith(told)
