"""What the record costs, against what it is built on: `python tests/benchmarks/run.py [--quick] [--json FILE]`.

Two things that are compared take turns within one run, so that what else the machine does hits both. A figure is the
median over the rounds, a ratio the median of the rounds' own ratios. `raw` is one row with the same bytes in a table
with the same two keys, in a transaction of its own; `eventsourcing` is the library as it comes, with its defaults and
as many threads as it is quickest with. Our 32 callers are tasks of one event loop; what they come to as threads is told
beside it. Our appends seal each narrative under a key of its own, made for it and kept in
the same transaction; what they take where the ciphertext stood ready is told beside it.
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
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parent))

import orjson
import postgres
from appending import (
    CALLERS,
    CONTACT,
    ENCODED,
    PAYLOAD,
    WORDS,
    Alone,
    Desk,
    Timed,
    at_their_best,
    awaited_32,
    on_postgres,
    on_sqlite,
    ours_32,
    raw,
    ready_made,
    store_at,
    theirs,
)
from commanding import both
from destroying import erased_in
from filling import fill, of_any_length, shares_of, weighed

from ihs_ledger.tree import Frontier
from ihs_ledger.verify import verify
from ihs_record.codec import decode, encode
from ihs_record.leaf import leaf
from ihs_record.open_part import written
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import RecordStore

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
    "erase_s": ("<=", 5),
}


def us(act: Timed, times: int) -> float:
    """Microseconds for each of so many times."""
    began = time.perf_counter()
    act(times)
    return (time.perf_counter() - began) / times * 1e6


def in_turn(rounds: int, *acts: tuple[Timed, int]) -> list[list[float]]:
    """Time each act in each round, one after the other; a first round warms up and is not counted."""
    taken = [[us(act, times) for act, times in acts] for _ in range(rounds + 1)]
    return [list(column) for column in zip(*taken[1:], strict=True)]


def over_and_over(act: Callable[[], object]) -> Timed:
    """Do it so many times, and keep nothing of it: what is kept would be timed with it."""

    def acts(times: int) -> None:
        for _ in range(times):
            act()

    return acts


def middle_ratio(above: list[float], below: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


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
            stores = [stack.enter_context(store_at(self.folder / f"a{n}.db")) for n in range(3)]
            desks = Desk(stores[0]), Desk(stores[1], command=False), Desk(stores[2], sealing=False)
            acts = (raw(self.folder / "raw.db"), *(Alone(desk.append) for desk in desks))
            taken = in_turn(self.rounds, *((act, self.times(320)) for act in acts))
        self.found["append_1_vs_raw"] = middle_ratio(taken[1], taken[0])
        for name, column in zip(("raw_us", "append_1_us", "no_receipt_us", "no_sealing_us"), taken, strict=True):
            self.beside[name] = statistics.median(column)

    def appends_of_many(self) -> None:
        with (
            store_at(self.folder / "many.db") as store,
            store_at(self.folder / "ready.db") as ready,
            on_sqlite(self.folder / "lib32.db") as library,
        ):
            threads, best = at_their_best(partial(theirs, library), self.times(960))
            base = (raw(self.folder / "raw32.db"), self.times(640)), (best, self.times(960))
            ours, unsealed, by_threads, bare, taken = in_turn(self.rounds, *self.of_many(store, ready), *base)
        self.found["append_32_vs_raw"] = middle_ratio(bare, ours)
        self.found["append_32_vs_eventsourcing"] = middle_ratio(taken, ours)
        self.tell_of_many("", {"append_32": ours, "no_sealing_32": unsealed, "threads_32": by_threads}, taken, threads)

    def of_many(self, store: RecordStore, ready: RecordStore) -> list[tuple[Timed, int]]:
        """32 callers as tasks, the same with ciphertext that stood ready, and as threads."""
        acts = awaited_32(Desk(store)), awaited_32(Desk(ready, sealing=False)), ours_32(Desk(store))
        return [(act, self.times(3200)) for act in acts]

    def tell_of_many(self, where: str, ours: dict[str, list[float]], theirs: list[float], n: int) -> None:
        for name, column in {**ours, "eventsourcing": theirs}.items():
            self.beside[f"{where}{name}_per_second"] = 1e6 / statistics.median(column)
        self.beside[f"{where}eventsourcing_threads"] = n

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
                self._appends_on(server)
            finally:
                server.stop()

    def _appends_on(self, server: postgres.Server) -> None:
        with (
            store_at(server.url("bench")) as store,
            store_at(server.url("ready")) as ready,
            on_postgres(server) as library,
        ):
            threads, best = at_their_best(partial(theirs, library), self.times(640))
            acts = self.of_many(store, ready)
            ours, unsealed, by_threads, taken = in_turn(self.rounds, *acts, (best, self.times(640)))
        self.found["pg_append_32_vs_eventsourcing"] = middle_ratio(taken, ours)
        columns = {"append_32": ours, "no_sealing_32": unsealed, "threads_32": by_threads}
        self.tell_of_many("pg_", columns, taken, threads)

    def commands(self) -> None:
        """Twenty commands on a case of thirty entries, which is new in each round."""
        taken: list[list[float]] = []
        with both(self.folder) as (ours, theirs):
            for _ in range(self.rounds + 1):
                our_case, their_case = ours.begun(30), theirs.begun(30)
                own = us(lambda n, case=our_case: ours.go_on(case, n), 20)
                taken.append([own, us(lambda n, case=their_case: theirs.go_on(case, n), 20)])
        own, library = ([*column] for column in zip(*taken[1:], strict=True))
        self.beside["command_alone_vs_eventsourcing"] = middle_ratio(library, own)
        self.beside |= {"command_us": statistics.median(own), "library_command_us": statistics.median(library)}

    def commands_of_many(self) -> None:
        """As many commands as can be, ours by 32 tasks: each in a case of its own that has thirty to fifty entries."""
        each, taken = 20 * CALLERS, list[list[float]]()
        with both(self.folder / "together") as (ours, theirs):
            threads, _ = at_their_best(theirs.by_threads, 5 * CALLERS)
            for _ in range(self.rounds + 1):
                acts = ours.awaited(), theirs.by_threads(threads)
                taken.append([us(act, each) for act in acts])
        own, library = ([*column] for column in zip(*taken[1:], strict=True))
        self.found["command_vs_eventsourcing"] = middle_ratio(library, own)
        columns = {"command_32": own}
        self.tell_of_many("commands_", columns, library, threads)

    def loads(self) -> None:
        """Cases read and folded as if never read before; what asking again takes is told beside it."""
        with both(self.folder / "loads") as (ours, theirs):
            for length in (20, 50, 500):
                case, library = ours.begun(length), theirs.begun(length)
                acts = (partial(ours.load, case), partial(ours.load_again, case), partial(theirs.load, library))
                times = max(2, self.times(4800) // length)
                first, again, read = in_turn(self.rounds, *((act, times) for act in acts))
                told = {"us": first, "again_us": again}
                self.beside |= {f"load_{length}_{name}": statistics.median(column) for name, column in told.items()}
                self.beside[f"load_{length}_vs_eventsourcing"] = middle_ratio(read, first)
        self.found["load_50_vs_eventsourcing"] = self.beside.pop("load_50_vs_eventsourcing")

    def bytes_and_words(self) -> None:
        plain, times = orjson.loads(ENCODED.open), self.times(3200)
        owners = [(part.person, part.path) for part in ENCODED.parts]
        acts = (
            over_and_over(lambda: orjson.loads(ENCODED.open)),
            over_and_over(lambda: decode(ENCODED.name, ENCODED.open, owners)),
            over_and_over(lambda: orjson.dumps(plain)),
            over_and_over(lambda: written(CONTACT)),
            over_and_over(lambda: encode(CONTACT)),
        )
        loads, ours, dumps, encoded, proved = in_turn(self.rounds, *((act, times) for act in acts))
        self.found["decode_vs_orjson"] = middle_ratio(ours, loads)
        self.found["encode_vs_orjson"] = middle_ratio(encoded, dumps)
        told = {"decode": ours, "encode": encoded, "encode_with_sealed_parts_and_read_back": proved}
        self.beside |= {f"{name}_us": statistics.median(column) for name, column in told.items()}

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
        with store_at(large) as store, store_at(small) as other:
            payload = fill(store, self.times(1_000_000), ready_made)
            fill(other, self.times(10_000), ready_made)
            self.weigh(large, store.head().position, payload)
            os.sync()  # what was filled is written: no append waits for it
            taken = in_turn(self.rounds, *((Alone(Desk(one).append), self.times(320)) for one in (other, store)))
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
        with store_at(any_length) as store:
            payload = fill(store, self.times(50_000), of_any_length(ready_made))
            records = store.head().position
        self.beside["bytes_over_payload_any_length"] = (weighed(any_length) - payload) / records

    def erases(self) -> None:
        self.beside["erased_among_keys"] = keys = self.times(100_000)
        self.found["erase_s"] = erased_in(self.folder, keys)

    def shares(self) -> None:
        """What of an append's time goes into which of its parts, each timed alone."""
        with store_at(self.folder / "shares.db") as store:
            Desk(store).append("case/k1", 1)
            (row,) = store.read(0)
            tag = store.info().tag
        tree, times = Frontier().grown([row.leaf] * 1000), self.times(3200)
        acts = {
            "draft_us": lambda n: [ready_made("case/k1", 1) for _ in range(n)],
            "leaf_us": lambda n: [leaf(row, row.leaf, tag) for _ in range(n)],
            "tree_us": lambda n: [tree.grown([row.leaf]) for _ in range(n)],
        }
        for name, column in zip(acts, in_turn(self.rounds, *((act, times) for act in acts.values())), strict=True):
            self.beside[name] = statistics.median(column)
        self.beside["fsync_us"] = statistics.median(fsyncs(self.folder / "synced", 50))


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
            bench.commands,
            bench.commands_of_many,
            bench.loads,
            bench.bytes_and_words,
            bench.seals,
            bench.growth_size_and_audit,
            bench.erases,
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
