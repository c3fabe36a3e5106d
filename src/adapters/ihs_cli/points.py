"""The entry points of plugins: what each brings, or why it does not load."""

import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from attrs import frozen

from ihs_domain.editions import Edition

EDITIONS: Final = "ihs_domain.editions"
GROUPS: Final = (EDITIONS, "ihs_domain.instruments", "ihs_domain.projections", "ihs_domain.sinks")


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
    """What was *found*; editions are taken apart here, so that a plugin of anything else counts as broken."""
    if group != EDITIONS:
        return found
    editions = (found,) if isinstance(found, Edition) else tuple(found) if isinstance(found, Iterable) else (found,)
    if not all(isinstance(edition, Edition) for edition in editions):
        raise TypeError("it brings something that is no edition")
    return editions
