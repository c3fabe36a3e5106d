"""Checkpoints leave the store while it grows, and none of a record that departs from the last."""

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from ihs_cases import Cases
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.roles import Actor, Role
from ihs_follow.checkpoints import CheckpointPublisher, DepartsFromKept, Folder, overdue, waiting
from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.note import NoteRefused

WORKER = Actor("w-1", Role.PRACTITIONER)
NOON = datetime(2015, 1, 9, 19, 0, tzinfo=UTC)


@pytest.fixture
def cases(tmp_path):
    with Cases.create(str(tmp_path / "cases.db"), rehearsal=True) as opened:
        yield opened


@pytest.fixture
def kept(tmp_path):
    return Folder(tmp_path / "outside" / "kept")


def grow(cases, case_id, at=NOON):
    cases.record(
        CaseOpened(Authority.VOLUNTARY, "north", jurisdiction="us-ut"),
        case_id=case_id,
        actor=WORKER,
        occurred=date(2015, 1, 7),
        command_id=case_id,
        recorded_at=at,
    )


def sizes(kept, cases):
    return [Checkpoint.opened(file.read_text(), cases.signer.key).head.size for file in kept.all()]


def test_a_checkpoint_leaves_when_the_record_has_grown_and_only_then(cases, kept):
    publisher = CheckpointPublisher(cases, kept)

    nothing_yet = publisher.publish()
    grow(cases, "k1")
    first = publisher.publish()
    again = publisher.publish()
    grow(cases, "k2")
    second = publisher.publish()

    assert (nothing_yet, again) == (None, None)
    assert (first.head.size, second.head.size) == (2, 3)
    assert second.head == (cases.store.head().position, cases.store.head().root)
    assert sizes(kept, cases) == [2, 3]


def test_another_publisher_goes_on_where_the_last_one_ended(cases, kept):
    grow(cases, "k1")
    CheckpointPublisher(cases, kept).publish()

    same = CheckpointPublisher(cases, kept).publish()
    grow(cases, "k2")
    CheckpointPublisher(cases, kept).publish()

    assert same is None
    assert sizes(kept, cases) == [2, 3]


@pytest.mark.fault("rows deleted, swapped or cut off")
def test_a_store_brought_back_from_a_copy_gets_no_checkpoint(tmp_path, cases, kept):
    grow(cases, "k1")
    cases.close()
    shutil.copy(tmp_path / "cases.db", tmp_path / "older.db")
    with Cases.open(str(tmp_path / "cases.db")) as going_on:
        grow(going_on, "k2")
        CheckpointPublisher(going_on, kept).publish()

    with Cases.open(str(tmp_path / "older.db"), key_file=tmp_path / "cases.db.key") as older:
        with pytest.raises(DepartsFromKept):
            CheckpointPublisher(older, kept).publish()
        with pytest.raises(DepartsFromKept):
            waiting(older.store, kept)
        grow(older, "k3")
        with pytest.raises(DepartsFromKept):
            CheckpointPublisher(older, kept).run(threading.Event())

        assert sizes(kept, older) == [3]


def test_a_folder_overwrites_no_checkpoint(cases, kept):
    grow(cases, "k1")
    said = cases.checkpoint()
    kept.keep(said)

    kept.keep(said)
    with pytest.raises(DepartsFromKept):
        kept.keep(cases.signer.sign("another\n2\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"))

    assert [file.read_text() for file in kept.all()] == [said]
    assert [file.name for file in kept.path.iterdir()] == ["0000000000000000002.checkpoint"]


def test_a_record_that_was_rewritten_under_a_publisher_gets_no_checkpoint(tmp_path, cases, kept):
    publisher = CheckpointPublisher(cases, kept)
    grow(cases, "k1")
    publisher.publish()
    grow(cases, "k2")
    with closing(sqlite3.connect(tmp_path / "cases.db", isolation_level=None)) as database:
        database.execute("DROP TRIGGER records_stand")
        database.execute("UPDATE records SET leaf = zeroblob(32) WHERE position = 3")

    with pytest.raises(DepartsFromKept):
        publisher.publish()

    assert sizes(kept, cases) == [2]


class Broken:
    """A place outside that fails the first time."""

    name = "a place outside"

    def __init__(self, kept, stop):
        self.kept, self.stop, self.failed = kept, stop, 0

    def last(self):
        return self.kept.last()

    def keep(self, checkpoint):
        if not self.failed:
            self.failed += 1
            raise OSError("no room for what was said")
        self.kept.keep(checkpoint)
        self.stop.set()


def test_a_place_that_fails_is_tried_again_and_its_words_are_not_logged(cases, kept, caplog):
    stop = threading.Event()
    place = Broken(kept, stop)
    grow(cases, "k1")

    CheckpointPublisher(cases, place).run(stop, every=0.001)

    assert sizes(kept, cases) == [2]
    assert caplog.messages == ["no checkpoint could be kept in a place outside (OSError): tried again"]


def test_records_without_a_checkpoint_are_overdue_after_five_minutes(tmp_path, kept):
    with Cases.create(str(tmp_path / "live.db")) as live:
        grow(live, "k1", None)
        first = datetime.fromtimestamp(live.store.read(0, limit=1)[0].recorded_at / 1e6, UTC)
        soon, late = first + timedelta(minutes=4, seconds=59), first + timedelta(minutes=5)

        assert waiting(live.store, kept, soon) == timedelta(minutes=4, seconds=59)
        assert [overdue(live.store, kept, now) for now in (soon, late)] == [False, True]


def test_a_rehearsal_is_measured_to_its_last_record_and_never_overdue(cases, kept):
    grow(cases, "k1", NOON)
    grow(cases, "k2", NOON + timedelta(days=9))

    assert (waiting(cases.store, kept), overdue(cases.store, kept)) == (timedelta(days=9), False)


def test_a_record_that_does_not_grow_is_never_overdue(cases, kept):
    assert not overdue(cases.store, kept)

    grow(cases, "k1")
    CheckpointPublisher(cases, kept).publish()

    assert not overdue(cases.store, kept)


def test_what_stands_among_checkpoints_and_is_no_text_is_named(cases, kept):
    grow(cases, "k1")
    kept.path.mkdir(parents=True)
    (kept.path / "0000000000000000001.checkpoint").write_bytes(b"\xff\xfe")

    with pytest.raises(NoteRefused, match=r"0000000000000000001\.checkpoint is no checkpoint"):
        kept.last()
