"""What no rule judged, since no edition is on file for its day: nothing found there does not mean that all was well."""

from datetime import date

from attrs import frozen

from ihs_cases.proposal import edition_id
from ihs_cases.recording import jurisdiction_of
from ihs_domain.editions import RuleBook
from ihs_domain.history import History
from ihs_domain.possible import DECISIONS
from ihs_domain.terms import Jurisdiction


@frozen
class Unjudged:
    """How many entries no rule judged, and the day of the first of them."""

    entries: int
    since: date


def unjudged(history: History, book: RuleBook) -> Unjudged | None:
    """What stands of a case that was judged by no edition when it was recorded, and is judged by none at hand."""
    jurisdiction = jurisdiction_of(history)
    days = [e.day for e in history if not e.edition and not_judged(type(e.event), e.day, book, jurisdiction)]
    return Unjudged(len(days), min(days)) if days else None


def not_judged(cls: type, day: date, book: RuleBook, jurisdiction: Jurisdiction | None) -> bool:
    """Whether no edition is on file for an entry of that day, and it is one that rules judge.

    That is a decision, and what happened where some edition of the jurisdiction has a gate or a finding for it: of the
    rest it goes without saying. An amendment is neither; what it says counts.
    """
    judged = cls in DECISIONS or any(cls in e.gates or cls in e.finds for e in book.of(jurisdiction))
    return judged and no_edition_on(day, book, jurisdiction)


def no_edition_on(day: date, book: RuleBook, jurisdiction: Jurisdiction | None) -> bool:
    """Whether no edition of a jurisdiction's rules is on file for a day."""
    return not edition_id(book.law(jurisdiction)(day))
