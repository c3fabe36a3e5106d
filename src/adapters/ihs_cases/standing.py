"""What was read of a store's streams and is kept, so that only what was recorded since is read again.

It is held against the store each time it is used: another process may have recorded meanwhile. What was destroyed by
order is not kept a moment longer than the store is asked next: with the order everything of its stream is read anew.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

from attrs import define, field

from ihs_cases.rows import entry_of
from ihs_domain.erasing import DESTROYING
from ihs_domain.history import NOTHING, Entry, History, effective
from ihs_record.row import Row
from ihs_store.port import RecordStore

MOST_ENTRIES: Final = 200_000


class Standing(NamedTuple):
    """A stream as it was read: the leaf of its last record, and its history."""

    leaf: bytes = b""
    history: History = NOTHING

    @property
    def version(self) -> int:
        """The version of its last record."""
        return len(self.history.record)

    def and_then(self, rows: Sequence[Row]) -> "Standing | None":
        """With what was recorded since; None where all of it is to be read anew."""
        history = self.history
        for row in rows:
            entry = entry_of(row)
            if isinstance(entry.event, DESTROYING):
                return None
            history = history.and_then(entry)
        return Standing(rows[-1].leaf, history) if rows else self


@define(eq=False)
class Streams:
    """The histories of one store's streams as they stand: those asked for last are kept, up to so many entries."""

    store: RecordStore
    most: int = MOST_ENTRIES
    _kept: "OrderedDict[str, Standing]" = field(factory=OrderedDict, init=False)
    _entries: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def history(self, stream: str) -> History:
        """A stream's history, sealed parts unopened; empty where there is no such stream. Raises StoreDamaged."""
        return self.standing(stream).history

    def at_hand(self, stream: str) -> Standing | None:
        """How a stream stood when it was last read or recorded on: not held against the store."""
        return self._kept.get(stream)

    def forget(self, stream: str) -> None:
        """Keep nothing of a stream: something of it was destroyed."""
        with self._lock:
            self._drop(stream)

    def gone_on(self, stream: str, before: Standing, entry: Entry[Any], leaf: bytes) -> None:
        """Keep that an *entry* was recorded behind what stood *before*; where it orders to destroy, keep nothing."""
        if isinstance(entry.event, DESTROYING):
            self.forget(stream)
        else:
            self._keep(stream, Standing(leaf, before.history.and_then(entry)))

    def standing(self, stream: str) -> Standing:
        """How a stream stands. Raises StoreDamaged."""
        known = self.at_hand(stream)
        now = None if known is None else self._gone_on(stream, known)
        if now is None:
            rows = self.store.stream(stream)
            now = Standing(rows[-1].leaf if rows else b"", effective(map(entry_of, rows)))
        if now is not known:
            self._keep(stream, now)
        else:
            self._asked_for(stream)
        return now

    def _asked_for(self, stream: str) -> None:
        with self._lock:
            if stream in self._kept:
                self._kept.move_to_end(stream)

    def _gone_on(self, stream: str, known: Standing) -> Standing | None:
        """What stands now, None where the record is not the one that was read, or something of it was destroyed."""
        last, *since = self.store.stream(stream, after_version=known.version - 1) or (None,)
        return known.and_then(since) if last is not None and last.leaf == known.leaf else None

    def _keep(self, stream: str, now: Standing) -> None:
        with self._lock:
            self._drop(stream)
            if not 0 < now.version <= self.most:
                return
            self._kept[stream] = now
            self._entries += now.version
            while self._entries > self.most:
                self._drop(next(iter(self._kept)))

    def _drop(self, stream: str) -> None:
        gone = self._kept.pop(stream, None)
        if gone is not None:
            self._entries -= gone.version
