"""Cases with contacts, as standards read them: an opened case, its family, and what of a standard is owed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from attrs import evolve

from ihs_domain.assigning import WorkerAssigned
from ihs_domain.contacting import ContactMade, ContactMode, IntensitySet
from ihs_domain.duties import Duty, DutyRule
from ihs_domain.editions import Edition, always
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import duties
from ihs_domain.roles import Actor, Role
from ihs_domain.rules import Rule

ASKED: Final = Rule("S-1", "what the standard asks")
WORKER: Final = Actor("w-1", Role.CASE_MANAGER)
SUPERVISOR: Final = Actor("s-1", Role.SUPERVISOR)
OPENED: Final = CaseOpened("voluntary", "north")
FAMILY: Final = (
    WorkerAssigned("w-1", case_manager=True),
    PersonJoined("mother", Relation.MOTHER),
    PersonJoined("child", Relation.CHILD, "2010-06"),
)
BOTH: Final = frozenset({"mother", "child"})
VISIT: Final = ContactMade(ContactMode.HOME_VISIT, BOTH)
CALL: Final = evolve(VISIT, mode=ContactMode.PHONE)


def at(level: str) -> IntensitySet:
    """The case is at this level."""
    return IntensitySet(level, frozenset())


def case(opened: date, *acts: tuple[Any, ...]) -> History:
    """A case of a family opened on a day, and acts: (event, day[, actor[, recorded at]])."""
    lines = [*((event, opened) for event in (OPENED, *FAMILY)), *acts]
    return effective(_entry(version, *line) for version, line in enumerate(lines, 1))


def _entry(version: int, event: Any, day: date, actor: Actor = WORKER, at: datetime | None = None) -> Entry[Any]:
    return Entry(event, day, version, actor, recorded_at=at, position=version)


FIRST_ACT: Final = 2 + len(FAMILY)
"""The version of the first act of a case."""


def visits(*on: date, of: Any = VISIT) -> list[tuple[Any, date]]:
    """The same contact on several days."""
    return [(of, day) for day in on]


def owed(rule: DutyRule, history: History, on: date, *subject: str) -> list[Duty]:
    """What *rule* has fall due by a day; of it only what is of *subject*."""
    edition = Edition("standard", "xx-yy", "America/Denver", date(2000, 1, 1), rules=(ASKED,), duties=((rule, ASKED),))
    found = duties(history, always(edition), on)
    return [duty for duty in found if set(subject) <= set(duty.subject)]


def states(found: Iterable[Duty]) -> list[str]:
    """Their states: `late 3` where a number of days belongs to it."""
    return [f"{d.state} {d.late_days}" if d.late_days else f"{d.state}" for d in found]


def every(days: int, first: date, last: date) -> list[date]:
    """Every so many days from the first to the last."""
    return [first + timedelta(n) for n in range(0, (last - first).days + 1, days)]
