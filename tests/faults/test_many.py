"""Many processes at once: they write to one store, and create one."""

from contextlib import closing

import pytest
from broken import judged

from ihs_store.store import open_store

pytestmark = pytest.mark.faults


@pytest.mark.fault("16 processes write")
def test_of_sixteen_processes_that_write_to_one_store_every_acknowledged_record_stands(breaker, runs, form):
    rounds, each = (1, 4) if form == "quick" else (20, 10)
    for _ in range(rounds):
        folder = breaker.run("create", "close").folder
        acts = ("open", *("append", "share") * each, "close")

        run = breaker.run(*acts, folder=folder, at_once=16, patience=15)

        assert len(run.acked) == len(run.of("acked")) == 16 * 2 * each
        with closing(open_store(f"{folder}/cases.db")) as store:
            assert [row.version for row in store.stream("case/k1")] == [*range(1, 16 * each + 1)]
        lost = judged(run)
        for process in range(16):
            runs.ran(lost if process == 0 else 0)

    assert runs.lost == 0


@pytest.mark.fault("16 processes write")
def test_processes_that_are_killed_among_many_that_write_hold_nobody_up(breaker, runs, form):
    rounds, each = (1, 4) if form == "quick" else (20, 10)
    for _ in range(rounds):
        folder = breaker.run("create", "close").folder

        run = breaker.run(
            "open", *("append", "share") * each, "close", folder=folder, at_once=16, killed=4, patience=15
        )

        assert len(run.acked) >= 12 * 2 * each
        lost = judged(run)
        for process in range(16):
            runs.ran(lost if process == 0 else 0)

    assert runs.lost == 0


@pytest.mark.fault("12 processes create one store")
def test_of_twelve_processes_that_create_one_store_one_does_and_all_can_open_it(breaker, runs, form):
    for _ in range(1 if form == "quick" else 20):
        run = breaker.run("create", "open", "share", "close", at_once=12, patience=15)

        assert (len(run.of("created")), run.of("no").count("StoreExists")) == (1, 11)
        assert (len(run.of("opened")), len(run.acked)) == (12, 12)
        lost = judged(run)
        for process in range(12):
            runs.ran(lost if process == 0 else 0)

    assert runs.lost == 0
