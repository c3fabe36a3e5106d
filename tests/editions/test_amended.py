"""Amending leaves all consistent: what is told is what would be, had the right thing been said at once."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from examples import some
from histories import FIRST_DAY, LAST_DAY, WORKER, amended, days, left, recorded
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_up import AGREEMENT, LAW

from ihs_cases.editions import installed
from ihs_domain.approving import ApprovalGranted, ApprovalReturned, DocumentationConfirmed
from ihs_domain.case import EVENTS, fold
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.disclosure import told, withheld
from ihs_domain.duties import State
from ihs_domain.editions import always
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.judge import judge
from ihs_domain.measures import measures
from ihs_domain.opening import CaseOpened, CourtOrderEnded, CourtOrderReceived
from ihs_domain.outlining import an_outlined_plan_is_written
from ihs_domain.owing import duties
from ihs_domain.planning import PlanAgreed, PlanAmended, PlanDrafted, PlanGoal
from ihs_domain.possible import possible
from ihs_domain.protecting import safety_plans_are_developed, safety_plans_hold, terms
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.releasing import Kind, ReleaseRevoked, ReleaseSigned
from ihs_domain.roles import Actor, Role
from ihs_domain.safety import (
    Management,
    SafetyAssessmentCompleted,
    SafetyPlanAgreed,
    SafetyPlanEnded,
    SafetyPlanMonitored,
    SafetyPlanRevised,
    SafetyResult,
    ThreatIdentified,
    ThreatManaged,
    safety_plans_are_reviewed,
)
from ihs_domain.teaming import Part, TeamFormed
from ihs_domain.terms import Amendment
from ihs_projections import CONTACTS, CURRENT_CASE

OTHER = AmendmentReason.OTHER
LATER = LAST_DAY + timedelta(days=120)
ABOUT_AN_ENTRY_AS_IT_STOOD = {ApprovalGranted, ApprovalReturned, DocumentationConfirmed}
"""These ask when an entry was amended, and so must tell it from one that was right at once."""
ALL_BUT_THOSE = tuple(cls for cls in EVENTS if cls not in ABOUT_AN_ENTRY_AS_IT_STOOD)


def said_at_once(record: Iterable[Entry[Any]]) -> History:
    """What would stand, had each entry said from the first what it says now, and those that are void never been made.

    The versions stay, so that what names an entry still does.
    """
    unamended = {"amended_by": 0, "correctors": frozenset(), "turns": ()}
    return effective(sorted((e._replace(**unamended) for e in effective(record)), key=lambda e: e.version))


OF_ENTRIES = {"ApprovalGranted", "ApprovalReturned", "EntryExpunged", "NarrativeRedacted"}
"""The decisions about an entry: there are more entries to decide about where some amend others."""


def worked_out(history: History, record: Iterable[Entry[Any]]) -> dict[str, Any]:
    """Everything that is worked out of a case, by the made-up rules and by each installed edition.

    What can be named is what was ever on *record*, void or not.
    """
    laws = [LAW, *(always(edition) for edition in installed().editions)]
    editions = installed().editions
    supervisor = Actor("s-1", Role.SUPERVISOR)
    return {
        "case": unauthored(history),
        "findings": [[*judge(history, law)] for law in laws],
        "duties": [duties(history, law, day) for law in laws for day in (LAST_DAY, LATER)],
        "measures": [measures(history, edition, LAST_DAY) for edition in editions],
        "possible": {
            one.decision: one.possible  # an example may name an id that is taken only on the amended record
            for one in possible(History.standing(history, record), LAW, LATER, supervisor)
            if one.decision not in OF_ENTRIES
        },
        "told": {key: (t.piece.fields, t.basis) for key, t in told(history, AGREEMENT, LAST_DAY).items()},
        "withheld": [p.key for p in withheld(history, AGREEMENT, LAST_DAY)],
        "stands": [row._replace(version=0) for row in CURRENT_CASE.rows("k", history)],
        "contacts": [row._replace(corrected=False) for row in CONTACTS.rows("k", history)],
    }


def unauthored(history: History) -> Any:
    """The case, but for who wrote its entries: that is who corrected them too."""
    case = fold(history)
    return {**{name: getattr(case, name) for name in case.__match_args__}, "approving": None}


SCENE = tuple(
    (event, FIRST_DAY, WORKER)
    for event in (
        CaseOpened("voluntary", "north", jurisdiction="us-ut"),
        PersonJoined("person-1", Relation.CHILD),
        PersonJoined("person-2", Relation.MOTHER),
        TeamFormed({"person-2": Part.RELATIVE}, frozenset({"person-2"})),
        PlanDrafted("plan-1", ()),
        ThreatIdentified("threat-1", "harm", "present", frozenset({"person-1"})),
    )
)


@given(amended(*ALL_BUT_THOSE, first=SCENE))
@settings(max_examples=some(50))
def test_what_is_worked_out_of_an_amended_record_is_what_would_be_had_it_been_right_at_once(record):
    at_once = said_at_once(record)

    assume(at_once)
    assume(all(0 < e.event.entry < e.version for e in record if isinstance(e.event, Amendment)))  # others are refused

    assert worked_out(effective(record), record) == worked_out(at_once, record)


# What ended stays ended

GOALS = (PlanGoal("n", "visits", "safe"),)
CHILD = frozenset({"c"})
TERMS = SafetyPlanAgreed("sp", frozenset({"t"}), date(2025, 1, 1), date(2024, 2, 1))
ENDED: tuple[Any, ...] = (
    CaseOpened("voluntary", "north"),
    ThreatIdentified("t", "harm", "present", CHILD),
    TERMS,
    SafetyPlanMonitored("sp", kept=True, review_on=date(2024, 2, 20)),
    SafetyPlanRevised("sp", date(2025, 2, 1), date(2024, 3, 1)),
    CourtOrderReceived("o", "supervision", services_ordered=True),
    ReleaseSigned("r", "m", CHILD, "clinic", "care", frozenset({Kind.REFERRAL}), date(2025, 1, 1)),
    ThreatManaged("t", frozenset({Management.CAPACITY_INCREASED})),
    SafetyPlanEnded("sp"),
    CourtOrderEnded("o"),
    ReleaseRevoked("r", "m"),
)
BEGINNINGS = range(1, 8)
"""The versions of what begins or goes on; what follows ends it."""


@st.composite
def moved(draw: Any) -> History:
    """All that ended, after any correction of days, and any void of what began."""
    lines: list[Any] = [(event, FIRST_DAY + timedelta(days=7 * n), WORKER) for n, event in enumerate(ENDED)]
    for _ in range(draw(st.integers(0, 6))):
        version = draw(st.integers(1, len(ENDED)))
        void = draw(st.booleans()) and version in BEGINNINGS
        moved_to = EntryCorrected(version, ENDED[version - 1], draw(days), OTHER)
        lines.append((EntryVoided(version, OTHER) if void else moved_to, LAST_DAY, WORKER))
    return effective(recorded(lines))


@given(moved())
def test_what_ended_is_ended_whatever_is_corrected_and_nothing_of_what_is_void_goes_on(history):
    case = fold(history)

    assert case.safety.plans_in_force(LATER) == case.safety.unmanaged == frozenset()
    assert {p for p, terms_ in case.safety.plans.items() if terms_.ended_on is None} == set()
    assert case.opening.orders_on(LATER) == ()
    assert [r for r in case.releasing.releases.values() if r.covers("clinic", Kind.REFERRAL, CHILD, LATER)] == []
    assert [r.safety_plans for r in CURRENT_CASE.rows("k", history)] == [()]
    assert [o for o in safety_plans_are_reviewed(history, LATER) if o.met_on is None] == []
    assert [t for t in terms(history) if t.last >= LATER] == []


def acts(*said: tuple[Any, int], amendments: Iterable[Any] = ()) -> History:
    """Acts by their day in March 2024, and amendments of them made on the last."""
    lines = [(event, date(2024, 3, day), WORKER) for event, day in said]
    return effective(recorded([*lines, *((event, date(2024, 3, 31), WORKER) for event in amendments)]))


def move(version: int, event: Any, day: int) -> EntryCorrected:
    return EntryCorrected(version, event, date(2024, 3, day), OTHER)


PLAN = SafetyPlanAgreed("sp", frozenset({"t"}), date(2024, 6, 1))
REVISED = SafetyPlanRevised("sp", date(2024, 7, 1), date(2024, 3, 20))
DAY = date(2024, 3, 25)


def test_a_safety_plan_whose_agreement_is_moved_behind_its_ending_has_ended():
    history = acts((PLAN, 3), (SafetyPlanEnded("sp"), 10), amendments=[move(1, PLAN, 12)])

    assert fold(history).safety.plans_in_force(DAY) == frozenset()
    assert fold(history).safety.plans["sp"].ended_on == date(2024, 3, 10)


def test_a_safety_plan_whose_agreement_is_moved_behind_its_revision_has_the_terms_of_the_revision():
    history = acts((PLAN, 3), (REVISED, 10), amendments=[move(1, PLAN, 12)])

    assert fold(history).safety.plans["sp"].expires_on == date(2024, 7, 1)


def test_a_safety_plan_whose_agreement_is_void_is_none_whatever_was_revised():
    history = acts((PLAN, 3), (REVISED, 10), amendments=[EntryVoided(1, OTHER)])
    assessed = acts(
        (SafetyAssessmentCompleted("opening", SafetyResult.SAFE_WITH_PLAN, CHILD), 2),
        (PLAN, 3),
        (REVISED, 10),
        amendments=[EntryVoided(2, OTHER)],
    )

    assert fold(history).safety.plans == {}
    assert [o.met_by for o in safety_plans_are_developed(assessed, DAY)] == [()]


def test_no_review_is_owed_of_a_safety_plan_that_ended_though_its_terms_are_moved_behind_that():
    history = acts((PLAN, 3), (REVISED, 5), (SafetyPlanEnded("sp"), 10), amendments=[move(2, REVISED, 12)])

    assert [o.met_on for o in safety_plans_are_reviewed(history, DAY)] == [date(2024, 3, 10)]
    assert {t.last for t in terms(history)} == {date(2024, 3, 10)}
    assert [o.subject for o in safety_plans_hold(history, DAY)] == [("sp", "t")]


def test_an_order_that_ended_stands_no_more_though_its_receipt_is_moved_behind_that():
    order = CourtOrderReceived("o", "supervision", services_ordered=True)
    history = acts((order, 3), (CourtOrderEnded("o"), 10), amendments=[move(1, order, 12)])

    assert fold(history).opening.orders_on(DAY) == ()
    assert not fold(history).opening.ordered_on(DAY)


def test_a_plan_keeps_what_it_was_changed_to_though_its_draft_is_moved_behind_the_change():
    draft = PlanDrafted("p", ())
    said = (CaseOpened("voluntary", "north"), 1), (draft, 2), (PlanAmended("p", GOALS), 5), (PlanAgreed("p"), 9)
    history = acts(*said, amendments=[move(2, draft, 7)])

    assert fold(history).planning.goals == {"p": GOALS}
    assert [len(o.met_by) for o in an_outlined_plan_is_written(history, DAY)] == [1]


def test_a_closing_that_is_corrected_in_its_words_reopens_nothing():
    closed = CaseClosed(Ending.MOVED)
    said = (CaseOpened("voluntary", "north"), 1), (closed, 9)
    before, after = acts(*said), acts(*said, amendments=[move(2, CaseClosed(Ending.TRANSFERRED), 9)])

    assert fold(before).closing.closed_on == fold(after).closing.closed_on == date(2024, 3, 9)
    assert [d.state for d in duties(after, LAW, DAY)] == [d.state for d in duties(before, LAW, DAY)]
    assert State.OPEN not in {d.state for d in duties(after, LAW, DAY)}


@pytest.mark.parametrize("amendment", [EntryVoided(1, OTHER), move(1, PLAN, 12)], ids=["void", "moved"])
def test_what_somebody_may_see_of_an_amended_record_is_the_whole_of_it_where_nothing_is_kept(amendment):
    history = acts((PLAN, 3), (SafetyPlanEnded("sp"), 10), amendments=[amendment])

    assert left(history, "him") == history
