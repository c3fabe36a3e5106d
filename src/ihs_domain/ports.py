"""What is plugged into the core, and what the core is plugged into."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from attrs import frozen

from ihs_domain.history import History

Rows = Callable[[str, History], Iterable[NamedTuple]]


@frozen
class Projection:
    """One question: *rows* answers it for one case, each row of the NamedTuple *row*, whose fields are the columns.

    A column is text, a whole number, true or false, a day, an instant, a tuple of texts, or None.
    Given the history of another day or instant, it answers for then.
    """

    name: str
    row: type[Any]
    rows: Rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.row._fields)
