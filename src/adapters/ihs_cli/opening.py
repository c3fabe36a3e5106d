"""Opening a store for a command: with editions and instruments at hand, every error marked with the kind of store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ihs_cases import Cases
from ihs_cases.instruments import own
from ihs_cases.plugins import EDITIONS, INSTRUMENTS, points
from ihs_cli.errors import KNOWN, REHEARSAL, Misasked, failure
from ihs_cli.printable import shown
from ihs_domain.editions import Edition, EditionNotAtHand, RuleBook
from ihs_domain.instrument_book import InstrumentBook


@contextmanager
def opened(store: str, key_file: Path | None) -> Iterator[Cases]:
    """The cases of *store*."""
    with Cases.open(store, key_file=key_file, rules=rule_book(), instruments=instrument_book()) as cases:
        try:
            yield cases
        except KNOWN as error:
            raise failure(error, REHEARSAL if cases.rehearsal else "") from error


def rule_book() -> RuleBook:
    """The editions of all plugins that load. One that does not is told of on stderr, and holds back no other."""
    return RuleBook(_of_plugins(EDITIONS, "editions"))


def instrument_book() -> InstrumentBook:
    """The instruments of all plugins that load, told of as those of rule_book are; and of the agency's own files."""
    try:
        return InstrumentBook([*_of_plugins(INSTRUMENTS, "instruments"), *own()])
    except KNOWN as error:
        raise failure(error) from error


def _of_plugins(group: str, what: str) -> Iterator[Any]:
    for point in points(group):
        if point.broken:
            left_out = f"ihs: the {what} of {point.name} are left out, for they do not load: see ihs plugins"
            click.echo(shown(left_out), err=True)
        else:
            yield from point.found


def edition_of(rules: RuleBook, id_: str | None) -> Edition | None:
    """The edition asked for by its id, None where none was."""
    try:
        return None if id_ is None else rules.edition(id_)
    except EditionNotAtHand as error:
        raise Misasked(str(error)) from None
