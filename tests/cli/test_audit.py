"""`ihs audit`: a store that holds, one that somebody changed, checkpoints kept outside, proofs for a stranger."""

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from typed import REQUEST, entry

from ihs_cases import Cases
from ihs_ledger.checkpoint import Checkpoint
from ihs_ledger.tree import TreeHead
from ihs_nats import EmbeddedServer

KEPT_AT_55 = f"kept/{55:019}.checkpoint"


def changed(store, *statements):
    with closing(sqlite3.connect(store, isolation_level=None)) as database:
        for trigger in ("records_stay", "records_stand"):
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            database.execute(statement)


@pytest.fixture
def vkey(ihs, alder):
    """What is handed out to those who check."""
    return ihs("audit", "key", alder).out.strip()


def test_a_store_that_nobody_changed_holds(ihs, alder):
    answer = ihs("audit", "verify", alder)

    assert (answer.code, answer.err) == (0, "")
    assert answer.lines[1].startswith("holds: 55 records, root ")
    assert answer.lines[2:] == [
        "no checkpoint from outside was held against it: a history made anew as a whole would not show"
    ]


@pytest.mark.parametrize(
    "statement, position, column",
    [
        ("UPDATE records SET actor = 'w-99' WHERE position = 9", 9, "actor"),
        ("UPDATE records SET day = '2015-01-31' WHERE position = 30", 30, "day"),
        ("DELETE FROM records WHERE position = 20", 20, "position"),
        ("DELETE FROM records WHERE position > 50", 51, "size"),
        ("DELETE FROM receipts WHERE first = 7", 7, "event"),
    ],
)
def test_a_store_that_somebody_changed_names_the_first_wrong_position_and_column(
    ihs, alder, statement, position, column
):
    changed(alder, statement)

    text = ihs("audit", "verify", alder)
    answer = ihs("audit", "verify", alder, "--format", "json").json

    assert text.code == 1
    assert f"does not hold: position {position}, " in text.out
    assert answer["holds"] is False
    assert (answer["wrong"]["position"], answer["wrong"]["column"]) == (position, column)


def test_a_record_slipped_in_before_the_first_is_found_and_not_read(ihs, alder):
    columns = "stream, 99, 'ThreatManaged.v1', number, day, occurred, 0, actor, role, 'x', correlation, causation"
    rest = "edition, target, schema, asked, randomblob(32), checks, emptied, open, sealed"
    slipped = f"INSERT INTO records SELECT 0, {columns}, {rest} FROM records WHERE position = 30"
    with closing(sqlite3.connect(alder, isolation_level=None)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute(slipped)

    audited = ihs("audit", "verify", alder)
    history = ihs("case", "history", alder, "alder")

    assert audited.code == 1
    assert "position 0 stands here" in audited.out
    assert "@99" not in history.out


def test_a_store_whose_own_words_were_changed_is_told_without_being_opened(ihs, alder):
    changed(alder, "DELETE FROM meta WHERE key = 'kind'")

    answer = ihs("audit", "verify", alder)

    assert (answer.code, answer.lines[0][:37]) == (1, "does not hold: position 0, meta.key: ")


def test_a_checkpoint_is_printed_and_checked_by_the_key_that_was_handed_out(ihs, alder, vkey, tmp_path):
    said = ihs("audit", "checkpoint", alder).out
    (tmp_path / "noted").write_text(said)

    answer = ihs("audit", "verify", alder, "--checkpoint", "noted", "--key", vkey)

    assert said.split("\n")[:2] == [vkey.split("+")[0], "55"]
    assert answer.code == 0
    assert answer.lines[2] == "it leads to the checkpoints kept outside, the largest of 55 records"


def test_a_checkpoint_that_another_store_signed_is_refused(ihs, alder, vkey, tmp_path):
    ihs("store", "init", "other.db", "--name", "records.agency.example")
    of_other = ihs("audit", "checkpoint", "other.db").out
    (tmp_path / "noted").write_text(of_other)

    answer = ihs("audit", "verify", alder, "--checkpoint", "noted", "--key", vkey)

    origin, other = vkey.split("+")[0], of_other.split("\n")[0]
    assert answer == (1, "", f"ihs: noted: this checkpoint is of {other}, the key is that of {origin}\n")


def test_a_folder_that_keeps_checkpoints_of_another_store_is_told_as_that(ihs, live):
    ihs("store", "init", "other.db", "--name", "records.agency.example")
    ihs("record", "other.db", "-", given=json.dumps(REQUEST))
    ihs("audit", "checkpoint", "other.db", "--to", "kept")
    other = ihs("audit", "key", "other.db").out.split("+")[0]

    kept = ihs("audit", "checkpoint", live, "--to", "kept")
    status = ihs("audit", "status", live, "--checkpoints", "kept")
    verified = ihs("audit", "verify", live, "--checkpoints", "kept")
    looked = ihs("doctor", live, "--checkpoints", "kept")

    says = f"kept keeps checkpoints of {other}: name the place of this store's own"
    assert kept == status == (1, "", f"ihs: {says}\n")
    assert (looked.code, says in looked.out) == (1, True)
    assert (verified.code, f"this checkpoint is of {other}, the key is that of " in verified.err) == (1, True)


def test_an_older_copy_is_found_by_the_checkpoints_kept_in_a_folder(ihs, live):
    older = live.read_bytes()
    assert ihs("audit", "checkpoint", live, "--to", "kept").out == "kept: kept at 2 records\n"
    ihs("record", live, "-", given=json.dumps(entry()))
    assert ihs("audit", "checkpoint", live, "--to", "kept").out == "kept: kept at 3 records\n"
    assert ihs("audit", "checkpoint", live, "--to", "kept").out == "kept: the last checkpoint says all there is\n"
    assert ihs("audit", "verify", live, "--checkpoints", "kept").code == 0

    live.write_bytes(older)

    answer = ihs("audit", "verify", live, "--checkpoints", "kept")
    refused = ihs("audit", "checkpoint", live, "--to", "kept")

    assert answer.code == 1
    assert answer.lines[0].startswith("does not hold: position 3, records: the checkpoint in kept/")
    assert (refused.code, refused.out) == (1, "")
    assert "does not lead to the checkpoint kept at 3" in refused.err


def test_of_a_store_that_does_not_hold_no_more_is_said_of_checkpoints_than_is_so(ihs, live):
    ihs("audit", "checkpoint", live, "--to", "kept")
    ihs("record", live, "-", given=json.dumps(entry()))
    last = ihs("audit", "checkpoint", live).out
    Path("last").write_text(last)
    changed(live, "UPDATE records SET actor = 'w-99' WHERE position = 3")

    both = ihs("audit", "verify", live, "--checkpoints", "kept", "--checkpoint", "last")
    one = ihs("audit", "verify", live, "--checkpoint", "last")

    assert (both.code, one.code) == (1, 1)
    assert both.lines[1:] == ["up to position 2 it is what a checkpoint kept outside states"]
    assert one.lines[1:] == []


@pytest.fixture
def server(nats_server, tmp_path):
    """A real server, its connection kept in the folder `nats`."""
    with EmbeddedServer(tmp_path / "nats", []) as running:
        yield running


def test_an_older_copy_is_found_by_the_checkpoints_kept_on_a_server(ihs, live, server):
    older = live.read_bytes()
    ihs("audit", "checkpoint", live, "--server", "nats")
    ihs("record", live, "-", given=json.dumps(entry()))
    waiting = ihs("audit", "status", live, "--server", "nats")
    ihs("audit", "checkpoint", live, "--server", "nats", "--to", "kept")
    whole = ihs("audit", "verify", live, "--server", "nats")

    live.write_bytes(older)
    answer = ihs("audit", "verify", live, "--server", "nats")

    assert (waiting.code, waiting.out.startswith("records have been waiting")) == (0, True)
    assert (whole.code, whole.lines[1]) == (0, "it leads to the checkpoints kept outside, the largest of 3 records")
    assert answer.code == 1
    assert answer.lines[0].startswith("does not hold: position 3, records: the checkpoint in ihs-checkpoints.")


def test_a_server_with_no_checkpoint_of_the_store_is_told_and_so_is_one_that_is_away(ihs, live, nats_server, tmp_path):
    with EmbeddedServer(tmp_path / "nats", []):
        none = ihs("audit", "verify", live, "--server", "nats")
        ihs("store", "init", "other.db")
        ihs("audit", "checkpoint", "other.db", "--server", "nats")
        of_another = ihs("audit", "verify", live, "--server", "nats")
    nowhere = ihs("audit", "verify", live, "--server", "nowhere")

    assert [(one.code, one.out, one.err.count("\n")) for one in (none, of_another, nowhere)] == [(2, "", 1)] * 3
    assert none.err.startswith("ihs: there are no checkpoints in ihs-checkpoints.")


@pytest.fixture
def handed_out(ihs, alder, vkey, server):
    """A bundle that goes on from a checkpoint kept on the server, beside one of another store's."""
    ihs("store", "init", "other.db")
    ihs("audit", "checkpoint", "other.db", "--server", "nats")
    ihs("audit", "checkpoint", alder, "--server", "nats", "--to", "kept")
    ihs("audit", "export", alder, "alder", "--to", "alder.bundle", "--since", KEPT_AT_55)
    return "alder.bundle"


def test_a_bundle_is_held_against_the_checkpoints_kept_on_a_server(ihs, alder, vkey, handed_out):
    answer = ihs("audit", "check", handed_out, "--key", vkey, "--server", "nats")
    ihs("audit", "export", alder, "alder", "--to", "without.bundle")
    without = ihs("audit", "check", "without.bundle", "--key", vkey, "--server", "nats")

    assert (answer.code, answer.lines[-2]) == (0, "it comes by the checkpoint of 55 records that is kept outside")
    assert (without.code, without.out) == (1, "")
    assert without.err.startswith("ihs: the bundle comes by no checkpoint that is kept outside")


def test_a_bundle_of_a_history_made_anew_is_found_by_the_checkpoints_kept_outside(
    ihs, alder, vkey, handed_out, tmp_path
):
    with Cases.open(str(alder)) as cases:
        anew = Checkpoint(cases.signer.name, TreeHead(55, bytes(32))).signed_by(cases.signer)
    (tmp_path / KEPT_AT_55).write_text(anew)

    answer = ihs("audit", "check", handed_out, "--key", vkey, "--checkpoints", "kept")

    why = "another checkpoint of 55 records is kept outside: the history in this bundle was rewritten"
    assert answer == (1, "", f"ihs: {why}\n")


def test_records_that_wait_for_a_checkpoint_are_told(ihs, live):
    changed(live, "UPDATE records SET recorded_at = recorded_at - 3600000000")
    waiting = ihs("audit", "status", live, "--checkpoints", "kept")
    ihs("audit", "checkpoint", live, "--to", "kept")
    kept = ihs("audit", "status", live, "--checkpoints", "kept")

    assert (waiting.code, len(waiting.lines)) == (1, 1)
    assert waiting.out.startswith("records have been waiting for a checkpoint for 1:00:0")
    assert waiting.out.endswith(": is `ihs audit checkpoint --every` running?\n")
    assert kept == (0, "the last checkpoint says all there is\n", "")


def test_a_rehearsal_is_measured_by_the_times_it_was_told_and_is_never_late(ihs, alder):
    waiting = ihs("audit", "status", alder, "--checkpoints", "kept")
    ihs("audit", "checkpoint", alder, "--to", "kept")
    kept = ihs("audit", "status", alder, "--checkpoints", "kept")

    told = "131 days, 23:02:00 by the times this rehearsal was told; it has no clock by which that is late"
    assert (waiting.code, waiting.lines[1]) == (0, f"records have been waiting for a checkpoint for {told}")
    assert (kept.code, kept.lines[1]) == (0, "the last checkpoint says all there is")


def test_a_stranger_checks_a_case_with_the_key_alone(ihs, alder, vkey, tmp_path):
    written = ihs("audit", "export", alder, "alder", "--to", "alder.bundle", "--without-sealed")
    for mine in ("cases.db", "cases.db.key"):
        (tmp_path / mine).unlink()

    answer = ihs("audit", "check", "alder.bundle", "--key", vkey)

    assert written.code == 0
    assert answer.code == 0
    assert answer.lines[1] == f"holds: 52 records among 56 of {vkey.split('+')[0]}"
    assert "parts are withheld" in answer.lines[2]


def test_a_bundle_overwrites_no_file_and_that_is_said_before_anything_is_on_record(ihs, alder, tmp_path):
    (tmp_path / "letter").write_text("Dear Sir or Madam")

    answer = ihs("audit", "export", alder, "alder", "--to", "letter")
    nowhere = ihs("audit", "export", alder, "alder", "--to", "none/alder.bundle")

    assert answer == (2, "", "ihs: letter already exists: name a new file\n")
    assert (tmp_path / "letter").read_text() == "Dear Sir or Madam"
    assert nowhere == (2, "", "ihs: none/alder.bundle cannot be written: there is no folder none\n")
    assert ihs("store", "info", alder, "--format", "json").json["position"] == 55


def test_what_is_made_of_a_store_is_for_its_owner_alone(ihs, alder, tmp_path):
    before = os.umask(0)
    try:
        ihs("audit", "export", alder, "alder", "--to", "alder.bundle")
        ihs("projections", "follow", alder, "--once")
    finally:
        os.umask(before)

    made = ("alder.bundle", "cases.db.views")
    assert [stat.S_IMODE((tmp_path / one).stat().st_mode) for one in made] == [0o600, 0o600]


def test_a_part_to_be_withheld_that_is_not_in_the_bundle_is_refused_and_nothing_is_written(ihs, alder, tmp_path):
    lines = ihs("case", "timeline", alder, "alder", "--format", "json").json["lines"]
    ninth = next(line["position"] for line in lines if line["version"] == 9)
    export = ("audit", "export", alder, "alder", "--to", "alder.bundle", "--without-open", ninth)

    refused = ihs(*export, "--without-open", 1, "--without-open", 999)
    nothing_written = not (tmp_path / "alder.bundle").exists()
    written = ihs(*export)

    assert (refused.code, refused.out, nothing_written) == (1, "", True)
    assert "to be withheld, and not in the bundle: 1, 999; " in refused.err
    assert written.code == 0
    records = json.loads((tmp_path / "alder.bundle").read_text())["records"]
    assert [one["version"] for one in records if "digest" in (one["open"] or {})] == [9]


def test_one_record_is_not_told_as_several(ihs, alder, vkey):
    ihs("audit", "export", alder, "--position", "9", "--to", "one.bundle", "--without-open", "9")

    answer = ihs("audit", "check", "one.bundle", "--key", vkey)

    assert answer.lines[1].startswith("holds: 1 record among ")
    assert answer.lines[2].startswith("1 part is withheld: ")
    assert answer.lines[3].startswith("it is one record by itself; ")


def test_a_record_cut_out_of_a_bundle_is_named_and_a_bundle_of_none_holds_nothing(ihs, alder, vkey, tmp_path):
    ihs("audit", "export", alder, "alder", "--to", "alder.bundle")
    said = json.loads((tmp_path / "alder.bundle").read_text())
    for name, records in (("cut", said["records"][:9] + said["records"][10:]), ("empty", [])):
        (tmp_path / name).write_text(json.dumps({**said, "records": records}))

    whole, cut, empty = (ihs("audit", "check", one, "--key", vkey) for one in ("alder.bundle", "cut", "empty"))

    assert (whole.code, whole.lines[-1].partition(";")[0]) == (0, "no record is left out before its last one")
    assert (cut.code, cut.out) == (1, "")
    assert cut.err.startswith("ihs: version 10 is missing before the record at position ")
    assert (empty.code, empty.out) == (1, "")
    assert empty.err.startswith("ihs: the bundle shows no record")


def test_a_bundle_that_was_altered_is_refused(ihs, alder, vkey, tmp_path):
    ihs("audit", "export", alder, "--position", "9", "--to", "one.bundle")
    bundle = (tmp_path / "one.bundle").read_text()
    (tmp_path / "one.bundle").write_text(bundle.replace('"actor": "w-', '"actor": "v-'))

    answer = ihs("audit", "check", "one.bundle", "--key", vkey)

    assert (answer.code, answer.out) == (1, "")
    assert "position 9 is not the one that the checkpoint covers" in answer.err


@pytest.mark.parametrize(
    "typed",
    [
        ("export", "cases.db", "--to", "x"),
        ("export", "cases.db", "alder", "--position", "1", "--to", "x"),
        ("export", "cases.db", "../alder", "--to", "x"),
        ("check", "none.bundle", "--key", "a+b+c"),
        ("verify", "cases.db", "--checkpoints", "none"),
        ("verify", "none.db"),
        ("checkpoint", "cases.db", "--every", "60"),
    ],
)
def test_what_is_asked_wrongly_is_told_and_writes_nothing(ihs, alder, typed, tmp_path):
    answer = ihs("audit", *typed)

    assert (answer.code, answer.out) == (2, "")
    assert not (tmp_path / "x").exists()
