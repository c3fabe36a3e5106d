"""R512-100-3 A and 100-5 H to M, edition 2003-09-03: copies, courts, endings as inappropriate, and intensity."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from ihs_domain.assessing import AssessmentResultsExplained, NeedIdentified, NeedMet, OptionsExplored
from ihs_domain.closing import CaseClosed, Ending, EndingDetermined
from ihs_domain.contacting import Factor, IntensitySet
from ihs_domain.editions import RuleBook
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import (
    Authority,
    CaseOpened,
    ConsentRefused,
    ConsentSigned,
    ConsentWithdrawn,
    CourtOrderEnded,
    CourtOrderReceived,
    PartyNamed,
    TerminationPetitionRequested,
)
from ihs_domain.owing import duties
from ihs_domain.planning import PlanAgreed, PlanDrafted, PlanProvided
from ihs_domain.requesting import Audience, ServicesRefused, ServicesRequested, Source
from ihs_domain.roles import Role
from ihs_domain.teaming import Part, TeamFormed
from ihs_domain.terms import Reported

EDITION = "utah-r512-100@2003-09-03"
VOLUNTARY = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
ORDERED = CaseOpened(Authority.COURT_ORDERED, "salt-lake", jurisdiction="us-ut")
EARLY = IntensitySet("early-intervention", frozenset(Factor))
INTENSIVE = IntensitySet("intensive", frozenset(Factor))
AAG, GAL = Role.ASSISTANT_ATTORNEY_GENERAL, Role.GUARDIAN_AD_LITEM
AGREES, COPIES = "R512-100-3 A [second sentence]", "R512-100-5 H"
AS_ORDERED, TO_TERMINATE, EXPLAINED = "R512-100-5 I", "R512-100-5 J", "R512-100-5 K"
FACTORS, CHANGES = "R512-100-5 L", "R512-100-5 M"


def order(intensity=None, until=None, id_="O1"):
    return CourtOrderReceived(id_, "protective-supervision", services_ordered=True, intensity=intensity, until=until)


# Early intervention


@pytest.mark.clause(AGREES, edition=EDITION)
@pytest.mark.parametrize(
    "before",
    [
        (VOLUNTARY, ConsentRefused("m")),
        (VOLUNTARY, ServicesRefused(child_at_risk=False)),
        (VOLUNTARY, ConsentSigned("m"), ConsentWithdrawn("m")),
        (VOLUNTARY, ConsentSigned("m"), ServicesRefused(child_at_risk=False)),
        (ORDERED,),
    ],
    ids=["consent refused", "services refused", "consent withdrawn", "refused after signing", "court-ordered"],
)
def test_early_intervention_is_refused_where_the_family_does_not_agree_to_it(given, refusal, accepted, found, before):
    elsewhere = IntensitySet(
        "early-intervention", frozenset(Factor), reported=Reported("s-1", Role.SUPERVISOR, date(2003, 9, 3), "letter-7")
    )

    assert refusal(EARLY, given(*before)).cites == [AGREES]
    assert found(given(*before, elsewhere)) == [AGREES]
    assert accepted(INTENSIVE, given(*before)) == []


@pytest.mark.clause(AGREES, edition=EDITION)
def test_early_intervention_is_set_where_the_family_came_by_itself_or_signed(given, refusal, accepted):
    refused = (VOLUNTARY, ConsentRefused("m"))

    assert accepted(EARLY, given(VOLUNTARY)) == []
    assert accepted(EARLY, given(*refused, ConsentSigned("m"))) == []
    assert accepted(EARLY, given(ORDERED, ConsentSigned("m"))) == []
    assert refusal(EARLY, given(*refused)).cites == [AGREES]


# Copies of the plan


def copies(duties):
    return {duty.subject[1]: (duty.state.value, duty.evidence) for duty in duties}


@pytest.mark.clause(COPIES, edition=EDITION)
def test_copies_go_to_family_and_team_and_court_ordered_to_attorney_guardian_and_court(given, owed):
    household = (PersonJoined("m", Relation.MOTHER), TeamFormed({"aunt": Part.RELATIVE}, frozenset({"m"})))
    plan = (PlanDrafted("PL1", ()), PlanAgreed("PL1"))
    given_out = PlanProvided("PL1", frozenset({"m", "aunt"}), frozenset({AAG, GAL}))
    later = PlanProvided("PL1", parties=frozenset({Role.COURT}))

    case = given(ORDERED, *household, *plan, (2, given_out), (9, later))

    assert copies(owed(case, after=8, cite=COPIES)) == {
        "m": ("met", (6,)),
        "aunt": ("met", (6,)),
        "assistant-attorney-general": ("met", (6,)),
        "guardian-ad-litem": ("met", (6,)),
        "court": ("open", ()),
    }
    assert copies(owed(case, after=9, cite=COPIES))["court"] == ("met", (7,))
    assert sorted(copies(owed(given(VOLUNTARY, *household, *plan), after=9, cite=COPIES))) == ["aunt", "m"]


@pytest.mark.clause(COPIES, edition=EDITION)
def test_this_edition_owes_a_parents_counsel_no_copy(given, owed):
    named = PartyNamed("lawyer", Role.PARENTS_COUNSEL, of="m")
    case = given(ORDERED, named, PlanDrafted("PL1", ()), PlanAgreed("PL1"))

    assert sorted(copies(owed(case, cite=COPIES))) == ["assistant-attorney-general", "court", "guardian-ad-litem"]


# Intensity, by the agency or by the court


@pytest.mark.clause(AS_ORDERED, edition=EDITION)
def test_the_agency_sets_the_intensity_unless_a_courts_order_sets_another(given, refusal, accepted, found):
    refused = refusal(INTENSIVE, given(ORDERED, order("supportive")))

    assert (refused.cites, refused.about) == ([AS_ORDERED], ["O1"])
    assert accepted(INTENSIVE, given(ORDERED, order("intensive"))) == []
    assert accepted(INTENSIVE, given(ORDERED, order())) == []
    assert accepted(INTENSIVE, given(ORDERED, order("supportive"), CourtOrderEnded("O1"))) == []
    assert accepted(INTENSIVE, given(ORDERED, order("supportive"), order("intensive", id_="O2"))) == []
    assert found(given(ORDERED, order("supportive"), INTENSIVE)) == [AS_ORDERED]


@pytest.mark.clause(AS_ORDERED, edition=EDITION)
def test_an_order_binds_through_its_last_day_and_not_the_day_after(given, refusal, accepted, first_day):
    case = given(ORDERED, order("supportive", until=first_day))

    assert refusal((0, INTENSIVE), case).cites == [AS_ORDERED]
    assert accepted((1, INTENSIVE), case) == []


@pytest.mark.clause(FACTORS, edition=EDITION)
@pytest.mark.parametrize("left_out", Factor)
def test_each_setting_of_intensity_considers_all_six_factors(given, owed, left_out):
    partial = IntensitySet("supportive", frozenset(Factor) - {left_out})
    asked = ServicesRequested("us-ut", Source.SCHOOL)
    case = given(asked, VOLUNTARY, (4, INTENSIVE), (60, partial))

    first, *each = owed(case, after=60, cite=FACTORS)

    assert (first.what, first.state, first.evidence) == ("the intensity of services is decided", "met", (3,))
    assert [(d.subject[0], d.state.value, d.evidence, [n.why for n in d.near]) for d in each] == [
        ("intensive", "met", (3,), []),
        ("supportive", "open", (), [f"not considered: {left_out}"]),
    ]


@pytest.mark.clause(FACTORS, edition=EDITION)
def test_a_setting_is_looked_at_under_the_edition_of_its_day_alone(edition, given, first_day):
    last = first_day + timedelta(days=9)
    book = RuleBook((evolve(edition, in_force_until=last), evolve(edition, in_force_from=last + timedelta(days=1))))
    case = given(VOLUNTARY, (4, INTENSIVE), (20, EARLY))

    settings = [d for d in duties(case, book.law("us-ut"), last + timedelta(days=20)) if d.cites == (FACTORS,)]

    assert [(d.subject[0], d.edition) for d in settings] == [
        ("intensive", EDITION),
        ("early-intervention", "utah-r512-100@2003-09-13"),
    ]


@pytest.mark.clause(CHANGES, edition=EDITION)
def test_the_intensity_changes_in_an_open_case_and_each_change_is_on_record(given, accepted, touched):
    case = given(VOLUNTARY, (4, INTENSIVE))

    assert accepted((60, IntensitySet("supportive", frozenset(Factor))), case) == []
    assert touched(given(VOLUNTARY, (4, INTENSIVE), (60, EARLY)), CHANGES) == [2, 3]


# Services that prove inappropriate

NOT_APPROPRIATE = EndingDetermined(Ending.NOT_APPROPRIATE)


@pytest.mark.clause(TO_TERMINATE, edition=EDITION)
def test_ordered_services_that_prove_inappropriate_are_taken_to_attorney_and_guardian_for_a_petition(given, owed):
    to_one = TerminationPetitionRequested(frozenset({AAG}))
    case = given(ORDERED, (5, NOT_APPROPRIATE), (7, to_one), (9, TerminationPetitionRequested(frozenset({GAL}))))

    def stands(after):
        return [(d.subject[0], d.state.value, d.evidence) for d in owed(case, after=after, cite=TO_TERMINATE)]

    assert stands(4) == []
    assert stands(8) == [("assistant-attorney-general", "met", (3,)), ("guardian-ad-litem", "open", ())]
    assert stands(9) == [("assistant-attorney-general", "met", (3,)), ("guardian-ad-litem", "met", (4,))]
    [_, guardian] = owed(case, after=8, cite=TO_TERMINATE)
    assert [(n.version, n.why) for n in guardian.near] == [(3, "it was not asked of them")]


@pytest.mark.clause(TO_TERMINATE, edition=EDITION)
def test_no_petition_is_asked_for_where_services_are_voluntary_or_end_otherwise(given, owed):
    def asked(*acts):
        return len(owed(given(*acts), after=30, cite=TO_TERMINATE))

    explained = AssessmentResultsExplained(Audience.FAMILY, appropriate=False)
    assert asked(VOLUNTARY, (5, NOT_APPROPRIATE)) == 0
    assert asked(ORDERED, (5, EndingDetermined(Ending.MOVED))) == 0
    assert asked(ORDERED, (5, explained)) == 2
    assert asked(VOLUNTARY, order(), (5, NOT_APPROPRIATE)) == 2


@pytest.mark.clause(EXPLAINED, edition=EDITION)
def test_family_and_referent_are_told_of_an_assessment_by_which_services_are_to_end(given, owed):
    case = given(
        VOLUNTARY,
        (3, AssessmentResultsExplained(Audience.REFERENT)),
        (5, NOT_APPROPRIATE),
        (6, AssessmentResultsExplained(Audience.FAMILY, appropriate=False)),
        (9, AssessmentResultsExplained(Audience.REFERENT, appropriate=False)),
    )

    def stands(after):
        return [(d.subject, d.state.value, d.evidence) for d in owed(case, after=after, cite=EXPLAINED)]

    assert stands(4) == []
    assert stands(8) == [(("family",), "met", (4,)), (("referent",), "open", ())]
    assert stands(9) == [(("family",), "met", (4,)), (("referent",), "met", (5,))]
    [_, referent] = owed(case, after=8, cite=EXPLAINED)
    assert [(n.version, n.why) for n in referent.near] == [(2, "it was not told so")]


@pytest.mark.clause(EXPLAINED, edition=EDITION)
def test_options_for_each_need_not_met_are_explored_before_services_end_as_inappropriate(given, owed):
    case = given(
        VOLUNTARY,
        NeedIdentified("N1", "dental"),
        NeedIdentified("N2", "housing"),
        NeedIdentified("N3", "parenting-routine"),
        NeedIdentified("N4", "transport"),
        (3, NeedMet("N3")),
        (5, NOT_APPROPRIATE),
        (6, OptionsExplored(frozenset({"N1"}))),
        (7, NeedMet("N4")),
        (9, CaseClosed(Ending.NOT_APPROPRIATE)),
        (10, OptionsExplored(frozenset({"N2"}))),
    )

    explored = [d for d in owed(case, after=10, cite=EXPLAINED) if d.what.startswith("options")]

    assert [(d.subject, d.state.value, d.evidence, [n.version for n in d.near]) for d in explored] == [
        (("N1",), "met", (8,), []),
        (("N2",), "unmet", (), [8]),
        (("N4",), "met", (9,), [8]),
    ]
