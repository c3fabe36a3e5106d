"""Who records in one case at the same time comes one after the other, unless nothing moves."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from rehearsal import ASKED, WORKER, live

from ihs_cases import AsyncCases, turns
from ihs_cases.turns import TaskTurns, Turns
from ihs_domain.contacting import ContactMade, ContactMode

WITHIN = 20
MANY = 30
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset())
SAID = {"case_id": "k1", "actor": WORKER, "occurred": date(2015, 1, 9)}


@pytest.fixture
def cases(tmp_path):
    with live(tmp_path) as cases:
        cases.record(ASKED, **SAID, command_id="a")
        yield cases


@pytest.fixture
def decided(cases, monkeypatch):
    """How often it was decided what to append."""
    counted, ready = [], type(cases.recorder)._ready

    def observed(recorder, *asked):
        counted.append(asked)
        return ready(recorder, *asked)

    monkeypatch.setattr(type(cases.recorder), "_ready", observed)
    return counted


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.05)


def test_of_many_tasks_in_one_case_each_is_decided_once(cases, decided):
    together = AsyncCases(cases)

    async def all_of_them():
        return await asyncio.gather(*(together.record(VISIT, **SAID, command_id=f"c{n}") for n in range(MANY)))

    assert sorted(receipt.version for receipt in asyncio.run(all_of_them())) == [*range(2, MANY + 2)]
    assert len(decided) == MANY


def test_of_many_threads_in_one_case_each_is_decided_once(cases, decided):
    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(lambda n: cases.record(VISIT, **SAID, command_id=f"c{n}"), range(MANY)))

    assert sorted(receipt.version for receipt in receipts) == [*range(2, MANY + 2)]
    assert len(decided) == MANY


def test_a_thread_waits_for_its_turn_at_a_stream_and_for_no_other():
    one, begun, done = Turns(), Event(), Event()

    def first():
        with one.of("case/k1"):
            begun.set()
            assert done.wait(WITHIN)
            return "first"

    with ThreadPoolExecutor(2) as threads:
        holds = threads.submit(first)
        assert begun.wait(WITHIN)
        with one.of("case/k2"):
            done.set()
        with one.of("case/k1"):
            assert holds.result(WITHIN) == "first"


def test_a_thread_goes_on_without_a_turn_where_nothing_moves(impatient):
    one, begun, done = Turns(), Event(), Event()

    def stands_still():
        with one.of("case/k1"):
            begun.set()
            assert done.wait(WITHIN)

    with ThreadPoolExecutor(1) as threads:
        holds = threads.submit(stands_still)
        assert begun.wait(WITHIN)
        with one.of("case/k1"):
            done.set()
        holds.result(WITHIN)
    with one.of("case/k1"):
        pass


def test_a_task_goes_on_without_a_turn_where_nothing_moves(impatient):
    async def stands_still():
        one, done = TaskTurns(), asyncio.Event()

        async def holds():
            async with one.of("case/k1"):
                await done.wait()

        first = asyncio.ensure_future(holds())
        await asyncio.sleep(0)
        async with one.of("case/k1"):
            done.set()
        await first
        async with one.of("case/k1"):
            return "in turn again"

    assert asyncio.run(asyncio.wait_for(stands_still(), WITHIN)) == "in turn again"


def test_a_task_waits_as_long_as_turns_pass(impatient):
    async def passing():
        one, at_once, most = TaskTurns(), 0, []

        async def turn():
            nonlocal at_once
            async with one.of("case/k1"):
                at_once += 1
                most.append(at_once)
                await asyncio.sleep(0.02)
                at_once -= 1

        await asyncio.gather(*(turn() for _ in range(12)))
        return most

    assert asyncio.run(passing()) == [1] * 12


def test_a_task_that_was_cancelled_while_it_waited_leaves_the_turn_to_the_next():
    async def cancelled():
        one, done = TaskTurns(), asyncio.Event()

        async def turn():
            async with one.of("case/k1"):
                await done.wait()
                return "had it"

        first, second, third = (asyncio.ensure_future(turn()) for _ in range(3))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        done.set()
        return await asyncio.gather(first, second, third, return_exceptions=True)

    first, second, third = asyncio.run(asyncio.wait_for(cancelled(), WITHIN))
    assert (first, type(second), third) == ("had it", asyncio.CancelledError, "had it")


def test_nothing_is_kept_of_a_turn_that_nobody_has():
    one = Turns()
    with one.of("case/k1"):
        assert len(one._turns) == 1

    assert len(one._turns) == 0
