"""The table of faults: what is broken, what must come of it, and in how many runs that is tried."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from attrs import define, frozen
from pages import GENERATED, table


@frozen
class Fault:
    """One row. *quick* and *full* are the least numbers of runs in each form; 0: not tried in that form.

    *gap* says why a fault is not tried yet: the full form fails until it is.
    """

    of: str
    name: str
    does: str
    outcome: str
    quick: int
    full: int
    gap: str = ""


NOTHING_LOST: Final = "nothing acknowledged is lost, the store verifies and goes on"

FAULTS: Final = (
    Fault(
        "A process ends",
        "killed at a step",
        "kill -9 at every step of the store's code while it creates, appends, groups, closes and opens: at each "
        "function in the quick form, at each line in the full one",
        NOTHING_LOST,
        100,
        1000,
    ),
    Fault(
        "A process ends",
        "killed at a step on a server",
        "the same with a store on PostgreSQL: kill -9 of the process that writes, at some functions and at every line",
        NOTHING_LOST,
        12,
        200,
    ),
    Fault(
        "A process ends",
        "killed before a file operation",
        "kill -9 before each create, write, truncate, sync, link and unlink",
        NOTHING_LOST,
        12,
        150,
    ),
    Fault("A process ends", "killed after a file operation", "kill -9 after each of these", NOTHING_LOST, 12, 150),
    Fault(
        "A process ends",
        "killed while it backs up or restores",
        "kill -9 at each file operation of a backup, and of a restore from it",
        "the store is as it was; what was to be made is whole, or not there",
        12,
        100,
    ),
    Fault(
        "A process ends",
        "erase killed half-way",
        "kill -9 before the new key file, before and after the commit, and before the old key file goes",
        "the person is erased or not, one key file opens the store, and erasing again completes it",
        4,
        4,
    ),
    Fault(
        "A disk fails",
        "torn write",
        "half of a write arrives, then the process ends",
        NOTHING_LOST,
        12,
        100,
    ),
    Fault(
        "A disk fails",
        "short write",
        "half of a write is taken, and the rest is asked for again",
        NOTHING_LOST,
        12,
        100,
    ),
    Fault(
        "A disk fails",
        "an operation fails once",
        "each create, write, truncate, sync, link and unlink fails with EIO, once",
        "OK, NO or UNKNOWN, and true; the same command asked again is recorded once",
        12,
        150,
    ),
    Fault(
        "A disk fails",
        "every operation fails from then on",
        "from each of these on, all fail with EIO",
        "OK, NO or UNKNOWN, and true; what was acknowledged before is there",
        12,
        150,
    ),
    Fault(
        "A disk fails",
        "no space",
        "from each create, write and truncate on, all fail with ENOSPC",
        "NO: the disk is full; what was acknowledged before is there",
        12,
        100,
    ),
    Fault(
        "A disk fails",
        "no descriptor left",
        "opening the store's journal fails for want of descriptors",
        "NO: the store is not opened, and not read without locks either",
        1,
        1,
    ),
    Fault(
        "The power fails",
        "power loss",
        "the disk in every state that its unsynced operations allow: each there or not, in any order, one torn",
        NOTHING_LOST,
        100,
        1500,
    ),
    Fault(
        "A clock is wrong",
        "clock set back a little",
        "the clock goes back by up to two seconds",
        "the time of recording stays at that of the last record",
        1,
        1,
    ),
    Fault(
        "A clock is wrong",
        "clock set back far",
        "the machine's clock goes back by a day",
        "NO, until ClockCorrected is on record; then the time stands still until the clock has caught up",
        2,
        2,
    ),
    Fault(
        "A clock is wrong",
        "clock set forward and right again",
        "the machine's clock goes forward by a day, something is recorded, then it is set right",
        "NO, until ClockCorrected is on record; as-at stays a prefix",
        2,
        2,
    ),
    Fault(
        "Many at once",
        "16 processes write",
        "16 processes append to one store, each its own cases and all of them one",
        "every acknowledged record stands once, positions are dense",
        16,
        320,
    ),
    Fault(
        "Many at once",
        "12 processes create one store",
        "12 processes create a store at one address at once",
        "one creates it, the others are told that it exists, all can open it",
        12,
        240,
    ),
    Fault(
        "A network fails",
        "lost replies from PostgreSQL",
        "the proxy cuts, refuses or swallows what goes to the server and what comes back, before and at COMMIT; the "
        "server is started again",
        "made out by the last record's leaf; UNKNOWN only while the server is out of reach",
        8,
        8,
    ),
    Fault(
        "A network fails",
        "lost replies from NATS",
        "connections break at any message, servers and publishers are killed, a stream is rolled back",
        "no message lost, doubled or out of order",
        8,
        8,
    ),
    Fault(
        "Somebody writes to the file",
        "a changed byte",
        "a byte is changed in every column of every table",
        "the verifier names table, position and column",
        4,
        4,
    ),
    Fault(
        "Somebody writes to the file",
        "rows deleted, swapped or cut off",
        "records are deleted, exchanged or cut off at the end, an older copy is put in place",
        "the verifier tells; of what is whole in itself, the checkpoint kept outside",
        38,
        38,
    ),
    Fault(
        "Somebody writes to the file",
        "key missing",
        "the key file is gone, another's, cut short or open to others; a data key is gone",
        "NO, by its own error; what is not sealed is read all the same",
        16,
        16,
    ),
    Fault(
        "A record cannot be read",
        "poisoned row",
        "a record, or a sealed part of it, cannot be read, at any place in the record",
        "its case is parked and named; every other case goes on, and nothing of the record is passed over",
        20,
        20,
    ),
    Fault(
        "In any order",
        "random histories",
        "append, conflict, ask again, reopen, kill, set back the clock, back up and restore, in any order",
        "the store holds what a model of it says",
        15,
        200,
    ),
)

BY_NAME: Final = {fault.name: fault for fault in FAULTS}
"""Each fault by its name, which the tests that try it are marked with."""


@define
class Runs:
    """Counts the runs of one test, and the acknowledged records they lost."""

    fault: Fault
    form: str
    count: int = 0
    lost: int = 0

    def ran(self, lost: int) -> None:
        self.count += 1
        self.lost += lost

    @property
    def least(self) -> int:
        return self.fault.full if self.form == "full" else self.fault.quick


def page() -> Iterator[str]:
    """The page of faults."""
    yield from ("# Faults that are tried", "", GENERATED, "", *_PAGE)
    for of, rows in groupby(FAULTS, lambda fault: fault.of):
        yield from (f"## {of}", "")
        cells = ((f.name, f.does, f.outcome, str(f.quick or "-"), str(f.full) if not f.gap else f.gap) for f in rows)
        yield from table("fault | what is done | what must come of it | quick | full", cells)


_PAGE: Final = (
    "Each fault is tried on a real store, in a real process. After each run the store is opened: nothing that was",
    "acknowledged may be lost, nothing that was refused may stand, the verifier must hold, and it must take more.",
    "",
    "*quick* is the least number of runs with every run of the tests, *full* with `pytest -m faults_full`, which",
    "`.ci/run` includes; the tests count them. The steps at which a process is killed, and the operations that fail,",
    "are found by running the code once and counting, so that a new one cannot be forgotten. The shim is",
    "`tests/faults/shim.c`; without a C compiler what needs it is skipped at a desk, and fails in CI. The table is in",
    "`tests/support/faults.py`.",
    "",
)
