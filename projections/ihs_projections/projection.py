"""What a projection is: a name, the shape of a row, and a pure function of one case's history."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from attrs import frozen

from ihs_domain.history import History

Rows = Callable[[str, History], Iterable[NamedTuple]]


@frozen
class Projection:
    """One question: *rows* answers it for one case, each row of the NamedTuple *row*, whose fields are the columns.

    A column is text, a whole number, true or false, a day, an instant, a tuple of texts, or None where nothing is known.
    Given the history of another day or instant, it answers for then.
    """

    name: str
    row: type[Any]
    rows: Rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.row._fields)
