"""The power fails: the disk in every state that what was not synced allows."""

import pytest
from broken import Run, judged, spread
from power import Disk, Op, ops, states

LIFE = ("create", "append", "append", "group", "close", "open", "append", "append", "close")
KILLED = -9
pytestmark = pytest.mark.faults


def after_power_loss(breaker, most, bound, **how):
    """The runs as which a store's life may end when the power fails, each in a folder of its own."""
    log = breaker.new_folder() / "log"
    breaker.run(*LIFE, kinds="cwtslu", at=0, log=str(log), **how)
    for state in spread(states([*ops(log)], bound), most):
        folder = breaker.new_folder()
        state.disk.lay_out(folder)
        yield Run(folder, KILLED, state.said)


@pytest.mark.fault("power loss")
def test_no_state_of_the_disk_after_a_power_loss_lacks_what_was_acknowledged(breaker, runs, form):
    most, bound = (120, 2) if form == "quick" else (10_000, 4)

    for run in after_power_loss(breaker, most, bound):
        runs.ran(judged(run, created=False))

    assert runs.lost == 0


def test_what_a_store_that_syncs_less_would_lose_is_seen(breaker):
    lost = sum(judged(run, created=False) for run in after_power_loss(breaker, 60, 2, sync="NORMAL"))

    assert lost > 0


def test_what_was_not_synced_is_there_or_not_in_any_order():
    done = [Op("c", 1, 0, b"", "a"), Op("s", 9, 1, b"", ""), Op("w", 1, 0, b"x", ""), Op("w", 1, 1, b"y", "")]

    found = {state.disk.files.get(1, b"") for state in states(done, bound=3) if state.disk.names}

    assert found == {b"", b"x", b"\0y", b"xy"}


def test_a_file_whose_name_was_not_synced_may_be_gone_whole():
    done = [Op("c", 1, 0, b"", "a"), Op("w", 1, 0, b"x", ""), Op("s", 1, 0, b"", "")]

    found = {tuple(state.disk.names) for state in states(done, bound=3)}

    assert found == {(), ("a",)}


def test_a_torn_write_ends_with_a_sector():
    assert len(Op("w", 1, 0, b"x" * 4096, "").torn().bytes) == 2048
    assert Disk().after([Op("w", 1, 2, b"x", "")]).files == {1: b"\0\0x"}
