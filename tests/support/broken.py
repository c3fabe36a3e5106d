"""Runs in which something breaks, and what must hold of the store afterwards."""

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from ihs_ledger.verify import verify
from ihs_record.row import Draft
from ihs_store.addresses import is_server
from ihs_store.backup import copied
from ihs_store.errors import StoreExists, StoreMissing
from ihs_store.schema import lay_out
from ihs_store.stamping import wall_clock
from ihs_store.store import create, open_store

LONGEST = 60.0
MANY = 10**6


@frozen
class Run:
    """One run of the workload: where, how its process ended (-9: killed), and what it said before that."""

    folder: Path
    ended: int
    said: tuple[tuple[str, ...], ...]

    def of(self, word: str) -> list[str]:
        """What was said under one word, such as `acked`: the numbers of commands, or what else it names."""
        return [one for first, *rest in self.said if first == word for one in rest]

    def saying(self, *said: tuple[str, ...]) -> "Run":
        """The same run, had it said something else."""
        return evolve(self, said=said)

    @property
    def acked(self) -> set[int]:
        return {int(number) for number in self.of("acked")}

    @property
    def steps(self) -> list[str]:
        return json.loads(self.of("steps")[0])

    @property
    def seen(self) -> int:
        return int(self.of("seen")[0])


class Breaker:
    """The process of tests/faults/workload.py, under the shim."""

    def __init__(self, script: Path, shim: Path, folder: Path) -> None:
        self._folder, self._numbers = folder, count(1)
        self._process = subprocess.Popen(
            [sys.executable, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "LD_PRELOAD": str(shim)},
        )

    def new_folder(self) -> Path:
        made = self._folder / f"run-{os.getpid()}-{next(self._numbers)}"
        made.mkdir()
        return made

    def run(self, *acts: str, folder: Path | None = None, **job: Any) -> Run:
        """Have a child do these acts, and break as the job says."""
        into = folder or self.new_folder()
        self._process.stdin.write(json.dumps({"folder": str(into), "acts": acts, **job}).encode() + b"\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], LONGEST)
        assert ready, "the process that breaks does not answer"
        told = json.loads(self._process.stdout.readline())
        said = tuple(tuple(line.split(" ")) for line in told["said"])
        assert told["ended"] in {0, -9}, told
        assert not [words for words in said if words[0] in {"broken", "raw"}], said
        return Run(into, told["ended"], said)

    def close(self) -> None:
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LONGEST)
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


@define
class Judge:
    """Holds a store against what was said of it; whoever was told OK and is not on record is lost."""

    folder: Path
    url: str
    created: bool
    acked: set[int]
    refused: set[int] = field(factory=set)

    def lost(self) -> int:
        """Count what was acknowledged and is not on record; assert all else that must hold."""
        try:
            store = open_store(self.url, clock=_later)
        except StoreMissing:
            return len(self.acked) + self.created
        with closing(store):
            rows = store.read(0, limit=MANY)
            head, verdict = store.head(), verify(self._file(store))
            assert (verdict.holds, verdict.tree) == (True, (head.position, head.root)), verdict.wrong
            assert [row.position for row in rows] == [*range(1, len(rows) + 1)]
            on_record = {int(row.command[1:]): row for row in rows if row.asked is not None}
            assert not self.refused & on_record.keys(), "told that nothing was recorded, and it was"
            assert all(row.open.content[:6] == b"%06d" % n for n, row in on_record.items())
            assert all(store.receipt(f"c{n}").count for n in on_record)
            _goes_on(store)
        return len(self.acked - on_record.keys())

    def _file(self, store: Any) -> Path:
        """The store's file; of one on a server, a copy made table by table."""
        if not is_server(self.url):
            return Path(self.url)
        copy = self.folder / "copy.db"
        with store.snapshot() as source:
            lay_out(copy, partial(copied, source))
        return copy


def _later() -> int:
    """A clock that is ahead of any that the workload had."""
    return wall_clock() + 10 * 86_400_000_000


def _goes_on(store: Any) -> None:
    said = {"name": "A.v1", "day": "2015-01-09", "actor": "w", "role": "r", "open": b"after"}
    version = len(store.stream("case/after")) + 1
    assert store.append([Draft("case/after", version, **said)]).count == 1


def judged(run: Run, *, created: bool = True, url: str | None = None) -> int:
    """How many acknowledged records a run lost. *created*: whether the store stood before the run."""
    answers: dict[int, str] = {}
    for word, *rest in run.said:
        if word in {"asked", "acked", "unknown", "no"}:
            answers |= {int(n): _worse(answers.get(int(n)), word) for n in rest if n.isdecimal()}
    refused = {n for n, answer in answers.items() if answer == "no"}
    stood = created or bool(run.of("created"))
    lost = Judge(run.folder, url or f"{run.folder}/cases.db", stood, run.acked, refused).lost()
    if not stood and url is None:
        _can_be_created(f"{run.folder}/cases.db")
    shutil.rmtree(run.folder)
    return lost


def judged_copies(before: Run, run: Run) -> int:
    """How many records a broken backup, or restore, lost of the store; assert that a copy is whole or not there."""
    for name, made in (("saved.db", "saved"), ("again.db", "restored")):
        copy = run.folder / name
        assert copy.exists() or made not in run.of(made)
        if copy.exists():
            assert verify(copy).holds
            with closing(open_store(str(copy))) as store:
                assert {int(row.command[1:]) for row in store.read(0, limit=MANY)} == before.acked
    return judged(before)


def _worse(before: str | None, word: str) -> str:
    """Of one command's answers: once its outcome was unknown, a later no says nothing of the first try."""
    if word == "asked":
        return {"unknown": "unknown", "acked": "acked", "no": "asked again"}.get(before or "", "asked")
    if word == "no" and before == "unknown":
        return before
    return word


def _can_be_created(url: str) -> None:
    """A creation that was broken off stands in nobody's way."""
    with suppress(StoreExists):
        create(url).close()
    open_store(url).close()


def spread(many: Iterable[Any], most: int) -> list[Any]:
    """At most so many of them, evenly."""
    everything = list(many)
    step = max(1, -(-len(everything) // most))
    return everything[::step]
