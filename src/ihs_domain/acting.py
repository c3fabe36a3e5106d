"""Who may decide what: some acts are a supervisor's, and are refused from others, naming who may."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TYPE_CHECKING, Any

from ihs_domain.assigning import assigning_on
from ihs_domain.gates import Against, Gate, Objection
from ihs_domain.history import Entry, History
from ihs_domain.roles import SUPERVISING, Role
from ihs_domain.terms import ActorId

if TYPE_CHECKING:
    from ihs_domain.case import Case


def only_by(*roles: Role) -> Gate:
    """A gate: the act is for *roles* alone; a designee must have been named, and not have lapsed by that day.

    Of a decision reported from elsewhere it asks who took it there, and in which role.
    """

    def the_actor_may(case: "Case", entry: Entry[Any]) -> Objection | None:
        who = entry.decided_by
        if who.role not in roles:
            says = f"this is not for a {who.role.value} to decide"
        elif who.role is Role.DESIGNEE and not case.assigning.is_designee(who.id, entry.day):
            says = _no_designee(case.assigning.designee_until(who.id, entry.day))
        else:
            return None
        may = ", ".join(_those_who_may(roles, case.assigning.designees_on(entry.day)))
        return Objection(says, f"have it decided by: {may}", against=Against.ACTOR)

    return the_actor_may


def _no_designee(until: date | None) -> str:
    if until is None:
        return "nobody named the actor designee for that day"
    return f"the actor was designee until {until}, and is not on that day"


def _those_who_may(roles: Iterable[Role], designees: Iterable[ActorId]) -> Iterator[str]:
    """The roles; beside a designee's, those who were named for the day."""
    named = ", ".join(designees)
    for role in roles:
        yield f"{role.value} ({named})" if role is Role.DESIGNEE and named else role.value


def acted_for_a_supervisor(history: History, entry: Entry[Any]) -> bool:
    """Whether an act, also one reported from elsewhere, was a supervisor's, or of a designee named for its day."""
    return acted_as(history, entry, SUPERVISING)


def acted_as(history: History, entry: Entry[Any], roles: AbstractSet[Role]) -> bool:
    """Whether whoever decided did so in one of *roles*; a designee must have been named for that day."""
    who = entry.decided_by
    named = who.role is not Role.DESIGNEE or assigning_on(history, entry.day).is_designee(who.id, entry.day)
    return who.role in roles and named


by_a_supervisor = only_by(Role.SUPERVISOR, Role.DESIGNEE)
"""A gate: the act is for a supervisor, or whoever was named to act in their place."""

by_a_supervisor_in_person = only_by(Role.SUPERVISOR)
"""A gate: the act is for a supervisor alone; nobody who acts in their place may do it."""
