"""A store's tables, read by SQL of the verifier's own, on a connection that cannot write."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, Self

from ihs_ledger.layout import COLUMNS, SALT_SIZE, Key, Made, Row, Stored, sealed_pieces
from ihs_ledger.orders import ORDERING

BEFORE_ALL: Final = -(1 << 63)
CHUNK: Final = 125
"""So few that what was read is still in the processor's cache when it is digested."""
_SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM records"  # noqa: S608 - our own column names
_KEYS: Final = "SELECT id, commitment, position FROM keys"
_NARRATIVE: Final = b"narrative/"


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

    def records(self, after: int) -> list[Row]:
        """Some records after a position, in order; fewer than a chunk are the last."""

    def some(self, stream: str | None, position: int | None) -> list[Stored]:
        """The records of a stream in order of version, or the one at a position."""

    def leaves(self) -> Iterator[bytes]:
        """All leaves, in order of position."""

    def previous(self, stream: bytes, version: int) -> bytes:
        """The leaf of the record before this version of a stream; empty for the first."""

    def made(self, first: int, last: int) -> Iterable[Made]:
        """The keys made with the records from one position to another, in order: id, commitment, position."""

    def called(self, id_: bytes) -> list[Key]:
        """The keys of this id: of a narrative's, which says nothing of its place, there may be many."""

    def receipts(self) -> Iterable[tuple[Any, Any, Any]]:
        """All receipts, each as event, first position and count."""

    def receipt(self, event: bytes) -> tuple[Any, Any] | None:
        """The first position and the count of a command's receipt."""

    def wrapped(self, after: Key) -> list[tuple[Key, bytes | None]]:
        """Some keys after another, in order of position and id, each as it is wrapped; none when there are no more."""

    def orders(self, stream: bytes) -> list[tuple[int, bytes, bytes]]:
        """The records of a stream that order something destroyed: version, stored name, open part."""

    def destroyed(self) -> Iterable[tuple[Key, bytes, int]]:
        """The destroyed keys in order, each with its whole id and the version of the record that it was made with."""

    def sealed_under(self, stream: bytes, id_: bytes) -> list[int]:
        """The versions of the records of a stream that have a part sealed under a person's key."""

    def stray_key(self, size: int) -> int | None:
        """The position that the first key names that is made with none of so many records."""

    @contextmanager
    def damage(self) -> Iterator[Callable[[], str | None]]:
        """What the database itself finds wrong with pages and indexes: it looks meanwhile, the call waits for it."""


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Where nothing may be written beside the file, it is taken as it lies there."""
    database = _connected(f"{path.as_uri()}?mode=ro")
    try:
        database.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        database.close()
        if path.with_name(path.name + "-wal").exists():  # what is in it would be passed over
            raise
        return _connected(f"{path.as_uri()}?mode=ro&immutable=1")
    return database


def _connected(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)


def _damage(database: sqlite3.Connection) -> str | None:
    (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    return None if found == "ok" else str(found)


class SQLiteTables:
    """The tables of a store in an SQLite file."""

    def __init__(self, path: Path | str, chunk: int = CHUNK) -> None:
        self.chunk = chunk
        self._path = Path(path).absolute()
        self._database = _opened(self._path)
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

    def records(self, after: int) -> list[Row]:
        """Some records after a position: see Tables."""
        sql = f"{_SELECT} WHERE position > ? ORDER BY position LIMIT ?"
        return self._database.execute(sql, (after, self.chunk)).fetchall()

    def some(self, stream: str | None, position: int | None) -> list[Stored]:
        """The records of a stream, or the one at a position: see Tables."""
        if stream is None:
            return [*map(Stored._make, self._database.execute(f"{_SELECT} WHERE position = ?", (position,)))]
        return [*map(Stored._make, self._database.execute(f"{_SELECT} WHERE stream = ? ORDER BY version", (stream,)))]

    def leaves(self) -> Iterator[bytes]:
        """All leaves: see Tables."""
        return (leaf for (leaf,) in self._database.execute("SELECT leaf FROM records ORDER BY position"))

    def previous(self, stream: bytes, version: int) -> bytes:
        """The leaf before a version of a stream: see Tables."""
        sql = "SELECT leaf FROM records WHERE stream = CAST(? AS TEXT) AND version = ?"
        found = self._database.execute(sql, (stream, version - 1)).fetchone()
        return found[0] if found else b""

    def made(self, first: int, last: int) -> Iterable[Made]:
        """The keys made with some records: see Tables."""
        return self._database.execute(f"{_KEYS} WHERE position BETWEEN ? AND ? ORDER BY position, id", (first, last))

    def called(self, id_: bytes) -> list[Key]:
        """The keys of an id: see Tables."""
        return [*map(Key._make, self._database.execute(f"{_KEYS} WHERE id = CAST(? AS TEXT)", (id_,)))]

    def receipts(self) -> Iterable[tuple[Any, Any, Any]]:
        """All receipts: see Tables."""
        return self._database.execute("SELECT event, first, count FROM receipts")

    def receipt(self, event: bytes) -> tuple[Any, Any] | None:
        """A command's receipt: see Tables."""
        found: tuple[Any, Any] | None = self._database.execute(
            "SELECT first, count FROM receipts WHERE event = ?", (event,)
        ).fetchone()
        return found

    def wrapped(self, after: Key) -> list[tuple[Key, bytes | None]]:
        """Some keys as they are wrapped: see Tables."""
        sql = """
            SELECT id, commitment, position, wrapped FROM keys
            WHERE (position, id) > (?, CAST(? AS TEXT)) ORDER BY position, id LIMIT ?
        """
        rows = self._database.execute(sql, (after.position, after.id, self.chunk))
        return [(Key._make(row[:3]), row[3]) for row in rows]

    def orders(self, stream: bytes) -> list[tuple[int, bytes, bytes]]:
        """What a stream orders destroyed: see Tables."""
        named = " OR ".join("name GLOB ?" for _ in ORDERING)
        sql = f"""
            SELECT version, name, substr(open, {SALT_SIZE + 1}) FROM records
            WHERE stream = CAST(? AS TEXT) AND open IS NOT NULL AND ({named})
        """  # noqa: S608 - question marks
        return self._database.execute(sql, (stream, *(f"{name.decode()}.v*" for name in ORDERING))).fetchall()

    def destroyed(self) -> Iterable[tuple[Key, bytes, int]]:
        """The destroyed keys: see Tables."""
        sql = """
            SELECT k.id, k.commitment, k.position, r.stream, ifnull(r.version, 0)
            FROM keys AS k LEFT JOIN records AS r ON r.position = k.position
            WHERE k.wrapped IS NULL ORDER BY k.position, k.id
        """
        for *key, stream, version in self._database.execute(sql):
            own = key[0].startswith(b"/") and stream is not None
            yield Key._make(key), b"%b%b/%d%b" % (_NARRATIVE, stream, version, key[0]) if own else key[0], version

    def sealed_under(self, stream: bytes, id_: bytes) -> list[int]:
        """The versions sealed under a person's key: see Tables."""
        sql = "SELECT version, sealed FROM records WHERE stream = CAST(? AS TEXT) AND instr(sealed, ?) > 0"
        some = self._database.execute(sql, (stream, id_))  # among the bytes of another key's, or of a ciphertext, too
        return [version for version, sealed in some if id_ in dict(sealed_pieces(sealed))]

    def stray_key(self, size: int) -> int | None:
        """The first key without its record: see Tables."""
        sql = "SELECT min(position) FROM keys WHERE position NOT BETWEEN 0 AND ?"
        (found,) = self._database.execute(sql, (size,)).fetchone()
        return None if found is None else int(found)

    @contextmanager
    def damage(self) -> Iterator[Callable[[], str | None]]:
        """What SQLite finds wrong, in a thread of its own, which is stopped where nobody waits for it: see Tables."""
        with closing(_opened(self._path)) as database, ThreadPoolExecutor(1) as beside:
            found = beside.submit(_damage, database)
            try:
                yield found.result
            finally:
                database.interrupt()
