"""A store filled as real use fills one: many callers, many cases open at a time, each record a command with its key."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Final

from attrs import evolve

from ihs_record.row import Draft
from ihs_store.port import Command, RecordStore, WrappedKey

CALLERS: Final = 32
OPEN_AT_A_TIME: Final = 30
RECORDS_OF_A_CASE: Final = 40

DraftOf = Callable[[str, int], Draft]
"""A draft for a stream at a version, with one narrative under a key of its own."""


def fill(store: RecordStore, most: int, draft_of: DraftOf) -> int:
    """Append so many records, as near as callers can share them; give the bytes of what they say.

    Each has a command id like a random UUID's, a MAC, and a new key as a key ring would have made it.
    """

    def by(caller: int) -> int:
        chance = Random(caller)
        return sum(_appended(store, draft_of(*_place(caller, n)), chance) for n in range(most // CALLERS))

    with ThreadPoolExecutor(CALLERS) as threads:
        return sum(threads.map(by, range(CALLERS)))


def _place(caller: int, number: int) -> tuple[str, int]:
    """The stream and the version of a caller's next record: one to each open case in turn, until they are full."""
    before, within = divmod(number, OPEN_AT_A_TIME * RECORDS_OF_A_CASE)
    version, case = divmod(within, OPEN_AT_A_TIME)
    return f"case/f{(before * OPEN_AT_A_TIME + case) * CALLERS + caller}", version + 1


def _appended(store: RecordStore, draft: Draft, chance: Random) -> int:
    keys = [WrappedKey(key, chance.randbytes(40), chance.randbytes(32)) for key, _ in draft.sealed]
    store.append([draft], command=Command(f"c-{chance.randbytes(16).hex()}", chance.randbytes(16)), keys=keys)
    return len(draft.open or b"") + sum(len(content) for _, content in draft.sealed)


def of_any_length(draft_of: DraftOf) -> DraftOf:
    """The same drafts with narratives between an eighth and fifteen eighths as long, whose middle is what they were."""

    def varied(stream: str, version: int) -> Draft:
        draft = draft_of(stream, version)
        times = Random(f"{stream}@{version}").uniform(1 / 8, 15 / 8)
        return evolve(draft, sealed=tuple((key, b"w" * round(len(said) * times)) for key, said in draft.sealed))

    return varied


def weighed(path: Path) -> int:
    """The size of a store's file with all that was recorded in it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def shares_of(path: Path) -> dict[str, int]:
    """How many bytes of the file each table and index takes, where this SQLite can tell."""
    with closing(sqlite3.connect(path)) as database, suppress(sqlite3.OperationalError):
        return dict(database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name HAVING count(*) > 1"))
    return {}
