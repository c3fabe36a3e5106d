"""A record as the store keeps it: header columns, one open part, sealed parts, and its leaf."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from attrs import Attribute, field, frozen

from ihs_record.errors import RecordError

SALT_SIZE = 16
EVENT_ID_SIZE = 16
NARRATIVE = "narrative/"
MOST_BYTES_IN_A_PART = 1 << 20
MOST_SEALED_PARTS = 64
LONGEST_HEADER = 256

_ABSENT = b"\xff\xff\xff\xff"
_STREAM = re.compile(r"(case|person|agency|access)/[A-Za-z0-9._-]{1,64}|system")
_NARRATIVES_KEY = re.compile(rf"{NARRATIVE}({_STREAM.pattern})/([1-9][0-9]{{0,18}})(/.*)", re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class DraftRefused(RecordError):
    """A draft breaks a rule of what a record may be; the message never repeats the value."""


class PartsDamaged(ValueError):
    """The bytes that should hold a record's sealed parts do not follow the layout."""


class Part(NamedTuple):
    """A part's content with the random salt that keeps its digest from being guessed."""

    salt: bytes
    content: bytes


class Emptied(NamedTuple):
    """What is left of an open part emptied by order: the digest in its leaf, neither salt nor content."""

    digest: bytes


class SealedPart(NamedTuple):
    """A ciphertext, and the id of the key that opens it; its nonce is what keeps its digest from being guessed."""

    key: str
    content: bytes


Header = tuple[
    int, str, int, str, int, str, str | None, int, str, str,
    str, str | None, str | None, str, int, int, bytes | None,
]  # fmt: skip
"""The columns of a record before its parts, in their order: position to asked."""
_HEADER_COLUMNS: Final = 17


class Row(NamedTuple):
    """One record: `recorded_at` in microseconds (UTC) since 1970; `target` the amended version, or 0.

    `number` tells which of its command's records it is, from 1; 0 where it has none. `asked` is the MAC of what its
    command asked, on the first record of the command alone.
    """

    position: int
    stream: str
    version: int
    name: str
    number: int
    day: str
    occurred: str | None
    recorded_at: int
    actor: str
    role: str
    command: str
    correlation: str | None
    causation: str | None
    edition: str
    target: int
    schema: int
    asked: bytes | None
    open: Part | Emptied | None
    sealed: tuple[SealedPart, ...]
    leaf: bytes = b""
    checks: bytes = b""

    @property
    def header(self) -> Header:
        """The columns before the parts."""
        return self[:_HEADER_COLUMNS]

    @property
    def event(self) -> bytes:
        """The id of the event, which follows from its command; without one, from its position."""
        return event_id(self.command, self.number or self.position)

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids of the keys that open the sealed parts."""
        return tuple(part.key for part in self.sealed)


def _stream(_: object, __: "Attribute[str]", value: object) -> None:
    if not isinstance(value, str) or not _STREAM.fullmatch(value):
        raise DraftRefused(
            "the stream is not one this record knows: "
            "write case/ID, person/ID, agency/ID or access/ID (ID: 1 to 64 of A-Z a-z 0-9 . _ -), or system"
        )


def _storable(what: str, value: object, shortest: int) -> None:
    if not isinstance(value, str) or not shortest <= len(value) <= LONGEST_HEADER:
        raise DraftRefused(f"the {what} must be text of {shortest} to {LONGEST_HEADER} characters")
    if not value.isprintable() and _UNSTORABLE.search(value):  # the first is quick, and true of nearly all
        raise DraftRefused(f"the {what} holds a NUL or half of a character pair: write plain Unicode text")


def _text(_: object, attribute: "Attribute[str]", value: str) -> None:
    _storable(attribute.name, value, 1)


def _text_or_empty(_: object, attribute: "Attribute[str]", value: str) -> None:
    _storable(attribute.name, value, 0)


def _text_or_none(_: object, attribute: "Attribute[str | None]", value: str | None) -> None:
    if value is not None:
        _storable(attribute.name, value, 1)


def _counted_from(least: int, what: str, value: object) -> None:
    if type(value) is not int or not least <= value < 1 << 63:
        raise DraftRefused(f"the {what} must be a whole number, {least} or more")


def _from_one(_: object, attribute: "Attribute[int]", value: int) -> None:
    _counted_from(1, attribute.name, value)


def _from_zero(_: object, attribute: "Attribute[int]", value: int) -> None:
    _counted_from(0, attribute.name, value)


def _day(_: object, __: "Attribute[str]", value: str) -> None:
    try:
        if date.fromisoformat(value).isoformat() == value:
            return
    except (TypeError, ValueError):
        pass
    raise DraftRefused("the day is not a calendar day: write it as 2015-01-09")


def _instant(_: object, __: "Attribute[str | None]", value: str | None) -> None:
    if value is None:
        return
    try:
        if datetime.fromisoformat(value).utcoffset() is not None and len(value) <= LONGEST_HEADER:
            return
    except (TypeError, ValueError):
        pass
    raise DraftRefused("occurred is not an instant with its offset: write it as 2015-01-09T15:00:00-07:00")


def _part(what: str, content: object) -> None:
    if not isinstance(content, bytes) or len(content) > MOST_BYTES_IN_A_PART:
        most = f"at most {MOST_BYTES_IN_A_PART} bytes"
        raise DraftRefused(f"the {what} part must be {most}: keep documents elsewhere")


def _open(_: object, __: "Attribute[bytes | None]", content: bytes | None) -> None:
    if content is not None:
        _part("open", content)


def _sealed(draft: "Draft", _: object, parts: tuple[tuple[str, bytes], ...]) -> None:
    if len(parts) > MOST_SEALED_PARTS:
        raise DraftRefused(f"a record has at most {MOST_SEALED_PARTS} sealed parts: seal them together")
    for key, content in parts:
        _storable("key id", key, 1)
        _part("sealed", content)
        if key.startswith(NARRATIVE) and not key.startswith(narrative_key(draft.stream, draft.version, "")):
            raise DraftRefused("a narrative is sealed under a key of another record: name its own stream and version")
        if key.startswith("/"):
            raise DraftRefused("the key id begins with /, which stands for a narrative's place: name the key whole")


@frozen
class Draft:
    """What is asked to be appended, DraftRefused if against a rule; `sealed` pairs key id and ciphertext.

    Where `after` is given, it goes on record only behind the record of its stream that has this leaf (b"": none).
    """

    stream: str = field(validator=_stream)
    version: int = field(validator=_from_one)
    name: str = field(validator=_text)
    day: str = field(validator=_day)
    actor: str = field(validator=_text)
    role: str = field(validator=_text)
    occurred: str | None = field(default=None, validator=_instant)
    correlation: str | None = field(default=None, validator=_text_or_none)
    causation: str | None = field(default=None, validator=_text_or_none)
    edition: str = field(default="", validator=_text_or_empty)
    target: int = field(default=0, validator=_from_zero)
    schema: int = field(default=1, validator=_from_one)
    open: bytes | None = field(default=None, validator=_open)
    sealed: tuple[tuple[str, bytes], ...] = field(default=(), validator=_sealed)
    after: bytes | None = None


def event_id(command: str, number: int) -> bytes:
    """Give the id of a command's record with this number, counted from 1: the same on every attempt."""
    return sha256(command.encode() + b"\x00" + str(number).encode()).digest()[:EVENT_ID_SIZE]


def length_prefixed(fields: Iterable[bytes | None]) -> bytes:
    """Join fields, each after its length (4 bytes, big-endian); an absent one is ffffffff alone."""
    pieces: list[bytes] = []
    for content in fields:
        pieces += (_ABSENT,) if content is None else (len(content).to_bytes(4, "big"), content)
    return b"".join(pieces)


def narrative_key(stream: str, version: int, path: str) -> str:
    """The id of the key that one narrative of a record is sealed under."""
    return f"{NARRATIVE}{stream}/{version}/{path}"


def place_of(key: str) -> tuple[str, int, str] | None:
    """The stream, the version and the kept id of a narrative's key, None for any other."""
    found = _NARRATIVES_KEY.fullmatch(key)
    return found and (found[1], int(found[3]), found[4])


def kept_id(stream: str, version: int, key: str) -> str:
    """A key's id as a record keeps it: that of a narrative of its own is "/" and the path, without its place."""
    own = narrative_key(stream, version, "")
    return key[len(own) - 1 :] if key.startswith(own) else key


def written(parts: Iterable[tuple[str, bytes]], stream: str, version: int) -> bytes:
    """Lay sealed parts end to end as the store keeps them: kept key id, ciphertext, each length-prefixed."""
    said = b""
    for key, content in parts:
        id_ = kept_id(stream, version, key).encode()
        said += len(id_).to_bytes(4, "big") + id_ + len(content).to_bytes(4, "big") + content
    return said


def _pairs(data: bytes) -> list[tuple[bytes, bytes]]:
    """The kept key ids and the ciphertexts."""
    pairs, at = [], 0
    while at < len(data):
        key = at + 4
        between = key + int.from_bytes(data[at:key], "big")
        content = between + 4
        at = content + int.from_bytes(data[between:content], "big")
        if between == len(data):
            raise PartsDamaged("a sealed part lacks its key id or its content")
        if at > len(data):
            raise PartsDamaged("the sealed parts end in the middle of one")
        pairs.append((data[key:between], data[content:at]))
    return pairs


def read_back(data: bytes, stream: str, version: int) -> tuple[SealedPart, ...]:
    """Read what `written` wrote; PartsDamaged for anything that it would not have written."""
    if not data:
        return ()
    try:
        pairs = [(key.decode(), content) for key, content in _pairs(data)]
    except UnicodeDecodeError as error:
        raise PartsDamaged("the key id of a sealed part is not text") from error
    own = narrative_key(stream, version, "")
    return tuple([SealedPart(own + key[1:] if key[:1] == "/" else key, content) for key, content in pairs])


def micros(instant: datetime) -> int:
    """Count the microseconds from 1970 (UTC) to an instant; ValueError where it has no offset."""
    if instant.utcoffset() is None:
        raise ValueError("the instant has no offset from UTC: give it one, such as +00:00")
    return (instant - _EPOCH) // _MICROSECOND


def instant(micros: int) -> datetime:
    """Give the instant (UTC) that many microseconds after 1970."""
    return _EPOCH + micros * _MICROSECOND
