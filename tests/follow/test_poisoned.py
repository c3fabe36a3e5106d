"""A record that cannot be read: its case is parked and named, nobody else waits for it, nothing is passed over."""

import sqlite3
from contextlib import closing

import pytest
from being_told import agree, decided, open_case, referral, release
from rehearsal import ASKED

from ihs_cases import Cases
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.household import PersonJoined, Relation
from ihs_follow.follower import Follower
from ihs_follow.telling import Teller
from ihs_projections import PROJECTIONS
from ihs_store.store import path_of

MOTHER = PersonJoined("p-m", Relation.MOTHER, name="Mo Made-Up")
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"p-m"}))
POISONS = ["open = x'7b'", "sealed = x'00'", "name = 'NeverHeardOf.v1'", "day = 'yesterday'", "role = 'wizard'"]
pytestmark = [pytest.mark.faults, pytest.mark.fault("poisoned row")]


def change(cases, statement):
    with closing(sqlite3.connect(path_of(cases.store.address), isolation_level=None)) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute(statement)


def poison(cases, position, how):
    """Spoil one record, and give what mends it."""
    column = how.partition(" ")[0]
    with closing(sqlite3.connect(path_of(cases.store.address))) as database:
        found = database.execute(f"SELECT quote({column}) FROM records WHERE position = {position}").fetchone()[0]
    change(cases, f"UPDATE records SET {how} WHERE position = {position}")
    return lambda: change(cases, f"UPDATE records SET {column} = {found} WHERE position = {position}")


def last_of(cases, case):
    return cases.store.stream(f"case/{case}")[-1].position


def rows(views, case):
    return {p.name: views.rows(p.name, case) for p in PROJECTIONS}


def straight(cases, case):
    return {p.name: list(p.rows(case, cases.history(case))) for p in PROJECTIONS}


@pytest.mark.parametrize("chunk", [1, 3, 1000])
@pytest.mark.parametrize("how", POISONS)
def test_a_record_that_cannot_be_read_parks_its_case_and_every_other_goes_on(desk, views, how, chunk):
    for case in ("k1", "k2", "k3"):
        desk.put(ASKED, case=case)
        desk.put(MOTHER, case=case)
    mend = poison(desk.cases, last_of(desk.cases, "k2"), how)
    desk.put(VISIT, case="k3")

    with Cases.open(desk.cases.store.address, rules=desk.cases.rules) as another:
        stands = Follower(another, views, chunk).catch_up()

        assert (stands, views.parked()) == (desk.cases.store.head().position, {"k2": "StoreDamaged"})
        for case in ("k1", "k3"):
            assert rows(views, case) == straight(desk.cases, case)
        assert not views.retry(another, "k2")
        mend()
        assert views.retry(another, "k2")
    assert (rows(views, "k2"), views.parked()) == (straight(desk.cases, "k2"), {})


def test_a_record_spoiled_after_it_was_taken_in_parks_its_case_when_that_is_read_again(desk, views):
    for case in ("k1", "k2"):
        desk.put(ASKED, case=case)
        desk.put(MOTHER, case=case)
    Follower(desk.cases, views).catch_up()
    before, spoiled = rows(views, "k1"), last_of(desk.cases, "k1")
    desk.put(VISIT, case="k1")
    desk.put(VISIT, case="k2")
    poison(desk.cases, spoiled, POISONS[0])

    with Cases.open(desk.cases.store.address, rules=desk.cases.rules) as another:
        Follower(another, views).catch_up()

    assert (rows(views, "k1"), views.parked()) == (before, {"k1": "StoreDamaged"})
    assert rows(views, "k2") == straight(desk.cases, "k2")


@pytest.mark.parametrize("stream", ["case/k1", "agency/wasatch"])
def test_agencies_are_told_of_every_case_that_can_be_read(desk, stream):
    for agency in ("wasatch", "foothill"):
        agree(desk, agency)
    for case in ("k1", "k2"):
        open_case(desk, case)
        for event in (release("R1"), release("R2", "foothill"), referral("RF1"), referral("RF2", "foothill")):
            desk.put(event, case=case)
    mend = poison(desk.cases, desk.cases.store.stream(stream)[-1].position, POISONS[0])
    teller = Teller(desk.cases)

    stands = Follower(desk.cases, teller).catch_up()

    assert [*teller.parked] == [stream]
    assert stands == desk.cases.store.head().position
    assert len(decided(desk.cases, "foothill")) == (1 if stream == "case/k1" else 2)
    mend()
    teller.retry()
    assert teller.parked == {}
    assert [len(decided(desk.cases, agency)) for agency in ("wasatch", "foothill")] == [2, 2]


def test_a_teller_that_begins_anew_decides_for_a_mended_case_when_it_is_named(desk):
    agree(desk)
    for case in ("k1", "k2"):
        open_case(desk, case)
        for event in (release(), referral()):
            desk.put(event, case=case)
    mend = poison(desk.cases, last_of(desk.cases, "k1"), POISONS[0])
    Follower(desk.cases, Teller(desk.cases)).catch_up()
    mend()

    Teller(desk.cases).retry("k1")

    assert len(decided(desk.cases)) == 2


def test_a_case_that_is_skipped_is_tried_again_when_it_is_touched(desk, views):
    desk.put(ASKED)
    mend = poison(desk.cases, last_of(desk.cases, "k1"), POISONS[0])
    with Cases.open(desk.cases.store.address, rules=desk.cases.rules) as another:
        follower = Follower(another, views)
        follower.catch_up()

        assert (views.skip("k1"), views.skipped(), views.skip("k2")) == (True, {"k1"}, False)
        mend()
        desk.put(MOTHER)
        follower.catch_up()
    assert (views.skipped(), views.parked(), rows(views, "k1")) == (frozenset(), {}, straight(desk.cases, "k1"))
