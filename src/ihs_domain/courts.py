"""What goes to a court and its parties: refusals at risk, plans, permanency goals, and asking to end services."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ihs_domain.assessing import found_inappropriate
from ihs_domain.closing import CaseClosed
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.household import Relation, served
from ihs_domain.opening import (
    ConsentRefused,
    ConsentSigned,
    CounselScreened,
    PartyNamed,
    PetitionConsidered,
    PetitionFiled,
    TerminationPetitionRequested,
    opened_on,
    ordered_since,
)
from ihs_domain.permanency import PermanencyGoalsSet, PermanencyGoalsSubmitted, one_goal_only
from ihs_domain.planning import PlanAgreed, PlanProvided
from ihs_domain.requesting import ServicesRefused
from ihs_domain.roles import Role
from ihs_domain.safety import at_risk_since
from ihs_domain.terms import PersonId

if TYPE_CHECKING:
    from ihs_domain.case import Case


def no_order_stands(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """What a court ordered, a court ends: a closing while its order stands is found."""
    standing = case.opening.orders_on(entry.day)
    if not standing:
        return None
    return Objection(
        "a court's order still stands",
        "record the day on which the court ended it, or ask the court to end it",
        tuple(sorted(order.order for order in standing)),
    )


def refusal_at_risk_is_screened(history: History, on: date) -> Iterator[Owed]:
    """A family refuses and a child is at risk: screened with an Assistant Attorney General, a petition considered."""
    since = min(_refusals_at_risk(history, on), default=None)
    if since is None:
        return
    for what, *met_by in (
        ("the case is screened with an Assistant Attorney General", CounselScreened),
        ("a petition for court-ordered services is considered", PetitionConsidered, PetitionFiled),
    ):
        made = history.of_any(*met_by)
        near = tuple(NearMiss(e.version, "before the refusal with a child at risk") for e in made if e.day < since)
        yield Owed(what, since, met_by=tuple(e for e in made if e.day >= since)[:1], near=near)


def _refusals_at_risk(history: History, on: date) -> Iterator[date]:
    """The days from which on a refusal that still stands, of services no court ordered, leaves a child at risk."""
    for refused in history.of_any(ServicesRefused, ConsentRefused):
        then = (refused.day, refused.version)
        taken_back = any((e.day, e.version) > then for e in history.of(ConsentSigned))
        if taken_back or ordered_since(history, refused.day, refused.day):
            continue
        if isinstance(refused.event, ServicesRefused) and refused.event.child_at_risk:
            yield refused.day
        elif day := at_risk_since(history, refused.day, on):
            yield day


def court_parties_receive_the_plan(*parties: Role, where_named: frozenset[Role] = frozenset()) -> DutyRule:
    """A duty: where services are court-ordered, a copy of the plan goes to *parties*.

    To those of the roles *where_named* it goes person by person, once somebody is named to the case in that role.
    """

    def the_court_parties_receive_the_plan(history: History, on: date) -> Iterator[Owed]:
        for agreed, since in _ordered_plans(history, on):
            for role in parties:
                yield _copy(history, agreed, since, role)
            for named in history.of(PartyNamed):
                if named.event.role in where_named:
                    yield _copy(history, agreed, max(since, named.day), named.event.role, named.event.party)

    return the_court_parties_receive_the_plan


def _ordered_plans(history: History, on: date) -> Iterator[tuple[Entry[PlanAgreed], date]]:
    """The plans agreed under a court's order, or in force when it came, each with the first such day."""
    agreed = history.of(PlanAgreed)
    for entry, following in zip(agreed, (*agreed[1:], None), strict=False):
        since = ordered_since(history, entry.day, on)
        if since is not None and (following is None or since <= following.day):
            yield entry, since


def _copy(history: History, agreed: Entry[PlanAgreed], since: date, role: Role, party: PersonId | None = None) -> Owed:
    given = [e for e in history.of(PlanProvided) if e.event.plan == agreed.event.plan]
    named = {e.event.party for e in history.of(PartyNamed) if e.event.role is role and party in (None, e.event.party)}
    met = [e for e in given if role in e.event.parties or not named.isdisjoint(e.event.to)]
    return Owed(
        "a copy of the plan is provided",
        since,
        subject=(agreed.event.plan, party or role.value),
        met_by=tuple(met[:1]),
        act_on=agreed.day,
    )


def goals_are_submitted_to_the_court(history: History, on: date) -> Iterator[Owed]:
    """Where services are court-ordered, each child's primary and concurrent goal go to the court for approval."""
    opened = opened_on(history)
    ordered = opened and ordered_since(history, opened, on)
    if ordered is None:
        return
    for child in served(history, ordered, Relation.CHILD):
        submitted = [e for e in history.of(PermanencyGoalsSubmitted) if e.event.child == child.person]
        made = [(e, _not_both_goals(history, e)) for e in submitted]
        yield Owed(
            "the permanency goals are submitted to the court",
            child.joined,
            subject=(child.person,),
            met_by=tuple(e for e, why in made if not why)[:1],
            near=tuple(NearMiss(e.version, why) for e, why in made if why),
            left=child.left,
        )


def _not_both_goals(history: History, submitted: Entry[PermanencyGoalsSubmitted]) -> str:
    """Why a submission does not carry both goals; empty if it does."""
    child, then = submitted.event.child, (submitted.day, submitted.version)
    goals = [e for e in history.of(PermanencyGoalsSet) if e.event.child == child and (e.day, e.version) < then]
    if not goals:
        return "no goals were identified by then"
    return "no concurrent goal was identified by then" if one_goal_only(goals[-1].event) else ""


def court_is_asked_to_end_services(*parties: Role) -> DutyRule:
    """A duty: where court-ordered services prove inappropriate, *parties* are asked to petition for an end."""

    def parties_are_asked_to_end_services(history: History, on: date) -> Iterator[Owed]:
        found = found_inappropriate(history)
        since = found and ordered_since(history, found, on)
        if since is None:
            return
        asked = history.of(TerminationPetitionRequested)
        for role in parties:
            yield Owed(
                "a petition to end services is asked for",
                since,
                subject=(role.value,),
                met_by=tuple(e for e in asked if role in e.event.asked)[:1],
                near=tuple(NearMiss(e.version, "it was not asked of them") for e in asked if role not in e.event.asked),
            )

    return parties_are_asked_to_end_services
