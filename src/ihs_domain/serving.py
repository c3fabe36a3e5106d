"""Services: what was delivered, and the family's way to other providers."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from ihs_domain.duties import NearMiss, Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.releasing import Kind
from ihs_domain.terms import (
    AgencyId,
    Cents,
    Code,
    Decision,
    Happening,
    Narrative,
    NeedId,
    New,
    PersonId,
    ReferralId,
    ThreatId,
)

if TYPE_CHECKING:
    from ihs_domain.case import Case


class Answer(StrEnum):
    """What a provider answers to a referral."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WAITING = "waiting"


class Outcome(StrEnum):
    """How far the family got with a referral."""

    CONNECTED = "connected"
    OFFERED_AND_MISSED = "offered-and-missed"
    WAITING = "waiting"
    NOT_CONNECTED = "not-connected"


class Component(StrEnum):
    """What in-home services are made of."""

    CASE_MANAGEMENT = "case-management"
    SKILLS_AND_EDUCATION = "skills-and-education"
    COUNSELLING = "counselling"
    HOME_VISITS = "home-visits"


OPPORTUNITIES: Final = frozenset({Outcome.CONNECTED, Outcome.OFFERED_AND_MISSED})
"""The outcomes in which the family had its opportunity: an appointment it missed was one."""


@frozen
class ServiceDelivered(Happening):
    """A service reached the family."""

    kind: Code
    component: Component | None = None
    whom: frozenset[PersonId] = frozenset()
    words: Narrative = None


@frozen
class ReferralSent(Decision):
    """A referral goes out to a provider or natural helper: who is referred, and for which need.

    *addresses* are the threats that are handed over by it.
    """

    referral: New[ReferralId]
    need: NeedId
    to: AgencyId
    about: frozenset[PersonId]
    addresses: frozenset[ThreatId] = frozenset()
    words: Narrative = None


@frozen
class ReferralGiven(Happening):
    """A provider's details were given to somebody of the family, who will call. Nothing was sent."""

    referral: New[ReferralId]
    need: NeedId
    to: AgencyId
    given_to: PersonId
    words: Narrative = None


@frozen
class ReferralAnswered(Happening):
    """The provider answered."""

    referral: ReferralId
    answer: Answer


@frozen
class ReferralFollowedUp(Happening):
    """Somebody looked whether the family connected."""

    referral: ReferralId
    outcome: Outcome
    words: Narrative = None


@frozen
class ReferralEnded(Happening):
    """A referral goes no further."""

    referral: ReferralId
    reason: Code


@frozen
class ResourceIdentified(Happening):
    """A resource of the community for a need: whether it is available, and whether it is adequate."""

    resource: AgencyId
    need: NeedId
    available: bool
    adequate: bool


@frozen
class ProgressReported(Happening):
    """How the family comes along, by a provider for a referral, or by provider and worker *together*."""

    referral: ReferralId
    progress: Code
    together: bool = False
    words: Narrative = None


@frozen
class FundsApproved(Decision):
    """Emergency money is approved: how much in cents, for which need and which purpose."""

    cents: Cents
    need: Code | None = None
    purpose: Code | None = None


@frozen
class FundsSpent(Happening):
    """Emergency money was spent: how much in cents, for which need and which purpose."""

    cents: Cents
    need: Code | None = None
    purpose: Code | None = None


@frozen
class Referral:
    """Where a referral went, for which need, and about whom."""

    need: NeedId
    to: AgencyId
    about: frozenset[PersonId]
    sent: bool


@frozen
class Serving:
    """The referrals of the case, and the threats handed over by one, when."""

    referrals: dict[ReferralId, Referral] = field(factory=dict)
    handed_over: dict[ThreatId, date] = field(factory=dict)


def referral_sent(serving: Serving, entry: Entry[ReferralSent]) -> Serving:
    said = entry.event
    return evolve(
        serving,
        referrals={**serving.referrals, said.referral: Referral(said.need, said.to, said.about, sent=True)},
        handed_over={**serving.handed_over, **dict.fromkeys(said.addresses, entry.day)},
    )


def referral_given(serving: Serving, entry: Entry[ReferralGiven]) -> Serving:
    said = entry.event
    return evolve(
        serving, referrals={**serving.referrals, said.referral: Referral(said.need, said.to, frozenset(), sent=False)}
    )


def a_basis_covers_the_referral(case: "Case", entry: Entry[ReferralSent]) -> Objection | None:
    """Nothing is sent without a basis: a release in force that covers recipient, kind and every person."""
    said = entry.event
    if case.releasing.basis(said.to, Kind.REFERRAL, said.about, entry.day, outsiders=case.outsiders):
        return None
    return Objection(
        "no basis covers telling this agency: no release in force that the family signed names it, a referral, "
        "and everyone referred",
        "have a release signed, or give the family the provider's details and record that",
        (said.referral,),
    )


def referrals_are_followed_up(history: History, on: date) -> Iterator[Owed]:
    """A referral is followed up until the family had the opportunity to connect."""
    for made in history.of_any(ReferralSent, ReferralGiven):
        looks = [e for e in history.of(ReferralFollowedUp) if e.event.referral == made.event.referral]
        met = tuple(e for e in looks if e.event.outcome in OPPORTUNITIES)
        near = tuple(NearMiss(e.version, f"the family was {_short_of(e.event.outcome)}") for e in looks if e not in met)
        yield Owed(
            "the family had the opportunity to connect", made.day, (made.event.referral,), met_by=met[:1], near=near
        )


def _short_of(outcome: Outcome) -> str:
    return "on a waiting list" if outcome is Outcome.WAITING else "not connected"


def progress_is_assessed_together(history: History, on: date) -> Iterator[Owed]:
    """Provider and worker assess the family's progress, once at least for each referral that connected."""
    for connected in _connections(history):
        referral = connected.event.referral
        reports = [e for e in history.of(ProgressReported) if e.event.referral == referral and e.day >= connected.day]
        near = tuple(NearMiss(e.version, "the provider alone reported") for e in reports if not e.event.together)
        met = tuple(e for e in reports if e.event.together)
        yield Owed("provider and worker assess progress", connected.day, (referral,), met_by=met[:1], near=near)


def _connections(history: History) -> Iterator[Entry[ReferralFollowedUp]]:
    """For each referral that connected, the first entry that says so."""
    first: dict[ReferralId, Entry[ReferralFollowedUp]] = {}
    for entry in history.of(ReferralFollowedUp):
        if entry.event.outcome is Outcome.CONNECTED:
            first.setdefault(entry.event.referral, entry)
    yield from first.values()


def need_and_purpose_are_given(case: "Case", entry: Entry[FundsApproved]) -> Objection | None:
    """Emergency money is approved for a need and for a purpose, both on record."""
    if not (lacks := _lacking(entry.event)):
        return None
    return Objection(f"not on record for this expense: its {' and its '.join(lacks)}", "give both, then approve it")


def expenses_say_what_for(history: History, on: date) -> Iterator[Owed]:
    """The need and the purpose of all emergency money spent are on record."""
    for spent in history.of(FundsSpent):
        lacks = _lacking(spent.event)
        near = (NearMiss(spent.version, f"not given: its {' and its '.join(lacks)}"),) if lacks else ()
        met = () if lacks else (spent,)
        yield Owed("need and purpose of the expense are on record", spent.day, (f"@{spent.version}",), None, met, near)


def _lacking(expense: FundsApproved | FundsSpent) -> list[str]:
    return [name for name, code in (("need", expense.need), ("purpose", expense.purpose)) if code is None]
