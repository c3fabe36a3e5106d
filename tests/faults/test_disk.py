"""A disk that fails: once or from then on, in the middle of a write, for want of room."""

import errno
import os
import stat

import pytest
from broken import judged, spread

from ihs_cases.cases import Cases
from ihs_store.errors import OutcomeUnknown

LIFE = ("create", "append", "append", "group", "close", "open", "append", "close")
KILLED = -9
pytestmark = pytest.mark.faults


@pytest.mark.parametrize(
    "kinds, how, error",
    [
        pytest.param("w", "h", 0, marks=pytest.mark.fault("torn write")),
        pytest.param("w", "p", 0, marks=pytest.mark.fault("short write")),
        pytest.param("cwtslu", "e", errno.EIO, marks=pytest.mark.fault("an operation fails once")),
        pytest.param("cwtslu", "E", errno.EIO, marks=pytest.mark.fault("every operation fails from then on")),
        pytest.param("cwt", "E", errno.ENOSPC, marks=pytest.mark.fault("no space")),
    ],
)
def test_whatever_a_disk_does_an_answer_is_true_and_nothing_acknowledged_is_lost(
    breaker, runs, form, kinds, how, error
):
    operations = breaker.run(*LIFE, kinds=kinds, at=0).seen

    for at in spread(range(1, operations + 1), 14 if form == "quick" else operations):
        runs.ran(judged(breaker.run(*LIFE, kinds=kinds, at=at, how=how, error=error), created=False))

    assert runs.lost == 0


@pytest.mark.fault("no descriptor left")
def test_a_store_whose_journal_cannot_be_opened_is_not_read_without_locks(breaker, runs):
    before = breaker.run("create", "append", "close")

    run = breaker.run("open", folder=before.folder, kinds="c", at=1, how="E", error=errno.EMFILE)
    runs.ran(judged(before, created=True))

    assert (run.of("opened"), run.of("no")) == ([], ["open", "StoreUnavailable"])


def test_an_answer_that_is_not_true_is_seen(breaker):
    """The harness itself: what was refused and stands is told, and so is what was acknowledged and is gone."""
    run = breaker.run("create", "append", "append", "close")
    pretended = [(word if word != "acked" else "no", *rest) for word, *rest in run.said]

    with pytest.raises(AssertionError, match="told that nothing was recorded"):
        judged(run.saying(*pretended), created=False)
    assert judged(run.saying(*run.said, ("asked", "7"), ("acked", "7")), created=False) == 1


def test_a_store_created_while_the_disk_fails_is_whole_or_not_there(breaker):
    """What fails while the store's journal is carried over at closing is not told by SQLite, so none is used."""
    operations = breaker.run("create", "close", kinds="cwtslu", at=0).seen

    lost = [
        judged(breaker.run("create", "close", kinds="cwtslu", at=at, how=how, error=errno.EIO), created=False)
        for at in range(1, operations + 1)
        for how in "eE"
    ]

    assert sum(lost) == 0


def test_a_store_whose_name_may_not_last_keeps_its_key_file(tmp_path, monkeypatch):
    """It stands, and somebody else may use it by now: only this key file opens it."""
    real = os.fsync

    def no_folders(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) and (tmp_path / "cases.db").exists():
            raise OSError(errno.EIO, "the disk failed")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", no_folders)
    with pytest.raises(OutcomeUnknown, match="open it to see"):
        Cases.create(f"{tmp_path}/cases.db")
    monkeypatch.undo()

    with Cases.open(f"{tmp_path}/cases.db") as cases:
        assert cases.store.head().position == 0
