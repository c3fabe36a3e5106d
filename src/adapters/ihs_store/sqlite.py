"""The library's SQLite connections: writes take their lock at once, and a failed commit is told apart."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Literal

from eventsourcing.persistence import ConnectionPoolClosedError, ConnectionUnavailableError, PersistenceError
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from ihs_store.errors import (
    OutcomeUnknown,
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreUnavailable,
)

Access = Literal["rw", "ro&immutable=1"]

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}
_PRIMARY = 0xFF


class CommitFailed(PersistenceError):
    """The COMMIT itself failed, so SQLite does not say whether the transaction stands."""


def address(path: Path, access: Access) -> str:
    """Write a path as an SQLite URI that creates no file; an immutable read takes no lock, writes nothing."""
    return f"{path.absolute().as_uri()}?mode={access}"


def connected(path: Path, lock_timeout: float) -> sqlite3.Connection:
    """Open a connection in autocommit mode; raises sqlite3.Error."""
    database = sqlite3.connect(
        address(path, "rw"), uri=True, check_same_thread=False, isolation_level=None, timeout=lock_timeout
    )
    database.row_factory = sqlite3.Row
    try:
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error:
        database.close()
        raise
    return database


def _code(error: BaseException) -> int | None:
    """Find SQLite's primary result code in an error or in what it came from."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, sqlite3.Error):
            extended = getattr(cause, "sqlite_errorcode", None)
            return None if extended is None else extended & _PRIMARY
        cause = cause.__cause__
    return None


def classified(error: BaseException) -> StoreError:
    """Say what a failure of SQLite or of the connection pool means to who asked."""
    code = _code(error)
    if isinstance(error, ConnectionPoolClosedError):
        return StoreClosed("the store is closed: open it again")
    if isinstance(error, ConnectionUnavailableError) or code in _BUSY:
        return StoreBusy("another writer holds the store: nothing was recorded, try again")
    if code == sqlite3.SQLITE_FULL:
        return StoreFull("there is no room left on the disk: nothing was recorded, make room and try again")
    if isinstance(error, CommitFailed):
        return OutcomeUnknown("the disk failed while recording: ask for the command's receipt before trying again")
    if code in _DAMAGED:
        return StoreDamaged("the database contradicts itself: nothing was recorded, verify it against a backup")
    return StoreUnavailable(f"the database cannot be used ({_named(code)}): nothing was recorded")


def _named(code: int | None) -> str:
    names = {sqlite3.SQLITE_IOERR: "disk I/O error", sqlite3.SQLITE_READONLY: "read-only"}
    return names.get(code or 0, f"SQLite's code {code}")


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what SQLite and the library raise into what the store answers."""
    try:
        yield
    except (PersistenceError, sqlite3.Error, ConnectionPoolClosedError) as error:
        raise classified(error) from error


class _Transaction(SQLiteTransaction):
    """Takes the write lock when it begins: one taken later fails busy at once, whatever the wait."""

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        except sqlite3.Error as error:
            raise classified(error) from error
        return cursor

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        try:
            super().__exit__(exc_type, exc_val, exc_tb)
        except PersistenceError as error:
            if exc_val is None and self.commit:
                self._abandon()
                raise CommitFailed(error) from error
            raise

    def _abandon(self) -> None:
        """Close a connection whose transaction may hang half done; the pool opens another in its place."""
        with suppress(sqlite3.Error):
            self.connection.rollback()
        self.connection.close()


class _Connection(SQLiteConnection):
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with _Transaction(self, commit=commit) as cursor, cursor:
            yield cursor


class _Pool(SQLiteConnectionPool):
    def __init__(self, path: Path, lock_timeout: float) -> None:
        super().__init__(db_name=address(path, "rw"), pool_timeout=lock_timeout)
        self.path = path
        self.wait = lock_timeout

    def _create_connection(self) -> SQLiteConnection:
        try:
            return _Connection(connected(self.path, self.wait), max_age=None)
        except sqlite3.Error as error:
            raise classified(error) from error

    def put_connection(self, conn: SQLiteConnection) -> None:
        """Take a connection back, also after closing: what its user did stands, so nothing is raised."""
        with self._put_condition:
            if self._closed:
                self._discard(conn)
            else:
                super().put_connection(conn)

    def _discard(self, conn: SQLiteConnection) -> None:
        self._in_use.pop(id(conn), None)
        conn.close()
        conn.in_use.release()
        if conn.is_writer:
            self._writer_lock.release()
        self._put_condition.notify()

    def close(self) -> None:
        """Close what is not in use, give out no more: to close under another thread's hands would crash."""
        with self._put_condition:
            self._closed = True
            while self._pool:
                self._pool.popleft().close()


class RecordDatastore(SQLiteDatastore):
    """The library's datastore on an existing store's file; writers wait up to `lock_timeout` seconds."""

    def __init__(self, path: Path, lock_timeout: float) -> None:
        super().__init__(address(path, "rw"), originator_id_type="text")
        self.pool = _Pool(path, lock_timeout)
