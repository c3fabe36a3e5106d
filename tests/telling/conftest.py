"""A desk that records, and what its agencies are told."""

import pytest
from rehearsal import Desk, rehearsal


@pytest.fixture
def desk(tmp_path):
    with rehearsal(tmp_path) as cases:
        yield Desk(cases)
