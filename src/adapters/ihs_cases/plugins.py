"""The entry points of plugins: what each brings, or why it does not load. One that fails holds back no other."""

import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from attrs import frozen

from ihs_domain.editions import Edition
from ihs_domain.ports import Projection

EDITIONS: Final = "ihs_domain.editions"
PROJECTIONS: Final = "ihs_domain.projections"
SINKS: Final = "ihs_domain.sinks"
GROUPS: Final = (EDITIONS, "ihs_domain.instruments", PROJECTIONS, SINKS)
WHOLE: Final[dict[str, type[Any]]] = {EDITIONS: Edition, PROJECTIONS: Projection}
"""What a plugin of a group brings, one or several."""


@frozen
class Point:
    """One entry point: where it comes from, and what was *found* there; *broken* says why nothing was."""

    group: str
    name: str
    distribution: str
    version: str
    origin: str
    found: Any = None
    broken: str = ""


def points(*groups: str) -> Iterator[Point]:
    """The entry points of *groups*, each loaded, in order of name."""
    for group in groups:
        for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
            yield _loaded(point)


def _loaded(point: EntryPoint) -> Point:
    found, broken = None, ""
    try:
        found = _whole(point.group, point.load())
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may fail in any way
        broken = f"{type(error).__name__}: {error}"
    of = point.dist
    return Point(
        group=point.group,
        name=point.name,
        distribution=of.name if of else "?",
        version=of.version if of else "?",
        origin=_origin(point),
        found=found,
        broken=broken,
    )


def _origin(point: EntryPoint) -> str:
    """The module and the name in it; and its file, once it is imported."""
    file = getattr(sys.modules.get(point.module), "__file__", None)
    return f"{point.value} ({file})" if file else point.value


def _whole(group: str, found: Any) -> Any:
    """What was *found*, editions and projections one by one, so that a plugin of anything else counts as broken."""
    wanted = WHOLE.get(group)
    if wanted is None:
        return found
    several = (found,) if isinstance(found, wanted) or not isinstance(found, Iterable) else tuple(found)
    if not all(isinstance(one, wanted) for one in several):
        raise TypeError(f"it brings something that is no {wanted.__name__.lower()}")
    return several


def projections() -> tuple[Projection, ...]:
    """The projections of all plugins that load."""
    return tuple(projection for point in points(PROJECTIONS) if not point.broken for projection in point.found)
