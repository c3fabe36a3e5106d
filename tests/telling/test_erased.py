"""What is erased or sealed is taken back from every agency that holds something of it."""

import pytest
from being_told import agree, decided, messages, open_case, referral, release, replayed, tell
from rehearsal import SUPERVISOR, Desk

from ihs_cases.erasing import OfCase, OfEntry, OfPerson, Target
from ihs_domain.persons import PersonIdentified, PersonRegistered
from ihs_domain.restricting import RecordSealed, RecordUnsealed
from ihs_domain.roles import Actor, Role

TOLD, TAKEN_BACK = ("tell", 8, ""), ("retract", 8, "")
OTHER = Actor("s-9", Role.SUPERVISOR)


@pytest.fixture
def told(desk):
    """An agency that holds a referral about p-1 of k1, one that holds nothing, and p-1 in the register."""
    agree(desk)
    agree(desk, "other")
    open_case(desk)
    desk.put(release())
    desk.put(referral())
    desk.put(PersonRegistered("kid", "2008-09", name="Kid Made-Up"), case=None, person_id="kid")
    desk.put(PersonRegistered("mo", "1985-07", name="Mo Made-Up"), case=None, person_id="mo")
    desk.put(PersonIdentified("kid", "k1", "p-1", "same-address"), case=None, person_id="kid")
    desk.put(PersonIdentified("mo", "k1", "p-m", "same-address"), case=None, person_id="mo")
    tell(desk.cases)
    return desk


def erased(desk: Desk, target: Target) -> None:
    said = {"order": "erase-15-4", "occurred": desk.now.date(), "recorded_at": desk.now}
    desk.cases.erasing.propose(target, **said, ordered_by="judge-7", actor=SUPERVISOR, command_id="propose")
    desk.cases.erasing.erase(target, **said, actor=OTHER, command_id="erase")


@pytest.mark.parametrize("target", [OfPerson("kid"), OfEntry("k1", 8), OfCase("k1")])
def test_what_is_erased_is_taken_back_from_who_holds_it(told, target):
    agencies = told.cases.erasing.reach(target, "erase-15-4").agencies

    erased(told, target)
    tell(told.cases)

    assert agencies == ("wasatch",)
    assert decided(told.cases) == [TOLD, TAKEN_BACK]
    assert replayed(messages(told.cases)) == {}


@pytest.mark.parametrize("target", [OfPerson("mo"), OfEntry("k1", 4)])
def test_what_is_told_about_others_stays_told(told, target):
    agencies = told.cases.erasing.reach(target, "erase-15-4").agencies

    erased(told, target)
    tell(told.cases)

    assert agencies == ()
    assert decided(told.cases) == [TOLD]
    assert len(replayed(messages(told.cases))) == 1


def test_a_seal_takes_back_what_was_told_and_lifting_it_tells_it_again(told):
    told.put(RecordSealed("seal-1"))
    tell(told.cases)
    told.put(RecordUnsealed("seal-1"))  # a worker's word lifts no seal
    tell(told.cases)
    assert decided(told.cases) == [TOLD, TAKEN_BACK]
    told.put(RecordUnsealed("seal-1"), actor=SUPERVISOR)
    tell(told.cases)

    assert decided(told.cases) == [TOLD, TAKEN_BACK, TOLD]


def test_a_seal_that_is_open_for_the_agreements_purpose_takes_nothing_back(told):
    told.put(RecordSealed("seal-1", frozenset({"treatment"})))
    tell(told.cases)
    assert decided(told.cases) == [TOLD]

    told.put(RecordSealed("seal-2", frozenset({"investigation"})))
    tell(told.cases)

    assert decided(told.cases) == [TOLD, TAKEN_BACK]
