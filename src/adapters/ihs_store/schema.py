"""The database's layout, and how a new one comes to stand: whole, or not at all."""

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Literal

from ihs_record.row import length_prefixed
from ihs_store.errors import NewerStore, OlderStore, OutcomeUnknown, StoreExists, StoreUnavailable
from ihs_store.folders import synced
from ihs_store.port import Kind, Statements, WrappedKey

Journal = Literal["WAL", "DELETE"]

APPLICATION_ID = int.from_bytes(b"ihs1", "big")
FORMAT = 1

HEADER = (
    "position",
    "stream",
    "version",
    "name",
    "number",
    "day",
    "occurred",
    "recorded_at",
    "actor",
    "role",
    "command",
    "correlation",
    "causation",
    "edition",
    "target",
    "schema",
    "asked",
)
COLUMNS = (*HEADER, "leaf", "checks", "emptied", "open", "sealed")
NAMED = "substr(id, 1, 1) <> '/'"
"""Of the table of keys: those that are found by their ids alone."""

_STATEMENTS = (
    # The parts stand last, so that header and leaf are read without the pages a large part fills.
    """
    CREATE TABLE records(
        position INTEGER PRIMARY KEY CHECK (position > 0),
        stream TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL,
        number INTEGER NOT NULL, day TEXT NOT NULL, occurred TEXT, recorded_at INTEGER NOT NULL,
        actor TEXT NOT NULL, role TEXT NOT NULL, command TEXT NOT NULL, correlation TEXT, causation TEXT,
        edition TEXT NOT NULL, target INTEGER NOT NULL, schema INTEGER NOT NULL, asked BLOB,
        leaf BLOB NOT NULL, checks BLOB NOT NULL, emptied BLOB, open BLOB, sealed BLOB NOT NULL,
        UNIQUE(stream, version), CHECK (open IS NULL OR emptied IS NULL)
    ) STRICT
    """,
    # By the id of a command's first event: half as long as most commands' own ids.
    """
    CREATE TABLE receipts(event BLOB PRIMARY KEY, first INTEGER NOT NULL, count INTEGER NOT NULL)
        STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE ledger(one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,
        frontier BLOB NOT NULL) STRICT
    """,
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # The position is that of the record a key was made with; 0 for those the store began with. A narrative's key is
    # found by its place, so that its id is no more than "/" and its path; any other is found by its id.
    """
    CREATE TABLE keys(position INTEGER NOT NULL, id TEXT NOT NULL, wrapped BLOB, commitment BLOB NOT NULL,
        PRIMARY KEY(position, id)) STRICT, WITHOUT ROWID
    """,
    f"CREATE UNIQUE INDEX keys_by_id ON keys(id) WHERE {NAMED}",
    # The library reads its own names; through this view its SQL runs on our table as it is.
    """
    CREATE VIEW stored_events(rowid, originator_id, originator_version, topic, state) AS
        SELECT position, stream, version, name, ifnull(substr(open, 17), x'') FROM records
    """,
    # No guard against an intruder (the ledger is that), but against a slip of the hand.
    """
    CREATE TRIGGER records_stay BEFORE DELETE ON records
        BEGIN SELECT raise(ABORT, 'a record is never deleted'); END
    """,
    f"""
    CREATE TRIGGER records_stand BEFORE UPDATE OF {", ".join((*HEADER, "leaf", "checks", "sealed"))} ON records
        BEGIN SELECT raise(ABORT, 'a record is never changed'); END
    """,
    """
    CREATE TRIGGER parts_empty BEFORE UPDATE OF open, emptied ON records
        WHEN new.open IS NOT NULL OR new.emptied IS NULL OR old.open IS NULL
        BEGIN SELECT raise(ABORT, 'an open part is only ever emptied'); END
    """,
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)


Fill = Callable[[Statements], None]
"""What puts the first rows into tables that stand empty, in the transaction that makes them."""


def new_store(kind: Kind, created_at: int, keys: Sequence[WrappedKey], name: str) -> Fill:
    """Begin a store with nothing on record; `name` begins the origin of its checkpoints."""
    meta = _meta(kind, created_at, keys, name)

    def fill(c: Statements) -> None:
        c.execute("INSERT INTO ledger VALUES (1, 0, ?)", (b"",))
        c.executemany("INSERT INTO meta VALUES (?, ?)", [*meta.items()])
        c.executemany("INSERT INTO keys VALUES (0, ?, ?, ?)", [(key.id, key.wrapped, key.commitment) for key in keys])

    return fill


def origin_of(name: str, said: Mapping[str, str]) -> str:
    """Give the name a store's checkpoints go by: the one it was given, and a digest of all it says of itself for ever.

    Its format may change by migration, so that is not part of it.
    """
    pieces = (piece for key, value in sorted(said.items()) if key != "format" for piece in (key, value))
    return f"{name}/{sha256(length_prefixed(piece.encode() for piece in (name, *pieces))).hexdigest()[:32]}"


def _meta(kind: Kind, created_at: int, keys: Sequence[WrappedKey], name: str) -> dict[str, str]:
    held = length_prefixed(piece for key in sorted(keys, key=by_id) for piece in (key.id.encode(), key.commitment))
    said = {
        "format": str(FORMAT),
        "kind": kind,
        "created_at": str(created_at),
        "store": secrets.token_hex(16),
        "keys": sha256(held).hexdigest(),
    }
    return {**said, "origin": origin_of(name, said)}


def by_id(key: WrappedKey) -> str:
    """Order keys by their ids."""
    return key.id


def _fill(path: Path, fill: Fill, journal: Journal) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Without a journal of its own until it is whole: closing carries that journal over, and tells no failure of it.
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN IMMEDIATE")
        for statement in _STATEMENTS:
            database.execute(statement)
        fill(database.cursor())
        database.execute("COMMIT")
        database.execute(f"PRAGMA journal_mode = {journal}")


def _exists(path: Path) -> StoreExists:
    return StoreExists(f"{path} already exists: choose another place, or open the store that is there")


def _beside(path: Path) -> Iterator[Path]:
    """A store's file, and those that SQLite may keep beside it."""
    yield from (path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal"))


def refuse_leftovers(path: Path) -> None:
    """Raise StoreExists where a store, or what is left of one, stands already."""
    for standing in _beside(path):
        if os.path.lexists(standing):
            # A journal left over from a lost database would be played into the new one.
            raise _exists(standing)


def lay_out(path: Path, fill: Fill, journal: Journal = "WAL", check: Callable[[Path], None] | None = None) -> None:
    """Create a store's file; of many who try at once one does, and the others get StoreExists.

    It is filled, and *check* made, under another name, then linked into place: no one ever opens half a store.
    """
    refuse_leftovers(path)
    draft = path.with_name(f".{path.name[:200]}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _fill(draft, fill, journal)
        if check is not None:
            check(draft)
        os.link(draft, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:  # its own words would name the draft
        raise StoreUnavailable(f"{path} cannot be created: {error.strerror}") from error
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path} cannot be created: {error}") from error
    finally:
        for left in _beside(draft):
            with suppress(OSError):
                left.unlink()
    _keep_name(path)


def _keep_name(path: Path) -> None:
    """Have a file that was just linked into place stay there. It is not taken away again: others may use it by now."""
    try:
        synced(path.parent)
    except OSError as error:
        raise OutcomeUnknown(f"{path} was created, but the disk failed: open it to see whether it stayed") from error


def refuse_newer(version: int) -> None:
    """Raise NewerStore where a store has a format that this program does not know."""
    if version > FORMAT:
        formats = f"format {version}, this program knows up to {FORMAT}"
        raise NewerStore(f"the store has {formats}: use a newer version of it")


def refuse_other_format(version: int) -> None:
    """Raise NewerStore or OlderStore unless a store has the format that this program reads and writes."""
    refuse_newer(version)
    if version < FORMAT:
        formats = f"format {version}, this program reads {FORMAT}"
        raise OlderStore(f"the store has {formats}: make a backup with the older one, then type ihs store migrate")
