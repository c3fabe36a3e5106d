"""R512-100-5 N and O, edition 2003-09-03: monthly contact, its report, and visits that come unannounced."""

from datetime import date

import pytest

from ihs_domain.assigning import WorkerAssigned
from ihs_domain.contacting import (
    ContactAttempted,
    ContactMade,
    ContactMode,
    ContactReported,
    UnannouncedVisitsExplained,
)
from ihs_domain.duties import State
from ihs_domain.household import PersonJoined, PersonLeft, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.teaming import Part, TeamFormed, TeamMemberLeft

EDITION = "utah-r512-100@2003-09-03"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
START = (
    OPENED,
    PersonJoined("mother", Relation.MOTHER),
    WorkerAssigned("w-1", case_manager=True),
    WorkerAssigned("w-2"),
    TeamFormed({"therapist": Part.THERAPIST}, helped_by=frozenset()),
)  # 2003-09-03, versions 1 to 5
MOTHER = frozenset({"mother"})


def contact(by=None, mode=ContactMode.PHONE, whom=MOTHER, announced=None):
    return ContactMade(mode, whom, by=by, announced=announced)


def monthly(found):
    return {d.subject[0]: d for d in found if d.what == "a worker or a team member has contact"}


def reports(found):
    return [d for d in found if d.what == "the contact is reported to the case manager"]


@pytest.mark.clause("R512-100-5 N", edition=EDITION)
@pytest.mark.parametrize("after, state, late", [(58, State.OPEN, 0), (59, State.LATE, 1)])
def test_a_month_without_contact_is_late_on_the_day_after(given, owed, after, state, late):
    october = monthly(owed(given(*START), after=after, cite="R512-100-5 N"))["2003-10"]

    assert (october.due, october.state, october.late_days) == (date(2003, 10, 31), state, late)


@pytest.mark.clause("R512-100-5 N", edition=EDITION)
def test_a_contact_with_who_had_left_or_not_come_yet_is_none_with_the_family(given, owed):
    father = contact(whom=frozenset({"father"}))
    came, left = PersonJoined("father", Relation.FATHER), PersonLeft("father")

    found = monthly(owed(given(*START, (30, father), (40, came), (41, father), (60, left), (61, father)), 100))

    assert [(f"{d.state}", [n.why for n in d.near]) for d in found.values()][1:3] == [
        ("met", ["nobody of the family was met"]),
        ("late", ["nobody of the family was met"]),
    ]


@pytest.mark.clause("R512-100-5 N", edition=EDITION)
def test_the_month_of_opening_is_never_late(given, owed):
    september = monthly(owed(given(*START), after=60, cite="R512-100-5 N"))["2003-09"]

    assert september.state == State.LAPSED


@pytest.mark.clause("R512-100-5 N", edition=EDITION)
@pytest.mark.parametrize("by", [None, "w-2", "therapist"])
@pytest.mark.parametrize("mode", [ContactMode.PHONE, ContactMode.HOME_VISIT, ContactMode.ELSEWHERE])
def test_the_worker_another_worker_or_a_team_member_may_make_the_contact_in_whatever_way(given, owed, by, mode):
    history = given(*START, (58, contact(by, mode)))

    october = monthly(owed(history, after=59, cite="R512-100-5 N"))["2003-10"]

    assert (october.state, october.evidence) == (State.MET, (6,))


@pytest.mark.clause("R512-100-5 N", edition=EDITION)
@pytest.mark.parametrize(
    "made, why",
    [
        (contact("stranger"), "by neither a worker nor a team member"),
        (contact(whom=frozenset({"therapist"})), "nobody of the family was met"),
        (ContactAttempted(ContactMode.HOME_VISIT, MOTHER), "nobody was met"),
    ],
)
def test_what_is_no_contact_of_theirs_with_the_family_says_why(given, owed, made, why):
    october = monthly(owed(given(*START, (40, made)), after=59, cite="R512-100-5 N"))["2003-10"]

    assert (october.state, [(n.version, n.why) for n in october.near]) == (State.LATE, [(6, why)])


@pytest.mark.clause("R512-100-5 N", edition=EDITION)
def test_who_has_left_the_team_makes_no_contact_for_it(given, owed):
    history = given(*START, (39, TeamMemberLeft("therapist")), (40, contact("therapist")))

    october = monthly(owed(history, after=59, cite="R512-100-5 N"))["2003-10"]

    assert october.state == State.LATE


@pytest.mark.clause("R512-100-5 N", edition=EDITION)
@pytest.mark.parametrize("by", ["w-2", "therapist"])
def test_the_contact_of_another_is_reported_to_the_case_manager_and_counts_without_that(given, owed, by):
    acts = (*START, (40, contact(by)))
    reported = (50, ContactReported(6, "phone", "all-well"))

    before = owed(given(*acts), after=400, cite="R512-100-5 N")
    [after] = reports(owed(given(*acts, reported), after=50, cite="R512-100-5 N"))

    [open_] = reports(before)
    assert (open_.subject, open_.since, open_.due, open_.state) == (("@6",), date(2003, 10, 13), None, State.OPEN)
    assert monthly(before)["2003-10"].state == State.MET
    assert (after.state, after.evidence, after.met_on) == (State.MET, (7,), date(2003, 10, 23))


@pytest.mark.clause("R512-100-5 N", edition=EDITION)
@pytest.mark.parametrize("by", [None, "stranger"])
def test_the_case_managers_own_contact_and_a_strangers_need_no_report(given, owed, by):
    made = owed(given(*START, (40, contact(by))), after=58, cite="R512-100-5 N")

    assert reports(made) == []
    assert set(monthly(made)) == {"2003-09", "2003-10"}


@pytest.mark.clause("R512-100-5 O", edition=EDITION)
def test_an_unannounced_visit_before_the_family_was_told_is_recorded_and_shown_and_never_late(given, owed, accepted):
    visit, told = (10, contact(announced=False)), (20, UnannouncedVisitsExplained(MOTHER))

    assert accepted(visit, given(*START)) == []
    [open_] = owed(given(*START, visit), after=2000, cite="R512-100-5 O")
    [met] = owed(given(*START, visit, told), after=20, cite="R512-100-5 O")
    assert (open_.state, open_.due) == (State.OPEN, None)
    assert (met.state, met.late_days, met.evidence) == (State.MET, 0, (7,))
    assert [(n.version, n.why) for n in met.near] == [(6, "it came before the family was told")]


@pytest.mark.clause("R512-100-5 O", edition=EDITION)
def test_an_unannounced_visit_after_the_family_was_told_is_nothing_to_show(given, owed):
    history = given(*START, (5, UnannouncedVisitsExplained(MOTHER)), (10, contact(announced=False)))

    [duty] = owed(history, after=10, cite="R512-100-5 O")

    assert (duty.state, duty.near) == (State.MET, ())


@pytest.mark.clause("R512-100-5 O", edition=EDITION)
def test_visits_and_the_explanation_are_put_on_record_and_without_an_unannounced_visit_nothing_is_owed(
    given, owed, touched
):
    history = given(*START, (5, UnannouncedVisitsExplained(MOTHER)), (10, contact()))

    assert touched(history, "R512-100-5 O") == [6, 7]
    assert owed(history, after=10, cite="R512-100-5 O") == []
