"""Contacts with the family: how intensive services are to be, and who saw whom."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from attrs import frozen

from ihs_domain.assigning import assigning_on
from ihs_domain.days import months_between
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.history import Entry, History
from ihs_domain.household import Relation, VictimSubstantiated, household_on, stays, victims
from ihs_domain.opening import opened_on
from ihs_domain.requesting import ServicesRequested, is_denied
from ihs_domain.roles import Role
from ihs_domain.teaming import members_on
from ihs_domain.terms import Code, Count, Decision, DoneBy, Happening, Minutes, Narrative, PersonId, Version


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
    by: DoneBy | None = None
    by_role: Role | None = None
    private_with: frozenset[PersonId] = frozenset()
    minutes: Minutes | None = None
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

    number: Count
    per: Counted
    modes: frozenset[ContactMode]
    whom: frozenset[PersonId]
    by: frozenset[Role] = frozenset()
    from_on: date | None = None
    words: Narrative = None


@frozen
class ReducedContactApproved(Decision):
    """The supervisor approves a step down: from this day, up to and with *until*, less contact is enough.

    *step* is the name that the agency's contact standard gives it.
    """

    step: Code
    reason: Code
    until: date | None = None
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


def made_as(entry: Entry[ContactMade]) -> Role | None:
    """In which role the contact was made, where that is said or can be told."""
    if entry.event.by_role is not None:
        return entry.event.by_role
    return entry.actor.role if entry.event.by in {None, entry.actor.id} else None


def alone_with(entry: Entry[ContactMade]) -> frozenset[PersonId]:
    """Those spoken to alone. Whoever was not met was not spoken to at all, whatever else is said."""
    return entry.event.private_with & entry.event.whom


FACE_TO_FACE: Final = frozenset({ContactMode.HOME_VISIT, ContactMode.ELSEWHERE})


def a_victim_is_spoken_to_alone(history: History, on: date) -> Iterator[Owed]:
    """One private conversation with one substantiated child, after the finding, meets it; the others are named too."""
    found = victims(history)
    if not found:
        return
    private = [e for e in history.of(ContactMade) if e.event.private_with]
    met = [e for e in private if _victims_in(found, e, alone_with(e))]
    left = found.keys() - {c for e in met for c in _victims_in(found, e, alone_with(e))}
    yield Owed(
        "a private conversation with a substantiated child",
        min(e.day for e in found.values()),
        tuple(sorted(found)),
        met_by=tuple(met[:1]),
        near=tuple(NearMiss(e.version, _not_alone_with_a_victim(found, e)) for e in private if e not in met),
        beside=(f"not spoken to alone yet: {', '.join(sorted(left))}",) if met and left else (),
    )


Victims = Mapping[PersonId, Entry[VictimSubstantiated]]


def _victims_in(found: Victims, entry: Entry[ContactMade], among: frozenset[PersonId]) -> frozenset[PersonId]:
    """Those *among* some who were substantiated by the day of a contact."""
    return frozenset(c for c in among if c in found and found[c].day <= entry.day)


def _not_alone_with_a_victim(found: Victims, entry: Entry[ContactMade]) -> str:
    if _victims_in(found, entry, entry.event.private_with):
        return "the child is said to be spoken to alone, and not to be met"
    return "not with a child substantiated by then"


def intensity_is_decided(history: History, on: date) -> Iterator[Owed]:
    """The first intensity of services is decided with the request, each of the six factors considered."""
    asked = history.first(ServicesRequested)
    if asked is None or is_denied(history):
        return
    every = frozenset(Factor)
    settings = history.of(IntensitySet)
    near = tuple(
        NearMiss(e.version, "not every factor was considered") for e in settings if e.event.considered != every
    )
    met = tuple(e for e in settings if e.event.considered == every)
    yield Owed("the intensity of services is decided", asked.day, met_by=met[:1], near=near)


def worker_visits_every_month(history: History, on: date) -> Iterator[Owed]:
    """In each calendar month a worker visits child and family; one that the opening cuts short is never late."""
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
    met = {relation for person, relation in household_on(history, entry.day).items() if person in said.whom}
    if Relation.CHILD not in met:
        return "no child was met"
    if met == {Relation.CHILD}:
        return "nobody of the family but children was met"
    by_worker = (said.by or entry.actor.id) in assigning_on(history, entry.day).workers
    return "" if by_worker else "not by an assigned worker"


def family_is_contacted_every_month(history: History, on: date) -> Iterator[Owed]:
    """A worker or a team member has contact with child or family in each calendar month, in whatever way."""
    opened = opened_on(history)
    if opened is None:
        return
    for first, last in months_between(opened, on):
        tried = [e for e in history.of_any(ContactMade, ContactAttempted) if first <= e.day <= last]
        judged = [(e, _not_by_worker_or_team(history, e)) for e in tried]
        yield Owed(
            "a worker or a team member has contact",
            max(first, opened),
            subject=(f"{first:%Y-%m}",),
            due=last,
            met_by=tuple(e for e, why in judged if not why)[:1],
            near=tuple(NearMiss(e.version, why) for e, why in judged if why),
            lenient=first < opened,
        )


def _not_by_worker_or_team(history: History, entry: Entry[ContactMade | ContactAttempted]) -> str:
    """Why a contact is not one of a worker or a team member with the family; empty if it is."""
    if isinstance(entry.event, ContactAttempted):
        return "nobody was met"
    if entry.event.whom.isdisjoint(household_on(history, entry.day)):
        return "nobody of the family was met"
    theirs = assigning_on(history, entry.day).workers | members_on(history, entry.day)
    return "" if (entry.event.by or entry.actor.id) in theirs else "by neither a worker nor a team member"


def contacts_of_others_are_reported(history: History, on: date) -> Iterator[Owed]:
    """The contact of a team member or worker who does not hold the case is reported to the one who does."""
    reported = {e.event.contact: e for e in reversed(history.of(ContactReported))}
    for contact in history.of(ContactMade):
        manager = assigning_on(history, contact.day).case_manager
        if manager not in {None, made_by(contact)} and not _not_by_worker_or_team(history, contact):
            report = reported.get(Version(contact.version))
            subject = (f"@{contact.version}",)
            met = (report,) if report else ()
            yield Owed("the contact is reported to the case manager", contact.day, subject=subject, met_by=met)


def family_is_told_of_unannounced_visits(history: History, on: date) -> Iterator[Owed]:
    """The family should hear that visits may come unannounced; a visit before that is shown, and never late."""
    visits = [e for e in history.of(ContactMade) if e.event.announced is False]
    if not visits:
        return
    told = history.of(UnannouncedVisitsExplained)[:1]
    near = tuple(
        NearMiss(e.version, "it came before the family was told")
        for e in visits
        if not told or (e.day, e.version) < (told[0].day, told[0].version)
    )
    yield Owed("the family is told that visits may come unannounced", visits[0].day, met_by=told, near=near)


def person_is_seen_every_month(*relations: Relation) -> DutyRule:
    """A duty: a worker sees each household member of these *relations* face to face in every calendar month.

    A month in which the case was opened, or the person came or left, was cut short: missing it is not late.
    """

    def person_is_seen(history: History, on: date) -> Iterator[Owed]:
        """A worker sees the person face to face in every calendar month."""
        opened = opened_on(history)
        asked: set[tuple[PersonId, date]] = set()  # who comes back within a month is asked for once in it
        for stay in stays(history, *relations) if opened else ():
            begun = max(stay.joined, opened or stay.joined)
            for first, last in months_between(begun, min(on, stay.left or on)) if stay.holds(begun) else ():
                cut = first < begun or (stay.left is not None and stay.left <= last)
                if (stay.person, first) not in asked:
                    yield _sight(history, stay.person, (max(first, begun), last), cut=cut)
                asked.add((stay.person, first))

    return person_is_seen


def _sight(history: History, person: PersonId, window: tuple[date, date], *, cut: bool) -> Owed:
    first, last = window
    tried = [e for e in history.of_any(ContactMade, ContactAttempted) if first <= e.day <= last]
    judged = [(e, _not_face_to_face(history, e)) for e in tried if person in e.event.whom]
    return Owed(
        "a worker sees the person face to face",
        first,
        subject=(person, f"{first:%Y-%m}"),
        due=last,
        met_by=tuple(e for e, why in judged if not why)[:1],
        near=tuple(NearMiss(e.version, why) for e, why in judged if why),
        lenient=cut,
    )


def _not_face_to_face(history: History, entry: Entry[ContactMade | ContactAttempted]) -> str:
    said = entry.event
    if isinstance(said, ContactAttempted):
        return "nobody was met"
    if said.mode not in FACE_TO_FACE:
        return f"it was by {said.mode}"
    by_worker = (said.by or entry.actor.id) in assigning_on(history, entry.day).workers
    return "" if by_worker else "not by an assigned worker"
