"""Backing up and restoring: a store copied whole, as at one moment, and verified before anyone relies on it.

A backup is a store's file on SQLite, whatever it was copied from, and can be restored on either database. It can be
opened, read and verified where it is.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from ihs_ledger.verify import verify
from ihs_record.row import Row
from ihs_store.errors import StoreDamaged
from ihs_store.keeping import info_of
from ihs_store.port import Head, Statements
from ihs_store.schema import COLUMNS, FORMAT, Fill, lay_out
from ihs_store.store import begin, open_store
from ihs_store.writing import SELECT_RECORDS, row_of, tree_of

PAGE: Final = 1000
_LEAST: Final = -(1 << 63)
_TABLES: Final[tuple[tuple[str, tuple[str, ...], object], ...]] = (
    ("records", COLUMNS, _LEAST),
    ("receipts", ("command", "mac", "first", "count"), ""),
    ("keys", ("id", "wrapped", "commitment"), ""),
    ("meta", ("key", "value"), ""),
    ("ledger", ("one", "size", "frontier"), 0),
)
"""Each table, its columns with the one it is ordered by first, and what comes before all of those."""


def backup(url: str, path: Path) -> Head:
    """Copy a store into a new file as at one moment, verified; StoreExists, StoreDamaged, with nothing left behind."""
    with closing(open_store(url)) as store, store.snapshot() as source:
        # Not in WAL mode: such a file can be read where nothing may be written, and is whole by itself.
        lay_out(path, _copy(source), journal="DELETE")
    return _head(str(path))


def restore(path: Path, url: str) -> Head:
    """Make a store of a backup where none is, verified; StoreExists, StoreDamaged, with nothing left behind."""
    with closing(open_store(str(path))) as store, store.snapshot() as source:
        begin(url, _copy(source))
    return _head(url)


def _head(url: str) -> Head:
    with closing(open_store(url)) as store:
        return store.head()


def _copy(source: Statements) -> Fill:
    def fill(target: Statements) -> None:
        for table, columns, before in _TABLES:
            _copy_table(source, target, table, columns, before)
        _refuse_what_does_not_hold(target)

    return fill


def _copy_table(source: Statements, target: Statements, table: str, columns: tuple[str, ...], last: object) -> None:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    select = f"SELECT {names} FROM {table} WHERE {columns[0]} > ? ORDER BY {columns[0]} LIMIT {PAGE}"  # noqa: S608
    while True:
        source.execute(select, (last,))
        rows = [tuple(row) for row in source.fetchall()]
        if not rows:
            return
        target.executemany(f"INSERT INTO {table}({names}) VALUES ({marks})", rows)  # noqa: S608
        last = rows[-1][0]


def _refuse_what_does_not_hold(c: Statements) -> None:
    c.execute("SELECT size, frontier FROM ledger")
    found = c.fetchone()
    c.execute("SELECT key, value FROM meta")
    info = info_of(dict(c.fetchall()), FORMAT)
    verdict = verify(_rows(c), info.tag)
    if verdict.wrong is not None:
        raise StoreDamaged(f"the copy does not hold: position {verdict.wrong.position}: {verdict.wrong.why}")
    if found is None or verdict.tree != tree_of(*found).head:
        raise StoreDamaged("the copy does not hold: its records and its ledger's root disagree")


def _rows(c: Statements) -> Iterator[Row]:
    last = _LEAST
    while True:
        c.execute(f"{SELECT_RECORDS} WHERE position > ? ORDER BY position LIMIT {PAGE}", (last,))
        rows = [row_of(record) for record in c.fetchall()]
        if not rows:
            return
        yield from rows
        last = rows[-1].position
