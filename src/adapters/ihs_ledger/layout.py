"""The layout of a record, written a second time from its description alone: what the writer wrote is held against it.

Text is taken as the bytes that are stored, so that what is no text can be named as wrong instead of stopping the check.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from struct import Struct, pack
from struct import error as NoWholeNumber  # noqa: N812 - what it means here
from typing import Final, NamedTuple
from zlib import crc32

FORMAT: Final = b"1"
TAGS: Final = {b"live": b"ihs-record/1", b"rehearsal": b"ihs-record/1/rehearsal"}
HEADER: Final = (
    "position",
    "stream",
    "version",
    "name",
    "event",
    "day",
    "occurred",
    "recorded_at",
    "actor",
    "role",
    "command",
    "correlation",
    "causation",
    "edition",
    "target",
    "schema",
    "asked",
)
HEADERS: Final = len(HEADER)
SALT_SIZE: Final = 16
_ABSENT: Final = b"\xff\xff\xff\xff"
_WHOLE: Final = Struct(">q").pack


class NotParts(ValueError):
    """The bytes in `sealed` do not follow the layout of sealed parts."""


class Stored(NamedTuple):
    """A record as the table holds it: text as bytes, and the position and the count that its command's receipt names.

    A header column may hold anything that an SQLite cell can; the verifier says so where it should not.
    """

    position: int
    stream: bytes
    version: int
    name: bytes
    event: bytes
    day: bytes
    occurred: bytes | None
    recorded_at: int
    actor: bytes
    role: bytes
    command: bytes
    correlation: bytes | None
    causation: bytes | None
    edition: bytes
    target: int
    schema: int
    asked: bytes | None
    leaf: bytes
    checks: bytes
    salt: bytes | None
    emptied: bytes | None
    open: bytes | None
    sealed: bytes
    first: int | None = None
    counted: int | None = None


class Key(NamedTuple):
    """A data key as its row describes it, without the key."""

    id: bytes
    commitment: bytes
    position: int


class SealedPart(NamedTuple):
    """One sealed part: the id of its key, and C of its ciphertext."""

    key: bytes
    digest: bytes


class _Lengths(dict[int, bytes]):
    """Each length in 4 bytes, big-endian, made once: a record has two dozen fields."""

    def __missing__(self, length: int) -> bytes:
        self[length] = length.to_bytes(4, "big")
        return self[length]


_LENGTHS: Final = _Lengths()


def joined(values: Iterable[object]) -> bytes:
    """Fields end to end: each its length in 4 bytes, big-endian, then its bytes; ffffffff where it is absent."""
    try:
        return b"".join([_ABSENT if value is None else _LENGTHS[len(value)] + value for value in values])  # type: ignore[arg-type, operator]  # what has no length is caught
    except TypeError:  # a cell of another kind than its column's: it leads to no leaf, and is named
        return b"".join(joined((value if isinstance(value, bytes) else repr(value).encode(),)) for value in values)


def digest(salt: bytes | None, content: bytes) -> bytes:
    """C(x): what a leaf takes in of a part."""
    return sha256((salt or b"") + content).digest()


def sealed_pieces(data: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Take the column `sealed` apart: of each part key id, salt and ciphertext, each after its length; NotParts."""
    found, at = [], 0
    while at < len(data):
        key = _end(data, at)
        salt = _end(data, key)
        end = _end(data, salt)
        if salt - key - 4 != SALT_SIZE:
            raise NotParts("the salt of a sealed part has not its length")
        found.append((data[at + 4 : key], data[key + 4 : salt], data[salt + 4 : end]))
        at = end
    if at > len(data):
        raise NotParts("the sealed parts end in the middle of one")
    return found


def sealed_parts(data: bytes) -> list[SealedPart]:
    """Read the column `sealed`; NotParts."""
    return [SealedPart(key, digest(salt, content)) for key, salt, content in sealed_pieces(data)]


def _end(data: bytes, at: int) -> int:
    """Where a piece ends that begins, with its length, at a place."""
    return at + 4 + int.from_bytes(data[at : at + 4], "big")


def opened(row: Stored) -> bytes | None:
    """C(open): computed where the open part is there, else as kept when it was emptied."""
    return row.emptied if row.open is None else digest(row.salt, row.open)


def made_keys(position: int, parts: Iterable[SealedPart], keys: Mapping[bytes, Key]) -> list[Key]:
    """The keys made with a record: those of its sealed parts that its position is the first of."""
    ids = {part.key for part in parts}
    return sorted(keys[id_] for id_ in ids if id_ in keys and keys[id_].position == position)


def keys_field(made: Iterable[Key]) -> bytes | None:
    """The field of the keys made with a record, absent where none were."""
    return joined(piece for key in made for piece in (key.id, key.commitment)) or None


def said(row: Stored, previous: bytes, made: bytes | None, parts: Iterable[SealedPart]) -> list[object]:
    """The fields of a leaf from the second on, without the checks; what is no whole number stands as it is."""
    values: list[object]
    position, stream, version, name, event, day, occurred, recorded_at, *more = row[:HEADERS]
    *text, target, schema, asked = more
    try:
        values = [_WHOLE(position), stream, _WHOLE(version), name, event, day, occurred, _WHOLE(recorded_at)]
        values += (*text, _WHOLE(target), _WHOLE(schema), asked, previous, opened(row), made)
    except NoWholeNumber:
        values = [*row[:HEADERS], previous, opened(row), made]
    for part in parts:
        values += part
    return values


def leaf(tag: bytes, values: list[object], checks: bytes) -> bytes:
    """The leaf of these fields and checks, under the tag of the store's kind."""
    return sha256(b"\x00" + joined([tag, *values, checks])).digest()


def checks(values: Iterable[object], salt: bytes | None) -> bytes:
    """Two bytes of CRC-32 for each field, and for the salt: which column was changed, where a leaf does not fit."""
    sums = [crc32(joined([value])) & 0xFFFF for value in (*values, salt)]
    return pack(f">{len(sums)}H", *sums)


def keys_digest(keys: Iterable[Key]) -> str:
    """The digest of the keys that a store began with, in hex."""
    return sha256(joined(piece for key in sorted(keys) for piece in key[:2])).hexdigest()


def origin(name: bytes, said: Mapping[bytes, bytes]) -> bytes:
    """The origin of a store of this name that says this of itself, its format apart: that may be migrated."""
    told = joined((name, *(piece for key, value in sorted(said.items()) if key != b"format" for piece in (key, value))))
    return name + b"/" + sha256(told).hexdigest()[:32].encode()
