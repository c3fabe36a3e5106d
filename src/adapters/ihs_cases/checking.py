"""Asking the editions of a plugin, as it is loaded, whether they hold together; who wrote them is told which file."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ihs_domain.edition_checks import BadEdition
from ihs_domain.editions import Edition, RuleBook


def hold_together(editions: tuple[Edition, ...], module: str) -> None:
    """Raise BadEdition, with the file, where an edition of the plugin *module* does not hold alone, or with another."""
    for edition in editions:
        with defined_in(module, (edition,)):
            RuleBook((edition,))
            have_calendars((edition,))
    with defined_in(module, editions):
        RuleBook(editions)


@contextmanager
def defined_in(module: str, editions: Iterable[Edition]) -> Iterator[None]:
    """Let a BadEdition say in which file of the plugin *module* the last of *editions* stands."""
    try:
        yield
    except BadEdition as error:
        raise BadEdition(f"{file_of(module, [*editions][-1])}: {error}") from error


def have_calendars(editions: Iterable[Edition]) -> None:
    """Raise BadEdition where the time zone of an edition is none: the core, which reads no file, cannot tell."""
    for edition in editions:
        try:
            ZoneInfo(edition.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            said = f"{edition.id}: zone: no time zone has this name: give one such as America/Denver"
            raise BadEdition(said) from None


def file_of(module: str, edition: Edition) -> str:
    """The file of the deepest module of a plugin that holds *edition*: not the one that only passes it on."""
    package = module.partition(".")[0]
    ours = [m for name, m in list(sys.modules.items()) if name.partition(".")[0] == package]
    holding = [m for m in ours if any(thing is edition for thing in vars(m).values())]
    deepest = max(holding, key=lambda m: m.__name__.count("."), default=sys.modules[module])
    return deepest.__file__ or module
