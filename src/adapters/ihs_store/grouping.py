"""Group commit: what several callers ask for while one transaction is made durable goes into the next together.

Nobody waits for a group to fill. Who finds no one writing commits at once, on the caller's own thread; who comes
meanwhile queues up, and the first of them commits for all of them.

Once a group is settled a few of its callers are woken, and each that is awake wakes one more. Threads of one
interpreter run one at a time: woken all together they would only stand in each other's way, and in the next leader's.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from attrs import define, field

from ihs_store.asked import INTERRUPTED, Asked, Fate
from ihs_store.errors import OutcomeUnknown, StoreError
from ihs_store.port import Receipt

LARGEST_GROUP: Final = 256
WOKEN_TOGETHER: Final = 2


@define(eq=False)
class _Place:
    """A caller's place in the queue; `gate` opens when the append is settled, or its turn to lead has come.

    Who has passed the gate opens that of the caller `behind`; for one who `left`, interrupted, another does.
    """

    asks: Sequence[Asked]
    gate: Lock = field(factory=Lock)
    leads: bool = False
    open: bool = False
    left: bool = False
    led: "Sequence[_Place]" = ()
    behind: "_Place | None" = None

    def __attrs_post_init__(self) -> None:
        self.gate.acquire()


@define(eq=False)
class Group:
    """Gathers appends for `commit`, which settles the outcome of each, or raises StoreError for all of them.

    A signal interrupts only where something is called. So what must change together is changed without a call between,
    and whatever an interrupted caller had still to do for others, it does as it leaves.
    """

    _commit: Callable[[Sequence[Asked]], None]
    _lock: Lock = field(factory=Lock, init=False)
    _queue: list[_Place] = field(factory=list, init=False)
    _led: bool = field(default=False, init=False)

    def append(self, asked: Asked) -> Receipt:
        """Have it committed, alone or with others, and give its receipt once it is durable."""
        self.append_all((asked,))
        return asked.settled()

    def append_all(self, asks: Sequence[Asked]) -> None:
        """Have what several ask committed by one transaction, and settle the outcome of each."""
        place = _Place(asks)
        try:
            self._enter(place)
            if not place.leads:
                place.gate.acquire()
                self._open(place.behind)
            if place.leads:
                self._lead(place)
        except BaseException:  # interrupted: whoever comes behind must not wait for us
            self._leave(place)
            raise

    def _enter(self, place: _Place) -> None:
        """Queue up, and begin to lead where nobody does."""
        with self._lock:
            if not self._led:
                self._led = place.leads = True
            self._queue.append(place)

    def _leave(self, place: _Place) -> None:
        with self._lock:
            place.left = True
            if place in self._queue:
                self._queue.remove(place)
        if place.open:
            self._open(place.behind)
        self._end(place)

    def _open(self, place: _Place | None) -> None:
        with self._lock:
            while place is not None and place.left:
                place = place.behind
            if place is not None and not place.open:
                place.open = True
                place.gate.release()

    def _lead(self, place: _Place) -> None:
        with self._lock:
            place.led, self._queue = self._queue[:LARGEST_GROUP], self._queue[LARGEST_GROUP:]
        self._settle([asked for one in place.led for asked in one.asks])
        self._end(place)

    def _end(self, place: _Place) -> None:
        """Wake those whom a caller has led, and hand over to the next leader."""
        woken = place.led[1:]
        for one, behind in zip(woken, woken[WOKEN_TOGETHER:], strict=False):
            one.behind = behind
        for one in woken[:WOKEN_TOGETHER]:
            self._open(one)
        self._hand_over(place)
        place.led = ()  # it holds the place itself: what was asked is let go of at once, and not some time later

    def _hand_over(self, place: _Place) -> None:
        with self._lock:
            if place.leads:
                first = self._queue[0] if self._queue else None
                place.leads, self._led = False, first is not None
                if first is not None:
                    first.leads = first.open = True
                    first.gate.release()

    def _settle(self, asks: Sequence[Asked]) -> None:
        fate = Fate()
        for asked in asks:
            asked.fate = fate
        try:
            self._commit(asks)
            fate.durable = True
        except StoreError as error:
            _all(asks, error)
        except BaseException:
            _all(asks, OutcomeUnknown(INTERRUPTED))
            raise


def _all(asks: Sequence[Asked], error: StoreError) -> None:
    for asked in asks:
        asked.outcome = error
