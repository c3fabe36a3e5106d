"""Connections to PostgreSQL that answer in time, and what each of their failures means."""

import select
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, Final, cast

import psycopg
from psycopg import errors, pq
from psycopg.adapt import Dumper
from psycopg.rows import DictRow, dict_row, tuple_row

from ihs_store.addresses import Server
from ihs_store.errors import (
    OutcomeUnknown,
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreReadOnly,
    StoreUnavailable,
)
from ihs_store.port import Statements
from ihs_store.writing import Question

MOST_CONNECTIONS: Final = 16

_SESSION: Final = """
    SELECT set_config('search_path', %s, false), set_config('lock_timeout', %s, false),
        set_config('statement_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false),
        set_config('default_transaction_isolation', 'read committed', false), set_config('timezone', 'UTC', false),
        set_config('application_name', 'ihs', false), set_config('enable_seqscan', 'off', false),
        CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END
"""
_NOTHING: Final = "nothing was recorded"
_LOST: Final = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.IdleInTransactionSessionTimeout,
)


class CommitLost(Exception):
    """The connection was lost, or fell silent, after COMMIT was sent."""


class Connection(psycopg.Connection[DictRow]):
    """A connection that is given up when an answer takes longer than `answer_within` seconds, whatever the network."""

    answer_within: float = 30.0

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer, but not for ever: psycopg.OperationalError."""
        return super().wait(gen, interval, self.answer_within if timeout is None else timeout)


def connected(server: Server, lock_timeout: float) -> Connection:
    """Open a connection in autocommit mode, each setting that matters made for its session.

    Raises psycopg.Error, StoreUnavailable, StoreMissing where there is no such database.
    """
    try:
        connection = Connection.connect(server.conninfo, autocommit=True, row_factory=dict_row)
    except psycopg.OperationalError as error:
        raise _unconnected(error) from None
    connection.answer_within = server.answer_within
    connection.adapters.register_dumper(bytes, _Bytes)
    connection.adapters.register_dumper(int, _Number)
    try:
        within = f"{int(server.answer_within * 1000)}ms"
        values = (server.schema, f"{max(1, int(lock_timeout * 1000))}ms", within, within)
        connection.execute(_SESSION, values)
    except BaseException:
        connection.close()
        raise
    return connection


def _unconnected(error: psycopg.OperationalError) -> StoreError:
    """Say why there is no connection. A server that refuses one gives no code, so its words are looked into."""
    for sign, made, says in _REFUSALS:
        if sign in str(error):
            return made(says)
    return StoreUnavailable(f"the server cannot be reached, or does not answer: {_NOTHING}, try again when it does")


_REFUSALS: Final[tuple[tuple[str, type[StoreError], str], ...]] = (
    ("does not exist", StoreMissing, "the server has no such database or user: make it, then the store in it"),
    (
        "authentication failed",
        StoreUnavailable,
        f"the server does not let this user in: {_NOTHING}, check the password",
    ),
    ("no password supplied", StoreUnavailable, f"the server wants a password: {_NOTHING}, set PGPASSWORD or ~/.pgpass"),
    ("too many clients", StoreBusy, f"the server has no connection left: {_NOTHING}, try again"),
)


@cache
def _translated(statement: str) -> bytes:
    first, *rest = statement.replace("/*C*/", 'COLLATE "C"').split("?")
    return "".join((first, *(f"${n}{piece}" for n, piece in enumerate(rest, start=1)))).encode()


class _Bytes(Dumper):
    """Sends bytes as they are, their type left to the statement, which so stays the same where there are none."""

    format = pq.Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


class _Number(Dumper):
    """Sends a whole number without the type that would go by its size, for the same reason."""

    def dump(self, obj: int) -> bytes:
        return b"%d" % obj


class Cursor:
    """A cursor that takes the statements both databases understand, and gives tuples."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._cursor = psycopg.RawCursor(connection, row_factory=tuple_row)

    def another(self) -> "Cursor":
        """Give another cursor, with answers of its own, in the same transaction."""
        return Cursor(self._connection)

    def execute(self, statement: str, values: Any = (), /) -> Any:
        """Run one statement."""
        return self._cursor.execute(_translated(statement), values)

    def executemany(self, statement: str, values: Sequence[Sequence[object]], /) -> Any:
        """Run one statement for each of many rows of values, without waiting between them."""
        return self._cursor.executemany(_translated(statement), values)

    def fetchone(self) -> Any:
        """Give the next row found, None after the last."""
        return self._cursor.fetchone()

    def fetchall(self) -> Any:
        """Give all rows found."""
        return self._cursor.fetchall()


def together(c: Statements, *questions: Question) -> list[list[Any]]:
    """Ask several questions before any answer is awaited: in a pipeline they travel together."""
    asked = [(cast("Cursor", c).another(), *question) for question in questions]
    for cursor, statement, values in asked:
        if statement:
            cursor.execute(statement, values)
    return [cursor.fetchall() if statement else [] for cursor, statement, _ in asked]


def _is_sound(connection: Connection) -> bool:
    """Say whether an idle connection is as it was left: one that the server has ended has something to read."""
    if connection.closed or connection.info.transaction_status != pq.TransactionStatus.IDLE:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


class Pool:
    """Some connections, opened when they are needed and kept while they are sound; `wait` in seconds for a free one."""

    def __init__(self, connect: Callable[[], Connection], wait: float) -> None:
        self._connect = connect
        self._wait = wait
        self._idle: deque[Connection] = deque()
        self._free: SimpleQueue[int] = SimpleQueue()  # whoever is interrupted in it leaves it whole
        for number in range(1, MOST_CONNECTIONS + 1):
            self._free.put(number)
        self.closed = False

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection; raises StoreClosed, StoreBusy, psycopg.Error."""
        held = 0
        try:
            held = self._free.get(timeout=max(self._wait, 0.001))
            connection = self._taken()
            try:
                yield connection
            finally:
                self._put_back(connection)
        except Empty:
            raise StoreBusy(f"all connections to the database are in use: {_NOTHING}, try again") from None
        finally:
            if held:
                self._free.put(held)

    def _taken(self) -> Connection:
        self.refuse_closed()
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                connection = self._idle.pop()
                if _is_sound(connection):
                    return connection
                connection.close()
        return self._connect()

    def refuse_closed(self) -> None:
        """Raise StoreClosed once it was closed."""
        if self.closed:
            raise StoreClosed("the store is closed: open it again")

    def _put_back(self, connection: Connection) -> None:
        if self.closed or not _is_sound(connection):
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close what is idle; what is lent is closed when it comes back."""
        self.closed = True
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().close()


def classified(error: BaseException) -> StoreError:
    """Say what a failure of PostgreSQL means to who asked, and nothing of what was typed or who is who."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, CommitLost):
        return OutcomeUnknown("the connection was lost while recording: ask for the command's receipt, then try again")
    for kind, made, says in _MEANINGS:
        if isinstance(error, kind):
            return made(says)
    code = getattr(error, "sqlstate", None)
    what = f"PostgreSQL's code {code}" if code else "no connection, or no answer in time"
    return StoreUnavailable(f"the database cannot be used ({what}): {_NOTHING}, try again when it can")


_MEANINGS: Final[tuple[tuple[Any, type[StoreError], str], ...]] = (
    (errors.LockNotAvailable, StoreBusy, f"another writer holds the store: {_NOTHING}, try again"),
    ((errors.DeadlockDetected, errors.SerializationFailure), StoreBusy, f"others write: {_NOTHING}, try again"),
    (errors.QueryCanceled, StoreBusy, f"the database took longer than it may: {_NOTHING}, try again"),
    ((errors.DiskFull, errors.OutOfMemory), StoreFull, f"the server has no room left: {_NOTHING}, make room"),
    (errors.ReadOnlySqlTransaction, StoreReadOnly, f"this server only reads: {_NOTHING}, name the one that writes"),
    (errors.InsufficientPrivilege, StoreUnavailable, f"this user may not do that in the database: {_NOTHING}"),
    (
        (errors.IntegrityError, errors.DataError, errors.UndefinedTable, errors.UndefinedColumn, errors.InternalError),
        StoreDamaged,
        f"the database contradicts itself: {_NOTHING}, verify it against a backup",
    ),
)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what PostgreSQL and its driver raise into what the store answers."""
    try:
        yield
    except (psycopg.Error, CommitLost) as error:
        raise classified(error) from None  # the driver's words may hold an address, or what was to be stored


def is_lost(error: psycopg.Error) -> bool:
    """Say whether an error is the connection's and not an answer to what was asked."""
    return error.sqlstate is None or isinstance(error, _LOST) or error.sqlstate.startswith("08")
