"""`ihs case replay` and `ihs case diff`: what each entry changed in a case, and what all between two moments did."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from ihs_cases.asking import judge_of
from ihs_cases.moments import AsAt
from ihs_cli.errors import Misasked
from ihs_cli.one_case import asked_of, entry_line, entry_told, in_words
from ihs_cli.opening import opened
from ihs_cli.options import AS_AT, AS_OF, CASE, FOR, asks_a_store, formats
from ihs_cli.options import AsAt as Moment
from ihs_cli.output import objection_lines, plain
from ihs_cli.reading import reads
from ihs_domain.comparing import Changed, Compared, compared, replayed
from ihs_domain.history import Line
from ihs_domain.judge import Finding
from ihs_domain.looking import Seen
from ihs_projections.wording import name

NOTHING_CHANGED: Final = "nothing changed between the two"
INDENT: Final = " " * 12
IN_WORDS: Final = {None: "no longer there", True: "yes", False: "no"}


@click.command(short_help="What each entry changed, one after the other.")
@asks_a_store
@CASE
@AS_AT
@AS_OF
@FOR
@reads
@formats("text", "json")
def replay(
    *,
    store: str,
    key_file: Path | None,
    case: str,
    as_at: AsAt,
    as_of: date | None,
    for_person: str | None,
    format_: str,
    **who: Any,
) -> None:
    """What each entry changed when it was put on record, in that order: in the case's state, and in what was found.

    By the rules at hand; sealed parts stay sealed.

    Example: ihs case replay cases.db alder --as-at 2015-02-01
    """
    with opened(store, key_file) as cases:
        asked = asked_of(cases, case, as_at, as_of, for_person, format_, who)
        history = asked.history(Seen.HISTORY)
        steps = [*replayed(history, judge_of(history, cases.rules, cases.recorder.loading.as_loaded()), as_of)]
        asked.answer("steps", [_step(step) for step in steps], (line for step in steps for line in _step_lines(step)))


def _step(step: Compared) -> dict[str, Any]:
    [entry] = step.told
    return {**entry_told(entry), **_besides(step)}


def _step_lines(step: Compared) -> Iterator[str]:
    yield from map(entry_line, step.told)
    yield from _what_came_of_it(step)


@click.command(short_help="What came on record between two moments, and what it changed.")
@asks_a_store
@CASE
@click.option("--from", "since", type=Moment(), required=True, help="What was on record by then,")
@click.option("--to", "upto", type=Moment(), help="and by then; now if left out.")
@AS_OF
@FOR
@reads
@formats("text", "json")
def diff(
    *,
    store: str,
    key_file: Path | None,
    case: str,
    since: AsAt,
    upto: AsAt,
    as_of: date | None,
    for_person: str | None,
    format_: str,
    **who: Any,
) -> None:
    """What came on record between two moments, which entries it amended, and what it changed in state and findings.

    It is two readings, and both are put on record first. By the rules at hand; sealed parts stay sealed.

    Example: ihs case diff cases.db alder --from 2015-03-01 --to 2015-04-01
    """
    with opened(store, key_file) as cases:
        past, now = (asked_of(cases, case, at, as_of, for_person, format_, who) for at in (since, upto))
        before, after = past.history(Seen.HISTORY), now.history(Seen.HISTORY)
        if len(before.record) > len(after.record):
            raise Misasked("--from lies after --to: give the earlier of the two first")
        found = compared(before, after, judge_of(after, cases.rules, cases.recorder.loading.as_loaded()))
    title = f"{now.title}, since {in_words(since)}"
    if format_ == "json":
        told = [entry_told(entry) for entry in found.told]
        copy = {"copy_for": for_person} if for_person else {}
        now.out.json(case=case, **{"from": since, "to": upto}, as_of=as_of, **copy, told=told, **_besides(found))
    else:
        now.out.text([title, *([*_diff_lines(found)] or [NOTHING_CHANGED])])


def _diff_lines(found: Compared) -> Iterator[str]:
    if found.told:
        yield "told:"
        yield from (f"  {entry_line(entry)}" for entry in found.told)
    if besides := [*_what_came_of_it(found)]:
        yield "what came of it:"
        yield from besides


# What both tell


def _besides(found: Compared) -> dict[str, Any]:
    amended = [
        {"version": line.entry.version, "voided_by": line.voided_by, "corrected_by": line.corrected_by}
        for line in found.turned
    ]
    return {"amended": amended, "changed": found.changed, "found": found.found, "found_no_longer": found.settled}


def _what_came_of_it(found: Compared) -> Iterator[str]:
    yield from (f"{INDENT}{_amended(line)}" for line in found.turned)
    yield from (f"{INDENT}{_changed(one)}" for one in found.changed)
    for finding in found.found:
        yield from _finding_lines("found", finding)
    for finding in found.settled:
        yield from [*_finding_lines("found no longer", finding)][:1]


def _amended(line: Line) -> str:
    by = f"voided by @{line.voided_by}" if line.void else f"corrected by @{line.corrected_by}"
    became = by if line.void or line.corrected_by else "as it was recorded again"
    return f"@{line.entry.version} {name(line.entry.event)} is {became}"


def _changed(one: Changed) -> str:
    if isinstance(one.before, frozenset) and isinstance(one.after, frozenset):
        signs = {"+": one.after - one.before, "-": one.before - one.after}
        told = [f"{sign}{_value(value)}" for sign, values in signs.items() for value in sorted(values, key=str)]
        return f"{one.at}: {', '.join(told)}"
    was = f", and was {_value(one.before)}" if one.before is not None else ""
    return f"{one.at}: {_value(one.after)}{was}"


def _value(value: Any) -> str:
    told = plain(value)
    if isinstance(told, list):
        return ", ".join(map(_value, told)) or "nothing"
    if isinstance(told, dict):
        return " ".join(f"{key} {_value(inner)}" for key, inner in told.items() if inner is not None)
    return IN_WORDS[told] if told is None or isinstance(told, bool) else str(told)


def _finding_lines(word: str, finding: Finding) -> Iterator[str]:
    first, *rest = objection_lines(finding.objection, INDENT)
    yield f"{INDENT}{word} in @{finding.version} {finding.event}: {first.strip()}"
    yield from rest
