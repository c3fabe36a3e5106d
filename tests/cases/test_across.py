"""Reading across many cases, and asking what is due, found and possible: through the same door as reading one."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER, Desk

from ihs_cases import Cases, across
from ihs_cases.across import Broken, LeftOut, Only, Reading
from ihs_cases.errors import CaseNotOpen, UnknownCase
from ihs_cases.reading import CaseReader
from ihs_domain.assigning import WorkerAssigned, WorkerUnassigned
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.looking import AccessDenied, AccessGround, RecordViewed, Seen, Why
from ihs_domain.opening import Authority, CaseOpened, PartyNamed
from ihs_domain.persons import PersonIdentified, PersonRegistered
from ihs_domain.planning import PlanDrafted, SupervisorAgreed
from ihs_domain.recording import EntryVoided
from ihs_domain.restricting import AccessRestricted, RecordSealed
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import Reported
from ihs_store.errors import StoreBusy
from ihs_store.store import open_store

STRANGER = Actor("w-99", Role.PRACTITIONER)
ON = date(2015, 2, 1)


@pytest.fixture
def four(desk):
    """Four cases: w-12 is assigned to k1, k2 and k4."""
    for case in ("k1", "k2", "k3", "k4"):
        desk.put(ASKED, case=case)
    for case in ("k1", "k2", "k4"):
        desk.put(WorkerAssigned("w-12"), case=case)
    return desk


def reader(desk: Desk, actor: Actor = WORKER, **more: Any) -> CaseReader:
    return desk.cases.reader(actor, **{"at": desk.now, **more})


def keeper(desk: Desk, **more: Any) -> CaseReader:
    return desk.cases.access.keeper("os-eve", at=desk.now, **more)


def looks(cases: Cases, who: str = "w-12") -> list[Any]:
    return [entry.event for entry in cases.recorder.entries(f"access/{who}")]


def names(reader: CaseReader, **more: Any) -> list[Any]:
    return [*reader.across(lambda reading: reading.case, what=Seen.DUTIES, on=ON, **more)]


# One case


def test_what_is_due_found_and_possible_is_what_the_cases_say_and_is_on_record_as_that(four):
    own, cases = reader(four), four.cases
    four.on(2, 1)

    assert own.duties("k1", on=ON) == cases.duties("k1", on=ON)
    assert own.findings("k1") == cases.findings("k1")
    assert own.possible("k1", SUPERVISOR, on=ON) == cases.possible("k1", SUPERVISOR, on=ON)
    assert own.approvals("k1") == cases.approvals("k1")
    assert [look.what for look in looks(cases)] == [Seen.DUTIES, Seen.FINDINGS, Seen.POSSIBLE, Seen.HISTORY]


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader: reader.duties("k3", on=ON),
        lambda reader: reader.findings("k3"),
        lambda reader: reader.possible("k3", WORKER, on=ON),
        lambda reader: reader.approvals("k3"),
        lambda reader: reader.exporting("k3"),
        lambda reader: names(reader, among=["k3"]),
    ],
    ids=["duties", "findings", "possible", "approvals", "exporting", "named"],
)
def test_of_a_case_that_may_not_be_read_nothing_is_told_and_that_is_on_record(four, ask):
    with pytest.raises(CaseNotOpen):
        ask(reader(four))

    assert [(type(look), look.why) for look in looks(four.cases)] == [(AccessDenied, Why.NO_GROUND)]


def test_what_is_handed_out_is_on_record_as_far_as_it_goes(four):
    reader(four).exporting("k1", as_at=four.cases.history("k1").record[0].position)

    [viewed] = looks(four.cases)
    assert (viewed.what, viewed.upto, viewed.opened) == (Seen.EXPORT, 1, False)


def test_a_case_of_which_something_is_kept_from_the_reader_is_not_handed_out(four):
    four.put(PersonJoined("gal", Relation.OTHER))
    four.put(PartyNamed("gal", Role.GUARDIAN_AD_LITEM))
    four.put(PersonRegistered("p-2"), case=None, person_id="p-2")
    four.put(PersonIdentified("p-2", "k1", "gal", "papers"), case=None, person_id="p-2")
    four.put(AccessRestricted(1, frozenset({"gal"}), "danger"))
    guardian = reader(four, Actor("p-2", Role.GUARDIAN_AD_LITEM))

    guardian.history("k1")
    with pytest.raises(CaseNotOpen):
        guardian.exporting("k1")


# Many cases


def test_of_all_cases_those_are_told_of_that_may_be_read_and_of_each_it_is_on_record(four):
    told = names(reader(four, purpose="monday"))

    assert told == ["k1", "k2", LeftOut.NOT_OPEN, "k4"]
    assert looks(four.cases) == [
        RecordViewed(case, Seen.DUTIES, AccessGround.ASSIGNED, frozenset({2}), frozenset(), 2, purpose="monday")
        for case in ("k1", "k2", "k4")
    ]


def test_that_many_are_shown_is_put_on_record_in_one_step(four):
    names(reader(four))

    viewed = four.cases.recorder.entries("access/w-12")
    assert len({entry.command for entry in viewed}) == 1


@pytest.mark.parametrize(
    "meant, those",
    [
        (Only(), ["k1", "k2", "k3", "k4"]),
        (Only(worker="w-12"), ["k1", "k2", "k4"]),
        (Only(region="north"), ["k2", "k3"]),
        (Only(worker="w-12", region="north"), ["k2"]),
        (Only(jurisdiction="us-nm"), []),
        (Only(jurisdiction="us-ut", region="nowhere"), []),
    ],
    ids=str,
)
def test_a_case_that_is_not_asked_about_is_not_shown_and_so_not_on_record(four, meant, those):
    for case in ("k2", "k3"):
        four.put(CaseOpened(Authority.VOLUNTARY, "north"), case=case)

    told = names(keeper(four), meant=meant)

    assert told == [case if case in those else LeftOut.NOT_MEANT for case in ("k1", "k2", "k3", "k4")]
    assert [look.case for look in looks(four.cases, "os-eve")] == those


def test_which_cases_are_meant_is_no_function_for_it_would_see_them_before_that_is_on_record(four):
    seen = []

    with pytest.raises(TypeError, match=r"say which cases are meant by Only\(region=\.\.\.\)"):
        names(keeper(four), meant=seen.append)

    assert seen == looks(four.cases, "os-eve") == []


def test_a_case_that_is_named_and_not_meant_is_on_record_for_that_is_told_of_it(four):
    assert names(reader(four), among=["k1"], meant=Only(region="north")) == [LeftOut.NOT_MEANT]
    assert [look.case for look in looks(four.cases)] == ["k1"]


def test_who_may_read_none_is_told_nothing_and_nothing_is_on_record(four):
    before = four.cases.store.head()

    assert names(reader(four, STRANGER)) == [LeftOut.NOT_OPEN] * 4
    assert four.cases.store.head() == before


def test_whatever_is_asked_of_many_is_what_is_asked_of_each(four):
    four.on(2, 1)

    def ask(reading: Reading) -> Any:
        return reading.duties(), reading.findings()

    assert [*keeper(four).across(ask, what=Seen.DUTIES, on=ON)] == [
        (four.cases.duties(case, on=ON), four.cases.findings(case)) for case in four.cases.case_ids()
    ]


def test_what_is_asked_and_fails_is_told_as_that_and_not_as_a_rule(four):
    told = [*keeper(four).across(lambda reading: 1 / 0, what=Seen.DUTIES, on=ON)]

    assert told == [
        Broken(case, "what was asked of it fails with ZeroDivisionError") for case in ("k1", "k2", "k3", "k4")
    ]


def test_a_sealed_case_is_left_out_for_the_keeper_too_but_for_the_purposes_of_its_seal(four):
    four.put(RecordSealed("order-1", frozenset({"new-report"})), case="k2")

    assert names(keeper(four)) == ["k1", LeftOut.NOT_OPEN, "k3", "k4"]
    assert names(keeper(four, purpose="new-report")) == ["k1", "k2", "k3", "k4"]


def test_a_case_asked_for_by_name_that_is_not_there_is_told_to_the_keeper_alone(four):
    with pytest.raises(UnknownCase):
        names(keeper(four), among=["nobody"])
    with pytest.raises(CaseNotOpen):
        names(reader(four), among=["nobody"])


def test_what_cannot_be_put_on_record_is_not_shown(four):
    hasty = Cases(open_store(four.cases.store.address, lock_timeout=0.05), four.cases.ring, UTAH)
    with hasty, closing(sqlite3.connect(four.cases.store.address, isolation_level=None)) as other_writer:
        other_writer.execute("BEGIN IMMEDIATE")
        shown: list[Any] = []
        with pytest.raises(StoreBusy):
            shown.extend(hasty.reader(WORKER, at=four.now).across(shown.append, what=Seen.DUTIES, on=ON))
        other_writer.execute("ROLLBACK")

    assert shown == []


def test_where_recording_fails_half_way_no_more_is_shown_than_is_on_record(four, monkeypatch):
    monkeypatch.setattr(across, "TOGETHER", 2)
    hasty = Cases(open_store(four.cases.store.address, lock_timeout=0.05), four.cases.ring, UTAH)
    shown = []
    with hasty, closing(sqlite3.connect(four.cases.store.address, isolation_level=None)) as other_writer:
        answers = hasty.access.keeper("os-eve", at=four.now).across(lambda one: one.case, what=Seen.DUTIES, on=ON)
        shown += [next(answers), next(answers)]
        other_writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            shown.append(next(answers))
        other_writer.execute("ROLLBACK")

    assert shown == [look.case for look in looks(four.cases, "os-eve")] == ["k1", "k2"]


def test_a_case_that_its_reader_left_meanwhile_is_not_shown(four):
    at, store = four.now + timedelta(minutes=5), four.cases.store
    append, between = store.append, [True]

    def late(drafts: Any, **said: Any) -> Any:
        """Before the reading is recorded, the worker leaves a case and reads another."""
        if between and drafts[0].stream == "access/w-12":
            between.clear()
            four.put(WorkerUnassigned("w-12"), case="k1")
            reader(four).get("k2")
        return append(drafts, **said)

    store.append = late
    told = names(reader(four, at=at))
    del store.append

    assert told == [LeftOut.NOT_OPEN, "k2", LeftOut.NOT_OPEN, "k4"]
    assert [look.case for look in looks(four.cases)] == ["k2", "k2", "k4"]


def test_a_case_that_cannot_be_read_is_named_to_who_keeps_the_store_alone(four):
    with closing(sqlite3.connect(four.cases.store.address)) as spoiling, spoiling:
        for (trigger,) in spoiling.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            spoiling.execute(f"DROP TRIGGER {trigger}")
        spoiling.execute("UPDATE records SET open = x'00' WHERE stream = 'case/k1' AND version = 1")

    kept, own = names(keeper(four)), names(reader(four))

    assert (kept[0].case, kept[1:]) == ("k1", ["k2", "k3", "k4"])
    assert (own[0], own[1:]) == (Broken(None, across.UNREADABLE), ["k2", LeftOut.NOT_OPEN, "k4"])


def test_what_is_found_by_a_day_leaves_out_what_was_amended_later(four):
    elsewhere = Reported("s-9", Role.SUPERVISOR, date(2015, 1, 5), "minutes")
    four.put(PlanDrafted("p", ()))
    version = four.put(SupervisorAgreed("p", reported=elsewhere)).version
    four.on(2, 10).put(EntryVoided(version, "other"), actor=STRANGER)

    def found(on: date) -> list[int]:
        [findings] = keeper(four).across(lambda reading: reading.findings(), what=Seen.FINDINGS, on=on, among=["k1"])
        return [finding.version for finding in findings if finding.day > ON]

    assert (found(ON), found(date(2015, 2, 28))) == ([], [version + 1])


def test_no_class_of_ones_own_sees_a_case_before_that_is_on_record(four):
    class Spying(Only):
        pass

    with pytest.raises(TypeError, match="say which cases are meant"):
        [*keeper(four).across(lambda reading: reading.case, what=Seen.DUTIES, meant=Spying())]
