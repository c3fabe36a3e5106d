"""The leaf of a record: one digest over every header column, the stream's previous leaf and all parts.

The layout, exact to the byte, so that it can be written again from this page alone.

    leaf = SHA-256(0x00 || F(1) || F(2) || ... || F(n))

F is a field: its length in bytes as 4 bytes big-endian, then its bytes. An absent (NULL) field is the four
bytes ff ff ff ff and nothing else, so it differs from empty text, which is 00 00 00 00. Text is UTF-8. A
whole number is 8 bytes, big-endian, two's complement. The fields, in this order:

     1  tag          "ihs-record/1", or "ihs-record/1/rehearsal" in a rehearsal store
     2  position     whole number, from 1, dense over the whole store
     3  stream       text
     4  version      whole number, from 1, dense in the stream
     5  name         text, the stored name with its version, such as "ThreatIdentified.v1"
     6  event        16 bytes, the first 16 of SHA-256(command || 0x00 || number in decimal digits, from 1)
     7  day          text, the local day of the act, "2015-01-09"
     8  occurred     text, an ISO 8601 instant with offset, or absent
     9  recorded_at  whole number, microseconds since 1970-01-01T00:00:00Z
    10  actor        text
    11  role         text
    12  command      text
    13  correlation  text or absent
    14  causation    text or absent
    15  edition      text
    16  target       whole number, the amended version, 0 for none
    17  schema       whole number
    18  asked        16 to 64 bytes, the MAC of what its command asked, on the command's first record; else absent
    19  previous     32 bytes, the leaf of the record before it in the stream; empty for the first
    20  C(open)      32 bytes, or absent where the record has no open part
    21  keys         of the keys made with this record, in order of id: F(id), F(commitment), joined; absent for none
    then for each sealed part, in order: its key id (text) and its C (32 bytes)
    last  checks     two bytes of CRC-32 for each field from the second on, and two for F(salt) of the open part

    C(part) = SHA-256(salt || content), salt: 16 random bytes kept with the part; content: as stored, so the
              ciphertext where the part is sealed

An open part emptied by order keeps C(open) and loses salt and content; its leaf does not change. The leaf is
a leaf hash of RFC 6962 (the 0x00 in front is RFC 6962's own), record 1 being the leaf with index 0.

The checks are the last two bytes of each CRC-32, big-endian. They prove nothing: where a leaf does not fit, they tell
which column was changed.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from struct import pack
from zlib import crc32

from ihs_record.row import Emptied, Part, Row, SealedPart

LIVE = b"ihs-record/1"
REHEARSAL = b"ihs-record/1/rehearsal"


def commitment(salt: bytes, content: bytes) -> bytes:
    """C(x): what a leaf takes in of a part, 32 bytes that give nothing away without the salt."""
    return sha256(salt + content).digest()


def _prefixed(field: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if field is None else len(field).to_bytes(4, "big") + field


def _open(part: Part | Emptied | None) -> bytes | None:
    if part is None:
        return None
    return part.digest if isinstance(part, Emptied) else commitment(*part)


def _text(value: str | None) -> bytes | None:
    return None if value is None else value.encode()


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _parts(sealed: tuple[SealedPart, ...]) -> Iterator[bytes]:
    for key, salt, content in sealed:
        yield key.encode()
        yield commitment(salt, content)


def _fields(row: Row, previous: bytes, made: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """The fields of a leaf from the second on, each after its length."""
    keys = b"".join(_prefixed(key.encode()) + _prefixed(said) for key, said in sorted(made)) if made else None
    fields = (
        _number(row.position),
        row.stream.encode(),
        _number(row.version),
        row.name.encode(),
        row.event,
        row.day.encode(),
        _text(row.occurred),
        _number(row.recorded_at),
        row.actor.encode(),
        row.role.encode(),
        row.command.encode(),
        _text(row.correlation),
        _text(row.causation),
        row.edition.encode(),
        _number(row.target),
        _number(row.schema),
        row.asked,
        previous,
        _open(row.open),
        keys,
        *_parts(row.sealed),
    )
    return [_prefixed(field) for field in fields]


def _checks(fields: Sequence[bytes], part: Part | Emptied | None) -> bytes:
    salt = part.salt if isinstance(part, Part) else None
    sums = [crc32(field) & 0xFFFF for field in (*fields, _prefixed(salt))]
    return pack(f">{len(sums)}H", *sums)


def _leaf(tag: bytes, fields: Sequence[bytes], checks: bytes) -> bytes:
    return sha256(b"".join((b"\x00", _prefixed(tag), *fields, _prefixed(checks)))).digest()


def leaf(row: Row, previous: bytes, tag: bytes, made: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Compute a record's leaf; `previous` is b"" for a stream's first, `made` pairs new keys with their commitments."""
    return _leaf(tag, _fields(row, previous, made), row.checks)


def chained(row: Row, previous: bytes, tag: bytes, made: Sequence[tuple[str, bytes]] = ()) -> Row:
    """Give a row with its checks and its leaf."""
    fields = _fields(row, previous, made)
    checks = _checks(fields, row.open)
    return row._replace(leaf=_leaf(tag, fields, checks), checks=checks)
