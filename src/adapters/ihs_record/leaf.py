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

from collections.abc import Iterable, Sequence
from hashlib import sha256
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from ihs_record.row import Emptied, Header, Part, Row, kept_id, written

LIVE = b"ihs-record/1"
REHEARSAL = b"ihs-record/1/rehearsal"

_HEAD = Struct(">6q17i").pack
_CODES = Struct(">19I").pack
_CHECKS = Struct(">3I").pack
_LENGTH = Struct(">I").pack
_PRIME = 4294967291
_Content = bytes | None


class Digested(NamedTuple):
    """What a leaf takes in besides the header: C(open part), C(the sealed parts), and the keys made with the record."""

    opened: bytes | None
    sealed: bytes
    keys: bytes | None


def digested(salted: bytes | None, sealed: bytes, made: Iterable[tuple[str, bytes]]) -> Digested:
    """Digest a record's parts as they are stored; `made` pairs the kept ids of new keys with their commitments."""
    opened = None if salted is None else sha256(salted).digest()
    return Digested(opened, sha256(sealed).digest() if sealed else b"", _keys(made))


def proof(header: Header, parts: Digested, previous: bytes, tag: bytes) -> tuple[bytes, bytes]:
    """Compute a new record's leaf and its checks; `previous` is b"" for a stream's first."""
    numbers, contents = _said(header, parts)
    checks = _checks(numbers, contents)
    return _leaf(numbers, (tag, *contents, previous, checks)), checks


def digested_row(row: Row, made: Sequence[tuple[str, bytes]] = ()) -> Digested:
    """Digest the parts of a record that was read; `made` pairs the ids of its new keys with their commitments."""
    if isinstance(row.open, Emptied):
        return digested(None, _sealed(row), _kept(row, made))._replace(opened=row.open.digest)
    salted = row.open.salt + row.open.content if isinstance(row.open, Part) else None
    return digested(salted, _sealed(row), _kept(row, made))


def leaf(row: Row, previous: bytes, tag: bytes, made: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """Compute the leaf of a record that was read, from its own checks; `made` as above."""
    numbers, contents = _said(row.header, digested_row(row, made))
    return _leaf(numbers, (tag, *contents, previous, row.checks))


def _sealed(row: Row) -> bytes:
    return written(row.sealed, row.stream, row.version)


def _kept(row: Row, made: Sequence[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
    return ((kept_id(row.stream, row.version, key), said) for key, said in made)


def _keys(made: Iterable[tuple[str, bytes]]) -> _Content:
    kept = sorted([(key.encode(), said) for key, said in made])
    return b"".join([_LENGTH(len(key)) + key + _LENGTH(len(said)) + said for key, said in kept]) if kept else None


def _said(header: Header, parts: Digested) -> tuple[tuple[int, ...], tuple[_Content, ...]]:
    """What a leaf takes in of the record alone: six numbers, and the contents 2 to 15."""
    (
        position, stream, version, name, number, day, occurred, recorded_at, actor, role, command,
        correlation, causation, edition, target, schema, asked,
    ) = header  # fmt: skip
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
        *parts,
    )


def _checks(numbers: Sequence[int], contents: Sequence[_Content]) -> bytes:
    *codes, keys = [1 if content is None else crc32(content) for content in contents]
    codes = [*[number % _PRIME for number in numbers], *codes]
    return _CHECKS(sum(codes) & 0xFFFFFFFF, crc32(_CODES(*codes)), keys)


def _leaf(numbers: Sequence[int], contents: Sequence[_Content]) -> bytes:
    lengths = [-1 if content is None else len(content) for content in contents]
    return sha256(b"".join([b"\x00", _HEAD(*numbers, *lengths), *filter(None, contents)])).digest()
