"""Measures: what a review asks of a case, answered yes, no or not applicable from the duties that stand behind it."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from attrs import frozen

from ihs_domain.duties import Duty, State
from ihs_domain.editions import Edition, always
from ihs_domain.history import History
from ihs_domain.owing import duties
from ihs_domain.rules import Rule


class Answer(StrEnum):
    """What a review answers to one of its questions."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not applicable"


@frozen
class Measure:
    """One question of a review, its answer, and the duties the answer rests on."""

    rule: Rule
    answer: Answer
    rests_on: tuple[Duty, ...]


DONE: Final = frozenset({State.MET, State.MET_LATE})


def measures(history: History, edition: Edition, on: date) -> tuple[Measure, ...]:
    """The questions of *edition* as of the end of *on*, as if they had always been asked.

    What is not due yet, was cut short or waived is not asked; a question that leaves nothing to ask is not applicable.
    """
    found = duties(history, always(edition), on)
    asked = ((rule, tuple(d for d in found if rule.cite in d.cites and _is_asked(d))) for rule in edition.rules)
    return tuple(Measure(rule, _answer(of_it), of_it) for rule, of_it in asked)


def _is_asked(duty: Duty) -> bool:
    not_yet_due = duty.state is State.OPEN and duty.due is not None
    return not not_yet_due and duty.state not in {State.LAPSED, State.WAIVED}


def _answer(asked: Iterable[Duty]) -> Answer:
    done = [duty.state in DONE for duty in asked]
    if not done:
        return Answer.NOT_APPLICABLE
    return Answer.YES if all(done) else Answer.NO
