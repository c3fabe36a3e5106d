"""What another law would change: in one case, in all, and counted."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from diary import Diary, lines
from examples import some
from histories import FIRST_DAY, WORKER, amended, days
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import MADE_UP, SUMMARY, without

from ihs_cases.editions import installed
from ihs_domain.assigning import WorkerAssigned
from ihs_domain.closing import CaseClosed, summary_is_written
from ihs_domain.contacting import ContactMade, IntensitySet
from ihs_domain.duties import State
from ihs_domain.editions import Law, RuleBook, always
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import ChildReturnedHome, PersonJoined
from ihs_domain.judge import judge, refusable, verdicts
from ihs_domain.measures import Answer, measures
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import duties
from ihs_domain.planning import PlanAgreed
from ihs_domain.responding import ChildRemoved, DomesticViolenceIdentified
from ihs_domain.roles import Role
from ihs_domain.safety import ThreatIdentified
from ihs_domain.terms import Reported
from ihs_domain.what_if import KINDS, By, Change, Changed, Count, Kind, Tally, matters, what_if
from ihs_utah_r512_100 import EDITIONS, UTAH_2003, UTAH_2010, UTAH_REVIEW_2025

LAW = always(MADE_UP)
LENIENT = always(without(summary_is_written))
UTAH = RuleBook(EDITIONS).law("us-ut")
JAN, FEB, MAR = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
OPENED = CaseOpened("voluntary", "north")
CLOSED = CaseClosed("threats-managed")


def acts(*said: tuple[Any, date]) -> History:
    return effective(Entry(event, day, n, WORKER, position=n) for n, (event, day) in enumerate(said, 1))


def entries(found: Iterator[Changed]) -> list[tuple[Change, Kind, str, int]]:
    return [(c.change, c.matter.kind, c.matter.case, c.matter.version) for c in found if c.matter.version]


def test_a_decision_that_the_other_law_would_have_refused_is_new_with_its_case_and_entry():
    history = acts((OPENED, JAN), (CLOSED, FEB))

    found = entries(what_if([("k1", history)], LENIENT, LAW, MAR))

    assert found == [(Change.NEW, Kind.REFUSED, "k1", 2)]


def test_one_that_only_the_first_law_would_have_refused_is_gone():
    history = acts((OPENED, JAN), (CLOSED, FEB))

    assert entries(what_if([("k1", history)], LAW, LENIENT, MAR)) == [(Change.GONE, Kind.REFUSED, "k1", 2)]


def test_what_both_refuse_is_the_same_whatever_clause_each_cites():
    history = acts((OPENED, JAN), (CLOSED, FEB))
    cites_another = evolve(SUMMARY, cite="N-1")
    again = evolve(
        MADE_UP, rules=(cites_another,), gates={CaseClosed: ((summary_is_written, cites_another),)}, finds={}
    )

    found = list(what_if([("k1", history)], LAW, always(evolve(again, duties=())), MAR))

    assert [(c.change, c.matter.cites) for c in found if c.matter.version] == [(Change.SAME, ("N-1",))]


def test_a_decision_reported_from_elsewhere_is_found_and_not_refused():
    reported = CaseClosed("threats-managed", reported=Reported("w-9", Role.PRACTITIONER, FEB, "document-1"))

    found = entries(what_if([("k1", acts((OPENED, JAN), (reported, FEB)))], LENIENT, LAW, MAR))

    assert found == [(Change.NEW, Kind.FOUND, "k1", 2)]


def test_what_happened_after_the_day_is_left_out():
    history = acts((OPENED, JAN), (CLOSED, FEB))

    assert entries(what_if([("k1", history)], LENIENT, LAW, JAN)) == []


def test_cases_are_taken_one_by_one_and_none_before_it_is_asked_for():
    taken = []

    def cases() -> Iterator[tuple[str, History]]:
        for name in ("k1", "k2"):
            taken.append(name)
            yield name, acts((OPENED, JAN), (CLOSED, FEB))

    first = next(what_if(cases(), LENIENT, LAW, MAR))

    assert (first.matter.case, taken) == ("k1", ["k1"])


# Counting


def test_counts_say_how_many_are_new_gone_and_the_same_and_in_how_many_cases():
    history = acts((OPENED, JAN), (CLOSED, FEB))
    tally = Tally(By.RULE)

    for changed in what_if([("k1", history), ("k2", history)], LENIENT, LAW, MAR):
        if changed.matter.version:
            tally.add(changed)

    assert tally.counts() == [Count(Kind.REFUSED, "M-7", new=2, gone=0, same=0, cases=2)]


def test_by_region_and_by_worker_a_matter_counts_where_the_case_is_and_for_who_held_it_then():
    first, second = WorkerAssigned("w-1", case_manager=True), WorkerAssigned("w-2", case_manager=True)
    history = acts((OPENED, JAN), (first, JAN), (CLOSED, FEB), (second, MAR))
    [refused] = [c for c in what_if([("k1", history)], LENIENT, LAW, MAR) if c.matter.kind is Kind.REFUSED]

    heads = {}
    for by in (By.REGION, By.WORKER):
        tally = Tally(by)
        tally.add(refused)
        heads[by] = [count.head for count in tally.counts()]

    assert heads == {By.REGION: ["north"], By.WORKER: ["w-1"]}


def test_what_is_owed_for_each_of_two_removals_is_counted_twice():
    acts_ = [(CaseOpened("voluntary", "north", jurisdiction="us-ut"), JAN), (PersonJoined("k", "child"), JAN)]
    removals = [(ChildRemoved("k"), FEB), (ChildReturnedHome("k"), date(2024, 2, 9)), (ChildRemoved("k"), MAR)]

    found = list(what_if([("k1", acts(*acts_, *removals))], always(UTAH_2010), always(UTAH_2003), date(2024, 4, 1)))

    days_by_duty: dict[tuple[str, tuple[str, ...]], list[date]] = {}
    for c in found:
        if c.change is Change.NEW and "R512-100-7 E" in c.matter.cites:
            days_by_duty.setdefault((c.matter.says, c.matter.about), []).append(c.matter.day)
    assert [*days_by_duty.values()] == [[FEB, MAR]] * 3


# Against the single case


@pytest.fixture(scope="module")
def diaries():
    return {
        name: Diary(UTAH).play(line for line in lines(name) if line.get("case") == name) for name in ("alder", "birch")
    }


def both(diaries):
    return [(name, diary.history()) for name, diary in diaries.items()]


def test_alders_answer_6_is_found_among_all_cases(diaries):
    on = date(2015, 5, 15)
    found = [c.matter for c in what_if(both(diaries), UTAH, always(UTAH_2003), on) if c.change is not Change.GONE]
    alder = [m for m in found if m.case == "alder"]

    assert [(m.day, m.cites) for m in alder if m.kind is Kind.REFUSED] == [(date(2015, 5, 12), ("R512-100-7 B",))]
    assert {(m.cites, m.about) for m in alder if m.kind is Kind.UNMET} == {
        (("R512-100-3 G",), ("referent",)),
        (("R512-100-3 B", "R512-100-5 L"), ()),
        (("R512-100-5 C.1",), ()),
        (("R512-100-3 E",), ()),
        (("R512-100-5 G",), ()),
        (("R512-100-5 H",), ("PL1", "aunt")),
        (("R512-100-5 H",), ("PL1", "counsellor")),
        (("R512-100-5 H",), ("PL1", "therapist")),
    }


def test_birchs_answer_10_is_found_among_all_cases(diaries):
    on = date(2010, 10, 20)
    asked = [m for c in what_if(both(diaries), UTAH, always(UTAH_REVIEW_2025), on) for m in [c.matter]]
    against = {cite for m in asked if m.case == "birch" and m.edition == UTAH_REVIEW_2025.id for cite in m.cites}

    review = {m.rule.cite: m.answer for m in measures(diaries["birch"].history(), UTAH_REVIEW_2025, on)}

    assert (review["IH.3 A"], review["IH.3 B"], review["IH.3 C"]) == (Answer.YES, Answer.YES, Answer.NOT_APPLICABLE)
    assert against == {cite for cite, answer in review.items() if answer is Answer.NO}


@pytest.mark.parametrize("edition", [UTAH_2003, UTAH_2010, UTAH_REVIEW_2025], ids=lambda edition: edition.id)
def test_over_all_cases_it_says_of_each_what_is_said_of_it_alone(diaries, edition):
    on = date(2015, 6, 1)
    found = list(what_if(both(diaries), UTAH, always(edition), on))

    for name, history in both(diaries):
        theirs = [c.matter for c in found if c.matter.case == name and c.change is not Change.GONE]
        said = [(f.version, f.objection.says) for f in judge(history, always(edition))]
        late = {(d.what, d.due) for d in duties(history, always(edition), on) if d.late_days}
        assert [(m.version, m.says) for m in theirs if m.version] == said
        assert {(m.says, m.due) for m in theirs if m.kind is Kind.LATE} == late


# Whatever the history

CASE = (PersonJoined, ThreatIdentified, PlanAgreed, IntensitySet, ContactMade, CaseClosed)
LAWS = st.sampled_from([e for e in installed().editions if not e.practice]).map(always)
histories = amended(*CASE, first=[(CaseOpened("voluntary", "north"), FIRST_DAY, WORKER)]).map(effective)


@given(histories, LAWS, days)
@settings(max_examples=some(40))
def test_a_law_changes_nothing_against_itself(history, law, on):
    assert {c.change for c in what_if([("k1", history)], law, law, on)} <= {Change.SAME}


@given(histories, LAWS, LAWS, days)
@settings(max_examples=some(40))
def test_what_is_new_one_way_is_gone_the_other_and_nothing_is_lost(history, law, other, on):
    there, back = (list(what_if([("k1", history)], a, b, on)) for a, b in ((law, other), (other, law)))
    turned = {Change.NEW: Change.GONE, Change.GONE: Change.NEW, Change.SAME: Change.SAME}
    known = history.upto(on)

    assert Counter((turned[c.change], c.matter.itself) for c in there) == Counter(
        (c.change, c.matter.itself) for c in back
    )
    assert [c.matter for c in there if c.change is not Change.GONE] == [*matters("k1", known, other, on)]


TWICE = (ChildRemoved, ChildReturnedHome, DomesticViolenceIdentified, PersonJoined, CaseClosed)
stores = st.lists(
    amended(*TWICE, first=[(CaseOpened("voluntary", "north"), FIRST_DAY, WORKER)]).map(effective),
    min_size=1,
    max_size=3,
)


@given(stores, LAWS, LAWS, days)
@settings(max_examples=some(30))
def test_over_a_store_each_law_has_as_much_against_it_as_against_its_cases_one_by_one(store, law, other, on):
    cases = [(f"k{n}", history) for n, history in enumerate(store)]

    found = list(what_if(cases, law, other, on))

    for others, judged in ((Change.NEW, law), (Change.GONE, other)):
        alone = [_against(history.upto(on), judged, on) for _, history in cases]
        assert Counter(c.matter.kind for c in found if c.change is not others) == sum(alone, Counter())


def _against(known: History, law: Law, on: date) -> Counter[Kind]:
    """How many matters of each kind a law has against one case, by its verdicts and duties themselves."""
    refused = [Kind.REFUSED if v.refused else Kind.FOUND for v in verdicts(known, law)]
    return Counter([*refused, *(KINDS[d.state] for d in duties(known, law, on) if d.state in KINDS)])


@given(histories, LAWS)
@settings(max_examples=some(40))
def test_a_verdict_refuses_only_decisions_taken_here_and_all_verdicts_are_the_findings(history, law):
    found = list(verdicts(history, law))

    assert [(v.entry.version, v.objection) for v in found] == [(f.version, f.objection) for f in judge(history, law)]
    assert [v for v in found if v.refused and not refusable(v.entry.event)] == []


@given(histories, LAWS, days)
@settings(max_examples=some(40))
def test_what_was_met_waived_or_cut_short_is_no_matter(history, law, on):
    states = {d.state for d in duties(history.upto(on), law, on)} - {State.MET, State.WAIVED, State.LAPSED}

    kinds = {m.kind for m in matters("k1", history.upto(on), law, on) if not m.version}

    assert len(kinds) == len(states - {State.MET_LATE} | ({State.LATE} if State.MET_LATE in states else set()))
