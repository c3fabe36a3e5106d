"""Which cases a command is about, and going through them one by one: a broken one is named, and stops no other."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, TypeVar

import click
from attrs import define, field, frozen

from ihs_cases import Cases
from ihs_cases.across import Broken, Reading, across
from ihs_cases.moments import AsAt
from ihs_cli.errors import WRONG
from ihs_cli.printable import shown
from ihs_cli.progress import Progress
from ihs_domain.editions import Edition

T = TypeVar("T")

WORKER: Final = click.option("--worker", metavar="ID", help="Only cases this worker holds or is assigned to that day.")
REGION: Final = click.option("--region", metavar="CODE", help="Only cases opened in this region.")


@frozen
class About:
    """What is said first of a case: the day it is asked about, its region, who holds it then, and whether it is closed.

    *closed* is the day on which it was.
    """

    case: str
    on: date
    region: str | None
    worker: str | None
    closed: date | None

    @classmethod
    def of(cls, reading: Reading) -> "About":
        """Of a case as it was read."""
        return cls(reading.case, reading.on, reading.region, reading.worker, reading.closed)

    def __str__(self) -> str:
        where = f", {self.region}" if self.region else ""
        whose = f", held by {self.worker}" if self.worker else ""
        closed = f", closed on {self.closed}" if self.closed else ""
        return f"{self.case} on {self.on}{where}{whose}{closed}"


def cases_of(number: int) -> str:
    """So many cases, in words."""
    return f"{number} case{'' if number == 1 else 's'}"


@define
class Caseload:
    """The cases asked about, on a day, as they were known by a moment.

    *case* is the one that was named, None for all; *worker* and *region* leave out those of others. *edition* is what
    they are judged by, where one was named, and those *elsewhere* are of another jurisdiction than it. Those *answered*
    are counted, and those that turned out *broken* kept.
    """

    cases: Cases
    case: str | None = None
    on: date | None = None
    as_at: AsAt = None
    worker: str | None = None
    region: str | None = None
    edition: Edition | None = None
    elsewhere: list[str] = field(factory=list, init=False)
    answered: int = field(default=0, init=False)
    broken: list[Broken] = field(factory=list, init=False)

    def each(self, ask: Callable[[Reading], T | None]) -> Iterator[T]:
        """What *ask* makes of each case that is meant, None left out; a bar shows how far it has come meanwhile."""
        among = self.cases.case_ids() if self.case is None else [self.case]
        progress = Progress.of(len(among) if self.case is None else 0)
        answers = across(self.cases, self._of_those_meant(ask), among=among, on=self.on, as_at=self.as_at)
        for done, answer in enumerate(answers, 1):
            progress.clear()
            if isinstance(answer, Broken):
                self._say(answer)
            elif answer is not None:
                self.answered += 1
                yield answer
            progress.at(done)
        progress.clear()

    def _of_those_meant(self, ask: Callable[[Reading], T | None]) -> Callable[[Reading], T | None]:
        def asked(reading: Reading) -> T | None:
            if not self._means(reading):
                return None
            if self.edition is not None and reading.jurisdiction != self.edition.jurisdiction:
                self.elsewhere.append(reading.case)
            return ask(reading)

        return asked

    def _means(self, reading: Reading) -> bool:
        return (self.region is None or reading.region == self.region) and (
            self.worker is None or self.worker in reading.workers
        )

    def _say(self, broken: Broken) -> None:
        self.broken.append(broken)
        click.echo(shown(f"ihs: case {broken.case} is left out: {broken.why}"), err=True)

    def end(self) -> None:
        """Tell of cases judged by a law that is none of theirs; leave with an exit code if any case was left out."""
        if self.edition is not None and self.elsewhere:
            first, *others = self.elsewhere
            those = f"{first} and {cases_of(len(others))} more that are" if others else f"{first}, which is"
            whose = f"{self.edition.id} is of {self.edition.jurisdiction}"
            click.echo(shown(f"ihs: {whose}, and judged here {those} not"), err=True)
        if self.broken:
            raise click.exceptions.Exit(WRONG)
