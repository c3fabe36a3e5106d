"""The child and family team: who is on it, and its part in the work."""

from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any, Final

from attrs import evolve, field, frozen

from ihs_domain.assessing import FamilyAssessmentCompleted
from ihs_domain.duties import NearMiss, Owed
from ihs_domain.history import Entry, History, by_day
from ihs_domain.opening import opened_on
from ihs_domain.terms import Happening, Narrative, New, PersonId, PlanId


class Part(StrEnum):
    """What a team member is to the family."""

    PARENT = "parent"
    RELATIVE = "relative"
    CHILD = "child"
    SCHOOL = "school"
    THERAPIST = "therapist"
    PROVIDER = "provider"
    REFERENT = "referent"
    SUPPORT = "support"


class MeetingKind(StrEnum):
    """What kind of meeting the team held."""

    INITIAL = "initial"
    ONGOING = "ongoing"
    TRANSITION = "transition"
    FAMILY_GROUP = "family-group"
    TEAM_DECISION = "team-decision"
    MULTIDISCIPLINARY = "multidisciplinary"


class Topic(StrEnum):
    """What the team gave its part to."""

    ASSESSMENT = "assessment"
    PLAN = "plan"
    PERMANENCY_GOALS = "permanency-goals"
    PROGRESS = "progress"
    CHANGES = "changes"
    INTENSITY = "intensity"
    OPTIONS = "options"


@frozen
class TeamFormed(Happening):
    """A team was formed; *helped_by* are the family members who helped form it and agreed what the others may know."""

    members: dict[New[PersonId], Part]
    helped_by: frozenset[PersonId]


@frozen
class TeamMemberAdded(Happening):
    """A person is on the team from this day."""

    member: New[PersonId]
    part: Part


@frozen
class TeamMemberLeft(Happening):
    """A person is no longer on the team."""

    member: PersonId


@frozen
class TeamMeetingHeld(Happening):
    """The team met: who was there, what it was about, and on which plan."""

    kind: MeetingKind
    attended: frozenset[PersonId]
    about: frozenset[Topic]
    plan: PlanId | None = None
    words: Narrative = None


@frozen
class TeamInputRecorded(Happening):
    """A team member gave input outside a meeting."""

    member: PersonId
    about: Topic
    plan: PlanId | None = None
    words: Narrative = None


@frozen
class Teaming:
    """Who is on the team, and on which plans its part is on record."""

    members: dict[PersonId, Part] = field(factory=dict)
    plans: frozenset[PlanId] = frozenset()

    def includes_any(self, persons: frozenset[PersonId]) -> bool:
        """Whether a team member is among *persons*."""
        return not persons.isdisjoint(self.members)

    def took_part_in(self, plan: PlanId) -> bool:
        """Whether the team's part in *plan* is on record."""
        return plan in self.plans


def team_formed(teaming: Teaming, entry: Entry[TeamFormed]) -> Teaming:
    return evolve(teaming, members={**teaming.members, **entry.event.members})


def team_member_added(teaming: Teaming, entry: Entry[TeamMemberAdded]) -> Teaming:
    return evolve(teaming, members={**teaming.members, entry.event.member: entry.event.part})


def team_member_left(teaming: Teaming, entry: Entry[TeamMemberLeft]) -> Teaming:
    return evolve(teaming, members={p: part for p, part in teaming.members.items() if p != entry.event.member})


def team_met(teaming: Teaming, entry: Entry[TeamMeetingHeld]) -> Teaming:
    met = entry.event
    if met.plan is None or Topic.PLAN not in met.about or not teaming.includes_any(met.attended):
        return teaming
    return evolve(teaming, plans=teaming.plans | {met.plan})


def team_input_recorded(teaming: Teaming, entry: Entry[TeamInputRecorded]) -> Teaming:
    given = entry.event
    if given.plan is None or given.about is not Topic.PLAN or given.member not in teaming.members:
        return teaming
    return evolve(teaming, plans=teaming.plans | {given.plan})


STEPS: Final[dict[type, Callable[[Teaming, Entry[Any]], Teaming]]] = {
    TeamFormed: team_formed,
    TeamMemberAdded: team_member_added,
    TeamMemberLeft: team_member_left,
}


_TEAMING: Final = by_day(Teaming(), STEPS)


def members_on(history: History, day: date) -> frozenset[PersonId]:
    """Who was on the team at the end of *day*."""
    return frozenset(_TEAMING(history, day).members)


def by_the_team(history: History, entry: Entry[Any], persons: frozenset[PersonId]) -> bool:
    """Whether a member of the team of that day is among *persons*."""
    return not persons.isdisjoint(members_on(history, entry.day))


def team_is_established(history: History, on: date) -> Iterator[Owed]:
    """A team is established for every family, with the family's help."""
    if day := opened_on(history):
        formed = history.of(TeamFormed)
        helped = tuple(e for e in formed if e.event.helped_by)
        near = tuple(NearMiss(e.version, "the family's help is not on record") for e in formed if not e.event.helped_by)
        yield Owed("the family has a team", day, met_by=helped[:1], near=near)


def family_has_a_team(history: History, on: date) -> Iterator[Owed]:
    """A team is formed for the family, or the one it has is strengthened by another member."""
    if day := opened_on(history):
        yield Owed("a team is developed or strengthened", day, met_by=history.of_any(TeamFormed, TeamMemberAdded)[:1])


def team_assists_with_assessment(history: History, on: date) -> Iterator[Owed]:
    """The team assists with the assessment."""
    if day := opened_on(history):
        made = history.of(FamilyAssessmentCompleted)
        assisted = [e for e in made if by_the_team(history, e, e.event.took_part)]
        near = tuple(NearMiss(e.version, "no team member took part") for e in made if e not in assisted)
        evidence = sorted([*assisted, *team_input(history, Topic.ASSESSMENT)], key=lambda e: (e.day, e.version))
        yield Owed("the team assists with the assessment", day, met_by=tuple(evidence[:1]), near=near)


def team_oversees_progress(history: History, on: date) -> Iterator[Owed]:
    """The team oversees progress toward completion of the plan."""
    if day := opened_on(history):
        yield Owed("the team oversees progress", day, met_by=tuple(team_input(history, Topic.PROGRESS)[:1]))


def initial_meeting_sets_intensity(history: History, on: date) -> Iterator[Owed]:
    """An initial meeting of the team sets the intensity of services and discusses the options."""
    if day := opened_on(history):
        meetings = history.of(TeamMeetingHeld)
        met = [e for e in meetings if not _not_initial(e.event)]
        near = tuple(NearMiss(e.version, _not_initial(e.event)) for e in meetings if e not in met)
        yield Owed("an initial team meeting sets the intensity", day, met_by=tuple(met[:1]), near=near)


def _not_initial(meeting: TeamMeetingHeld) -> str:
    """Why a meeting is not the initial one that sets the intensity and discusses options; empty if it is."""
    if meeting.kind is not MeetingKind.INITIAL:
        return f"it was {'an' if meeting.kind is MeetingKind.ONGOING else 'a'} {meeting.kind} meeting"
    if Topic.INTENSITY not in meeting.about:
        return "it did not set the intensity"
    return "" if Topic.OPTIONS in meeting.about else "it did not discuss the options"


def team_met_about(history: History, topic: Topic) -> list[Entry[TeamMeetingHeld]]:
    """The meetings about *topic* that a team member attended."""
    return [
        e for e in history.of(TeamMeetingHeld) if topic in e.event.about and by_the_team(history, e, e.event.attended)
    ]


def team_input(history: History, topic: Topic) -> list[Entry[Any]]:
    """The meetings and input by which the team took its part in *topic*, in order."""
    given = [
        e
        for e in history.of(TeamInputRecorded)
        if topic is e.event.about and by_the_team(history, e, frozenset({e.event.member}))
    ]
    return sorted([*team_met_about(history, topic), *given], key=lambda e: (e.day, e.version))
