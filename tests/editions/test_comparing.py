"""What each entry changed, and what all between two moments did: nothing is lost on the way, and nothing told twice."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from examples import some
from histories import FIRST_DAY, WORKER, amended, days, recorded
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import LAW

from ihs_domain.approving import ApprovalGranted
from ihs_domain.assessing import NeedIdentified
from ihs_domain.closing import CaseClosed
from ihs_domain.comparing import Changed, Compared, compared, replayed
from ihs_domain.contacting import ContactMade
from ihs_domain.history import NOTHING, History, account, effective
from ihs_domain.household import PersonJoined
from ihs_domain.judge import Finding, judge
from ihs_domain.opening import CaseOpened
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.safety import ThreatIdentified, ThreatManaged

OTHER = AmendmentReason.OTHER
JAN, FEB = date(2024, 1, 1), date(2024, 2, 1)
OPENED = CaseOpened("voluntary", "north")
CHILD = frozenset({"c"})
THREAT = ThreatIdentified("t", "harm", "present", CHILD)


def found(history: History) -> list[Finding]:
    return [*judge(history, LAW)]


def acts(*said: tuple[Any, date]) -> History:
    return effective(recorded((event, day, WORKER) for event, day in said))


def steps(*said: tuple[Any, date]) -> list[Compared]:
    return [*replayed(acts(*said), found)]


def changes(step: Compared) -> dict[str, tuple[Any, Any]]:
    return {one.at: (one.before, one.after) for one in step.changed}


# Entry by entry


def test_an_entry_is_told_with_what_it_changed_place_by_place():
    _, threat, managed = steps(
        (OPENED, JAN), (THREAT, FEB), (ThreatManaged("t", frozenset({"capacity-increased"})), FEB)
    )

    assert [entry.version for entry in threat.told] == [2]
    assert changes(threat) == {
        "safety.threats.t": (None, CHILD),
        "safety.since.t": (None, FEB),
        "safety.changed_on": (None, FEB),
    }
    assert changes(managed)["safety.managed"] == (frozenset(), frozenset({"t"}))


def test_what_is_there_of_nobody_is_there():
    [_, need] = steps((OPENED, JAN), (NeedIdentified("n", "rent"), JAN))

    assert Changed("assessing.needs.n", None, frozenset()) in need.changed


def test_a_void_is_told_with_what_it_takes_back():
    _, _, void = steps((OPENED, JAN), (THREAT, FEB), (EntryVoided(2, OTHER), FEB))

    assert [(line.entry.version, line.voided_by) for line in void.turned] == [(2, 3)]
    assert changes(void)["safety.threats.t"] == (CHILD, None)


def test_a_correction_taken_back_turns_both_it_and_what_it_corrected():
    corrected, taken_back = steps(
        (OPENED, JAN), (THREAT, FEB), (EntryCorrected(2, THREAT, JAN, OTHER), FEB), (EntryVoided(3, OTHER), FEB)
    )[2:]

    assert [(line.entry.version, line.corrected_by) for line in corrected.turned] == [(2, 3)]
    assert [(line.entry.version, line.voided_by, line.corrected_by) for line in taken_back.turned] == [
        (2, 0, 0),
        (3, 4, 0),
    ]


def test_a_finding_is_told_where_it_comes_and_where_it_goes():
    closing, void = steps((OPENED, JAN), (CaseClosed("threats-managed"), FEB), (EntryVoided(2, OTHER), FEB))[1:]

    assert [(f.version, f.objection.cites) for f in closing.found] == [(2, ("M-7",))]
    assert (closing.settled, void.found, void.settled) == ((), (), closing.found)


def test_as_of_a_day_what_happened_later_changes_nothing():
    history = acts((OPENED, JAN), (THREAT, FEB))

    _, later = replayed(history, found, as_of=JAN)

    assert (len(later.told), later.changed) == (1, ())


# Between two moments


def test_between_two_moments_all_that_came_is_told_at_once():
    record = acts((OPENED, JAN), (THREAT, JAN), (ContactMade("phone", CHILD), FEB), (EntryVoided(2, OTHER), FEB)).record

    between = compared(effective(record[:2]), effective(record), found)

    assert [entry.version for entry in between.told] == [3, 4]
    assert [(line.entry.version, line.voided_by) for line in between.turned] == [(2, 4)]
    assert changes(between)["safety.threats.t"] == (CHILD, None)


# Whatever the history

SOME = (PersonJoined, ThreatIdentified, ThreatManaged, ContactMade, CaseClosed, ApprovalGranted, NeedIdentified)
records = amended(*SOME, first=[(OPENED, FIRST_DAY, WORKER)])


def played(steps: Iterable[Compared]) -> tuple[list[int], dict[int, Any], dict[str, Any], Counter[Any]]:
    """Where one arrives who takes in every step: what was told, amended, changed and found."""
    first: dict[str, Any] = {}
    told: list[int] = []
    lines: dict[int, Any] = {}
    state: dict[str, Any] = {}
    there: Counter[Any] = Counter()
    for step in steps:
        told += [entry.version for entry in step.told]
        lines |= {line.entry.version: line[1:] for line in step.turned}
        for one in step.changed:
            first.setdefault(one.at, one.before)
            assert state.get(one.at, first[one.at]) == one.before
            state[one.at] = one.after
        there.update(map(repr, step.found))
        there.subtract(map(repr, step.settled))
    return told, lines, {at: value for at, value in state.items() if value != first[at]}, +there


@given(records, st.none() | days)
@settings(max_examples=some(40))
def test_who_takes_in_every_step_arrives_where_the_case_stands(record, as_of):
    history = effective(record, as_of=as_of)

    told, lines, state, there = played(replayed(history, found, as_of))

    whole = compared(NOTHING, history, found)
    assert told == [entry.version for entry in record]
    assert dict.fromkeys(told, (0, 0)) | lines == {line.entry.version: line[1:] for line in account(record)}
    assert state == {one.at: one.after for one in whole.changed}
    assert there == Counter(map(repr, found(history)))


@given(records, st.integers(0, 20), st.integers(0, 20))
@settings(max_examples=some(40))
def test_to_stop_in_between_loses_nothing(record, n, m):
    first, second = sorted((min(n, len(record)), min(m, len(record))))
    moments = [effective(record[:k]) for k in (0, first, second, len(record))]

    told, lines, state, there = played(compared(a, b, found) for a, b in pairwise(moments))

    assert told == [entry.version for entry in record]
    assert dict.fromkeys(told, (0, 0)) | lines == {line.entry.version: line[1:] for line in account(record)}
    assert state == {one.at: one.after for one in compared(NOTHING, moments[-1], found).changed}
    assert there == Counter(map(repr, found(moments[-1])))


@given(records)
@settings(max_examples=some(20))
def test_between_a_moment_and_itself_nothing_came(record):
    history = effective(record)

    assert compared(history, history, found) == Compared((), (), (), (), ())
