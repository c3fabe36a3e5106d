"""Amending what was decided elsewhere: anybody may, and where they could not have decided it, that is found."""

from datetime import date
from typing import Any

import pytest
from examples import some
from histories import WORKER, amended, recorded
from hypothesis import given, settings
from made_up import LAW

from ihs_domain.amending import overruled
from ihs_domain.approving import ApprovalGranted, ApprovalReturned
from ihs_domain.contacting import ContactMade
from ihs_domain.history import effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.instrument_book import InstrumentBook
from ihs_domain.opening import CaseOpened
from ihs_domain.planning import PlanAgreed, PlanDrafted, SupervisorAgreed
from ihs_domain.recording import AmendmentReason, EntryCorrected, EntryVoided
from ihs_domain.rescoring import findings
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import Amendment, Reported

OTHER = AmendmentReason.OTHER
CLERK = Actor("w-2", Role.PRACTITIONER)
SECOND = Actor("s-2", Role.SUPERVISOR)
ELSEWHERE = Reported("s-9", Role.SUPERVISOR, date(2024, 3, 5), "minutes")
AGREED = SupervisorAgreed("p", reported=ELSEWHERE)
VISIT = ContactMade("home-visit", frozenset({"c"}))
SCENE = ((CaseOpened("voluntary", "north"), WORKER), (PersonJoined("c", Relation.CHILD), WORKER))
NOT_THEIRS = "this is not for a practitioner to decide, nor to amend"


def on(day: int) -> date:
    return date(2024, 3, day)


def found(*acts: tuple[Any, Actor]) -> list[tuple[int, str]]:
    """What is found in the amendments after a supervisor agreed elsewhere (4, told by the worker); acts begin at 5."""
    lines = [(event, on(n), actor) for n, (event, actor) in enumerate(acts, 6)]
    scene = [*((event, on(1), actor) for event, actor in SCENE), (PlanDrafted("p", ()), on(2), WORKER)]
    history = effective(recorded([*scene, (AGREED, on(5), WORKER), *lines]))
    return [(entry.version, objection.says) for entry, objection in overruled(history, LAW)]


def correct(version: int, instead: Any, day: int = 5) -> EntryCorrected:
    return EntryCorrected(version, instead, on(day), OTHER)


TYPED_WRONG = correct(4, SupervisorAgreed("p", reported=Reported("s-9", Role.SUPERVISOR, on(5), "letter")))


@pytest.mark.parametrize("amendment", [EntryVoided(4, OTHER), TYPED_WRONG, correct(4, VISIT)])
def test_an_amendment_by_who_could_neither_decide_nor_told_of_it_is_found(amendment):
    assert found((amendment, CLERK)) == [(5, NOT_THEIRS)]


@pytest.mark.parametrize("amender", [WORKER, SECOND, Actor("s-9", Role.PRACTITIONER)])
def test_nothing_is_found_where_who_told_of_it_or_took_it_or_could_amends_it(amender):
    assert found((EntryVoided(4, OTHER), amender)) == []


def test_a_decision_that_is_nobodys_alone_may_be_amended_by_anybody():
    elsewhere = PlanAgreed("p", reported=ELSEWHERE)

    assert found((elsewhere, WORKER), (EntryVoided(5, OTHER), CLERK)) == []


def test_whose_correction_speaks_for_it_takes_that_back_and_another_does_not():
    assert found((TYPED_WRONG, SECOND), (EntryVoided(5, OTHER), SECOND)) == []
    assert found((TYPED_WRONG, SECOND), (EntryVoided(5, OTHER), WORKER)) == [(6, NOT_THEIRS)]


def test_to_tell_of_it_again_is_not_to_overrule_it():
    assert found((EntryVoided(4, OTHER), WORKER), (EntryVoided(5, OTHER), CLERK)) == []
    assert found((VISIT, WORKER), (correct(5, AGREED), CLERK)) == []


def test_it_is_among_the_findings_of_its_case_with_what_to_do_instead():
    lines = [*((event, on(1), actor) for event, actor in SCENE), (PlanDrafted("p", ()), on(2), WORKER)]
    history = effective(recorded([*lines, (AGREED, on(5), WORKER), (EntryVoided(4, OTHER), on(6), CLERK)]))

    [finding] = [f for f in findings(history, LAW, InstrumentBook()) if f.version == 5]

    assert (finding.event, finding.day) == ("EntryVoided", on(6))
    assert str(finding.objection) == (
        f"{NOT_THEIRS} [@4]: have it decided by: supervisor, designee; or have whoever took it, or told of it, amend it"
    )


@settings(max_examples=some(60))
@given(amended(ApprovalGranted, ApprovalReturned, SupervisorAgreed, PlanDrafted, ContactMade))
def test_of_any_record_only_amendments_are_found_and_none_where_everything_is_one_persons_word(record):
    alone = effective(entry._replace(actor=CLERK) for entry in record)

    about = {entry.version for entry, _ in overruled(effective(record), LAW)}

    assert about <= {e.version for e in record if isinstance(e.event, Amendment)}
    assert [*overruled(alone, LAW)] == []
