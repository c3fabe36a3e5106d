"""The leaf takes in everything a record says, in a layout that never changes."""

import hashlib
import struct
import zlib

import pytest
from chaining import chained
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_record.leaf import LIVE, REHEARSAL, leaf
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
    narrative_key,
    place_of,
    read_back,
    written,
)

ROW = Row(
    position=7,
    stream="case/k1",
    version=2,
    name="ThreatIdentified.v1",
    number=1,
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
    sealed=(SealedPart("narrative/case/k1/2/words", b"ciphertext"),),
    checks=b"cc",
)
PREVIOUS = b"p" * 32

counts = st.integers(-(2**63), 2**63 - 1)
texts = st.text(max_size=8)
parts = st.builds(Part, st.binary(min_size=16, max_size=16), st.binary(max_size=8))
keys = texts.filter(lambda key: key[:1] != "/") | st.just("narrative/case/k1/2/words")
sealed_parts = st.lists(st.builds(SealedPart, keys, st.binary(max_size=8)), max_size=3).map(tuple)
COLUMNS = {
    **dict.fromkeys(("position", "version", "number", "recorded_at", "target", "schema"), counts),
    **dict.fromkeys(("stream", "name", "day", "actor", "role", "command", "edition"), texts),
    **dict.fromkeys(("occurred", "correlation", "causation"), st.none() | texts),
    "asked": st.none() | st.binary(max_size=32),
    "checks": st.binary(max_size=4),
    "open": st.none() | parts,
    "sealed": sealed_parts,
}
rows = st.builds(Row, **COLUMNS)
MADE = [("narrative/case/k1/2/words", b"k" * 32)]


def test_the_layout_is_the_one_that_was_released():
    assert leaf(ROW, PREVIOUS, LIVE, MADE).hex() == "d22bacdb3f462b79357a8d693c9d0816bd3e11059a20dc1018de88cbc62bc706"
    assert (
        leaf(ROW, PREVIOUS, REHEARSAL, MADE).hex() == "c07ac6ced23c1e5eb0b1d32fce557a02c447770e14757bc4da749d889c68bcda"
    )


def test_the_layout_can_be_written_again_from_its_description():
    def field(content):
        return struct.pack(">I", len(content)) + content

    contents = [
        b"ihs-record/1",
        b"case/k1",
        b"ThreatIdentified.v1",
        b"2015-01-09",
        b"2015-01-09T15:00:00-07:00",
        b"w-12",
        b"practitioner",
        b"c1",
        None,
        b"",
        b"utah-r512-100@2010-10-08",
        b"m" * 32,
        hashlib.sha256(b"o" * 16 + b'{"kind":"T1"}').digest(),
        hashlib.sha256(field(b"/words") + field(b"ciphertext")).digest(),
        field(b"/words") + field(b"k" * 32),
        PREVIOUS,
        b"cc",
    ]

    by_hand = hashlib.sha256(
        b"\x00"
        + struct.pack(">6q", 7, 2, 1, 1_420_841_000_123_456, 1, 1)
        + struct.pack(">17i", *(-1 if content is None else len(content) for content in contents))
        + b"".join(content or b"" for content in contents)
    ).digest()

    assert leaf(ROW, PREVIOUS, LIVE, MADE) == by_hand


def test_the_checks_can_be_written_again_from_their_description():
    prime = 4_294_967_291
    numbers = [7, 2, 1, 1_420_841_000_123_456 % prime, 1, 1]
    texts = ["case/k1", "ThreatIdentified.v1", "2015-01-09", "2015-01-09T15:00:00-07:00", "w-12", "practitioner", "c1"]
    header = [*map(zlib.crc32, map(str.encode, texts)), 1, zlib.crc32(b""), zlib.crc32(b"utah-r512-100@2010-10-08")]
    opened = hashlib.sha256(b"o" * 16 + b'{"kind":"T1"}').digest()
    sealed = hashlib.sha256(b"\0\0\0\6/words" + b"\0\0\0\x0aciphertext").digest()
    codes = [*numbers, *header, *map(zlib.crc32, (b"m" * 32, opened, sealed))]

    keys = zlib.crc32(b"\0\0\0\6/words" + b"\0\0\0\x20" + b"k" * 32)
    both = sum(codes) % 2**32, zlib.crc32(struct.pack(">19I", *codes))

    assert chained(ROW, PREVIOUS, LIVE, MADE).checks == struct.pack(">3I", *both, keys)
    assert chained(ROW, PREVIOUS, LIVE).checks == struct.pack(">3I", *both, 1)


@pytest.mark.parametrize("column", COLUMNS)
@settings(max_examples=some(20))
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
    emptied = ROW._replace(open=Emptied(hashlib.sha256(ROW.open.salt + ROW.open.content).digest()))

    assert leaf(emptied, PREVIOUS, LIVE) == leaf(ROW, PREVIOUS, LIVE)


def test_a_row_names_the_keys_of_its_sealed_parts():
    assert ROW.keys == ("narrative/case/k1/2/words",)


@given(sealed_parts)
def test_sealed_parts_come_back_as_they_were_written(sealed):
    assert read_back(written(sealed, "case/k1", 2), "case/k1", 2) == sealed


@given(sealed_parts.filter(bool), st.data())
def test_sealed_parts_cut_short_are_refused(sealed, data):
    whole = written(sealed, "case/k1", 2)
    firsts = {len(written(sealed[:n], "case/k1", 2)) for n in range(len(sealed) + 1)}
    cut = data.draw(st.integers(0, len(whole) - 1).filter(lambda at: at not in firsts))

    with pytest.raises(PartsDamaged):
        read_back(whole[:cut], "case/k1", 2)


def test_a_sealed_part_under_a_key_that_is_no_text_is_refused():
    data = written([SealedPart("\xff", b"c")], "case/k1", 2).replace("\xff".encode(), b"\xff\xff")

    with pytest.raises(PartsDamaged):
        read_back(data, "case/k1", 2)


def test_a_narratives_key_is_kept_without_its_place():
    data = written([SealedPart("narrative/case/k1/2/words", b"c"), SealedPart("person/p1", b"d")], "case/k1", 2)

    assert data == b"\0\0\0\6/words\0\0\0\1c" + b"\0\0\0\x09person/p1\0\0\0\1d"


@pytest.mark.parametrize("stream", ["case/k.1-_", "person/p", "agency/g", "access/w", "system"])
def test_a_narratives_key_leads_back_to_its_place(stream):
    assert place_of(narrative_key(stream, 12, "instead.words")) == (stream, 12, "/instead.words")


@pytest.mark.parametrize("key", ["person/case/a/2/words", "narrative/n", "narrative/case/a/0/x", "narrative/x/a/2/x"])
def test_another_key_has_no_place(key):
    assert place_of(key) is None


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
        ("sealed", (("/words", b"x"),)),
        ("sealed", (("narrative/case/k1/2/words", b"x"),)),
        ("sealed", (("narrative/words", b"x"),)),
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
