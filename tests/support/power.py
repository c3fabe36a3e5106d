"""What a disk may hold after the power failed: every state that the writes of a run, synced or not, allow.

A write counts only once its file was synced, a name only once its folder was. What was not synced may be there or not,
in any order, and the last of it may be torn between two sectors.
"""

import struct
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from random import Random

from attrs import define, evolve, field, frozen

SECTOR = 512
_HEADER = struct.Struct("<cQQQH")


@frozen
class Op:
    """One thing done to a file, or something that was said: kind as in shim.c, and `n` for what was said."""

    kind: str
    inode: int
    offset: int
    bytes: bytes
    name: str

    @property
    def is_of_folder(self) -> bool:
        return self.kind in {"c", "l", "u"}

    def torn(self) -> "Op":
        """The same, of which only whole sectors up to its middle arrived."""
        half = len(self.bytes) // 2
        return evolve(self, bytes=self.bytes[: half - half % SECTOR or half])


def ops(log: Path) -> Iterator[Op]:
    """Read what the shim wrote down, in order."""
    rest = log.read_bytes()
    while rest:
        kind, inode, offset, size, named = _HEADER.unpack_from(rest)
        end = _HEADER.size + named
        yield Op(kind.decode(), inode, offset, rest[end : end + size], rest[_HEADER.size : end].decode())
        rest = rest[end + size :]


@define
class Disk:
    """Files by inode, and the names that lead to them."""

    files: dict[int, bytes] = field(factory=dict)
    names: dict[str, int] = field(factory=dict)

    def after(self, done: Sequence[Op]) -> "Disk":
        """The disk on which these were done too."""
        disk = Disk(dict(self.files), dict(self.names))
        for op in done:
            disk._do(op)
        return disk

    def _do(self, op: Op) -> None:
        if op.kind in {"c", "l"}:
            self.names[op.name] = op.inode
        elif op.kind == "u":
            self.names.pop(op.name, None)
        elif op.kind == "t":
            self.files[op.inode] = self.files.get(op.inode, b"")[: op.offset].ljust(op.offset, b"\0")
        elif op.kind == "w":
            before = self.files.get(op.inode, b"")
            start = before[: op.offset].ljust(op.offset, b"\0")
            self.files[op.inode] = start + op.bytes + before[op.offset + len(op.bytes) :]

    def lay_out(self, folder: Path) -> None:
        """Write it into an empty folder; what is only memory shared by processes does not outlive them."""
        for name, inode in self.names.items():
            if not name.endswith("-shm"):
                (folder / Path(name).name).write_bytes(self.files.get(inode, b""))

    @property
    def sum(self) -> int:
        return hash(frozenset((name, self.files.get(inode, b"")) for name, inode in self.names.items()))


@frozen
class State:
    """A state of the disk when the power failed, and all that had been said by then."""

    disk: Disk
    said: tuple[tuple[str, ...], ...]


def states(done: Sequence[Op], bound: int) -> Iterator[State]:
    """Every state at every moment, each once: all selections of up to *bound* unsynced operations, of more some."""
    durable, pending, seen = Disk(), [], set()
    said: tuple[tuple[str, ...], ...] = ()
    for op in done:
        if op.kind == "n":
            said = (*said, tuple(op.bytes.decode().split(" ")))
        elif op.kind == "s":
            durable, pending = _synced(durable, pending, op)
        else:
            pending.append(op)
        for kept in _selections(pending, bound):
            disk = durable.after(kept)
            if (key := (disk.sum, said)) not in seen:
                seen.add(key)
                yield State(disk, said)


def _synced(durable: Disk, pending: list[Op], sync: Op) -> tuple[Disk, list[Op]]:
    """A folder's sync keeps its names; a file's, what is in it. `offset` tells the two apart."""
    of_folder = bool(sync.offset)
    kept = [op for op in pending if op.is_of_folder == of_folder and (of_folder or op.inode == sync.inode)]
    return durable.after(kept), [op for op in pending if op not in kept]


def _selections(pending: Sequence[Op], bound: int) -> Iterator[Sequence[Op]]:
    for kept in _kept(pending, bound):
        yield kept
        if kept and kept[-1].kind == "w" and len(kept[-1].bytes) > 1:
            yield [*kept[:-1], kept[-1].torn()]


def _kept(pending: Sequence[Op], bound: int) -> Iterator[Sequence[Op]]:
    if len(pending) <= bound:
        for size in range(len(pending) + 1):
            yield from combinations(pending, size)
        return
    for upto in range(len(pending) + 1):
        yield pending[:upto]
    for left_out in range(len(pending)):
        yield [*pending[:left_out], *pending[left_out + 1 :]]
    random = Random(len(pending))
    for _ in range(2**bound):
        yield [op for op in pending if random.random() < 0.5]
