"""The verifier names the first record that is wrong."""

import pytest

from ihs_ledger.tree import Frontier, TreeHead
from ihs_ledger.verify import Wrong, verify
from ihs_record.leaf import LIVE, REHEARSAL, commitment, leaf
from ihs_record.row import Emptied, Part, Row, SealedPart, event_id

ALTERED = "its leaf is not that of its columns, its parts and its stream's previous leaf"


def row(position, stream, version):
    return Row(
        position=position,
        stream=stream,
        version=version,
        name="A.v1",
        event=event_id("c", position),
        day="2015-01-09",
        occurred=None,
        recorded_at=1_000 + position,
        actor="w",
        role="practitioner",
        command="c",
        correlation=None,
        causation=None,
        edition="",
        target=0,
        schema=1,
        open=Part(b"o" * 16, b"{}"),
        sealed=(SealedPart("person/p1", b"s" * 16, b"sealed"),),
        leaf=b"",
    )


def chained(rows, tag=LIVE):
    """Give rows their leaves, as whoever writes a record does (and whoever forges one can)."""
    last, done = {}, []
    for unchained in rows:
        last[unchained.stream] = leaf(unchained, last.get(unchained.stream, b""), tag)
        done.append(unchained._replace(leaf=last[unchained.stream]))
    return done


UNCHAINED = [
    row(1, "case/a", 1),
    row(2, "case/b", 1),
    row(3, "case/a", 2),
    row(4, "case/a", 3),
    row(5, "case/b", 2),
]
ROWS = chained(UNCHAINED)
HEAD = Frontier().grown(r.leaf for r in ROWS).head


def changed(position, **columns):
    return [r._replace(**columns) if r.position == position else r for r in ROWS]


def test_an_honest_record_holds_and_gives_its_root():
    verdict = verify(iter(ROWS), LIVE)

    assert verdict.holds
    assert verdict.tree == HEAD


def test_no_records_at_all_hold():
    assert verify([], LIVE).tree == TreeHead(0, Frontier().root)


@pytest.mark.parametrize(
    "column, value",
    [
        ("name", "B.v1"),
        ("event", b"x" * 16),
        ("day", "2015-01-10"),
        ("occurred", "2015-01-09T15:00:00-07:00"),
        ("actor", "v"),
        ("role", "supervisor"),
        ("command", "d"),
        ("correlation", ""),
        ("causation", "x"),
        ("edition", "e"),
        ("target", 1),
        ("schema", 2),
        ("open", None),
        ("open", Part(b"o" * 16, b"[]")),
        ("open", Part(b"O" * 16, b"{}")),
        ("open", Emptied(b"d" * 32)),
        ("sealed", ()),
        ("sealed", (SealedPart("person/p2", b"s" * 16, b"sealed"),)),
        ("sealed", (SealedPart("person/p1", b"s" * 16, b"Sealed"),)),
        ("leaf", b"l" * 32),
        ("recorded_at", 1_003 - 1),
    ],
)
def test_a_changed_column_is_found_at_its_record(column, value):
    assert verify(changed(3, **{column: value}), LIVE).wrong == Wrong(3, ALTERED)


def test_a_missing_record_is_found_where_it_should_stand():
    assert verify(ROWS[:2] + ROWS[3:], LIVE).wrong == Wrong(3, "position 4 stands here: a record is missing or added")


def test_a_record_shown_twice_is_found():
    assert verify([*ROWS[:2], ROWS[1]], LIVE).wrong.position == 3


def test_a_gap_in_a_stream_is_found_even_where_the_leaves_were_computed_anew():
    forged = chained([UNCHAINED[0], UNCHAINED[1], UNCHAINED[2]._replace(version=3)])

    assert verify(forged, LIVE).wrong == Wrong(3, "its stream stood at version 1 and goes on with 3")


def test_a_time_of_recording_that_goes_back_is_found_even_where_the_leaves_were_computed_anew():
    forged = chained([UNCHAINED[0], UNCHAINED[1]._replace(recorded_at=5)])

    assert verify(forged, LIVE).wrong == Wrong(2, "it was recorded before the record in front of it")


def test_two_records_of_the_same_time_hold():
    assert verify(chained([UNCHAINED[0], UNCHAINED[1]._replace(recorded_at=1_001)]), LIVE).holds


def test_a_rehearsal_never_passes_for_a_live_record():
    rehearsed = chained(UNCHAINED, REHEARSAL)

    assert verify(rehearsed, REHEARSAL).holds
    assert verify(rehearsed, LIVE).wrong == Wrong(1, ALTERED)


def test_an_emptied_part_holds_and_is_listed_for_its_order_to_be_looked_up():
    verdict = verify(changed(3, open=Emptied(commitment(*ROWS[2].open))), LIVE)

    assert verdict.holds
    assert verdict.tree == HEAD
    assert verdict.emptied == (3,)


@pytest.mark.parametrize("size", [0, 1, 3, 5])
def test_a_record_that_goes_on_from_a_checkpoint_holds(size):
    assert verify(ROWS, LIVE, Frontier().grown(r.leaf for r in ROWS[:size]).head).holds


def test_a_history_rebuilt_after_a_checkpoint_is_found_by_the_checkpoint_alone():
    rebuilt = chained([r._replace(actor="v") if r.position == 2 else r for r in UNCHAINED])
    checkpoint = Frontier().grown(r.leaf for r in ROWS[:4]).head

    assert verify(rebuilt, LIVE).holds
    assert verify(rebuilt, LIVE, checkpoint).wrong.position == 4


def test_a_history_cut_short_is_found_by_the_checkpoint_alone():
    assert verify(ROWS[:3], LIVE).holds
    assert verify(ROWS[:3], LIVE, HEAD).wrong == Wrong(4, "the checkpoint states 5 records: the rest is missing")
