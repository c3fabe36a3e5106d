"""Views: the same rows however the record came, one transaction with the position, and nobody held back."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from diary import DENVER, lines
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal import ASKED, WORKER, Desk, live, record_line, rehearsal

from ihs_cases.cases import Cases
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.gates import Refused
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.ports import Projection
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_follow.follower import AheadOfRecord, Follower
from ihs_follow.views import FedFromAnotherStore, NotAViewFile, Views
from ihs_projections import CONTACTS, PROJECTIONS

MOTHER = PersonJoined("p-m", Relation.MOTHER, name="Mo Made-Up")
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"p-m"}))


def all_rows(views: Views, projections=PROJECTIONS) -> dict:
    return {p.name: views.rows(p.name) for p in projections}


def from_scratch(cases: Cases, folder: Path) -> dict:
    views = Views(folder / "scratch.db", PROJECTIONS)
    try:
        Follower(cases, views).catch_up()
        return all_rows(views)
    finally:
        views.close()


def straight_from_the_record(cases: Cases) -> dict:
    return {p.name: [row for c in cases.case_ids() for row in p.rows(c, cases.history(c))] for p in PROJECTIONS}


ACTS = st.tuples(
    st.sampled_from(["k1", "k2", "k3"]),
    st.sampled_from(["visit", "visit", "correct", "void"]),
    st.integers(0, 40),
    st.booleans(),
)


@settings(max_examples=some(10))
@given(acts=st.lists(ACTS, max_size=14), chunk=st.integers(1, 7))
def test_rows_kept_up_with_are_the_rows_made_from_scratch(tmp_path_factory, acts, chunk):
    folder = tmp_path_factory.mktemp("same")
    with rehearsal(folder) as cases:
        desk, views = Desk(cases), Views(folder / "views.db", PROJECTIONS)
        follower = Follower(cases, views, chunk)
        for case in ("k1", "k2", "k3"):
            desk.put(ASKED, case=case)
            desk.put(MOTHER, case=case)
        for case, act, n, follow in acts:
            with suppress(Refused):  # a correction of a void says nothing, and is refused
                acted = _act(act, n, len(cases.history(case).record))
                desk.on(2, 20).put(acted, case=case, day=date(2015, 1, 5 + n % 25))
            if follow:
                follower.catch_up()

        stands = follower.catch_up()

        assert all_rows(views) == from_scratch(cases, folder) == straight_from_the_record(cases)
        assert (stands, views.parked()) == (cases.store.head().position, {})
        views.close()


def _act(act: str, n: int, versions: int):
    target = n % versions + 1
    if act == "visit":
        return VISIT
    if act == "void":
        return EntryVoided(target, AmendmentReason.OTHER)
    return EntryCorrected(target, VISIT, date(2015, 1, 6) + timedelta(days=n), AmendmentReason.WRONG_DAY)


def test_the_alder_diary_is_read_back_as_it_was_projected(tmp_path, views):
    with rehearsal(tmp_path) as cases:
        for line in lines("alder"):
            try:
                record_line(cases, line)
            except Refused:
                continue
        Follower(cases, views, chunk=7).catch_up()

        assert all_rows(views) == straight_from_the_record(cases)
        assert views.rows("current_case")[0].closed_on == date(2015, 5, 12)
        assert views.rows("contacts", "nobody") == []


# Kept in one step


@pytest.mark.parametrize("table", ["standing", "view_contacts"])
def test_a_batch_that_fails_leaves_rows_and_position_as_they_were(desk, views, table):
    follower = Follower(desk.cases, views)
    for event in (ASKED, MOTHER, VISIT):
        desk.put(event)
    follower.catch_up()
    before = all_rows(views), views.position()
    act = "UPDATE" if table == "standing" else "INSERT"
    full = f"CREATE TEMP TRIGGER full BEFORE {act} ON main.{table} BEGIN SELECT no_room_left(); END"
    views._db.create_function("no_room_left", 0, lambda: 1 / 0)
    views._db.execute(full)
    desk.put(VISIT)

    with pytest.raises(sqlite3.OperationalError):
        follower.catch_up()
    views._db.execute("DROP TRIGGER full")
    assert (all_rows(views), views.position(), views.parked()) == (*before, {})
    follower.catch_up()
    assert all_rows(views) == straight_from_the_record(desk.cases)


KILLED = """
import os, signal, sys
from ihs_cases.cases import Cases
from ihs_follow.follower import Follower
from ihs_follow.views import Views
from ihs_projections import PROJECTIONS
from rehearsal import UTAH

store, file, after = sys.argv[1:]
views = Views(file, PROJECTIONS)
taken = 0
accept = views.accept

def accepted(batch):
    global taken
    if taken == int(after):
        os.kill(os.getpid(), signal.SIGKILL)
    accept(batch)
    taken += 1

views.accept = accepted
Follower(Cases.open(store, rules=UTAH), views, 1).catch_up()
"""


@pytest.mark.faults
def test_a_follower_killed_between_batches_loses_nothing(desk, tmp_path):
    for event in (ASKED, MOTHER, VISIT, EntryVoided(3, AmendmentReason.OTHER)):
        desk.put(event)
    support = {"PYTHONPATH": str(Path(__file__).parents[1] / "support")}

    for _ in range(2):
        command = [sys.executable, "-c", KILLED, str(desk.cases.store.address), str(tmp_path / "views.db"), "2"]
        assert subprocess.run(command, env=support, check=False).returncode == -9

    views = Views(tmp_path / "views.db", PROJECTIONS)
    assert views.position() == 4
    Follower(desk.cases, views).catch_up()
    assert all_rows(views) == straight_from_the_record(desk.cases)
    views.close()


# Parked


class Fragile(NamedTuple):
    """How many entries, where that can be told."""

    case_id: str
    entries: object


def fragile(*answers: object) -> Projection:
    """A projection that answers for k1 with *answers*, in turn: an error is raised, anything else is the row."""
    left = list(answers)

    def rows(case_id, history) -> Iterator[Fragile]:
        answer = left.pop(0) if case_id == "k1" and left else len(history)
        if isinstance(answer, Exception):
            raise answer
        yield answer if isinstance(answer, tuple) else Fragile(case_id, answer)

    return Projection("fragile", Fragile, rows)


@pytest.mark.parametrize(
    "answer, reason",
    [
        (ValueError("Mo Made-Up is no number"), "ValueError"),
        (("k1",), "ProgrammingError"),
        ({"no": "column"}, "InterfaceError" if sys.version_info < (3, 11) else "ProgrammingError"),
        (1 << 70, "OverflowError"),
    ],
    ids=["raises", "too few columns", "no value of a column", "too large"],
)
def test_a_projection_that_fails_parks_its_case_and_holds_back_nobody_else(desk, tmp_path, answer, reason):
    views = Views(tmp_path / "v.db", [fragile(1, answer)])
    follower = Follower(desk.cases, views)
    desk.put(ASKED)
    follower.catch_up()
    desk.put(MOTHER)
    desk.put(ASKED, case="k2")

    stands = follower.catch_up()

    assert (stands, views.parked()) == (4, {"k1": reason})
    assert views.rows("fragile") == [Fragile("k1", 1), Fragile("k2", 1)]
    desk.put(VISIT)
    follower.catch_up()
    assert (views.parked(), views.rows("fragile", "k1")) == ({}, [Fragile("k1", 3)])
    views.close()


def test_a_case_is_parked_whole_so_that_its_views_agree(desk, tmp_path):
    views = Views(tmp_path / "v.db", [CONTACTS, fragile(0, ValueError())])
    follower = Follower(desk.cases, views)
    desk.put(ASKED)
    follower.catch_up()
    desk.put(MOTHER)
    desk.put(VISIT)

    follower.catch_up()
    assert (views.rows("contacts"), views.rows("fragile")) == ([], [Fragile("k1", 0)])

    desk.put(VISIT)
    follower.catch_up()
    assert (len(views.rows("contacts")), views.rows("fragile")) == (2, [Fragile("k1", 4)])
    views.close()


# The file


def test_another_programs_database_is_refused_untouched(tmp_path):
    for n, statements in enumerate(
        ["CREATE TABLE theirs(a)", "PRAGMA application_id = 7", "PRAGMA journal_mode = WAL; CREATE TABLE theirs(a)"]
    ):
        path = tmp_path / f"{n}.db"
        with closing(sqlite3.connect(path)) as theirs:
            theirs.executescript(statements)
        before = path.read_bytes()

        with pytest.raises(NotAViewFile):
            Views(path, PROJECTIONS)
        assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_untouched(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 100)

    with pytest.raises(NotAViewFile):
        Views(path, PROJECTIONS)
    assert path.read_text() == "Dear reader, " * 100


def test_the_record_itself_is_no_file_for_views(desk):
    desk.put(ASKED)

    with pytest.raises(NotAViewFile):
        Views(desk.cases.store.address, PROJECTIONS)
    assert len(desk.cases.history("k1")) == 1


@pytest.mark.parametrize("others", [[CONTACTS], [*PROJECTIONS, fragile()]], ids=["fewer", "more"])
def test_a_file_of_other_projections_is_made_again(desk, tmp_path, others):
    desk.put(ASKED)
    views = Views(tmp_path / "v.db", others)
    Follower(desk.cases, views).catch_up()
    views.close()

    views = Views(tmp_path / "v.db", PROJECTIONS)
    assert views.position() == 0
    Follower(desk.cases, views).catch_up()

    assert all_rows(views) == straight_from_the_record(desk.cases)
    views.close()


def test_a_file_of_the_same_projections_goes_on_where_it_stood(desk, tmp_path):
    desk.put(ASKED)
    for _ in range(2):
        views = Views(tmp_path / "v.db", PROJECTIONS)
        Follower(desk.cases, views).catch_up()
        views.close()

    views = Views(tmp_path / "v.db", list(reversed(PROJECTIONS)))
    assert views.position() == 2
    views.close()


class Awkward(NamedTuple):
    """Columns whose names are words of SQL."""

    case_id: str
    by: str
    order: int
    group: bool
    since: date | None
    at: datetime | None
    among: tuple[str, ...]


def test_every_kind_of_column_is_read_back_as_it_was(desk, tmp_path):
    rows = [
        Awkward(
            "k1",
            "w-12",
            3,
            group=True,
            since=date(2015, 1, 5),
            at=datetime(2015, 1, 5, 9, tzinfo=DENVER),
            among=("a", "b"),
        ),
        Awkward("k1", "", 0, group=False, since=None, at=None, among=()),
    ]
    views = Views(tmp_path / "v.db", [Projection("awkward", Awkward, lambda *_: rows)])
    desk.put(ASKED)
    Follower(desk.cases, views).catch_up()

    found = views.rows("awkward")

    assert found == rows
    assert [type(value) for value in found[1]] == [str, str, int, bool, type(None), type(None), tuple]
    views.close()


# Following


def test_waiting_for_a_position_reads_ones_own_write(tmp_path, views):
    with live(tmp_path) as cases, following(cases, views) as follower:
        say = {"case_id": "k1", "actor": WORKER, "occurred": date(2015, 1, 5)}
        for n in range(5):
            receipt = cases.record(ASKED, **say, command_id=f"c{n}")

            assert follower.wait(receipt.position, timeout=60)
            assert views.rows("current_case")[0].version == receipt.version
        assert follower.wait(receipt.position + 1, timeout=0.01) is False


def test_a_write_of_another_connection_wakes_the_follower(tmp_path, views):
    with live(tmp_path) as cases, following(cases, views) as follower:
        script = """
import sys
from datetime import date
from rehearsal import ASKED, UTAH, WORKER
from ihs_cases.cases import Cases
with Cases.open(sys.argv[1], rules=UTAH) as cases:
    cases.record(ASKED, case_id="k1", actor=WORKER, occurred=date(2015, 1, 5), command_id="theirs")
"""
        support = {"PYTHONPATH": str(Path(__file__).parents[1] / "support")}
        subprocess.run([sys.executable, "-c", script, str(cases.store.address)], env=support, check=True)

        assert follower.wait(2, timeout=60)
        assert [row.case_id for row in views.rows("current_case")] == ["k1"]


def test_a_reader_beside_another_process_follower_sees_it_arrive(desk, tmp_path, views):
    theirs = Views(tmp_path / "views.db", PROJECTIONS)
    receipt = desk.put(ASKED)
    thread = threading.Thread(target=Follower(desk.cases, theirs).catch_up)
    thread.start()

    assert Follower(desk.cases, views).wait(receipt.position, timeout=60)
    thread.join()
    theirs.close()


def test_followers_of_one_file_end_equal_and_never_go_back(desk, tmp_path):
    for case in ("k1", "k2", "k3"):
        for event in (ASKED, MOTHER, VISIT, VISIT, EntryVoided(3, AmendmentReason.OTHER)):
            desk.put(event, case=case)
    many = [Views(tmp_path / "views.db", PROJECTIONS) for _ in range(4)]
    stood: list[list[int]] = [[] for _ in many]

    def follow(n: int) -> None:
        follower = Follower(desk.cases, many[n], chunk=n + 1)
        while follower._step():
            stood[n].append(many[n].position())

    threads = [threading.Thread(target=follow, args=(n,)) for n in range(len(many))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(positions == sorted(positions) for positions in stood)
    assert [views.position() for views in many] == [desk.cases.store.head().position] * 4
    assert all_rows(many[0]) == straight_from_the_record(desk.cases)
    for views in many:
        views.close()


def test_a_batch_that_another_follower_has_overtaken_changes_nothing(desk, views, tmp_path):
    from ihs_cases.rows import entry_of
    from ihs_follow.sink import Batch, Recorded

    desk.put(ASKED)
    old = [Recorded(row.stream, entry_of(row)) for row in desk.cases.store.read(0)]
    desk.put(MOTHER)
    Follower(desk.cases, views).catch_up()

    views.accept(Batch(2, old, desk.cases))

    assert views.position() == 3
    assert all_rows(views) == straight_from_the_record(desk.cases)


def test_views_of_a_longer_record_are_not_gone_on_with(desk, views, tmp_path):
    desk.put(ASKED)
    desk.put(MOTHER)
    Follower(desk.cases, views).catch_up()

    with rehearsal(tmp_path, "restored") as shorter:
        Desk(shorter).put(ASKED)
        with pytest.raises(AheadOfRecord, match="position 3"):
            Follower(shorter, views).catch_up()


def test_many_open_a_new_file_at_once(tmp_path):
    raised, opened, start = [], [], threading.Barrier(6)

    def open_views() -> None:
        start.wait()
        try:
            opened.append(Views(tmp_path / "new.db", PROJECTIONS))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is to see it
            raised.append(error)

    threads = [threading.Thread(target=open_views) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for views in opened:
        views.close()

    assert (raised, len(opened)) == ([], 6)


class following:  # noqa: N801 - read as a verb
    """A follower that runs in a thread meanwhile."""

    def __init__(self, cases: Cases, views: Views) -> None:
        self.follower = Follower(cases, views)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.follower.run, args=(self.stop,))

    def __enter__(self) -> Follower:
        self.thread.start()
        return self.follower

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()


def test_views_of_one_store_are_not_fed_from_another(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    views = Views(tmp_path / "views.db", PROJECTIONS)
    with rehearsal(tmp_path / "a") as one, rehearsal(tmp_path / "b") as other:
        Desk(one).put(ASKED)
        Follower(one, views).catch_up()
        kept = all_rows(views)
        desk = Desk(other)
        desk.put(ASKED)
        desk.put(MOTHER)

        with pytest.raises(FedFromAnotherStore):
            Follower(other, views).catch_up()

        assert all_rows(views) == kept
    views.close()
