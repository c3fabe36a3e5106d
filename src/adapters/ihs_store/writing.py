"""Writing and reading records in SQL that both databases understand; `?` marks a value.

A transaction that writes must hold the store's one write lock before `write` reads where the record stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, Protocol, TypeVar

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
)
from ihs_store.asked import Asked
from ihs_store.errors import NewerStore, StoreDamaged, StoreError
from ihs_store.inserting import Stand, insert, insert_at_once
from ihs_store.laying import CLOCK_CORRECTED, NOWHERE, SYSTEM, End, Laid, Laying
from ihs_store.port import ROOT, Receipt, Statements
from ihs_store.schema import COLUMNS, FORMAT, NAMED
from ihs_store.stamping import Keeper, read_of

SELECT_RECORDS: Final = f"SELECT {', '.join(COLUMNS)} FROM records"  # noqa: S608 - our own column names
_RECORDED_AT: Final = "(SELECT recorded_at FROM records WHERE position = size)"
"""When the last record was recorded. No join: a plan made while the tables were empty may read all of them for one."""
SELECT_STANDING: Final = f"SELECT size, frontier, {_RECORDED_AT} FROM ledger"  # noqa: S608 - our own words
_MOST_ENDS: Final = 50_000
_MOST_FILLED_UP: Final = 256
T = TypeVar("T")

Question = tuple[str, Sequence[object]]
"""A statement with its values; an empty one asks nothing."""


class Answers(Protocol):
    """How several questions are asked."""

    def __call__(self, c: Statements, *questions: Question) -> list[list[Any]]:
        """Give the rows found for each."""


def in_turn(c: Statements, *questions: Question) -> list[list[Any]]:
    """Ask one question after the other."""
    found: list[list[Any]] = []
    for statement, values in questions:
        if statement:
            c.execute(statement, values)
        found.append(c.fetchall() if statement else [])
    return found


@cache
def _marks(count: int) -> str:
    return ", ".join("?" * count) or "NULL"


@cache
def _select_end(commands: int, keys: int) -> str:
    """Where the record stands, how the root key is wrapped, and how many of so many commands and keys are on record."""
    return f"""
        SELECT size, frontier, {_RECORDED_AT}, (SELECT value FROM meta WHERE key = 'format'),
            (SELECT wrapped FROM keys WHERE position = 0 AND id = '{ROOT}'),
            (SELECT count(*) FROM receipts WHERE event IN ({_marks(commands)})),
            (SELECT count(*) FROM keys WHERE id IN ({_marks(keys)}) AND {NAMED})
        FROM ledger
    """  # noqa: S608 - marks alone


@cache
def _select_receipts(count: int) -> str:
    return f"""
        SELECT event, (SELECT asked FROM records WHERE position = first), first, count FROM receipts
        WHERE event IN ({_marks(count)})
    """  # noqa: S608 - marks alone


@cache
def _select_taken(count: int) -> str:
    return f"SELECT id FROM keys WHERE id IN ({_marks(count)}) AND {NAMED}"  # noqa: S608


@cache
def _select_ends(count: int) -> str:
    """The ends of so many streams; of none, nothing is asked."""
    if not count:
        return ""
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
    root: bytes | None
    ends: dict[str, End]
    leaf: bytes | None = None

    @property
    def stand(self) -> Stand:
        """The ledger's row."""
        return self.size, self.frontier


@define(eq=False)
class Writer:
    """Records what is asked, within a transaction that another has begun and will commit.

    What it remembers from one transaction to the next is held against the ledger's row each time: a root over all
    records cannot be the same over others. So a transaction rolled back, or another process's, is noticed.
    """

    keeper: Keeper
    answers: Answers = in_turn
    _known: _Known | None = field(default=None, init=False)

    def write(self, c: Statements, asks: Sequence[Asked]) -> Sequence[Laid]:
        """Record each caller's append whole or not at all, and settle every outcome."""
        before = self._known
        known, receipts, taken = self._found(c, asks)
        set_back = before is not None and before is not known and _is_set_back(c, before)
        laying = self._laid(c, known, asks, receipts, taken, set_back=set_back)
        if laying.rows:
            now = _after(known, laying)
            insert(c, laying, now.stand)
            for change in laying.changes:
                change.make(c)
            self._remember(now, laying)
        return laying.rows

    def write_at_once(self, c: Statements, asks: Sequence[Asked]) -> Sequence[Laid] | None:
        """Record it as `write` does, and look at nothing first; None where that will not do. Raises LookAgain.

        What is remembered is held against the record as it is changed, so it settles nothing that is not so.
        """
        known = self._known
        if known is None or not (known.size and all(_is_plain(asked, known.ends) for asked in asks)):
            return None
        laying = self._laid(c, known, asks, {}, set())
        if any(isinstance(asked.outcome, StoreError) for asked in asks):
            return None
        now = _after(known, laying)
        insert_at_once(c, laying, known.stand, now.stand)
        self._remember(now, laying)
        return laying.rows

    def _laid(
        self,
        c: Statements,
        known: _Known,
        asks: Sequence[Asked],
        receipts: dict[str, tuple[Receipt, bytes]],
        taken: set[str],
        *,
        set_back: bool = False,
    ) -> Laying:
        said = known.tree, known.recorded_at, known.ends, receipts, taken, partial(_clock_read, c), known.root
        laying = Laying(self.keeper, *said, set_back)
        for asked in asks:
            laying.take(asked)
        return laying

    def _remember(self, now: _Known, laying: Laying) -> None:
        now.ends.update(laying.moved)
        self._known = now

    def _found(self, c: Statements, asks: Sequence[Asked]) -> tuple[_Known, dict[str, tuple[Receipt, bytes]], set[str]]:
        """Where the record stands, and what of all that is asked is on record.

        Of keys those of persons are asked about: a narrative's is at its record's place, where there is no other.
        """
        streams = [*dict.fromkeys(_stream(draft) for asked in asks for draft in asked.drafts)]
        commands = {event_id(asked.command.id, 1): asked.command.id for asked in asks if asked.command}
        events = _filled_up([*commands])
        keys = _filled_up([key.id for asked in asks for key in asked.keys if not key.id.startswith(NARRATIVE)])
        remembered = self._known.ends if self._known else {}
        unknown = _filled_up([stream for stream in streams if stream not in remembered])
        standing = _select_end(len(events), len(keys)), [*events, *keys]
        ((size, frontier, recorded_at, version, root, known_commands, known_keys),), ends = self.answers(
            c, standing, (_select_ends(len(unknown)), unknown)
        )
        known = self._standing(size, frontier, recorded_at, version)
        known.root = root
        if known.ends is not remembered:
            unknown = _filled_up(streams)
            (ends,) = self.answers(c, (_select_ends(len(unknown)), unknown))
        known.ends.update(dict.fromkeys(unknown, NOWHERE))
        known.ends.update({stream: (version, leaf) for stream, version, leaf in ends})
        receipts = _receipts(c, commands) if known_commands else {}
        return known, receipts, _taken(c, keys) if known_keys else set()

    def _standing(self, size: int, frontier: bytes, recorded_at: int | None, version: str) -> _Known:
        if version != str(FORMAT):
            raise NewerStore("the store was migrated while it was open: open it with the newer program")
        if size and recorded_at is None:
            raise StoreDamaged("the last record is missing: verify the store against a backup")
        known = self._known
        if known is None or known.size != size or known.frontier != frontier or len(known.ends) > _MOST_ENDS:
            known = self._known = _Known(size, frontier, tree_of(size, frontier), recorded_at, None, {})
        return known


def _after(known: _Known, laying: Laying) -> _Known:
    """The end of the record once that is inserted."""
    tree = laying.grown()
    return _Known(tree.size, tree.to_bytes(), tree, laying.recorded_at, known.root, known.ends, laying.rows[-1].leaf)


def _is_set_back(c: Statements, before: _Known) -> bool:
    """Whether the record is not one that went on from where it stood: the last record of then is not there."""
    if before.leaf is None:
        return False
    c.execute("SELECT leaf FROM records WHERE position = ?", (before.size,))
    found = c.fetchone()
    return found is None or bytes(found[0]) != before.leaf


def _is_plain(asked: Asked, ends: Mapping[str, End]) -> bool:
    """Whether an append asks for records alone, on streams of which the ends are known, and for no key with a name."""
    if asked.change is not None or not asked.drafts:
        return False
    if any(not key.id.startswith(NARRATIVE) for key in asked.keys):
        return False
    return all(_stream(draft) in ends for draft in asked.drafts)


def _filled_up(values: list[T]) -> list[T]:
    """Repeat the last of some values until they are 1, 2, 4, 8, ...: so there are few statements to prepare."""
    if not values or len(values) > _MOST_FILLED_UP:
        return values
    return [*values, *values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))]


def _stream(draft: Any) -> str:
    return str(getattr(draft, "stream", None) or draft.originator_id)


def tree_of(size: int, frontier: bytes) -> Frontier:
    """Read the ledger's row; StoreDamaged where it contradicts itself."""
    try:
        return Frontier.from_bytes(size, frontier)
    except (TreeDamaged, TypeError) as error:
        raise StoreDamaged("the ledger's row is damaged: verify the store against a backup") from error


def _receipts(c: Statements, commands: Mapping[bytes, str]) -> dict[str, tuple[Receipt, bytes]]:
    """The receipts of *commands*, which are given by the ids of their first events."""
    events = _filled_up([*commands])
    c.execute(_select_receipts(len(events)), events)
    found = ((commands[event], asked, first, count) for event, asked, first, count in c.fetchall())
    return {command: (_receipt(c, command, first, count), asked) for command, asked, first, count in found}


def receipt_of(c: Statements, command: str) -> Receipt | None:
    """Read a command's receipt, None where it recorded nothing."""
    found = _receipts(c, {event_id(command, 1): command})
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


def _taken(c: Statements, keys: Sequence[str]) -> set[str]:
    c.execute(_select_taken(len(keys)), keys)
    return {id_ for (id_,) in c.fetchall()}


def _clock_read(c: Statements, last: int) -> int | None:
    """What the clock read at the last ClockCorrected, if that was while the record stood at this time."""
    c.execute(
        "SELECT occurred, recorded_at FROM records WHERE stream = ? AND name = ? ORDER BY version DESC LIMIT 1",
        (SYSTEM, CLOCK_CORRECTED),
    )
    found = c.fetchone()
    return read_of(found[0]) if found and found[1] == last else None


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
