"""Who acts: a role is what a person is to this case, not what they are paid as."""

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import field, frozen

if TYPE_CHECKING:
    from ihs_domain.terms import ActorId


ID: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""How the id of an actor is written, as every id is."""


class Role(StrEnum):
    """The parts people play. An attorney for the agency and one for a parent never share a role."""

    PRACTITIONER = "practitioner"
    CASE_MANAGER = "case-manager"
    SECOND_WORKER = "second-worker"
    SUPERVISOR = "supervisor"
    DESIGNEE = "designee"
    CPS_SUPERVISOR = "cps-supervisor"
    CPS_WORKER = "cps-worker"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    ASSISTANT_ATTORNEY_GENERAL = "assistant-attorney-general"
    GUARDIAN_AD_LITEM = "guardian-ad-litem"
    COURT = "court"
    PARENT = "parent"
    PARENTS_COUNSEL = "parents-counsel"
    TEAM_MEMBER = "team-member"
    REFERENT = "referent"
    SPECIALIST = "specialist"
    PROVIDER = "provider"
    NATURAL_HELPER = "natural-helper"
    SYSTEM = "system"


OF_PEOPLE: Final = tuple(role for role in Role if role is not Role.SYSTEM)
"""The roles that somebody may act in; the system's is for what records itself."""


class NotAnActor(ValueError):
    """Who acts is said by their id and a role, and by nothing else."""


def _role(given: str) -> Role:
    try:
        return Role(given)
    except ValueError:
        raise NotAnActor(f"no role has this name: give one of {', '.join(OF_PEOPLE)}") from None


def _fits(_: object, __: object, given: Any) -> None:
    if not isinstance(given, str) or not re.fullmatch(ID, given):
        raise NotAnActor("who acts is named by no id: use 1 to 64 letters, digits, dots, hyphens, underscores")


@frozen
class Actor:
    """Who puts an entry on record, and in which role. Raises NotAnActor for an id or a role that is none."""

    id: "ActorId" = field(validator=_fits)
    role: Role = field(converter=_role)

    @classmethod
    def as_recorded(cls, id_: str, role: str) -> "Actor":
        """Whoever the record says: what is on record is read, whatever an id must look like today."""
        actor = cls.__new__(cls)
        object.__setattr__(actor, "id", id_)
        object.__setattr__(actor, "role", Role(role))
        return actor


def an_actor(given: object) -> None:
    """Raise NotAnActor where nobody is said to act: gates that look at no actor would let nobody do everything."""
    if not isinstance(given, Actor):
        raise NotAnActor('it is not said who acts: give Actor("w-12", Role.PRACTITIONER)')


SYSTEM: Final = Actor(cast("ActorId", "system"), Role.SYSTEM)
WORKERS: Final = frozenset({Role.PRACTITIONER, Role.CASE_MANAGER, Role.SECOND_WORKER})
SUPERVISING: Final = frozenset({Role.SUPERVISOR, Role.DESIGNEE})
