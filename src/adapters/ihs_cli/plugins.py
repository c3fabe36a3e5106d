"""`ihs plugins`: what is plugged in, from where, and what does not load."""

from collections.abc import Iterator

import click

from ihs_cases.plugins import GROUPS, Point, points
from ihs_cli.errors import WRONG
from ihs_cli.printable import shown


@click.command(short_help="The plugins installed, and any that do not load.")
def plugins() -> None:
    """The plugins installed, with version and origin; one that does not load is listed as broken.

    Example: ihs plugins
    """
    found = [*points(*GROUPS)]
    for line in _lines(found):
        click.echo(shown(line))
    if any(point.broken for point in found):
        raise click.exceptions.Exit(WRONG)


def _lines(found: list[Point]) -> Iterator[str]:
    for group in GROUPS:
        of_group = [point for point in found if point.group == group]
        yield f"{group}{'' if of_group else ': none'}"
        for point in of_group:
            broken = f"  broken: {point.broken}" if point.broken else ""
            yield f"  {point.name}  {point.distribution} {point.version}  {point.origin}{broken}"
