"""The verifier: recomputes all that a store claims, and names the first position and column that does not hold."""

import hmac
import sqlite3
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from ihs_ledger import layout, orders
from ihs_ledger.changed import Expected, Wrong, changed_record, first_keys_changed, mistyped
from ihs_ledger.layout import Key, NotParts, SealedPart, Stored
from ihs_ledger.tables import BEFORE_ALL, SQLiteTables, Tables
from ihs_ledger.tree import HASH_SIZE, Frontier, TreeHead

UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError, OverflowError)
_SAYS: Final = {b"created_at", b"format", b"keys", b"kind", b"origin", b"store"}
_COMMITTED: Final = b"ihs/key-commitment/1"


class Found(Exception):
    """The first thing that is wrong: the way out of the pass."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(str(wrong))
        self.wrong = wrong


class Stated(NamedTuple):
    """A tree head stated outside the store, by whom or what, and the origin that it names."""

    head: TreeHead
    by: str
    origin: str | None = None


class Verdict(NamedTuple):
    """What was proven: the tree over the records that hold, the first thing wrong, and what could not be checked.

    Of *outside* the last is the largest stated head that the records lead to. Without the key file *keys_opened* is
    false: that the wrapped keys open is then not checked.
    """

    tree: TreeHead
    wrong: Wrong | None
    outside: Stated | None
    emptied: int
    keys_opened: bool

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.wrong is None


def verify(path: Path | str, outside: Sequence[Stated] = (), key_file: bytes | None = None) -> Verdict:
    """Check the whole store in an SQLite file: see `verify_tables`."""
    try:
        with SQLiteTables(path) as tables:
            return verify_tables(tables, outside, key_file)
    except UNREADABLE as error:
        wrong = Wrong(0, "database", None, f"it cannot be read ({error}): restore it from a backup")
        return Verdict(Frontier().head, wrong, None, 0, keys_opened=False)


def verify_tables(tables: Tables, outside: Sequence[Stated] = (), key_file: bytes | None = None) -> Verdict:
    """Recompute leaves, chains, positions, tree, receipts and keys from the tables; name the first that is wrong.

    *outside* are heads kept outside the store: they also show a history rebuilt, cut short, or brought back from an
    older copy. Of such changes the store alone shows nothing. *key_file* is the content of the key file.
    """
    audit = _Audit(tables, sorted(outside, key=_size))
    wrong = None
    try:
        audit.run()
        if key_file is not None:
            _open_all(tables, key_file)
        _must_be_sound(tables)
    except Found as found:
        wrong = found.wrong
    except UNREADABLE as error:
        wrong = Wrong(audit.size + 1 if audit.tag else 0, "database", None, f"it cannot be read from here on ({error})")
    return Verdict(audit.head(), wrong, audit.reached, audit.emptied, key_file is not None and wrong is None)


def _size(stated: Stated) -> int:
    return stated.head.size


def _must_be_sound(tables: Tables) -> None:
    if damage := tables.damage():
        raise Found(Wrong(0, "database", None, f"the database contradicts itself: {damage}"))


class _Group:
    """The records of one command, which stand together, and the receipt that names them."""

    __slots__ = ("command", "count", "end", "first")

    def __init__(self) -> None:
        self.command, self.first, self.end, self.count = b"", 1, 1, 0

    def take(self, row: Stored) -> None:
        if row.position < self.end and row.command == self.command:
            if row.asked is not None:
                raise Found(Wrong(row.position, "records", "asked", "its command begins a second time"))
            return
        goes_on = row.command == self.command != b"" and row.asked is None
        self.ended(row.position + 1 if goes_on else row.position)
        self.command, self.first, self.end = row.command, row.position, row.position + 1
        if row.command:
            self._begin(row)

    def _begin(self, row: Stored) -> None:
        if row.first is None or row.counted is None:
            raise Found(Wrong(row.position, "receipts", "command", "its command has no receipt"))
        if row.first != row.position:
            why = f"the receipt of its command names position {row.first}: changed, or the command was recorded twice"
            raise Found(Wrong(row.position, "receipts", "first", why))
        if row.asked is None:
            raise Found(Wrong(row.position, "records", "asked", "it begins a command and does not say what was asked"))
        self.end, self.count = row.position + row.counted, self.count + 1

    def ended(self, position: int) -> None:
        """Take note that the records end, or go on with another command, at a position."""
        if position != self.end:
            why = f"the receipt of its command counts {self.end - self.first}, there are {position - self.first}"
            raise Found(Wrong(self.first, "receipts", "count", why))


class _Audit:
    """One pass over the records, and what the records read so far leave to hold the next one against."""

    def __init__(self, tables: Tables, outside: Sequence[Stated]) -> None:
        self.tables = tables
        self.ahead = deque(outside)
        self.reached: Stated | None = None
        self.tag = b""
        self.tree = Frontier()
        self.leaves: list[bytes] = []
        self.size = 0
        self.recorded_at = BEFORE_ALL
        self.streams: dict[bytes, tuple[int, bytes]] = {}
        self.group = _Group()
        self.made = 0
        self.emptied = 0
        self.unordered: int | None = None
        self.ordering: tuple[bytes, list[orders.Order]] = (b"", [])

    def head(self) -> TreeHead:
        return self._grown().head

    def run(self) -> None:
        self.tag = _beginning(self.tables, self.ahead)
        self._pass_outside()
        at, last = BEFORE_ALL, False
        while not last:
            with self.tables.moment():
                rows = self.tables.records(at)
                self._take(rows)
                last = len(rows) < self.tables.chunk
                if last:
                    self._totals()
                else:
                    at = rows[-1].position
        for stated in self.ahead:
            why = f"{stated.by} states {stated.head.size} records: the rest is missing, or this is an older copy"
            raise Found(Wrong(self.size + 1, "records", None, why))

    def _take(self, rows: Sequence[Stored]) -> None:
        parts = [_parts_of(row.sealed) for row in rows]
        ids = {part.key for of_row in parts for part in of_row or ()}
        keys = self.tables.keys(ids) if ids else {}
        for row, of_row in zip(rows, parts, strict=True):
            try:
                self._take_one(row, of_row, keys)
            except TypeError:
                raise Found(mistyped(row, self.size + 1)) from None
        self._grown()

    def _take_one(self, row: Stored, parts: list[SealedPart] | None, keys: Mapping[bytes, Key]) -> None:
        version, previous = self.streams.get(row.stream, (0, b""))
        made = layout.made_keys(row.position, parts, keys) if parts else []
        values = layout.said(row, previous, layout.keys_field(made) if made else None, parts or ())
        if (
            row.leaf != layout.leaf(self.tag, values, row.checks)
            or row.position != self.size + 1
            or row.version != version + 1
            or row.recorded_at < self.recorded_at
            or parts is None
        ):
            expected = Expected(self.size + 1, version + 1, previous, self.recorded_at)
            raise Found(changed_record(row, parts, keys, expected, self.tag))
        if row.open is None or row.emptied is not None:
            self._without_open_part(row)
        self.group.take(row)
        self.made += len(made)
        self.size, self.recorded_at = row.position, row.recorded_at
        self.streams[row.stream] = (row.version, row.leaf)
        self.leaves.append(row.leaf)
        if self.ahead and self.ahead[0].head.size == self.size:
            self._pass_outside()

    def _without_open_part(self, row: Stored) -> None:
        """A record without its open part never had one, or a later record orders it emptied; nothing in between."""
        if row.open is not None:
            raise Found(Wrong(row.position, "records", "emptied", "it has an open part, and is marked as emptied"))
        if row.salt is not None:
            raise Found(Wrong(row.position, "records", "salt", "there is a salt without an open part"))
        if row.emptied is None:
            return
        self.emptied += 1
        if self.unordered is None and not orders.orders_emptied(self._orders(row.stream), row.version):
            self.unordered = row.position

    def _orders(self, stream: bytes) -> list[orders.Order]:
        """What a stream orders destroyed; a case that was disposed of asks for each of its records."""
        if self.ordering[0] != stream:
            self.ordering = stream, orders.read(self.tables.orders(stream))
        return self.ordering[1]

    def _keys_are_ordered_destroyed(self) -> None:
        after = b""
        while some := self.tables.destroyed(after):
            for key, made_with in some:
                stream = orders.stream_of(key.id)
                if stream is None or not orders.orders_destroyed(self._orders(stream), key.id, made_with):
                    why = "the key was destroyed, and no record of its stream orders that"
                    raise Found(Wrong(key.position, "keys", "wrapped", why))
            after = some[-1][0].id

    def _grown(self) -> Frontier:
        """The tree over all records so far: grown in batches, which costs less than leaf by leaf."""
        self.tree, self.leaves = self.tree.grown(self.leaves), []
        return self.tree

    def _pass_outside(self) -> None:
        """Hold the tree against every head that was stated of it at this size."""
        while self.ahead and self.ahead[0].head.size <= self.size:
            stated = self.ahead.popleft()
            if self._grown().root != stated.head.root:
                since = self.reached.head.size + 1 if self.reached else 1
                why = f"the history from here to position {stated.head.size} is not the one that {stated.by} states"
                raise Found(Wrong(min(since, self.size), "records", None, why))
            self.reached = stated

    def _totals(self) -> None:
        """Hold the other tables against what the records led to, in the same moment as the last of them."""
        if self.unordered is not None:  # told last: what is wrong with the order itself was told before
            why = "the open part was emptied, and no later record of its stream orders that"
            raise Found(Wrong(self.unordered, "records", "emptied", why))
        self.group.ended(self.size + 1)
        self._ledger(self.tables.ledger())
        receipts, keys = self.tables.counted()
        if receipts != self.group.count:
            stray = self.tables.stray_receipt() or 0
            raise Found(Wrong(stray, "receipts", "command", "a receipt names what is not on record"))
        if keys != self.made:
            stray = self.tables.stray_key() or 0
            raise Found(Wrong(stray, "keys", "position", "a key is kept that no record was made with"))
        self._keys_are_ordered_destroyed()

    def _ledger(self, rows: Sequence[tuple[Any, Any, Any]]) -> None:
        if [row[0] for row in rows] != [1]:
            raise Found(Wrong(0, "ledger", "one", "the ledger has not its one row"))
        _, size, frontier = rows[0]
        if not isinstance(size, int) or size < 0:
            raise Found(Wrong(0, "ledger", "size", "the ledger counts no number of records"))
        if size != self.size:
            why = f"the ledger counts {size} records, there are {self.size}"
            raise Found(Wrong(min(size, self.size) + 1, "ledger", "size", why))
        tree = self._grown()
        if frontier != tree.to_bytes():
            why = "the records and the ledger's tree disagree"
            raise Found(Wrong(_differs_from(tree, frontier), "ledger", "frontier", why))


def _beginning(tables: Tables, outside: Iterable[Stated]) -> bytes:
    """The tag of the store's leaves, once what it says of itself leads to its origin."""
    with tables.moment():
        said: dict[Any, Any] = dict(tables.meta())
        first = tables.first_keys()
        root = tables.keys([b"root"]).get(b"root")
    if said.keys() != _SAYS or not all(isinstance(value, bytes) for value in said.values()):
        raise Found(Wrong(0, "meta", "key", "what the store says of itself is not what a store says"))
    told = {key: value for key, value in said.items() if key != b"origin"}
    origin = said[b"origin"]
    if layout.origin(origin.rpartition(b"/")[0], told) != origin or said[b"kind"] not in layout.TAGS:
        raise Found(Wrong(0, "meta", "value", "what the store says of itself does not lead to its origin"))
    if said[b"format"] != layout.FORMAT:
        raise Found(Wrong(0, "meta", "value", "the store has a format that this verifier does not know"))
    if layout.keys_digest(first).encode() != said[b"keys"]:
        raise Found(first_keys_changed(first, root, said[b"keys"]))
    for stated in outside:
        if stated.origin not in {None, origin.decode(errors="replace")}:
            raise Found(Wrong(0, "meta", "value", f"{stated.by} is of another store: {stated.origin}"))
    return layout.TAGS[said[b"kind"]]


def _parts_of(sealed: Any) -> list[SealedPart] | None:
    if not isinstance(sealed, bytes):
        return None
    try:
        return layout.sealed_parts(sealed) if sealed else []
    except NotParts:
        return None


def _differs_from(tree: Frontier, frontier: object) -> int:
    """The position at which the first of the tree's complete subtrees begins that the frontier states otherwise."""
    if not isinstance(frontier, bytes):
        return 1
    before, rest = 0, tree.size
    for at, peak in enumerate(tree.peaks):
        if frontier[at * HASH_SIZE : (at + 1) * HASH_SIZE] != peak:
            break
        width = 1 << (rest.bit_length() - 1)
        before, rest = before + width, rest - width
    return before + 1


def _open_all(tables: Tables, key_file: bytes) -> None:
    """Unwrap every key that was not destroyed, and hold it against its commitment."""
    after = b""
    while some := tables.wrapped(after):
        for key, wrapped in some:
            if wrapped is not None and not _opens(key, wrapped, key_file):
                why = "the key file does not open this key: it was changed, or this is not the store's key file"
                raise Found(Wrong(key.position, "keys", "wrapped", why))
        after = some[-1][0].id


def _opens(key: Key, wrapped: bytes, key_file: bytes) -> bool:
    try:
        found = aes_key_unwrap(key_file, wrapped)
        return hmac.compare_digest(hmac.digest(found, _COMMITTED, "sha256"), key.commitment)
    except (InvalidUnwrap, ValueError, TypeError):
        return False
