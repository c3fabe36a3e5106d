"""Crashes, many writers, damage: nothing acknowledged is lost, every outcome is named."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ihs_store.errors import StoreDamaged, StoreError, VersionConflict
from ihs_store.port import Command
from ihs_store.store import create, open_store

MAC = b"m" * 32


def test_a_process_killed_while_it_appends_loses_nothing_it_acknowledged(url, store, worker, go, holds):
    process = worker("append", url, "case/k1", 0)
    go(process)
    acknowledged = [process.stdout.readline() for _ in range(150)]
    process.kill()
    acknowledged += process.stdout.readlines()

    rows = store.read(0, limit=10**6)

    found = [f"{row.position} {row.stream} {row.version}\n" for row in rows]
    complete = [line for line in acknowledged if line.endswith("\n")]
    assert len(complete) >= 150
    assert found[: len(complete)] == complete
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    assert holds(store)


def test_threads_and_processes_that_append_to_one_file_all_land(url, worker, go, draft, holds):
    store = create(url)
    processes = [worker("append", url, f"case/process-{n}", 25) for n in range(4)]
    for process in processes:
        go(process)

    def thread(n):
        return [store.append([draft(version, f"case/thread-{n}")]).first for version in range(1, 26)]

    with ThreadPoolExecutor(4) as threads:
        positions = [position for landed in threads.map(thread, range(4)) for position in landed]
    for process in processes:
        positions += [int(line.split()[0]) for line in process.stdout.readlines()]

    assert sorted(positions) == list(range(1, 201))
    assert [len(store.stream(stream)) for stream in store.streams("case/")] == [25] * 8
    assert holds(store)
    store.close()


def test_a_store_is_opened_while_others_fill_it(url, store, worker, go):
    fillers = [worker("append", url, f"case/filler-{n}", 0) for n in range(2)]
    for filler in fillers:
        go(filler)
        filler.stdout.readline()

    for _ in range(100):
        open_store(url).close()

    assert [filler.poll() for filler in fillers] == [None, None]
    assert store.head().position >= len(fillers)


def test_a_store_still_answers_after_a_refusal_in_the_middle_of_an_append(store, draft, holds):
    with pytest.raises(VersionConflict):
        store.append([draft(1), draft(1)])

    assert store.append([draft(1)]).first == 1
    assert holds(store)


@pytest.mark.parametrize(
    "change",
    [
        "stream = 'case/k9'",
        "version = 9",
        "name = 'B.v1'",
        "number = 1",
        "day = '2015-01-10'",
        "occurred = '2015-01-09T15:00:00-07:00'",
        "recorded_at = recorded_at + 1",
        "actor = 'someone else'",
        "role = 'supervisor'",
        "command = 'c9'",
        "correlation = ''",
        "causation = ''",
        "edition = 'e'",
        "target = 1",
        "schema = -1",
        "open = x'00'",
        "open = NULL",
        "open = NULL, emptied = x'0000000000000000000000000000000000000000000000000000000000000000'",
        "sealed = x''",
        "leaf = x'0000000000000000000000000000000000000000000000000000000000000000'",
    ],
)
def test_a_record_changed_in_the_file_is_found_by_the_verifier(store, draft, tamper, verified, change):
    store.append([draft(n, sealed=(("k", b"x"),)) for n in range(1, 6)])

    tamper(f"UPDATE records SET {change} WHERE position = 3")

    wrong = verified(store).wrong

    assert wrong is not None
    assert wrong.position == 3


@pytest.mark.parametrize(
    "slip", ["DELETE FROM records", "UPDATE records SET actor = 'x'", "UPDATE records SET open = NULL"]
)
def test_a_slip_of_the_hand_changes_nothing(store, draft, slip):
    store.append([draft(1)])

    with pytest.raises(StoreError), store._database.reading() as c:
        c.execute(slip)

    assert store.read(0)[0].actor == "w-12"


def test_a_position_is_never_given_out_again(store, draft, tamper):
    store.append([draft(1), draft(2)])
    tamper("DELETE FROM records WHERE position = 2")

    with pytest.raises(StoreDamaged):
        store.append([draft(2)])


@pytest.mark.parametrize("change", ["frontier = x'00'", "size = 3", "size = 1"])
def test_a_ledger_that_contradicts_its_records_takes_no_more(store, draft, tamper, verified, change):
    store.append([draft(1), draft(2)])
    tamper(f"UPDATE ledger SET {change}")

    with pytest.raises(StoreDamaged):
        store.append([draft(3)])


def test_sealed_parts_that_do_not_follow_their_layout_are_damage_at_a_position(store, draft, tamper):
    store.append([draft(1), draft(2)])
    tamper("UPDATE records SET sealed = x'00' WHERE position = 2")

    with pytest.raises(StoreDamaged, match="record 2"):
        store.read(0)


def test_a_receipt_without_its_records_is_damage(store, draft, tamper):
    store.append([draft(1), draft(2)], command=Command("c1", MAC))
    tamper("DELETE FROM records WHERE position = 2")

    with pytest.raises(StoreDamaged):
        store.receipt("c1")
