"""The leaf of a record: one digest over every header column, the stream's previous leaf and all parts.

The layout, exact to the byte, so that it can be written again from this page alone.

    leaf = SHA-256(0x00 || N || L || contents)

N is six whole numbers, each 8 bytes, big-endian, two's complement:

    position     from 1, dense over the whole store
    version      from 1, dense in the stream
    number       which of its command's records it is, from 1; 0 where it has no command
    recorded_at  microseconds since 1970-01-01T00:00:00Z
    target       the amended version, 0 for none
    schema

L is the length in bytes of each of the seventeen contents, 4 bytes big-endian. An absent (NULL) one has ff ff ff ff
for its length and no bytes, so it differs from an empty one. Text is UTF-8. The contents, in this order:

     1  tag          "ihs-record/1", or "ihs-record/1/rehearsal" in a rehearsal store
     2  stream       text
     3  name         text, the stored name with its version, such as "ThreatIdentified.v1"
     4  day          text, the local day of the act, "2015-01-09"
     5  occurred     text, an ISO 8601 instant with offset, or absent
     6  actor        text
     7  role         text
     8  command      text, empty for none
     9  correlation  text or absent
    10  causation    text or absent
    11  edition      text
    12  asked        16 to 64 bytes, the MAC of what its command asked, on the command's first record; else absent
    13  open         C(open part), 32 bytes, or absent where the record has no open part
    14  sealed       C(the sealed parts), 32 bytes, or empty where the record has none
    15  keys         of the keys made with this record, in order of id: F(id), F(commitment), joined; absent for none
    16  previous     32 bytes, the leaf of the record before it in the stream; empty for the first
    17  checks       12 bytes, below

C(x) is SHA-256(x). F is a field: its length in bytes as 4 bytes big-endian, then its bytes. An open part is 16 random
bytes of salt, then its content. The sealed parts are F(key id), F(ciphertext) of each, joined; a ciphertext begins with
its nonce. A key id is as the record keeps it: that of a narrative is "/" and its path.

An open part emptied by order leaves C(open part) behind; the leaf does not change. The leaf is a leaf hash of RFC 6962
(the 0x00 in front is RFC 6962's own), record 1 being the leaf with index 0.

The checks prove nothing: where a leaf does not fit, they tell which column was changed. Each of N, and of the contents
2 to 15, has a code of 4 bytes: that of a number is what it leaves when divided by 4294967291, the largest prime below
2^32; that of an absent content is 1, of any other its CRC-32. The checks are three numbers of 4 bytes, big-endian: the
sum of the codes of N and of the contents 2 to 14, modulo 2^32; the CRC-32 of these 19 codes, end to end; and the code
of `keys`. If one column was changed, its code is off by what the sum is off, and no other, put right by as much, leads
to the CRC-32.
"""

from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from zlib import crc32

from ihs_record.row import Emptied, Part, Row, kept_id, written

LIVE = b"ihs-record/1"
REHEARSAL = b"ihs-record/1/rehearsal"

_HEAD = Struct(">6q17i").pack
_CODES = Struct(">19I").pack
_CHECKS = Struct(">3I").pack
_LENGTH = Struct(">I").pack
_PRIME = 4294967291
_Content = bytes | None


def _open(part: Part | Emptied | None) -> _Content:
    if part is None:
        return None
    return part.digest if isinstance(part, Emptied) else sha256(part.salt + part.content).digest()


def _keys(row: Row, made: Sequence[tuple[str, bytes]]) -> _Content:
    if not made:
        return None
    kept = [(kept_id(row.stream, row.version, key).encode(), said) for key, said in made]
    kept.sort()
    return b"".join([_LENGTH(len(key)) + key + _LENGTH(len(said)) + said for key, said in kept])


def _said(row: Row, made: Sequence[tuple[str, bytes]]) -> tuple[tuple[int, ...], tuple[_Content, ...]]:
    """What a leaf takes in of the record alone: six numbers, and the contents 2 to 15."""
    (
        position, stream, version, name, number, day, occurred, recorded_at, actor, role, command,
        correlation, causation, edition, target, schema, asked, opened, sealed, _, _,
    ) = row  # fmt: skip
    return (position, version, number, recorded_at, target, schema), (
        stream.encode(),
        name.encode(),
        day.encode(),
        None if occurred is None else occurred.encode(),
        actor.encode(),
        role.encode(),
        command.encode(),
        None if correlation is None else correlation.encode(),
        None if causation is None else causation.encode(),
        edition.encode(),
        asked,
        _open(opened),
        sha256(written(sealed, stream, version)).digest() if sealed else b"",
        _keys(row, made),
    )


def _checks(numbers: Sequence[int], contents: Sequence[_Content]) -> bytes:
    *codes, keys = [1 if content is None else crc32(content) for content in contents]
    codes = [*[number % _PRIME for number in numbers], *codes]
    return _CHECKS(sum(codes) & 0xFFFFFFFF, crc32(_CODES(*codes)), keys)


def _leaf(numbers: Sequence[int], contents: Sequence[_Content]) -> bytes:
    lengths = [-1 if content is None else len(content) for content in contents]
    return sha256(b"".join([b"\x00", _HEAD(*numbers, *lengths), *filter(None, contents)])).digest()


def leaf(row: Row, previous: bytes, tag: bytes, made: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Compute a record's leaf; `previous` is b"" for a stream's first, `made` pairs new keys with their commitments."""
    numbers, contents = _said(row, made)
    return _leaf(numbers, (tag, *contents, previous, row.checks))


def chained(row: Row, previous: bytes, tag: bytes, made: Sequence[tuple[str, bytes]] = ()) -> Row:
    """Give a row with its checks and its leaf."""
    numbers, contents = _said(row, made)
    checks = _checks(numbers, contents)
    return Row(*row[:-2], _leaf(numbers, (tag, *contents, previous, checks)), checks)
