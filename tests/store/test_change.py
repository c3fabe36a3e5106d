"""What is destroyed beside an append: once, with it or not at all, on either database."""

from hashlib import sha256

import psycopg
import pytest

from ihs_store.addresses import is_server
from ihs_store.change import Change
from ihs_store.errors import KeyErased, KeyFileReplaced, VersionConflict, WrongKeyFile
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import Command
from ihs_store.store import create, open_store

PLACE = b"case/k1 1 narrative"
COMMAND = Command("erase-1", b"m" * 32)


@pytest.fixture
def keks(tmp_path):
    for name in ("old", "new"):
        create_key_file(tmp_path / name)
    return read_key_file(tmp_path / "old"), read_key_file(tmp_path / "new")


@pytest.fixture
def store(url, clock, keks):
    opened = create(url, clock=clock, keys=first_keys(keks[0]))
    yield opened
    opened.close()


@pytest.fixture
def old(keks, store):
    return KeyRing(keks[0], store.key)


@pytest.fixture
def new(keks, store):
    return KeyRing(keks[1], store.key)


@pytest.fixture
def sealed(store, old, draft):
    """Three records, each sealed under a key of its own: their sealed parts by key."""
    parts = {}
    for version, key in enumerate(("person/k1/a", "person/k1/b", "narrative/case/k1/3/words"), 1):
        sealing = old.sealing()
        parts[key] = sealing.seal(key, PLACE, b"Jane")
        store.append([draft(version, sealed=((key, parts[key]),))], keys=sealing.new_keys)
    return parts


def ordering(draft):
    return draft(4, name="CaseDisposed.v1", open=b"{}")


def test_keys_are_destroyed_parts_emptied_and_the_rest_wrapped_anew_in_one_step(
    store, old, new, keks, sealed, draft, holds
):
    change = Change(frozenset({"person/k1/a"}), (("case/k1", 1), ("case/k1", 2)), old.wrapped_under(keks[1]))

    store.append([ordering(draft)], command=COMMAND, change=change)

    assert [getattr(row.open, "content", None) for row in store.stream("case/k1")] == [
        None,
        None,
        b'{"kind":"T1"}',
        b"{}",
    ]
    assert new.unseal("person/k1/b", PLACE, sealed["person/k1/b"]) == b"Jane"
    with pytest.raises(KeyErased):
        new.unseal("person/k1/a", PLACE, sealed["person/k1/a"])
    with pytest.raises(WrongKeyFile):
        old.unseal("person/k1/b", PLACE, sealed["person/k1/b"])
    assert store.scour() is True
    assert holds(store)


@pytest.fixture
def files(request, store, tmp_path):
    """Where the database keeps its tables: all its files but the server's log of what it wrote."""
    if not is_server(store.address):
        return lambda: [path for path in tmp_path.iterdir() if path.name.startswith("cases.db")]
    data = request.getfixturevalue("postgres").folder / "data"
    return lambda: [path for path in data.rglob("*") if path.is_file() and "pg_wal" not in path.parts]


def canary(n: int, length: int = 40) -> bytes:
    """Bytes that stand nowhere else, and that no compression makes shorter."""
    return b"".join(sha256(f"{n}/{piece}".encode()).digest() for piece in range(length // 32 + 1))


@pytest.fixture
def by_itself(request, store):
    """Has a server do what it does of its own accord, sooner or later; a file does nothing by itself."""

    def done(statement):
        if is_server(store.address):
            port = request.getfixturevalue("postgres").port
            with psycopg.connect(f"postgresql://ihs@127.0.0.1:{port}/postgres", autocommit=True) as server:
                server.execute(statement)

    return done


def test_what_was_destroyed_stands_in_no_file_of_the_database(store, old, keks, sealed, draft, files, by_itself):
    full = [draft(3 + n, open=canary(n, 6000 if n % 5 == 0 else 40)) for n in range(1, 41)]
    store.append(full)
    wrapped = store.key("person/k1/a").wrapped
    for statement in ("ANALYZE", "CHECKPOINT"):  # it keeps samples, and brings all to its files
        by_itself(statement)
    change = Change(frozenset({"person/k1/a"}), tuple(("case/k1", d.version) for d in full), old.wrapped_under(keks[1]))

    store.append([draft(44, name="CaseDisposed.v1", open=b"{}")], command=COMMAND, change=change)
    scoured = store.scour()
    by_itself("CHECKPOINT")

    left = [path.read_bytes() for path in files()]
    assert scoured
    assert [n for n in range(1, 41) if any(canary(n)[:32] in content for content in left)] == []
    assert not any(wrapped in content for content in left)


def test_what_was_written_stands_in_the_files_that_are_searched(store, draft, files, by_itself):
    store.append([draft(open=canary(1))])
    by_itself("CHECKPOINT")

    assert any(canary(1)[:32] in path.read_bytes() for path in files())


def test_where_somebody_reads_it_is_told_that_copies_may_be_left(store, url, draft):
    hasty = open_store(url, lock_timeout=0.05)
    with store.snapshot() as reading:
        reading.execute("SELECT count(*) FROM keys")
        store.append([draft()])
        busy = hasty.scour(parts=False)
    hasty.close()

    assert (busy, store.scour(parts=False)) == (False, True)


def test_an_append_that_is_refused_changes_nothing(store, old, keks, sealed, draft):
    change = Change(frozenset({"person/k1/a"}), (("case/k1", 1),), old.wrapped_under(keks[1]))

    with pytest.raises(VersionConflict):
        store.append([draft(9)], command=COMMAND, change=change)

    assert old.unseal("person/k1/a", PLACE, sealed["person/k1/a"]) == b"Jane"
    assert store.read(0)[0].open.content == b'{"kind":"T1"}'


def test_a_change_that_fails_leaves_nothing_on_record(store, new, keks, old, sealed, draft):
    change = Change(frozenset({"person/k1/a"}), (("case/k1", 1),), new.wrapped_under(keks[0]))

    with pytest.raises(WrongKeyFile):
        store.append([ordering(draft)], command=COMMAND, change=change)

    assert (store.head().position, store.receipt("erase-1")) == (3, None)
    assert old.unseal("person/k1/a", PLACE, sealed["person/k1/a"]) == b"Jane"
    assert store.append([draft(4)]).first == 4


def test_a_command_on_record_changes_nothing_again(store, old, keks, sealed, draft):
    store.append([ordering(draft)], command=COMMAND)

    again = store.append([ordering(draft)], command=COMMAND, change=Change(frozenset({"person/k1/a"})))

    assert again.again
    assert old.unseal("person/k1/a", PLACE, sealed["person/k1/a"]) == b"Jane"


def test_what_was_sealed_under_a_key_file_that_is_no_more_is_refused(store, old, new, keks, sealed, draft):
    late = old.sealing()
    part = late.seal("person/k1/c", PLACE, b"Jane")
    store.append([ordering(draft)], change=Change(rewrap=old.wrapped_under(keks[1])))

    with pytest.raises(KeyFileReplaced):
        store.append([draft(5, sealed=(("person/k1/c", part),))], keys=late.new_keys)

    anew = new.sealing()
    part = anew.seal("person/k1/c", PLACE, b"Jane")
    store.append([draft(5, sealed=(("person/k1/c", part),))], keys=anew.new_keys)
    assert new.unseal("person/k1/c", PLACE, part) == b"Jane"
