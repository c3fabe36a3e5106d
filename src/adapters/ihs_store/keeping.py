"""A store, whichever database keeps it: reading, appending, and what stands behind both."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from typing import Final, Protocol, cast

from eventsourcing.persistence import ApplicationRecorder

from ihs_record.row import Draft, Row, instant, micros
from ihs_store.application import Records
from ihs_store.asked import Asked
from ihs_store.errors import StoreDamaged
from ihs_store.grouping import Group
from ihs_store.key_rows import where
from ihs_store.port import Changing, Command, Head, Info, Kind, Receipt, RecordStore, Setting, Statements, WrappedKey
from ihs_store.schema import NAMED
from ihs_store.soon import Soon, refuse_from_memory
from ihs_store.writing import SELECT_RECORDS, SELECT_STANDING, receipt_of, row_of, tree_of

_LAST_CHARACTER: Final = "\U0010ffff"
_LARGEST_POSITION: Final = (1 << 63) - 1


class Database(Protocol):
    """What SQLite and PostgreSQL each do in their own way. All of it raises StoreErrors and no others."""

    @property
    def recorder(self) -> ApplicationRecorder:
        """The library's recorder on this database."""

    def reading(self) -> AbstractContextManager[Statements]:
        """Give a cursor to read with."""

    def snapshot(self) -> AbstractContextManager[Statements]:
        """Give a cursor all of whose statements see the store as it stands at one moment."""

    def commit(self, asks: Sequence[Asked]) -> None:
        """Record what several callers ask in one durable transaction, and settle the outcome of each."""

    def settings(self) -> list[Setting]:
        """Tell how the database is set up to keep what it acknowledged."""

    def data_version(self) -> int:
        """Give a number that changes whenever anyone has recorded."""

    def wait(self, version: int, timeout: float) -> int:
        """Wait until the data version is another, at most `timeout` seconds; give the one that then is."""

    def scour(self, *, parts: bool = True) -> bool:
        """Leave no copy of what was destroyed: see RecordStore."""

    def close(self) -> None:
        """Let go of the database."""


class Store(RecordStore):
    """A store over one of the databases. Appends that come at the same time are committed together."""

    def __init__(self, database: Database, info: Info, address: str) -> None:
        self._database = database
        self.address = address  # as it may be printed, without a password
        self._info = info
        self._group = Group(database.commit)

    @cached_property
    def records(self) -> Records:
        """The library's application on this store, for the library's own extensions."""
        return Records(self._database.recorder)

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        command: Command | None = None,
        recorded_at: datetime | None = None,
        keys: Sequence[WrappedKey] = (),
        change: Changing | None = None,
    ) -> Receipt:
        """Record all drafts or none: see RecordStore."""
        refuse_from_memory()
        at = None if recorded_at is None else micros(recorded_at)
        return self._group.append(Asked(drafts, command, at, keys, change))

    def soon(self, run: Callable[[Callable[[], None]], object]) -> Soon:
        """Give the same appends for event loops: see RecordStore."""
        return Soon(self._group.append_all, run)

    def _reading(self) -> AbstractContextManager[Statements]:
        refuse_from_memory()
        return self._database.reading()

    def receipt(self, command_id: str) -> Receipt | None:
        """Give the receipt of a command: see RecordStore."""
        with self._reading() as c:
            return receipt_of(c, command_id)

    def stream(
        self, stream: str, *, upto: int | None = None, after_version: int = 0, names: Collection[str] = ()
    ) -> list[Row]:
        """Give a stream's records: see RecordStore."""
        return self._rows(
            f"WHERE stream = ? AND version > ? AND position > 0 AND position <= ? {_named(names)}ORDER BY version",
            (stream, after_version, _LARGEST_POSITION if upto is None else upto, *names),
        )

    def standing(self, stream: str) -> int:
        """Tell the last version of a stream: see RecordStore."""
        with self._reading() as c:
            c.execute("SELECT max(version) FROM records WHERE stream = ?", (stream,))
            return c.fetchone()[0] or 0

    def read(self, after: int, *, limit: int = 1000, upto: int | None = None, names: Collection[str] = ()) -> list[Row]:
        """Give the records after a position: see RecordStore."""
        return self._rows(
            f"WHERE position > ? AND position <= ? {_named(names)}ORDER BY position LIMIT ?",
            (after, _LARGEST_POSITION if upto is None else upto, *names, limit),
        )

    def places(self, after: int, *, limit: int = 1000) -> list[tuple[int, str]]:
        """Give position and stream of the records after a position: see RecordStore."""
        with self._reading() as c:
            c.execute(
                "SELECT position, stream FROM records WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
            )
            return [(position, stream) for position, stream in c.fetchall()]

    def _rows(self, where: str, values: tuple[object, ...]) -> list[Row]:
        with self._reading() as c:
            c.execute(f"{SELECT_RECORDS} {where}", values)
            return [row_of(record) for record in c.fetchall()]

    def streams(self, prefix: str) -> list[str]:
        """Give the names of streams: see RecordStore. It skips through the index from name to name."""
        past = prefix + _LAST_CHARACTER
        with self._reading() as c:
            c.execute(
                """
                WITH RECURSIVE named(stream) AS (
                    SELECT min(stream) FROM records WHERE stream >= ? AND stream < ?
                    UNION ALL
                    SELECT (SELECT min(stream) FROM records WHERE stream > named.stream AND stream < ?)
                    FROM named WHERE named.stream IS NOT NULL
                )
                SELECT stream FROM named WHERE stream IS NOT NULL
                """,
                (prefix, past, past),
            )
            return [stream for (stream,) in c.fetchall()]

    def head(self) -> Head:
        """Tell where the record stands: see RecordStore."""
        with self._reading() as c:
            c.execute(SELECT_STANDING)
            size, frontier, recorded_at = c.fetchone()
        return Head(size, None if recorded_at is None else instant(recorded_at), tree_of(size, frontier).root)

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
        return int(low)

    def key(self, key_id: str) -> WrappedKey | None:
        """Give a data key as it is kept: see RecordStore."""
        with self._reading() as c:
            place, values = where(key_id)
            c.execute(f"SELECT wrapped, commitment FROM keys WHERE {place}", values)  # noqa: S608 - our own conditions
            found = c.fetchone()
        return WrappedKey(key_id, *found) if found else None

    def keys(self, prefix: str) -> dict[str, WrappedKey]:
        """Give the data keys whose ids begin with a prefix: see RecordStore."""
        with self._reading() as c:
            c.execute(
                f"SELECT id, wrapped, commitment FROM keys WHERE id >= ? AND id < ? AND {NAMED}",  # noqa: S608
                (prefix, prefix + _LAST_CHARACTER),
            )
            return {found[0]: WrappedKey(*found) for found in c.fetchall()}

    def snapshot(self) -> AbstractContextManager[Statements]:
        """Give a cursor all of whose statements see the store as it stands at one moment: for copying it whole."""
        return self._database.snapshot()

    def info(self) -> Info:
        """Tell what kind of store this is."""
        return self._info

    def settings(self) -> list[Setting]:
        """Tell how the database is set up: see RecordStore."""
        return self._database.settings()

    def data_version(self) -> int:
        """Give a number that changes whenever anyone records: see RecordStore."""
        return self._database.data_version()

    def wait(self, version: int, timeout: float) -> int:
        """Wait until somebody has recorded: see RecordStore."""
        return self._database.wait(version, timeout)

    def scour(self, *, parts: bool = True) -> bool:
        """Leave no copy of what was destroyed: see RecordStore."""
        return self._database.scour(parts=parts)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def _named(names: Collection[str]) -> str:
    """What keeps a statement to records of these stored names, where any are given."""
    return f"AND name IN ({', '.join('?' * len(names))}) " if names else ""


def info_of(meta: dict[str, str], version: int) -> Info:
    """Read what a store says of itself; StoreDamaged where it does not say it."""
    try:
        kind, store, created_at, origin = meta["kind"], meta["store"], int(meta["created_at"]), meta["origin"]
        known = {"live": "live", "rehearsal": "rehearsal"}[kind]
    except (KeyError, ValueError) as error:
        raise StoreDamaged("the store does not say what it is: restore it from a backup") from error
    return Info(store, cast("Kind", known), version, instant(created_at), origin)
