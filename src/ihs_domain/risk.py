"""The level of risk: as it was scored, and as it holds once an override takes effect."""

from datetime import date
from typing import Any

from attrs import frozen

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
    known = history.upto(day)
    assessed = next((e for e in reversed(known.of(RiskAssessed)) if e.event.of == of), None)
    if assessed is None:
        return None
    overrides = [e for e in known.of(RiskOverridden) if e.event.assessment == assessed.version]
    answered = [(one, _answer(known, one)) for one in overrides]
    waiting = [one.event.level for one, answer in answered if answer is None and one.event.approved_by]
    proposed = waiting[-1] if waiting else None
    held = [effect for one, answer in answered if (effect := _effect(one, answer))]
    scored = assessed.event.scored_level
    if not held:
        return RiskLevel(scored, scored, assessed.day, (assessed.version,), proposed)
    last = max(held, key=lambda effect: (effect.since, effect.by[-1]))
    return RiskLevel(scored, last.level, max(last.since, assessed.day), (assessed.version, *last.by), proposed)


def risk_level_on(history: History, day: date) -> Code | None:
    """The household's final level of risk by the end of *day*; None while nothing was assessed."""
    found = risk_level(history, day)
    return found.final if found else None


def _answer(history: History, override: Entry[RiskOverridden]) -> Entry[Any] | None:
    """What was last said by another who may to an override as it now stands: corrected, it is to be approved anew."""
    return next(
        (
            said
            for said in reversed(history.of_any(ApprovalGranted, ApprovalReturned))
            if said.event.entry == override.version
            and says_what_it_said(override, said.version)
            and said.decided_by.id not in authors(override)
            and acted_as(history, said, override.event.approved_by)
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
