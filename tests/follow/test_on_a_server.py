"""Views and other sinks follow a store on PostgreSQL as they follow a file."""

from datetime import date
from secrets import token_hex
from threading import Event, Thread

import pytest
from rehearsal import ASKED, UTAH, WORKER

from ihs_cases.cases import Cases
from ihs_follow.follower import Follower
from ihs_follow.views import Views
from ihs_projections import PROJECTIONS

SAY = {"actor": WORKER, "occurred": date(2015, 1, 5)}


@pytest.fixture
def cases(postgres, tmp_path):
    url = postgres.url(f"t{token_hex(8)}", answer_within=5)
    with Cases.create(url, key_file=tmp_path / "key", rules=UTAH) as opened:
        yield opened


@pytest.fixture
def followed(cases, tmp_path):
    """Views that a thread keeps up with the record."""
    views, stop = Views(tmp_path / "views.db", PROJECTIONS), Event()
    follower = Follower(cases, views)
    thread = Thread(target=follower.run, args=(stop,))
    thread.start()
    yield follower
    stop.set()
    thread.join()
    views.close()


def test_views_are_made_of_what_comes_on_record_on_a_server(cases, followed):
    receipt = cases.record(ASKED, case_id="k1", command_id="c1", **SAY)

    assert followed.wait(receipt.position, timeout=30)

    assert [row.case_id for row in followed.sink.rows("timeline")] == ["k1"]


@pytest.mark.faults
def test_a_follower_goes_on_when_the_server_was_started_again(postgres, cases, followed, caplog):
    first = cases.record(ASKED, case_id="k1", command_id="c1", **SAY)
    assert followed.wait(first.position, timeout=30)

    postgres.stop()
    postgres.start()
    second = cases.record(ASKED, case_id="k2", command_id="c2", **SAY)

    assert followed.wait(second.position, timeout=30)
    assert followed.sink.position() == second.position
