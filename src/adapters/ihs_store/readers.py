"""The connections that read one SQLite file: each serves one caller at a time, and is kept for the next."""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from eventsourcing.persistence import ConnectionPoolClosedError

from ihs_store.port import Statements
from ihs_store.sqlite import Access, connected


class Readers:
    """As many connections as there are callers at once. Nobody waits for one: in WAL, readers wait for nobody."""

    def __init__(self, path: Path, lock_timeout: float, access: Access) -> None:
        self._path = path
        self._lock_timeout = lock_timeout
        self._access: Access = access
        self._idle: deque[sqlite3.Connection] = deque()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Give a cursor in a transaction that reads; raises sqlite3.Error, and ConnectionPoolClosedError."""
        if self._closed:
            raise ConnectionPoolClosedError
        database = self._taken()
        try:
            with closing(database.cursor()) as cursor:  # one left open holds on to what it reads
                cursor.execute("BEGIN")
                yield cursor
        finally:
            self._give_back(database)

    def _taken(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            database = connected(self._path, self._lock_timeout, self._access)
            database.row_factory = None
            return database

    def _give_back(self, database: sqlite3.Connection) -> None:
        try:
            database.rollback()
        except sqlite3.Error:
            database.close()
            raise
        self._idle.append(database)
        if self._closed:
            self._close_idle()

    def close(self) -> None:
        """Close those that nobody uses, and each other once it is given back: under another's hands it would crash."""
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        while True:
            try:
                self._idle.pop().close()
            except IndexError:
                return
