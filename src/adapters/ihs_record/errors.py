"""What can be wrong with what people write and what was stored: places and reasons, never a value."""

import re
from collections.abc import Sequence
from typing import Final

from attrs import frozen

MOST_SAID: Final = 20
"""So many faults are written out in an error's words; the error itself carries them all."""
NO_SUCH_FIELD: Final = "no such field"


@frozen
class Fault:
    """One thing wrong: at which field (dotted path, empty for the whole), and what was expected instead."""

    at: str
    says: str

    def __str__(self) -> str:
        return f"{self.at}: {self.says}" if self.at else self.says


class RecordError(ValueError):
    """Something cannot be put on record, or what is on record cannot be read as an event."""


class UnknownName(RecordError):
    """A name that no event has, or one of a newer version than this software knows."""


class NotJson(RecordError):
    """Text or bytes that are not one JSON object as this software reads it. Carries every fault found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed(self.faults))


class BadFields(RecordError):
    """The fields do not fit the event. Carries every fault found."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.name = name
        self.faults = tuple(faults)
        super().__init__(f"{name}: {_listed(self.faults)}")


def _listed(faults: tuple[Fault, ...]) -> str:
    said = [str(fault) for fault in faults[:MOST_SAID]]
    if len(faults) > MOST_SAID:
        said.append(f"and {len(faults) - MOST_SAID} more")
    return "; ".join(said)


def joined(at: str, below: str) -> str:
    """The path of what stands at *below* within *at*; either may be empty for the whole."""
    return f"{at}.{below}" if at and below and not below.startswith("[") else at + below


def printable(name: object) -> str:
    """A field name as given, when it is plainly a name and cannot be anybody's data."""
    text = str(name)
    return text if re.fullmatch(r"[a-z_][a-z0-9_]{0,39}", text) else "(a name that is none)"
