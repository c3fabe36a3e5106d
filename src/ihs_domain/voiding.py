"""Voiding: an entry stands, or it does not; to void it once more would say nothing, and look as if it did."""

from collections.abc import Iterable
from typing import Any

from ihs_domain.gates import Objection
from ihs_domain.history import Entry, voided
from ihs_domain.recording import EntryVoided


def it_still_stands(said: EntryVoided, record: Iterable[Entry[Any]]) -> Objection | None:
    """What is voided is not void already, on whichever stream."""
    by = voided(record).get(said.entry)
    if by is None:
        return None
    return Objection("the entry of that version is void already", "leave it so, or void what voids it", (f"@{by}",))
