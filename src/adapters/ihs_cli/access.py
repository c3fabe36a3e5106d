"""`ihs access`: who looked into a case, who could have, who is given a view, and who broke the glass."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click

from ihs_cases.access import Broken, Could
from ihs_cases.moments import AsAt
from ihs_cli.opening import opened
from ihs_cli.options import ACTOR, AS_AT, CASE, ROLE, Day, Id, asks_a_store, formats
from ihs_cli.output import Output
from ihs_cli.reading import PURPOSE, moment
from ihs_domain.history import Entry
from ihs_domain.looking import AccessDenied, BreakGlassOpened, Post, RecordViewed
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId

F = TypeVar("F", bound=Callable[..., Any])

NOBODY_LOOKED: Final = "nobody looked into it"
NOBODY_COULD: Final = "nobody"
NONE_OPEN: Final = "no breaking of the glass awaits review"
WHOSE: Final = click.argument("whose", type=Id())


@click.group(short_help="Who looked into a case, who could have, and broken glass.")
def access() -> None:
    """Ask who looked into a case and who could have; give and end posts; break the glass, and review that.

    Example: ihs access looked cases.db alder
    """


def decides(command: F) -> F:
    """Let *command* take STORE, who decides, and a format."""
    options: tuple[Callable[[Any], Any], ...] = (ACTOR, ROLE, formats("text", "json"))
    for option in reversed(options):
        command = option(command)
    return asks_a_store(command)


@access.command(short_help="Who looked into a case, was denied it, or broke the glass.")
@asks_a_store
@CASE
@click.option("--from", "since", type=Day(), help="From this day on, by the agency's calendar.")
@click.option("--to", "until", type=Day(), help="Up to the end of this day.")
@formats("text", "json")
def looked(
    *, store: str, key_file: Path | None, case: str, since: date | None, until: date | None, format_: str
) -> None:
    """Who looked into CASE, at what, on which ground and what for; who was denied it; who broke the glass for it.

    Example: ihs access looked cases.db alder --from 2015-03-01
    """
    with opened(store, key_file) as cases:
        out, zone = Output(cases.store.info().kind, format_), cases.home
        found = cases.access.looked(case, since=since, until=until)
    if format_ == "json":
        out.json(case=case, since=since, until=until, looked=[_look(entry) for entry in found])
    else:
        out.text([case, *([_look_line(entry, zone) for entry in found] or [NOBODY_LOOKED])])


def _look(entry: Entry[Any]) -> dict[str, Any]:
    by = {"actor": entry.actor.id, "role": entry.actor.role, "version": entry.version}
    return {**by, "occurred": entry.occurred, "recorded_at": entry.recorded_at, "event": entry.event}


def _look_line(entry: Entry[Any], zone: ZoneInfo) -> str:
    at = "" if entry.recorded_at is None else entry.recorded_at.astimezone(zone).isoformat(timespec="seconds")
    return f"{at}  {entry.actor.id} ({entry.actor.role}) {_did(entry.event)}"


def _did(said: RecordViewed | AccessDenied | BreakGlassOpened) -> str:
    if isinstance(said, BreakGlassOpened):
        return f"broke the glass: {said.reason}"
    purpose = f"; for {said.purpose}" if said.purpose else ""
    if isinstance(said, AccessDenied):
        return f"was denied its {said.what}: {said.why}{purpose}"
    copy = f", a copy for {said.copy_for}" if said.copy_for else ""
    words = ", names and words opened" if said.opened else ""
    return f"saw its {said.what} up to @{said.upto}{copy}{words}: {_by(said.ground, said.basis, said.held)}{purpose}"


def _by(ground: str, basis: frozenset[int], held: frozenset[int]) -> str:
    entries = [f"@{version}" for version in sorted(basis)]
    own = [f"their own @{version}" for version in sorted(held)]
    return f"{ground}{' by ' if basis or held else ''}{', '.join([*entries, *own])}"


@access.command(short_help="Who could have looked into a case on a day.")
@asks_a_store
@CASE
@click.option("--on", type=Day(), required=True, help="The day, by the case's calendar.")
@AS_AT
@PURPOSE
@formats("text", "json")
def could(
    *, store: str, key_file: Path | None, case: str, on: date, as_at: AsAt, purpose: str | None, format_: str
) -> None:
    """Who could have read CASE at some moment of a day, by what was on record at that moment, or --as-at another.

    Whoever holds the store's file and its key can always read it, and is not named.

    Example: ihs access could cases.db alder --on 2015-03-01
    """
    with opened(store, key_file) as cases:
        out = Output(cases.store.info().kind, format_)
        found = cases.access.could(case, on, as_at=as_at, purpose=purpose)
    if format_ == "json":
        out.json(case=case, on=on, as_at=as_at, purpose=purpose, could=[_could(one) for one in found])
    else:
        out.text([f"{case} on {on}", *([_could_line(one) for one in found] or [NOBODY_COULD])])


def _could(one: Could) -> dict[str, Any]:
    return {"actor": one.actor, "roles": one.roles, **one.grant._asdict()}


def _could_line(one: Could) -> str:
    grant = one.grant
    copy = f", a copy for {grant.copy_for}" if grant.copy_for else ""
    kept = f", but for what is kept from {', '.join(sorted(grant.without))}" if grant.without and not copy else ""
    return f"{one.actor} ({', '.join(one.roles)}): {_by(grant.ground, grant.basis, grant.held)}{copy}{kept}"


@access.command()
@decides
@WHOSE
@click.option("--post", required=True, type=click.Choice([post.value for post in Post]), help="What they are to do.")
@click.option("--worker", type=Id(), help="Whose cases a supervisor looks into.")
@click.option("--region", metavar="CODE", help="The region whose cases a supervisor looks into.")
@click.option("--until", type=Day(), help="The last day of it.")
def give(
    *,
    store: str,
    key_file: Path | None,
    whose: ActorId,
    post: str,
    worker: str | None,
    region: str | None,
    until: date | None,
    actor: ActorId,
    role: str,
    format_: str,
) -> None:
    """Let WHOSE supervise a worker or a region, or audit. An administrator does, for somebody else.

    Example: ihs access give cases.db s-3 --post supervisor --region north --actor a-1 --role administrator
    """
    with opened(store, key_file) as cases:
        said = {"worker": worker, "region": region, "until": until, "at": moment(cases)}
        version = cases.access.give(whose, post, actor=Actor(actor, Role(role)), **said)  # type: ignore[arg-type]
        _say_recorded(Output(cases.store.info().kind, format_), "AccessGiven", whose, version)


@access.command()
@decides
@WHOSE
@click.argument("given", type=click.IntRange(1))
def end(
    *, store: str, key_file: Path | None, whose: ActorId, given: int, actor: ActorId, role: str, format_: str
) -> None:
    """End the post that WHOSE was given under the version GIVEN of their own stream.

    Example: ihs access end cases.db s-3 1 --actor a-1 --role administrator
    """
    with opened(store, key_file) as cases:
        version = cases.access.end(whose, given, actor=Actor(actor, Role(role)), at=moment(cases))
        _say_recorded(Output(cases.store.info().kind, format_), "AccessEnded", whose, version)


@access.command("break-glass", short_help="In an emergency, open one case to yourself for an hour.")
@decides
@CASE
@click.option("--reason", required=True, metavar="CODE", help="Why: lower-case words joined by hyphens.")
def break_glass(
    *, store: str, key_file: Path | None, case: str, reason: str, actor: ActorId, role: str, format_: str
) -> None:
    """In an emergency, open CASE to yourself for an hour. A supervisor, who is somebody else, must review it.

    Example: ihs access break-glass cases.db alder --reason child-in-danger --actor w-9 --role practitioner
    """
    with opened(store, key_file) as cases:
        who = Actor(actor, Role(role))
        version = cases.access.break_glass(case, actor=who, reason=reason, at=moment(cases))
        _say_recorded(Output(cases.store.info().kind, format_), "BreakGlassOpened", actor, version)


@access.command()
@decides
@WHOSE
@click.argument("opening", type=click.IntRange(1))
@click.option("--justified/--not-justified", required=True, default=None, help="Whether it was right to do so.")
def review(
    *,
    store: str,
    key_file: Path | None,
    whose: ActorId,
    opening: int,
    justified: bool,
    actor: ActorId,
    role: str,
    format_: str,
) -> None:
    """Review that WHOSE broke the glass, by the version OPENING that ihs access open names.

    Example: ihs access review cases.db w-9 1 --justified --actor s-3 --role supervisor
    """
    with opened(store, key_file) as cases:
        who = Actor(actor, Role(role))
        version = cases.access.review(whose, opening, actor=who, justified=justified, at=moment(cases))
        _say_recorded(Output(cases.store.info().kind, format_), "BreakGlassReviewed", whose, version)


@access.command("open", short_help="Every breaking of the glass that awaits review.")
@asks_a_store
@formats("text", "json")
def open_(*, store: str, key_file: Path | None, format_: str) -> None:
    """Every breaking of the glass that awaits its review, oldest first.

    Example: ihs access open cases.db
    """
    with opened(store, key_file) as cases:
        out, zone, found = Output(cases.store.info().kind, format_), cases.home, cases.access.unreviewed()
    if format_ == "json":
        out.json(unreviewed=[_broken(one) for one in found])
    else:
        out.text(list(_broken_lines(found, zone)) or [NONE_OPEN])


def _broken(one: Broken) -> dict[str, Any]:
    by = {"actor": one.whose, "role": one.glass.by.role, "version": one.version}
    return {**by, "case": one.glass.case, "reason": one.glass.reason, "opened_at": one.glass.opened_at}


def _broken_lines(found: tuple[Broken, ...], zone: ZoneInfo) -> Iterator[str]:
    for whose, version, glass in found:
        at = glass.opened_at.astimezone(zone).isoformat(timespec="seconds")
        yield f"{at}  {whose} ({glass.by.role}) @{version} broke the glass of {glass.case}: {glass.reason}"


def _say_recorded(out: Output, word: str, whose: str, version: int) -> None:
    if out.format == "json":
        out.json(result="recorded", actor=whose, record=word, version=version)
    else:
        out.text([f"recorded {whose}@{version} {word}"])
