"""Which fields of an event are sealed, and under whose key, and which are instants: read once from its types."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import attrs

from ihs_domain.once import once_per_class
from ihs_domain.terms import UnderNarrative, UnderPerson


class Sealed(NamedTuple):
    """A sealed field: its name and its type when opened; *named_by* is the field that names whose key it is under."""

    name: str
    type: Any
    named_by: str | None


@once_per_class
def hints(cls: type[Any]) -> dict[str, Any]:
    """The types of a class's fields, marks included."""
    found = get_type_hints(cls, include_extras=True)
    return {a.name: found[a.name] for a in attrs.fields(cls)}


@once_per_class
def sealed_fields(cls: type[Any]) -> tuple[Sealed, ...]:
    """The sealed fields of an event class, in order of definition."""
    return tuple(s for name, hint in hints(cls).items() if (s := _sealed(name, hint)) is not None)


@once_per_class
def open_fields(cls: type[Any]) -> tuple[str, ...]:
    """The names of the fields that are stored open, in order of definition."""
    shut = {s.name for s in sealed_fields(cls)}
    return tuple(name for name in hints(cls) if name not in shut)


@once_per_class
def instant_fields(cls: type[Any]) -> tuple[str, ...]:
    """The names of the fields that hold an instant, in order of definition."""
    return tuple(name for name, hint in hints(cls).items() if hint is datetime or datetime in get_args(hint))


def _sealed(name: str, hint: Any) -> Sealed | None:
    if get_origin(hint) is not Annotated:
        return None
    for mark in hint.__metadata__:
        if isinstance(mark, UnderNarrative):
            return Sealed(name, opened_type(hint), None)
        if isinstance(mark, UnderPerson):
            return Sealed(name, opened_type(hint), mark.named_by)
    return None


def opened_type(hint: Any) -> Any:
    """The type of a sealed field's value once opened."""
    return get_args(get_args(hint)[0])[0]
