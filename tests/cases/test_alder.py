"""The Alder diary: each numbered answer worked out by hand, held against the core alone and against a store."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from diary import Diary, lines
from rehearsal import Rehearsed, rehearsal

from ihs_domain.contacting import ContactMade
from ihs_domain.duties import Duty, State
from ihs_domain.editions import Edition, RuleBook, always
from ihs_domain.gates import Refused
from ihs_domain.history import account
from ihs_domain.judge import Finding, judge
from ihs_domain.owing import duties
from ihs_utah_r512_100 import EDITIONS, UTAH_2003, UTAH_2010


@pytest.fixture(scope="module")
def law():
    return RuleBook(EDITIONS).law("us-ut")


Told = Diary | Rehearsed


@pytest.fixture(scope="module", params=["in memory", "in a store"])
def play(request, law, tmp_path_factory):
    """Plays lines of the diary, and gives what came of them."""
    opened = []

    def played(said: Iterable[dict[str, Any]]) -> Told:
        if request.param == "in memory":
            return Diary(law).play(line for line in said if line.get("case") == "alder")
        opened.append(rehearsal(tmp_path_factory.mktemp("alder")))
        return Rehearsed(opened[-1], "alder").play(said)

    yield played
    for cases in opened:
        cases.close()


@pytest.fixture(scope="module")
def alder(play):
    return play(lines("alder"))


def on(alder: Told, day: date, edition: Edition | None = None) -> list[Duty]:
    if isinstance(alder, Rehearsed):
        return list(alder.cases.duties("alder", on=day, edition=edition))
    return list(duties(alder.history(), alder.law if edition is None else always(edition), day))


def found_in(alder: Told, edition: Edition | None = None) -> list[Finding]:
    if isinstance(alder, Rehearsed):
        return list(alder.cases.findings("alder", edition=edition))
    return list(judge(alder.history(), alder.law if edition is None else always(edition)))


def states(found: list[Duty]) -> dict[tuple[str, tuple[str, ...]], tuple[State, date | None]]:
    return {(d.what, d.subject): (d.state, d.met_on) for d in found}


def by_the_state(refused: Refused) -> list[str]:
    return [o.says.partition(":")[0] for o in refused.objections if not o.rules]


def test_every_decision_the_diary_marks_is_refused_with_its_clauses_and_no_other(alder):
    refused = [
        (sorted(r.cites), [o.says.partition(":")[0] for o in r.objections if not o.rules], r.about)
        for r in alder.refused.values()
    ]

    assert refused == [
        (["R512-100-2(2)", "R512-100-5(3)(a)", "R512-100-5(3)(b)"], [], ["PL0", "PL0"]),
        (["R512-100-5(3)(b)"], [], ["PL1"]),
        ([], ["no basis covers telling this agency"], ["RF3"]),
        (["R512-100-5(5)(a)"], [], ["T2"]),
        ([], ["no plan of that id is on record in this case", "the case is closed"], ["PL2"]),
    ]


def test_nothing_recorded_in_the_diary_has_a_finding(alder):
    assert alder.findings == []
    assert found_in(alder) == []


def test_answer_1_on_2015_02_01_what_is_met_and_what_is_open(alder):
    found = on(alder, date(2015, 2, 1))

    assert states(found) == {
        ("the family has a team", ()): (State.MET, date(2015, 1, 15)),
        ("the child and family assessment is written", ()): (State.MET, date(2015, 1, 22)),
        ("the child and family plan is written", ()): (State.MET, date(2015, 1, 29)),
        ("the team assists with the assessment", ()): (State.MET, date(2015, 1, 22)),
        ("the team assists with the plan", ()): (State.MET, date(2015, 1, 29)),
        ("the team assists with the permanency goals", ("A-1",)): (State.MET, date(2015, 1, 29)),
        ("the team assists with the permanency goals", ("A-2",)): (State.OPEN, None),
        ("the team oversees progress", ()): (State.OPEN, None),
        ("a copy of the plan is provided", ("PL1", "A-m")): (State.MET, date(2015, 1, 30)),
        ("a copy of the plan is provided", ("PL1", "A-f")): (State.MET, date(2015, 1, 30)),
        ("a primary and a concurrent permanency goal are identified", ("A-1",)): (State.MET, date(2015, 1, 29)),
        ("a primary and a concurrent permanency goal are identified", ("A-2",)): (State.OPEN, None),
        ("a private conversation with a substantiated child", ("A-1",)): (State.OPEN, None),
        ("the safety plan is reviewed", ("SP1",)): (State.OPEN, None),
    }
    assert [d for d in found if d.due is not None and d.cites] == []


def test_answer_1_the_team_oversaw_progress_on_2015_04_17(alder):
    assert states(on(alder, date(2015, 4, 17)))["the team oversees progress", ()] == (State.MET, date(2015, 4, 17))


def test_answer_2_the_private_conversation_is_met_by_the_visit_of_02_06_and_goals_of_a_2_on_04_17(alder):
    private = ("a private conversation with a substantiated child", ("A-1",))
    goals = ("a primary and a concurrent permanency goal are identified", ("A-2",))

    march, may = states(on(alder, date(2015, 3, 1))), states(on(alder, date(2015, 5, 1)))

    assert march[private] == (State.MET, date(2015, 2, 6))
    assert march[goals] == (State.OPEN, None)
    assert may[goals] == (State.MET, date(2015, 4, 17))


@pytest.mark.parametrize(
    "as_at, days",
    [(date(2015, 2, 25), [6]), (date(2015, 3, 1), [6, 20]), (date(2015, 5, 14), [6, 19])],
)
def test_answer_3_the_february_contacts_as_the_agency_knew_them_then(alder, as_at, days):
    contacts = alder.history(as_at=as_at).of(ContactMade)

    assert [e.day.day for e in contacts if e.day.month == 2] == days


def test_answer_3_the_account_shows_the_original_the_correction_its_author_and_reason(alder):
    told = account(alder.record, as_at=alder.position(date(2015, 5, 14)))
    original = next(line for line in told if line.corrected_by)
    correction = next(line for line in told if line.entry.version == original.corrected_by)

    assert (original.entry.day, original.void) == (date(2015, 2, 20), False)
    assert (correction.entry.actor.id, correction.entry.event.reason) == ("s-3", "wrong-day")
    assert correction.entry.event.on == date(2015, 2, 19)


def test_answer_5_the_safety_plan_in_force_hangs_on_what_was_known(alder):
    from ihs_domain.case import fold

    day = date(2015, 4, 10)
    known_later = fold(alder.history(as_at=date(2015, 3, 27), as_of=day))
    known_before = fold(alder.history(as_at=date(2015, 3, 26), as_of=day))

    assert known_later.safety.plans_in_force(day) == {"SP1"}
    assert known_before.safety.plans_in_force(day) == set()
    assert known_before.safety.plans["SP1"].expires_on == date(2015, 4, 9)


def test_answer_5_the_review_of_the_safety_plan_was_late_from_02_10_and_met_late_by_46_days(alder):
    def review(day: date) -> Duty:
        return next(d for d in on(alder, day) if d.subject == ("SP1",))

    assert review(date(2015, 2, 9)).state is State.OPEN
    assert review(date(2015, 2, 9)).next_change_on == date(2015, 2, 10)
    assert review(date(2015, 2, 10)).state is State.LATE
    met = review(date(2015, 3, 27))
    assert (met.state, met.met_on, met.late_days, met.cites) == (State.MET_LATE, date(2015, 3, 27), 46, ())


def test_answer_6_judged_by_the_2003_edition(alder):
    found = [(f.day, f.objection.cites) for f in found_in(alder, UTAH_2003)]
    owed = on(alder, date(2015, 5, 15), UTAH_2003)

    assert found == [(date(2015, 5, 12), ("R512-100-7 B",))]
    assert {(d.cites, d.subject) for d in owed if d.state is State.UNMET} == {
        (("R512-100-3 G",), ("referent",)),
        (("R512-100-3 B", "R512-100-5 L"), ()),
        (("R512-100-5 C.1",), ()),
        (("R512-100-3 E",), ()),
        (("R512-100-5 G",), ()),
        (("R512-100-5 H",), ("PL1", "aunt")),
        (("R512-100-5 H",), ("PL1", "counsellor")),
        (("R512-100-5 H",), ("PL1", "therapist")),
    }
    assert [d for d in owed if "R512-100-5 F" in d.cites] == []
    complete = next(d for d in owed if d.cites == ("R512-100-5 G",))
    assert [n.why for n in complete.near] == [
        "it lacks the supervisor's agreement and finalising in the system of record"
    ]
    met = {(d.cites, d.subject) for d in owed if d.state is State.MET and d.edition}
    assert met == {
        (("R512-100-3 B",), ()),
        (("R512-100-3 G",), ("family",)),
        (("R512-100-5 D",), ()),
        (("R512-100-5 H",), ("PL1", "A-m")),
        (("R512-100-5 H",), ("PL1", "A-f")),
        (("R512-100-1 B.5",), ("A-1",)),
        *((("R512-100-1 B.4",), (f"2015-0{month}",)) for month in range(1, 6)),
        (("R512-100-5 A",), ()),
        (("R512-100-5 B",), ()),
        (("R512-100-5 E",), ()),
        *((("R512-100-5 N",), (f"2015-0{month}",)) for month in range(1, 6)),
    }
    assert [(d.cites, d.since, d.state) for d in owed if d.edition and d.state not in {State.MET, State.UNMET}] == [
        (("R512-100-5 B",), date(2015, 4, 17), State.LAPSED),
        (("R512-100-7 B",), date(2015, 5, 12), State.OPEN),
    ]


def test_answer_7_a_family_that_withdraws_is_closed_that_day_with_the_finding(play):
    until = [line for line in lines("alder") if line["occurred"] < "2015-05-04T12:00:01"]
    withdrew = {**until[-1], "id": "withdrew", "with": {"reason": "family-withdrew"}}

    diary = play([*until[:-1], withdrew])

    assert "withdrew" not in diary.refused
    assert [(f.event, f.day, f.objection.cites, f.objection.about) for f in diary.findings] == [
        ("CaseClosed", date(2015, 5, 4), ("R512-100-5(5)(a)",), ("T2",))
    ]


def test_a_contact_after_closing_is_recorded_and_meets_no_duty_while_a_late_call_is_within_the_case(alder):
    after, call = alder.record[-2], alder.record[-1]

    assert (after.event.mode, after.day) == ("home-visit", date(2015, 5, 14))
    assert (call.event.mode, call.day) == ("phone", date(2015, 5, 8))
    may = next(d for d in on(alder, date(2015, 5, 20), UTAH_2003) if d.subject == ("2015-05",))
    assert after.version not in may.evidence


def test_an_act_after_the_last_known_day_is_judged_by_no_edition_and_says_so(law):
    assert law(date(2015, 12, 1)).id == UTAH_2010.id
    assert law(date(2015, 12, 2)).ruleset == "no edition on file"
