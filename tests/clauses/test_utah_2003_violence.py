"""R512-100-8 A, edition 2003-09-03: domestic violence identified that was not before."""

from datetime import date

import pytest

from ihs_domain.duties import State
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.responding import DomesticViolenceIdentified, DomesticViolenceStepTaken, Step
from ihs_domain.roles import Role
from ihs_domain.safety import SafetyPlanAgreed

EDITION = "utah-r512-100@2003-09-03"
START = (
    CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut"),
    PersonJoined("mother", Relation.MOTHER),
    PersonJoined("child-1", Relation.CHILD),
    PersonJoined("child-2", Relation.CHILD),
)
FOUND = (10, DomesticViolenceIdentified("mother"))  # version 5, on 2003-09-13


def taken(step, *whom, with_=()):
    return DomesticViolenceStepTaken(step, frozenset(whom), frozenset(with_))


STAFFED = taken(Step.STAFFED, with_=[Role.SUPERVISOR])
ALONE = taken(Step.ASSESSED_ALONE, "mother")
FORM = taken(Step.RISK_OF_DANGER)
PLAN = taken(Step.SAFETY_PLAN)
INTERVIEWS = taken(Step.CHILD_INTERVIEWED, "child-1", "child-2")


def met_by(given, owed, cite, step, day=12):
    """The duty under *cite*, open the day before *step* was taken and as it is the day after."""
    history = given(*START, FOUND, (day, step))
    [before], [after] = (owed(history, after=on, cite=cite) for on in (day - 1, day))
    assert (before.state, before.since, before.due) == (State.OPEN, date(2003, 9, 13), None)
    return after


@pytest.mark.clause("R512-100-8 A.1", edition=EDITION)
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.SPECIALIST])
def test_violence_is_staffed_with_the_supervisor_or_a_specialist(given, owed, role):
    duty = met_by(given, owed, "R512-100-8 A.1", taken(Step.STAFFED, with_=[role]))

    assert (duty.state, duty.evidence) == (State.MET, (6,))


@pytest.mark.clause("R512-100-8 A.1", edition=EDITION)
def test_staffing_with_anybody_else_is_not_it(given, owed):
    duty = met_by(given, owed, "R512-100-8 A.1", taken(Step.STAFFED, with_=[Role.SECOND_WORKER]))

    assert (duty.state, [n.why for n in duty.near]) == (
        State.OPEN,
        ["with neither the supervisor nor a specialist"],
    )


@pytest.mark.clause("R512-100-8 A.2-3", edition=EDITION)
@pytest.mark.parametrize("step", [ALONE, taken(Step.ASSESSED_ALONE, with_=[Role.SPECIALIST])])
def test_the_victim_is_assessed_alone_or_by_a_specialist(given, owed, step):
    duty = met_by(given, owed, "R512-100-8 A.2-3", step)

    assert (duty.state, duty.evidence, duty.subject) == (State.MET, (6,), ("mother",))


@pytest.mark.clause("R512-100-8 A.2-3", edition=EDITION)
def test_an_assessment_of_somebody_else_is_not_it(given, owed):
    duty = met_by(given, owed, "R512-100-8 A.2-3", taken(Step.ASSESSED_ALONE, "child-1"))

    assert (duty.state, [n.why for n in duty.near]) == (State.OPEN, ["neither with the victim nor by a specialist"])


@pytest.mark.clause("R512-100-8 A.4", edition=EDITION)
def test_the_risk_of_danger_form_is_completed(given, owed):
    assert met_by(given, owed, "R512-100-8 A.4", FORM).state == State.MET
    assert met_by(given, owed, "R512-100-8 A.4", PLAN).state == State.OPEN


@pytest.mark.clause("R512-100-8 A.5", edition=EDITION)
@pytest.mark.parametrize("step", [PLAN, SafetyPlanAgreed("SP1", frozenset(), date(2004, 1, 1))])
def test_a_safety_plan_is_created(given, owed, step):
    duty = met_by(given, owed, "R512-100-8 A.5", step)

    assert (duty.state, duty.evidence) == (State.MET, (6,))


@pytest.mark.clause("R512-100-8 A.5", edition=EDITION)
def test_a_safety_plan_of_before_is_not_the_one(given, owed):
    earlier = (9, SafetyPlanAgreed("SP1", frozenset(), date(2004, 1, 1)))

    [duty] = owed(given(*START, earlier, FOUND), after=20, cite="R512-100-8 A.5")

    assert duty.state == State.OPEN


@pytest.mark.clause("R512-100-8 A.6", edition=EDITION)
def test_each_child_is_interviewed_and_assessed(given, owed):
    first = (12, taken(Step.CHILD_INTERVIEWED, "child-1"))

    one, other = owed(given(*START, FOUND, first), after=400, cite="R512-100-8 A.6")

    assert (one.subject, one.state) == (("mother", "child-1"), State.MET)
    assert (other.subject, other.state, other.due) == (("mother", "child-2"), State.OPEN, None)
    assert [(n.version, n.why) for n in other.near] == [(6, "with another child, or none named")]
    assert {d.state for d in owed(given(*START, FOUND, (10, INTERVIEWS)), after=10, cite="R512-100-8 A.6")} == {
        State.MET
    }


@pytest.mark.clause("R512-100-8 A.1", edition=EDITION)
def test_without_violence_identified_no_step_is_owed_and_each_identification_asks_anew(given, owed):
    again = (30, DomesticViolenceIdentified("grandmother"))

    assert owed(given(*START, (12, STAFFED)), after=400, cite="R512-100-8 A.1") == []
    first, second = owed(given(*START, FOUND, (12, STAFFED), again), after=400, cite="R512-100-8 A.1")
    assert (first.state, second.state, second.subject) == (State.MET, State.OPEN, ("grandmother",))
