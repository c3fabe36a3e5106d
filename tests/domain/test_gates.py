"""Gates and refusals: what is recorded, what is refused and with what, and what stays quiet."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from histories import SUPERVISOR, WORKER, of_class, recorded
from hypothesis import given
from made_up import LAW, MADE_UP, names_a_ground, without
from made_up import SUMMARY as SUMMARY_RULE

from ihs_domain import editions, requesting
from ihs_domain.acting import by_a_supervisor, by_a_supervisor_in_person, only_by
from ihs_domain.approving import (
    ApprovalGranted,
    ApprovalReturned,
    DocumentationConfirmed,
    ExceptionGranted,
    another_persons_entry,
    entry_stands,
)
from ihs_domain.assessing import (
    FamilyAssessmentCompleted,
    NeedIdentified,
    RiskAssessed,
    RiskOverridden,
    a_risk_assessment_is_overridden,
)
from ihs_domain.assigning import DesigneeNamed, somebody_else_is_named
from ihs_domain.case import EVENTS, fold
from ihs_domain.closing import (
    CaseClosed,
    CaseReopened,
    Ending,
    FinalSummaryWritten,
    case_is_closed,
    case_is_open,
    each_child_is_accounted_for,
    no_threat_is_left,
    summary_is_written,
    threats_are_accounted_for,
)
from ihs_domain.contacting import ContactReported, ReducedContactApproved
from ihs_domain.editions import Law, always
from ihs_domain.erasing import (
    CaseDisposed,
    DisposalProposed,
    ExpungingProposed,
    IdentityErased,
    by_who_may_erase,
    no_hold_stands,
    somebody_else_proposed_it,
)
from ihs_domain.gates import Gate, Objection, Refused
from ihs_domain.history import Entry, effective
from ihs_domain.household import PersonJoined, Relation, VictimSubstantiated, a_child_is_substantiated
from ihs_domain.ids import entries_named, mentions
from ihs_domain.instruments import OverrideKind
from ihs_domain.judge import Finding, decide
from ihs_domain.opening import CaseOpened, case_is_not_open_yet
from ihs_domain.planning import (
    PlanAgreed,
    PlanDrafted,
    PlanFinalised,
    SupervisorAgreed,
    assessment_is_complete,
    plan_is_drafted,
    team_took_part,
)
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.releasing import Kind, ReleaseRevoked, ReleaseSigned
from ihs_domain.requesting import (
    Circumstance,
    Criterion,
    Ground,
    ServicesAccepted,
    ServicesRequested,
    Source,
    family_needs_services,
)
from ihs_domain.restricting import (
    BY_ORDER,
    AccessRestricted,
    EntryExpunged,
    HoldLifted,
    HoldPlaced,
    NarrativeRedacted,
    RecordSealed,
    RecordUnsealed,
    RestrictionLifted,
    it_is_kept_from_them,
    it_stands,
    it_stands_not_yet,
)
from ihs_domain.roles import WORKERS, Actor, Role
from ihs_domain.safety import (
    ChildUnsafeAtHome,
    Management,
    SafetyPlanAgreed,
    SafetyPlanRevised,
    ThreatIdentified,
    ThreatManaged,
    ThreatReopened,
)
from ihs_domain.serving import ReferralSent, a_basis_covers_the_referral
from ihs_domain.teaming import (
    MeetingKind,
    Part,
    TeamFormed,
    TeamInputRecorded,
    TeamMeetingHeld,
    TeamMemberAdded,
    TeamMemberLeft,
    Topic,
)
from ihs_domain.terms import Happening, Reported

Acts = Sequence[tuple[Any, int]]  # an event, and its day in March 2024
RESTED_ON: set[Gate] = set()


def rests_on(gate: Gate) -> Callable[[Callable[[Law], None]], Callable[[], None]]:
    """The test holds by the made-up edition, and does not hold once *gate* is taken out of it."""
    RESTED_ON.add(gate)

    def mark(test: Callable[[Law], None]) -> Callable[[], None]:
        def both() -> None:
            test(LAW)
            with pytest.raises((AssertionError, pytest.fail.Exception)):
                test(always(without(gate)))

        both.__name__, both.__doc__ = test.__name__, test.__doc__
        return both

    return mark


def on(day: int) -> date:
    return date(2024, 3, day)


def elsewhere(day: int) -> Reported:
    return Reported("w-9", Role.PRACTITIONER, on(day), "minutes")


def record(*acts: tuple[Any, int]) -> tuple[Entry[Any], ...]:
    """*acts* as recorded by a worker; what is for a supervisor to do, by a supervisor."""
    said = recorded(
        (event, on(day), SUPERVISOR if isinstance(event, FOR_SUPERVISORS) else WORKER) for event, day in acts
    )
    return tuple(e._replace(position=e.version) for e in said)


FOR_SUPERVISORS = (DesigneeNamed, ApprovalGranted, ApprovalReturned, HoldLifted, RecordUnsealed)


def put(event: Any, day: int, *acts: tuple[Any, int], law: Law = LAW, actor: Actor = SUPERVISOR) -> tuple[Finding, ...]:
    """What is found when *event* is put on record after *acts*, by a supervisor if nobody is named. Raises Refused."""
    given = record(*acts)
    return decide(Entry(event, on(day), len(given) + 1, actor), effective(given), law)


def refusal(event: Any, day: int, *acts: tuple[Any, int], law: Law = LAW, actor: Actor = SUPERVISOR) -> list[str]:
    """The clauses, or where there is none the words, by which *event* is refused."""
    with pytest.raises(Refused) as refused:
        put(event, day, *acts, law=law, actor=actor)
    return by(refused.value)


def by(refused: Refused) -> list[str]:
    return [c for o in refused.objections for c in (o.cites or (o.says.partition(":")[0],))]


def cites(findings: Sequence[Finding]) -> list[str]:
    return [c for f in findings for c in (f.objection.cites or (f.objection.says.partition(":")[0],))]


OPENED = (CaseOpened("voluntary", "north"), 1)
HOW = frozenset({Management.CAPACITY_INCREASED})
CHILD = (PersonJoined("c", Relation.CHILD), 1)
THREAT = (ThreatIdentified("t", "neglect", "present", frozenset({"c"})), 2)
NEED = (NeedIdentified("n", "tutoring", "c"), 2)
ASSESSED = (FamilyAssessmentCompleted("a", frozenset(), frozenset({"n"}), frozenset()), 3)
DRAFTED = (PlanDrafted("p", (), assessment="a"), 4)
TEAM = (TeamFormed({"aunt": Part.RELATIVE, "coach": Part.SUPPORT}, frozenset()), 2)
READY = (OPENED, CHILD, NEED, ASSESSED, DRAFTED, TEAM)
BY_AUNT = PlanAgreed("p", frozenset({"aunt"}))
SUMMARY = (FinalSummaryWritten(Ending.THREATS_MANAGED), 5)
CLOSING = CaseClosed(Ending.THREATS_MANAGED, {"c": Ending.THREATS_MANAGED})
RELEASE = ReleaseSigned("r", "c", frozenset({"c"}), "school", "some", frozenset({Kind.REFERRAL}), on(9))
REFERRAL = ReferralSent("rf", "n", "school", frozenset({"c"}))
NOT_OPEN, CLOSED, OPEN_ALREADY, NOT_CLOSED, NO_BASIS = (
    "the case is not open yet",
    "the case is closed",
    "the case is opened already",
    "the case is not closed",
    "no basis covers telling this agency",
)

# Acceptance

ALONE_AND_SAFE = frozenset({Circumstance.REACHES_RESOURCES_ALONE, Circumstance.NO_THREAT_UNMANAGED})


@rests_on(names_a_ground)
def test_an_acceptance_that_names_none_of_the_grounds_is_refused(law):
    assert refusal(ServicesAccepted(frozenset({Ground.THREAT_NOT_MANAGED})), 1, law=law) == ["M-1"]


@pytest.mark.parametrize("ground", [Ground.REUNITING, Ground.ADOPTION_AT_RISK])
def test_an_acceptance_that_names_one_of_the_grounds_is_recorded(ground):
    assert put(ServicesAccepted(frozenset({ground, Ground.THREAT_NOT_MANAGED})), 1) == ()


@rests_on(family_needs_services)
def test_a_family_that_reaches_resources_alone_with_no_threat_unmanaged_is_not_accepted(law):
    both = ServicesAccepted(frozenset({Ground.REUNITING}), circumstances=ALONE_AND_SAFE)

    assert refusal(both, 1, law=law) == ["M-2"]


@pytest.mark.parametrize("found", [*(set(Circumstance) - {one} for one in sorted(ALONE_AND_SAFE)), set()])
def test_one_reason_not_to_accept_alone_does_not_refuse(found):
    accepted = ServicesAccepted(frozenset({Ground.REUNITING}), frozenset(Criterion), frozenset(found))

    assert put(accepted, 1) == ()


def test_what_a_court_asks_for_is_never_refused_acceptance():
    asked = (ServicesRequested("xx-mu", Source.COURT), 1)

    assert put(ServicesAccepted(frozenset(), circumstances=ALONE_AND_SAFE), 1, asked) == ()


# Opening, reopening, and decisions between


@rests_on(case_is_not_open_yet)
def test_a_case_is_opened_once(law):
    assert refusal(OPENED[0], 3, OPENED, law=law) == [OPEN_ALREADY]


def test_a_first_opening_is_recorded():
    assert put(*OPENED) == ()


@rests_on(case_is_closed)
def test_a_case_that_is_not_closed_is_not_reopened(law):
    assert refusal(CaseReopened(), 3, OPENED, law=law) == [NOT_CLOSED]


def test_a_closed_case_is_reopened_and_goes_on():
    closed = (CaseClosed(Ending.MOVED), 5)

    assert put(CaseReopened(), 6, OPENED, closed) == ()
    assert put(SupervisorAgreed("p"), 7, *READY, closed, (CaseReopened(), 6)) == ()


@rests_on(case_is_open)
def test_nothing_is_decided_before_the_case_is_open(law):
    assert refusal(SupervisorAgreed("p"), 3, DRAFTED_EARLY, law=law) == [NOT_OPEN]


@rests_on(case_is_open)
def test_nothing_is_decided_after_the_closing_day(law):
    assert refusal(SupervisorAgreed("p"), 6, *READY, (CaseClosed(Ending.MOVED), 5), law=law) == [CLOSED]


def test_the_closing_day_counts():
    assert put(SupervisorAgreed("p"), 5, *READY, (CaseClosed(Ending.MOVED), 5)) == ()


def test_accepting_and_declining_need_no_open_case():
    assert put(ServicesAccepted(frozenset({Ground.REUNITING})), 1) == ()
    assert put(requesting.ServicesDenied(frozenset({"other"})), 1) == ()


DRAFTED_EARLY = (PlanDrafted("p", ()), 2)
NOT_DRAFTED = "the plan is not drafted by that day"

# The plan


@rests_on(plan_is_drafted)
def test_nothing_is_decided_about_a_plan_before_the_day_it_is_drafted(law):
    for decision in (SupervisorAgreed("p"), PlanFinalised("p", "safe")):
        assert refusal(decision, 3, OPENED, DRAFTED, law=law) == [NOT_DRAFTED]
    assert refusal(PlanAgreed("p"), 3, OPENED, DRAFTED, law=law) == [NOT_DRAFTED, "M-3", "M-4"]


@rests_on(plan_is_drafted)
def test_nothing_is_decided_about_a_plan_whose_draft_is_void(law):
    voided = (EntryVoided(2, AmendmentReason.OTHER), 5)

    assert refusal(SupervisorAgreed("p"), 6, OPENED, DRAFTED, voided, law=law) == [NOT_DRAFTED]


@pytest.mark.parametrize("decision", [SupervisorAgreed("p"), PlanFinalised("p", "safe")])
def test_a_drafted_plan_is_agreed_by_the_supervisor_and_finalised_from_that_day(decision):
    assert put(decision, 4, *READY) == ()


@rests_on(assessment_is_complete)
def test_a_plan_that_rests_on_no_completed_assessment_is_not_agreed(law):
    assert refusal(BY_AUNT, 5, OPENED, TEAM, (PlanDrafted("p", ()), 4), law=law) == ["M-3"]


@rests_on(assessment_is_complete)
def test_an_assessment_completed_after_the_day_of_agreement_does_not_carry_the_plan(law):
    later = (ASSESSED[0], 8)

    assert refusal(BY_AUNT, 5, OPENED, CHILD, NEED, later, DRAFTED, TEAM, law=law) == ["M-3"]


@rests_on(team_took_part)
def test_a_plan_agreed_by_the_worker_alone_is_refused(law):
    assert refusal(PlanAgreed("p"), 5, *READY, law=law) == ["M-4"]


@rests_on(team_took_part)
def test_a_plan_agreed_by_one_who_is_not_on_the_team_is_refused(law):
    assert refusal(PlanAgreed("p", frozenset({"c"})), 5, *READY, law=law) == ["M-4"]


@rests_on(team_took_part)
def test_a_plan_agreed_by_one_who_left_the_team_is_refused(law):
    assert refusal(BY_AUNT, 5, *READY, (TeamMemberLeft("aunt"), 4), law=law) == ["M-4"]


MET = TeamMeetingHeld(MeetingKind.ONGOING, frozenset({"aunt"}), frozenset({Topic.PLAN}), "p")
GIVEN = TeamInputRecorded("aunt", Topic.PLAN, "p")


@pytest.mark.parametrize(
    "part",
    [
        evolve(MET, attended=frozenset({"c"})),
        evolve(MET, about=frozenset({Topic.PROGRESS})),
        evolve(MET, plan=None),
        evolve(MET, plan="q"),
        evolve(GIVEN, member="c"),
        evolve(GIVEN, about=Topic.PROGRESS),
        evolve(GIVEN, plan=None),
        evolve(GIVEN, plan="q"),
    ],
)
def test_a_meeting_or_input_without_the_team_the_plan_or_the_topic_is_no_part_in_the_plan(part):
    other = (PlanDrafted("q", ()), 4)

    assert refusal(PlanAgreed("p"), 6, *READY, other, (part, 5)) == ["M-4"]


@pytest.mark.parametrize("part", [MET, GIVEN])
def test_a_plan_is_agreed_on_the_teams_meeting_or_input(part):
    assert put(PlanAgreed("p"), 6, *READY, (part, 5)) == ()


def test_a_plan_is_agreed_by_a_member_added_later():
    assert put(PlanAgreed("p", frozenset({"uncle"})), 6, *READY, (TeamMemberAdded("uncle", Part.RELATIVE), 5)) == ()


def test_an_objection_about_many_things_names_the_first_of_them_on_a_line_and_has_all():
    few, many = (Objection("so it is", "do otherwise", tuple(f"@{n}" for n in range(1, last))) for last in (9, 33))

    assert str(few) == "so it is [@1, @2, @3, @4, @5, @6, @7, @8]: do otherwise"
    assert str(many) == "so it is [@1, @2, @3, and 29 more]: do otherwise"
    assert len(many.about) == 32


def test_every_objection_is_told_and_not_the_first():
    closed = (CaseClosed(Ending.MOVED), 4)

    assert refusal(PlanAgreed("p"), 6, OPENED, (PlanDrafted("p", ()), 4), closed) == [CLOSED, "M-3", "M-4"]


# Referrals


@rests_on(a_basis_covers_the_referral)
def test_a_referral_without_a_release_is_not_sent(law):
    assert refusal(REFERRAL, 4, OPENED, CHILD, NEED, law=law) == [NO_BASIS]


@pytest.mark.parametrize(
    "release, day",
    [
        (evolve(RELEASE, recipient="clinic"), 4),
        (evolve(RELEASE, kinds=frozenset({Kind.SAFETY})), 4),
        (evolve(RELEASE, about=frozenset({"m"})), 4),
        (RELEASE, 10),
        (RELEASE, 2),
    ],
)
def test_a_release_that_does_not_cover_the_referral_on_its_day_is_no_basis(release, day):
    mother = (PersonJoined("m", Relation.MOTHER), 1)

    assert refusal(REFERRAL, day, OPENED, CHILD, mother, NEED, (release, 3)) == [NO_BASIS]


@pytest.mark.parametrize("day", [3, 9])
def test_a_referral_goes_out_from_the_first_to_the_last_day_of_the_release(day):
    assert put(REFERRAL, day, OPENED, CHILD, NEED, (RELEASE, 3)) == ()


@pytest.mark.parametrize("day, refused", [(5, False), (6, True), (8, True)])
def test_a_revoked_release_allows_nothing_from_its_day(day, refused):
    acts = (OPENED, CHILD, NEED, (RELEASE, 3), (ReleaseRevoked("r", "c"), 6))

    assert (refusal(REFERRAL, day, *acts) == [NO_BASIS]) if refused else (put(REFERRAL, day, *acts) == ())


def test_a_release_revoked_twice_is_revoked_from_the_first_day():
    revoked = ((ReleaseRevoked("r", "c"), 5), (ReleaseRevoked("r", "c"), 8))

    releasing = fold(effective(record(OPENED, CHILD, NEED, (RELEASE, 3), *revoked))).releasing

    in_force = [day for day in range(1, 12) if releasing.basis("school", Kind.REFERRAL, {"c"}, on(day))]

    assert in_force == [3, 4]


def test_revoking_a_release_that_is_not_there_changes_nothing():
    assert put(REFERRAL, 5, OPENED, CHILD, NEED, (RELEASE, 3), (ReleaseRevoked("q", "c"), 4)) == ()


def test_a_referral_about_nobody_has_no_basis():
    assert refusal(evolve(REFERRAL, about=frozenset()), 4, OPENED, CHILD, NEED, (RELEASE, 3)) == [NO_BASIS]


# Supervisors, and approvals

BY_SUPERVISOR = [
    ApprovalGranted(2),
    ApprovalReturned(2, "purpose-missing"),
    ExceptionGranted("M-8", "family-abroad", on(20)),
    SupervisorAgreed("p"),
    ReducedContactApproved("every-other-week", "plan-on-track", on(20)),
]
GROWN = "who is substantiated as a victim is a grown caregiver, and no child"


@rests_on(a_child_is_substantiated)
def test_a_grown_caregiver_substantiated_as_a_child_is_recorded_and_found(law):
    mother = (PersonJoined("m", Relation.MOTHER, "1990-01"), 1)

    assert cites(put(VictimSubstantiated("m", "neglect"), 3, OPENED, mother, law=law)) == [GROWN]


@pytest.mark.parametrize(
    "victim", [CHILD[0], PersonJoined("c", Relation.OTHER), PersonJoined("c", Relation.MOTHER, "2008-01")]
)
def test_nothing_is_found_in_the_substantiation_of_whoever_may_be_a_child(victim):
    assert put(VictimSubstantiated("c", "neglect"), 3, OPENED, (victim, 1)) == ()
    assert put(VictimSubstantiated("c", "neglect"), 1, OPENED, (victim, 3)) == ()


OVER = "its last day is before the day on which it is decided"


@rests_on(editions.lasts_until)
def test_what_a_supervisor_grants_until_a_day_is_not_over_before_it_begins(law):
    granted = (BY_SUPERVISOR[2], BY_SUPERVISOR[4], DesigneeNamed("w-7", on(20)))

    assert [refusal(grant, 21, OPENED, law=law) for grant in granted] == [[OVER]] * 3
    assert [put(grant, 20, OPENED, law=law) for grant in granted] == [()] * 3


@rests_on(editions.lasts_until_it_expires)
def test_a_safety_plan_does_not_expire_before_the_day_it_is_agreed_or_revised(law):
    agreed, revised = SafetyPlanAgreed("sp", frozenset(), on(9)), SafetyPlanRevised("sp", on(9))

    assert refusal(agreed, 10, OPENED, law=law) == [OVER]
    assert refusal(revised, 10, OPENED, (agreed, 5), law=law) == [OVER]
    assert put(revised, 9, OPENED, (agreed, 9), law=law) == ()


NOT_FOR_A_WORKER = "this is not for a practitioner to decide"
NOBODY_NAMED = "nobody named the actor designee for that day"
LAPSED = "the actor was designee until 2024-03-08, and is not on that day"
DEPUTY = Actor("w-7", Role.DESIGNEE)
NAMED = (DesigneeNamed("w-7", on(8)), 5)


@rests_on(by_a_supervisor)
def test_what_is_a_supervisors_to_decide_is_refused_from_others_naming_who_may(law):
    for decision in BY_SUPERVISOR:
        with pytest.raises(Refused) as refused:
            put(decision, 6, *READY, law=law, actor=Actor("w-9", Role.PRACTITIONER))

        assert str(refused.value) == f"{NOT_FOR_A_WORKER}: have it decided by: supervisor, designee"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SUPERVISOR, Role.DESIGNEE}))
def test_no_role_but_a_supervisors_and_a_designees_grants_an_exception(role):
    assert refusal(BY_SUPERVISOR[2], 6, *READY, actor=Actor("s-1", role)) == [f"this is not for a {role} to decide"]


@pytest.mark.parametrize("decision", BY_SUPERVISOR, ids=lambda d: type(d).__name__)
def test_a_supervisor_and_a_designee_from_their_naming_through_their_last_day_decide(decision):
    assert put(decision, 6, *READY) == ()
    assert [refused_to(DEPUTY, decision, day) for day in (4, 5, 8, 9)] == [[NOBODY_NAMED], [], [], [LAPSED]]


def refused_to(actor: Actor, decision: Any, day: int, *acts: tuple[Any, int]) -> list[str]:
    return refusals(decision, day, *READY, NAMED, *acts, actor=actor)


@rests_on(by_a_supervisor)
def test_a_designee_is_the_one_who_was_named_and_nobody_else(law):
    assert refusal(SupervisorAgreed("p"), 6, *READY, NAMED, law=law, actor=Actor("w-8", Role.DESIGNEE)) == [
        NOBODY_NAMED
    ]


def test_a_designee_named_again_acts_through_the_new_last_day_and_without_one_for_good():
    agreed = SupervisorAgreed("p")

    assert refused_to(DEPUTY, agreed, 9, (DesigneeNamed("w-7", on(12)), 8)) == []
    assert refused_to(DEPUTY, agreed, 7, (DesigneeNamed("w-7", on(6)), 6)) == [LAPSED.replace("08", "06")]
    assert refused_to(DEPUTY, agreed, 31, (DesigneeNamed("w-7"), 8)) == []


@rests_on(by_a_supervisor_in_person)
def test_a_supervisor_names_a_designee_and_no_designee_names_another(law):
    another = DesigneeNamed("w-8", on(12))

    with pytest.raises(Refused) as refused:
        put(another, 6, *READY, NAMED, law=law, actor=DEPUTY)

    assert str(refused.value) == "this is not for a designee to decide: have it decided by: supervisor"
    assert refusal(another, 6, *READY, actor=WORKER) == [NOT_FOR_A_WORKER]
    assert put(another, 6) == ()


@rests_on(somebody_else_is_named)
def test_nobody_names_themselves_designee(law):
    assert refusal(DesigneeNamed(SUPERVISOR.id), 6, law=law) == ["the actor names themselves"]
    assert put(DesigneeNamed("w-8"), 6, law=law) == ()


def test_who_may_is_said_by_role_and_the_designees_of_the_day_by_id():
    acts = (*READY, NAMED, (DesigneeNamed("w-5"), 6), (DesigneeNamed("w-6", on(2)), 2))

    def remedy(day: int) -> str:
        with pytest.raises(Refused) as refused:
            put(SupervisorAgreed("p"), day, *acts, actor=WORKER)
        return refused.value.objections[0].remedy

    assert remedy(4) == "have it decided by: supervisor, designee"
    assert remedy(8) == "have it decided by: supervisor, designee (w-5, w-7)"
    assert remedy(9) == "have it decided by: supervisor, designee (w-5)"


def test_over_a_long_weekend_the_designee_decides_through_the_monday_and_the_supervisor_all_along():
    weekend = (DesigneeNamed("w-7", on(18)), 15)  # from the Friday to the Monday
    agreed = SupervisorAgreed("p")

    decided = [refusals(agreed, day, *READY, weekend, actor=DEPUTY) for day in (14, 15, 16, 17, 18, 19)]

    assert decided == [[NOBODY_NAMED], [], [], [], [], [LAPSED.replace("08", "18")]]
    assert refusals(agreed, 17, *READY, weekend) == []
    assert refusals(agreed, 17, *READY, weekend, actor=Actor("w-8", Role.DESIGNEE)) == [NOBODY_NAMED]


def refusals(event: Any, day: int, *acts: tuple[Any, int], actor: Actor = SUPERVISOR) -> list[str]:
    """The words by which *event* is refused; none where it is recorded."""
    try:
        put(event, day, *acts, actor=actor)
    except Refused as refused:
        return by(refused)
    return []


def test_an_approval_reported_from_elsewhere_is_recorded_and_who_gave_it_is_found():
    assert cites(put(ApprovalGranted(2, reported=elsewhere(6)), 6, *READY)) == [NOT_FOR_A_WORKER]
    assert cites(put(ApprovalGranted(2, reported=evolve(elsewhere(6), by=WORKER.id)), 6, *READY)) == [
        NOT_FOR_A_WORKER,
        "this is the actor's own entry",
    ]


def test_an_act_may_be_for_one_role_alone():
    alone = evolve(MADE_UP, gates={PlanFinalised: ((only_by(Role.ADMINISTRATOR), SUMMARY_RULE),)})
    finalised = PlanFinalised("p", "safe")

    assert refusal(finalised, 6, *READY, law=always(alone)) == ["M-7"]
    assert put(finalised, 6, *READY, law=always(alone), actor=Actor("a-1", Role.ADMINISTRATOR)) == ()


@rests_on(another_persons_entry)
def test_nobody_approves_their_own_entry(law):
    author = Actor(WORKER.id, Role.SUPERVISOR)

    with pytest.raises(Refused) as refused:
        put(ApprovalGranted(2), 6, *READY, law=law, actor=author)

    assert str(refused.value) == "this is the actor's own entry [@2]: have somebody else approve it"


def test_another_person_approves_an_entry_also_once_it_was_corrected():
    corrected = (EntryCorrected(2, evolve(CHILD[0], relation=Relation.OTHER), on(1), AmendmentReason.WRONG_DETAIL), 5)

    assert put(ApprovalGranted(2), 6, *READY, corrected) == ()
    assert refusal(ApprovalGranted(2), 6, *READY, corrected, actor=Actor(WORKER.id, Role.SUPERVISOR)) == [
        "this is the actor's own entry"
    ]


def test_an_entry_may_be_returned_by_its_own_author():
    assert put(ApprovalReturned(2, "purpose-missing"), 6, *READY, actor=Actor(WORKER.id, Role.SUPERVISOR)) == ()


@rests_on(entry_stands)
def test_an_entry_of_a_later_day_is_not_approved_so_that_its_author_cannot_do_it_beforehand(law):
    later, author = (THREAT[0], 8), Actor(WORKER.id, Role.SUPERVISOR)

    assert refusal(ApprovalGranted(7), 7, *READY, later, law=law, actor=author) == [NOT_STANDING]
    assert refusal(ApprovalGranted(7), 8, *READY, later, actor=author) == ["this is the actor's own entry"]
    assert put(ApprovalGranted(7), 8, *READY, later) == ()


@rests_on(entry_stands)
def test_an_entry_that_is_void_and_an_amendment_are_not_approved(law):
    void = (EntryVoided(2, AmendmentReason.OTHER), 5)

    assert refusal(ApprovalGranted(2), 6, *READY, void, law=law) == [NOT_STANDING]
    assert refusal(ApprovalGranted(7), 6, *READY, void, law=law) == [NOT_STANDING]


NOT_STANDING = "the entry does not stand by that day"


def test_a_clause_that_is_cited_for_what_the_case_itself_forbids_is_told_once_and_in_its_place():
    cites_it = evolve(MADE_UP, gates={SupervisorAgreed: ((by_a_supervisor, SUMMARY_RULE),)})

    assert refusal(SupervisorAgreed("p"), 6, *READY, law=always(cites_it), actor=WORKER) == ["M-7"]
    assert refusal(SupervisorAgreed("p"), 3, *READY, law=always(cites_it), actor=WORKER) == [NOT_DRAFTED, "M-7"]
    assert put(SupervisorAgreed("p"), 6, *READY, law=always(cites_it)) == ()


def test_an_approval_holds_until_it_is_returned_and_of_that_entry_alone():
    approved, returned = (ApprovalGranted(2), 5), (ApprovalReturned(2, "purpose-missing"), 6)

    def standing(*acts: tuple[Any, int]) -> frozenset[int]:
        return fold(effective(record(*READY, *acts))).approving.approved

    assert standing(approved, (ApprovalGranted(3), 5)) == {2, 3}
    assert standing(approved, (ApprovalGranted(3), 5), returned) == {3}
    assert standing(approved, returned, (ApprovalGranted(2), 7)) == {2}


# Closing


@rests_on(threats_are_accounted_for)
def test_a_case_with_an_unmanaged_threat_is_not_closed(law):
    assert refusal(CLOSING, 6, OPENED, CHILD, THREAT, SUMMARY, law=law) == ["M-5"]


@rests_on(threats_are_accounted_for)
def test_a_case_with_a_threat_that_is_there_again_is_not_closed(law):
    again = ((ThreatManaged("t", HOW), 3), (ThreatReopened("t"), 4))

    assert refusal(CLOSING, 6, OPENED, CHILD, THREAT, *again, SUMMARY, law=law) == ["M-5"]


@rests_on(threats_are_accounted_for)
def test_a_threat_to_two_children_is_not_answered_by_one_of_them_being_unsafe_at_home(law):
    to_both = (evolve(THREAT[0], children=frozenset({"c", "d"})), 2)
    other = (PersonJoined("d", Relation.CHILD), 1)
    unsafe = (ChildUnsafeAtHome("c"), 4)
    closing = CaseClosed(Ending.CHILD_UNSAFE_AT_HOME, dict.fromkeys("cd", Ending.CHILD_UNSAFE_AT_HOME))

    assert refusal(closing, 6, OPENED, CHILD, other, to_both, unsafe, SUMMARY, law=law) == ["M-5"]


@rests_on(threats_are_accounted_for)
def test_a_threat_to_no_child_named_is_answered_only_by_being_managed(law):
    to_none = (evolve(THREAT[0], children=frozenset()), 2)

    assert refusal(CLOSING, 6, OPENED, CHILD, to_none, (ChildUnsafeAtHome("c"), 4), SUMMARY, law=law) == ["M-5"]


@pytest.mark.parametrize("answer", [ThreatManaged("t", HOW), ChildUnsafeAtHome("c")])
def test_a_case_is_closed_once_each_threat_is_managed_or_its_child_unsafe_at_home(answer):
    assert put(CLOSING, 6, OPENED, CHILD, THREAT, (answer, 4), SUMMARY) == ()


@rests_on(each_child_is_accounted_for)
def test_a_closing_that_says_nothing_of_a_child_is_refused(law):
    assert refusal(CaseClosed(Ending.THREATS_MANAGED), 6, OPENED, CHILD, SUMMARY, law=law) == ["M-6"]


def test_a_closing_need_say_nothing_of_an_adult():
    mother = (PersonJoined("m", Relation.MOTHER), 1)

    assert put(CLOSING, 6, OPENED, CHILD, mother, SUMMARY) == ()


@rests_on(summary_is_written)
def test_a_planned_closing_without_a_final_summary_is_refused(law):
    assert refusal(CLOSING, 6, OPENED, CHILD, law=law) == ["M-7"]


@rests_on(no_threat_is_left)
def test_a_family_that_withdraws_is_closed_as_it_came_and_every_unmanaged_threat_is_found(law):
    found = put(CaseClosed(Ending.FAMILY_WITHDREW), 6, OPENED, CHILD, THREAT, law=law)

    assert [(f.event, f.day, f.version, f.objection.cites, f.objection.about) for f in found] == [
        ("CaseClosed", on(6), 4, ("M-5",), ("t",))
    ]


def test_a_family_that_withdraws_with_every_threat_answered_leaves_no_finding():
    assert put(CaseClosed(Ending.FAMILY_WITHDREW), 6, OPENED, CHILD) == ()


def test_a_planned_closing_reported_from_elsewhere_is_found_wanting_once_for_a_threat_left():
    assert cites(put(evolve(CLOSING, reported=elsewhere(6)), 6, OPENED, CHILD, THREAT, SUMMARY)) == ["M-5"]


def test_the_threats_and_children_a_closing_leaves_out_are_named_in_order():
    others = [(PersonJoined(child, Relation.CHILD), 1) for child in "gbefad"]
    threats = [(evolve(THREAT[0], threat=threat), 2) for threat in ("v", "t", "u", "s")]
    with pytest.raises(Refused) as refused:
        put(CLOSING, 6, OPENED, CHILD, *others, *threats, SUMMARY)

    assert [o.about for o in refused.value.objections] == [("s", "t", "u", "v"), ("a", "b", "d", "e", "f", "g")]
    assert refused.value.about == ["s", "t", "u", "v", "a", "b", "d", "e", "f", "g"]


def test_a_refused_closing_says_how_many_threats_by_which_clause_and_what_instead():
    with pytest.raises(Refused) as refused:
        put(CLOSING, 6, OPENED, CHILD, THREAT, SUMMARY)

    assert str(refused.value) == (
        "the case still has 1 unmanaged threat [t] (M-5, made-up@2023-01-01): "
        "record how each was managed, or that the child can no longer safely stay"
    )
    assert (refused.value.cites, refused.value.about) == (["M-5"], ["t"])


# Overriding a level of risk

SCORED = (RiskAssessed("some-risk", "1", {}, {}, "high"), 3)
OVERRIDDEN = RiskOverridden(2, "judgement", OverrideKind.DISCRETIONARY, "moderate", "some-reason")


@rests_on(a_risk_assessment_is_overridden)
def test_only_an_assessment_of_risk_is_overridden(law):
    with pytest.raises(Refused) as refused:
        put(evolve(OVERRIDDEN, assessment=1), 4, OPENED, SCORED, law=law)

    assert str(refused.value) == (
        "no assessment of risk stands under that version by that day [@1]: name one that does: @2"
    )


def test_a_level_of_risk_is_not_overridden_before_the_day_it_was_assessed():
    assert refusal(OVERRIDDEN, 2, OPENED, SCORED) == ["no assessment of risk stands under that version by that day"]


def test_an_assessment_of_risk_is_overridden_from_its_own_day_on():
    assert put(OVERRIDDEN, 3, OPENED, SCORED) == ()


# What an order has destroyed

BY = ("order-1", "judge")
DESTROYED = [
    (ExpungingProposed(2, *BY), EntryExpunged(2, *BY)),
    (ExpungingProposed(2, *BY, words_alone=True), NarrativeRedacted(2, *BY)),
    (DisposalProposed(*BY), CaseDisposed(*BY)),
]
NOBODY_PROPOSED, HELD = "nobody proposed this by that order", "a hold stands on this case"


@rests_on(somebody_else_proposed_it)
def test_what_is_destroyed_was_proposed_by_somebody_else_by_the_same_order(law):
    for proposal, act in DESTROYED:
        assert refusal(act, 4, OPENED, CHILD, law=law) == [NOBODY_PROPOSED]
        assert refusal(evolve(act, order="order-2"), 4, OPENED, CHILD, (proposal, 3), law=law) == [NOBODY_PROPOSED]
        own = in_role(WORKER, Role.SUPERVISOR)
        assert refusal(act, 4, OPENED, CHILD, (proposal, 3), law=law, actor=own) == [
            "who proposed it does not have it done"
        ]
        assert put(act, 4, OPENED, CHILD, (proposal, 3), law=law) == ()


@pytest.mark.parametrize("at, other", [(0, 1), (1, 0), (2, 0), (0, 2)])
def test_what_was_proposed_is_that_and_nothing_else(at, other):
    assert refusal(DESTROYED[at][1], 4, OPENED, CHILD, (DESTROYED[other][0], 3)) == [NOBODY_PROPOSED]


@rests_on(no_hold_stands)
def test_nothing_is_destroyed_while_a_hold_stands(law):
    for proposal, act in (*DESTROYED, (DisposalProposed(*BY), IdentityErased("c", "order-1"))):
        held = (OPENED, CHILD, (proposal, 3), (HoldPlaced("h-1"), 3), (HoldPlaced("h-2"), 3), (HoldLifted("h-2"), 3))
        with pytest.raises(Refused) as refused:
            put(act, 4, *held, law=law)

        assert (by(refused.value), refused.value.about) == ([HELD], ["h-1"])
        assert put(act, 4, *held, (HoldLifted("h-1"), 4), law=law) == ()


@rests_on(by_who_may_erase)
def test_a_supervisor_or_an_administrator_has_it_destroyed(law):
    for proposal, act in DESTROYED:
        worker = in_role(SUPERVISOR, Role.PRACTITIONER)
        assert refusal(act, 4, OPENED, CHILD, (proposal, 3), law=law, actor=worker) == [NOT_FOR_A_WORKER]
        administrator = in_role(SUPERVISOR, Role.ADMINISTRATOR)
        assert put(act, 4, OPENED, CHILD, (proposal, 3), law=law, actor=administrator) == ()


def test_what_is_destroyed_needs_no_open_case():
    for proposal, act in DESTROYED:
        assert put(act, 9, OPENED, CHILD, (CaseClosed(Ending.MOVED), 5), (proposal, 8)) == ()


def test_on_a_case_disposed_of_nothing_more_goes():
    disposed = (OPENED, CHILD, (CaseDisposed(*BY), 4))

    for said in (OPENED[0], CHILD[0], HoldPlaced("h-1"), EntryVoided(2, AmendmentReason.OTHER)):
        assert refusal(said, 5, *disposed) == ["this case was disposed of"]
    assert put(CHILD[0], 5, OPENED, CHILD, (EntryExpunged(2, *BY), 4)) == ()


STANDS_AFTER = [act for _, act in DESTROYED if not isinstance(act, CaseDisposed)] + [IdentityErased("c", "order-1")]


@pytest.mark.parametrize("act", STANDS_AFTER)
def test_what_was_destroyed_is_not_brought_back_by_an_amendment(act):
    for amendment in (EntryVoided(3, AmendmentReason.OTHER), EntryCorrected(3, act, on(4), AmendmentReason.OTHER)):
        assert refusal(amendment, 5, OPENED, CHILD, (act, 4)) == [
            "what was destroyed is not brought back by an amendment"
        ]


# What stands on the word of a court or of counsel

PLACED = [(HoldPlaced("n-1"), HoldLifted("n-1")), (RecordSealed("n-1"), RecordUnsealed("n-1"))]


def says(findings: Sequence[Finding]) -> list[str]:
    return [finding.objection.says for finding in findings]


@rests_on(it_stands_not_yet)
def test_a_hold_or_a_seal_placed_twice_is_found(law):
    for placed, lifted in PLACED:
        again = put(placed, 4, OPENED, (placed, 3), law=law)

        assert says(again) == ["one of that name stands already"]
        assert put(placed, 5, OPENED, (placed, 3), (lifted, 4), law=law) == ()


@rests_on(it_stands)
def test_a_hold_or_a_seal_lifted_that_does_not_stand_is_found(law):
    for placed, lifted in PLACED:
        other = put(lifted, 4, OPENED, (type(placed)("n-2"), 3), law=law)

        assert [(f.objection.says, f.objection.remedy) for f in other] == [
            ("none of that name stands", "name one that does: n-2")
        ]
        assert put(lifted, 4, OPENED, (placed, 3), law=law) == ()


@rests_on(editions.by_order)
def test_who_has_no_business_with_a_hold_or_a_seal_is_found(law):
    for placed, lifted in PLACED:
        parent = in_role(SUPERVISOR, Role.PARENT)
        assert says(put(lifted, 4, OPENED, (placed, 3), law=law, actor=parent)) == [NOT_FOR_A_PARENT]
        assert says(put(placed, 4, OPENED, law=law, actor=parent)) == [NOT_FOR_A_PARENT]
        for role in BY_ORDER:
            assert put(placed, 4, OPENED, law=law, actor=in_role(SUPERVISOR, role)) == ()


def test_a_hold_or_a_seal_is_lifted_by_no_word_and_no_amendment_of_who_has_no_business_with_it():
    parent = in_role(SUPERVISOR, Role.PARENT)
    for placed, lifted in PLACED:
        acts = [Entry(placed, on(3), 1, WORKER), Entry(lifted, on(4), 2, parent)]
        stands = fold(acts).restricting

        assert (stands.holds | stands.seals) == {"n-1"}
        assert refusal(EntryVoided(2, AmendmentReason.OTHER), 5, OPENED, (placed, 3), actor=parent) == [
            NOT_FOR_A_PARENT
        ]
        assert put(EntryVoided(2, AmendmentReason.OTHER), 5, OPENED, (placed, 3)) == ()


NOT_FOR_A_PARENT = "this is not for a parent to decide"


@rests_on(it_is_kept_from_them)
def test_what_was_never_kept_from_somebody_cannot_be_given_back_to_them(law):
    lifted = RestrictionLifted(1, frozenset({"c"}))
    kept = AccessRestricted(1, frozenset({"c"}), "danger")

    assert says(put(lifted, 4, OPENED, CHILD, law=law)) == ["the entry is not kept from them"]
    assert put(lifted, 4, OPENED, CHILD, (kept, 3), law=law) == ()


KEPT, GIVEN_BACK = AccessRestricted(1, frozenset({"c"}), "danger"), RestrictionLifted(1, frozenset({"c"}))


@rests_on(editions.by_who_may_keep)
def test_who_has_no_business_with_keeping_an_entry_from_somebody_is_found_and_it_is_kept(law):
    for role in Role:
        found = says(put(KEPT, 4, OPENED, CHILD, law=law, actor=in_role(SUPERVISOR, role)))
        named = [NOBODY_NAMED] if role is Role.DESIGNEE else [not_for(role)]
        assert found == ([] if role in {*WORKERS, *BY_ORDER, *CPS} else named)

        kept = fold([Entry(KEPT, on(3), 1, in_role(SUPERVISOR, role))]).restricting.kept_from
        assert kept == {1: {"c"}}


@rests_on(editions.by_order)
def test_who_has_no_business_with_giving_an_entry_back_is_found_and_gives_nothing_back(law):
    for role in Role:
        found = says(put(GIVEN_BACK, 4, OPENED, CHILD, (KEPT, 3), law=law, actor=in_role(SUPERVISOR, role)))
        assert found == ([] if role in BY_ORDER else [not_for(role)])

        acts = [Entry(KEPT, on(3), 1, WORKER), Entry(GIVEN_BACK, on(4), 2, in_role(SUPERVISOR, role))]
        assert bool(fold(acts).restricting.kept_from[1]) is (role not in BY_ORDER)


def test_what_is_kept_from_somebody_is_given_back_by_no_amendment_of_who_may_not_give_it_back():
    case = (OPENED, CHILD, (KEPT, 3))
    narrower = evolve(KEPT, kept_from=frozenset())
    amendments = [EntryVoided(3, AmendmentReason.OTHER), EntryCorrected(3, narrower, on(3), AmendmentReason.OTHER)]
    for amendment in amendments:
        assert refusal(amendment, 5, *case, actor=Actor("w-2", Role.PRACTITIONER)) == [not_for(Role.PRACTITIONER)]
        assert put(amendment, 5, *case, actor=SUPERVISOR) == ()
        assert put(amendment, 5, *case, actor=WORKER) == ()  # whose own word it is
    into = EntryCorrected(2, GIVEN_BACK, on(3), AmendmentReason.OTHER)
    assert not_for(Role.PRACTITIONER) in refusal(into, 5, *case, actor=WORKER)


CPS = (Role.CPS_WORKER, Role.CPS_SUPERVISOR)


def not_for(role: Role) -> str:
    return f"this is not for a {role} to decide"


def in_role(actor: Actor, role: Role) -> Actor:
    return evolve(actor, role=role)


# Every gate, and every kind of entry


def test_every_gate_of_the_state_and_of_the_made_up_edition_has_a_test_that_rests_on_it():
    """A gate that only a state's edition names is shown where that edition's clauses are."""
    tables = [MADE_UP.gates, MADE_UP.finds, editions.ALWAYS]
    placed = {row[0] for table in tables for rows in table.values() for row in rows} | {case_is_open}

    assert placed == RESTED_ON


@given(of_class(PlanAgreed))
def test_a_decision_reported_from_elsewhere_is_recorded_and_what_was_missing_is_found(said):
    reported = evolve(said, plan="p", agreed_by=frozenset(), reported=elsewhere(6))

    assert cites(put(reported, 6, (PlanDrafted("p", ()), 4))) == [NOT_OPEN, "M-3", "M-4"]


def test_a_referral_that_went_out_without_a_release_is_recorded_when_reported():
    assert cites(put(evolve(REFERRAL, reported=elsewhere(4)), 4, OPENED, CHILD, NEED)) == [NO_BASIS]


def it_may_not_be(case, entry):
    return Objection("it may not be", "do otherwise")


def test_a_happening_is_never_refused_by_a_gate_and_yields_findings():
    strict = evolve(MADE_UP, gates={ThreatManaged: ((it_may_not_be, MADE_UP.rules[0]),)})

    assert cites(put(ThreatManaged("t", HOW), 3, OPENED, CHILD, THREAT, law=always(strict))) == ["M-1"]


@pytest.mark.parametrize("cls", [cls for cls in EVENTS if issubclass(cls, Happening)], ids=lambda c: c.__name__)
def test_a_happening_is_refused_only_for_its_ids(cls):
    @given(of_class(cls))
    def recorded_or_unknown(event):
        unknown = {m.id for m in mentions(event) if not m.introduces} - {m.id for m in mentions(event) if m.introduces}
        unknown |= {f"@{version}" for version in entries_named(event)}
        try:
            put(event, 3)
            objected = set()
        except Refused as refused:
            objected = set(refused.about)

        assert objected == unknown

    recorded_or_unknown()


# The day of the act


def test_an_earlier_act_recorded_later_is_judged_by_the_case_as_it_stood():
    threat_first = (OPENED, CHILD, THREAT, SUMMARY, (ThreatManaged("t", HOW), 20))

    assert refusal(CLOSING, 19, *threat_first) == ["M-5"]
    assert put(CLOSING, 20, *threat_first) == ()


def test_a_later_threat_does_not_refuse_an_earlier_closing():
    assert put(CLOSING, 6, OPENED, CHILD, SUMMARY, (THREAT[0], 7)) == ()
    assert refusal(CLOSING, 6, OPENED, CHILD, SUMMARY, (THREAT[0], 6)) == ["M-5"]


def test_an_act_is_judged_by_the_edition_of_its_day():
    lenient, strict = evolve(MADE_UP, gates={}), MADE_UP

    def law(day: date) -> editions.Edition:
        return strict if day >= on(6) else lenient

    assert put(PlanAgreed("p"), 5, *READY, law=law) == ()
    assert refusal(PlanAgreed("p"), 6, *READY, law=law) == ["M-4"]


# Ids and amendments

NO_THREAT = "no threat of that id is on record in this case"


def test_a_decision_and_a_happening_naming_an_unknown_id_are_refused_with_those_there_are():
    with pytest.raises(Refused) as refused:
        put(ThreatManaged("x", frozenset()), 5, OPENED, CHILD, THREAT)

    (objection,) = refused.value.objections
    assert (objection.says, objection.remedy, objection.about) == (NO_THREAT, "name one of t", ("x",))
    assert refusal(evolve(BY_AUNT, plan="x", reported=elsewhere(5)), 5, *READY) == [
        "no plan of that id is on record in this case"
    ]


def test_an_id_brought_in_on_a_later_day_is_known():
    assert put(ThreatManaged("t", frozenset()), 1, OPENED, CHILD, (THREAT[0], 9)) == ()


def test_an_id_brought_in_by_an_entry_since_corrected_or_void_is_known():
    renamed = EntryCorrected(3, evolve(THREAT[0], threat="u"), on(2), AmendmentReason.WRONG_DETAIL)
    managed = ThreatManaged("t", HOW)

    assert put(managed, 5, OPENED, CHILD, THREAT, (renamed, 4)) == ()
    assert put(evolve(managed, threat="u"), 5, OPENED, CHILD, THREAT, (renamed, 4)) == ()
    assert put(managed, 5, OPENED, CHILD, THREAT, (EntryVoided(3, AmendmentReason.OTHER), 4)) == ()


def test_an_id_that_is_there_already_is_refused_and_a_person_may_come_again():
    taken = "this case has a threat of that id already"

    assert refusal(THREAT[0], 5, OPENED, CHILD, THREAT) == [taken]
    assert refusal(THREAT[0], 5, OPENED, CHILD, THREAT, (EntryVoided(3, AmendmentReason.OTHER), 4)) == [taken]
    assert put(CHILD[0], 5, OPENED, CHILD) == ()


def test_an_unknown_id_is_told_beside_what_the_state_of_the_case_forbids_and_no_clause():
    assert refusal(PlanAgreed("x"), 6, OPENED, (CaseClosed(Ending.MOVED), 5)) == [
        "no plan of that id is on record in this case",
        CLOSED,
    ]
    assert refusal(evolve(PlanAgreed("x"), reported=elsewhere(6)), 6) == [
        "no plan of that id is on record in this case"
    ]


NO_ENTRY = "there is no entry of that version in this case"


@pytest.mark.parametrize(
    "naming",
    [
        ApprovalGranted(4),
        ApprovalReturned(4, "purpose-missing"),
        DocumentationConfirmed(4, "safe"),
        AccessRestricted(4, frozenset({"c"}), "danger"),
        RestrictionLifted(4, frozenset()),
        ExpungingProposed(4, "order-1", "judge"),
        ContactReported(4, "visit", "family-well"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_that_names_an_entry_names_one_on_record(naming):
    assert [refusal_about(naming, 5, OPENED, CHILD), refusal_about(naming, 5, OPENED, CHILD, NEED)] == [["@4"], ["@4"]]
    assert put(naming, 5, OPENED, CHILD, NEED, ASSESSED) == ()


def test_a_correction_names_entries_on_record_too():
    approved = EntryCorrected(2, AccessRestricted(9, frozenset({"c"}), "danger"), on(2), AmendmentReason.OTHER)

    assert refusal_about(approved, 5, OPENED, CHILD) == ["@9"]
    assert put(evolve(approved, instead=evolve(approved.instead, entry=1)), 5, OPENED, CHILD) == ()


def refusal_about(event: Any, day: int, *acts: tuple[Any, int]) -> list[str]:
    with pytest.raises(Refused) as refused:
        put(event, day, *acts)
    assert by(refused.value) == [NO_ENTRY]
    return refused.value.about


@pytest.mark.parametrize("version", [0, 3, 4, 99])
def test_an_amendment_of_no_entry_of_itself_or_of_a_later_one_is_refused(version):
    voided = EntryVoided(version, AmendmentReason.OTHER)
    corrected = EntryCorrected(version, CHILD[0], on(1), AmendmentReason.OTHER)

    assert refusal(voided, 5, OPENED, CHILD) == [NO_ENTRY]
    assert refusal(corrected, 5, OPENED, CHILD) == [NO_ENTRY]


def test_beside_an_unknown_id_no_clause_is_told_whatever_it_is_about():
    stranger = CaseClosed(Ending.THREATS_MANAGED, {"c": Ending.MOVED, "x": Ending.MOVED})

    assert refusal(stranger, 6, OPENED, CHILD, THREAT) == ["no person of that id is on record in this case"]


def test_a_referral_of_an_id_that_is_taken_is_refused_for_that_and_for_its_missing_basis():
    sent = (evolve(REFERRAL, reported=elsewhere(4)), 4)

    assert refusal(REFERRAL, 5, OPENED, CHILD, NEED, sent) == [
        "this case has a referral of that id already",
        NO_BASIS,
    ]


def test_an_amendment_of_an_entry_or_of_an_amendment_is_recorded():
    corrected = EntryCorrected(2, CHILD[0], on(2), AmendmentReason.WRONG_DAY)

    assert put(corrected, 5, OPENED, CHILD) == ()
    assert put(EntryVoided(3, AmendmentReason.OTHER), 5, OPENED, CHILD, (corrected, 4)) == ()


def test_a_correction_that_names_an_unknown_id_is_refused():
    wrong = EntryCorrected(3, ThreatManaged("x", frozenset()), on(2), AmendmentReason.OTHER)

    assert refusal(wrong, 5, OPENED, CHILD, (THREAT[0], 2)) == [NO_THREAT]


def test_a_correction_may_keep_its_entrys_own_id_and_may_not_take_that_of_another():
    other = (evolve(THREAT[0], threat="u"), 3)
    keeps = EntryCorrected(3, evolve(THREAT[0], kind="harm"), on(2), AmendmentReason.WRONG_DETAIL)
    takes = EntryCorrected(3, other[0], on(2), AmendmentReason.WRONG_DETAIL)

    assert put(keeps, 5, OPENED, CHILD, THREAT, other) == ()
    assert put(evolve(keeps, entry=5), 6, OPENED, CHILD, THREAT, other, (keeps, 5)) == ()
    assert refusal(takes, 5, OPENED, CHILD, THREAT, other) == ["this case has a threat of that id already"]


def test_what_an_entry_should_have_said_is_an_act_and_no_amendment():
    nested = EntryCorrected(2, EntryVoided(1, AmendmentReason.OTHER), on(2), AmendmentReason.OTHER)

    assert refusal(nested, 5, OPENED, CHILD) == ["an entry is corrected by what happened, not by an amendment"]


def test_a_void_of_an_amendment_is_voided_and_never_corrected():
    voided = (EntryVoided(2, AmendmentReason.OTHER), 4)

    assert put(EntryVoided(3, AmendmentReason.OTHER), 5, OPENED, CHILD, voided) == ()
    assert refusal(EntryCorrected(3, CHILD[0], on(1), AmendmentReason.OTHER), 5, OPENED, CHILD, voided) == [
        "the entry of that version voids another"
    ]


def test_what_is_void_is_not_voided_again_until_it_stands_again():
    once = (EntryVoided(2, AmendmentReason.OTHER), 4)
    back = (EntryVoided(3, AmendmentReason.OTHER), 4)
    again = EntryVoided(2, AmendmentReason.OTHER)

    assert refusal(again, 5, OPENED, CHILD, once) == ["the entry of that version is void already"]
    assert refusal(EntryVoided(3, AmendmentReason.OTHER), 5, OPENED, CHILD, once, back) == [
        "the entry of that version is void already"
    ]
    assert put(again, 5, OPENED, CHILD, once, back) == ()


def test_a_case_is_not_opened_before_its_opening_either():
    assert refusal(OPENED[0], 1, (OPENED[0], 3)) == [OPEN_ALREADY]


def test_a_correction_keeps_the_ids_that_other_entries_name():
    release = ReleaseSigned("R1", "m", frozenset({"c"}), "school", "words", frozenset(Kind), date(2024, 9, 1))
    acts = ((PersonJoined("m", Relation.MOTHER), 1), (PersonJoined("c", Relation.CHILD), 1), (release, 2))
    renamed = EntryCorrected(3, evolve(release, release="R9"), date(2024, 3, 2), AmendmentReason.WRONG_DETAIL)

    assert refusal(renamed, 9, *acts, (ReleaseRevoked("R1", "m"), 5)) == ["other entries name this release"]
    assert put(renamed, 9, *acts) == ()
