"""`ihs record`: put a file of entries on record, line by line."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, Final

import click
from attrs import define, field

from ihs_cases import Cases, Receipt
from ihs_cases.errors import CasesError, Conflict, OutcomeUnknown
from ihs_cli.came_of import CameOf
from ihs_cli.errors import WRONG, Failure
from ihs_cli.lines import BadLine, Written, numbered, written
from ihs_cli.opening import opened
from ihs_cli.options import asks_a_store, formats
from ihs_cli.output import Output, objection_lines
from ihs_cli.printable import shown
from ihs_cli.progress import Progress
from ihs_domain.gates import Objection, Refused
from ihs_domain.instruments import InstrumentError
from ihs_projections.wording import says
from ihs_record.errors import RecordError
from ihs_record.row import DraftRefused
from ihs_store.errors import AppendRefused, ClockWentBack, KeyErased, StoreError

RECORDED: Final = "recorded"
NOTHING_NEW: Final = "nothing new"
REFUSED: Final = "refused"
BAD: Final = "wrong"

NOT_THIS_LINE: Final = (CasesError, RecordError, AppendRefused, DraftRefused, KeyErased, InstrumentError)
"""What speaks against one line and says nothing of the next; every other error of the store ends the run."""


@click.command(short_help="Put a file of entries on record.")
@asks_a_store
@click.argument("file", metavar="FILE.jsonl|-", type=click.File("rb"))
@formats("text", "json")
def record(store: str, key_file: Path | None, file: BinaryIO, format_: str) -> None:
    """Put the entries of a file on record, one JSON object a line (- reads from a pipe).

    Each line is recorded, nothing new, refused (and why), or wrong. Running the same file again records nothing twice.

    Example: ihs record cases.db monday.jsonl

    A line: {"id": "c1", "case": "k1", "record": "WorkerAssigned", "actor": "s-3", "role": "supervisor",
    "occurred": "2015-01-08T12:00:00-07:00", "with": {"worker": "w-12"}}
    """
    with opened(store, key_file) as cases:
        run = Run(cases, Output("rehearsal" if cases.rehearsal else "live", format_), _name(file))
        run.over(file)
    raise click.exceptions.Exit(WRONG if run.counts[REFUSED] or run.counts[BAD] else 0)


def _name(file: BinaryIO) -> str:
    """The file's name as it was typed."""
    name = str(getattr(file, "name", "-"))
    return "-" if name == "<stdin>" else name


@define
class Interrupt:
    """Ctrl-C ends a run between two lines, never inside one; typed twice, it ends at once."""

    busy: bool = False
    asked: bool = False

    def __call__(self, _: int, __: FrameType | None) -> None:
        if self.asked or not self.busy:
            raise KeyboardInterrupt
        self.asked = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold Ctrl-C back until the block is done."""
        self.busy = True
        try:
            yield
        finally:
            self.busy = False
        if self.asked:
            raise KeyboardInterrupt

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C over for the block."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


@define
class Run:
    """One file on its way onto the record, and what came of its lines."""

    cases: Cases
    out: Output
    name: str
    counts: Counter[str] = field(factory=Counter)
    at: int = 0
    progress: Progress = field(factory=Progress)

    def over(self, file: BinaryIO) -> None:
        """Take every line of *file*, and say at the end, however it comes, what was recorded."""
        self.progress = Progress.over(file)
        interrupt = Interrupt()
        if self.out.format == "text":
            self.out.text(())
        with interrupt.listening(), self._told_at_the_end():
            for number, line in self._lines(file):
                self.at = number
                with interrupt.held():
                    self.take(line)
                if self.progress.size:
                    self.progress.at(file.tell())

    def _lines(self, file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
        try:
            yield from numbered(file)
        except OSError as error:
            raise Failure(f"{self.name} cannot be read on: {error.strerror}") from error

    @contextmanager
    def _told_at_the_end(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except BaseException:
            self.progress.clear()
            click.echo(shown(f"stopped after {self.place}: {self.summary}; run it again for the rest"), err=True)
            raise
        self.progress.clear()
        if self.out.format == "text":
            click.echo(self.summary)

    @property
    def place(self) -> str:
        """The file, and the line reached."""
        return f"{self.name}:{self.at}"

    @property
    def summary(self) -> str:
        """How many lines came to what."""
        return ", ".join(f"{self.counts[result]} {result}" for result in (RECORDED, NOTHING_NEW, REFUSED, BAD))

    def take(self, line: bytes | None) -> None:
        """Put one line on record, and say what came of it. Raises Failure where no other line can be tried."""
        try:
            said = written(line)
            self._fits_the_store(said)
        except BadLine as error:
            self._say_bad(str(error))
            return
        try:
            receipt = self._recorded(said)
        except Refused as refused:
            self._say_refused(said, refused.objections)
        except NOT_THIS_LINE as error:
            self._say_refused(said, (), _why(error, said))
        except OutcomeUnknown as error:
            raise Failure(f"{self.place} it is not known whether {said.id} was recorded: run the file again") from error
        except StoreError as error:
            raise Failure(f"{self.place} {error}") from error
        else:
            self._say_recorded(said, receipt)

    def _fits_the_store(self, said: Written) -> None:
        if self.cases.rehearsal and said.recorded_at is None:
            raise BadLine("recorded_at: this key is missing: a rehearsal store is told the time of recording")
        if not self.cases.rehearsal and said.recorded_at is not None:
            raise BadLine("recorded_at: leave it out: a live store stamps the time of recording itself")

    def _recorded(self, said: Written) -> Receipt:
        return self.cases.record(
            said.event,
            actor=said.actor,
            occurred=said.occurred,
            command_id=said.id,
            case_id=said.case,
            agency_id=said.agency,
            person_id=said.person,
            expected_version=said.expected_version,
            correlation=said.correlation,
            recorded_at=said.recorded_at,
        )

    def _say_recorded(self, said: Written, receipt: Receipt) -> None:
        result = NOTHING_NEW if receipt.again else RECORDED
        where = f"{said.id} {_whose(said)}@{receipt.version} {said.word}"
        came = CameOf.recording(self.cases, said.case, said.event, said.occurred, receipt)
        found = [*came.lines]
        about: dict[str, Any] = {
            "version": receipt.version,
            "position": receipt.position,
            "recorded_at": receipt.recorded_at,
        }
        if receipt.computed is not None:
            about["computed"] = receipt.computed
            found.insert(0, f"    computed: {type(receipt.computed).__name__}: {says(receipt.computed)}")
        self._say(result, where, found, **_named(said), **about, edition=receipt.edition, **came.told)

    def _say_refused(self, said: Written, objections: tuple[Objection, ...], why: str = "") -> None:
        where = f"{said.id} {_whose(said)} {said.word}" + (f": {why}" if why else "")
        lines = [line for objection in objections for line in objection_lines(objection)]
        self._say(REFUSED, where, lines, **_named(said), objections=objections, why=why)

    def _say_bad(self, why: str) -> None:
        self._say(BAD, why, [], why=why)

    def _say(self, result: str, where: str, more: list[str], **answer: Any) -> None:
        self.counts[result] += 1
        self.progress.clear()
        if self.out.format == "json":
            self.out.json(file=self.name, line=self.at, result=result, **answer)
            return
        for line in (f"{self.place} {result}{':' if result == BAD else ''} {where}", *more):
            click.echo(shown(line), err=result == BAD)


def _named(said: Written) -> dict[str, Any]:
    return {"id": said.id, **said.on, "record": said.word}


def _whose(said: Written) -> str:
    """The id of whose stream a line goes on."""
    return "".join(said.on.values())


def _why(error: Exception, said: Written) -> str:
    if isinstance(error, ClockWentBack):
        return "recorded_at lies before that of the last record: put the lines in order of recording"
    if isinstance(error, Conflict):
        kind = next(iter(said.on))
        return f"the {kind} stands at version {error.current} and not as expected: read it again, then decide again"
    return str(error)
