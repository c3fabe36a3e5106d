"""The library's recorder over our own tables on PostgreSQL; its own functions in the database are never used."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import ApplicationRecorder, StoredEvent, Subscription
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresSubscription

from ihs_store.postgres import Cursor, Pool
from ihs_store.recorder import insert
from ihs_store.writing import Writer

LOOK_UP: Final = 0.1
"""So many seconds pass at most until one who listens sees that it is to stop."""
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


class RecordSubscription(PostgresSubscription):
    """The library's subscription; what was recorded before the server listened for it is looked for once more."""

    def _listen(self) -> None:
        try:
            with self._recorder.datastore.get_connection() as connection:
                connection.execute(f"LISTEN {self._recorder.channel_name}".encode())
                self._has_been_notified.set()
                while not (self._has_been_stopped or self._thread_error):
                    if [*connection.notifies(timeout=LOOK_UP, stop_after=1)]:
                        self._has_been_notified.set()
        except Exception as error:  # noqa: BLE001 - raised to whoever asks for the next notification
            self._thread_error = self._thread_error or error
            self.stop()


class RecordRecorder(PostgresApplicationRecorder):
    """Inserts bytes with their ledger; reads, for the library, through the view with the library's names."""

    def __init__(self, pool: Pool, schema: str, writer: Writer, channel: str) -> None:
        super().__init__(RecordDatastore(pool, schema))
        self._writer = writer
        self.channel_name = channel

    def create_table(self) -> None:
        """Create nothing: a store's tables come to stand all together."""

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Give what is recorded after a position, as it comes."""
        return RecordSubscription(self, gt, topics)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Record in one transaction. Unlike the library's own it is never tried twice: a lost answer is not a no."""
        with self.datastore.get_connection() as connection, writing(connection, self.channel_name) as c:
            return insert(c, self._writer, stored_events, kwargs.get("asked"))
