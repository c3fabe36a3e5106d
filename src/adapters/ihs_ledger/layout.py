"""The layout of a record, written a second time from its description alone: what the writer wrote is held against it.

Text is taken as the bytes that are stored, so that what is no text can be named as wrong instead of stopping the check.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from struct import Struct
from struct import error as NoNumber  # noqa: N812 - what it means here
from typing import Any, Final, NamedTuple
from zlib import crc32

FORMAT: Final = b"1"
TAGS: Final = {b"live": b"ihs-record/1", b"rehearsal": b"ihs-record/1/rehearsal"}
HEADER: Final = (
    "position",
    "stream",
    "version",
    "name",
    "number",
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
NUMBERS: Final = ("position", "version", "number", "recorded_at", "target", "schema")
CODED: Final = (*NUMBERS, *(column for column in HEADER if column not in NUMBERS), "open", "sealed")
"""What the checks tell apart, in their order."""
SALT_SIZE: Final = 16
EVENT_SIZE: Final = 16
_ABSENT: Final = b"\xff\xff\xff\xff"
_CODES: Final = 1 << 32
_PRIME: Final = _CODES - 5
_NUMBERS_AND_LENGTHS: Final = Struct(">6q17i").pack


class Stored(NamedTuple):
    """A record as the table holds it, text as bytes.

    A column may hold anything that an SQLite cell can; the verifier says so where it should not.
    """

    position: int
    stream: bytes
    version: int
    name: bytes
    number: int
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
    emptied: bytes | None
    open: bytes | None
    sealed: bytes


COLUMNS: Final = Stored._fields
NUMBER, RECORDED_AT, COMMAND, ASKED, LEAF, EMPTIED, OPEN, SEALED = (
    COLUMNS.index(column)
    for column in ("number", "recorded_at", "command", "asked", "leaf", "emptied", "open", "sealed")
)
Row = tuple[Any, ...]
"""The columns of a record in their order: a Stored, or what only becomes one where something is wrong."""


class Key(NamedTuple):
    """A data key as its row describes it, without the key."""

    id: bytes
    commitment: bytes
    position: int


Made = Key | tuple[bytes, bytes, int]
"""A key made with a record: id, commitment, position."""


class _Lengths(dict[int, bytes]):
    """Each length in 4 bytes, big-endian, made once."""

    def __missing__(self, length: int) -> bytes:
        self[length] = length.to_bytes(4, "big")
        return self[length]


_LENGTHS: Final = _Lengths()


def joined(values: Iterable[bytes | None]) -> bytes:
    """Fields end to end: each its length in 4 bytes, big-endian, then its bytes; ffffffff where it is absent."""
    return b"".join([_ABSENT if value is None else _LENGTHS[len(value)] + value for value in values])


def first_event(command: bytes) -> bytes:
    """The id of the first event of a command, by which its receipt goes."""
    return sha256(command + b"\x001").digest()[:EVENT_SIZE]


def sealed_pieces(data: bytes) -> list[tuple[bytes, bytes]]:
    """Take the column `sealed` apart: of each part key id and ciphertext, each after its length."""
    found, at = [], 0
    while at < len(data):
        key = at + 4 + int.from_bytes(data[at : at + 4], "big")
        end = key + 4 + int.from_bytes(data[key : key + 4], "big")
        found.append((data[at + 4 : key], data[key + 4 : end]))
        at = end
    return found


def opened(emptied: bytes | None, salted: bytes | None) -> bytes | None:
    """C(open): computed where the open part is there, else as kept when it was emptied."""
    return emptied if salted is None else sha256(salted).digest()


def closed(sealed: bytes) -> bytes:
    """C of the sealed parts, empty where there are none."""
    return sealed and sha256(sealed).digest()


def keys_field(made: Iterable[Made]) -> bytes | None:
    """What a leaf takes in of the keys made with its record, in order of id; absent where none were."""
    said = b""
    for id_, commitment, _ in made:
        said += _LENGTHS[len(id_)] + id_ + _LENGTHS[len(commitment)] + commitment
    return said or None


def leaf_of(tag: bytes, row: Row, made: Iterable[Made], previous: bytes) -> bytes:
    """The leaf of a record as it is stored. Raises TypeError as `leaf` does."""
    return leaf(tag, row, opened(row[EMPTIED], row[OPEN]), closed(row[SEALED]), keys_field(made), previous)


def leaf(tag: bytes, row: Row, c_open: bytes | None, c_sealed: bytes, keys: bytes | None, previous: bytes) -> bytes:
    """The leaf of a record, of its header and of what is shown of its parts.

    Raises TypeError for a cell that holds what its column cannot.
    """
    (
        position, stream, version, name, number, day, occurred, recorded_at, actor, role, command,
        correlation, causation, edition, target, schema, asked, _, checks, _, _, _,
    ) = row  # fmt: skip
    try:
        numbers_and_lengths = _NUMBERS_AND_LENGTHS(
            position, version, number, recorded_at, target, schema, len(tag), len(stream), len(name), len(day),
            -1 if occurred is None else len(occurred), len(actor), len(role), len(command),
            -1 if correlation is None else len(correlation), -1 if causation is None else len(causation),
            len(edition), -1 if asked is None else len(asked), -1 if c_open is None else len(c_open), len(c_sealed),
            -1 if keys is None else len(keys), len(previous), len(checks),
        )  # fmt: skip
    except NoNumber as error:
        raise TypeError("a column of numbers holds something else") from error
    contents = (
        b"\x00", numbers_and_lengths, tag, stream, name, day, occurred or b"", actor, role, command,
        correlation or b"", causation or b"", edition, asked or b"", c_open or b"", c_sealed, keys or b"", previous,
        checks,
    )  # fmt: skip
    return sha256(b"".join(contents)).digest()


def codes(row: Stored) -> list[int]:
    """The codes of what the checks tell apart: what a number leaves when divided, the CRC-32 of anything else."""
    values = (*(getattr(row, column) for column in CODED[:-2]), opened(row.emptied, row.open), closed(row.sealed))
    return [*map(_code, values)]


def _code(value: bytes | int | None) -> int:
    if isinstance(value, int):
        return value % _PRIME
    return 1 if value is None else crc32(value)


def checks(coded: Sequence[int], keys: bytes | None) -> bytes:
    """The checks of a record with these codes and these keys made with it."""
    return _in_4_bytes(sum(coded) % _CODES, crc32(_in_4_bytes(*coded)), _code(keys))


def _in_4_bytes(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in numbers)


def changed_column(coded: Sequence[int], stored: bytes) -> str | None:
    """The one column whose change leads from the stored checks to these codes; empty for none, None for more."""
    intact = checks(coded, None)
    if intact[:8] == stored[:8]:
        return ""
    by = int.from_bytes(intact[:4], "big") - int.from_bytes(stored[:4], "big")
    for at, column in enumerate(CODED):
        put_right = [*coded[:at], (coded[at] - by) % _CODES, *coded[at + 1 :]]
        if checks(put_right, None)[:8] == stored[:8]:
            return column
    return None


def keys_are_intact(intact: bytes, stored: bytes) -> bool:
    """Whether the checks say that the keys made with a record are those that were."""
    return intact[8:] == stored[8:]


def keys_digest(keys: Iterable[Key]) -> str:
    """The digest of the keys that a store began with, in hex."""
    return sha256(joined(piece for key in sorted(keys) for piece in key[:2])).hexdigest()


def origin(name: bytes, said: Mapping[bytes, bytes]) -> bytes:
    """The origin of a store of this name that says this of itself, its format apart: that may be migrated."""
    told = joined((name, *(piece for key, value in sorted(said.items()) if key != b"format" for piece in (key, value))))
    return name + b"/" + sha256(told).hexdigest()[:32].encode()
