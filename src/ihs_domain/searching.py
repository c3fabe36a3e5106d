"""Searching for a person by name: how people search, and that they did."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from ihs_domain.terms import CaseId, Code, Happening, Month, RegisterId


@frozen
class PersonSearchMade(Happening):
    """Somebody searched for a person, by name or id: what for, how many were found; never what was searched for."""

    found: int
    purpose: Code | None = None


@frozen
class Found:
    """A name that a search found, and whose it is.

    *known_as* is the id of whoever has it in *case*, or in the register where *case* is None; *person* is who that is
    by the register, merged duplicates led to the one they were merged into.
    """

    name: str = field(repr=False)
    case: CaseId | None
    known_as: str
    person: RegisterId | None
    birth_month: Month | None


_STROKE: Final = str.maketrans("øłđðħ\N{LATIN SMALL LETTER DOTLESS I}", "olddhi")
PLAIN: Final = _STROKE | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that people type without their stroke, and that Unicode takes for letters of their own."""


MARKS: Final = re.compile(r"[^\w\s]|_")
"""What is neither letter, digit nor space."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text as people search: without case, accents, hyphens and apostrophes."""
    folded = _bare(_bare(text).casefold()).translate(PLAIN)
    return tuple(MARKS.sub("", folded).split())


def _bare(text: str) -> str:
    """A text without its accents."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def is_called(name: str, searched: Sequence[str]) -> bool:
    """Whether every one of the *searched* words is part of some word of *name*, in whatever order."""
    parts = words(name)
    return all(any(one in part for part in parts) for one in searched)
