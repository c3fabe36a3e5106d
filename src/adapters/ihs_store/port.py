"""What keeps records promises, whichever database does it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from attrs import field, frozen

from ihs_record.leaf import LIVE, REHEARSAL
from ihs_record.row import LONGEST_HEADER, Draft, DraftRefused, Row

Kind = Literal["live", "rehearsal"]
LEAST_MAC, MOST_MAC = 16, 64
ROOT: Final = "root"
"""The id of the key that a store begins with."""


def _short(_: object, __: object, value: Any) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_HEADER or not value.isprintable():
        raise DraftRefused(f"the command id must be 1 to {LONGEST_HEADER} printable characters")


def _strong(_: object, __: object, value: bytes) -> None:
    if not LEAST_MAC <= len(value) <= MOST_MAC:
        raise DraftRefused(f"the command's MAC must be {LEAST_MAC} to {MOST_MAC} bytes")


@frozen
class Command:
    """What makes an append repeatable: the id its caller chose, a MAC (16 to 64 bytes) of what was asked."""

    id: str = field(validator=_short)
    mac: bytes = field(validator=_strong)


@frozen
class Receipt:
    """What an append recorded: `count` records from position `first`, or 0 of both.

    `versions` pairs stream and version of each, in order; `leaves` has the leaf of each, where just recorded. `again`
    marks the first receipt given once more.
    """

    command: str | None
    first: int
    count: int
    recorded_at: datetime | None
    again: bool
    versions: tuple[tuple[str, int], ...]
    leaves: tuple[bytes, ...] = field(default=(), eq=False, repr=False)


@frozen
class Head:
    """Where the record stands: last position (0 while empty), when that was recorded, the ledger's root."""

    position: int
    recorded_at: datetime | None
    root: bytes


@frozen
class Info:
    """What a store says of itself; `origin` is the name its checkpoints go by."""

    store: str
    kind: Kind
    format: int
    created_at: datetime
    origin: str

    @property
    def tag(self) -> bytes:
        """The tag in every leaf of this store: no rehearsal verifies as live."""
        return REHEARSAL if self.kind == "rehearsal" else LIVE


@frozen
class WrappedKey:
    """A data key as kept: wrapped under the key file's key (None once destroyed), and committed to."""

    id: str
    wrapped: bytes | None
    commitment: bytes
    beside: bytes | None = None
    """The root key wrapped like a new key: kept nowhere, but held against the root key as it is kept."""


class Changing(Protocol):
    """What is done beside an append: see ihs_store.change."""

    def make(self, c: "Statements") -> None:
        """Change what the store keeps, in the transaction of the append."""


@frozen
class Setting:
    """How a database is set up in one respect; `unsafe` says what is lost by it, empty where nothing is."""

    name: str
    value: str
    unsafe: str = ""


class RecordStore(Protocol):
    """Keeps records in one dense order; several threads, and several processes at once, may use it.

    `address` says where it is, as it may be printed: without a password.
    """

    address: str

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        command: Command | None = None,
        recorded_at: datetime | None = None,
        keys: Sequence[WrappedKey] = (),
        change: Changing | None = None,
    ) -> Receipt:
        """Record all drafts, or none, durably and in one step, with the new keys that seal their parts.

        With them goes the `change` that they order, once: not where the command was on record already.

        A command already on record with the same MAC gives its first receipt again. `recorded_at` is for
        rehearsal stores alone. Raises AppendRefused (no), OutcomeUnknown (ask `receipt`), and StoreBusy,
        StoreFull and the other StoreErrors (nothing recorded).
        """

    def soon(self, run: Callable[[Callable[[], None]], object]) -> "Appending":
        """Give the same appends for event loops; *run* has something done in a thread."""

    def receipt(self, command_id: str) -> Receipt | None:
        """Give the receipt of a command, None where it recorded nothing."""

    def stream(
        self, stream: str, *, upto: int | None = None, after_version: int = 0, names: Collection[str] = ()
    ) -> list[Row]:
        """Give a stream's records in version order: up to a position, and of these stored names, where any."""

    def standing(self, stream: str) -> int:
        """Tell the last version of a stream; 0 where there is none."""

    def read(self, after: int, *, limit: int = 1000, upto: int | None = None, names: Collection[str] = ()) -> list[Row]:
        """Give the records after a position, in order, at most `limit`; of these stored names alone, where any."""

    def places(self, after: int, *, limit: int = 1000) -> list[tuple[int, str]]:
        """Give position and stream of the records after a position, whatever else of them cannot be read."""

    def streams(self, prefix: str) -> list[str]:
        """Give the names of the streams that begin with `prefix`, such as "case/", in order."""

    def head(self) -> Head:
        """Tell where the record stands."""

    def position_at(self, instant: datetime) -> int:
        """Count the records whose time of recording is not after the instant: as-at is this prefix."""

    def key(self, key_id: str) -> WrappedKey | None:
        """Give a data key as it is kept."""

    def keys(self, prefix: str) -> dict[str, WrappedKey]:
        """Give the data keys whose ids begin with `prefix`, by id, as they are kept: for who opens many.

        Narratives' keys are not among them.
        """

    def info(self) -> Info:
        """Tell what kind of store this is."""

    def settings(self) -> list[Setting]:
        """Tell how the database is set up to keep what it acknowledged."""

    def data_version(self) -> int:
        """Give a number that changes whenever anyone has recorded."""

    def wait(self, version: int, timeout: float) -> int:
        """Wait until the data version is another, at most `timeout` seconds; give the one that then is."""

    def scour(self, *, parts: bool = True) -> bool:
        """Leave no copy of destroyed keys, and of emptied open `parts`, in the database's own files.

        False where somebody still reads from it. A server's log and archives are its own: what it keeps there stays.
        """

    def close(self) -> None:
        """Let go of the database."""


class Appending(Protocol):
    """Appends that are awaited: those that wait at the same time are made durable together."""

    async def append(
        self,
        drafts: Sequence[Draft],
        *,
        command: Command | None = None,
        recorded_at: datetime | None = None,
        keys: Sequence[WrappedKey] = (),
    ) -> Receipt:
        """Record all drafts or none: see RecordStore.append. Cancelled, it may be recorded all the same."""


class Statements(Protocol):
    """A cursor of either database, in one transaction."""

    def execute(self, statement: Any, values: Any = ..., /) -> Any:
        """Run one statement."""

    def executemany(self, statement: Any, values: Any, /) -> Any:
        """Run one statement for each of many rows of values."""

    def fetchone(self) -> Any:
        """Give the next row found, None after the last."""

    def fetchall(self) -> Any:
        """Give all rows found."""
