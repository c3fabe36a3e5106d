"""The rule book at hand: the editions that installed plugins bring, and their digests."""

import hashlib
import json
import logging
from functools import cache
from typing import Any

from ihs_cases.plugins import EDITIONS, points
from ihs_domain.editions import Edition, RuleBook

_log = logging.getLogger(__name__)


@cache
def installed() -> RuleBook:
    """All editions of the installed plugins that load and hold together; a warning names each that does not."""
    found: list[Edition] = []
    for point in points(EDITIONS):
        if point.broken:
            _log.warning("the editions of %s are left out, for they do not load: see ihs plugins", point.name)
        else:
            found.extend(point.found)
    return RuleBook(found)


def digest(edition: Edition) -> str:
    """SHA-256, in hex, of what an edition says: its days, its rules, and which gate or duty rests on which."""
    return hashlib.sha256(json.dumps(_plainly(edition), sort_keys=True).encode()).hexdigest()


def _plainly(edition: Edition) -> dict[str, Any]:
    tables = {"gates": edition.gates, "finds": edition.finds}
    return {
        "id": edition.id,
        "jurisdiction": edition.jurisdiction,
        "zone": edition.zone,
        "until": str(edition.in_force_until),
        "rules": [[rule.cite, rule.says] for rule in edition.rules],
        "duties": [[_named(duty), *(rule.cite for rule in rules)] for duty, *rules in edition.duties],
        **{
            name: {
                cls.__name__: [[_named(gate), *(rule.cite for rule in rules)] for gate, *rules in rows]
                for cls, rows in table.items()
            }
            for name, table in tables.items()
        },
    }


def _named(rule: Any) -> list[str]:
    """A gate or duty by its name and the parameters it was made with."""
    cells = getattr(rule, "__closure__", None) or ()
    return [f"{rule.__module__}.{rule.__qualname__}", *(_stable(cell.cell_contents) for cell in cells)]


def _stable(value: object) -> str:
    if callable(value) and hasattr(value, "__qualname__"):
        return str(_named(value))  # never its address, which is another one in every process
    items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
    return str([str(item) for item in items]) if isinstance(items, (list, tuple)) else str(items)
