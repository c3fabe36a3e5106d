"""What is opened as a store, what is not, and that nothing is written to what is not."""

import sqlite3
from contextlib import closing

import pytest

from ihs_record.leaf import LIVE, REHEARSAL
from ihs_store.errors import (
    ForeignDatabase,
    NewerStore,
    NotADatabase,
    StoreClosed,
    StoreDamaged,
    StoreExists,
    StoreIsEmpty,
    StoreIsNotAFile,
    StoreMissing,
    StoreUnavailable,
    UnknownURL,
)
from ihs_store.store import create, open_store, path_of


def listing(folder):
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}


def altered(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


@pytest.mark.parametrize("address", ["sqlite:///cases.db", "cases.db", "sqlite:///{}/cases.db", "{}/cases.db"])
def test_a_store_is_named_by_a_relative_or_an_absolute_address_or_a_path(tmp_path, monkeypatch, address):
    monkeypatch.chdir(tmp_path)

    create(address.format(tmp_path)).close()

    assert (tmp_path / "cases.db").is_file()


def test_a_path_may_hold_what_means_something_in_an_address(tmp_path):
    url = f"sqlite:///{tmp_path}/a b?mode=memory#%41.db"

    create(url).close()
    open_store(url).close()

    assert list(listing(tmp_path)) == ["a b?mode=memory#%41.db"]


@pytest.mark.parametrize("address", ["", "sqlite://", "sqlite:///", "sqlite://cases.db", "mysql:///x", "a\x00b"])
def test_an_address_of_no_known_form_is_refused(address):
    with pytest.raises(UnknownURL):
        path_of(address)


def test_a_store_says_what_it_is(tmp_path):
    live = create(str(tmp_path / "live.db"))
    rehearsal = create(str(tmp_path / "rehearsal.db"), rehearsal=True)

    assert (live.info().kind, live.info().tag) == ("live", LIVE)
    assert (rehearsal.info().kind, rehearsal.info().tag) == ("rehearsal", REHEARSAL)
    assert live.info().store != rehearsal.info().store

    live.close()
    rehearsal.close()


def test_a_rehearsal_is_one_for_ever(tmp_path):
    create(str(tmp_path / "a.db"), rehearsal=True).close()

    again = open_store(str(tmp_path / "a.db"))

    assert again.info().kind == "rehearsal"
    again.close()


def test_a_store_is_created_for_its_owner_alone_and_leaves_nothing_beside_it(tmp_path):
    create(str(tmp_path / "cases.db")).close()

    assert list(listing(tmp_path)) == ["cases.db"]
    assert (tmp_path / "cases.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("standing", ["cases.db", "cases.db-wal", "cases.db-journal"])
def test_a_store_is_not_created_over_anything(tmp_path, standing):
    (tmp_path / standing).write_bytes(b"something")
    before = listing(tmp_path)

    with pytest.raises(StoreExists):
        create(str(tmp_path / "cases.db"))

    assert listing(tmp_path) == before


def test_a_store_is_not_created_in_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreUnavailable):
        create(str(tmp_path / "nowhere" / "cases.db"))


def test_of_twelve_processes_that_create_one_store_one_does_and_all_can_open_it(tmp_path, worker):
    url = f"sqlite:///{tmp_path}/cases.db"
    workers = [worker("create", url) for _ in range(12)]
    assert [w.stdout.readline() for w in workers] == ["ready\n"] * 12

    for w in workers:
        w.stdin.write("go\n")
        w.stdin.flush()
    said = [w.stdout.readline() for w in workers]

    assert sorted(said) == ["created\n"] + ["exists\n"] * 11
    assert [w.wait() for w in workers] == [0] * 12
    open_store(url).close()
    assert list(listing(tmp_path)) == ["cases.db"]


def foreign(path):
    altered(path, "CREATE TABLE t(x)")


def foreign_in_wal_mode(path):
    altered(path, "PRAGMA journal_mode=WAL", "CREATE TABLE t(x)")


def newer(path):
    create(str(path)).close()
    altered(path, "PRAGMA user_version = 2")


@pytest.mark.parametrize(
    "make, error",
    [
        (lambda _: None, StoreMissing),
        (lambda path: path.touch(), StoreIsEmpty),
        (lambda path: path.mkdir(), StoreIsNotAFile),
        (lambda path: path.write_text("Dear all,\n" * 1000), NotADatabase),
        (lambda path: path.write_text("x"), NotADatabase),
        (foreign, ForeignDatabase),
        (foreign_in_wal_mode, ForeignDatabase),
        (newer, NewerStore),
    ],
)
def test_what_is_no_store_is_refused_by_its_kind_and_left_as_it_is(tmp_path, make, error):
    make(tmp_path / "cases.db")
    before = listing(tmp_path)

    with pytest.raises(error) as refused:
        open_store(str(tmp_path / "cases.db"))

    assert type(refused.value) is error
    assert listing(tmp_path) == before


def test_a_store_that_does_not_say_what_it_is_is_damaged(tmp_path):
    create(str(tmp_path / "cases.db")).close()
    altered(tmp_path / "cases.db", "UPDATE meta SET value = 'trial' WHERE key = 'kind'")

    with pytest.raises(StoreDamaged):
        open_store(str(tmp_path / "cases.db"))


def test_a_closed_store_says_so(store, draft):
    store.close()

    with pytest.raises(StoreClosed):
        store.append([draft(1)])
    with pytest.raises(StoreClosed):
        store.head()
    with pytest.raises(StoreClosed):
        store.data_version()
    store.close()


def test_a_store_closed_in_the_middle_of_an_append_lets_it_finish(url, draft):
    def close_meanwhile():
        store.close()
        return 1_420_841_000_000_000

    store = create(url, clock=close_meanwhile)

    receipt = store.append([draft(1)])

    assert receipt.first == 1
    with pytest.raises(StoreClosed):
        store.head()
    with closing(open_store(url)) as again:
        assert again.head().position == 1


def test_nothing_in_the_process_environment_changes_a_store(tmp_path, monkeypatch, draft):
    for name, value in {
        "RECORDS_SQLITE_DBNAME": f"{tmp_path}/other.db",
        "RECORDS_CREATE_TABLE": "y",
        "CIPHER_KEY": "a2V5",
        "COMPRESSOR_TOPIC": "zlib",
        "IS_SNAPSHOTTING_ENABLED": "y",
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "APPLICATION_RECORDER_TOPIC": "os:system",
    }.items():
        monkeypatch.setenv(name, value)
    store = create(str(tmp_path / "cases.db"))

    store.append([draft(1)])

    assert store.read(0)[0].open.content == b'{"kind":"T1"}'
    store.close()
    assert list(listing(tmp_path)) == ["cases.db"]
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database:
        tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == {"records", "receipts", "ledger", "meta", "keys"}
