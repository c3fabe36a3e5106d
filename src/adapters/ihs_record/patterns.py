"""How each kind of value is written, one pattern each: what people write and what was stored are held to the same."""

import re
from typing import Any, Final, NamedTuple

from ihs_domain.roles import ID as _ID
from ihs_domain.terms import (
    CASE_IDS,
    ActorId,
    AgencyId,
    AgreementId,
    CaseId,
    Cents,
    Cite,
    Code,
    Count,
    Digest,
    DocumentId,
    EditionId,
    Jurisdiction,
    Minutes,
    Month,
    PartId,
    RegisterId,
    Version,
)

MOST_DIGITS: Final = 15  # of a whole number: any JSON reader anywhere holds so many exactly


class Written(NamedTuple):
    """The regular expression a text must match whole, and what to tell a person whose text does not."""

    pattern: str
    expected: str


_CODE: Final = r"(?=[a-z0-9-]{1,80}(?![a-z0-9-]))[a-z0-9]+(?:-[a-z0-9]+)*"
_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
AN_ID: Final = Written(_ID, "an id: letters, digits, dots, hyphens, underscores, at most 64")

ID: Final = re.compile(_ID)


def is_id(given: object) -> bool:
    """Whether anything can be named so: what is no text names nothing."""
    return isinstance(given, str) and ID.fullmatch(given) is not None


class Counted(NamedTuple):
    """The least that a whole number can be, and what to tell a person who gives less."""

    least: int
    expected: str

    @property
    def shape(self) -> str:
        """The regular expression that it matches whole."""
        some = f"[1-9][0-9]{{0,{MOST_DIGITS - 1}}}"
        return some if self.least else f"(?:0|{some})"


NUMBERS: Final[dict[Any, Counted]] = {
    Version: Counted(1, "an entry's version, a whole number from 1"),
    Count: Counted(0, "a whole number from 0"),
    Minutes: Counted(0, "minutes, a whole number from 0"),
    Cents: Counted(1, "an amount in cents, a whole number from 1"),
}
"""Every kind of number that has a least: what can never have been is not stored."""

PATTERNS: Final[dict[Any, Written]] = {
    **dict.fromkeys((*CASE_IDS, ActorId, AgencyId, AgreementId, CaseId, DocumentId, RegisterId), AN_ID),
    PartId: Written(f"(?:{_ID})?", "the id of a part of the entry, or nothing for the whole"),
    Code: Written(_CODE, "a code: lower-case words joined by hyphens, at most 80 letters"),
    Cite: Written(r"[A-Za-z0-9](?:[A-Za-z0-9 .,()\[\]-]{0,78}[A-Za-z0-9)\]])?", "a clause as it is cited"),
    Jurisdiction: Written(r"[a-z]{2}-[a-z0-9]{1,3}", "a jurisdiction as ISO 3166-2 has it, in lower case: us-ut"),
    Month: Written(r"[0-9]{4}-(?:0[1-9]|1[0-2])", "a month, YYYY-MM"),
    EditionId: Written(f"{_CODE}@{_DAY}", "an edition: its ruleset, @, and its first day"),
    Digest: Written(r"[0-9a-f]{64}", "a SHA-256 in lower-case hex"),
}
"""Every kind of text that may stand in an open part: none for free text, so free text cannot be stored open."""

DAY: Final = Written(_DAY, "a day, YYYY-MM-DD")
INSTANT: Final = Written(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    "an instant with its offset, such as 2015-01-09T15:00:00-07:00",
)
