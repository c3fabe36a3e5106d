"""A sink takes the record in order and keeps the position it stands at together with what it wrote."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from attrs import frozen

from ihs_cases.cases import Cases
from ihs_domain.history import Entry


class NotThisRecord(Exception):
    """A sink was fed from another record than the one at hand: begin it again, or name another."""


class Recorded(NamedTuple):
    """One record as a sink sees it: which stream it is on, and the entry with its sealed parts unopened."""

    stream: str
    entry: Entry[Any]

    @property
    def case_id(self) -> str | None:
        """The case it belongs to, None on any other stream."""
        return self.stream.removeprefix("case/") if self.stream.startswith("case/") else None


@frozen
class Batch:
    """Some records in order, complete up to and including position *upto*, and the cases they are part of."""

    upto: int
    records: Sequence[Recorded]
    cases: Cases

    def touched(self) -> Iterator[str]:
        """The ids of the cases that these records belong to, each once, in order of first record."""
        yield from dict.fromkeys(r.case_id for r in self.records if r.case_id is not None)


class Sink(Protocol):
    """Whatever is fed from the record: views, publishers, files."""

    @property
    def name(self) -> str:
        """What `ihs projections status` calls it."""

    def position(self) -> int:
        """The position up to which it has taken everything in; 0 before the first."""

    def accept(self, batch: Batch) -> None:
        """Take *batch* in and stand at its `upto`, in one step: if this raises, nothing of the batch was taken in."""
