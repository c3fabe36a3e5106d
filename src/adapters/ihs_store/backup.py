"""Backing up and restoring: a store copied whole, as at one moment, and verified before anyone relies on it.

A backup is a store's file on SQLite, whatever it was copied from, and can be restored on either database. It can be
opened, read and verified where it is.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ihs_ledger.tree import Frontier
from ihs_ledger.verify import verify
from ihs_record.leaf import leaf
from ihs_record.row import Row
from ihs_store.addresses import is_server, path_of
from ihs_store.errors import StoreDamaged
from ihs_store.keeping import info_of
from ihs_store.port import Head, Statements
from ihs_store.schema import COLUMNS, FORMAT, Fill, lay_out
from ihs_store.store import begin, open_store
from ihs_store.writing import SELECT_RECORDS, row_of, tree_of

PAGE: Final = 1000
_LEAST: Final = -(1 << 63)
_TABLES: Final[tuple[tuple[str, tuple[str, ...], tuple[object, ...]], ...]] = (
    ("records", COLUMNS, (_LEAST,)),
    ("receipts", ("event", "first", "count"), (b"",)),
    ("keys", ("position", "id", "wrapped", "commitment"), (_LEAST, "")),
    ("meta", ("key", "value"), ("",)),
    ("ledger", ("one", "size", "frontier"), (0,)),
)
"""Each table, its columns with those it is ordered by first, and what comes before all of those."""


def backup(url: str, path: Path) -> Head:
    """Copy a store into a new file as at one moment, verified; StoreExists, StoreDamaged, with nothing left behind."""
    with closing(open_store(url)) as store, store.snapshot() as source:
        # Not in WAL mode: such a file can be read where nothing may be written, and is whole by itself.
        lay_out(path, _copy(source), journal="DELETE", check=_must_hold)
    return _head(str(path))


def restore(path: Path, url: str) -> Head:
    """Make a store of a backup where none is, verified; StoreExists, StoreDamaged, with nothing left behind."""
    _must_be_a_store(path)
    _must_hold(path)
    with closing(open_store(str(path))) as store, store.snapshot() as source:
        begin(url, _copy(source))
    return _head(url)


@contextmanager
def file_of(url: str) -> Iterator[Path]:
    """Give the file of a store; of one on a server a copy as at one moment, verified by nobody yet, then removed.

    Raises StoreDamaged where the server's tables hold what a store's cannot.
    """
    if not is_server(url):
        yield path_of(url)
        return
    with TemporaryDirectory(prefix="ihs-") as folder:
        path = Path(folder) / "copy.db"
        with closing(open_store(url)) as store, store.snapshot() as source:
            lay_out(path, _as_it_is(source), journal="DELETE")
        yield path


def _as_it_is(source: Statements) -> Fill:
    def fill(target: Statements) -> None:
        try:
            copied(source, target)
        except sqlite3.IntegrityError as error:
            raise StoreDamaged(f"the store holds what the tables of a store cannot: {error}") from error

    return fill


def _head(url: str) -> Head:
    with closing(open_store(url)) as store:
        return store.head()


def _copy(source: Statements) -> Fill:
    def fill(target: Statements) -> None:
        copied(source, target)
        _refuse_what_does_not_hold(target)

    return fill


def copied(source: Statements, target: Statements) -> None:
    """Copy every table, row by row, into tables that stand empty."""
    for table, columns, before in _TABLES:
        _copy_table(source, target, table, columns, before)


def _copy_table(
    source: Statements, target: Statements, table: str, columns: tuple[str, ...], last: tuple[object, ...]
) -> None:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    order, after = ", ".join(columns[: len(last)]), ", ".join("?" * len(last))
    select = f"SELECT {names} FROM {table} WHERE ({order}) > ({after}) ORDER BY {order} LIMIT {PAGE}"  # noqa: S608
    while True:
        source.execute(select, last)
        rows = [tuple(row) for row in source.fetchall()]
        if not rows:
            return
        target.executemany(f"INSERT INTO {table}({names}) VALUES ({marks})", rows)  # noqa: S608
        last = rows[-1][: len(last)]


def _must_be_a_store(path: Path) -> None:
    open_store(str(path)).close()


def _must_hold(path: Path) -> None:
    """All that the verifier checks: the file that was written, or the one that is about to be read."""
    if (wrong := verify(path).wrong) is not None:
        raise StoreDamaged(f"the copy does not hold: {wrong}")


def _refuse_what_does_not_hold(c: Statements) -> None:
    """What was just written, read back on its own connection: every leaf, every chain, and the tree over them."""
    c.execute("SELECT size, frontier FROM ledger")
    found = c.fetchone()
    c.execute("SELECT key, value FROM meta")
    tag, tree = info_of(dict(c.fetchall()), FORMAT).tag, Frontier()
    ends: dict[str, bytes] = {}
    for rows in _pages(c):
        made = _made(c, rows[0].position, rows[-1].position)
        for row in rows:
            if row.leaf != leaf(row, ends.get(row.stream, b""), tag, made.get(row.position, ())):
                raise StoreDamaged(f"the copy does not hold: position {row.position}: its leaf is another")
            ends[row.stream] = row.leaf
        tree = tree.grown(row.leaf for row in rows)
    if found is None or tree.head != tree_of(*found).head:
        raise StoreDamaged("the copy does not hold: its records and its ledger's root disagree")


def _pages(c: Statements) -> Iterator[list[Row]]:
    last = _LEAST
    while True:
        c.execute(f"{SELECT_RECORDS} WHERE position > ? ORDER BY position LIMIT {PAGE}", (last,))
        rows = [row_of(record) for record in c.fetchall()]
        if not rows:
            return
        yield rows
        last = rows[-1].position


def _made(c: Statements, first: int, last: int) -> dict[int, list[tuple[str, bytes]]]:
    """The keys made with each record from one position to another, by the ids that are kept."""
    c.execute("SELECT position, id, commitment FROM keys WHERE position BETWEEN ? AND ?", (first, last))
    made: dict[int, list[tuple[str, bytes]]] = {}
    for position, key, commitment in c.fetchall():
        made.setdefault(position, []).append((key, commitment))
    return made
