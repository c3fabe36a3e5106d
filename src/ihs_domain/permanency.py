"""The permanency goals of each child: where it is to live for good."""

from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum

from attrs import frozen

from ihs_domain.duties import NearMiss, Owed
from ihs_domain.history import Entry, History
from ihs_domain.household import Relation, served
from ihs_domain.opening import opened_on
from ihs_domain.teaming import by_the_team
from ihs_domain.terms import Happening, PersonId


class PermanencyGoal(StrEnum):
    """Where a child is to live for good."""

    REMAIN_HOME = "remain-home"
    REUNIFICATION = "reunification"
    ADOPTION = "adoption"
    KIN_GUARDIANSHIP = "kin-guardianship"
    GUARDIANSHIP = "guardianship"
    INDEPENDENT_LIVING = "independent-living"


@frozen
class PermanencyGoalsSet(Happening):
    """A primary and a concurrent permanency goal were identified for a child, by those named."""

    child: PersonId
    primary: PermanencyGoal
    concurrent: PermanencyGoal | None
    identified_by: frozenset[PersonId]


@frozen
class PermanencyGoalsSubmitted(Happening):
    """A child's permanency goals were submitted to the court."""

    child: PersonId


@frozen
class PermanencyGoalsApproved(Happening):
    """The court approved a child's permanency goals."""

    child: PersonId


@frozen
class PermanencyGoalsNotApproved(Happening):
    """The court did not approve a child's permanency goals."""

    child: PersonId


def children_have_permanency_goals(history: History, on: date) -> Iterator[Owed]:
    """Each child has a primary and a concurrent permanency goal, identified by the team."""
    yield from _goals(history, "a primary and a concurrent permanency goal are identified", _shortcoming)


def team_assists_with_goals(history: History, on: date) -> Iterator[Owed]:
    """The team assists with the selection of each child's permanency goals."""
    yield from _goals(history, "the team assists with the permanency goals", _without_the_team)


Shortcoming = Callable[[History, Entry[PermanencyGoalsSet]], str]
"""Says why an entry does not meet a duty; empty where it does."""


def _goals(history: History, what: str, shortcoming: Shortcoming) -> Iterator[Owed]:
    if (opened := opened_on(history)) is None:
        return
    for child in served(history, opened, Relation.CHILD):
        made = [(e, shortcoming(history, e)) for e in history.of(PermanencyGoalsSet) if e.event.child == child.person]
        near = tuple(NearMiss(e.version, why) for e, why in made if why)
        met = tuple(e for e, why in made if not why)
        yield Owed(what, child.joined, (child.person,), met_by=met[:1], near=near, left=child.left)


def _without_the_team(history: History, entry: Entry[PermanencyGoalsSet]) -> str:
    return "" if by_the_team(history, entry, entry.event.identified_by) else "no team member identified them"


def _shortcoming(history: History, entry: Entry[PermanencyGoalsSet]) -> str:
    return one_goal_only(entry.event) or _without_the_team(history, entry)


def one_goal_only(said: PermanencyGoalsSet) -> str:
    """Why goals are not a primary and a concurrent one; empty if they are."""
    if said.concurrent is None:
        return "no concurrent goal is named"
    return "the concurrent goal is the primary one" if said.concurrent is said.primary else ""
