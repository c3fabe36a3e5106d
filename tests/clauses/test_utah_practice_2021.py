"""Utah's practice of 2021: contacts a month by risk, and the risk assessed within 45 days."""

import pytest

from ihs_domain.approving import ApprovalGranted
from ihs_domain.assessing import RiskAssessed, RiskOverridden
from ihs_domain.contacting import ContactMade, ContactMode, IntensitySet
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.instruments import OverrideKind
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.roles import Actor, Role

EDITION = "utah-practice-2021@2022-01-01"
CONTACTS, RISK = "Practice 2021 contacts", "Practice 2021 risk"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
MOTHER = PersonJoined("mother", Relation.MOTHER)
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"mother"}))


def scored(level: str) -> RiskAssessed:
    return RiskAssessed("county-risk", "1", {}, {}, level)


@pytest.mark.clause(CONTACTS, edition=EDITION)
@pytest.mark.parametrize("level, number", [("low", 1), ("moderate", 2), ("high", 3), ("very-high", 4), (None, 4)])
def test_a_month_asks_one_to_four_contacts_by_risk_and_four_until_it_is_assessed(given, owed, level, number):
    risk = (scored(level),) if level else ()
    visits = [(n, VISIT) for n in range(number - 1)]

    [short] = owed(given(OPENED, MOTHER, *risk, *visits), after=30, cite=CONTACTS)
    [late, _] = owed(given(OPENED, MOTHER, *risk, *visits), after=31, cite=CONTACTS)
    [met] = owed(given(OPENED, MOTHER, *risk, *visits, (30, VISIT)), after=30, cite=CONTACTS)

    assert [(d.needs, d.state.value, d.late_days) for d in (short, late, met)] == [
        *((number, "open", 0), (number, "late", 1), (number, "met", 0))
    ]


@pytest.mark.clause(CONTACTS, edition=EDITION)
def test_the_level_is_the_one_that_holds_once_an_override_is_approved_and_no_setting_of_intensity(given, owed):
    by_supervisor = frozenset({Role.SUPERVISOR})
    override = RiskOverridden(3, "judgement", OverrideKind.DISCRETIONARY, "moderate", "some-reason", by_supervisor)
    before = (OPENED, MOTHER, scored("low"), (31, IntensitySet("very-high", frozenset())), (31, override))
    approved = (59, ApprovalGranted(5), Actor("s-1", Role.SUPERVISOR))

    asked = [owed(given(*before, *then), after=89, cite=CONTACTS) for then in ((), (approved,))]

    assert [[d.needs for d in found] for found in asked] == [[1, 1, 1], [1, 1, 2]]


@pytest.mark.clause(RISK, edition=EDITION)
def test_a_level_that_the_practice_does_not_have_is_no_risk_assessed_and_is_named(given, owed):
    [duty] = owed(given(OPENED, (3, scored("lwo")), (9, scored("lwo"))), after=10, cite=RISK)

    none_of_them = "the level it gives is none of low, moderate, high, very-high"
    assert (duty.state.value, [(n.version, n.why) for n in duty.near]) == ("open", [(2, none_of_them)])


@pytest.mark.clause(RISK, edition=EDITION)
@pytest.mark.parametrize("day, state, late", [(45, "met", 0), (46, "met late", 1), (None, "late", 1)])
def test_the_risk_is_assessed_within_45_days(given, owed, day, state, late):
    risk = [(day, scored("low"))] if day else []

    [duty] = owed(given(OPENED, *risk), after=46, cite=RISK)

    assert (duty.state.value, duty.late_days) == (state, late)
