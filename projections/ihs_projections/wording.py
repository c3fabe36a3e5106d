"""An event in a sentence: its name, then what it says, field by field."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import attrs

from ihs_domain.terms import Unopened

_WORDS = re.compile(r"(?<!^)(?=[A-Z])")
SEALED = "(sealed)"
ERASED = "(erased)"


def name(event: object) -> str:
    """The event's name in words: `Contact made`."""
    return _WORDS.sub(" ", type(event).__name__).capitalize()


def says(event: Any) -> str:
    """What an event says, fields that say nothing left out: `mode home-visit; whom A-1, A-m`."""
    return "; ".join(_fields(event))


def _fields(event: Any) -> Iterator[str]:
    for field in attrs.fields(type(event)):
        text = _value(getattr(event, field.name))
        if text:
            yield f"{field.name.replace('_', ' ')} {text}"


def _value(value: Any) -> str:  # noqa: PLR0911 - one line for each kind of value
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Unopened):
        return SEALED if value is Unopened.SEALED else ERASED
    if isinstance(value, (frozenset, tuple)):
        return ", ".join(sorted(map(_value, value)) if isinstance(value, frozenset) else map(_value, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_value(item)}" for key, item in value.items())
    if attrs.has(type(value)):
        inner = says(value)
        return f"[{name(value)}: {inner}]" if inner else f"[{name(value)}]"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)
