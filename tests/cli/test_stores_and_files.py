"""Stores, key files and input files that are not there or not what they should be: one line, exit code 2."""

import os
import sqlite3
from contextlib import closing

import pytest
from typed import entry

import ihs_store.file

READERS = {
    "record": ("record", "cases.db", "day.jsonl"),
    "show": ("case", "show", "cases.db", "k1"),
    "timeline": ("case", "timeline", "cases.db", "k1"),
    "history": ("case", "history", "cases.db", "k1"),
    "duties": ("duties", "cases.db"),
    "findings": ("findings", "cases.db"),
    "explain": ("rules", "explain", "R512-100-2(2)", "--store", "cases.db"),
    "info": ("store", "info", "cases.db"),
}


def nothing(path):
    assert not path.exists()


def empty(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("no database at all, but long enough to be looked at" * 20)


def foreign(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t(x)")


def folder(path):
    path.mkdir()


STORES = {
    nothing: "there is no store at cases.db: create one first",
    empty: "cases.db is empty: remove it, then create the store",
    text: "cases.db is not a store: it is not an SQLite database",
    foreign: "cases.db is not a store: it is another program's SQLite database",
    folder: "cases.db is not a file: name the store's own file",
}


@pytest.mark.parametrize("typed", READERS.values(), ids=READERS)
@pytest.mark.parametrize("make, why", STORES.items(), ids=[make.__name__ for make in STORES])
def test_what_is_no_store_is_told_in_one_line(ihs, write, make, why, typed):
    make(write(entry()).with_name("cases.db"))

    answer = ihs(*typed)

    assert answer == (2, "", f"ihs: {why}\n")


@pytest.mark.parametrize("typed", READERS.values(), ids=READERS)
def test_a_store_of_a_newer_format_is_left_alone(ihs, live, write, typed):
    write(entry())
    with closing(sqlite3.connect(live)) as database:
        database.execute("PRAGMA user_version = 99")
    before = live.read_bytes()

    answer = ihs(*typed)

    why = "the store has format 99, this program knows up to 1: use a newer version of it"
    assert answer == (2, "", f"ihs: {why}\n")
    assert live.read_bytes() == before


def missing_key(keys):
    keys.unlink()
    return "there is no readable key file at cases.db.key: No such file or directory"


def exposed_key(keys):
    keys.chmod(0o644)
    return "others may read or change cases.db.key: allow its owner alone (chmod 600)"


def short_key(keys):
    keys.write_bytes(b"short")
    return "cases.db.key is not a key file: it does not hold 32 bytes"


def wrong_key(keys):
    keys.write_bytes(bytes(32))
    return "the key file does not open this store's keys: use the one it came with"


@pytest.mark.parametrize("spoil", [missing_key, exposed_key, short_key, wrong_key])
def test_a_key_file_that_cannot_be_used_is_told_in_one_line(ihs, live, write, spoil):
    write(entry())
    why = spoil(live.with_name("cases.db.key"))

    answer = ihs("record", "cases.db", "day.jsonl")

    assert answer == (2, "", f"ihs: {why}\n")


def test_a_key_file_may_stand_anywhere(ihs, live, write, tmp_path):
    write(entry())
    (tmp_path / "cases.db.key").rename(tmp_path / "elsewhere.key")

    answer = ihs("record", "cases.db", "day.jsonl", "--key-file", "elsewhere.key")

    assert (answer.code, answer.err) == (0, "")


def test_info_needs_no_key(ihs, live):
    live.with_name("cases.db.key").unlink()

    assert ihs("store", "info", "cases.db").code == 0


FILES = {
    "none": (nothing, "'day.jsonl': No such file or directory"),
    "a folder": (folder, "'day.jsonl': Is a directory"),
}


@pytest.mark.parametrize("make, why", FILES.values(), ids=FILES)
def test_an_input_file_that_cannot_be_read_is_told_in_one_line(ihs, live, tmp_path, make, why):
    make(tmp_path / "day.jsonl")

    answer = ihs("record", "cases.db", "day.jsonl")

    said = f"ihs record: Invalid value for 'FILE.jsonl|-': {why} (ihs record --help shows how)\n"
    assert answer == (2, "", said)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_an_unreadable_file_is_told_in_one_line(ihs, live, write):
    write(entry()).chmod(0)

    answer = ihs("record", "cases.db", "day.jsonl")

    assert (answer.code, answer.out) == (2, "")
    assert "Permission denied" in answer.err


def test_a_file_that_fails_while_it_is_read_stops_the_run(ihs, live):
    answer = ihs("record", "cases.db", "/proc/self/mem")

    assert answer.code == 1
    assert answer.err.splitlines() == [
        "stopped after /proc/self/mem:0: 0 recorded, 0 nothing new, 0 refused, 0 wrong; run it again for the rest",
        "ihs: /proc/self/mem cannot be read on: Input/output error",
    ]


def test_a_store_is_not_begun_where_something_stands(ihs, live):
    answer = ihs("store", "init", "cases.db")

    why = "cases.db already exists: choose another place, or open the store that is there"
    assert answer == (2, "", f"ihs: {why}\n")


@pytest.mark.parametrize(
    "store, why", [("no/x.db", "there is no folder no for the store: "), (":memory:", "a store is ")]
)
def test_a_store_is_made_nowhere_but_in_a_folder_that_there_is(ihs, tmp_path, store, why):
    answer = ihs("store", "init", store)

    assert (answer.code, answer.out, [*tmp_path.iterdir()]) == (2, "", [])
    assert answer.err.startswith(f"ihs: {why}")


def test_a_new_store_says_where_its_keys_are(ihs, tmp_path):
    answer = ihs("store", "init", "sqlite:///new.db", "--key-file", "new.key")

    assert answer.lines == [
        "store created: sqlite:///new.db",
        "its keys: new.key (keep a copy apart from the store: without it, sealed parts are lost)",
    ]
    assert (tmp_path / "new.key").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def little_room(live, monkeypatch):
    """A disk with room for 20 more pages: SQLite itself says that it is full."""
    with closing(sqlite3.connect(live)) as database:
        [pages] = database.execute("PRAGMA page_count").fetchone()
    connected = ihs_store.file.connected

    def cramped(*args):
        database = connected(*args)
        database.execute(f"PRAGMA max_page_count = {pages + 20}")
        return database

    with monkeypatch.context() as patch:
        patch.setattr(ihs_store.file, "connected", cramped)
        yield patch


LONG = entry("b", **{"with": {"mode": "phone", "whom": [], "words": "x" * 200_000}})


def test_a_full_disk_stops_the_run_and_keeps_what_was_recorded(ihs, live, write, little_room):
    file = write(entry("a"), LONG, entry("c"))

    answer = ihs("record", "cases.db", file.name)

    assert answer.lines == ["day.jsonl:1 recorded a k1@2 ContactMade"]
    assert answer.err.splitlines() == [
        "stopped after day.jsonl:2: 1 recorded, 0 nothing new, 0 refused, 0 wrong; run it again for the rest",
        "ihs: day.jsonl:2 there is no room left on the disk: nothing was recorded, make room and try again",
    ]
    assert answer.code == 1


def test_what_was_recorded_before_a_full_disk_is_nothing_new_the_next_time(ihs, live, write, little_room):
    file = write(entry("a"), LONG, entry("c"))
    ihs("record", "cases.db", file.name)
    little_room.undo()

    answer = ihs("record", "cases.db", file.name)

    assert answer.lines[-1] == "2 recorded, 1 nothing new, 0 refused, 0 wrong"


def test_a_damaged_store_is_told_in_one_line(ihs, live):
    with closing(sqlite3.connect(live)) as database:
        database.execute("DELETE FROM meta WHERE key = 'kind'")
        database.commit()

    answer = ihs("store", "info", "cases.db")

    assert answer == (1, "", "ihs: the store does not say what it is: restore it from a backup\n")


@pytest.mark.parametrize("name", ["a b", "", "a+b", "a\tb"])
def test_a_name_that_no_checkpoint_could_go_by_is_told_with_the_rule_and_what_to_give_instead(ihs, tmp_path, name):
    answer = ihs("store", "init", "cases.db", "--name", name)

    assert (answer.code, answer.out, answer.err.count("\n"), [*tmp_path.iterdir()]) == (2, "", 1, [])
    assert answer.err.startswith("ihs store init: Invalid value for '--name': the name is empty, or holds a space, ")
    assert "(c2sp.org/signed-note)" in answer.err
    assert ": give one such as records.agency.example" in answer.err
