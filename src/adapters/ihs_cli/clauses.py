"""What carries out a clause, in the words of the gates and duties themselves."""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs
from attrs import frozen

from ihs_domain.editions import Edition
from ihs_domain.places import Place, Table, places
from ihs_domain.terms import Decision

KIND: Final = re.compile(r"^A (gate|duty)( \w+)*: ")
MADE_WITH: Final = re.compile(r"\*(\w+)\*")
"""How a docstring marks what a gate or duty is made with, which here is said beside it."""
NOTHING: Final[tuple[Any, ...]] = (None, (), frozenset(), {})


@frozen
class CarriedOut:
    """What one edition does by a clause: before which decisions it stands, where it finds, what is owed and recorded.

    *after_closing* is owed because the case was closed; *recorded* are the events that put on record what it asks.
    """

    refuses: tuple[str, ...]
    finds: tuple[str, ...]
    owed: tuple[str, ...]
    after_closing: tuple[str, ...]
    recorded: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        """Line by line, as people read it."""
        yield from (f"refuses {words}" for words in self.refuses)
        yield from (f"only found in {words}" for words in self.finds)
        yield from (f"owed: {words}" for words in self.owed)
        yield from (f"owed after closing: {words}" for words in self.after_closing)
        yield from (f"on record by {words}" for words in self.recorded)


def carried_out(edition: Edition, cite: str) -> CarriedOut:
    """What *edition* does by the clause *cite*. A gate before a happening refuses nothing: it only finds."""
    rows = [*places(edition, cite)]
    return CarriedOut(
        refuses=tuple(_words(row) for row in rows if row.table is Table.GATES and _refuses(row)),
        finds=tuple(
            _words(row) for row in rows if row.table is Table.FINDS or (row.table is Table.GATES and not _refuses(row))
        ),
        owed=tuple(_words(row) for row in rows if row.table is Table.DUTIES),
        after_closing=tuple(_words(row) for row in rows if row.table is Table.AFTER_CLOSING),
        recorded=tuple(_words(row) for row in rows if row.table is Table.RECORDS),
    )


def _refuses(row: Place) -> bool:
    return row.event is not None and issubclass(row.event, Decision)


def _words(row: Place) -> str:
    event = row.event.__name__ if row.event else ""
    return ": ".join(part for part in (event, asked(row.asks) if row.asks else "") if part)


def asked(rule: Callable[..., Any]) -> str:
    """What a gate or duty holds, by its docstring; one that was made, by its maker's and what it was made with."""
    name = getattr(rule, "__qualname__", type(rule).__qualname__)
    maker = getattr(sys.modules.get(rule.__module__), name.partition(".")[0], None)
    words = _said(rule) or _said(maker) or _in_words(name.rpartition(".")[2])
    return "; ".join((words, *(told for told in _parameters(rule) if told != words)))


def _said(thing: Any) -> str:
    """The first paragraph of a docstring on one line, without its full stop."""
    first = " ".join(((inspect.getdoc(thing) if thing else None) or "").partition("\n\n")[0].split())
    return MADE_WITH.sub(lambda marked: _in_words(marked[1]), KIND.sub("", first)).rstrip(".")


def _in_words(name: str) -> str:
    return name.replace("_", " ")


def _parameters(rule: Callable[..., Any]) -> Iterator[str]:
    """Each parameter a gate or duty was made with: `months: 3`. A rule within it speaks for itself."""
    known = inspect.getclosurevars(rule).nonlocals if inspect.isfunction(rule) else {}
    for name, value in known.items():
        if value not in NOTHING:
            yield asked(value) if _is_a_rule(value) else f"{_in_words(name)}: {_value(value)}"


def _is_a_rule(value: Any) -> bool:
    return callable(value) and not isinstance(value, type)


def _value(value: Any) -> str:
    """A parameter, the same in every process: a class by its name, and a gate within a gate by its words."""
    if isinstance(value, type):
        return value.__name__
    if callable(value):
        return asked(value)
    if attrs.has(type(value)):
        return _several({_in_words(name): inner for name, inner in _said_otherwise(value)})
    return _several(value) if isinstance(value, Iterable) and not isinstance(value, str) else str(value)


def _said_otherwise(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a value that are not at their default."""
    for one in attrs.fields(type(value)):
        inner = getattr(value, one.name)
        if inner not in NOTHING and inner != one.default:
            yield one.name, inner


def _several(values: Iterable[Any]) -> str:
    if isinstance(values, Mapping):
        return ", ".join(f"{_value(key)} {_value(inner)}" for key, inner in values.items())
    if isinstance(values, (set, frozenset)):
        return " or ".join(sorted(map(_value, values)))
    return ", ".join(map(_value, values))
