"""Laying out what one caller or many ask to be recorded: positions, leaves, receipts. No database here."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from attrs import define, evolve, field, frozen
from eventsourcing.persistence import StoredEvent

from ihs_ledger.tree import Frontier
from ihs_record.leaf import LIVE, REHEARSAL, chained
from ihs_record.row import SALT_SIZE, Draft, Part, Row, SealedPart, event_id, instant, kept_id, micros
from ihs_store.errors import (
    ClockWentBack,
    CommandReused,
    KeyFileReplaced,
    KeyIdTaken,
    KeySealsNothing,
    OutcomeUnknown,
    RecordedAtMissing,
    RecordedAtRefused,
    StoreError,
    VersionConflict,
)
from ihs_store.port import Changing, Command, Kind, Receipt, WrappedKey

Clock = Callable[[], int]
End = tuple[int, bytes]
"""Where a stream stands: its version and its last leaf."""

_LARGEST_STEP_BACK = 2_000_000
_MOST_SALTS: Final = 64
CLOCK_CORRECTED: Final = "ClockCorrected.v1"
SYSTEM: Final = "system"
NOWHERE: End = (0, b"")
INTERRUPTED: Final = "the writer was interrupted: ask for the command's receipt before trying again"


def read_of(occurred: str | None) -> int | None:
    """What a clock read, of the instant as a record's header has it."""
    return None if occurred is None else micros(datetime.fromisoformat(occurred))


def wall_clock() -> int:
    """Read the machine's clock: microseconds since 1970, UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class StoredDraft(StoredEvent):
    """A draft on its way through the library, whose own events are dataclasses."""

    draft: Draft


@define(eq=False)
class Fate:
    """Whether the transaction that several appends share is durable: until then no receipt of theirs is true."""

    durable: bool = False


@define(eq=False)
class Asked:
    """What one append asks; once it was laid out, the receipt it gets, or why it gets none.

    *fate* is that of its transaction, where another than its own caller may have written it.
    """

    drafts: Sequence[Draft | StoredEvent] = ()
    command: Command | None = None
    recorded_at: int | None = None
    keys: Sequence[WrappedKey] = ()
    change: Changing | None = None
    outcome: Receipt | StoreError | None = None
    fate: Fate | None = None

    def settled(self) -> Receipt:
        """Give the receipt, or raise what stands in its place: OutcomeUnknown where the writer was interrupted."""
        if isinstance(self.outcome, StoreError):
            raise self.outcome
        if self.outcome is None or not (self.fate is None or self.fate.durable):
            raise OutcomeUnknown(INTERRUPTED)
        return self.outcome


@frozen
class Keeper:
    """What a store lays down for all its records: its kind, and the clock that stamps them."""

    kind: Kind
    clock: Clock = wall_clock

    @property
    def tag(self) -> bytes:
        """The tag in every leaf."""
        return REHEARSAL if self.kind == "rehearsal" else LIVE

    def stamp(self, given: int | None, last: int | None, corrected: Callable[[], int | None]) -> int:
        """Give the time of recording after `last`, None where nothing is recorded yet; AppendRefused.

        *corrected* tells what the clock read when it was said to be right though it is behind `last`, else None.
        """
        if self.kind == "live" and given is not None:
            raise RecordedAtRefused("a live store stamps the time of recording itself: give none")
        if self.kind == "rehearsal" and given is None:
            raise RecordedAtMissing("a rehearsal store is told the time of recording: give recorded_at")
        now = self.clock() if given is None else given
        if last is None or now >= last:
            return now
        if given is not None:
            raise ClockWentBack(f"{_behind(last, now)}: give records in the order of recording")
        if last - now <= _LARGEST_STEP_BACK:
            return last
        read = corrected()
        if read is None or now < read - _LARGEST_STEP_BACK:
            raise ClockWentBack(
                f"{_behind(last, now)}: set the clock right; if it is right, record that by ihs store clock-corrected"
            )
        return last


def _behind(last: int, now: int) -> str:
    return f"the time of recording would lie {(last - now) / 1e6:.6f} s before the last record's"


def _corrects_clock(asked: "Asked") -> Draft | None:
    """The draft that says the clock is right, where that alone is asked."""
    [only, *more] = asked.drafts
    says = isinstance(only, Draft) and (only.stream, only.name) == (SYSTEM, CLOCK_CORRECTED) and not more
    return only if says else None  # type: ignore[return-value]


Salts = Iterator[bytes]


def _salts() -> Salts:
    """Fresh random salts, without end. To draw is a system call, at which other threads run: so many at once."""
    count = 2
    while True:
        drawn = secrets.token_bytes(count * SALT_SIZE)
        yield from (drawn[at : at + SALT_SIZE] for at in range(0, len(drawn), SALT_SIZE))
        count = min(2 * count, _MOST_SALTS)


def _bare(
    event: StoredEvent, position: int, number: int, recorded_at: int, command: str, mac: bytes | None, salts: Salts
) -> Row:
    """Lay out an event of the library's own, which has neutral headers."""
    stream, content = str(event.originator_id), _salted(event.state, salts)
    end = (None, None, "", 0, 0, mac, content, ())
    return Row(
        position, stream, event.originator_version, event.topic, number, "", None, recorded_at, "", "", command, *end
    )


def _salted(content: bytes | None, salts: Salts) -> Part | None:
    return None if content is None else Part(next(salts), content)


def _row(
    asked: Draft | StoredEvent, position: int, number: int, recorded_at: int, by: Command | None, salts: Salts
) -> Row:
    """Lay out one record, still without its leaf."""
    command, number, mac = (by.id, number, by.mac if number == 1 else None) if by else ("", 0, None)
    if isinstance(asked, StoredDraft):
        asked = asked.draft
    elif isinstance(asked, StoredEvent):
        return _bare(asked, position, number, recorded_at, command, mac, salts)
    d = asked
    return Row(
        position,
        d.stream,
        d.version,
        d.name,
        number,
        d.day,
        d.occurred,
        recorded_at,
        d.actor,
        d.role,
        command,
        d.correlation,
        d.causation,
        d.edition,
        d.target,
        d.schema,
        mac,
        _salted(d.open, salts),
        tuple([SealedPart(key, content) for key, content in d.sealed]),
    )


def _goes_elsewhere(asked: Draft | StoredEvent, version: int, previous: bytes) -> bool:
    """Whether a draft was made for another place than behind this version, or for a record other than stands there."""
    draft = asked.draft if isinstance(asked, StoredDraft) else asked
    if not isinstance(draft, Draft):
        return False
    return draft.version != version + 1 or draft.after not in {None, previous}


class _Made:
    """The new keys of one append, each made with the first of its records that is sealed under it."""

    def __init__(self, keys: Sequence[WrappedKey]) -> None:
        self._unused = {key.id: key for key in keys}
        self.at: list[tuple[WrappedKey, int, str]] = []

    def by(self, row: Row) -> list[tuple[str, bytes]]:
        """Give the keys made with a record, each with its commitment."""
        if not self._unused:
            return []
        made = [key for part in row.sealed if (key := self._unused.pop(part.key, None))]
        self.at += [(key, row.position, kept_id(row.stream, row.version, key.id)) for key in made]
        return [(key.id, key.commitment) for key in made]

    def all_seal(self) -> None:
        """Raise KeySealsNothing unless each was made with a record."""
        if self._unused:
            raise KeySealsNothing("a new key seals none of the parts it came with: append it with the part it seals")


@define
class Laying:
    """The record's end as a transaction found it, growing by one caller after the other.

    A caller who is refused leaves no trace in it, so the others are recorded as if that one had not asked. What was
    found stays as it was found: `moved` has the ends that the rows make.
    """

    keeper: Keeper
    tree: Frontier
    recorded_at: int | None
    ends: dict[str, End]
    receipts: dict[str, tuple[Receipt, bytes]]
    key_ids: set[str]
    corrected: Callable[[int], int | None]
    root: bytes | None = None
    rows: list[Row] = field(factory=list)
    moved: dict[str, End] = field(factory=dict)
    kept: list[tuple[bytes, int, int]] = field(factory=list)
    keys: list[tuple[WrappedKey, int, str]] = field(factory=list)
    changes: list[Changing] = field(factory=list)
    _salts: Salts = field(factory=_salts, init=False)

    def take(self, asked: Asked) -> None:
        """Lay out one append, and settle its outcome."""
        try:
            asked.outcome = self._first(asked.command) or self._laid(asked)
        except StoreError as refused:
            asked.outcome = refused

    def grown(self) -> Frontier:
        """Give the tree with every record that was laid out."""
        return self.tree.grown(row.leaf for row in self.rows)

    def _first(self, command: Command | None) -> Receipt | None:
        found = self.receipts.get(command.id) if command else None
        if found is None or command is None:
            return None
        receipt, mac = found
        if not secrets.compare_digest(mac, command.mac):
            raise CommandReused("this command id is on record with other content: use a new id for a new command")
        return receipt if receipt.again else evolve(receipt, again=True)

    def _laid(self, asked: Asked) -> Receipt:
        if not asked.drafts:
            return Receipt(asked.command.id if asked.command else None, 0, 0, None, again=False, versions=())
        recorded_at = self._stamp(asked)
        made = _Made(asked.keys)
        rows, ends = self._rows(asked, recorded_at, made)
        self._take_keys(made)
        self.rows += rows
        self.changes += [] if asked.change is None else [asked.change]
        self.moved.update(ends)
        self.recorded_at = recorded_at
        return self._receipt(asked.command, rows)

    def _stamp(self, asked: Asked) -> int:
        return self.keeper.stamp(asked.recorded_at, self.recorded_at, lambda: self._clock_read(asked))

    def _clock_read(self, asked: Asked) -> int | None:
        """What the clock read when it was said to be right while the record stood at this time, None if it was not."""
        if (draft := _corrects_clock(asked)) is not None:
            return read_of(draft.occurred)
        for row in reversed(self.rows):
            if (row.stream, row.name) == (SYSTEM, CLOCK_CORRECTED):
                return read_of(row.occurred)
        return None if self.recorded_at is None else self.corrected(self.recorded_at)

    def _rows(self, asked: Asked, recorded_at: int, made: _Made) -> tuple[list[Row], dict[str, End]]:
        before = self.tree.size + len(self.rows)
        rows: list[Row] = []
        ends: dict[str, End] = {}
        for number, draft in enumerate(asked.drafts, start=1):
            bare = _row(draft, before + number, number, recorded_at, asked.command, self._salts)
            version, previous = ends.get(bare.stream) or self.moved.get(bare.stream) or self.ends[bare.stream]
            if _goes_elsewhere(draft, version, previous):
                raise VersionConflict(bare.stream, version)
            row = chained(bare, previous, self.keeper.tag, made.by(bare))
            ends[row.stream] = row.version, row.leaf
            rows.append(row)
        return rows, ends

    def _take_keys(self, made: _Made) -> None:
        made.all_seal()
        for key, _, _ in made.at:
            if key.id in self.key_ids:
                raise KeyIdTaken(key.id)
            if key.beside is not None and key.beside != self.root:
                raise KeyFileReplaced("the key file was replaced meanwhile: read it again, seal again, then append")
        self.key_ids.update([key.id for key, _, _ in made.at])
        self.keys += made.at

    def _receipt(self, command: Command | None, rows: Sequence[Row]) -> Receipt:
        first, recorded_at = rows[0].position, instant(rows[0].recorded_at)
        versions = tuple([(row.stream, row.version) for row in rows])
        ident = command.id if command else None
        leaves = tuple([row.leaf for row in rows])
        receipt = Receipt(ident, first, len(rows), recorded_at, again=False, versions=versions, leaves=leaves)
        if command:
            self.kept.append((event_id(command.id, 1), first, len(rows)))
            self.receipts[command.id] = receipt, command.mac
        return receipt
