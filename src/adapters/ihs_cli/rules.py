"""`ihs rules`: the editions at hand, and what one clause says and does."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click
from attrs import frozen

from ihs_cases import Cases
from ihs_cli.errors import REHEARSAL, Misasked
from ihs_cli.opening import opened, rule_book
from ihs_cli.options import KEY_FILE, formats
from ihs_cli.output import HEADING, echo_json
from ihs_cli.printable import shown
from ihs_domain.editions import Edition, GateTable, RuleBook
from ihs_domain.judge import Finding
from ihs_domain.terms import Decision

MOST_NEAR: Final = 3


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
    """What one edition does with one clause: in words, by event where it stands before or is found in one."""

    edition: str
    jurisdiction: str
    in_force: str
    says: str
    refuses: tuple[str, ...]
    finds: tuple[str, ...]
    owed: tuple[str, ...]
    recorded: tuple[str, ...]


@rules.command(short_help="What one clause says and does.")
@click.argument("cite")
@click.option("--store", help="Also list the entries of this store that were found wanting by it.")
@KEY_FILE
@formats("text", "json")
def explain(cite: str, store: str | None, key_file: Path | None, format_: str) -> None:
    """What one clause says, when it is in force, what it refuses, only finds, has fall due, or has put on record.

    Example: ihs rules explain "R512-100-5(5)(a)"
    """
    book = rule_book()
    found = _explained(book, cite)
    if store is None:
        _print(cite, found, None, "", format_)
        return
    with opened(store, key_file) as cases:
        mark = REHEARSAL if cases.rehearsal else "live"
        _print(cite, found, [*_touched(cases, cite)], mark, format_)


def _explained(book: RuleBook, cite: str) -> list[Explained]:
    found = [_in(edition, rule.says, cite) for edition in book.editions for rule in edition.rules if rule.cite == cite]
    if not found:
        cites = {rule.cite for edition in book.editions for rule in edition.rules}
        near = get_close_matches(cite, sorted(cites), n=MOST_NEAR)
        instead = f"nearest: {', '.join(near)}" if near else "see ihs rules list"
        raise Misasked(f"no edition at hand has a clause of that cite; {instead}")
    return found


def _in(edition: Edition, says: str, cite: str) -> Explained:
    gates = [*_rows(edition.gates, cite)]
    return Explained(
        edition=edition.id,
        jurisdiction=edition.jurisdiction,
        in_force=_span(edition),
        says=says,
        refuses=tuple(f"{cls.__name__}: {words}" for cls, words in gates if issubclass(cls, Decision)),
        finds=(
            *(f"{cls.__name__}: {words}" for cls, words in gates if not issubclass(cls, Decision)),
            *(f"{cls.__name__}: {words}" for cls, words in _rows(edition.finds, cite)),
        ),
        owed=tuple(_words(duty) for duty, *rules in edition.duties if any(rule.cite == cite for rule in rules)),
        recorded=tuple(c.__name__ for c, rules in edition.records.items() if any(rule.cite == cite for rule in rules)),
    )


def _rows(table: GateTable, cite: str) -> Iterator[tuple[type, str]]:
    for cls, rows in table.items():
        for gate, *rules in rows:
            if any(rule.cite == cite for rule in rules):
                yield cls, _words(gate)


def _words(rule: Callable[..., Any]) -> str:
    """What a gate or a duty holds, by its docstring; without one, by its name."""
    said = (rule.__doc__ or "").strip().partition("\n")[0].rstrip(".")
    return said or rule.__name__.replace("_", " ")


def _touched(cases: Cases, cite: str) -> Iterator[tuple[str, Finding]]:
    for case in cases.case_ids():
        yield from ((case, finding) for finding in cases.findings(case) if cite in finding.objection.cites)


def _print(
    cite: str, found: list[Explained], touched: list[tuple[str, Finding]] | None, mark: str, format_: str
) -> None:
    if format_ == "json":
        entries = {} if touched is None else {"store": mark, "found_in": [_entry(*one) for one in touched]}
        echo_json({**entries, "cite": cite, "editions": found})
        return
    heading = [HEADING] if mark == REHEARSAL else []
    for line in (*heading, cite, *_lines(found), *(_touched_lines(touched) if touched is not None else ())):
        click.echo(shown(line))


def _entry(case: str, finding: Finding) -> dict[str, Any]:
    return {"case": case, "version": finding.version, "event": finding.event, "day": finding.day}


def _lines(found: Iterable[Explained]) -> Iterator[str]:
    for one in found:
        yield f"  {one.says}"
        yield f"  in force {one.in_force} in {one.edition} ({one.jurisdiction})"
        yield from (f"    refuses {words}" for words in one.refuses)
        yield from (f"    only found in {words}" for words in one.finds)
        yield from (f"    owed: {words}" for words in one.owed)
        yield from (f"    on record by {words}" for words in one.recorded)


def _touched_lines(touched: list[tuple[str, Finding]]) -> Iterator[str]:
    yield f"  found in {len(touched) or 'no'} entr{'y' if len(touched) == 1 else 'ies'}"
    for case, finding in touched:
        yield f"    {case}@{finding.version} {finding.event} of {finding.day}: {finding.objection.says}"
