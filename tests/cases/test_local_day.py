"""The local day of an act."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ihs_cases.errors import NotAnInstant
from ihs_cases.when import local_day

DENVER = ZoneInfo("America/Denver")


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-07:00"])
def test_an_instant_whose_local_day_is_in_no_calendar_is_refused_by_type(instant):
    with pytest.raises(NotAnInstant, match="outside the calendar"):
        local_day(datetime.fromisoformat(instant), DENVER)


def test_an_act_after_midnight_utc_is_of_the_local_day_before():
    instant = datetime.fromisoformat("2015-01-10T03:00:00+00:00")

    assert local_day(instant, DENVER) == (date(2015, 1, 9), instant)
