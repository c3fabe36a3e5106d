"""Copies of the plan: who of the family and of the team receives one."""

from collections.abc import Iterator
from datetime import date

from ihs_domain.duties import Owed
from ihs_domain.history import Entry, History
from ihs_domain.household import parents
from ihs_domain.planning import PlanAgreed, PlanProvided
from ihs_domain.teaming import TeamFormed, TeamMemberAdded
from ihs_domain.terms import PersonId


def parents_receive_the_plan(history: History, on: date) -> Iterator[Owed]:
    """A copy of the agreed plan goes to each parent or guardian."""
    for agreed in history.of(PlanAgreed):
        for parent, joined in parents(history).items():
            if joined <= agreed.day:
                yield _copy(history, agreed, parent)


def family_and_team_receive_the_plan(history: History, on: date) -> Iterator[Owed]:
    """A copy of the agreed plan goes to the family and to the other team members."""
    for agreed in history.of(PlanAgreed):
        family = [p for p, joined in parents(history).items() if joined <= agreed.day]
        for person in dict.fromkeys([*family, *_team(history, agreed.day)]):
            yield _copy(history, agreed, person)


def _team(history: History, day: date) -> Iterator[PersonId]:
    for entry in history.of_any(TeamFormed, TeamMemberAdded):
        if entry.day <= day:
            yield from entry.event.members if isinstance(entry.event, TeamFormed) else (entry.event.member,)


def _copy(history: History, agreed: Entry[PlanAgreed], person: PersonId) -> Owed:
    given = [e for e in history.of(PlanProvided) if e.event.plan == agreed.event.plan and person in e.event.to]
    return Owed(
        "a copy of the plan is provided",
        agreed.day,
        subject=(agreed.event.plan, person),
        met_by=tuple(given[:1]),
        act_on=agreed.day,
    )
