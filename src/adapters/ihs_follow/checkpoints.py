"""Checkpoints kept outside the store: what shows a history that was rebuilt, cut short, or brought back from a copy."""

import logging
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from attrs import define, field, frozen

from ihs_cases.cases import Cases
from ihs_follow.sink import NotThisRecord
from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.note import NoteRefused
from ihs_ledger.tree import Frontier, TreeHead
from ihs_store.folders import synced
from ihs_store.port import RecordStore

EVERY: Final = 60.0
LATE: Final = timedelta(minutes=5)
CHUNK: Final = 1000
SUFFIX: Final = ".checkpoint"
_log = logging.getLogger(__name__)


class DepartsFromKept(NotThisRecord):
    """The record does not go on from a checkpoint that was kept: it was rewritten, cut short, or is an older copy."""


class KeptOfAnother(NotThisRecord):
    """The place keeps checkpoints of another store: nothing was kept there."""


class Kept(Protocol):
    """A place outside the store where checkpoints are kept and not lost."""

    @property
    def name(self) -> str:
        """Where that is, in words."""

    def last(self) -> str | None:
        """The largest checkpoint that is kept, None while there is none."""

    def keep(self, checkpoint: str) -> None:
        """Keep a checkpoint for good; raises anything where that is not certain."""


@frozen
class Folder:
    """Keeps each checkpoint as a file that is named after its size, and overwrites none."""

    path: Path

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self.path)

    def all(self) -> Iterator[Path]:
        """The files of all checkpoints, the smallest first."""
        yield from sorted(self.path.glob(f"*{SUFFIX}"))

    def last(self) -> str | None:
        """The largest checkpoint: see Kept."""
        files = [*self.all()]
        return _read(files[-1]) if files else None

    def keep(self, checkpoint: str) -> None:
        """Keep a checkpoint: see Kept. Raises DepartsFromKept where another of its size is kept."""
        stated = Checkpoint.opened(checkpoint, None)
        file = self.path / f"{stated.head.size:019}{SUFFIX}"
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            _write_whole(file, checkpoint)
        except FileExistsError:
            if Checkpoint.opened(_read(file), None) != stated:
                why = f"{file} keeps another checkpoint of this size: keep both apart, and verify the store"
                raise DepartsFromKept(why) from None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as error:
        raise NoteRefused(f"{file} is no checkpoint ({type(error).__name__}): keep it elsewhere") from None


def _write_whole(file: Path, text: str) -> None:
    """Write a file that is there whole or not at all; FileExistsError where it is there already."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with draft.open("w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    synced(file.parent)


@define
class CheckpointPublisher:
    """Has a checkpoint kept outside whenever the record has grown, and none of a record that departs from the last."""

    cases: Cases
    kept: Kept
    _tree: Frontier | None = field(default=None, init=False)

    def publish(self) -> Checkpoint | None:
        """Keep a checkpoint of the record as it stands, None where the last that is kept says as much.

        Raises DepartsFromKept where the record does not go on from that one, KeptOfAnother where that is another
        store's, and then keeps nothing.
        """
        head = self.cases.store.head()
        tree = self._tree if self._tree is not None else self._from_last()
        if head.position == tree.size:
            return None
        grown = self._grown(tree, head.position)
        if grown.head != TreeHead(head.position, head.root):
            raise DepartsFromKept(
                f"the record does not go on from the checkpoint kept at {tree.size}: verify the store"
            )
        note = self.cases.checkpoint(head)
        self.kept.keep(note)
        self._tree = grown
        return Checkpoint.opened(note, self.cases.signer.key)

    def run(self, stop: threading.Event, every: float = EVERY) -> None:
        """Publish now and every so many seconds until *stop* is set. Raises what `publish` does of another record."""
        self.attempt()
        while not stop.wait(every):
            self.attempt()

    def attempt(self) -> None:
        """Publish; what fails is left for the next time. Raises what `publish` does of another record."""
        try:
            self.publish()
        except NotThisRecord:
            raise
        except Exception as error:  # noqa: BLE001 - a place outside may fail in any way; it holds nothing back
            _log.warning("no checkpoint could be kept in %s (%s): tried again", self.kept.name, type(error).__name__)

    def _from_last(self) -> Frontier:
        """The tree as the last checkpoint that is kept states it."""
        kept = _last_of(self.cases.store, self.kept)
        if kept is None:
            return Frontier()
        last = Checkpoint.opened(kept, self.cases.signer.key)
        tree = self._grown(Frontier(), last.head.size)
        if tree.head != last.head:
            why = f"the record does not lead to the checkpoint kept at {last.head.size}: verify the store"
            raise DepartsFromKept(why)
        self._tree = tree
        return tree

    def _grown(self, tree: Frontier, size: int) -> Frontier:
        while tree.size < size:
            rows = self.cases.store.read(tree.size, limit=min(CHUNK, size - tree.size))
            if not rows:
                break
            tree = tree.grown(row.leaf for row in rows)
        return tree


def waiting(store: RecordStore, kept: Kept, now: datetime | None = None) -> timedelta | None:
    """For how long the record has been growing without a checkpoint outside; None while the last says all there is.

    A rehearsal has no clock: there it is measured to the last record, by the times that it was told.

    Raises DepartsFromKept where the last states more records than there are, KeptOfAnother where it is another store's.
    """
    last = _last_of(store, kept)
    size = Checkpoint.opened(last, None).head.size if last else 0
    if size > store.head().position:
        raise DepartsFromKept(f"a checkpoint of {size} records is kept, and there are fewer: verify the store")
    rows = store.read(size, limit=1)
    if not rows:
        return None
    recorded = datetime.fromtimestamp(rows[0].recorded_at / 1e6, UTC)
    return max((now or _now(store)) - recorded, timedelta(0))


def _now(store: RecordStore) -> datetime:
    last = store.head().recorded_at if _rehearses(store) else None
    return last or datetime.now(UTC)


def _rehearses(store: RecordStore) -> bool:
    return store.info().kind == "rehearsal"


def _last_of(store: RecordStore, kept: Kept) -> str | None:
    last = kept.last()
    origin = store.info().origin if last is None else Checkpoint.opened(last, None).origin
    if origin != store.info().origin:
        raise KeptOfAnother(f"{kept.name} keeps checkpoints of {origin}: name the place of this store's own")
    return last


def overdue(store: RecordStore, kept: Kept, now: datetime | None = None) -> bool:
    """Whether the record has grown for five minutes without a checkpoint leaving."""
    return is_late(store, waiting(store, kept, now))


def is_late(store: RecordStore, waited: timedelta | None) -> bool:
    """Whether records have *waited* too long for a checkpoint; in a rehearsal, which has no clock, none have."""
    return waited is not None and waited >= LATE and not _rehearses(store)
