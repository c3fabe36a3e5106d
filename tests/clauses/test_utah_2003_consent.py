"""R512-100-3 E and F, edition 2003-09-03: the family is asked to sign a consent, and what a refusal brings."""

from datetime import timedelta

import pytest

from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.opening import (
    Authority,
    CaseOpened,
    ConsentAsked,
    ConsentRefused,
    ConsentSigned,
    CounselScreened,
    CourtOrderReceived,
    PetitionConsidered,
    PetitionFiled,
    ServicesBegun,
)
from ihs_domain.requesting import ServicesRefused, ServicesRequested, Source
from ihs_domain.safety import (
    MadeFor,
    Management,
    Presence,
    SafetyAssessmentCompleted,
    SafetyResult,
    ThreatIdentified,
    ThreatManaged,
)
from ihs_domain.serving import ServiceDelivered

EDITION = "utah-r512-100@2003-09-03"
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
ORDERED = CaseOpened(Authority.COURT_ORDERED, "salt-lake", jurisdiction="us-ut")
ASKED = ServicesRequested("us-ut", Source.SCHOOL)
SERVICE = ServiceDelivered("evening-routine")
CONSENT, REFUSAL = "R512-100-3 E", "R512-100-3 F"


@pytest.mark.clause(CONSENT, edition=EDITION)
@pytest.mark.parametrize("answer", [ConsentAsked("m"), ConsentSigned("m"), ConsentRefused("m")])
def test_being_asked_meets_it_whatever_the_family_answers(given, owed, accepted, answer):
    [open_] = owed(given(OPENED), after=3, cite=CONSENT)
    [met] = owed(given(OPENED, (3, answer)), after=3, cite=CONSENT)

    assert accepted((4, SERVICE), given(OPENED, (3, answer))) == []
    assert (open_.state, open_.due) == ("open", None)
    assert (met.state, met.evidence) == ("met", (2,))


@pytest.mark.clause(CONSENT, edition=EDITION)
def test_asking_on_the_day_services_begin_is_in_time_and_the_day_after_is_late(given, owed):
    def asked(after, on=9):
        [duty] = owed(given(OPENED, (4, ServicesBegun()), (after, ConsentAsked("m"))), after=on, cite=CONSENT)
        return duty.state.value, duty.late_days

    assert [asked(3), asked(4), asked(5), asked(9, on=8)] == [("met", 0), ("met", 0), ("met late", 1), ("late", 4)]


@pytest.mark.clause(CONSENT, edition=EDITION)
def test_asking_before_the_case_is_opened_does_not_meet_it(given, owed, accepted):
    case = given(ConsentAsked("m"), (2, OPENED))

    [duty] = owed(case, after=3, cite=CONSENT)

    assert (duty.state, [(n.version, n.why) for n in duty.near]) == ("open", [(1, "before the case was opened")])
    assert accepted((3, SERVICE), case) == [CONSENT]


@pytest.mark.clause(CONSENT, edition=EDITION)
@pytest.mark.parametrize("opened", [OPENED, ORDERED], ids=["voluntary", "court-ordered"])
def test_services_before_asking_are_recorded_with_a_finding(given, accepted, found, opened):
    assert accepted((1, SERVICE), given(opened)) == [CONSENT]
    assert accepted((1, ServicesBegun()), given(opened)) == [CONSENT]
    assert accepted((1, SERVICE), given(opened, ConsentRefused("m"))) == []
    assert found(given(opened, (1, SERVICE), (1, ConsentAsked("m")), (1, SERVICE))) == [CONSENT]


@pytest.mark.clause(CONSENT, edition=EDITION)
def test_what_was_delivered_before_the_opening_sets_no_day_for_asking(given, owed):
    [duty] = owed(given(SERVICE, (2, OPENED), (3, ConsentAsked("m")), (9, SERVICE)), after=9, cite=CONSENT)

    assert (duty.state, (duty.due - duty.since).days) == ("met", 7)


@pytest.mark.clause(CONSENT, edition=EDITION)
def test_a_family_never_asked_is_an_unmet_duty_of_a_closed_case(given, owed):
    [duty] = owed(given(OPENED, (9, CaseClosed(Ending.MOVED))), after=10, cite=CONSENT)

    assert duty.state == "unmet"


# A refusal with a child at risk

SCREENED = "the case is screened with an Assistant Attorney General"
CONSIDERED = "a petition for court-ordered services is considered"
THREAT = ThreatIdentified("T1", "unsafe-discipline", Presence.PRESENT, frozenset({"c-1"}))
MANAGED = ThreatManaged("T1", frozenset({Management.CAPACITY_INCREASED}))
UNSAFE = SafetyAssessmentCompleted(MadeFor.OPENING, SafetyResult.SAFE_WITH_PLAN, frozenset({"c-1"}))
SAFE = SafetyAssessmentCompleted(MadeFor.CHANGE, SafetyResult.SAFE, frozenset({"c-1"}))


@pytest.fixture
def since(given, owed):
    """On which day after the first the screening fell due, if it did."""

    def of(*acts):
        case = given(*acts)
        found = {(d.since - case[0].day) // timedelta(days=1) for d in owed(case, after=99, cite=REFUSAL)}
        return min(found, default=None)

    return of


@pytest.mark.clause(REFUSAL, edition=EDITION)
def test_a_refusal_with_a_child_at_risk_is_screened_with_counsel_and_a_petition_considered(given, owed):
    refused = ServicesRefused(child_at_risk=True)
    case = given(
        ASKED,
        (1, CounselScreened("no-petition-yet")),
        (2, refused),
        (5, CounselScreened("petition")),
        (6, PetitionConsidered(to_be_filed=True)),
        (7, PetitionFiled("protective-supervision")),
    )

    def stands(after):
        return {d.what: (d.state.value, d.evidence, len(d.near)) for d in owed(case, after=after, cite=REFUSAL)}

    assert stands(1) == {}
    assert stands(4) == {SCREENED: ("open", (), 1), CONSIDERED: ("open", (), 0)}
    assert stands(6) == {SCREENED: ("met", (4,), 1), CONSIDERED: ("met", (5,), 0)}


@pytest.mark.clause(REFUSAL, edition=EDITION)
def test_a_refusal_without_risk_owes_nothing_until_risk_is_found(since):
    refused = (2, ServicesRefused(child_at_risk=False))

    assert since(OPENED, refused) is None
    assert since(OPENED, refused, (9, THREAT)) == 9
    assert since(OPENED, refused, (9, UNSAFE)) == 9
    assert since(OPENED, THREAT, refused) == 2
    assert since(OPENED, THREAT, (1, MANAGED), refused) is None
    assert since(OPENED, UNSAFE, (1, SAFE), refused) is None
    assert since(OPENED, UNSAFE, refused, (9, SAFE)) == 2


@pytest.mark.clause(REFUSAL, edition=EDITION)
def test_a_refused_consent_counts_as_long_as_nobody_signs_and_no_court_has_ordered(since):
    order = CourtOrderReceived("O1", "protective-supervision", services_ordered=True)
    refused = (2, ConsentRefused("m"))

    assert since(OPENED, THREAT, refused) == 2
    assert since(OPENED, THREAT, refused, (3, ConsentSigned("m"))) is None
    assert since(OPENED, THREAT, (1, ConsentSigned("m")), refused) == 2
    assert since(ORDERED, THREAT, refused) is None
    assert since(OPENED, THREAT, order, refused) is None
    assert since(OPENED, THREAT, refused, (9, order)) == 2
