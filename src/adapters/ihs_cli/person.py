"""`ihs person`: who is who in the agency's register, across cases, and who is called so."""

import secrets
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from ihs_cases import Cases, Receipt
from ihs_cases.looking_up import looked_up
from ihs_cases.moments import AsAt
from ihs_cli.came_of import found_lines
from ihs_cli.errors import Misasked
from ihs_cli.opening import opened
from ihs_cli.options import ACTOR, AS_AT, ROLE, Day, asks_a_store, formats
from ihs_cli.output import Output
from ihs_cli.reading import reader_of, reads
from ihs_domain.persons import Person
from ihs_domain.roles import Actor, Role
from ihs_domain.searching import Found
from ihs_domain.terms import ActorId
from ihs_record.reading import read_event

F = TypeVar("F", bound=Callable[..., Any])

NOBODY: Final = "nobody of that name is on record in what may be read"
PIPED: Final = "-"
PERSON: Final = click.argument("person")
ON: Final = click.option("--on", type=Day(), help="The day of the act; today if left out.")
COMMAND: Final = click.option("--id", "command_id", metavar="ID", help="The command id; a new one if left out.")
REASON: Final = click.option("--reason", required=True, metavar="CODE", help="Why: lower-case words joined by hyphens.")


@click.group(short_help="Who is who across cases, and who is called so.")
def person() -> None:
    """Keep the agency's register of persons, and search all names on record.

    Example: ihs person show cases.db p-7
    """


def puts_on_record(command: F) -> F:
    """Let *command* take STORE, who acts, on which day, under which command id, and a format."""
    options: tuple[Callable[[Any], Any], ...] = (ACTOR, ROLE, ON, COMMAND, formats("text", "json"))
    for option in reversed(options):
        command = option(command)
    return asks_a_store(command)


def _put(
    word: str,
    fields: dict[str, str | None],
    *,
    store: str,
    key_file: Path | None,
    actor: ActorId,
    role: str,
    on: date | None,
    command_id: str | None,
    format_: str,
) -> None:
    """Put the event *word* with these *fields* on record on its person's stream, and say so."""
    with opened(store, key_file) as cases:
        event = read_event(word, {name: value for name, value in fields.items() if value is not None})
        now = _now(cases)
        receipt = cases.record(
            event,
            person_id=event.person,
            actor=Actor(actor, Role(role)),
            occurred=on or now.astimezone(cases.home).date(),
            command_id=command_id or f"typed/{secrets.token_hex(16)}",
            recorded_at=now if cases.rehearsal else None,
        )
        _say_recorded(Output(cases.store.info().kind, format_), event.person, word, receipt)


def _now(cases: Cases) -> datetime:
    """This moment; in a rehearsal, that of the last record."""
    now = datetime.now(UTC)
    return (cases.store.head().recorded_at or now) if cases.rehearsal else now


def _say_recorded(out: Output, person: str, word: str, receipt: Receipt) -> None:
    result = "nothing new" if receipt.again else "recorded"
    if out.format == "json":
        about = {"version": receipt.version, "position": receipt.position, "recorded_at": receipt.recorded_at}
        out.json(result=result, person=person, record=word, **about, findings=receipt.findings)
    else:
        out.text([f"{result} {person}@{receipt.version} {word}", *found_lines(receipt.findings)])


@person.command()
@puts_on_record
@PERSON
@click.option("--name", help=f"Sealed. {PIPED} reads it from a pipe, and so keeps it out of the shell's history.")
@click.option("--born-on", metavar="DAY", help="Sealed; the month of it is kept open.")
@click.option("--birth-month", metavar="MONTH", help="Where no day is known: YYYY-MM.")
def register(*, person: str, name: str | None, born_on: str | None, birth_month: str | None, **said: Any) -> None:
    """Enter PERSON, an id of your choice that nobody has, in the register.

    Example: ihs person register cases.db p-9 --birth-month 1985-07 --actor w-12 --role practitioner
    """
    month = birth_month or (born_on and born_on.rpartition("-")[0])
    fields = {"person": person, "name": _typed_or_piped(name), "born_on": born_on, "birth_month": month}
    _put("PersonRegistered", fields, **said)


def _typed_or_piped(text: str | None) -> str | None:
    """What was typed, or the first line of the pipe."""
    if text != PIPED:
        return text
    try:
        return sys.stdin.buffer.readline().decode().strip()
    except UnicodeDecodeError:
        raise Misasked("what comes from the pipe is not text in UTF-8") from None


@person.command()
@puts_on_record
@PERSON
@click.argument("case")
@click.argument("known_as")
@REASON
def identify(*, person: str, case: str, known_as: str, reason: str, **said: Any) -> None:
    """Say that whom CASE calls KNOWN_AS is PERSON of the register.

    Example: ihs person identify cases.db p-7 alder A-m --reason same-address --actor w-12 --role practitioner
    """
    _put("PersonIdentified", {"person": person, "case": case, "known_as": known_as, "reason": reason}, **said)


@person.command(short_help="Take back that whom a case calls so is this person.")
@puts_on_record
@PERSON
@click.argument("case")
@click.argument("known_as")
@REASON
def withdraw(*, person: str, case: str, known_as: str, reason: str, **said: Any) -> None:
    """Take back that whom CASE calls KNOWN_AS is PERSON: it was a mistake.

    Example: ihs person withdraw cases.db p-7 alder A-f --reason another-person --actor w-12 --role practitioner
    """
    _put("IdentificationWithdrawn", {"person": person, "case": case, "known_as": known_as, "reason": reason}, **said)


@person.command()
@puts_on_record
@PERSON
@click.argument("duplicate")
@REASON
def merge(*, person: str, duplicate: str, reason: str, **said: Any) -> None:
    """Say that DUPLICATE is PERSON: from here on its id stands for them.

    Example: ihs person merge cases.db p-7 p-8 --reason registered-twice --actor s-3 --role supervisor
    """
    _put("PersonsMerged", {"person": person, "duplicate": duplicate, "reason": reason}, **said)


@person.command(short_help="Take back that two persons are one.")
@puts_on_record
@PERSON
@click.argument("duplicate")
@REASON
def unmerge(*, person: str, duplicate: str, reason: str, **said: Any) -> None:
    """Take back that DUPLICATE is PERSON: each is again who they were.

    Example: ihs person unmerge cases.db p-5 p-6 --reason twins --actor s-3 --role supervisor
    """
    _put("PersonsUnmerged", {"person": person, "duplicate": duplicate, "reason": reason}, **said)


@person.command(short_help="Who somebody is, and in which cases; put on record.")
@asks_a_store
@PERSON
@AS_AT
@reads
@formats("text", "json")
def show(*, store: str, key_file: Path | None, person: str, as_at: AsAt, format_: str, **who: Any) -> None:
    """Who is PERSON, under which other ids, and in which of the cases you may read? Nothing sealed is opened.

    That you looked, what for, and in which cases they are is put on record first.

    Example: ihs person show cases.db p-7
    """
    with opened(store, key_file) as cases:
        found = looked_up(reader_of(cases, **who).door, person, as_at)
        out = Output(cases.store.info().kind, format_)
        if format_ == "json":
            out.json(asked=person, as_at=as_at, person=_told(found))
        else:
            out.text(_lines(person, found))


def _told(person: Person) -> dict[str, Any]:
    known = [{"case": one.case, "known_as": one.person} for one in sorted(person.known_as)]
    told = {"id": person.id, "birth_month": person.birth_month, "erased": person.erased}
    return {**told, "duplicates": person.duplicates, "known_as": known}


def _lines(asked: str, person: Person) -> Iterator[str]:
    yield person.id if asked == person.id else f"{asked} was merged into {person.id}"
    facts = {
        "birth month": person.birth_month or "",
        "duplicates": ", ".join(sorted(person.duplicates)),
        "known as": ", ".join(f"{one.person} in {one.case}" for one in sorted(person.known_as)),
        "erased": "yes" if person.erased else "",
    }
    yield from (f"{what:<14} {said}" for what, said in facts.items() if said)


@person.command(short_help="Whoever is called so; the search is put on record.")
@asks_a_store
@click.argument("name", nargs=-1, required=True)
@reads
@formats("text", "json")
def find(*, store: str, key_file: Path | None, name: tuple[str, ...], format_: str, **who: Any) -> None:
    """Whoever is called NAME, in the cases you may read and of those in the register, accents or not.

    Any part of a name will do, in any order; - reads NAME from a pipe. That you searched, what for, how many were found
    and in which cases is put on record first.

    Example: ihs person find cases.db zuleika --purpose new-request --actor w-12 --role practitioner
    """
    searched = " ".join(_typed_or_piped(word) or "" for word in name)
    with opened(store, key_file) as cases:
        found = reader_of(cases, **who).find(searched)
        out = Output(cases.store.info().kind, format_)
    if format_ == "json":
        out.json(found=found)
    else:
        out.text([*map(_found, found)] or [NOBODY])


def _found(one: Found) -> str:
    where = "in the register" if one.case is None else f"in {one.case}"
    born = f", born {one.birth_month}" if one.birth_month else ""
    who = f", who is {one.person}" if one.person not in {None, one.known_as} else ""
    return f"{one.name}{born}: {one.known_as} {where}{who}"
