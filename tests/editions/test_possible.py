"""What can be done: "no" is refused whatever is said, "yes" comes with what would be accepted."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from diary import Diary, lines
from examples import some
from histories import FIRST_DAY, LAST_DAY, SUPERVISOR, WORKER, amended, days, of_class
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import LAW, MADE_UP

from ihs_cases.belonging import NOT_BY_HAND, ON_ACCESS_STREAMS, ON_AGENCY_STREAMS, ON_PERSON_STREAMS
from ihs_cases.editions import installed
from ihs_domain.approving import ApprovalGranted
from ihs_domain.assessing import FamilyAssessmentCompleted, NeedIdentified, RiskOverridden
from ihs_domain.assigning import DesigneeNamed
from ihs_domain.case import EVENTS
from ihs_domain.closing import CaseClosed, CaseReopened, Ending
from ihs_domain.contacting import IntensitySet
from ihs_domain.editions import Edition, Law, always
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.judge import decide, refusable
from ihs_domain.opening import CaseOpened, CourtOrderReceived
from ihs_domain.planning import PlanAgreed, PlanDrafted, SupervisorAgreed
from ihs_domain.possible import DECISIONS, Doable, Possible, possible
from ihs_domain.releasing import Kind, ReleaseSigned
from ihs_domain.requesting import ServicesRequested
from ihs_domain.roles import SYSTEM, Actor, Role
from ihs_domain.safety import SafetyPlanAgreed
from ihs_domain.sayable import Nameable, Open, Sayable, brings_in, hints
from ihs_domain.serving import ReferralSent
from ihs_domain.sketch import SHAPES, kind_of
from ihs_domain.teaming import Part, TeamFormed, TeamInputRecorded, TeamMemberAdded, TeamMemberLeft, Topic
from ihs_domain.terms import CASE_IDS, Decision, Reported
from ihs_record.codec import encoded_and_read
from ihs_record.names import NAMES

NOTHING = Edition("nothing", "xx-mu", "UTC", date(2023, 1, 1))
EDITIONS = (MADE_UP, NOTHING, *(e for e in installed().editions if not e.practice))
NAMED = {cls.__name__: cls for cls in DECISIONS}
LAWS = st.sampled_from([always(edition) for edition in EDITIONS])
ACTORS = st.sampled_from([WORKER, SUPERVISOR, Actor("w-1", Role.SUPERVISOR), *(Actor("x-1", role) for role in Role)])
SCENE = tuple(
    (event, FIRST_DAY, actor)
    for event, actor in (
        (CaseOpened("voluntary", "north"), SYSTEM),
        (PersonJoined("person-1", Relation.CHILD), WORKER),
        (TeamFormed({"person-2": Part.RELATIVE}, frozenset()), WORKER),
        (FamilyAssessmentCompleted("assessment-1", frozenset(), frozenset(), frozenset()), WORKER),
        (PlanDrafted("plan-1", (), assessment="assessment-1"), WORKER),
        (IntensitySet("intensive", frozenset()), WORKER),
    )
)
OPEN = tuple((event, 1) for event, _, _ in SCENE)
HISTORIES = st.one_of(
    amended(*EVENTS, *DECISIONS, first=SCENE),
    amended(TeamMemberAdded, PlanDrafted, PlanAgreed, SupervisorAgreed, CaseClosed, CaseReopened, first=SCENE),
    amended(
        NeedIdentified, ReleaseSigned, CourtOrderReceived, ServicesRequested, DesigneeNamed, CaseClosed, first=SCENE
    ),
    amended(*DECISIONS, PersonJoined, TeamFormed),
)


def record(*acts: tuple[Any, int]) -> list[Entry[Any]]:
    return [Entry(event, date(2024, 3, day), version) for version, (event, day) in enumerate(acts, 1)]


def accepts(decision: Any, day: date, actor: Actor, record: Sequence[Entry[Any]], law: Law) -> bool:
    try:
        decide(Entry(decision, day, actor=actor), effective(record), law)
    except Refused:
        return False
    return True


def arguments(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Decisions of one class with the ids that a random case has, and for what is new one that it cannot have."""
    new = {name: f"new-{name}" for name, hint in hints(cls).items() if brings_in(cls) & {_kind(hint)}}
    here = of_class(cls).map(lambda event: evolve(event, reported=None))
    return st.one_of(here, here.map(lambda event: evolve(event, **new)))


def _kind(hint: Any) -> str:
    return CASE_IDS.get(getattr(hint, "__origin__", None), "")


@given(st.data(), HISTORIES, LAWS, days | st.just(LAST_DAY), ACTORS)
@settings(max_examples=some(40))
def test_yes_comes_with_what_is_accepted_and_no_is_refused_whatever_is_said(data, record, law, day, actor):
    for doable in possible(effective(record), law, day, actor):
        if doable.possible is Possible.YES:
            assert accepts(doable.witness, day, actor, record, law)
            assert refusable(doable.witness)
            assert doable.objections == ()
        else:
            tried = data.draw(st.lists(arguments(NAMED[doable.decision]), min_size=3, max_size=3))
            assert doable.possible is Possible.NO
            assert [e for e in tried if accepts(e, day, actor, record, law)] == []
            assert doable.witness is None
            assert doable.objections != ()


def test_every_decision_of_a_case_is_answered_in_the_order_of_the_vocabulary():
    answers = possible(History(), LAW, FIRST_DAY, SUPERVISOR)

    elsewhere = (*ON_ACCESS_STREAMS, *ON_AGENCY_STREAMS, *ON_PERSON_STREAMS, *NOT_BY_HAND, RiskOverridden)
    of_a_case = {cls for cls in NAMES.values() if issubclass(cls, Decision) and cls not in elsewhere}
    assert [answer.decision for answer in answers] == [cls.__name__ for cls in DECISIONS]
    assert set(DECISIONS) == of_a_case


FULL = effective(
    record(
        *OPEN,
        (NeedIdentified("N1", "housing"), 2),
        (SafetyPlanAgreed("SP1", frozenset(), LAST_DAY), 2),
    )
)


@pytest.mark.parametrize("cls", DECISIONS, ids=lambda cls: cls.__name__)
def test_something_stands_for_every_value_that_a_decision_can_have(cls):
    sayable = Sayable(cls, Nameable(FULL.record, LAST_DAY))

    values = [value for hint in hints(cls).values() for value in sayable.values(hint)]

    assert [v.hint for v in values if isinstance(v, Open) and kind_of(v.hint) not in SHAPES] == [Reported]


@pytest.mark.parametrize("name, jurisdiction", [("alder", "us-ut"), ("birch", "us-ut"), ("cedar", "us-nm")])
def test_whatever_a_diary_decided_was_possible_just_before_and_a_witness_can_be_stored(name, jurisdiction):
    diary = Diary(installed().law(jurisdiction)).play(lines(name))
    decided = [(n, e) for n, e in enumerate(diary.record) if refusable(e.event) and type(e.event) in DECISIONS]

    answers = {n: at_version(diary, n, entry) for n, entry in decided}

    assert [e for n, e in decided if answers[n][type(e.event).__name__].possible is not Possible.YES] == []
    witnesses = [answer.witness for of_day in answers.values() for answer in of_day.values() if answer.witness]
    assert [witness for witness in witnesses if encoded_and_read(witness)[1] != witness] == []


def at_version(diary: Diary, version: int, entry: Entry[Any]) -> dict[str, Doable]:
    """What was possible for the actor of *entry* on its day, by what was on record before it."""
    history = effective(diary.record[:version])
    return {answer.decision: answer for answer in possible(history, diary.law, entry.day, entry.actor)}


# Why not


def doable(name: str, *acts: tuple[Any, int], day: int = 9, actor: Actor = SUPERVISOR, law: Law = LAW) -> Doable:
    answers = possible(effective(record(*acts)), law, date(2024, 3, day), actor)
    return next(answer for answer in answers if answer.decision == name)


def why(answer: Doable) -> list[str]:
    return [*map(str, answer.objections), answer.possible]


DRAFTED = (*OPEN[:4], (PlanDrafted("plan-1", ()), 2), (PlanDrafted("plan-2", ()), 2))
RESTS_ON_NONE = "the plan rests on no completed assessment [plan-1, plan-2] (M-3, made-up@2023-01-01): "
RESTS_ON_NONE += "complete the child and family assessment, then draft the plan on it"
NOT_OPEN = "the case is not open yet: open it, or record the day on which it was decided"
NOT_FOR_A_WORKER = "this is not for a practitioner to decide: have it decided by: supervisor, designee"


def test_no_says_everything_that_stands_in_the_way_whatever_is_said_and_nothing_else():
    assert why(doable("SupervisorAgreed", *DRAFTED[4:], actor=WORKER)) == [NOT_OPEN, NOT_FOR_A_WORKER, "no"]
    assert why(doable("SupervisorAgreed", *DRAFTED, actor=WORKER)) == [NOT_FOR_A_WORKER, "no"]


def test_the_same_objection_to_several_things_is_said_once_of_all_of_them():
    assert why(doable("PlanAgreed", *DRAFTED)) == [RESTS_ON_NONE, "no"]


def test_where_no_clause_alone_refuses_everything_those_that_do_together_are_told():
    of_the_team = (TeamInputRecorded("person-2", Topic.PLAN, "plan-2"), 3)
    by_itself = (TeamMemberLeft("person-2"), 4)

    no = doable("PlanAgreed", *OPEN, (PlanDrafted("plan-2", ()), 2), of_the_team, by_itself)

    assert [(o.cites, o.about) for o in no.objections] == [(("M-4",), ("plan-1",)), (("M-3",), ("plan-2",))]


def test_where_nothing_is_on_record_to_decide_about_no_says_what():
    assert why(doable("PlanAgreed", OPEN[0])) == [
        "no plan is on record in this case: record the plan first, then decide about it",
        "no",
    ]
    assert why(doable("SafetyPlanRevised")) == [
        "no safety plan is on record in this case: record the safety plan first, then decide about it",
        NOT_OPEN,
        "no",
    ]


def test_a_case_that_is_opened_later_is_not_opened_before():
    already = "the case is opened already: reopen it if it was closed, or correct the opening"

    assert why(doable("CaseOpened", (OPEN[0][0], 8), day=7)) == [already, "no"]
    assert why(doable("CaseOpened", (OPEN[0][0], 8), day=8)) == [already, "no"]


def test_what_is_not_there_yet_is_not_told_of():
    no = doable("ReferralSent", *OPEN, (NeedIdentified("N1", "housing"), 2))

    assert [(o.says[:36], o.about) for o in no.objections] == [("no basis covers telling this agency:", ())]


def test_a_referral_is_possible_to_whom_a_release_names_about_those_it_names():
    release = ReleaseSigned(
        "R1", "person-1", frozenset({"person-1"}), "clinic", "help", frozenset({Kind.REFERRAL}), date(2024, 3, 9)
    )
    acts = (*OPEN, (NeedIdentified("N1", "housing"), 2), (release, 3))

    yes = doable("ReferralSent", *acts)

    assert yes.witness == ReferralSent("referral-1", "N1", "clinic", frozenset({"person-1"}))
    assert doable("ReferralSent", *acts, day=10).possible is Possible.NO


def test_the_level_that_a_court_set_is_the_one_to_set():
    ordered = CourtOrderReceived("O1", "supervision", services_ordered=True, intensity="close-watch")

    yes = doable("IntensitySet", *OPEN, (ordered, 2), law=always(installed().edition("utah-r512-100@2003-09-03")))

    assert yes.witness.level == "close-watch"


def test_a_closing_is_possible_with_as_little_said_as_will_do():
    closing = doable("CaseClosed", *OPEN)

    assert closing.witness == CaseClosed(Ending.FAMILY_WITHDREW)


def test_nobody_can_approve_where_every_entry_is_their_own():
    own = "this is the actor's own entry [@1, @2]: have somebody else approve it"

    assert why(doable("ApprovalGranted", *OPEN[:2], actor=Actor("system", Role.SUPERVISOR))) == [own, "no"]
    assert doable("ApprovalGranted", *OPEN[:2]).witness == ApprovalGranted(1)


def test_what_is_possible_goes_by_the_day():
    acts = (*OPEN[:4], (OPEN[4][0], 5))

    assert doable("SupervisorAgreed", *acts, day=4).possible is Possible.NO
    assert doable("SupervisorAgreed", *acts, day=5).possible is Possible.YES


def test_asking_what_is_possible_changes_nothing():
    before = record(*OPEN)
    history = effective(before)

    first = [*possible(history, LAW, LAST_DAY, SUPERVISOR)]

    assert (before, history) == (record(*OPEN), effective(record(*OPEN)))
    assert [*possible(history, LAW, LAST_DAY, SUPERVISOR)] == first
