"""The JSON Schema (2020-12) of each version of each event: what its fields may hold, as people write them in `with`.

They are drawn from the same types, patterns and numbers that the strict reader goes by.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import attrs

from ihs_domain.terms import Decision, Event, Happening, UnderNarrative, UnderPerson, Unopened
from ihs_record.fields import hints
from ihs_record.names import NAMES
from ihs_record.patterns import DAY, INSTANT, NUMBERS, PATTERNS
from ihs_record.reading import BIGGEST, MOST_TEXT

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SEALED_UNDER: Final = "x-sealed-under"

Schema = dict[str, Any]


def schemas() -> Mapping[str, Schema]:
    """A schema for each stored name, in the order of the catalogue."""
    return {name: _of_event(name, cls) for name, cls in NAMES.items()}


def _of_event(name: str, cls: type[Any]) -> Schema:
    said = {"description": " ".join((cls.__doc__ or "").replace("*", "").split())}
    return {"$schema": DIALECT, "$id": f"urn:ihs-domain:event:{name}", "title": name, **said, **_fields(cls)}


def _fields(cls: type[Any]) -> Schema:
    needed = [a.name for a in attrs.fields(cls) if a.default is attrs.NOTHING]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": needed,
        "properties": {name: _of(hint) for name, hint in hints(cls).items()},
    }


def _of(hint: Any) -> Schema:
    if hint in LEAVES:
        return dict(LEAVES[hint])
    if hint == Event:
        return _nested()
    if get_origin(hint) is Annotated:
        return _marked(hint)
    if get_origin(hint) in COMPOSED:
        return COMPOSED[get_origin(hint)](get_args(hint))
    if issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    return _fields(hint)


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


LEAVES: Final[Mapping[Any, Schema]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": -BIGGEST, "maximum": BIGGEST},
    str: {"type": "string", "maxLength": MOST_TEXT},
    date: {**_text(DAY.pattern), "format": "date"},
    datetime: _text(INSTANT.pattern),
    **{kind: {"type": "integer", "minimum": one.least, "maximum": BIGGEST} for kind, one in NUMBERS.items()},
    **{kind: {**_text(one.pattern), "description": one.expected} for kind, one in PATTERNS.items()},
}


def _list(inner: tuple[Any, ...]) -> Schema:
    return {"type": "array", "items": _of(inner[0])}


def _set(inner: tuple[Any, ...]) -> Schema:
    return {**_list(inner), "uniqueItems": True}


def _object(inner: tuple[Any, ...]) -> Schema:
    return {"type": "object", "propertyNames": _of(inner[0]), "additionalProperties": _of(inner[1])}


def _optional(inner: tuple[Any, ...]) -> Schema:
    """One thing, or null; what was not opened is nothing that anybody writes."""
    [wanted] = [one for one in inner if one not in {NoneType, Unopened}]
    return {"anyOf": [{"type": "null"}, _of(wanted)]}


COMPOSED: Final[Mapping[Any, Callable[[tuple[Any, ...]], Schema]]] = {
    tuple: _list,
    frozenset: _set,
    dict: _object,
    Union: _optional,
    UnionType: _optional,
}


def _marked(hint: Any) -> Schema:
    """What is marked, and, where it is sealed, under whose key."""
    inner, *marks = get_args(hint)
    said = _of(inner)
    for mark in marks:
        if isinstance(mark, UnderPerson | UnderNarrative):
            said[SEALED_UNDER] = mark.named_by if isinstance(mark, UnderPerson) else "a key of its own"
    return said


def _nested() -> Schema:
    """An event within a correction: by its word, or by its stored name. What *with* holds, the schema of that says."""
    inside = [(name, cls) for name, cls in NAMES.items() if issubclass(cls, Happening | Decision)]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["record", "with"],
        "properties": {
            "record": {"enum": [said for name, cls in inside for said in (cls.__name__, name)]},
            "with": {"type": "object"},
        },
    }
