"""Opening a case: its authority, and the family's consent."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from ihs_domain.duties import Owed
from ihs_domain.gates import Objection
from ihs_domain.history import Entry, History
from ihs_domain.terms import Code, Decision, Happening, Jurisdiction, Narrative, PersonId

if TYPE_CHECKING:
    from ihs_domain.case import Case


class Authority(StrEnum):
    """Why the agency is in this home: the family agreed, or a court ordered it."""

    VOLUNTARY = "voluntary"
    COURT_ORDERED = "court-ordered"


@frozen
class CaseOpened(Decision):
    """In-home services begin to be provided to this family. *jurisdiction* where no request was recorded."""

    authority: Authority
    region: Code
    program: Code | None = None
    jurisdiction: Jurisdiction | None = None


@frozen
class ConsentAsked(Happening):
    """Somebody of the family was asked to sign a consent for services."""

    of: PersonId


@frozen
class ConsentSigned(Happening):
    """The consent for services was signed."""

    by: PersonId


@frozen
class ConsentRefused(Happening):
    """Somebody refused to sign the consent for services."""

    by: PersonId
    words: Narrative = None


@frozen
class Opening:
    """Since when, and by which authority."""

    opened_on: date | None = None
    authority: Authority | None = None
    region: Code | None = None
    program: Code | None = None
    jurisdiction: Jurisdiction | None = None


def case_opened(opening: Opening, entry: Entry[CaseOpened]) -> Opening:
    said = entry.event
    return Opening(entry.day, said.authority, said.region, said.program, said.jurisdiction or opening.jurisdiction)


def case_is_not_open_yet(case: "Case", entry: Entry[CaseOpened]) -> Objection | None:
    """A case is opened once; after closing it is reopened."""
    if case.opening.opened_on is None:
        return None
    return Objection("the case is opened already", "reopen it if it was closed, or correct the opening")


def opened_on(history: History) -> date | None:
    """The day the case was opened, if it was."""
    opened = history.first(CaseOpened)
    return opened and opened.day


def family_is_asked_for_consent(history: History, on: date) -> Iterator[Owed]:
    """The family is asked to sign a consent after opening. Being asked is enough: a refusal is recorded."""
    if day := opened_on(history):
        asked = history.of_any(ConsentAsked, ConsentSigned, ConsentRefused)
        yield Owed("the family is asked to sign a consent", day, met_by=asked[:1])
