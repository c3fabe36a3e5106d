"""Each projection: what it shows of a case, where it stays quiet, and that it answers for then as for now."""

from datetime import UTC, date, datetime, timedelta

import pytest
from diary import DENVER, Diary, lines
from rehearsal import SUPERVISOR, UTAH, WORKER

from ihs_domain.closing import CaseClosed, CaseReopened, Ending
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactMode
from ihs_domain.history import Entry, effective
from ihs_domain.household import PersonJoined, PersonLeft, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.requesting import ServicesRequested, Source
from ihs_domain.terms import Unopened
from ihs_projections import CONTACTS, CURRENT_CASE, PROJECTIONS, TIMELINE
from ihs_projections.wording import name, says

VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"p-m", "p-1"}), minutes=40, private_with=frozenset({"p-1"}))
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake")
CLOSED = CaseClosed(Ending.FAMILY_WITHDREW)


def recorded(*said, as_at=None, as_of=None):
    """A history of these (event, day of January), each recorded on the day after the one before."""
    record = [
        Entry(event, date(2015, 1, day), n, WORKER, None, datetime(2015, 1, n, 17, tzinfo=UTC), n)
        for n, (event, day) in enumerate(said, start=1)
    ]
    return effective(record, as_at, as_of)


def shown(projection, history):
    return list(projection.rows("k1", history))


@pytest.fixture(scope="module")
def alder():
    return Diary(UTAH.law("us-ut")).play(line for line in lines("alder") if line.get("case") == "alder")


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda p: p.name)
def test_a_projection_has_rows_of_its_shape_for_its_case_alone_and_none_where_nothing_is_on_record(projection, alder):
    rows = shown(projection, alder.history())

    assert rows
    assert {type(row) for row in rows} == {projection.row}
    assert {row.case_id for row in rows} == {"k1"}
    assert projection.columns[0] == "case_id"
    assert shown(projection, effective([])) == []


# Contacts


def test_a_contact_shows_who_saw_whom_how_and_for_how_long():
    [row] = shown(CONTACTS, recorded((VISIT, 9)))

    assert row == CONTACTS.row(
        case_id="k1",
        version=1,
        day=date(2015, 1, 9),
        made=True,
        mode="home-visit",
        by="w-12",
        whom=("p-1", "p-m"),
        private_with=("p-1",),
        minutes=40,
        after_closing=False,
        recorded_at=datetime(2015, 1, 1, 17, tzinfo=UTC),
        corrected=False,
    )


def test_a_contact_made_by_another_is_that_others():
    other = ContactMade(ContactMode.PHONE, frozenset({"p-m"}), by="aunt")

    assert [row.by for row in shown(CONTACTS, recorded((other, 9)))] == ["aunt"]


def test_a_contact_tried_in_vain_is_shown_as_not_made():
    [row] = shown(CONTACTS, recorded((ContactAttempted(ContactMode.HOME_VISIT), 9)))

    assert (row.made, row.minutes, row.whom, row.private_with) == (False, None, (), ())


def test_other_entries_are_no_contacts():
    assert shown(CONTACTS, recorded((OPENED, 1), (CLOSED, 9))) == []


def test_contacts_are_shown_by_their_day_as_corrected_without_the_void():
    history = recorded(
        (VISIT, 9),
        (VISIT, 8),
        (VISIT, 7),
        (EntryCorrected(1, VISIT, date(2015, 1, 6), AmendmentReason.WRONG_DAY), 9),
        (EntryVoided(3, AmendmentReason.ENTERED_TWICE), 9),
    )

    assert [(row.version, row.day.day, row.corrected) for row in shown(CONTACTS, history)] == [
        (1, 6, True),
        (2, 8, False),
    ]


def test_only_a_contact_after_the_last_day_of_a_closed_case_is_after_closing():
    closed = recorded((OPENED, 1), (VISIT, 9), (VISIT, 10), (CLOSED, 9))
    reopened = recorded((OPENED, 1), (VISIT, 9), (VISIT, 10), (CLOSED, 9), (CaseReopened(), 11))

    assert [row.after_closing for row in shown(CONTACTS, closed)] == [False, True]
    assert [row.after_closing for row in shown(CONTACTS, reopened)] == [False, True]


@pytest.mark.parametrize(
    "as_at, days",
    [(date(2015, 2, 25), [6]), (date(2015, 3, 1), [6, 20]), (date(2015, 5, 14), [6, 19])],
)
def test_the_february_contacts_of_the_diary_are_shown_as_they_were_known(alder, as_at, days):
    rows = shown(CONTACTS, alder.history(as_at=as_at))

    assert [row.day.day for row in rows if row.day.month == 2] == days


# Timeline


def test_a_line_says_what_was_put_on_record_when_by_whom_and_under_which_edition():
    [row] = shown(TIMELINE, recorded((VISIT, 9)))

    assert (row.event, row.says) == ("Contact made", "mode home-visit; whom p-1, p-m; private with p-1; minutes 40")
    assert (row.actor, row.role, row.day) == ("w-12", "practitioner", date(2015, 1, 9))
    assert row.recorded_at == datetime(2015, 1, 1, 17, tzinfo=UTC)
    assert (row.amends, row.corrected_by, row.void, row.after_closing) == (0, 0, False, False)


def test_answer_3_the_timeline_shows_the_original_the_correction_its_author_and_reason(alder):
    rows = {row.version: row for row in shown(TIMELINE, alder.history())}
    [original] = [row for row in rows.values() if row.corrected_by]
    correction = rows[original.corrected_by]

    assert (original.version, original.day, original.void) == (36, date(2015, 2, 20), False)
    assert original.recorded_at - timedelta(days=7) == datetime(2015, 2, 20, 17, 1, tzinfo=DENVER)
    assert (correction.amends, correction.actor, correction.role) == (36, SUPERVISOR.id, SUPERVISOR.role)
    assert "on 2015-02-19" in correction.says
    assert "reason wrong-day" in correction.says


def test_before_the_correction_the_timeline_shows_the_original_alone(alder):
    rows = shown(TIMELINE, alder.history(as_at=date(2015, 5, 12)))

    assert [row for row in rows if row.corrected_by or row.amends] == []
    assert next(row for row in rows if row.version == 36).day == date(2015, 2, 20)


def test_nothing_that_was_recorded_is_missing_from_the_timeline(alder):
    rows = shown(TIMELINE, alder.history())

    assert sorted(row.version for row in rows) == [entry.version for entry in alder.record]
    assert [(row.day, row.version) for row in rows] == sorted((row.day, row.version) for row in rows)


def test_a_contact_after_closing_is_marked_and_a_late_entry_about_before_is_not(alder):
    rows = [row for row in shown(TIMELINE, alder.history()) if row.recorded_at > datetime(2015, 5, 14, tzinfo=DENVER)]

    assert [(row.day.day, row.after_closing) for row in rows] == [(8, False), (14, True)]


def test_the_void_and_what_amends_are_lines_of_their_own():
    history = recorded(
        (VISIT, 9),
        (EntryVoided(1, AmendmentReason.DID_NOT_HAPPEN), 9),
        (VISIT, 9),
        (EntryCorrected(3, VISIT, date(2015, 1, 6), AmendmentReason.WRONG_DAY), 9),
        (EntryVoided(4, AmendmentReason.OTHER), 9),
    )

    assert [(r.version, r.amends, r.corrected_by, r.voided_by) for r in shown(TIMELINE, history)] == [
        (1, 0, 0, 2),
        (2, 1, 0, 0),
        (3, 0, 0, 0),
        (4, 3, 0, 5),
        (5, 4, 0, 0),
    ]
    assert [r.void for r in shown(TIMELINE, history)] == [True, False, False, True, False]


def test_an_amendment_made_after_closing_is_not_marked_as_an_act_after_closing():
    history = recorded((OPENED, 1), (VISIT, 2), (CLOSED, 3), (EntryVoided(2, AmendmentReason.OTHER), 9))

    assert [row.after_closing for row in shown(TIMELINE, history)] == [False] * 4


def test_a_sealed_part_is_named_as_sealed_and_never_shown(alder):
    rows = shown(TIMELINE, alder.history())
    closed = [Entry(PersonJoined("p-m", Relation.MOTHER, name=Unopened.SEALED, born_on=Unopened.ERASED), date.max)]

    assert any("made up" in row.says for row in rows)
    assert shown(TIMELINE, effective(closed))[0].says == "person p-m; relation mother; name (sealed); born on (erased)"


def test_an_event_is_worded_field_by_field_and_what_it_leaves_out_is_left_out():
    correction = EntryCorrected(
        3, OPENED, date(2015, 1, 9), AmendmentReason.WRONG_DAY, datetime(2015, 1, 9, 15, tzinfo=UTC)
    )

    assert name(correction) == "Entry corrected"
    assert says(correction) == (
        "entry 3; instead [Case opened: authority voluntary; region salt-lake]; on 2015-01-09; reason wrong-day; "
        "at 2015-01-09 15:00+00:00"
    )
    assert says(CaseClosed(Ending.MOVED, {"p-1": Ending.MOVED})) == "reason moved; children p-1 moved"
    assert says(CaseReopened()) == ""


# The current case


def test_the_current_case_is_one_row_that_says_how_it_stands(alder):
    [row] = shown(CURRENT_CASE, alder.history())

    assert (row.jurisdiction, row.region, row.authority, row.program) == ("us-ut", "salt-lake", "voluntary", None)
    assert (row.accepted_on, row.opened_on, row.closed_on) == (date(2015, 1, 6), date(2015, 1, 7), date(2015, 5, 12))
    assert (row.ending, row.case_manager, row.intensity) == ("threats-managed", "w-12", None)
    assert (row.household, row.children, row.victims) == (("A-1", "A-2", "A-f", "A-m"), ("A-1", "A-2"), ("A-1",))
    assert (row.threats, row.unmanaged, row.safety_plans) == (("T1", "T2"), (), ())
    assert (row.plans_agreed, row.releases, row.referrals) == (("PL1",), ("R1",), ("RF1", "RF2"))
    assert row.version == len(alder.record)


def test_the_current_case_as_it_was_known_and_as_of_a_day(alder):
    [march] = shown(CURRENT_CASE, alder.history(as_at=date(2015, 3, 1)))
    [then] = shown(CURRENT_CASE, alder.history(as_of=date(2015, 3, 1)))
    [both] = shown(CURRENT_CASE, alder.history(as_at=date(2015, 5, 4), as_of=date(2015, 5, 11)))

    for row in (march, then):
        assert (row.closed_on, row.unmanaged, row.safety_plans) == (None, ("T1", "T2"), ("SP1",))
    assert (both.unmanaged, both.closed_on) == (("T2",), None)
    assert (march.version, then.version) == (36, len(alder.record))


def test_somebody_who_left_is_of_the_household_no_more():
    [row] = shown(
        CURRENT_CASE,
        recorded(
            (ServicesRequested("us-ut", Source.SCHOOL), 1),
            (PersonJoined("p-1", Relation.CHILD), 1),
            (PersonJoined("p-m", Relation.MOTHER), 1),
            (PersonLeft("p-m"), 5),
        ),
    )

    assert (row.household, row.children, row.opened_on, row.version) == (("p-1",), ("p-1",), None, 4)


def test_a_case_all_of_whose_entries_are_void_still_has_its_row():
    history = recorded((OPENED, 1), (EntryVoided(1, AmendmentReason.WRONG_CASE), 2))

    [row] = shown(CURRENT_CASE, history)

    assert (row.opened_on, row.version) == (None, 2)
