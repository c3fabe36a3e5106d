"""A copy for one person: nothing that is kept from them is in it, nor in anything worked out from it."""

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve, frozen
from examples import some
from histories import SUPERVISOR, WORKER, amended, days, recorded
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import LAW

from ihs_domain.approvals import approvals
from ihs_domain.approving import ApprovalGranted, ApprovalReturned, DocumentationConfirmed, ExceptionGranted
from ihs_domain.contacting import ContactMade, ContactReported
from ihs_domain.copying import copied
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.judge import judge
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import duties
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.responding import DomesticViolenceIdentified
from ihs_domain.restricting import AccessRestricted, RestrictionLifted
from ihs_domain.safety import SafetyPlanAgreed, SafetyPlanEnded, ThreatIdentified, ThreatManaged
from ihs_domain.terms import Unopened
from ihs_projections import CONTACTS, CURRENT_CASE, TIMELINE

HIM, HER, CHILD = "him", "her", "child"
DAY = date(2024, 3, 1)
OTHER = AmendmentReason.OTHER


def copy(*events: Any, person: str = HIM, as_at: int | None = None) -> list[Any]:
    """The events of the copy of a record of *events*."""
    return [e.event for e in copied(recorded((event, DAY, SUPERVISOR) for event in events), person, as_at)]


FAMILY = (PersonJoined(HIM, Relation.FATHER), PersonJoined(HER, Relation.MOTHER), PersonJoined(CHILD, Relation.CHILD))
VISIT = ContactMade("home-visit", frozenset({HER}))
VIOLENCE = DomesticViolenceIdentified(HER)


def kept(version: int) -> AccessRestricted:
    return AccessRestricted(version, frozenset({HIM}), "danger")


def test_a_copy_is_numbered_anew_and_names_its_entries_by_its_own_numbers():
    record = recorded((e, DAY, WORKER) for e in (VIOLENCE, VISIT, kept(1), ContactReported(2, "visit", "well")))

    made = copied(record, HIM)

    assert [(e.version, e.position, e.event) for e in made] == [
        (1, 1, VISIT),
        (2, 2, ContactReported(1, "visit", "well")),
    ]


def test_the_ids_of_commands_are_not_in_a_copy():
    [entry] = copied([Entry(VISIT, DAY, 1, WORKER, command="c-17")], HIM)

    assert entry.command == ""


def test_a_correction_in_a_copy_corrects_by_the_copys_numbers_within_too():
    corrected = EntryCorrected(4, ContactReported(3, "visit", "well"), DAY, OTHER)

    made = copy(VIOLENCE, kept(1), VISIT, VISIT, corrected)

    assert made == [VISIT, VISIT, EntryCorrected(2, ContactReported(1, "visit", "well"), DAY, OTHER)]


def test_what_names_a_thing_that_only_a_kept_entry_brought_in_is_left_out():
    threat = ThreatIdentified("t", "harm", "present", frozenset({CHILD}))
    plan = SafetyPlanAgreed("sp", frozenset({"t"}), DAY)
    speaking = (ThreatManaged("t", frozenset()), plan, SafetyPlanEnded("sp"), ExceptionGranted("M-8", "x", DAY, "t"))

    assert copy(*FAMILY, threat, *speaking, kept(4)) == [*FAMILY]


def test_an_id_that_a_shown_thing_of_another_kind_has_too_gives_nothing_away():
    threat = ThreatIdentified("1", "harm", "present", frozenset({CHILD}))
    plan = SafetyPlanAgreed("1", frozenset({"1"}), DAY)
    speaking = (SafetyPlanEnded("1"), ExceptionGranted("M-8", "x", DAY, "1"))

    made = copy(*FAMILY, threat, plan, *speaking, kept(5), ThreatManaged("1", frozenset()))

    assert made == [*FAMILY, threat, ThreatManaged("1", frozenset())]


def test_an_exception_names_its_entry_by_the_copys_number_and_goes_with_one_that_is_kept():
    granted = [ExceptionGranted("M-8", "x", DAY, entry=entry) for entry in (None, 1, 2, 3)]

    made = copy(VISIT, VIOLENCE, VISIT, kept(2), *granted)

    assert made == [VISIT, VISIT, granted[0], granted[1], evolve(granted[3], entry=2)]


def test_what_another_entry_brought_in_too_is_known_without_the_kept_one():
    again = PersonJoined(CHILD, Relation.CHILD)

    assert copy(*FAMILY, again, VISIT, kept(4)) == [*FAMILY, VISIT]


def test_what_is_kept_by_now_is_left_out_also_of_what_was_known_before_it_was_kept():
    assert copy(VIOLENCE, VISIT, kept(1), as_at=6) == [VISIT]
    assert copy(VIOLENCE, VISIT, kept(1), as_at=3) == []
    assert copy(VIOLENCE, VISIT, kept(1), RestrictionLifted(1, frozenset({HIM})), as_at=6) == [VIOLENCE, VISIT]


def test_names_days_of_birth_and_words_stay_sealed_but_for_the_persons_own():
    mine = PersonJoined(HIM, Relation.FATHER, name="His Name", born_on=date(1980, 1, 1))
    hers = PersonJoined(HER, Relation.MOTHER, name="Her Name")
    said = evolve(VISIT, words="What she said.")

    assert copy(mine, hers, said, EntryCorrected(2, hers, DAY, OTHER, words="Misspelt.")) == [
        mine,
        evolve(hers, name=Unopened.SEALED),
        evolve(said, words=Unopened.SEALED),
        EntryCorrected(2, evolve(hers, name=Unopened.SEALED), DAY, OTHER, words=Unopened.SEALED),
    ]


def test_what_was_erased_and_what_was_never_opened_look_the_same_in_a_copy():
    sealed, erased = (evolve(VISIT, words=how) for how in (Unopened.SEALED, Unopened.ERASED))

    assert copy(erased) == copy(sealed) == [sealed]


# What is left out leaves no trace


@frozen
class Made:
    """Two records: one with what is kept from him, and one in which none of that was ever made."""

    whole: tuple[Entry[Any], ...]
    bare: tuple[Entry[Any], ...]


OPENED = CaseOpened("voluntary", "north")
SEEN_THREAT = ThreatIdentified("t", "harm", "present", frozenset({CHILD}))
HIDDEN_THREAT = ThreatIdentified("hidden", "harm", "present", frozenset({CHILD}))
HIDDEN_PLAN = SafetyPlanAgreed("t", frozenset(), DAY)


def amends(earlier: list[int], instead: list[Any]) -> Any:
    target = st.sampled_from(earlier)
    return st.builds(EntryVoided, target, st.just(OTHER)) | st.builds(
        EntryCorrected, target, st.sampled_from(instead), days, st.just(OTHER)
    )


def names(earlier: list[int]) -> Any:
    target = st.sampled_from(earlier)
    return (
        st.builds(ApprovalGranted, target)
        | st.builds(ApprovalReturned, target, st.just("some"))
        | st.builds(DocumentationConfirmed, target, st.just("safe"))
        | st.builds(ContactReported, target, st.just("visit"), st.just("well"))
        | st.builds(ExceptionGranted, st.just("M-8"), st.just("some"), days, entry=target)
    )


@st.composite
def two_records(draw: Any) -> Made:
    """Acts he may see, which name only what he may see; among them hidden ones, which may name anything."""
    shown = [*FAMILY, OPENED]
    lines: list[tuple[bool, Any, date]] = [(True, event, DAY) for event in shown]
    acts: dict[bool, list[int]] = {True: [*range(1, len(lines) + 1)], False: []}
    keeps: list[int] = []
    for _ in range(draw(st.integers(0, 10))):
        seen, version = draw(st.booleans()), len(lines) + 1
        event = draw(seen_acts(acts[True]) if seen else hidden_acts(acts))
        lines.append((seen, event, draw(days)))
        acts[seen].append(version)
        explicit = not seen and not speaks_of_hidden(event, acts[False][:-1])
        keeps += [version] if explicit else []
    lines += [(False, kept(version), draw(days)) for version in keeps]
    return Made(recorded((e, d, SUPERVISOR) for _, e, d in lines), without_hidden(lines))


def seen_acts(earlier: list[int]) -> Any:
    plain = [VISIT, SEEN_THREAT, ThreatManaged("t", frozenset()), evolve(VISIT, mode="phone")]
    return st.sampled_from(plain) | amends(earlier, [*plain, OPENED]) | names(earlier)


def hidden_acts(acts: dict[bool, list[int]]) -> Any:
    """A hidden act; an amendment among them amends another hidden act, as one of a seen act would hide that."""
    plain = [VISIT, HIDDEN_THREAT, HIDDEN_PLAN, VIOLENCE, ThreatManaged("hidden", frozenset())]
    more = names(acts[True] + acts[False])
    return st.sampled_from(plain) | more | (amends(acts[False], plain) if acts[False] else more)


def speaks_of_hidden(event: Any, hidden: list[int]) -> bool:
    """Whether an act is left out already for what it speaks of: it need not be kept itself."""
    return getattr(event, "entry", getattr(event, "contact", None)) in hidden


def without_hidden(lines: list[tuple[bool, Any, date]]) -> tuple[Entry[Any], ...]:
    """The record of the seen *lines* alone, with the versions that they name as they then are."""
    number = {v: n for n, v in enumerate((v for v, (seen, _, _) in enumerate(lines, 1) if seen), 1)}

    def named(event: Any) -> Any:
        for field in ("entry", "contact"):
            if hasattr(event, field):
                event = evolve(event, **{field: number[getattr(event, field)]})
        return event

    return recorded((named(event), day, SUPERVISOR) for seen, event, day in lines if seen)


def worked_out(history: History) -> tuple[Any, ...]:
    """Everything that is told of a case: what stands, what was recorded, what is found and owed, and every view."""
    on = DAY + timedelta(days=60)
    rows = [[*view.rows("k", history)] for view in (CURRENT_CASE, TIMELINE, CONTACTS)]
    return history, history.record, [*judge(history, LAW)], duties(history, LAW, on), approvals(history), rows


@given(two_records())
@settings(max_examples=some(60))
def test_a_copy_is_as_if_nothing_that_is_kept_had_ever_been_recorded(made):
    copy = effective(copied(made.whole, HIM))

    assert worked_out(copy) == worked_out(effective(copied(made.bare, HIM)))
    assert [(e.event, e.day) for e in copy.record] == [
        (e.event, e.day) for e in effective(copied(made.bare, "nobody")).record
    ]


@given(two_records(), st.integers(0, 20))
@settings(max_examples=some(30))
def test_a_copy_of_what_was_known_then_is_of_the_same_entries(made, n):
    whole = copied(made.whole, HIM)
    position = made.whole[min(n, len(made.whole) - 1)].position

    then = copied(made.whole, HIM, position)

    assert then == whole[: len(then)]


@given(amended(AccessRestricted, RestrictionLifted, ContactMade, ContactReported, ApprovalGranted, PersonJoined))
def test_a_copy_of_any_record_is_a_record_in_which_nothing_is_kept(record):
    made = copied(record, "person-1")

    assert [e.version for e in made] == [*range(1, len(made) + 1)]
    assert not [e for e in made if isinstance(e.event, AccessRestricted | RestrictionLifted)]
    assert copied(made, "person-1") == made


@pytest.mark.parametrize("view", [CURRENT_CASE, TIMELINE, CONTACTS], ids=lambda view: view.name)
def test_no_view_of_a_copy_tells_of_the_record_it_was_made_from(view):
    threat = evolve(HIDDEN_THREAT, threat="t9")
    record = recorded((e, DAY, WORKER) for e in (*FAMILY, OPENED, threat, VISIT, kept(5)))

    rows = str([*view.rows("k", effective(copied(record, HIM)))])

    assert "t9" not in rows
    assert not {"version=6", "version=7"} & set(rows.replace(")", ",").split(", "))
