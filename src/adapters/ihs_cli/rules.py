"""`ihs rules`: the editions at hand, and what one clause says and does."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click
from attrs import frozen

from ihs_cases import Cases
from ihs_cli.clauses import CarriedOut, carried_out
from ihs_cli.errors import REHEARSAL, Misasked
from ihs_cli.opening import opened, rule_book
from ihs_cli.options import KEY_FILE, formats
from ihs_cli.output import HEADING, echo_json, plain
from ihs_cli.printable import shown
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.judge import touched
from ihs_domain.rules import Bears, Rule

MOST_NEAR: Final = 3
NOT_BARE: Final = re.compile(r"[\s()\[\]{}]")
"""What may be left out of a cite, or put in, when it is typed."""


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


@frozen
class Touched:
    """An entry that a clause bears on, and what was found wanting in it by that clause."""

    case: str
    version: int
    event: str
    day: date
    edition: str
    found: tuple[str, ...]


@rules.command(short_help="What one clause says and does.")
@click.argument("cite")
@click.option("--store", help="Also list the entries of this store that it bears on.")
@KEY_FILE
@formats("text", "json")
def explain(cite: str, store: str | None, key_file: Path | None, format_: str) -> None:
    """What one clause says, when it is in force, how it bears on the record, and what carries it out.

    A cite may be typed without its brackets, its spaces and its capitals.

    Example: ihs rules explain "R512-100-5(5)(a)"
    """
    book = rule_book()
    known = _cite(book, cite)
    found = [_in(edition, rule) for edition in book.editions for rule in edition.rules if rule.cite == known]
    if store is None:
        _print(known, found, None, "", format_)
        return
    with opened(store, key_file) as cases:
        mark = REHEARSAL if cases.rehearsal else "live"
        _print(known, found, [*_touched(cases, known)], mark, format_)


def _cite(book: RuleBook, typed: str) -> str:
    """The cite that was *typed*, be it in other capitals, or without its spaces and brackets."""
    cites = sorted({rule.cite for edition in book.editions for rule in edition.rules})
    meant = [cite for cite in cites if cite == typed] or [cite for cite in cites if _bare(cite) == _bare(typed)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise Misasked(f"more than one clause can be meant: {', '.join(meant)}: type one as it stands here")
    near = _nearest(typed, cites)
    instead = f"nearest: {', '.join(near)}" if near else "see ihs rules list"
    raise Misasked(f"no edition at hand has a clause of that cite; {instead}")


def _bare(cite: str) -> str:
    return NOT_BARE.sub("", cite).casefold()


def _nearest(typed: str, cites: Iterable[str]) -> list[str]:
    by_bare = {_bare(cite): cite for cite in cites}
    return [by_bare[bare] for bare in get_close_matches(_bare(typed), by_bare, n=MOST_NEAR)]


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


def _touched(cases: Cases, cite: str) -> Iterator[Touched]:
    editions = [e for e in cases.rules.editions if any(rule.cite == cite for rule in e.rules)]
    for case in cases.case_ids():
        on = datetime.now(UTC).astimezone(cases.zone(case)).date()
        jurisdiction = cases.get(case).jurisdiction
        for edition in editions:
            if edition.jurisdiction == jurisdiction:
                yield from _touched_in(cases, case, edition, cite, on)


def _touched_in(cases: Cases, case: str, edition: Edition, cite: str, on: date) -> Iterator[Touched]:
    """The entries of a case, made while *edition* was in force or evidence of what fell due under it."""
    history = cases.history(case)
    bears_on = touched(history, edition, cite, on)
    if not bears_on:
        return
    owed = [d for d in cases.duties(case, on=on) if d.edition == edition.id and cite in d.cites]
    evidence = {version for duty in owed for version in duty.evidence}
    findings = [f for f in cases.findings(case) if f.objection.edition == edition.id and cite in f.objection.cites]
    for entry in history:
        if entry.version in bears_on and (edition.covers(entry.day) or entry.version in evidence):
            found = tuple(f.objection.says for f in findings if f.version == entry.version)
            yield Touched(case, entry.version, type(entry.event).__name__, entry.day, edition.id, found)


def _print(cite: str, found: list[Explained], entries: list[Touched] | None, mark: str, format_: str) -> None:
    if format_ == "json":
        of_store = {} if entries is None else {"store": mark, "touched": entries}
        echo_json({**of_store, "cite": cite, "editions": [_record(one) for one in found]})
        return
    heading = [HEADING] if mark == REHEARSAL else []
    for line in (*heading, cite, *_lines(found), *(_touched_lines(entries) if entries is not None else ())):
        click.echo(shown(line))


def _record(one: Explained) -> dict[str, Any]:
    told: dict[str, Any] = plain(one)
    return {**{name: value for name, value in told.items() if name != "does"}, **told["does"]}


def _lines(found: Iterable[Explained]) -> Iterator[str]:
    for one in found:
        practice = ", a practice" if one.practice else ""
        yield f"  {one.says}"
        yield f"  in force {one.in_force} in {one.edition} ({one.jurisdiction}{practice})"
        if one.bears:
            yield f"  bears as {', '.join(one.bears)}"
        yield from (f"    {line}" for line in one.does)


def _touched_lines(entries: list[Touched]) -> Iterator[str]:
    yield f"  touches {len(entries) or 'no'} entr{'y' if len(entries) == 1 else 'ies'}"
    for one in entries:
        found = f": {'; '.join(one.found)}" if one.found else ""
        yield f"    {one.case}@{one.version} {one.event} of {one.day}{found}"
