"""What the record costs, against what it is built on: `python tests/benchmarks/run.py [--quick] [--json FILE]`.

Two things that are compared take turns within one run, so that what else the machine does hits both. A figure is the
median over the rounds, a ratio the median of the rounds' own ratios. `raw` is one row with the same bytes in a table
with the same two keys, in a transaction of its own; `eventsourcing` is the library as it comes, with its defaults.
"""

import argparse
import json
import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import date
from importlib.metadata import version
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parent))

import library_cases
import orjson
import postgres
from filling import fill, of_any_length, shares_of, weighed
from rehearsal import ASKED, UTAH, WORKER

from ihs_cases.cases import Cases
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.terms import PersonId
from ihs_ledger.tree import Frontier
from ihs_ledger.verify import verify
from ihs_record.codec import decode, encode
from ihs_record.leaf import leaf
from ihs_record.row import Draft
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import Command, RecordStore
from ihs_store.store import create

CALLERS: Final = 32
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
GOALS: Final = {
    "append_1_vs_raw": ("<=", 1.5),
    "command_vs_eventsourcing": (">=", 6),
    "append_32_vs_eventsourcing": (">=", 5),
    "append_32_vs_raw": (">=", 2),
    "pg_append_32_vs_eventsourcing": (">=", 8),
    "decode_vs_orjson": ("<=", 2.5),
    "encode_vs_orjson": ("<=", 1.6),
    "seal_us": ("<=", 4),
    "load_50_vs_eventsourcing": (">=", 8),
    "append_growth": ("<=", 1.25),
    "bytes_over_payload": ("<=", 512),
    "verify_us": ("<=", 12),
    "verify_mb": ("<=", 200),
}

Timed = Callable[[int], object]


def us(act: Timed, times: int) -> float:
    """Microseconds for each of so many times."""
    began = time.perf_counter()
    act(times)
    return (time.perf_counter() - began) / times * 1e6


def in_turn(rounds: int, *acts: tuple[Timed, int]) -> list[list[float]]:
    """Time each act in each round, one after the other; a first round warms up and is not counted."""
    taken = [[us(act, times) for act, times in acts] for _ in range(rounds + 1)]
    return [list(column) for column in zip(*taken[1:], strict=True)]


def middle_ratio(above: list[float], below: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def draft(stream: str, number: int, *, sealed: bool = True) -> Draft:
    return Draft(
        stream=stream,
        version=number,
        name=ENCODED.name,
        day="2015-01-09",
        actor="w-12",
        role="practitioner",
        edition="utah-r512-100@2010-10-08",
        open=ENCODED.open,
        sealed=((f"narrative/{stream}/{number}/words", SEALED),) if sealed else (),
    )


class Appends:
    """Appends to 200 cases in turn, each with a command id of its own."""

    def __init__(self, store: RecordStore, *, command: bool = True, sealed: bool = True) -> None:
        self.store, self.command, self.sealed, self.numbers = store, command, sealed, count()

    def __call__(self, times: int) -> None:
        for _ in range(times):
            number = next(self.numbers)
            asked = draft(f"case/k{number % 200}", number // 200 + 1, sealed=self.sealed)
            self.store.append([asked], command=Command(f"c-{number:032x}", MAC) if self.command else None)


def raw(path: Path) -> Timed:
    """One row with the same bytes, in a transaction of its own."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(RAW)
    numbers, body = count(), ENCODED.open + SEALED

    def insert(times: int) -> None:
        for _ in range(times):
            number = next(numbers)
            database.execute("BEGIN IMMEDIATE")
            row = (f"case/k{number % 200}", number // 200 + 1, ENCODED.name, body)
            database.execute("INSERT INTO events(stream, version, name, body) VALUES (?, ?, ?, ?)", row)
            database.execute("COMMIT")

    return insert


def by_callers(act: Callable[[int, int], object]) -> Timed:
    """Let 32 threads share the times between them; each act knows its caller and its own number of times."""

    def all_of_them(times: int) -> None:
        with ThreadPoolExecutor(CALLERS) as threads:
            for done in [threads.submit(act, caller, times // CALLERS) for caller in range(CALLERS)]:
                done.result()

    return all_of_them


def ours_32(store: RecordStore) -> Timed:
    versions = [0] * CALLERS

    def append(caller: int, times: int) -> None:
        for _ in range(times):
            versions[caller] += 1
            stream, number = f"case/c{caller}", versions[caller]
            store.append([draft(stream, number)], command=Command(f"{caller:04x}-{number:027x}", MAC))

    return by_callers(append)


def theirs_32(application: library_cases.Cases) -> Timed:
    cases = [library_cases.Case("us-ut") for _ in range(CALLERS)]
    application.save(*cases)

    def append(caller: int, times: int) -> None:
        for _ in range(times):
            cases[caller].contact_made(**FIELDS)
            application.save(cases[caller])

    return by_callers(append)


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


class Bench:
    """One run: what it found, by name, and what it says beside it."""

    def __init__(self, folder: Path, scale: float) -> None:
        self.folder, self.scale = folder, scale
        self.rounds = max(3, int(9 * min(1, scale * 2)))
        self.found: dict[str, float] = {}
        self.beside: dict[str, float] = {}

    def times(self, most: int) -> int:
        return max(CALLERS, int(most * self.scale) // CALLERS * CALLERS)

    def appends(self) -> None:
        with ExitStack() as stack:
            stores = [stack.enter_context(closing(create(str(self.folder / f"a{n}.db")))) for n in range(3)]
            ours = Appends(stores[0]), Appends(stores[1], command=False), Appends(stores[2], sealed=False)
            acts = (raw(self.folder / "raw.db"), *ours)
            taken = in_turn(self.rounds, *((act, self.times(320)) for act in acts))
        self.found["append_1_vs_raw"] = middle_ratio(taken[1], taken[0])
        for name, column in zip(("raw_us", "append_1_us", "no_receipt_us", "no_sealed_part_us"), taken, strict=True):
            self.beside[name] = statistics.median(column)

    def appends_of_many(self) -> None:
        with closing(create(str(self.folder / "many.db"))) as store, on_sqlite(self.folder / "lib32.db") as library:
            acts = (raw(self.folder / "raw32.db"), self.times(640)), (ours_32(store), self.times(3200))
            taken = in_turn(self.rounds, *acts, (theirs_32(library), self.times(960)))
        self.found["append_32_vs_raw"] = middle_ratio(taken[0], taken[1])
        self.found["append_32_vs_eventsourcing"] = middle_ratio(taken[2], taken[1])
        self.beside["append_32_per_second"] = 1e6 / statistics.median(taken[1])

    def appends_of_many_on_postgres(self) -> None:
        binaries = postgres.binaries()
        if binaries is None:
            return
        with TemporaryDirectory(prefix="ihs-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            home = Path(folder) / "server"
            home.mkdir()
            server = postgres.Server(binaries, home, durable=True)
            server.start()
            try:
                with closing(create(server.url("bench"))) as store, on_postgres(server) as library:
                    acts = (ours_32(store), self.times(3200)), (theirs_32(library), self.times(640))
                    ours, theirs = in_turn(self.rounds, *acts)
            finally:
                server.stop()
        self.found["pg_append_32_vs_eventsourcing"] = middle_ratio(theirs, ours)
        self.beside["pg_append_32_per_second"] = 1e6 / statistics.median(ours)

    def commands_and_loads(self) -> None:
        with (
            Cases.create(str(self.folder / "c.db"), rules=UTAH) as cases,
            on_sqlite(self.folder / "libc.db") as library,
        ):
            numbers = count()

            def record(times: int, case: str = "k1") -> None:
                for _ in range(times):
                    say = {"case_id": case, "actor": WORKER, "occurred": date(2015, 1, 9)}
                    cases.record(CONTACT, **say, command_id=f"c{next(numbers)}")

            def theirs(times: int) -> None:
                for _ in range(times):
                    case = library.repository.get(small.id)
                    case.contact_made(**FIELDS)
                    library.save(case)

            small, large = library_cases.Case("us-ut"), library_cases.Case("us-ut")
            for case, name, length in ((small, "k1", 30), (large, "k50", 50)):
                begun = begin(cases, name)
                record(length - begun, name)
                for _ in range(length - 1):
                    case.contact_made(**FIELDS)
            library.save(small, large)
            loads = (
                (lambda n: [cases.get("k50") for _ in range(n)]),
                (lambda n: [library.repository.get(large.id) for _ in range(n)]),
            )
            load, their_load = in_turn(self.rounds, *((act, self.times(96)) for act in loads))
            ours_taken, theirs_taken = in_turn(3, (record, 8), (theirs, 8))
        self.found["command_vs_eventsourcing"] = middle_ratio(theirs_taken, ours_taken)
        self.found["load_50_vs_eventsourcing"] = middle_ratio(their_load, load)
        self.beside["command_us"] = statistics.median(ours_taken)
        self.beside["load_50_us"] = statistics.median(load)

    def bytes_and_words(self) -> None:
        plain, times = orjson.loads(ENCODED.open), self.times(3200)
        owners = [(part.person, part.path) for part in ENCODED.parts]
        acts = (
            lambda n: [orjson.loads(ENCODED.open) for _ in range(n)],
            lambda n: [decode(ENCODED.name, ENCODED.open, owners) for _ in range(n)],
            lambda n: [orjson.dumps(plain) for _ in range(n)],
            lambda n: [encode(CONTACT) for _ in range(n)],
        )
        loads, ours, dumps, encoded = in_turn(self.rounds, *((act, times) for act in acts))
        self.found["decode_vs_orjson"] = middle_ratio(ours, loads)
        self.found["encode_vs_orjson"] = middle_ratio(encoded, dumps)
        self.beside["decode_us"], self.beside["encode_us"] = statistics.median(ours), statistics.median(encoded)

    def seals(self) -> None:
        create_key_file(self.folder / "key")
        kek = read_key_file(self.folder / "key")
        (root,) = first_keys(kek)
        ring = KeyRing(kek, {"root": root}.get)
        one, words, place = ring.sealing(), WORDS.encode(), b"case/k1 1 ContactMade.v1 words"
        one.seal("narrative/k", place, words)
        numbers = count()
        acts = (
            lambda n: [one.seal("narrative/k", place, words) for _ in range(n)],
            lambda n: [ring.sealing().seal(f"narrative/{next(numbers)}", place, words) for _ in range(n)],
        )
        sealed, anew = in_turn(self.rounds, *((act, self.times(3200)) for act in acts))
        self.found["seal_us"] = statistics.median(sealed)
        self.beside["seal_with_a_new_key_us"] = statistics.median(anew)

    def growth_size_and_audit(self) -> None:
        """A store of a million records against one of ten thousand, each record with its command and its key."""
        large, small = self.folder / "large.db", self.folder / "small.db"
        with closing(create(str(large))) as store, closing(create(str(small))) as other:
            payload = fill(store, self.times(1_000_000), draft)
            fill(other, self.times(10_000), draft)
            self.weigh(large, store.head().position, payload)
            os.sync()  # what was filled is written: no append waits for it
            taken = in_turn(self.rounds, *((Appends(one), self.times(320)) for one in (other, store)))
        self.found["append_growth"] = middle_ratio(taken[1], taken[0])
        audited = subprocess.run(
            [sys.executable, __file__, "--audit", large], check=True, capture_output=True, text=True
        )
        self.found["verify_us"], self.found["verify_mb"], self.beside["records_verified"] = map(
            float, audited.stdout.split()
        )

    def weigh(self, path: Path, records: int, payload: int) -> None:
        self.found["bytes_over_payload"] = (weighed(path) - payload) / records
        for name, share in shares_of(path).items():
            self.beside[f"bytes_{name}"] = share / records
        any_length = self.folder / "any.db"
        with closing(create(str(any_length))) as store:
            payload = fill(store, self.times(50_000), of_any_length(draft))
            records = store.head().position
        self.beside["bytes_over_payload_any_length"] = (weighed(any_length) - payload) / records

    def shares(self) -> None:
        """What of an append's time goes into which of its parts, each timed alone."""
        with closing(create(str(self.folder / "shares.db"))) as store:
            Appends(store)(1)
            (row,) = store.read(0)
            tag = store.info().tag
        tree, times = Frontier().grown([row.leaf] * 1000), self.times(3200)
        acts = {
            "draft_us": lambda n: [draft("case/k1", 1) for _ in range(n)],
            "leaf_us": lambda n: [leaf(row, row.leaf, tag) for _ in range(n)],
            "tree_us": lambda n: [tree.grown([row.leaf]) for _ in range(n)],
        }
        for name, column in zip(acts, in_turn(self.rounds, *((act, times) for act in acts.values())), strict=True):
            self.beside[name] = statistics.median(column)
        self.beside["fsync_us"] = statistics.median(fsyncs(self.folder / "synced", 50))


def begin(cases: Cases, case_id: str) -> int:
    """Have a family on record; how many records that made."""
    family = [ASKED, *(PersonJoined(PersonId(person), Relation.CHILD) for person in WHOM)]
    for number, event in enumerate(family):
        say = {"case_id": case_id, "actor": WORKER, "occurred": date(2015, 1, 5)}
        cases.record(event, **say, command_id=f"{case_id}/{number}")
    return len(family)


def fsyncs(path: Path, times: int) -> list[float]:
    with path.open("wb", buffering=0) as file:

        def sync(_: int) -> None:
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())

        return [us(sync, 1) for _ in range(times)]


def audit(path: str) -> None:
    """Verify a store as the command line does, in a process of its own: microseconds a record, and most memory."""
    began = time.perf_counter()
    verdict = verify(path)
    taken = time.perf_counter() - began
    assert verdict.holds
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{taken / verdict.tree.size * 1e6} {most} {verdict.tree.size}\n")


def settings(folder: Path) -> dict[str, Any]:
    used = ("eventsourcing", "attrs", "msgspec", "orjson", "cryptography", "psycopg")
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "sqlite": f"{sqlite3.sqlite_version}, WAL, synchronous FULL, page 4096",
        "postgresql": "defaults, on loopback",
        "folder": str(folder),
        "payload": f"{PAYLOAD} bytes",
        **{name: version(name) for name in used},
    }


def say(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")


def told(bench: Bench) -> None:
    for name, value in settings(bench.folder).items():
        say(f"{name:<32} {value}")
    say()
    for name, (relation, goal) in GOALS.items():
        value = bench.found.get(name)
        held = value is not None and (value <= goal if relation == "<=" else value >= goal)
        shown = "not measured" if value is None else f"{value:10.2f}"
        say(f"{name:<32} {shown}   goal {relation} {goal:g}   {'yes' if held else 'NO'}")
    say()
    for name, value in bench.beside.items():
        say(f"{name:<32} {value:10.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work: under a minute or two")
    parser.add_argument("--scale", type=float, help="how much of the whole work to do")
    parser.add_argument("--json", type=Path, help="write what was found as one JSON object")
    parser.add_argument("--audit", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.audit:
        audit(asked.audit)
        return
    with TemporaryDirectory(prefix="ihs-benchmark-") as folder:
        bench = Bench(Path(folder), asked.scale or (0.1 if asked.quick else 1.0))
        for part in (
            bench.appends,
            bench.appends_of_many,
            bench.appends_of_many_on_postgres,
            bench.commands_and_loads,
            bench.bytes_and_words,
            bench.seals,
            bench.growth_size_and_audit,
            bench.shares,
        ):
            part()
        told(bench)
    if asked.json:
        asked.json.write_text(
            json.dumps({name: round(value, 3) for name, value in bench.found.items()}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
