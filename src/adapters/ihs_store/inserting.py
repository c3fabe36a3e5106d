"""Inserting what was laid out, and moving the ledger's row on: after a look, or at once."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Final

from ihs_store.laying import Laying
from ihs_store.port import ROOT, Statements
from ihs_store.schema import COLUMNS, FORMAT

_ROWS: Final = (32, 16, 8, 4, 2, 1)
_RECORD: Final = f"INSERT INTO records({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
_RECEIPT: Final = "INSERT INTO receipts VALUES (?, ?, ?)"
_NEW_RECEIPT: Final = "INSERT OR IGNORE INTO receipts VALUES (?, ?, ?)"
_KEY: Final = "INSERT INTO keys VALUES (?, ?, ?, ?)"
_MOVE_ON: Final = f"""
    UPDATE ledger SET size = ?, frontier = ? WHERE size = ? AND frontier = ?
        AND EXISTS (SELECT 1 FROM records WHERE position = ledger.size)
        AND (SELECT value FROM meta WHERE key = 'format') = '{FORMAT}'
        AND (SELECT wrapped FROM keys WHERE position = 0 AND id = '{ROOT}') IS ?
"""  # noqa: S608 - our own constants

Stand = tuple[int, bytes]
"""The ledger's row: how many records there are, and the peaks of their tree."""


class LookAgain(Exception):
    """The record does not stand as it was remembered, or a command is on record already: undo it, and look first."""


def insert(c: Statements, laying: Laying, now: Stand) -> None:
    """Insert all of it. What of it is on record was looked up before."""
    _insert_rows(c, _RECEIPT, laying.kept)
    c.execute("UPDATE ledger SET size = ?, frontier = ?", now)
    _insert_records(c, laying)


def insert_at_once(c: Statements, laying: Laying, before: Stand, now: Stand) -> None:
    """Insert all of it, if the record stands as it was *before* and none of the commands is on record. LookAgain.

    In SQLite alone: the database that is asked so says at once how many rows it changed.
    """
    new = sum(c.execute(*several).rowcount for several in _together(_NEW_RECEIPT, laying.kept))
    moved = c.execute(_MOVE_ON, (*now, *before, laying.root)).rowcount
    if (new, moved) != (len(laying.kept), 1):
        raise LookAgain
    _insert_records(c, laying)


def _insert_records(c: Statements, laying: Laying) -> None:
    rows = [(*row.header, row.leaf, row.checks, None, row.salted, row.sealed) for row in laying.rows]
    _insert_rows(c, _RECORD, rows)
    made = [(position, kept, key.wrapped, key.commitment) for key, position, kept in laying.keys]
    _insert_rows(c, _KEY, made)


def _insert_rows(c: Statements, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    for several, values in _together(statement, rows):
        c.execute(several, values)


def _together(statement: str, rows: Sequence[tuple[object, ...]]) -> Iterator[tuple[str, Sequence[object]]]:
    """Many rows by one statement, of few sizes, as each is prepared once; with the values of each.

    While a statement runs other threads do: were it one for each row, they would be waited for each time.
    """
    at = 0
    while left := len(rows) - at:
        size = next(size for size in _ROWS if size <= left)
        yield _of_rows(statement, size), [*chain.from_iterable(rows[at : at + size])] if size > 1 else rows[at]
        at += size


@cache
def _of_rows(statement: str, count: int) -> str:
    row = statement[statement.rindex("(") :]
    return ", ".join([statement, *[row] * (count - 1)])
