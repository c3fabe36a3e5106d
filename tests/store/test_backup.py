"""A store copied whole as at one moment, from and to either database, and verified before anyone relies on it."""

import sqlite3
from contextlib import closing
from secrets import token_hex

import pytest

from ihs_store import backup as copies
from ihs_store.backup import backup, restore
from ihs_store.errors import StoreDamaged, StoreExists, StoreMissing, VersionConflict
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import Command
from ihs_store.store import create, open_store

MAC = b"m" * 32
PLACE = b"case/k1 1 words"


@pytest.fixture(params=["sqlite", "postgres"])
def elsewhere(request, tmp_path, postgres):
    """Where to restore: on each database."""
    return f"sqlite:///{tmp_path}/again.db" if request.param == "sqlite" else postgres.url(f"t{token_hex(8)}")


@pytest.fixture
def ring(url, tmp_path):
    """The keys of a store that has a sealed part, a receipt and cases on record."""
    create_key_file(tmp_path / "key")
    kek = read_key_file(tmp_path / "key")
    with closing(create(url, keys=first_keys(kek))) as store:
        ring = KeyRing(kek, store.key)
        sealing = ring.sealing()
        sealed = sealing.seal("person/p1", PLACE, b"Jane")
        yield kek, sealing.new_keys, sealed


@pytest.fixture
def kept(url, ring, draft):
    _, keys, sealed = ring
    with closing(open_store(url)) as store:
        store.append([draft(1, sealed=(("person/p1", sealed),))], command=Command("c1", MAC), keys=keys)
        for n in range(2, 30):
            store.append([draft(n), draft(1, f"case/k{n}")])
        yield store


def test_a_store_is_restored_from_a_backup_as_it_was(kept, ring, url, elsewhere, tmp_path, draft, holds):
    kek, _, sealed = ring

    saved = backup(url, tmp_path / "saved.db")
    restored = restore(tmp_path / "saved.db", elsewhere)

    with closing(open_store(elsewhere)) as again:
        assert saved == restored == kept.head() == again.head()
        assert again.read(0, limit=10**6) == kept.read(0, limit=10**6)
        assert again.receipt("c1") == kept.receipt("c1")
        assert again.info() == kept.info()
        assert KeyRing(kek, again.key).unseal("person/p1", PLACE, sealed) == b"Jane"
        assert holds(again)
        assert again.append([draft(1)], command=Command("c1", MAC)).again
        with pytest.raises(VersionConflict):
            again.append([draft(1)])
        assert again.append([draft(30)]).first == kept.head().position + 1


def test_a_backup_is_a_store_that_can_be_read_where_it_is(kept, url, tmp_path, holds):
    backup(url, tmp_path / "saved.db")

    with closing(open_store(str(tmp_path / "saved.db"))) as saved:
        assert saved.read(0) == kept.read(0)
        assert holds(saved)
    assert sorted(path.name for path in tmp_path.glob("*saved*")) == ["saved.db"]


def test_a_backup_holds_one_moment_while_others_record(kept, url, tmp_path, draft, monkeypatch, holds):
    monkeypatch.setattr(copies, "PAGE", 10)
    before, copy_table = kept.head(), copies._copy_table

    def meanwhile(source, target, table, *rest):
        copy_table(source, target, table, *rest)
        kept.append([draft(1, f"case/during-{table}")], command=Command(table, MAC))

    monkeypatch.setattr(copies, "_copy_table", meanwhile)

    saved = backup(url, tmp_path / "saved.db")

    assert saved == before
    assert kept.head().position == before.position + 5
    with closing(open_store(str(tmp_path / "saved.db"))) as copy:
        assert copy.receipt("records") is None
        assert holds(copy)


def test_an_empty_store_is_backed_up_and_restored(store, url, elsewhere, tmp_path):
    backup(url, tmp_path / "saved.db")

    assert restore(tmp_path / "saved.db", elsewhere) == store.head()


def test_nothing_is_overwritten(kept, url, tmp_path):
    (tmp_path / "saved.db").write_bytes(b"something")

    with pytest.raises(StoreExists):
        backup(url, tmp_path / "saved.db")
    backup(url, tmp_path / "other.db")
    with pytest.raises(StoreExists):
        restore(tmp_path / "other.db", url)

    assert (tmp_path / "saved.db").read_bytes() == b"something"
    assert kept.head().position == 57


def test_a_damaged_store_is_not_backed_up_as_if_it_were_whole(kept, url, tamper, tmp_path):
    tamper("UPDATE records SET actor = 'w-13' WHERE position = 7")

    with pytest.raises(StoreDamaged, match="position 7"):
        backup(url, tmp_path / "saved.db")

    assert list(tmp_path.glob("*saved*")) == []


def test_a_damaged_backup_is_not_restored(kept, url, elsewhere, tmp_path):
    backup(url, tmp_path / "saved.db")
    with closing(sqlite3.connect(tmp_path / "saved.db", isolation_level=None)) as database:
        database.execute("UPDATE ledger SET frontier = x'', size = 0")

    with pytest.raises(StoreDamaged, match="does not hold"):
        restore(tmp_path / "saved.db", elsewhere)

    with pytest.raises(StoreMissing):
        open_store(elsewhere)


def test_what_is_no_store_is_neither_backed_up_nor_restored(url, tmp_path):
    with pytest.raises(StoreMissing):
        backup(url, tmp_path / "saved.db")
    with pytest.raises(StoreMissing):
        restore(tmp_path / "saved.db", url)
