"""Whatever is on record, New Mexico's edition judges it, without raising and without looking at a sealed part."""

from datetime import date
from itertools import pairwise

from examples import some
from histories import LAST_DAY, amended, each_event, plain, unopened
from hypothesis import given, settings

from ihs_domain.assigning import held_by
from ihs_domain.closing import CaseClosed, CaseReopened
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactStandardSet
from ihs_domain.duties import State
from ihs_domain.editions import always
from ihs_domain.history import effective
from ihs_domain.household import PersonJoined
from ihs_domain.judge import judge
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.owing import duties
from ihs_domain.releasing import InformationDisclosed
from ihs_domain.responding import ChildRemoved
from ihs_domain.roles import SYSTEM
from ihs_domain.safety import (
    SafetyAssessmentCompleted,
    SafetyPlanAgreed,
    SafetyPlanEnded,
    SafetyPlanRevised,
    ThreatIdentified,
    ThreatManaged,
    ThreatReopened,
)
from ihs_domain.terms import Unopened
from ihs_new_mexico import NEW_MEXICO_2023

LAW = always(NEW_MEXICO_2023)
SAFETY = (
    PersonJoined,
    ThreatIdentified,
    ThreatManaged,
    ThreatReopened,
    SafetyAssessmentCompleted,
    SafetyPlanAgreed,
    SafetyPlanRevised,
    SafetyPlanEnded,
    ChildRemoved,
    CaseClosed,
    CaseReopened,
    InformationDisclosed,
)
OPENED = (CaseOpened(Authority.VOLUNTARY, "some"), date(2024, 1, 1), SYSTEM)


def judged(record):
    history = effective(record)
    found = [(f.version, f.objection.says, f.objection.about) for f in judge(history, LAW)]
    owed = [(d.what, d.subject, d.since, d.due, d.state, d.evidence, d.near) for d in duties(history, LAW, LAST_DAY)]
    return found, owed


@settings(max_examples=some(60))
@given(amended(first=[OPENED]))
def test_any_history_is_judged_and_no_sealed_part_matters(record):
    held_by(effective(record), LAST_DAY)

    assert judged(record) == judged(each_event(record, lambda event: unopened(event, Unopened.ERASED)))


@settings(max_examples=some(100))
@given(amended(*SAFETY, first=[OPENED]))
def test_any_history_of_safety_is_judged(record):
    assert judged(record) == judged(record)


@settings(max_examples=some(100))
@given(plain(ContactStandardSet, ContactMade, ContactAttempted))
def test_windows_of_contact_never_overlap_and_what_is_met_has_as_many_contacts_as_it_needs(record):
    owed = [d for d in duties(effective(record), LAW, LAST_DAY) if d.what.startswith("contact as determined")]

    assert all(before.due < after.since for before, after in pairwise(owed))
    assert all(len(d.evidence) <= d.needs for d in owed)
    assert all((len(d.evidence) == d.needs) == (d.state is State.MET) for d in owed)
    assert all(d.since <= d.due for d in owed)
