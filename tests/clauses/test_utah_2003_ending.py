"""R512-100-7, edition 2003-09-03: ending services, and removing a child."""

from datetime import date

import pytest

from ihs_domain.assessing import FamilyAssessmentCompleted
from ihs_domain.assigning import WorkerAssigned, WorkersConferred, WorkerUnassigned
from ihs_domain.closing import CaseClosed, CaseReopened, Ending, EndingDetermined, FinalSummaryWritten
from ihs_domain.duties import State
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened, CourtOrderReceived
from ihs_domain.planning import PlanAgreed, PlanDrafted
from ihs_domain.responding import ChildRemoved, RemovalConsulted, RemovalWay
from ihs_domain.roles import Role
from ihs_domain.teaming import Part, TeamFormed

EDITION = "utah-r512-100@2003-09-03"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
BY_ORDER = CaseOpened(Authority.COURT_ORDERED, "salt-lake", jurisdiction="us-ut")
CHILD, OTHER_CHILD = PersonJoined("child-1", Relation.CHILD), PersonJoined("child-2", Relation.CHILD)
ASSESSED = FamilyAssessmentCompleted("FA1", frozenset(), frozenset(), frozenset())
ENDS = CaseClosed(Ending.NOT_APPROPRIATE)
SUMMARY = FinalSummaryWritten(Ending.NOT_APPROPRIATE)
TEAM = TeamFormed({"aunt": Part.RELATIVE}, helped_by=frozenset())


@pytest.mark.clause("R512-100-7 A", edition=EDITION)
@pytest.mark.parametrize(
    "start", [(BY_ORDER, ASSESSED), (OPENED, CourtOrderReceived("O1", "x", services_ordered=True), ASSESSED)]
)
def test_services_that_a_court_ordered_and_that_end_without_a_plan_are_found(given, accepted, start):
    assert accepted((20, ENDS), given(*start, SUMMARY)) == ["R512-100-7 A"]


@pytest.mark.clause("R512-100-7 A", edition=EDITION)
def test_ending_as_not_appropriate_with_no_assessment_that_says_so_is_found(given, accepted):
    assert accepted((20, ENDS), given(OPENED, SUMMARY)) == ["R512-100-7 A"]
    assert accepted((20, ENDS), given(OPENED, SUMMARY, ASSESSED)) == []


@pytest.mark.clause("R512-100-7 A", edition=EDITION)
def test_voluntary_services_may_end_without_a_plan_and_that_is_put_on_record(given, touched):
    determined = EndingDetermined(Ending.NOT_APPROPRIATE)

    assert touched(given(OPENED, ASSESSED, (9, determined), SUMMARY, (10, ENDS)), "R512-100-7 A") == [3, 5]


@pytest.mark.clause("R512-100-7 A", edition=EDITION)
def test_with_a_plan_agreed_or_for_another_reason_nothing_is_found(given, accepted):
    planned = (TEAM, ASSESSED, PlanDrafted("PL1", (), "FA1"), PlanAgreed("PL1", frozenset({"aunt"})), SUMMARY)

    assert accepted((20, ENDS), given(BY_ORDER, *planned)) == []
    assert accepted((20, CaseClosed(Ending.COURT_ENDED)), given(BY_ORDER)) == []
    assert accepted((20, ENDS), given(BY_ORDER, SUMMARY)) == ["R512-100-7 A", "R512-100-7 A"]


@pytest.mark.clause("R512-100-7 B", edition=EDITION)
@pytest.mark.parametrize("reason", [Ending.THREATS_MANAGED, Ending.CHILD_UNSAFE_AT_HOME, Ending.NOT_APPROPRIATE])
def test_a_planned_closing_without_a_final_summary_is_refused(given, refusal, reason):
    assert refusal((20, CaseClosed(reason)), given(OPENED, ASSESSED)).cites == ["R512-100-7 B"]


@pytest.mark.clause("R512-100-7 B", edition=EDITION)
@pytest.mark.parametrize("reason", [Ending.FAMILY_WITHDREW, Ending.MOVED, Ending.COURT_ENDED])
def test_an_ending_nobody_planned_is_recorded_and_its_summary_follows(given, accepted, owed, reason):
    closed = (20, CaseClosed(reason))
    summary = (30, FinalSummaryWritten(reason))

    assert accepted(closed, given(OPENED)) == []
    [open_] = owed(given(OPENED, closed), after=400, cite="R512-100-7 B")
    [met] = owed(given(OPENED, closed, summary), after=30, cite="R512-100-7 B")
    assert (open_.since, open_.due, open_.state) == (date(2003, 9, 23), None, State.OPEN)
    assert (met.state, met.evidence) == (State.MET, (3,))


@pytest.mark.clause("R512-100-7 B", edition=EDITION)
def test_from_the_determination_to_end_a_summary_is_owed_and_before_it_none(given, owed):
    determined = (10, EndingDetermined(Ending.THREATS_MANAGED))
    summary = (15, FinalSummaryWritten(Ending.THREATS_MANAGED))
    closed = (20, CaseClosed(Ending.THREATS_MANAGED))

    [open_] = owed(given(OPENED, determined), after=14, cite="R512-100-7 B")
    [met] = owed(given(OPENED, determined, summary), after=15, cite="R512-100-7 B")
    [after_closing] = owed(given(OPENED, determined, summary, closed), after=99, cite="R512-100-7 B")

    assert owed(given(OPENED, determined), after=9, cite="R512-100-7 B") == []
    assert (open_.since, open_.state) == (date(2003, 9, 13), State.OPEN)
    assert (met.state, met.evidence) == (State.MET, (3,))
    assert (after_closing.since, after_closing.state) == (date(2003, 9, 13), State.MET)


@pytest.mark.clause("R512-100-7 B", edition=EDITION)
def test_a_case_reopened_needs_a_summary_of_its_own(given, refusal, owed):
    history = given(OPENED, (5, SUMMARY), ASSESSED, (10, ENDS), (20, CaseReopened()))

    assert refusal((30, ENDS), history).cites == ["R512-100-7 B"]
    assert owed(history, after=30, cite="R512-100-7 B") == []


@pytest.mark.clause("R512-100-7 B", edition=EDITION)
def test_the_summary_is_put_on_record(given, touched):
    assert touched(given(OPENED, (5, SUMMARY)), "R512-100-7 B") == [2]


TWO = (OPENED, CHILD, WorkerAssigned("w-1", case_manager=True), WorkerAssigned("w-2"))
BOTH = frozenset({"w-1", "w-2"})


def removed(child="child-1", way=RemovalWay.WARRANT, *, emergency=False):
    return ChildRemoved(child, way, emergency)


@pytest.mark.clause("R512-100-7 C", edition=EDITION)
@pytest.mark.parametrize(
    "conferred, state, late",
    [(15, State.MET, 0), (20, State.MET, 0), (21, State.MET_LATE, 1), (25, State.MET_LATE, 5)],
)
def test_two_workers_confer_before_a_removal(given, owed, conferred, state, late):
    history = given(*TWO, (conferred, WorkersConferred(BOTH, "removal")), (20, removed()))

    [duty] = owed(history, after=25, cite="R512-100-7 C")

    assert (duty.subject, duty.due, duty.state, duty.late_days) == (("child-1",), date(2003, 9, 23), state, late)


@pytest.mark.clause("R512-100-7 C", edition=EDITION)
@pytest.mark.parametrize(
    "said", [WorkersConferred(BOTH, "visits"), WorkersConferred(frozenset({"w-1", "w-9"}), "removal")]
)
def test_conferring_about_something_else_or_with_somebody_else_is_not_it(given, owed, said):
    [on_the_day] = owed(given(*TWO, (15, said), (20, removed())), after=20, cite="R512-100-7 C")
    [after] = owed(given(*TWO, (15, said), (20, removed())), after=21, cite="R512-100-7 C")

    assert (on_the_day.state, after.state, after.late_days) == (State.OPEN, State.LATE, 1)


@pytest.mark.clause("R512-100-7 C", edition=EDITION)
def test_one_worker_or_an_emergency_asks_for_no_conferring(given, owed):
    alone = given(*TWO, (10, WorkerUnassigned("w-2")), (20, removed()))
    emergency = given(*TWO, (20, removed(emergency=True)))

    assert [owed(history, after=30, cite="R512-100-7 C") for history in (alone, emergency)] == [[], []]
    assert len(owed(given(*TWO, (20, removed())), after=30, cite="R512-100-7 C")) == 1


@pytest.mark.clause("R512-100-7 D", edition=EDITION)
@pytest.mark.parametrize("way", list(RemovalWay))
def test_the_way_of_a_removal_is_on_record(given, owed, accepted, way):
    assert accepted((20, removed(way=None)), given(*TWO)) == []
    [open_] = owed(given(*TWO, (20, removed(way=None))), after=400, cite="R512-100-7 D")
    [met] = owed(given(*TWO, (20, removed(way=way))), after=20, cite="R512-100-7 D")

    assert (open_.state, [n.version for n in open_.near]) == (State.OPEN, [5])
    assert (met.state, met.evidence) == (State.MET, (5,))


def consulted(*roles, child="child-1"):
    return RemovalConsulted(child, frozenset(roles))


def the_consultation(found):
    [duty] = [d for d in found if d.what == "the removal is consulted"]
    return duty


@pytest.mark.clause("R512-100-7 E", edition=EDITION)
@pytest.mark.parametrize("cps", [Role.CPS_SUPERVISOR, Role.CPS_WORKER])
@pytest.mark.parametrize("day, state, late", [(20, State.MET, 0), (21, State.MET_LATE, 1), (24, State.MET_LATE, 4)])
def test_a_removal_is_consulted_with_the_supervisor_and_cps_before_it_and_afterwards_late(
    given, owed, cps, day, state, late
):
    history = given(*TWO, (18, consulted(Role.SUPERVISOR)), (20, removed(emergency=True)), (day, consulted(cps)))

    duty = the_consultation(owed(history, after=30, cite="R512-100-7 E"))

    assert (duty.state, duty.late_days, sorted(duty.evidence)) == (state, late, [5, 7])


@pytest.mark.clause("R512-100-7 E", edition=EDITION)
@pytest.mark.parametrize(
    "said", [consulted(Role.SUPERVISOR), consulted(Role.CPS_WORKER), consulted(Role.GUARDIAN_AD_LITEM)]
)
def test_one_of_the_two_alone_is_not_the_consultation(given, owed, said):
    history = given(*TWO, (18, said), (20, removed()))

    duty = the_consultation(owed(history, after=21, cite="R512-100-7 E"))

    assert (duty.state, duty.late_days) == (State.LATE, 1)
    assert [(n.version, n.why) for n in duty.near] == [(5, "not everybody was consulted")]


@pytest.mark.clause("R512-100-7 E", edition=EDITION)
def test_a_consultation_about_another_child_or_about_an_earlier_removal_does_not_count(given, owed):
    both = (Role.SUPERVISOR, Role.CPS_WORKER)
    history = given(
        *TWO,
        OTHER_CHILD,
        (5, consulted(*both)),
        (6, removed()),
        (18, consulted(*both, child="child-2")),
        (20, removed()),
    )

    first, second = (d for d in owed(history, after=21, cite="R512-100-7 E") if d.what == "the removal is consulted")

    assert (first.state, second.state) == (State.MET, State.LATE)


@pytest.mark.clause("R512-100-7 E", edition=EDITION)
def test_guardian_ad_litem_and_attorney_general_should_be_consulted_which_is_shown_and_never_late(
    given, owed, accepted
):
    history = given(*TWO, (18, consulted(Role.GUARDIAN_AD_LITEM)), (20, removed()))

    shown = [d for d in owed(history, after=400, cite="R512-100-7 E") if d.what == "the removal should be consulted"]

    assert accepted((20, removed()), given(*TWO)) == []
    assert [(d.subject, d.due, d.state) for d in shown] == [
        (("child-1", "guardian-ad-litem"), None, State.MET),
        (("child-1", "assistant-attorney-general"), None, State.OPEN),
    ]
