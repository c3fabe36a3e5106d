"""Cases of a rehearsal store and of a live one."""

import pytest
from rehearsal import Desk, live, rehearsal


@pytest.fixture
def desk(tmp_path):
    with rehearsal(tmp_path) as cases:
        yield Desk(cases)


@pytest.fixture
def cases(tmp_path):
    with live(tmp_path) as opened:
        yield opened
