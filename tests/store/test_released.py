"""What was ever released stays readable: every stored event, the store that holds them, and the proof of it."""

import json
import shutil
from hashlib import sha256

import pytest
from attrs import evolve
from rehearsal import UTAH
from released import CHECKPOINT, DIGESTS, GOLDEN, KEY_FILE, MOTHER, STORE, VISIT, digests, released, said, stream_of

from ihs_cases.cases import Cases
from ihs_cases.rows import opened_entry
from ihs_domain.terms import Expunged, Unopened
from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.verify import Stated, verify
from ihs_store.keys import read_key_file

WHOLE = {"0.1.0": "8eea662957f43299780aa1b7ce5ed46216efb4d459f1d4ba255061d4279f041f"}
"""Of each release, the digest over its digests: what it left is not changed by changing it together with its list."""

each_release = pytest.mark.parametrize("folder", released(), ids=lambda folder: folder.name)


@pytest.fixture
def store(folder, tmp_path):
    copy = tmp_path / "released"
    shutil.copytree(folder, copy)
    (copy / KEY_FILE).chmod(0o600)
    return copy


def golden_lines(folder):
    """The golden lines of a release, in their order, found again among those of today."""
    today = dict(zip(digests(), (GOLDEN / "events.jsonl").read_bytes().splitlines(), strict=True))
    return [json.loads(today[digest]) for digest in (folder / DIGESTS).read_text().splitlines()]


def test_every_release_left_something_and_nobody_changed_it():
    assert {folder.name: sha256((folder / DIGESTS).read_bytes()).hexdigest() for folder in released()} == WHOLE


@each_release
def test_every_golden_line_of_a_release_stands_as_it_was(folder):
    assert set((folder / DIGESTS).read_text().splitlines()) - set(digests()) == set()


@each_release
def test_a_store_of_a_release_verifies_against_the_checkpoint_of_then(store):
    stated = Checkpoint.opened((store / CHECKPOINT).read_text(), None)

    verdict = verify(
        str(store / STORE),
        key_file=read_key_file(store / KEY_FILE),
        outside=[Stated(stated.head, "the checkpoint of then", stated.origin)],
    )

    assert (verdict.wrong, verdict.tree) == (None, stated.head)


@each_release
def test_every_event_of_a_release_is_read_and_opened_as_what_was_said(folder, store):
    with Cases.open(str(store / STORE), key_file=store / KEY_FILE, rules=UTAH) as cases:
        rows = [row for row in cases.store.read(0, limit=10_000) if row.command.startswith("golden-")]
        read = [(row.stream, opened_entry(row, cases.ring).event) for row in rows]

    events = [said(line) for line in golden_lines(folder)]
    assert read == [(stream_of(event), event) for event in events]


@each_release
def test_what_was_destroyed_stays_destroyed_and_the_rest_of_the_case_stands(store):
    with Cases.open(str(store / STORE), key_file=store / KEY_FILE, rules=UTAH) as cases:
        record = cases.history("k1", opened=True).record

    assert [entry.event for entry in record][1:4] == [
        MOTHER,
        Expunged("contact-made"),
        evolve(VISIT, words=Unopened.ERASED),
    ]
