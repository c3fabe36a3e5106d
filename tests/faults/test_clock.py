"""A clock that is wrong: set back a little or far, or forward and right again."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from broken import judged
from rehearsal import ASKED, WORKER, live, rehearsal

from ihs_cases.clock import correct_clock
from ihs_domain.roles import Actor, Role
from ihs_record.row import Draft, instant, micros
from ihs_store.errors import ClockWentBack, RecordedAtRefused
from ihs_store.stamping import wall_clock
from ihs_store.store import create, open_store

DAY = 86_400
NINTH = datetime(2015, 1, 9, 12, tzinfo=UTC)
OPERATOR = Actor("a-1", Role.ADMINISTRATOR)
pytestmark = pytest.mark.faults


def corrected(version, read):
    said = {"name": "ClockCorrected.v1", "day": "2015-01-09", "actor": "a-1", "role": "administrator"}
    return Draft("system", version, **said, occurred=instant(read).isoformat(), open=b"{}")


def plain(version):
    return Draft("case/k1", version, name="A.v1", day="2015-01-09", actor="w", role="r", open=b"{}")


class Clock:
    now = 1_420_841_000_000_000

    def __call__(self):
        return self.now

    def step(self, seconds):
        self.now += round(seconds * 1_000_000)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request, tmp_path, clock):
    if request.param == "sqlite":
        url = f"{tmp_path}/cases.db"
    else:
        url = request.getfixturevalue("postgres").url(f"clock{abs(hash(tmp_path))}")
    with closing(create(url, clock=clock)) as opened:
        yield opened


@pytest.mark.fault("clock set back a little")
def test_under_a_clock_set_back_a_little_the_time_of_recording_stands_still(breaker, runs):
    run = breaker.run("create", "append", "clock:-1", "append", "append", "close", kinds="", at=0)

    runs.ran(judged(run, created=False))

    assert (run.acked, runs.lost) == ({1, 2, 3}, 0)


@pytest.mark.fault("clock set back far")
def test_under_a_clock_set_back_far_nothing_is_recorded_until_it_is_said_to_be_right(breaker, runs):
    acts = ("create", "append", f"clock:{-DAY}", "append")
    refused = breaker.run(*acts, "close", kinds="", at=0)
    said = breaker.run(*acts, "correct", "append", "close", "open", "append", "close", kinds="", at=0)

    runs.ran(judged(refused, created=False))
    runs.ran(judged(said, created=False))

    assert (refused.acked, set(refused.of("no"))) == ({1}, {"2", "ClockWentBack"})
    assert (said.acked, runs.lost) == ({1, 3, 4}, 0)


@pytest.mark.fault("clock set forward and right again")
def test_after_a_clock_ran_ahead_the_record_goes_on_once_it_is_said_to_be_right(breaker, runs):
    acts = ("create", "append", f"clock:{DAY}", "append", "clock:0", "append")
    refused = breaker.run(*acts, "close", kinds="", at=0)
    said = breaker.run(*acts, "correct", "append", "close", "open", "append", "close", kinds="", at=0)

    runs.ran(judged(refused, created=False))
    runs.ran(judged(said, created=False))

    assert (refused.acked, set(refused.of("no"))) == ({1, 2}, {"3", "ClockWentBack"})
    assert (said.acked, runs.lost) == ({1, 2, 4, 5}, 0)


def test_once_the_clock_is_said_to_be_right_the_time_of_recording_stands_until_it_has_caught_up(store, clock):
    at = store.append([plain(1)]).recorded_at
    clock.step(-DAY)
    store.append([corrected(1, clock.now)])
    clock.step(3600)
    stands = store.append([plain(2)]).recorded_at
    clock.step(DAY)

    goes_on = store.append([plain(3)]).recorded_at

    assert (stands, goes_on) == (at, at + timedelta(hours=1))
    assert [store.position_at(at), store.position_at(goes_on)] == [3, 4]


def test_a_clock_that_goes_back_once_more_is_refused_once_more(store, clock):
    store.append([plain(1)])
    clock.step(-DAY)
    store.append([corrected(1, clock.now)])
    clock.step(-3)

    with pytest.raises(ClockWentBack, match="clock-corrected"):
        store.append([plain(2)])
    clock.step(2 * DAY)
    store.append([plain(2)])
    clock.step(-3)
    with pytest.raises(ClockWentBack):
        store.append([plain(3)])

    assert store.head().position == 3


def test_the_word_is_asked_of_a_record_of_its_own(store, clock):
    store.append([plain(1)])
    clock.step(-DAY)

    with pytest.raises(ClockWentBack):
        store.append([corrected(1, clock.now), plain(2)])
    with pytest.raises(ClockWentBack):
        store.append([plain(2)])

    assert store.head().position == 1


# By an operator


@pytest.fixture
def ahead(tmp_path):
    """Cases whose last record was stamped by a clock an hour ahead."""
    with live(tmp_path) as cases:
        cases.record(ASKED, case_id="k0", actor=WORKER, occurred=NINTH, command_id="c1")
        with closing(open_store(cases.store.address, clock=lambda: wall_clock() + 3_600_000_000)) as wrong:
            wrong.append([plain(1)])
        yield cases


def test_an_operator_has_it_on_record_that_the_clock_is_right_and_recording_goes_on(ahead):
    stood = ahead.store.head().recorded_at
    with pytest.raises(ClockWentBack):
        ahead.record(ASKED, case_id="k2", actor=WORKER, occurred=NINTH, command_id="c2")

    done = correct_clock(ahead, OPERATOR)

    [*_, said] = ahead.recorder.entries("system")
    assert (said.event.stands_at, said.actor, said.position) == (stood, OPERATOR, done.first)
    assert micros(said.occurred) < micros(stood)
    again = ahead.record(ASKED, case_id="k2", actor=WORKER, occurred=NINTH, command_id="c2")
    assert again.recorded_at == stood


def test_where_the_clock_is_not_behind_there_is_nothing_to_correct(tmp_path):
    with live(tmp_path) as cases:
        assert correct_clock(cases, OPERATOR) is None

        cases.record(ASKED, case_id="k1", actor=WORKER, occurred=NINTH, command_id="c1")

        assert correct_clock(cases, OPERATOR) is None


def test_a_rehearsal_has_no_clock_to_correct(tmp_path):
    with rehearsal(tmp_path) as cases, pytest.raises(RecordedAtRefused, match="no clock"):
        correct_clock(cases, OPERATOR)
