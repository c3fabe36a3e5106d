"""The level of risk: scored, overridden, approved, returned, corrected; and scored again on replay."""

from datetime import date, timedelta
from typing import Any

import pytest
from asked import ENOUGH, NEEDS, RISK, SAFETY, SAMPLES, risk_instruments, sheets
from attrs import evolve
from examples import some
from histories import LAST_DAY, SUPERVISOR, WORKER, amended, days, each_event, recorded, records, unopened
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_domain.approving import ApprovalGranted, ApprovalReturned, authors, says_what_it_said
from ihs_domain.assessing import RiskAssessed, RiskOverridden, StrengthsAndNeedsAssessed
from ihs_domain.gates import Refused
from ihs_domain.history import History, effective
from ihs_domain.instrument_book import InstrumentBook, InstrumentNotAtHand
from ihs_domain.instruments import Direction, OverrideKind, Rated, Shape, Sheet
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.rescoring import DIFFERS, NO_SHEET, NOT_AT_HAND, NOT_BY_RULE, rescored
from ihs_domain.risk import RiskLevel, priorities_on, risk_level, risk_level_on
from ihs_domain.roles import Actor, Role
from ihs_domain.safety import MadeFor, SafetyAssessmentCompleted, SafetyResult
from ihs_domain.scoring import (
    AssessStrengthsAndNeeds,
    CompleteSafetyAssessment,
    OverrideRisk,
    ScoreRisk,
    compute,
)
from ihs_domain.terms import Reported, Unopened

FIRST = date(2024, 3, 1)
DESIGNEE = Actor("d-1", Role.DESIGNEE)
BY_SUPERVISOR = frozenset({Role.SUPERVISOR})
SCORE = ScoreRisk("sample-risk", ENOUGH)
DOWN = OverrideRisk(1, "judgement", "moderate", "some-reason")
NOTHING = History()


def computed(said: Any, history: History = NOTHING, book: InstrumentBook = SAMPLES, day: date = FIRST) -> Any:
    return compute(said, day, history, book)


SCORED = computed(SCORE)
PROPOSED = RiskOverridden(1, "judgement", OverrideKind.DISCRETIONARY, "moderate", "some-reason", BY_SUPERVISOR)
GRANTED, RETURNED = ApprovalGranted(2), ApprovalReturned(2, "too-soon")


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def history(*acts: Any) -> History:
    """Events, each a day after the one before, by a worker or by whom the act names."""
    named = [act if isinstance(act, tuple) else (act, WORKER) for act in acts]
    return effective(recorded((event, on(n), actor) for n, (event, actor) in enumerate(named)))


def levels(known: History, upto: int) -> list[str | None]:
    return [risk_level_on(known, on(day)) for day in range(upto)]


# The level


def test_without_an_assessment_there_is_no_level():
    assert risk_level(history(PROPOSED), on(9)) is None


def test_the_scored_level_is_final_from_the_day_of_the_assessment():
    assert risk_level(history(SCORED), on(0)) == RiskLevel("high", "high", on(0), (1,))


def test_an_override_waits_for_its_approval_and_holds_from_its_day():
    known = history(SCORED, PROPOSED, (GRANTED, SUPERVISOR))

    assert risk_level(known, on(1)) == RiskLevel("high", "high", on(0), (1,), proposed="moderate")
    assert risk_level(known, on(2)) == RiskLevel("high", "moderate", on(2), (1, 2, 3))


def test_an_override_that_asks_for_no_approval_holds_at_once():
    known = history(SCORED, evolve(PROPOSED, approved_by=frozenset()))

    assert risk_level(known, on(1)) == RiskLevel("high", "moderate", on(1), (1, 2))


def test_an_approval_by_somebody_the_instrument_does_not_name_takes_no_effect():
    assert levels(history(SCORED, PROPOSED, (GRANTED, DESIGNEE)), 3) == ["high"] * 3


def test_an_approval_of_ones_own_that_was_recorded_all_the_same_takes_no_effect():
    assert levels(history(SCORED, (PROPOSED, SUPERVISOR), (GRANTED, SUPERVISOR)), 3) == ["high"] * 3


def test_an_override_that_is_returned_holds_no_longer_and_waits_for_nothing():
    known = history(SCORED, PROPOSED, (GRANTED, SUPERVISOR), (RETURNED, SUPERVISOR))

    assert levels(known, 4) == ["high", "high", "moderate", "high"]
    assert risk_level(known, on(3)).proposed is None


@pytest.mark.parametrize(
    "days_of_the_acts, since",
    [((0, 3, 1), 3), ((2, 0, 1), 2), ((0, 1, 1), 1)],
    ids=["approved as of a day before it", "overridden as of a day before the assessment", "in one day"],
)
def test_an_override_holds_from_the_last_of_the_days_of_its_acts(days_of_the_acts, since):
    acts = zip((SCORED, PROPOSED, GRANTED), days_of_the_acts, (WORKER, WORKER, SUPERVISOR), strict=True)
    known = effective(recorded((event, on(day), actor) for event, day, actor in acts))

    assert risk_level(known, on(9)) == RiskLevel("high", "moderate", on(since), (1, 2, 3))


def test_an_override_corrected_after_its_approval_is_to_be_approved_anew():
    corrected = EntryCorrected(2, evolve(PROPOSED, level="low"), on(1), AmendmentReason.WRONG_DETAIL)
    acts = (SCORED, PROPOSED, (GRANTED, SUPERVISOR), corrected)

    assert risk_level_on(history(*acts), on(9)) == "high"
    assert risk_level_on(history(*acts, (GRANTED, SUPERVISOR)), on(9)) == "low"


def test_an_approval_that_is_void_takes_the_override_back():
    void = EntryVoided(3, AmendmentReason.ENTERED_TWICE)

    assert risk_level_on(history(SCORED, PROPOSED, (GRANTED, SUPERVISOR), void), on(9)) == "high"


def test_the_override_that_took_effect_last_holds():
    at_once = evolve(PROPOSED, approved_by=frozenset(), level="very-high")
    known = history(SCORED, PROPOSED, at_once, (GRANTED, SUPERVISOR))

    assert levels(known, 4) == ["high", "high", "very-high", "moderate"]


def test_a_new_assessment_stands_by_itself_whatever_was_overridden_before():
    known = history(SCORED, PROPOSED, (GRANTED, SUPERVISOR), evolve(SCORED, scored_level="low"))

    assert risk_level(known, on(3)) == RiskLevel("low", "low", on(3), (4,))


def test_the_level_of_one_person_is_not_that_of_the_household():
    known = history(SCORED, evolve(SCORED, of="person-1", scored_level="low"))

    assert (risk_level_on(known, on(1)), risk_level(known, on(1), of="person-1").final) == ("high", "low")


@settings(max_examples=some(60))
@given(amended(RiskAssessed, RiskOverridden, ApprovalGranted, ApprovalReturned), days)
def test_any_history_has_a_level_that_its_own_entries_give(record, day):
    known = effective(record)

    found = risk_level(known, day)

    by_version = {e.version: e for e in known.upto(day)}
    assert (found is None) == (
        not [e for e in by_version.values() if type(e.event) is RiskAssessed and e.event.of is None]
    )
    if found is not None:
        assessed, *overridden = (by_version[version] for version in found.by)
        assert assessed.event.scored_level == found.scored
        assert found.final == (overridden[0].event.level if overridden else found.scored)
        assert found.since == max(by_version[version].day for version in found.by)


# The level by its definition, asked anew of every day

WHOSE = st.sampled_from([None, "person-1"])
EARLY = st.integers(1, 4)
ABOUT_RISK = st.one_of(
    st.builds(lambda of, level: evolve(SCORED, of=of, scored_level=level), WHOSE, st.sampled_from(["low", "high"])),
    st.builds(
        lambda assessment, level, by: evolve(PROPOSED, assessment=assessment, level=level, approved_by=by),
        EARLY,
        st.sampled_from(["moderate", "very-high"]),
        st.sampled_from([frozenset(), BY_SUPERVISOR, BY_SUPERVISOR]),
    ),
    st.builds(ApprovalGranted, EARLY),
    st.builds(ApprovalReturned, EARLY, st.just("too-soon")),
)
CHANGED = st.one_of(
    st.builds(EntryVoided, EARLY, st.just(AmendmentReason.OTHER)),
    st.builds(EntryCorrected, EARLY, ABOUT_RISK, days, st.just(AmendmentReason.OTHER)),
)
AT_ONCE = evolve(PROPOSED, approved_by=frozenset(), level="very-high")
BEGUN = st.tuples(days, days, days).map(lambda on: [*zip((SCORED, PROPOSED, AT_ONCE), on, [WORKER] * 3, strict=True)])
RECORDS = BEGUN.flatmap(lambda begun: records(st.one_of(ABOUT_RISK, ABOUT_RISK, ABOUT_RISK, CHANGED), begun))


def by_definition(known: History, of: str | None) -> RiskLevel | None:
    """The level at the end of what is known: everything looked through for every question."""
    assessed = next((e for e in reversed(known) if isinstance(e.event, RiskAssessed) and e.event.of == of), None)
    if assessed is None:
        return None
    overrides = [e for e in known if isinstance(e.event, RiskOverridden) and e.event.assessment == assessed.version]
    answers = [(override, last_answer(known, override)) for override in overrides]
    waiting = [o.event.level for o, answer in answers if answer is None and o.event.approved_by]
    proposed = waiting[-1] if waiting else None
    scored = assessed.event.scored_level
    held = [(o.day, (o.version,), o.event.level) for o, _ in answers if not o.event.approved_by]
    held += [
        (max(o.day, answer.day), (o.version, answer.version), o.event.level)
        for o, answer in answers
        if o.event.approved_by and answer is not None and isinstance(answer.event, ApprovalGranted)
    ]
    if not held:
        return RiskLevel(scored, scored, assessed.day, (assessed.version,), proposed)
    since, by, level = max(held, key=lambda effect: (effect[0], effect[1][-1]))
    return RiskLevel(scored, level, max(since, assessed.day), (assessed.version, *by), proposed)


def last_answer(known: History, override: Any) -> Any:
    """The last approval or return of an override as it now stands, by a supervisor who did not make it so."""
    answers = (e for e in known if isinstance(e.event, ApprovalGranted | ApprovalReturned))
    of_it = [e for e in answers if e.event.entry == override.version and e.actor.role is Role.SUPERVISOR]
    said = [e for e in of_it if says_what_it_said(override, e.version) and e.actor.id not in authors(override)]
    return said[-1] if said else None


@settings(max_examples=some(250))
@given(RECORDS)
def test_on_every_day_the_level_is_that_of_its_definition(record):
    known = effective(record)
    asked = [(day, of) for day in sorted({e.day for e in known} | {date(2023, 12, 31)}) for of in (None, "person-1")]

    found = [risk_level(known, day, of) for day, of in asked]

    assert found == [by_definition(known.upto(day), of) for day, of in asked]


# What the core computes


def test_answers_are_scored_by_the_version_in_force_on_the_day_or_by_the_one_named():
    later = evolve(RISK, version="2", in_force_from=on(1))
    book = InstrumentBook([RISK, later])

    assert [computed(SCORE, book=book, day=on(day)).version for day in (0, 1)] == ["1", "2"]
    assert computed(evolve(SCORE, version="1"), book=book, day=on(1)).version == "1"


def test_what_was_answered_stands_on_record_with_every_score_and_nothing_that_was_only_assumed():
    assert computed(evolve(SCORE, words="as it was said")) == RiskAssessed(
        "sample-risk", "1", ENOUGH, {"neglect": 5, "abuse": 1}, "high", words="as it was said"
    )


def test_safety_is_found_with_the_instrument_as_its_tool():
    said = {item.code: "no" for item in SAFETY.items()} | {"violence": "yes", "plan-can-protect": "yes"}
    complete = CompleteSafetyAssessment("sample-safety", said, MadeFor.OPENING, frozenset({"person-1"}))

    assert computed(complete) == SafetyAssessmentCompleted(
        MadeFor.OPENING,
        SafetyResult.SAFE_WITH_PLAN,
        frozenset({"person-1"}),
        tool="sample-safety",
        version="1",
        answers=said,
    )


def test_the_priorities_are_the_needs_that_were_last_rated():
    well = {"health": "adequate", "learning": "some-need"}
    rate = AssessStrengthsAndNeeds("sample-strengths-and-needs", (Sheet(well, "person-1"),))
    worse = evolve(rate, sheets=(Sheet(well | {"health": "grave-need"}, "person-1"),))
    known = history(computed(rate), computed(worse))

    assert priorities_on(known, on(0)) == (Rated("learning", 1, "person-1"),)
    assert priorities_on(known, on(1)) == (Rated("health", 3, "person-1"), Rated("learning", 1, "person-1"))
    assert priorities_on(NOTHING, on(1)) == ()


def test_an_override_is_computed_with_its_kind_and_who_approves_it():
    assert computed(DOWN, history(SCORED)) == evolve(PROPOSED, approved_by=frozenset({Role.SUPERVISOR, Role.DESIGNEE}))


@pytest.mark.parametrize(
    "said, told",
    [
        (
            evolve(DOWN, level="low"),
            "judgement of sample-risk@1 does not lead from high to that level: propose one of moderate, very-high",
        ),
        (
            evolve(DOWN, level="high"),
            "judgement of sample-risk@1 does not lead from high to that level: propose one of moderate, very-high",
        ),
        (
            evolve(DOWN, rule="grave-injury"),
            "grave-injury of sample-risk@1 does not lead from high to that level: propose one of very-high",
        ),
        (
            evolve(DOWN, rule="whim"),
            "sample-risk@1 has no override of that code: name one of grave-injury, judgement",
        ),
        (
            evolve(DOWN, assessment=2),
            "no assessment of risk stands under that version by that day [@2]: name one that does: @1",
        ),
    ],
)
def test_an_override_that_the_instrument_does_not_allow_is_refused_with_those_it_does(said, told):
    with pytest.raises(Refused) as refused:
        computed(said, history(SCORED))

    assert str(refused.value) == told


def test_an_override_to_one_level_leads_to_no_other():
    lowest = history(evolve(SCORED, scored_level="low"))
    with pytest.raises(Refused, match=r"does not lead from low to that level: propose one of very-high$"):
        computed(evolve(DOWN, rule="grave-injury", level="high"), lowest)


def test_an_override_that_leads_nowhere_is_refused():
    highest = history(evolve(SCORED, scored_level="very-high"))
    with pytest.raises(Refused, match="grave-injury of sample-risk@1 leads nowhere from very-high"):
        computed(evolve(DOWN, rule="grave-injury", level="very-high"), highest)


def test_an_instrument_that_is_not_at_hand_scores_nothing():
    with pytest.raises(InstrumentNotAtHand):
        computed(evolve(SCORE, instrument="other"))
    with pytest.raises(InstrumentNotAtHand):
        computed(DOWN, history(SCORED), InstrumentBook())


# Scored again


def found(known: History, book: InstrumentBook = SAMPLES) -> list[tuple[int, str]]:
    return [(finding.version, finding.objection.says) for finding in rescored(known, book)]


def heavier(instrument):
    """The same definition, but for one weight."""
    first, *sections = instrument.sections
    item, *items = first.items
    choices = tuple(evolve(c, weights=dict.fromkeys(c.weights, 3)) for c in item.choices)
    return evolve(instrument, sections=(evolve(first, items=(evolve(item, choices=choices), *items)), *sections))


def test_a_result_that_the_instrument_comes_to_again_is_quiet():
    assert found(history(SCORED, computed(DOWN, history(SCORED)))) == []


@pytest.mark.parametrize(
    "changed, says",
    [
        ({"scored_level": "low"}, DIFFERS),
        ({"scores": {"neglect": 5, "abuse": 2}}, DIFFERS),
        ({"answers": ENOUGH | {"unsafe-housing": "no"}}, DIFFERS),
        ({"answers": {}}, NO_SHEET),
        ({"instrument": "sample-safety"}, NO_SHEET),
        ({"version": "0"}, NOT_AT_HAND),
        ({"instrument": "elsewhere"}, NOT_AT_HAND),
    ],
)
def test_a_result_that_the_instrument_does_not_come_to_is_found(changed, says):
    assert found(history(evolve(SCORED, **changed))) == [(1, says)]


def test_a_definition_that_weighs_otherwise_is_found_by_every_result_it_changes():
    assert found(history(SCORED), InstrumentBook([heavier(RISK)])) == [(1, DIFFERS)]


def test_a_safety_result_of_a_tool_without_answers_is_not_scored_again():
    by_hand = SafetyAssessmentCompleted(MadeFor.OPENING, SafetyResult.SAFE, frozenset(), tool="sample-safety")

    assert found(history(by_hand)) == []
    assert found(history(evolve(by_hand, version="1"))) == [(1, NO_SHEET)]


def test_strengths_and_needs_told_in_another_order_are_found():
    rated = computed(
        AssessStrengthsAndNeeds(NEEDS.id, (Sheet({"health": "grave-need", "learning": "some-need"}, "p"),))
    )

    assert found(history(rated)) == []
    assert found(history(evolve(rated, needs=rated.needs[::-1]))) == [(1, DIFFERS)]


@pytest.mark.parametrize(
    "changed, says",
    [
        ({"rule": "whim"}, NOT_BY_RULE),
        ({"kind": OverrideKind.POLICY}, NOT_BY_RULE),
        ({"approved_by": frozenset()}, NOT_BY_RULE),
        ({"level": "low"}, "judgement of sample-risk@1 does not lead from high to that level"),
        ({"assessment": 9}, None),
    ],
)
def test_an_override_that_the_instrument_does_not_allow_is_found(changed, says):
    overridden = evolve(computed(DOWN, history(SCORED)), **changed)

    assert found(history(SCORED, overridden)) == ([(2, says)] if says else [])


def test_an_override_by_an_instrument_that_is_not_at_hand_is_found_with_its_name():
    known = history(evolve(SCORED, version="0"), PROPOSED)

    objections = [finding.objection for finding in rescored(known, SAMPLES)]

    assert [(o.says, o.about) for o in objections] == [(NOT_AT_HAND, ("sample-risk@0",))] * 2


COMMANDS = {
    Shape.RISK: lambda one, told: ScoreRisk(one.id, told[0].answers, of=told[0].of),
    Shape.REASSESSMENT: lambda one, told: ScoreRisk(one.id, told[0].answers, of=told[0].of),
    Shape.SAFETY: lambda one, told: CompleteSafetyAssessment(one.id, told[0].answers, MadeFor.CHANGE, frozenset()),
    Shape.NEEDS: lambda one, told: AssessStrengthsAndNeeds(one.id, told),
}


@st.composite
def scored_histories(draw: Any) -> tuple[History, InstrumentBook]:
    """Any answers to the samples and to any instrument of risk, and any override that it allows."""
    book = InstrumentBook([*SAMPLES.instruments, draw(risk_instruments())])
    acts: list[Any] = []
    for one in draw(st.lists(st.sampled_from(book.instruments), min_size=1, max_size=4)):
        acts.append(computed(COMMANDS[one.shape](one, draw(sheets(one))), book=book))
        for rule in one.overrides:
            try:
                said = OverrideRisk(len(acts), rule.code, draw(st.sampled_from(one.levels)), "some-reason")
                acts.append(computed(said, history(*acts), book, on(len(acts))))
            except Refused:
                continue
    return history(*acts), book


@settings(max_examples=some(25))
@given(scored_histories())
def test_whatever_the_core_computed_is_computed_again_on_replay(told):
    known, book = told

    assert [*rescored(known, book)] == []


@settings(max_examples=some(25))
@given(scored_histories(), st.data())
def test_another_level_than_the_one_computed_is_always_found(told, data):
    known, book = told
    scores = known.of(RiskAssessed)
    if not scores:
        return
    wrong = data.draw(st.sampled_from(scores))
    other = evolve(wrong.event, scored_level="another")

    assert (wrong.version, DIFFERS) in found(
        History(e._replace(event=other) if e.version == wrong.version else e for e in known), book
    )


@settings(max_examples=some(40))
@given(amended(RiskAssessed, RiskOverridden, SafetyAssessmentCompleted, StrengthsAndNeedsAssessed))
def test_any_history_is_scored_again_and_no_sealed_part_matters_to_that_or_to_the_level(record):
    known = effective(each_event(record, lambda event: unopened(event, Unopened.SEALED)))
    bare = effective(each_event(record, lambda event: unopened(event, None)))

    versions = [finding.version for finding in rescored(known, SAMPLES)]

    assert set(versions) <= {e.version for e in known}
    assert [*rescored(known, SAMPLES)] == [*rescored(bare, SAMPLES)]
    assert risk_level(known, LAST_DAY) == risk_level(bare, LAST_DAY)


def test_a_rule_may_lead_one_way_only():
    up = evolve(RISK, overrides=tuple(evolve(rule, direction=Direction.UP) for rule in RISK.overrides))

    with pytest.raises(Refused, match="propose one of very-high"):
        computed(DOWN, history(SCORED), InstrumentBook([up]))


def test_an_approval_of_a_corrected_override_is_none_of_what_it_said_before():
    """Restored by a void it says again what nobody approved; what is approved then is the original."""
    higher = EntryCorrected(2, evolve(PROPOSED, level="high"), on(1), AmendmentReason.WRONG_DETAIL)
    void = EntryVoided(3, AmendmentReason.OTHER)
    approved = (SCORED, PROPOSED, higher, (GRANTED, SUPERVISOR))

    assert risk_level(history(*approved), on(9)).final == "high"
    assert risk_level(history(*approved, void), on(9)).final == SCORED.scored_level
    assert risk_level(history(*approved, void), on(9)).proposed == "moderate"
    assert risk_level(history(*approved, void, (GRANTED, SUPERVISOR)), on(9)).final == "moderate"


@pytest.mark.parametrize(
    "by, takes_effect",
    [(SUPERVISOR, True), (Actor("w-9", Role.CASE_MANAGER), False), (Actor(WORKER.id, Role.SUPERVISOR), False)],
    ids=["a supervisor's", "a worker's", "his own"],
)
def test_an_approval_reported_from_elsewhere_is_judged_by_who_gave_it(by, takes_effect):
    reported = ApprovalGranted(2, reported=Reported(by.id, by.role, on(2), "minutes"))

    level = risk_level(history(SCORED, PROPOSED, (reported, Actor("w-8", Role.PRACTITIONER))), on(9))

    assert level.final == ("moderate" if takes_effect else SCORED.scored_level)
