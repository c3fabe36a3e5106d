"""A process that breaks on purpose: for each job it is given on a line, a forked child that writes to a store.

The child says on a pipe what it asks and what it is answered, before it goes on; so whatever kills it, what it was told
is known. It runs under the shim (shim.c), which breaks what it does to files, or it is killed at a step of the code.
"""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import ihs_store
from ihs_record.row import Draft
from ihs_store import file
from ihs_store.asked import Asked
from ihs_store.backup import backup, restore
from ihs_store.errors import OutcomeUnknown, StoreError, VersionConflict
from ihs_store.port import Command, WrappedKey
from ihs_store.store import create, open_store

MAC = b"m" * 32
LONGEST = 20  # seconds, after which a child ends by SIGALRM, and its run has failed
MOST_TRIES = 3
STORE_CODE = str(Path(ihs_store.__path__[0]))
SHIM = ctypes.CDLL(None)


def draft(number: int, stream: str, version: int) -> Draft:
    """One record of some size, sealed in part, that says which it is."""
    said = {"name": "A.v1", "day": "2015-01-09", "actor": "w", "role": "r"}
    return Draft(stream, version, **said, open=b"%06d" % number * 100, sealed=((f"key/{number}", b"sealed"),))


def key(number: int) -> WrappedKey:
    return WrappedKey(f"key/{number}", b"w" * 40, b"c" * 32)


class Child:
    """Does what a job says to one store, and says what became of it."""

    def __init__(self, job: dict[str, Any], said: int) -> None:
        self.job, self.said = job, said
        self.url = job.get("url") or f"{job['folder']}/cases.db"
        self.number = job.get("from", 0)
        self.store: Any = None

    def say(self, *words: object) -> None:
        text = " ".join(map(str, words))
        os.write(self.said, text.encode() + b"\n")
        if hasattr(SHIM, "fault_note"):
            SHIM.fault_note(text.encode())

    def create(self) -> None:
        self._outcome("create", lambda: setattr(self, "store", create(self.url, lock_timeout=1)), "created")

    def open(self) -> None:
        self._outcome(
            "open",
            lambda: setattr(self, "store", open_store(self.url, lock_timeout=self.job.get("patience", 1))),
            "opened",
        )

    def clock(self, seconds: int) -> None:
        """Set the machine's clock, as this process sees it, so many seconds off."""
        SHIM.fault_clock(ctypes.c_long(seconds))

    def correct(self) -> None:
        now = datetime.now(UTC)
        said = {"name": "ClockCorrected.v1", "day": now.date().isoformat(), "actor": "a", "role": "r"}
        self.store.append([Draft("system", self._next("system"), occurred=now.isoformat(), **said, open=b"{}")])

    def close(self) -> None:
        if self.store is not None:
            self.store.close()

    def backup(self) -> None:
        self._outcome("saved", lambda: backup(self.url, Path(f"{self.job['folder']}/saved.db")), "saved")

    def restore(self) -> None:
        saved, again = Path(f"{self.job['folder']}/saved.db"), f"{self.job['folder']}/again.db"
        self._outcome("restored", lambda: restore(saved, again), "restored")

    def append(self) -> None:
        """Append until the answer is OK, as a caller does: after an unknown outcome, by the same command again."""
        self.number += 1
        for _ in range(MOST_TRIES):
            if self.store is None or self._appended(self.number):
                return

    def _appended(self, number: int) -> bool:
        self.say("asked", number)
        asked = Command(f"c{number}", MAC)

        def act() -> None:
            stream = self.job.get("own", "case/k1")
            self.store.append([draft(number, stream, self._next(stream))], command=asked, keys=[key(number)])

        return self._outcome(number, act, "acked")

    def _next(self, stream: str) -> int:
        return len(self.store.stream(stream)) + 1

    def share(self) -> None:
        """Append to a case that all others append to, once more where another was faster."""
        self.number += 1
        asked, number = Command(f"c{self.number}", MAC), self.number
        while True:
            try:
                self.store.append([draft(number, "case/k1", self._next("case/k1"))], command=asked)
            except VersionConflict:
                continue
            self.say("acked", number)
            return

    def group(self) -> None:
        """Commit what two callers ask in one transaction."""
        if self.store is None:
            return
        numbers = [self.number + 1, self.number + 2]
        self.number += 2
        asks = [
            Asked([draft(n, f"case/g{n}", 1), draft(n + 100_000, f"case/g{n}", 2)], Command(f"c{n}", MAC), None, ())
            for n in numbers
        ]
        for n in numbers:
            self.say("asked", n)
        self._outcome(f"{numbers[0]} {numbers[1]}", lambda: self._commit(asks), "acked")

    def _commit(self, asks: list[Asked]) -> None:
        self.store._database.commit(asks)
        for asked in asks:
            asked.settled()

    def _outcome(self, what: object, act: Callable[[], None], done: str) -> bool:
        try:
            act()
        except OutcomeUnknown:
            self.say("unknown", what)
        except StoreError as error:
            self.say("no", what, type(error).__name__)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is none of the three outcomes
            self.say("raw", what, type(error).__name__)
        else:
            self.say(done, what)
            return True
        return False


class Steps:
    """Counts the steps of the store's own code, by `line` or by `call`, and kills this process at one of them."""

    def __init__(self, kind: str, at: int) -> None:
        self.kind, self.at = kind, at
        self.seen: list[str] = []

    def __call__(self, frame: FrameType, event: str, _arg: object) -> Any:
        if not frame.f_code.co_filename.startswith(STORE_CODE):
            return None
        if event == self.kind:
            self.seen.append(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_qualname}:{frame.f_lineno}")
            if len(self.seen) == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def weakened(sync: str) -> None:
    """Make the store sync less than it does: the harness must see what is lost then."""
    connected = file.connected

    def less(*words: Any) -> Any:
        database = connected(*words)
        database.execute(f"PRAGMA synchronous = {sync}")
        return database

    file.connected = less


def child(job: dict[str, Any], said: int) -> None:
    doing, steps = Child(job, said), None
    if "sync" in job:
        weakened(job["sync"])
    if "log" in job:
        SHIM.fault_log(os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    if "kinds" in job:
        how = job.get("how", " ")
        SHIM.fault_arm(job["folder"].encode(), job["kinds"].encode(), job["at"], ord(how), job.get("error", 0))
    for act in job["acts"]:
        if "step" in job and act == job.get("tracing", act) and steps is None:
            steps = Steps(job["step"], job["at"])
            sys.settrace(steps)
        what, _, how = act.partition(":")
        getattr(doing, what)(*([int(how)] if how else []))
    sys.settrace(None)
    if steps is not None:
        doing.say("steps", json.dumps(steps.seen).replace(" ", ""))
    if "kinds" in job:
        doing.say("seen", SHIM.fault_seen())
        SHIM.fault_arm(b"", b"", 0, ord(" "), 0)


def ran(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job in a child, and tell how it ended and what it said."""
    if "url" in job:
        import_module("ihs_store.server")  # once, and not in every child
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        signal.alarm(LONGEST)
        try:
            child(job, writing)
        except BaseException as error:  # noqa: BLE001 - told to the parent, which fails
            os.write(writing, f"broken {type(error).__name__} {error}\n".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read().splitlines()
    _, status = os.waitpid(pid, 0)
    return {"ended": os.waitstatus_to_exitcode(status), "said": said}


def ran_at_once(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job in many children at once, and kill so many of them when each has been told something."""
    readings, pids = [], []
    for number in range(job["at_once"]):
        reading, writing = os.pipe()
        pids.append(pid := os.fork())
        if pid == 0:
            os.close(reading)
            signal.alarm(LONGEST)
            child({**job, "from": number * 1000, "own": f"case/own-{number}"}, writing)
            os._exit(0)
        os.close(writing)
        readings.append(os.fdopen(reading))
    for reading, pid in [*zip(readings, pids, strict=True)][: job.get("killed", 0)]:
        reading.readline()
        os.kill(pid, signal.SIGKILL)
    said = [line for reading in readings for line in reading.read().splitlines()]
    for reading in readings:
        reading.close()
    ended = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    return {"ended": min(ended), "said": said}


def jobs() -> Iterator[dict[str, Any]]:
    for line in sys.stdin:
        yield json.loads(line)


if __name__ == "__main__":
    for job in jobs():
        sys.stdout.write(json.dumps(ran_at_once(job) if "at_once" in job else ran(job)) + "\n")
        sys.stdout.flush()
