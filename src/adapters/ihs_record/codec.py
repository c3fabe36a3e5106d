"""Events as stored bytes: canonical JSON of the open part, sealed parts apart, and back without loss."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timezone
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from ihs_domain.once import once_per_class
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.terms import Computing, Decision, Happening, Unopened, Version
from ihs_record.errors import BadFields, Fault, NotJson, RecordError, UnknownName, joined, printable
from ihs_record.fields import Sealed, hints, instant_fields, open_fields, sealed_fields
from ihs_record.names import COMPUTING, NAMES, STORED_AS, UPCASTS, Upcast, unknown
from ihs_record.patterns import open_shape
from ihs_record.reading import BIGGEST, read_json, structured

INSTEAD: Final = "instead"
INSIDE: Final = f"{INSTEAD}."
NOT_CANONICAL: Final = Fault("", "not in canonical form: names and sets in order, no white space, nothing twice")
NO_AMENDMENT: Final = Fault(INSTEAD, "expected the event as it should have been, not an amendment")
_to_json: Final = msgspec.json.Encoder(order="sorted").encode
_to_object: Final = msgspec.json.Decoder(dict[str, Any]).decode


class Part(NamedTuple):
    """The plain bytes of one sealed part.

    *person* is whose key it goes under (None: a narrative's own key); *path* is the field, or what stands before
    a person's fields.
    """

    person: str | None
    path: str
    plain: bytes

    def __repr__(self) -> str:
        """As a log may show it: without what is to be sealed."""
        return f"Part(person={self.person!r}, path={self.path!r}, plain=...)"


class Encoded(NamedTuple):
    """An event as bytes: its stored name, its open part, and the plain text of its sealed parts."""

    name: str
    open: bytes
    parts: tuple[Part, ...]


class _Nested(msgspec.Struct, frozen=True, rename={"fields": "with"}):
    record: str
    fields: msgspec.Raw


class _Correction(msgspec.Struct, frozen=True):
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None
    entry: Annotated[int, msgspec.Meta(ge=1, le=BIGGEST)]
    instead: _Nested
    on: date
    reason: AmendmentReason


# Writing


def encode(event: Any) -> Encoded:
    """*event* as bytes. Raises :class:`RecordError` for anything that would not come back equal."""
    name = STORED_AS.get(type(event))
    if name is None:
        raise UnknownName(f"{type(event).__name__} has no stored name")
    return _encoded(name, _with_offset(event), decode)


def encode_computing(said: Computing) -> Encoded:
    """What the core is to compute an event from, as bytes that are never stored: by them it is known when repeated.

    Raises :class:`RecordError` as :func:`encode` does.
    """
    cls = type(said)
    if COMPUTING.get(cls.__name__) is not cls:
        raise UnknownName(f"{cls.__name__} is nothing that an event is computed from")
    return _encoded(cls.__name__, said, decode_computing)


def decode_computing(name: str, open_part: bytes, _: Iterable[Part] = ()) -> Any:
    """What was encoded under *name*, its sealed fields empty. Raises :class:`BadFields`."""
    cls = COMPUTING[name]
    said = _event(cls, open_part)
    if said is None:
        raise BadFields(name, list(_wrong(cls, open_part)))
    return said


def _encoded(name: str, said: Any, read: Callable[[str, bytes, Iterable[Part]], Any]) -> Encoded:
    encoded = _as_bytes(name, said)
    if encoded is None:
        raise BadFields(type(said).__name__, [Fault("", "a value that cannot be stored")])
    back = opened(read(name, encoded.open, encoded.parts), encoded.parts)
    if back != said:
        raise BadFields(type(said).__name__, list(_changed(said, back)))
    return encoded


def _as_bytes(name: str, said: Any) -> Encoded | None:
    """None where it has no bytes: the error that says so carries the value, and nothing is raised while it is at hand.

    Raises :class:`RecordError` for what has no place in a record.
    """
    try:
        return Encoded(name, _open(said), tuple(_parts(said)))
    except RecordError:
        raise
    except (TypeError, ValueError, RecursionError):
        return None


def _changed(event: Any, back: Any) -> Iterator[Fault]:
    """The fields that would be read back as something else, and as what: a list where a set belongs, text for a day."""
    for name in hints(type(event)):
        written, read = getattr(event, name), getattr(back, name)
        if written != read:
            kinds = f"give a {type(read).__name__}, not a {type(written).__name__}"
            yield Fault(name, f"it would not be read back as it was written: {kinds}")


def _with_offset(event: Any) -> Any:
    """*event* with its instants by offset, as they are stored: a time zone's own name for one is not kept.

    Python holds an instant in the hour that a zone repeats in autumn unequal to itself in any other zone.
    """
    said = {name: getattr(event, name) for name in instant_fields(type(event))}
    by_offset: dict[str, Any] = {name: _by_offset(value) for name, value in said.items()}
    if type(event) is EntryCorrected and type(event.instead) in STORED_AS:
        by_offset[INSTEAD] = _with_offset(event.instead)
    return _replaced(event, by_offset) if by_offset else event


def _by_offset(value: Any) -> Any:
    offset = value.utcoffset() if isinstance(value, datetime) else None
    return value if offset is None else value.replace(tzinfo=timezone(offset))


def _open(event: Any) -> bytes:
    if type(event) is not EntryCorrected:
        return _to_json(_open_values(event))
    name = STORED_AS.get(type(event.instead))
    if name is None:
        raise BadFields(type(event).__name__, [NO_AMENDMENT])
    return _open_correction(event, _Nested(name, msgspec.Raw(_open(event.instead))))


def _open_correction(event: EntryCorrected, nested: _Nested) -> bytes:
    return _to_json(_open_values(event) | {INSTEAD: nested})


def _open_values(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in open_fields(type(event))}


def _parts(event: Any, prefix: str = "") -> Iterator[Part]:
    persons: dict[str, dict[str, Any]] = {}
    for field in sealed_fields(type(event)):
        value, path = getattr(event, field.name), prefix + field.name
        if isinstance(value, Unopened):
            raise BadFields(type(event).__name__, [Fault(path, "is sealed: open it first, or leave it out")])
        if value is None:
            continue
        if field.named_by is None:
            yield Part(None, path, _to_json({path: value}))
        else:
            persons.setdefault(getattr(event, field.named_by), {})[path] = value
    for person, values in persons.items():
        yield Part(person, prefix, _to_json(values))
    if type(event) is EntryCorrected:
        yield from _parts(event.instead, INSIDE)


# Reading


def decode(
    name: str,
    open_part: bytes,
    sealed: Iterable[Part | tuple[str | None, str]] = (),
    upcasts: Mapping[str, Upcast] = UPCASTS,
) -> Any:
    """The event of stored *name*; its sealed fields stand as not opened where *sealed* says that there is a part.

    *sealed* gives (person, path) of each sealed part. An old name is led by *upcasts* to the version of today.
    Raises :class:`UnknownName` or :class:`BadFields`.
    """
    event = _read(name, open_part, upcasts)
    for part in sealed:
        for path in _paths(event, part[0], part[1]):
            _mark_sealed(event, path)
    return event


def _mark_sealed(event: Any, path: str) -> None:
    """Put a mark in a sealed field of an event that was read a moment ago: nobody else has it yet.

    It is set in place, past the freezing, for an event made anew for its marks would take half as long again to read.
    """
    outer, _, inner = path.rpartition(".")
    object.__setattr__(event.instead if outer else event, inner, Unopened.SEALED)


def _read(name: str, open_part: bytes, upcasts: Mapping[str, Upcast]) -> Any:
    cls = NAMES.get(name)
    if cls is None:
        return _old(name, open_part, upcasts)
    try:
        event = _correction(open_part, upcasts) if cls is EntryCorrected else _event(cls, open_part)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        if isinstance(error, RecordError):
            raise
        event = None
    if event is None:
        raise BadFields(cls.__name__, list(_wrong(cls, open_part)))
    return event


def _event(cls: type[Any], open_part: bytes) -> Any:
    """The event, or None where these are not the bytes that would be written for it."""
    if open_shape(cls).fullmatch(open_part) is None:
        return None
    event = _decoder(cls).decode(open_part)
    return event if _open(event) == open_part else None


@once_per_class
def _decoder(cls: type[Any]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(cls)


def _correction(open_part: bytes, upcasts: Mapping[str, Upcast]) -> EntryCorrected | None:
    said = msgspec.json.decode(open_part, type=_Correction)
    instead = _inside(said.instead, upcasts)
    event = EntryCorrected(Version(said.entry), instead, said.on, said.reason, said.at)
    return event if _open_correction(event, said.instead) == open_part else None


def _inside(nested: _Nested, upcasts: Mapping[str, Upcast]) -> Any:
    try:
        event = _read(nested.record, bytes(nested.fields), upcasts)
    except BadFields as error:
        within = [Fault(joined(f"{INSTEAD}.with", fault.at), fault.says) for fault in error.faults]
        raise BadFields(EntryCorrected.__name__, within) from None
    if not isinstance(event, (Happening, Decision)):
        raise BadFields(EntryCorrected.__name__, [NO_AMENDMENT])
    return event


def _old(name: str, open_part: bytes, upcasts: Mapping[str, Upcast]) -> Any:
    """The event of a stored name of an older version, led step by step to that of today."""
    if name not in upcasts:
        raise UnknownName(unknown(name))
    fields = _json(name, open_part)
    if _to_json(fields) != open_part:
        raise BadFields(name, [NOT_CANONICAL])
    today = name
    while today in upcasts:
        today, fields = _step(upcasts[today], today, fields)
    cls = NAMES.get(today)
    if cls is None:
        raise UnknownName(unknown(today))
    if faults := list(_smuggled(cls, fields)):
        raise BadFields(name, faults)
    return structured(fields, cls, name)


def _step(upcast: Upcast, name: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    try:
        return upcast(fields)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise BadFields(name, [Fault("", "the stored open part has not the fields of its version")]) from None


def _json(name: str, open_part: bytes) -> dict[str, Any]:
    try:
        return read_json(open_part)
    except NotJson as error:
        raise BadFields(name, error.faults) from None


def _wrong(cls: type[Any], open_part: bytes) -> Iterator[Fault]:
    """What is wrong with stored bytes that do not read back: found by the strict converter, which names the field."""
    fields = _json(cls.__name__, open_part)
    faults = [*_smuggled(cls, fields), *_missing(cls, fields)]
    try:
        structured(fields, cls, cls.__name__)
    except BadFields as error:
        faults += [fault for fault in error.faults if fault not in faults]
    yield from faults or [NOT_CANONICAL]


def _smuggled(cls: type[Any], fields: Mapping[str, Any]) -> Iterator[Fault]:
    return (Fault(f.name, "is sealed, and stands in no open part") for f in sealed_fields(cls) if f.name in fields)


def _missing(cls: type[Any], fields: Mapping[str, Any]) -> Iterator[Fault]:
    return (Fault(name, "this field is missing") for name in open_fields(cls) if name not in fields)


# Sealed parts


def opened(event: Any, parts: Iterable[Part]) -> Any:
    """*event* with the fields of these opened parts filled in; a field that its part does not hold is empty.

    Raises :class:`BadFields` for a part that is not of this event, or not as it was written.
    """
    values: dict[str, Any] = {}
    for part in parts:
        values |= _held(event, part)
    return _with(event, values)


def _held(event: Any, part: Part) -> dict[str, Any]:
    fields = _paths(event, part.person, part.path)
    held = _held_in(part.plain)
    if held is None:
        raise BadFields(type(event).__name__, [Fault(printable_path(part.path), "not JSON of a sealed part")])
    if strange := sorted(map(printable_path, held.keys() - fields)):
        raise BadFields(type(event).__name__, [Fault(path, "does not belong in this sealed part") for path in strange])
    values = {path: _value(event, path, fields[path], value) for path, value in held.items()}
    if not values or _to_json(values) != part.plain:
        raise BadFields(type(event).__name__, [Fault(printable_path(part.path), NOT_CANONICAL.says)])
    return dict.fromkeys(fields) | values


def _held_in(plain: bytes) -> dict[str, Any] | None:
    """The fields of a sealed part, None where its bytes are none: no error that carries them goes any further."""
    try:
        return _to_object(plain)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _value(event: Any, path: str, field: Sealed, value: Any) -> Any:
    try:
        return structured(value, field.type, type(event).__name__)
    except BadFields as error:
        raise BadFields(error.name, [Fault(path, fault.says) for fault in error.faults]) from None


def erased(event: Any, person: str | None, path: str) -> Any:
    """*event* with one sealed part marked as never to be opened again."""
    return _with(event, dict.fromkeys(_paths(event, person, path), Unopened.ERASED))


def _paths(event: Any, person: str | None, path: str) -> dict[str, Sealed]:
    """The sealed fields, by path, that belong to one part: a narrative's own, or all of one person under a prefix."""
    within = type(event) is EntryCorrected and path.startswith(INSIDE)
    inner, prefix = (event.instead, INSIDE) if within else (event, "")
    name, fields = path[len(prefix) :], sealed_fields(type(inner))
    if person is None:
        found = {prefix + f.name: f for f in fields if f.named_by is None and f.name == name}
    else:
        found = {prefix + f.name: f for f in fields if not name and _is_of(inner, f, person)}
    if not found:
        raise BadFields(type(event).__name__, [Fault(printable_path(path), "no sealed part of this event is there")])
    return found


def _is_of(event: Any, field: Sealed, person: str) -> bool:
    return field.named_by is not None and getattr(event, field.named_by) == person


def printable_path(path: str) -> str:
    """A sealed field's path, when it is plainly one and cannot be anybody's data."""
    return ".".join(map(printable, path.split(".", 1))) if path else ""


def _with(event: Any, values: Mapping[str, Any]) -> Any:
    own = {path: value for path, value in values.items() if "." not in path}
    inner = {path.partition(".")[2]: value for path, value in values.items() if "." in path}
    if inner:
        own[INSTEAD] = _with(event.instead, inner)
    return _replaced(event, own) if own else event


def _replaced(event: Any, values: Mapping[str, Any]) -> Any:
    """What `attrs.evolve` gives, in a fifth of the time."""
    cls = type(event)
    return cls(**{name: values[name] if name in values else getattr(event, name) for name in hints(cls)})
