"""The rule book at hand: the editions that installed plugins bring, and their digests."""

import hashlib
import json
import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs

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
    owed = {"duties": edition.duties, "after_closing": edition.after_closing}
    return {
        "id": edition.id,
        "jurisdiction": edition.jurisdiction,
        "zone": edition.zone,
        "until": str(edition.in_force_until),
        "practice": edition.practice,
        "working_days": _stable(edition.working_days),
        "retention_years": edition.retention_years,
        "rules": [[rule.cite, rule.says, *rule.bears] for rule in edition.rules],
        "records": {cls.__name__: [rule.cite for rule in rules] for cls, rules in edition.records.items()},
        **{
            name: [[_named(duty), *(rule.cite for rule in rules)] for duty, *rules in rows]
            for name, rows in owed.items()
        },
        **{
            name: {
                cls.__name__: [[_named(gate), *(rule.cite for rule in rules)] for gate, *rules in rows]
                for cls, rows in table.items()
            }
            for name, table in tables.items()
        },
    }


def _named(rule: Any) -> list[Any]:
    """A gate or duty by its name and the parameters it was made with."""
    cells = getattr(rule, "__closure__", None) or ()
    return [f"{rule.__module__}.{rule.__qualname__}", *(_stable(cell.cell_contents) for cell in cells)]


def _stable(value: Any) -> Any:
    """A parameter in words that are the same in every process: sets in order, functions by name."""
    if hasattr(value, "__qualname__"):
        return _named(value)
    if attrs.has(type(value)):
        return _stable(attrs.asdict(value, recurse=False))
    if isinstance(value, Mapping):
        return sorted(([_stable(key), _stable(item)] for key, item in value.items()), key=str)
    if isinstance(value, (set, frozenset)):
        return sorted((_stable(item) for item in value), key=str)
    return [_stable(item) for item in value] if isinstance(value, (list, tuple)) else str(value)
