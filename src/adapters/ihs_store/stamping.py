"""When a record is stamped to be recorded: by the machine's clock, or as a rehearsal is told; never backwards."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from attrs import frozen

from ihs_record.leaf import LIVE, REHEARSAL
from ihs_record.row import micros
from ihs_store.errors import ClockWentBack, RecordedAtMissing, RecordedAtRefused
from ihs_store.port import Kind

Clock = Callable[[], int]

_LARGEST_STEP_BACK: Final = 2_000_000


def read_of(occurred: str | None) -> int | None:
    """What a clock read, of the instant as a record's header has it."""
    return None if occurred is None else micros(datetime.fromisoformat(occurred))


def wall_clock() -> int:
    """Read the machine's clock: microseconds since 1970, UTC."""
    return time.time_ns() // 1000


@frozen
class Keeper:
    """What a store lays down for all its records: its kind, and the clock that stamps them."""

    kind: Kind
    clock: Clock = wall_clock

    @property
    def tag(self) -> bytes:
        """The tag in every leaf."""
        return REHEARSAL if self.kind == "rehearsal" else LIVE

    def stamp(self, given: int | None, last: int | None, corrected: Callable[[], int | None]) -> int:
        """Give the time of recording after `last`, None where nothing is recorded yet; AppendRefused.

        *corrected* tells what the clock read when it was said to be right though it is behind `last`, else None.
        """
        if self.kind == "live" and given is not None:
            raise RecordedAtRefused("a live store stamps the time of recording itself: give none")
        if self.kind == "rehearsal" and given is None:
            raise RecordedAtMissing("a rehearsal store is told the time of recording: give recorded_at")
        now = self.clock() if given is None else given
        if last is None or now >= last:
            return now
        if given is not None:
            raise ClockWentBack(f"{_behind(last, now)}: give records in the order of recording")
        if last - now <= _LARGEST_STEP_BACK:
            return last
        read = corrected()
        if read is None or now < read - _LARGEST_STEP_BACK:
            raise ClockWentBack(
                f"{_behind(last, now)}: set the clock right; if it is right, record that by ihs store clock-corrected"
            )
        return last


def _behind(last: int, now: int) -> str:
    return f"the time of recording would lie {(last - now) / 1e6:.6f} s before the last record's"
