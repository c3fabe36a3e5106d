"""Who reads a case at the command line: somebody who is named, or whoever is at the machine that keeps the store."""

import os
import pwd
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import click

from ihs_cases import Cases
from ihs_cases.reading import CaseReader
from ihs_cli.errors import Misasked
from ihs_cli.options import Id
from ihs_domain.roles import OF_PEOPLE, Actor, Role
from ihs_domain.terms import ActorId

F = TypeVar("F", bound=Callable[..., Any])

BEFORE_ANYTHING: Final = datetime(1970, 1, 1, tzinfo=UTC)
PURPOSE: Final = click.option("--purpose", metavar="CODE", help="What for: lower-case words joined by hyphens.")
UNRECORDED: Final = (
    "Read even a copy that cannot be written to. One that can, as by root, keeps on record that you did."
)
LONGEST: Final = 64


def reads(command: F) -> F:
    """Let *command* take who reads, and what for."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option("--actor", type=Id(), help="Who reads: shown is what they may read. You, if left out."),
        click.option(
            "--role",
            type=click.Choice([role.value for role in OF_PEOPLE]),
            metavar="ROLE",
            help="And as what: practitioner, supervisor, ...",
        ),
        PURPOSE,
        click.option("--unrecorded", is_flag=True, help=UNRECORDED),
    )
    for option in reversed(options):
        command = option(command)
    return command


def reader_of(
    cases: Cases, *, actor: ActorId | None, role: str | None, purpose: str | None, unrecorded: bool
) -> CaseReader:
    """Who was named; where nobody was, whoever is at this machine and holds the store's file and its key."""
    if (actor is None) != (role is None):
        raise Misasked("who reads has an id and a role: give --actor and --role, or neither")
    if actor is None or role is None:
        return keeper_of(cases, purpose, even_unrecorded=unrecorded)
    return cases.reader(Actor(actor, Role(role)), purpose=purpose, at=moment(cases))


def keeper_of(cases: Cases, purpose: str | None = None, *, even_unrecorded: bool = False) -> CaseReader:
    """Whoever is at this machine, by the name the system has for them."""
    return cases.access.keeper(user(), purpose=purpose, at=moment(cases), even_unrecorded=even_unrecorded)


def user() -> str:
    """The user of this process, as an id."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"os-{name}")[:LONGEST]


def moment(cases: Cases) -> datetime | None:
    """In a rehearsal that of the last record, so that reading moves no clock; else None: the store stamps it."""
    if not cases.rehearsal:
        return None
    return cases.store.head().recorded_at or BEFORE_ANYTHING
