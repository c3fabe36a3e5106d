"""The Birch diary: each numbered answer worked out by hand, held against the core."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from diary import Diary, lines
from histories import left

from ihs_domain.case import fold
from ihs_domain.copying import copied
from ihs_domain.duties import Duty, State
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.extending import periods
from ihs_domain.history import effective
from ihs_domain.judge import judge
from ihs_domain.measures import Answer, measures
from ihs_domain.owing import duties
from ihs_domain.planning import PlanSignatureRefused, PlanSigned
from ihs_domain.responding import DomesticViolenceIdentified
from ihs_utah_r512_100 import EDITIONS, UTAH_2003, UTAH_2010, UTAH_REVIEW_2025, UTAH_SAFE_PRACTICE

END = date(2010, 10, 20)
LAST_OF_2003 = date(2010, 10, 7)
FIRST_OF_2010 = date(2010, 10, 8)


@pytest.fixture(scope="module")
def law():
    return RuleBook(EDITIONS).law("us-ut")


@pytest.fixture(scope="module")
def birch(law):
    return Diary(law).play(lines("birch"))


def on(birch: Diary, day: date, cite: str, practices: Sequence[Edition] = (), as_at: date | None = None) -> list[Duty]:
    found = duties(birch.history(as_at=as_at), birch.law, day, practices)
    return [d for d in found if cite in d.cites]


def by_subject(found: list[Duty]) -> dict[tuple[str, ...], tuple[State, date | None]]:
    return {d.subject: (d.state, d.met_on) for d in found}


def test_every_decision_the_diary_marks_is_refused_with_its_clause_and_no_other(birch):
    refused = {id_: [(o.says, o.cites) for o in r.objections] for id_, r in birch.refused.items()}

    assert list(refused.values()) == [
        [("this is not for a practitioner to decide", ("R512-100-6 B",))],
        [("the extension does not say: desired results, methods", ("R512-100-6 B",))],
        [("no final progress summary is on record", ("R512-100-7 B",))],
    ]


def test_the_service_before_the_family_was_asked_for_consent_is_recorded_and_found(birch):
    found = [(f.event, f.day, f.objection.cites) for f in judge(birch.history(), birch.law)]

    assert found == [("ServiceDelivered", date(2010, 3, 5), ("R512-100-3 E",))]


def test_nothing_but_the_early_service_is_found(birch):
    assert [f for f in birch.findings if "R512-100-3 E" not in f.objection.cites] == []
    assert [f for f in judge(birch.history(), birch.law) if "R512-100-3 E" not in f.objection.cites] == []


def test_answer_1_the_initial_plan_is_due_45_days_from_the_order_and_met_when_finalised_not_when_agreed(birch):
    def initial(day: date) -> Duty:
        [duty] = on(birch, day, "SAFE initial plan", [UTAH_SAFE_PRACTICE])
        return duty

    agreed, final = initial(date(2010, 4, 13)), initial(date(2010, 4, 17))

    assert (agreed.since, agreed.due, agreed.due.isoweekday()) == (date(2010, 3, 3), date(2010, 4, 17), 6)
    assert (agreed.state, [n.why for n in agreed.near]) == (State.OPEN, ["it was agreed, and not finalised"])
    assert (final.state, final.met_on, final.late_days) == (State.MET, date(2010, 4, 14), 0)


def test_answer_2_the_copies_to_family_and_team_are_met_on_04_15(birch):
    copies = by_subject(on(birch, date(2010, 4, 20), "R512-100-5 H"))

    theirs = {person: copies["PL1", person] for person in ("B-m", "B-f", "therapist", "school")}
    assert theirs == dict.fromkeys(theirs, (State.MET, date(2010, 4, 15)))


def test_answer_2_the_copies_to_attorney_general_and_guardian_are_met_and_the_courts_is_open_until_04_30(birch):
    early, later = (by_subject(on(birch, day, "R512-100-5 H")) for day in (date(2010, 4, 20), date(2010, 4, 30)))

    assert early["PL1", "assistant-attorney-general"] == (State.MET, date(2010, 4, 16))
    assert early["PL1", "guardian-ad-litem"] == (State.MET, date(2010, 4, 16))
    assert early["PL1", "court"] == (State.OPEN, None)
    assert later["PL1", "court"] == (State.MET, date(2010, 4, 30))


def test_answer_3_the_workers_monthly_visits_are_met_but_for_may_which_is_late_from_06_01(birch):
    found = by_subject(on(birch, date(2010, 9, 30), "R512-100-1 B.4"))

    assert [month for (month,), (state, _) in found.items() if state is State.MET] == [
        "2010-03", "2010-04", "2010-06", "2010-07", "2010-08", "2010-09",
    ]  # fmt: skip
    assert found["2010-05",] == (State.LATE, None)
    may_31, june_1 = (by_subject(on(birch, date(2010, *day), "R512-100-1 B.4")) for day in ((5, 31), (6, 1)))
    assert (may_31["2010-05",][0], june_1["2010-05",][0]) == (State.OPEN, State.LATE)


def test_answer_3_the_contact_of_may_is_the_therapists_and_its_report_is_open_until_05_20(birch):
    contact = ("2010-05",)

    before, after = (on(birch, date(2010, 5, day), "R512-100-5 N") for day in (19, 20))

    assert by_subject(after)[contact] == (State.MET, date(2010, 5, 18))
    assert by_subject(before)[contact] == (State.MET, date(2010, 5, 18))
    [open_], [met] = ([d for d in found if d.what.startswith("the contact is reported")] for found in (before, after))
    assert (open_.since, open_.state) == (date(2010, 5, 18), State.OPEN)
    assert (met.state, met.met_on) == (State.MET, date(2010, 5, 20))


def test_answer_3_as_at_05_19_the_agency_knew_of_neither_and_as_at_05_20_may_was_met_as_of_05_19(birch):
    day = date(2010, 5, 19)

    unknown, known = (on(birch, day, "R512-100-5 N", as_at=as_at) for as_at in (day, day + timedelta(days=1)))

    assert (by_subject(unknown)["2010-05",], len(unknown)) == ((State.OPEN, None), 3)
    assert (by_subject(known)["2010-05",], len(known)) == ((State.MET, date(2010, 5, 18)), 4)


def test_answer_4_intensive_services_run_from_day_0_to_day_90_and_were_extended_and_lowered_in_time(birch):
    [period] = periods(birch.history(), "intensive", 60, 90)
    turns = on(birch, END, "R512-100-6 B")

    assert (period.set_on.day, period.shortest_on, period.longest_on) == (
        date(2010, 3, 8),
        date(2010, 5, 7),
        date(2010, 6, 6),
    )
    assert period.ended is not None
    assert (period.ended.event.level, period.ended.day) == ("supportive", date(2010, 9, 1))
    assert [(d.due, d.state, d.met_on) for d in turns] == [
        (date(2010, 6, 6), State.MET, date(2010, 6, 4)),
        (date(2010, 9, 4), State.MET, date(2010, 9, 1)),
    ]


def test_answer_5_the_review_due_07_14_is_met_and_the_next_lapses_with_the_edition(birch):
    last, first = (on(birch, day, "R512-100-5 F") for day in (LAST_OF_2003, FIRST_OF_2010))

    assert [(d.due, d.state, d.met_on) for d in last] == [
        (date(2010, 7, 14), State.MET, date(2010, 7, 12)),
        (date(2010, 10, 12), State.OPEN, None),
    ]
    assert (last[1].next_change_on, first[1].state, first[1].late_days) == (FIRST_OF_2010, State.LAPSED, 0)
    assert on(birch, END, "R512-100-5 F")[1].state is State.LAPSED


def test_answer_6_the_team_met_12_days_late_and_what_was_no_meeting_did_not_count(birch):
    first, met, lapsed = on(birch, END, "R512-100-5 B")

    assert (first.due, first.state, first.met_on) == (date(2010, 9, 4), State.MET, date(2010, 3, 8))
    assert (met.due, met.state, met.met_on, met.late_days) == (
        date(2010, 9, 8),
        State.MET_LATE,
        date(2010, 9, 20),
        12,
    )
    assert [n.why for n in met.near] == [
        "the team agreed to a plan, and did not meet",
        "a member gave input, and the team did not meet",
        "the team was asked for information, and did not meet",
    ]
    assert (lapsed.due, lapsed.state) == (date(2011, 3, 20), State.LAPSED)


@pytest.mark.parametrize(
    "day, done",
    [(9, []), (10, ["A.1"]), (11, ["A.1", "A.2-3", "A.4"]), (12, ["A.1", "A.2-3", "A.4", "A.5"])],
)
def test_answer_7_the_five_steps_open_on_08_09_and_are_taken_one_by_one(birch, day, done):
    steps = [on(birch, date(2010, 8, day), f"R512-100-8 {step}")[0] for step in ("A.1", "A.2-3", "A.4", "A.5", "A.6")]

    assert {d.since for d in steps} == {date(2010, 8, 9)}
    assert [d.cites[0].removeprefix("R512-100-8 ") for d in steps if d.state is State.MET] == done


def test_answer_7_the_five_steps_are_complete_on_08_16(birch):
    before, after = (
        [on(birch, date(2010, 8, day), f"R512-100-8 {step}")[0] for step in ("A.1", "A.2-3", "A.4", "A.5", "A.6")]
        for day in (15, 16)
    )

    assert [d.state for d in before] == [*[State.MET] * 4, State.OPEN]
    assert {d.state for d in after} == {State.MET}


def test_answer_8_the_close_of_10_07_is_refused_by_the_2003_edition_and_that_of_10_15_stands_by_the_2010_edition(birch):
    *_, refused = birch.refused.values()
    [objection] = refused.objections
    closed = birch.record[-1]

    assert (objection.edition, objection.cites) == (UTAH_2003.id, ("R512-100-7 B",))
    assert (closed.day, birch.law(closed.day).id) == (date(2010, 10, 15), UTAH_2010.id)
    first, second = (line["with"] for line in lines("birch") if line["record"] == "CaseClosed")
    assert first == second


def test_answer_9_who_held_the_case_and_who_had_signed(birch):
    held = fold(birch.history(as_of=date(2010, 6, 15))).assigning.case_manager
    then = birch.history(as_of=date(2010, 5, 1))

    assert held == "w-7"
    assert [e.event.by for e in then.of(PlanSigned)] == ["B-m"]
    assert [e.event.by for e in then.of(PlanSignatureRefused)] == ["B-f"]


def test_answer_10_by_the_measures_of_2025_both_parents_took_part_and_no_day_was_left_between_plans(birch):
    review = {m.rule.cite: m.answer for m in measures(birch.history(), UTAH_REVIEW_2025, END)}
    [continuity] = (
        m for m in measures(birch.history(), UTAH_SAFE_PRACTICE, END) if m.rule.cite == "SAFE plan continuity"
    )

    assert (review["IH.3 A"], review["IH.3 B"], review["IH.3 C"]) == (Answer.YES, Answer.YES, Answer.NOT_APPLICABLE)
    assert continuity.answer is Answer.YES
    [plan] = continuity.rests_on
    assert (plan.subject, plan.since, plan.met_on) == (("PL1",), date(2010, 4, 14), date(2010, 10, 15))


GOALS = ("R512-100-5(4)(a)", ("B-1",))


def under_2010(birch: Diary, day: date) -> dict[tuple[str, tuple[str, ...]], tuple[State, date | None]]:
    found = duties(birch.history(), birch.law, day)
    return {(d.cites[0], d.subject): (d.state, d.met_on) for d in found if d.edition == UTAH_2010.id}


def test_answer_11_from_10_08_goals_are_open_and_unmet_at_closing(birch):
    [goals] = on(birch, FIRST_OF_2010, "R512-100-5(4)(a)")
    before, after = (under_2010(birch, day)[GOALS] for day in (date(2010, 10, 14), date(2010, 10, 15)))

    assert (goals.since, goals.state) == (FIRST_OF_2010, State.OPEN)
    assert (before, after) == ((State.OPEN, None), (State.UNMET, None))


def test_answer_11_team_assessment_and_plan_are_met_by_the_old_evidence(birch):
    found = under_2010(birch, FIRST_OF_2010)

    assert found["R512-100-5(1)(a)", ()] == (State.MET, date(2010, 3, 8))
    assert found["R512-100-5(2)(a)", ()] == (State.MET, date(2010, 3, 20))
    assert found["R512-100-5(3)(a)", ()] == (State.MET, date(2010, 4, 12))


def test_answer_11_the_goals_submission_is_open_and_no_copy_to_counsel_is_owed_for_the_old_plan(birch):
    submission, at_closing = (
        by_subject(on(birch, day, "R512-100-5(4)(b)"))["B-1",] for day in (FIRST_OF_2010, date(2010, 10, 15))
    )
    copies = by_subject(on(birch, END, "R512-100-5(3)(c)"))

    assert (submission, at_closing) == ((State.OPEN, None), (State.UNMET, None))
    assert [subject for subject in copies if "parents-counsel" in subject] == []


def test_answer_11_what_was_open_under_the_2003_edition_lapsed_and_the_missed_visit_of_may_stays_late(birch):
    found = [d for d in duties(birch.history(), birch.law, END) if d.edition == UTAH_2003.id]
    unmet = [(d.cites[0], d.subject, d.due, d.state) for d in found if d.state not in {State.MET, State.MET_LATE}]

    assert unmet == [
        ("R512-100-5 B", (), date(2011, 3, 20), State.LAPSED),
        ("R512-100-5 F", ("PL1",), date(2010, 10, 12), State.LAPSED),
        ("R512-100-1 B.4", ("2010-05",), date(2010, 5, 31), State.LATE),
        ("R512-100-1 B.4", ("2010-10",), date(2010, 10, 31), State.LAPSED),
        ("R512-100-5 N", ("2010-10",), date(2010, 10, 31), State.LAPSED),
    ]


@pytest.mark.parametrize("day", [LAST_OF_2003, FIRST_OF_2010, END])
def test_answer_11_no_ending_was_determined_on_10_07_and_no_summary_fell_due(birch, day):
    assert on(birch, day, "R512-100-7 B") == []


def test_answer_12_the_private_conversation_is_open_from_03_04_and_met_on_08_16(birch):
    [open_], [met] = (on(birch, date(2010, 8, day), "R512-100-1 B.5") for day in (15, 16))

    assert (open_.since, open_.state) == (date(2010, 3, 4), State.OPEN)
    assert (met.state, met.met_on) == (State.MET, date(2010, 8, 16))


def test_answer_13_the_father_sees_nothing_of_08_10_to_08_16(birch):
    known = birch.history(as_at=date(2010, 8, 17), as_of=date(2010, 8, 17))
    window = [date(2010, 8, 10) + timedelta(days=n) for n in range(7)]

    seen = left(known, "B-f", as_of=date(2010, 8, 17))

    assert [e for e in known if e.day in window] != []
    assert [e for e in seen if e.day in window] == []
    assert [e for e in seen.record if e.day in window] == []
    assert seen.of(DomesticViolenceIdentified) == ()
    assert [e for e in left(known, "B-m", as_of=date(2010, 8, 17)) if e.day in window] != []


def test_answer_13_the_copy_made_for_the_father_holds_nothing_of_those_days_and_the_mothers_does(birch):
    known = birch.history(as_at=date(2010, 8, 17), as_of=date(2010, 8, 17))
    first, last = date(2010, 8, 10), date(2010, 8, 16)

    copies = {person: effective(copied(known.record, person)) for person in ("B-f", "B-m")}

    of_those_days = {person: [e for e in copy.record if first <= e.day <= last] for person, copy in copies.items()}
    assert of_those_days["B-f"] == []
    assert of_those_days["B-m"] != []
    assert [e.version for e in copies["B-f"].record] == list(range(1, len(copies["B-f"].record) + 1))


def test_answer_13_the_father_does_not_see_the_safety_plan_end(birch):
    told: list[Any] = [e.event for e in left(birch.history(), "B-f")]

    assert [e for e in told if getattr(e, "plan", None) == "SP1"] == []
