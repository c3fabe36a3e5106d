"""The same words for asyncio: each call runs in a thread, so that no event loop waits for a disk.

The threads are its own, and more than the machine has cores: they wait for the disk, and what they wait for at the same
time is committed together. What is recorded in a case that is at hand is decided on the loop itself, and one thread
commits for all that wait.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, Self, TypeVar
from zoneinfo import ZoneInfo

from ihs_cases.access import Access
from ihs_cases.cases import Cases
from ihs_cases.erasing import Erasing
from ihs_cases.proposal import Receipt, proposed
from ihs_cases.reading import CaseReader
from ihs_cases.turns import TaskTurns
from ihs_cases.when import a_version
from ihs_domain.editions import RuleBook
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.roles import Actor
from ihs_ledger.note import Signer

P = ParamSpec("P")
R = TypeVar("R")


AT_ONCE: Final = 64


class Threads:
    """The threads in which one set of cases is asked."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "ihs")  # never shut down: they end when nothing holds this

    def run(self, act: Callable[[], None]) -> None:
        """Have something done in one of them."""
        self._threads.submit(act)

    def awaited(self, ask: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
        """The same question, asked in a thread and awaited."""

        @wraps(ask)
        async def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            call = partial(copy_context().run, ask, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)

        return asked

    def each(self, ask: Callable[P, Iterator[R]]) -> Callable[P, AsyncIterator[R]]:
        """The same question, each of its answers awaited."""
        answer = self.awaited(_next)

        @wraps(ask)
        async def asked(*args: P.args, **kwargs: P.kwargs) -> AsyncIterator[R]:
            answers = ask(*args, **kwargs)
            while more := await answer(answers):
                yield more[0]

        return asked


def _next(answers: Iterator[R]) -> tuple[R] | None:
    """The next of the *answers*, None after the last: a StopIteration cannot be raised through a future."""
    return next(zip(answers, strict=False), None)


class AsyncReader:
    """:class:`ihs_cases.reading.CaseReader`, awaited: the same words, arguments, answers and errors."""

    def __init__(self, reader: CaseReader, threads: Threads) -> None:
        self.history = threads.awaited(reader.history)
        self.timeline = threads.awaited(reader.timeline)
        self.get = threads.awaited(reader.get)
        self.entry = threads.awaited(reader.entry)
        self.approvals = threads.awaited(reader.approvals)
        self.duties = threads.awaited(reader.duties)
        self.findings = threads.awaited(reader.findings)
        self.possible = threads.awaited(reader.possible)
        self.across = threads.each(reader.across)
        self.exporting = threads.awaited(reader.exporting)
        self.reach = threads.awaited(reader.reach)
        self.find = threads.awaited(reader.find)


class AsyncAccess:
    """:class:`ihs_cases.access.Access`, awaited: the same words, arguments, answers and errors."""

    def __init__(self, access: Access, threads: Threads) -> None:
        self._access = access
        self._threads = threads
        self.give = threads.awaited(access.give)
        self.end = threads.awaited(access.end)
        self.break_glass = threads.awaited(access.break_glass)
        self.review = threads.awaited(access.review)
        self.unreviewed = threads.awaited(access.unreviewed)
        self.looked = threads.awaited(access.looked)
        self.could = threads.awaited(access.could)

    def keeper(
        self, user: str, *, purpose: str | None = None, at: datetime | None = None, even_unrecorded: bool = False
    ) -> AsyncReader:
        """The cases as whoever holds the store's file and key reads them: see Access.keeper."""
        reader = self._access.keeper(user, purpose=purpose, at=at, even_unrecorded=even_unrecorded)
        return AsyncReader(reader, self._threads)


class AsyncErasing:
    """:class:`ihs_cases.erasing.Erasing`, awaited: the same words, arguments, answers and errors."""

    def __init__(self, erasing: Erasing, threads: Threads) -> None:
        self.reach = threads.awaited(erasing.reach)
        self.propose = threads.awaited(erasing.propose)
        self.erase = threads.awaited(erasing.erase)
        self.rotate = threads.awaited(erasing.rotate)


def _recording(cases: Cases, threads: Threads) -> Callable[..., Coroutine[Any, Any, Receipt]]:
    """`Cases.record`, awaited: on the loop where all that it needs is at hand, else in a thread."""
    soon = cases.store.soon(threads.run)
    turns = TaskTurns()
    in_a_thread = threads.awaited(cases.recorder.record)

    @wraps(cases.record)
    async def record(event: Any, *, expected_version: int | None = None, **said: Any) -> Receipt:
        a_version(expected_version)
        proposal = proposed(event, **said, rehearsal=cases.rehearsal)
        async with turns.of(proposal.stream):
            done = await cases.recorder.record_soon(proposal, expected_version, soon)
            return done or await in_a_thread(proposal, expected_version)

    return record


class AsyncCases:
    """:class:`Cases`, awaited: the same words, arguments, answers and errors. At most 64 calls run at once."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self._threads = threads = Threads()
        self.access = AsyncAccess(cases.access, threads)
        self.erasing = AsyncErasing(cases.erasing, threads)
        self.record = _recording(cases, threads)
        self.register = threads.awaited(cases.register)
        self.person = threads.awaited(cases.person)
        self.keys_of = threads.awaited(cases.keys_of)
        self.person_ids = threads.awaited(cases.person_ids)
        self.find = threads.awaited(cases.find)
        self.get = threads.awaited(cases.get)
        self.approvals = threads.awaited(cases.approvals)
        self.history = threads.awaited(cases.history)
        self.duties = threads.awaited(cases.duties)
        self.findings = threads.awaited(cases.findings)
        self.possible = threads.awaited(cases.possible)
        self.case_ids = threads.awaited(cases.case_ids)
        self.agency = threads.awaited(cases.agency)
        self.on_call = threads.awaited(cases.on_call)
        self.agency_ids = threads.awaited(cases.agency_ids)
        self.zone = threads.awaited(cases.zone)
        self.checkpoint = threads.awaited(cases.checkpoint)

    def reader(self, actor: Actor, *, purpose: str | None = None, at: datetime | None = None) -> AsyncReader:
        """The cases as *actor* may read them: see Cases.reader."""
        return AsyncReader(self.cases.reader(actor, purpose=purpose, at=at), self._threads)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        key_file: str | Path | None = None,
        rules: RuleBook | None = None,
        instruments: InstrumentBook | None = None,
    ) -> Self:
        """The cases of the store at *url*: see Cases.open."""
        opening = partial(Cases.open, url, key_file=key_file, rules=rules, instruments=instruments)
        return cls(await asyncio.to_thread(opening))

    @classmethod
    async def create(
        cls,
        url: str,
        *,
        key_file: str | Path | None = None,
        rules: RuleBook | None = None,
        instruments: InstrumentBook | None = None,
        rehearsal: bool = False,
        name: str = "ihs",
    ) -> Self:
        """A new store at *url* with a new key file: see Cases.create."""
        creating = partial(Cases.create, url, key_file=key_file, rules=rules, instruments=instruments)
        return cls(await asyncio.to_thread(creating, rehearsal=rehearsal, name=name))

    @property
    def rehearsal(self) -> bool:
        """Whether this store takes `recorded_at` from its input."""
        return self.cases.rehearsal

    @property
    def signer(self) -> Signer:
        """What signs this store's checkpoints: see Cases.signer."""
        return self.cases.signer

    @property
    def home(self) -> ZoneInfo:
        """The zone of this agency's own calendar: see Cases.home."""
        return self.cases.home

    async def close(self) -> None:
        """Let go of the store."""
        await asyncio.to_thread(self.cases.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
