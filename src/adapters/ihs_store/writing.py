"""Writing and reading records in SQL that both databases understand; `?` marks a value.

A transaction that writes must hold the store's one write lock before `write` reads where the record stands.
"""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any, Final

from attrs import define, field

from ihs_ledger.tree import Frontier, TreeDamaged
from ihs_record.row import (
    NARRATIVE,
    SALT_SIZE,
    Emptied,
    Part,
    PartsDamaged,
    Row,
    event_id,
    instant,
    read_back,
    written,
)
from ihs_store.errors import NewerStore, StoreDamaged
from ihs_store.laying import CLOCK_CORRECTED, NOWHERE, SYSTEM, Asked, End, Keeper, Laying, read_of
from ihs_store.port import ROOT, Receipt, Statements
from ihs_store.schema import COLUMNS, FORMAT, HEADER, NAMED

SELECT_RECORDS: Final = f"SELECT {', '.join(COLUMNS)} FROM records"  # noqa: S608 - our own column names
SELECT_STANDING: Final = "SELECT size, frontier, recorded_at FROM ledger LEFT JOIN records ON position = size"
_SELECT_END: Final = SELECT_STANDING.replace(" FROM", ", (SELECT value FROM meta WHERE key = 'format') FROM", 1)
_SELECT_RECEIPTS: Final = """
    SELECT r.event, asked, r.first, r.count FROM receipts AS r LEFT JOIN records ON position = r.first
"""
_MOST_ENDS: Final = 50_000
_INSERT_RECORD: Final = f"INSERT INTO records({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608


@cache
def _marks(count: int) -> str:
    return ", ".join("?" * count)


@cache
def _select_ends(count: int) -> str:
    listed = ", ".join(["(?)"] * count)
    return f"""
        SELECT stream, version, leaf FROM records JOIN (
            SELECT column1 AS wanted, (SELECT max(version) FROM records WHERE stream = column1 /*C*/) AS last
            FROM (VALUES {listed}) AS listed
        ) AS ends ON stream = wanted /*C*/ AND version = last
    """  # noqa: S608 - marks alone


@define
class _Known:
    """The end of the record as this process last saw or made it; it holds while the ledger's row is the same."""

    size: int
    frontier: bytes
    tree: Frontier
    recorded_at: int | None
    ends: dict[str, End]


@define(eq=False)
class Writer:
    """Records what is asked, within a transaction that another has begun and will commit.

    What it remembers from one transaction to the next is held against the ledger's row each time: a root over all
    records cannot be the same over others. So a transaction rolled back, or another process's, is noticed.
    """

    keeper: Keeper
    _known: _Known | None = field(default=None, init=False)

    def write(self, c: Statements, asks: Sequence[Asked]) -> Sequence[Row]:
        """Record each caller's append whole or not at all, and settle every outcome."""
        known = self._standing(c)
        _add_ends(c, known.ends, [_stream(draft) for asked in asks for draft in asked.drafts])
        receipts = _receipts(c, [asked.command.id for asked in asks if asked.command])
        taken, root = _taken(c, [key.id for asked in asks for key in asked.keys])
        corrected = partial(_clock_read, c)
        laying = Laying(self.keeper, known.tree, known.recorded_at, dict(known.ends), receipts, taken, corrected, root)
        for asked in asks:
            laying.take(asked)
        if laying.rows:
            tree = laying.grown()
            frontier = tree.to_bytes()
            _insert(c, laying, tree.size, frontier)
            for change in laying.changes:
                change.make(c)
            self._known = _Known(tree.size, frontier, tree, laying.recorded_at, laying.ends)
        return laying.rows

    def _standing(self, c: Statements) -> _Known:
        c.execute(_SELECT_END)
        size, frontier, recorded_at, version = c.fetchone()
        if version != str(FORMAT):
            raise NewerStore("the store was migrated while it was open: open it with the newer program")
        if size and recorded_at is None:
            raise StoreDamaged("the last record is missing: verify the store against a backup")
        known = self._known
        if known is None or known.size != size or known.frontier != frontier or len(known.ends) > _MOST_ENDS:
            known = self._known = _Known(size, frontier, tree_of(size, frontier), recorded_at, {})
        return known


def _stream(draft: Any) -> str:
    return str(getattr(draft, "stream", None) or draft.originator_id)


def tree_of(size: int, frontier: bytes) -> Frontier:
    """Read the ledger's row; StoreDamaged where it contradicts itself."""
    try:
        return Frontier.from_bytes(size, frontier)
    except (TreeDamaged, TypeError) as error:
        raise StoreDamaged("the ledger's row is damaged: verify the store against a backup") from error


def _receipts(c: Statements, commands: Sequence[str]) -> dict[str, tuple[Receipt, bytes]]:
    if not commands:
        return {}
    of = {event_id(command, 1): command for command in commands}
    c.execute(f"{_SELECT_RECEIPTS} WHERE r.event IN ({_marks(len(of))})", [*of])
    return {of[event]: (_receipt(c, of[event], first, count), asked) for event, asked, first, count in c.fetchall()}


def receipt_of(c: Statements, command: str) -> Receipt | None:
    """Read a command's receipt, None where it recorded nothing."""
    found = _receipts(c, [command])
    return found[command][0] if found else None


def _receipt(c: Statements, command: str, first: int, count: int) -> Receipt:
    c.execute(
        "SELECT stream, version, recorded_at, asked FROM records WHERE position BETWEEN ? AND ? ORDER BY position",
        (first, first + count - 1),
    )
    rows = c.fetchall()
    if len(rows) != count or rows[0][3] is None:
        raise StoreDamaged("a receipt's records are missing: verify the store against a backup")
    versions = tuple((stream, version) for stream, version, *_ in rows)
    return Receipt(command, first, count, instant(rows[0][2]), again=True, versions=versions)


def _add_ends(c: Statements, ends: dict[str, End], streams: Iterable[str]) -> None:
    asked = [*{stream for stream in streams if stream not in ends}]
    if asked:
        ends.update(dict.fromkeys(asked, NOWHERE))
        c.execute(_select_ends(len(asked)), asked)
        ends.update({stream: (version, leaf) for stream, version, leaf in c.fetchall()})


def _taken(c: Statements, keys: Sequence[str]) -> tuple[set[str], bytes | None]:
    """Which of these ids of new keys are in use, and how the root key is wrapped.

    A narrative's key is at its record's place, and there can be no second record there.
    """
    if not keys:
        return set(), None
    ids = (*(key for key in keys if not key.startswith(NARRATIVE)), ROOT)
    c.execute(f"SELECT id, wrapped FROM keys WHERE id IN ({_marks(len(ids))}) AND {NAMED}", ids)  # noqa: S608
    found: dict[str, bytes] = dict(c.fetchall())
    return {id_ for id_ in found if id_ in keys}, found.get(ROOT)


def _clock_read(c: Statements, last: int) -> int | None:
    """What the clock read at the last ClockCorrected, if that was while the record stood at this time."""
    c.execute(
        "SELECT occurred, recorded_at FROM records WHERE stream = ? AND name = ? ORDER BY version DESC LIMIT 1",
        (SYSTEM, CLOCK_CORRECTED),
    )
    found = c.fetchone()
    return read_of(found[0]) if found and found[1] == last else None


def _insert(c: Statements, laying: Laying, size: int, frontier: bytes) -> None:
    c.executemany(_INSERT_RECORD, [columns(row) for row in laying.rows])
    c.execute("UPDATE ledger SET size = ?, frontier = ?", (size, frontier))
    if laying.kept:
        kept = [(event_id(command.id, 1), receipt.first, receipt.count) for command, receipt in laying.kept]
        c.executemany("INSERT INTO receipts VALUES (?, ?, ?)", kept)
    if laying.keys:
        made = [(position, kept, key.wrapped, key.commitment) for key, position, kept in laying.keys]
        c.executemany("INSERT INTO keys VALUES (?, ?, ?, ?)", made)


def columns(row: Row) -> tuple[object, ...]:
    """Lay a new row out as its columns."""
    salted = row.open.salt + row.open.content if isinstance(row.open, Part) else None
    sealed = written(row.sealed, row.stream, row.version)
    return (*row[: len(HEADER)], row.leaf, row.checks, None, salted, sealed)


def row_of(record: Iterable[Any]) -> Row:
    """Read one record as selected by SELECT_RECORDS; StoreDamaged where a part is not as it was written."""
    *header, leaf, checks, emptied, salted, sealed = record
    if salted is not None and emptied is not None:
        raise StoreDamaged(f"record {header[0]} has an open part beside the mark of one emptied: verify the store")
    opened: Part | Emptied | None = None
    if salted is not None:
        opened = Part(salted[:SALT_SIZE], salted[SALT_SIZE:])
    elif emptied is not None:
        opened = Emptied(emptied)
    try:
        return Row._make((*header, opened, read_back(sealed, header[1], header[2]), leaf, checks))
    except PartsDamaged as error:
        raise StoreDamaged(f"record {header[0]} cannot be read: {error}") from error
