"""A contact standard that can never be kept, or does not say what it asks, is refused with the key and the reason."""

from datetime import UTC

import pytest
from attrs import evolve

from ihs_domain.agency_contact import contact_by, contacts_are_recorded_by, level_is_given_by
from ihs_domain.agency_standard import Amount, ContactStandard, Counts, FirstContact, LongestGap, StepDown
from ihs_domain.contacting import ContactMode, Counted
from ihs_domain.household import Relation
from ihs_domain.roles import Role
from ihs_domain.standard_checks import BadStandard, held
from ihs_domain.working_days import WorkingDays

ALL = {"low": 1, "high": 2}
VISITS = Amount("visits", Counted.MONTH, ALL)
STANDARD = ContactStandard("some", ("low", "high"), amounts=(VISITS,), not_assessed="high")
STEP = StepDown("fewer", 60, contacts={"low": 0, "high": 1})


def visits(**changed):
    return evolve(STANDARD, amounts=(evolve(VISITS, **changed),))


def counting(**counts):
    return visits(counts=Counts(**counts))


WRONG = {
    "no levels": (
        evolve(STANDARD, levels=(), amounts=(evolve(VISITS, contacts={}, minutes={}),), not_assessed=None),
        (
            "levels: there is none: name one at least, also where all families are asked the same; "
            "amounts[0]: neither contacts nor minutes are asked: give one of them by level"
        ),
    ),
    "overlapping levels": (
        evolve(STANDARD, levels=("low", "high", "low")),
        "levels: low stands there twice: two levels overlap",
    ),
    "an unknown default": (evolve(STANDARD, not_assessed="x"), "not_assessed: x is none of the levels"),
    "nothing asked": (
        evolve(STANDARD, amounts=()),
        "amounts: nothing is asked: give an amount, a longest gap or a first contact",
    ),
    "a level missing": (
        visits(contacts={"low": 1}),
        "amounts[0].contacts: nothing is said of high: give a number, or null where nothing is asked",
    ),
    "a level that is none": (visits(contacts={**ALL, "top": 1}), "amounts[0].contacts: top is none of the levels"),
    "less than none": (
        visits(contacts={"low": -1, "high": 1}),
        "amounts[0].contacts.low: -1 can never be kept: give 0 or more, or null",
    ),
    "more than the days of a month": (
        visits(contacts={"low": 1, "high": 29}),
        "amounts[0].contacts.high: 29 is more than the days allow: 28 at most",
    ),
    "more than the days of two weeks": (
        visits(per=Counted.WEEK, every=2, contacts={"low": 1, "high": 15}),
        "amounts[0].contacts.high: 15 is more than the days allow: 14 at most",
    ),
    "more minutes than a week has": (
        visits(per=Counted.WEEK, contacts={}, minutes={"low": 60, "high": 10081}),
        "amounts[0].minutes.high: 10081 is more than the days allow: 10080 at most",
    ),
    "no window": (visits(every=0), "amounts[0].every: less than one week or month: give 1 or more"),
    "a share above one": (
        visits(at_home_percent=101),
        "amounts[0].at_home_percent: a share of 101 percent can never be kept: give 0 to 100",
    ),
    "a share of nothing": (
        visits(contacts={}, minutes=ALL, own_worker_percent=50),
        "amounts[0].own_worker_percent: it is a share of no number: give contacts by level",
    ),
    "at home, and no home visit counts": (
        visits(at_home_percent=50, counts=Counts(modes=frozenset({ContactMode.PHONE}))),
        "amounts[0].at_home_percent: it can never be kept: home-visit is not among the modes that count",
    ),
    "private with no child": (
        counting(private_from_months=18),
        "amounts[0].counts.private_from_months: it is not said that children are met: put child in each or all_of",
    ),
    "an age before birth": (
        counting(private_from_months=-1, each=frozenset({Relation.CHILD})),
        "amounts[0].counts.private_from_months: less than no months: give 0 or more",
    ),
    "delegates of nobody": (
        counting(delegates=frozenset({Role.PROVIDER})),
        "amounts[0].counts.delegates: it is not said for whom they act: give the roles in by",
    ),
    "a delegate who needs none": (
        counting(delegates=frozenset({Role.PROVIDER}), by=frozenset({Role.PROVIDER})),
        "amounts[0].counts.delegates: provider stands in by too, which needs no report: keep one",
    ),
    "a report of nobody": (
        counting(reported_within_days=3),
        "amounts[0].counts.reported_within_days: nobody is to report: give the roles in delegates",
    ),
    "a report before the contact": (
        counting(reported_within_days=-3, by=frozenset({Role.CASE_MANAGER}), delegates=frozenset({Role.PROVIDER})),
        "amounts[0].counts.reported_within_days: less than no days: give 0 or more",
    ),
    "a step at once": (
        visits(steps=(evolve(STEP, after_days=0),)),
        "amounts[0].steps[0].after_days: it begins at once: make it the amount itself",
    ),
    "a step that lacks a level": (
        visits(steps=(evolve(STEP, contacts={"low": 1}),)),
        "amounts[0].steps[0].contacts: nothing is said of high: give a number, or null where nothing is asked",
    ),
    "steps out of order": (
        visits(steps=(STEP, evolve(STEP, name="fewest", after_days=30))),
        "amounts[0].steps: fewest begins before fewer: put them in order",
    ),
    "one name for two": (
        visits(steps=(evolve(STEP, name="visits"),)),
        "name: visits is the name of two rows: an exception would not say which",
    ),
    "no code": (
        visits(name="Visits at home"),
        "name: a name or level that is no code: lower-case words joined by hyphens",
    ),
    "a gap of no days": (
        evolve(STANDARD, gaps=(LongestGap("gap", {"low": 31, "high": 0}),)),
        "gaps[0].days.high: 0 can never be kept: give 1 or more, or null",
    ),
    "a gap shorter than the amount allows": (
        evolve(STANDARD, gaps=(LongestGap("gap", {"low": 31, "high": 7}),)),
        "gaps[0].days.high: 7 is shorter than visits allows: 2 in 28 days",
    ),
    "a first contact before": (
        evolve(STANDARD, firsts=(FirstContact("first", {"low": 3, "high": -2}),)),
        "firsts[0].within.high: -2 can never be kept: give 0 or more, or null",
    ),
    "recorded before": (
        evolve(STANDARD, recorded_within_days=-1),
        "recorded_within_days: less than no days: give 0 or more",
    ),
    "recorded in a thousand years": (
        evolve(STANDARD, recorded_within_days=3661),
        "recorded_within_days: 3661 days are more than a standard reaches: 3660 at most",
    ),
    "assessed in a thousand years": (
        evolve(STANDARD, assessed_within_days=10**14),
        "assessed_within_days: 100000000000000 days are more than a standard reaches: 3660 at most",
    ),
    "a window without an end": (
        visits(every=121),
        "amounts[0].every: 121 months are more than a standard reaches: 120 at most",
    ),
    "weeks without an end": (
        visits(per=Counted.WEEK, every=521),
        "amounts[0].every: 521 weeks are more than a standard reaches: 520 at most",
    ),
    "a step in a thousand years": (
        visits(steps=(evolve(STEP, after_days=3661),)),
        "amounts[0].steps[0].after_days: 3661 days are more than a standard reaches: 3660 at most",
    ),
    "a gap of a thousand years": (
        evolve(STANDARD, gaps=(LongestGap("gap", {"low": 3661, "high": 31}),)),
        "gaps[0].days.low: 3661 is more than a standard reaches: 3660 at most",
    ),
    "a first contact in the second year": (
        evolve(STANDARD, firsts=(FirstContact("first", {"low": 3, "high": 367}),)),
        "firsts[0].within.high: 367 is more than a standard reaches: 366 at most",
    ),
    "a report in a thousand years": (
        counting(reported_within_days=3661, by=frozenset({Role.CASE_MANAGER}), delegates=frozenset({Role.PROVIDER})),
        "amounts[0].counts.reported_within_days: 3661 days are more than a standard reaches: 3660 at most",
    ),
    "a child of a thousand months": (
        counting(private_from_months=253, each=frozenset({Relation.CHILD})),
        "amounts[0].counts.private_from_months: 253 months are more than a standard reaches: 252 at most",
    ),
    "an amount of nothing": (
        visits(contacts={"low": None, "high": 0}),
        "amounts[0]: at no level is anything asked: give a number, or leave the row out",
    ),
    "a gap of nothing": (
        evolve(STANDARD, gaps=(LongestGap("gap", {"low": None, "high": None}),)),
        "gaps[0].days: at no level is anything asked: give a number, or leave the row out",
    ),
    "a first contact of nothing": (
        evolve(STANDARD, firsts=(FirstContact("first", {"low": None, "high": None}),)),
        "firsts[0].within: at no level is anything asked: give a number, or leave the row out",
    ),
}


@pytest.mark.parametrize("standard, why", WRONG.values(), ids=WRONG)
def test_a_standard_that_cannot_be_kept_makes_no_duty_and_says_the_key_and_why(standard, why):
    with pytest.raises(BadStandard) as bad:
        contact_by(standard)

    assert str(bad.value) == f"some: {why}"


RIGHT = {
    "as it is": STANDARD,
    "on every day of the shortest month": visits(contacts={"low": None, "high": 28}),
    "a gap that the amount keeps": evolve(STANDARD, gaps=(LongestGap("gap", {"low": 15, "high": 14}),)),
    "a gap of other contacts": evolve(STANDARD, gaps=(LongestGap("gap", {"low": 7, "high": 7}, Counts(frozenset())),)),
    "a gap where nothing else is asked": evolve(
        visits(contacts={"low": None, "high": 9}), gaps=(LongestGap("gap", {"low": 1, "high": None}),)
    ),
    "all at home": visits(at_home_percent=100, own_worker_percent=100),
    "at once": evolve(STANDARD, firsts=(FirstContact("first", {"low": None, "high": 0}),)),
    "nothing until a step": visits(contacts={"low": None, "high": 0}, steps=(STEP,)),
    "as far as it can reach": evolve(
        visits(every=120, steps=(evolve(STEP, after_days=3660),)),
        gaps=(LongestGap("gap", {"low": 3660, "high": None}),),
        firsts=(FirstContact("first", {"low": 366, "high": None}),),
        assessed_within_days=3660,
        recorded_within_days=3660,
    ),
}


@pytest.mark.parametrize("standard", RIGHT.values(), ids=RIGHT)
def test_a_standard_that_can_just_be_kept_is_taken(standard):
    assert held(standard) is standard


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(BadStandard) as bad:
        held(evolve(visits(every=0, at_home_percent=200), not_assessed="x"))

    assert [amiss.key for amiss in bad.value.amiss] == [
        *("not_assessed", "amounts[0].every", "amounts[0].at_home_percent")
    ]


def test_working_days_are_not_counted_without_a_calendar():
    standard = evolve(STANDARD, firsts=(FirstContact("first", ALL, working_days=True),))

    assert callable(contact_by(standard, working_days=WorkingDays()))
    assert callable(contact_by(standard, "visits"))
    with pytest.raises(BadStandard, match="firsts: it counts in working days: give the calendar of the place"):
        contact_by(standard)


def test_a_row_that_there_is_not_and_days_that_are_not_said_are_refused():
    with pytest.raises(BadStandard, match="some: name: it has no row calls"):
        contact_by(STANDARD, "visits", "calls")
    with pytest.raises(BadStandard, match="assessed_within_days: it says none"):
        level_is_given_by(STANDARD)
    with pytest.raises(BadStandard, match="recorded_within_days: it says none"):
        contacts_are_recorded_by(STANDARD, UTC)
