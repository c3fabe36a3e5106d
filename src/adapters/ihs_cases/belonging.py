"""Where an event belongs: on which stream, or streams, it goes, and who may put it there."""

from typing import Any, Final

from ihs_cases.errors import WrongStream
from ihs_domain import looking
from ihs_domain.agencies import (
    AgreementEnded,
    AgreementMade,
    DisclosuresMade,
    DisclosureWithdrawn,
    DisclosureWithheld,
    OnCallCovered,
)
from ihs_domain.erasing import DESTROYING
from ihs_domain.looking import AccessDenied, RecordViewed
from ihs_domain.persons import (
    IdentificationWithdrawn,
    PersonErased,
    PersonErasureProposed,
    PersonIdentified,
    PersonRegistered,
    PersonsMerged,
    PersonsUnmerged,
)
from ihs_domain.recording import EntryCorrected
from ihs_domain.roles import SYSTEM, Actor, Role
from ihs_domain.searching import PersonSearchMade
from ihs_domain.system import ClockCorrected, EditionLoaded, InstrumentLoaded, KeyCreated
from ihs_domain.terms import Amendment
from ihs_record.patterns import AN_ID, is_id
from ihs_record.row import DraftRefused

TELLINGS: Final = (DisclosuresMade, DisclosureWithheld)
ON_AGENCY_STREAMS: Final = (AgreementMade, AgreementEnded, OnCallCovered, DisclosureWithdrawn, *TELLINGS)
BETWEEN_PERSONS: Final = (PersonsMerged, PersonsUnmerged)
WITH_A_CASE: Final = (PersonIdentified, IdentificationWithdrawn)
ON_PERSON_STREAMS: Final = (
    *(PersonRegistered, PersonErasureProposed, PersonErased),
    *(*BETWEEN_PERSONS, *WITH_A_CASE),
)
ON_ACCESS_STREAMS: Final = (*looking.GATES, RecordViewed, AccessDenied, PersonSearchMade)
LOADED: Final = (EditionLoaded, InstrumentLoaded, KeyCreated)
NOT_BY_HAND: Final[dict[type, str]] = {
    **dict.fromkeys(TELLINGS, "telling"),
    **dict.fromkeys((PersonErased, *DESTROYING), "erasing"),
    PersonSearchMade: "searching",
    ClockCorrected: "ihs store clock-corrected",
    **dict.fromkeys((RecordViewed, AccessDenied), "reading"),
    **dict.fromkeys(looking.GATES, "what keeps access: see Cases.access"),
}
"""What only a part of this software puts on record, and which."""
BELONGS: Final = {
    "case": "a case: name the case",
    "agency": "an agency's stream: name the agency",
    "person": "a person's stream: name the person",
}


def streams_of(event: Any, actor: Actor, **named: str | None) -> tuple[str, ...]:
    """The streams an event goes on, its own first, where a case, an agency or a person is *named*.

    Raises WrongStream where it belongs elsewhere, or is not for *actor* to put on record, and DraftRefused where they
    are nobody.
    """
    _for_a_person_to_record(event.instead if isinstance(event, EntryCorrected) else event, actor)
    given = {kind: id_ for kind, id_ in named.items() if id_ is not None}
    kinds = _kinds(event)
    if len(given) != 1 or not given.keys() <= kinds:
        belongs = " or ".join(BELONGS[kind] for kind in BELONGS if kind in kinds)
        raise WrongStream(f"{type(event).__name__} belongs on {belongs}, and nothing else")
    [(kind, id_)] = given.items()
    if kind != "case" and getattr(event, kind, id_) != id_:
        raise WrongStream(f"{type(event).__name__} names another {kind} than the stream it is to go on")
    return (f"{kind}/{_fitting(id_)}", *_others(event))


def _for_a_person_to_record(event: object, actor: Actor) -> None:
    by = NOT_BY_HAND.get(type(event))
    if by is not None and not (isinstance(event, TELLINGS) and actor == SYSTEM):
        raise WrongStream(f"{type(event).__name__} is put on record by {by}, not by a person")
    if isinstance(event, LOADED):
        raise WrongStream(f"{type(event).__name__} belongs on the system's stream: the record puts it there itself")
    _must_be_somebody(actor)
    if by is None and actor.role is Role.SYSTEM:
        raise DraftRefused("role: expected the role of a person: the system's is for what records itself")


def _must_be_somebody(actor: Actor) -> None:
    id_: object = getattr(actor, "id", None)
    if not is_id(id_):
        raise DraftRefused(f"actor: expected {AN_ID.expected}")


def _kinds(event: object) -> frozenset[str]:
    """The kinds of stream that an event may go on: a void any, a correction the one of what it says instead."""
    if isinstance(event, EntryCorrected):
        return _kinds(event.instead)
    if isinstance(event, Amendment):
        return frozenset(BELONGS)
    on_agency, on_person = isinstance(event, ON_AGENCY_STREAMS), isinstance(event, ON_PERSON_STREAMS)
    return frozenset({"agency" if on_agency else "person" if on_person else "case"})


def _others(event: Any) -> tuple[str, ...]:
    """The stream of the other one, of an event that joins or parts two."""
    if isinstance(event, BETWEEN_PERSONS):
        return (f"person/{event.duplicate}",)
    return (f"case/{event.case}",) if isinstance(event, WITH_A_CASE) else ()


def access_stream(actor: Actor) -> str:
    """The stream on which it stands what somebody looked at and searched for. Raises DraftRefused for nobody."""
    _must_be_somebody(actor)
    return f"access/{actor.id}"


def _fitting(id_: str) -> str:
    """The id itself, where it is of the form that other entries can name."""
    if not is_id(id_):
        raise DraftRefused(
            "what names the case, agency or person is no id: use 1 to 64 letters, digits, dots, hyphens, underscores"
        )
    return id_
