"""Answers go on record scored: once per command, by an instrument at hand whose digest is on record."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from asked import ENOUGH, RISK, SAMPLES
from attrs import evolve
from rehearsal import ASKED, SUPERVISOR, UTAH, Desk

from ihs_cases import AsyncCases
from ihs_cases.cases import Cases
from ihs_cases.errors import (
    AnswersDoNotFit,
    CommandReused,
    InstrumentChanged,
    InstrumentNotAtHand,
    Refused,
    WrongStream,
)
from ihs_cases.instruments import digest
from ihs_domain.approving import ApprovalGranted
from ihs_domain.assessing import RiskAssessed, RiskOverridden
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.instruments import OverrideKind, Rated, Sheet
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.rescoring import DIFFERS, NOT_AT_HAND, NOT_BY_RULE
from ihs_domain.risk import risk_level
from ihs_domain.roles import Role
from ihs_domain.scoring import AssessStrengthsAndNeeds, OverrideRisk, ScoreRisk
from ihs_domain.system import InstrumentLoaded
from ihs_domain.terms import Reported, Unopened

SCORE = ScoreRisk("sample-risk", ENOUGH, words="The landlord has given notice.")
CHANGED = evolve(RISK, title="The same version, changed")
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake")
EMPTY = InstrumentBook()


def at_hand(tmp_path, *instruments):
    """The cases of one store with these instruments at hand; made on the first call."""
    book, url = InstrumentBook(instruments), str(tmp_path / "s.db")
    if (tmp_path / "s.db").exists():
        return Cases.open(url, rules=UTAH, instruments=book)
    return Cases.create(url, rules=UTAH, instruments=book, rehearsal=True)


def opened(desk: Desk) -> Desk:
    desk.put(ASKED)
    desk.put(OPENED)
    return desk


def loaded(cases: Cases):
    said = (e.event for e in cases.recorder.entries("system"))
    return [event for event in said if isinstance(event, InstrumentLoaded)]


def test_answers_go_on_record_as_the_event_they_come_to_and_the_receipt_holds_it(desk):
    receipt = opened(desk).put(SCORE)

    [entry] = desk.cases.history("k1").of(RiskAssessed)
    assert (receipt.version, receipt.computed) == (entry.version, entry.event)
    assert (entry.event.scored_level, entry.event.version, entry.event.answers) == ("high", "1", ENOUGH)


def test_the_narrative_of_an_assessment_is_sealed_and_opens_again(desk):
    receipt = opened(desk).put(SCORE)

    [entry] = desk.cases.history("k1", opened=True).of(RiskAssessed)
    assert (receipt.computed.words, entry.event.words) == (Unopened.SEALED, "The landlord has given notice.")


def test_the_receipt_of_an_event_that_was_given_holds_none(desk):
    assert desk.put(ASKED).computed is None


def test_the_same_answers_asked_again_get_the_first_receipt(desk):
    first = opened(desk).put(SCORE, command_id="a", day=date(2015, 1, 5))
    desk.put(OverrideRisk(first.version, "judgement", "moderate", "some-reason"))

    again = desk.put(SCORE, command_id="a", day=date(2015, 1, 5))

    assert again == evolve(first, again=True)


@pytest.mark.parametrize(
    "changed",
    [
        evolve(SCORE, answers=ENOUGH | {"unsafe-housing": "no"}),
        evolve(SCORE, answers=ENOUGH | {"caregiver-health": "no"}),
        evolve(SCORE, version="1"),
        evolve(SCORE, words="Otherwise."),
    ],
    ids=["another answer", "what was assumed", "the version", "the narrative"],
)
def test_a_command_id_with_other_answers_is_refused_whatever_they_come_to(desk, changed):
    opened(desk).put(SCORE, command_id="a", day=date(2015, 1, 5))

    with pytest.raises(CommandReused):
        desk.put(changed, command_id="a", day=date(2015, 1, 5))
    assert len(desk.cases.history("k1").of(RiskAssessed)) == 1


def test_a_command_asked_again_is_on_record_whatever_instruments_are_at_hand_then(tmp_path):
    with at_hand(tmp_path, RISK) as cases:
        first = opened(Desk(cases)).put(SCORE, command_id="a", day=date(2015, 1, 5))
    with at_hand(tmp_path) as cases:
        again = Desk(cases).put(SCORE, command_id="a", day=date(2015, 1, 5))

    assert again == evolve(first, again=True)


def test_the_digest_of_an_instrument_is_on_record_once_before_anything_is_scored_with_it(desk):
    scored = [opened(desk).put(SCORE), desk.put(SCORE)]

    assert loaded(desk.cases) == [InstrumentLoaded("sample-risk", "1", digest(RISK))]
    [at] = [e.position for e in desk.cases.recorder.entries("system") if isinstance(e.event, InstrumentLoaded)]
    assert at < scored[0].position


def test_an_instrument_that_says_something_else_under_the_same_version_scores_nothing(tmp_path):
    with at_hand(tmp_path, RISK) as cases:
        opened(Desk(cases)).put(SCORE)
    with at_hand(tmp_path, CHANGED) as cases:
        with pytest.raises(InstrumentChanged, match="sample-risk@1 is on record with another definition"):
            Desk(cases, count=9).put(SCORE)

        assert len(cases.history("k1").of(RiskAssessed)) == 1


@pytest.mark.parametrize("book", [(), (CHANGED,)], ids=["gone", "changed"])
def test_what_was_scored_with_an_instrument_that_is_not_at_hand_as_it_was_is_found(tmp_path, book):
    with at_hand(tmp_path, RISK) as cases:
        opened(Desk(cases)).put(SCORE)
        assert cases.findings("k1") == ()
    with at_hand(tmp_path, *book) as cases:
        [found] = cases.findings("k1")

    assert (found.version, found.objection.says, found.objection.about) == (3, NOT_AT_HAND, ("sample-risk@1",))


def test_a_result_put_on_record_from_elsewhere_is_scored_again_and_a_difference_found(desk):
    opened(desk).put(RiskAssessed("sample-risk", "1", ENOUGH, {"neglect": 5, "abuse": 1}, "low"))

    [found] = desk.cases.findings("k1")

    assert (found.version, found.event, found.objection.says) == (3, "RiskAssessed", DIFFERS)


UNSCORED = RiskAssessed("sample-risk", "1", ENOUGH, {"neglect": 5, "abuse": 1}, "low")
TO_UNSCORED = EntryCorrected(3, UNSCORED, date(2015, 1, 5), AmendmentReason.WRONG_DETAIL)
ELSEWHERE = Reported("s-9", Role.SUPERVISOR, date(2015, 1, 5), "memo-1")
BY_NO_RULE = RiskOverridden(3, "judgement", OverrideKind.DISCRETIONARY, "low", "some-reason", reported=ELSEWHERE)


@pytest.mark.parametrize(
    "said, version, why",
    [(UNSCORED, 4, DIFFERS), (TO_UNSCORED, 3, DIFFERS), (BY_NO_RULE, 4, NOT_BY_RULE)],
    ids=["by hand", "by a correction", "an override reported"],
)
def test_the_receipt_holds_what_scoring_again_finds_and_so_does_that_of_the_same_command_again(
    desk, said, version, why
):
    opened(desk).put(SCORE)

    receipt = desk.put(said, command_id="a", day=date(2015, 1, 5))
    again = desk.put(said, command_id="a", day=date(2015, 1, 5))

    assert [(f.version, f.objection.says) for f in receipt.findings] == [(version, why)]
    assert receipt.findings == again.findings == desk.cases.findings("k1")


def test_an_override_is_approved_by_another_and_then_holds(desk):
    scored = opened(desk).put(SCORE)
    proposed = desk.put(OverrideRisk(scored.version, "judgement", "moderate", "some-reason"))
    with pytest.raises(Refused):
        desk.put(ApprovalGranted(proposed.version))

    desk.on(1, 6).put(ApprovalGranted(proposed.version), actor=SUPERVISOR)

    known = desk.cases.history("k1")
    assert [risk_level(known, date(2015, 1, day)).final for day in (5, 6)] == ["high", "moderate"]
    assert desk.cases.findings("k1") == ()


def test_an_override_that_the_instrument_does_not_allow_is_refused_and_leaves_nothing(desk):
    scored = opened(desk).put(SCORE)

    with pytest.raises(Refused, match="propose one of moderate, very-high"):
        desk.put(OverrideRisk(scored.version, "judgement", "low", "some-reason"))
    assert len(desk.cases.history("k1").record) == scored.version


AT_ONCE = RiskOverridden(3, "judgement", OverrideKind.DISCRETIONARY, "low", "some-reason")


def test_an_override_that_no_instrument_worked_out_is_refused_said_or_corrected_into_the_record(desk):
    opened(desk).put(SCORE)
    proposed = desk.put(OverrideRisk(3, "judgement", "moderate", "some-reason"))
    today = desk.now.date()

    for said in (AT_ONCE, *(EntryCorrected(v, AT_ONCE, today, AmendmentReason.OTHER) for v in (3, proposed.version))):
        with pytest.raises(Refused, match="RiskOverridden is worked out by the rules of its instrument, not said"):
            desk.put(said)

    assert risk_level(desk.cases.history("k1"), today).final == "high"


def test_an_override_reported_as_decided_elsewhere_is_recorded_and_what_the_instrument_has_otherwise_found(desk):
    opened(desk).put(SCORE)
    reported = Reported("s-9", Role.SUPERVISOR, desk.now.date(), "memo-1")

    desk.put(evolve(AT_ONCE, reported=reported))

    [found] = desk.cases.findings("k1")
    assert (found.event, found.objection.says) == ("RiskOverridden", NOT_BY_RULE)


@pytest.mark.parametrize(
    "said, error",
    [(evolve(SCORE, instrument="elsewhere"), InstrumentNotAtHand), (evolve(SCORE, answers={}), AnswersDoNotFit)],
)
def test_what_cannot_be_scored_leaves_nothing_on_record_and_may_be_asked_again(desk, said, error):
    opened(desk)

    with pytest.raises(error):
        desk.put(said, command_id="a", day=date(2015, 1, 5))
    assert desk.put(SCORE, command_id="a", day=date(2015, 1, 5)).again is False


def test_a_sheet_of_somebody_who_is_not_in_the_case_is_refused(desk):
    sheet = Sheet({"health": "grave-need", "learning": "adequate"}, "C-1")
    opened(desk)

    with pytest.raises(Refused, match="no person of that id is on record in this case"):
        desk.put(AssessStrengthsAndNeeds("sample-strengths-and-needs", (sheet,)))
    desk.put(PersonJoined("C-1", Relation.CHILD))
    assert desk.put(AssessStrengthsAndNeeds("sample-strengths-and-needs", (sheet,))).computed.needs == (
        Rated("health", 3, "C-1"),
    )


async def asked_of_async_cases(url: str) -> str:
    async with await AsyncCases.open(url, rules=UTAH, instruments=SAMPLES) as cases:
        receipt = await cases.record(
            SCORE,
            case_id="k1",
            actor=SUPERVISOR,
            occurred=date(2015, 1, 5),
            command_id="async",
            recorded_at=datetime(2015, 1, 6, tzinfo=UTC),
        )
    return receipt.computed.scored_level


def test_the_awaited_cases_score_too(tmp_path):
    with at_hand(tmp_path) as cases:
        opened(Desk(cases))

    assert asyncio.run(asked_of_async_cases(str(tmp_path / "s.db"))) == "high"


def test_nobody_records_that_an_instrument_was_loaded(desk):
    with pytest.raises(WrongStream, match="the record puts it there itself"):
        desk.put(InstrumentLoaded("sample-risk", "1", digest(RISK)))


def test_the_instruments_of_plugins_are_at_hand_unless_others_are_given(tmp_path):
    with Cases.create(str(tmp_path / "a.db"), rehearsal=True) as cases:
        assert cases.instruments == SAMPLES
    with Cases.create(str(tmp_path / "b.db"), instruments=EMPTY, rehearsal=True) as cases:
        assert cases.instruments == EMPTY
