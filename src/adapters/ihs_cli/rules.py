"""`ihs rules`: the editions at hand, and what one clause says and does."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from attrs import evolve, frozen

from ihs_cli.cites import Meant, meant
from ihs_cli.clauses import CarriedOut, carried_out
from ihs_cli.errors import REHEARSAL
from ihs_cli.opening import opened, rule_book
from ihs_cli.options import KEY_FILE, formats
from ihs_cli.output import HEADING, echo_json, plain
from ihs_cli.printable import shown
from ihs_cli.touching import Touched, put_on_record, touched_by
from ihs_domain.editions import Edition
from ihs_domain.rules import Bears, Rule


@click.group()
def rules() -> None:
    """The rules at hand, edition by edition.

    Example: ihs rules list
    """


@rules.command(name="list", short_help="The editions, their days and their rules.")
@formats("text", "json")
def list_(format_: str) -> None:
    """The editions, the days they are in force, and their rules.

    Example: ihs rules list
    """
    editions = rule_book().editions
    if format_ == "json":
        echo_json({"editions": [_edition(edition) for edition in editions]})
        return
    for edition in editions:
        click.echo(f"{edition.id} ({edition.jurisdiction}), in force {_span(edition)}")
        for rule in edition.rules:
            click.echo(shown(f"  {rule.cite}: {rule.says}"))


def _edition(edition: Edition) -> dict[str, Any]:
    return {
        "id": edition.id,
        "jurisdiction": edition.jurisdiction,
        "in_force_from": edition.in_force_from,
        "in_force_until": edition.in_force_until,
        "rules": edition.rules,
    }


def _span(edition: Edition) -> str:
    until = f"to {edition.in_force_until}" if edition.in_force_until else "with no known end"
    return f"{edition.in_force_from} {until}"


@frozen
class Explained:
    """What one edition does with one clause; *practice*: it is kept beside the rules, and never refuses."""

    edition: str
    jurisdiction: str
    practice: bool
    in_force: str
    cite: str
    says: str
    bears: tuple[Bears, ...]
    does: CarriedOut


@rules.command(short_help="What one clause says and does.")
@click.argument("cite")
@click.option("--store", help="Also list the entries of this store that it bears on.")
@KEY_FILE
@formats("text", "json")
def explain(cite: str, store: str | None, key_file: Path | None, format_: str) -> None:
    """What one clause says, when it is in force, how it bears on the record, and what carries it out.

    A cite may be typed without its brackets, its spaces and its capitals. One that begins several clauses explains
    them all; one that stands within a clause explains that.

    Example: ihs rules explain "R512-100-5(5)(a)"
    """
    book = rule_book()
    clauses = meant(book, cite)
    told = Told(
        cite, clauses, tuple(_in(e, r) for c in clauses.cites for e in book.editions for r in e.rules if r.cite == c)
    )
    if store is None:
        _print(told, format_)
        return
    with opened(store, key_file) as cases:
        mark = REHEARSAL if cases.rehearsal else "live"
        every = put_on_record(book.editions, clauses.cites)
        _print(evolve(told, mark=mark, touched=touched_by(cases, clauses.cites), every=every), format_)


@frozen
class Told:
    """What was typed, the clauses that are meant, and what each edition does with them.

    Of a store, its *mark*, the entries they bear on, and of which kinds *every* entry is among those.
    """

    typed: str
    clauses: Meant
    found: tuple[Explained, ...]
    mark: str = ""
    touched: tuple[Touched, ...] = ()
    every: tuple[str, ...] = ()


def _in(edition: Edition, rule: Rule) -> Explained:
    return Explained(
        edition=edition.id,
        jurisdiction=edition.jurisdiction,
        practice=edition.practice,
        in_force=_span(edition),
        cite=rule.cite,
        says=rule.says,
        bears=rule.bears,
        does=carried_out(edition, rule.cite),
    )


def _print(told: Told, format_: str) -> None:
    if format_ == "json":
        of_store = {"store": told.mark, "touched": told.touched} if told.mark else {}
        cite = told.clauses.cites[0] if len(told.clauses.cites) == 1 else told.typed
        echo_json({**of_store, "cite": cite, "editions": [_record(one) for one in told.found]})
        return
    for line in (*([HEADING] if told.mark == REHEARSAL else []), *_clause_lines(told), *_touched_lines(told)):
        click.echo(shown(line))


def _record(one: Explained) -> dict[str, Any]:
    told: dict[str, Any] = plain(one)
    return {**{name: value for name, value in told.items() if name != "does"}, **told["does"]}


def _clause_lines(told: Told) -> Iterator[str]:
    for cite in told.clauses.cites:
        yield f"{cite}, for {told.typed} is not cited by itself" if told.clauses.within else cite
        yield from _lines(one for one in told.found if one.cite == cite)


def _lines(found: Iterable[Explained]) -> Iterator[str]:
    for one in found:
        practice = ", a practice" if one.practice else ""
        yield f"  {one.says}"
        yield f"  in force {one.in_force} in {one.edition} ({one.jurisdiction}{practice})"
        if one.bears:
            yield f"  bears as {', '.join(one.bears)}"
        yield from (f"    {line}" for line in one.does)


def _touched_lines(told: Told) -> Iterator[str]:
    if not told.mark:
        return
    number = len(told.touched)
    yield f"  touches {number or 'no'} entr{'y' if number == 1 else 'ies'}"
    yield from (f"    {one}" for one in told.touched)
    if every := {one.event for one in told.touched}.intersection(told.every):
        yield f"  of {', '.join(sorted(every))} every entry: the edition does not say which of them the clause means"
