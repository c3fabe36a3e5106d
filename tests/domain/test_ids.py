"""Ids: found by their types in any event, held against the whole record."""

from typing import Any

import pytest
from attrs import frozen
from histories import FIRST_DAY, LONGEST, amended, events, recorded
from hypothesis import given

from ihs_domain.approving import ApprovalGranted
from ihs_domain.assigning import WorkerAssigned
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactReported
from ihs_domain.history import Entry, effective
from ihs_domain.household import PersonJoined
from ihs_domain.ids import Mention, entries_named, ids_are_known, mentions
from ihs_domain.planning import PlanDrafted, PlanGoal
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.requesting import ServicesRequested
from ihs_domain.roles import SYSTEM
from ihs_domain.safety import SafetyPlanAgreed, ThreatIdentified, ThreatManaged
from ihs_domain.serving import FundsSpent
from ihs_domain.teaming import Part, TeamFormed
from ihs_domain.terms import Happening, PersonId


@pytest.mark.parametrize(
    "event, named",
    [
        (WorkerAssigned("w-1"), []),
        (PersonJoined("c", "child", name="a name"), [("person", "c", True)]),
        (ServicesRequested("xx-mu", "family"), []),
        (ServicesRequested("xx-mu", "family", "aunt"), [("person", "aunt", True)]),
        (
            ThreatIdentified("t", "neglect", "present", frozenset({"d", "c"})),
            [("threat", "t", True), ("person", "c", False), ("person", "d", False)],
        ),
        (
            TeamFormed({"b": Part.CHILD, "a": Part.PARENT}, frozenset({"b"})),
            [("person", "a", True), ("person", "b", True), ("person", "b", False)],
        ),
        (CaseClosed(Ending.MOVED, {"c": Ending.MOVED}), [("person", "c", False)]),
        (
            SafetyPlanAgreed("s", frozenset({"t"}), FIRST_DAY),
            [("safety plan", "s", True), ("threat", "t", False)],
        ),
        (
            PlanDrafted("p", (PlanGoal("n"), PlanGoal("m")), "whole", "older"),
            [
                ("plan", "p", True),
                ("need", "m", False),
                ("need", "n", False),
                ("assessment", "whole", False),
                ("plan", "older", False),
            ],
        ),
        (EntryVoided(3, AmendmentReason.OTHER), []),
    ],
)
def test_an_events_ids_are_found_by_their_types_wherever_they_stand(event, named):
    assert list(mentions(event)) == [Mention(*one) for one in named]


@frozen
class Meeting:
    chair: PersonId


@frozen
class Met(Happening):
    """An event of no slice, with ids where no slice has them yet."""

    meeting: Meeting
    by_person: dict[PersonId, int]
    both: tuple[PersonId, ...]
    perhaps: None | PersonId = None  # noqa: RUF036 - in either order


def test_ids_are_found_within_parts_and_as_keys():
    met = Met(Meeting("a"), {"b": 1}, ("d", "c"), "mother")

    assert [m.id for m in mentions(met)] == ["a", "b", "c", "d", "mother"]


@pytest.mark.parametrize(
    "event, versions",
    [
        (ApprovalGranted(4), [4]),
        (ContactReported(7, "visit", "well"), [7]),
        (EntryVoided(3, AmendmentReason.OTHER), [3]),
        (EntryCorrected(3, ApprovalGranted(4), FIRST_DAY, AmendmentReason.OTHER), [3, 4]),
        (EntryCorrected(3, WorkerAssigned("w-1"), FIRST_DAY, AmendmentReason.OTHER), [3]),
        (FundsSpent(12050), []),
    ],
)
def test_the_entries_that_an_event_names_are_found_by_their_types(event, versions):
    assert list(entries_named(event)) == versions


def against(event: Any, *before: Any) -> list[str]:
    record = recorded((said, FIRST_DAY, SYSTEM) for said in before)
    return [str(o) for o in ids_are_known(effective(record), Entry(event, FIRST_DAY, len(record) + 1))]


def test_an_unknown_id_is_told_with_those_there_are_of_its_kind():
    threats = [ThreatIdentified(t, "neglect", "present", frozenset()) for t in "uxtvsw"]

    assert against(ThreatManaged("p", frozenset()), PersonJoined("p", "child"), *threats) == [
        "no threat of that id is on record in this case [p]: name one of s, t, u, v, w, x"
    ]
    assert against(ThreatManaged("p", frozenset())) == [
        "no threat of that id is on record in this case [p]: name a threat, once one is on record"
    ]


def test_an_id_is_told_of_once_however_often_it_is_named():
    assert against(PlanDrafted("p", (PlanGoal("n"), PlanGoal("n")))) == [
        "no need of that id is on record in this case [n]: name a need, once one is on record"
    ]


def test_an_event_may_name_what_it_brings_in_itself():
    assert against(TeamFormed({"a": Part.PARENT}, frozenset({"a"}))) == []


def test_an_id_of_another_kind_is_not_taken_for_it():
    assert against(ThreatIdentified("x", "neglect", "present", frozenset()), PersonJoined("x", "child")) == []


def test_a_record_of_amendments_that_point_in_a_circle_is_read_to_its_end():
    def renamed(entry: int) -> EntryCorrected:
        return EntryCorrected(entry, PersonJoined("a", "child"), FIRST_DAY, AmendmentReason.OTHER)

    assert against(renamed(1), renamed(2), renamed(1), renamed(3)) == []


@given(amended(), events())
def test_what_is_objected_to_is_exactly_the_unknown_and_the_taken(record, event):
    there = {
        (m.kind, m.id)
        for e in record
        for said in (e.event, getattr(e.event, "instead", None))
        if said is not None
        for m in mentions(said)
        if m.introduces
    }
    own = {(m.kind, m.id) for m in mentions(event) if m.introduces}
    wrong = {
        m.id
        for m in mentions(event)
        if (m.introduces and m.kind != "person" and (m.kind, m.id) in there)
        or (not m.introduces and (m.kind, m.id) not in there | own)
    }

    found = ids_are_known(effective(record), Entry(event, FIRST_DAY, LONGEST + 9))

    assert {thing for o in found for thing in o.about} == wrong
    assert len(found) == len(set(found))
