"""Who acts has an id and a role; whoever has none is told what to give."""

from datetime import date

import pytest

from ihs_domain.editions import RuleBook
from ihs_domain.history import History
from ihs_domain.possible import possible
from ihs_domain.roles import Actor, NotAnActor, Role


@pytest.mark.parametrize("role", ["boss", "", None, 7])
def test_a_role_that_is_none_is_refused_with_those_there_are(role):
    with pytest.raises(NotAnActor) as refused:
        Actor("w-1", role)

    said = "no role has this name: give one of practitioner, case-manager, second-worker, supervisor, "
    assert str(refused.value).startswith(said)
    assert {*str(refused.value).partition("one of ")[2].split(", ")} == {*Role} - {Role.SYSTEM}


@pytest.mark.parametrize("id_", ["", None, 5, b"w-1", "w 1", "w-1\n", ".w", "w" * 65, "\ud800"])
def test_an_id_that_is_none_is_nobodys(id_):
    with pytest.raises(NotAnActor, match=r"^who acts is named by no id: "):
        Actor(id_, Role.PRACTITIONER)


def test_whoever_is_on_record_is_read_and_is_the_same_who_acts_today():
    assert Actor.as_recorded("w 1", "court").id == "w 1"
    assert Actor.as_recorded("w-1", "court") == Actor("w-1", Role.COURT)
    assert hash(Actor.as_recorded("w-1", "court")) == hash(Actor("w-1", Role.COURT))


def test_a_role_is_given_by_its_name_too():
    assert Actor("w-1", "court") == Actor("w-1", Role.COURT)


@pytest.mark.parametrize("nobody", [None, "w-1", Role.PRACTITIONER])
def test_what_nobody_could_decide_is_not_answered(nobody):
    with pytest.raises(NotAnActor, match=r"^it is not said who acts: "):
        possible(History(), RuleBook(()).law("us-ut"), date(2015, 1, 7), nobody)
