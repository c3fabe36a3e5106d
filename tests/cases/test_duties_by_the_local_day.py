"""On which day an act counts: the jurisdiction's, whatever the offset, the clock's change or the length of a month."""

from datetime import date, datetime

import pytest
from diary import DENVER
from rehearsal import WORKER, live

from ihs_domain.assigning import WorkerAssigned
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.duties import State
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import CaseOpened

VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"p-m", "p-1"}))
OPENED = (
    CaseOpened("voluntary", "north", jurisdiction="us-ut"),
    PersonJoined("p-m", Relation.MOTHER),
    PersonJoined("p-1", Relation.CHILD),
    WorkerAssigned("w-12", case_manager=True),
)


@pytest.fixture
def visited(tmp_path):
    """Puts one visit on record at an instant, and gives the months in which it met the monthly visit."""
    with live(tmp_path) as cases:

        def put(event, occurred):
            number = len(cases.history("k1").record) if cases.case_ids() else 0
            cases.record(event, case_id="k1", actor=WORKER, occurred=occurred, command_id=f"c{number}")

        def met(instant):
            for event in OPENED:
                put(event, date(instant.year, 1, 1))
            put(VISIT, instant)
            owed = cases.duties("k1", on=date(instant.year, 12, 31))
            visits = [d for d in owed if d.what == "a worker visits child and family" and d.state is State.MET]
            return [(d.subject, d.met_on) for d in visits]

        yield met


@pytest.mark.parametrize(
    "instant, met",
    [
        ("2009-02-28T22:40:00-07:00", ("2009-02", date(2009, 2, 28))),  # a Saturday in Utah, and Sunday in UTC
        ("2009-03-01T05:40:00+00:00", ("2009-02", date(2009, 2, 28))),  # the same instant
        ("2009-03-01T06:59:59+00:00", ("2009-02", date(2009, 2, 28))),  # a second before midnight
        ("2009-03-01T07:00:00+00:00", ("2009-03", date(2009, 3, 1))),
        ("2008-02-29T23:59:59-07:00", ("2008-02", date(2008, 2, 29))),
        ("2009-03-31T23:30:00-06:00", ("2009-03", date(2009, 3, 31))),  # summer time has begun
        ("2009-04-01T05:30:00+00:00", ("2009-03", date(2009, 3, 31))),
        ("2009-10-31T23:30:00-06:00", ("2009-10", date(2009, 10, 31))),  # the night before it ends
        ("2009-11-01T06:30:00+00:00", ("2009-11", date(2009, 11, 1))),
    ],
)
def test_a_visit_meets_the_month_of_its_local_day(visited, instant, met):
    assert visited(datetime.fromisoformat(instant)) == [((met[0],), met[1])]


@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_that_comes_twice_is_of_its_day_both_times(visited, fold):
    assert visited(datetime(2009, 11, 1, 1, 30, tzinfo=DENVER, fold=fold)) == [(("2009-11",), date(2009, 11, 1))]


def test_an_hour_that_the_clock_leaves_out_is_of_its_day_too(visited):
    assert visited(datetime(2009, 3, 8, 2, 30, tzinfo=DENVER)) == [(("2009-03",), date(2009, 3, 8))]
