"""The team's meetings: how often it has to meet."""

from collections.abc import Iterator
from datetime import date
from itertools import zip_longest
from typing import Any, Final

from ihs_domain.days import add_months
from ihs_domain.duties import DutyRule, NearMiss, Owed
from ihs_domain.history import Entry, History
from ihs_domain.opening import CaseOpened
from ihs_domain.planning import PlanAgreed, PlanReviewed
from ihs_domain.teaming import TeamInputRecorded, TeamMeetingHeld, by_the_team

NOT_MEETINGS: Final[dict[type, str]] = {
    PlanAgreed: "the team agreed to a plan, and did not meet",
    PlanReviewed: "the team was asked for information, and did not meet",
    TeamInputRecorded: "a member gave input, and the team did not meet",
}
"""What a team does besides meeting, and why that is no meeting."""


def team_meets_every(months: int) -> DutyRule:
    """A duty: the team meets within *months* of the opening, and then of each meeting."""

    def team_meets(history: History, on: date) -> Iterator[Owed]:
        """The team meets in time after the opening, and again after each meeting."""
        if (opened := history.first(CaseOpened)) is None:
            return
        held = [e for e in history.of(TeamMeetingHeld) if by_the_team(history, e, e.event.attended)]
        since_opening = [e for e in held if e.day >= opened.day]
        for begun, meeting in zip_longest([opened, *since_opening], since_opening):
            yield Owed(
                "the team meets",
                begun.day,
                due=add_months(begun.day, months),
                met_by=(meeting,) if meeting else (),
                near=tuple(_not_meetings(history, begun, meeting)),
            )

    return team_meets


def _not_meetings(history: History, last: Entry[Any], following: Entry[Any] | None) -> Iterator[NearMiss]:
    until = following.day if following else date.max
    for entry in history.of_any(*NOT_MEETINGS):
        if last.day < entry.day <= until:
            yield NearMiss(entry.version, NOT_MEETINGS[type(entry.event)])
