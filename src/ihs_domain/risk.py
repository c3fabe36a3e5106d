"""The level of risk: as it was scored, and as it holds once an override takes effect."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import define, field, frozen

from ihs_domain.acting import acted_as
from ihs_domain.approving import ApprovalGranted, ApprovalReturned, authors, says_what_it_said
from ihs_domain.assessing import RiskAssessed, RiskOverridden, StrengthsAndNeedsAssessed
from ihs_domain.history import Entry, History
from ihs_domain.instruments import Rated
from ihs_domain.terms import Code, PersonId


@frozen
class RiskLevel:
    """The level as *scored*, and the *final* one, which holds since a day by these entries (their versions).

    *proposed* is another level, where an override waits for its approval.
    """

    scored: Code
    final: Code
    since: date
    by: tuple[int, ...]
    proposed: Code | None = None


@frozen
class InEffect:
    """An override that holds, since when, and by which entries."""

    level: Code
    since: date
    by: tuple[int, ...]


def risk_level(history: History, day: date, of: PersonId | None = None) -> RiskLevel | None:
    """The level of risk by the end of *day*, of the household or of one person; None while nothing was assessed.

    The last assessment counts. Of its overrides, the one that took effect last does.
    """
    days, levels = history.once(_stages).get(of, ([], []))
    stages = bisect_right(days, day)
    return levels[stages - 1] if stages else None


def risk_level_on(history: History, day: date) -> Code | None:
    """The household's final level of risk by the end of *day*; None while nothing was assessed."""
    found = risk_level(history, day)
    return found.final if found else None


# A case is asked for its level day by day: it changes with few entries, so what each comes to is worked out once.

Stages = Mapping[PersonId | None, tuple[list[date], list[RiskLevel]]]


def _stages(history: History) -> Stages:
    """The levels of the household and of each person, and the days from which on they hold."""
    heard = _Heard(history)
    found: dict[PersonId | None, tuple[list[date], list[RiskLevel]]] = {}
    for entry in history.of_any(RiskAssessed, RiskOverridden, ApprovalGranted, ApprovalReturned):
        assessed = heard.taken_in(entry)
        if assessed is not None:
            days, levels = found.setdefault(assessed.event.of, ([], []))
            days.append(entry.day)
            levels.append(heard.level(assessed))
    return found


@define
class _Heard:
    """What was said so far of each assessment: the last of whom, its overrides, and what each was answered."""

    history: History
    last: dict[PersonId | None, Entry[RiskAssessed]] = field(factory=dict, init=False)
    assessed: dict[int, Entry[RiskAssessed]] = field(factory=dict, init=False)
    overrides: defaultdict[int, list[Entry[RiskOverridden]]] = field(factory=lambda: defaultdict(list), init=False)
    of: dict[int, int] = field(factory=dict, init=False)
    answers: defaultdict[int, list[Entry[Any]]] = field(factory=lambda: defaultdict(list), init=False)

    def taken_in(self, entry: Entry[Any]) -> Entry[RiskAssessed] | None:
        """Take in an entry; the assessment whose level it may change, where that is the last."""
        assessed = self.assessed.get(self._about(entry))
        return assessed if assessed is not None and self.last[assessed.event.of] is assessed else None

    def _about(self, entry: Entry[Any]) -> int:
        """Which assessment an entry is about: an answer comes to it by the override it is given to."""
        event = entry.event
        if isinstance(event, RiskAssessed):
            self.last[event.of] = self.assessed[entry.version] = entry
            return entry.version
        if isinstance(event, RiskOverridden):
            self.of[entry.version] = event.assessment
            self.overrides[event.assessment].append(entry)
            return event.assessment
        self.answers[event.entry].append(entry)
        return self.of.get(event.entry, 0)

    def level(self, assessed: Entry[RiskAssessed]) -> RiskLevel:
        """The level by an assessment, as it was overridden so far."""
        answered = [(one, self._answer(one)) for one in self.overrides.get(assessed.version, ())]
        waiting = [one.event.level for one, answer in answered if answer is None and one.event.approved_by]
        proposed = waiting[-1] if waiting else None
        held = [effect for one, answer in answered if (effect := _effect(one, answer))]
        scored = assessed.event.scored_level
        if not held:
            return RiskLevel(scored, scored, assessed.day, (assessed.version,), proposed)
        last = max(held, key=lambda effect: (effect.since, effect.by[-1]))
        return RiskLevel(scored, last.level, max(last.since, assessed.day), (assessed.version, *last.by), proposed)

    def _answer(self, override: Entry[RiskOverridden]) -> Entry[Any] | None:
        """What was last said by another who may to an override as it now stands: corrected, it is approved anew."""
        return next(
            (
                said
                for said in reversed(self.answers.get(override.version, ()))
                if says_what_it_said(override, said.version)
                and said.decided_by.id not in authors(override)
                and acted_as(self.history, said, override.event.approved_by)
            ),
            None,
        )


def _effect(override: Entry[RiskOverridden], answer: Entry[Any] | None) -> InEffect | None:
    """How an override came to hold: at once, or by its approval; None while it does not."""
    if not override.event.approved_by:
        return InEffect(override.event.level, override.day, (override.version,))
    if answer is None or isinstance(answer.event, ApprovalReturned):
        return None
    return InEffect(override.event.level, max(override.day, answer.day), (override.version, answer.version))


def priorities_on(history: History, day: date) -> tuple[Rated, ...]:
    """The needs that were last rated by the end of *day*, gravest first: what a plan turns to."""
    last = history.upto(day).last(StrengthsAndNeedsAssessed)
    return last.event.needs if last else ()
