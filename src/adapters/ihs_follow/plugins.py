"""What is plugged in: entry points of four groups. One that cannot be loaded holds back no other."""

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, NamedTuple

from ihs_cases.cases import Cases
from ihs_domain.ports import Projection
from ihs_follow.sink import Sink

EDITIONS: Final = "ihs_domain.editions"
INSTRUMENTS: Final = "ihs_domain.instruments"
SINKS: Final = "ihs_domain.sinks"
PROJECTIONS: Final = "ihs_domain.projections"
GROUPS: Final = (EDITIONS, INSTRUMENTS, SINKS, PROJECTIONS)

MakeSink = Callable[[Cases, Mapping[str, str]], Sink]
"""What an entry point of `ihs_domain.sinks` names."""


class Plugin(NamedTuple):
    """One entry point: its group and name, who brings it, from where, and what it is or why it could not be loaded."""

    group: str
    name: str
    distribution: str
    version: str
    origin: str
    loaded: Any
    broken: str


def plugins(*groups: str) -> Iterator[Plugin]:
    """Every plugin of these groups (all four, if none are named), loaded or broken, in order of group and name."""
    for group in groups or GROUPS:
        for point in sorted(entry_points(group=group), key=lambda p: p.name):
            yield _plugin(group, point)


def _plugin(group: str, point: EntryPoint) -> Plugin:
    who = (point.dist.name, point.dist.version) if point.dist else ("unknown", "unknown")
    try:
        return Plugin(group, point.name, *who, point.value, point.load(), "")
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything when it is imported
        return Plugin(group, point.name, *who, point.value, None, f"{type(error).__name__}: {error}")


def projections() -> tuple[Projection, ...]:
    """The projections of all plugins that could be loaded."""
    found = [p.loaded for p in plugins(PROJECTIONS) if not p.broken]
    return tuple(one for many in found for one in ((many,) if isinstance(many, Projection) else many))
