"""Reading a file that holds a contact standard, whole or not at all, and the schema of such files."""

import json
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib.resources.abc import Traversable
from types import NoneType
from typing import Any, Final, get_args, get_origin

import attrs

from ihs_cases.besides import Hangs, besides
from ihs_cases.errors import CasesError
from ihs_domain.agency_standard import ContactStandard
from ihs_domain.standard_checks import BadStandard, held
from ihs_domain.terms import Code
from ihs_record.errors import BadFields, Fault, NotJson
from ihs_record.fields import hints
from ihs_record.patterns import PATTERNS
from ihs_record.reading import read_json, structured

NUMBERED: Final = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
HANGS: Final = Hangs(
    rows=frozenset({"amounts", "gaps", "firsts"}),
    instead={
        "name": "some-standard",
        **dict.fromkeys(("not_assessed", "assessed_within_days", "recorded_within_days", "on_change")),
    },
)
"""A row hangs on the levels, and on no other row but for its name."""


class BadStandardFile(CasesError, ValueError):
    """A file holds no contact standard that can be kept: says file, line or keys, and why. Nothing of it is used."""

    def __init__(self, file: str, faults: Iterable[Fault]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{file}: {fault}" for fault in self.faults))


def read_standard(file: Traversable) -> ContactStandard:
    """The contact standard that a file holds. Raises :class:`BadStandardFile`."""
    try:
        said = file.read_bytes()
    except OSError as error:
        raise BadStandardFile(str(file), [Fault("", f"it cannot be read: {error.strerror}")]) from None
    return standard_of(said, str(file))


def standard_of(said: bytes, name: str) -> ContactStandard:
    """The contact standard that the bytes of the file *name* hold. Raises :class:`BadStandardFile`."""
    fields: dict[str, Any] = {}
    try:
        fields = read_json(said)
        fields.pop("$schema", None)  # so that an editor may help whoever writes the file
        standard: ContactStandard = structured(fields, ContactStandard, name)
        return held(standard)
    except NotJson as error:
        raise BadStandardFile(name, _syntax(said) or error.faults) from None
    except BadFields as error:
        more = besides(fields, error.faults, HANGS, lambda rest: _faults(structured(rest, ContactStandard, name)))
        named = [Fault(_named(fault.at, fields), fault.says) for fault in error.faults]
        raise BadStandardFile(name, [*named, *more]) from None
    except BadStandard as error:
        raise BadStandardFile(name, [Fault(amiss.key, amiss.why) for amiss in error.amiss]) from None


def _faults(standard: ContactStandard) -> list[Fault]:
    try:
        held(standard)
    except BadStandard as error:
        return [Fault(amiss.key, amiss.why) for amiss in error.amiss]
    return []


def _syntax(said: bytes) -> list[Fault]:
    """Where a text stops being JSON, by its line."""
    try:
        json.loads(said)
    except json.JSONDecodeError as error:
        return [Fault(f"line {error.lineno}", f"not JSON at column {error.colno}: {error.msg}")]
    except (ValueError, RecursionError):
        pass
    return []


def _named(at: str, value: Any) -> str:
    """A place with its keys by name: the strict reader counts those of an object, which here are the levels."""
    place = ""
    for found in NUMBERED.finditer(at):
        key: Any = found[1] if found[1] is not None else int(found[2])
        if isinstance(value, dict) and isinstance(key, int):
            key = [*value][key]
        value = _inner(value, key)
        place += f"[{key}]" if isinstance(key, int) else f".{key}"
    return place.removeprefix(".")


def _inner(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) else None


# The schema

SCHEMA_ID: Final = "urn:ihs-domain:contact-standard:1"
WHOLE_NUMBER: Final = {"type": "integer", "minimum": 0}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of files that hold a contact standard."""
    whole = _object(ContactStandard)
    whole["properties"] = {"$schema": {"type": "string"}, **whole["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": ContactStandard.__name__,
        **whole,
        "$defs": {cls.__name__: _object(cls) for cls in _inner_classes(ContactStandard)},
    }


def _inner_classes(cls: type[Any]) -> Iterator[type[Any]]:
    """The values within a standard that are objects themselves, each once."""
    found: dict[type[Any], None] = {}
    for hint in hints(cls).values():
        for one in (hint, *get_args(hint)):
            if isinstance(one, type) and attrs.has(one):
                found |= dict.fromkeys((one, *_inner_classes(one)))
    yield from found


def _object(cls: type[Any]) -> dict[str, Any]:
    """What an object of this class may hold, with what its docstring says of it."""
    needed = [a.name for a in attrs.fields(cls) if a.default is attrs.NOTHING]
    return {
        "description": " ".join((cls.__doc__ or "").replace("*", "").split()),
        "type": "object",
        "additionalProperties": False,
        "required": needed,
        "properties": {name: _value(hint) for name, hint in hints(cls).items()},
    }


def _value(hint: Any) -> dict[str, Any]:
    inner = get_args(hint)
    if get_origin(hint) in {tuple, frozenset}:
        return {"type": "array", "uniqueItems": get_origin(hint) is frozenset, "items": _value(inner[0])}
    if get_origin(hint) is dict:
        return {"type": "object", "propertyNames": _value(inner[0]), "additionalProperties": _value(inner[1])}
    if NoneType in inner:
        return {"anyOf": [{"type": "null"}, _value(next(one for one in inner if one is not NoneType))]}
    return _one(hint)


def _one(hint: Any) -> dict[str, Any]:
    if hint is Code:
        return {"type": "string", "pattern": f"^(?:{PATTERNS[Code].pattern})$"}
    if hint in {int, bool}:
        return {"type": "boolean"} if hint is bool else dict(WHOLE_NUMBER)
    if issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    return {"$ref": f"#/$defs/{hint.__name__}"}
