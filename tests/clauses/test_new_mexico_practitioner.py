"""SIHP23 14, 19, the General Summary and the Minimum Qualifications: who serves whom, and where it is documented."""

from datetime import date, timedelta

import pytest

from ihs_domain.approving import DocumentationConfirmed
from ihs_domain.assessing import NeedIdentified
from ihs_domain.assigning import Degree, Qualification, WorkerAssigned
from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactMode
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, AuthorityChanged, CaseOpened
from ihs_domain.planning import PlanDrafted, PlanGoal
from ihs_domain.recording import AmendmentReason, EntryCorrected

EDITION = "new-mexico-ihs@2023-08-10"
FIRST = date(2023, 8, 10)
OPENED = CaseOpened(Authority.VOLUNTARY, "rio-grande", jurisdiction="us-nm")
ORDERED = CaseOpened(Authority.COURT_ORDERED, "rio-grande", jurisdiction="us-nm")
MOTHER = PersonJoined("mother", Relation.MOTHER)
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"mother"}))

# 14


def confirmed(version, system="facts"):
    return DocumentationConfirmed(version, system)


@pytest.mark.clause("SIHP23 14", edition=EDITION)
def test_each_activity_is_documented_in_facts_by_its_own_confirmation(given, owed):
    tried = ContactAttempted(ContactMode.HOME_VISIT)
    history = given(OPENED, MOTHER, (2, VISIT), (3, tried), (5, confirmed(3)))

    before, after = owed(history, 4, "SIHP23 14"), owed(history, 9, "SIHP23 14")

    assert [(d.subject, d.since, d.due, d.state) for d in before] == [
        (("@3", "ContactMade"), FIRST + timedelta(days=2), None, "open"),
        (("@4", "ContactAttempted"), FIRST + timedelta(days=3), None, "open"),
    ]
    assert [(d.state, d.evidence) for d in after] == [("met", (5,)), ("open", ())]


@pytest.mark.clause("SIHP23 14", edition=EDITION)
def test_a_confirmation_by_another_system_or_of_what_was_corrected_since_does_not_count(given, owed):
    elsewhere = ContactMade(ContactMode.ELSEWHERE, frozenset({"mother"}))
    correction = EntryCorrected(3, elsewhere, FIRST, AmendmentReason.WRONG_DETAIL)
    history = given(OPENED, MOTHER, VISIT, (1, confirmed(3, "safe")), (2, confirmed(3)), (3, correction))
    again = given(
        OPENED, MOTHER, VISIT, (1, confirmed(3, "safe")), (2, confirmed(3)), (3, correction), (4, confirmed(3))
    )

    [stale], [fresh] = owed(history, 9, "SIHP23 14"), owed(again, 9, "SIHP23 14")

    assert (stale.state, [(n.version, n.why) for n in stale.near]) == (
        "open",
        [(4, "another system confirmed it"), (5, "the entry was corrected after that")],
    )
    assert (fresh.state, fresh.evidence) == ("met", (7,))


@pytest.mark.clause("SIHP23 14", edition=EDITION)
def test_what_facts_never_confirmed_is_unmet_at_closing(given, owed):
    history = given(OPENED, MOTHER, VISIT, (9, CaseClosed(Ending.MOVED)))

    assert [(d.subject[1], d.state) for d in owed(history, 9, "SIHP23 14")] == [
        ("ContactMade", "unmet"),
        ("CaseClosed", "unmet"),
    ]


# 19


@pytest.mark.clause("SIHP23 19", edition=EDITION)
def test_a_contact_made_after_hours_is_on_record(given, touched, found):
    history = given(OPENED, MOTHER, (3, ContactMade(ContactMode.PHONE, frozenset({"mother"}))))

    assert touched(history, "SIHP23 19") == [3]
    assert found(history) == []


# General Summary


@pytest.mark.clause("SIHP23 General Summary", edition=EDITION)
def test_a_court_ordered_opening_is_recorded_and_found(given, accepted):
    assert accepted(ORDERED, given()) == ["SIHP23 General Summary"]
    assert accepted(OPENED, given()) == []


@pytest.mark.clause("SIHP23 General Summary", edition=EDITION)
def test_services_that_a_court_orders_later_are_found_and_a_family_that_agrees_is_not(given, accepted):
    history = given(OPENED)

    assert accepted((3, AuthorityChanged(Authority.COURT_ORDERED)), history) == ["SIHP23 General Summary"]
    assert accepted((3, AuthorityChanged(Authority.VOLUNTARY)), given(ORDERED)) == []


@pytest.mark.clause("SIHP23 General Summary", edition=EDITION)
def test_the_authority_and_the_plan_that_the_departments_worker_determined_are_on_record(given, touched):
    item = PlanGoal("N1", "treatment", "sober")
    determined = PlanDrafted("P1", (item,), determined_by="cps-4")

    history = given(OPENED, MOTHER, NeedIdentified("N1", "treatment"), (2, determined))

    assert touched(history, "SIHP23 General Summary") == [1, 4]


# Minimum Qualifications


def assigned(degree=None, field="social-work", **brings):
    brought = None if degree is None else Qualification(degree, field, **brings)
    return WorkerAssigned("w-40", case_manager=True, qualification=brought)


@pytest.mark.clause("SIHP23 Minimum Qualifications", edition=EDITION)
@pytest.mark.parametrize(
    "assignment",
    [
        assigned(),
        assigned(Degree.BACHELOR, years=1),
        assigned(Degree.BACHELOR, years=2),
        assigned(Degree.BACHELOR, "history", years=9),
        assigned(Degree.BACHELOR, licence="lmsw"),
        assigned(Degree.MASTER),
        assigned(Degree.MASTER, licence="notary"),
        assigned(Degree.MASTER, "education", licence="lmsw"),
    ],
)
def test_an_assignment_that_does_not_show_the_minimum_qualifications_is_recorded_and_found(given, accepted, assignment):
    assert accepted(assignment, given(OPENED)) == ["SIHP23 Minimum Qualifications"]


@pytest.mark.clause("SIHP23 Minimum Qualifications", edition=EDITION)
@pytest.mark.parametrize(
    "assignment",
    [
        assigned(Degree.BACHELOR, years=3),
        assigned(Degree.BACHELOR, "family-studies", years=4),
        assigned(Degree.MASTER, licence="lmsw"),
        assigned(Degree.MASTER, "criminology", eligible_for_licence=True),
    ],
)
def test_an_assignment_that_shows_them_is_quiet_and_on_record(given, accepted, touched, assignment):
    assert accepted(assignment, given(OPENED)) == []
    assert touched(given(OPENED, assignment), "SIHP23 Minimum Qualifications") == [2]
