"""Appends that an event loop awaits: those of tasks that wait at the same time are made durable together."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from ihs_store.errors import CommandReused, StoreClosed, VersionConflict
from ihs_store.port import Command
from ihs_store.soon import NotAtHand, from_memory

MAC = b"m" * 32
TASKS = 20


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture
def soon(store, threads):
    return store.soon(threads.submit)


def together(*awaited):
    async def all_of_them():
        return await asyncio.gather(*awaited, return_exceptions=True)

    return asyncio.run(all_of_them())


def test_tasks_that_are_ready_together_are_committed_by_one_transaction(soon, store, groups, draft, holds):
    receipts = together(*(soon.append([draft(1, f"case/k{n}")]) for n in range(TASKS)))

    assert groups == [TASKS]
    assert [receipt.first for receipt in receipts] == [*range(1, TASKS + 1)]
    assert [row.leaf for row in store.read(0)] == [leaf for receipt in receipts for leaf in receipt.leaves]
    assert holds(store)


def test_each_task_is_answered_as_if_it_had_come_alone(soon, store, draft):
    store.append([draft(1)], command=Command("c1", MAC))

    again, reused, conflict, recorded = together(
        soon.append([draft(2)], command=Command("c1", MAC)),
        soon.append([draft(2)], command=Command("c1", b"x" * 32)),
        soon.append([draft(5)]),
        soon.append([draft(2)]),
    )

    assert again == store.receipt("c1")
    assert (type(reused), type(conflict), recorded.first) == (CommandReused, VersionConflict, 2)


def test_tasks_and_threads_share_transactions_and_all_land_once(soon, store, threads, draft, holds):
    async def task(n):
        for version in range(1, 6):
            await soon.append([draft(version, f"case/t{n}")])

    def thread(n):
        for version in range(1, 6):
            store.append([draft(version, f"case/h{n}")])

    with ThreadPoolExecutor(8) as others:
        done = [others.submit(thread, n) for n in range(8)]
        assert together(*map(task, range(TASKS))) == [None] * TASKS
        for one in done:
            one.result()

    rows = store.read(0)
    assert Counter(row.stream.split("/")[1][0] for row in rows) == {"t": 5 * TASKS, "h": 40}
    assert [row.position for row in rows] == [*range(1, 5 * TASKS + 41)]
    assert holds(store)


def test_one_object_serves_one_event_loop_after_the_other(soon, store, draft):
    for version in (1, 2, 3):
        assert together(soon.append([draft(version)]))[0].first == version


def test_a_task_that_was_cancelled_keeps_nobody_waiting_and_may_be_recorded_all_the_same(soon, store, draft):
    async def cancelled():
        given_up = asyncio.ensure_future(soon.append([draft(1, "case/k1")], command=Command("c1", MAC)))
        other = asyncio.ensure_future(soon.append([draft(1, "case/k2")]))
        await asyncio.sleep(0)
        given_up.cancel()
        return await other

    assert asyncio.run(cancelled()).count == 1
    assert store.receipt("c1").count == 1


def test_a_loop_that_ended_before_its_append_did_leaves_the_next_one_served(soon, store, draft):
    async def left():
        asyncio.ensure_future(soon.append([draft(1)]))  # noqa: RUF006 - nobody waits for it: that is the point
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(left())

    assert together(soon.append([draft(1, "case/k2")]))[0].count == 1


def test_what_ends_the_writer_ends_no_wait(soon, store, draft, monkeypatch):
    def broken(_):
        raise ZeroDivisionError

    monkeypatch.setattr(store._group, "_commit", broken)
    answers = together(*(soon.append([draft(1, f"case/k{n}")]) for n in range(3)))
    monkeypatch.undo()

    assert [type(answer) for answer in answers] == [ZeroDivisionError] * 3
    assert together(soon.append([draft(1)]))[0].first == 1


def test_where_no_thread_begins_anything_any_more_every_task_is_told(store, draft, threads):
    given = iter([RuntimeError("the interpreter ends")])

    def run(act):
        for error in given:
            raise error
        threads.submit(act)

    soon = store.soon(run)

    assert [type(one) for one in together(*(soon.append([draft(n)]) for n in (1, 2)))] == [RuntimeError] * 2
    assert together(soon.append([draft(1)]))[0].first == 1


def test_a_store_that_was_closed_tells_every_task(soon, store, draft):
    store.close()

    assert [type(one) for one in together(*(soon.append([draft(n)]) for n in (1, 2)))] == [StoreClosed] * 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda store, draft: store.append([draft(1)]),
        lambda store, draft: store.stream("case/k1"),
        lambda store, draft: store.key("root"),
        lambda store, draft: store.receipt("c1"),
        lambda store, draft: store.head(),
    ],
    ids=["append", "stream", "key", "receipt", "head"],
)
def test_from_memory_nothing_is_asked_of_a_store(store, draft, ask):
    with from_memory(), pytest.raises(NotAtHand):
        ask(store, draft)

    ask(store, draft)


def test_a_loop_that_was_closed_before_it_looked_holds_nobody_up(soon, store, draft):
    loop = asyncio.new_event_loop()
    begun = loop.create_task(soon.append([draft(1)]))
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    assert together(soon.append([draft(1, "case/k2")]))[0].count == 1
    del begun


def test_a_loop_that_is_busy_or_at_rest_holds_no_other_up(soon, store, draft):
    resting = asyncio.new_event_loop()
    asked = resting.create_task(soon.append([draft(1)]))
    resting.call_soon(resting.stop)
    resting.run_forever()

    assert together(soon.append([draft(1, "case/k2")]))[0].count == 1
    assert resting.run_until_complete(asked).count == 1
    resting.close()


def test_tasks_that_ask_again_and_again_stay_together(soon, store, groups, draft):
    async def task(n):
        for version in range(1, 6):
            await soon.append([draft(version, f"case/k{n}")])

    assert together(*map(task, range(TASKS))) == [None] * TASKS

    assert groups == [TASKS] * 5


def test_tasks_of_several_loops_that_come_and_go_are_all_answered(soon, store, draft, holds):
    def loop(k):
        async def task(n):
            for version in range(1, 16):
                await soon.append([draft(version, f"case/l{k}t{n}")])
                await asyncio.sleep(0.001 * (n % 3))

        return together(*map(task, range(TASKS)))

    with ThreadPoolExecutor(3) as loops:
        answers = [*loops.map(loop, range(3))]

    assert answers == [[None] * TASKS] * 3
    assert store.head().position == 3 * TASKS * 15
    assert holds(store)
