"""A store in one SQLite file: what is opened as one, and how it is read and written."""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

from eventsourcing.persistence import ConnectionPoolClosedError

from ihs_store.asked import Asked
from ihs_store.errors import (
    ForeignDatabase,
    NotADatabase,
    StoreIsEmpty,
    StoreIsNotAFile,
    StoreMissing,
    StoreUnavailable,
)
from ihs_store.inserting import LookAgain
from ihs_store.keeping import Store, info_of
from ihs_store.laying import Laid
from ihs_store.port import Setting, Statements
from ihs_store.readers import Readers
from ihs_store.recorder import RecordRecorder
from ihs_store.schema import APPLICATION_ID, FORMAT, refuse_other_format
from ihs_store.sqlite import (
    Access,
    CommitFailed,
    Queue,
    RecordDatastore,
    address,
    classified,
    connected,
    is_read_only,
    plainly,
)
from ihs_store.stamping import Clock, Keeper
from ihs_store.writing import Writer

LOOK_AGAIN: Final = 0.005
_CORRUPTS: Final = "a crash leaves a damaged file: PRAGMA journal_mode = WAL"
_FORGETS: Final = "what was acknowledged is lost when the power fails: open it with this program alone"
_UNSAFE: Final = {
    "journal_mode": {"off": _CORRUPTS, "memory": _CORRUPTS},
    "synchronous": {"off": _FORGETS, "normal": _FORGETS},
    "secure_delete": {"off": "what is erased stays in the file: use an SQLite that overwrites"},
}
"""Settings that cost something, and what."""
_WORDS: Final = {"synchronous": ("off", "normal", "full", "extra"), "secure_delete": ("off", "on", "fast")}
"""What SQLite tells of its settings by number."""
_EFFECTIVE: Final = os.access in os.supports_effective_ids


def _refuse_what_is_no_store(path: Path) -> None:
    try:
        _refuse_what_is_no_file(path)
        # Through SQLite: closing a descriptor of our own would drop this process's locks on the file.
        with closing(sqlite3.connect(address(path, "ro&immutable=1"), uri=True)) as database:
            # Without it, a size that another process is just changing would pass for damage.
            database.execute("PRAGMA writable_schema = ON")
            _refuse_foreign(path, database)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be looked at: {error.strerror}") from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise NotADatabase(f"{path} is not a store: it is not an SQLite database") from error
        raise classified(error) from error


def _refuse_what_is_no_file(path: Path) -> None:
    if not path.exists():
        raise StoreMissing(f"there is no store at {path}: create one first")
    if not path.is_file():
        raise StoreIsNotAFile(f"{path} is not a file: name the store's own file")
    if path.stat().st_size == 0:
        raise StoreIsEmpty(f"{path} is empty: remove it, then create the store")


def _refuse_foreign(path: Path, database: sqlite3.Connection) -> None:
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    if pages == 0:
        # SQLite takes a file shorter than a page for a database that is yet to be filled.
        raise NotADatabase(f"{path} is not a store: it is not an SQLite database")
    (owner,) = database.execute("PRAGMA application_id").fetchone()
    if owner != APPLICATION_ID:
        raise ForeignDatabase(f"{path} is not a store: it is another program's SQLite database")


@contextmanager
def looked_into(path: Path, lock_timeout: float) -> Iterator[tuple[sqlite3.Connection, Access]]:
    """Open the store in a file, of whatever format, and say how it may be used; StoreNotOpened, StoreUnavailable."""
    _refuse_what_is_no_store(path)
    with plainly():
        access = _access(path, lock_timeout)
        with closing(connected(path, lock_timeout, access)) as database:
            yield database, access


def open_file(path: Path, clock: Clock, lock_timeout: float) -> Store:
    """Open the store in a file, for reading only where nothing may be written there; else StoreNotOpened."""
    with looked_into(path, lock_timeout) as (database, access):
        refuse_other_format(int(database.execute("PRAGMA user_version").fetchone()[0]))
        info = info_of(dict(database.execute("SELECT key, value FROM meta").fetchall()), FORMAT)
    return Store(SQLiteFile(path, access, Keeper(info.kind, clock), lock_timeout), info, str(path))


def _access(path: Path, lock_timeout: float) -> Access:
    """Find out by trying: who may write is for the file system to say."""
    try:
        with closing(connected(path, lock_timeout, "rw")) as database:
            database.execute("SELECT 1 FROM meta").fetchone()
    except sqlite3.OperationalError as error:
        if not is_read_only(error) or _may_be_written(path):
            raise
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise StoreUnavailable(
                f"{path} was copied while it was in use, and nothing may be written there: copy it by a backup"
            ) from error
        return "ro&immutable=1"
    return "rw"


def _may_be_written(path: Path) -> bool:
    """Whether it is the disk that failed, or a lack of descriptors, and no want of rights.

    To read without locks what others may write to would show what never stood.
    """
    return all(os.access(place, os.W_OK, effective_ids=_EFFECTIVE) for place in (path, path.absolute().parent))


class SQLiteFile:
    """A store's file: one connection that writes, and those that read; beside them the library's own pool."""

    def __init__(self, path: Path, access: Access, keeper: Keeper, lock_timeout: float) -> None:
        path = path.absolute()  # wherever this process goes from here on
        self._path = path
        self._access: Access = access
        self._lock_timeout = lock_timeout
        self.datastore = RecordDatastore(path, lock_timeout, access)
        self._writer = Writer(keeper)
        self.recorder = RecordRecorder(self.datastore, self._writer, self._refuse_another)
        self._readers = Readers(path, lock_timeout, access)
        self._queue = Queue(path.parent, lock_timeout)
        self._writing = Lock()
        self._write: sqlite3.Connection | None = None
        self._watching: sqlite3.Connection | None = None
        self._watch = Lock()
        self._closed = False
        self._place = str(path)
        self._file = self._found()

    def _found(self) -> tuple[int, int] | None:
        """Which file is found under the store's name, None where there is none."""
        try:
            found = os.stat(self._place)  # noqa: PTH116 - at each append and reading, and in half the time
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _refuse_another(self) -> None:
        """Raise StoreUnavailable where the file that is open is no longer the one of that name."""
        if self._found() != self._file:
            raise StoreUnavailable(f"{self._path} is not the file that was opened: nothing was recorded, open it again")

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Give a cursor in a transaction that reads."""
        self._refuse_another()
        with plainly(), self._readers.reading() as c:
            yield c

    def snapshot(self) -> AbstractContextManager[Statements]:
        """Give a cursor all of whose statements see one moment: here any transaction does."""
        return self.reading()

    def commit(self, asks: Sequence[Asked]) -> None:
        """Record what several callers ask in one transaction, synced to the disk once."""
        with self._writing, plainly():
            self._refuse_closed()
            self._refuse_another()
            if self._write is None:
                self._write = connected(self._path, 0, self._access)
            try:
                self._committed(self._write.cursor(), asks)
            finally:
                self._leave()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise ConnectionPoolClosedError

    def _leave(self) -> None:
        """Close what only a writer may close, if the store was closed meanwhile."""
        if self._closed:
            self._abandon()
            self._queue.close()

    def _committed(self, c: sqlite3.Cursor, asks: Sequence[Asked]) -> None:
        try:
            recorded = self._written(c, asks)
        except BaseException:
            self._abandon()
            raise
        try:
            c.execute("COMMIT" if recorded else "ROLLBACK")
        except sqlite3.Error as error:
            self._abandon()
            raise CommitFailed(error) from error

    def _written(self, c: sqlite3.Cursor, asks: Sequence[Asked]) -> Sequence[Laid]:
        self._queue.begin(c)
        try:
            recorded = self._writer.write_at_once(c, asks)
        except LookAgain:
            c.execute("ROLLBACK")
            self._queue.begin(c)
            recorded = None
        return self._writer.write(c, asks) if recorded is None else recorded

    def _abandon(self) -> None:
        """Undo what the writing connection may have begun, and close it; the next append opens another."""
        database, self._write = self._write, None
        if database is not None:
            with suppress(sqlite3.Error):
                database.rollback()  # closing alone leaves the lock while an error's traceback holds the cursor
            database.close()

    def data_version(self) -> int:
        """Ask SQLite's own number, on a connection that never writes."""
        with self._watch, plainly():
            self._refuse_closed()
            self._refuse_another()
            if self._watching is None:
                self._watching = connected(self._path, self._lock_timeout, self._access)
            return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, version: int, timeout: float) -> int:
        """Look again and again: SQLite has nothing that tells other processes."""
        until = time.monotonic() + timeout
        while (now := self.data_version()) == version and (left := until - time.monotonic()) > 0:
            time.sleep(min(LOOK_AGAIN, left))
        return now

    def settings(self) -> list[Setting]:
        """Tell what the file's journal is, and what SQLite took of what we ask of every connection."""
        self._refuse_another()
        with plainly(), closing(connected(self._path, self._lock_timeout, self._access)) as database:
            said = {name: database.execute(f"PRAGMA {name}").fetchone()[0] for name in _UNSAFE}
        words = {name: _WORDS[name][value] if name in _WORDS else value for name, value in said.items()}
        return [Setting(name, value, _UNSAFE[name].get(value, "")) for name, value in words.items()]

    def scour(self, *, parts: bool = True) -> bool:  # noqa: ARG002 - the journal goes whole, whatever is in it
        """Bring the journal into the file and empty it, where no reader still needs it; what is freed is zeroed."""
        with self._writing, plainly():
            self._refuse_closed()
            self._refuse_another()
            with closing(connected(self._path, self._lock_timeout, self._access)) as database:
                busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Let go of the file; an append that is under way is finished first, by its own thread."""
        self._closed = True
        if self._writing.acquire(blocking=False):
            self._leave()
            self._writing.release()
        with self._watch:
            if self._watching is not None:
                self._watching.close()
            self.datastore.close()
            self._readers.close()
