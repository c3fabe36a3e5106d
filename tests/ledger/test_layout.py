"""The checks beside a leaf name one column that was changed, and no column where there were two."""

from itertools import combinations

import pytest
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_ledger.layout import CODED, NUMBERS, Stored, changed_column, checks, codes, keys_are_intact

numbers = st.integers(0, (1 << 62))
contents = st.none() | st.binary(max_size=40)
VALUES = {column: numbers if column in NUMBERS else contents for column in Stored._fields} | {
    "sealed": st.binary(max_size=40),
    "emptied": st.none(),
}
rows = st.builds(Stored, **VALUES)
ROW = Stored(**{column: 7 if column in NUMBERS else column.encode() for column in Stored._fields})


@pytest.mark.parametrize("column", CODED)
@settings(max_examples=some(15))
@given(row=rows, data=st.data())
def test_the_one_column_that_was_changed_is_named(column, row, data):
    other = data.draw(VALUES[column].filter(lambda value: value != getattr(row, column)))

    changed = row._replace(**{column: other})

    assert changed_column(codes(changed), checks(codes(row), None)) == column


@pytest.mark.parametrize("by", [(1, 1), (1, 2), (3, 1), (5, -2)])
def test_of_two_columns_that_were_changed_none_is_named(by):
    changed = [
        ROW._replace(**{column: _changed(getattr(ROW, column), more) for column, more in zip(pair, by, strict=True)})
        for pair in combinations(CODED, 2)
    ]

    assert {changed_column(codes(row), checks(codes(ROW), None)) for row in changed} == {None}


def _changed(value, by):
    return value + by if isinstance(value, int) else value + b"x" * abs(by)


@settings(max_examples=some(30))
@given(row=rows)
def test_what_was_not_changed_is_not_named(row):
    assert changed_column(codes(row), checks(codes(row), b"k")) == ""


def test_the_keys_made_with_a_record_have_a_check_of_their_own():
    assert keys_are_intact(checks(codes(ROW), b"k"), checks(codes(ROW), b"k"))
    assert not keys_are_intact(checks(codes(ROW), b"k"), checks(codes(ROW), b"l"))
