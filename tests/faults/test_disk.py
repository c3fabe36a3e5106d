"""A disk that fails: once or from then on, in the middle of a write, for want of room."""

import errno

import pytest
from broken import judged, spread

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
