"""Laying out what one caller or many ask to be recorded: positions, leaves, receipts. No database here."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from attrs import define, evolve, field
from eventsourcing.persistence import StoredEvent

from ihs_ledger.tree import Frontier
from ihs_record.leaf import digested, proof
from ihs_record.row import SALT_SIZE, Draft, Header, event_id, instant, kept_id, written
from ihs_store.asked import Asked, StoredDraft
from ihs_store.errors import (
    CommandReused,
    KeyFileReplaced,
    KeyIdTaken,
    KeySealsNothing,
    StoreError,
    VersionConflict,
)
from ihs_store.port import Changing, Command, Receipt, WrappedKey
from ihs_store.stamping import Keeper, read_of

End = tuple[int, bytes]
"""Where a stream stands: its version and its last leaf."""

_MOST_SALTS: Final = 64
CLOCK_CORRECTED: Final = "ClockCorrected.v1"
SYSTEM: Final = "system"
NOWHERE: End = (0, b"")


def _corrects_clock(asked: Asked) -> Draft | None:
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


class Laid(NamedTuple):
    """A record laid out as it is to be stored: its header, the salted open part, the sealed parts end to end."""

    header: Header
    leaf: bytes
    checks: bytes
    salted: bytes | None
    sealed: bytes

    @property
    def position(self) -> int:
        """Its place in the whole record."""
        return self.header[0]

    @property
    def end(self) -> tuple[str, int]:
        """Its stream, and its version there."""
        return self.header[1], self.header[2]


def _header(draft: Draft, position: int, number: int, recorded_at: int, command: str, mac: bytes | None) -> Header:
    return (
        position,
        draft.stream,
        draft.version,
        draft.name,
        number,
        draft.day,
        draft.occurred,
        recorded_at,
        draft.actor,
        draft.role,
        command,
        draft.correlation,
        draft.causation,
        draft.edition,
        draft.target,
        draft.schema,
        mac,
    )


def _bare(event: StoredEvent, position: int, number: int, recorded_at: int, command: str, mac: bytes | None) -> Header:
    """The header of an event of the library's own: a neutral one."""
    stream, version = str(event.originator_id), event.originator_version
    before = (position, stream, version, event.topic, number, "", None, recorded_at, "", "", command)
    return (*before, None, None, "", 0, 0, mac)


class _Made:
    """The new keys of one append, each made with the first of its records that is sealed under it."""

    def __init__(self, keys: Sequence[WrappedKey]) -> None:
        self._unused = {key.id: key for key in keys}
        self.at: list[tuple[WrappedKey, int, str]] = []

    def by(self, position: int, draft: Draft) -> list[tuple[str, bytes]]:
        """Give the kept ids of the keys made with a record, each with its commitment."""
        if not self._unused:
            return []
        made = [key for id_, _ in draft.sealed if (key := self._unused.pop(id_, None))]
        kept = [(key, position, kept_id(draft.stream, draft.version, key.id)) for key in made]
        self.at += kept
        return [(id_, key.commitment) for key, _, id_ in kept]

    def all_seal(self) -> None:
        """Raise KeySealsNothing unless each was made with a record."""
        if self._unused:
            raise KeySealsNothing("a new key seals none of the parts it came with: append it with the part it seals")


@define
class Laying:
    """The record's end as a transaction found it, growing by one caller after the other.

    A caller who is refused leaves no trace in it, so the others are recorded as if that one had not asked. What was
    found stays as it was found: `moved` has the ends that the rows make. Where the record was `set_back` since this
    process wrote, a draft that names the leaf it stands behind was made by what is no more: it is refused.
    """

    keeper: Keeper
    tree: Frontier
    recorded_at: int | None
    ends: dict[str, End]
    receipts: dict[str, tuple[Receipt, bytes]]
    key_ids: set[str]
    corrected: Callable[[int], int | None]
    root: bytes | None = None
    set_back: bool = False
    rows: list[Laid] = field(factory=list)
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
            raise CommandReused
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
        return self._receipt(asked.command, recorded_at, rows)

    def _stamp(self, asked: Asked) -> int:
        return self.keeper.stamp(asked.recorded_at, self.recorded_at, lambda: self._clock_read(asked))

    def _clock_read(self, asked: Asked) -> int | None:
        """What the clock read when it was said to be right while the record stood at this time, None if it was not."""
        if (draft := _corrects_clock(asked)) is not None:
            return read_of(draft.occurred)
        for _, stream, _, name, _, _, occurred, *_ in (row.header for row in reversed(self.rows)):
            if (stream, name) == (SYSTEM, CLOCK_CORRECTED):
                return read_of(occurred)
        return None if self.recorded_at is None else self.corrected(self.recorded_at)

    def _rows(self, asked: Asked, recorded_at: int, made: _Made) -> tuple[list[Laid], dict[str, End]]:
        position = self.tree.size + len(self.rows)
        rows: list[Laid] = []
        ends: dict[str, End] = {}
        for number, given in enumerate(asked.drafts, start=1):
            draft = given.draft if isinstance(given, StoredDraft) else given
            stream = draft.stream if isinstance(draft, Draft) else str(draft.originator_id)
            version, previous = ends.get(stream) or self.moved.get(stream) or self.ends[stream]
            if isinstance(draft, Draft) and not self._stands_behind(draft, version, previous):
                raise VersionConflict(stream, version)
            place = (position + number, number if asked.command else 0, recorded_at)
            row = self._laid_out(draft, place, asked.command, previous, made)
            ends[stream] = row.header[2], row.leaf
            rows.append(row)
        return rows, ends

    def _stands_behind(self, draft: Draft, version: int, previous: bytes) -> bool:
        """Whether a draft was made to stand there, and on a record that is not another than it was made on."""
        if draft.version != version + 1:
            return False
        return draft.after is None or (draft.after == previous and not self.set_back)

    def _laid_out(
        self, draft: Draft | StoredEvent, place: tuple[int, int, int], by: Command | None, previous: bytes, made: _Made
    ) -> Laid:
        """Lay out one record behind the *previous* leaf of its stream."""
        command, mac = (by.id, by.mac if place[1] == 1 else None) if by else ("", None)
        if isinstance(draft, Draft):
            header, content, keys = _header(draft, *place, command, mac), draft.open, made.by(place[0], draft)
            sealed = written(draft.sealed, draft.stream, draft.version) if draft.sealed else b""
        else:
            header, content, keys, sealed = _bare(draft, *place, command, mac), draft.state, [], b""
        salted = None if content is None else next(self._salts) + content
        leaf, checks = proof(header, digested(salted, sealed, keys), previous, self.keeper.tag)
        return Laid(header, leaf, checks, salted, sealed)

    def _take_keys(self, made: _Made) -> None:
        made.all_seal()
        for key, _, _ in made.at:
            if key.id in self.key_ids:
                raise KeyIdTaken(key.id)
            if key.beside is not None and key.beside != self.root:
                raise KeyFileReplaced("the key file was replaced meanwhile: read it again, seal again, then append")
        self.key_ids.update([key.id for key, _, _ in made.at])
        self.keys += made.at

    def _receipt(self, command: Command | None, recorded_at: int, rows: Sequence[Laid]) -> Receipt:
        first, stamped = rows[0].position, instant(recorded_at)
        versions = tuple([row.end for row in rows])
        ident = command.id if command else None
        leaves = tuple([row.leaf for row in rows])
        receipt = Receipt(ident, first, len(rows), stamped, again=False, versions=versions, leaves=leaves)
        if command:
            self.kept.append((event_id(command.id, 1), first, len(rows)))
            self.receipts[command.id] = receipt, command.mac
        return receipt
