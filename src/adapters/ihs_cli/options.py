"""What the commands ask for in common: a store, a key file, a format, days and instants."""

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from ihs_cases.when import YEARS
from ihs_domain.roles import OF_PEOPLE
from ihs_domain.terms import ActorId
from ihs_record.reading import STRICT, Misfit, instant

F = TypeVar("F", bound=Callable[..., Any])

DAY_LENGTH: Final = len("YYYY-MM-DD")
POSITION: Final = re.compile(r"(position:)?([0-9]{1,18})", re.ASCII)


class Day(click.ParamType[date]):
    """A day of the calendar, YYYY-MM-DD, in a year in which services were or will be provided."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; a usage error where it is none."""
        if isinstance(value, date):
            return value
        try:
            day: date = STRICT.structure(value, date)
        except Misfit as error:
            self.fail(str(error), param, ctx)
        if day.year not in YEARS:
            self.fail(f"expected a day of the years {YEARS[0]} to {YEARS[-1]}", param, ctx)
        return day


class AsAt(click.ParamType[int | date | datetime]):
    """A position of the record, a day (until its end), or an instant with its offset.

    A number that could be a year is taken for neither: as a position it is written `position:2015`.
    """

    name = "position|day|instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | date | datetime:
        """What the record is to be cut at; a usage error where it is none of the three."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        if number := POSITION.fullmatch(value):
            if number[1] is None and int(number[2]) in YEARS:
                self.fail(
                    f"{value} may be a year or a position: write a day, {value}-12-31, or position:{value}", param, ctx
                )
            return int(number[2])
        try:
            return STRICT.structure(value, date) if len(value) <= DAY_LENGTH else instant(value)
        except Misfit:
            self.fail(
                "expected a position, a day, or an instant with its offset, such as 2015-01-09T15:00:00-07:00",
                param,
                ctx,
            )


class Instant(click.ParamType[datetime]):
    """An instant with its offset from UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant; a usage error where it is none."""
        if isinstance(value, datetime):
            return value
        try:
            return instant(value)
        except Misfit as error:
            self.fail(str(error), param, ctx)


class Id(click.ParamType[ActorId]):
    """The id of who acts."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ActorId:
        """The id; a usage error where it is none."""
        try:
            id_: ActorId = STRICT.structure(value, ActorId)
        except Misfit as error:
            self.fail(str(error), param, ctx)
        return id_


KEY_FILE: Final = click.option(
    "--key-file", type=click.Path(path_type=Path), help="Where its keys are; else IHS_KEY_FILE, else STORE.key."
)
AS_AT: Final = click.option("--as-at", type=AsAt(), help="What was on record by then.")
AS_OF: Final = click.option("--as-of", type=Day(), help="What had happened by the end of that day.")
FOR: Final = click.option(
    "--for", "for_person", metavar="PERSON", help="A copy for a person of the case, by the id they have in it."
)
ON: Final = click.option("--on", type=Day(), help="The day to judge by; today by the case's calendar if left out.")
EDITION: Final = click.option(
    "--edition", metavar="NAME@DATE", help="What if this edition had been in force throughout."
)
ACTOR: Final = click.option("--actor", type=Id(), required=True, help="Who acts, by their id.")
ROLE: Final = click.option(
    "--role",
    type=click.Choice([role.value for role in OF_PEOPLE]),
    required=True,
    metavar="ROLE",
    help="And as what: practitioner, supervisor, ...",
)
CASE: Final = click.argument("case")
ANY_CASE: Final = click.argument("case", required=False)


def asks_a_store(command: F) -> F:
    """Let *command* take STORE and --key-file."""
    return click.argument("store")(KEY_FILE(command))


def formats(*names: str) -> Callable[[F], F]:
    """Let a command take --format; the first of *names* unless said otherwise."""
    return click.option(
        "--format", "format_", type=click.Choice(names), default=names[0], show_default=True, help="How to print it."
    )
