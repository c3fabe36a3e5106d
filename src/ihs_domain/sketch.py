"""A decision half said: of its class, with the fields that were told, and placeholders or nothing in the others."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen

from ihs_domain.history import Entry
from ihs_domain.ids import brought_in, may_come_again
from ihs_domain.once import once_per_class
from ihs_domain.terms import CASE_IDS, Introduced, Unopened, Version
from ihs_domain.unsaid import (
    AnyDay,
    AnyMapping,
    AnyNumber,
    AnyRow,
    AnySet,
    AnyText,
    Asked,
    Told,
    Unsaid,
    Where,
    another,
)


class Open(NamedTuple):
    """Any value of a type that has too many to go through them."""

    hint: Any


SHAPES: Final[dict[Any, type[Unsaid]]] = {
    str: AnyText,
    date: AnyDay,
    int: AnyNumber,
    frozenset: AnySet,
    dict: AnyMapping,
    tuple: AnyRow,
}
"""What stands for any value of a type. For a type that is not here there are not even samples."""

FEW: Final[dict[Any, tuple[Any, ...]]] = {bool: (True, False), NoneType: (None,)}


@once_per_class
def hints(cls: type[Any]) -> dict[str, Any]:
    """The types of a class's fields, marks included."""
    found = get_type_hints(cls, include_extras=True)
    return {a.name: found[a.name] for a in attrs.fields(cls)}


@once_per_class
def brings_in(cls: type[Any]) -> frozenset[str]:
    """The kinds of things that an event class brings into the case."""
    return frozenset(CASE_IDS[_bare(hint)] for hint in hints(cls).values() if _is_new(hint))


def _is_new(hint: Any) -> bool:
    return get_origin(hint) is Annotated and any(isinstance(mark, Introduced) for mark in hint.__metadata__)


def _bare(hint: Any) -> Any:
    """A type without its marks, and without None."""
    return _bare(get_args(hint)[0]) if get_origin(hint) in {Annotated, Union, UnionType} else hint


def kind_of(hint: Any) -> Any:
    """What kind of value a type is of: `frozenset` for a set, `str` for any code."""
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return get_origin(hint) or hint


@frozen(slots=False)
class Nameable:
    """What a decision can name in one case by its *record*; *day* stands for any day where none matters.

    One new id is like any other, as nothing on record tells them apart: one of each kind stands for all.
    """

    record: tuple[Entry[Any], ...]
    day: date

    @cached_property
    def on_record(self) -> frozenset[tuple[str, str]]:
        """The ids that were brought into the case, each with its kind."""
        return frozenset(brought_in(self.record))

    @cached_property
    def ids(self) -> dict[str, tuple[str, ...]]:
        """The same by kind, in order."""
        known = sorted(self.on_record)
        return {kind: tuple(id_ for of, id_ in known if of == kind) for kind in CASE_IDS.values()}

    @cached_property
    def new(self) -> dict[str, str]:
        """An id of each kind that is not on record."""
        return {kind: another(kind.replace(" ", "-"), ids) for kind, ids in self.ids.items()}

    @cached_property
    def versions(self) -> tuple[int, ...]:
        """The entries on record."""
        return tuple(entry.version for entry in self.record)

    def mentioned(self, hint: Any) -> tuple[Any, ...]:
        """The values of a type that the entries mention."""
        return self._mentioned.get(hint, ())

    @cached_property
    def _mentioned(self) -> dict[Any, tuple[Any, ...]]:
        found: dict[Any, dict[Any, None]] = {}
        for hint, value in (leaf for entry in self.record for leaf in _leaves(None, entry.event)):
            found.setdefault(hint, {})[value] = None
        return {hint: tuple(values) for hint, values in found.items()}


def _leaves(hint: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    """The plain values within *value*, each with its type."""
    inner = get_args(_bare(hint))
    if attrs.has(type(value)):
        of = hints(type(value))
        yield from (leaf for name in of for leaf in _leaves(of[name], getattr(value, name)))
    elif isinstance(value, Mapping):
        yield from (leaf for key in value for leaf in (*_leaves(inner[0], key), *_leaves(inner[1], value[key])))
    elif isinstance(value, frozenset | tuple):
        yield from (leaf for item in value for leaf in _leaves(inner[0], item))
    elif value is not None and not isinstance(value, Unopened):
        yield _bare(hint), value


class Sketch:
    """A decision of class *cls*, of which so much is *told*, in a *case* where so much can be named."""

    def __init__(self, cls: type[Any], told: Told, case: Nameable) -> None:
        self.cls = cls
        self.told = told
        self.case = case
        self._made: dict[int, tuple[Any, Where]] = {}
        self.event = self._made_of(cls, ())

    def _made_of(self, cls: type[Any], where: Where) -> Any:
        """An instance of *cls* itself, so that a gate knows it; a field that has to be told first is not there."""
        event = object.__new__(cls)
        self._made[id(event)] = (event, where)
        for name, hint in hints(cls).items():
            try:
                object.__setattr__(event, name, self.value((*where, name), hint))
            except Asked:
                continue
        return event

    def asked_by(self, error: Exception) -> None:
        """Raise Asked where a gate failed with *error* because something is not told."""
        if isinstance(error, AttributeError):
            made, where = self._made.get(id(error.obj), (None, ()))
            of = {} if made is None else hints(type(made))
            if error.name in of:
                self.value((*where, error.name), of[error.name])
        self._spell_out()

    def _spell_out(self) -> None:
        """Have the first placeholder replaced, if there is one: a gate could do nothing with it."""
        for name in hints(self.cls):
            held = getattr(self.event, name, None)
            if isinstance(held, Unsaid):
                held.spell_out()

    def value(self, where: Where, hint: Any) -> Any:
        """What stands at a place of this type: as told, or a placeholder. Raises Asked where it must be told first."""
        values = (self.told[where],) if where in self.told else self.values(hint)
        if where not in self.told and not (len(values) == 1 and isinstance(values[0], Open)):
            raise Asked({where: value} for value in values)
        return self.opened(values[0].hint, where) if isinstance(values[0], Open) else values[0]

    def opened(self, hint: Any, where: Where) -> Any:
        """What stands for any value of a type."""
        return self._made_of(hint, where) if attrs.has(hint) else SHAPES.get(kind_of(hint), Unsaid)(self, where, hint)

    def few(self, hint: Any) -> tuple[Any, ...] | None:
        """All values of a type, None where they cannot be gone through."""
        values = self.values(hint)
        return None if any(isinstance(value, Open) for value in values) else values

    def values(self, hint: Any) -> tuple[Any, ...]:
        """All values of a type, with an Open for those there are too many of."""
        if get_origin(hint) in {Union, UnionType}:
            return tuple(value for arm in get_args(hint) for value in self.values(arm))
        if get_origin(hint) is Annotated and not _is_new(hint):
            return self.values(get_args(hint)[0])
        if _bare(hint) in CASE_IDS:
            return self._ids(CASE_IDS[_bare(hint)], new=_is_new(hint))
        if hint is Version:
            return self.case.versions
        if isinstance(hint, type) and issubclass(hint, Enum):
            return tuple(hint)
        return FEW.get(hint, (Open(hint),))

    def _ids(self, kind: str, *, new: bool) -> tuple[str, ...]:
        """The ids that a field can hold; an event may name what it brings in itself."""
        brings = new or kind in brings_in(self.cls)
        known = () if new and not may_come_again(kind) else self.case.ids[kind]
        return (*([self.case.new[kind]] if brings else []), *known)

    def lacking(self, cls: type[Any]) -> Iterator[Any]:
        """The types of the fields of *cls* into which nothing fits."""
        for a in attrs.fields(cls):
            values = self.values(hints(cls)[a.name]) if a.default is attrs.NOTHING else FEW[NoneType]
            if not values:
                yield _bare(hints(cls)[a.name])
            elif isinstance(values[0], Open) and attrs.has(values[0].hint):
                yield from self.lacking(values[0].hint)

    def whole(self) -> Any:
        """The decision whole: as told, the rest as plain as can be. None where nothing fits into a field of it."""
        return self._whole(self.cls, ())

    def _whole(self, cls: type[Any], where: Where) -> Any:
        said = {
            a.name: self.example((*where, a.name), hints(cls)[a.name])
            for a in attrs.fields(cls)
            if a.default is attrs.NOTHING or self._is_told_of((*where, a.name))
        }
        return None if any(said[name] is None and not self._may_be_none(cls, name) for name in said) else cls(**said)

    def _may_be_none(self, cls: type[Any], name: str) -> bool:
        return None in self.values(hints(cls)[name])

    def example(self, where: Where, hint: Any) -> Any:
        """One value for a place of this type that fits what is told; None where there is none."""
        value = self.told[where] if where in self.told else next(iter(self.values(hint)), None)
        if not isinstance(value, Open):
            return value
        return self._whole(value.hint, where) if attrs.has(value.hint) else self.opened(value.hint, where).example()

    def _is_told_of(self, where: Where) -> bool:
        return any(place[: len(where)] == where for place in self.told)
