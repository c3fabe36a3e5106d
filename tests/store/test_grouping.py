"""Appends that come together are committed together, and each caller is answered as if it had come alone."""

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from ihs_store.errors import CommandReused, KeyIdTaken, StoreError, StoreFull, VersionConflict
from ihs_store.port import Command, WrappedKey

WITHIN = 20  # seconds; what should come at once comes within them
MAC = b"m" * 32


@pytest.fixture
def together(store, clock, draft):
    """Have appends come while another is being written, one after the other; give what each was answered."""
    begun, queued = Event(), Event()

    def wait_for_them():
        begun.set()
        assert queued.wait(WITHIN)

    def ask(asked):
        try:
            return store.append(asked.pop("drafts"), **asked)
        except StoreError as error:
            return error

    def come(*asks):
        clock.meanwhile = wait_for_them
        with ThreadPoolExecutor(len(asks) + 1) as callers:
            first = callers.submit(ask, {"drafts": [draft(1, "case/first")]})
            assert begun.wait(WITHIN)
            answers = []
            for number, asked in enumerate(asks, start=1):
                answers.append(callers.submit(ask, asked))
                while len(store._group._queue) < number:
                    pass
            queued.set()
            return [first.result(), *(answer.result() for answer in answers)]

    return come


def test_appends_that_come_while_another_is_written_are_committed_in_one_transaction(
    store, groups, together, draft, holds
):
    receipts = together(*({"drafts": [draft(1, f"case/k{n}"), draft(2, f"case/k{n}")]} for n in range(9)))

    assert groups == [1, 9]
    assert [receipt.first for receipt in receipts] == [1, *range(2, 20, 2)]
    assert [receipt.count for receipt in receipts] == [1, *[2] * 9]
    assert [row.position for row in store.read(0)] == list(range(1, 20))
    assert holds(store)


def test_who_comes_alone_is_committed_alone_and_waits_for_nobody(store, groups, draft):
    for version in (1, 2, 3):
        store.append([draft(version)])

    assert groups == [1, 1, 1]


def test_of_a_group_only_those_that_conflict_are_refused(store, groups, together, draft, holds):
    key, sealed = WrappedKey("person/p1", b"w", b"c"), (("person/p1", b"x"),)

    answers = together(
        {"drafts": [draft(1, sealed=sealed)], "command": Command("c1", MAC), "keys": [key]},
        {"drafts": [draft(1)], "command": Command("c2", MAC)},
        {"drafts": [draft(2)], "command": Command("c1", b"n" * 32)},
        {"drafts": [draft(1, "case/k2"), draft(1, "case/k2")]},
        {"drafts": [draft(1, "case/k3", sealed=sealed)], "keys": [key]},
        {"drafts": [draft(2)], "command": Command("c3", MAC)},
    )

    assert groups == [1, 6]
    assert [type(answer) for answer in answers[2:6]] == [VersionConflict, CommandReused, VersionConflict, KeyIdTaken]
    assert [(answers[n].first, answers[n].versions) for n in (1, 6)] == [
        (2, (("case/k1", 1),)),
        (3, (("case/k1", 2),)),
    ]
    assert [store.receipt(command) is None for command in ("c1", "c2", "c3")] == [False, True, False]
    assert store.streams("case/") == ["case/first", "case/k1"]
    assert holds(store)


def test_one_command_asked_twice_in_a_group_is_recorded_once(store, together, draft):
    asked = {"drafts": [draft(1)], "command": Command("c1", MAC)}

    _, first, second = together(asked, dict(asked))

    assert (first.again, second.again) == (False, True)
    assert (first.first, first.versions) == (second.first, second.versions)
    assert store.head().position == 2


def test_what_fails_for_a_group_fails_for_all_of_it_and_the_next_group_is_written(store, together, draft):
    commit, failing = store._group._commit, [False, True, False]

    def out_of_room(asks):
        if failing.pop(0):
            raise StoreFull("there is no room left")
        commit(asks)

    store._group._commit = out_of_room

    answers = together({"drafts": [draft(1)]}, {"drafts": [draft(1, "case/k2")]})

    assert [type(answer) for answer in answers[1:]] == [StoreFull, StoreFull]
    assert store.append([draft(1)]).first == 2


def test_many_threads_that_append_to_the_same_cases_all_land_with_dense_positions(store, draft, holds):
    def worker(n):
        landed, version = [], 1
        while len(landed) < 20:
            try:
                landed.append(store.append([draft(version, f"case/k{n % 3}")], command=Command(f"{n}/{version}", MAC)))
            except VersionConflict as conflict:
                version = conflict.current
            version += 1
        return [receipt.first for receipt in landed]

    with ThreadPoolExecutor(12) as threads:
        positions = [position for landed in threads.map(worker, range(12)) for position in landed]

    assert sorted(positions) == list(range(1, 241))
    assert holds(store)


def test_tasks_of_an_event_loop_are_committed_together_too(store, groups, draft):
    async def all_at_once():
        return await asyncio.gather(
            *(asyncio.to_thread(store.append, [draft(1, f"case/k{n}")]) for n in range(12)),
        )

    receipts = asyncio.run(all_at_once())

    assert sorted(receipt.first for receipt in receipts) == list(range(1, 13))
    assert sum(groups) == 12


class Interrupted(Exception):
    pass


@contextmanager
def interrupting(by=signal.SIGUSR1):
    armed = [by]

    def interrupt(*_):
        if armed:
            armed.clear()
            raise Interrupted

    before = signal.signal(by, interrupt)
    yield armed
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(by, before)


def test_a_caller_that_is_interrupted_while_it_waits_holds_up_nobody_behind_it(store, clock, draft):
    begun, queued = Event(), Event()

    def wait_for_them():
        begun.set()
        assert queued.wait(WITHIN)

    def come_second():
        while not store._group._queue:
            pass
        second = callers.submit(store.append, [draft(1, "case/second")])
        while len(store._group._queue) < 2:
            pass
        os.kill(os.getpid(), signal.SIGUSR1)
        while len(store._group._queue) > 1:
            pass
        queued.set()
        return second.result()

    clock.meanwhile = wait_for_them
    with ThreadPoolExecutor(3) as callers, interrupting():
        callers.submit(store.append, [draft(1)])
        begun.wait()
        second = callers.submit(come_second)
        with pytest.raises(Interrupted):
            store.append([draft(1, "case/interrupted")])

    assert second.result().first == 2
    assert store.streams("case/") == ["case/k1", "case/second"]


def test_a_caller_that_is_interrupted_while_it_is_written_leaves_nobody_asleep(store, clock, draft):
    begun, queued, gone = Event(), Event(), Event()

    def come_behind():
        while len(store._group._queue) < 2:
            pass
        behind = [callers.submit(store.append, [draft(1, f"case/k{n}")]) for n in range(9)]
        while len(store._group._queue) < 11:
            pass
        queued.set()
        return [one.result(WITHIN).first for one in behind]

    def wait_for_them():
        clock.meanwhile = interrupt
        begun.set()
        assert queued.wait(WITHIN)

    def interrupt():
        clock.meanwhile = lambda: None
        os.kill(os.getpid(), signal.SIGUSR1)
        assert gone.wait(WITHIN)

    clock.meanwhile = wait_for_them
    with ThreadPoolExecutor(12) as callers, interrupting():
        callers.submit(store.append, [draft(1, "case/first")])
        begun.wait()
        leader = callers.submit(store.append, [draft(1, "case/leader")])
        while not store._group._queue:
            pass
        behind = callers.submit(come_behind)
        with pytest.raises(Interrupted):
            store.append([draft(1, "case/interrupted")])
        gone.set()

        assert leader.result(WITHIN).first == 2
        assert sorted(behind.result(WITHIN)) == list(range(4, 13))
    assert store.streams("case/i") == ["case/interrupted"]


def test_wherever_a_caller_is_interrupted_the_others_are_answered_and_what_it_was_told_is_true():
    interrupted = [sys.executable, str(Path(__file__).with_name("interrupted.py"))]

    done = subprocess.run(interrupted, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
