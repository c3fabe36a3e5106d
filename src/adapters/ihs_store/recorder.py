"""The library's recorder over our own table: position, leaf, tree, receipt and keys in one transaction."""

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from attrs import define, frozen
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from ihs_ledger.tree import Frontier, TreeDamaged
from ihs_record.leaf import LIVE, REHEARSAL, chained
from ihs_record.row import (
    EVENT_ID_SIZE,
    SALT_SIZE,
    Draft,
    Emptied,
    Part,
    PartsDamaged,
    Row,
    SealedPart,
    event_id,
    instant,
    read_back,
    written,
)
from ihs_store.errors import (
    ClockWentBack,
    CommandReused,
    KeyIdTaken,
    KeySealsNothing,
    RecordedAtMissing,
    RecordedAtRefused,
    StoreDamaged,
    VersionConflict,
)
from ihs_store.port import Command, Kind, Receipt, WrappedKey
from ihs_store.schema import COLUMNS, HEADER
from ihs_store.sqlite import RecordDatastore

Clock = Callable[[], int]

SELECT_RECORDS = f"SELECT {', '.join(COLUMNS)} FROM records"  # noqa: S608 - our own column names
_INSERT_RECORD = f"INSERT INTO records({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
_SELECT_END = "SELECT version, leaf FROM records WHERE stream = ? ORDER BY version DESC LIMIT 1"
_LARGEST_STEP_BACK = 2_000_000


def wall_clock() -> int:
    """Read the machine's clock: microseconds since 1970, UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class StoredDraft(StoredEvent):
    """A draft on its way through the library, whose own events are dataclasses."""

    draft: Draft


@define
class Asked:
    """What one append asks beside its drafts, and, once its rows are in, the receipt it gets."""

    command: Command | None = None
    recorded_at: int | None = None
    keys: Sequence[WrappedKey] = ()
    receipt: Receipt | None = None


class AlreadyRecorded(Exception):
    """The command is on record, with the same content: good news, and the transaction's way out."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("this command is already on record")
        self.receipt = receipt


@frozen
class _Standing:
    """The record's end, as the transaction found it."""

    tree: Frontier
    recorded_at: int | None


def receipt_of(c: SQLiteCursor, command_id: str) -> tuple[Receipt, bytes] | None:
    """Read a command's receipt and MAC, None where it recorded nothing."""
    c.execute("SELECT first, count FROM receipts WHERE command = ?", (command_id,))
    found = c.fetchone()
    if found is None:
        return None
    first, count = found
    c.execute(
        "SELECT stream, version, recorded_at, asked FROM records WHERE position BETWEEN ? AND ? ORDER BY position",
        (first, first + count - 1),
    )
    rows = c.fetchall()
    if len(rows) != count or rows[0]["asked"] is None:
        raise StoreDamaged("a receipt's records are missing: verify the store against a backup")
    versions = tuple((row["stream"], row["version"]) for row in rows)
    recorded_at = instant(rows[0]["recorded_at"])
    return Receipt(command_id, first, count, recorded_at, again=True, versions=versions), rows[0]["asked"]


def refuse_a_second_time(c: SQLiteCursor, command: Command | None) -> None:
    """Raise AlreadyRecorded, or CommandReused, where the command is on record."""
    found = receipt_of(c, command.id) if command else None
    if found is None or command is None:
        return
    receipt, mac = found
    if not secrets.compare_digest(mac, command.mac):
        raise CommandReused("this command id is on record with other content: use a new id for a new command")
    raise AlreadyRecorded(receipt)


def row_of(record: sqlite3.Row) -> Row:
    """Read one record as selected by SELECT_RECORDS; StoreDamaged where a part is not as it was written."""
    *header, leaf, checks, salt, emptied, content, sealed = record
    if content is not None and emptied is not None:
        raise StoreDamaged(f"record {record[0]} has an open part beside the mark of one emptied: verify the store")
    opened: Part | Emptied | None = None
    if content is not None:
        opened = Part(salt or b"", content)
    elif emptied is not None:
        opened = Emptied(emptied)
    try:
        return Row._make((*header, opened, read_back(sealed), leaf, checks))
    except PartsDamaged as error:
        raise StoreDamaged(f"record {record[0]} cannot be read: {error}") from error


def _columns(row: Row) -> tuple[object, ...]:
    salt, content = row.open if isinstance(row.open, Part) else (None, None)
    return (*row[: len(HEADER)], row.leaf, row.checks, salt, None, content, written(row.sealed))


def _salted(content: bytes | None) -> Part | None:
    return None if content is None else Part(secrets.token_bytes(SALT_SIZE), content)


def _bare(event: StoredEvent, position: int, ident: bytes, recorded_at: int, command: str, mac: bytes | None) -> Row:
    return Row(
        position=position,
        stream=str(event.originator_id),
        version=event.originator_version,
        name=event.topic,
        event=ident,
        day="",
        occurred=None,
        recorded_at=recorded_at,
        actor="",
        role="",
        command=command,
        correlation=None,
        causation=None,
        edition="",
        target=0,
        schema=0,
        asked=mac,
        open=_salted(event.state),
        sealed=(),
    )


def _row(event: StoredEvent, position: int, number: int, recorded_at: int, asked: Command | None) -> Row:
    """Lay a draft out as a row, still without its leaf; a bare event of the library gets neutral headers."""
    command = asked.id if asked else ""
    ident = event_id(command, number) if command else secrets.token_bytes(EVENT_ID_SIZE)
    mac = asked.mac if asked and number == 1 else None
    if not isinstance(event, StoredDraft):
        return _bare(event, position, ident, recorded_at, command, mac)
    d = event.draft
    return Row(
        position=position,
        stream=d.stream,
        version=d.version,
        name=d.name,
        event=ident,
        day=d.day,
        occurred=d.occurred,
        recorded_at=recorded_at,
        actor=d.actor,
        role=d.role,
        command=command,
        correlation=d.correlation,
        causation=d.causation,
        edition=d.edition,
        target=d.target,
        schema=d.schema,
        asked=mac,
        open=_salted(d.open),
        sealed=tuple(SealedPart(key, secrets.token_bytes(SALT_SIZE), content) for key, content in d.sealed),
    )


class _Streams:
    """Where each stream touched by one transaction stands: its version and its last leaf."""

    def __init__(self, c: SQLiteCursor) -> None:
        self._c = c
        self._ends: dict[str, tuple[int, bytes]] = {}

    def end(self, stream: str) -> tuple[int, bytes]:
        if stream not in self._ends:
            self._c.execute(_SELECT_END, (stream,))
            found = self._c.fetchone()
            self._ends[stream] = (0, b"") if found is None else (found["version"], found["leaf"])
        return self._ends[stream]

    def grow(self, row: Row) -> None:
        self._ends[row.stream] = (row.version, row.leaf)


class _Made:
    """The new keys of one append, each made with the first of its records that is sealed under it."""

    def __init__(self, keys: Iterable[WrappedKey]) -> None:
        self.unused = {key.id: key for key in keys}
        self.at: list[tuple[int, WrappedKey]] = []

    def by(self, row: Row) -> list[tuple[str, bytes]]:
        made = [self.unused.pop(key) for key in dict.fromkeys(row.keys) if key in self.unused]
        self.at += ((row.position, key) for key in made)
        return [(key.id, key.commitment) for key in made]


class RecordRecorder(SQLiteApplicationRecorder):
    """Inserts bytes with their ledger; reads, for the library, through the view with the library's names."""

    datastore: RecordDatastore

    def __init__(self, datastore: RecordDatastore, *, kind: Kind = "live", clock: Clock = wall_clock) -> None:
        super().__init__(datastore)
        self.kind = kind
        self.tag = REHEARSAL if kind == "rehearsal" else LIVE
        self.clock = clock

    def construct_create_table_statements(self) -> list[str]:
        """Create nothing: a store's tables come to stand with its file."""
        return []

    def _insert_events(
        self,
        c: SQLiteCursor,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,
    ) -> Sequence[int]:
        asked: Asked = kwargs.get("asked") or Asked()
        refuse_a_second_time(c, asked.command)
        if not stored_events:
            return []
        standing = self._standing(c)
        made = _Made(asked.keys)
        rows = self._rows(_Streams(c), stored_events, asked, standing, made)
        c.executemany(_INSERT_RECORD, map(_columns, rows))
        tree = standing.tree.grown(row.leaf for row in rows)
        c.execute("UPDATE ledger SET size = ?, frontier = ?", (tree.size, tree.to_bytes()))
        _insert_keys(c, made)
        asked.receipt = _insert_receipt(c, asked.command, rows)
        return [row.position for row in rows]

    def _rows(
        self, streams: _Streams, events: Iterable[StoredEvent], asked: Asked, standing: _Standing, made: "_Made"
    ) -> list[Row]:
        recorded_at = self._recorded_at(asked.recorded_at, standing.recorded_at)
        rows: list[Row] = []
        for number, event in enumerate(events, start=1):
            row = _row(event, standing.tree.size + number, number, recorded_at, asked.command)
            version, previous = streams.end(row.stream)
            if isinstance(event, StoredDraft) and row.version != version + 1:
                raise VersionConflict(row.stream, version)
            row = chained(row, previous, self.tag, made.by(row))
            streams.grow(row)
            rows.append(row)
        return rows

    def _standing(self, c: SQLiteCursor) -> _Standing:
        c.execute("SELECT size, frontier, recorded_at FROM ledger LEFT JOIN records ON position = size")
        found = c.fetchone()
        try:
            tree = Frontier.from_bytes(found["size"], found["frontier"])
        except (TreeDamaged, TypeError) as error:
            raise StoreDamaged("the ledger's row is damaged: verify the store against a backup") from error
        if tree.size and found["recorded_at"] is None:
            raise StoreDamaged("the last record is missing: verify the store against a backup")
        return _Standing(tree, found["recorded_at"])

    def _recorded_at(self, given: int | None, last: int | None) -> int:
        if self.kind == "live" and given is not None:
            raise RecordedAtRefused("a live store stamps the time of recording itself: give none")
        if self.kind == "rehearsal" and given is None:
            raise RecordedAtMissing("a rehearsal store is told the time of recording: give recorded_at")
        now = self.clock() if given is None else given
        if last is None or now >= last:
            return now
        if given is None and last - now <= _LARGEST_STEP_BACK:
            return last
        raise ClockWentBack(
            f"the time of recording would lie {(last - now) / 1e6:.6f} s before the last record's: "
            "set the clock right, or wait until it has passed"
        )


def _insert_keys(c: SQLiteCursor, made: _Made) -> None:
    if made.unused:
        raise KeySealsNothing("a new key seals none of the parts it came with: append it with the part it seals")
    for position, key in made.at:
        values = (key.id, key.wrapped, key.commitment, position)
        c.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?) RETURNING id", values)
        if c.fetchone() is None:
            raise KeyIdTaken(key.id)


def _insert_receipt(c: SQLiteCursor, command: Command | None, rows: Sequence[Row]) -> Receipt:
    first = rows[0].position
    if command:
        c.execute("INSERT INTO receipts VALUES (?, ?, ?)", (command.id, first, len(rows)))
    return Receipt(
        command=command.id if command else None,
        first=first,
        count=len(rows),
        recorded_at=instant(rows[0].recorded_at),
        again=False,
        versions=tuple((row.stream, row.version) for row in rows),
    )
