"""kill -9 anywhere: at a step of the code, before and after whatever is done to a file."""

import secrets

import pytest
from broken import judged, judged_copies, spread

LIFE = ("create", "append", "append", "group", "close", "open", "append", "close")
KILLED = -9
pytestmark = pytest.mark.faults


@pytest.mark.fault("killed at a step")
def test_a_process_killed_at_any_step_of_the_stores_code_loses_nothing_it_acknowledged(breaker, runs, form):
    """What is a step is found by running the code, so that a new one cannot be forgotten."""
    kind = "line" if form == "full" else "call"
    steps = breaker.run(*LIFE, step=kind, at=0).steps
    first = [steps.index(step) + 1 for step in dict.fromkeys(steps)]

    for at in first if form == "quick" else range(1, len(steps) + 1):
        run = breaker.run(*LIFE, step=kind, at=at)
        assert run.ended == KILLED
        runs.ran(judged(run, created=False))

    assert runs.lost == 0


@pytest.mark.parametrize(
    "how",
    [
        pytest.param("k", marks=pytest.mark.fault("killed before a file operation")),
        pytest.param("a", marks=pytest.mark.fault("killed after a file operation")),
    ],
)
def test_a_process_killed_at_any_file_operation_loses_nothing_it_acknowledged(breaker, runs, form, how):
    operations = breaker.run(*LIFE, kinds="cwtslu", at=0).seen

    for at in spread(range(1, operations + 1), 14 if form == "quick" else operations):
        run = breaker.run(*LIFE, kinds="cwtslu", at=at, how=how)
        assert run.ended == KILLED
        runs.ran(judged(run, created=False))

    assert runs.lost == 0


@pytest.mark.fault("killed at a step on a server")
def test_a_process_killed_at_any_step_loses_nothing_it_acknowledged_on_a_server(breaker, postgres, runs, form):
    def url():
        return postgres.url(f"t{secrets.token_hex(8)}")

    steps = breaker.run(*LIFE, url=url(), step="line" if form == "full" else "call", at=0).steps
    first = [steps.index(step) + 1 for step in dict.fromkeys(steps)]

    for at in first if form == "full" else spread(first, 20):
        address = url()
        run = breaker.run(*LIFE, url=address, step="line" if form == "full" else "call", at=at)
        assert run.ended == KILLED
        runs.ran(judged(run, created=False, url=address))

    assert runs.lost == 0


@pytest.mark.fault("killed while it backs up or restores")
def test_a_process_killed_while_it_backs_up_or_restores_leaves_the_store_and_whole_copies(breaker, runs, form):
    acts = ("open", "backup", "restore", "close")
    stores = ("create", "append", "group", "append", "close")
    whole = breaker.run(*stores)
    operations = breaker.run(*acts, folder=whole.folder, kinds="cwtslu", at=0).seen

    for at in spread(range(1, operations + 1), 14 if form == "quick" else operations):
        before = breaker.run(*stores)
        run = breaker.run(*acts, folder=before.folder, kinds="cwtslu", at=at, how="k")
        assert run.ended == KILLED
        runs.ran(judged_copies(before, run))

    assert runs.lost == 0
