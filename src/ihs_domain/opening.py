"""Opening a case: its authority, and the family's consent."""

from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ihs_domain.duties import NearMiss, Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History, by_day
from ihs_domain.requesting import ServicesRefused
from ihs_domain.roles import Role
from ihs_domain.serving import ServiceDelivered
from ihs_domain.terms import Code, Decision, Happening, Jurisdiction, Narrative, New, OrderId, PersonId, ThreatId

if TYPE_CHECKING:
    from ihs_domain.case import Case


class Authority(StrEnum):
    """Why the agency is in this home: the family agreed, or a court ordered it."""

    VOLUNTARY = "voluntary"
    COURT_ORDERED = "court-ordered"


class Purpose(StrEnum):
    """What services are to bring about for the children."""

    REMAIN_HOME = "remain-home"
    RETURN_HOME = "return-home"


@frozen
class CaseOpened(Decision):
    """A case is opened for this family. *jurisdiction* where no request was recorded.

    *voluntary_did_not_serve* is why voluntary services, which are preferred, were not enough.
    """

    authority: Authority
    region: Code
    program: Code | None = None
    jurisdiction: Jurisdiction | None = None
    purpose: Purpose | None = None
    voluntary_did_not_serve: Code | None = None


@frozen
class ServicesBegun(Happening):
    """The first service reaches the family from this day."""


@frozen
class AuthorityChanged(Happening):
    """Services go on by another authority."""

    authority: Authority


@frozen
class CourtOrderReceived(Happening):
    """A court's order: whether it orders services, and the intensity, if it sets one. *until* is its last day."""

    order: New[OrderId]
    kind: Code
    services_ordered: bool
    intensity: Code | None = None
    until: date | None = None


@frozen
class CourtOrderEnded(Happening):
    """A court's order no longer stands."""

    order: OrderId


@frozen
class PartyNamed(Happening):
    """Somebody has a part in the court's case: for the agency, for a child, or as counsel *of* a parent."""

    party: New[PersonId]
    role: Role
    of: PersonId | None = None


@frozen
class CounselScreened(Happening):
    """The case was gone through with an Assistant Attorney General."""

    outcome: Code


@frozen
class PetitionConsidered(Happening):
    """Filing a petition was considered."""

    to_be_filed: bool
    words: Narrative = None


@frozen
class PetitionFiled(Happening):
    """A petition was filed with the court; *addresses* are the threats it is an answer to."""

    kind: Code
    addresses: frozenset[ThreatId] = frozenset()


@frozen
class TerminationPetitionRequested(Happening):
    """These parties were told that services are not appropriate, and asked for a petition to end them."""

    asked: frozenset[Role]


@frozen
class ConsentAsked(Happening):
    """Somebody of the family was asked to sign a consent for services."""

    of: PersonId


@frozen
class ConsentSigned(Happening):
    """The consent for services was signed."""

    by: PersonId


@frozen
class ConsentWithdrawn(Happening):
    """A signed consent was taken back."""

    by: PersonId


@frozen
class ConsentRefused(Happening):
    """Somebody refused to sign the consent for services."""

    by: PersonId
    words: Narrative = None


@frozen
class Opening:
    """Since when, by which authority, under which orders of a court, and how the family took to it.

    *asked_on* is the last day on which consent was asked for; *refused* whether the family's last word was no.
    *ended* are the orders that ended: an ending speaks whatever its order of days.
    """

    opened_on: date | None = None
    authority: Authority | None = None
    region: Code | None = None
    program: Code | None = None
    jurisdiction: Jurisdiction | None = None
    asked_on: date | None = None
    consented: bool = False
    refused: bool = False
    orders: dict[OrderId, CourtOrderReceived] = field(factory=dict)
    ended: frozenset[OrderId] = frozenset()
    petitioned: dict[ThreatId, date] = field(factory=dict)

    def orders_on(self, day: date) -> tuple[CourtOrderReceived, ...]:
        """The orders of a court that stand on *day*."""
        return tuple(order for order in self.orders.values() if order.until is None or day <= order.until)

    def ordered_on(self, day: date) -> bool:
        """Whether services are a court's on *day*: opened so, or ordered since."""
        return self.authority is Authority.COURT_ORDERED or any(o.services_ordered for o in self.orders_on(day))

    @property
    def agreed(self) -> bool:
        """Whether the family agrees to work with the agency: it signed, or came by itself and has not refused."""
        return self.consented or (self.authority is Authority.VOLUNTARY and not self.refused)


def case_opened(opening: Opening, entry: Entry[CaseOpened]) -> Opening:
    said = entry.event
    return evolve(
        opening,
        opened_on=entry.day,
        authority=said.authority,
        region=said.region,
        program=said.program,
        jurisdiction=said.jurisdiction or opening.jurisdiction,
    )


def authority_changed(opening: Opening, entry: Entry[AuthorityChanged]) -> Opening:
    return evolve(opening, authority=entry.event.authority)


def court_order_received(opening: Opening, entry: Entry[CourtOrderReceived]) -> Opening:
    if entry.event.order in opening.ended:
        return opening
    return evolve(opening, orders={**opening.orders, entry.event.order: entry.event})


def court_order_ended(opening: Opening, entry: Entry[CourtOrderEnded]) -> Opening:
    order = entry.event.order
    orders = {id_: o for id_, o in opening.orders.items() if id_ != order}
    return evolve(opening, orders=orders, ended=opening.ended | {order})


def petition_filed(opening: Opening, entry: Entry[PetitionFiled]) -> Opening:
    return evolve(opening, petitioned={**opening.petitioned, **dict.fromkeys(entry.event.addresses, entry.day)})


def consent_asked(opening: Opening, entry: Entry[ConsentAsked]) -> Opening:
    return evolve(opening, asked_on=entry.day)


def consent_signed(opening: Opening, entry: Entry[ConsentSigned]) -> Opening:
    return evolve(opening, asked_on=entry.day, consented=True, refused=False)


def consent_refused(opening: Opening, entry: Entry[ConsentRefused]) -> Opening:
    return evolve(opening, asked_on=entry.day, refused=True)


def consent_withdrawn(opening: Opening, entry: Entry[ConsentWithdrawn]) -> Opening:
    return evolve(opening, consented=False, refused=True)


def services_refused(opening: Opening, entry: Entry[ServicesRefused]) -> Opening:
    return evolve(opening, consented=False, refused=True)


ORDERING: Final[dict[type, Callable[[Opening, Entry[Any]], Opening]]] = {
    CaseOpened: case_opened,
    AuthorityChanged: authority_changed,
    CourtOrderReceived: court_order_received,
    CourtOrderEnded: court_order_ended,
}


def case_is_not_open_yet(case: "Case", entry: Entry[CaseOpened]) -> Objection | None:
    """A case is opened once; after closing it is reopened."""
    if case.opening.opened_on is None:
        return None
    return Objection("the case is opened already", "reopen it if it was closed, or correct the opening")


_ORDERED: Final = by_day(Opening(), ORDERING)


def ordered_since(history: History, day: date, on: date) -> date | None:
    """The first day from *day* to *on* on which services are a court's, if there is one."""
    days = sorted({day, *(e.day for e in history.of_any(*ORDERING) if day < e.day <= on)})
    return next((d for d in days if _ORDERED(history, d).ordered_on(d)), None)


def services_are_voluntary(case: "Case", entry: Entry[CaseOpened | AuthorityChanged]) -> Objection | None:
    """Services are voluntary: a court's order is recorded, and found."""
    if entry.event.authority is Authority.VOLUNTARY:
        return None
    return Objection(
        "services are ordered by a court, and these are for families who want them",
        "record who serves the family under the order",
    )


def opened_on(history: History) -> date | None:
    """The day the case was opened, if it was."""
    opened = history.first(CaseOpened)
    return opened and opened.day


def family_is_asked_for_consent(history: History, on: date) -> Iterator[Owed]:
    """The family is asked to sign a consent after opening and before services begin; a refusal is an answer too."""
    if day := opened_on(history):
        asked = history.of_any(ConsentAsked, ConsentSigned, ConsentRefused)
        begun = next((e.day for e in history.of_any(ServicesBegun, ServiceDelivered) if e.day >= day), None)
        yield Owed(
            "the family is asked to sign a consent",
            day,
            due=begun,
            met_by=tuple(e for e in asked if e.day >= day)[:1],
            near=tuple(NearMiss(e.version, "before the case was opened") for e in asked if e.day < day),
        )


def family_was_asked_for_consent(case: "Case", entry: Entry[ServicesBegun | ServiceDelivered]) -> Objection | None:
    """Services begin once the family was asked to sign a consent, in a case that is open."""
    asked, opened = case.opening.asked_on, case.opening.opened_on
    if asked is not None and (opened is None or asked >= opened):
        return None
    return Objection(
        "services reached the family before it was asked to sign a consent", "ask it, and record what it answers"
    )
