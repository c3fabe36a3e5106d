"""The library's recorder over our own tables on PostgreSQL; its own functions in the database are never used."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from ihs_store.postgres import Cursor, Pool
from ihs_store.recorder import insert
from ihs_store.writing import Writer

BEGIN: Final = b"BEGIN ISOLATION LEVEL READ COMMITTED"
LOCK: Final = b"SELECT size FROM ledger FOR UPDATE"
"""The ledger's one row is the store's write lock: whoever has it sees, from the next statement on, all that stands."""


class RecordDatastore(PostgresDatastore):
    """The library's datastore on our connections: its own pool is neither opened nor asked."""

    def __init__(self, pool: Pool, schema: str) -> None:
        super().__init__("", "", 0, "", "", schema=schema, originator_id_type="text", enable_db_functions=False)
        self._ours = pool

    def register_type_adapters(self) -> None:
        """Register none: rows go in as plain values."""

    @contextmanager
    def get_connection(self) -> Iterator[Any]:
        """Lend one of our connections, its errors told as the library tells them."""
        with _as_the_library_says(), self._ours.connection() as connection:
            yield connection


@contextmanager
def _as_the_library_says() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        names = [kind.__name__ for kind in type(error).__mro__]
        known = next((getattr(persistence, name) for name in names if hasattr(persistence, name)), None)
        raise (known or persistence.PersistenceError)(str(error)) from error


@contextmanager
def writing(connection: psycopg.Connection[Any], channel: str) -> Iterator[Cursor]:
    """Begin a transaction that holds the write lock, and end it; raises psycopg.Error, all rolled back."""
    with connection.transaction():
        connection.execute(LOCK)
        yield Cursor(connection)
        connection.execute(f"NOTIFY {channel}".encode())


class RecordRecorder(PostgresApplicationRecorder):
    """Inserts bytes with their ledger; reads, for the library, through the view with the library's names."""

    def __init__(self, pool: Pool, schema: str, writer: Writer, channel: str) -> None:
        super().__init__(RecordDatastore(pool, schema))
        self._writer = writer
        self.channel_name = channel

    def create_table(self) -> None:
        """Create nothing: a store's tables come to stand all together."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Record in one transaction. Unlike the library's own it is never tried twice: a lost answer is not a no."""
        with self.datastore.get_connection() as connection, writing(connection, self.channel_name) as c:
            return insert(c, self._writer, stored_events, kwargs.get("asked"))
