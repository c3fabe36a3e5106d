"""The Merkle tree of RFC 6962 over leaf hashes: grown leaf by leaf, with proofs and their verification."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256(b"").digest()
HASH_SIZE = 32


class TreeDamaged(ValueError):
    """A stored frontier cannot belong to a tree of its size."""


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class TreeHead(NamedTuple):
    """The size and the root of a tree: what a checkpoint states."""

    size: int
    root: bytes


class Frontier(NamedTuple):
    """A tree of `size` leaves, kept as the roots of its complete subtrees, widest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def grown(self, leaves: Iterable[bytes]) -> "Frontier":
        """Add leaf hashes at the end, each in O(log size): level by level, for many cost less so than one by one."""
        level, peaks, rest = [*leaves], [*self.peaks], self.size
        size, narrower = rest + len(level), list[bytes]()
        while level:
            if rest & 1:
                level.insert(0, peaks.pop())
            if len(level) & 1:
                narrower.append(level.pop())
            pairs = iter(level)
            level, rest = (
                [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)],
                rest >> 1,
            )
        return Frontier(size, (*peaks, *reversed(narrower)))

    @property
    def root(self) -> bytes:
        """The root hash; that of no leaves is SHA-256 of nothing."""
        if not self.peaks:
            return EMPTY_ROOT
        *wider, root = self.peaks
        for peak in reversed(wider):
            root = _node(peak, root)
        return root

    @property
    def head(self) -> TreeHead:
        """Size and root."""
        return TreeHead(self.size, self.root)

    def to_bytes(self) -> bytes:
        """Lay the peaks end to end, 32 bytes each, widest first."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, peaks: bytes) -> "Frontier":
        """Read what `to_bytes` wrote; TreeDamaged unless there is a peak for each binary 1 in the size."""
        if size < 0 or len(peaks) != HASH_SIZE * size.bit_count():
            raise TreeDamaged("the tree's peaks do not fit its size")
        return cls(size, tuple(peaks[at : at + HASH_SIZE] for at in range(0, len(peaks), HASH_SIZE)))


def _left_width(size: int) -> int:
    """Give the largest power of two smaller than size: how many leaves RFC 6962 puts on the left."""
    return 1 << ((size - 1).bit_length() - 1)


class Tree:
    """A whole tree, with every complete subtree's root at hand: about 64 bytes a leaf, any proof in O(log size)."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [b"".join(leaves)]
        while len(below := self._levels[-1]) >= 2 * HASH_SIZE:
            self._levels.append(_level_above(below))

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0]) // HASH_SIZE

    def head(self, size: int | None = None) -> TreeHead:
        """Size and root of the tree over the first `size` leaves, or over all; IndexError if there are fewer."""
        size = self._size(size)
        return TreeHead(size, self._root(0, size) if size else EMPTY_ROOT)

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Prove that leaf `index` (from 0) is in the tree of `size`: RFC 6962 PATH; IndexError if not."""
        low, high, path = 0, self._size(size), list[bytes]()
        if not 0 <= index < high:
            raise IndexError("the tree has no leaf with this index")
        while high - low > 1:
            middle = low + _left_width(high - low)
            if index < middle:
                path.append(self._root(middle, high))
                high = middle
            else:
                path.append(self._root(low, middle))
                low = middle
        return path[::-1]

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        """Prove that the first `old_size` leaves are the start of the tree of `size`: RFC 6962 PROOF.

        Of an empty tree nothing need be proved; IndexError for an old tree larger than the new.
        """
        low, high, path = 0, self._size(size), list[bytes]()
        if not 0 <= old_size <= high:
            raise IndexError("the tree never had this size")
        while old_size not in {0, high}:
            middle = low + _left_width(high - low)
            if old_size <= middle:
                path.append(self._root(middle, high))
                high = middle
            else:
                path.append(self._root(low, middle))
                low = middle
        return [*([self._root(low, high)] if old_size and low else []), *path[::-1]]

    def _size(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise IndexError("the tree never had this size")
        return size

    def _root(self, low: int, high: int) -> bytes:
        """The root over leaves `low` up to `high`, which begin where a subtree of that width may begin."""
        width = high - low
        if width & (width - 1) == 0:
            at = low // width * HASH_SIZE
            return self._levels[width.bit_length() - 1][at : at + HASH_SIZE]
        middle = low + _left_width(width)
        return _node(self._root(low, middle), self._root(middle, high))


def _level_above(below: bytes) -> bytes:
    pairs = range(0, len(below) - 2 * HASH_SIZE + 1, 2 * HASH_SIZE)
    return b"".join(sha256(b"\x01" + below[at : at + 2 * HASH_SIZE]).digest() for at in pairs)


def _climbed(first: int, last: int) -> tuple[int, int]:
    """Step up from a right child on the tree's ragged edge to the level where it has a sibling."""
    while first and not first & 1:
        first, last = first >> 1, last >> 1
    return first, last


def is_included(leaf: bytes, index: int, proof: Sequence[bytes], tree: TreeHead) -> bool:
    """Tell whether the proof shows this leaf hash at this index (from 0) of the tree: RFC 9162, 2.1.3.2."""
    if not 0 <= index < tree.size:
        return False
    first, last, root = index, tree.size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            root = _node(sibling, root)
            first, last = _climbed(first, last)
        else:
            root = _node(root, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and root == tree.root


def is_consistent(old: TreeHead, new: TreeHead, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows the old tree to be the start of the new one: RFC 9162, 2.1.4.2."""
    if not 0 < old.size < new.size:
        trivially = old == new if old.size == new.size else old == TreeHead(0, EMPTY_ROOT)
        return not proof and trivially
    path = [old.root, *proof] if old.size.bit_count() == 1 else list(proof)
    return bool(proof) and _leads_to_both(old, new, path)


def _leads_to_both(old: TreeHead, new: TreeHead, path: list[bytes]) -> bool:
    first, last = old.size - 1, new.size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_root = new_root = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old_root, new_root = _node(sibling, old_root), _node(sibling, new_root)
            first, last = _climbed(first, last)
        else:
            new_root = _node(new_root, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and (old_root, new_root) == (old.root, new.root)
