"""The open part of an event as bytes, and back: canonical JSON, written one way only."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from operator import attrgetter
from typing import Annotated, Any, Final

import msgspec

from ihs_domain.once import once_per_class
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.terms import Decision, Happening, Version
from ihs_record.errors import BadFields, Fault, NotJson, RecordError, joined
from ihs_record.fields import open_fields, sealed_fields
from ihs_record.names import STORED_AS, Upcast
from ihs_record.reading import BIGGEST, read_json, structured
from ihs_record.shapes import open_shape

INSTEAD: Final = "instead"
NOT_CANONICAL: Final = Fault("", "not in canonical form: names and sets in order, no white space, nothing twice")
NO_AMENDMENT: Final = Fault(INSTEAD, "expected the event as it should have been, not an amendment")
to_json: Final = msgspec.json.Encoder(order="sorted").encode

Within = Callable[[str, bytes, Mapping[str, Upcast]], Any]
"""Reads the open part of what a correction holds, by its stored name, and leads an old name to today's."""


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


def written(event: Any) -> bytes:
    """The open part of *event*. Raises :class:`BadFields` for a correction by an amendment."""
    if type(event) is not EntryCorrected:
        return to_json(_open_values(type(event))(event))
    name = STORED_AS.get(type(event.instead))
    if name is None:
        raise BadFields(type(event).__name__, [NO_AMENDMENT])
    return _correction_written(event, _Nested(name, msgspec.Raw(written(event.instead))))


def _correction_written(event: EntryCorrected, nested: _Nested) -> bytes:
    return to_json({name: getattr(event, name) for name in open_fields(EntryCorrected)} | {INSTEAD: nested})


@once_per_class
def _open_values(cls: type[Any]) -> Callable[[Any], Any]:
    """What takes the open fields out of an event: a mirror of it without the sealed ones, which is quick to write."""
    names = open_fields(cls)
    mirror = msgspec.defstruct(cls.__name__, [(name, object) for name in names], gc=False)
    if len(names) > 1:
        values = attrgetter(*names)
        return lambda event: mirror(*values(event))
    return lambda event: mirror(*(getattr(event, name) for name in names))


# Reading


def read(cls: type[Any], open_part: bytes, within: Within, upcasts: Mapping[str, Upcast]) -> Any:
    """The event of a class; of a correction what it holds is read by *within*. Raises :class:`BadFields`."""
    try:
        event = _correction(open_part, within, upcasts) if cls is EntryCorrected else _reader(cls)(open_part)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        if isinstance(error, RecordError):
            raise
        event = None
    if event is None:
        raise BadFields(cls.__name__, list(_wrong(cls, open_part)))
    return event


@once_per_class
def _reader(cls: type[Any]) -> Callable[[bytes], Any]:
    """What reads an event of a class, or gives None where these are not the bytes that would be written for it."""
    shape, decode = open_shape(cls), msgspec.json.Decoder(cls).decode

    def event(open_part: bytes) -> Any:
        return decode(open_part) if shape.fits(open_part) else None

    def event_written_again(open_part: bytes) -> Any:
        found = event(open_part)
        return found if found is not None and written(found) == open_part else None

    return event if shape.decides else event_written_again


def _correction(open_part: bytes, within: Within, upcasts: Mapping[str, Upcast]) -> EntryCorrected | None:
    said = msgspec.json.decode(open_part, type=_Correction)
    instead = _inside(said.instead, within, upcasts)
    event = EntryCorrected(Version(said.entry), instead, said.on, said.reason, said.at)
    return event if _correction_written(event, said.instead) == open_part else None


def _inside(nested: _Nested, within: Within, upcasts: Mapping[str, Upcast]) -> Any:
    try:
        event = within(nested.record, bytes(nested.fields), upcasts)
    except BadFields as error:
        faults = [Fault(joined(f"{INSTEAD}.with", fault.at), fault.says) for fault in error.faults]
        raise BadFields(EntryCorrected.__name__, faults) from None
    if not isinstance(event, (Happening, Decision)):
        raise BadFields(EntryCorrected.__name__, [NO_AMENDMENT])
    return event


def read_fields(name: str, open_part: bytes) -> dict[str, Any]:
    """The fields of an open part, as plain JSON values. Raises :class:`BadFields`."""
    try:
        return read_json(open_part)
    except NotJson as error:
        raise BadFields(name, error.faults) from None


# What is wrong with it


def _wrong(cls: type[Any], open_part: bytes) -> Iterator[Fault]:
    """What is wrong with stored bytes that do not read back: found by the strict converter, which names the field."""
    fields = read_fields(cls.__name__, open_part)
    faults = [*smuggled(cls, fields), *_missing(cls, fields)]
    try:
        structured(fields, cls, cls.__name__)
    except BadFields as error:
        faults += [fault for fault in error.faults if fault not in faults]
    yield from faults or [NOT_CANONICAL]


def smuggled(cls: type[Any], fields: Mapping[str, Any]) -> Iterator[Fault]:
    """The sealed fields that stand in an open part."""
    return (Fault(f.name, "is sealed, and stands in no open part") for f in sealed_fields(cls) if f.name in fields)


def _missing(cls: type[Any], fields: Mapping[str, Any]) -> Iterator[Fault]:
    return (Fault(name, "this field is missing") for name in open_fields(cls) if name not in fields)
