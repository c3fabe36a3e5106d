"""Checkpoints (c2sp.org/tlog-checkpoint) and proofs of inclusion as text (c2sp.org/tlog-proof)."""

import re
from base64 import b64encode
from typing import Final, NamedTuple

from ihs_ledger.note import NoteRefused, Signer, VerifierKey, decoded, unverified
from ihs_ledger.tree import HASH_SIZE, TreeHead, is_included

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LEAST_LINES: Final = 3
_PROOF: Final = "c2sp.org/tlog-proof@v1"


class Checkpoint(NamedTuple):
    """What a store states of itself at one time: its origin, how many records it has, and the root over them."""

    origin: str
    head: TreeHead

    def signed_by(self, signer: Signer) -> str:
        """The checkpoint as it is handed out."""
        return signer.sign(f"{self.origin}\n{self.head.size}\n{b64encode(self.head.root).decode()}\n")

    @classmethod
    def opened(cls, note: str, key: VerifierKey | None) -> "Checkpoint":
        """Read a checkpoint signed by *key*, or by anyone where there is no key; NoteRefused for any other."""
        text = unverified(note)
        lines = text[:-1].split("\n")
        if len(lines) < _LEAST_LINES or not all(lines):
            raise NoteRefused("this is not a checkpoint: it names an origin, a size and a root, each on a line")
        origin, size, root, *_ = lines
        if key is not None and origin != key.name:
            raise NoteRefused(f"this checkpoint is of {origin}, the key is that of {key.name}")
        if key is not None:
            key.signed(note)
        return cls(origin, TreeHead(_number(size), _hash(root)))


class InclusionProof(NamedTuple):
    """That one leaf stands at an index (from 0) in the tree of a checkpoint."""

    leaf_index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in (*self.lines, "")) + self.checkpoint

    @property
    def lines(self) -> tuple[str, ...]:
        """The proof without its checkpoint, line by line."""
        return (_PROOF, f"index {self.leaf_index}", *(b64encode(one).decode() for one in self.path))

    @classmethod
    def parse(cls, text: str) -> "InclusionProof":
        """Read what `str` writes, extra data left aside; NoteRefused for anything else."""
        head, _, checkpoint = text.partition("\n\n")
        first, *lines = head.split("\n")
        if lines and lines[0].startswith("extra "):
            del lines[0]
        if first != _PROOF or not lines or not lines[0].startswith("index "):
            raise NoteRefused(f"this is not a proof: it begins with {_PROOF} and an index")
        return cls(_number(lines[0].removeprefix("index ")), tuple(map(_hash, lines[1:])), checkpoint)

    def leads(self, leaf: bytes, head: TreeHead) -> bool:
        """Whether the proof leads from this leaf to that head."""
        return is_included(leaf, self.leaf_index, self.path, head)

    def shows(self, leaf: bytes, key: VerifierKey) -> bool:
        """Whether the proof shows this leaf in a tree whose checkpoint *key* signed; NoteRefused if it did not."""
        return self.leads(leaf, Checkpoint.opened(self.checkpoint, key).head)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise NoteRefused("a number is written in decimal digits, without zeros in front")
    return int(text)


def _hash(text: str) -> bytes:
    found = decoded(text)
    if len(found) != HASH_SIZE:
        raise NoteRefused(f"a hash has {HASH_SIZE} bytes")
    return found
