"""A store for each test, on each database that keeps records; a new database is one more parameter."""

import re
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from ihs_ledger.verify import verify
from ihs_record.row import Draft, instant
from ihs_store.addresses import is_server, path_of, server_of
from ihs_store.backup import copied
from ihs_store.postgres import connected
from ihs_store.schema import lay_out
from ihs_store.store import create, open_store

START = 1_420_841_000_000_000
SECOND = 1_000_000


class Clock:
    """A clock that a test sets: microseconds since 1970. What is done `meanwhile` is done inside an append."""

    def __init__(self):
        self.now = START
        self.meanwhile = lambda: None

    def __call__(self):
        self.meanwhile()
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sqlite_url(tmp_path):
    """The address of a file that is not there yet."""
    return f"sqlite:///{tmp_path}/cases.db"


@pytest.fixture
def postgres_url(postgres):
    """The address of a schema that is not there yet, on a real server."""
    return postgres.url(f"t{secrets.token_hex(8)}")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    """The address of a store that is not there yet, on each database."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def store(url, clock):
    opened = create(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def groups(store):
    """How many appends each transaction was asked for."""
    counted, commit = [], store._group._commit

    def observed(asks):
        counted.append(len(asks))
        commit(asks)

    store._group._commit = observed
    return counted


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
def verified(tmp_path):
    """What the verifier says of a store; of one on a server, of a copy made table by table."""

    def verdict(store):
        if not is_server(store.address):
            return verify(store.address)
        copy = tmp_path / f"copy-{secrets.token_hex(4)}.db"
        with store.snapshot() as source:
            lay_out(copy, partial(copied, source))
        return verify(copy)

    return verdict


@pytest.fixture
def holds(verified):
    """Whether all that the store holds verifies, and leads to the root the store states."""

    def check(store):
        head, verdict = store.head(), verified(store)
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
def go():
    """Let a worker that has said it is ready begin."""

    def begin(process):
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()

    return begin


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


def on_sqlite(url, *statements):
    with closing(sqlite3.connect(path_of(url), isolation_level=None)) as database:
        for trigger in ("records_stay", "records_stand", "parts_empty"):
            database.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for statement in statements:
            database.execute(statement)


def on_postgres(url, *statements):
    with closing(connected(server_of(url), lock_timeout=1)) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(re.sub(r"x'(\w*)'", r"'\\x\1'::bytea", statement))


@pytest.fixture
def tamper(url):
    """Change what is stored behind the store's back, past what guards it against a slip of the hand."""
    return partial(on_postgres if is_server(url) else on_sqlite, url)
