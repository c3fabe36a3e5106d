"""The verifier: recomputes all that a store claims, and names the first position and column that does not hold."""

import hmac
import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from ihs_ledger import layout, orders
from ihs_ledger.changed import Expected, Found, Wrong, changed_record, first_keys_changed, mistyped, stray_key
from ihs_ledger.commands import Commands
from ihs_ledger.layout import EMPTIED, LEAF, OPEN, RECORDED_AT, SEALED, Key, Made, Row, Stored
from ihs_ledger.tables import BEFORE_ALL, SQLiteTables, Tables
from ihs_ledger.tree import HASH_SIZE, Frontier, TreeHead

UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError, OverflowError)
_NONE_BEFORE: Final = (0, b"")
_KEY_SIZE: Final = 32
_SAYS: Final = {b"created_at", b"format", b"keys", b"kind", b"origin", b"store"}
_COMMITTED: Final = b"ihs/key-commitment/1"


class NotAKey(ValueError):
    """What is given to open a store's keys with is no key, so that nothing can be said of them."""


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
    older copy. Of such changes the store alone shows nothing. *key_file* is the key that the key file holds: NotAKey
    where it is none.
    """
    if key_file is not None:
        _must_be_a_key(key_file)
    audit = _Audit(tables, sorted(outside, key=_size))
    wrong = None
    try:
        with tables.damage() as damage:
            audit.run()
            if key_file is not None:
                _open_all(tables, key_file)
            _must_be_sound(damage())
    except Found as found:
        wrong = found.wrong
    except UNREADABLE as error:
        wrong = Wrong(audit.size + 1 if audit.tag else 0, "database", None, f"it cannot be read from here on ({error})")
    return Verdict(audit.head(), wrong, audit.reached, audit.emptied, key_file is not None and wrong is None)


def _must_be_a_key(given: object) -> None:
    if not isinstance(given, bytes) or len(given) != _KEY_SIZE:
        raise NotAKey(f"key_file is not the {_KEY_SIZE} bytes of a key: give what read_key_file makes of its path")


def _size(stated: Stated) -> int:
    return stated.head.size


def _must_be_sound(damage: str | None) -> None:
    if damage:
        raise Found(Wrong(0, "database", None, f"the database contradicts itself: {damage}"))


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
        self.commands = Commands()
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
                    at = rows[-1][0]
        for stated in self.ahead:
            why = f"{stated.by} states {stated.head.size} records: the rest is missing, or this is an older copy"
            raise Found(Wrong(self.size + 1, "records", None, why))

    def _take(self, rows: Sequence[Row]) -> None:
        made, streams, leaf_of, tag = self._made(rows), self.streams, layout.leaf_of, self.tag
        for row in rows:
            position, stream, version = row[:3]
            before, previous = streams.get(stream, _NONE_BEFORE)
            keys = made.get(position, ())
            try:
                leaf = leaf_of(tag, row, keys, previous)
            except TypeError:  # named, like all that is wrong, by what looks closer
                leaf = b""
            if (
                leaf != row[LEAF]
                or position != self.size + 1
                or version != before + 1
                or row[RECORDED_AT] < self.recorded_at
            ):
                raise Found(self._wrong(Stored._make(row), keys))
            if keys and not _all_seal(keys, row[SEALED]):
                raise Found(stray_key(position))
            if row[OPEN] is None or row[EMPTIED] is not None:
                self._without_open_part(Stored._make(row))
            self.commands.take(row)
            self.size, self.recorded_at = position, row[RECORDED_AT]
            streams[stream] = version, leaf
            self.leaves.append(leaf)
            if self.ahead and self.ahead[0].head.size == position:
                self._pass_outside()
        self._grown()

    def _made(self, rows: Sequence[Row]) -> dict[int, list[Made]]:
        """The keys made with each of some records."""
        made: dict[int, list[Made]] = {}
        for key in self.tables.made(rows[0][0], rows[-1][0]) if rows else ():
            made.setdefault(key[2], []).append(key)
        return made

    def _wrong(self, row: Stored, made: Iterable[Made]) -> Wrong:
        version, previous = self.streams.get(row.stream, _NONE_BEFORE)
        expected = Expected(self.tag, self.size + 1, version + 1, previous, self.recorded_at)
        try:
            return changed_record(row, [*map(Key._make, made)], expected, self.tables.called)
        except TypeError:
            return mistyped(row, self.size + 1)

    def _without_open_part(self, row: Stored) -> None:
        """A record without its open part never had one, or a later record orders it emptied; nothing in between."""
        if row.open is not None:
            raise Found(Wrong(row.position, "records", "emptied", "it has an open part, and is marked as emptied"))
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
        for key, id_, made_with in self.tables.destroyed():
            stream = orders.stream_of(id_)
            sealed = self._sealed_under(stream or b"", id_, made_with)
            if stream is None or not orders.orders_destroyed(self._orders(stream), id_, sealed):
                why = "the key was destroyed, and no record of its stream orders that"
                raise Found(Wrong(key.position, "keys", "wrapped", why))

    def _sealed_under(self, stream: bytes, id_: bytes, made_with: int) -> list[int]:
        """The versions of a stream that a key seals: a narrative's its own alone, a person's any that tells of them."""
        if id_.startswith(orders.OF_ONE_ENTRY):
            return [made_with]
        return self.tables.sealed_under(stream, id_)

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
        self._ledger(self.tables.ledger())
        self.commands.hold(self.tables)
        if (stray := self.tables.stray_key(self.size)) is not None:
            raise Found(stray_key(stray))
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
        first = [*map(Key._make, tables.made(0, 0))]
        root = next(iter(tables.called(b"root")), None)
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


def _all_seal(keys: Iterable[Made], sealed: bytes) -> bool:
    """Whether each of these keys is named by a sealed part."""
    for key in keys:  # noqa: SIM110 - a generator costs more than all else here
        if key[0] not in sealed:
            return False
    return True


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
    after = Key(b"", b"", BEFORE_ALL)
    while some := tables.wrapped(after):
        for key, wrapped in some:
            if wrapped is not None and not _opens(key, wrapped, key_file):
                why = "the key file does not open this key: it was changed, or this is not the store's key file"
                raise Found(Wrong(key.position, "keys", "wrapped", why))
        after = some[-1][0]


def _opens(key: Key, wrapped: bytes, key_file: bytes) -> bool:
    try:
        found = aes_key_unwrap(key_file, wrapped)
        return hmac.compare_digest(hmac.digest(found, _COMMITTED, "sha256"), key.commitment)
    except (InvalidUnwrap, ValueError, TypeError):
        return False
