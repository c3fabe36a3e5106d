"""Waivers: a supervisor's exception excuses any duty that was open when it was granted, through its last day."""

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from examples import some
from histories import SUPERVISOR, WORKER, days, events, plain
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import DUE, LAW, MADE_UP, RESTS, SUMMARY, THREATS

from ihs_domain.approving import ExceptionGranted
from ihs_domain.assigning import DesigneeNamed
from ihs_domain.closing import CaseClosed
from ihs_domain.duties import Duty, Owed, State, Waiver
from ihs_domain.editions import Edition, RuleBook, always
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.judge import Finding, decide, judge, touched
from ihs_domain.measures import Answer, measures
from ihs_domain.opening import CaseOpened, ConsentAsked
from ihs_domain.owing import duties
from ihs_domain.possible import possible
from ihs_domain.recording import AmendmentReason, EntryVoided
from ihs_domain.roles import Actor, Role
from ihs_domain.rules import Rule
from ihs_domain.terms import Reported

OPENED_ON = date(2024, 1, 1)
DUE_ON = date(2024, 1, 20)
CITE = SUMMARY.cite


def jan(day: int) -> date:
    return date(2024, 1, day)


def asked_by_the_twentieth(acts: History, on: date) -> list[Owed]:
    return [Owed("asked", OPENED_ON, ("p", "@9"), due=DUE_ON, met_by=acts.of(ConsentAsked)[:1])]


def asked_some_day(acts: History, on: date) -> list[Owed]:
    return [Owed("asked", OPENED_ON, met_by=acts.of(ConsentAsked)[:1])]


def owing(rule: Any) -> Edition:
    return evolve(MADE_UP, gates={}, finds={}, duties=((rule, SUMMARY),))


DATED, UNDATED = owing(asked_by_the_twentieth), owing(asked_some_day)
EXCEPTION = ExceptionGranted(CITE, "family-abroad", until=jan(25))
OPENED = (CaseOpened("voluntary", "north"), OPENED_ON, WORKER)


def acts(*said: tuple[Any, ...]) -> History:
    lines = (OPENED, *(one if len(one) == 3 else (*one, SUPERVISOR) for one in said))
    return effective(Entry(event, day, v, actor, position=v) for v, (event, day, actor) in enumerate(lines, 1))


def on(day: int, history: History, edition: Edition = DATED) -> Duty:
    [duty] = duties(history, always(edition), jan(1) + timedelta(days=day - 1))
    return duty


def test_a_waived_duty_shows_by_whom_why_and_until_when():
    duty = on(21, acts((EXCEPTION, jan(5))))

    assert (duty.state, duty.late_days) == (State.WAIVED, 0)
    assert duty.waiver == Waiver(2, "s-1", jan(5), "family-abroad", jan(25))


@pytest.mark.parametrize("day, state", [(4, State.OPEN), (5, State.WAIVED), (20, State.WAIVED), (90, State.WAIVED)])
def test_a_duty_due_while_an_exception_is_in_force_is_waived_from_the_day_of_the_grant_for_good(day, state):
    assert on(day, acts((EXCEPTION, jan(5)))).state is state


@pytest.mark.parametrize("until, state, late", [(19, State.LATE, 1), (20, State.WAIVED, 0)])
def test_the_last_day_of_an_exception_is_in_force(until, state, late):
    duty = on(21, acts((evolve(EXCEPTION, until=jan(until)), jan(5))))

    assert (duty.state, duty.late_days) == (state, late)
    assert [n.why for n in duty.near] == ([] if state is State.WAIVED else ["the exception ended on 2024-01-19"])


@pytest.mark.parametrize("granted, state", [(20, State.WAIVED), (21, State.LATE)])
def test_what_was_late_when_the_exception_came_stays_late_and_says_why(granted, state):
    duty = on(24, acts((EXCEPTION, jan(granted))))

    assert duty.state is state
    assert [(n.version, n.why) for n in duty.near] == (
        [] if state is State.WAIVED else [(2, "the exception came when this was not open any more")]
    )


ENDED = evolve(DATED, in_force_until=jan(10))


@pytest.mark.parametrize("granted, state", [(10, State.WAIVED), (11, State.LAPSED)])
def test_what_lapsed_with_its_edition_before_the_exception_stays_lapsed(granted, state):
    history = acts((EXCEPTION, jan(granted)))

    [duty] = duties(history, RuleBook((ENDED,)).law("xx-mu"), jan(31))

    assert duty.state is state


def test_an_undated_duty_that_its_edition_does_not_outlive_stays_waived():
    history = acts((EXCEPTION, jan(5)))
    law = RuleBook((evolve(UNDATED, in_force_until=jan(10)),)).law("xx-mu")

    found = [duties(history, law, jan(on))[0] for on in (9, 10, 11, 31)]

    assert [(d.state, d.next_change_on) for d in found] == [(State.WAIVED, None)] * 4


def test_an_exception_that_ended_before_a_duty_began_is_no_near_miss_of_it():
    duty = on(21, acts((evolve(EXCEPTION, until=OPENED_ON - timedelta(days=1)), jan(1))))

    assert (duty.state, duty.near) == (State.LATE, ())


def test_what_is_met_in_time_is_met_whatever_was_waived():
    duty = on(30, acts((EXCEPTION, jan(5)), (ConsentAsked("p"), jan(20))))

    assert (duty.state, duty.waiver) == (State.MET, None)


def test_what_was_waived_and_is_met_after_its_day_is_met_and_not_late():
    duty = on(30, acts((EXCEPTION, jan(5)), (ConsentAsked("p"), jan(28))))

    assert (duty.state, duty.late_days, duty.evidence) == (State.MET, 0, (3,))
    assert duty.waiver is not None


@pytest.mark.parametrize("day, state", [(24, State.WAIVED), (25, State.WAIVED), (26, State.OPEN)])
def test_an_undated_duty_is_waived_while_the_exception_lasts_and_owed_again_on_the_day_after(day, state):
    duty = on(day, acts((EXCEPTION, jan(5))), UNDATED)

    assert (duty.state, duty.next_change_on) == (state, jan(26) if state is State.WAIVED else None)


@pytest.mark.parametrize("closed, state", [(25, State.WAIVED), (26, State.UNMET)])
def test_an_undated_duty_goes_by_the_exception_in_force_at_closing(closed, state):
    history = acts((EXCEPTION, jan(5)), (CaseClosed("moved"), jan(closed), WORKER))

    duty = on(31, history, UNDATED)

    assert (duty.state, duty.next_change_on) == (state, None)


@pytest.mark.parametrize("subject, waived", [(None, True), ("", True), ("p", True), ("9", False), ("q", False)])
def test_an_exception_of_a_subject_waives_that_subject_alone(subject, waived):
    duty = on(21, acts((evolve(EXCEPTION, subject=subject), jan(5))))

    assert (duty.state is State.WAIVED) == waived


@pytest.mark.parametrize("entry, subject, waived", [(9, None, True), (9, "p", True), (9, "q", False), (8, "p", False)])
def test_an_exception_of_an_entry_waives_what_is_owed_for_that_entry_alone(entry, subject, waived):
    duty = on(21, acts((evolve(EXCEPTION, entry=entry, subject=subject), jan(5))))

    assert (duty.state is State.WAIVED) == waived


def test_an_exception_of_another_clause_waives_nothing():
    duty = on(21, acts((evolve(EXCEPTION, cite=DUE.cite), jan(5))))

    assert (duty.state, duty.near) == (State.LATE, ())


def test_a_voided_exception_waives_nothing_and_a_voided_void_waives_again():
    void = EntryVoided(2, AmendmentReason.DID_NOT_HAPPEN)

    voided = acts((EXCEPTION, jan(5)), (void, jan(10)))
    restored = acts((EXCEPTION, jan(5)), (void, jan(10)), (evolve(void, entry=3), jan(11)))

    assert (on(21, voided).state, on(21, restored).state) == (State.LATE, State.WAIVED)


NAMED = (DesigneeNamed("d-1", jan(4)), jan(2), SUPERVISOR)
BY = {
    "a supervisor": (Actor("s-2", Role.SUPERVISOR), None, True),
    "a worker": (WORKER, None, False),
    "a designee after his time": (Actor("d-1", Role.DESIGNEE), None, False),
    "nobody's designee": (Actor("d-2", Role.DESIGNEE), None, False),
    "whoever reports it": (WORKER, Reported("s-7", Role.SUPERVISOR, jan(5), "memo-1"), True),
    "who reports a worker's": (WORKER, Reported("s-7", Role.CASE_MANAGER, jan(5), "memo-1"), False),
    "who reports a designee's after his time": (WORKER, Reported("d-1", Role.DESIGNEE, jan(5), "memo-1"), False),
    "a worker who reports himself": (WORKER, Reported(WORKER.id, Role.SUPERVISOR, jan(5), "memo-1"), False),
}


@pytest.mark.parametrize("actor, reported, waives", BY.values(), ids=BY)
def test_only_a_supervisor_waives_or_who_reports_that_one_did(actor, reported, waives):
    duty = on(21, acts(NAMED, (evolve(EXCEPTION, reported=reported), jan(5), actor)))

    assert (duty.state is State.WAIVED) == waives
    assert [n.why for n in duty.near] == ([] if waives else ["the exception was not granted by a supervisor"])
    assert not (reported and waives) or (duty.waiver and duty.waiver.by == "s-7")


def test_a_designee_waives_up_to_the_last_day_they_are_named_for():
    assert on(21, acts(NAMED, (EXCEPTION, jan(4), Actor("d-1", Role.DESIGNEE)))).state is State.WAIVED


def test_a_waiver_is_no_finding_and_touches_its_clause():
    history = acts((EXCEPTION, jan(5)))

    assert list(judge(history, always(DATED))) == []
    assert touched(history, DATED, CITE, jan(31)) == {2}


def test_what_was_waived_is_not_asked_in_a_review():
    edition = evolve(DATED, rules=(SUMMARY,))

    late, waived = (measures(acts(*said), edition, jan(31)) for said in ((), ((EXCEPTION, jan(5)),)))

    assert [m.answer for m in (*late, *waived)] == [Answer.NO, Answer.NOT_APPLICABLE]


# What can be waived at all

CUSTOM = Rule("Custom 7 visits", "what a practice asks")
PRACTICE = evolve(
    DATED, ruleset="custom", rules=(CUSTOM,), duties=((asked_some_day, CUSTOM),), in_force_until=jan(15), practice=True
)
NEXT = evolve(MADE_UP, in_force_from=jan(11), gates={}, finds={}, duties=((asked_some_day, RESTS),))
BOOK = RuleBook((evolve(DATED, in_force_until=jan(10), after_closing=((asked_some_day, THREATS),)), NEXT, PRACTICE))
NO_DUTY = "no duty rests on the clause it names, in any edition or practice in force by its last day"


def put(exception: ExceptionGranted, day: int, book: RuleBook = BOOK, actor: Actor = SUPERVISOR) -> tuple[Finding, ...]:
    history = acts()
    return decide(Entry(exception, jan(day), 2, actor), history, book.law("xx-mu"))


def of(cite: str, until: int = 10) -> ExceptionGranted:
    return ExceptionGranted(cite, "family-abroad", until=jan(until))


@pytest.mark.parametrize(
    "exception, day",
    [(of(CITE), 5), (of(THREATS.cite), 5), (of(CUSTOM.cite), 5), (of(RESTS.cite, 11), 5), (of(CUSTOM.cite, 20), 15)],
    ids=["a duty", "a duty after closing", "a practice", "what begins by its last day", "a practice on its last day"],
)
def test_an_exception_from_a_clause_that_a_duty_rests_on_while_it_lasts_is_granted(exception, day):
    assert put(exception, day) == ()


@pytest.mark.parametrize(
    "exception, day",
    [(of("Custom 7 visit"), 5), (of(DUE.cite), 5), (of(RESTS.cite), 5), (of(CITE, 20), 11), (of(CUSTOM.cite, 20), 16)],
    ids=["mistyped", "no duty", "what begins after", "an edition that ended", "a practice that ended"],
)
def test_an_exception_that_can_waive_nothing_is_refused(exception, day):
    with pytest.raises(Refused) as refused:
        put(exception, day)

    assert [o.says for o in refused.value.objections] == [NO_DUTY]


def test_an_exception_that_can_waive_nothing_is_told_the_nearest_clause_and_never_repeats_what_was_said():
    with pytest.raises(Refused) as refused:
        put(of("Custom 7 visit"), 5)

    assert str(refused.value) == f"{NO_DUTY}: name the clause that the duty shows, such as {CUSTOM.cite}"


def test_where_nothing_is_in_force_there_is_nothing_to_waive():
    with pytest.raises(Refused, match="leave it out: nothing that can be waived is in force"):
        put(of(CITE), 5, RuleBook(()))


def test_an_exception_reported_from_elsewhere_is_recorded_and_that_it_waives_nothing_found():
    found = put(evolve(of("X"), reported=Reported("s-7", Role.SUPERVISOR, jan(5), "memo-1")), 5)

    assert [f.objection.says for f in found] == [NO_DUTY]


def test_an_exception_that_is_possible_is_from_a_clause_that_there_is():
    [can] = [d for d in possible(acts(), BOOK.law("xx-mu"), jan(5), SUPERVISOR) if d.decision == "ExceptionGranted"]

    assert can.witness.cite in {CITE, THREATS.cite, CUSTOM.cite}


# Over random cases


def exceptions(draw: Any, n: int) -> list[Entry[Any]]:
    granted = st.builds(ExceptionGranted, st.sampled_from([DUE.cite, "X"]), st.just("some"), days)
    return [Entry(draw(granted), draw(days), 900 + i, SUPERVISOR) for i in range(n)]


@settings(max_examples=some(50))
@given(st.data(), plain(), days)
def test_exceptions_change_no_duty_but_those_that_stand_open_late_or_cut_short(data, record, day):
    first = Entry(CaseOpened("voluntary", "north"), OPENED_ON, 800)
    before = duties(effective([first, *record]), LAW, day)

    after = duties(effective([first, *record, *exceptions(data.draw, 2)]), LAW, day)

    for old, new in zip(before, after, strict=True):
        assert new.state in {old.state, State.WAIVED} or (old.state, new.state) == (State.MET_LATE, State.MET)
        assert old.state is not State.MET or new == old
        assert (new.waiver is None) or DUE.cite in new.cites


def named(duty: Duty) -> tuple[Any, ...]:
    """What tells one duty from another, also from one of the same act that was met."""
    return duty.what, duty.subject, duty.since, duty.due, duty.evidence


@settings(max_examples=some(40))
@given(st.data(), plain(), days)
def test_a_waived_duty_too_stays_as_it_is_until_the_day_it_says(data, record, day):
    first = Entry(CaseOpened("voluntary", "north"), OPENED_ON, 800)
    known = effective([first, *record, *exceptions(data.draw, 2)]).upto(day)
    horizon = [day + timedelta(days=n) for n in (1, 2, 5, 20, 40, 125)]
    later = {d: {named(x): x.state for x in duties(known, LAW, d)} for d in horizon}

    for duty in duties(known, LAW, day):
        for then in horizon:
            changed = duty.next_change_on is not None and duty.next_change_on <= then
            same = later[then][named(duty)] is duty.state
            assert same is not changed


@settings(max_examples=some(50))
@given(st.data(), plain(), events(ExceptionGranted), days)
def test_an_exception_voided_is_as_if_it_had_never_been(data, record, exception, day):
    first = Entry(CaseOpened("voluntary", "north"), OPENED_ON, 800)
    granted = Entry(exception, data.draw(days), 900, SUPERVISOR)
    void = Entry(EntryVoided(900, AmendmentReason.OTHER), data.draw(days), 901)

    without = duties(effective([first, *record]), LAW, day)

    assert duties(effective([first, *record, granted, void]), LAW, day) == without
