"""R512-100-5 D to G, edition 2003-09-03: the assessment kept up to date, and the plan."""

from datetime import date

import pytest

from ihs_domain.assessing import (
    FamilyAssessmentCompleted,
    FamilyAssessmentUpdated,
    NeedIdentified,
    StrengthIdentified,
)
from ihs_domain.assigning import WorkerAssigned
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactMade
from ihs_domain.duties import State
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened, CourtOrderReceived
from ihs_domain.planning import (
    PlanAgreed,
    PlanDrafted,
    PlanFinalised,
    PlanGoal,
    PlanReviewed,
    PlanSignatureRefused,
    PlanSigned,
    SupervisorAgreed,
)
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.roles import Actor, Role
from ihs_domain.teaming import MeetingKind, Part, TeamFormed, TeamMeetingHeld, Topic
from ihs_domain.terms import Reported

EDITION = "utah-r512-100@2003-09-03"
SUPERVISOR, WORKER = Actor("s-1", Role.SUPERVISOR), Actor("w-1", Role.PRACTITIONER)
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
MOTHER = PersonJoined("mother", Relation.MOTHER)
TEAM = TeamFormed({"aunt": Part.RELATIVE}, helped_by=frozenset())
NEED, STRENGTH = NeedIdentified("N1", "routine"), StrengthIdentified("S1", "aunt-close-by")
ASSESSED = FamilyAssessmentCompleted("FA1", frozenset({"S1"}), frozenset({"N1"}), frozenset())
DRAFTED = PlanDrafted("PL1", (PlanGoal("N1"),), assessment="FA1")
AGREED = PlanAgreed("PL1", frozenset({"aunt"}))
BY_SUPERVISOR = (0, SupervisorAgreed("PL1"), SUPERVISOR)
FINAL = PlanFinalised("PL1", "safe")
START = (OPENED, MOTHER, TEAM, NEED, STRENGTH, ASSESSED, DRAFTED)  # versions 1 to 7


@pytest.mark.clause("R512-100-5 D", edition=EDITION)
@pytest.mark.parametrize("found", [NeedIdentified("N2", "dental"), StrengthIdentified("N2", "school-helps")])
def test_the_assessment_is_updated_with_what_is_found_after_it(given, owed, found):
    other = FamilyAssessmentUpdated("FA1", needs=frozenset({"N1"}))
    update = FamilyAssessmentUpdated("FA1", strengths=frozenset({"N2"}), needs=frozenset({"N2"}))
    history = given(*START, (9, found), (10, other), (12, update))

    _, before = owed(history, after=11, cite="R512-100-5 D")
    _, after = owed(history, after=12, cite="R512-100-5 D")

    assert (before.since, before.due, before.subject, before.state) == (date(2003, 9, 12), None, ("N2",), State.OPEN)
    assert [(n.version, n.why) for n in before.near] == [(9, "it does not name what was found")]
    assert (after.state, after.evidence) == (State.MET, (10,))


@pytest.mark.clause("R512-100-5 D", edition=EDITION)
def test_what_the_assessment_names_already_asks_for_no_update(given, owed):
    [before_the_plan] = owed(given(*START), after=90, cite="R512-100-5 D")

    assert before_the_plan.what == "the assessment is made before the plan"


@pytest.mark.clause("R512-100-5 E", edition=EDITION)
@pytest.mark.parametrize(
    "acts, state, why",
    [
        ((*START, (3, AGREED)), State.MET, []),
        ((*START, (3, PlanAgreed("PL1"))), State.OPEN, ["no team member took part"]),
        (
            (OPENED, TEAM, PlanDrafted("PL1", ()), (3, AGREED)),
            State.OPEN,
            ["it answers no need of the family"],
        ),
        (
            (
                *START,
                (2, TeamMeetingHeld(MeetingKind.ONGOING, frozenset({"aunt"}), frozenset({Topic.PLAN}), "PL1")),
                (3, PlanAgreed("PL1")),
            ),
            State.MET,
            [],
        ),
    ],
)
def test_the_team_develops_a_plan_for_what_the_family_needs(given, owed, acts, state, why):
    [duty] = owed(given(*acts), after=400, cite="R512-100-5 E")

    assert (duty.state, duty.due, [n.why for n in duty.near]) == (state, None, why)


@pytest.mark.clause("R512-100-5 E", edition=EDITION)
def test_no_plan_is_owed_where_voluntary_services_ended_as_not_appropriate_and_one_is_under_an_order(given, owed):
    ended = (20, CaseClosed(Ending.NOT_APPROPRIATE))
    order = (1, CourtOrderReceived("O1", "protective-supervision", services_ordered=True))

    voluntary = owed(given(OPENED, ended), after=20, cite="R512-100-5 E")
    [ordered] = owed(given(OPENED, order, ended), after=20, cite="R512-100-5 E")

    assert voluntary == []
    assert ordered.state == State.UNMET


COMPLETE = (*START, AGREED, BY_SUPERVISOR, (10, FINAL))  # complete on 2003-09-13


@pytest.mark.clause("R512-100-5 F", edition=EDITION)
@pytest.mark.parametrize("after, state, late", [(101, State.OPEN, 0), (102, State.LATE, 1)])
def test_the_plan_is_reviewed_within_three_months_of_its_completion(given, owed, after, state, late):
    [duty] = owed(given(*COMPLETE), after=after, cite="R512-100-5 F")

    assert (duty.since, duty.due) == (date(2003, 9, 13), date(2003, 12, 13))
    assert (duty.state, duty.late_days) == (state, late)


@pytest.mark.clause("R512-100-5 F", edition=EDITION)
@pytest.mark.parametrize("day, state, late", [(101, State.MET, 0), (102, State.MET_LATE, 1)])
def test_each_review_starts_three_months_anew(given, owed, day, state, late):
    review = (day, PlanReviewed("PL1", frozenset({"aunt"})))

    met, next_ = owed(given(*COMPLETE, review), after=day, cite="R512-100-5 F")

    assert (met.state, met.late_days, met.evidence) == (state, late, (11,))
    assert (next_.state, next_.due) == (State.OPEN, date(2004, 3, day - 88))


@pytest.mark.clause("R512-100-5 F", edition=EDITION)
def test_a_plan_not_complete_has_no_clock_of_reviews(given, owed):
    agreed_only = owed(given(*START, AGREED), after=200, cite="R512-100-5 F")
    complete = owed(given(*COMPLETE), after=200, cite="R512-100-5 F")

    assert (agreed_only, len(complete)) == ([], 1)


@pytest.mark.clause("R512-100-5 F", edition=EDITION)
def test_a_review_for_which_no_team_member_was_asked_is_recorded_and_found(given, accepted, found):
    alone = (20, PlanReviewed("PL1", frozenset({"mother"})))
    together = (20, PlanReviewed("PL1", frozenset({"aunt"})))

    assert accepted(alone, given(*COMPLETE)) == ["R512-100-5 F"]
    assert found(given(*COMPLETE, alone)) == ["R512-100-5 F"]
    assert accepted(together, given(*COMPLETE)) == []


@pytest.mark.clause("R512-100-5 G", edition=EDITION)
@pytest.mark.parametrize(
    "before, lacks",
    [
        ((), "the worker and the supervisor and the team"),
        ((AGREED,), "the supervisor"),
        ((BY_SUPERVISOR, PlanAgreed("PL1")), "the team"),
        ((BY_SUPERVISOR, (0, AGREED, SUPERVISOR)), "the worker"),
    ],
)
def test_a_plan_is_not_finalised_before_worker_supervisor_and_team_agreed(given, refusal, before, lacks):
    refused = refusal((10, FINAL), given(*START, *before))

    assert (refused.cites, refused.about) == (["R512-100-5 G"], ["PL1"])
    assert refused.objections[0].says == f"the plan lacks the agreement of {lacks}"


@pytest.mark.clause("R512-100-5 G", edition=EDITION)
def test_a_plan_all_agreed_to_is_finalised_and_one_finalised_elsewhere_is_found(given, accepted):
    elsewhere = PlanFinalised("PL1", "safe", reported=Reported("s-9", Role.SUPERVISOR, date(2003, 9, 13), "D1"))

    assert accepted((10, FINAL), given(*START, AGREED, BY_SUPERVISOR)) == []
    assert accepted((10, elsewhere), given(*START)) == ["R512-100-5 G"]


@pytest.mark.clause("R512-100-5 G", edition=EDITION)
@pytest.mark.parametrize(
    "by, recorder, agrees",
    [
        (SUPERVISOR, WORKER, True),
        (Actor("w-7", Role.SUPERVISOR), SUPERVISOR, False),
        (Actor("w-1", Role.SUPERVISOR), WORKER, False),
        (Actor("w-9", Role.CASE_MANAGER), SUPERVISOR, False),
    ],
    ids=["the supervisor", "whoever holds the case", "who reports himself one", "another worker"],
)
def test_the_agreement_reported_of_a_supervisor_is_one_only_of_a_supervisor_who_does_not_hold_the_case(
    given, refusal, accepted, owed, by, recorder, agrees
):
    reported = SupervisorAgreed("PL1", reported=Reported(by.id, by.role, date(2003, 9, 3), "D1"))
    history = given(*START, AGREED, WorkerAssigned("w-7", case_manager=True), (0, reported, recorder))

    if agrees:
        assert accepted((10, FINAL), history) == []
    else:
        assert refusal((10, FINAL), history).objections[0].says == "the plan lacks the agreement of the supervisor"
    complete = owed(given(*history_of(history), (10, FINAL)), after=11, cite="R512-100-5 G")[0]
    assert (complete.state is State.MET) is agrees


def history_of(history):
    return [(0, e.event, e.actor) for e in history]


@pytest.mark.clause("R512-100-5 G", edition=EDITION)
def test_signatures_follow_and_a_refusal_needs_its_reasons(given, owed):
    bare = (11, PlanSignatureRefused("PL1", "mother", words="she would not say"))
    reasoned = (12, PlanSignatureRefused("PL1", "mother", frozenset({"disagrees"})))

    _, open_ = owed(given(*COMPLETE, bare), after=400, cite="R512-100-5 G")
    _, refused = owed(given(*COMPLETE, bare, reasoned), after=12, cite="R512-100-5 G")
    _, signed = owed(given(*COMPLETE, (11, PlanSigned("PL1", "mother"))), after=11, cite="R512-100-5 G")

    assert (open_.state, open_.subject, open_.since) == (State.OPEN, ("PL1", "mother"), date(2003, 9, 13))
    assert [(n.version, n.why) for n in open_.near] == [(11, "the reasons for refusing are not on record")]
    assert (refused.state, refused.evidence) == (State.MET, (12,))
    assert (signed.state, signed.evidence) == (State.MET, (11,))


@pytest.mark.clause("R512-100-5 G", edition=EDITION)
def test_a_plan_is_complete_once_it_is_final(given, owed):
    [before] = owed(given(*START, AGREED), after=90, cite="R512-100-5 G")
    complete, _ = owed(given(*COMPLETE), after=90, cite="R512-100-5 G")

    assert (before.state, complete.state, complete.met_on) == (State.OPEN, State.MET, date(2003, 9, 13))


@pytest.mark.clause("R512-100-5 G", edition=EDITION)
def test_signatures_and_refusals_are_put_on_record(given, touched):
    signed, refused = PlanSigned("PL1", "mother"), PlanSignatureRefused("PL1", "mother")

    assert touched(given(OPENED, (1, signed), (2, refused)), "R512-100-5 G") == [2, 3]


@pytest.mark.clause("R512-100-5 G", edition=EDITION)
def test_a_supervisor_who_holds_the_case_as_its_worker_does_not_agree_as_their_own_supervisor(
    given, refusal, accepted, owed
):
    held = WorkerAssigned("s-1", case_manager=True)
    agreed = SupervisorAgreed("PL1")

    refused = refusal((5, agreed, SUPERVISOR), given(*START, AGREED, held))
    complete, _ = owed(given(*START, AGREED, held, (5, agreed, SUPERVISOR), (6, FINAL)), after=9, cite="R512-100-5 G")

    assert (refused.cites, refused.about) == (["R512-100-5 G"], ["PL1"])
    assert [n.why for n in complete.near] == ["it lacks the supervisor's agreement"]
    assert accepted((5, agreed, Actor("s-2", Role.SUPERVISOR)), given(*START, AGREED, held)) == []
    assert accepted((5, agreed, SUPERVISOR), given(*START, AGREED, WorkerAssigned("w-7", case_manager=True))) == []


@pytest.mark.clause("R512-100-5 G", edition=EDITION)
def test_no_correction_makes_whoever_holds_the_case_their_own_supervisor_either(given, refusal):
    history = given(*START, AGREED, WorkerAssigned("s-1", case_manager=True), (4, ContactMade("phone", frozenset())))
    corrected = EntryCorrected(10, SupervisorAgreed("PL1"), date(2003, 9, 8), AmendmentReason.OTHER)

    assert refusal((9, corrected, SUPERVISOR), history).cites == ["R512-100-5 G"]
