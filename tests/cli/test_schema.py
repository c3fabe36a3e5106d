"""`ihs schema`: the schemas of events are written into a folder, and held against the program's."""

import json

import pytest

from ihs_record.names import NAMES


@pytest.fixture
def given_out(ihs, tmp_path):
    """Schemas as they were given to somebody; what changes one of them is given."""
    assert ihs("schema", "export", "theirs").code == 0

    def change(name, **changed):
        path = tmp_path / "theirs" / f"{name}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changed))

    return change


def test_a_file_is_written_for_each_version_of_each_event(ihs, tmp_path):
    answer = ihs("schema", "export", "new/schemas")

    assert answer == (0, f"{len(NAMES)} schemas written to new/schemas\n", "")
    written = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "new" / "schemas").iterdir()}
    assert {name: one["title"] for name, one in written.items()} == {name: name for name in NAMES}


def test_what_this_program_wrote_has_not_changed(ihs, given_out):
    assert ihs("schema", "check", "theirs") == (0, "nothing changed\n", "")
    assert ihs("schema", "check", "theirs", "--format", "json").json == {"holds": True, "changes": []}


def test_an_additive_change_is_told_and_holds(ihs, given_out, tmp_path):
    (tmp_path / "theirs" / "CaseClosed.v1.json").unlink()

    assert ihs("schema", "check", "theirs") == (
        0,
        "additive  CaseClosed.v1: it is new\n1 additive, 0 breaking\n",
        "",
    )


def test_a_breaking_change_is_told_with_its_field_and_ends_with_1(ihs, given_out):
    given_out("PlanSigned.v1", required=[])

    text, told = ihs("schema", "check", "theirs"), ihs("schema", "check", "theirs", "--format", "json")

    assert (text.code, text.lines[0]) == (1, "breaking  PlanSigned.v1 plan: it is needed now")
    assert (told.code, told.json["holds"]) == (1, False)
    assert told.json["changes"][0] == {
        "event": "PlanSigned.v1",
        "at": "plan",
        "says": "it is needed now",
        "breaking": True,
    }


def test_nothing_is_written_over(ihs, given_out, tmp_path):
    (tmp_path / "letter").write_text("Dear Sir or Madam")

    over = [ihs("schema", "export", where) for where in ("theirs", "letter", "letter/schemas")]

    assert over[:2] == [(2, "", f"ihs: {where} already exists: name a new folder\n") for where in ("theirs", "letter")]
    assert over[2] == (2, "", "ihs: letter/schemas cannot be written: Not a directory\n")
    assert (tmp_path / "letter").read_text() == "Dear Sir or Madam"


@pytest.mark.parametrize("text", ["{", "[]", '{"title": "Another.v1"}', '{"title": "A.v1", "properties": []}', "\xff"])
def test_a_file_that_is_no_schema_is_named(ihs, tmp_path, text):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "A.v1.json").write_text(text, encoding="latin-1")

    says = "theirs/A.v1.json is no schema of an event: take it away, or have the folder written anew"
    assert ihs("schema", "check", "theirs") == (2, "", f"ihs: {says}\n")


def test_every_file_that_is_no_schema_is_named(ihs, given_out, tmp_path):
    for name in ("A.v1", "PlanSigned.v1"):
        (tmp_path / "theirs" / f"{name}.json").write_text("{")

    says = "theirs/A.v1.json, theirs/PlanSigned.v1.json are no schemas of events: take them away, or have the folder"
    assert ihs("schema", "check", "theirs") == (2, "", f"ihs: {says} written anew\n")


def test_a_folder_without_schemas_is_no_folder_that_holds(ihs, tmp_path):
    (tmp_path / "empty").mkdir()

    empty, nowhere = ihs("schema", "check", "empty"), ihs("schema", "check", "nowhere")

    assert empty == (2, "", "ihs: empty holds no schemas of events: name a folder that ihs schema export wrote\n")
    assert (nowhere.code, nowhere.err.count("\n")) == (2, 1)
