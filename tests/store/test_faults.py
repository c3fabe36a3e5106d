"""Crashes, full and failing disks, many writers: nothing acknowledged is lost, every outcome is named."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ihs_ledger.verify import verify
from ihs_store.errors import StoreDamaged, StoreFull, VersionConflict
from ihs_store.port import Command
from ihs_store.sqlite import CommitFailed
from ihs_store.store import create, open_store, path_of

MAC = b"m" * 32


def go(process):
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()


def in_the_file(url, *statements):
    with closing(sqlite3.connect(path_of(url), isolation_level=None)) as database:
        for trigger in ("records_stay", "records_stand", "parts_empty"):
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            database.execute(statement)


def test_a_process_killed_while_it_appends_loses_nothing_it_acknowledged(url, store, worker, holds):
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


def test_threads_and_processes_that_append_to_one_file_all_land(url, worker, draft, holds):
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


def test_a_store_is_opened_while_others_fill_it(url, store, worker):
    fillers = [worker("append", url, f"case/filler-{n}", 0) for n in range(2)]
    for filler in fillers:
        go(filler)
        filler.stdout.readline()

    for _ in range(400):
        open_store(url).close()

    assert [filler.poll() for filler in fillers] == [None, None]
    assert store.head().position >= len(fillers)


def test_a_write_that_the_disk_refuses_at_commit_is_unknown_and_the_store_goes_on(url, store, worker, holds):
    process = worker("disk", url)
    go(process)

    said = process.stdout.read().splitlines()

    assert said == ["OutcomeUnknown", "None", "2 False"]
    assert store.head().position == 2
    assert holds(store)


def test_a_connection_whose_commit_failed_is_replaced(url, store, draft, holds):
    datastore = store._records.recorder.datastore
    checked_last = "DEFERRABLE INITIALLY DEFERRED"
    in_the_file(url, f"CREATE TABLE part(id INTEGER PRIMARY KEY, whole REFERENCES part(id) {checked_last})")
    with datastore.get_connection(commit=True) as connection:
        connection.cursor().execute("PRAGMA foreign_keys = ON")
        # SQLite refuses this at COMMIT, and leaves the transaction open.
        with pytest.raises(CommitFailed), connection.transaction(commit=True) as c:
            c.execute("INSERT INTO part VALUES (1, 7)")

    assert store.append([draft(1)]).first == 1
    assert holds(store)


def test_a_full_store_says_so_and_takes_records_again_when_there_is_room(store, draft, holds):
    datastore = store._records.recorder.datastore
    with datastore.transaction(commit=False) as c:
        c.execute("PRAGMA page_count")
        pages = c.fetchone()[0]
        c.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreFull):
        store.append([draft(1, open=b"x" * 100_000)], command=Command("c1", MAC))

    with datastore.transaction(commit=False) as c:
        c.execute("PRAGMA max_page_count = 1000000")
    assert store.receipt("c1") is None
    assert store.append([draft(1)], command=Command("c1", MAC)).first == 1
    assert holds(store)


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
        "event = zeroblob(16)",
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
        "salt = zeroblob(16)",
        "open = NULL, salt = NULL",
        "open = NULL, salt = NULL, emptied = zeroblob(32)",
        "sealed = x''",
        "leaf = zeroblob(32)",
    ],
)
def test_a_record_changed_in_the_file_is_found_by_the_verifier(url, store, draft, change):
    store.append([draft(n, sealed=(("k", b"x"),)) for n in range(1, 6)])

    in_the_file(url, f"UPDATE records SET {change} WHERE position = 3")

    wrong = verify(path_of(url)).wrong

    assert wrong is not None
    assert wrong.position == 3


def test_a_slip_of_the_hand_changes_nothing(url, store, draft):
    store.append([draft(1)])

    with closing(sqlite3.connect(path_of(url))) as database:
        with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
            database.execute("DELETE FROM records")
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            database.execute("UPDATE records SET actor = 'x'")
        with pytest.raises(sqlite3.IntegrityError, match="only ever emptied"):
            database.execute("UPDATE records SET open = x'00'")


def test_a_position_is_never_given_out_again(url, store, draft):
    store.append([draft(1), draft(2)])
    in_the_file(url, "DELETE FROM records WHERE position = 2")

    with pytest.raises(StoreDamaged):
        store.append([draft(2)])


@pytest.mark.parametrize("change", ["frontier = x'00'", "size = 3", "size = 1"])
def test_a_ledger_that_contradicts_its_records_takes_no_more(url, store, draft, change):
    store.append([draft(1), draft(2)])
    in_the_file(url, f"UPDATE ledger SET {change}")

    with pytest.raises(StoreDamaged):
        store.append([draft(3)])


def test_sealed_parts_that_do_not_follow_their_layout_are_damage_at_a_position(url, store, draft):
    store.append([draft(1), draft(2)])
    in_the_file(url, "UPDATE records SET sealed = x'00' WHERE position = 2")

    with pytest.raises(StoreDamaged, match="record 2"):
        store.read(0)


def test_a_receipt_without_its_records_is_damage(url, store, draft):
    store.append([draft(1), draft(2)], command=Command("c1", MAC))
    in_the_file(url, "DELETE FROM records WHERE position = 2")

    with pytest.raises(StoreDamaged):
        store.receipt("c1")


def test_a_database_with_damaged_pages_is_damage_and_no_traceback_of_sqlite(url, store, draft):
    store.append([draft(n, open=b"x" * 3000) for n in range(1, 40)])
    store.close()
    path = path_of(url)
    path.write_bytes(path.read_bytes()[:8192] + b"\x55" * (path.stat().st_size - 8192))

    with pytest.raises(StoreDamaged):
        open_store(url)
