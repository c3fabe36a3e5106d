"""A process to break, and the counting of runs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from broken import Breaker

from faults import BY_NAME, Runs

HERE = Path(__file__).parent


@pytest.fixture(params=["quick", pytest.param("full", marks=pytest.mark.faults_full)])
def form(request):
    """How much is tried: some of it with every run of the tests, all of it when asked for."""
    return request.param


@pytest.fixture
def runs(request, form, record_property):
    """Count the runs of a test; there must be as many as the table of faults says."""
    counted = Runs(BY_NAME[request.node.get_closest_marker("fault").args[0]], form)
    yield counted
    record_property("faults", [counted.fault.name, form, counted.count, counted.lost])
    assert counted.count >= counted.least


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """The shim, compiled; where there is no C compiler, what needs it is skipped at a desk and fails in CI."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform != "linux":
        without = pytest.fail if os.environ.get("CI") else pytest.skip
        without("there is no C compiler for Linux here: install one, such as gcc")
    made = tmp_path_factory.mktemp("shim") / "shim.so"
    built = [compiler, "-O1", "-shared", "-fPIC", "-Wall", "-Werror", "-o", made, HERE / "shim.c", "-ldl"]
    subprocess.run(built, check=True, timeout=60)
    return made


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder for very many small stores: in memory where there is such a place."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(prefix="ihs-faults-", dir=memory if os.access(memory, os.W_OK) else None) as made:
        yield Path(made)


@pytest.fixture(scope="session")
def breaker(shim, folder):
    with closing(Breaker(HERE / "workload.py", shim, folder)) as process:
        yield process
