"""What is said of something that was put on record, beside that it was: what was found, and that no rule judged it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from attrs import frozen

from ihs_cases import Cases, Receipt
from ihs_cases.recording import jurisdiction_of
from ihs_cases.unjudged import Unjudged, not_judged
from ihs_cases.when import local_day
from ihs_cli.output import objection_lines
from ihs_domain.judge import Finding
from ihs_domain.terms import Amendment

NO_EDITION: Final = "no edition on file"


@frozen
class CameOf:
    """What was found in an entry, and the day on which it was judged by no rule, None where it was or never is."""

    findings: tuple[Finding, ...]
    unjudged: date | None

    @classmethod
    def recording(
        cls, cases: Cases, case: str | None, said: Any, occurred: date | datetime, receipt: Receipt
    ) -> "CameOf":
        """Of what was *said* of a case, of an act of that day or instant; on other streams no edition is asked."""
        asked = case is not None and not receipt.edition and not isinstance(said, Amendment)
        return cls(receipt.findings, _unjudged(cases, str(case), said, occurred, receipt) if asked else None)

    @property
    def lines(self) -> Iterator[str]:
        """As text, below the line that says what was recorded."""
        yield from found_lines(self.findings)
        if self.unjudged is not None:
            yield f"    {NO_EDITION} for {self.unjudged}: no rule judged it"

    @property
    def told(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {"findings": self.findings, "unjudged": self.unjudged}


def found_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """What was found, below the line that says what was recorded."""
    for finding in findings:
        first, *rest = objection_lines(finding.objection)
        yield f"    found: {first.strip()}"
        yield from rest


def _unjudged(cases: Cases, case: str, said: Any, occurred: date | datetime, receipt: Receipt) -> date | None:
    event = said if receipt.computed is None else receipt.computed
    jurisdiction = jurisdiction_of(cases.history(case))
    day, _ = local_day(occurred, cases.zone(case))
    return day if not_judged(type(event), day, cases.rules, jurisdiction) else None


def unjudged_says(unjudged: Unjudged | None) -> list[str]:
    """That some entries of a case were judged by no rule, and from which day on; nothing where all were."""
    if unjudged is None:
        return []
    if unjudged.entries == 1:
        return [f"{NO_EDITION} for {unjudged.since}: no rule judged 1 entry"]
    return [f"{NO_EDITION} for the days of {unjudged.entries} entries, from {unjudged.since} on: no rule judged them"]
