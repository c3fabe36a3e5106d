"""What changed between two sets of schemas: additive where all that fitted the first fits the second, else breaking.

Where it cannot be shown that something is wider, such as of two patterns, it counts as breaking.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from attrs import frozen

Schema = Mapping[str, Any]
Found = Iterator[tuple[str, str, bool]]
"""What changed: at which place, in words, and whether that breaks."""

SAYS_NOTHING: Final = ("$schema", "$id", "title", "description", "format", "x-sealed-under")
"""What stands in a schema for people alone: nothing fits or fails by it."""


NULL: Final = {"type": "null"}


@frozen
class SchemaChange:
    """One change of a version of an event, at which of its fields (empty: at itself), and whether it is *breaking*."""

    event: str
    at: str
    says: str
    breaking: bool


MOST_LEVELS: Final = 40
"""How deep a schema may go: no event goes further than a few levels."""


def is_comparable(schema: Any, levels: int = MOST_LEVELS) -> bool:
    """Whether a schema is made of what such schemas are made of, so that it can be told what changed."""
    if not isinstance(schema, Mapping) or not levels:
        return False
    if not all(isinstance(schema[key], MADE_OF[key]) for key in schema.keys() & MADE_OF.keys()):
        return False
    if not all(isinstance(name, str) for name in schema.get("required", ())):
        return False
    return all(is_comparable(one, levels - 1) for one in _within(schema))


def _within(schema: Schema) -> Iterator[Any]:
    yield from (schema[key] for key in ("items", "propertyNames") if key in schema)
    yield from schema.get("anyOf", ())
    yield from schema.get("properties", {}).values()
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield schema["additionalProperties"]


MADE_OF: Final[Mapping[str, type | tuple[type, ...]]] = {
    **dict.fromkeys(("enum", "required", "anyOf"), list),
    **dict.fromkeys(("minimum", "maximum", "maxLength"), int),
    **dict.fromkeys(("items", "propertyNames", "properties"), Mapping),
    "additionalProperties": (Mapping, bool),
}


def schema_changes(before: Mapping[str, Schema], after: Mapping[str, Schema]) -> Iterator[SchemaChange]:
    """Every change from one set to the other, event by event; nothing where they come to the same."""
    for event in chain(before, (event for event in after if event not in before)):
        if event not in after:
            yield SchemaChange(event, "", "it is gone", breaking=True)
        elif event not in before:
            yield SchemaChange(event, "", "it is new", breaking=False)
        else:
            yield from (SchemaChange(event, *found) for found in _changed("", before[event], after[event]))


def _changed(at: str, before: Schema, after: Schema) -> Found:
    if before == after:
        return
    was, now = (_may_be_null(one) for one in (before, after))
    if was.null != now.null:
        yield at, "null is taken too" if now.null else "null is taken no longer", was.null
    kinds = [_kind(one.schema) for one in (was, now)]
    if kinds[0] != kinds[1]:
        yield at, f"{kinds[1]} is expected, and no longer {kinds[0]}", True
        return
    for key in sorted({*was.schema, *now.schema} - {*SAYS_NOTHING, "type"}):
        compare = KEYS.get(key, _another)
        yield from compare(at, key, was.schema, now.schema)


@frozen
class _Value:
    """What a schema asks of a value that is not null, and whether it may be null."""

    schema: Schema
    null: bool


def _may_be_null(schema: Schema) -> _Value:
    otherwise = [one for one in schema.get("anyOf", ()) if one != NULL]
    if len(otherwise) == 1 and NULL in schema["anyOf"]:
        return _Value(otherwise[0], null=True)
    return _Value(schema, null=False)


def _kind(schema: Schema) -> str:
    return "one of a list" if "enum" in schema else str(schema.get("type", "something else"))


# Each key of a schema, by itself


def _another(at: str, key: str, was: Schema, now: Schema) -> Found:
    if was.get(key) != now.get(key):
        says = f"another {key} holds" if key in now else f"{key} no longer holds"
        yield at, says, key in now or key not in NARROWING


NARROWING: Final = ("pattern", "uniqueItems", "additionalProperties", "propertyNames", "items")
"""What only ever keeps something out: where it goes, nothing fits less. Of any other key that is not known."""


def _enum(at: str, key: str, was: Schema, now: Schema) -> Found:
    gone = [one for one in was[key] if one not in now[key]]
    new = [one for one in now[key] if one not in was[key]]
    if gone:
        yield at, f"no longer taken: {', '.join(map(str, gone))}", True
    if new:
        yield at, f"taken too: {', '.join(map(str, new))}", False


def _least(at: str, key: str, was: Schema, now: Schema) -> Found:
    yield from _bound(at, key, was, now, lambda before, after: after > before)


def _most(at: str, key: str, was: Schema, now: Schema) -> Found:
    yield from _bound(at, key, was, now, lambda before, after: after < before)


def _bound(at: str, key: str, was: Schema, now: Schema, narrower: Callable[[Any, Any], bool]) -> Found:
    before, after = was.get(key), now.get(key)
    if before != after:
        breaks = after is not None and (before is None or narrower(before, after))
        yield at, f"{key} is {'not said' if after is None else after}, and was {before}", breaks


def _inner(at: str, key: str, was: Schema, now: Schema) -> Found:
    if isinstance(was.get(key), Mapping) and isinstance(now.get(key), Mapping):
        inside = "each name" if key == "propertyNames" else "each value"
        yield from _changed(_joined(at, f"({inside})"), was[key], now[key])
    else:
        yield from _another(at, key, was, now)


def _properties(at: str, _: str, was: Schema, now: Schema) -> Found:
    before, after = was.get("properties", {}), now.get("properties", {})
    for name in before:
        place = _joined(at, name)
        if name not in after:
            yield place, "it is taken no longer", True
        else:
            yield from _changed(place, before[name], after[name])
    needed = set(now.get("required", ()))
    for name in (name for name in after if name not in before):
        yield (
            _joined(at, name),
            "it is new, and needed" if name in needed else "it is new, and not needed",
            name in needed,
        )


def _required(at: str, key: str, was: Schema, now: Schema) -> Found:
    before, after = was.get(key, ()), now.get(key, ())
    new = now.get("properties", {}).keys() - was.get("properties", {}).keys()  # told there, with whether it is needed
    yield from ((_joined(at, name), "it is needed now", True) for name in after if name not in {*before, *new})
    yield from ((_joined(at, name), "it may be left out", False) for name in before if name not in after)


def _joined(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


KEYS: Final[Mapping[str, Callable[[str, str, Schema, Schema], Found]]] = {
    "enum": _enum,
    "minimum": _least,
    "maximum": _most,
    "maxLength": _most,
    "items": _inner,
    "propertyNames": _inner,
    "additionalProperties": _inner,
    "properties": _properties,
    "required": _required,
}
