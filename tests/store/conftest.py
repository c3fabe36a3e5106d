"""A store for each test, on each database that keeps records; a new database is one more parameter."""

import subprocess
import sys
from pathlib import Path

import pytest

from ihs_ledger.verify import verify
from ihs_record.row import Draft, instant
from ihs_store.store import create, open_store, path_of

START = 1_420_841_000_000_000
SECOND = 1_000_000


class Clock:
    """A clock that a test sets: microseconds since 1970."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite"])
def url(request, tmp_path):
    return {"sqlite": f"sqlite:///{tmp_path}/cases.db"}[request.param]


@pytest.fixture
def store(url, clock):
    opened = create(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def rehearsal(url):
    opened = create(url, rehearsal=True)
    yield opened
    opened.close()


@pytest.fixture
def draft():
    def make(version=1, stream="case/k1", **asked):
        told = {"name": "ThreatIdentified.v1", "day": "2015-01-09", "actor": "w-12", "role": "practitioner"}
        return Draft(stream=stream, version=version, **{"open": b'{"kind":"T1"}', **told, **asked})

    return make


@pytest.fixture
def at():
    """Instants by their seconds after the start."""
    return lambda seconds: instant(START + int(seconds * SECOND))


@pytest.fixture
def holds(url):
    """Whether all that the store holds verifies, and leads to the root the store states."""

    def check(store):
        head, verdict = store.head(), verify(path_of(url))
        return verdict.holds and verdict.tree == (head.position, head.root)

    return check


@pytest.fixture
def worker():
    """Start another process that does what tests/store/worker.py says."""
    started = []

    def start(*words):
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("worker.py")), *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def reopened(url):
    """Open the store once more, as another program would."""
    opened = []

    def again(**settings):
        opened.append(open_store(url, **settings))
        return opened[-1]

    yield again
    for store in opened:
        store.close()
