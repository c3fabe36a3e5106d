"""What goes wrong with a file: full and failing disks, damaged pages, files that can only be read."""

import os
import shutil
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from eventsourcing.persistence import PersistenceError, StoredEvent

from ihs_store.backup import backup
from ihs_store.errors import OutcomeUnknown, StoreDamaged, StoreFull, StoreReadOnly, StoreUnavailable
from ihs_store.port import Command
from ihs_store.store import create, open_store, path_of

MAC = b"m" * 32
NOBODY = 65534


@pytest.fixture
def url(sqlite_url):
    return sqlite_url


def test_a_write_that_the_disk_refuses_at_commit_is_unknown_and_the_store_goes_on(url, store, worker, go, holds):
    process = worker("disk", url)
    go(process)

    said = process.stdout.read().splitlines()

    assert said == ["OutcomeUnknown", "None", "2 False"]
    assert store.head().position == 2
    assert holds(store)


def test_a_connection_whose_commit_failed_is_replaced_and_the_outcome_is_unknown(store, tamper, draft, holds):
    store.append([draft(1)])
    tamper(
        "CREATE TABLE part(id INTEGER PRIMARY KEY, whole REFERENCES part(id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER parted AFTER INSERT ON receipts BEGIN INSERT INTO part VALUES (1, 7); END",
    )
    # SQLite refuses this at COMMIT, and leaves the transaction open.
    store._database._write.execute("PRAGMA foreign_keys = ON")

    with pytest.raises(OutcomeUnknown):
        store.append([draft(2)], command=Command("c1", MAC))

    assert store.receipt("c1") is None
    assert store.append([draft(2)]).first == 2
    assert holds(store)


def test_a_full_store_says_so_and_takes_records_again_when_there_is_room(store, draft, holds):
    store.append([draft(1)])
    pages = store._database._write.execute("PRAGMA page_count").fetchone()[0]
    store._database._write.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreFull):
        store.append([draft(2, open=b"x" * 100_000)], command=Command("c1", MAC))

    assert store.receipt("c1") is None
    assert store.append([draft(2)], command=Command("c1", MAC)).first == 2
    assert holds(store)


def test_a_database_with_damaged_pages_is_damage_and_no_traceback_of_sqlite(url, store, draft):
    store.append([draft(n, open=b"x" * 3000) for n in range(1, 40)])
    store.close()
    path = path_of(url)
    path.write_bytes(path.read_bytes()[:8192] + b"\x55" * (path.stat().st_size - 8192))

    with pytest.raises(StoreDamaged):
        open_store(url)


@pytest.fixture
def shelf():
    """A folder that will be read only; root, who could write there all the same, is nobody meanwhile."""
    with TemporaryDirectory() as folder:

        def shut():
            for path in Path(folder).iterdir():
                path.chmod(0o444)
            Path(folder).chmod(0o555)
            if os.geteuid() == 0:
                os.seteuid(NOBODY)
            return f"{folder}/cases.db"

        yield Path(folder), shut
        os.seteuid(os.getuid())
        Path(folder).chmod(0o700)


def test_a_copy_that_can_only_be_read_is_opened_and_takes_no_records(store, draft, tmp_path, shelf, holds):
    folder, shut = shelf
    store.append([draft(1)])
    store.close()
    shutil.copy(tmp_path / "cases.db", folder)

    with closing(open_store(shut())) as read:
        assert [row.version for row in read.stream("case/k1")] == [1]
        assert read.wait(read.data_version(), timeout=0) == read.data_version()
        assert holds(read)
        with pytest.raises(StoreReadOnly):
            read.append([draft(2)])


def test_a_copy_of_a_store_in_use_that_can_only_be_read_is_not_taken_for_whole(store, draft, tmp_path, shelf):
    folder, shut = shelf
    store.append([draft(1)])
    for name in ("cases.db", "cases.db-wal"):
        shutil.copy(tmp_path / name, folder)

    with pytest.raises(StoreUnavailable, match="copied while it was in use"):
        open_store(shut())


def test_a_file_put_in_the_place_of_the_one_that_is_open_is_not_taken_for_it(url, store, draft, reopened, holds):
    path, others = path_of(url), path_of(url).with_name("other.db")
    for version in (1, 2):
        store.append([draft(version)])
    backup(url, others)
    store.append([draft(3)])

    os.replace(others, path)  # noqa: PTH105

    for ask in (lambda: store.append([draft(4)]), lambda: store.stream("case/k1"), store.head):
        with pytest.raises(StoreUnavailable, match="not the file that was opened"):
            ask()
    for left in path.parent.glob(f"{path.name}-*"):
        left.unlink()  # the journal of the file that was there before
    anew = reopened()
    assert (anew.head().position, holds(anew)) == (2, True)


def test_processes_that_write_to_one_file_take_turns(url, store, worker, go):
    """While all of them write, none is kept from it."""
    workers = [worker("append", url, f"case/process-{n}", 0) for n in range(3)]
    for one in workers:
        go(one)
    landed = [[int(one.stdout.readline().split()[0]) for _ in range(500)] for one in workers]
    for one in workers:
        one.kill()

    all_began, one_ended = max(of[0] for of in landed), min(of[-1] for of in landed)
    shares = [sum(all_began <= position <= one_ended for position in of) for of in landed]

    assert min(shares) > max(shares) / 10


def test_a_store_opened_by_a_relative_address_stays_the_one_it_was_wherever_the_process_goes(
    tmp_path, monkeypatch, draft
):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        create("sqlite:///cases.db").close()
    monkeypatch.chdir(tmp_path / "here")
    here = open_store("sqlite:///cases.db")

    monkeypatch.chdir(tmp_path / "there")

    assert here.append([draft(1)], command=Command("c1", MAC)).first == 1
    assert here.receipt("c1").count == 1
    assert open_store("cases.db").head().position == 0
    here.close()


def test_nothing_of_another_file_is_taken_for_the_stores(url, store, draft, tmp_path):
    store.append([draft(1)])
    other = tmp_path / "other.db"
    create(str(other)).close()

    os.replace(other, path_of(url))  # noqa: PTH105

    event = StoredEvent("case/k1", 2, "Made.v1", b"{}")
    for ask in (store.scour, store.data_version, store.settings, lambda: store.records.recorder.insert_events([event])):
        with pytest.raises((StoreUnavailable, PersistenceError)):
            ask()
