"""How long services of an intensity last, and going on beyond that."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ihs_domain.acting import acted_for_a_supervisor
from ihs_domain.closing import CaseClosed, ServicesExtended
from ihs_domain.contacting import IntensitySet
from ihs_domain.days import days_after
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry, History
from ihs_domain.roles import WORKERS, Role
from ihs_domain.terms import Code

if TYPE_CHECKING:
    from ihs_domain.case import Case


@frozen
class Period:
    """Services of one intensity without a break: from the day it was set, day 0, to the entry that ended them.

    *shortest_on* and *longest_on* are the days between which services end unless they are extended.
    """

    level: Code
    set_on: Entry[IntensitySet]
    shortest_on: date
    longest_on: date
    ended: Entry[Any] | None = None


def periods(history: History, level: Code, shortest: int, longest: int) -> Iterator[Period]:
    """The periods of services of *level*, which last from *shortest* to *longest* days."""
    begun: Entry[IntensitySet] | None = None
    for entry in history.of_any(IntensitySet, CaseClosed):
        at_level = isinstance(entry.event, IntensitySet) and entry.event.level == level
        if at_level and begun is None:
            begun = entry
        elif not at_level and begun is not None:
            yield _period(begun, entry, shortest, longest)
            begun = None
    if begun is not None:
        yield _period(begun, None, shortest, longest)


def _period(begun: Entry[IntensitySet], ended: Entry[Any] | None, shortest: int, longest: int) -> Period:
    day = begun.day
    return Period(begun.event.level, begun, days_after(day, shortest), days_after(day, longest), ended)


Want = Callable[[History, Entry[ServicesExtended]], str]
"""Says what an extension wants; empty where it wants nothing."""


def services_end_or_are_extended(level: Code, shortest: int, longest: int, *wanting: Want) -> DutyRule:
    """A duty: services of *level* end within *longest* days, or are extended in time by an extension *wanting* nothing.

    The day the intensity was set is day 0. Another intensity ends the clock; an extension starts it anew, to its end.
    """

    def end_or_are_extended(history: History, on: date) -> Iterator[Owed]:
        """Services of the intensity end in time, or are extended in time."""
        for period in periods(history, level, shortest, longest):
            made = [e for e in history.of(ServicesExtended) if _within(period, e)]
            judged = [(e, "; ".join(filter(None, (want(history, e) for want in wanting)))) for e in made]
            yield from _turns(period, judged)

    return end_or_are_extended


def _within(period: Period, extended: Entry[ServicesExtended]) -> bool:
    begun, ended = period.set_on, period.ended
    place = (extended.day, extended.version)
    return (begun.day, begun.version) < place and (ended is None or place < (ended.day, ended.version))


def _turns(period: Period, judged: list[tuple[Entry[ServicesExtended], str]]) -> Iterator[Owed]:
    what = "services of this intensity end or are extended"
    since, due = period.set_on.day, period.longest_on
    near = tuple(NearMiss(e.version, why) for e, why in judged if why)
    for extended in (e for e, why in judged if not why):
        yield Owed(what, since, (period.level,), due=due, met_by=(extended,), near=near)
        since, due, near = extended.day, max(due, extended.event.until), ()
    ended = (period.ended,) if period.ended is not None else ()
    yield Owed(what, since, (period.level,), due=due, met_by=ended, near=near)


def not_by_a_supervisor(history: History, extended: Entry[ServicesExtended]) -> str:
    """Why an extension was not a supervisor's, or a designee's named for that day; empty if it was."""
    supervised = acted_for_a_supervisor(history, extended)
    return "" if supervised else "neither a supervisor nor a named designee approved it"


def not_said_why_and_how(history: History, extended: Entry[ServicesExtended]) -> str:
    """What an extension leaves unsaid of its reasons, desired results and methods; empty if nothing."""
    return _unsaid(extended.event)


def not_found_necessary(history: History, extended: Entry[ServicesExtended]) -> str:
    """Which of worker, supervisor and team did not find an extension necessary; empty if all did."""
    return _unconvinced(extended)


def extension_says_why_and_how(case: "Case", entry: Entry[ServicesExtended]) -> Objection | None:
    """An extension gives its reasons, the specific results desired, and the methods of treatment."""
    unsaid = _unsaid(entry.event)
    return Objection(unsaid, "say why services go on, what is to come of it, and by which methods") if unsaid else None


def all_find_it_necessary(case: "Case", entry: Entry[ServicesExtended]) -> Objection | None:
    """Going on is found necessary by the worker, the supervisor and the team."""
    unconvinced = _unconvinced(entry)
    return Objection(unconvinced, "have them determine it, and name them") if unconvinced else None


def while_at(level: Code, gate: Gate) -> Gate:
    """A gate that stands only while services are of the intensity *level*."""

    def stands_while_at_level(case: "Case", entry: Entry[Any]) -> Objection | None:
        return gate(case, entry) if case.contacting.intensity == level else None

    stands_while_at_level.__doc__ = gate.__doc__ or f"While services are {level}: {gate.__name__.replace('_', ' ')}"
    return stands_while_at_level


def _unsaid(said: ServicesExtended) -> str:
    parts = {"reasons": said.reasons, "desired results": said.desired_results, "methods": said.methods}
    lacking = [name for name, given in parts.items() if not given]
    return f"the extension does not say: {', '.join(lacking)}" if lacking else ""


def _unconvinced(entry: Entry[ServicesExtended]) -> str:
    found = {entry.decided_by.role, *entry.event.found_necessary_by}
    lacking = [
        *(["the worker"] if found.isdisjoint(WORKERS) else []),
        *(["the supervisor"] if Role.SUPERVISOR not in found else []),
        *(["the team"] if Role.TEAM_MEMBER not in found else []),
    ]
    return f"going on was not found necessary by {' and '.join(lacking)}" if lacking else ""
