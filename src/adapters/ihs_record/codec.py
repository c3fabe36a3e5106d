"""Events as stored bytes: canonical JSON of the open part, sealed parts apart, and back without loss."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import attrs
import msgspec

from ihs_domain.once import once_per_class
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.terms import Decision, Happening, Unopened, Version
from ihs_record.errors import BadFields, Fault, RecordError, UnknownName
from ihs_record.fields import Sealed, open_fields, sealed_fields
from ihs_record.names import NAMES, STORED_AS
from ihs_record.reading import structured

INSTEAD: Final = "instead"
_to_json: Final = msgspec.json.Encoder(order="sorted").encode


class Part(NamedTuple):
    """The plain bytes of one sealed part.

    *person* is whose key it goes under (None: a narrative's own key); *path* is the field, or what stands before
    a person's fields.
    """

    person: str | None
    path: str
    plain: bytes


class Encoded(NamedTuple):
    """An event as bytes: its stored name, its open part, and the plain text of its sealed parts."""

    name: str
    open: bytes
    parts: tuple[Part, ...]


class _Nested(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"fields": "with"}):
    record: str
    fields: msgspec.Raw


class _Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: datetime | None
    entry: int
    instead: _Nested
    on: date
    reason: AmendmentReason


def encode(event: Any) -> Encoded:
    """*event* as bytes. Raises :class:`RecordError` for anything that would not come back equal."""
    name = STORED_AS.get(type(event))
    if name is None:
        msg = f"{type(event).__name__} has no stored name"
        raise UnknownName(msg)
    try:
        encoded = Encoded(name, _open(event), tuple(_parts(event)))
    except (TypeError, ValueError, UnicodeEncodeError) as error:
        if isinstance(error, RecordError):
            raise
        raise BadFields(type(event).__name__, (Fault("", "a value that cannot be stored"),)) from None
    if opened(decode(name, encoded.open, encoded.parts), encoded.parts) != event:
        raise BadFields(type(event).__name__, (Fault("", "it would not be read back as it was written"),))
    structured(_plain_fields(encoded), type(event), type(event).__name__)
    return encoded


def _open(event: Any) -> bytes:
    if isinstance(event, EntryCorrected):
        nested = {"record": STORED_AS[type(event.instead)], "with": msgspec.Raw(_open(event.instead))}
        return _to_json(_open_values(event) | {INSTEAD: nested})
    return _to_json(_open_values(event))


def _open_values(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in open_fields(type(event))}


def _parts(event: Any, prefix: str = "") -> Iterator[Part]:
    persons: dict[str, dict[str, Any]] = {}
    for field in sealed_fields(type(event)):
        value = getattr(event, field.name)
        if isinstance(value, Unopened):
            raise BadFields(type(event).__name__, (Fault(field.name, "is sealed: open it first, or leave it out"),))
        if value is None:
            continue
        path = prefix + field.name
        if field.named_by is None:
            yield Part(None, path, _to_json({path: value}))
        else:
            persons.setdefault(getattr(event, field.named_by), {})[path] = value
    for person, values in persons.items():
        yield Part(person, prefix, _to_json(values))
    if isinstance(event, EntryCorrected):
        yield from _parts(event.instead, f"{INSTEAD}.")


def decode(name: str, open_part: bytes, sealed: Iterable[Part | tuple[str | None, str]] = ()) -> Any:
    """The event of stored *name*; its sealed fields stand as not opened where *sealed* says that there is a part.

    *sealed* gives (person, path) of each sealed part. Raises :class:`UnknownName` or :class:`BadFields`.
    """
    cls = NAMES.get(name)
    if cls is None:
        raise UnknownName(_unknown(name))
    event = _decoded(cls, open_part)
    values = {path: Unopened.SEALED for part in sealed for path in _paths(event, part[0], part[1])}
    return _with(event, values) if values else event


def _unknown(name: str) -> str:
    word, _, version = name.rpartition(".")
    if any(known.rpartition(".")[0] == word for known in NAMES):
        return f"{word} of version {version} is newer than this software knows: update it"
    return "a stored name that no event has"


def _decoded(cls: type[Any], open_part: bytes) -> Any:
    try:
        event = _correction(open_part) if cls is EntryCorrected else _decoder(cls).decode(open_part)
        if _open(event) == open_part:
            return event
    except (msgspec.MsgspecError, ValueError, TypeError):
        pass
    raise BadFields(cls.__name__, _diagnosis(cls, open_part))


@once_per_class
def _decoder(cls: type[Any]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(cls)


def _correction(open_part: bytes) -> EntryCorrected:
    said = msgspec.json.decode(open_part, type=_Correction)
    cls = NAMES.get(said.instead.record)
    if cls is None or not issubclass(cls, (Happening, Decision)):
        msg = "no event that can stand in a correction"
        raise ValueError(msg)
    return EntryCorrected(Version(said.entry), _decoded(cls, bytes(said.instead.fields)), said.on, said.reason, said.at)


def _diagnosis(cls: type[Any], open_part: bytes) -> tuple[Fault, ...]:
    """What is wrong with stored bytes that do not read back: found by the strict converter, which names the field."""
    try:
        structured(msgspec.json.decode(open_part), cls, cls.__name__)
    except BadFields as error:
        return error.faults
    except (msgspec.MsgspecError, UnknownName):
        return (Fault("", "the stored open part is not readable as JSON of this event"),)
    return (Fault("", "the stored open part is not in canonical form"),)


def opened(event: Any, parts: Iterable[Part]) -> Any:
    """*event* with the fields of these opened parts filled in; a field that its part does not hold is empty."""
    values: dict[str, Any] = {}
    for part in parts:
        held = msgspec.json.decode(part.plain, type=dict[str, msgspec.Raw])
        for path, field in _paths(event, part.person, part.path).items():
            values[path] = msgspec.json.decode(held[path], type=field.type) if path in held else None
    return _with(event, values)


def erased(event: Any, person: str | None, path: str) -> Any:
    """*event* with one sealed part marked as never to be opened again."""
    return _with(event, dict.fromkeys(_paths(event, person, path), Unopened.ERASED))


def _paths(event: Any, person: str | None, path: str) -> dict[str, Sealed]:
    """The sealed fields, by path, that belong to one part: a narrative's own, or all of one person under a prefix."""
    prefix = f"{INSTEAD}." if path.startswith(f"{INSTEAD}.") else ""
    inner = event.instead if prefix else event
    fields = {prefix + f.name: f for f in sealed_fields(type(inner))}
    if person is None:
        return {path: fields[path]} if path in fields else {}
    return {p: f for p, f in fields.items() if f.named_by is not None and getattr(inner, f.named_by) == person}


def _with(event: Any, values: Mapping[str, Any]) -> Any:
    own = {path: value for path, value in values.items() if "." not in path}
    inner = {path.partition(".")[2]: value for path, value in values.items() if "." in path}
    if inner:
        own[INSTEAD] = attrs.evolve(event.instead, **inner)
    return attrs.evolve(event, **own) if own else event


def _plain_fields(encoded: Encoded) -> dict[str, Any]:
    """The whole event as a person would write it: open and sealed fields together."""
    fields: dict[str, Any] = msgspec.json.decode(encoded.open)
    if INSTEAD in fields:
        fields[INSTEAD]["record"] = fields[INSTEAD]["record"].rpartition(".")[0]
    for part in encoded.parts:
        for path, value in msgspec.json.decode(part.plain).items():
            outer, _, inner = path.rpartition(".")
            (fields[outer]["with"] if outer else fields)[inner] = value
    return fields
