"""Reading what people and other systems write: strict, with an error for every field that does not fit."""

import json
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs
from cattrs import BaseValidationError, Converter, IterableValidationError
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn

from ihs_domain.terms import Decision, Event, Happening, Unopened
from ihs_record.errors import NO_SUCH_FIELD, BadFields, Fault, NotJson, RecordError, UnknownName, joined, printable
from ihs_record.names import COMPUTING, NAMES, WORDS, unknown
from ihs_record.patterns import DAY, INSTANT, MOST_DIGITS, NUMBERS, PATTERNS, Written

BAD_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
PLAIN_TEXT: Final = "expected text without NUL characters and lone surrogates"
MOST_TEXT: Final = 262_144
DEEPEST: Final = 32
BIGGEST: Final = 10**MOST_DIGITS - 1


class Misfit(ValueError):
    """A value of the wrong kind; says what was expected, never what was given."""


class Misfits(Misfit):
    """Several values of the wrong kind within one, each at its place there."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("values of the wrong kind")


# JSON


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written, so that a name written twice is seen."""


def read_json(said: str | bytes) -> dict[str, Any]:
    """The one JSON object that *said* is, as plain Python values. Raises :class:`NotJson`.

    Stricter than JSON asks: no name twice, no NaN or infinity, nothing nested deeper than 32, no NUL and no lone
    surrogate in any text, and bytes are UTF-8 without a byte-order mark.
    """
    found = _parsed(said)
    if isinstance(found, Fault):
        raise NotJson([found])
    if not isinstance(found, _Pairs):
        raise NotJson([Fault("", "expected a JSON object")])
    if faults := list(_unreadable(found, "", 1)):
        raise NotJson(faults)
    return {name: _plain(value) for name, value in found}


def _parsed(said: str | bytes) -> Any:
    """What JSON says, or the Fault by which it is none. An error raised in here would carry all that was written."""
    try:
        text = said.decode() if isinstance(said, bytes) else said
        return json.loads(text, object_pairs_hook=_Pairs)
    except UnicodeDecodeError as error:
        return Fault("", f"not UTF-8 at byte {error.start + 1}")
    except json.JSONDecodeError as error:
        return Fault("", f"not JSON at character {error.pos + 1}")
    except ValueError:
        return Fault("", f"a number of more than {MOST_DIGITS} digits")
    except RecursionError:
        return _too_deep("")


def _too_deep(at: str) -> Fault:
    return Fault(at, f"nested deeper than {DEEPEST}")


def _unreadable(value: Any, at: str, depth: int) -> Iterator[Fault]:
    if isinstance(value, str) and BAD_TEXT.search(value):
        yield Fault(at, PLAIN_TEXT)
    elif isinstance(value, float) and not math.isfinite(value):
        yield Fault(at, "expected a number, not NaN, nor one without bounds")
    elif isinstance(value, list) and depth > DEEPEST:
        yield _too_deep(at)
    elif isinstance(value, _Pairs):
        yield from _unreadable_pairs(value, at, depth)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unreadable(item, joined(at, f"[{index}]"), depth + 1)


def _unreadable_pairs(pairs: _Pairs, at: str, depth: int) -> Iterator[Fault]:
    seen: set[str] = set()
    for name, value in pairs:
        place = joined(at, printable(name))
        if name in seen:
            yield Fault(place, "written twice")
        seen.add(name)
        yield from _unreadable(name, place, depth)
        yield from _unreadable(value, place, depth + 1)


def _plain(value: Any) -> Any:
    if isinstance(value, _Pairs):
        return {name: _plain(inner) for name, inner in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value


# Events


def event_class(word: object) -> type[Any]:
    """The event a person names, by its word (the newest version) or its stored name. Raises :class:`UnknownName`."""
    if not isinstance(word, str):
        raise UnknownName(unknown(""))
    found = WORDS.get(word) or NAMES.get(word)
    if found is None:
        raise UnknownName(unknown(word))
    return found


def read_event(word: object, fields: object) -> Any:
    """The event *word* with *fields*, a JSON object as parsed. Raises :class:`UnknownName` or :class:`BadFields`."""
    cls = event_class(word)
    return structured(fields, cls, cls.__name__)


def read_said(word: object, fields: object) -> Any:
    """What a person puts on record: an event, or what the core computes one from. Raises as read_event does."""
    computing = COMPUTING.get(word) if isinstance(word, str) else None
    return read_event(word, fields) if computing is None else structured(fields, computing, computing.__name__)


def structured(fields: object, cls: Any, name: str) -> Any:
    """*fields* as an instance of *cls*. Raises :class:`BadFields` naming each field that does not fit."""
    try:
        return STRICT.structure(fields, cls)
    except (BaseValidationError, ForbiddenExtraKeysError, ValueError, TypeError, KeyError) as error:
        faults = list(_faults(error, ""))
    raise BadFields(name, faults)  # out here: the converter's own errors carry values


def _faults(error: BaseException, at: str) -> Iterator[Fault]:
    if isinstance(error, BaseValidationError):
        for inner in error.exceptions:
            yield from _faults(inner, _place(error, inner, at))
    elif isinstance(error, Misfits):
        yield from (Fault(joined(at, fault.at), fault.says) for fault in error.faults)
    elif isinstance(error, ForbiddenExtraKeysError):
        yield from (Fault(joined(at, name), NO_SUCH_FIELD) for name in sorted(map(printable, error.extra_fields)))
    elif isinstance(error, KeyError):
        yield Fault(joined(at, str(error.args[0])), "this field is missing")
    else:
        yield Fault(at, str(error) if isinstance(error, (Misfit, RecordError)) else "a value of the wrong kind")


def _place(group: BaseValidationError, inner: BaseException, at: str) -> str:
    notes = [note for note in getattr(inner, "__notes__", ()) if hasattr(note, "name") or hasattr(note, "index")]
    if isinstance(inner, KeyError) or not notes:
        return at
    if isinstance(group, IterableValidationError):
        return joined(at, f"[{notes[-1].index}]")
    return joined(at, notes[-1].name)


# Values


def _truth(value: Any, _: Any) -> bool:
    if type(value) is not bool:
        raise Misfit("expected true or false")
    return value


def _whole(least: int, expected: str) -> Callable[[Any, Any], int]:
    def read(value: Any, _: Any) -> int:
        if type(value) is not int or not least <= value <= BIGGEST:
            raise Misfit(f"expected {expected} of at most {MOST_DIGITS} digits")
        return value

    return read


def _text(value: Any, _: Any) -> str:
    if type(value) is not str:
        raise Misfit("expected text")
    if BAD_TEXT.search(value):
        raise Misfit(PLAIN_TEXT)
    if len(value) > MOST_TEXT:
        raise Misfit(f"expected at most {MOST_TEXT} characters")
    return value


def _matching(written: Written) -> Callable[[Any, Any], str]:
    pattern = re.compile(written.pattern)

    def read(value: Any, _: Any) -> str:
        if type(value) is not str or pattern.fullmatch(value) is None:
            raise Misfit(f"expected {written.expected}")
        return value

    return read


_a_day: Final = _matching(DAY)
_an_instant: Final = _matching(INSTANT)


def _day(value: Any, hint: Any) -> date:
    try:
        return date.fromisoformat(_a_day(value, hint))
    except Misfit:
        raise
    except ValueError:
        raise Misfit("expected a day that is in the calendar, YYYY-MM-DD") from None


def instant(value: Any, hint: Any = None) -> datetime:
    """An instant with its offset from UTC, ISO 8601. Raises :class:`Misfit`."""
    try:
        read = datetime.fromisoformat(_an_instant(value, hint))
        read.astimezone(UTC)
    except Misfit:
        raise
    except (ValueError, OverflowError):
        raise Misfit(f"expected {INSTANT.expected}, that is in the calendar") from None
    return read


def _choice(value: Any, cls: type[StrEnum]) -> StrEnum:
    for member in cls:
        if type(value) is str and member.value == value:
            return member
    raise Misfit(f"expected one of: {', '.join(member.value for member in cls)}")


def _is_optional(hint: Any) -> bool:
    return get_origin(hint) in {Union, UnionType} and NoneType in get_args(hint)


def _optional(hint: Any) -> Callable[[Any, Any], Any]:
    """None, or the one thing that can be written there; what was not opened cannot."""
    wanted = [a for a in get_args(hint) if a not in {NoneType, Unopened}]
    return lambda value, _: None if value is None else STRICT.structure(value, wanted[0])


def _is_collection(hint: Any) -> bool:
    return get_origin(hint) in {frozenset, tuple}


def _collection(hint: Any) -> Callable[[Any, Any], Any]:
    make: Callable[[list[Any]], Any] = frozenset if get_origin(hint) is frozenset else tuple
    inner = get_args(hint)[0]

    def read(value: Any, _: Any) -> Any:
        if type(value) is not list:
            raise Misfit("expected a list")
        items = STRICT.structure(value, list[inner])  # type: ignore[valid-type]
        if make is frozenset and len(set(items)) != len(items):
            raise Misfit("expected each only once")
        return make(items)

    return read


def _is_object(hint: Any) -> bool:
    return bool(get_origin(hint) is dict)


def _object(value: Any, hint: Any) -> Any:
    if type(value) is not dict:
        raise Misfit("expected an object")
    faults: list[Fault] = []
    read: dict[Any, Any] = {}
    key_type, value_type = get_args(hint)
    for index, (key, inner) in enumerate(value.items()):
        try:
            read[STRICT.structure(key, key_type)] = STRICT.structure(inner, value_type)
        except (BaseValidationError, ValueError) as error:
            faults += _faults(error, f"[{index}]")  # counted, not named: a name there is somebody's id
    if faults:
        raise Misfits(faults)
    return read


def _nested(value: Any, _: Any) -> Any:
    """An event inside an amendment: `{"record": ..., "with": {...}}`."""
    if type(value) is not dict or value.keys() != {"record", "with"}:
        raise Misfit('expected {"record": the event, "with": {its fields}}')
    cls = event_class(value["record"])
    if not issubclass(cls, (Happening, Decision)):
        raise Misfit("expected the event as it should have been, not an amendment")
    try:
        return STRICT.structure(value["with"], cls)
    except (BaseValidationError, ForbiddenExtraKeysError, ValueError) as error:
        raise Misfits(list(_faults(error, "with"))) from None


def _attrs(converter: Converter) -> Callable[[type], Callable[[Any, Any], Any]]:
    def factory(cls: type) -> Callable[[Any, Any], Any]:
        read: Callable[[Any, Any], Any] = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)

        def strictly(value: Any, hint: Any) -> Any:
            if type(value) is not dict:
                raise Misfit("expected an object of fields")
            return read(value, hint)

        return strictly

    return factory


def _strict() -> Converter:
    c = Converter(forbid_extra_keys=True)
    c.register_structure_hook(int, _whole(-BIGGEST, "a whole number"))
    c.register_structure_hook(bool, _truth)
    c.register_structure_hook(str, _text)
    c.register_structure_hook(date, _day)
    c.register_structure_hook(datetime, instant)
    c.register_structure_hook(StrEnum, _choice)
    c.register_structure_hook_factory(attrs.has, _attrs(c))
    c.register_structure_hook_factory(_is_collection, _collection)
    c.register_structure_hook_func(_is_object, _object)
    c.register_structure_hook_factory(_is_optional, _optional)
    c.register_structure_hook_func(lambda t: t == Event, _nested)
    c.register_structure_hook_factory(lambda t: t in NUMBERS, lambda t: _whole(*NUMBERS[t]))
    c.register_structure_hook_factory(lambda t: t in PATTERNS, lambda t: _matching(PATTERNS[t]))
    return c


STRICT: Final = _strict()
"""The normative converter: what it refuses is refused wherever an event is read."""

__all__ = ["STRICT", "Misfit", "event_class", "instant", "read_event", "read_json", "read_said", "structured"]
