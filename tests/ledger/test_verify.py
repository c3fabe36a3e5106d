"""The verifier names the first position and the column that is wrong, and nothing where nothing is."""

import os
import threading
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from chaining import chained
from examples import some
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from insider import MAC, draft, empty

from ihs_ledger.orders import orders_destroyed, read, stream_of
from ihs_ledger.tables import SQLiteTables
from ihs_ledger.tree import Frontier
from ihs_ledger.verify import Stated, verify, verify_tables
from ihs_record.leaf import LIVE
from ihs_store.keys import KeyRing, create_key_file, first_keys, read_key_file
from ihs_store.port import Command
from ihs_store.schema import COLUMNS
from ihs_store.store import create, open_store
from ihs_store.writing import row_of

FAR = 1 << 20
IDS = {
    "records": ("position",),
    "receipts": ("event",),
    "ledger": ("one",),
    "meta": ("key",),
    "keys": ("position", "id"),
}
WHERE = {"records": "position", "receipts": "first", "keys": "position"}


def first_wrong(store, *outside):
    wrong = verify(store.path, outside, store.kek).wrong
    return wrong and wrong[:3]


def stated(store):
    """The head of a store as somebody noted it outside."""
    return Stated(verify(store.path).tree, "the checkpoint")


def flips(column, value):
    """The value with one bit of it changed; where there was none, something; a number far from any that is taken."""
    match value:
        case None:
            yield "x" if column in {"occurred", "correlation", "causation"} else b"\x01"
        case int():
            yield value ^ (FAR if column in {"position", "version"} else 1)
        case str():
            yield value[:-1] + chr(ord(value[-1]) ^ 8) if value else "x"
            yield chr(ord(value[0]) ^ 1) + value[1:] if value else "y"
        case bytes():
            yield bytes((value[0] ^ 1, *value[1:])) if value else b"\x01"
            yield bytes((*value[:-1], value[-1] ^ 128)) if value else b"\x80"


def columns(store):
    """Every column of every table, as the schema has them: one that is added later is among them."""
    for (table,) in store.all("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        for (column,) in store.all(f"SELECT name FROM pragma_table_info('{table}')"):
            yield table, column


def cells(store, table, column):
    """A column's cells: what tells each row from the others, the position it is about, the value."""
    for at, value, *ids in store.all(
        f"SELECT {WHERE.get(table, 'NULL')}, {column}, {', '.join(IDS[table])} FROM {table}"
    ):
        yield dict(zip(IDS[table], ids, strict=True)), at, value


def put(database, table, column, value, ids):
    """Put a value into a cell; give what tells its row from the others from now on."""
    where = " AND ".join(f"{name} = ?" for name in ids)
    database.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value, *ids.values()))
    return {**ids, column: value} if column in ids else ids


@pytest.mark.fault("a changed byte")
def test_every_bit_that_is_flipped_in_any_column_of_any_table_is_named(store):
    unnamed = []
    with store.insider() as database:
        for table, column in columns(store):
            for ids, at, value in cells(store, table, column):
                for other in flips(column, value):
                    now = put(database, table, column, other, ids)
                    found = first_wrong(store)
                    put(database, table, column, value, now)
                    if found is None or found[1:] != (table, column) or (at and found[0] != at):
                        unnamed.append((table, column, ids, other, found))

    assert unnamed == []
    assert first_wrong(store) is None


@pytest.mark.fault("a changed byte")
def test_a_record_of_which_two_columns_were_changed_is_named_without_them(store):
    store.do("UPDATE records SET actor = 'w-99', day = '2015-01-31' WHERE position = 5")

    assert first_wrong(store) == (5, "records", None)


def test_no_table_is_left_out(store):
    assert {table for table, _ in columns(store)} == set(IDS)


def test_what_nobody_changed_holds_and_gives_the_root_that_the_store_states(store):
    verdict = verify(store.path, key_file=store.kek)
    with closing(open_store(str(store.path))) as opened:
        head = opened.head()

    assert verdict.wrong is None
    assert verdict.tree == (head.position, head.root)
    assert (verdict.emptied, verdict.keys_opened) == (1, True)


def test_an_empty_store_holds(tmp_path):
    create(str(tmp_path / "cases.db")).close()

    assert verify(tmp_path / "cases.db").tree == Frontier().head


@pytest.mark.parametrize(
    "statement, wrong",
    [
        ("DELETE FROM records WHERE position = 5", (5, "records", "position")),
        ("DELETE FROM records WHERE position >= 9", (9, "ledger", "size")),
        ("DELETE FROM records WHERE stream = 'case/b'", (3, "records", "position")),
        ("DELETE FROM receipts", (1, "receipts", "event")),
        ("DELETE FROM receipts WHERE first = 4", (4, "receipts", "event")),
        ("UPDATE receipts SET first = 1 WHERE first = 4", (4, "receipts", "first")),
        ("UPDATE receipts SET first = -1 WHERE first = 11", (11, "receipts", "first")),
        ("UPDATE receipts SET event = zeroblob(16), first = 3, count = 1 WHERE first = 4", (4, "receipts", "event")),
        ("INSERT INTO receipts VALUES (zeroblob(16), 3, 1)", (3, "receipts", "event")),
        ("INSERT INTO receipts VALUES (randomblob(16), 99, 1)", (99, "receipts", "event")),
        ("INSERT INTO receipts VALUES (randomblob(16), -1, 1)", (-1, "receipts", "event")),
        ("DELETE FROM keys WHERE id = 'root'", (0, "keys", "id")),
        ("DELETE FROM keys WHERE id = 'person/p2'", (7, "keys", "id")),
        ("DELETE FROM keys WHERE id = '/words'", (2, "keys", "id")),
        ("INSERT INTO keys VALUES (4, 'person/p9', zeroblob(40), zeroblob(32))", (4, "keys", "position")),
        ("INSERT INTO keys VALUES (99, 'person/p9', zeroblob(40), zeroblob(32))", (99, "keys", "position")),
        ("INSERT INTO keys VALUES (0, 'person/p9', zeroblob(40), zeroblob(32))", (0, "keys", "commitment")),
        ("INSERT INTO meta VALUES ('more', 'x')", (0, "meta", "key")),
        ("INSERT INTO ledger VALUES (2, 3, x'')", (0, "ledger", "one")),
        ("DELETE FROM ledger", (0, "ledger", "one")),
        ("DROP TABLE receipts", (13, "database", None)),
    ],
)
@pytest.mark.fault("rows deleted, swapped or cut off")
def test_rows_that_are_gone_or_too_many_are_named(store, statement, wrong):
    store.do(statement)

    assert first_wrong(store) == wrong


@pytest.mark.fault("rows deleted, swapped or cut off")
def test_two_records_that_changed_places_are_found_at_the_first(store):
    store.do(
        "UPDATE records SET position = 99 WHERE position = 4",
        "UPDATE records SET position = 4 WHERE position = 7",
        "UPDATE records SET position = 7 WHERE position = 99",
    )

    assert first_wrong(store) == (4, "records", "position")


@pytest.mark.fault("rows deleted, swapped or cut off")
def test_two_ciphertexts_that_changed_places_are_found_at_the_first(store):
    [(one,), (two,)] = store.all("SELECT sealed FROM records WHERE position IN (2, 7) ORDER BY position")
    store.do(("UPDATE records SET sealed = ? WHERE position = 2", (two,)))
    store.do(("UPDATE records SET sealed = ? WHERE position = 7", (one,)))

    assert first_wrong(store) == (2, "records", "sealed")


@pytest.mark.fault("rows deleted, swapped or cut off")
def test_a_record_put_in_beside_the_ledger_is_found(store):
    with closing(open_store(str(store.path))) as opened:
        opened.append([draft("case/z", 1)])

    store.do("UPDATE ledger SET size = 11, frontier = (SELECT frontier FROM ledger)")

    assert first_wrong(store) == (12, "ledger", "size")


def test_a_file_recorded_twice_after_the_receipts_were_deleted_is_found(store):
    store.do("DELETE FROM receipts")
    with closing(open_store(str(store.path))) as opened:
        opened.append([draft("case/a", 5)], command=Command("c1", MAC))

    assert first_wrong(store) == (1, "receipts", "first")


def test_a_command_recorded_twice_in_a_row_is_found_whatever_its_receipt_says(store):
    with closing(open_store(str(store.path))) as opened:
        opened.append([draft("case/c", 1)], command=Command("again", MAC))
    store.do("DELETE FROM receipts WHERE first = 13")
    with closing(open_store(str(store.path))) as opened:
        opened.append([draft("case/c", 2)], command=Command("again", MAC))

    store.do("UPDATE receipts SET first = 13, count = 2 WHERE first = 14")

    assert first_wrong(store) == (14, "records", "number")


def made_anew(store, *, made=(), **changed):
    """Change the last record, and make its leaf and the ledger anew."""
    leaves = [leaf for (leaf,) in store.all("SELECT leaf FROM records ORDER BY position")]
    [row] = map(row_of, store.all(f"SELECT {', '.join(COLUMNS)} FROM records WHERE position = 12"))
    anew = chained(row._replace(**changed), b"", LIVE, made)
    tree = Frontier().grown([*leaves[:-1], anew.leaf])
    said = (anew.version, anew.leaf, anew.checks)
    store.do(
        *(("INSERT INTO keys VALUES (12, ?, zeroblob(40), ?)", key) for key in made),
        ("UPDATE records SET version = ?, leaf = ?, checks = ? WHERE position = 12", said),
        ("UPDATE ledger SET frontier = ?", (tree.to_bytes(),)),
    )


def test_a_key_that_seals_nothing_is_found_though_the_leaf_was_made_anew_with_it(store):
    made_anew(store, made=[("person/p9", b"c" * 32)])

    assert first_wrong(store) == (12, "keys", "position")


def test_a_stream_with_a_gap_is_found_though_the_leaf_was_made_anew(store):
    made_anew(store, version=2)

    assert first_wrong(store) == (12, "records", "version")


def test_what_was_made_anew_and_not_changed_holds(store):
    made_anew(store)

    assert first_wrong(store) is None


@pytest.mark.fault("a changed byte")
def test_an_index_that_leads_to_nothing_is_found(store):
    [(as_it_was,)] = store.all("SELECT sql FROM sqlite_schema WHERE name = 'keys_by_id'")

    store.do(
        "DROP INDEX keys_by_id",
        "CREATE UNIQUE INDEX keys_by_id ON keys(id) WHERE 0",
        "PRAGMA writable_schema = ON",
        ("UPDATE sqlite_schema SET sql = ? WHERE name = 'keys_by_id'", (as_it_was,)),
    )

    assert first_wrong(store) == (0, "database", None)


# Emptied by order


def test_an_open_part_that_nobody_ordered_emptied_is_found(store):
    empty(store, 5)

    assert first_wrong(store) == (5, "records", "emptied")


def test_an_order_for_another_entry_or_in_another_case_orders_nothing(store):
    empty(store, 1)  # case/a@1: the order on record is of case/b@2

    assert first_wrong(store) == (1, "records", "emptied")


def test_an_emptied_part_beside_an_open_one_is_found(store):
    store.do("UPDATE records SET emptied = zeroblob(32) WHERE position = 1")

    assert first_wrong(store) == (1, "records", "emptied")


# Insiders who make everything anew


REST = (
    "name, 1, day, occurred, (SELECT min(recorded_at) FROM records), actor, role, 'forged', correlation, causation,"
    " edition, target, schema"
)
ATTACKS = {
    "an open part altered": "UPDATE records SET open = x'7b7d' WHERE position = 5",
    "a name altered": "UPDATE records SET name = 'ThreatManaged.v1' WHERE position = 5",
    "a whole stream deleted": "DELETE FROM records WHERE stream = 'case/a'",
    "two ciphertexts swapped": "UPDATE records SET sealed = (SELECT sealed FROM records WHERE position = 7)"
    " WHERE position = 2",
    "a record forged": f"INSERT INTO records SELECT 0, stream, 9, {REST},"
    " asked, leaf, checks, emptied, open, sealed FROM records WHERE position = 11",
    "the last records cut off": "DELETE FROM records WHERE position > 8",
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.fault("rows deleted, swapped or cut off")
def test_an_insider_who_does_not_rebuild_the_log_is_caught_by_the_store_alone(store, attack):
    store.do(ATTACKS[attack])

    assert first_wrong(store) is not None


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.fault("rows deleted, swapped or cut off")
def test_an_insider_who_rebuilds_the_log_is_caught_by_the_checkpoint_outside_alone(store, attack):
    with closing(open_store(str(store.path))) as opened:
        opened.append([draft("case/z", 1)])
    outside = stated(store)

    store.do(ATTACKS[attack])
    store.rebuild()

    assert verify(store.path).wrong is None
    assert first_wrong(store, outside) is not None


def test_an_insider_who_rebuilds_carelessly_is_caught_by_the_store_alone(store, tmp_path):
    copies = []
    for name in ("asked", "chain", "time"):
        (tmp_path / name).mkdir()
        copies.append(store.copied(tmp_path / name))
    asked, chain, time = copies

    asked.rebuild(mac=None)
    chain.rebuild(chain=False)
    time.do("UPDATE records SET recorded_at = 1 WHERE position = 5")
    time.rebuild()

    assert first_wrong(asked) == (1, "records", "asked")
    assert first_wrong(chain) == (2, "records", "leaf")
    assert first_wrong(time) == (5, "records", "recorded_at")


@pytest.mark.fault("rows deleted, swapped or cut off")
def test_an_older_copy_brought_back_is_caught_by_the_checkpoint_outside_alone(store, tmp_path):
    (tmp_path / "older").mkdir()
    older = store.copied(tmp_path / "older")
    with closing(open_store(str(store.path))) as opened:
        opened.append([draft("case/z", 1)])

    assert first_wrong(older) is None
    assert first_wrong(older, stated(store)) == (13, "records", None)


def test_checkpoints_in_between_narrow_down_where_the_history_was_rewritten(store):
    leaves = [leaf for (leaf,) in store.all("SELECT leaf FROM records ORDER BY position")]
    outside = [Stated(Frontier().grown(leaves[:size]).head, f"{size}") for size in (3, 6, 11)]

    store.do("UPDATE records SET actor = 'w-99' WHERE position = 5")
    store.rebuild()

    assert first_wrong(store, *outside) == (4, "records", None)


def test_a_checkpoint_of_another_store_is_told(store):
    outside = Stated(verify(store.path).tree, "the checkpoint", "ihs/another")

    assert first_wrong(store, outside) == (0, "meta", "value")


# No false alarms, and nothing that stops the check


MANY = 1_000 if "CI" in os.environ else 10_000
STREAMS = ("case/a", "case/b", "agency/g", "system")
one_record = st.tuples(
    st.sampled_from(STREAMS),
    st.lists(st.sampled_from(["person/p", "person/q", "narrative/{stream}/{version}/n"]), max_size=3),
    st.none() | st.binary(max_size=5),
    st.none() | st.text("xyz", min_size=1, max_size=3),
)
histories = st.lists(st.tuples(st.booleans(), st.lists(one_record, min_size=1, max_size=3)), max_size=8)


def recorded(path, history):
    """Put a history on record: some records by command, some by none; some sealed, under keys new or known."""
    key_file = path.with_name("key")
    create_key_file(key_file)
    with closing(create(str(path), keys=first_keys(read_key_file(key_file)))) as store:
        ring, versions = KeyRing(read_key_file(key_file), store.key), dict.fromkeys(STREAMS, 0)
        for number, (by_command, records) in enumerate(history):
            sealing, drafts = ring.sealing(), []
            for stream, keys, content, correlation in records:
                versions[stream] += 1
                named = (key.format(stream=stream, version=versions[stream]) for key in keys)
                sealed = tuple((key, sealing.seal(key, b"place", b"Made up.")) for key in named)
                told = {"sealed": sealed, "open": content, "correlation": correlation}
                drafts.append(draft(stream, versions[stream], **told))
            store.append(drafts, command=Command(f"c{number}", MAC) if by_command else None, keys=sealing.new_keys)


def holds(history, chunk):
    """Whether a history that nobody changed is found as it was recorded."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cases.db"
        recorded(path, history)
        with SQLiteTables(path, chunk) as tables:
            verdict = verify_tables(tables, key_file=read_key_file(path.with_name("key")))
    told = (verdict.wrong, verdict.keys_opened, verdict.tree.size)
    return told == (None, True, sum(len(records) for _, records in history))


@settings(max_examples=some(15), suppress_health_check=[HealthCheck.too_slow])
@given(history=histories, chunk=st.integers(1, 5))
def test_any_history_that_nobody_changed_holds(history, chunk):
    assert holds(history, chunk)


@pytest.mark.faults_full
@settings(max_examples=MANY, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(history=histories, chunk=st.integers(1, 5))
def test_thousands_of_histories_that_nobody_changed_hold(history, chunk):
    assert holds(history, chunk)


def test_a_store_that_others_go_on_filling_holds_all_the_while(store):
    ended = threading.Event()

    def fill():
        with closing(open_store(str(store.path))) as opened:
            for version in range(1, 61):
                opened.append([draft("case/z", version)], command=Command(f"z{version}", MAC))
        ended.set()

    filler = threading.Thread(target=fill)
    filler.start()
    wrong = []
    while not ended.is_set():
        with SQLiteTables(store.path, chunk=4) as tables:
            wrong.append(verify_tables(tables).wrong)
    filler.join()

    assert set(wrong) == {None}


@settings(max_examples=some(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@pytest.mark.fault("a changed byte")
def test_no_bit_that_is_flipped_in_the_file_stops_the_check(kept_store, tmp_path, at, bit):
    whole = bytearray(kept_store.path.read_bytes())
    whole[int(at * len(whole))] ^= 1 << bit
    (tmp_path / "flipped.db").write_bytes(whole)

    verdict = verify(tmp_path / "flipped.db")

    assert verdict.tree.size <= 12
    assert verdict.wrong is not None or verdict.tree == verify(kept_store.path).tree


def test_what_is_no_store_is_told_and_not_raised(tmp_path):
    (tmp_path / "text.db").write_text("not a database, but long enough to look like one" * 100)

    assert verify(tmp_path / "text.db").wrong[:3] == (0, "database", None)
    assert verify(tmp_path / "none.db").wrong[:3] == (0, "database", None)


@pytest.mark.parametrize("key, position", [("person/p1", 2), ("/words", 2), ("person/p2", 7), ("root", 0)])
def test_a_key_that_nobody_ordered_destroyed_is_found(store, key, position):
    store.do(f"UPDATE keys SET wrapped = NULL WHERE id = '{key}'")

    assert first_wrong(store) == (position, "keys", "wrapped")


IN_A = b"person/a/p"
WORDS_OF_2 = b"narrative/case/a/2/words"


@pytest.mark.parametrize(
    "key, order, ordered",
    [
        (IN_A, (b"IdentityErased.v1", b'{"known_as":"p"}'), True),
        (IN_A, (b"IdentityErased.v1", b'{"known_as":"q"}'), False),
        (IN_A, (b"EntryExpunged.v1", b'{"entry":2}'), True),
        (IN_A, (b"EntryExpunged.v1", b'{"entry":3}'), False),
        (IN_A, (b"NarrativeRedacted.v1", b'{"entry":2}'), False),
        (IN_A, (b"CaseDisposed.v1", b"{}"), True),
        (b"person/p", (b"PersonErased.v1", b'{"person":"p"}'), True),
        (b"person/p", (b"PersonErased.v1", b'{"person":"q"}'), False),
        (WORDS_OF_2, (b"NarrativeRedacted.v1", b'{"entry":2}'), True),
        (WORDS_OF_2, (b"EntryExpunged.v1", b'{"entry":2}'), True),
        (WORDS_OF_2, (b"NarrativeRedacted.v1", b'{"entry":3}'), False),
        (WORDS_OF_2, (b"IdentityErased.v1", b'{"known_as":"words"}'), False),
        (WORDS_OF_2, (b"CaseDisposed.v1", b"[]"), True),
        (WORDS_OF_2, (b"NarrativeRedacted.v1", b"\xff"), False),
    ],
)
def test_a_key_goes_by_an_order_that_names_what_it_seals(key, order, ordered):
    assert orders_destroyed(read([(9, *order)]), key, [2]) is ordered


EXPUNGED_2, EXPUNGED_5 = (9, b"EntryExpunged.v1", b'{"entry":2}'), (10, b"EntryExpunged.v1", b'{"entry":5}')


@pytest.mark.parametrize(
    "orders, ordered",
    [
        ([EXPUNGED_2], False),
        ([EXPUNGED_5], False),
        ([EXPUNGED_2, EXPUNGED_5], True),
        ([(6, b"CaseDisposed.v1", b"{}")], True),
        ([(4, b"CaseDisposed.v1", b"{}")], False),
        ([(4, b"IdentityErased.v1", b'{"known_as":"p"}')], False),
        ([(4, b"IdentityErased.v1", b'{"known_as":"p"}'), EXPUNGED_5], True),
    ],
)
def test_a_key_that_seals_several_entries_goes_by_orders_that_take_it_from_each(orders, ordered):
    assert orders_destroyed(read(orders), IN_A, [2, 5]) is ordered


def test_a_key_is_ordered_destroyed_on_the_stream_of_what_it_seals():
    assert [stream_of(key) for key in (IN_A, b"person/p", WORDS_OF_2, b"root")] == [
        b"case/a",
        b"person/p",
        b"case/a",
        None,
    ]
