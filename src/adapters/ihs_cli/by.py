"""Who has something put on record by a command of its own, when, and under which command id."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar

import click
from attrs import frozen

from ihs_cases import Cases
from ihs_cli.options import ACTOR, ROLE, Day
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId

F = TypeVar("F", bound=Callable[..., Any])

ON: Final = click.option("--on", type=Day(), help="The day of the act; today if left out.")
COMMAND: Final = click.option("--id", "command_id", metavar="ID", help="The command id; a new one if left out.")


@frozen
class By:
    """Who acts, on which day, under which command id."""

    actor: Actor
    occurred: date
    command_id: str
    recorded_at: datetime | None


def acts(command: F) -> F:
    """Let *command* take who acts, on which day and under which command id: see `by`."""
    for option in (COMMAND, ON, ROLE, ACTOR):
        command = option(command)
    return command


def by(cases: Cases, *, actor: ActorId, role: str, on: date | None, command_id: str | None) -> By:
    """What was typed of who acts; in a rehearsal it is the moment of the last record."""
    now = datetime.now(UTC)
    if cases.rehearsal:
        now = cases.store.head().recorded_at or now
    day = on or now.astimezone(cases.home).date()
    stamp = now if cases.rehearsal else None
    return By(Actor(actor, Role(role)), day, command_id or f"typed/{secrets.token_hex(16)}", stamp)
