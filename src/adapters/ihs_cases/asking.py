"""What is asked of one case's history: by which law, and on which day."""

from datetime import date

from ihs_cases.errors import EditionNotAtHand, UnknownEdition
from ihs_cases.law import law_of
from ihs_cases.recording import jurisdiction_of
from ihs_cases.when import a_day_of_services
from ihs_domain.comparing import Judge
from ihs_domain.duties import Duty
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.history import History
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.judge import Finding
from ihs_domain.owing import duties
from ihs_domain.possible import Doable, possible
from ihs_domain.rescoring import findings
from ihs_domain.roles import Actor


def edition_of(rules: RuleBook, named: Edition | str | None) -> Edition | None:
    """The edition that is meant, None where none is. Raises UnknownEdition."""
    if named is None or isinstance(named, Edition):
        return named
    try:
        return rules.edition(named)
    except EditionNotAtHand as error:
        raise UnknownEdition(str(error)) from None


def duties_in(history: History, rules: RuleBook, on: date, edition: Edition | str | None = None) -> tuple[Duty, ...]:
    """What fell due by the end of *on*, by editions and practices in force, or (what-if) by one throughout."""
    a_day_of_services("on", on)
    beside = rules.practices(jurisdiction_of(history)) if edition is None else ()
    return duties(history, law_of(rules, history, edition_of(rules, edition)), on, beside)


def findings_in(
    history: History, rules: RuleBook, instruments: InstrumentBook, edition: Edition | str | None = None
) -> tuple[Finding, ...]:
    """What each entry was found wanting in, by the edition of its day, or (what-if) by one edition throughout."""
    return findings(history, law_of(rules, history, edition_of(rules, edition)), instruments)


def judge_of(history: History, rules: RuleBook, instruments: InstrumentBook) -> Judge:
    """What is found in any history of a case, judged by the law that the case goes by as *history* has it."""
    law = law_of(rules, history)
    return lambda known: findings(known, law, instruments)


def possible_in(history: History, rules: RuleBook, actor: Actor, on: date) -> tuple[Doable, ...]:
    """Which decisions *actor* could take on that day."""
    a_day_of_services("on", on)
    return tuple(possible(history, law_of(rules, history), on, actor))
