"""Opening, creating and using a store by its address."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import cast

from eventsourcing.persistence import ConnectionPoolClosedError
from eventsourcing.sqlite import SQLiteCursor

from ihs_ledger.tree import Frontier, TreeDamaged
from ihs_record.row import Draft, Row, instant, micros
from ihs_store.application import Records
from ihs_store.errors import (
    ForeignDatabase,
    NewerStore,
    NotADatabase,
    NotYet,
    StoreDamaged,
    StoreIsEmpty,
    StoreIsNotAFile,
    StoreMissing,
    StoreUnavailable,
    UnknownURL,
)
from ihs_store.port import Command, Head, Info, Kind, Receipt, RecordStore, WrappedKey
from ihs_store.recorder import (
    SELECT_RECORDS,
    AlreadyRecorded,
    Asked,
    Clock,
    RecordRecorder,
    receipt_of,
    refuse_a_second_time,
    row_of,
    wall_clock,
)
from ihs_store.schema import APPLICATION_ID, FORMAT, lay_out
from ihs_store.sqlite import address, classified, connected, plainly

_LAST_CHARACTER = "\U0010ffff"
_LARGEST_POSITION = (1 << 63) - 1


def path_of(url: str) -> Path:
    """Read an address: sqlite:///relative.db, sqlite:////absolute.db, or a bare path."""
    scheme, found, rest = url.partition("://")
    if scheme in ("postgresql", "postgres") and found:
        raise NotYet("stores on PostgreSQL are not built yet: use sqlite:///FILE")
    path = rest[1:] if found and scheme == "sqlite" and rest.startswith("/") else "" if found else url
    if not path or "\x00" in path:
        forms = "sqlite:///relative.db, sqlite:////absolute.db, or a path"
        raise UnknownURL(f"the address names no store: write {forms}")
    return Path(path)


def create(
    url: str,
    *,
    rehearsal: bool = False,
    keys: Sequence[WrappedKey] = (),
    name: str = "ihs",
    clock: Clock = wall_clock,
    lock_timeout: float = 5.0,
) -> RecordStore:
    """Create a store with its first `keys` and open it; StoreExists where something stands there already.

    `name` begins the origin of its checkpoints.
    """
    path = path_of(url)
    lay_out(path, "rehearsal" if rehearsal else "live", wall_clock(), keys, name)
    return open_store(url, clock=clock, lock_timeout=lock_timeout)


def open_store(url: str, *, clock: Clock = wall_clock, lock_timeout: float = 5.0) -> RecordStore:
    """Open a store that exists; for anything else StoreNotOpened, by its kind, and nothing written to it.

    `clock` gives microseconds since 1970; a writer waits `lock_timeout` seconds for others before StoreBusy.
    """
    path = path_of(url)
    _refuse_what_is_no_store(path)
    with plainly(), closing(connected(path, lock_timeout)) as database:
        info = _info(database)
    return SQLiteStore(path, info, clock, lock_timeout)


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


def _refuse_newer(database: sqlite3.Connection) -> int:
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > FORMAT:
        formats = f"format {version}, this program knows up to {FORMAT}"
        raise NewerStore(f"the store has {formats}: use a newer version of it")
    return version


def _info(database: sqlite3.Connection) -> Info:
    version = _refuse_newer(database)
    meta = dict(database.execute("SELECT key, value FROM meta").fetchall())
    try:
        kind, store, created_at, origin = meta["kind"], meta["store"], int(meta["created_at"]), meta["origin"]
        known = {"live": "live", "rehearsal": "rehearsal"}[kind]
    except (KeyError, ValueError) as error:
        raise StoreDamaged("the store does not say what it is: restore it from a backup") from error
    return Info(store, cast("Kind", known), version, instant(created_at), origin)


class SQLiteStore(RecordStore):
    """A store in one SQLite file."""

    def __init__(self, path: Path, info: Info, clock: Clock, lock_timeout: float) -> None:
        self._path = path
        self._info = info
        self._lock_timeout = lock_timeout
        self._records = Records(path, kind=info.kind, clock=clock, lock_timeout=lock_timeout)
        self._watching: sqlite3.Connection | None = None
        self._watch = Lock()

    @contextmanager
    def _reading(self) -> Iterator[SQLiteCursor]:
        recorder = cast("RecordRecorder", self._records.recorder)
        with plainly(), recorder.datastore.transaction(commit=False) as c:
            yield c

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        command: Command | None = None,
        recorded_at: datetime | None = None,
        keys: Sequence[WrappedKey] = (),
    ) -> Receipt:
        """Record all drafts or none: see RecordStore."""
        asked = Asked(command, None if recorded_at is None else micros(recorded_at), keys)
        try:
            if not drafts:
                return self._nothing(command)
            with plainly():
                self._records.save(*drafts, asked=asked)
        except AlreadyRecorded as already:
            return already.receipt
        return cast("Receipt", asked.receipt)

    def _nothing(self, command: Command | None) -> Receipt:
        with self._reading() as c:
            refuse_a_second_time(c, command)
        return Receipt(command.id if command else None, 0, 0, None, again=False, versions=())

    def receipt(self, command_id: str) -> Receipt | None:
        """Give the receipt of a command: see RecordStore."""
        with self._reading() as c:
            found = receipt_of(c, command_id)
        return found and found[0]

    def stream(self, stream: str, *, upto: int | None = None, after_version: int = 0) -> list[Row]:
        """Give a stream's records: see RecordStore."""
        return self._rows(
            "WHERE stream = ? AND version > ? AND position > 0 AND position <= ? ORDER BY version",
            (stream, after_version, _LARGEST_POSITION if upto is None else upto),
        )

    def read(self, after: int, *, limit: int = 1000, upto: int | None = None) -> list[Row]:
        """Give the records after a position: see RecordStore."""
        return self._rows(
            "WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
            (after, _LARGEST_POSITION if upto is None else upto, limit),
        )

    def _rows(self, where: str, values: tuple[object, ...]) -> list[Row]:
        with self._reading() as c:
            c.execute(f"{SELECT_RECORDS} {where}", values)
            return [row_of(record) for record in c.fetchall()]

    def streams(self, prefix: str) -> list[str]:
        """Give the names of streams: see RecordStore. It skips through the index from name to name."""
        with self._reading() as c:
            c.execute(
                """
                WITH RECURSIVE named(stream) AS (
                    SELECT min(stream) FROM records WHERE stream >= :prefix AND stream < :past
                    UNION ALL
                    SELECT (SELECT min(stream) FROM records WHERE stream > named.stream AND stream < :past)
                    FROM named WHERE named.stream IS NOT NULL
                )
                SELECT stream FROM named WHERE stream IS NOT NULL
                """,
                {"prefix": prefix, "past": prefix + _LAST_CHARACTER},
            )
            return [stream for (stream,) in c.fetchall()]

    def head(self) -> Head:
        """Tell where the record stands: see RecordStore."""
        with self._reading() as c:
            c.execute("SELECT size, frontier, recorded_at FROM ledger LEFT JOIN records ON position = size")
            size, frontier, recorded_at = c.fetchone()
        try:
            root = Frontier.from_bytes(size, frontier).root
        except TreeDamaged as error:
            raise StoreDamaged("the ledger's row is damaged: verify the store against a backup") from error
        return Head(size, None if recorded_at is None else instant(recorded_at), root)

    def position_at(self, instant: datetime) -> int:
        """Count the records up to an instant, by halving: times of recording never go backwards."""
        wanted = micros(instant)
        with self._reading() as c:
            c.execute("SELECT size FROM ledger")
            low, high = 0, c.fetchone()[0]
            while low < high:
                middle = (low + high + 1) // 2
                c.execute("SELECT recorded_at FROM records WHERE position = ?", (middle,))
                low, high = (middle, high) if c.fetchone()[0] <= wanted else (low, middle - 1)
        return low

    def key(self, key_id: str) -> WrappedKey | None:
        """Give a data key as it is kept: see RecordStore."""
        with self._reading() as c:
            c.execute("SELECT id, wrapped, commitment FROM keys WHERE id = ?", (key_id,))
            found = c.fetchone()
        return found and WrappedKey(*found)

    def info(self) -> Info:
        """Tell what kind of store this is."""
        return self._info

    def data_version(self) -> int:
        """Give a number that changes whenever anyone records: on a connection that never writes."""
        with self._watch, plainly():
            if self._records.closing.is_set():
                raise ConnectionPoolClosedError
            if self._watching is None:
                self._watching = connected(self._path, self._lock_timeout)
            return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the database."""
        with self._watch:
            if self._watching is not None:
                self._watching.close()
            self._records.close()
