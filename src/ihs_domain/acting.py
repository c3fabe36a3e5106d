"""Who may decide what: some acts are a supervisor's, and are refused from others, naming who may."""

from typing import TYPE_CHECKING, Any

from ihs_domain.assigning import assigning_on
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry, History
from ihs_domain.roles import Role
from ihs_domain.terms import Decision

if TYPE_CHECKING:
    from ihs_domain.case import Case


def only_by(*roles: Role) -> Gate:
    """A gate: the act is for *roles* alone; a designee must have been named, and not have lapsed by that day."""
    may = ", ".join(role.value for role in roles)

    def the_actor_may(case: "Case", entry: Entry[Any]) -> Objection | None:
        role = entry.actor.role
        if role not in roles:
            return Objection(f"this is not for a {role.value} to decide", f"have it decided by: {may}")
        if role is Role.DESIGNEE and not case.assigning.is_designee(entry.actor.id, entry.day):
            return Objection("nobody named the actor designee for that day", f"name them, or have it decided by: {may}")
        return None

    return the_actor_may


by_a_supervisor = only_by(Role.SUPERVISOR, Role.DESIGNEE)
"""A gate: the act is for a supervisor, or whoever was named to act in their place."""


def may_supervise(history: History, entry: Entry[Decision]) -> bool:
    """Whether a decision is a supervisor's by what is on record: of their role, or reported as taken elsewhere."""
    role = entry.actor.role
    by_designee = role is Role.DESIGNEE and assigning_on(history, entry.day).is_designee(entry.actor.id, entry.day)
    return role is Role.SUPERVISOR or by_designee or entry.event.reported is not None
