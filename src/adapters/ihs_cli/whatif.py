"""`ihs whatif`: what another edition would change, had it judged every case: refusals, findings, and what falls due."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import click
from attrs import frozen

from ihs_cases.across import Reading
from ihs_cases.law import law_of
from ihs_cases.moments import AsAt
from ihs_cases.plugins import editions_in
from ihs_cli.caseload import REGION, WORKER, Caseload, cases_of
from ihs_cli.errors import Misasked
from ihs_cli.opening import edition_of, opened
from ihs_cli.options import ANY_CASE, AS_AT, ON, asks_a_store, formats
from ihs_cli.output import Output, plain
from ihs_cli.reading import reader_of, reads
from ihs_domain.edition_checks import BadEdition
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.looking import Seen
from ihs_domain.terms import CaseId
from ihs_domain.what_if import By, Change, Changed, Count, Tally, what_if

LAW: Final = "law"
AS_IT_WAS: Final = "the law as it was"
COLUMNS: Final = (
    *("store", "change", "kind", "case", "region", "worker", "says", "about", "cites", "edition", "version", "event"),
    *("day", "due", "late_days"),
)


@frozen
class Asked:
    """Which edition is supposed to have judged, and instead of which; None: the law as it was."""

    edition: Edition
    against: Edition | None
    by: By
    listed: bool

    @property
    def instead_of(self) -> str:
        """What it is held against, in words."""
        return AS_IT_WAS if self.against is None else self.against.id

    def changes(self, reading: Reading) -> list[Changed]:
        """What it changes in a case."""
        law, other = (law_of(reading.rules, reading.history, edition) for edition in (self.against, self.edition))
        case = (CaseId(reading.case), reading.history)
        return list(what_if([case], law, other, reading.on, self.practices(reading)))

    def practices(self, reading: Reading) -> tuple[Edition, ...]:
        """What is kept beside both: nothing where one of them is a practice itself, and is asked about by itself."""
        alone = self.edition.practice or (self.against is not None and self.against.practice)
        return () if alone else reading.rules.practices(reading.jurisdiction)


@click.command(short_help="What another edition would change in every case.")
@asks_a_store
@ANY_CASE
@click.option("--edition", metavar="NAME@DATE", help="The edition supposed to have judged from the first day on.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Python file that defines the edition in EDITIONS. It is run.",
)
@click.option("--against", metavar="NAME@DATE|law", default=LAW, show_default=True, help="What it is held against.")
@click.option(
    "--by",
    type=click.Choice([by.value for by in By]),
    default=By.RULE.value,
    show_default=True,
    help="What is counted by.",
)
@click.option("--counts", is_flag=True, help="The counts alone, without the entries and duties behind them.")
@ON
@WORKER
@REGION
@AS_AT
@reads
@formats("text", "json", "csv")
def whatif(
    *,
    store: str,
    key_file: Path | None,
    case: str | None,
    edition: str | None,
    file: Path | None,
    against: str,
    by: str,
    counts: bool,
    on: date | None,
    worker: str | None,
    region: str | None,
    as_at: AsAt,
    format_: str,
    **who: Any,
) -> None:
    """What another edition would change, had it judged CASE, or every case of its jurisdiction, from the first day on.

    Decisions it would have refused, entries it would have found wanting, and duties late, unmet or open by it: those
    that are new, those that are gone, and how many stay the same. Practices stay beside both as they were; one named as
    the edition is asked alone. On record are, first, the cases looked into.

    Example: ihs whatif cases.db --edition utah-r512-100@2003-09-03 --by region
    """
    with opened(store, key_file) as cases:
        other = _edition(cases.rules, edition, file)
        first = None if against == LAW else edition_of(cases.rules, against)
        if first is not None and first.jurisdiction != other.jurisdiction:
            raise Misasked(f"{other.id} and {first.id} are of two jurisdictions: no case goes by both")
        asked = Asked(other, first, By(by), listed=not counts)
        caseload = Caseload(reader_of(cases, **who), Seen.WHAT_IF, case, on, as_at, worker, region)
        found = caseload.each(asked.changes, asked.edition.jurisdiction)
        PRINTED[format_](Output(cases.store.info().kind, format_), found, asked, caseload)
    caseload.end()


def _edition(rules: RuleBook, id_: str | None, file: Path | None) -> Edition:
    """The edition that is meant: one at hand, or one of a file, which need not say which if it has but one."""
    if file is None:
        found = edition_of(rules, id_)
        if found is None:
            raise Misasked("no edition is named: give --edition NAME@DATE, or --file with a file that defines one")
        return found
    try:
        there = editions_in(file)
    except BadEdition as error:
        raise Misasked(str(error)) from error
    meant = [one for one in there if id_ in {None, one.id}]
    if len(meant) != 1:
        raise Misasked(f"{file} defines {', '.join(one.id for one in there) or 'no edition'}: name one by --edition")
    return meant[0]


# Text


def _text(out: Output, found: Iterable[list[Changed]], asked: Asked, caseload: Caseload) -> None:
    tally, kept = _gathered(found, asked)
    out.text(_lines(tally.counts(), kept, asked, caseload))


def _gathered(found: Iterable[list[Changed]], asked: Asked) -> tuple[Tally, list[Changed]]:
    """All counted, and what changes kept where it is to be listed: of what stays the same only the number is told."""
    tally, kept = Tally(asked.by), []
    for of_case in found:
        for changed in of_case:
            tally.add(changed)
            if asked.listed and changed.change is not Change.SAME:
                kept.append(changed)
    return tally, kept


def _lines(counts: list[Count], kept: list[Changed], asked: Asked, caseload: Caseload) -> Iterator[str]:
    where = f"{cases_of(caseload.answered)} of {asked.edition.jurisdiction}"
    yield f"{asked.edition.id} instead of {asked.instead_of}, in {where}"
    wide = max([len(count.head) for count in counts], default=0)
    yield f"  {'by ' + asked.by:<{wide + 2}}  {'new':>6}  {'gone':>6}  {'same':>6}  {'cases':>6}"
    kind = None
    for count in counts:
        if count.kind != kind:
            kind = count.kind
            yield f"  {kind}"
        yield f"    {count.head:<{wide}}  {count.new:>6}  {count.gone:>6}  {count.same:>6}  {count.cases:>6}"
    for change, heading in HEADINGS.items():
        those = [changed for changed in kept if changed.change is change]
        yield from _listed(heading, those) if those else ()


HEADINGS: Final[Mapping[Change, str]] = {Change.NEW: "new by it", Change.GONE: "gone by it"}


def _listed(heading: str, those: list[Changed]) -> Iterator[str]:
    yield f"{heading}:"
    for changed in those:
        matter = changed.matter
        about = f" [{', '.join(matter.about)}]" if matter.about else ""
        by = f" ({', '.join(matter.cites)})" if matter.cites else ""
        yield f"  {matter.case}  {_where(changed)}  {matter.kind}: {matter.says}{about}{by}"


def _where(changed: Changed) -> str:
    """The entry, or the day that a duty goes by."""
    matter = changed.matter
    if matter.version:
        return f"@{matter.version} {matter.event}, {matter.day}"
    return f"due {matter.due}" if matter.due else f"since {matter.day}"


# JSON and CSV


def _json(out: Output, found: Iterable[list[Changed]], asked: Asked, caseload: Caseload) -> None:
    tally, kept = _gathered(found, asked)
    out.json(
        edition=asked.edition.id,
        against=asked.instead_of if asked.against else LAW,
        by=asked.by,
        cases=caseload.answered,
        counts=tally.counts(),
        changes=[_record(changed) for changed in kept],
        broken=caseload.broken,
    )


def _record(changed: Changed) -> dict[str, Any]:
    return {"change": changed.change, **plain(changed.matter)}


def _csv(out: Output, found: Iterable[list[Changed]], asked: Asked, caseload: Caseload) -> None:
    rows = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    rows.writeheader()
    for of_case in found:
        rows.writerows(_row(out.mark, changed) for changed in of_case if changed.change is not Change.SAME)


def _row(mark: str, changed: Changed) -> dict[str, Any]:
    told = _record(changed)
    lists = {"about": " ".join(changed.matter.about), "cites": "; ".join(changed.matter.cites)}
    return {name: {**told, **lists, "store": mark}[name] for name in COLUMNS}


Print = Callable[[Output, Iterable[list[Changed]], Asked, Caseload], None]
PRINTED: Final[Mapping[str, Print]] = {"text": _text, "json": _json, "csv": _csv}
