"""What can be said in the fields of a decision, by their types and by what one case has on record."""

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
from ihs_domain.unsaid import another

FEW: Final[dict[Any, tuple[Any, ...]]] = {bool: (True, False), NoneType: (None,)}


class Open(NamedTuple):
    """Any value of a type that has too many to go through them."""

    hint: Any


@once_per_class
def hints(cls: type[Any]) -> dict[str, Any]:
    """The types of a class's fields, marks included."""
    found = get_type_hints(cls, include_extras=True)
    return {a.name: found[a.name] for a in attrs.fields(cls)}


@once_per_class
def brings_in(cls: type[Any]) -> frozenset[str]:
    """The kinds of things that an event class brings into the case."""
    return frozenset(CASE_IDS[bare(hint)] for hint in hints(cls).values() if _is_new(hint))


def _is_new(hint: Any) -> bool:
    return get_origin(hint) is Annotated and any(isinstance(mark, Introduced) for mark in hint.__metadata__)


def bare(hint: Any) -> Any:
    """A type without its marks, and without None."""
    return bare(get_args(hint)[0]) if get_origin(hint) in {Annotated, Union, UnionType} else hint


@frozen(slots=False)
class Nameable:
    """What can be named in one case by its *record*; *day* stands for any day where none matters.

    One new id is like any other, as nothing on record tells them apart: one of each kind stands for all.
    """

    record: tuple[Entry[Any], ...]
    day: date

    @cached_property
    def ids(self) -> dict[str, tuple[str, ...]]:
        """The ids that were brought into the case by kind, in order."""
        known = sorted(brought_in(self.record))
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
    inner = get_args(bare(hint))
    if attrs.has(type(value)):
        of = hints(type(value))
        yield from (leaf for name in of for leaf in _leaves(of[name], getattr(value, name)))
    elif isinstance(value, Mapping):
        yield from (leaf for key in value for leaf in (*_leaves(inner[0], key), *_leaves(inner[1], value[key])))
    elif isinstance(value, frozenset | tuple):
        yield from (leaf for item in value for leaf in _leaves(inner[0], item))
    elif value is not None and not isinstance(value, Unopened):
        yield bare(hint), value


class Sayable:
    """What can be said in the fields of decisions of class *cls* in a *case* where so much can be named."""

    def __init__(self, cls: type[Any], case: Nameable) -> None:
        self.cls = cls
        self.case = case
        self._values: dict[Any, tuple[Any, ...]] = {}

    def values(self, hint: Any) -> tuple[Any, ...]:
        """All values of a type, with an Open for those there are too many of."""
        if hint not in self._values:
            self._values[hint] = self._all(hint)
        return self._values[hint]

    def few(self, hint: Any) -> tuple[Any, ...] | None:
        """All values of a type, None where they cannot be gone through."""
        values = self.values(hint)
        return None if any(isinstance(value, Open) for value in values) else values

    def lacking(self, cls: type[Any]) -> Iterator[Any]:
        """The types of the fields of *cls* into which nothing fits."""
        for a in attrs.fields(cls):
            values = self.values(hints(cls)[a.name]) if a.default is attrs.NOTHING else FEW[NoneType]
            if not values:
                yield bare(hints(cls)[a.name])
            elif isinstance(values[0], Open) and attrs.has(values[0].hint):
                yield from self.lacking(values[0].hint)

    def _all(self, hint: Any) -> tuple[Any, ...]:
        if get_origin(hint) in {Union, UnionType}:
            return tuple(value for arm in get_args(hint) for value in self.values(arm))
        if get_origin(hint) is Annotated and not _is_new(hint):
            return self.values(get_args(hint)[0])
        if bare(hint) in CASE_IDS:
            return self._ids(CASE_IDS[bare(hint)], new=_is_new(hint))
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
