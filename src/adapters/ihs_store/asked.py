"""What one append asks, and what it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from attrs import define
from eventsourcing.persistence import StoredEvent

from ihs_record.row import Draft
from ihs_store.errors import OutcomeUnknown, StoreError
from ihs_store.port import Changing, Command, Receipt, WrappedKey

INTERRUPTED: Final = "the writer was interrupted: ask for the command's receipt before trying again"


@dataclass(frozen=True)
class StoredDraft(StoredEvent):
    """A draft on its way through the library, whose own events are dataclasses."""

    draft: Draft


@define(eq=False)
class Fate:
    """Whether the transaction that several appends share is durable: until then no receipt of theirs is true."""

    durable: bool = False


@define(eq=False)
class Asked:
    """What one append asks; once it was laid out, the receipt it gets, or why it gets none.

    *fate* is that of its transaction, where another than its own caller may have written it.
    """

    drafts: Sequence[Draft | StoredEvent] = ()
    command: Command | None = None
    recorded_at: int | None = None
    keys: Sequence[WrappedKey] = ()
    change: Changing | None = None
    outcome: Receipt | StoreError | None = None
    fate: Fate | None = None

    def settled(self) -> Receipt:
        """Give the receipt, or raise what stands in its place: OutcomeUnknown where the writer was interrupted."""
        if isinstance(self.outcome, StoreError):
            raise self.outcome
        if self.outcome is None or not (self.fate is None or self.fate.durable):
            raise OutcomeUnknown(INTERRUPTED)
        return self.outcome
