"""`ihs case`: how a case stands, what was put on record, what stands of it, and what can be decided in it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from ihs_cases.moments import AsAt
from ihs_cases.recording import jurisdiction_of
from ihs_cases.unjudged import no_edition_on, unjudged
from ihs_cli.came_of import NO_EDITION, unjudged_says
from ihs_cli.comparing import diff, replay
from ihs_cli.one_case import asked_of, entry_line, entry_told
from ihs_cli.opening import opened
from ihs_cli.options import AS_AT, AS_OF, CASE, FOR, ON, Id, asks_a_store, formats
from ihs_cli.output import Output, objection_lines, plain
from ihs_cli.reading import keeper_of, reads
from ihs_domain.approvals import Approval, approvals
from ihs_domain.erasing import CaseDisposed, disposal
from ihs_domain.history import Entry
from ihs_domain.looking import Seen
from ihs_domain.possible import Doable
from ihs_domain.roles import OF_PEOPLE, Actor, Role
from ihs_domain.terms import ActorId
from ihs_projections import CURRENT_CASE, TIMELINE
from ihs_projections.timeline import TimelineLine
from ihs_projections.wording import name, says

NOTHING_APPROVED: Final = "nothing was approved"


@click.group(short_help="Read one case, now or at a past moment.")
def case() -> None:
    """Read one case, as it stands or as it was known or true at a past moment.

    That it was read is put on record first: see ihs access looked.

    Example: ihs case show cases.db alder
    """


@case.command()
@asks_a_store
@CASE
@AS_AT
@AS_OF
@FOR
@reads
@formats("text", "json")
def show(
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
    """How does the case stand?

    Example: ihs case show cases.db alder --as-at 2015-03-01
    """
    with opened(store, key_file) as cases:
        asked = asked_of(cases, case, as_at, as_of, for_person, format_, who)
        history = asked.history(Seen.CASE)
        found = next(iter(CURRENT_CASE.rows(case, history)), None)
        by_none = unjudged(history, cases.rules)
        gone = disposal(cases.history(case)) if found else None
        said = chain(_gone(gone), _standing(found), unjudged_says(by_none))
        asked.answer("stands", found, said, disposed=gone and _disposed(gone), unjudged=by_none)


def _disposed(gone: Entry[CaseDisposed]) -> dict[str, Any]:
    return {"on": gone.day, "order": gone.event.order, "version": gone.version}


def _gone(gone: Entry[CaseDisposed] | None) -> Iterator[str]:
    """That a case was disposed of, whatever moment it is asked about: its content of then is gone as well."""
    if gone is not None:
        by = f"by order {gone.event.order} (@{gone.version})"
        yield f"{'disposed of':<14} on {gone.day}, {by}: its content is destroyed"


def _standing(found: Any) -> Iterator[str]:
    for field in found._fields[1:] if found else ():
        value = plain(getattr(found, field))
        if value not in (None, [], ""):
            yield f"{field.replace('_', ' '):<14} {', '.join(value) if isinstance(value, list) else value}"


@case.command(short_help="All that was put on record, and what became of it.")
@asks_a_store
@CASE
@AS_AT
@AS_OF
@FOR
@reads
@formats("text", "json")
def timeline(
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
    """All that was put on record, and what became of it; names and narratives are opened.

    Example: ihs case timeline cases.db alder
    """
    with opened(store, key_file) as cases:
        asked = asked_of(cases, case, as_at, as_of, for_person, format_, who)
        rows = TIMELINE.rows(case, asked.history(Seen.TIMELINE, opened=True))
        known = [row for row in rows if as_of is None or row.day <= as_of]  # type: ignore[attr-defined]
        asked.answer("lines", known, _told(known, cases.zone(case)))


def _told(rows: list[Any], zone: ZoneInfo) -> Iterator[str]:
    edition = None
    for row in rows:
        if row.edition != edition:
            edition = row.edition
            yield f"by {edition or NO_EDITION}:"
        yield f"{row.day}  {f'@{row.version}':<5} {row.event}{': ' if row.says else ''}{row.says}"
        yield f"{'':18}{'; '.join(_notes(row, zone))}"


def _notes(row: TimelineLine, zone: ZoneInfo) -> Iterator[str]:
    yield f"{row.actor} ({row.role})"
    late = _days_later(row.day, row.recorded_at, zone)
    if late:
        yield f"put on record {late} day{'s' if late > 1 else ''} later"
    if row.corrected_by:
        yield f"corrected by @{row.corrected_by}"
    if row.voided_by:
        yield f"voided by @{row.voided_by}"
    if row.approval:
        yield f"approved by @{row.approval}{'' if row.approved == 'stands' else f', {row.approved}'}"
    if row.after_closing:
        yield "after closing"


def _days_later(day: date, recorded_at: datetime | None, zone: ZoneInfo) -> int:
    return (recorded_at.astimezone(zone).date() - day).days if recorded_at is not None else 0


@case.command(short_help="What stands, in order of the act.")
@asks_a_store
@CASE
@AS_AT
@AS_OF
@FOR
@reads
@formats("text", "json")
def history(
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
    """What stands, one entry a line, in order of the act; sealed parts stay sealed.

    Example: ihs case history cases.db alder --as-of 2015-02-28
    """
    with opened(store, key_file) as cases:
        asked = asked_of(cases, case, as_at, as_of, for_person, format_, who)
        entries = asked.history(Seen.HISTORY)
        asked.answer("entries", [entry_told(entry) for entry in entries], map(entry_line, entries))


@case.command("approvals", short_help="What was approved, by whom, and what changed since.")
@asks_a_store
@CASE
@AS_AT
@FOR
@reads
@formats("text", "json")
def approvals_(
    *, store: str, key_file: Path | None, case: str, as_at: AsAt, for_person: str | None, format_: str, **who: Any
) -> None:
    """What was approved, by whom, whether it stands, and every change of it or of what it rests on since.

    Example: ihs case approvals cases.db alder
    """
    with opened(store, key_file) as cases:
        asked = asked_of(cases, case, as_at, None, for_person, format_, who)
        history = asked.history(Seen.HISTORY)
        found = approvals(history)
        names = {e.version: name(e.event) for e in history.record}
        asked.answer("approvals", found, _approved(found, names), empty=NOTHING_APPROVED)


def _approved(found: Iterable[Approval], names: Mapping[int, str]) -> Iterator[str]:
    for one in found:
        by = f"{one.by} ({one.role})" if one.reported_by is None else f"{one.reported_by}, reported by {one.by}"
        yield f"{one.on}  {f'@{one.version}':<5} approval of @{one.entry} {names.get(one.entry, '')}: {one.standing}"
        yield f"{'':18}{by}"
        for change in one.changes:
            did = "voided" if change.voids else "corrected"
            what = "it" if change.of == one.entry else f"@{change.of} {names[change.of]}, on which it rests,"
            yield f"{'':18}{change.on}  @{change.version} {did} {what} ({change.reason}): {change.by} ({change.role})"


@case.command(short_help="Which decisions somebody could take, and why not.")
@asks_a_store
@CASE
@click.option("--actor", required=True, type=Id(), help="Who would decide.")
@click.option("--role", required=True, type=click.Choice([role.value for role in OF_PEOPLE]), help="In which role.")
@ON
@formats("text", "json")
def possible(
    *, store: str, key_file: Path | None, case: str, actor: str, role: str, on: date | None, format_: str
) -> None:
    """Which decisions could somebody take on a day: an example of what would be accepted, or why nothing would be.

    Example: ihs case possible cases.db alder --actor w-12 --role practitioner --on 2015-03-01
    """
    with opened(store, key_file) as cases:
        out = Output(cases.store.info().kind, format_)
        day = on or datetime.now(UTC).astimezone(cases.zone(case)).date()
        found = keeper_of(cases).possible(case, Actor(ActorId(actor), Role(role)), on=day)
        by_none = no_edition_on(day, cases.rules, jurisdiction_of(cases.history(case)))
    if format_ == "json":
        out.json(case=case, actor=actor, role=role, on=day, unjudged=by_none, decisions=found)
    else:
        said = [f"  {NO_EDITION} for {day}: no rule is asked, only how the case stands"] if by_none else []
        lines = (line for one in found for line in _doable_lines(one))
        out.text([f"{case} on {day}, by {actor} ({role})", *said, *lines])


def _doable_lines(one: Doable) -> Iterator[str]:
    said = says(one.witness) if one.witness is not None else ""
    yield f"  {one.possible.value:<8} {one.decision}{': such as ' if said else ''}{said}"
    for objection in one.objections:
        yield from objection_lines(objection, " " * 11)


case.add_command(replay)
case.add_command(diff)
