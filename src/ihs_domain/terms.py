"""The words every slice shares: ids, codes, what may be sealed, and the three kinds of event."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Final, NewType, TypeVar, get_type_hints

from attrs import field, fields, frozen

from ihs_domain.roles import Role

Jurisdiction = NewType("Jurisdiction", str)  # ISO 3166-2, lower case: "us-ut"
CaseId = NewType("CaseId", str)
ActorId = NewType("ActorId", str)
Code = NewType("Code", str)  # lower-case words joined by hyphens, never free text
Month = NewType("Month", str)  # a month of the calendar: "2008-09"
EditionId = NewType("EditionId", str)  # a ruleset and its first day: "utah-r512-100@2010-10-08"
Cite = NewType("Cite", str)  # a clause as it is cited: "R512-100-5(3)(b)"
Digest = NewType("Digest", str)  # SHA-256, in lower-case hex
DocumentId = NewType("DocumentId", str)  # a document kept elsewhere, by the id it has there
PartId = NewType("PartId", str)  # what of an entry can be told: an id within it, or empty for the whole

OrderId = NewType("OrderId", str)
PersonId = NewType("PersonId", str)  # what one case calls somebody: another case may call somebody else so
RegisterId = NewType("RegisterId", str)  # a person in the agency's register, whatever each case calls them
AgencyId = NewType("AgencyId", str)
AgreementId = NewType("AgreementId", str)
AssessmentId = NewType("AssessmentId", str)
NeedId = NewType("NeedId", str)
PlanId = NewType("PlanId", str)
ReferralId = NewType("ReferralId", str)
ReleaseId = NewType("ReleaseId", str)
SafetyPlanId = NewType("SafetyPlanId", str)
StrengthId = NewType("StrengthId", str)
ThreatId = NewType("ThreatId", str)
Version = NewType("Version", int)  # an entry of the same case, by the version it was recorded under

Count = NewType("Count", int)  # how many or how much of something: none, or more
Minutes = NewType("Minutes", int)  # how long something took: none, or more
Cents = NewType("Cents", int)  # an amount of money that changed hands, or is to: never nothing, never less

CASE_IDS: Final = {
    PersonId: "person",
    AssessmentId: "assessment",
    NeedId: "need",
    OrderId: "court order",
    PlanId: "plan",
    ReferralId: "referral",
    ReleaseId: "release",
    SafetyPlanId: "safety plan",
    StrengthId: "strength",
    ThreatId: "threat",
}
"""The kinds of id that must be on record in a case before another entry may name them."""


class Introduced:
    """Marks the field by which an event brings a new id into its case."""


T = TypeVar("T")
New = Annotated[T, Introduced()]


class Unopened(Enum):
    """What stands where a sealed part was not opened, or can never be opened again.

    Numbered, so that no stored text can be taken for it.
    """

    SEALED = 1
    ERASED = 2


@frozen
class UnderNarrative:
    """Marks a field that is sealed under a key of its own."""


@frozen
class UnderPerson:
    """Marks a field that is sealed under the key of the person named by another field of the event."""

    named_by: str = "person"


Narrative = Annotated[str | Unopened | None, UnderNarrative()]
Name = Annotated[str | Unopened | None, UnderPerson("person")]
BirthDate = Annotated[date | Unopened | None, UnderPerson("person")]


class Doer:
    """Marks a field that names who did what an entry tells of, where that is somebody else than recorded it."""


DoneBy = Annotated[ActorId, Doer()]


@frozen
class Reported:
    """A decision taken outside this software: by whom, in which role, on which day, and the document that shows it."""

    by: DoneBy
    role: Role
    on: date
    document: DocumentId


def _discreet(self: Any) -> str:
    """An event as a log may show it: what is sealed is not shown, opened or not."""
    hints = get_type_hints(type(self), include_extras=True)
    said = (
        f"{a.name}={'...' if _is_sealed(hints[a.name]) else repr(getattr(self, a.name))}" for a in fields(type(self))
    )
    return f"{type(self).__name__}({', '.join(said)})"


def _is_sealed(hint: Any) -> bool:
    return any(isinstance(mark, (UnderNarrative, UnderPerson)) for mark in getattr(hint, "__metadata__", ()))


class Said:
    """What every event is: no event shows in a message or a log what is sealed in the record."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        cls.__repr__ = _discreet  # type: ignore[method-assign]


@frozen
class Happening(Said):
    """Something that happened. It is always recorded; what was missing becomes a finding."""


@frozen
class Decision(Said):
    """Something a person decides through this software. It is refused while a gate stands before it.

    *reported* marks a decision already taken elsewhere: that is recorded like a happening.
    """

    reported: Reported | None = field(default=None, kw_only=True)


@frozen
class Amendment(Said):
    """Says of an earlier entry of the same case that it was wrong."""

    entry: Version


@frozen
class Expunged(Said):
    """What stands where the content of an entry was destroyed by order: that there was an entry, and of which kind."""

    was: Code


@frozen
class Computing(Said):
    """What a person says where the core works out the event: answers, of which it makes a score."""


Event = Happening | Decision | Amendment
