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

from ihs_store.errors import OutcomeUnknown, StoreError
from ihs_store.laying import Asked
from ihs_store.port import Receipt

LARGEST_GROUP: Final = 256
WOKEN_TOGETHER: Final = 4


@define(eq=False)
class _Place:
    """A caller's place in the queue; `gate` opens when the append is settled, or its turn to lead has come.

    Who has passed the gate opens that of the caller `behind`; for one who `left`, interrupted, another does.
    """

    asked: Asked
    gate: Lock = field(factory=Lock)
    leads: bool = False
    open: bool = False
    left: bool = False
    behind: "_Place | None" = None

    def __attrs_post_init__(self) -> None:
        self.gate.acquire()


@define(eq=False)
class Group:
    """Gathers appends for `commit`, which settles the outcome of each, or raises StoreError for all of them."""

    _commit: Callable[[Sequence[Asked]], None]
    _lock: Lock = field(factory=Lock, init=False)
    _queue: list[_Place] = field(factory=list, init=False)
    _led: bool = field(default=False, init=False)

    def append(self, asked: Asked) -> Receipt:
        """Have it committed, alone or with others, and give its receipt once it is durable."""
        place = self._enter(asked)
        if place is None:
            self._lead_alone(asked)
        else:
            self._follow(place)
        return asked.settled()

    def _enter(self, asked: Asked) -> _Place | None:
        """Begin to lead where nobody does, else queue up."""
        with self._lock:
            if not self._led:
                self._led = True
                return None
            place = _Place(asked)
            self._queue.append(place)
            return place

    def _follow(self, place: _Place) -> None:
        try:
            place.gate.acquire()
            self._open(place.behind)
        except BaseException:  # interrupted while waiting: whoever comes behind must not wait for us
            self._leave(place)
            raise
        if place.leads:
            self._lead_the_queue()

    def _leave(self, place: _Place) -> None:
        with self._lock:
            place.left = True
            if place in self._queue:
                self._queue.remove(place)
        if place.leads:
            self._hand_over()
        elif place.open:
            self._open(place.behind)

    def _open(self, place: _Place | None) -> None:
        with self._lock:
            while place is not None and place.left:
                place = place.behind
            if place is not None and not place.open:
                place.open = True
                place.gate.release()

    def _lead_the_queue(self) -> None:
        with self._lock:
            places, self._queue = self._queue[:LARGEST_GROUP], self._queue[LARGEST_GROUP:]
        try:
            self._settle([place.asked for place in places])
        finally:
            self._wake(places[1:])
            self._hand_over()

    def _wake(self, places: Sequence[_Place]) -> None:
        for place, behind in zip(places, places[WOKEN_TOGETHER:], strict=False):
            place.behind = behind
        for place in places[:WOKEN_TOGETHER]:
            self._open(place)

    def _lead_alone(self, asked: Asked) -> None:
        try:
            self._settle([asked])
        finally:
            self._hand_over()

    def _settle(self, asks: Sequence[Asked]) -> None:
        try:
            self._commit(asks)
        except StoreError as error:
            _all(asks, error)
        except BaseException:
            _all(asks, OutcomeUnknown("the writer was interrupted: ask for the command's receipt before trying again"))
            raise

    def _hand_over(self) -> None:
        with self._lock:
            self._led = bool(self._queue)
            if self._led:
                self._queue[0].leads = True
                self._queue[0].open = True
                self._queue[0].gate.release()


def _all(asks: Sequence[Asked], error: StoreError) -> None:
    for asked in asks:
        asked.outcome = error
