"""The library's SQLite connections: writes take their lock at once, and a failed commit is told apart."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Literal

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
    StoreReadOnly,
    StoreUnavailable,
)
from ihs_store.port import Statements

Access = Literal["rw", "ro&immutable=1"]

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}
_PRIMARY = 0xFF
_FIRST_IN_LINE: Final = 0.0001
_NEXT_IN_LINE: Final = 0.0005


class CommitFailed(PersistenceError):
    """The COMMIT itself failed, so SQLite does not say whether the transaction stands."""


def address(path: Path, access: Access) -> str:
    """Write a path as an SQLite URI that creates no file; an immutable read takes no lock, writes nothing."""
    return f"{path.absolute().as_uri()}?mode={access}"


def connected(path: Path, lock_timeout: float, access: Access = "rw") -> sqlite3.Connection:
    """Open a connection in autocommit mode; raises sqlite3.Error."""
    database = sqlite3.connect(
        address(path, access), uri=True, check_same_thread=False, isolation_level=None, timeout=lock_timeout
    )
    database.row_factory = sqlite3.Row
    try:
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA secure_delete = ON")  # what erasing overwrites leaves no copy in the file
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


def is_read_only(error: sqlite3.Error) -> bool:
    """Say whether SQLite refused because nothing may be written to the file or beside it."""
    return _code(error) in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


def classified(error: BaseException) -> StoreError:
    """Say what a failure of SQLite or of the connection pool means to who asked."""
    if isinstance(error, ConnectionPoolClosedError):
        return StoreClosed("the store is closed: open it again")
    code = sqlite3.SQLITE_BUSY if isinstance(error, ConnectionUnavailableError) else _code(error)
    for codes, made, says in _MEANINGS:
        if code in codes:
            return made(says)
    if isinstance(error, CommitFailed):
        return OutcomeUnknown("the disk failed while recording: ask for the command's receipt before trying again")
    if code in _DAMAGED:
        return StoreDamaged("the database contradicts itself: nothing was recorded, verify it against a backup")
    what = "disk I/O error" if code == sqlite3.SQLITE_IOERR else f"SQLite's code {code}"
    return StoreUnavailable(f"the database cannot be used ({what}): nothing was recorded")


_MEANINGS: Final[tuple[tuple[set[int], type[StoreError], str], ...]] = (
    (_BUSY, StoreBusy, "another writer holds the store: nothing was recorded, try again"),
    (
        {sqlite3.SQLITE_FULL},
        StoreFull,
        "there is no room left on the disk: nothing was recorded, make room and try again",
    ),
    (
        {sqlite3.SQLITE_READONLY},
        StoreReadOnly,
        "the store can only be read here: nothing was recorded, record in the store itself",
    ),
)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what SQLite and the library raise into what the store answers."""
    try:
        yield
    except (PersistenceError, sqlite3.Error, ConnectionPoolClosedError) as error:
        raise classified(error) from error


class Queue:
    """Lets the processes that write to one file take turns.

    SQLite lets whoever asks at the right moment write, so that under load one process may wait for long. Here only
    one waits for SQLite's lock and asks often; the others wait for its place, a lock on the folder that is held for
    no longer. It makes for fairness alone: who cannot have it goes on without.
    """

    def __init__(self, folder: Path, wait: float) -> None:
        self._folder = folder
        self._wait = wait
        self._descriptor: int | None = None

    def begin(self, cursor: Statements) -> None:
        """Take SQLite's write lock when it is this process's turn; raises sqlite3.Error when it waited too long."""
        until = time.monotonic() + self._wait
        held = self._placed(until)
        try:
            _locked(cursor, until)
        finally:
            if held is not None:
                fcntl.flock(held, fcntl.LOCK_UN)

    def _placed(self, until: float) -> int | None:
        with suppress(OSError):
            if self._descriptor is None:
                self._descriptor = os.open(self._folder, os.O_RDONLY)
            while True:
                try:
                    fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return self._descriptor
                except BlockingIOError:
                    if time.monotonic() > until:
                        return None
                    time.sleep(_NEXT_IN_LINE)
        return None

    def close(self) -> None:
        """Leave the queue."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _locked(cursor: Statements, until: float) -> None:
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if _code(error) not in _BUSY or time.monotonic() > until:
                raise
            time.sleep(_FIRST_IN_LINE)


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
    def __init__(self, path: Path, lock_timeout: float, access: Access) -> None:
        super().__init__(db_name=address(path, access), pool_timeout=lock_timeout)
        self.path = path
        self.access: Access = access
        self.wait = lock_timeout

    def _create_connection(self) -> SQLiteConnection:
        try:
            return _Connection(connected(self.path, self.wait, self.access), max_age=None)
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

    def __init__(self, path: Path, lock_timeout: float, access: Access = "rw") -> None:
        super().__init__(address(path, access), originator_id_type="text")
        self.pool = _Pool(path, lock_timeout, access)
