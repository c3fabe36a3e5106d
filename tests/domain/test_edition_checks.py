"""Editions are looked over as they are loaded: of what they are made, and whether gates and duties can be asked."""

from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import available_timezones

import pytest
from attrs import evolve, fields
from made_up import DUE, MADE_UP, RESTS

from ihs_domain.case import Case
from ihs_domain.closing import CaseClosed
from ihs_domain.contacting import ContactMade
from ihs_domain.edition_checks import MADE_OF, BadEdition
from ihs_domain.editions import Edition, RuleBook
from ihs_domain.gates import Gate, Objection
from ihs_domain.history import Entry
from ihs_domain.opening import family_is_asked_for_consent
from ihs_domain.planning import PlanAgreed, PlanFinalised
from ihs_domain.reviewing import plan_is_reviewed_every
from ihs_domain.rules import Bears, Rule
from ihs_domain.terms import Decision

FIRST = date(2023, 1, 1)


def wrong(**changed: Any) -> str | None:
    """What is wrong with an edition so changed, None for nothing."""
    edition = evolve(MADE_UP, **changed)
    try:
        RuleBook((edition,))
    except BadEdition as error:
        return str(error).removeprefix(f"{edition.id}: ")
    return None


MISTAKEN = [
    ("ruleset", "Made Up"),
    ("jurisdiction", "Yonder"),
    ("jurisdiction", None),
    ("zone", None),
    ("zone", ""),
    ("zone", "Mountain Time"),
    ("zone", "../America/Denver"),
    ("in_force_from", "2024-07-01"),
    ("in_force_from", datetime(2024, 7, 1)),  # noqa: DTZ001 - what is no day
    ("in_force_until", "2024-07-01"),
    ("rules", RESTS),
    ("rules", [RESTS]),
    ("rules", ("M-3",)),
    ("gates", ()),
    ("gates", {PlanAgreed: [(family_is_asked_for_consent, DUE)]}),
    ("finds", {PlanAgreed: family_is_asked_for_consent}),
    ("duties", [(family_is_asked_for_consent, DUE)]),
    ("duties", family_is_asked_for_consent),
    ("after_closing", None),
    ("records", {PlanAgreed: RESTS}),
    ("records", {PlanAgreed: ("M-3",)}),
    ("practice", "yes"),
    ("working_days", "Monday"),
    ("retention_years", "fifty"),
    ("retention_years", -50),
    ("beside", None),
]


@pytest.mark.parametrize("at, value", MISTAKEN)
def test_a_part_that_is_made_of_something_else_is_told_with_what_was_expected(at, value):
    found = wrong(**{at: value})

    assert found == f"{at}: {MADE_OF[at][1]}"


def test_every_part_of_an_edition_is_looked_over():
    assert {f.name for f in fields(Edition)} == MADE_OF.keys() == {at for at, _ in MISTAKEN}


def test_every_time_zone_there_is_can_be_an_editions():
    assert {zone for zone in available_timezones() if wrong(zone=zone)} == set()


@pytest.mark.parametrize(
    "rule, why",
    [
        (Rule("M-0", "says", bears="may"), "rules[0].bears: of M-0 expected a tuple: bears=(Bears.GATE,)"),
        (Rule("M-0", "says", bears=("may",)), "rules[0].bears: of M-0 expected a tuple: bears=(Bears.GATE,)"),
        (
            Rule("", "says"),
            'rules[0]: expected how the clause is cited and what it says, in words: Rule("Y-12(1)", "...")',
        ),
        (Rule("M-0", "says", bears=(Bears.MAY,)), None),
    ],
)
def test_a_rule_that_is_made_of_something_else_is_told_with_its_number(rule, why):
    found = wrong(rules=(rule, *MADE_UP.rules))

    assert found == why


def of_a_plan(case: Case, entry: Entry[PlanAgreed]) -> Objection | None:
    """A gate that says what it is about."""


def of_two(case: "Unheard", entry: Entry[PlanAgreed | PlanFinalised]) -> Objection | None:  # noqa: F821 - as in the core
    """A gate of which not every word means something as it runs."""


def of_any_decision(case: Case, entry: Entry[Decision]) -> Objection | None:
    """A gate that stands before every decision."""


def of_no_one(case, entry):
    """A gate that does not say what it is about."""


def of_one(case: Case) -> Objection | None:
    """No gate: it asks nothing of the entry."""


def two_gates(first: Gate, second: Gate) -> Gate:
    """It makes a gate."""
    return first


@pytest.mark.parametrize(
    "cls, gate, why",
    [
        (PlanAgreed, of_a_plan, ""),
        (PlanFinalised, of_a_plan, "of_a_plan: it is about PlanAgreed: put it under that event"),
        (PlanFinalised, of_two, ""),
        (CaseClosed, of_two, "of_two: it is about PlanAgreed or PlanFinalised: put it under that event"),
        (CaseClosed, of_any_decision, ""),
        (ContactMade, of_any_decision, "of_any_decision: it is about Decision: put it under that event"),
        (ContactMade, of_no_one, ""),
        (ContactMade, partial(of_no_one), ""),
        (PlanAgreed, of_one, "of_one: it is not asked about a case and an entry: def gate(case, entry)"),
        (PlanAgreed, two_gates, "two_gates: it makes a gate and is none: call it, and put what it makes there"),
    ],
)
@pytest.mark.parametrize("table", ["gates", "finds"])
def test_a_gate_stands_only_before_the_events_that_it_says_it_is_about(table, cls, gate, why):
    found = wrong(**{table: {cls: ((gate, RESTS),)}})

    assert found == (f"{table}[{cls.__name__}]: {why}" if why else None)


def no_iterable(history, on):
    """It forgets to say what is owed."""


def maker(history, months):
    """It makes a duty, and takes as much as one."""
    return plan_is_reviewed_every(months)


def fails(history, on):
    """It takes for granted that there is an entry."""
    yield history[0]


@pytest.mark.parametrize(
    "duty, why",
    [
        (plan_is_reviewed_every(2), None),
        (plan_is_reviewed_every, "asked about a case without entries it fails with TypeError: call it first, {}"),
        (fails, "asked about a case without entries it fails with IndexError: call it first, {}"),
        (maker, "it makes a duty and is none: call it, and put what it makes there"),
        (no_iterable, "it comes to nothing that is owed: let it yield what is"),
    ],
)
@pytest.mark.parametrize("table", ["duties", "after_closing"])
def test_a_duty_is_asked_about_an_empty_case_before_it_is_about_any(table, duty, why):
    found = wrong(**{table: ((duty, DUE),)})

    assert found == (why and f"{table}: {duty.__name__}: {why.format('if it makes a duty')}")
