"""Utah's practice of 2021: contacts a month by risk, and the risk assessed within 45 days."""

import pytest

from ihs_domain.contacting import ContactMade, ContactMode, IntensitySet
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened

EDITION = "utah-practice-2021@2022-01-01"
CONTACTS, RISK = "Practice 2021 contacts", "Practice 2021 risk"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
MOTHER = PersonJoined("mother", Relation.MOTHER)
VISIT = ContactMade(ContactMode.HOME_VISIT, frozenset({"mother"}))


@pytest.mark.clause(CONTACTS, edition=EDITION)
@pytest.mark.parametrize("level, number", [("low", 1), ("moderate", 2), ("high", 3), ("very-high", 4), (None, 4)])
def test_a_month_asks_one_to_four_contacts_by_risk_and_four_until_it_is_assessed(given, owed, level, number):
    risk = (IntensitySet(level, frozenset()),) if level else ()
    visits = [(n, VISIT) for n in range(number - 1)]

    [short] = owed(given(OPENED, MOTHER, *risk, *visits), after=30, cite=CONTACTS)
    [late, _] = owed(given(OPENED, MOTHER, *risk, *visits), after=31, cite=CONTACTS)
    [met] = owed(given(OPENED, MOTHER, *risk, *visits, (30, VISIT)), after=30, cite=CONTACTS)

    assert [(d.needs, d.state.value, d.late_days) for d in (short, late, met)] == [
        *((number, "open", 0), (number, "late", 1), (number, "met", 0))
    ]


@pytest.mark.clause(RISK, edition=EDITION)
@pytest.mark.parametrize("day, state, late", [(45, "met", 0), (46, "met late", 1), (None, "late", 1)])
def test_the_risk_is_assessed_within_45_days(given, owed, day, state, late):
    risk = [(day, IntensitySet("low", frozenset()))] if day else []

    [duty] = owed(given(OPENED, *risk), after=46, cite=RISK)

    assert (duty.state.value, duty.late_days) == (state, late)
