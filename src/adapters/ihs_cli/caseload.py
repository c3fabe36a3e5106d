"""Which cases a command is about, and going through them one by one: a broken one is named, and stops no other."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, TypeVar

import click
from attrs import define, field, frozen

from ihs_cases.across import Broken, LeftOut, Only, Reading
from ihs_cases.moments import AsAt
from ihs_cases.reading import CaseReader
from ihs_cli.errors import WRONG
from ihs_cli.printable import counted, shown
from ihs_cli.progress import Progress
from ihs_domain.editions import Edition
from ihs_domain.looking import Seen

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
    return counted(number, "case")


@define
class Caseload:
    """The cases asked about, on a day, as they were known by a moment, of those that the *reader* may read.

    *case* is the one that was named, None for all; *worker* and *region* leave out those of others. *edition* is what
    they are judged by, where one was named, and those *elsewhere* are of another jurisdiction than it. Those *answered*
    are counted, as are those *not_open*, and those that turned out *broken* kept.
    """

    reader: CaseReader
    what: Seen
    case: str | None = None
    on: date | None = None
    as_at: AsAt = None
    worker: str | None = None
    region: str | None = None
    edition: Edition | None = None
    elsewhere: list[str] = field(factory=list, init=False)
    answered: int = field(default=0, init=False)
    not_open: int = field(default=0, init=False)
    broken: list[Broken] = field(factory=list, init=False)

    def each(self, ask: Callable[[Reading], T], jurisdiction: str | None = None) -> Iterator[T]:
        """What *ask* makes of each case, of a *jurisdiction* where one is named; a bar shows how far it is."""
        among = None if self.case is None else [self.case]
        progress = Progress.of(len(self.reader.door.cases.case_ids()) if among is None else 0)
        answers = self.reader.across(
            self._asked(ask),
            what=self.what,
            meant=Only(jurisdiction, self.region, self.worker),
            among=among,
            on=self.on,
            as_at=self.as_at,
        )
        for done, answer in enumerate(answers, 1):
            progress.clear()
            if isinstance(answer, Broken):
                self._say(answer)
            elif isinstance(answer, LeftOut):
                self.not_open += answer is LeftOut.NOT_OPEN
            else:
                self.answered += 1
                yield answer
            progress.at(done)
        progress.clear()

    def _asked(self, ask: Callable[[Reading], T]) -> Callable[[Reading], T]:
        def asked(reading: Reading) -> T:
            if self.edition is not None and reading.jurisdiction != self.edition.jurisdiction:
                self.elsewhere.append(reading.case)
            return ask(reading)

        return asked

    def _say(self, broken: Broken) -> None:
        self.broken.append(broken)
        which = "a case" if broken.case is None else f"case {broken.case}"
        _warn(f"{which} is left out: {broken.why}")

    def end(self) -> None:
        """Tell what was left out, and of cases judged by a law that is none of theirs; exit 1 if any was broken."""
        if self.edition is not None and self.elsewhere:
            first, *others = self.elsewhere
            those = f"{first} and {cases_of(len(others))} more that are" if others else f"{first}, which is"
            _warn(f"{self.edition.id} is of {self.edition.jurisdiction}, and judged here {those} not")
        for said in self._not_open():
            _warn(said)
        if self.broken:
            raise click.exceptions.Exit(WRONG)

    def _not_open(self) -> Iterator[str]:
        """Who keeps the store is told how many cases are sealed; others the same words, whatever there is."""
        door = self.reader.door
        if self.case is None and not door.is_keeper:
            yield f"of all cases, those are told of that {door.actor.id} may read"
        elif self.not_open:
            yield f"{cases_of(self.not_open)} that a court sealed left out: name a --purpose that the seal leaves open"


def _warn(said: str) -> None:
    click.echo(shown(f"ihs: {said}"), err=True)
