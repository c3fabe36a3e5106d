"""Effective history, held against the slowest thing that could be right."""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Any

import pytest
from histories import amended, days
from hypothesis import given
from hypothesis import strategies as st

from ihs_domain.approving import ApprovalGranted
from ihs_domain.assigning import STEPS, Assigning, WorkerAssigned, WorkerUnassigned, assigning_on
from ihs_domain.case import fold
from ihs_domain.history import Entry, History, account, effective
from ihs_domain.household import PersonJoined, PersonLeft
from ihs_domain.ids import ids_are_known
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.releasing import ReleaseRevoked, ReleaseSigned
from ihs_domain.terms import Amendment

Record = Sequence[Entry[Any]]
TOLD = (PersonJoined, PersonLeft, ReleaseSigned, ReleaseRevoked, ApprovalGranted)
lines = amended(WorkerAssigned, WorkerUnassigned)


def stands(entry: Entry[Any], record: Record) -> bool:
    """An entry stands unless an entry that stands voids it."""
    return not any(stands(e, record) for e in later(entry, record, EntryVoided))


def says(entry: Entry[Any], record: Record) -> Entry[Any]:
    """What its newest standing correction says, which may be corrected itself."""
    corrections = [e for e in later(entry, record, EntryCorrected) if stands(e, record)]
    return says(corrections[-1], record) if corrections else entry


def later(entry: Entry[Any], record: Record, kind: type) -> list[Entry[Any]]:
    return [
        e for e in record if isinstance(e.event, kind) and e.event.entry == entry.version and e.version > entry.version
    ]


def oracle(record: Record) -> list[tuple[int, date, Any, int]]:
    found = []
    for entry in record:
        if not isinstance(entry.event, Amendment) and stands(entry, record):
            by = says(entry, record)
            if by is entry:
                found.append((entry.version, entry.day, entry.event, 0))
            else:
                found.append((entry.version, by.event.on, by.event.instead, by.version))
    return sorted(found, key=lambda f: (f[1], f[0]))


def shown(history: History) -> list[tuple[int, date, Any, int]]:
    return [(e.version, e.day, e.event, e.amended_by) for e in history]


@given(lines)
def test_effective_history_is_what_the_definition_says(record):
    assert shown(effective(record)) == oracle(record)


@given(lines, st.integers(0, 50))
def test_as_at_is_a_prefix_of_the_record(record, position):
    known = [e for e in record if e.position <= position]

    assert effective(record, as_at=position) == effective(known)
    assert account(record, as_at=position) == account(known)


@given(lines, days)
def test_as_of_is_a_filter_on_the_day_of_the_act(record, day):
    history = effective(record)

    assert effective(record, as_of=day) == tuple(e for e in history if e.day <= day) == history.upto(day)


@given(lines)
def test_as_at_now_and_as_of_the_end_of_days_equal_plain(record):
    now = record[-1].position if record else 0

    assert effective(record, as_at=now, as_of=date.max) == effective(record)


@given(lines)
def test_the_account_agrees_with_effective_history_on_what_is_void_and_what_is_corrected(record):
    told = account(record)
    standing = {e.version: e.amended_by for e in effective(record)}
    acts = [line for line in told if not isinstance(line.entry.event, Amendment)]
    by = [says(e, record) for e in record]

    assert [line.entry for line in told] == list(record)
    assert {line.entry.version: line.corrected_by for line in acts if not line.void} == standing
    assert [line.void for line in told] == [not stands(e, record) for e in record]
    assert [line.corrected_by for line in told] == [
        0 if said is e else said.version for said, e in zip(by, record, strict=True)
    ]


def act(version: int, day: int, worker: str = "w-1") -> Entry[Any]:
    return Entry(WorkerAssigned(worker), date(2024, 1, day), version, position=version)


def corrects(version: int, target: int, day: int, worker: str) -> Entry[Any]:
    said = EntryCorrected(target, WorkerAssigned(worker), date(2024, 1, day), AmendmentReason.WRONG_DETAIL, words="why")
    return Entry(said, date(2024, 1, 31), version, position=version)


def voids(version: int, target: int) -> Entry[Any]:
    return Entry(EntryVoided(target, AmendmentReason.ENTERED_TWICE), date(2024, 1, 31), version, position=version)


def workers(*record: Entry[Any]) -> list[tuple[str, int]]:
    return [(e.event.worker, e.day.day) for e in effective(record)]


def test_a_correction_speaks_instead_and_keeps_version_actor_and_position():
    original = act(1, 5)._replace(position=7)

    correction = corrects(2, 1, 9, "w-2")

    (entry,) = effective([original, correction])

    assert entry == original._replace(
        event=WorkerAssigned("w-2"),
        day=date(2024, 1, 9),
        occurred=None,
        amended_by=2,
        correctors=frozenset({correction.actor}),
        turns=((2, 2),),
    )


def test_voiding_a_correction_restores_what_it_corrected():
    assert workers(act(1, 5), corrects(2, 1, 9, "w-2"), voids(3, 2)) == [("w-1", 5)]


def test_voiding_the_newest_correction_restores_the_one_before():
    record = [act(1, 5), corrects(2, 1, 9, "w-2"), corrects(3, 1, 11, "w-3")]

    assert workers(*record) == [("w-3", 11)]
    assert workers(*record, voids(4, 3)) == [("w-2", 9)]


def test_voiding_a_void_restores_the_entry():
    assert workers(act(1, 5), voids(2, 1)) == []
    assert workers(act(1, 5), voids(2, 1), voids(3, 2)) == [("w-1", 5)]


def test_a_correction_of_a_correction_speaks_for_what_that_one_corrected():
    assert workers(act(1, 5), corrects(2, 1, 9, "w-2"), corrects(3, 2, 11, "w-3")) == [("w-3", 11)]


def test_a_void_entry_stays_void_when_it_is_corrected_later():
    assert workers(act(1, 5), voids(2, 1), corrects(3, 1, 9, "w-2")) == []


@pytest.mark.parametrize("target", [2, 3, 99])
def test_an_amendment_of_itself_of_a_later_entry_or_of_none_says_nothing(target):
    assert workers(act(1, 5), voids(2, target), act(3, 6, "w-3")) == [("w-1", 5), ("w-3", 6)]
    assert workers(act(1, 5), corrects(2, target, 9, "w-2"), act(3, 6, "w-3")) == [("w-1", 5), ("w-3", 6)]


def test_the_account_names_the_newest_correction_of_an_entry_also_where_it_was_voided_before_or_after():
    before = account([act(1, 5), voids(2, 1), corrects(3, 1, 9, "w-2")])
    after = account([act(1, 5), corrects(2, 1, 9, "w-2"), voids(3, 1)])

    assert (before[0].void, before[0].corrected_by) == (True, 3)
    assert (after[0].void, after[0].corrected_by) == (True, 2)


def test_entries_stand_in_order_of_the_act_and_within_a_day_of_recording():
    record = [act(1, 8, "c"), act(2, 5, "a"), act(3, 8, "d"), act(4, 6, "b")]

    assert [worker for worker, _ in workers(*record)] == ["a", "b", "c", "d"]


def test_as_of_goes_by_the_day_a_correction_gives():
    record = [act(1, 5), corrects(2, 1, 20, "w-1")]

    assert effective(record, as_of=date(2024, 1, 10)) == ()
    assert effective(record, as_at=1, as_of=date(2024, 1, 10)) == (act(1, 5),)


@given(lines)
def test_a_history_finds_its_entries_by_class_in_order(record):
    history = effective(record)
    assigned = tuple(e for e in history if isinstance(e.event, WorkerAssigned))

    assert history.of(WorkerAssigned) == assigned
    assert history.first(WorkerAssigned) == (assigned[0] if assigned else None)
    assert history.last(WorkerAssigned) == (assigned[-1] if assigned else None)
    assert history.of_any(WorkerAssigned) == assigned
    assert history.of_any(WorkerUnassigned, WorkerAssigned) == history
    assert history.of(PersonLeft) == history.of_any(PersonLeft) == ()


@given(lines)
def test_entries_of_several_classes_are_found_in_the_order_of_the_history(record):
    history = effective(record)

    for classes in ((WorkerAssigned, WorkerUnassigned), (WorkerUnassigned, WorkerAssigned), (PersonLeft,)):
        assert history.of_any(*classes) == tuple(e for e in history if type(e.event) in classes)


@given(lines, days)
def test_a_fold_by_day_is_the_fold_of_what_had_happened_by_the_end_of_that_day(record, day):
    history = effective(record)
    acts = [e for e in history if e.day <= day]

    folded = reduce(lambda state, entry: STEPS[type(entry.event)](state, entry), acts, Assigning())

    assert assigning_on(history, day) == folded


def test_what_is_worked_out_of_a_history_is_worked_out_once():
    history, asked = effective([Entry(WorkerAssigned("w-1"), date(2024, 1, 1), 1)]), []

    def length(of: History) -> int:
        asked.append(of)
        return len(of)

    assert [history.once(length), history.once(length)] == [1, 1]
    assert asked == [history]


# Going on


@given(amended(*TOLD), days, st.booleans())
def test_a_history_goes_on_to_what_would_have_been_made_of_all_at_once(record, day, asked):
    history = effective(())
    for n, entry in enumerate(record, 1):
        if asked:
            fold(history, upto=day), ids_are_known(history, entry)
        history = history.and_then(entry)
        at_once = effective(record[:n])

        assert history == at_once
        assert history.record == at_once.record
        assert fold(history, upto=day) == fold(tuple(at_once), upto=day)
        assert ids_are_known(history, entry) == ids_are_known(at_once, entry)


@given(lines, days)
def test_a_history_cut_short_knows_the_whole_and_goes_on_from_that(record, day):
    whole, cut = effective(record), effective(record, as_of=day)

    assert (whole.whole is whole, cut.whole, cut.upto(day).whole) == (True, whole, whole)
    if record:
        *before, last = record
        assert effective(before, as_of=day).and_then(last) == whole
