"""How a command ends when it cannot do as asked: one line on stderr, and an exit code."""

from typing import Final

import click

from ihs_cases.errors import CasesError, NoSuchPosition, UnknownAgency, UnknownCase, UnknownEntry, UnknownPerson
from ihs_domain.edition_checks import BadEdition
from ihs_domain.gates import Refused
from ihs_domain.instruments import InstrumentError
from ihs_domain.owing import DutyFails
from ihs_domain.roles import NotAnActor
from ihs_ledger.bundle import BundleRefused
from ihs_ledger.note import NoteRefused
from ihs_record.errors import RecordError
from ihs_record.row import DraftRefused
from ihs_store.errors import KeyFileError, StoreError, StoreExists, StoreNotOpened

WRONG: Final = 1
USAGE: Final = 2
REHEARSAL: Final = "REHEARSAL"

KNOWN: Final = (
    *(StoreError, CasesError, RecordError, DraftRefused, Refused, BadEdition, DutyFails, InstrumentError),
    *(NoteRefused, BundleRefused, NotAnActor),
)
"""The errors whose words are for a person to read and hold nothing that was typed into a record."""

MISNAMED: Final = (
    *(StoreNotOpened, StoreExists, KeyFileError),
    *(UnknownCase, UnknownEntry, UnknownAgency, UnknownPerson, NoSuchPosition),
)
"""Of these, what comes of naming a thing that is not there or cannot be used."""


class Failure(click.ClickException):
    """A command cannot be carried out; its message is one line."""

    exit_code = WRONG


class Misasked(Failure):
    """What was typed names nothing that is there, or nothing that can be used."""

    exit_code = USAGE


def failure(error: Exception, mark: str = "") -> Failure:
    """A known *error* as the end of a command; *mark* says which kind of store it came from."""
    said = f"{mark}: {error}" if mark else str(error)
    return Misasked(said) if isinstance(error, MISNAMED) else Failure(said)
