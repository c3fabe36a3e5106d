"""What an open part looks like as canonical bytes: one pattern for each event class, drawn from its types."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from operator import lt
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

import attrs

from ihs_domain.once import once_per_class
from ihs_domain.terms import Cite
from ihs_record.fields import hints, open_fields
from ihs_record.patterns import DAY, MOST_DIGITS, NUMBERS, PATTERNS

_INSTANT: Final = (
    f"{DAY.pattern}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.(?!0{6})[0-9]{6})?(?:Z|(?![+-]00:00)[+-][0-9]{2}:[0-9]{2})"
)
_LEAVES: Final[dict[Any, str]] = {
    NoneType: "null",
    bool: "(?:true|false)",
    int: f"(?:0|-?[1-9][0-9]{{0,{MOST_DIGITS - 1}}})",
    date: f'"{DAY.pattern}"',
    datetime: f'"{_INSTANT}"',
    **{kind: counted.shape for kind, counted in NUMBERS.items()},
    **{kind: f'"{written.pattern}"' for kind, written in PATTERNS.items()},
}


class Shape(NamedTuple):
    """The canonical bytes of an event class, but for the order within *sets* and objects.

    Where it *decides*, bytes that fit are the ones that would be written; else there are objects, or sets further in.
    """

    pattern: re.Pattern[bytes]
    decides: bool
    sets: tuple[int, ...]

    def fits(self, content: bytes) -> bool:
        """Whether these bytes have the pattern, and their sets are in order, nothing twice."""
        found = self.pattern.fullmatch(content)
        if found is None:
            return False
        for number in self.sets:
            members = found[number]
            if members and not all(map(lt, said := members.split(b","), said[1:])):
                return False
        return True


@once_per_class
def open_shape(cls: type[Any]) -> Shape:
    """What the open part of an event class looks like as canonical bytes.

    Raises :class:`TypeError` for a class with an open field that could hold more than codes, ids, days,
    instants and numbers.
    """
    drawing = _Drawing()
    pattern = re.compile(drawing.fields(cls, open_fields(cls)).encode())
    return Shape(pattern, drawing.decides, tuple(range(1, pattern.groups + 1)))


class _Drawing:
    """A pattern as it is drawn."""

    def __init__(self) -> None:
        self.decides = True
        self._depth = 0

    def fields(self, cls: type[Any], names: Iterable[str]) -> str:
        return r"\{" + ",".join(f'"{name}":{self._of(hints(cls)[name])}' for name in sorted(names)) + r"\}"

    def _of(self, hint: Any) -> str:
        if hint in _LEAVES:
            return _LEAVES[hint]
        if get_origin(hint) is Annotated:
            return self._of(get_args(hint)[0])
        if _is_choice(hint):
            return f'"(?:{"|".join(re.escape(member.value) for member in hint)})"'
        if isinstance(hint, type) and attrs.has(hint):
            with self._further_in():
                return self.fields(hint, hints(hint))
        return self._of_several(get_origin(hint), get_args(hint), hint)

    def _of_several(self, origin: Any, inner: tuple[Any, ...], hint: Any) -> str:
        if origin in {Union, UnionType}:
            return f"(?:{'|'.join(map(self._of, inner))})"
        if origin is frozenset and not self._depth and _is_written_without_commas(inner[0]):
            return rf"\[({self._several(inner)})\]"
        if origin is dict or origin is frozenset:
            self.decides = False
        with self._further_in():
            if origin is dict:
                return rf"\{{{self._several(inner)}\}}"
            if origin is frozenset or (origin is tuple and inner[1:] == (...,)):
                return rf"\[{self._several(inner[:1])}\]"
        msg = f"{hint} cannot be stored open: it could hold more than codes, ids, days, instants and numbers"
        raise TypeError(msg)

    def _several(self, inner: tuple[Any, ...]) -> str:
        one = ":".join(map(self._of, inner))
        return f"(?:{one}(?:,{one})*)?"

    @contextmanager
    def _further_in(self) -> Iterator[None]:
        self._depth += 1
        yield
        self._depth -= 1


def _is_written_without_commas(hint: Any) -> bool:
    """Whether each of a set's members has no comma within, and is ordered as its bytes are."""
    return _is_choice(hint) or (hint in PATTERNS and hint is not Cite)


def _is_choice(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, StrEnum)
