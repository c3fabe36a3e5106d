"""Contacts with the family: how intensive services are to be, and who saw whom."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from attrs import frozen

from ihs_domain.assigning import WorkerAssigned
from ihs_domain.duties import NearMiss, Owed, months_between
from ihs_domain.history import Entry, History
from ihs_domain.household import VictimSubstantiated, children
from ihs_domain.opening import opened_on
from ihs_domain.requesting import ServicesRequested
from ihs_domain.roles import Role
from ihs_domain.terms import ActorId, Code, Decision, Happening, Narrative, PersonId, Version


class ContactMode(StrEnum):
    """How a contact took place."""

    HOME_VISIT = "home-visit"
    ELSEWHERE = "elsewhere"
    PHONE = "phone"
    VIDEO = "video"
    WRITING = "writing"


class Factor(StrEnum):
    """What is considered when the intensity of services is set."""

    RISK = "risk"
    EXTENT_OF_SERVICES = "extent-of-services"
    CONTACTS = "contacts"
    CASE_MANAGEMENT = "case-management"
    CLINICAL_SERVICE = "clinical-service"
    FAMILY_SCHEDULE = "family-schedule"


@frozen
class IntensitySet(Decision):
    """How intensive services are to be from this day, with the factors considered. The levels are the agency's."""

    level: Code
    considered: frozenset[Factor]


@frozen
class ContactMade(Happening):
    """Somebody saw or spoke with these persons; *private_with* those spoken to with nobody of the household by.

    *by* is the worker or team member who made the contact, where that is not the one who records it, *by_role* in
    which role.
    """

    mode: ContactMode
    whom: frozenset[PersonId]
    by: ActorId | None = None
    by_role: Role | None = None
    private_with: frozenset[PersonId] = frozenset()
    minutes: int | None = None
    announced: bool | None = None
    words: Narrative = None


@frozen
class ContactReported(Happening):
    """A contact of somebody else was reported to the case manager: its nature and its outcome."""

    contact: Version
    nature: Code
    outcome: Code


@frozen
class UnannouncedVisitsExplained(Happening):
    """The family was told that visits may come unannounced."""

    to: frozenset[PersonId]


class Counted(StrEnum):
    """Over what a contact standard counts."""

    WEEK = "week"
    MONTH = "month"


@frozen
class ContactStandardSet(Decision):
    """How much contact this family is to have from this day, or from *from_on*.

    Only contacts such as it states are counted: in one of *modes*, with all of *whom*, by somebody in one of the roles
    *by*. What it does not state, empty, is not asked.
    """

    number: int
    per: Counted
    modes: frozenset[ContactMode]
    whom: frozenset[PersonId]
    by: frozenset[Role] = frozenset()
    from_on: date | None = None
    words: Narrative = None


@frozen
class ContactAttempted(Happening):
    """A contact was tried and did not come about."""

    mode: ContactMode
    whom: frozenset[PersonId] = frozenset()
    words: Narrative = None


@frozen
class Contacting:
    """The intensity in force and since when."""

    intensity: Code | None = None
    since: date | None = None


def intensity_set(contacting: Contacting, entry: Entry[IntensitySet]) -> Contacting:
    return Contacting(entry.event.level, entry.day)


def made_by(entry: Entry[ContactMade]) -> str:
    """Who made the contact."""
    return entry.event.by or entry.actor.id


def a_victim_is_spoken_to_alone(history: History, on: date) -> Iterator[Owed]:
    """One private conversation with one substantiated child, after the finding, meets it."""
    found = history.first(VictimSubstantiated)
    if found is None:
        return
    since = {e.event.child: e.day for e in reversed(history.of(VictimSubstantiated))}
    private = [e for e in history.of(ContactMade) if e.event.private_with]
    met = [e for e in private if any(since.get(child, date.max) <= e.day for child in e.event.private_with)]
    near = tuple(NearMiss(e.version, "not with a child substantiated by then") for e in private if e not in met)
    yield Owed(
        "a private conversation with a substantiated child",
        found.day,
        tuple(sorted(since)),
        met_by=tuple(met[:1]),
        near=near,
    )


def intensity_is_decided(history: History, on: date) -> Iterator[Owed]:
    """The first intensity of services is decided with the request, each of the six factors considered."""
    asked = history.first(ServicesRequested)
    if asked is None:
        return
    every = frozenset(Factor)
    settings = history.of(IntensitySet)
    near = tuple(
        NearMiss(e.version, "not every factor was considered") for e in settings if e.event.considered != every
    )
    met = tuple(e for e in settings if e.event.considered == every)
    yield Owed("the intensity of services is decided", asked.day, met_by=met[:1], near=near)


def worker_visits_every_month(history: History, on: date) -> Iterator[Owed]:
    """An assigned worker visits child and family in each calendar month; the opening month is never late."""
    opened = opened_on(history)
    if opened is None:
        return
    for first, last in months_between(opened, on):
        made = [e for e in history.of_any(ContactMade, ContactAttempted) if first <= e.day <= last]
        judged = [(e, _not_a_workers_visit(history, e)) for e in made]
        met = tuple(e for e, why in judged if not why)
        near = tuple(NearMiss(e.version, why) for e, why in judged if why)
        yield Owed(
            "a worker visits child and family",
            max(first, opened),
            subject=(f"{first:%Y-%m}",),
            due=last,
            met_by=met[:1],
            near=near,
            lenient=first < opened,
        )


def _not_a_workers_visit(history: History, entry: Entry[ContactMade | ContactAttempted]) -> str:
    """Why a contact is no visit of a worker to child and family; empty if it is one."""
    said = entry.event
    if isinstance(said, ContactAttempted):
        return "nobody was met"
    if said.mode is not ContactMode.HOME_VISIT:
        return f"it was not a visit but by {said.mode}"
    if said.whom.isdisjoint(children(history)):
        return "no child was met"
    if said.whom <= children(history).keys():
        return "nobody of the family but children was met"
    workers = {e.event.worker for e in history.of(WorkerAssigned) if e.day <= entry.day}
    return "" if (said.by or entry.actor.id) in workers else "not by an assigned worker"
