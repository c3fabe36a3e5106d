"""Judging: one set of gates refuses and finds."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from examples import some
from histories import FIRST_DAY, actors, amended, days, events, plain
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import LAW, MADE_UP, ending

from ihs_domain.assessing import FamilyAssessmentCompleted
from ihs_domain.case import EVENTS, fold
from ihs_domain.closing import CaseClosed, CaseReopened, Ending
from ihs_domain.contacting import ContactMade
from ihs_domain.duties import NearMiss, Owed
from ihs_domain.editions import Edition, Law, RuleBook, always
from ihs_domain.gates import Objection, Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.judge import Finding, decide, judge, refusable, touched
from ihs_domain.opening import CaseOpened
from ihs_domain.planning import PlanAgreed, PlanDrafted, SupervisorAgreed
from ihs_domain.recording import AmendmentReason, EntryVoided
from ihs_domain.roles import SYSTEM, Role
from ihs_domain.rules import Rule
from ihs_domain.safety import ThreatIdentified, ThreatManaged
from ihs_domain.teaming import Part, TeamFormed
from ihs_domain.terms import Reported

NOTHING = always(Edition("nothing", "xx-mu", "UTC", date(2023, 1, 1)))
LAWS = st.sampled_from([LAW, NOTHING, RuleBook((ending(date(2024, 2, 29)),)).law("xx-mu")])
SCENE = tuple(
    (event, FIRST_DAY, SYSTEM)
    for event in (
        CaseOpened("voluntary", "north"),
        PersonJoined("person-1", Relation.CHILD),
        TeamFormed({"person-2": Part.RELATIVE}, frozenset()),
        FamilyAssessmentCompleted("assessment-1", frozenset(), frozenset(), frozenset()),
        PlanDrafted("plan-1", (), assessment="assessment-1"),
    )
)
DECIDED = (
    PersonJoined, ThreatIdentified, ThreatManaged, TeamFormed, PlanDrafted, PlanAgreed, SupervisorAgreed, CaseClosed,
    CaseReopened,
)  # fmt: skip


def told(findings: Iterable[Finding]) -> list[tuple[int, str, date, tuple[str, ...]]]:
    return [(f.version, f.event, f.day, f.objection.cites or (f.objection.says,)) for f in findings]


def kept(proposed: Iterable[Entry[Any]], law: Law) -> tuple[list[Entry[Any]], list[Finding]]:
    """The record of those *proposed* that were accepted, and what was found in them."""
    record: list[Entry[Any]] = []
    found: list[Finding] = []
    for entry in proposed:
        entry = entry._replace(version=len(record) + 1, position=len(record) + 1)  # noqa: PLW2901
        try:
            found += decide(entry, effective(record), law)
        except Refused:
            continue
        record.append(entry)
    return record, found


@given(st.one_of(plain(), amended(*DECIDED, *EVENTS, first=SCENE)), LAWS)
def test_what_was_accepted_in_the_order_of_the_acts_is_judged_as_it_was_decided(record, law):
    in_order = [e for e in sorted(record, key=lambda e: e.day) if not hasattr(e.event, "entry")]

    accepted, found = kept(in_order, law)
    history = effective(accepted)

    assert told(judge(history, law)) == told(found)
    by_gates = [
        f for e in history if refusable(e.event) for f in law(e.day).objections(fold(history[: e.version - 1]), e)
    ]
    assert by_gates == []


def naive(history: Sequence[Entry[Any]], law: Law) -> list[tuple[int, str, date, tuple[str, ...]]]:
    found = []
    for at, entry in enumerate(history):
        case, edition = fold(history[:at]), law(entry.day)
        cls = type(entry.event)
        rows = [*edition.before(cls), *edition.finds.get(cls, ())]
        objections = [edition.ask(row, case, entry) for row in rows]  # raises, should a gate fail
        found += [Finding(entry.version, cls.__name__, entry.day, o) for o in objections if o is not None]
    return told(found)


@given(amended(*DECIDED, *EVENTS, first=SCENE), LAWS)
def test_judging_is_folding_each_prefix_and_asking_every_gate(record, law):
    history = effective(record)

    assert told(judge(history, law)) == naive(history, law)


def it_may_not_be(case, entry):
    return Objection("it may not be", "do otherwise")


def test_a_happening_that_a_table_judges_is_found():
    table = {ContactMade: ((it_may_not_be, MADE_UP.rules[0]),)}
    acts = effective([Entry(ContactMade("phone", frozenset()), FIRST_DAY, 1)])

    for edition in (evolve(MADE_UP, gates=table), evolve(MADE_UP, finds=table)):
        assert told(judge(acts, always(edition))) == [(1, "ContactMade", FIRST_DAY, ("M-1",))]


def record(*acts: tuple[Any, int]) -> list[Entry[Any]]:
    return [Entry(event, date(2024, 3, day), version) for version, (event, day) in enumerate(acts, 1)]


AGREED = (
    *((event, 1) for event, _, _ in SCENE),
    (PlanAgreed("plan-1", frozenset({"person-2"})), 2),
)


@pytest.mark.parametrize("version, cites", [(1, ("the case is not open yet",)), (3, ("M-4",)), (4, ("M-3",))])
def test_voiding_what_a_decision_rested_on_is_found_and_undoes_nothing(version, cites):
    voided = (EntryVoided(version, AmendmentReason.DID_NOT_HAPPEN), 9)

    assert told(judge(effective(record(*AGREED)), LAW)) == []
    assert told(judge(effective(record(*AGREED, voided)), LAW)) == [(6, "PlanAgreed", date(2024, 3, 2), cites)]


def test_voiding_the_draft_is_found_in_what_was_decided_about_the_plan():
    voided = (EntryVoided(5, AmendmentReason.DID_NOT_HAPPEN), 9)

    assert told(judge(effective(record(*AGREED, voided)), LAW)) == [
        (6, "PlanAgreed", date(2024, 3, 2), ("the plan is not drafted by that day",)),
        (6, "PlanAgreed", date(2024, 3, 2), ("M-3",)),
    ]


def test_what_is_recorded_later_about_an_earlier_day_is_found_in_the_acts_after_it():
    threat = ThreatIdentified("threat-1", "neglect", "present", frozenset({"person-1"}))
    closed = CaseClosed(Ending.MOVED)

    assert told(judge(effective(record(*AGREED, (closed, 5), (threat, 5))), LAW)) == []
    assert told(judge(effective(record(*AGREED, (closed, 5), (threat, 4))), LAW)) == [
        (7, "CaseClosed", date(2024, 3, 5), ("M-5",))
    ]


def test_a_decision_is_refusable_and_a_reported_one_and_a_happening_are_not():
    reported = Reported("w", Role.PRACTITIONER, date(2024, 3, 1), "minutes")

    assert refusable(SupervisorAgreed("plan-1"))
    assert not refusable(SupervisorAgreed("plan-1", reported=reported))
    assert not refusable(AGREED[1][0])


@given(events(), days, actors)
@settings(max_examples=some(50))
def test_deciding_changes_nothing(event, day, actor):
    before = record(*AGREED)
    history = effective(before)

    with suppress(Refused):
        decide(Entry(event, day, actor=actor), history, LAW)

    assert (before, history) == (record(*AGREED), effective(record(*AGREED)))


# The entries a clause bears on


def visits(history: History, on: date) -> Iterable[Owed]:
    """Owed: a contact in person. A call is a near miss."""
    calls = tuple(NearMiss(e.version, "by phone") for e in history.of(ContactMade) if e.event.mode == "phone")
    made = tuple(e for e in history.of(ContactMade) if e.event.mode != "phone")
    yield Owed("a visit", FIRST_DAY, met_by=made, near=calls)


CLAUSES = [Rule(f"C-{n}", "a clause of its own") for n in range(1, 6)]
BEARING = Edition(
    "bearing",
    "xx-mu",
    "UTC",
    date(2024, 6, 1),
    in_force_until=date(2024, 7, 1),
    rules=tuple(CLAUSES),
    gates={PlanAgreed: ((it_may_not_be, CLAUSES[0]),)},
    finds={PlanDrafted: ((it_may_not_be, CLAUSES[0], CLAUSES[1]),)},
    duties=((visits, CLAUSES[2]),),
    after_closing=((visits, CLAUSES[3]),),
    records={PersonJoined: (CLAUSES[4], CLAUSES[2])},
)
CALL, AT_HOME = ContactMade("phone", frozenset()), ContactMade("home-visit", frozenset())


@pytest.mark.parametrize(
    "cite, versions",
    [("C-1", {5, 6}), ("C-2", {5}), ("C-3", {2, 7, 8}), ("C-4", set()), ("C-5", {2}), ("C-9", set())],
)
def test_a_clause_bears_on_what_it_judges_and_records_and_on_what_met_its_duty_or_nearly_did(cite, versions):
    acts = effective(record(*AGREED, (CALL, 3), (AT_HOME, 4)))

    assert touched(acts, BEARING, cite, date(2024, 3, 9)) == versions


def test_what_is_due_after_closing_bears_on_its_evidence_once_the_case_is_closed():
    acts = effective(record(*AGREED, (CaseClosed(Ending.MOVED), 5), (CALL, 6), (AT_HOME, 7)))

    assert touched(acts, BEARING, "C-4", date(2024, 3, 9)) == {8, 9}
    assert touched(acts, BEARING, "C-4", date(2024, 3, 6)) == {8}


@given(amended(*DECIDED, *EVENTS, first=SCENE), st.sampled_from(MADE_UP.rules), days)
def test_a_clause_bears_on_every_entry_that_is_found_wanting_by_it_and_on_none_that_is_not_there(record, rule, day):
    history = effective(record)

    bears_on = touched(history, MADE_UP, rule.cite, day)

    assert {f.version for f in judge(history, LAW) if rule.cite in f.objection.cites} <= bears_on
    assert bears_on <= {e.version for e in history}


# A rule that fails


def breaks(case, entry):
    """A gate that takes for granted what is not there."""
    raise KeyError(case.nothing_of_the_kind)


def forgets(case, entry):
    """A gate that says something other than an objection."""
    return True


STANDS_ON = Rule("B-1", "is broken")
SAID = "this rule could not be asked, for it fails with "


def broken(gate):
    rows = ((gate, STANDS_ON),)
    return always(evolve(MADE_UP, gates={ContactMade: rows, CaseClosed: rows}, finds={}, rules=(STANDS_ON,)))


@pytest.mark.parametrize("gate, error", [(breaks, "AttributeError"), (forgets, "NotAnAttrsClassError")])
def test_a_rule_that_fails_before_a_happening_is_found_with_its_clause_and_keeps_nothing_off_the_record(gate, error):
    contact = Entry(ContactMade("phone", frozenset()), FIRST_DAY, 1)

    found = decide(contact, effective([]), broken(gate))

    assert [f.objection.says for f in found] == [SAID + error]
    assert [(*f.objection.cites, f.objection.edition) for f in found] == [("B-1", MADE_UP.id)]
    assert list(judge(effective([contact]), broken(gate))) == list(found)


def test_a_decision_is_refused_by_a_rule_that_fails_and_told_which_and_what_to_do():
    record = [Entry(CaseOpened("voluntary", "north"), FIRST_DAY, 1)]

    with pytest.raises(Refused) as refused:
        decide(Entry(CaseClosed(Ending.MOVED), FIRST_DAY, 2), effective(record), broken(breaks))

    assert str(refused.value) == (
        f"{SAID}AttributeError (B-1, {MADE_UP.id}): have whoever keeps that edition put it right"
    )
