"""A decision half said: of its class, with the fields that were told, and placeholders or nothing in the others."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, Final, NoReturn, get_origin

import attrs

from ihs_domain.once import once_per_class
from ihs_domain.sayable import Open, Sayable, hints
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
)

SHAPES: Final[dict[Any, type[Unsaid]]] = {
    str: AnyText,
    date: AnyDay,
    int: AnyNumber,
    frozenset: AnySet,
    dict: AnyMapping,
    tuple: AnyRow,
}
"""What stands for any value of a type. For a type that is not here there are not even samples."""

MUST_BE_TOLD: Final = object()


def kind_of(hint: Any) -> Any:
    """What kind of value a type is of: `frozenset` for any set, `str` for any code."""
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return get_origin(hint) or hint


@once_per_class
def asking(cls: type[Any]) -> type[Any]:
    """A class like *cls* in which a field that was not told asks to be, when it is read.

    It raises no AttributeError, which a match statement or a getattr with a default would take for an answer.
    """

    def told_first(self: Any, name: str) -> NoReturn:
        if name in hints(cls):
            sketch, where = self._of
            sketch.must_be_told((*where, name), hints(cls)[name])
        raise AttributeError(name)

    return type(cls.__name__, (cls,), {"__slots__": ("_of",), "__getattr__": told_first})


class Sketch:
    """A decision of which so much is *told*, of all that is *sayable* in it."""

    def __init__(self, sayable: Sayable, told: Told) -> None:
        self.sayable = sayable
        self.told = told
        self.event = self._sketched(sayable.cls, ())

    def _sketched(self, cls: type[Any], where: Where) -> Any:
        """Such an instance of *cls*; a field that has to be told first is not there."""
        sketched = object.__new__(asking(cls))
        object.__setattr__(sketched, "_of", (self, where))
        for name, hint in hints(cls).items():
            value = self._so_far((*where, name), hint)
            if value is not MUST_BE_TOLD:
                object.__setattr__(sketched, name, value)
        return sketched

    def _so_far(self, where: Where, hint: Any) -> Any:
        """What stands at a place of this type: as told, or a placeholder for all that it can be."""
        values = (self.told[where],) if where in self.told else self.sayable.values(hint)
        if len(values) == 1 and isinstance(values[0], Open):
            return self.opened(values[0].hint, where)
        return values[0] if where in self.told else MUST_BE_TOLD

    def opened(self, hint: Any, where: Where) -> Any:
        """What stands for any value of a type."""
        return self._sketched(hint, where) if attrs.has(hint) else SHAPES.get(kind_of(hint), Unsaid)(self, where, hint)

    def value(self, where: Where, hint: Any) -> Any:
        """What stands at a place of this type. Raises Asked where it must be told first."""
        value = self._so_far(where, hint)
        return value if value is not MUST_BE_TOLD else self.must_be_told(where, hint)

    def must_be_told(self, where: Where, hint: Any) -> NoReturn:
        """Raise Asked with all that can be told of a place of this type."""
        raise Asked({where: value} for value in self.sayable.values(hint))

    def spell_out(self, held: Any) -> None:
        """Have more told of what stands in a place: a gate could do nothing with it so. Raises Asked until all is."""
        _, where = getattr(held, "_of", (self, None))
        if isinstance(held, Unsaid):
            held.spell_out()
        elif where is not None:
            self._spell_out_fields(hints(type(held)), where)

    def _spell_out_fields(self, of: dict[str, Any], where: Where) -> None:
        """Placeholders first: what is not told at all did not trouble the gate yet."""
        for name, hint in of.items():
            self.spell_out(self._so_far((*where, name), hint))
        for name, hint in of.items():
            self.value((*where, name), hint)

    def samples(self, hint: Any, where: Where) -> Iterator[Any]:
        """Some values of a type that there are too many of, the plainest first."""
        if attrs.has(hint):
            yield from filter(None, [self._whole(hint, where)])
        else:
            yield from self.opened(hint, where).samples()

    @cached_property
    def whole(self) -> Any:
        """The decision whole: as told, the rest as plain as can be. None where nothing fits into a field of it."""
        return self._whole(self.sayable.cls, ())

    def _whole(self, cls: type[Any], where: Where) -> Any:
        said = {
            a.name: self.example((*where, a.name), hints(cls)[a.name])
            for a in attrs.fields(cls)
            if a.default is attrs.NOTHING or self._is_told_of((*where, a.name))
        }
        unfilled = (name for name in said if said[name] is None and None not in self.sayable.values(hints(cls)[name]))
        return cls(**said) if next(unfilled, None) is None else None

    def example(self, where: Where, hint: Any) -> Any:
        """One value for a place of this type that fits what is told; None where there is none."""
        value = self.told[where] if where in self.told else next(iter(self.sayable.values(hint)), None)
        if not isinstance(value, Open):
            return value
        return next(self.samples(value.hint, where), None)

    def _is_told_of(self, where: Where) -> bool:
        return any(place[: len(where)] == where for place in self.told)
