"""Appends that event loops await: what their tasks ask while one transaction is made durable goes into the next.

One thread commits for all of them, so that of many tasks that wait none needs a thread of its own.
"""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from threading import Lock
from weakref import WeakSet

from attrs import define, field, frozen

from ihs_record.row import Draft, micros
from ihs_store.asked import Asked
from ihs_store.grouping import LARGEST_GROUP
from ihs_store.port import Command, Receipt, WrappedKey

_FROM_MEMORY: ContextVar[bool] = ContextVar("from_memory", default=False)


class NotAtHand(Exception):
    """Something would be asked of the store where nothing may be: it is asked in a thread instead."""


@contextmanager
def from_memory() -> Iterator[None]:
    """Ask no store anything in here: an event loop does not wait for a disk. What would ask one raises NotAtHand."""
    before = _FROM_MEMORY.set(True)
    try:
        yield
    finally:
        _FROM_MEMORY.reset(before)


def refuse_from_memory() -> None:
    """Raise NotAtHand where nothing may be asked of a store."""
    if _FROM_MEMORY.get():
        raise NotAtHand


@frozen(eq=False)
class _Waiting:
    asked: Asked
    settled: "Future[None]"


@define(eq=False)
class Soon:
    """The same appends, awaited. `run` has something done in a thread; `append_all` settles what several ask."""

    _append_all: Callable[[Sequence[Asked]], None]
    _run: Callable[[Callable[[], None]], object]
    _lock: Lock = field(factory=Lock, init=False)
    _waiting: list[_Waiting] = field(factory=list, init=False)
    _looking: "WeakSet[AbstractEventLoop]" = field(factory=WeakSet, init=False)
    _working: bool = field(default=False, init=False)

    async def append(
        self,
        drafts: Sequence[Draft],
        *,
        command: Command | None = None,
        recorded_at: datetime | None = None,
        keys: Sequence[WrappedKey] = (),
    ) -> Receipt:
        """Record all drafts or none: see RecordStore.append. Cancelled, it may be recorded all the same."""
        asked = Asked(drafts, command, None if recorded_at is None else micros(recorded_at), keys)
        loop = asyncio.get_running_loop()
        settled: Future[None] = loop.create_future()
        with self._lock:
            self._waiting.append(_Waiting(asked, settled))
            first = loop not in self._looking
            self._looking.add(loop)
        if first:
            loop.call_soon(self._look, loop)  # once every task that is ready has asked too
        await settled
        return asked.settled()

    def _look(self, loop: AbstractEventLoop) -> None:
        """Have a thread begin to work, unless one does. Each loop looks for itself, and waits for no other loop."""
        with self._lock:
            self._looking.discard(loop)
            begins = bool(self._waiting) and not self._working
            self._working = self._working or begins
        if begins:
            try:
                self._run(self._work)
            except Exception as error:  # noqa: BLE001 - no thread could begin: nothing was recorded, nobody waits on
                while batch := self._taken():
                    self._wake(batch, error)

    def _work(self) -> None:
        batch = self._taken()
        while batch:
            error = None
            try:
                self._append_all([one.asked for one in batch])
            except Exception as failed:  # noqa: BLE001 - whoever waits is told, and nobody else would be
                error = failed
            recorded, batch = batch, self._taken({one.settled.get_loop() for one in batch})
            self._wake(recorded, error)

    def _taken(self, woken: Collection[AbstractEventLoop] = ()) -> list[_Waiting]:
        """Those to be recorded next; none where all that wait are of loops that are about to be *woken*.

        These look again once their tasks have asked anew, so that all of them are recorded together: in two halves,
        each would be prepared while the other is written, and the interpreter passed to and fro.
        """
        with self._lock:
            others = any(one.settled.get_loop() not in woken for one in self._waiting)
            most = LARGEST_GROUP if others else 0
            batch, self._waiting = self._waiting[:most], self._waiting[most:]
            self._working = bool(batch)
        return batch

    def _wake(self, batch: Sequence[_Waiting], error: Exception | None) -> None:
        """Let each go on in its own loop; in a loop that was closed meanwhile nobody waits."""
        by_loop: dict[AbstractEventLoop, list[Future[None]]] = {}
        for one in batch:
            by_loop.setdefault(one.settled.get_loop(), []).append(one.settled)
        for loop, several in by_loop.items():
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._settle, loop, several, error)

    def _settle(self, loop: AbstractEventLoop, several: Sequence["Future[None]"], error: Exception | None) -> None:
        for settled in several:
            if settled.done():  # cancelled
                continue
            if error is None:
                settled.set_result(None)
            else:
                settled.set_exception(error)
        loop.call_soon(self._look, loop)
