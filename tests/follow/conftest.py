"""A desk that records, and views beside it."""

import pytest
from rehearsal import Desk, rehearsal

from ihs_follow.views import Views
from ihs_projections import PROJECTIONS


@pytest.fixture
def desk(tmp_path):
    with rehearsal(tmp_path) as cases:
        yield Desk(cases)


@pytest.fixture
def views(tmp_path):
    opened = Views(tmp_path / "views.db", PROJECTIONS)
    yield opened
    opened.close()
