"""Typing commands in a folder of one's own, on a store with a case or with the Alder diary on record."""

import json
import shutil
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from typed import ALDER, REQUEST, type_


@pytest.fixture
def ihs(tmp_path, monkeypatch):
    """`ihs`, typed in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IHS_KEY_FILE", raising=False)
    return type_


@pytest.fixture
def write(tmp_path):
    """Writes lines (objects, text or bytes) to day.jsonl."""

    def written(*lines: Any, end: bytes = b"\n") -> Path:
        path = tmp_path / "day.jsonl"
        path.write_bytes(b"".join(_bytes(line) + end for line in lines))
        return path

    return written


def _bytes(line: Any) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line)).encode()


@pytest.fixture(scope="session")
def kept_live(tmp_path_factory):
    """A live store with one case, k1; never written to."""
    folder = tmp_path_factory.mktemp("live")
    type_("store", "init", folder / "cases.db")
    type_("record", folder / "cases.db", "-", given=json.dumps(REQUEST))
    return folder


@pytest.fixture(scope="session")
def kept_alder(tmp_path_factory):
    """A rehearsal store with the Alder diary; never written to."""
    folder = tmp_path_factory.mktemp("alder")
    type_("store", "init", folder / "cases.db", "--rehearsal")
    type_("record", folder / "cases.db", ALDER)
    return folder


@pytest.fixture
def live(kept_live, tmp_path, ihs):
    """A live store with one case, k1, at cases.db."""
    return copied(kept_live, tmp_path)


@pytest.fixture
def alder(kept_alder, tmp_path, ihs):
    """A rehearsal store with the Alder diary, at cases.db."""
    return copied(kept_alder, tmp_path)


@pytest.fixture(scope="session")
def kept_three(tmp_path_factory):
    """A rehearsal store with the three diaries; never written to."""
    folder = tmp_path_factory.mktemp("three")
    type_("store", "init", folder / "cases.db", "--rehearsal")
    for name in ("birch", "alder", "cedar"):
        type_("record", folder / "cases.db", ALDER.with_stem(name))
    return folder


@pytest.fixture
def three(kept_three, tmp_path, ihs):
    """A rehearsal store with the three diaries, at cases.db."""
    return copied(kept_three, tmp_path)


@pytest.fixture
def broken(three):
    """The store of the three diaries, one record of birch spoilt."""
    with sqlite3.connect(three) as spoiling:
        for (trigger,) in spoiling.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            spoiling.execute(f"DROP TRIGGER {trigger}")
        spoiling.execute("UPDATE records SET open = x'00' WHERE stream = 'case/birch' AND version = 5")
    spoiling.close()
    return three


def copied(kept: Path, folder: Path) -> Path:
    """A closed store is one file, and its keys another."""
    for name in ("cases.db", "cases.db.key"):
        shutil.copy2(kept / name, folder / name)
    return folder / "cases.db"


@pytest.fixture
def plug(tmp_path, monkeypatch):
    """Installs a distribution with one plugin."""

    def plugged(group, source):
        site = tmp_path / "site"
        (site / "ihs_broken-1.2.dist-info").mkdir(parents=True)
        (site / "ihs_broken.py").write_text(source)
        (site / "ihs_broken-1.2.dist-info" / "METADATA").write_text("Name: ihs-broken\nVersion: 1.2\n")
        (site / "ihs_broken-1.2.dist-info" / "entry_points.txt").write_text(
            f"[{group}]\nbroken = ihs_broken:EDITIONS\n"
        )
        monkeypatch.syspath_prepend(site)

    yield plugged
    sys.modules.pop("ihs_broken", None)
