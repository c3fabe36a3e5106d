"""The entry points of plugins: what each brings, or why it does not load. One that fails holds back no other."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from importlib.resources.abc import Traversable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from attrs import evolve, frozen

from ihs_cases.checking import defined_in, file_of, hold_together
from ihs_cases.instrument_files import read_files
from ihs_domain.edition_checks import BadEdition
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.flaws import BadInstrument
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.instruments import Instrument
from ihs_domain.ports import Projection

EDITIONS: Final = "ihs_domain.editions"
INSTRUMENTS: Final = "ihs_domain.instruments"
PROJECTIONS: Final = "ihs_domain.projections"
SINKS: Final = "ihs_domain.sinks"
GROUPS: Final = (EDITIONS, INSTRUMENTS, PROJECTIONS, SINKS)
WHOLE: Final[dict[str, type[Any]]] = {EDITIONS: Edition, INSTRUMENTS: Instrument, PROJECTIONS: Projection}
"""What a plugin of a group brings, one or several; instead of instruments also a file or folder that defines them."""


@frozen
class Point:
    """One entry point: where it comes from, and what was *found* there; *broken* says why nothing was."""

    group: str
    name: str
    distribution: str
    version: str
    origin: str
    module: str
    found: Any = None
    broken: str = ""


def points(*groups: str) -> Iterator[Point]:
    """The entry points of *groups*, each loaded, in order of name."""
    for group in groups:
        found = [_loaded(point) for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value))]
        yield from IN_ONE_BOOK.get(group, list)(found)


def _in_one_book(found: list[Point]) -> list[Point]:
    """Plugins of editions, those marked broken that clash with another's.

    A ruleset belongs to the plugin of its name before any other: who copies a plugin and leaves its name is told so.
    """
    by: dict[str, str] = {}
    book: list[Edition] = []
    settled: dict[int, Point] = {}
    for n, point in sorted(enumerate(found), key=lambda one: not _is_named_after_its_rules(one[1])):
        settled[n] = _beside(book, _unless_taken(by, point)) if point.found else point
        by.update(dict.fromkeys((edition.ruleset for edition in settled[n].found or ()), point.name))
        book.extend(settled[n].found or ())
    return [settled[n] for n in range(len(found))]


def _on_one_shelf(found: list[Point]) -> list[Point]:
    """Plugins of instruments, those marked broken that clash with one before them."""
    shelf: list[Instrument] = []
    settled = []
    for point in found:
        try:
            InstrumentBook([*shelf, *(point.found or ())])
        except BadInstrument as error:
            settled.append(evolve(point, found=None, broken=f"{type(error).__name__}: {error}, in another plugin"))
        else:
            shelf.extend(point.found or ())
            settled.append(point)
    return settled


IN_ONE_BOOK: Final[dict[str, Callable[[list[Point]], list[Point]]]] = {
    EDITIONS: _in_one_book,
    INSTRUMENTS: _on_one_shelf,
}
"""How plugins of a group stand beside each other."""


def _unless_taken(by: Mapping[str, str], point: Point) -> Point:
    """A plugin of editions, marked broken where a ruleset of its is one that is brought *by* another."""
    taken = next((edition for edition in point.found if edition.ruleset in by), None)
    if taken is None:
        return point
    why = f"the plugin {by[taken.ruleset]} brings a ruleset of that name: give yours a name of its own"
    error = BadEdition(f"{file_of(point.module, taken)}: {taken.id}: ruleset: {why}")
    return evolve(point, found=None, broken=f"{type(error).__name__}: {error}")


def _beside(book: list[Edition], point: Point) -> Point:
    """A plugin of editions, marked broken where a day would have two rules of one jurisdiction."""
    try:
        with defined_in(point.module, point.found or ()):
            RuleBook([*book, *(point.found or ())])
    except BadEdition as error:
        return evolve(point, found=None, broken=f"{type(error).__name__}: {error}, in another plugin")
    return point


def _is_named_after_its_rules(point: Point) -> bool:
    return any(edition.ruleset == point.name for edition in point.found or ())


def _loaded(point: EntryPoint) -> Point:
    found, broken = None, ""
    try:
        found = _whole(point.group, point.load())
        if point.group == EDITIONS:
            hold_together(found, point.module)
        elif point.group == INSTRUMENTS:
            InstrumentBook(found)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may fail in any way
        found = None
        broken = f"{type(error).__name__}: {error}"
    of = point.dist
    return Point(
        group=point.group,
        name=point.name,
        distribution=of.name if of else "?",
        version=of.version if of else "?",
        origin=_origin(point),
        module=point.module,
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
    if wanted is Instrument and isinstance(found, Traversable):
        found = tuple(read_files(found))
    several = (found,) if isinstance(found, wanted) or not isinstance(found, Iterable) else tuple(found)
    if not all(isinstance(one, wanted) for one in several):
        raise TypeError(f"it brings something that is no {wanted.__name__.lower()}")
    return several


def editions_in(path: Path) -> tuple[Edition, ...]:
    """The editions of a Python file that no plugin brings yet, under the name EDITIONS as a plugin's would be.

    The file is run. Raises BadEdition where it does not load, brings none, or they do not hold together.
    """
    module = f"ihs_edition_file_{path.stem}"
    try:
        loaded = sys.modules[module] = ModuleType(module)
        loaded.__file__ = str(path)
        exec(compile(path.read_bytes(), path, "exec"), loaded.__dict__)  # noqa: S102 - whoever names it wants it run
        found: tuple[Edition, ...] = _whole(EDITIONS, loaded.EDITIONS)
        hold_together(found, module)
    except BadEdition:
        raise
    except (Exception, SystemExit) as error:
        raise BadEdition(f"{path}: it does not load: {type(error).__name__}: {error}") from error
    finally:
        sys.modules.pop(module, None)
    return found


def projections() -> tuple[Projection, ...]:
    """The projections of all plugins that load."""
    return tuple(projection for point in points(PROJECTIONS) if not point.broken for projection in point.found)
