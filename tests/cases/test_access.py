"""Reading under access: decided, then on record, then shown; and what is told afterwards of who looked."""

import asyncio
import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER, Desk, live

from ihs_cases import AsyncCases, Cases
from ihs_cases.door import Door
from ihs_cases.erasing import OfCase, OfEntry, OfPerson
from ihs_cases.errors import CaseNotOpen, CaseSealed, UnknownCase, UnknownEntry, UnknownPerson, WrongStream
from ihs_cases.reading import CaseReader
from ihs_domain.assigning import WorkerAssigned, WorkerUnassigned
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.gates import Refused
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.looking import (
    AccessDenied,
    AccessGiven,
    AccessGround,
    BreakGlassOpened,
    BreakGlassReviewed,
    Post,
    RecordViewed,
    Seen,
    Why,
)
from ihs_domain.opening import Authority, CaseOpened, PartyNamed
from ihs_domain.persons import PersonIdentified, PersonRegistered
from ihs_domain.restricting import BY_ORDER, AccessRestricted, RecordSealed, RecordUnsealed
from ihs_domain.roles import Actor, Role
from ihs_domain.searching import PersonSearchMade
from ihs_domain.teaming import Part, TeamFormed
from ihs_domain.terms import Unopened
from ihs_record.errors import BadFields
from ihs_record.row import DraftRefused
from ihs_store.errors import OutcomeUnknown, RecordedAtMissing, StoreBusy, StoreFull, StoreReadOnly
from ihs_store.store import open_store

NOBODY = 65534
STRANGER = Actor("w-99", Role.PRACTITIONER)
ADMINISTRATOR = Actor("a-1", Role.ADMINISTRATOR)
OTHER_SUPERVISOR = Actor("s-4", Role.SUPERVISOR)
OPENED = CaseOpened(Authority.VOLUNTARY, "north", jurisdiction="us-ut")


@pytest.fixture
def full(desk):
    """A family whose case w-12 is assigned to: the entry of version 4 is the mother's, kept from the father."""
    for event in (
        ASKED,
        WorkerAssigned("w-12"),
        PersonJoined("dad", Relation.FATHER, name="Otto Made-Up"),
        PersonJoined("mum", Relation.MOTHER, name="Zoë Made-Up"),
        ContactMade(ContactMode.PHONE, frozenset({"mum"}), words="She is afraid."),
        AccessRestricted(5, frozenset({"dad"}), "danger"),
    ):
        desk.put(event)
    desk.put(ASKED, case="k2")
    desk.put(PersonJoined("mother", Relation.MOTHER, name="Zoë Other"), case="k2")
    return desk


def reader(desk: Desk, actor: Actor = WORKER, **more: Any) -> CaseReader:
    return desk.cases.reader(actor, **{"at": desk.now, **more})


def looks(cases: Cases, actor: Actor = WORKER) -> list[Any]:
    """What stands on somebody's own stream."""
    return [entry.event for entry in cases.recorder.entries(f"access/{actor.id}")]


def identify(desk: Desk, person: str, known_as: str) -> None:
    desk.put(PersonRegistered(person), case=None, person_id=person)
    desk.put(PersonIdentified(person, "k1", known_as, "papers"), case=None, person_id=person)


# Shown, and on record


def test_what_an_assigned_worker_reads_is_what_stands_and_is_on_record(full):
    shown = reader(full, purpose="home-visit").history("k1")

    assert shown == full.cases.history("k1")
    viewed = RecordViewed(
        "k1", Seen.HISTORY, AccessGround.ASSIGNED, frozenset({2}), frozenset(), 6, purpose="home-visit"
    )
    assert looks(full.cases) == [viewed]


def test_each_view_is_on_record_as_what_it_is(full):
    own = reader(full)

    case, lines, entry = own.get("k1"), own.timeline("k1", as_at=date(2015, 1, 5)).lines, own.entry("k1", 5)

    assert case == full.cases.get("k1")
    assert lines == full.cases.history("k1", opened=True).lines
    assert entry.event.words == "She is afraid."
    said = [(view.what, view.opened, view.upto) for view in looks(full.cases)]
    assert said == [(Seen.CASE, False, 6), (Seen.TIMELINE, True, 6), (Seen.ENTRY, True, 6)]


def test_a_reading_as_at_a_position_is_on_record_as_far_as_it_went(full):
    known = full.cases.history("k1").record[2].position

    assert reader(full).history("k1", as_at=known) == full.cases.history("k1", as_at=known)
    assert [view.upto for view in looks(full.cases)] == [3]


def test_a_reader_of_async_cases_has_the_same_words(full):
    awaited = AsyncCases(full.cases).reader(WORKER, purpose="home-visit", at=full.now)

    async def read() -> tuple[Any, ...]:
        views = (awaited.history("k1"), awaited.timeline("k1"), awaited.get("k1"))
        return (*[await view for view in views], await awaited.entry("k1", 5), await awaited.find("otto"))

    assert asyncio.run(read()) == (
        *(full.cases.history("k1"), full.cases.history("k1", opened=True), full.cases.get("k1")),
        *(full.cases.history("k1", opened=True).record[4], full.cases.reader(WORKER, at=full.now).find("otto")),
    )
    said = [look.what for look in looks(full.cases) if isinstance(look, RecordViewed)]
    assert said == [*(Seen.HISTORY, Seen.TIMELINE, Seen.CASE, Seen.ENTRY), Seen.SEARCH, Seen.SEARCH]


def test_the_same_reading_made_again_is_on_record_again(full):
    reader(full).get("k1")
    full.now += timedelta(seconds=1)
    reader(full).get("k1")

    assert [entry.occurred for entry in full.cases.access.looked("k1")] == [full.now - timedelta(seconds=1), full.now]


def test_an_entry_that_is_not_there_is_named_so_only_to_who_may_read_the_case(full):
    with pytest.raises(UnknownEntry):
        reader(full).entry("k1", 77)
    with pytest.raises(UnknownPerson):
        reader(full).history("k1", for_person="nobody")
    with pytest.raises(CaseNotOpen):
        reader(full, STRANGER).history("k1", for_person="nobody")


def test_that_somebody_is_asked_for_who_is_not_there_is_on_record_before_it_is_said_and_not_who(full):
    with pytest.raises(UnknownPerson):
        reader(full).timeline("k1", for_person="Otto-Made-Up")

    assert looks(full.cases) == [AccessDenied("k1", Seen.TIMELINE, Why.NO_SUCH_PERSON)]


def test_who_is_kept_from_the_reader_is_asked_for_in_vain_like_who_is_not_there(full):
    full.put(PartyNamed("gal", Role.GUARDIAN_AD_LITEM))
    identify(full, "p-2", "gal")
    full.put(PersonJoined("aunt", Relation.OTHER))
    full.put(AccessRestricted(full.cases.history("k1").record[-1].version, frozenset({"gal"}), "danger"))
    guardian = reader(full, Actor("p-2", Role.GUARDIAN_AD_LITEM))

    said = []
    for person in ("aunt", "nobody"):
        with pytest.raises(UnknownPerson) as unknown:
            guardian.history("k1", for_person=person)
        said.append(str(unknown.value))

    assert said[0] == said[1]
    assert guardian.history("k1", for_person="mum").of(PersonJoined)


def test_a_team_member_is_shown_a_copy_that_leaves_out_what_is_kept_from_them(full):
    full.put(TeamFormed({"dad": Part.PARENT}, frozenset({"mum"})))
    identify(full, "p-1", "dad")
    dad = reader(full, Actor("p-1", Role.PARENT))

    shown = dad.timeline("k1")

    assert shown == full.cases.history("k1", opened=True, for_person="dad")
    assert not [e for e in shown.record if isinstance(e.event, ContactMade)]
    assert [e.event.name for e in shown.of(PersonJoined)] == ["Otto Made-Up", Unopened.SEALED]
    assert [view.copy_for for view in looks(full.cases, dad.door.actor)] == ["dad"]
    with pytest.raises(CaseNotOpen):
        dad.history("k1", for_person="mum")


def test_a_guardian_ad_litem_is_shown_the_case_whole_but_for_what_is_kept_from_them(full):
    full.put(PartyNamed("gal", Role.GUARDIAN_AD_LITEM))
    identify(full, "p-2", "gal")
    guardian = Actor("p-2", Role.GUARDIAN_AD_LITEM)

    assert reader(full, guardian).entry("k1", 5).event.words == "She is afraid."
    full.put(AccessRestricted(5, frozenset({"gal"}), "danger"))
    with pytest.raises(UnknownEntry):
        reader(full, guardian).entry("k1", 5)


def test_readings_of_one_actor_at_the_same_time_are_each_on_record(assigned):
    with ThreadPoolExecutor(8) as threads:
        shown = list(threads.map(lambda _: assigned.reader(WORKER).get("k1"), range(24)))

    assert shown == [assigned.get("k1")] * 24
    assert len(looks(assigned)) == 24


def test_on_a_server_it_is_decided_and_on_record_alike(postgres, tmp_path):
    url = postgres.url(f"t{token_hex(8)}")
    with Cases.create(url, key_file=tmp_path / "key", rules=UTAH) as cases:
        for n, event in enumerate((OPENED, WorkerAssigned("w-12"))):
            cases.record(event, case_id="k1", actor=WORKER, occurred=date(2015, 1, 5), command_id=f"c{n}")
        assert cases.reader(WORKER).get("k1") == cases.get("k1")
        with pytest.raises(CaseNotOpen):
            cases.reader(STRANGER).get("k1")
        cases.access.break_glass("k1", actor=STRANGER, reason="fear")

        assert [type(e.event) for e in cases.access.looked("k1")] == [RecordViewed, AccessDenied, BreakGlassOpened]
        today = cases.access.looked("k1")[0].recorded_at.astimezone(cases.zone("k1")).date()
        assert [one.actor for one in cases.access.could("k1", today)] == ["w-12", "w-99"]


# Denied


def test_a_case_that_may_not_be_read_and_one_that_is_not_there_look_the_same(full):
    said = []
    for case in ("k1", "no-such", "no such id"):
        with pytest.raises(CaseNotOpen) as denied:
            reader(full, STRANGER).timeline(case)
        said.append((type(denied.value), str(denied.value), denied.value.__cause__, denied.value.__context__))

    assert len(set(said)) == 1


def test_what_is_denied_is_on_record_and_a_case_that_is_none_is_not_named(full):
    stranger = reader(full, STRANGER, purpose="curiosity")
    for case in ("k1", "Otto-Made-Up"):
        with pytest.raises(CaseNotOpen):
            stranger.get(case)

    assert looks(full.cases, STRANGER) == [
        AccessDenied("k1", Seen.CASE, Why.NO_GROUND, "curiosity"),
        AccessDenied(None, Seen.CASE, Why.NO_SUCH_CASE, "curiosity"),
    ]


def test_both_denials_ask_the_store_the_same_things(full, monkeypatch):
    for _ in range(2):  # from here on what their own stream says is kept
        with pytest.raises(CaseNotOpen):
            reader(full, STRANGER).get("k2")
    asked: list[str] = []
    for name in ("stream", "standing", "append", "receipt", "read"):
        method = getattr(type(full.cases.store), name)
        monkeypatch.setattr(
            type(full.cases.store), name, lambda *a, _n=name, _m=method, **k: (asked.append(_n), _m(*a, **k))[1]
        )
    steps = []
    for case in ("k1", "no-such"):
        asked.clear()
        with pytest.raises(CaseNotOpen):
            reader(full, STRANGER).get(case)
        steps.append([*asked])

    assert steps[0] == steps[1] == ["stream", "stream", "append"]


def test_a_worker_who_left_the_case_is_denied_from_then_on(full):
    reader(full).get("k1")
    full.put(WorkerUnassigned("w-12"))

    with pytest.raises(CaseNotOpen):
        reader(full).get("k1")


def test_a_sealed_record_opens_for_the_purposes_of_its_seal_alone(full):
    full.put(RecordSealed("order-1", frozenset({"new-report"})))

    with pytest.raises(CaseNotOpen):
        reader(full).get("k1")
    with pytest.raises(CaseNotOpen):
        full.cases.access.keeper("os-eve", at=full.now).get("k1")
    with pytest.raises(CaseNotOpen):
        full.cases.access.break_glass("k1", actor=WORKER, reason="curiosity", at=full.now)
    assert reader(full, purpose="new-report").get("k1") == full.cases.get("k1")
    assert [type(look) for look in looks(full.cases)] == [AccessDenied, AccessDenied, RecordViewed]


def in_role(role: Role) -> Actor:
    return Actor("x-1", role)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_that_a_court_sealed_a_record_is_told_to_those_alone_who_may_lift_the_seal(full, role):
    full.put(RecordSealed("order-2", frozenset({"new-report"})), actor=SUPERVISOR)
    full.put(RecordSealed("order-1"), actor=SUPERVISOR)

    with pytest.raises(CaseNotOpen) as denied:
        reader(full, in_role(role)).timeline("k1")
    with pytest.raises(CaseNotOpen) as absent:
        reader(full, in_role(role)).timeline("no-such")

    assert (str(denied.value) != str(absent.value)) is (role in BY_ORDER)
    if role in BY_ORDER:
        assert (type(denied.value), denied.value.orders) == (CaseSealed, ("order-1", "order-2"))
        assert "sealed this record, by order-1, order-2: " in str(denied.value)
    assert [look.why for look in looks(full.cases, in_role(role))] == [Why.SEALED, Why.NO_SUCH_CASE]


def test_who_keeps_the_store_is_told_that_a_court_sealed_a_record(full):
    full.put(RecordSealed("order-1"), actor=SUPERVISOR)

    with pytest.raises(CaseSealed):
        full.cases.access.keeper("os-eve", at=full.now).get("k1")
    with pytest.raises(CaseSealed):
        full.cases.access.break_glass("k1", actor=SUPERVISOR, reason="danger", at=full.now)
    with pytest.raises(CaseNotOpen) as denied:
        full.cases.access.break_glass("k1", actor=WORKER, reason="danger", at=full.now)
    assert type(denied.value) is CaseNotOpen


def test_of_several_cases_of_which_one_is_sealed_and_another_not_theirs_nothing_is_told(full):
    identify(full, "p-1", "mum")
    full.put(PersonIdentified("p-1", "k2", "mother", "papers"), case=None, person_id="p-1")
    full.put(RecordSealed("order-1"), actor=SUPERVISOR)

    with pytest.raises(CaseNotOpen) as denied:
        reader(full, SUPERVISOR).reach(OfPerson("p-1"), "o-1")
    assert type(denied.value) is CaseNotOpen


# Fail closed


@pytest.fixture
def assigned(tmp_path):
    """A live store with a case that w-12 may read."""
    with live(tmp_path) as cases:
        for n, event in enumerate((OPENED, WorkerAssigned("w-12"))):
            cases.record(event, case_id="k1", actor=WORKER, occurred=date(2015, 1, 5), command_id=f"c{n}")
        yield cases


def test_while_another_writer_holds_the_store_nothing_is_shown(assigned):
    hasty = Cases(open_store(assigned.store.address, lock_timeout=0.05), assigned.ring, UTAH)
    with hasty, closing(sqlite3.connect(assigned.store.address, isolation_level=None)) as other_writer:
        other_writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            hasty.reader(WORKER).get("k1")
        with pytest.raises(StoreBusy):
            hasty.reader(STRANGER).get("k1")
        other_writer.execute("ROLLBACK")

        assert looks(hasty) == []
        assert hasty.reader(WORKER).get("k1") == hasty.get("k1")


def test_of_a_store_that_is_full_nothing_is_shown_that_is_not_on_record(assigned):
    database = assigned.store._database._write
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    shown = 0

    def read_on() -> None:
        nonlocal shown
        while True:
            assigned.reader(WORKER).get("k1")
            shown += 1

    with pytest.raises(StoreFull):
        read_on()

    assert len(looks(assigned)) == shown


def test_where_it_cannot_be_told_whether_a_reading_is_on_record_it_is_not_shown(assigned):
    with closing(sqlite3.connect(assigned.store.address)) as database:
        database.execute(
            "CREATE TABLE part(id INTEGER PRIMARY KEY, whole REFERENCES part(id) DEFERRABLE INITIALLY DEFERRED)"
        )
        database.execute("CREATE TRIGGER parted AFTER INSERT ON receipts BEGIN INSERT INTO part VALUES (1, 7); END")
    assigned.store._database._write.execute("PRAGMA foreign_keys = ON")  # SQLite refuses this at COMMIT

    with pytest.raises(OutcomeUnknown):
        assigned.reader(WORKER).get("k1")


@pytest.fixture
def copy(assigned):
    """A copy that can only be read, of a store that is closed; root, who could write all the same, is nobody."""
    assigned.store.close()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cases.db"
        shutil.copy(assigned.store.address, path)
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        with Cases(open_store(str(path)), assigned.ring, UTAH) as cases:
            yield cases
        os.seteuid(os.getuid())
        Path(folder).chmod(0o700)


def test_of_a_copy_that_can_only_be_read_nothing_is_shown_unless_its_keeper_says_so(copy):
    careless = CaseReader(Door(copy, WORKER, even_unrecorded=True))
    for one in (careless, copy.reader(WORKER), copy.reader(STRANGER), copy.access.keeper("os-eve")):
        with pytest.raises(StoreReadOnly):
            one.get("k1")

    assert copy.access.keeper("os-eve", even_unrecorded=True).get("k1") == copy.get("k1")


@pytest.mark.parametrize(
    "wrong, error",
    [
        ({"actor": Actor.as_recorded("no id", Role.PRACTITIONER)}, DraftRefused),
        ({"purpose": "Because I want to"}, BadFields),
        ({"at": None}, RecordedAtMissing),
    ],
    ids=["actor", "purpose", "time"],
)
def test_a_reading_that_cannot_be_told_of_is_not_shown(full, wrong, error):
    before = full.cases.store.head()

    with pytest.raises(error):
        reader(full, **wrong).get("k1")
    assert full.cases.store.head() == before


def test_a_reading_is_decided_again_where_the_readers_stream_went_on_meanwhile(full):
    now, store = full.now + timedelta(minutes=1), full.cases.store
    append, between = store.append, [True]

    def late(drafts: Any, **said: Any) -> Any:
        """Before the reading is recorded, the worker leaves the case and is denied another reading."""
        if between and drafts[0].stream == "access/w-12":
            between.clear()
            full.put(WorkerUnassigned("w-12"))
            with pytest.raises(CaseNotOpen):
                reader(full).get("k1")
        return append(drafts, **said)

    store.append = late
    with pytest.raises(CaseNotOpen):
        reader(full, at=now).get("k1")
    del store.append

    assert [type(look) for look in looks(full.cases)] == [AccessDenied, AccessDenied]


@pytest.mark.parametrize("said", [RecordViewed, AccessDenied, BreakGlassOpened, BreakGlassReviewed, AccessGiven])
def test_nobody_puts_on_record_by_hand_what_was_looked_at(full, said):
    event = {
        RecordViewed: RecordViewed("k1", Seen.CASE, AccessGround.ASSIGNED, frozenset(), frozenset(), 1),
        AccessDenied: AccessDenied("k1", Seen.CASE, Why.SEALED),
        BreakGlassOpened: BreakGlassOpened("k1", "fear"),
        BreakGlassReviewed: BreakGlassReviewed(1, justified=True),
        AccessGiven: AccessGiven(Post.AUDITOR),
    }[said]

    with pytest.raises(WrongStream):
        full.put(event)


# Searching


def test_a_search_finds_names_in_the_cases_that_may_be_read_alone(full):
    found = reader(full, purpose="new-request").find("zoë")

    assert [(one.case, one.known_as) for one in found] == [("k1", "mum")]
    assert looks(full.cases) == [
        PersonSearchMade(1, "new-request"),
        RecordViewed(
            "k1", Seen.SEARCH, AccessGround.ASSIGNED, frozenset({2}), frozenset(), 6, opened=True, purpose="new-request"
        ),
    ]
    assert reader(full, STRANGER).find("zoë") == ()


def test_in_a_copy_and_where_something_is_kept_from_the_reader_nobody_is_found(full):
    full.put(TeamFormed({"dad": Part.PARENT}, frozenset({"mum"})))
    identify(full, "p-1", "dad")

    assert reader(full, Actor("p-1", Role.PARENT)).find("made up") == ()


def test_a_search_finds_in_the_register_who_is_in_a_case_that_may_be_read(full):
    for person, name in (("p-1", "Zoë A."), ("p-9", "Zoë B.")):
        full.put(PersonRegistered(person, name=name), case=None, person_id=person)
    full.put(PersonIdentified("p-1", "k1", "mum", "papers"), case=None, person_id="p-1")

    assert [one.known_as for one in reader(full).find("zoë")] == ["p-1", "mum"]


def test_a_keeper_finds_whoever_is_in_the_register_or_in_a_case_that_no_court_sealed(full):
    for person, name in (("p-1", "Zoë A."), ("p-9", "Zoë B.")):
        full.put(PersonRegistered(person, name=name), case=None, person_id=person)
    full.put(PersonIdentified("p-1", "k1", "mum", "papers"), case=None, person_id="p-1")
    full.put(RecordSealed("order-1"), actor=SUPERVISOR)
    keeper = full.cases.access.keeper("os-eve", at=full.now)

    assert [one.known_as for one in keeper.find("zoë")] == ["p-9", "mother"]
    assert [type(look) for look in looks(full.cases, Actor("os-eve", Role.ADMINISTRATOR))] == [
        PersonSearchMade,
        RecordViewed,
    ]


# What would be erased


@pytest.mark.parametrize("target", [OfCase("k1"), OfEntry("k1", 5), OfEntry("k1", 5, words_alone=True)])
def test_what_would_be_erased_is_shown_to_who_may_read_the_case_and_that_is_on_record(full, target):
    assert reader(full, purpose="order").reach(target, "o-1") == full.cases.erasing.reach(target, "o-1")

    [viewed] = looks(full.cases)
    assert (viewed.case, viewed.what, viewed.upto, viewed.purpose) == ("k1", Seen.CASE, 6, "order")
    with pytest.raises(CaseNotOpen):
        reader(full, STRANGER).reach(target, "o-1")
    assert [look.case for look in looks(full.cases, STRANGER)] == ["k1"]


def test_of_an_entry_that_is_not_there_is_said_so_only_to_who_may_read_the_case(full):
    with pytest.raises(UnknownEntry):
        reader(full).reach(OfEntry("k1", 77), "o-1")
    for case in ("k1", "no-such"):
        with pytest.raises(CaseNotOpen):
            reader(full, STRANGER).reach(OfEntry(case, 77), "o-1")
    with pytest.raises(UnknownCase):
        full.cases.access.keeper("os-eve", at=full.now).reach(OfCase("no-such"), "o-1")


def test_what_would_be_erased_of_a_person_is_shown_of_all_their_cases_or_of_none(full):
    identify(full, "p-1", "mum")
    full.put(PersonIdentified("p-1", "k2", "mother", "papers"), case=None, person_id="p-1")
    target = OfPerson("p-1")

    with pytest.raises(CaseNotOpen):
        reader(full).reach(target, "o-1")
    assert [(type(look), look.case) for look in looks(full.cases)] == [(AccessDenied, "k2")]
    full.put(WorkerAssigned("w-12"), case="k2")

    assert reader(full).reach(target, "o-1") == full.cases.erasing.reach(target, "o-1")
    assert [look.case for look in looks(full.cases)[1:]] == ["k1", "k2"]


def test_what_would_be_erased_is_not_shown_where_something_of_the_case_is_kept_from_the_reader(full):
    full.put(PartyNamed("gal", Role.GUARDIAN_AD_LITEM))
    identify(full, "p-2", "gal")
    full.put(AccessRestricted(5, frozenset({"gal"}), "danger"))
    guardian = reader(full, Actor("p-2", Role.GUARDIAN_AD_LITEM))

    with pytest.raises(CaseNotOpen):
        guardian.reach(OfCase("k1"), "o-1")


# Posts


def test_a_supervisor_reads_by_the_post_they_were_given(full):
    access = full.cases.access
    version = access.give("s-3", Post.SUPERVISOR, worker="w-12", actor=ADMINISTRATOR, at=full.now)

    assert reader(full, SUPERVISOR).get("k1") == full.cases.get("k1")
    assert looks(full.cases, SUPERVISOR)[-1].held == {version}
    access.end("s-3", version, actor=ADMINISTRATOR, at=full.now)
    with pytest.raises(CaseNotOpen):
        reader(full, SUPERVISOR).get("k1")


def test_a_post_that_may_not_be_given_is_refused_and_nothing_is_on_record(full):
    with pytest.raises(Refused, match="nobody gives themselves a post"):
        full.cases.access.give("a-1", "auditor", actor=ADMINISTRATOR, at=full.now)
    assert looks(full.cases, ADMINISTRATOR) == []


def test_the_same_command_gives_a_post_once(full):
    said = {"actor": ADMINISTRATOR, "at": full.now, "command_id": "form-1"}

    first, again = (full.cases.access.give("a-9", "auditor", **said) for _ in range(2))

    assert (first, again, len(looks(full.cases, Actor("a-9", Role.AUDITOR)))) == (1, 1, 1)


# Broken glass


def test_broken_glass_opens_the_case_for_an_hour_and_stays_open_for_review(full):
    access = full.cases.access
    version = access.break_glass("k1", actor=STRANGER, reason="child-in-danger", at=full.now)

    assert reader(full, STRANGER).get("k1") == full.cases.get("k1")
    assert looks(full.cases, STRANGER)[-1].ground is AccessGround.BREAK_GLASS
    with pytest.raises(CaseNotOpen):
        reader(full, STRANGER).get("k2")
    with pytest.raises(CaseNotOpen):
        reader(full, STRANGER, at=full.now + timedelta(hours=1)).get("k1")
    assert [(b.whose, b.version, b.glass.case, b.glass.reason) for b in access.unreviewed()] == [
        ("w-99", version, "k1", "child-in-danger")
    ]


def test_a_review_by_a_supervisor_who_is_somebody_else_closes_it(full):
    access, later = full.cases.access, full.now + timedelta(days=2)
    version = access.break_glass("k1", actor=SUPERVISOR, reason="child-in-danger", at=full.now)

    with pytest.raises(Refused, match="nobody reviews their own"):
        access.review("s-3", version, actor=SUPERVISOR, justified=True, at=later)
    assert len(access.unreviewed()) == 1
    access.review("s-3", version, actor=OTHER_SUPERVISOR, justified=False, at=later)

    assert access.unreviewed() == ()
    with pytest.raises(Refused, match="no breaking of the glass of that version awaits review"):
        access.review("s-3", version, actor=OTHER_SUPERVISOR, justified=True, at=later)


def test_glass_is_not_broken_by_outsiders_nor_into_a_case_that_is_not_there(full):
    access = full.cases.access

    with pytest.raises(Refused):
        access.break_glass("k1", actor=Actor("p-1", Role.PARENT), reason="fear", at=full.now)
    with pytest.raises(CaseNotOpen):
        access.break_glass("no-such", actor=STRANGER, reason="fear", at=full.now)
    assert looks(full.cases, STRANGER) == [AccessDenied(None, Seen.CASE, Why.NO_SUCH_CASE, "fear")]
    assert access.unreviewed() == ()


# Who looked, and who could have


def test_who_looked_is_everybody_who_was_shown_denied_or_broke_the_glass(full):
    reader(full).get("k1")
    with pytest.raises(CaseNotOpen):
        reader(full, STRANGER).get("k1")
    full.now += timedelta(days=1)
    full.cases.access.break_glass("k1", actor=STRANGER, reason="fear", at=full.now)
    full.cases.access.keeper("os-eve", at=full.now).get("k2")
    looked = full.cases.access.looked

    assert [(e.actor.id, type(e.event)) for e in looked("k1")] == [
        ("w-12", RecordViewed),
        ("w-99", AccessDenied),
        ("w-99", BreakGlassOpened),
    ]
    assert [e.actor.id for e in looked("k1", until=date(2015, 1, 5))] == ["w-12", "w-99"]
    assert [type(e.event) for e in looked("k1", since=date(2015, 1, 6))] == [BreakGlassOpened]
    assert [(e.actor.id, e.event.ground) for e in looked("k2")] == [("os-eve", AccessGround.KEEPER)]


def could(desk: Desk, day: date, **more: Any) -> list[tuple[str, AccessGround]]:
    return [(one.actor, one.grant.ground) for one in desk.cases.access.could("k1", day, **more)]


def test_who_could_have_looked_on_a_day_is_by_what_was_on_record_at_some_moment_of_it(full):
    full.on(1, 7).put(WorkerAssigned("w-5"))
    full.on(1, 7).put(WorkerUnassigned("w-5"))
    full.on(1, 9).put(WorkerAssigned("w-6"), day=date(2015, 1, 6))  # on record three days late
    full.on(1, 12).cases.access.give("s-3", "supervisor", region="north", actor=ADMINISTRATOR, at=full.now)
    full.on(1, 12).put(OPENED)
    full.cases.access.break_glass("k1", actor=STRANGER, reason="fear", at=full.now)

    assert could(full, date(2015, 1, 4)) == []
    assert could(full, date(2015, 1, 6)) == [("w-12", AccessGround.ASSIGNED)]
    assert could(full, date(2015, 1, 7)) == [("w-12", AccessGround.ASSIGNED), ("w-5", AccessGround.ASSIGNED)]
    assert could(full, date(2015, 1, 8)) == [("w-12", AccessGround.ASSIGNED)]
    assert could(full, date(2015, 1, 6), as_at=date(2015, 1, 9))[1:] == [("w-6", AccessGround.ASSIGNED)]
    assert could(full, date(2015, 1, 12)) == [
        ("s-3", AccessGround.SUPERVISES_THE_REGION),
        ("w-12", AccessGround.ASSIGNED),
        ("w-6", AccessGround.ASSIGNED),
        ("w-99", AccessGround.BREAK_GLASS),
    ]


def test_who_could_have_looked_is_who_would_have_been_shown_it(full):
    full.on(1, 7).put(WorkerAssigned("w-5"))
    actors = [Actor(id_, Role.PRACTITIONER) for id_ in ("w-5", "w-12", "w-99", "a-1")]
    shown = set()
    for actor in actors:
        try:
            reader(full, actor).get("k1")
        except CaseNotOpen:
            continue
        shown.add(actor.id)

    assert {one.actor for one in full.cases.access.could("k1", full.now.date())} == shown


def test_of_a_sealed_case_who_could_have_looked_depends_on_what_for(full):
    full.put(RecordSealed("order-1", frozenset({"new-report"})))
    day = full.now.date() + timedelta(days=1)

    assert could(full, day) == []
    assert could(full, day, purpose="new-report") == [("w-12", AccessGround.ASSIGNED)]


def test_a_seal_is_not_lifted_by_the_word_of_who_has_no_business_with_it(full):
    full.put(RecordSealed("order-1"), actor=SUPERVISOR)

    full.put(RecordUnsealed("order-1"), actor=WORKER)
    with pytest.raises(CaseNotOpen):
        reader(full).get("k1")
    full.put(RecordUnsealed("order-1"), actor=SUPERVISOR)

    assert reader(full).get("k1")


def test_a_keeper_is_told_of_a_case_that_is_not_there(full):
    with pytest.raises(UnknownCase):
        full.cases.access.keeper("os-eve", at=full.now).get("no-such")
    with pytest.raises(UnknownCase):
        full.cases.access.could("no-such", date(2015, 1, 5))


def test_another_process_sees_at_once_what_was_given_and_broken(full):
    with Cases.open(full.cases.store.address, rules=UTAH) as other:
        with pytest.raises(CaseNotOpen):
            other.reader(STRANGER, at=full.now).get("k1")
        full.cases.access.break_glass("k1", actor=STRANGER, reason="fear", at=full.now)
        assert other.reader(STRANGER, at=full.now).get("k1") == full.cases.get("k1")
        other.reader(STRANGER, at=full.now).get("k1")
        assert full.cases.reader(STRANGER, at=full.now).get("k1") == other.get("k1")

    assert len(looks(full.cases, STRANGER)) == 5
