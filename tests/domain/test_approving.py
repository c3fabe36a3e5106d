"""Approving, and amending what was decided: by whom, of what as it stood, and what changed since."""

from datetime import date
from typing import Any

import pytest
from examples import some
from histories import SUPERVISOR, WORKER, actors, amendments, days, recorded
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import LAW

from ihs_domain.approvals import Approval, Standing, approvals, rests_on
from ihs_domain.approving import ApprovalGranted, ApprovalReturned, ExceptionGranted, authors
from ihs_domain.assigning import DesigneeNamed
from ihs_domain.case import fold
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactMade
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.judge import Finding, decide, judge
from ihs_domain.opening import CaseOpened
from ihs_domain.planning import PlanAgreed, PlanDrafted, SupervisorAgreed
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import Reported

OTHER = AmendmentReason.OTHER
SECOND = Actor("s-2", Role.SUPERVISOR)
CLERK = Actor("w-2", Role.PRACTITIONER)
VISIT = ContactMade("home-visit", frozenset({"c"}))
CALL = ContactMade("phone", frozenset({"c"}))
OPENED = CaseOpened("voluntary", "north")
CHILD = PersonJoined("c", Relation.CHILD)
DRAFT = PlanDrafted("p", ())

Act = tuple[Any, int, Actor]  # an event, its day in March 2024, and who records it
SCENE: tuple[Act, ...] = ((OPENED, 1, WORKER), (CHILD, 1, WORKER), (DRAFT, 2, WORKER), (VISIT, 3, WORKER))
"""The opening, 1; the child, 2; the draft, 3; the visit, 4. What a test adds begins at 5."""


def on(day: int) -> date:
    return date(2024, 3, day)


def case(*acts: Act) -> History:
    return effective(recorded((event, on(day), actor) for event, day, actor in (*SCENE, *acts)))


def put(event: Any, actor: Actor, *acts: Act, day: int = 9) -> list[Finding]:
    """What is found when *event* is put on record after the scene and *acts*. Raises Refused."""
    history = case(*acts)
    return [*decide(Entry(event, on(day), len(history.record) + 1, actor), history, LAW)]


def refusal(event: Any, actor: Actor, *acts: Act, day: int = 9) -> list[str]:
    with pytest.raises(Refused) as refused:
        put(event, actor, *acts, day=day)
    return [o.says for o in refused.value.objections]


def corrected(version: int, instead: Any, day: int = 3, **said: Any) -> EntryCorrected:
    return EntryCorrected(version, instead, on(day), OTHER, **said)


def void(version: int) -> EntryVoided:
    return EntryVoided(version, OTHER)


# Nobody approves their own entry

OWN = ["this is the actor's own entry"]


def test_whoever_corrected_an_entry_does_not_approve_it_and_another_does():
    by_supervisor = (corrected(4, CALL), 5, SUPERVISOR)

    assert refusal(ApprovalGranted(4), SUPERVISOR, by_supervisor) == OWN
    assert put(ApprovalGranted(4), SECOND, by_supervisor) == []


def test_every_corrector_whose_correction_stands_is_an_author_also_where_another_corrected_it_after():
    twice = ((corrected(4, CALL), 5, SUPERVISOR), (corrected(5, VISIT), 6, CLERK))

    assert refusal(ApprovalGranted(4), SUPERVISOR, *twice) == OWN
    assert put(ApprovalGranted(4), SUPERVISOR, *twice, (void(5), 7, CLERK)) == []


def test_whose_doing_an_entry_tells_of_does_not_approve_it_either():
    theirs = (ContactMade("phone", frozenset({"c"}), by=SUPERVISOR.id), 4, WORKER)
    drafted = (PlanDrafted("q", (), determined_by=SUPERVISOR.id), 4, WORKER)
    elsewhere = (PlanAgreed("p", reported=Reported(SUPERVISOR.id, Role.SUPERVISOR, on(4), "minutes")), 4, WORKER)

    for act in (theirs, drafted, elsewhere):
        assert refusal(ApprovalGranted(5), SUPERVISOR, act) == OWN
        assert put(ApprovalGranted(5), SECOND, act) == []


def test_who_is_named_in_an_entry_without_having_done_it_is_no_author_of_it():
    named = (DesigneeNamed(SUPERVISOR.id), 4, SECOND)

    assert put(ApprovalGranted(5), SUPERVISOR, named) == []


# What changed since


def told(history: History) -> list[tuple[int, Standing, list[tuple[int, int]]]]:
    return [(a.entry, a.standing, [(c.version, c.of) for c in a.changes]) for a in approvals(history)]


APPROVED = (ApprovalGranted(4), 5, SUPERVISOR)


def test_an_approval_says_which_entry_by_whom_and_on_which_day():
    assert approvals(case(APPROVED)) == (Approval(4, 5, SUPERVISOR.id, Role.SUPERVISOR, on(5), Standing.STANDS),)
    assert approvals(case()) == ()


def test_an_approval_given_elsewhere_says_who_gave_it():
    reported = ApprovalGranted(4, reported=Reported("s-9", Role.SUPERVISOR, on(5), "minutes"))

    [approval] = approvals(case((reported, 5, WORKER)))

    assert (approval.by, approval.reported_by) == (WORKER.id, "s-9")


def test_an_entry_corrected_after_its_approval_is_approved_no_more_until_it_is_approved_again():
    change = (corrected(4, CALL), 6, WORKER)
    again = (ApprovalGranted(4), 7, SUPERVISOR)

    assert fold(case(APPROVED)).approving.approved == {4}
    assert fold(case(APPROVED, change)).approving.approved == frozenset()
    assert fold(case(APPROVED, change, again)).approving.approved == {4}
    assert told(case(APPROVED, change, again)) == [
        (4, Standing.CHANGED, [(6, 4)]),
        (4, Standing.STANDS, []),
    ]


def test_an_entry_corrected_before_its_approval_is_approved_as_corrected():
    first, then = (corrected(4, CALL), 4, WORKER), (ApprovalGranted(4), 6, SUPERVISOR)

    assert told(case(first, then)) == [(4, Standing.STANDS, [])]
    assert told(case(first, then, (void(5), 7, WORKER))) == [(4, Standing.CHANGED, [(7, 4)])]


def test_where_the_correction_is_void_the_entry_is_approved_as_it_was_and_both_are_told():
    change, back = (corrected(4, CALL), 6, WORKER), (void(6), 7, WORKER)

    assert told(case(APPROVED, change, back)) == [(4, Standing.STANDS, [(6, 4), (7, 4)])]
    assert fold(case(APPROVED, change, back)).approving.approved == {4}


def test_a_void_entry_and_one_returned_since_are_not_approved():
    gone, returned = (void(4), 6, WORKER), (ApprovalReturned(4, "purpose-missing"), 6, SUPERVISOR)

    assert told(case(APPROVED, gone)) == [(4, Standing.VOID, [(6, 4)])]
    assert told(case(APPROVED, returned)) == [(4, Standing.RETURNED, [])]
    assert fold(case(APPROVED, gone)).approving.approved == frozenset()
    assert fold(case(APPROVED, returned)).approving.approved == frozenset()


def test_a_change_of_what_the_entry_rests_on_is_told_and_the_approval_stands():
    agreed = ((PlanAgreed("p"), 4, WORKER), (ApprovalGranted(5), 5, SUPERVISOR))
    redrafted = (corrected(3, DRAFT, 1), 6, WORKER)
    visit = (corrected(4, CALL), 6, WORKER)

    assert told(case(*agreed, redrafted)) == [(5, Standing.STANDS, [(7, 3)])]
    assert told(case(*agreed, visit)) == [(5, Standing.STANDS, [])]


def test_an_entry_rests_on_those_it_names_and_on_those_that_brought_in_its_ids_and_what_these_rest_on():
    acts = ((PlanAgreed("p"), 4, WORKER), (ApprovalGranted(5), 5, SUPERVISOR), (ApprovalGranted(4), 5, SUPERVISOR))
    history = case(*acts)

    assert rests_on(history, 6, 8) == {5, 3}
    assert rests_on(history, 7, 8) == {4, 2}
    assert rests_on(history, 2, 8) == rests_on(history, 1, 8) == frozenset()
    assert rests_on(case((PersonJoined("c", Relation.CHILD), 4, WORKER)), 4, 5) == {2}


APPROVING = (ApprovalGranted, ApprovalReturned, ContactMade, PlanDrafted, PlanAgreed)


@st.composite
def approved_cases(draw: Any) -> tuple[Entry[Any], ...]:
    """Records in which approvals, and amendments of all that is there, name entries recorded before."""
    lines: list[tuple[Any, date, Actor]] = [(VISIT, on(1), WORKER)]
    for _ in range(draw(st.integers(0, 10))):
        earlier = st.integers(1, len(lines))
        approval = st.builds(ApprovalGranted, earlier)
        amendment = st.builds(EntryVoided, earlier, st.just(OTHER)) | st.builds(
            EntryCorrected, earlier, st.sampled_from([VISIT, CALL]), st.just(on(1)), st.just(OTHER)
        )
        event = draw(approval | amendment | st.builds(ApprovalReturned, earlier, st.just("some")) | st.just(VISIT))
        lines.append((event, on(1), draw(actors)))
    return recorded(lines)


def as_it_stood(record: tuple[Entry[Any], ...], version: int, before: int) -> Any:
    """Which correction spoke for an entry when *before* was put on record, or that it did not stand."""
    known = effective(e for e in record if e.version < before)
    return next((e.amended_by for e in known if e.version == version), "not there")


@given(approved_cases())
@settings(max_examples=some(60))
def test_an_entry_is_approved_where_it_stands_as_it_stood_at_an_approval_after_which_it_was_not_returned(record):
    history = effective(record)
    by_a_supervisor = history.only(lambda e: e.actor == SUPERVISOR)
    own = {e.version for e in history if SUPERVISOR.id in authors(e)}
    approved = set()
    for approval in by_a_supervisor.of(ApprovalGranted):
        of = approval.event.entry
        answers = by_a_supervisor.of(ApprovalReturned)
        returned = [e for e in answers if e.event.entry == of and e.version > approval.version]
        stood = as_it_stood(record, of, approval.version)
        if not returned and of not in own and stood == as_it_stood(record, of, len(record) + 1) != "not there":
            approved.add(of)

    assert fold(history).approving.approved == approved
    assert {a.entry for a in approvals(history) if a.standing is Standing.STANDS} == approved


@given(approved_cases())
@settings(max_examples=some(40))
def test_what_changed_since_an_approval_is_every_amendment_recorded_after_it_of_what_it_rests_on(record):
    history = effective(record)

    for approval in approvals(history):
        later = [
            e for e in record if isinstance(e.event, EntryVoided | EntryCorrected) and e.version > approval.version
        ]
        told = {c.version for c in approval.changes}
        amends = isinstance(record[approval.entry - 1].event, EntryVoided | EntryCorrected)
        named = {e.version for e in later if e.event.entry == approval.entry and not amends}
        assert named <= told <= {e.version for e in later}
        assert {c.of for c in approval.changes} <= {approval.entry} | rests_on(
            history, approval.entry, approval.version
        )


@given(approved_cases())
@settings(max_examples=some(40))
def test_the_authors_of_an_entry_are_who_recorded_it_and_those_whose_corrections_of_it_stand(record):
    history = effective(record)
    void_now = {line.entry.version for line in history.lines if line.void}

    for entry in history:
        chain, correctors = {entry.version}, set()
        for e in record:
            if isinstance(e.event, EntryVoided | EntryCorrected) and e.event.entry in chain:
                chain.add(e.version)
                if isinstance(e.event, EntryCorrected) and e.version not in void_now:
                    correctors.add(e.actor.id)
        assert authors(entry) == {entry.actor.id} | correctors


# A correction is no way round a gate about the actor

AGREED = SupervisorAgreed("p")
BY_SUPERVISOR = [ApprovalGranted(4), ApprovalReturned(4, "some"), AGREED, ExceptionGranted("M-8", "some", on(20))]
NOT_THEIRS = ["this is not for a practitioner to decide"]


@pytest.mark.parametrize("decision", BY_SUPERVISOR, ids=lambda d: type(d).__name__)
def test_no_correction_by_somebody_who_is_no_supervisor_makes_an_entry_a_supervisors_act(decision):
    assert refusal(corrected(4, decision), CLERK, day=6) == NOT_THEIRS
    assert refusal(corrected(4, decision), WORKER, day=6) == NOT_THEIRS
    assert refusal(corrected(5, decision), CLERK, (VISIT, 3, SUPERVISOR), day=6) == NOT_THEIRS
    assert refusal(corrected(5, decision), CLERK, (decision, 3, SUPERVISOR), day=6) == NOT_THEIRS * 2


def test_a_supervisor_corrects_their_own_decision_and_another_supervisors():
    words = corrected(5, ApprovalGranted(3), 4)
    approved = (ApprovalGranted(4), 4, SUPERVISOR)

    assert put(words, SUPERVISOR, approved) == []
    assert put(words, SECOND, approved) == []


def test_a_supervisor_makes_no_entry_an_approval_of_their_own():
    mine = (VISIT, 4, SUPERVISOR)
    approved = (ApprovalGranted(4), 5, SUPERVISOR)

    assert refusal(corrected(6, ApprovalGranted(5), 5), SUPERVISOR, mine, approved) == OWN
    assert put(corrected(6, ApprovalGranted(3), 5), SUPERVISOR, mine, approved) == []


def test_a_designee_corrects_as_they_may_decide_on_the_day_of_the_act_and_not_outside():
    deputy = Actor("w-7", Role.DESIGNEE)
    named = (DesigneeNamed("w-7", on(6)), 4, SUPERVISOR)
    approved = (AGREED, 5, SUPERVISOR)

    assert put(corrected(6, AGREED, 5), deputy, named, approved, day=8) == []
    assert refusal(corrected(6, AGREED, 7), deputy, named, approved, day=8) == [
        "the actor was designee until 2024-03-06, and is not on that day"
    ]


def test_a_supervisors_decision_is_voided_by_its_author_or_a_supervisor_and_by_nobody_else():
    approved = (ApprovalGranted(4), 5, SUPERVISOR)
    as_a_worker = Actor(SUPERVISOR.id, Role.PRACTITIONER)

    assert (
        put(void(5), SUPERVISOR, approved)
        == put(void(5), as_a_worker, approved)
        == put(void(5), SECOND, approved)
        == []
    )
    with pytest.raises(Refused) as refused:
        put(void(5), CLERK, approved)
    assert str(refused.value) == (
        "this is not for a practitioner to decide: "
        "have it decided by: supervisor, designee; or have whoever decided it take it back"
    )


def test_whose_entry_a_supervisor_corrected_into_a_decision_takes_it_back_no_more_than_anybody():
    decided = (corrected(4, AGREED, 5), 5, SUPERVISOR)

    assert refusal(void(4), WORKER, decided) == NOT_THEIRS
    assert put(void(4), SUPERVISOR, decided) == []


def test_to_correct_a_supervisors_decision_away_is_to_void_it():
    approved = (ApprovalGranted(4), 5, SUPERVISOR)

    assert refusal(corrected(5, VISIT), CLERK, approved) == NOT_THEIRS
    assert put(corrected(5, VISIT), SUPERVISOR, approved) == []


def test_what_a_supervisor_took_back_is_restored_by_no_worker():
    taken_back = ((ApprovalGranted(4), 5, SUPERVISOR), (void(5), 6, SUPERVISOR))
    corrected_away = ((ApprovalGranted(4), 5, SUPERVISOR), (corrected(5, VISIT), 6, SUPERVISOR))

    for acts in (taken_back, corrected_away):
        assert refusal(void(6), CLERK, *acts) == NOT_THEIRS
        assert put(void(6), SECOND, *acts) == []


def test_a_chain_of_corrections_is_one_act_and_no_link_of_it_is_a_way_round():
    acts = ((AGREED, 5, SUPERVISOR), (corrected(5, AGREED, 4), 6, SUPERVISOR))

    for target in (5, 6):
        assert refusal(corrected(target, VISIT), CLERK, *acts) == NOT_THEIRS
        assert refusal(void(target), CLERK, *acts) == NOT_THEIRS * (2 if target == 6 else 1)


def test_what_is_no_supervisors_decision_anybody_corrects_and_voids():
    agreed = (PlanAgreed("p"), 5, WORKER)

    assert put(void(4), CLERK) == put(void(5), CLERK, agreed) == []


def test_a_gate_about_the_act_refuses_no_correction_and_what_is_amiss_is_found_at_once_and_after():
    closed = (CaseClosed(Ending.MOVED), 5, WORKER)
    threats_managed = corrected(5, CaseClosed(Ending.THREATS_MANAGED), 5)

    found = put(threats_managed, CLERK, closed)

    assert [(f.version, f.objection.cites) for f in found] == [(5, ("M-6",)), (5, ("M-7",))]
    after = judge(case(closed, (threats_managed, 9, CLERK)), LAW)
    assert [f for f in after if f.version == 5] == found


def test_a_decision_reported_from_elsewhere_is_corrected_into_as_it_is_recorded_with_findings():
    reported = SupervisorAgreed("p", reported=Reported("w-7", Role.PRACTITIONER, on(5), "minutes"))

    assert [f.objection.says for f in put(corrected(4, reported, 5), CLERK)] == NOT_THEIRS
    assert [f.objection.says for f in put(reported, CLERK, day=5)] == NOT_THEIRS


# Decisions reported from elsewhere

ANOTHER_DAY = ["the day of the entry is not the day on which it says the decision was taken"]


def test_a_reported_decision_is_entered_under_the_day_on_which_it_was_taken():
    reported = PlanAgreed("p", reported=Reported("s-9", Role.SUPERVISOR, on(5), "minutes"))

    assert refusal(reported, WORKER, day=6) == refusal(corrected(4, reported, 6), WORKER) == ANOTHER_DAY
    assert [f.objection.cites for f in put(reported, WORKER, day=5)] == [("M-3",), ("M-4",)]


@pytest.mark.parametrize("decision", BY_SUPERVISOR, ids=lambda d: type(d).__name__)
@pytest.mark.parametrize("recorder", [CLERK, SUPERVISOR], ids=str)
@pytest.mark.parametrize(
    "by, amiss",
    [
        (Actor("s-9", Role.SUPERVISOR), []),
        (Actor("w-7", Role.PRACTITIONER), NOT_THEIRS),
        (Actor("w-7", Role.DESIGNEE), ["nobody named the actor designee for that day"]),
        (Actor("w-2", Role.SUPERVISOR), NOT_THEIRS),
    ],
    ids=["a supervisor", "a worker", "nobody's designee", "the clerk, as he says a supervisor"],
)
def test_a_reported_decision_is_recorded_with_what_was_missing_of_whoever_took_it(decision, recorder, by, amiss):
    others = amiss if by.id != CLERK.id or recorder == CLERK else []
    if isinstance(decision, DesigneeNamed) and by.role is Role.DESIGNEE:
        others = ["this is not for a designee to decide"]

    found = [f.objection.says for f in put(elsewhere(decision, by), recorder, day=6)]

    assert found == others


def elsewhere(decision: Any, by: Actor, day: int = 6) -> Any:
    """The *decision* as one taken elsewhere by another."""
    said = {name: getattr(decision, name) for name in decision.__match_args__}
    return type(decision)(**said, reported=Reported(by.id, by.role, on(day), "minutes"))


MYSELF = Actor(WORKER.id, Role.SUPERVISOR)


@pytest.mark.parametrize("recorder", [WORKER, CLERK], ids=["himself", "another for him"])
def test_nobody_approves_their_own_entry_by_a_report(recorder):
    history = case((elsewhere(ApprovalGranted(4), MYSELF), 6, recorder))

    assert (fold(history).approving.approved, told(history)) == (frozenset(), [(4, Standing.NOT_THEIRS, [])])
    assert OWN[0] in [f.objection.says for f in judge(history, LAW)]


def test_nobody_approves_by_a_correction_that_reports_them():
    by_another = elsewhere(ApprovalGranted(5), Actor("s-9", Role.SUPERVISOR))
    by_himself = corrected(6, elsewhere(ApprovalGranted(5), Actor("w-2", Role.SUPERVISOR)), 6)
    acts = ((CALL, 5, WORKER), (by_another, 6, SECOND))

    assert fold(case(*acts)).approving.approved == {5}
    assert fold(case(*acts, (by_himself, 7, CLERK))).approving.approved == frozenset()


def test_an_approval_a_worker_returns_by_a_report_stands():
    returned = elsewhere(ApprovalReturned(4, "wrong"), MYSELF)
    history = case(APPROVED, (returned, 6, WORKER))

    assert (fold(history).approving.approved, told(history)) == ({4}, [(4, Standing.STANDS, [])])


def test_who_reports_himself_designee_is_none_and_what_he_decides_as_one_counts_for_nothing():
    himself = elsewhere(DesigneeNamed("w-2"), Actor("w-2", Role.SUPERVISOR), 5)
    approves = (elsewhere(ApprovalGranted(4), Actor("w-2", Role.DESIGNEE)), 6, SECOND)

    def approved(*naming: Act) -> set[int]:
        return set(fold(case(*naming, approves)).approving.approved)

    assert [approved((himself, 5, who)) for who in (CLERK, SECOND)] == [set(), set()]
    assert approved((elsewhere(DesigneeNamed("w-2"), SUPERVISOR, 5), 5, CLERK)) == {4}
    assert refusal(ApprovalGranted(4), Actor("w-2", Role.DESIGNEE), (himself, 5, CLERK)) == [
        "nobody named the actor designee for that day"
    ]


SAID = st.sampled_from([AGREED, ApprovalGranted(4), ApprovalGranted(3), VISIT, DesigneeNamed("w-9")])
LINES = st.lists(st.tuples(SAID | SAID | amendments(SAID), days, actors), max_size=8)


@given(LINES)
@settings(max_examples=some(60))
def test_whatever_amendments_a_worker_gets_on_record_no_supervisors_decision_comes_or_goes(lines):
    """Decided one by one; the workers' amendments among them leave the decisions taken here as they were."""
    record: list[Entry[Any]] = []
    for event, day, actor in (*((e, on(d), a) for e, d, a in SCENE), *lines):
        entry = Entry(event, day, len(record) + 1, actor, position=len(record) + 1)
        before = supervised(record)
        try:
            decide(entry, effective(record), LAW)
        except Refused:
            continue
        record.append(entry)
        if actor == WORKER and isinstance(event, EntryCorrected | EntryVoided):
            assert supervised(record) == before


def supervised(record: list[Entry[Any]]) -> list[tuple[int, Any, date]]:
    acts = effective(record).of_any(SupervisorAgreed, ApprovalGranted, DesigneeNamed)
    return [(e.version, e.event, e.day) for e in acts if e.event.reported is None]
