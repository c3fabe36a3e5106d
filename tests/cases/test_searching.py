"""Searching for a person by name: over what stands, on record before its answer, and never what was searched for."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER, Desk, live, rehearsal

from ihs_cases import Cases
from ihs_cases.errors import NothingToSearchFor
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.persons import PersonIdentified, PersonRegistered, PersonsMerged
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.roles import SYSTEM, Actor, Role
from ihs_domain.searching import Found, PersonSearchMade, is_called, words
from ihs_record.errors import BadFields
from ihs_record.row import DraftRefused
from ihs_store.errors import RecordedAtMissing, RecordedAtRefused, StoreBusy
from ihs_store.store import open_store

NOON = date(2015, 1, 5)


def joined(name: str | None, person: str = "mother") -> PersonJoined:
    return PersonJoined(person, Relation.MOTHER, "1985-07", name=name)


@pytest.fixture
def full(desk):
    """Two families and a register: the mother of k1 is p-1, of whom p-2 is a duplicate."""
    for case, name in (("k1", "Zoë Made-Up"), ("k2", "Quirina Zoellner")):
        desk.put(ASKED, case=case)
        desk.put(joined(name), case=case)
    for id_, name in (("p-1", "Zoe Made-Up"), ("p-2", "Made-Up, ZOË")):
        desk.put(PersonRegistered(id_, "1985-07", name=name), case=None, person_id=id_)
    desk.put(PersonIdentified("p-1", "k1", "mother", "same-birth-certificate"), case=None, person_id="p-1")
    desk.put(PersonsMerged("p-1", "p-2", "registered-twice"), case=None, person_id="p-1")
    return desk


def find(desk: Desk, name: str, **more: Any) -> tuple[Found, ...]:
    return desk.cases.find(name, **{"actor": WORKER, "recorded_at": desk.now, **more})


def named(found: tuple[Found, ...]) -> list[tuple[str | None, str, str | None]]:
    return [(one.case, one.known_as, one.person) for one in found]


def searches(cases: Cases, actor: str = "w-12") -> list[Any]:
    return [entry.event for entry in cases.recorder.entries(f"access/{actor}")]


# What is found


def test_a_name_is_found_in_cases_and_in_the_register_with_whom_it_is(full):
    assert find(full, "made zoe") == (
        Found("Made-Up, ZOË", None, "p-2", "p-1", "1985-07"),
        Found("Zoe Made-Up", None, "p-1", "p-1", "1985-07"),
        Found("Zoë Made-Up", "k1", "mother", "p-1", "1985-07"),
    )


def test_whom_nobody_identified_is_found_by_case_and_id_alone(full):
    assert named(find(full, "zoell")) == [("k2", "mother", None)]


def test_who_is_not_called_so_is_not_found(full):
    assert find(full, "Nobody") == ()


def test_who_came_twice_under_one_name_is_found_once(full):
    full.put(joined("Zoë Made-Up"))

    assert [one.case for one in find(full, "zoe")].count("k1") == 1


def test_a_name_that_was_corrected_or_is_void_is_nobodys(full):
    right = EntryCorrected(2, joined("Chloë Made-Up"), NOON, AmendmentReason.WRONG_DETAIL, words="Zoë misheard.")
    full.put(right)
    full.put(EntryVoided(2, AmendmentReason.WRONG_CASE), case="k2")

    assert named(find(full, "zoe"))[2:] == []
    assert named(find(full, "chloe")) == [("k1", "mother", "p-1")]
    full.put(EntryVoided(4, AmendmentReason.OTHER))
    assert ("k1", "mother", "p-1") in named(find(full, "zoe"))


def test_a_name_that_a_correction_brought_to_an_entry_of_another_kind_is_found(full):
    full.put(ContactMade(ContactMode.PHONE, frozenset()))
    version = len(full.cases.history("k1").record)
    full.put(EntryCorrected(version, joined("Xanthippe", "aunt"), NOON, AmendmentReason.OTHER))

    assert named(find(full, "xanth")) == [("k1", "aunt", None)]


def test_what_is_no_name_is_not_searched(full):
    full.put(ContactMade(ContactMode.PHONE, frozenset(), words="Wilhelmina was there."))
    full.put(PersonJoined("uncle", Relation.OTHER, name="Otto", born_on=date(1961, 7, 19)))

    assert (find(full, "Wilhelmina"), find(full, "1961"), find(full, "mother")) == ((), (), ())


def test_a_narrative_is_not_opened_by_a_search(full):
    full.put(EntryCorrected(2, joined("Zoë M."), NOON, AmendmentReason.OTHER, words="Zoë misheard."))
    _change(full.cases, "UPDATE keys SET commitment = x'00' WHERE id = '/words'")  # opening it would raise

    assert named(find(full, "zoe m"))[-1] == ("k1", "mother", "p-1")


def _change(cases: Cases, *statements: str) -> None:
    with closing(sqlite3.connect(cases.store.address)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


@pytest.mark.parametrize("how", ["UPDATE keys SET wrapped = NULL WHERE id = {}", "DELETE FROM keys WHERE id = {}"])
def test_an_erased_name_is_never_found(full, how):
    _change(full.cases, how.format("'person/k1/mother'"), how.format("'person/p-2'"))

    assert named(find(full, "zoe made")) == [(None, "p-1", "p-1")]
    assert named(find(full, "zoe")) == [("k2", "mother", None), (None, "p-1", "p-1")]


def test_a_store_of_several_pages_is_searched_to_its_end(full, monkeypatch):
    read = type(full.cases.store).read
    monkeypatch.setattr(
        type(full.cases.store), "read", lambda self, after, **said: read(self, after, **{**said, "limit": 1})
    )

    assert len(find(full, "zoe")) == 4


NAMES = st.sampled_from(["Zoë Made-Up", "Zoe", "Anna Zoellner", "Anna", None])
ACTS = st.lists(st.tuples(st.sampled_from(["join", "correct", "void"]), NAMES, st.integers(1, 8)), max_size=8)


@settings(max_examples=some(25))
@given(ACTS, st.sampled_from(["zoe", "anna", "zoe made", "a"]))
def test_what_is_found_is_what_stands_and_is_called_so(tmp_path_factory, acts, searched):
    with rehearsal(tmp_path_factory.mktemp("search")) as cases:
        desk = Desk(cases)
        desk.put(ASKED)
        desk.put(joined("Zoe"))
        for act, name, n in acts:
            version = 2 + n % (len(cases.history("k1").record) - 1)
            _act(desk, act, name, version)

        found = {one.name for one in find(desk, searched)}

        standing = {e.event.name for e in cases.history("k1", opened=True).of(PersonJoined)}
        assert found == {name for name in standing if name and is_called(name, words(searched))}


def _act(desk: Desk, act: str, name: str | None, version: int) -> None:
    events = {
        "join": joined(name),
        "correct": EntryCorrected(version, joined(name), NOON, AmendmentReason.OTHER),
        "void": EntryVoided(version, AmendmentReason.OTHER),
    }
    target = desk.cases.history("k1").lines[version - 1]
    idle = {"correct": isinstance(target.entry.event, EntryVoided), "void": target.void}  # refused
    if not idle.get(act, False):
        desk.put(events[act])


# On record before it is answered


def test_a_search_is_on_record_by_who_made_it_what_for_and_how_many_were_found(full):
    find(full, "Zoë", purpose="new-request")
    find(full, "Nobody", actor=SUPERVISOR)

    [entry] = full.cases.recorder.entries("access/w-12")
    assert entry.event == PersonSearchMade(4, "new-request")
    assert (entry.actor, entry.occurred, entry.recorded_at) == (WORKER, full.now, full.now)
    assert searches(full.cases, "s-3") == [PersonSearchMade(0)]


def test_what_was_searched_for_is_nowhere_on_record(full):
    before = full.cases.store.head().position
    find(full, "Unforgettable", purpose="new-request")

    rows = full.cases.store.read(before)

    assert [row.open.content for row in rows] == [b'{"found":0,"purpose":"new-request"}']
    assert "nforgettable" not in repr(rows)


def test_the_same_search_made_again_is_on_record_again(full):
    assert find(full, "Zoë") == find(full, "Zoë")
    assert len(searches(full.cases)) == 2


def test_a_search_that_cannot_be_put_on_record_is_not_answered(tmp_path):
    with live(tmp_path) as cases:
        said = {"actor": WORKER, "occurred": NOON}
        cases.record(ASKED, case_id="k1", command_id="a", **said)
        cases.record(joined("Zoë"), case_id="k1", command_id="b", **said)
        hasty = Cases(open_store(cases.store.address, lock_timeout=0.05), cases.ring, UTAH)
        with hasty, closing(sqlite3.connect(cases.store.address, isolation_level=None)) as other_writer:
            other_writer.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy):
                hasty.find("Zoë", actor=WORKER)
            other_writer.execute("ROLLBACK")
            assert searches(hasty) == []
            assert [one.name for one in hasty.find("Zoë", actor=WORKER)] == ["Zoë"]
        assert searches(cases) == [PersonSearchMade(1)]


@pytest.mark.parametrize(
    "wrong, error",
    [
        ({"actor": Actor.as_recorded("no id", Role.SUPERVISOR)}, DraftRefused),
        ({"purpose": "Because I want to"}, BadFields),
        ({"recorded_at": None}, RecordedAtMissing),
    ],
    ids=["actor", "purpose", "time"],
)
def test_a_search_that_cannot_be_told_of_is_not_answered(full, wrong, error):
    before = full.cases.store.head()

    with pytest.raises(error):
        find(full, "Zoë", **wrong)
    assert full.cases.store.head() == before


def test_a_live_search_is_stamped_by_the_store(tmp_path):
    with live(tmp_path) as cases:
        before = datetime.now(UTC)
        assert cases.find("Zoë", actor=WORKER) == ()
        with pytest.raises(RecordedAtRefused):
            cases.find("Zoë", actor=WORKER, recorded_at=before)

        [entry] = cases.recorder.entries("access/w-12")
        assert before <= entry.occurred <= entry.recorded_at <= datetime.now(UTC)


@pytest.mark.parametrize("nothing", ["", "  ", "-", "\u0301"])
def test_a_search_for_nothing_is_refused_and_finds_nobody(full, nothing):
    with pytest.raises(NothingToSearchFor):
        find(full, nothing)
    assert searches(full.cases) == []


def test_the_software_itself_searches_as_itself(full):
    find(full, "Zoë", actor=SYSTEM)

    assert searches(full.cases, "system") == [PersonSearchMade(4)]
