"""The same words for asyncio: each call runs in a thread, so that no event loop waits for a disk."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar
from zoneinfo import ZoneInfo

from ihs_cases.cases import Cases
from ihs_domain.editions import RuleBook
from ihs_domain.instrument_book import InstrumentBook

P = ParamSpec("P")
R = TypeVar("R")


class AsyncCases:
    """:class:`Cases`, awaited: the same words, arguments, answers and errors."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self.record = _awaited(cases.record)
        self.register = _awaited(cases.register)
        self.person = _awaited(cases.person)
        self.keys_of = _awaited(cases.keys_of)
        self.person_ids = _awaited(cases.person_ids)
        self.find = _awaited(cases.find)
        self.get = _awaited(cases.get)
        self.approvals = _awaited(cases.approvals)
        self.history = _awaited(cases.history)
        self.duties = _awaited(cases.duties)
        self.findings = _awaited(cases.findings)
        self.possible = _awaited(cases.possible)
        self.case_ids = _awaited(cases.case_ids)
        self.agency = _awaited(cases.agency)
        self.on_call = _awaited(cases.on_call)
        self.agency_ids = _awaited(cases.agency_ids)
        self.zone = _awaited(cases.zone)

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
    ) -> Self:
        """A new store at *url* with a new key file: see Cases.create."""
        creating = partial(Cases.create, url, key_file=key_file, rules=rules, instruments=instruments)
        return cls(await asyncio.to_thread(creating, rehearsal=rehearsal))

    @property
    def rehearsal(self) -> bool:
        """Whether this store takes `recorded_at` from its input."""
        return self.cases.rehearsal

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


def _awaited(ask: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    @wraps(ask)
    async def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(ask, *args, **kwargs)

    return asked
