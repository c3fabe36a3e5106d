"""Services: what was delivered, and the family's way to other providers."""

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from ihs_domain.gates import Objection
from ihs_domain.history import Entry
from ihs_domain.releasing import Kind
from ihs_domain.terms import AgencyId, Code, Decision, Happening, Narrative, NeedId, New, PersonId, ReferralId

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


@frozen
class ServiceDelivered(Happening):
    """A service reached the family."""

    kind: Code
    component: Component | None = None
    whom: frozenset[PersonId] = frozenset()
    words: Narrative = None


@frozen
class ReferralSent(Decision):
    """A referral goes out to a provider: who is referred, and for which need."""

    referral: New[ReferralId]
    need: NeedId
    to: AgencyId
    about: frozenset[PersonId]
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

    cents: int
    need: Code | None = None
    purpose: Code | None = None


@frozen
class FundsSpent(Happening):
    """Emergency money was spent: how much in cents, for which need and which purpose."""

    cents: int
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
    """The referrals of the case."""

    referrals: dict[ReferralId, Referral] = field(factory=dict)


def referral_sent(serving: Serving, entry: Entry[ReferralSent]) -> Serving:
    said = entry.event
    return evolve(
        serving, referrals={**serving.referrals, said.referral: Referral(said.need, said.to, said.about, sent=True)}
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
