"""Turns: those who record in one case at the same time come one after the other.

Together each but the first would be decided in vain, and again, and again: sixteen at once took ten times as long as
one after the other. Turns make for speed alone. What is recorded is held against what stands in any case, so whoever
waits while nothing moves, as when a server has fallen silent, waits no longer and goes on without.
"""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Lock
from typing import Final
from weakref import WeakValueDictionary

from attrs import define, field

PATIENCE: Final = 0.25
"""For how many seconds of standstill somebody waits for a turn."""


@define(eq=False)
class _Turn:
    lock: Lock = field(factory=Lock)
    passed: int = 0


@define(eq=False)
class _TaskTurn:
    lock: asyncio.Lock = field(factory=asyncio.Lock)
    passed: int = 0
    waiting: int = 0


def _over(turn: _Turn | _TaskTurn, *, held: bool) -> None:
    """Somebody was done, in turn or without one: so it moves."""
    turn.passed += 1
    if held:
        turn.lock.release()


@define(eq=False)
class Turns:
    """The turns of the threads of one process, by stream: there is one while anybody has it or waits for it."""

    _turns: "WeakValueDictionary[str, _Turn]" = field(factory=WeakValueDictionary, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    @contextmanager
    def of(self, stream: str) -> Iterator[None]:
        """Have a turn at a stream, or go on without where nothing moves."""
        with self._lock:
            turn = self._turns.get(stream) or self._turns.setdefault(stream, _Turn())
        held = _taken(turn)
        try:
            yield
        finally:
            _over(turn, held=held)


def _taken(turn: _Turn) -> bool:
    seen = turn.passed
    while not turn.lock.acquire(timeout=PATIENCE):
        if turn.passed == seen:
            return False
        seen = turn.passed
    return True


@define(eq=False)
class TaskTurns:
    """The turns of tasks, each among those of its own event loop."""

    _turns: "WeakValueDictionary[tuple[AbstractEventLoop, str], _TaskTurn]" = field(
        factory=WeakValueDictionary, init=False
    )

    @asynccontextmanager
    async def of(self, stream: str) -> AsyncIterator[None]:
        """Have a turn at a stream, or go on without where nothing moves."""
        place = asyncio.get_running_loop(), stream
        turn = self._turns.get(place)
        if turn is None:
            turn = self._turns[place] = _TaskTurn()
        held = await _awaited(turn)
        try:
            yield
        finally:
            _over(turn, held=held)


async def _awaited(turn: _TaskTurn) -> bool:
    if not turn.waiting and not turn.lock.locked():
        return await turn.lock.acquire()
    turn.waiting += 1
    try:
        return await _while_it_moves(turn)
    finally:
        turn.waiting -= 1


async def _while_it_moves(turn: _TaskTurn) -> bool:
    seen = turn.passed
    while True:
        try:
            return await asyncio.wait_for(turn.lock.acquire(), PATIENCE)
        except TimeoutError:
            if turn.passed == seen:
                return False
            seen = turn.passed
