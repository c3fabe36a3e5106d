"""Who may decide what: some acts are a supervisor's, and are refused from others, naming who may."""

from typing import TYPE_CHECKING, Any

from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry
from ihs_domain.roles import Role

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
