"""The same words for asyncio: each call runs in a thread, so that no event loop waits for a disk.

The threads are its own, and more than the machine has cores: they wait for the disk, and what they wait for at the same
time is committed together.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, Self, TypeVar
from zoneinfo import ZoneInfo

from attrs import frozen

from ihs_cases.cases import Cases
from ihs_domain.case import Case
from ihs_domain.editions import RuleBook
from ihs_domain.history import Entry, History
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.roles import Actor
from ihs_domain.searching import Found
from ihs_ledger.note import Signer

P = ParamSpec("P")
R = TypeVar("R")


AT_ONCE: Final = 64


@frozen
class AsyncReader:
    """:class:`ihs_cases.reading.CaseReader`, awaited: the same words, arguments, answers and errors."""

    history: Callable[..., Coroutine[Any, Any, History]]
    timeline: Callable[..., Coroutine[Any, Any, History]]
    get: Callable[..., Coroutine[Any, Any, Case]]
    entry: Callable[..., Coroutine[Any, Any, Entry[Any]]]
    find: Callable[..., Coroutine[Any, Any, tuple[Found, ...]]]


class AsyncCases:
    """:class:`Cases`, awaited: the same words, arguments, answers and errors. At most 64 calls run at once."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self._threads = ThreadPoolExecutor(AT_ONCE, "ihs")  # never shut down: they end when nothing holds this
        self.record = self._awaited(cases.record)
        self.register = self._awaited(cases.register)
        self.person = self._awaited(cases.person)
        self.keys_of = self._awaited(cases.keys_of)
        self.person_ids = self._awaited(cases.person_ids)
        self.find = self._awaited(cases.find)
        self.get = self._awaited(cases.get)
        self.approvals = self._awaited(cases.approvals)
        self.history = self._awaited(cases.history)
        self.duties = self._awaited(cases.duties)
        self.findings = self._awaited(cases.findings)
        self.possible = self._awaited(cases.possible)
        self.case_ids = self._awaited(cases.case_ids)
        self.agency = self._awaited(cases.agency)
        self.on_call = self._awaited(cases.on_call)
        self.agency_ids = self._awaited(cases.agency_ids)
        self.zone = self._awaited(cases.zone)
        self.checkpoint = self._awaited(cases.checkpoint)

    def reader(self, actor: Actor, *, purpose: str | None = None, at: datetime | None = None) -> AsyncReader:
        """The cases as *actor* may read them: see Cases.reader."""
        reader = self.cases.reader(actor, purpose=purpose, at=at)
        return AsyncReader(
            history=self._awaited(reader.history),
            timeline=self._awaited(reader.timeline),
            get=self._awaited(reader.get),
            entry=self._awaited(reader.entry),
            find=self._awaited(reader.find),
        )

    def _awaited(self, ask: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
        @wraps(ask)
        async def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            call = partial(copy_context().run, ask, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)

        return asked

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
