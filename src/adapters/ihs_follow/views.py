"""Views: the rows of projections in a database of their own, which can be thrown away and made again."""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

from ihs_cases.cases import Cases
from ihs_domain.history import History
from ihs_domain.ports import Projection
from ihs_follow.sink import Batch, NotThisRecord
from ihs_store.errors import StoreDamaged, StoreError

READ: Final[dict[type, Callable[[Any], Any]]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    bool: bool,
}
OWNER: Final = 0x49485356  # "IHSV"
_OF_OUR_OWN: Final = {
    "standing": "CREATE TABLE standing(position INTEGER NOT NULL, store TEXT)",
    "parked": "CREATE TABLE parked(case_id TEXT PRIMARY KEY, reason TEXT NOT NULL, skipped INTEGER NOT NULL)",
}
LONGEST_WAIT: Final = 60.0
"""Seconds that a follower waits while another one writes to the same file."""


class NotAViewFile(Exception):
    """The file is some other program's database: nothing was written to it."""


class FedFromAnotherStore(NotThisRecord):
    """The views were made from another store: nothing was written to them."""


class ViewFileNotOpened(NotAViewFile):
    """There is no such file, or none can be made there."""


class Standing(NamedTuple):
    """Up to where the views in a file are made, of which store, and which cases are parked, with the kind of error.

    Of these, *skipped* are those that somebody said to go on without.
    """

    position: int = 0
    store: str | None = None
    parked: Mapping[str, str] = MappingProxyType({})
    skipped: frozenset[str] = frozenset()

    @property
    def waiting(self) -> list[str]:
        """The parked cases that nobody said to skip."""
        return [case for case in self.parked if case not in self.skipped]


def standing_of(path: Path) -> Standing:
    """Read where the views in a file stand, and touch nothing of them. Raises NotAViewFile."""
    with _opening(path), closing(_connected(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        if not _laid_out(db, str(path)):
            return Standing()
        db.execute("BEGIN")
        [(position, store)] = db.execute("SELECT position, store FROM standing").fetchall()
        parked = db.execute("SELECT case_id, reason, skipped FROM parked ORDER BY case_id").fetchall()
    reasons = {case: reason for case, reason, _ in parked}
    return Standing(position, store, reasons, frozenset(case for case, _, skipped in parked if skipped))


def _connected(database: str | Path, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(database, isolation_level=None, check_same_thread=False, timeout=LONGEST_WAIT, uri=uri)


@contextmanager
def _opening(file: str | Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CANTOPEN:
            raise
        why = f"{file} cannot be opened: name a file for the views alone, in a folder that is there"
        raise ViewFileNotOpened(why) from error


class Views:
    """A sink that keeps the rows of *projections*, each case's replaced whole whenever it is touched.

    The rows and the position are written in one transaction. A case that cannot be read, or not projected, is parked
    with the reason: its last good rows stay, and it is tried again whenever it is touched. Several followers may feed
    one file.
    """

    name = "views"

    def __init__(self, path: str | Path, projections: Sequence[Projection]) -> None:
        self._projections = {p.name: p for p in projections}
        self._lock = threading.RLock()
        _make_for_its_owner_alone(path)
        with _opening(path):
            self._db = _connected(path)
            try:
                self._lay_out(str(path))
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def position(self) -> int:
        """The position up to which every row is made."""
        with self._lock:
            return int(self._db.execute("SELECT position FROM standing").fetchone()[0])

    def accept(self, batch: Batch) -> None:
        """Make the rows of every touched case again, as at the end of the batch."""
        with self._transaction() as db:
            if self.position() >= batch.upto:
                return  # another follower was faster: its rows are newer than ours would be
            store = batch.cases.store.info().store
            if db.execute("SELECT store FROM standing").fetchone()[0] not in {None, store}:
                raise FedFromAnotherStore("these views were made from another store: name another file for this one")
            for case_id in batch.touched():
                self._replace(db, batch, case_id)
            db.execute("UPDATE standing SET position = ?, store = ?", (batch.upto, store))

    def rows(self, projection: str, case_id: str | None = None) -> list[Any]:
        """The rows of one projection, of one case or of all: by case, and within a case in the projection's order."""
        shape = self._projections[projection]
        where, values = ("WHERE case_id = ?", (case_id,)) if case_id is not None else ("", ())
        statement = f"SELECT {_columns(shape)} FROM {_table(shape)} {where} ORDER BY case_id, rowid"  # noqa: S608
        with self._lock:
            found = self._db.execute(statement, values).fetchall()
        readers = [_reader(hint) for hint in get_type_hints(shape.row).values()]
        return [shape.row(*(read(value) for read, value in zip(readers, row, strict=True))) for row in found]

    def parked(self) -> dict[str, str]:
        """The parked cases, each with the kind of error that parked it; its words may hold personal data."""
        with self._lock:
            return dict(self._db.execute("SELECT case_id, reason FROM parked ORDER BY case_id").fetchall())

    def skipped(self) -> frozenset[str]:
        """Those of the parked cases that somebody said to go on without."""
        with self._lock:
            return frozenset(id_ for (id_,) in self._db.execute("SELECT case_id FROM parked WHERE skipped"))

    def skip(self, case_id: str) -> bool:
        """Go on without a parked case until it is touched again; False where it is not parked."""
        with self._transaction() as db:
            return db.execute("UPDATE parked SET skipped = 1 WHERE case_id = ?", (case_id,)).rowcount > 0

    def retry(self, cases: Cases, case_id: str) -> bool:
        """Make the rows of a case again, as at the position of all others; whether it is no longer parked."""
        with self._transaction() as db:
            self._replace(db, Batch(self.position(), (), cases), case_id)
            return db.execute("SELECT 1 FROM parked WHERE case_id = ?", (case_id,)).fetchone() is None

    def take_over(self, made: "Views") -> bool:
        """Put the rows of views made anew in place of these, in one step; False where these have gone further."""
        tables = made.tables()
        with self._transaction() as db:
            if self.position() > made.position():
                return False
            for table, rows in tables.items():
                db.execute(f"DELETE FROM {table}")  # noqa: S608
                if rows:
                    db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608
        return True

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, as it is stored."""
        with self._lock:
            return {table: self._db.execute(f"SELECT * FROM {table}").fetchall() for table, _ in self._wanted()}  # noqa: S608

    def _replace(self, db: sqlite3.Connection, batch: Batch, case_id: str) -> None:
        db.execute("SAVEPOINT one_case")
        try:
            history = batch.cases.history(case_id, as_at=batch.upto)
            for projection in self._projections.values():
                _write(db, projection, case_id, history)
            db.execute("DELETE FROM parked WHERE case_id = ?", (case_id,))
        except Exception as error:  # a plugin's projection may raise anything; it holds back nobody else
            if _is_of_all_cases(error):
                raise
            db.execute("ROLLBACK TO one_case")
            db.execute("INSERT OR REPLACE INTO parked VALUES (?, ?, 0)", (case_id, type(error).__name__))
        db.execute("RELEASE one_case")

    def _lay_out(self, path: str) -> None:
        _laid_out(self._db, path)
        self._db.execute("PRAGMA journal_mode = WAL")
        with self._transaction() as db:
            if _layout(db) != self._wanted():
                self._begin_again(db)

    def _wanted(self) -> list[tuple[str, str]]:
        return sorted([*_OF_OUR_OWN.items(), *((_table(p), _create(p)) for p in self._projections.values())])

    def _begin_again(self, db: sqlite3.Connection) -> None:
        """Other projections or columns than the file was made with: everything is made again from the record."""
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            db.execute(f'DROP TABLE "{table}"')
        db.execute(f"PRAGMA application_id = {OWNER}")
        for table, create in self._wanted():
            db.execute(create)
            if table not in _OF_OUR_OWN:
                db.execute(f"CREATE INDEX {table}_of_case ON {table}(case_id)")
        db.execute("INSERT INTO standing VALUES (0, NULL)")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _make_for_its_owner_alone(path: str | Path) -> None:
    """SQLite would make it by the umask; what it makes beside it has the rights of the file itself."""
    with suppress(OSError):  # of a file that cannot be made, SQLite itself says so
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _laid_out(db: sqlite3.Connection, path: str) -> bool:
    """Whether views were laid out in a file, rather than nothing yet. Raises NotAViewFile."""
    refused = NotAViewFile(f"{path} is another program's file: name a file for the views alone")
    db.execute("BEGIN")  # both are read of one moment: somebody else may just be laying the file out
    try:
        [tables], [owner] = _count(db), db.execute("PRAGMA application_id").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise refused from error
        raise
    finally:
        db.execute("ROLLBACK")
    if owner not in {0, OWNER} or (tables and owner != OWNER):
        raise refused
    return bool(owner == OWNER)


def _is_of_all_cases(error: Exception) -> bool:
    """Whether it is the disk's trouble, or the store's, and not that of the case at hand."""
    of_store = isinstance(error, StoreError) and not isinstance(error, StoreDamaged)
    return of_store or isinstance(error, sqlite3.OperationalError)


def _write(db: sqlite3.Connection, projection: Projection, case_id: str, history: History) -> None:
    marks = ", ".join("?" * len(projection.columns))
    made = [tuple(map(_stored, row)) for row in projection.rows(case_id, history)]
    db.execute(f"DELETE FROM {_table(projection)} WHERE case_id = ?", (case_id,))  # noqa: S608
    db.executemany(f"INSERT INTO {_table(projection)} VALUES ({marks})", made)  # noqa: S608


def _table(projection: Projection) -> str:
    return f"view_{projection.name}"


def _columns(projection: Projection) -> str:
    """The columns, quoted: a column may be called `by` or `from`."""
    return ", ".join(f'"{column}"' for column in projection.columns)


def _create(projection: Projection) -> str:
    return f"CREATE TABLE {_table(projection)}({_columns(projection)})"


def _layout(db: sqlite3.Connection) -> list[tuple[str, str]]:
    found = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return sorted(found.fetchall())


def _count(db: sqlite3.Connection) -> tuple[int]:
    return (int(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]),)


def _stored(value: object) -> object:
    if isinstance(value, tuple):
        return json.dumps(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def _reader(hint: Any) -> Callable[[Any], Any]:
    """How a stored value becomes what its column's type says."""
    wanted = [a for a in get_args(hint) if a is not type(None)] if get_origin(hint) in {Union, UnionType} else [hint]
    read = _texts if get_origin(wanted[0]) is tuple else READ.get(wanted[0], _as_it_is)
    return lambda value: None if value is None else read(value)


def _as_it_is(value: object) -> object:
    return value


def _texts(value: str) -> tuple[str, ...]:
    texts: Iterable[str] = json.loads(value)
    return tuple(texts)
