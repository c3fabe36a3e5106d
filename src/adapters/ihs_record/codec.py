"""Events as stored bytes: canonical JSON of the open part, sealed parts apart, and back without loss."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, Final, NamedTuple

from ihs_domain.recording import EntryCorrected
from ihs_domain.terms import Computing
from ihs_record import open_part as opens
from ihs_record.errors import BadFields, Fault, RecordError, UnknownName, joined
from ihs_record.fields import hints, instant_fields
from ihs_record.names import COMPUTING, NAMES, STORED_AS, UPCASTS, Upcast, unknown
from ihs_record.open_part import INSTEAD, NOT_CANONICAL
from ihs_record.reading import PLAIN_TEXT, structured
from ihs_record.sealed_parts import Part, erased, marked, opened, parts_of, replaced

__all__ = [
    "Encoded",
    "Part",
    "decode",
    "decode_computing",
    "encode",
    "encoded_and_read",
    "erased",
    "opened",
]


NOT_STORED: Final = "a value that cannot be stored"


class Encoded(NamedTuple):
    """An event as bytes: its stored name, its open part, and the plain text of its sealed parts."""

    name: str
    open: bytes
    parts: tuple[Part, ...]


class Said(NamedTuple):
    """What was said, as bytes and as these are read: *event* opened, *kept* with a mark for each sealed part."""

    encoded: Encoded
    event: Any
    kept: Any


# Writing


def encode(event: Any) -> Encoded:
    """*event* as bytes. Raises :class:`RecordError` for anything that would not come back equal."""
    return _encoded(_stored_name(event), _with_offset(event), decode).encoded


def encoded_and_read(said: Any) -> Said:
    """What is said as bytes, and as these are read: equal, but with every enum a member and every set a set.

    What the core is to compute an event from has bytes too, which are never stored: by them it is known when it is
    repeated. Raises :class:`RecordError` for anything that would not come back equal.
    """
    if isinstance(said, Computing):
        return _encoded(_name_of_computing(type(said)), said, decode_computing)
    return _encoded(_stored_name(said), _with_offset(said), decode)


def _stored_name(event: Any) -> str:
    name = STORED_AS.get(type(event))
    if name is None:
        raise UnknownName(f"{type(event).__name__} has no stored name")
    return name


def _name_of_computing(cls: type[Any]) -> str:
    if COMPUTING.get(cls.__name__) is not cls:
        raise UnknownName(f"{cls.__name__} is nothing that an event is computed from")
    return cls.__name__


def _encoded(name: str, said: Any, read: Callable[[str, bytes, Iterable[Part]], Any]) -> Said:
    encoded = _as_bytes(name, said)
    if encoded is None:
        raise BadFields(type(said).__name__, [*_unwritable(said)] or [Fault("", NOT_STORED)])
    kept = read(name, encoded.open, encoded.parts)
    back = opened(kept, encoded.parts)
    if back != said:
        raise BadFields(type(said).__name__, list(_changed(said, back)))
    return Said(encoded, back, kept)


def _as_bytes(name: str, said: Any) -> Encoded | None:
    """None where it has no bytes: the error that says so carries the value, and nothing is raised while it is at hand.

    Raises :class:`RecordError` for what has no place in a record.
    """
    try:
        return Encoded(name, opens.written(said), tuple(parts_of(said)))
    except RecordError:
        raise
    except (TypeError, ValueError, RecursionError):
        return None


def _unwritable(said: Any) -> Iterator[Fault]:
    """The fields that have no bytes, each tried by itself."""
    for name in hints(type(said)):
        value = getattr(said, name)
        if name == INSTEAD and type(value) in STORED_AS:
            yield from (Fault(joined(f"{INSTEAD}.with", fault.at), fault.says) for fault in _unwritable(value))
        elif not _is_writable(value):
            yield Fault(name, PLAIN_TEXT if isinstance(value, str) else NOT_STORED)


def _is_writable(value: Any) -> bool:
    try:
        opens.to_json(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


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
    by_offset: dict[str, Any] = {name: _by_offset(getattr(event, name)) for name in instant_fields(type(event))}
    if type(event) is EntryCorrected and type(event.instead) in STORED_AS:
        by_offset[INSTEAD] = _with_offset(event.instead)
    return replaced(event, by_offset) if by_offset else event


def _by_offset(value: Any) -> Any:
    offset = value.utcoffset() if isinstance(value, datetime) else None
    return value if offset is None else value.replace(tzinfo=timezone(offset))


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
    return marked(_read(name, open_part, upcasts), sealed)


def decode_computing(name: str, open_part: bytes, _: Iterable[Part] = ()) -> Any:
    """What was encoded under *name*, its sealed fields empty. Raises :class:`BadFields`."""
    return opens.read(COMPUTING[name], open_part, _read, UPCASTS)


def _read(name: str, open_part: bytes, upcasts: Mapping[str, Upcast]) -> Any:
    cls = NAMES.get(name)
    if cls is None:
        return _old(name, open_part, upcasts)
    return opens.read(cls, open_part, _read, upcasts)


def _old(name: str, open_part: bytes, upcasts: Mapping[str, Upcast]) -> Any:
    """The event of a stored name of an older version, led step by step to that of today."""
    if name not in upcasts:
        raise UnknownName(unknown(name))
    fields = opens.read_fields(name, open_part)
    if opens.to_json(fields) != open_part:
        raise BadFields(name, [NOT_CANONICAL])
    today = name
    while today in upcasts:
        today, fields = _step(upcasts[today], today, fields)
    cls = NAMES.get(today)
    if cls is None:
        raise UnknownName(unknown(today))
    if faults := list(opens.smuggled(cls, fields)):
        raise BadFields(name, faults)
    return structured(fields, cls, name)


def _step(upcast: Upcast, name: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    try:
        return upcast(fields)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise BadFields(name, [Fault("", "the stored open part has not the fields of its version")]) from None
