"""`ihs doctor`: on a store with which all is well, and on stores with one thing wrong each."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typed import entry

from ihs_nats import EmbeddedServer

OF_A_STORE = ["record", "database", "key file", "clock", "editions", "checkpoints", "views"]


def wrong(answer):
    """What is wrong, each with what is said of it."""
    return {check["of"]: check["says"] for check in answer.json["checks"] if check["state"] == "wrong"}


def examined(ihs, *words):
    answer = ihs("doctor", "cases.db", *words, "--format", "json")
    assert (answer.code, answer.json["well"]) == ((1, False) if wrong(answer) else (0, True))
    return answer


def spoiled(store, *statements):
    with closing(sqlite3.connect(store, isolation_level=None)) as database:
        for trigger in ("records_stand", "parts_empty"):
            database.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for statement in statements:
            database.execute(statement)


def test_with_a_store_that_was_just_made_all_is_well(ihs, live):
    answer = ihs("doctor", "cases.db")

    assert (answer.code, answer.err, answer.lines[-1]) == (0, "", "all is well")
    assert [line[11:23].strip() for line in answer.lines[3:-1]] == OF_A_STORE
    assert "live, format 1, 2 records" in answer.out
    assert "journal_mode wal, synchronous full, secure_delete on" in answer.out


def test_what_was_not_named_is_said_not_to_have_been_looked_at(ihs, live):
    checks = examined(ihs).json["checks"]

    assert {check["of"] for check in checks if check["state"] == "not asked"} == {"checkpoints", "views"}


def test_without_a_store_it_says_what_is_installed(ihs):
    answer = ihs("doctor")

    assert (answer.code, len(answer.lines), answer.lines[-1]) == (0, 4, "all is well")


def test_nothing_is_recorded_or_changed_by_it(ihs, three):
    ihs("projections", "follow", three, "--once")
    before = {path: path.read_bytes() for path in (three, Path("cases.db.views"))}

    ihs("doctor", "cases.db")

    assert {path: path.read_bytes() for path in before} == before


def test_a_store_that_does_not_open_is_told_and_the_rest_is_looked_at(ihs, live):
    spoiled(live, "PRAGMA user_version = 99")

    newer = "the store has format 99, this program knows up to 1: use a newer version of it"
    assert wrong(examined(ihs)) == {"record": newer}


@pytest.mark.parametrize(
    "spoil, says",
    [
        (lambda key: key.chmod(0o644), "others may read or change cases.db.key"),
        (lambda key: key.unlink(), "there is no readable key file at cases.db.key"),
        (lambda key: key.write_bytes(bytes(32)), "the key file does not open this store's keys"),
    ],
    ids=["open to others", "gone", "another's"],
)
def test_a_key_file_that_does_not_do_is_told_with_what_to_do(ihs, live, spoil, says):
    spoil(Path("cases.db.key"))

    assert [*wrong(examined(ihs))] == ["key file"]
    assert wrong(examined(ihs))["key file"].startswith(says)


@pytest.mark.parametrize("file, of", [("cases.db", "record"), ("cases.db.views", "views")])
def test_a_store_or_views_that_others_may_read_are_told_with_what_to_do(ihs, live, file, of):
    ihs("projections", "follow", live, "--once")
    well = wrong(examined(ihs))

    Path(file).chmod(0o640)

    says = f"others may read or change {file}: allow its owner alone (chmod 600)"
    assert (well, wrong(examined(ihs))) == ({}, {of: says})


def test_a_clock_that_is_behind_the_last_record_is_told(ihs, live):
    spoiled(live, "UPDATE records SET recorded_at = recorded_at + 3600000000 WHERE position = 2")

    assert "set it right, then type ihs store clock-corrected" in wrong(examined(ihs))["clock"]


def test_an_edition_that_is_not_at_hand_is_named(ihs, live):
    other = "CAST(replace(CAST(open AS TEXT), '@2010', '@2099') AS BLOB)"
    spoiled(live, f"UPDATE records SET open = {other} WHERE stream = 'system'")

    assert "utah-r512-100@2099-10-08" in wrong(examined(ihs))["editions"]


def test_a_plugin_that_does_not_load_is_named(ihs, live, plug):
    plug("ihs_domain.editions", "raise KeyError('Jane Doe')")

    assert wrong(examined(ihs))["plugins"].startswith("broken of ihs-broken does not load: ")


def test_checkpoints_that_do_not_leave_are_told_wherever_they_should_be(ihs, live, nats_server, tmp_path):
    with EmbeddedServer(tmp_path / "nats", []):
        where = ("--checkpoints", "kept", "--server", "nats")
        ihs("audit", "checkpoint", live, "--to", "kept", "--server", "nats")
        ihs("case", "show", live, "k1")
        spoiled(live, "UPDATE records SET recorded_at = recorded_at - 3600000000")
        late = wrong(examined(ihs, *where))
        ihs("audit", "checkpoint", live, "--to", "kept", "--server", "nats")
        kept = wrong(examined(ihs, *where))
    nowhere = wrong(examined(ihs, "--server", "nowhere"))

    assert "is ihs audit checkpoint --every running?" in late["checkpoints"]
    assert kept == {}
    assert nowhere["checkpoints"].startswith("nowhere holds no connection details")


def test_a_rehearsal_whose_records_wait_for_a_checkpoint_is_not_wrong(ihs, alder):
    ihs("audit", "checkpoint", alder, "--to", "kept")
    ihs("case", "show", alder, "alder")

    [checkpoints] = [
        check for check in examined(ihs, "--checkpoints", "kept").json["checks"] if check["of"] == "checkpoints"
    ]

    assert (checkpoints["state"], checkpoints["says"][:10]) == ("not asked", "kept: reco")


def test_a_folder_that_keeps_no_checkpoint_is_not_well(ihs, live, tmp_path):
    (tmp_path / "empty").mkdir()
    ihs("store", "init", "new.db")

    found = [wrong(examined(ihs, "--checkpoints", folder)) for folder in ("empty", "none")]
    nothing_to_keep_yet = ihs("doctor", "new.db", "--checkpoints", "empty")

    says = "there are no checkpoints in {}: name where `ihs audit checkpoint` has them kept"
    assert found == [{"checkpoints": says.format("empty")}, {"checkpoints": says.format("none")}]
    assert nothing_to_keep_yet.code == 0


def test_views_that_lag_behind_are_told_and_in_a_rehearsal_are_not_asked_after(ihs, live):
    ihs("projections", "follow", live, "--once")
    [level] = [check for check in examined(ihs).json["checks"] if check["of"] == "views"]
    ihs("record", live, "-", given=json.dumps(entry()))
    [soon] = [check for check in examined(ihs).json["checks"] if check["of"] == "views"]
    spoiled(live, "UPDATE records SET recorded_at = recorded_at - 3600000000")

    late = wrong(examined(ihs))
    spoiled(live, "UPDATE meta SET value = 'rehearsal' WHERE key = 'kind'")
    rehearsed = examined(ihs).json["checks"]

    assert level["says"] == "they stand at position 2, where the record ends"
    assert soon["state"] == "well"
    assert soon["says"].startswith("they stand at position 2 of 3, and records have waited for 0:0")
    assert late["views"].startswith("they stand at position 2 of 3, and records have waited for 1:0")
    assert "is ihs projections follow running?" in late["views"]
    [views] = [check for check in rehearsed if check["of"] == "views"]
    assert (views["state"], views["says"][-26:]) == ("not asked", "; a rehearsal has no clock")


def test_a_view_file_that_is_named_and_not_there_is_told_and_not_made(ihs, live):
    status = ihs("projections", "status", live, "--views", "none")

    assert wrong(examined(ihs, "--views", "none")) == {"views": "there is no such file: none"}
    assert status == (2, "", "ihs: there is no such file: none\n")
    assert not Path("none").exists()


def test_cases_that_are_parked_are_told(ihs, broken):
    ihs("projections", "follow", broken, "--once")
    parked = wrong(examined(ihs))
    ihs("projections", "skip", broken, "birch")
    skipped = wrong(examined(ihs))

    assert parked == {"views": "1 case parked: see ihs projections status"}
    assert skipped == {}


def test_views_of_another_store_and_files_that_are_none_are_told(ihs, alder, tmp_path):
    ihs("store", "init", "other.db")
    ihs("record", "other.db", "-", given="")
    ihs("projections", "follow", alder, "--once")
    (tmp_path / "letter").write_text("Dear Sir or Madam" * 100)

    other = ihs("doctor", "other.db", "--views", "cases.db.views", "--format", "json")

    assert wrong(other)["views"].startswith("they were made from another store")
    assert wrong(examined(ihs, "--views", "letter"))["views"].startswith("letter is another program's file")
