"""The contact standard of an agency or a state, as data: what is asked of contact with a family, level by level.

It is written as a table in Python, or as a file that is read into the same values. What it makes fall due is
:mod:`ihs_domain.agency_contact`, and what cannot be kept is found by :mod:`ihs_domain.standard_checks`.
"""

from enum import StrEnum

from attrs import field, frozen

from ihs_domain.contacting import FACE_TO_FACE, ContactMode, Counted
from ihs_domain.household import Relation
from ihs_domain.roles import Role
from ihs_domain.terms import Code

ByLevel = dict[Code, int | None]
"""For each level of the standard a number; None: at that level nothing is asked."""


class Anchor(StrEnum):
    """From which day the first contact is counted."""

    OPENING = "opening"
    REQUEST = "request"
    ASSIGNMENT = "assignment"


class StepFrom(StrEnum):
    """From which day the days of a step down are counted."""

    OPENING = "opening"
    LEVEL = "level"


class OnChange(StrEnum):
    """What a week or month asks in which the level changed: of the levels in force on its days.

    The most that one of them asks; what the first, or the last, of them asks; or of each its share of the days.
    """

    STRICTER = "stricter"
    EARLIER = "earlier"
    LATER = "later"
    PRO_RATA = "pro-rata"


@frozen
class Counts:
    """Which contacts count. What is left empty is not asked.

    *modes*: how it took place. *each*: counted for each person of these relations by itself, who must be there.
    *all_of*: everyone of these relations in the household that day must be there; *any_of*: at least one of them.
    *by*: in which roles it is made; *delegates*: in which others, if it is reported to the case manager
    *within_days* of it (None: at any time). *private_from_months*: children of that age are spoken to alone.
    """

    modes: frozenset[ContactMode] = FACE_TO_FACE
    each: frozenset[Relation] = frozenset()
    all_of: frozenset[Relation] = frozenset()
    any_of: frozenset[Relation] = frozenset()
    by: frozenset[Role] = frozenset()
    delegates: frozenset[Role] = frozenset()
    reported_within_days: int | None = None
    private_from_months: int | None = None


@frozen
class StepDown:
    """From the day after *after_days* another amount is enough; if *if_approved*, once a supervisor approved it."""

    name: Code
    after_days: int
    contacts: ByLevel = field(factory=dict)
    minutes: ByLevel = field(factory=dict)
    every: int = 1
    counted_from: StepFrom = StepFrom.OPENING
    if_approved: bool = False


@frozen
class Amount:
    """So many contacts, so many minutes or both, in each week or month, or in each so many (*every*) of them.

    Contacts are counted by the day: two on one day are one. Of the number asked, at least a percentage is to be visits
    at home, or made by the case manager.
    """

    name: Code
    per: Counted
    contacts: ByLevel = field(factory=dict)
    minutes: ByLevel = field(factory=dict)
    every: int = 1
    at_home_percent: int = 0
    own_worker_percent: int = 0
    counts: Counts = Counts()
    steps: tuple[StepDown, ...] = ()


@frozen
class LongestGap:
    """From one contact to the next never more than so many days, the first counted from the opening."""

    name: Code
    days: ByLevel
    counts: Counts = Counts()


@frozen
class FirstContact:
    """The first contact within so many days, or *working_days*, of the day it is counted from."""

    name: Code
    within: ByLevel
    working_days: bool = False
    counted_from: Anchor = Anchor.OPENING
    counts: Counts = Counts()


@frozen
class ContactStandard:
    """All that is asked, with the levels it is asked by.

    *not_assessed* is the level of a case to which none was given, or none of these; a level is due
    *assessed_within_days* of the opening, and each contact is put on record *recorded_within_days* of it.
    """

    name: Code
    levels: tuple[Code, ...]
    amounts: tuple[Amount, ...] = ()
    gaps: tuple[LongestGap, ...] = ()
    firsts: tuple[FirstContact, ...] = ()
    not_assessed: Code | None = None
    assessed_within_days: int | None = None
    recorded_within_days: int | None = None
    on_change: OnChange = OnChange.STRICTER

    @property
    def names(self) -> tuple[Code, ...]:
        """The names of its rows, as a duty's subject and an exception's give them."""
        rows: tuple[Amount | LongestGap | FirstContact, ...] = (*self.amounts, *self.gaps, *self.firsts)
        return tuple(row.name for row in rows)
