"""The library's recorder over our own table on SQLite: position, leaf, tree, receipt, keys in one transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from ihs_store.asked import Asked
from ihs_store.port import Receipt, Statements
from ihs_store.sqlite import RecordDatastore
from ihs_store.writing import Writer


class AlreadyRecorded(Exception):
    """The command is on record, with the same content: good news, and the transaction's way out."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("this command is already on record")
        self.receipt = receipt


def insert(c: Statements, writer: Writer, events: Sequence[StoredEvent], asked: Asked | None) -> Sequence[int]:
    """Record what came through the library, in its transaction; raises what ends that transaction."""
    asked = asked or Asked()
    asked.drafts = events
    rows = writer.write(c, [asked])
    receipt = asked.settled()
    if receipt.again:
        raise AlreadyRecorded(receipt)
    return [row.position for row in rows]


class RecordRecorder(SQLiteApplicationRecorder):
    """Inserts bytes with their ledger; reads, for the library, through the view with the library's names."""

    datastore: RecordDatastore

    def __init__(self, datastore: RecordDatastore, writer: Writer, check: Callable[[], None]) -> None:
        super().__init__(datastore)
        self._writer = writer
        self._check = check

    def construct_create_table_statements(self) -> list[str]:
        """Create nothing: a store's tables come to stand with its file."""
        return []

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        self._check()
        return insert(c, self._writer, stored_events, kwargs.get("asked"))
