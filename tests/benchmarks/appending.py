"""Who appends in the benchmarks: ours as a desk does it, one bare row, and the library as it comes."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Final

import library_cases
import postgres

from ihs_cases.awaiting import Threads
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.terms import PersonId
from ihs_record.codec import encode
from ihs_record.row import Draft, narrative_key
from ihs_store.keeping import Store
from ihs_store.keys import KeyRing, Sealing, first_keys
from ihs_store.port import Command, RecordStore, WrappedKey
from ihs_store.store import create

CALLERS: Final = 32
KEK: Final = b"k" * 32
MAC: Final = b"m" * 16
WHOM: Final = tuple(f"p-{n:030x}" for n in range(12))
WORDS: Final = "Spoke with both children in the kitchen; the gate on the stairs is mended. " * 3
CONTACT: Final = ContactMade(
    ContactMode.HOME_VISIT, frozenset(map(PersonId, WHOM)), minutes=40, announced=True, words=WORDS
)
FIELDS: Final = {"mode": "home-visit", "whom": [*WHOM], "minutes": 40, "announced": True, "words": WORDS}
ENCODED: Final = encode(CONTACT)
SEALED: Final = b"n" * 12 + WORDS.encode() + b"t" * 16
PAYLOAD: Final = len(ENCODED.open) + len(SEALED)
RAW: Final = """
    CREATE TABLE events(position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INT NOT NULL,
        name TEXT NOT NULL, body BLOB NOT NULL, UNIQUE(stream, version))
"""

Timed = Callable[[int], object]


def draft(stream: str, number: int, sealed: tuple[tuple[str, bytes], ...] = ()) -> Draft:
    return Draft(
        stream=stream,
        version=number,
        name=ENCODED.name,
        day="2015-01-09",
        actor="w-12",
        role="practitioner",
        edition="utah-r512-100@2010-10-08",
        open=ENCODED.open,
        sealed=sealed,
    )


def key_of(stream: str, number: int) -> str:
    return narrative_key(stream, number, "words")


def ready_made(stream: str, number: int) -> Draft:
    """A draft whose ciphertext stood ready: nothing is sealed, no key is made."""
    return draft(stream, number, ((key_of(stream, number), SEALED),))


class Desk:
    """Appends contacts as ihs_cases does, from any thread.

    Each narrative is sealed under a key of its own, made for it and kept in its transaction; each append has a command
    id, and a MAC of what was asked.
    """

    def __init__(self, store: RecordStore, *, command: bool = True, sealing: bool = True) -> None:
        self.store, self.command, self.sealing = store, command, sealing
        self.ring = KeyRing(KEK, store.key)

    def append(self, stream: str, number: int) -> None:
        asked, said, keys = self.asked(stream, number)
        self.store.append([asked], command=said, keys=keys)

    def asked(self, stream: str, number: int) -> tuple[Draft, Command | None, Sequence[WrappedKey]]:
        sealing = self.ring.sealing()
        asked = self.sealed(stream, number, sealing) if self.sealing else ready_made(stream, number)
        said = Command(f"c-{stream}-{number:025x}", self.ring.mac(ENCODED.open)) if self.command else None
        return asked, said, sealing.new_keys

    def sealed(self, stream: str, number: int, sealing: Sealing) -> Draft:
        key, place = key_of(stream, number), f"{stream} {number} {ENCODED.name} words".encode()
        return draft(stream, number, ((key, sealing.seal(key, place, WORDS.encode(), anew=True)),))


class Alone:
    """One caller that appends to 200 cases in turn."""

    def __init__(self, append: Callable[[str, int], object]) -> None:
        self.append, self.numbers = append, count()

    def __call__(self, times: int) -> None:
        for _ in range(times):
            number = next(self.numbers)
            self.append(f"case/k{number % 200}", number // 200 + 1)


def raw(path: Path) -> Timed:
    """One row with the same bytes, in a transaction of its own."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(RAW)
    body = ENCODED.open + SEALED

    def insert(stream: str, number: int) -> None:
        database.execute("BEGIN IMMEDIATE")
        row = (stream, number, ENCODED.name, body)
        database.execute("INSERT INTO events(stream, version, name, body) VALUES (?, ?, ?, ?)", row)
        database.execute("COMMIT")

    return Alone(insert)


def by_callers(act: Callable[[int, int], object], callers: int = CALLERS) -> Timed:
    """Let threads share the times between them; each act knows its caller and its own number of times."""

    def all_of_them(times: int) -> None:
        with ThreadPoolExecutor(callers) as threads:
            for done in [threads.submit(act, caller, times // callers) for caller in range(callers)]:
                done.result()

    return all_of_them


def ours_32(desk: Desk) -> Timed:
    versions = [0] * CALLERS

    def append(caller: int, times: int) -> None:
        for _ in range(times):
            versions[caller] += 1
            desk.append(f"case/c{caller}", versions[caller])

    return by_callers(append)


def awaited_32(desk: Desk) -> Timed:
    """The same callers as tasks of one event loop, as `AsyncCases` has them."""
    versions = [0] * CALLERS
    soon = desk.store.soon(Threads().run)

    async def append(caller: int, times: int) -> None:
        for _ in range(times):
            versions[caller] += 1
            asked, said, keys = desk.asked(f"case/t{caller}", versions[caller])
            await soon.append([asked], command=said, keys=keys)

    return by_tasks(append)


def by_tasks(act: Callable[[int, int], Coroutine[object, object, None]], callers: int = CALLERS) -> Timed:
    """Let tasks share the times between them."""

    async def all_of_them(times: int) -> None:
        await asyncio.gather(*(act(caller, times // callers) for caller in range(callers)))

    return lambda times: asyncio.run(all_of_them(times))


def theirs(application: library_cases.Cases, callers: int) -> Timed:
    cases = [library_cases.Case("us-ut") for _ in range(callers)]
    application.save(*cases)

    def append(caller: int, times: int) -> None:
        for _ in range(times):
            cases[caller].contact_made(**FIELDS)
            application.save(cases[caller])

    return by_callers(append, callers)


def at_their_best(act: Callable[[int], Timed], times: int) -> tuple[int, Timed]:
    """What the library does, by as many threads as it is quickest with: each number is tried, the best of three."""

    def taken(act: Timed) -> float:
        spans = []
        for _ in range(3):
            began = time.perf_counter()
            act(times)
            spans.append(time.perf_counter() - began)
        return min(spans)

    tried = [(callers, act(callers)) for callers in (1, 2, 4, 8, 16, CALLERS)]
    return min(tried, key=lambda one: taken(one[1]))


def on_sqlite(path: Path) -> library_cases.Cases:
    return library_cases.Cases({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def on_postgres(server: postgres.Server) -> library_cases.Cases:
    return library_cases.Cases(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": "postgres",
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(server.port),
            "POSTGRES_USER": "ihs",
            "POSTGRES_PASSWORD": "none",
        }
    )


def store_at(url: str | Path) -> closing[Store]:
    """A new store with its root key."""
    return closing(create(str(url), keys=first_keys(KEK)))
