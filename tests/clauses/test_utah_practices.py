"""What Utah keeps beside the rule: SAFE's dates of the plan, and the review of fiscal year 2025."""

from datetime import date

import pytest

from ihs_domain.assigning import WorkerAssigned
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactMode
from ihs_domain.duties import State
from ihs_domain.household import PersonJoined, PersonLeft, Relation
from ihs_domain.measures import Answer, measures
from ihs_domain.opening import Authority, CaseOpened, CourtOrderReceived
from ihs_domain.planning import PlanAgreed, PlanDrafted, PlanFinalised, SupervisorAgreed
from ihs_domain.roles import Actor, Role
from ihs_domain.teaming import MeetingKind, Part, TeamFormed, TeamInputRecorded, TeamMeetingHeld, Topic

SAFE = "utah-safe-practice@2003-09-03"
REVIEW = "utah-review-2025@2024-07-01"
SUPERVISOR = Actor("s-1", Role.SUPERVISOR)
TEAM = TeamFormed({"aunt": Part.RELATIVE}, helped_by=frozenset())


def opened(program=None):
    return CaseOpened(Authority.VOLUNTARY, "salt-lake", program, jurisdiction="us-ut")


def finalised(day, plan="PL1", from_on=None, to_on=None):
    """The acts that complete *plan* on *day*."""
    return (
        (day, PlanDrafted(plan, (), from_on=from_on, to_on=to_on)),
        (day, PlanAgreed(plan, frozenset({"aunt"}))),
        (day, SupervisorAgreed(plan), SUPERVISOR),
        (day, PlanFinalised(plan, "safe")),
    )


@pytest.mark.clause("SAFE initial plan", edition=SAFE)
@pytest.mark.parametrize("program, days", [("pss", 45), ("psc", 45), ("pfp", 30), ("pfr", 30)])
@pytest.mark.parametrize("over, state", [(0, State.MET), (1, State.MET_LATE)])
def test_the_initial_plan_is_final_45_or_30_days_from_the_start_by_program_code(
    given, owed, program, days, over, state
):
    history = given(opened(program), TEAM, *finalised(days + over))

    [duty] = owed(history, after=days + over, cite="SAFE initial plan")

    assert ((duty.due - date(2003, 9, 3)).days, duty.state, duty.late_days) == (days, state, over)
    assert duty.evidence == (4, 5, 6)


@pytest.mark.clause("SAFE initial plan", edition=SAFE)
@pytest.mark.parametrize("after, state, late", [(45, State.OPEN, 0), (46, State.LATE, 1)])
def test_a_plan_agreed_and_not_finalised_is_late_on_the_day_after(given, owed, after, state, late):
    history = given(opened("psc"), TEAM, *finalised(10)[:3])

    [duty] = owed(history, after=after, cite="SAFE initial plan")

    assert (duty.state, duty.late_days) == (state, late)
    assert [(n.version, n.why) for n in duty.near] == [(4, "it was agreed, and not finalised")]


@pytest.mark.clause("SAFE initial plan", edition=SAFE)
@pytest.mark.parametrize(
    "ordered, services, due",
    [(3, True, date(2003, 10, 21)), (9, True, date(2003, 10, 23)), (3, False, date(2003, 10, 23))],
)
def test_the_days_run_from_the_earlier_of_the_courts_order_for_services_and_the_start(
    given, owed, ordered, services, due
):
    order = CourtOrderReceived("O1", "protective-supervision", services_ordered=services)

    [duty] = owed(given((ordered, order), (5, opened("psc"))), after=10, cite="SAFE initial plan")

    assert duty.due == due


@pytest.mark.clause("SAFE initial plan", edition=SAFE)
@pytest.mark.parametrize("program", [None, "other"])
def test_a_case_without_a_program_code_owes_no_plan_by_a_day(given, owed, program):
    assert owed(given(opened(program)), after=99, cite="SAFE initial plan") == []
    assert len(owed(given(opened("pss")), after=99, cite="SAFE initial plan")) == 1


FIRST = finalised(5, from_on=date(2003, 9, 8), to_on=date(2003, 12, 7))  # runs to day 95


def next_from(day, month=12):
    return finalised(90, "PL2", from_on=date(2003, month, day), to_on=date(2004, 6, 1))


@pytest.mark.clause("SAFE plan continuity", edition=SAFE)
@pytest.mark.parametrize("from_on, state, late", [(1, State.MET, 0), (8, State.MET, 0), (9, State.LATE, 5)])
def test_the_next_plan_leaves_no_day_after_the_one_before(given, owed, from_on, state, late):
    first, _ = owed(given(opened(), TEAM, *FIRST, *next_from(from_on)), after=100, cite="SAFE plan continuity")

    assert (first.subject, first.due, first.state, first.late_days) == (("PL1",), date(2003, 12, 7), state, late)
    assert [n.why for n in first.near] == (["it begins 1 days after"] if late else [])


@pytest.mark.clause("SAFE plan continuity", edition=SAFE)
@pytest.mark.parametrize("after, state", [(95, State.OPEN), (96, State.LATE)])
def test_without_a_next_plan_the_day_after_the_last_is_late(given, owed, after, state):
    [duty] = owed(given(opened(), TEAM, *FIRST), after=after, cite="SAFE plan continuity")

    assert duty.state == state


@pytest.mark.clause("SAFE plan continuity", edition=SAFE)
@pytest.mark.parametrize("day, state", [(95, State.MET), (96, State.LATE)])
def test_a_case_closed_by_the_last_day_needs_no_next_plan(given, owed, day, state):
    history = given(opened(), TEAM, *FIRST, (day, CaseClosed(Ending.MOVED)))

    [duty] = owed(history, after=day, cite="SAFE plan continuity")

    assert duty.state == state


@pytest.mark.clause("SAFE plan continuity", edition=SAFE)
def test_a_plan_not_finalised_is_no_plan(given, owed):
    history = given(opened(), TEAM, *FIRST, *next_from(8)[:3])

    [duty] = owed(history, after=96, cite="SAFE plan continuity")

    assert duty.state == State.LATE


HOUSEHOLD = (
    opened(),
    WorkerAssigned("w-1", case_manager=True),
    PersonJoined("mother", Relation.MOTHER),
    PersonJoined("father", Relation.FATHER),
    PersonJoined("step-mother", Relation.CAREGIVER),
    TEAM,
    PlanDrafted("PL1", ()),
)  # on 2024-07-01


def answer(edition, history, cite, day):
    return next(m.answer for m in measures(history, edition, day) if m.rule.cite == cite)


def part_in_the_plan(person):
    return [
        (5, PlanAgreed("PL1", frozenset({person}))),
        (4, TeamMeetingHeld(MeetingKind.ONGOING, frozenset({person}), frozenset({Topic.PLAN}), "PL1")),
        (4, TeamInputRecorded(person, Topic.PLAN, "PL1")),
    ]


def took_part(given, edition, cite, person):
    """The answers for each way of taking part; for none of them; for a plan before the person came; for no plan."""
    agreed = (5, PlanAgreed("PL1", frozenset()))
    day = date(2024, 8, 1)
    ways = [answer(edition, given(*HOUSEHOLD, act, agreed), cite, day) for act in part_in_the_plan(person)[1:]]
    agreed_to = answer(edition, given(*HOUSEHOLD, part_in_the_plan(person)[0]), cite, day)
    none = answer(edition, given(*HOUSEHOLD, agreed), cite, day)
    no_plan = answer(edition, given(*HOUSEHOLD), cite, day)
    absent = answer(edition, given(opened(), PlanDrafted("PL1", ()), agreed), cite, day)
    return [agreed_to, *ways, none, no_plan, absent]


TOOK_PART = [Answer.YES, Answer.YES, Answer.YES, Answer.NO, Answer.NOT_APPLICABLE, Answer.NOT_APPLICABLE]


@pytest.mark.clause("IH.3 A", edition=REVIEW)
def test_the_mother_took_part_in_the_current_plan(given, edition):
    assert took_part(given, edition, "IH.3 A", "mother") == TOOK_PART


@pytest.mark.clause("IH.3 B", edition=REVIEW)
def test_the_father_took_part_in_the_current_plan(given, edition):
    assert took_part(given, edition, "IH.3 B", "father") == TOOK_PART


@pytest.mark.clause("IH.3 C", edition=REVIEW)
def test_the_other_caregiver_took_part_in_the_current_plan(given, edition):
    assert took_part(given, edition, "IH.3 C", "step-mother") == TOOK_PART


@pytest.mark.clause("IH.3 A", edition=REVIEW)
def test_taking_part_in_an_earlier_plan_is_not_taking_part_in_the_current_one(given, edition):
    earlier = (*HOUSEHOLD, (5, PlanAgreed("PL1", frozenset({"mother"}))), PlanDrafted("PL2", ()))

    assert answer(edition, given(*earlier), "IH.3 A", date(2025, 1, 1)) is Answer.YES
    assert answer(edition, given(*earlier, (90, PlanAgreed("PL2"))), "IH.3 A", date(2025, 1, 1)) is Answer.NO


def met(person, mode=ContactMode.HOME_VISIT, by=None):
    return ContactMade(mode, frozenset({person}), by=by)


def seen(given, edition, cite, person):
    """The answers for September, in which the person was met, was not yet met, or was not met in such a way."""
    last = date(2024, 9, 30)
    before, september = ((10, met(person)), (45, met(person))), (91, met(person, ContactMode.ELSEWHERE))
    missed = [
        (91, met(person, ContactMode.PHONE)),
        (91, met(person, by="therapist")),
        (91, met("somebody-else")),
        (91, ContactAttempted(ContactMode.HOME_VISIT, frozenset({person}))),
    ]
    after = date(2024, 10, 1)
    return [
        answer(edition, given(*HOUSEHOLD, *before, september), cite, last),
        answer(edition, given(*HOUSEHOLD, *before), cite, last),
        *(answer(edition, given(*HOUSEHOLD, *before, act), cite, after) for act in missed),
    ]


SEEN_IN_EACH = [Answer.YES, Answer.YES, *[Answer.NO] * 4]


@pytest.mark.clause("IH.8", edition=REVIEW)
def test_a_worker_met_the_mother_face_to_face_in_each_month(given, edition):
    assert seen(given, edition, "IH.8", "mother") == SEEN_IN_EACH


@pytest.mark.clause("IH.9", edition=REVIEW)
def test_a_worker_met_the_father_face_to_face_in_each_month(given, edition):
    assert seen(given, edition, "IH.9", "father") == SEEN_IN_EACH


@pytest.mark.clause("IH.6", edition=REVIEW)
def test_a_worker_met_the_other_caregiver_face_to_face_in_each_month(given, edition):
    assert seen(given, edition, "IH.6", "step-mother") == SEEN_IN_EACH


@pytest.mark.clause("IH.8", edition=REVIEW)
@pytest.mark.parametrize("after, state", [(61, State.OPEN), (62, State.LATE)])
def test_a_month_in_which_the_mother_was_not_met_is_late_on_the_day_after(given, owed, after, state):
    august = {d.subject: d for d in owed(given(*HOUSEHOLD), after=after, cite="IH.8")}["mother", "2024-08"]

    assert (august.due, august.state) == (date(2024, 8, 31), state)


@pytest.mark.clause("IH.8", edition=REVIEW)
def test_months_cut_short_by_coming_leaving_opening_or_closing_are_not_late(given, owed):
    late_comer = given(opened(), (10, PersonJoined("mother", Relation.MOTHER)), (80, PersonLeft("mother")))
    closed = given((10, opened()), (10, PersonJoined("mother", Relation.MOTHER)), (80, CaseClosed(Ending.MOVED)))

    states = [
        {d.subject[1]: d.state for d in owed(history, after=200, cite="IH.8")} for history in (late_comer, closed)
    ]

    assert states == [{"2024-07": State.LAPSED, "2024-08": State.LATE, "2024-09": State.LAPSED}] * 2


@pytest.mark.clause("IH.8", edition=REVIEW)
def test_a_month_cut_short_is_not_asked_about(given, edition):
    history = given(*HOUSEHOLD, (10, met("mother")), (40, CaseClosed(Ending.MOVED)))

    assert answer(edition, history, "IH.8", date(2024, 12, 1)) is Answer.YES


@pytest.mark.clause("IH.8", edition=REVIEW)
def test_the_months_in_which_the_mother_had_left_are_not_asked_about_once_she_is_back(given, owed):
    gone, back = PersonLeft("mother"), PersonJoined("mother", Relation.MOTHER)
    history = given(*HOUSEHOLD, (71, gone), (170, back), (172, gone), (175, back))

    found = owed(history, after=220, cite="IH.8")

    assert [(d.subject[1], d.state.value) for d in found] == [
        ("2024-07", "late"),
        ("2024-08", "late"),
        ("2024-09", "lapsed"),
        ("2024-12", "lapsed"),
        ("2025-01", "late"),
        ("2025-02", "open"),
    ]
