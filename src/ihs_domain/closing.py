"""Closing a case: for which reason, child by child."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from ihs_domain.acting import acted_for_a_supervisor
from ihs_domain.approving import ApprovalGranted, authors, says_what_it_said
from ihs_domain.duties import NearMiss, Owed
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry, History
from ihs_domain.roles import Role
from ihs_domain.safety import SafetyResult, threats_left_by
from ihs_domain.terms import Code, Decision, Happening, Narrative, PersonId, ThreatId

if TYPE_CHECKING:
    from ihs_domain.case import Case


class Ending(StrEnum):
    """Why services end."""

    THREATS_MANAGED = "threats-managed"
    CHILD_UNSAFE_AT_HOME = "child-unsafe-at-home"
    FAMILY_WITHDREW = "family-withdrew"
    COURT_ENDED = "court-ended"
    MOVED = "moved"
    NOT_FOUND = "not-found"
    OF_AGE = "of-age"
    DIED = "died"
    TRANSFERRED = "transferred"
    NOT_APPROPRIATE = "not-appropriate"
    REQUEST_DENIED = "request-denied"


ACCOUNTED: frozenset[Ending] = frozenset({Ending.THREATS_MANAGED, Ending.CHILD_UNSAFE_AT_HOME})
"""The endings that say every threat is answered; any other is recorded as it came."""

PLANNED: frozenset[Ending] = ACCOUNTED | {Ending.NOT_APPROPRIATE}
"""The endings the agency itself decides on, and so can prepare."""


@frozen
class EndingDetermined(Happening):
    """It was determined that services will no longer be provided, and why."""

    reason: Ending
    words: Narrative = None


@frozen
class ServicesExtended(Decision):
    """Services of the intensity in force go on until *until*: why, what is to come of it, and by which methods.

    *found_necessary_by* are the roles, besides whoever decides, that found going on necessary.
    """

    until: date
    reasons: frozenset[Code] = frozenset()
    desired_results: frozenset[Code] = frozenset()
    methods: frozenset[Code] = frozenset()
    found_necessary_by: frozenset[Role] = frozenset()
    words: Narrative = None


@frozen
class FinalSummaryWritten(Happening):
    """The final progress summary, with the reason for closing and the resources the family was referred to."""

    reason: Ending
    resources: frozenset[Code] = frozenset()
    words: Narrative = None


@frozen
class CaseClosed(Decision):
    """Services end, for the case and for each child."""

    reason: Ending
    children: dict[PersonId, Ending] = field(factory=dict)
    words: Narrative = None


@frozen
class CaseReopened(Decision):
    """Services go on in a case that was closed."""

    words: Narrative = None


@frozen
class Closing:
    """Whether the case is closed and since when, whether a final summary is there, and until when services go on."""

    closed_on: date | None = None
    reason: Ending | None = None
    summarised: bool = False
    determined_on: date | None = None
    extended_until: date | None = None
    reopened_on: date | None = None


def final_summary_written(closing: Closing, entry: Entry[FinalSummaryWritten]) -> Closing:
    return evolve(closing, summarised=True)


def ending_determined(closing: Closing, entry: Entry[EndingDetermined]) -> Closing:
    return evolve(closing, determined_on=entry.day)


def services_extended(closing: Closing, entry: Entry[ServicesExtended]) -> Closing:
    return evolve(closing, extended_until=entry.event.until)


def case_closed(closing: Closing, entry: Entry[CaseClosed]) -> Closing:
    return evolve(closing, closed_on=entry.day, reason=entry.event.reason)


def case_reopened(closing: Closing, entry: Entry[CaseReopened]) -> Closing:
    return Closing(reopened_on=entry.day)


def case_is_open(case: "Case", entry: Entry[Decision]) -> Objection | None:
    """Decisions belong between opening and closing; the closing day counts."""
    if case.opening.opened_on is None:
        return Objection("the case is not open yet", "open it, or record the day on which it was decided")
    if case.closing.closed_on is not None and entry.day > case.closing.closed_on:
        return Objection("the case is closed", "reopen it first, or record the day on which it was decided")
    return None


def case_is_closed(case: "Case", entry: Entry[CaseReopened]) -> Objection | None:
    """Only a closed case is reopened."""
    if case.closing.closed_on is not None:
        return None
    return Objection("the case is not closed", "go on with it as it is")


def threats_are_accounted_for(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """A closing because threats are managed, or because a child cannot stay, leaves no threat unaccounted for."""
    left = case.safety.unaccounted()
    if entry.event.reason not in ACCOUNTED or not left:
        return None
    return _unmanaged(case, left)


def no_threat_is_left(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """Any other ending is recorded, and every threat still unmanaged is found."""
    left = case.safety.unaccounted()
    if entry.event.reason in ACCOUNTED or not left:
        return None
    return _unmanaged(case, left)


def _unmanaged(case: "Case", threats: frozenset[ThreatId]) -> Objection:
    return Objection(
        f"the case still has {len(threats)} unmanaged threat{'s' * (len(threats) != 1)}{_of_which(case, threats)}",
        "record how each was managed, or that the child can no longer safely stay",
        tuple(sorted(threats)),
    )


def _of_which(case: "Case", threats: frozenset[ThreatId]) -> str:
    """In words, how many of these *threats* somebody said are managed, and nobody how."""
    number = len(threats & case.safety.how_unsaid)
    return f" ({number} said to be managed, and not how)" if number else ""


def safety_is_assessed_before(*endings: Ending) -> Gate:
    """A gate: a closing for one of *endings* follows a safety assessment made for it, after any change in threats."""

    def safety_is_assessed_for_the_closing(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
        """Safety is assessed for the closing, of every child, after the last change in any threat."""
        assessed_on = case.safety.assessed_to_close_on
        this_time = assessed_on is not None and assessed_on >= (case.closing.reopened_on or date.min)
        left = case.household.children - (case.safety.assessed_to_close.keys() if this_time else set())
        if entry.event.reason not in endings or (this_time and not left):
            return None
        return Objection(
            "no safety assessment was made for this closing since the last change in any threat",
            "assess the safety of every child for the closing, then close",
            tuple(sorted(left)),
        )

    return safety_is_assessed_for_the_closing


def no_child_was_found_unsafe(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """A closing does not say that threats to a child are managed whom the assessment made for it found unsafe."""
    said, found = entry.event, case.safety.assessed_to_close
    if said.reason not in ACCOUNTED:
        return None
    unsafe = {c for c in case.household.children if found.get(c) is SafetyResult.UNSAFE}
    managed = {c for c in unsafe if said.children.get(c, said.reason) is Ending.THREATS_MANAGED}
    if not managed:
        return None
    return Objection(
        f"the safety assessment made for this closing found {len(managed)} of the children unsafe",
        "identify and address what makes them so and assess again, or close because they cannot safely stay",
        tuple(sorted(managed)),
    )


def threats_are_addressed_before(*endings: Ending) -> Gate:
    """A gate: a closing for one of *endings* leaves no threat that nobody did anything about."""

    def threats_are_addressed(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
        """Every outstanding threat is managed, handed over by a referral, reported, or brought before a court."""
        left = case.safety.unmanaged - _addressed(case)
        if entry.event.reason not in endings or not left:
            return None
        return Objection(
            f"nothing is on record that was done about {len(left)} outstanding threat{'s' * (len(left) != 1)}"
            + _of_which(case, left),
            "record how each was managed, or the referral, report or petition that addresses it",
            tuple(sorted(left)),
        )

    return threats_are_addressed


def _addressed(case: "Case") -> frozenset[ThreatId]:
    """The threats that something was done about since they last came up, or whose children are all removed."""
    done = (case.serving.handed_over, case.household.reported, case.opening.petitioned)
    since = case.safety.since
    acted = {t for by_threat in done for t, day in by_threat.items() if t in since and day >= since[t]}
    return frozenset(acted) | case.safety.under_nobody()


def each_child_is_accounted_for(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """A closing says of each child how services ended for it."""
    silent = case.household.children - entry.event.children.keys()
    if entry.event.reason not in ACCOUNTED or not silent:
        return None
    return Objection(
        f"the closing says nothing of {len(silent)} of the children",
        "say for each child why services end",
        tuple(sorted(silent)),
    )


def summary_is_written(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """A final progress summary with the reason for closing is there before a planned closing."""
    if case.closing.summarised or entry.event.reason not in PLANNED:
        return None
    return Objection("no final progress summary is on record", "write it with the reason for closing, then close")


def breaks(history: History) -> tuple[tuple[date, date], ...]:
    """The times in which the case was closed and after which it went on: each the day it closed and reopened."""
    return history.once(_breaks)


def _breaks(history: History) -> tuple[tuple[date, date], ...]:
    found: list[tuple[date, date]] = []
    closed: date | None = None
    for entry in history.of_any(CaseClosed, CaseReopened):
        if isinstance(entry.event, CaseClosed):
            closed = entry.day
        elif closed is not None:
            found.append((closed, entry.day))
            closed = None
    return tuple(found)


def is_after_closing(history: History, day: date) -> bool:
    """Whether *day* lies between a closing and the reopening after it, if there was one; neither day itself does."""
    closed = closed_on(history)
    return (closed is not None and closed < day) or any(closed < day < again for closed, again in breaks(history))


def what_is_said_of_each_child_is_on_record(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """A child said to have left for safety cannot stay; of one whose threats are said to be managed, none is left."""
    said = entry.event.children
    safe = {c for c, ending in said.items() if ending is Ending.THREATS_MANAGED}
    gone = {c for c, ending in said.items() if ending is Ending.CHILD_UNSAFE_AT_HOME} - case.safety.unsafe.keys()
    # A threat left unaccounted for has a gate of its own; these are answered by their children having left.
    answered = case.safety.unmanaged - case.safety.unaccounted()
    threatened = {c for threat in answered for c in case.safety.threats[threat]} & safe
    if not gone | threatened:
        return None
    return Objection(
        f"the record does not bear out what the closing says of {len(gone | threatened)} of the children",
        "record how each threat was managed, or that the child can no longer safely stay, then say which",
        tuple(sorted(gone | threatened)),
    )


def ended_on_an_assessment(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """Services that end as not appropriate without a plan rest on an assessment that says so."""
    if entry.event.reason is not Ending.NOT_APPROPRIATE or case.planning.agreed or case.assessing.completed:
        return None
    return Objection("no assessment says that services are not appropriate", "record the assessment with its day")


def ended_without_an_order(case: "Case", entry: Entry[CaseClosed]) -> Objection | None:
    """Services that end as not appropriate without a plan are not a court's."""
    if entry.event.reason is not Ending.NOT_APPROPRIATE or case.planning.agreed:
        return None
    if not case.opening.ordered_on(entry.day):
        return None
    return Objection("services that a court ordered ended without a plan", "ask for a petition to end the order")


def final_summary_is_written(history: History, on: date) -> Iterator[Owed]:
    """A final summary is written from the day it was determined that services end."""
    determined = next((e for e in _last_part(history) if isinstance(e.event, EndingDetermined)), None)
    if determined is not None and closed_on(history) is None:
        yield _summary(history, determined.day)


def final_summary_follows(history: History, on: date) -> Iterator[Owed]:
    """The closed case has its final summary, were it written after an ending that nobody planned."""
    part = _last_part(history)
    ended = next((e for e in part if isinstance(e.event, EndingDetermined | CaseClosed)), None)
    if ended is not None and closed_on(history) is not None:
        yield _summary(history, ended.day)


def _summary(history: History, since: date) -> Owed:
    written = tuple(e for e in _last_part(history) if isinstance(e.event, FinalSummaryWritten))
    return Owed("the final progress summary is written", since, met_by=written[:1])


def _last_part(history: History) -> History:
    """What happened since the case was last reopened, or all of it."""
    reopened = history.last(CaseReopened)
    if reopened is None:
        return history
    later = (e for e in history if (e.day, e.version) > (reopened.day, reopened.version))
    return History.standing(later, history.record)


def supervisor_reviews_the_ending(history: History, on: date) -> Iterator[Owed]:
    """An ending that left a threat unmanaged, for whatever reason, is reviewed by a supervisor."""
    for closing in _last_part(history).of(CaseClosed):
        left = threats_left_by(history, closing)
        if closing.event.reason not in ACCOUNTED and left:
            yield _review(history, closing, left)


def _review(history: History, closing: Entry[CaseClosed], left: frozenset[str]) -> Owed:
    reviews = [e for e in history.of(ApprovalGranted) if e.event.entry == closing.version]
    judged = [(e, _no_review(history, closing, e)) for e in reviews]
    near = tuple(NearMiss(e.version, why) for e, why in judged if why)
    met = tuple(e for e, why in judged if not why)
    what = "a supervisor reviews what was done for safety"
    return Owed(what, closing.day, tuple(sorted(left)), met_by=met[:1], near=near)


def _no_review(history: History, closing: Entry[CaseClosed], review: Entry[ApprovalGranted]) -> str:
    """Why an approval is no supervisor's review of the closing as it stands; empty if it is one."""
    if not acted_for_a_supervisor(history, review):
        return "not by a supervisor"
    if review.decided_by.id in authors(closing):
        return "by somebody who made the closing"
    return "" if says_what_it_said(closing, review.version) else "the closing was corrected after that"


def closed_on(history: History) -> date | None:
    """The day the case was closed, if it is closed now."""
    last = next(reversed(history.of_any(CaseClosed, CaseReopened)), None)
    return last.day if last is not None and isinstance(last.event, CaseClosed) else None
