"""Why something was not recorded or not found, said so that a person can act on it."""

from collections.abc import Iterable
from typing import Final

from ihs_domain.editions import EditionNotAtHand
from ihs_domain.gates import Refused
from ihs_domain.instrument_book import InstrumentNotAtHand
from ihs_domain.instruments import AnswersDoNotFit
from ihs_store.errors import CommandReused, OutcomeUnknown, StoreError


class CasesError(Exception):
    """Something asked of the cases cannot be done as it was asked."""


class UnknownCase(CasesError, LookupError):
    """No case of that id is on record."""


class AlreadyGone(CasesError):
    """What was to be destroyed was destroyed before."""


class NoKeyFile(CasesError):
    """The cases were not opened with a key file that can be replaced."""


class CaseIsGone(CasesError):
    """The content of the case was destroyed by order, so that nothing more goes on it, nor can be told of it."""


NOT_OPEN: Final = (
    "no case of that id is open to this actor for this purpose: check the id, be assigned to the case, "
    "or in an emergency break the glass"
)


class CaseNotOpen(CasesError, LookupError):
    """No case of that id is open to this reader: there is none, or they may not read it. It never says which."""

    def __init__(self, said: str = NOT_OPEN) -> None:
        super().__init__(said)


class CaseSealed(CaseNotOpen):
    """A court closed the record to this purpose, by these *orders*; told to those alone who may lift a seal."""

    def __init__(self, orders: Iterable[str]) -> None:
        self.orders = tuple(sorted(orders))
        super().__init__(
            f"a court sealed this record, by {', '.join(self.orders)}: name a purpose that the seal leaves open, or "
            "lift it by the name of its order"
        )


class UnknownEntry(CasesError, LookupError):
    """No entry of that version is in what was read."""


class UnknownPerson(CasesError, LookupError):
    """No person of that id is on record in the case, or in the register."""


class UnknownAgency(CasesError, LookupError):
    """No agency of that id is on record."""


class NothingToSearchFor(CasesError, ValueError):
    """What is searched for holds no letter or digit, and so would find everybody."""


class NoJurisdiction(CasesError):
    """It cannot be told whose rules and calendar a case goes by, or no edition of them is at hand."""


class EditionMissing(CasesError):
    """Entries were judged by an edition that is not at hand, so that nothing can be said of duties and findings."""


class UnknownEdition(CasesError, EditionNotAtHand):
    """No edition of that id is at hand."""


class InstrumentChanged(CasesError):
    """An instrument at hand says something else than the one of its id and version on record."""


class NotAnInstant(CasesError, ValueError):
    """What is given as a day or an instant is none, or lies in no year of services, or the two do not agree."""


class NotAVersion(CasesError, ValueError):
    """What is given as the version that a case stands at is none."""


class NoSuchPosition(CasesError, LookupError):
    """The record has not come to that position, so that nothing was known as at it."""


class NotYet(CasesError):
    """The act would lie after the moment it is put on record."""


class Conflict(CasesError):
    """The case went on since the caller looked; *current* is its version now."""

    def __init__(self, current: int, expected: int | None) -> None:
        self.current = current
        self.expected = expected
        seen = "" if expected is None else f", not at {expected}"
        super().__init__(f"the stream stands at version {current}{seen}: read it again, then decide again or leave it")


class WrongStream(CasesError):
    """An event belongs on another kind of stream."""


__all__ = [
    "AlreadyGone",
    "AnswersDoNotFit",
    "CaseIsGone",
    "CaseNotOpen",
    "CaseSealed",
    "CasesError",
    "CommandReused",
    "Conflict",
    "EditionMissing",
    "EditionNotAtHand",
    "InstrumentChanged",
    "InstrumentNotAtHand",
    "NoJurisdiction",
    "NoKeyFile",
    "NoSuchPosition",
    "NotAVersion",
    "NotAnInstant",
    "NotYet",
    "NothingToSearchFor",
    "OutcomeUnknown",
    "Refused",
    "StoreError",
    "UnknownAgency",
    "UnknownCase",
    "UnknownEdition",
    "UnknownEntry",
    "UnknownPerson",
    "WrongStream",
]
