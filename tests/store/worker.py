"""What another process does to a store: it says ready, waits for a line, then says what came of it."""

import itertools
import resource
import sys
from pathlib import Path

from ihs_record.row import Draft
from ihs_store.errors import OutcomeUnknown, StoreExists, StoreUnavailable
from ihs_store.port import Command
from ihs_store.store import create, open_store, path_of


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def draft(stream, version):
    return Draft(stream=stream, version=version, name="A.v1", day="2015-01-09", actor="w", role="r", open=b"x" * 500)


def creates(url):
    try:
        create(url).close()
    except StoreExists:
        say("exists")
    else:
        say("created")
    open_store(url).close()


def appends(url, stream, count):
    store = open_store(url, lock_timeout=60)
    for version in range(1, int(count) + 1) if int(count) else itertools.count(1):
        receipt = store.append([draft(stream, version)], command=Command(f"{stream}-{version}", b"m" * 32))
        say(receipt.first, stream, version)
    store.close()


def disk_fails(url):
    """Let no file grow, so that the next commit's write fails; then ask, and append again."""
    store = open_store(url)
    store.append([draft("case/k1", 1)], command=Command("c1", b"m" * 32))
    command = Command("c2", b"m" * 32)
    grown = Path(f"{path_of(url)}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (grown, resource.RLIM_INFINITY))
    try:
        store.append([draft("case/k1", 2)], command=command)
    except (OutcomeUnknown, StoreUnavailable) as error:
        say(type(error).__name__)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    say(store.receipt("c2"))
    receipt = store.append([draft("case/k1", 2)], command=command)
    say(receipt.first, receipt.again)
    store.close()


if __name__ == "__main__":
    act = {"create": creates, "append": appends, "disk": disk_fails}[sys.argv[1]]
    say("ready")
    sys.stdin.readline()
    act(*sys.argv[2:])
