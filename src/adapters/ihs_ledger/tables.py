"""A store's tables, read by SQL of the verifier's own, on a connection that cannot write."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, Self

from ihs_ledger.layout import HEADER, Key, Stored
from ihs_ledger.orders import ORDERING

COLUMNS: Final = (*HEADER, "leaf", "checks", "salt", "emptied", "open", "sealed")
BEFORE_ALL: Final = -(1 << 63)
CHUNK: Final = 250
_MOST_NAMED: Final = 500

_SELECT: Final = f"""
    SELECT {", ".join(f"r.{column}" for column in COLUMNS)}, f.first, f.count
    FROM records AS r LEFT JOIN receipts AS f ON f.command = r.command
"""  # noqa: S608 - our own column names
_RECORDS: Final = f"{_SELECT} WHERE r.position > ? ORDER BY r.position LIMIT ?"
_AT_POSITION: Final = f"{_SELECT} WHERE r.position = ?"
_OF_STREAM: Final = f"{_SELECT} WHERE r.stream = ? ORDER BY r.version"
_STRAY_RECEIPT: Final = """
    SELECT first FROM receipts AS f
    WHERE NOT EXISTS (SELECT 1 FROM records AS r WHERE r.position = f.first AND r.command = f.command)
    ORDER BY first LIMIT 1
"""
_STRAY_KEY: Final = """
    SELECT k.position FROM keys AS k LEFT JOIN records AS r ON r.position = k.position
    WHERE k.position <> 0 AND (r.position IS NULL OR instr(r.sealed, CAST(k.id AS BLOB)) = 0)
    ORDER BY k.position LIMIT 1
"""


class Tables(Protocol):
    """What the verifier asks of a store's tables; text comes as the bytes that are stored."""

    @property
    def chunk(self) -> int:
        """How many records, at most, are read at a time."""

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Let all that is asked within see one and the same state; keep it short, writers wait for its end."""

    def meta(self) -> list[tuple[Any, Any]]:
        """What the store says of itself."""

    def ledger(self) -> list[tuple[Any, Any, Any]]:
        """The rows of the ledger: one, size, frontier."""

    def records(self, after: int) -> list[Stored]:
        """Some records after a position, in order, with their receipts; fewer than a chunk are the last."""

    def some(self, stream: str | None, position: int | None) -> list[Stored]:
        """The records of a stream in order of version, or the one at a position."""

    def leaves(self) -> Iterator[bytes]:
        """All leaves, in order of position."""

    def previous(self, stream: bytes, version: int) -> bytes:
        """The leaf of the record before this version of a stream; empty for the first."""

    def keys(self, ids: Iterable[bytes]) -> dict[bytes, Key]:
        """The keys of these ids, as far as there are any."""

    def first_keys(self) -> list[Key]:
        """The keys that the store began with."""

    def wrapped(self, after: bytes) -> list[tuple[Key, bytes | None]]:
        """Some keys after an id, in order, each as it is wrapped; none when there are no more."""

    def orders(self, stream: bytes) -> list[tuple[int, bytes, bytes]]:
        """The records of a stream that order something destroyed: version, stored name, open part."""

    def destroyed(self, after: bytes) -> list[tuple[Key, int]]:
        """Some destroyed keys after an id, in order, each with the version of the record that it was made with."""

    def counted(self) -> tuple[int, int]:
        """How many receipts there are, and how many keys made with a record."""

    def stray_receipt(self) -> int | None:
        """The position that the first receipt without its record names."""

    def stray_key(self) -> int | None:
        """The position that the first key without its record names."""

    def damage(self) -> str | None:
        """What the database itself finds wrong with its pages and indexes."""


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Where nothing may be written beside the file, it is taken as it lies there."""
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        database.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        database.close()
        if path.with_name(path.name + "-wal").exists():  # what is in it would be passed over
            raise
        return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return database


class SQLiteTables:
    """The tables of a store in an SQLite file."""

    def __init__(self, path: Path | str, chunk: int = CHUNK) -> None:
        self.chunk = chunk
        self._database = _opened(Path(path).absolute())
        self._database.text_factory = bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """One read transaction: see Tables."""
        self._database.execute("BEGIN")
        try:
            yield
        finally:
            self._database.rollback()

    def meta(self) -> list[tuple[Any, Any]]:
        """What the store says of itself: see Tables."""
        return self._database.execute("SELECT key, value FROM meta").fetchall()

    def ledger(self) -> list[tuple[Any, Any, Any]]:
        """The rows of the ledger: see Tables."""
        return self._database.execute("SELECT one, size, frontier FROM ledger").fetchall()

    def records(self, after: int) -> list[Stored]:
        """Some records after a position: see Tables."""
        return [*map(Stored._make, self._database.execute(_RECORDS, (after, self.chunk)))]

    def some(self, stream: str | None, position: int | None) -> list[Stored]:
        """The records of a stream, or the one at a position: see Tables."""
        if stream is None:
            return [*map(Stored._make, self._database.execute(_AT_POSITION, (position,)))]
        return [*map(Stored._make, self._database.execute(_OF_STREAM, (stream,)))]

    def leaves(self) -> Iterator[bytes]:
        """All leaves: see Tables."""
        return (leaf for (leaf,) in self._database.execute("SELECT leaf FROM records ORDER BY position"))

    def previous(self, stream: bytes, version: int) -> bytes:
        """The leaf before a version of a stream: see Tables."""
        sql = "SELECT leaf FROM records WHERE stream = CAST(? AS TEXT) AND version = ?"
        found = self._database.execute(sql, (stream, version - 1)).fetchone()
        return found[0] if found else b""

    def keys(self, ids: Iterable[bytes]) -> dict[bytes, Key]:
        """The keys of these ids: see Tables."""
        found: dict[bytes, Key] = {}
        wanted = [id_.decode(errors="replace") for id_ in ids]
        for at in range(0, len(wanted), _MOST_NAMED):
            some = wanted[at : at + _MOST_NAMED]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT id, commitment, position FROM keys WHERE id IN ({marks})"  # noqa: S608 - question marks
            found |= {row[0]: Key._make(row) for row in self._database.execute(sql, some)}
        return found

    def first_keys(self) -> list[Key]:
        """The keys that the store began with: see Tables."""
        sql = "SELECT id, commitment, position FROM keys WHERE position = 0"
        return [*map(Key._make, self._database.execute(sql))]

    def wrapped(self, after: bytes) -> list[tuple[Key, bytes | None]]:
        """Some keys as they are wrapped: see Tables."""
        sql = "SELECT id, commitment, position, wrapped FROM keys WHERE id > CAST(? AS TEXT) ORDER BY id LIMIT ?"
        return [(Key._make(row[:3]), row[3]) for row in self._database.execute(sql, (after, self.chunk))]

    def orders(self, stream: bytes) -> list[tuple[int, bytes, bytes]]:
        """What a stream orders destroyed: see Tables."""
        named = " OR ".join("name GLOB ?" for _ in ORDERING)
        sql = (
            f"SELECT version, name, open FROM records WHERE stream = CAST(? AS TEXT) AND open IS NOT NULL AND ({named})"  # noqa: S608 - question marks
        )
        return self._database.execute(sql, (stream, *(f"{name.decode()}.v*" for name in ORDERING))).fetchall()

    def destroyed(self, after: bytes) -> list[tuple[Key, int]]:
        """Some destroyed keys: see Tables."""
        sql = """
            SELECT k.id, k.commitment, k.position, ifnull(r.version, 0)
            FROM keys AS k LEFT JOIN records AS r ON r.position = k.position
            WHERE k.wrapped IS NULL AND k.id > CAST(? AS TEXT) ORDER BY k.id LIMIT ?
        """
        return [(Key._make(row[:3]), row[3]) for row in self._database.execute(sql, (after, self.chunk))]

    def counted(self) -> tuple[int, int]:
        """How many receipts and keys there are: see Tables."""
        sql = "SELECT (SELECT count(*) FROM receipts), (SELECT count(*) FROM keys WHERE position <> 0)"
        receipts, keys = self._database.execute(sql).fetchone()
        return receipts, keys

    def stray_receipt(self) -> int | None:
        """The first receipt without its record: see Tables."""
        return self._one(_STRAY_RECEIPT)

    def stray_key(self) -> int | None:
        """The first key without its record: see Tables."""
        return self._one(_STRAY_KEY)

    def damage(self) -> str | None:
        """What SQLite finds wrong: see Tables."""
        (found,) = self._database.execute("PRAGMA integrity_check(1)").fetchone()
        return None if found == b"ok" else found.decode(errors="replace")

    def _one(self, sql: str) -> int | None:
        found = self._database.execute(sql).fetchone()
        return None if found is None else int(found[0])
