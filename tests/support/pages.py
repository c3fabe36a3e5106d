"""What the generated pages of docs are written with."""

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
GENERATED: Final = "<!-- Written by tests/support/catalogue.py from the code: change the code, then run it again. -->"


def said(thing: Any) -> str:
    """A docstring as one line of prose."""
    return re.sub(r":\w+:(?=`)", "", " ".join((inspect.getdoc(thing) or "").split()))


def table(head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table; *head* names the columns, separated by bars."""
    yield f"| {head} |"
    yield f"|{'---|' * len(head.split('|'))}"
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    yield ""
