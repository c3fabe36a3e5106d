"""The leaf takes in everything a record says, in a layout that never changes."""

import hashlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_record.leaf import LIVE, REHEARSAL, commitment, leaf
from ihs_record.row import (
    LONGEST_HEADER,
    MOST_BYTES_IN_A_PART,
    Draft,
    DraftRefused,
    Emptied,
    Part,
    PartsDamaged,
    Row,
    SealedPart,
    event_id,
    read_back,
    written,
)

ROW = Row(
    position=7,
    stream="case/k1",
    version=2,
    name="ThreatIdentified.v1",
    event=bytes(range(16)),
    day="2015-01-09",
    occurred="2015-01-09T15:00:00-07:00",
    recorded_at=1_420_841_000_123_456,
    actor="w-12",
    role="practitioner",
    command="c1",
    correlation=None,
    causation="",
    edition="utah-r512-100@2010-10-08",
    target=1,
    schema=1,
    asked=b"m" * 32,
    open=Part(b"o" * 16, b'{"kind":"T1"}'),
    sealed=(SealedPart("person/p1", b"s" * 16, b"ciphertext"),),
    checks=b"cc",
)
PREVIOUS = b"p" * 32

counts = st.integers(-(2**63), 2**63 - 1)
texts = st.text(max_size=8)
salts = st.binary(min_size=16, max_size=16)
parts = st.builds(Part, salts, st.binary(max_size=8))
sealed_parts = st.lists(st.builds(SealedPart, texts, salts, st.binary(max_size=8)), max_size=3).map(tuple)
COLUMNS = {
    **dict.fromkeys(("position", "version", "recorded_at", "target", "schema"), counts),
    **dict.fromkeys(("stream", "name", "day", "actor", "role", "command", "edition"), texts),
    **dict.fromkeys(("occurred", "correlation", "causation"), st.none() | texts),
    "event": st.binary(max_size=16),
    "asked": st.none() | st.binary(max_size=32),
    "checks": st.binary(max_size=4),
    "open": st.none() | parts,
    "sealed": sealed_parts,
}
rows = st.builds(Row, **COLUMNS)
MADE = [("person/p1", b"k" * 32)]


def test_the_layout_is_the_one_that_was_released():
    assert leaf(ROW, PREVIOUS, LIVE, MADE).hex() == "c48982c637da66d9ec2aa669f9b4de69888ba06ddf9ea72d53af3405e141c95b"
    assert (
        leaf(ROW, PREVIOUS, REHEARSAL, MADE).hex() == "cca233efbfd1446e9c5284805bed09924be812ff53b97d5374ea760465429ec2"
    )


def test_the_layout_can_be_written_again_from_its_description():
    def field(content):
        return struct.pack(">I", len(content)) + content

    def whole(number):
        return struct.pack(">q", number)

    absent = b"\xff\xff\xff\xff"

    by_hand = hashlib.sha256(
        b"\x00"
        + field(b"ihs-record/1")
        + field(whole(7))
        + field(b"case/k1")
        + field(whole(2))
        + field(b"ThreatIdentified.v1")
        + field(bytes(range(16)))
        + field(b"2015-01-09")
        + field(b"2015-01-09T15:00:00-07:00")
        + field(whole(1_420_841_000_123_456))
        + field(b"w-12")
        + field(b"practitioner")
        + field(b"c1")
        + absent
        + field(b"")
        + field(b"utah-r512-100@2010-10-08")
        + field(whole(1))
        + field(whole(1))
        + field(b"m" * 32)
        + field(PREVIOUS)
        + field(hashlib.sha256(b"o" * 16 + b'{"kind":"T1"}').digest())
        + field(field(b"person/p1") + field(b"k" * 32))
        + field(b"person/p1")
        + field(hashlib.sha256(b"s" * 16 + b"ciphertext").digest())
        + field(b"cc")
    ).digest()

    assert leaf(ROW, PREVIOUS, LIVE, MADE) == by_hand


@pytest.mark.parametrize("column", COLUMNS)
@settings(max_examples=20)
@given(data=st.data())
def test_a_change_in_any_one_column_changes_the_leaf(column, data):
    row = data.draw(rows)
    other = data.draw(COLUMNS[column].filter(lambda value: value != getattr(row, column)))

    changed = row._replace(**{column: other})

    assert leaf(changed, PREVIOUS, LIVE) != leaf(row, PREVIOUS, LIVE)


def test_every_column_but_the_leaf_itself_is_among_those_that_were_changed():
    assert set(COLUMNS) == set(Row._fields) - {"leaf"}


def test_the_leaf_hangs_on_the_streams_previous_leaf_the_kind_of_store_and_the_keys_that_were_made():
    leaves = {leaf(ROW, PREVIOUS, LIVE), leaf(ROW, b"", LIVE), leaf(ROW, PREVIOUS, REHEARSAL)}
    leaves.add(leaf(ROW, PREVIOUS, LIVE, MADE))

    assert len(leaves) == 4


def test_an_emptied_open_part_leaves_the_leaf_as_it_was():
    emptied = ROW._replace(open=Emptied(commitment(*ROW.open)))

    assert leaf(emptied, PREVIOUS, LIVE) == leaf(ROW, PREVIOUS, LIVE)


def test_a_row_names_the_keys_of_its_sealed_parts():
    assert ROW.keys == ("person/p1",)


@given(sealed_parts)
def test_sealed_parts_come_back_as_they_were_written(sealed):
    assert read_back(written(sealed)) == sealed


@given(sealed_parts.filter(bool), st.data())
def test_sealed_parts_cut_short_are_refused(sealed, data):
    whole = written(sealed)
    firsts = {len(written(sealed[:n])) for n in range(len(sealed) + 1)}
    cut = data.draw(st.integers(0, len(whole) - 1).filter(lambda at: at not in firsts))

    with pytest.raises(PartsDamaged):
        read_back(whole[:cut])


def test_a_sealed_part_with_a_short_salt_or_a_key_that_is_no_text_is_refused():
    for damaged in (SealedPart("k", b"short", b"c"), SealedPart("\xff", b"s" * 16, b"c")):
        data = written([damaged]).replace("\xff".encode(), b"\xff\xff")

        with pytest.raises(PartsDamaged):
            read_back(data)


def test_an_event_id_comes_from_the_command_and_the_number():
    expected = hashlib.sha256(b"c1\x001").digest()[:16]

    assert event_id("c1", 1) == expected
    assert event_id("c1", 2) != expected


def draft(**changed):
    asked = {
        "stream": "case/k1",
        "version": 1,
        "name": "A.v1",
        "day": "2015-01-09",
        "actor": "w",
        "role": "r",
    }
    return Draft(**{**asked, **changed})


@pytest.mark.parametrize("stream", ["case/k1", "person/P.1", "agency/a_b", "access/" + "x" * 64, "system"])
def test_a_draft_names_a_stream_of_the_record(stream):
    assert draft(stream=stream).stream == stream


@pytest.mark.parametrize(
    "field, value",
    [
        ("stream", "case/"),
        ("stream", "case/k1\n"),
        ("stream", "system/x"),
        ("stream", "family/k1"),
        ("stream", "case/" + "x" * 65),
        ("stream", "case/é"),
        ("version", 0),
        ("version", True),
        ("version", 2**63),
        ("name", ""),
        ("day", "20150109"),
        ("day", "2015-02-30"),
        ("day", None),
        ("occurred", "2015-01-09T15:00:00"),
        ("occurred", "yesterday"),
        ("actor", "w\x00"),
        ("actor", "\ud800"),
        ("actor", "w" * (LONGEST_HEADER + 1)),
        ("role", 7),
        ("correlation", ""),
        ("edition", None),
        ("target", -1),
        ("schema", 0),
        ("open", b"x" * (MOST_BYTES_IN_A_PART + 1)),
        ("open", "text"),
        ("sealed", (("", b"x"),)),
        ("sealed", (("k", b"x" * (MOST_BYTES_IN_A_PART + 1)),)),
        ("sealed", (("k", b"x"),) * 65),
    ],
)
def test_a_draft_against_a_rule_is_refused(field, value):
    with pytest.raises(DraftRefused):
        draft(**{field: value})


@pytest.mark.parametrize("field", ["stream", "name", "day", "occurred", "actor", "role", "edition"])
def test_a_refusal_repeats_nothing_of_what_was_asked(field):
    with pytest.raises(DraftRefused) as refused:
        draft(**{field: "Jane Roe\x00"})

    assert "Jane" not in str(refused.value)


def test_a_part_may_be_as_large_as_the_bound():
    assert len(draft(open=b"x" * MOST_BYTES_IN_A_PART).open) == MOST_BYTES_IN_A_PART
