"""Gates: what speaks against a decision, in neutral words. Where each stands, and by which clause, an edition says."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ihs_domain.rules import Rule
from ihs_domain.terms import Decision

if TYPE_CHECKING:
    from ihs_domain.case import Case
    from ihs_domain.history import Entry


class Against(StrEnum):
    """What an objection is against: that this is done at all, or that this actor is the one to decide it."""

    ACT = "act"
    ACTOR = "actor"


MOST_NAMED: Final = 8
FIRST_NAMED: Final = 3


@frozen
class Objection:
    """What speaks against an entry, what to do instead, and which things of the case it is about.

    *rules* and *edition* come from the table in which the gate stands; an objection of the case's own state has none.
    One *against* the actor also stands before an amendment that would come to the same.
    """

    says: str
    remedy: str
    about: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    edition: str = ""
    against: Against = Against.ACT

    @property
    def cites(self) -> tuple[str, ...]:
        """The clauses it rests on."""
        return tuple(rule.cite for rule in self.rules)

    @property
    def named(self) -> str:
        """What it is about as it stands on a line: all of a few, of many the first and how many more."""
        more = len(self.about) - FIRST_NAMED
        few = len(self.about) <= MOST_NAMED
        told = self.about if few else (*self.about[:FIRST_NAMED], f"and {more} more")
        return f" [{', '.join(told)}]" if told else ""

    def __str__(self) -> str:
        by = f" ({', '.join(self.cites)}, {self.edition})" if self.rules else ""
        return f"{self.says}{self.named}{by}: {self.remedy}"


Gate = Callable[["Case", "Entry[Any]"], Objection | None]
"""A pure predicate over the case as it stood and the entry proposed."""


def lasts_from_its_day_until(name: str) -> Gate:
    """A gate: the last day of what is decided, in the field of that *name*, is not before the day it is decided."""

    def it_lasts_from_its_day(case: "Case", entry: "Entry[Any]") -> Objection | None:
        """What is decided is not over before the day it is decided."""
        until: date | None = getattr(entry.event, name)
        if until is None or until >= entry.day:
            return None
        return Objection("its last day is before the day on which it is decided", "give one on or after that day")

    return it_lasts_from_its_day


def refusable(event: object) -> bool:
    """Whether a gate can stand before *event*: a decision taken here and now."""
    return isinstance(event, Decision) and event.reported is None


class Refused(Exception):
    """A decision was refused. Carries every objection, not the first."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        self.objections = objections
        super().__init__("; ".join(str(o) for o in objections))

    @property
    def cites(self) -> list[str]:
        """The clauses of all objections, in order."""
        return [cite for objection in self.objections for cite in objection.cites]

    @property
    def about(self) -> list[str]:
        """The things of the case that all objections are about, in order."""
        return [thing for objection in self.objections for thing in objection.about]
