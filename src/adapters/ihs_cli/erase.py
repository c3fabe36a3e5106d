"""`ihs erase`: propose what an order has destroyed, look at what it would touch, and have it done."""

from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import attrs
import click

from ihs_cases import Cases
from ihs_cases.erasing import Erased, OfCase, OfEntry, OfPerson, Reach, Target
from ihs_cases.reading import CaseReader
from ihs_cli.by import COMMAND, ON, By, by
from ihs_cli.came_of import found_lines
from ihs_cli.errors import Misasked
from ihs_cli.opening import opened
from ihs_cli.options import asks_a_store, formats
from ihs_cli.output import Output, from_here
from ihs_cli.reading import reader_of, reads
from ihs_domain.terms import ActorId

NEXT = (
    "every key file of before opens nothing any more: destroy the copies of it",
    "a backup of before opens with none but those copies: make a new one now",
)

OPEN = "left      the month of birth, relations and ids, and what words say of them: erase those entry by entry"


@click.command(short_help="Have destroyed what an order asks for, by two persons.")
@asks_a_store
@click.option("--person", metavar="PERSON", help="What identifies a person of the register, in every case.")
@click.option("--case", metavar="CASE", help="The content of a whole case.")
@click.option("--entry", type=click.IntRange(min=1), metavar="VERSION", help="Of the case, this entry alone.")
@click.option("--words-alone", is_flag=True, help="Of the entry, its words alone.")
@click.option("--order", required=True, metavar="CODE", help="The order, by the code it is kept under.")
@click.option("--ordered-by", metavar="ID", help="Who gave it; needed to propose.")
@click.option("--approve", is_flag=True, help="Have it done. Without it, it is proposed, for somebody else to approve.")
@click.option("--dry-run", is_flag=True, help="Say what it would touch, and do nothing; that you looked is on record.")
@reads
@ON
@COMMAND
@formats("text", "json")
def erase(
    *,
    store: str,
    key_file: Path | None,
    person: str | None,
    case: str | None,
    entry: int | None,
    words_alone: bool,
    order: str,
    ordered_by: str | None,
    approve: bool,
    dry_run: bool,
    format_: str,
    **who: Any,
) -> None:
    """Have destroyed what an ORDER asks for, for everyone and for ever. That it was there stays on record.

    One person proposes it, another approves it. A hold on any case of it stands in the way.

    Example: ihs erase cases.db --case alder --order o-26-4 --ordered-by judge-2 --actor s-3 --role supervisor
    """
    target = _target(person, case, entry, words_alone=words_alone)
    with opened(store, key_file) as cases:
        out = Output(cases.store.info().kind, format_)
        if dry_run:
            _say_reach(out, _reader(cases, **who).reach(target, order), target)
            return
        who_acts = _actor(cases, **who)
        if approve:
            done = cases.erasing.erase(target, order=order, **attrs.asdict(who_acts, recurse=False))
            _say_erased(out, done, cases)
        else:
            _propose(out, cases, target, order, ordered_by, who_acts)


def _reader(cases: Cases, *, on: date | None, command_id: str | None, **who: Any) -> CaseReader:
    """Who looks at what an erasure would touch."""
    if on is not None or command_id is not None:
        raise Misasked("a --dry-run puts nothing on record but that you looked: leave --on and --id out")
    return reader_of(cases, **who)


def _actor(
    cases: Cases,
    *,
    actor: ActorId | None,
    role: str | None,
    on: date | None,
    command_id: str | None,
    purpose: str | None,
    unrecorded: bool,
) -> By:
    """Who proposes an erasure, or has it done."""
    if actor is None or role is None:
        raise Misasked("say who acts, with --actor and --role: nothing is destroyed by whoever is at the machine")
    if purpose is not None or unrecorded:
        raise Misasked("--purpose and --unrecorded are for who looks, with --dry-run: the order says what for")
    return by(cases, actor=actor, role=role, on=on, command_id=command_id)


def _target(person: str | None, case: str | None, entry: int | None, *, words_alone: bool) -> Target:
    if (person is None) == (case is None):
        raise Misasked("name what is to be destroyed: --person, or --case, and one of them alone")
    if case is None:
        if entry is not None or words_alone:
            raise Misasked("an entry is one of a case: name it with --case")
        return OfPerson(str(person))
    if entry is None:
        if words_alone:
            raise Misasked("the words are those of an entry: name it with --entry")
        return OfCase(case)
    return OfEntry(case, entry, words_alone)


def _propose(out: Output, cases: Cases, target: Target, order: str, ordered_by: str | None, who: By) -> None:
    if ordered_by is None:
        raise Misasked("say who gave the order, with --ordered-by; or --approve what somebody else proposed")
    said = attrs.asdict(who, recurse=False)
    made = cases.erasing.propose(target, order=order, ordered_by=ordered_by, **said)
    result = "nothing new" if all(one.again for one in made) else "proposed"
    if out.format == "json":
        found = [finding for one in made for finding in one.findings]
        out.json(result=result, positions=[one.position for one in made], findings=found)
    else:
        lines = ((f"{result}: {one.stream}@{one.version}", *found_lines(one.findings)) for one in made)
        out.text([*chain(*lines), "somebody else has it done: --approve"])


def _say_reach(out: Output, found: Reach, target: Target) -> None:
    if out.format == "json":
        told = ("cases", "entries", "keys", "agencies", "holds")
        out.json(would_destroy={name: getattr(found, name) for name in told}, would_empty=len(found.empty))
    else:
        out.text([*_reach_lines(found), *([OPEN] if isinstance(target, OfPerson) else [])])


def _reach_lines(found: Reach) -> Iterator[str]:
    keys, emptied = counted(len(found.keys), "key", "keys"), counted(len(found.empty), "entry", "entries")
    yield f"would destroy {keys} and empty {emptied}; nothing was destroyed"
    yield from (f"key       {key}" for key in found.keys)
    yield from (
        f"case      {case}: touches {' '.join(f'@{v}' for v in of) or 'no entry'}" for case, of in found.entries.items()
    )
    yield from (f"agency    {agency}: is sent a retraction" for agency in found.agencies)
    yield from (f"hold      {case}: {', '.join(holds)} stands in the way" for case, holds in found.holds.items())
    yield "views     the rows of these cases are made again by whoever follows the record"


def counted(count: int, one: str, many: str) -> str:
    """So many of something."""
    return f"{count} {one if count == 1 else many}"


def _say_erased(out: Output, done: Erased, cases: Cases) -> None:
    result = "nothing new" if done.again else "erased"
    if out.format == "json":
        told = {"keys": done.keys, "emptied": done.emptied, "scoured": done.scoured}
        out.json(result=result, position=done.position, **told, key_file=from_here(cases.key_file))
        return
    keys, emptied = counted(done.keys, "key", "keys"), counted(done.emptied, "entry", "entries")
    lines = [f"{result}: {keys} destroyed, {emptied} emptied, at position {done.position}"]
    if not done.scoured:
        lines.append("somebody reads the store: its files keep copies until then; afterwards type the same line again")
    out.text(lines if done.again else [*lines, f"the new key file: {from_here(cases.key_file)}", *NEXT])
