"""Reading what people and other systems write: strict, with an error for every field that does not fit."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs
from cattrs import BaseValidationError, Converter, IterableValidationError
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn

from ihs_domain.terms import (
    CASE_IDS,
    ActorId,
    AgencyId,
    AgreementId,
    CaseId,
    Code,
    Decision,
    Event,
    Happening,
    Jurisdiction,
    Unopened,
    Version,
)
from ihs_record.errors import BadFields, Fault, UnknownName
from ihs_record.names import WORDS

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CODE: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,79}")
IDS: Final = (*CASE_IDS, ActorId, AgencyId, AgreementId, CaseId)
CODES: Final = (Code, Jurisdiction)
LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
MOST_TEXT: Final = 262_144


class Misfit(ValueError):
    """A value of the wrong kind; says what was expected, never what was given."""


def event_class(word: object) -> type[Any]:
    """The event a person names. Raises :class:`UnknownName`."""
    found = WORDS.get(word) if isinstance(word, str) else None
    if found is None:
        msg = "there is no event of that name: see the catalogue of events"
        raise UnknownName(msg)
    return found


def read_event(word: object, fields: object) -> Any:
    """The event *word* with *fields*, a JSON object as parsed. Raises :class:`UnknownName` or :class:`BadFields`."""
    cls = event_class(word)
    return structured(fields, cls, str(word))


def structured(fields: object, cls: Any, name: str) -> Any:
    """*fields* as an instance of *cls*. Raises :class:`BadFields` naming each field that does not fit."""
    if not isinstance(fields, Mapping):
        raise BadFields(name, (Fault("", "expected an object of fields"),))
    try:
        return STRICT.structure(fields, cls)
    except UnknownName:
        raise
    except (BaseValidationError, ForbiddenExtraKeysError, ValueError, TypeError, KeyError) as error:
        raise BadFields(name, tuple(_faults(error, ""))) from None


def _faults(error: BaseException, at: str) -> list[Fault]:
    if isinstance(error, BaseValidationError):
        return [fault for inner in error.exceptions for fault in _faults(inner, _place(error, inner, at))]
    if isinstance(error, ForbiddenExtraKeysError):
        return [Fault(_join(at, _printable(f)), "no such field") for f in sorted(error.extra_fields)]
    if isinstance(error, KeyError):
        return [Fault(_join(at, str(error.args[0])), "this field is missing")]
    return [Fault(at, str(error) if isinstance(error, (Misfit, UnknownName)) else "a value of the wrong kind")]


def _place(group: BaseValidationError, inner: BaseException, at: str) -> str:
    notes = [note for note in getattr(inner, "__notes__", ()) if hasattr(note, "name") or hasattr(note, "index")]
    if isinstance(inner, KeyError) or not notes:
        return at
    if isinstance(group, IterableValidationError):
        return f"{at}[{notes[-1].index}]" if isinstance(notes[-1].index, int) else f"{at}[key]"
    return _join(at, notes[-1].name)


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _printable(name: object) -> str:
    """A field name as given, when it is plainly a name and cannot be anybody's data."""
    text = str(name)
    return text if re.fullmatch(r"[a-z_][a-z0-9_]{0,39}", text) else "(a name that is none)"


def _exactly(cls: type, expected: str) -> Callable[[Any, Any], Any]:
    def read(value: Any, _: Any) -> Any:
        if type(value) is not cls:
            msg = f"expected {expected}"
            raise Misfit(msg)
        return value

    return read


def _text(value: Any, _: Any) -> str:
    if type(value) is not str:
        msg = "expected text"
        raise Misfit(msg)
    if "\x00" in value or LONE_SURROGATE.search(value):
        msg = "expected text without NUL characters and lone surrogates"
        raise Misfit(msg)
    if len(value) > MOST_TEXT:
        msg = f"expected at most {MOST_TEXT} characters"
        raise Misfit(msg)
    return value


def _matching(pattern: re.Pattern[str], expected: str) -> Callable[[Any, Any], str]:
    def read(value: Any, _: Any) -> str:
        if type(value) is not str or pattern.fullmatch(value) is None:
            msg = f"expected {expected}"
            raise Misfit(msg)
        return value

    return read


def _day(value: Any, _: Any) -> date:
    if type(value) is not str or re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII) is None:
        msg = "expected a day, YYYY-MM-DD"
        raise Misfit(msg)
    try:
        return date.fromisoformat(value)
    except ValueError:
        msg = "expected a day that is in the calendar, YYYY-MM-DD"
        raise Misfit(msg) from None


def instant(value: Any, _: Any = None) -> datetime:
    """An instant with its offset from UTC, ISO 8601. Raises :class:`Misfit`."""
    try:
        read = datetime.fromisoformat(value) if type(value) is str and len(value) > len("YYYY-MM-DD") else None
    except ValueError:
        read = None
    if read is None or read.utcoffset() is None:
        msg = "expected an instant with its offset, such as 2015-01-09T15:00:00-07:00"
        raise Misfit(msg)
    return read


def _choice(value: Any, cls: type[StrEnum]) -> StrEnum:
    for member in cls:
        if type(value) is str and member.value == value:
            return member
    msg = f"expected one of: {', '.join(str(m.value) for m in cls)}"
    raise Misfit(msg)


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
            msg = "expected a list"
            raise Misfit(msg)
        items = STRICT.structure(value, list[inner])  # type: ignore[valid-type]
        if make is frozenset and len(set(items)) != len(items):
            msg = "expected each only once"
            raise Misfit(msg)
        return make(items)

    return read


def _is_object(hint: Any) -> bool:
    return bool(get_origin(hint) is dict)


def _object(value: Any, hint: Any) -> Any:
    if type(value) is not dict:
        msg = "expected an object"
        raise Misfit(msg)
    key, inner = get_args(hint)
    keys = STRICT.structure(list(value), list[key])  # type: ignore[valid-type]
    return {k: STRICT.structure(v, inner) for k, v in zip(keys, value.values(), strict=True)}


def _nested(value: Any, _: Any) -> Any:
    """An event inside an amendment: `{"record": ..., "with": {...}}`."""
    if type(value) is not dict or value.keys() != {"record", "with"}:
        msg = 'expected {"record": the event, "with": {its fields}}'
        raise Misfit(msg)
    cls = event_class(value["record"])
    if not issubclass(cls, (Happening, Decision)):
        msg = "expected the event as it should have been, not an amendment"
        raise Misfit(msg)
    return STRICT.structure(value["with"], cls)


def _attrs(converter: Converter) -> Callable[[type], Callable[[Any, Any], Any]]:
    def factory(cls: type) -> Callable[[Any, Any], Any]:
        read: Callable[[Any, Any], Any] = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)

        def strictly(value: Any, hint: Any) -> Any:
            if type(value) is not dict:
                msg = "expected an object of fields"
                raise Misfit(msg)
            return read(value, hint)

        return strictly

    return factory


def _strict() -> Converter:
    c = Converter(forbid_extra_keys=True)
    for cls, expected in ((int, "a whole number"), (bool, "true or false")):
        c.register_structure_hook(cls, _exactly(cls, expected))
    c.register_structure_hook(str, _text)
    c.register_structure_hook(date, _day)
    c.register_structure_hook(datetime, instant)
    c.register_structure_hook(StrEnum, _choice)
    c.register_structure_hook_factory(attrs.has, _attrs(c))
    c.register_structure_hook_factory(_is_collection, _collection)
    c.register_structure_hook_func(_is_object, _object)
    c.register_structure_hook_factory(_is_optional, _optional)
    c.register_structure_hook_func(lambda t: t == Event, _nested)
    c.register_structure_hook_func(lambda t: t is Version, _exactly(int, "an entry's version, a whole number"))
    c.register_structure_hook_func(
        lambda t: t in IDS, _matching(ID, "an id: letters, digits, dots, hyphens, underscores")
    )
    c.register_structure_hook_func(lambda t: t in CODES, _matching(CODE, "a code: lower-case words joined by hyphens"))
    return c


STRICT: Final = _strict()
"""The normative converter: what it refuses is refused wherever an event is read."""

__all__ = ["STRICT", "Misfit", "event_class", "instant", "read_event", "structured"]
