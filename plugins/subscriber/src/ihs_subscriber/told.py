"""The file of what the agency was told: what holds now, which messages came, and which cases are parked.

What was retracted is gone from the file: of a message that was applied only its name is kept, not its body.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ihs_subscriber.message import CONTROL, Message, Raw

_TABLES = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL, handle TEXT NOT NULL,
    UNIQUE (source, id)
) STRICT;
CREATE TABLE IF NOT EXISTS holding (
    handle TEXT NOT NULL, entry TEXT NOT NULL, kind TEXT NOT NULL, time TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (handle, entry)
) STRICT;
CREATE TABLE IF NOT EXISTS parked (
    number INTEGER PRIMARY KEY REFERENCES message, handle TEXT NOT NULL, trouble TEXT NOT NULL,
    subject TEXT NOT NULL, sequence INTEGER NOT NULL, headers TEXT NOT NULL, data BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS parked_by_case ON parked (handle, number);
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What the agency holds about one entry of one case."""

    handle: str
    entry: str
    kind: str
    time: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parked:
    """A case that waits: how many of its messages, and what was wrong with the first."""

    handle: str
    messages: int
    trouble: str


class Told:
    """One SQLite file, readable by its owner only; every message is in it entirely or not at all."""

    def __init__(self, file: Path | str) -> None:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        self.db = sqlite3.connect(file, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA secure_delete = ON")
        self.db.executescript(_TABLES)

    def close(self) -> None:
        """Closes the file."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it, durably, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        finally:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a transaction that is undone, and it alone, when it raises."""
        self.db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO attempt")
            raise
        finally:
            self.db.execute("RELEASE attempt")

    def note(self, source: str, id: str, handle: str) -> int | None:  # noqa: A002  # CloudEvents' own word
        """Notes that a message came; its number, or nothing when it came before."""
        sql = "INSERT INTO message (source, id, handle) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING number"
        row = self.db.execute(sql, (source, id, handle)).fetchone()
        return None if row is None else int(row[0])

    def apply(self, message: Message) -> None:
        """Brings what is held up to date: tell and replace put the entry there, retract takes it away."""
        if message.kind == CONTROL:
            return
        self.db.execute("DELETE FROM holding WHERE handle = ? AND entry = ?", (message.handle, message.entry))
        if message.what != "retract":
            row = (message.handle, message.entry, message.kind, message.time.isoformat(), message.data)
            self.db.execute("INSERT INTO holding VALUES (?, ?, ?, ?, ?)", row)

    def park(self, number: int, handle: str, trouble: str, raw: Raw) -> None:
        """Keeps a message for later, behind those of its case that wait already."""
        row = (number, handle, trouble, raw.subject, raw.sequence, json.dumps(dict(raw.headers)), raw.data)
        self.db.execute("INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def unpark(self, number: int) -> None:
        """A parked message was applied after all."""
        self.db.execute("DELETE FROM parked WHERE number = ?", (number,))

    def is_parked(self, handle: str) -> bool:
        """Whether messages of this case wait."""
        return bool(self.db.execute("SELECT 1 FROM parked WHERE handle = ? LIMIT 1", (handle,)).fetchone())

    def first_parked(self, handle: str) -> tuple[int, Raw] | None:
        """The message of this case that waits the longest, with its number."""
        sql = "SELECT number, subject, sequence, headers, data FROM parked WHERE handle = ? ORDER BY number LIMIT 1"
        row = self.db.execute(sql, (handle,)).fetchone()
        return None if row is None else (row[0], Raw(row[1], row[2], json.loads(row[3]), row[4]))

    def parked(self) -> list[Parked]:
        """The cases that wait, the longest waiting first; SQLite gives the trouble of the smallest number."""
        sql = "SELECT handle, count(*), trouble, min(number) FROM parked GROUP BY handle ORDER BY min(number)"
        return [Parked(handle, count, trouble) for handle, count, trouble, _ in self.db.execute(sql)]

    def held(self, handle: str | None = None) -> list[Held]:
        """What holds now, of one case or of all, by case and entry."""
        sql = "SELECT handle, entry, kind, time, data FROM holding WHERE ? IS NULL OR handle = ? ORDER BY 1, 2"
        return [Held(*row) for row in self.db.execute(sql, (handle, handle))]

    def ids(self) -> list[str]:
        """The ids of all messages, in the order in which they came first."""
        return [row[0] for row in self.db.execute("SELECT id FROM message ORDER BY number")]
