"""The Merkle tree of RFC 6962 over leaf hashes: grown leaf by leaf, with proofs and their verification."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from attrs import frozen

EMPTY_ROOT = sha256(b"").digest()
HASH_SIZE = 32


class TreeDamaged(ValueError):
    """A stored frontier cannot belong to a tree of its size."""


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@frozen
class TreeHead:
    """The size and the root of a tree: what a checkpoint states."""

    size: int
    root: bytes


@frozen
class Frontier:
    """A tree of `size` leaves, kept as the roots of its complete subtrees, widest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def grown(self, leaves: Iterable[bytes]) -> "Frontier":
        """Add leaf hashes at the end, each in O(log size)."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            joined, rest = leaf, size
            while rest & 1:
                joined, rest = _node(peaks.pop(), joined), rest >> 1
            peaks.append(joined)
            size += 1
        return Frontier(size, tuple(peaks))

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


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Give the root of the tree over these leaf hashes."""
    return Frontier().grown(leaves).root


def _left_width(size: int) -> int:
    """Give the largest power of two smaller than size: how many leaves RFC 6962 puts on the left."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Prove that leaf `index` (from 0) is in the tree over `leaves`: RFC 6962 PATH; IndexError if not."""
    if not 0 <= index < len(leaves):
        raise IndexError("the tree has no leaf with this index")
    low, high, path = 0, len(leaves), []
    while high - low > 1:
        middle = low + _left_width(high - low)
        if index < middle:
            path.append(root_of(leaves[middle:high]))
            high = middle
        else:
            path.append(root_of(leaves[low:middle]))
            low = middle
    return path[::-1]


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Prove that the first `old_size` leaves are the start of the tree over `leaves`: RFC 6962 PROOF.

    Of an empty tree nothing need be proved; IndexError for an old tree larger than the new.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError("the tree never had this size")
    if old_size == 0:
        return []
    low, high, path = 0, len(leaves), []
    while old_size != high:
        middle = low + _left_width(high - low)
        if old_size <= middle:
            path.append(root_of(leaves[middle:high]))
            high = middle
        else:
            path.append(root_of(leaves[low:middle]))
            low = middle
    if low:
        path.append(root_of(leaves[low:high]))
    return path[::-1]


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
