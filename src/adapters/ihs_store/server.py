"""A store in one schema of a PostgreSQL database: how it comes to stand, is opened, read and written."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Final

import psycopg
from psycopg import errors

from ihs_store.addresses import Server
from ihs_store.asked import Asked
from ihs_store.errors import (
    ForeignDatabase,
    StoreDamaged,
    StoreError,
    StoreExists,
    StoreMissing,
    StoreUnavailable,
)
from ihs_store.keeping import Store, info_of
from ihs_store.laying import Laid
from ihs_store.port import Setting, Statements
from ihs_store.postgres import CommitLost, Connection, Cursor, Pool, connected, is_lost, plainly, together
from ihs_store.postgres_recorder import BEGIN, LOCK, RecordRecorder
from ihs_store.schema import FORMAT, HEADER, NAMED, Fill, refuse_other_format
from ihs_store.stamping import Clock, Keeper
from ihs_store.writing import Writer

LONGEST_SILENCE: Final = 5.0
_UNSAFE: Final = {
    "fsync": "a crash of the machine damages the database: set fsync = on",
    "full_page_writes": "a crash of the machine damages the database: set full_page_writes = on",
    "synchronous_commit": "what was acknowledged is lost in a crash: set synchronous_commit = on",
}
"""Settings that cost something where they are off, and what."""
LONGEST_SCOUR: Final = 6 * 3600.0

_STATEMENTS: Final = (
    """
    CREATE TABLE records(
        position BIGINT PRIMARY KEY CHECK (position > 0),
        stream TEXT COLLATE "C" NOT NULL, version BIGINT NOT NULL, name TEXT COLLATE "C" NOT NULL,
        number BIGINT NOT NULL, day TEXT NOT NULL, occurred TEXT, recorded_at BIGINT NOT NULL,
        actor TEXT NOT NULL, role TEXT NOT NULL, command TEXT NOT NULL, correlation TEXT, causation TEXT,
        edition TEXT NOT NULL, target BIGINT NOT NULL, schema BIGINT NOT NULL, asked BYTEA,
        leaf BYTEA NOT NULL, checks BYTEA NOT NULL, emptied BYTEA, open BYTEA, sealed BYTEA NOT NULL,
        UNIQUE(stream, version), CHECK (open IS NULL OR emptied IS NULL)
    )
    """,
    "CREATE TABLE receipts(event BYTEA PRIMARY KEY, first BIGINT NOT NULL, count BIGINT NOT NULL)",
    "CREATE TABLE ledger(one INT PRIMARY KEY CHECK (one = 1), size BIGINT NOT NULL, frontier BYTEA NOT NULL)",
    'CREATE TABLE meta(key TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL)',
    """
    CREATE TABLE keys(position BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL, wrapped BYTEA, commitment BYTEA NOT NULL,
        PRIMARY KEY(position, id))
    """,
    # The server keeps samples of columns for its planner. No condition is ever put on these, and some of it is erased.
    "ALTER TABLE records ALTER open SET STATISTICS 0, ALTER sealed SET STATISTICS 0",
    "ALTER TABLE keys ALTER wrapped SET STATISTICS 0",
    f"CREATE UNIQUE INDEX keys_by_id ON keys(id) WHERE {NAMED}",
    # The library reads its own names; through this view its SQL runs on our table as it is.
    """
    CREATE VIEW stored_events(originator_id, originator_version, topic, state, notification_id) AS
        SELECT stream, version, name, coalesce(substr(open, 17), ''::bytea), position FROM records
    """,
    # No guard against an intruder (the ledger is that), but against a slip of the hand.
    """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'a record is never changed and never deleted'; END $$
    """,
    "CREATE TRIGGER records_stay BEFORE DELETE ON records FOR EACH ROW EXECUTE FUNCTION refuse()",
    "CREATE TRIGGER records_remain BEFORE TRUNCATE ON records FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
    f"""
    CREATE TRIGGER records_stand BEFORE UPDATE OF {", ".join((*HEADER, "leaf", "checks", "sealed"))} ON records
        FOR EACH ROW EXECUTE FUNCTION refuse()
    """,
    """
    CREATE FUNCTION refuse_but_emptying() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
            IF new.open IS NOT NULL OR new.emptied IS NULL OR old.open IS NULL THEN
                RAISE EXCEPTION 'an open part is only ever emptied';
            END IF;
            RETURN new;
        END $$
    """,
    """
    CREATE TRIGGER parts_empty BEFORE UPDATE OF open, emptied ON records
        FOR EACH ROW EXECUTE FUNCTION refuse_but_emptying()
    """,
)


def lay_out_schema(server: Server, fill: Fill) -> None:
    """Create a store's tables; of many who try at once one does, and the others get StoreExists."""
    with plainly(), closing(connected(server, server.answer_within)) as connection, connection.transaction():
        c = Cursor(connection)
        _refuse_other_text(c)
        c.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (f"ihs/{server.schema}",))
        _begin_schema(c, server.schema)
        for statement in _STATEMENTS:
            c.execute(statement)
        fill(c)


def _refuse_other_text(c: Cursor) -> None:
    c.execute("SELECT current_setting('server_encoding')")
    if c.fetchone() != ("UTF8",):
        raise StoreUnavailable("the database does not hold all of Unicode: create one with the encoding UTF8")


def _begin_schema(c: Cursor, schema: str) -> None:
    """Make the schema, or take one that somebody made ready and left empty."""
    if _relations(c, schema):
        raise StoreExists(f"something stands in the schema {schema} already: choose another, or open what is there")
    c.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", (schema,))
    if c.fetchone() is None:
        c.execute(f'CREATE SCHEMA "{schema}"')


def _relations(c: Cursor, schema: str) -> int:
    counted = "SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = ?"
    c.execute(counted, (schema,))
    return int(c.fetchone()[0])


def version_of(server: Server) -> int:
    """Tell which format a store has; StoreNotOpened for anything else."""
    with plainly(), closing(connected(server, server.answer_within)) as connection:
        version = _meta(Cursor(connection), server.schema).get("format", "")
    if not version.isdecimal():
        raise StoreDamaged("the store does not say what it is: restore it from a backup")
    return int(version)


def _meta(c: Cursor, schema: str) -> dict[str, str]:
    try:
        c.execute("SELECT key, value FROM meta")
    except errors.UndefinedTable:
        if _relations(c, schema):
            raise ForeignDatabase(f"the schema {schema} holds no store: it is another program's") from None
        raise StoreMissing(f"there is no store in the schema {schema}: create one first") from None
    return dict(c.fetchall())


def open_schema(server: Server, clock: Clock, lock_timeout: float) -> Store:
    """Open the store in a schema; for anything else StoreNotOpened, by its kind."""
    refuse_other_format(version_of(server))
    with plainly(), closing(connected(server, lock_timeout)) as connection:
        info = info_of(_meta(Cursor(connection), server.schema), FORMAT)
    return Store(PostgresSchema(server, Keeper(info.kind, clock), lock_timeout), info, server.shown)


class PostgresSchema:
    """A store's schema: one connection that writes, and a pool of those that read."""

    def __init__(self, server: Server, keeper: Keeper, lock_timeout: float) -> None:
        self._server = server
        self._lock_timeout = lock_timeout
        self._pool = Pool(self._connected, lock_timeout)
        self._writer = Writer(keeper, together)
        self._channel = f"ihs_{server.schema}"[:63]
        self.recorder = RecordRecorder(self._pool, server.schema, self._writer, self._channel)

    def _connected(self) -> Connection:
        return connected(self._server, self._lock_timeout)

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Give a cursor each of whose statements sees all that stands: records never change."""
        with plainly(), self._pool.connection() as connection:
            yield Cursor(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Statements]:
        """Give a cursor all of whose statements see one moment, on a connection of its own."""
        with plainly(), closing(self._connected()) as connection:
            connection.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield Cursor(connection)

    def commit(self, asks: Sequence[Asked]) -> None:
        """Record what several callers ask in one transaction, and make out what became of it if the answer is lost."""
        with plainly(), self._pool.connection() as connection:
            recorded = self._written(connection, asks)
            if not recorded:
                connection.execute(b"ROLLBACK")
                return
            try:
                connection.execute(b"COMMIT")
            except psycopg.Error as error:
                connection.close()
                if not is_lost(error):
                    raise
                self._make_out(recorded[-1])

    def _written(self, connection: Connection, asks: Sequence[Asked]) -> Sequence[Laid]:
        try:
            with connection.pipeline():
                connection.execute(BEGIN)
                connection.execute(LOCK)
                recorded = self._writer.write(Cursor(connection), asks)
                if recorded:
                    connection.execute(f"NOTIFY {self._channel}".encode())
            return recorded
        except BaseException:
            connection.close()  # with all that it may have begun; the next append opens another
            raise

    def _make_out(self, last: Laid) -> None:
        """Ask a new connection whether the last record of a lost COMMIT stands; if so, all of them do.

        The write lock is free once the lost transaction has ended, one way or the other. Raises StoreUnavailable
        where it was undone, CommitLost where that cannot be told.
        """
        try:
            with closing(self._connected()) as connection, connection.transaction():
                connection.execute(LOCK)
                c = Cursor(connection)
                c.execute("SELECT leaf FROM records WHERE position = ?", (last.position,))
                found = c.fetchone()
        except (psycopg.Error, StoreError) as error:
            raise CommitLost from error
        if found != (last.leaf,):
            raise StoreUnavailable("the connection was lost: nothing was recorded, try again")

    def data_version(self) -> int:
        """Count the records."""
        with plainly(), self._pool.connection() as connection:
            return _size(connection)

    def wait(self, version: int, timeout: float) -> int:
        """Wait until the server tells of a commit, and look for oneself now and then."""
        until = time.monotonic() + timeout
        with plainly(), self._pool.connection() as connection:
            connection.execute(f"LISTEN {self._channel}".encode())
            try:
                while (now := _size(connection)) == version and (left := until - time.monotonic()) > 0:
                    for _ in connection.notifies(timeout=min(left, LONGEST_SILENCE), stop_after=1):
                        pass
            finally:
                if not connection.closed:
                    connection.execute(b"UNLISTEN *")
        return now

    def settings(self) -> list[Setting]:
        """Tell how the server is set up, for sessions such as ours."""
        with self.reading() as c:
            c.execute("SELECT name, setting FROM pg_settings WHERE name = ANY (?) ORDER BY name", ([*_UNSAFE],))
            return [Setting(name, value, _UNSAFE[name] if value == "off" else "") for name, value in c.fetchall()]

    def scour(self, *, parts: bool = True) -> bool:
        """Write the tables anew: vacuumed in place, a page keeps the bytes of what was removed from it.

        The server's own log is the server's: see docs/how-to/erase.md.
        """
        with plainly(), closing(self._connected()) as connection:
            connection.answer_within = LONGEST_SCOUR
            connection.execute(b"SET statement_timeout = 0")
            try:
                for table in (b"keys", b"records") if parts else (b"keys",):
                    connection.execute(b"VACUUM FULL " + table)
            except (errors.LockNotAvailable, errors.DeadlockDetected):
                return False
        return True

    def close(self) -> None:
        """Let go of the server; an append that is under way is finished first, by its own thread."""
        self._pool.close()


def _size(connection: Connection) -> int:
    c = Cursor(connection)
    c.execute("SELECT size FROM ledger")
    return int(c.fetchone()[0])
