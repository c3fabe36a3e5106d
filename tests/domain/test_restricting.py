"""Restricting: what is kept from somebody is not shown to them, nor that it is kept."""

from datetime import date
from typing import Any

import pytest
from histories import SUPERVISOR, WORKER, amended, each_event, left, recorded, unopened
from hypothesis import given
from hypothesis import strategies as st

from ihs_domain.approving import ApprovalGranted, DocumentationConfirmed
from ihs_domain.case import fold
from ihs_domain.contacting import ContactMade, ContactReported
from ihs_domain.history import History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.ids import entries_named
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.responding import DomesticViolenceIdentified, DomesticViolenceStepTaken
from ihs_domain.restricting import (
    AccessRestricted,
    HoldLifted,
    HoldPlaced,
    RecordSealed,
    RecordUnsealed,
    RestrictionLifted,
)
from ihs_domain.terms import Amendment, Unopened

HIM, HER = "person-1", "person-2"
KEEPING = (AccessRestricted, RestrictionLifted)
DAY = date(2024, 3, 1)


def history(*events: Any) -> History:
    return effective(recorded((event, DAY, SUPERVISOR) for event in events))


def versions(seen: History) -> tuple[list[int], list[int]]:
    """The versions that stand, and those on record."""
    return [e.version for e in seen], [e.version for e in seen.record]


VISIT = ContactMade("home-visit", frozenset({HER}))
ALONE = (PersonJoined(HIM, Relation.FATHER), DomesticViolenceIdentified(HER), VISIT)
KEPT = AccessRestricted(2, frozenset({HIM}), "danger")
OTHER = AmendmentReason.OTHER


def test_what_is_kept_from_somebody_and_the_keeping_are_left_out_for_them():
    case = history(*ALONE, KEPT)

    assert versions(left(case, HIM)) == ([1, 3], [1, 3])


def test_somebody_else_sees_the_entry_and_not_that_it_is_kept_from_another():
    case = history(*ALONE, KEPT)

    assert versions(left(case, HER)) == ([1, 2, 3], [1, 2, 3])


def test_where_nothing_is_kept_everything_is_seen():
    case = history(*ALONE, EntryVoided(3, OTHER), EntryCorrected(1, ALONE[0], DAY, OTHER))

    assert left(case, HIM) == case
    assert left(case, HIM).record == case.record


def test_what_is_no_longer_kept_is_seen_again_by_those_it_was_lifted_for():
    both = AccessRestricted(2, frozenset({HIM, HER}), "danger")
    case = history(*ALONE, both, RestrictionLifted(2, frozenset({HER})))

    assert versions(left(case, HIM)) == ([1, 3], [1, 3])
    assert versions(left(case, HER)) == ([1, 2, 3], [1, 2, 3])


def test_what_somebody_gave_back_who_may_not_is_kept_all_the_same():
    said = [
        *((event, DAY, SUPERVISOR) for event in (*ALONE, KEPT)),
        (RestrictionLifted(2, frozenset({HIM})), DAY, WORKER),
    ]

    assert versions(left(effective(recorded(said)), HIM)) == ([1, 3], [1, 3])


def test_what_was_kept_by_mistake_is_seen_again_once_that_is_void():
    case = history(*ALONE, KEPT, EntryVoided(4, OTHER))

    assert versions(left(case, HIM)) == ([1, 2, 3], [1, 2, 3])


@pytest.mark.parametrize(
    "naming",
    [
        ApprovalGranted(2),
        DocumentationConfirmed(2, "safe"),
        ContactReported(2, "visit", "family-well"),
        EntryVoided(2, OTHER),
        EntryCorrected(2, VISIT, DAY, OTHER),
        EntryCorrected(3, ContactReported(2, "visit", "family-well"), DAY, OTHER),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_speaks_of_an_entry_that_is_kept_is_left_out_too(naming):
    case = history(*ALONE, naming, KEPT)
    about_that = [ApprovalGranted(4), EntryVoided(4, OTHER)]

    for more in about_that:
        seen = left(history(*ALONE, naming, KEPT, more), HIM)
        assert not {2, 4, 5, 6} & {*versions(seen)[0], *versions(seen)[1]}
    assert 4 not in versions(left(case, HIM))[1]


def test_a_correction_that_is_kept_keeps_the_entry_it_speaks_for():
    corrected = EntryCorrected(3, DomesticViolenceStepTaken("assessed-alone"), DAY, OTHER)
    case = history(*ALONE, corrected, AccessRestricted(4, frozenset({HIM}), "danger"))

    assert versions(left(case, HIM)) == ([1, 2], [1, 2])


def keep(version: int) -> AccessRestricted:
    return AccessRestricted(version, frozenset({HIM}), "danger")


def test_a_void_that_is_kept_keeps_the_entry_that_it_voids_and_so_does_a_void_of_that_void():
    void, restored = EntryVoided(3, OTHER), EntryVoided(4, OTHER)

    assert versions(left(history(*ALONE, void, keep(4)), HIM)) == ([1, 2], [1, 2])
    assert versions(left(history(*ALONE, void, restored, keep(5)), HIM)) == ([1, 2], [1, 2])


def test_an_entry_is_left_out_while_a_correction_speaks_for_it_that_is_not_shown():
    tells = EntryCorrected(3, ContactReported(2, "visit", "family-well"), DAY, OTHER)
    put_right = EntryCorrected(4, ContactMade("phone", frozenset({HER})), DAY, OTHER)

    assert versions(left(history(*ALONE, tells, put_right, keep(2)), HIM)) == ([1], [1])


def test_an_entry_that_was_put_right_into_a_keeping_is_left_out():
    case = history(*ALONE, EntryCorrected(3, KEPT, DAY, OTHER))

    assert versions(left(case, HIM)) == ([1], [1])
    assert versions(left(case, HER)) == ([1, 2], [1, 2])


STRICT = (
    AccessRestricted,
    ContactMade,
    ContactReported,
    ApprovalGranted,
    RestrictionLifted,
    DomesticViolenceIdentified,
)
people = st.sampled_from([HIM, HER])
cases = st.one_of(amended(*STRICT), amended()).map(effective)


def kept_from(case: History, person: str) -> set[int]:
    """The versions kept from *person*, told one by one."""
    kept: set[int] = set()
    for entry in case:
        said = entry.event
        if isinstance(said, AccessRestricted) and person in said.kept_from:
            kept.add(said.entry)
        if isinstance(said, RestrictionLifted) and person in said.for_whom and entry.actor == SUPERVISOR:
            kept.discard(said.entry)
    return kept


@given(cases, people)
def test_a_kept_entry_is_never_shown_nor_that_it_is_kept(case, person):
    kept, seen = kept_from(case, person), left(case, person)

    for entry in (*seen, *seen.record):
        assert entry.version not in kept
        assert not kept & set(entries_named(entry.event))
        assert entry.amended_by not in kept
        assert not isinstance(entry.event, KEEPING)
        assert not isinstance(getattr(entry.event, "instead", None), KEEPING)


@given(cases, people)
def test_what_somebody_may_see_is_what_the_record_they_may_see_says(case, person):
    seen = left(case, person)

    assert seen == effective(seen.record)


@given(cases)
def test_somebody_from_whom_nothing_is_kept_sees_all_that_is_no_keeping_and_speaks_of_none(case):
    seen = left(case, "nobody")
    keeping = {e.version for e in case.record if touches_keeping(e.event)}
    quiet = [e for e in case if e.version not in keeping and not isinstance(e.event, KEEPING) and not e.amended_by]

    assert [e for e in quiet if not isinstance(e.event, Amendment) and not [*entries_named(e.event)]] == [
        e for e in seen if not e.amended_by and not [*entries_named(e.event)]
    ]


def touches_keeping(event: Any) -> bool:
    return isinstance(event, KEEPING) or isinstance(getattr(event, "instead", None), KEEPING)


@given(cases, people, st.sampled_from([Unopened.ERASED, Unopened.SEALED, None]))
def test_what_may_be_seen_never_depends_on_a_sealed_part(case, person, instead):
    blind = effective(each_event(case.record, lambda event: unopened(event, instead)))

    assert versions(left(blind, person)) == versions(left(case, person))


@given(cases, people)
def test_what_may_be_seen_of_what_may_be_seen_is_the_same(case, person):
    seen = left(case, person)

    assert left(seen, person) == seen
    assert left(seen, person).record == seen.record


def test_seals_and_holds_stand_until_they_are_lifted_each_by_its_own_name():
    placed = (RecordSealed("s-1"), RecordSealed("s-2"), HoldPlaced("h-1"), HoldPlaced("h-2"))

    def standing(*lifted: Any) -> tuple[frozenset[str], frozenset[str]]:
        state = fold(recorded((event, DAY, SUPERVISOR) for event in (*placed, *lifted))).restricting
        return state.seals, state.holds

    assert standing() == ({"s-1", "s-2"}, {"h-1", "h-2"})
    assert standing(RecordUnsealed("s-1"), HoldLifted("h-2")) == ({"s-2"}, {"h-1"})
    assert standing(RecordUnsealed("s-9"), HoldLifted("h-9")) == ({"s-1", "s-2"}, {"h-1", "h-2"})
