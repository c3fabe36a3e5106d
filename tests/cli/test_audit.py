"""`ihs audit verify`: a store that holds, and one that somebody changed."""

import json
import sqlite3
from contextlib import closing

import pytest


def changed(store, *statements):
    with closing(sqlite3.connect(store, isolation_level=None)) as database:
        for trigger in ("records_stay", "records_stand"):
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            database.execute(statement)


def test_a_store_that_nobody_changed_holds(ihs, alder):
    answer = ihs("audit", "verify", alder)

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[1].startswith("holds: 55 records, root ")


@pytest.mark.parametrize(
    "statement, why",
    [
        ("UPDATE records SET actor = 'w-99' WHERE position = 9", "position 9: its leaf is not"),
        ("UPDATE records SET day = '2015-01-31' WHERE position = 30", "position 30: its leaf is not"),
        ("DELETE FROM records WHERE position = 20", "position 21 stands here: a record is missing or added"),
        ("DELETE FROM records WHERE position > 50", "the ledger counts 55 records, there are 50"),
    ],
)
def test_a_store_that_somebody_changed_names_the_first_wrong_record(ihs, alder, statement, why):
    changed(alder, statement)

    text = ihs("audit", "verify", alder)
    answer = json.loads(ihs("audit", "verify", alder, "--format", "json").out)

    assert text.code == 1
    assert why in text.out
    assert answer["holds"] is False


def test_a_record_slipped_in_before_the_first_is_found_and_not_read(ihs, alder):
    columns = "stream, 99, 'ThreatManaged.v1', event, day, occurred, 0, actor, role, 'x', correlation, causation"
    rest = "edition, target, schema, randomblob(32), salt, emptied, open, sealed"
    slipped = f"INSERT INTO records SELECT 0, {columns}, {rest} FROM records WHERE position = 30"
    with closing(sqlite3.connect(alder, isolation_level=None)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute(slipped)

    audited = ihs("audit", "verify", alder)
    history = ihs("case", "history", alder, "alder")

    assert audited.code == 1
    assert "position 0 stands here" in audited.out
    assert "@99" not in history.out
