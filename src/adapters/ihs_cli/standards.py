"""`ihs standards`: whether a file holds a contact standard that can be kept, what it asks, and its schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import click

from ihs_cases.contact_files import BadStandardFile, read_standard, schema
from ihs_cli.errors import WRONG
from ihs_cli.printable import shown
from ihs_domain.agency_standard import Amount, ByLevel, ContactStandard, Counts, FirstContact, LongestGap, StepDown


@click.group()
def standards() -> None:
    """Files that hold the contact standard of an agency.

    Example: ihs standards schema
    """


@standards.command(short_help="Whether files hold a standard that can be kept, and what it asks.")
@click.argument("file", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: tuple[Path, ...]) -> None:
    """Whether each FILE holds a contact standard that can be kept: what it asks, or a line for each thing wrong.

    Example: ihs standards check contact.json
    """
    wrong = False
    for path in file:
        try:
            lines = [*_told(read_standard(path))]
        except BadStandardFile as error:
            wrong = True
            lines = [f"{path}: {fault}" for fault in error.faults]
        for line in lines:
            click.echo(shown(line))
    if wrong:
        raise click.exceptions.Exit(WRONG)


@standards.command(name="schema", short_help="The JSON Schema of such files.")
def schema_() -> None:
    """The JSON Schema of files that hold a contact standard: 2020-12, for an editor or a validator.

    Example: ihs standards schema
    """
    click.echo(json.dumps(schema(), indent=2))


def _told(standard: ContactStandard) -> Iterator[str]:
    assumed = f", {standard.not_assessed} until one is given" if standard.not_assessed else ""
    yield f"{standard.name}: levels {', '.join(standard.levels)}{assumed}"
    yield from _besides(standard, "  ")
    for amount in standard.amounts:
        yield f"  {amount.name}: {_asked(amount, amount)}"
        yield from _besides(amount)
        for step in amount.steps:
            approved = ", once approved" if step.if_approved else ""
            since = f" from the {step.counted_from}"
            yield f"    {step.name}, after {step.after_days} days{since}{approved}: {_asked(amount, step)}"
    for gap in standard.gaps:
        yield f"  {gap.name}: days between contacts, at most {_by_level(gap.days)}"
        yield from _besides(gap)
    for first in standard.firsts:
        days = "working days" if first.working_days else "days"
        yield f"  {first.name}: {days} from the {first.counted_from} to the first contact {_by_level(first.within)}"
        yield from _besides(first)


IN_WORDS: Final = {
    ContactStandard: {"name", "levels", "not_assessed", "amounts", "gaps", "firsts"},
    Amount: {"name", "per", "contacts", "minutes", "every", "steps"},
    LongestGap: {"name", "days"},
    FirstContact: {"name", "within", "working_days", "counted_from"},
    Counts: set[str](),
}
"""What a line of its own tells of a row. All else is told by its key, so that a new one is never left out."""


def _besides(row: Any, indent: str = "    ") -> Iterator[str]:
    """What else a row asks: each key of the file that is not at its default."""
    if told := "; ".join(_keys(row)):
        yield indent + told


def _keys(row: Any, at: str = "") -> Iterator[str]:
    for one in (f for f in attrs.fields(type(row)) if f.name not in IN_WORDS[type(row)]):
        value = getattr(row, one.name)
        if isinstance(value, Counts):
            yield from _keys(value, f"{at}{one.name}.")
        elif value != one.default:
            yield f"{at}{one.name} {_value(value)}"


def _value(value: Any) -> str:
    return (", ".join(sorted(value)) or "any") if isinstance(value, frozenset) else str(value)


def _asked(amount: Amount, asked: Amount | StepDown) -> str:
    every = f"in {asked.every} {amount.per}s" if asked.every > 1 else f"a {amount.per}"
    tables = {"contacts": asked.contacts, "minutes": asked.minutes}
    return "; ".join(f"{what} {every} {_by_level(table)}" for what, table in tables.items() if table)


def _by_level(table: ByLevel) -> str:
    return ", ".join(f"{level} {'nothing' if number is None else number}" for level, number in table.items())
