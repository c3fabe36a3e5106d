"""`ihs findings`: what was missing when each entry was made."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import click
from attrs import frozen

from ihs_cases.across import Reading
from ihs_cases.moments import AsAt
from ihs_cases.unjudged import Unjudged
from ihs_cli.came_of import unjudged_says
from ihs_cli.caseload import REGION, WORKER, About, Caseload, cases_of
from ihs_cli.opening import edition_of, opened
from ihs_cli.options import ANY_CASE, AS_AT, EDITION, ON, asks_a_store, formats
from ihs_cli.output import Output, objection_lines, plain
from ihs_cli.printable import shown
from ihs_cli.reading import reader_of, reads
from ihs_domain.editions import Edition
from ihs_domain.judge import Finding
from ihs_domain.looking import Seen

COLUMNS: Final = (
    *(
        "store",
        "case",
        "on",
        "region",
        "worker",
        "closed",
        "day",
        "version",
        "event",
        "says",
        "about",
        "cites",
        "edition",
    ),
    "remedy",
)


@frozen
class OfCase:
    """What was found in one case by a day, in the order of the acts."""

    about: About
    findings: tuple[Finding, ...]
    unjudged: Unjudged | None


@click.command(short_help="What was missing when each entry was made.")
@asks_a_store
@ANY_CASE
@ON
@WORKER
@REGION
@AS_AT
@EDITION
@reads
@formats("text", "json", "csv")
def findings(
    *,
    store: str,
    key_file: Path | None,
    case: str | None,
    on: date | None,
    worker: str | None,
    region: str | None,
    as_at: AsAt,
    edition: str | None,
    format_: str,
    **who: Any,
) -> None:
    """What was missing when each entry of CASE, of a worker's or a region's cases, or of every case, was made.

    By the rules of the day of each entry; that none are on file for some is said. A case that cannot be read is named
    and left out; the exit code is then 1.
    Only cases that may be read are told of, and that they were is put on record first.

    Example: ihs findings cases.db --edition utah-r512-100@2003-09-03
    """
    with opened(store, key_file) as cases:
        out = Output(cases.store.info().kind, format_)
        by = edition_of(cases.rules, edition)
        caseload = Caseload(reader_of(cases, **who), Seen.FINDINGS, case, on, as_at, worker, region, by)
        PRINTED[format_](out, caseload.each(lambda reading: _of_case(reading, by)), caseload)
    caseload.end()


def _of_case(reading: Reading, edition: Edition | None) -> OfCase:
    """What if, every entry is judged by the edition that was named."""
    return OfCase(About.of(reading), reading.findings(edition), reading.unjudged() if edition is None else None)


def _text(out: Output, found: Iterable[OfCase], caseload: Caseload) -> None:
    out.text(_lines(found, caseload))


def _lines(found: Iterable[OfCase], caseload: Caseload) -> Iterator[str]:
    in_all = 0
    for of_case in found:
        yield from _case_lines(of_case)
        in_all += len(of_case.findings)
    yield f"{cases_of(caseload.answered)}: {_number(in_all)}"


def _number(found: int) -> str:
    return f"{found or 'no'} finding{'' if found == 1 else 's'}"


def _case_lines(of_case: OfCase) -> Iterator[str]:
    yield f"{of_case.about}: {_number(len(of_case.findings))}"
    for finding in of_case.findings:
        yield f"  {finding.day}  @{finding.version} {finding.event}"
        yield from objection_lines(finding.objection)
    yield from (f"  {says}" for says in unjudged_says(of_case.unjudged))


def _json(out: Output, found: Iterable[OfCase], caseload: Caseload) -> None:
    cases = [
        {**plain(of_case.about), "findings": plain(of_case.findings), "unjudged": of_case.unjudged} for of_case in found
    ]
    out.json(cases=cases, total=sum(len(case["findings"]) for case in cases), broken=caseload.broken)


def _csv(out: Output, found: Iterable[OfCase], caseload: Caseload) -> None:
    rows = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    rows.writeheader()
    for of_case in found:
        head = {"store": out.mark, **plain(of_case.about)}
        rows.writerows(_row(head, finding) for finding in of_case.findings)
        for says in unjudged_says(of_case.unjudged):
            click.echo(shown(f"ihs: {of_case.about.case}: {says}"), err=True)


def _row(head: dict[str, Any], finding: Finding) -> dict[str, Any]:
    objection = finding.objection
    lists = {"about": " ".join(objection.about), "cites": "; ".join(objection.cites)}
    told = {**plain(finding), **plain(objection), **lists, **head}
    return {name: told[name] for name in COLUMNS}


PRINTED: Final[Mapping[str, Callable[[Output, Iterable[OfCase], Caseload], None]]] = {
    "text": _text,
    "json": _json,
    "csv": _csv,
}
