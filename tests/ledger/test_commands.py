"""Which records are one command's, told from what stands in them: each begins one, goes on with one, or has none."""

import pytest

from ihs_ledger.changed import Found
from ihs_ledger.commands import Commands
from ihs_ledger.layout import Stored

A, B, NONE = b"a", b"b", b""


def taken(records):
    """Where the first of these records does not fit, given number, command, and whether it says what was asked."""
    commands = Commands()
    for position, (number, command, asked) in enumerate(records, start=1):
        row = Stored(*([b""] * 22))._replace(position=position, number=number, command=command)
        try:
            commands.take(row._replace(asked=b"m" * 16 if asked else None))
        except Found as found:
            return found.wrong[:3]
    return None


@pytest.mark.parametrize(
    "records",
    [
        [],
        [(1, A, True), (2, A, False), (3, A, False), (1, B, True)],
        [(0, NONE, False), (0, NONE, False), (1, A, True), (0, NONE, False), (1, B, True)],
    ],
)
def test_records_of_one_command_stand_together_and_are_numbered(records):
    assert taken(records) is None


@pytest.mark.parametrize(
    "records, wrong",
    [
        ([(1, A, False)], (1, "records", "asked")),
        ([(1, A, True), (1, A, True)], (2, "records", "number")),
        ([(1, A, True), (1, A, False)], (2, "records", "number")),
        ([(1, A, True), (3, A, False)], (2, "records", "number")),
        ([(1, A, True), (2, A, True)], (2, "records", "number")),
        ([(1, A, True), (2, B, False)], (2, "records", "number")),
        ([(2, A, False)], (1, "records", "number")),
        ([(0, A, False)], (1, "records", "number")),
        ([(0, NONE, True)], (1, "records", "number")),
        ([(1, NONE, True)], (1, "records", "number")),
        ([(0, NONE, False), (1, NONE, False)], (2, "records", "number")),
        ([(1, A, True), (0, NONE, False), (2, A, False)], (3, "records", "number")),
    ],
)
def test_a_record_that_is_no_commands_or_not_the_next_of_its_command_is_found(records, wrong):
    assert taken(records) == wrong
