"""Releases of information: what a family allows, to whom, for what, and until when."""

from collections.abc import Container
from collections.abc import Set as AbstractSet
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry
from ihs_domain.terms import AgencyId, Cite, Code, Happening, Narrative, New, PersonId, ReleaseId

if TYPE_CHECKING:
    from ihs_domain.case import Case


class Kind(StrEnum):
    """The kinds of information that may be told. A kind not allowed by name is not told."""

    REFERRAL = "referral"
    PLAN_GOALS = "plan-goals"
    PERMANENCY_GOALS = "permanency-goals"
    PROGRESS = "progress"
    SAFETY = "safety"
    CONTACTS = "contacts"


@frozen
class ReleaseSigned(Happening):
    """A release in force from this day; *until* is its last day."""

    release: New[ReleaseId]
    signed_by: PersonId
    about: frozenset[PersonId]
    recipient: AgencyId
    purpose: Code
    kinds: frozenset[Kind]
    until: date


@frozen
class ReleaseRevoked(Happening):
    """A release no longer allows anything."""

    release: ReleaseId
    by: PersonId


class Basis(StrEnum):
    """What a disclosure outside the agency rests on. Nothing named: it was made without one."""

    RELEASE = "release"
    COURT_ORDER = "court-order"
    RULE = "rule"
    STATUTE = "statute"


@frozen
class InformationDisclosed(Happening):
    """Information of a kind about these persons was told to somebody outside, on the basis named."""

    to: AgencyId
    kind: Kind
    about: frozenset[PersonId]
    basis: Basis | None = None
    release: ReleaseId | None = None
    cite: Cite | None = None
    words: Narrative = None


@frozen
class Release:
    """What one release allows, and from which to which day."""

    id: ReleaseId
    signed_by: PersonId
    about: frozenset[PersonId]
    recipient: AgencyId
    purpose: Code
    kinds: frozenset[Kind]
    since: date
    until: date
    revoked_on: date | None = None

    def covers(self, recipient: AgencyId, kind: Kind, about: AbstractSet[PersonId], day: date) -> bool:
        """Whether on *day* it allows telling *recipient* this *kind* about all of these persons, at least one."""
        in_force = self.since <= day <= self.until and (self.revoked_on is None or day < self.revoked_on)
        return in_force and recipient == self.recipient and kind in self.kinds and bool(about) and about <= self.about


@frozen
class Releasing:
    """The releases of the case, and the first day each was revoked: a revocation speaks whatever its order of days."""

    releases: dict[ReleaseId, Release] = field(factory=dict)
    revoked: dict[ReleaseId, date] = field(factory=dict)

    def basis(
        self,
        recipient: AgencyId,
        kind: Kind,
        about: AbstractSet[PersonId],
        day: date,
        *,
        outsiders: Container[PersonId] = (),
        purpose: Code | None = None,
    ) -> Release | None:
        """The first release that covers it on *day*, for *purpose* if one is named, not signed by *outsiders*."""
        asked = (r for r in self.releases.values() if purpose in {None, r.purpose} and r.signed_by not in outsiders)
        return next((r for r in asked if r.covers(recipient, kind, about, day)), None)


def release_signed(releasing: Releasing, entry: Entry[ReleaseSigned]) -> Releasing:
    said = entry.event
    release = Release(
        id=said.release,
        signed_by=said.signed_by,
        about=said.about,
        recipient=said.recipient,
        purpose=said.purpose,
        kinds=said.kinds,
        since=entry.day,
        until=said.until,
        revoked_on=releasing.revoked.get(said.release),
    )
    return evolve(releasing, releases={**releasing.releases, said.release: release})


def release_revoked(releasing: Releasing, entry: Entry[ReleaseRevoked]) -> Releasing:
    id_ = entry.event.release
    revoked = {id_: entry.day, **releasing.revoked}  # revoked once is revoked: a second time moves no day
    held = releasing.releases.get(id_)
    releases = {} if held is None else {id_: evolve(held, revoked_on=revoked[id_])}
    return evolve(releasing, releases={**releasing.releases, **releases}, revoked=revoked)


def disclosure_rests_on(*cites: str) -> Gate:
    """A gate: what is told outside rests on a release, a court's order, a statute, or one of the rules that allow it.

    *cites* are those rules of the edition: one that is not among them allows nothing here.
    """

    def disclosure_has_a_basis(case: "Case", entry: Entry[InformationDisclosed]) -> Objection | None:
        """What is told outside the agency rests on a release in force, a court's order, a rule or a statute."""
        if _rests(case, entry, cites):
            return None
        return Objection(
            f"nothing allowed telling this agency {entry.event.kind.value} of everyone it was about on that day",
            "name the release, order, rule or statute it rests on, or have a release signed before more is told",
        )

    return disclosure_has_a_basis


def _rests(case: "Case", entry: Entry[InformationDisclosed], cites: Container[str]) -> bool:
    said = entry.event
    match said.basis:
        case Basis.COURT_ORDER:
            return bool(case.opening.orders_on(entry.day))
        case Basis.RULE:
            return said.cite is not None and said.cite in cites
        case Basis.STATUTE:
            return said.cite is not None
        case Basis.RELEASE:
            held = (r for r in case.releasing.releases.values() if said.release in {None, r.id})
            signed = (r for r in held if r.signed_by not in case.outsiders)
            return any(r.covers(said.to, said.kind, said.about, entry.day) for r in signed)
        case None:
            return False
