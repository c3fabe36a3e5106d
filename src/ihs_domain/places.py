"""Where an edition carries out a clause: the rows of its tables that rest on it."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from ihs_domain.editions import DutyRow, Edition, GateTable
from ihs_domain.rules import Bears, Rule


class Table(StrEnum):
    """A table of an edition."""

    GATES = "gates"
    FINDS = "finds"
    DUTIES = "duties"
    AFTER_CLOSING = "after_closing"
    RECORDS = "records"


@frozen
class Place:
    """One row of an edition: its table, the event it stands at (a duty at none), and the gate or duty it asks."""

    table: Table
    event: type[Any] | None = None
    asks: Callable[..., Any] | None = None


def places(edition: Edition, cite: str) -> Iterator[Place]:
    """The rows of *edition* that rest on the clause *cite*, in the order of its tables."""

    def rests(rules: tuple[Rule, ...]) -> bool:
        return any(rule.cite == cite for rule in rules)

    gates: tuple[tuple[Table, GateTable], ...] = ((Table.GATES, edition.gates), (Table.FINDS, edition.finds))
    for table, by_event in gates:
        for cls, rows in by_event.items():
            yield from (Place(table, cls, gate) for gate, *rules in rows if rests(tuple(rules)))
    duties: tuple[tuple[Table, tuple[DutyRow, ...]], ...] = (
        (Table.DUTIES, edition.duties),
        (Table.AFTER_CLOSING, edition.after_closing),
    )
    for table, owed in duties:
        yield from (Place(table, None, duty) for duty, *rules in owed if rests(tuple(rules)))
    yield from (Place(Table.RECORDS, cls) for cls, rules in edition.records.items() if rests(rules))


_FALLS_DUE: Final = frozenset({Table.DUTIES, Table.AFTER_CLOSING})
_ON_RECORD: Final = frozenset({Table.GATES, Table.RECORDS}) | _FALLS_DUE

CARRIES: Final = {
    Bears.GATE: frozenset({Table.GATES}),
    Bears.FINDING: frozenset({Table.GATES, Table.FINDS}),
    Bears.DUTY: _FALLS_DUE,
    Bears.NOTICE: _FALLS_DUE,
    Bears.RECORD: _ON_RECORD,
    Bears.MAY: _ON_RECORD,
}
"""The tables that can carry out a clause, by how it bears on the record."""
