"""What an append records, refuses, and answers the second time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ihs_record.row import DraftRefused, event_id
from ihs_store.errors import (
    ClockWentBack,
    CommandReused,
    RecordedAtMissing,
    RecordedAtRefused,
    VersionConflict,
)
from ihs_store.port import Command, Receipt

MAC = b"m" * 32


def test_drafts_are_recorded_with_all_they_say(store, draft, clock, holds):
    asked = draft(
        occurred="2015-01-09T15:00:00-07:00",
        correlation="r",
        causation="x",
        edition="utah@2010-10-08",
        target=1,
        schema=3,
        version=3,
        sealed=(("person/p1", b"one"), ("narrative/case/k1/3/words", b"two")),
    )

    store.append([draft(1), draft(1, "person/p1", open=None)], command=Command("c0", MAC))
    store.append([draft(2), asked], command=Command("c1", MAC))

    row = store.read(3)[0]
    assert (row.position, row.stream, row.version, row.name) == (4, "case/k1", 3, "ThreatIdentified.v1")
    assert (row.day, row.occurred, row.recorded_at) == ("2015-01-09", "2015-01-09T15:00:00-07:00", clock.now)
    assert (row.actor, row.role, row.command, row.number) == ("w-12", "practitioner", "c1", 2)
    assert row.event == event_id("c1", 2)
    assert (row.correlation, row.causation, row.edition) == ("r", "x", "utah@2010-10-08")
    assert (row.target, row.schema, row.open.content) == (1, 3, b'{"kind":"T1"}')
    assert [(part.key, part.content) for part in row.sealed] == [
        ("person/p1", b"one"),
        ("narrative/case/k1/3/words", b"two"),
    ]
    assert store.read(1)[0].open is None
    assert holds(store)


def test_a_record_of_no_command_has_an_event_id_of_its_own(store, draft):
    store.append([draft(1), draft(2)])

    assert [(row.number, row.event) for row in store.read(0)] == [(0, event_id("", 1)), (0, event_id("", 2))]


def test_every_open_part_has_a_salt_of_its_own(store, draft):
    store.append([draft(n) for n in range(1, 6)])

    assert len({row.open.salt for row in store.read(0)}) == 5


def test_an_empty_open_part_is_not_the_same_as_none(store, draft, holds):
    store.append([draft(1, open=b""), draft(2, open=None)])

    assert [row.open and row.open.content for row in store.read(0)] == [b"", None]
    assert holds(store)


def test_an_append_gives_a_receipt(store, draft, at):
    store.append([draft(1)])

    receipt = store.append([draft(2), draft(1, "person/p1")], command=Command("c1", MAC))

    versions = (("case/k1", 2), ("person/p1", 1))
    assert receipt == Receipt("c1", first=2, count=2, recorded_at=at(0), again=False, versions=versions)


def test_the_same_command_gives_its_first_receipt_again(store, draft, clock):
    first = store.append([draft(1), draft(2)], command=Command("c1", MAC))
    clock.now += 1

    again = store.append([draft(3)], command=Command("c1", MAC))

    assert (again.first, again.count, again.recorded_at, again.versions) == (
        1,
        2,
        first.recorded_at,
        first.versions,
    )
    assert again.again
    assert store.receipt("c1") == again
    assert store.head().position == 2


def test_a_command_id_with_other_content_is_refused(store, draft):
    store.append([draft(1)], command=Command("c1", MAC))

    for drafts in ([draft(2)], []):
        with pytest.raises(CommandReused):
            store.append(drafts, command=Command("c1", b"n" * 32))

    assert store.head().position == 1


def test_a_command_that_recorded_nothing_is_not_remembered(store, draft):
    nothing = store.append([], command=Command("c1", MAC))

    assert nothing == Receipt("c1", first=0, count=0, recorded_at=None, again=False, versions=())
    assert store.receipt("c1") is None
    assert store.append([draft(1)], command=Command("c1", b"n" * 32)).first == 1


def test_a_refused_command_is_not_remembered(store, draft):
    with pytest.raises(VersionConflict):
        store.append([draft(2)], command=Command("c1", MAC))

    assert store.receipt("c1") is None
    assert store.append([draft(1)], command=Command("c1", MAC)).first == 1


@pytest.mark.parametrize("version", [1, 2, 4, 9])
def test_a_version_that_is_not_the_next_is_refused_with_the_current_one(store, draft, version):
    store.append([draft(1), draft(2)])

    with pytest.raises(VersionConflict) as refused:
        store.append([draft(version)])

    assert (refused.value.stream, refused.value.current) == ("case/k1", 2)


def test_one_refused_draft_refuses_them_all(store, draft, holds):
    with pytest.raises(VersionConflict):
        store.append([draft(1), draft(1, "person/p1"), draft(3)], command=Command("c1", MAC))

    assert store.head().position == 0
    assert store.append([draft(1)]).first == 1
    assert holds(store)


def test_of_two_appends_of_one_version_one_lands_and_the_other_is_told(store, reopened, clock, draft, holds):
    def append(on):
        try:
            on.append([draft(1)])
        except VersionConflict as conflict:
            return conflict.current
        return "landed"

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(append, [store, reopened(clock=clock)]))

    assert sorted(outcomes, key=str) == [1, "landed"]
    assert holds(store)


def test_a_receipt_is_known_to_every_process(store, reopened, draft):
    store.append([draft(1)], command=Command("c1", MAC))

    assert reopened().append([draft(1)], command=Command("c1", MAC)).again


def test_the_store_stamps_the_time_of_recording(store, draft, clock, at):
    clock.now += 5_000_000

    receipt = store.append([draft(1)])

    assert receipt.recorded_at == at(5)
    with pytest.raises(RecordedAtRefused):
        store.append([draft(2)], recorded_at=at(6))


@pytest.mark.parametrize("back", [1, 1_999_999, 2_000_000])
def test_a_small_step_back_of_the_clock_is_held_at_the_last_time(store, draft, clock, at, back):
    store.append([draft(1)])
    clock.now -= back

    assert store.append([draft(2)]).recorded_at == at(0)


def test_a_large_step_back_of_the_clock_is_refused_until_it_has_passed(store, draft, clock, at):
    store.append([draft(1)])
    clock.now -= 2_000_001

    with pytest.raises(ClockWentBack):
        store.append([draft(2)])

    clock.now += 1
    assert store.append([draft(2)]).recorded_at == at(0)


def test_a_rehearsal_is_told_the_time_of_recording(rehearsal, draft, at, holds):
    rehearsal.append([draft(1)], recorded_at=at(0))

    with pytest.raises(RecordedAtMissing):
        rehearsal.append([draft(2)])
    with pytest.raises(ClockWentBack):
        rehearsal.append([draft(2)], recorded_at=at(-0.000001))

    assert rehearsal.append([draft(2)], recorded_at=at(0)).recorded_at == at(0)
    assert holds(rehearsal)


def test_a_time_of_recording_without_offset_is_an_error(rehearsal, draft, at):
    with pytest.raises(ValueError, match="no offset"):
        rehearsal.append([draft(1)], recorded_at=at(0).replace(tzinfo=None))


@pytest.mark.parametrize("ident, mac", [("", MAC), ("c\x00", MAC), ("c" * 257, MAC), ("c", b"short"), ("c", b"m" * 65)])
def test_a_command_has_a_printable_id_and_a_strong_mac(ident, mac):
    with pytest.raises(DraftRefused):
        Command(ident, mac)
