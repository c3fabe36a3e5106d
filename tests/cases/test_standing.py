"""What was read of a stream is kept, and shown again only while it is what stands on record."""

import sqlite3
from contextlib import closing
from datetime import date, datetime
from zoneinfo import ZoneInfo

import insider
import pytest
from rehearsal import ASKED, SUPERVISOR, UTAH, WORKER, live
from released import lines, said, stream_of

from ihs_cases import Cases
from ihs_cases.erasing import OfEntry
from ihs_cases.errors import CaseNotOpen
from ihs_cases.rows import draft, entry_of, once_recorded
from ihs_cases.standing import Streams
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.gates import Refused
from ihs_domain.history import NOTHING, Entry, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.looking import AccessDenied, Held
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.recording import EntryVoided
from ihs_domain.roles import Actor, Role
from ihs_domain.system import EditionLoaded
from ihs_domain.terms import ActorId, Expunged, PersonId, Version
from ihs_record.codec import encoded_and_read
from ihs_store.errors import VersionConflict
from ihs_store.port import Command

MOTHER = PersonId("mother")
JOINED = PersonJoined(MOTHER, Relation.MOTHER)
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({MOTHER}))
OPENED = CaseOpened(Authority.VOLUNTARY, "north", jurisdiction="us-ut")
OTHER = Actor(ActorId("s-9"), Role.SUPERVISOR)
ON = date(2015, 1, 5)


@pytest.fixture
def cases(tmp_path):
    with live(tmp_path) as cases:
        for event in (ASKED, JOINED):
            put(cases, event)
        yield cases


def put(cases, event, case="k1"):
    count = cases.store.head().position
    return cases.record(event, case_id=case, actor=WORKER, occurred=ON, command_id=f"c{count}").version


def test_an_actor_on_record_is_read_whatever_their_id_looks_like(cases):
    strange = Entry(JOINED, ON, 3, Actor.as_recorded("W. Made-Up (north)", "practitioner"), None)
    sealing = cases.ring.sealing()
    one = draft("case/k1", strange, encoded_and_read(JOINED).encoded, sealing, None)
    cases.store.append([one], command=Command("by-hand", b"m" * 16), keys=sealing.new_keys)

    assert cases.history("k1").record[-1].actor == strange.actor
    assert [could.actor for could in cases.access.could("k1", ON)] == []


def copied(folder):
    """A copy of the store's file, open."""
    copy = sqlite3.connect(folder / "of-before.db")
    with closing(sqlite3.connect(folder / "live.db")) as database:
        database.backup(copy)
    return copy


def as_stored(cases, case="k1"):
    return effective(map(entry_of, cases.store.stream(f"case/{case}")))


def test_what_this_process_and_another_record_is_there_when_asked_next(cases):
    with Cases.open(cases.store.address, rules=UTAH) as other:
        seen = []
        for one in (cases, other, cases, other, other):
            put(one, VISIT)
            seen.append((cases.history("k1") == as_stored(cases), other.history("k1") == as_stored(cases)))

    assert seen == [(True, True)] * 5


def test_a_history_is_the_same_one_while_nothing_is_recorded(cases):
    assert cases.history("k1") is cases.history("k1")


def test_an_amendment_reaches_what_was_read_before(cases):
    put(cases, VISIT)
    before = cases.history("k1")

    put(cases, EntryVoided(Version(3), "wrong-case"))

    assert [len(before), len(cases.history("k1"))] == [3, 2]
    assert cases.history("k1") == as_stored(cases)


def test_what_was_destroyed_by_another_process_is_shown_no_more(cases):
    version = put(cases, VISIT)
    cases.history("k1")

    with Cases.open(cases.store.address, rules=UTAH) as other:
        said = {"order": "erase-1", "occurred": ON}
        other.erasing.propose(OfEntry("k1", version), **said, ordered_by="judge-7", actor=SUPERVISOR, command_id="p")
        cases.history("k1")
        other.erasing.erase(OfEntry("k1", version), **said, actor=OTHER, command_id="e")

    assert cases.history("k1").record[version - 1].event == Expunged("contact-made")
    assert cases.history("k1") == as_stored(cases)


def test_a_store_set_back_under_an_open_process_is_read_anew(cases, tmp_path):
    streams = Streams(cases.store)
    with closing(copied(tmp_path)) as before, closing(sqlite3.connect(tmp_path / "live.db")) as database:
        put(cases, VISIT)
        put(cases, VISIT)
        longer = streams.history("case/k1")

        before.backup(database)
    shorter = streams.history("case/k1")

    assert (len(longer.record), len(shorter.record)) == (4, 2)


def test_a_store_set_back_that_went_another_way_is_read_anew(cases, tmp_path):
    streams = Streams(cases.store)
    with closing(copied(tmp_path)) as before, closing(sqlite3.connect(tmp_path / "live.db")) as database:
        put(cases, VISIT)
        streams.history("case/k1")

        before.backup(database)
    put(cases, JOINED)
    put(cases, VISIT)

    assert streams.history("case/k1") == as_stored(cases)


def test_those_asked_for_last_are_kept_and_no_more_than_so_many_entries(cases):
    for case in ("k2", "k3"):
        put(cases, ASKED, case)
        put(cases, JOINED, case)
    streams = Streams(cases.store, most=4)

    first, _, third = [streams.history(f"case/{case}") for case in ("k1", "k2", "k3")]

    assert streams.history("case/k3") is third
    assert streams.history("case/k1") is not first
    assert streams.history("case/k1") == first
    assert streams.history("case/k4") == NOTHING


def test_a_stream_longer_than_all_that_may_be_kept_is_read_each_time(cases):
    streams = Streams(cases.store, most=1)

    assert streams.history("case/k1") == streams.history("case/k1") == as_stored(cases)
    assert streams.history("case/k1") is not streams.history("case/k1")


# What a command keeps of what it recorded


def at_hand(cases, case="k1"):
    return cases.recorder.streams.at_hand(f"case/{case}").history


def test_a_command_keeps_its_entry_as_it_will_be_read(cases):
    twice_that_night = datetime(2014, 11, 2, 1, 30, tzinfo=ZoneInfo("America/Denver"), fold=1)
    words = ContactMade(ContactMode.HOME_VISIT, frozenset({MOTHER}), words="Plainly invented.")
    by_hand = {"case_id": "k1", "actor": WORKER, "occurred": twice_that_night, "command_id": "night"}

    kept = []
    for record in (lambda: cases.record(words, **by_hand), lambda: put(cases, EntryVoided(Version(3), "wrong-case"))):
        record()
        kept.append(at_hand(cases) == as_stored(cases) and at_hand(cases).record == as_stored(cases).record)

    assert kept == [True, True]
    assert "invented" not in repr(at_hand(cases).record)


def test_every_event_is_kept_as_it_will_be_read(cases):
    differ = []
    for number, line in enumerate(lines()):
        event = encoded_and_read(said(line))
        stream, sealing = stream_of(event.event), cases.ring.sealing()
        entry = Entry(event.event, ON, len(cases.store.stream(stream)) + 1, WORKER, edition="e@2015-01-01")
        asked = draft(stream, entry, event.encoded, sealing, None)
        done = cases.store.append([asked], command=Command(f"g{number}", b"m" * 16), keys=sealing.new_keys)
        [row] = cases.store.stream(stream, after_version=entry.version - 1)

        kept = once_recorded(entry, event.kept, done.first, done.recorded_at, f"g{number}")
        differ += [line["stored"]] if (kept, done.leaves) != (entry_of(row), (row.leaf,)) else []

    assert differ == []


def test_what_is_kept_decides_nothing_once_another_process_went_on(cases):
    put(cases, VISIT)
    with Cases.open(cases.store.address, rules=UTAH) as other:
        put(other, OPENED)

        with pytest.raises(Refused):
            put(cases, OPENED)

        assert put(cases, VISIT) == put(other, VISIT) - 1


def test_what_is_kept_decides_nothing_once_the_store_was_set_back_and_went_another_way(cases, tmp_path):
    with closing(copied(tmp_path)) as before, closing(sqlite3.connect(tmp_path / "live.db")) as database:
        put(cases, VISIT)

        before.backup(database)
    with Cases.open(cases.store.address, rules=UTAH) as other:
        put(other, OPENED)

    with pytest.raises(Refused):
        put(cases, OPENED)
    put(cases, VISIT)
    assert [type(e.event) for e in as_stored(cases).record[2:]] == [CaseOpened, ContactMade]


def test_a_draft_goes_on_record_only_behind_the_record_it_was_made_for(cases):
    stream, [*_, last] = "case/k1", cases.store.stream("case/k1")
    event = encoded_and_read(VISIT)

    def append(after):
        sealing, entry = cases.ring.sealing(), Entry(VISIT, ON, cases.store.standing(stream) + 1, WORKER)
        return cases.store.append([draft(stream, entry, event.encoded, sealing, None, after)])

    for other in (b"", b"x" * 32):
        with pytest.raises(VersionConflict):
            append(other)
    assert append(last.leaf).count == 1
    with pytest.raises(VersionConflict):
        append(last.leaf)


# What bears on access


WATCHING = Actor(ActorId("a-9"), Role.AUDITOR)
ADMINISTRATOR = Actor(ActorId("a-1"), Role.ADMINISTRATOR)


@pytest.mark.parametrize("goes_on", [0, 1, 2, 5], ids="and {} views".format)
def test_a_post_given_in_a_record_that_was_set_back_lets_nobody_look(cases, tmp_path, goes_on):
    with closing(copied(tmp_path)) as before, closing(sqlite3.connect(tmp_path / "live.db")) as database:
        cases.access.give("a-9", "auditor", actor=ADMINISTRATOR)
        cases.reader(WATCHING).get("k1")

        before.backup(database)
    with Cases.open(cases.store.address, rules=UTAH) as other:
        for _ in range(goes_on):
            with pytest.raises(CaseNotOpen):
                other.reader(WATCHING).get("k1")
    with pytest.raises(CaseNotOpen):
        cases.reader(WATCHING).get("k1")

    assert [type(e.event) for e in cases.recorder.entries("access/a-9")] == [AccessDenied] * (goes_on + 1)


def test_a_post_whose_row_was_removed_is_none(cases, tmp_path):
    cases.access.give("a-9", "auditor", actor=ADMINISTRATOR)
    cases.reader(WATCHING).get("k1")

    insider.Store(tmp_path / "live.db").do("DELETE FROM records WHERE stream = 'access/a-9'")

    assert cases.access.streams.tail(WATCHING).held == Held()


def test_what_bears_on_access_is_read_on_from_where_it_was_left(cases, monkeypatch):
    cases.access.give("a-9", "auditor", actor=ADMINISTRATOR)
    for _ in range(3):
        cases.reader(WATCHING).get("k1")
    read = []
    stream = type(cases.store).stream
    monkeypatch.setattr(type(cases.store), "stream", lambda *a, **k: (read.append(found := stream(*a, **k)), found)[1])

    cases.access.streams.tail(WATCHING)
    with Cases.open(cases.store.address, rules=UTAH) as other:
        read.clear()
        other.access.streams.tail(WATCHING)

    assert [[row.version for row in rows] for rows in read] == [[4], [1]]


def test_an_edition_is_put_on_record_as_loaded_again_where_the_record_was_set_back(cases, tmp_path):
    def loaded():
        return [e.event for e in cases.recorder.entries("system") if isinstance(e.event, EditionLoaded)]

    before, first = copied(tmp_path), loaded()
    early = date(2009, 1, 5)
    by_worker = {"case_id": "k1", "actor": WORKER, "occurred": early}
    with closing(before), closing(sqlite3.connect(tmp_path / "live.db")) as database:
        cases.record(VISIT, command_id="early-1", **by_worker)
        both = loaded()

        before.backup(database)
    cases.record(VISIT, command_id="early-2", **by_worker)

    assert (len(first), len(both), loaded()) == (1, 2, both)


def test_an_edition_is_on_record_as_loaded_though_a_record_set_back_left_the_case_as_it_was(cases, tmp_path):
    def loaded():
        return {e.event.edition for e in cases.recorder.entries("system") if isinstance(e.event, EditionLoaded)}

    early = {"actor": WORKER, "occurred": date(2009, 1, 5)}
    with closing(copied(tmp_path)) as before, closing(sqlite3.connect(tmp_path / "live.db")) as database:
        cases.record(ASKED, case_id="k2", **early, command_id="early-1")

        before.backup(database)
    receipt = cases.record(VISIT, case_id="k1", **early, command_id="early-2")

    assert receipt.edition in loaded()


def test_what_was_destroyed_is_kept_by_nobody_who_had_it_destroyed(cases):
    version = put(cases, VISIT)
    said = {"order": "erase-1", "occurred": ON}
    cases.erasing.propose(OfEntry("k1", version), **said, ordered_by="judge-7", actor=SUPERVISOR, command_id="p")

    cases.erasing.erase(OfEntry("k1", version), **said, actor=OTHER, command_id="e")

    assert cases.recorder.streams.at_hand("case/k1") is None
    assert cases.history("k1") == as_stored(cases)


def test_who_is_asked_for_again_is_kept_before_those_who_are_not(cases):
    for case in ("k2", "k3"):
        for event in (ASKED, JOINED):
            put(cases, event, case)
    streams = Streams(cases.store, most=4)

    for case in ("k1", "k2", "k1", "k3"):
        streams.history(f"case/{case}")

    assert [streams.at_hand(f"case/{case}") is not None for case in ("k1", "k2", "k3")] == [True, False, True]
