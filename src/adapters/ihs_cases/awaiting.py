"""The same words for asyncio: each call runs in a thread, so that no event loop waits for a disk."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar
from zoneinfo import ZoneInfo

from ihs_cases.cases import Cases
from ihs_domain.editions import RuleBook
from ihs_ledger.note import Signer

P = ParamSpec("P")
R = TypeVar("R")


class AsyncCases:
    """:class:`Cases`, awaited: the same words, arguments, answers and errors."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self.record = _awaited(cases.record)
        self.get = _awaited(cases.get)
        self.history = _awaited(cases.history)
        self.duties = _awaited(cases.duties)
        self.findings = _awaited(cases.findings)
        self.possible = _awaited(cases.possible)
        self.case_ids = _awaited(cases.case_ids)
        self.agency = _awaited(cases.agency)
        self.agency_ids = _awaited(cases.agency_ids)
        self.zone = _awaited(cases.zone)
        self.checkpoint = _awaited(cases.checkpoint)

    @classmethod
    async def open(cls, url: str, *, key_file: str | Path | None = None, rules: RuleBook | None = None) -> Self:
        """The cases of the store at *url*: see Cases.open."""
        return cls(await asyncio.to_thread(Cases.open, url, key_file=key_file, rules=rules))

    @classmethod
    async def create(
        cls,
        url: str,
        *,
        key_file: str | Path | None = None,
        rules: RuleBook | None = None,
        rehearsal: bool = False,
        name: str = "ihs",
    ) -> Self:
        """A new store at *url* with a new key file: see Cases.create."""
        create = partial(Cases.create, url, key_file=key_file, rules=rules, rehearsal=rehearsal, name=name)
        return cls(await asyncio.to_thread(create))

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


def _awaited(ask: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    @wraps(ask)
    async def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(ask, *args, **kwargs)

    return asked
