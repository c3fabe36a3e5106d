"""`ihs projections`: views are followed, a parked case is named, retried and skipped, all are made anew."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from rehearsal import ASKED, WORKER, live
from typed import type_

from ihs_follow.views import Views
from ihs_projections import PROJECTIONS
from ihs_record.row import Draft
from ihs_store.stamping import wall_clock
from ihs_store.store import open_store

NINTH = datetime(2015, 1, 9, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    """A store with two cases."""
    with live(tmp_path) as cases:
        for case in ("k1", "k2"):
            cases.record(ASKED, case_id=case, actor=WORKER, occurred=NINTH, command_id=case)
    return tmp_path / "live.db"


@pytest.fixture
def poisoned(store):
    """Spoil a case; what mends it is given."""

    def change(value):
        with closing(sqlite3.connect(store, isolation_level=None)) as database:
            database.execute("DROP TRIGGER IF EXISTS records_stand")
            database.execute("UPDATE records SET name = ? WHERE stream = 'case/k1'", (value,))

    change("NeverHeardOf.v1")
    return lambda: change("ServicesRequested.v1")


def held(store):
    with closing(Views(f"{store}.views", PROJECTIONS)) as views:
        return [row.case_id for row in views.rows("current_case")]


def test_views_are_followed_to_the_end_of_the_record(store):
    assert type_("projections", "follow", store, "--once").out == "views stand at position 3\n"

    assert type_("projections", "status", store, "--format", "json").json["position"] == 3
    assert held(store) == ["k1", "k2"]


def test_to_ask_how_views_stand_where_there_are_none_yet_makes_none(store):
    asked = type_("projections", "status", store)
    in_json = type_("projections", "status", store, "--format", "json")
    skipped = type_("projections", "skip", store, "k1")

    says = "there are no views yet: ihs projections follow makes them; the record ends at 3\n"
    assert asked == (0, says, "")
    assert in_json.json == {"store": "live", "position": None, "record": 3, "parked": {}, "skipped": []}
    assert (skipped.code, store.with_name("live.db.views").exists()) == (2, False)


def test_a_parked_case_is_named_and_retried_once_it_is_mended(store, poisoned):
    type_("projections", "follow", store, "--once")

    status = type_("projections", "status", store)

    assert (status.code, status.lines[1:]) == (1, ["k1 is parked: StoreDamaged"])
    assert held(store) == ["k2"]
    assert type_("projections", "retry", store, "k1").code == 1
    poisoned()
    assert type_("projections", "retry", store, "k1").out == "k1 is no longer parked\n"
    assert (held(store), type_("projections", "status", store).code) == (["k1", "k2"], 0)


def test_a_parked_case_that_is_skipped_is_still_named_and_no_longer_wrong(store, poisoned):
    type_("projections", "follow", store, "--once")

    assert type_("projections", "skip", store, "k1").code == 0

    status = type_("projections", "status", store)
    assert (status.code, status.lines[1:]) == (0, ["k1 is skipped: StoreDamaged"])


@pytest.mark.parametrize("act", ["retry", "skip"])
def test_a_case_that_is_not_parked_is_neither_retried_nor_skipped(store, act):
    answer = type_("projections", act, store, "k2")

    assert (answer.code, answer.err) == (2, "ihs: no case of that id is parked: see ihs projections status\n")


def test_views_are_made_anew_beside_those_that_are_there(store):
    type_("projections", "follow", store, "--once")
    with closing(sqlite3.connect(f"{store}.views")) as database, database:
        database.execute("DELETE FROM view_current_case")

    assert type_("projections", "rebuild", store).out == "made anew up to position 3\n"

    assert held(store) == ["k1", "k2"]


def test_a_file_that_holds_no_views_is_refused(store):
    answer = type_("projections", "status", store, "--views", store)

    assert (answer.code, "another program's file" in answer.err) == (1, True)


def test_to_ask_how_views_stand_changes_not_one_byte_of_them(store):
    file = store.with_name("live.db.views")
    with closing(Views(file, PROJECTIONS[:1])):
        pass
    before = (file.read_bytes(), file.stat().st_mtime_ns)

    status = type_("projections", "status", store)

    assert status.lines == ["views stand at position 0, the record ends at 3"]
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_of_an_empty_file_views_are_made_from_the_beginning(store):
    file = store.with_name("empty")
    file.touch()

    assert type_("projections", "status", store, "--views", file).lines[0].startswith("views stand at position 0,")
    assert file.stat().st_size == 0


def test_views_of_another_store_say_nothing_of_this_one(store, tmp_path):
    type_("projections", "follow", store, "--once")
    type_("store", "init", tmp_path / "other.db")

    status = type_("projections", "status", tmp_path / "other.db", "--views", f"{store}.views")

    says = "holds views of another store: name the file of this one's by --views"
    assert status == (1, "", f"ihs: {store}.views {says}\n")


@pytest.mark.parametrize("act", [("follow", "--once"), ("rebuild",)])
@pytest.mark.parametrize("where", ["nowhere/views", "."])
def test_views_are_not_made_where_no_file_can_be(store, act, where):
    file = store.parent / where

    answer = type_("projections", *act, store, "--views", file)

    says = "cannot be opened: name a file for the views alone, in a folder that is there"
    assert answer == (2, "", f"ihs: {file} {says}\n")


# ihs store clock-corrected


def test_an_operator_says_that_the_clock_is_right(store):
    words = ("store", "clock-corrected", store, "--actor", "a-1", "--role", "administrator")
    assert type_(*words).out == "nothing to do: the clock is not behind the last record\n"
    ahead = wall_clock() + timedelta(days=1) // timedelta(microseconds=1)
    with closing(open_store(str(store), clock=lambda: ahead)) as wrong:
        wrong.append([Draft("case/k9", 1, name="A.v1", day="2015-01-09", actor="w", role="r")])

    answer = type_(*words)

    assert answer.out.startswith("recorded at position 5: the time of recording stands at ")
    assert type_("audit", "verify", store).code == 0
