"""One loop that reads the record in order and feeds a sink."""

import logging
import threading
import time
from typing import Final

from attrs import define, field

from ihs_cases.cases import Cases
from ihs_cases.rows import entry_of
from ihs_follow.sink import Batch, NotThisRecord, Recorded, Sink, Unreadable
from ihs_record.row import Row
from ihs_store.errors import StoreBusy, StoreClosed, StoreDamaged

CHUNK: Final = 1000
LOOK_AGAIN: Final = 0.05
LONGEST_WAIT: Final = 0.1  # and so the longest that stopping takes
PAUSE: Final = 0.005
PAUSE_AFTER_TROUBLE: Final = 1.0
_log = logging.getLogger(__name__)


class AheadOfRecord(NotThisRecord):
    """A sink stands where the record has not come yet: it was fed from another record, or from a longer one."""


@define
class Follower:
    """Feeds *sink* from the record of *cases*, at most *chunk* records at a time."""

    cases: Cases
    sink: Sink
    chunk: int = CHUNK
    _moved: threading.Condition = field(factory=threading.Condition, init=False)

    def catch_up(self) -> int:
        """Feed all that is on record now; the position the sink then stands at. Raises AheadOfRecord."""
        while self._step():
            pass
        stands, ends = self.sink.position(), self.cases.store.head().position
        if stands > ends:
            raise AheadOfRecord(
                f"{self.sink.name} stands at position {stands} and the record ends at {ends}: "
                "it was fed from another record, or before a backup was restored; begin it again"
            )
        return stands

    def run(self, stop: threading.Event) -> None:
        """Feed whatever comes on record until *stop* is set. Raises AheadOfRecord.

        A sink that raises anything else is fed the same again a little later: it holds back nobody but itself.
        """
        seen = -1
        while not stop.is_set():
            seen = self._looked(seen, stop)

    def _looked(self, seen: int, stop: threading.Event) -> int:
        """Wait a little for something to be recorded, and feed it; the version of the store that the sink has seen."""
        try:
            version = self.cases.store.wait(seen, LONGEST_WAIT)
            if version != seen:
                self.catch_up()
        except (NotThisRecord, StoreClosed):
            raise
        except StoreBusy:  # a sink that writes to the store waits its turn
            stop.wait(PAUSE)
            return seen
        except Exception as error:  # noqa: BLE001 - a sink may raise anything, and its words may hold personal data
            _log.warning(
                "%s could not take in what is on record (%s): tried again", self.sink.name, type(error).__name__
            )
            stop.wait(PAUSE_AFTER_TROUBLE)
            return seen
        return version

    def wait(self, position: int, timeout: float = 5.0) -> bool:
        """Wait until the sink has taken in *position*, so that a caller reads its own write; False after *timeout*."""
        until = time.monotonic() + timeout
        with self._moved:
            while self.sink.position() < position:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._moved.wait(min(left, LOOK_AGAIN))  # another process may feed the sink, and cannot notify us
        return True

    def _step(self) -> bool:
        batch = self._batch(self.sink.position())
        if batch is None:
            return False
        self.sink.accept(batch)
        with self._moved:
            self._moved.notify_all()
        return True

    def _batch(self, after: int) -> Batch | None:
        try:
            records = [_recorded(row) for row in self.cases.store.read(after, limit=self.chunk)]
        except StoreDamaged:
            return self._read_one_by_one(after)
        return Batch(records[-1].entry.position, records, self.cases) if records else None

    def _read_one_by_one(self, after: int) -> Batch:
        """What can be read of a batch, and the places of what cannot: one record holds back no other."""
        records: list[Recorded] = []
        unreadable: list[Unreadable] = []
        places = self.cases.store.places(after, limit=self.chunk)
        for position, stream in places:
            try:
                records += map(_recorded, self.cases.store.read(position - 1, limit=1, upto=position))
            except StoreDamaged:
                unreadable.append(Unreadable(position, stream))
                _log.error("the record at position %d cannot be read: verify the store", position)
        return Batch(places[-1][0], records, self.cases, unreadable)


def _recorded(row: Row) -> Recorded:
    return Recorded(row.stream, entry_of(row))
