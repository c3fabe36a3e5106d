"""What can be done: "no" is refused whatever is said, "yes" comes with what would be accepted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from diary import Diary, lines
from histories import FIRST_DAY, LAST_DAY, SUPERVISOR, WORKER, amended, days, of_class
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import LAW, MADE_UP

from ihs_cases.editions import installed
from ihs_cases.recording import ON_AGENCY_STREAMS, ON_PERSON_STREAMS
from ihs_domain.approving import ApprovalGranted
from ihs_domain.assessing import FamilyAssessmentCompleted, NeedIdentified
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
from ihs_domain.releasing import ReleaseSigned
from ihs_domain.requesting import ServicesRequested
from ihs_domain.roles import SYSTEM, Actor, Role
from ihs_domain.sayable import Nameable, Open, Sayable, brings_in, hints
from ihs_domain.sketch import SHAPES, kind_of
from ihs_domain.teaming import Part, TeamFormed, TeamMemberAdded
from ihs_domain.terms import CASE_IDS, Decision
from ihs_record.codec import encode
from ihs_record.names import NAMES

NOTHING = Edition("nothing", "xx-mu", "UTC", date(2023, 1, 1))
EDITIONS = (MADE_UP, NOTHING, *(e for e in installed().editions if not e.practice))
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
HISTORIES = st.one_of(
    amended(*EVENTS, *DECISIONS, first=SCENE),
    amended(TeamMemberAdded, PlanDrafted, PlanAgreed, SupervisorAgreed, CaseClosed, CaseReopened, first=SCENE),
    amended(
        NeedIdentified, ReleaseSigned, CourtOrderReceived, ServicesRequested, DesigneeNamed, CaseClosed, first=SCENE
    ),
    amended(*DECISIONS, PersonJoined, TeamFormed),
)


def accepts(decision: Any, day: date, actor: Actor, record: Sequence[Entry[Any]], law: Law) -> bool:
    try:
        decide(Entry(decision, day, actor=actor), effective(record), record, law)
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
@settings(max_examples=60)
def test_yes_comes_with_what_is_accepted_and_no_is_refused_whatever_is_said(data, record, law, day, actor):
    for doable in possible(effective(record), law, day, actor):
        if doable.possible is Possible.YES:
            assert accepts(doable.witness, day, actor, record, law)
            assert refusable(doable.witness)
            assert doable.objections == ()
        else:
            tried = data.draw(st.lists(arguments(NAMED[doable.decision]), min_size=4, max_size=4))
            assert doable.possible is Possible.NO
            assert [e for e in tried if accepts(e, day, actor, record, law)] == []
            assert doable.witness is None
            assert doable.objections != ()


NAMED = {cls.__name__: cls for cls in DECISIONS}
