"""The demonstration, and telling over NATS, typed in real processes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ihs_nats import EmbeddedServer

IHS = Path(sys.executable).with_name("ihs")
WITHIN = 60


def typed(folder, *words):
    """What `ihs` answers, typed in *folder*."""
    command = [IHS, *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=WITHIN, check=False)


@pytest.fixture
def server(nats_server, tmp_path):
    """`ihs nats up` for the agencies of the diary, running."""
    command = [IHS, "nats", "up", "nats", "--agency", "wasatch", "--agency", "foothill"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline()
    finally:
        process.terminate()
        assert process.wait(WITHIN) == 0
        process.stdout.close()


def test_the_demonstration_shows_a_case_from_request_to_proof(nats_server, tmp_path):
    done = typed(tmp_path, "demo", "--keep", "kept")

    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    assert re.findall(r"^\d\. ", said, re.MULTILINE) == [f"{n}. " for n in range(1, 9)]
    assert said.count("refused\n") == 5
    assert "54 entries recorded. Findings: 0." in said
    assert "wasatch: 3 decided, 3 received, once and in order; 3 withheld" in said
    assert "foothill: 0 decided, 0 received, once and in order; 1 withheld" in said
    assert "the server is killed in the middle" in said
    assert "The ledger over all 62 records holds" in said
    assert typed(tmp_path, "case", "timeline", "kept/alder.db", "alder", "--as-at", "2015-03-01").returncode == 0


def test_the_demonstration_leaves_nothing_behind_and_writes_over_nothing(nats_server, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")

    refused = typed(tmp_path, "demo", "--keep", "mine")

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_each_agency_receives_what_it_was_told_once(server, alder, tmp_path):
    assert server.startswith("nats://127.0.0.1:")

    published = typed(tmp_path, "nats", "publish", alder, "--server", "nats")
    again = typed(tmp_path, "nats", "publish", alder, "--server", "nats")
    wasatch = typed(tmp_path, "nats", "subscribe", "--server", "nats", "wasatch", "--idle", "1")
    foothill = typed(tmp_path, "nats", "subscribe", "--server", "nats", "foothill", "--idle", "0.5")

    assert published.stdout.splitlines()[1:] == ["wasatch: 3 sent", "foothill: 0 sent"]
    assert again.stdout.splitlines()[1:] == ["wasatch: 0 sent", "foothill: 0 sent"]
    kinds = [line.split()[:2] for line in wasatch.stdout.splitlines()[:-1]]
    assert kinds == [["tell", "plan-goals"], ["tell", "referral"], ["tell", "referral"]]
    assert foothill.stdout == "0 received; kept in foothill-told.db\n"


def test_an_agency_with_an_agreement_that_the_server_does_not_serve_is_named(nats_server, alder, tmp_path):
    with EmbeddedServer(tmp_path / "nats", ["wasatch"]):
        published = typed(tmp_path, "nats", "publish", alder, "--server", "nats")

    assert (published.returncode, published.stdout.splitlines()[1:]) == (1, ["wasatch: 3 sent"])
    assert published.stderr.startswith("foothill: nothing sent, the server does not serve it: ")


@pytest.mark.parametrize(
    "words, why",
    [
        (("nats", "publish", "cases.db", "--server", "nowhere"), "holds no connection details"),
        (("nats", "subscribe", "--server", "nowhere", "wasatch"), "holds no connection details"),
        (("nats", "up", "nats", "--agency", "a.b"), "a subject token"),
    ],
)
def test_what_cannot_be_told_is_one_line(ihs, live, words, why):
    answer = ihs(*words)

    assert (answer.code, answer.out) == (2, "")
    assert why in answer.err
    assert answer.err.count("\n") == 1


def test_a_server_that_is_not_there_is_given_up(ihs, nats_server, tmp_path):
    with EmbeddedServer(tmp_path / "nats", ["wasatch"]):
        pass

    answer = ihs("nats", "subscribe", "--server", "nats", "wasatch", "--wait", "0.3")

    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert "no server answered at nats://127.0.0.1:" in answer.err
    assert "within 0.3 s" in answer.err
