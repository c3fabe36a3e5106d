"""A sink takes the record in order and keeps the position it stands at together with what it wrote."""

from collections.abc import Iterator, Sequence
from itertools import chain
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
        return _case_of(self.stream)


class Unreadable(NamedTuple):
    """A record that cannot be read: where it stands, and on which stream."""

    position: int
    stream: str

    @property
    def case_id(self) -> str | None:
        """The case it belongs to, None on any other stream."""
        return _case_of(self.stream)


def _case_of(stream: str) -> str | None:
    return stream.removeprefix("case/") if stream.startswith("case/") else None


@frozen
class Batch:
    """Some records in order, complete up to and including position *upto*, and the cases they are part of.

    Records that cannot be read are not among *records* but named beside them: a sink parks their cases and goes on.
    """

    upto: int
    records: Sequence[Recorded]
    cases: Cases
    unreadable: Sequence[Unreadable] = ()

    def touched(self) -> Iterator[str]:
        """The ids of the cases that these records belong to, each once; those with unreadable ones come last."""
        ids = chain((r.case_id for r in self.records), (r.case_id for r in self.unreadable))
        yield from dict.fromkeys(id_ for id_ in ids if id_ is not None)


class Sink(Protocol):
    """Whatever is fed from the record: views, publishers, files."""

    @property
    def name(self) -> str:
        """What `ihs projections status` calls it."""

    def position(self) -> int:
        """The position up to which it has taken everything in; 0 before the first."""

    def accept(self, batch: Batch) -> None:
        """Take *batch* in and stand at its `upto`, in one step: if this raises, nothing of the batch was taken in."""
