"""How answers are printed: text that cannot move the cursor, or JSON that any terminal can carry."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Any, Final

import attrs
import click
from attrs import frozen

from ihs_cli.errors import REHEARSAL
from ihs_cli.printable import shown
from ihs_domain.gates import Objection
from ihs_domain.terms import Amendment, Decision, Happening, Unopened
from ihs_store.port import Kind

HEADING: Final = f"{REHEARSAL} store: the times of recording were given to it, nothing here is a live record"


def objection_lines(objection: Objection, indent: str = "    ") -> Iterator[str]:
    """An objection as people read it: what, about what, by which rule, and what to do instead."""
    by = f" ({', '.join(objection.cites)}; {objection.edition})" if objection.cites else ""
    yield f"{indent}{objection.says}{objection.named}{by}"
    yield f"{indent}  instead: {objection.remedy}"


def from_here(path: Path | None) -> str:
    """A path as it is typed where one stands: without what leads there, if it lies below."""
    if path is None:
        return ""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def plain(value: Any) -> Any:
    """*value* as JSON can hold it; an event as `{"record": ..., "with": ...}`, as people write it."""
    if isinstance(value, (Happening, Decision, Amendment)):
        return {"record": type(value).__name__, "with": _fields(value)}
    if isinstance(value, Objection):
        return {"cites": list(value.cites), **{k: v for k, v in _fields(value).items() if k != "rules"}}
    if attrs.has(type(value)):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    return _plain_values(value)


def _plain_values(value: Any) -> Any:
    if isinstance(value, Unopened):
        return {"unopened": value.name.lower()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, frozenset):
        return sorted(map(plain, value), key=str)
    return list(map(plain, value)) if isinstance(value, (tuple, list)) else value


def _fields(value: Any) -> dict[str, Any]:
    return {a.name: plain(getattr(value, a.name)) for a in attrs.fields(type(value))}


@frozen
class Output:
    """Where a command's answer goes. What comes from a rehearsal store is marked so, whatever the format."""

    kind: Kind
    format: str = "text"

    @property
    def mark(self) -> str:
        """REHEARSAL or live."""
        return REHEARSAL if self.kind == "rehearsal" else self.kind

    def text(self, lines: Iterable[str]) -> None:
        """Print *lines* of text, under a heading where the store is a rehearsal's."""
        told = iter(lines)
        first = next(told, None)  # what cannot be answered is told before anything is printed
        if self.kind == "rehearsal":
            click.echo(HEADING)
        for line in chain(() if first is None else (first,), told):
            click.echo(shown(line))

    def json(self, **answer: Any) -> None:
        """Print one JSON object on one line."""
        echo_json({"store": self.mark, **answer})


def echo_json(answer: dict[str, Any]) -> None:
    """Print one JSON object on one line."""
    click.echo(json.dumps(plain(answer)))
