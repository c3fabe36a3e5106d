"""The law a case goes by: that of its jurisdiction, or, asking what if, one edition throughout."""

from attrs import evolve

from ihs_cases.errors import EditionMissing
from ihs_cases.recording import jurisdiction_of
from ihs_domain.editions import Edition, Law, RuleBook, always
from ihs_domain.history import History


def law_of(book: RuleBook, history: History, edition: Edition | None = None) -> Law:
    """The law of the case's jurisdiction, or *edition* as if it had always been in force, beside the practices.

    Raises EditionMissing where entries were judged by an edition that is not at hand.
    """
    if edition is not None:
        beside = (practice for practice in book.practices(edition.jurisdiction) if practice.id != edition.id)
        return always(evolve(edition, beside=tuple(beside)))
    if missing := sorted({e.edition for e in history.record if e.edition} - {one.id for one in book.editions}):
        raise EditionMissing(f"entries were judged by {', '.join(missing)}, not at hand: install the plugin with it")
    return book.law(jurisdiction_of(history))
