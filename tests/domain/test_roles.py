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


def test_a_role_is_given_by_its_name_too():
    assert Actor("w-1", "court") == Actor("w-1", Role.COURT)


@pytest.mark.parametrize("nobody", [None, "w-1", Role.PRACTITIONER])
def test_what_nobody_could_decide_is_not_answered(nobody):
    with pytest.raises(NotAnActor, match=r"^it is not said who acts: "):
        possible(History(), RuleBook(()).law("us-ut"), date(2015, 1, 7), nobody)
