"""Contact standards on the figures that states have set, each as the table that a policy office would write."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from contacts import BOTH, CALL, FIRST_ACT, SUPERVISOR, VISIT, WORKER, at, case, every, owed, states, visits

from ihs_domain.agency_contact import contact_by, contacts_are_recorded_by, level_is_given_by
from ihs_domain.agency_standard import (
    Amount,
    Anchor,
    ContactStandard,
    Counts,
    FirstContact,
    LongestGap,
    OnChange,
    StepDown,
    StepFrom,
)
from ihs_domain.approving import ExceptionGranted
from ihs_domain.assigning import WorkerAssigned
from ihs_domain.closing import CaseClosed, CaseReopened
from ihs_domain.contacting import (
    ContactAttempted,
    ContactMade,
    ContactMode,
    ContactReported,
    Counted,
    ReducedContactApproved,
)
from ihs_domain.duties import State
from ihs_domain.history import effective
from ihs_domain.household import PersonJoined, PersonLeft, Relation
from ihs_domain.recording import AmendmentReason, EntryCorrected
from ihs_domain.requesting import ServicesRequested
from ihs_domain.roles import Actor, Role
from ihs_domain.working_days import THURSDAY, Holiday, WorkingDays
from ihs_utah_r512_100.practice_2021 import UTAH_CONTACTS_2021

DENVER = ZoneInfo("America/Denver")


def day(month: int, number: int, year: int = 2024) -> date:
    return date(year, month, number)


# Utah 2021: 1, 2, 3 or 4 a month by risk; very high until the risk is assessed, within 45 days

UTAH = contact_by(UTAH_CONTACTS_2021)


@pytest.mark.parametrize("level, number", [("low", 1), ("moderate", 2), ("high", 3), ("very-high", 4), (None, 4)])
def test_utah_asks_one_to_four_contacts_a_month_by_risk_and_four_until_it_is_assessed(level, number):
    given = [(at(level), day(1, 1))] if level else []
    met, short = (
        owed(UTAH, case(day(1, 1), *given, *visits(*every(7, day(1, 2), day(1, 31))[:n])), day(2, 1), "2024-01")
        for n in (number, number - 1)
    )

    assert [(d.needs, d.state, len(d.evidence)) for d in met] == [(number, State.MET, number)]
    assert [(d.needs, d.state, d.late_days, d.lacks) for d in short] == [
        (number, State.LATE, 1, (f"{number - 1} of {number} contacts",))
    ]


@pytest.mark.parametrize("on, expected", [(14, "met"), (15, "met"), (16, "met late 1")])
def test_the_risk_is_due_45_days_after_the_opening(on, expected):
    history = case(day(1, 1), (at("low"), day(2, on)))

    [duty] = owed(level_is_given_by(UTAH_CONTACTS_2021), history, day(3, 1))

    assert (duty.due, states([duty]), duty.evidence) == (day(2, 15), [expected], (FIRST_ACT,))


def test_a_level_that_the_standard_does_not_have_counts_as_not_assessed():
    history = case(day(1, 1), (at("intensive"), day(1, 1)), (at("low"), day(1, 20)))

    [duty] = owed(level_is_given_by(UTAH_CONTACTS_2021), history, day(1, 31))

    assert [d.needs for d in owed(UTAH, history, day(1, 5))] == [4]
    assert (duty.met_on, duty.evidence) == (day(1, 20), (FIRST_ACT + 1,))
    assert [n.version for n in duty.near] == [FIRST_ACT]


def test_of_two_levels_given_on_one_day_the_last_is_the_one_given():
    history = case(day(1, 1), (at("intensive"), day(1, 2)), (at("low"), day(1, 2)), (at("high"), day(1, 2)))

    [duty] = owed(level_is_given_by(UTAH_CONTACTS_2021), history, day(1, 31))

    assert (duty.evidence, duty.near) == ((FIRST_ACT + 2,), ())


# A level that changes within a month: what the month asks is the standard's to say

CHANGED = case(day(1, 1), (at("low"), day(1, 1)), (at("very-high"), day(3, 11)), (at("moderate"), day(4, 21)))


@pytest.mark.parametrize(
    "on_change, march, april",
    [
        (OnChange.STRICTER, 4, 4),
        (OnChange.EARLIER, 1, 4),
        (OnChange.LATER, 4, 2),
        (OnChange.PRO_RATA, 4, 4),  # 10 days of 1 and 21 of 4: 3.03; 20 days of 4 and 10 of 2: 3.33; both rounded up
    ],
)
def test_a_month_in_which_the_level_changed_asks_what_the_standard_says_of_that(on_change, march, april):
    rule = contact_by(evolve(UTAH_CONTACTS_2021, on_change=on_change))

    asked = {d.subject[-1]: d.needs for d in owed(rule, CHANGED, day(4, 30))}

    assert asked == {"2024-01": 1, "2024-02": 1, "2024-03": march, "2024-04": april}


# Nebraska: 1 or 2 a month by risk with each child, alone from 18 months of age, on record within 7 days

NEBRASKA = ContactStandard(
    "nebraska",
    ("low", "high"),
    amounts=(
        Amount(
            "children",
            Counted.MONTH,
            {"low": 1, "high": 2},
            counts=Counts(each=frozenset({Relation.CHILD}), private_from_months=18),
        ),
    ),
    not_assessed="high",
    recorded_within_days=7,
)
BABY = PersonJoined("baby", Relation.CHILD, "2022-09")
ALONE = evolve(VISIT, whom=frozenset({"child", "baby"}), private_with=frozenset({"child"}))


def test_nebraska_asks_for_each_child_and_for_those_of_18_months_alone():
    """The baby is born in September 2022: 18 months old on some day of March 2024, surely from the first of April."""
    history = case(
        day(1, 1), (BABY, day(1, 1)), (at("low"), day(1, 1)), *visits(day(3, 5), day(3, 31), day(4, 1), of=ALONE)
    )

    march, april = (owed(contact_by(NEBRASKA), history, day(5, 1), month) for month in ("2024-03", "2024-04"))

    assert {d.subject[1]: f"{d.state}" for d in march} == {"child": "met", "baby": "met"}
    assert {d.subject[1]: f"{d.state}" for d in april} == {"child": "met", "baby": "late"}
    assert [n.why for d in april for n in d.near] == [
        "a child of 18 months or more, or of no known age, was not spoken to alone"
    ]


def test_a_child_whose_age_is_not_on_record_is_to_be_spoken_to_alone():
    unknown = evolve(BABY, birth_month=None)
    history = case(day(1, 1), (unknown, day(1, 1)), (at("low"), day(1, 1)), *visits(day(1, 5), of=ALONE))

    assert states(owed(contact_by(NEBRASKA), history, day(2, 1), "baby", "2024-01")) == ["late 1"]
    assert states(owed(contact_by(NEBRASKA), history, day(2, 1), "child", "2024-01")) == ["met"]


@pytest.mark.parametrize(
    "recorded, expected",
    [
        (datetime(2024, 1, 17, 6, 59, tzinfo=UTC), "met"),  # 23:59 on the 16th in Denver
        (datetime(2024, 1, 17, 7, 0, tzinfo=UTC), "met"),  # 00:00 on the 17th, the last day
        (datetime(2024, 1, 18, 6, 59, tzinfo=UTC), "met"),
        (datetime(2024, 1, 18, 7, 0, tzinfo=UTC), "met late 1"),
    ],
)
def test_nebraska_asks_that_a_contact_is_on_record_within_7_days_by_the_clock_of_the_place(recorded, expected):
    history = case(day(1, 1), (VISIT, day(1, 10), WORKER, recorded))

    [duty] = owed(contacts_are_recorded_by(NEBRASKA, DENVER), history, day(2, 1))

    assert (duty.subject, duty.due, states([duty])) == ((f"@{FIRST_ACT}",), day(1, 17), [expected])


def test_days_to_the_record_are_days_of_the_calendar_also_when_the_clock_is_put_forward():
    """In Denver 10 March 2024 has 23 hours: from the fifth, the seventh day ends an hour earlier by UTC."""
    rule = contacts_are_recorded_by(NEBRASKA, DENVER)
    last = datetime(2024, 3, 13, 5, 59, tzinfo=UTC)  # 23:59 in Denver
    first = datetime(2024, 3, 13, 6, 0, tzinfo=UTC)

    found = [owed(rule, case(day(1, 1), (VISIT, day(3, 5), WORKER, at)), day(4, 1)) for at in (last, first)]

    assert [states(duties) for duties in found] == [["met"], ["met late 1"]]


def test_a_contact_put_on_record_late_was_late_before_and_is_unknown_as_at_that_day():
    recorded = datetime(2024, 1, 25, 18, tzinfo=UTC)
    history = case(day(1, 1), (VISIT, day(1, 10), WORKER, recorded))
    rule = contacts_are_recorded_by(NEBRASKA, DENVER)

    as_of_the_20th = owed(rule, history, day(1, 20))
    as_at_the_20th = owed(rule, effective(history.record, as_at=FIRST_ACT - 1), day(1, 20))

    assert states(as_of_the_20th) == ["late 3"]
    assert as_at_the_20th == []
    assert states(owed(rule, history, day(1, 25))) == ["met late 8"]


def test_a_contact_corrected_to_another_day_was_on_record_when_it_was_first_put_there():
    recorded = datetime(2024, 1, 20, 18, tzinfo=UTC)
    correction = EntryCorrected(FIRST_ACT, VISIT, day(1, 15), AmendmentReason.WRONG_DAY)
    history = case(day(1, 1), (VISIT, day(1, 10), WORKER, recorded), (correction, day(1, 30)))

    [duty] = owed(contacts_are_recorded_by(NEBRASKA, DENVER), history, day(2, 1))

    assert (duty.since, states([duty]), duty.met_on) == (day(1, 15), ["met"], day(1, 20))


# Maryland, level I: at least 3 hours a week

MARYLAND = ContactStandard(
    "maryland",
    ("level-1", "level-2"),
    amounts=(Amount("hours", Counted.WEEK, minutes={"level-1": 180, "level-2": None}),),
)


def lasting(minutes: int | None) -> ContactMade:
    return evolve(VISIT, minutes=minutes)


@pytest.mark.parametrize(
    "minutes, expected, lacks",
    [
        ((90, 90), "met", ()),
        ((90, 89), "late 1", ("179 of 180 minutes",)),
        ((60, 60, 30, 30), "met", ()),
        ((), "late 1", ("0 of 180 minutes",)),
    ],
)
def test_maryland_asks_three_hours_a_week_at_level_one(minutes, expected, lacks):
    week = [(lasting(n), day(1, 8 + index)) for index, n in enumerate(minutes)]
    history = case(day(1, 1), (at("level-1"), day(1, 1)), *week)

    [duty] = owed(contact_by(MARYLAND), history, day(1, 15), "2024-W02")

    assert (states([duty]), duty.lacks, duty.due) == ([expected], lacks, day(1, 14))
    assert duty.what == "contact as the standard asks: 180 minutes in a week"


def test_how_long_a_contact_took_must_be_on_record_to_count():
    history = case(day(1, 1), (at("level-1"), day(1, 1)), (lasting(None), day(1, 8)), (lasting(60), day(1, 9)))

    [duty] = owed(contact_by(MARYLAND), history, day(1, 15), "2024-W02")

    assert duty.evidence == (FIRST_ACT + 2,)
    assert [(n.version, n.why) for n in duty.near] == [(FIRST_ACT + 1, "it is not said how long it took")]


def test_at_a_level_at_which_nothing_is_asked_nothing_is_owed():
    assert owed(contact_by(MARYLAND), case(day(1, 1), (at("level-2"), day(1, 1))), day(2, 1)) == []
    assert owed(contact_by(MARYLAND), case(day(1, 1)), day(2, 1)) == []


# Oklahoma: weekly for 60 days, then every other week if the supervisor approves, never more than 31 days apart

OKLAHOMA = ContactStandard(
    "oklahoma",
    ("any",),
    amounts=(
        Amount(
            "visits",
            Counted.WEEK,
            {"any": 1},
            steps=(StepDown("every-other-week", 60, contacts={"any": 1}, every=2, if_approved=True),),
        ),
    ),
    gaps=(LongestGap("apart", {"any": 31}),),
    not_assessed="any",
)
APPROVED = ReducedContactApproved("every-other-week", "plan-on-track")
MONDAY = day(1, 1)  # and its 60th day is a Friday, 1 March


def weeks(history, on):
    return [(d.subject[-1], (d.due - d.since).days + 1) for d in owed(contact_by(OKLAHOMA), history, on) if d.needs]


def test_oklahoma_goes_on_weekly_after_60_days_unless_the_supervisor_approves():
    assert weeks(case(MONDAY), day(3, 31))[-5:] == [(f"2024-W{n:02}", 7) for n in (9, 10, 11, 12, 13)]


def test_the_week_of_the_sixtieth_day_is_whole_and_the_first_two_weeks_begin_on_the_monday_after():
    history = case(MONDAY, (APPROVED, day(2, 20), SUPERVISOR))

    assert weeks(history, day(4, 1))[-4:] == [("2024-W09", 7), ("2024-W10", 14), ("2024-W12", 14), ("2024-W14", 14)]


@pytest.mark.parametrize("days, first", [(27, "2024-W05"), (28, "2024-W06")])
def test_a_step_is_reached_on_the_day_after_its_days(days, first):
    """The 28th day after a Monday is a Monday, of the fifth week of the year."""
    step = StepDown("fewer", days, contacts={"any": 2})
    rule = standard(per=Counted.WEEK, contacts={"any": 3}, steps=(step,))

    found = owed(rule, case(MONDAY), day(2, 20))

    assert next(d.subject[-1] for d in found if d.needs == 2) == first


@pytest.mark.parametrize(
    "until, following",
    [
        (day(3, 17), [("2024-W10", 14), ("2024-W12", 7)]),
        (day(3, 18), [("2024-W10", 14), ("2024-W12", 14)]),
    ],
)
def test_an_approval_that_ended_lets_the_weeks_begin_again(until, following):
    history = case(MONDAY, (evolve(APPROVED, until=until), day(2, 20), SUPERVISOR))

    assert weeks(history, day(3, 20))[-2:] == following


@pytest.mark.parametrize(
    "approval, actor",
    [(APPROVED, WORKER), (evolve(APPROVED, step="another-step"), SUPERVISOR)],
)
def test_a_step_is_approved_by_a_supervisor_and_by_its_name(approval, actor):
    assert weeks(case(MONDAY, (approval, day(2, 20), actor)), day(3, 5))[-1] == ("2024-W10", 7)


@pytest.mark.parametrize("second, expected", [(day(3, 2), "met"), (day(3, 3), "met late 1")])
def test_oklahomas_visits_are_never_more_than_31_days_apart(second, expected):
    history = case(MONDAY, *visits(day(1, 31), second))

    first, between, last = owed(contact_by(OKLAHOMA, "apart"), history, day(3, 5))

    assert (first.since, first.due, states([first])) == (MONDAY, day(2, 1), ["met"])
    assert (between.since, between.due, states([between])) == (day(1, 31), day(3, 2), [expected])
    assert (last.since, last.state) == (second, State.OPEN)


def test_a_visit_on_the_day_of_the_opening_ends_no_gap():
    gaps = owed(contact_by(OKLAHOMA, "apart"), case(MONDAY, *visits(MONDAY)), day(2, 2))

    assert [(d.since, d.due, states([d])) for d in gaps] == [(MONDAY, day(2, 1), ["late 1"])]


BY_LEVEL = ContactStandard("gaps", ("low", "high"), gaps=(LongestGap("apart", {"low": 30, "high": 10}),))


@pytest.mark.parametrize(
    "on_change, raised, lowered",
    [
        (OnChange.STRICTER, day(1, 25), day(1, 11)),
        (OnChange.EARLIER, day(1, 31), day(1, 11)),
        (OnChange.LATER, day(1, 25), day(1, 31)),
    ],
)
def test_a_gap_in_which_the_level_changed_ends_as_the_standard_says_and_never_before_the_day_of_the_change(
    on_change, raised, lowered
):
    rule = contact_by(evolve(BY_LEVEL, on_change=on_change))
    up = case(MONDAY, (at("low"), MONDAY), (at("high"), day(1, 25)))
    down = case(MONDAY, (at("high"), MONDAY), (at("low"), day(1, 8)))

    assert [d.due for history in (up, down) for d in owed(rule, history, day(1, 26))] == [raised, lowered]


# Missouri: the first visit within 2, 3 or 5 working days by risk

MISSOURI = ContactStandard(
    "missouri",
    ("high", "moderate", "low"),
    firsts=(FirstContact("first-visit", {"high": 2, "moderate": 3, "low": 5}, working_days=True),),
)
WORKING = WorkingDays((Holiday("Thanksgiving Day", 11, nth=4, weekday=THURSDAY),))
FIRST_VISIT = contact_by(MISSOURI, working_days=WORKING)
WEDNESDAY = day(11, 27)  # the day before Thanksgiving


@pytest.mark.parametrize("level, due", [("high", day(12, 2)), ("moderate", day(12, 3)), ("low", day(12, 5))])
def test_missouri_asks_the_first_visit_within_two_three_or_five_working_days_by_risk(level, due):
    in_time, late = (
        owed(FIRST_VISIT, case(WEDNESDAY, (at(level), WEDNESDAY), *visits(date.fromordinal(n))), day(12, 31))
        for n in (due.toordinal(), due.toordinal() + 1)
    )

    assert [(d.due, d.subject) for d in in_time] == [(due, ("first-visit", "2024-11-27"))]
    assert (states(in_time), states(late)) == (["met"], ["met late 1"])


def test_a_visit_on_the_day_itself_is_the_first_and_an_attempt_or_a_call_is_a_near_miss():
    missed = (ContactAttempted(ContactMode.HOME_VISIT), WEDNESDAY), (CALL, WEDNESDAY)
    history = case(WEDNESDAY, (at("high"), WEDNESDAY), *missed, *visits(WEDNESDAY))

    [duty] = owed(FIRST_VISIT, history, day(12, 31))

    assert (duty.state, duty.met_on) == (State.MET, WEDNESDAY)
    assert [n.why for n in duty.near] == ["nobody was met", "it was by phone, which is not counted"]


@pytest.mark.parametrize(
    "anchor, due", [(Anchor.OPENING, day(1, 13)), (Anchor.REQUEST, day(1, 6)), (Anchor.ASSIGNMENT, day(1, 11))]
)
def test_the_first_contact_is_counted_from_the_opening_the_request_or_the_assignment(anchor, due):
    first = FirstContact("first", {"any": 3}, counted_from=anchor)
    rule = contact_by(ContactStandard("some", ("any",), firsts=(first,), not_assessed="any"))
    before = ((ServicesRequested("xx-yy", "family"), day(1, 3)), (WorkerAssigned("w-0"), day(1, 8)))

    assert [d.due for d in owed(rule, case(day(1, 10), *before), day(1, 20))] == [due]


def test_a_contact_before_the_day_it_is_counted_from_is_not_the_first():
    first = FirstContact("first", {"any": 3}, counted_from=Anchor.REQUEST)
    rule = contact_by(ContactStandard("some", ("any",), firsts=(first,), not_assessed="any"))
    history = case(day(1, 1), (ServicesRequested("xx-yy", "family"), day(1, 5)), *visits(day(1, 4)))

    assert states(owed(rule, history, day(1, 9))) == ["late 1"]


def test_whoever_joins_later_is_met_within_days_of_that():
    first = FirstContact("first", {"any": 3}, counts=Counts(each=frozenset({Relation.CHILD})))
    rule = contact_by(ContactStandard("some", ("any",), firsts=(first,), not_assessed="any"))
    history = case(day(1, 1), (BABY, day(1, 20)))

    assert {d.subject[1]: d.due for d in owed(rule, history, day(1, 21))} == {"child": day(1, 4), "baby": day(1, 23)}


# Arkansas: weekly for 30 days, then fewer under a waiver

ARKANSAS = ContactStandard(
    "arkansas",
    ("any",),
    amounts=(
        Amount("weekly-at-first", Counted.WEEK, {"any": 1}, steps=(StepDown("first-days-over", 30, {"any": None}),)),
        Amount("weekly", Counted.WEEK, {"any": None}, steps=(StepDown("first-days-gone", 30, {"any": 1}),)),
        Amount("at-least", Counted.MONTH, {"any": 1}),
    ),
    not_assessed="any",
)


def test_arkansas_waives_the_weeks_after_the_first_30_days_until_the_waiver_ends_and_never_those_before():
    waiver = (ExceptionGranted("S-1", "family-doing-well", until=day(2, 18), subject="weekly"), day(1, 8), SUPERVISOR)
    history = case(MONDAY, waiver, *visits(day(2, 14)))

    found = owed(contact_by(ARKANSAS), history, day(3, 1))

    assert [(d.subject[0], d.subject[1], f"{d.state}") for d in found if d.subject[0] != "at-least"] == [
        *(("weekly-at-first", f"2024-W{n:02}", "late") for n in (1, 2, 3, 4, 5)),
        ("weekly", "2024-W06", "waived"),
        ("weekly", "2024-W07", "met"),
        ("weekly", "2024-W08", "late"),
        ("weekly", "2024-W09", "open"),
    ]
    assert states(d for d in found if d.subject[0] == "at-least") == ["late 30", "met", "open"]
    assert [(d.waiver.by, d.waiver.reason, d.waiver.until) for d in found if d.waiver] == [
        ("s-1", "family-doing-well", day(2, 18))
    ]


# What the figures above do not show


def standard(**amount):
    said = {"name": "visits", "per": Counted.MONTH, "contacts": {"any": 2}} | amount
    return contact_by(ContactStandard("some", ("any",), amounts=(Amount(**said),), not_assessed="any"))


ELSEWHERE = evolve(VISIT, mode=ContactMode.ELSEWHERE)
OTHER = Actor("w-2", Role.SECOND_WORKER)


@pytest.mark.parametrize(
    "acts, expected, lacks",
    [
        ([(VISIT, WORKER), (ELSEWHERE, WORKER)], "met", ()),
        ([(ELSEWHERE, WORKER), (ELSEWHERE, WORKER)], "late 1", ("0 of 1 at home",)),
        ([(VISIT, OTHER), (VISIT, OTHER)], "late 1", ("0 of 1 by the case manager",)),
        ([(ELSEWHERE, WORKER), (ELSEWHERE, WORKER), (VISIT, OTHER)], "met", ()),
        ([(VISIT, WORKER)], "late 1", ("1 of 2 contacts",)),
    ],
)
def test_a_share_at_home_and_a_share_by_the_case_manager_are_of_the_number_asked(acts, expected, lacks):
    rule = standard(at_home_percent=50, own_worker_percent=50)
    history = case(MONDAY, *((event, day(1, 2 + n), actor) for n, (event, actor) in enumerate(acts)))

    [duty] = owed(rule, history, day(2, 1), "2024-01")

    assert (states([duty]), duty.lacks) == ([expected], lacks)


def test_two_contacts_on_one_day_are_one():
    [duty] = owed(standard(), case(MONDAY, *visits(day(1, 5), day(1, 5))), day(2, 1), "2024-01")

    assert (states([duty]), duty.evidence) == (["late 1"], (FIRST_ACT,))
    assert [(n.version, n.why) for n in duty.near] == [(FIRST_ACT + 1, "another contact of that day is counted")]


def test_a_contact_that_adds_nothing_to_the_others_is_no_evidence():
    rule = standard(at_home_percent=50)
    acts = (*visits(day(1, 2), day(1, 3), of=ELSEWHERE), *visits(day(1, 4)))

    [duty] = owed(rule, case(MONDAY, *acts), day(2, 1), "2024-01")

    assert (duty.state, duty.evidence) == (State.MET, (FIRST_ACT, FIRST_ACT + 2))


def test_the_earliest_contacts_that_suffice_are_the_evidence():
    [duty] = owed(standard(), case(MONDAY, *visits(*every(3, day(1, 2), day(1, 20)))), day(2, 1), "2024-01")

    assert (duty.evidence, duty.met_on) == ((FIRST_ACT, FIRST_ACT + 1), day(1, 5))


PROVIDER = Actor("p-1", Role.PROVIDER)
DELEGATED = Counts(by=frozenset({Role.CASE_MANAGER}), delegates=frozenset({Role.PROVIDER}), reported_within_days=3)


@pytest.mark.parametrize(
    "reported, expected, near",
    [
        (None, "late 1", ["it was not reported to the case manager"]),
        (day(1, 13), "met", []),
        (day(1, 14), "late 1", ["it was reported to the case manager after more than 3 days"]),
    ],
)
def test_a_delegates_contact_counts_once_it_is_reported_back_in_time(reported, expected, near):
    report = [(ContactReported(FIRST_ACT, "visit", "family-well"), reported)] if reported else []
    history = case(MONDAY, (VISIT, day(1, 10), PROVIDER), *report)

    [duty] = owed(standard(contacts={"any": 1}, counts=DELEGATED), history, day(2, 1), "2024-01")

    assert (states([duty]), [n.why for n in duty.near]) == ([expected], near)


def test_a_contact_says_every_reason_for_which_it_does_not_count():
    by_a_stranger = (evolve(CALL, whom=frozenset({"mother"}), by="x-1"), day(1, 10))
    counts = evolve(DELEGATED, all_of=frozenset({Relation.CHILD}))

    [duty] = owed(standard(counts=counts), case(MONDAY, by_a_stranger), day(1, 20))

    assert [n.why for n in duty.near] == [
        (
            "it was by phone, which is not counted, and not everyone it is to be with was met, "
            "and it is not said in which role it was made"
        ),
    ]


WITH = {
    "anybody of the family": (Counts(), {"mother"}, []),
    "nobody of the family": (Counts(), {"aunt"}, ["nobody of the family was met"]),
    "all": (Counts(all_of=frozenset({Relation.CHILD, Relation.MOTHER})), BOTH, []),
    "not all": (Counts(all_of=frozenset({Relation.CHILD})), {"mother"}, ["not everyone it is to be with was met"]),
    "one": (Counts(any_of=frozenset({Relation.FATHER, Relation.MOTHER})), {"mother"}, []),
    "none": (
        Counts(any_of=frozenset({Relation.FATHER, Relation.MOTHER})),
        {"child"},
        ["no father or mother was met"],
    ),
    "by a role": (Counts(by=frozenset({Role.PROVIDER})), BOTH, ["it was made by a case-manager"]),
    "in any way": (Counts(modes=frozenset()), BOTH, []),
}


@pytest.mark.parametrize("counts, whom, near", WITH.values(), ids=WITH)
def test_with_whom_and_by_whom_a_contact_counts(counts, whom, near):
    visit = evolve(VISIT, whom=frozenset(whom))

    [duty] = owed(standard(counts=counts), case(MONDAY, (visit, day(1, 10))), day(1, 20))

    assert ([n.why for n in duty.near], duty.evidence) == (near, () if near else (FIRST_ACT,))


def test_who_left_need_not_be_there_any_more():
    counts = Counts(all_of=frozenset({Relation.MOTHER, Relation.CHILD}))
    alone = evolve(VISIT, whom=frozenset({"child"}))
    history = case(MONDAY, (PersonLeft("mother"), day(1, 5)), (alone, day(1, 4)), (alone, day(1, 6)))

    [duty] = owed(standard(counts=counts), history, day(1, 20))

    assert (duty.evidence, [n.version for n in duty.near]) == ((FIRST_ACT + 2,), [FIRST_ACT + 1])


EACH_CHILD = Counts(each=frozenset({Relation.CHILD}))


def test_the_months_in_which_a_person_came_or_left_are_cut_short():
    history = case(MONDAY, (BABY, day(1, 20)), (PersonLeft("baby"), day(3, 10)))

    found = owed(standard(counts=EACH_CHILD), history, day(4, 15), "baby")

    assert [(d.since, d.due, f"{d.state}") for d in found] == [
        (day(1, 20), day(1, 31), "lapsed"),
        (day(2, 1), day(2, 29), "late"),
        (day(3, 1), day(3, 10), "lapsed"),
    ]


def test_who_left_and_came_back_is_owed_nothing_for_the_days_away():
    gap = LongestGap("apart", {"any": 31}, counts=EACH_CHILD)
    first = FirstContact("first", {"any": 3}, counts=EACH_CHILD)
    amount = Amount("visits", Counted.MONTH, {"any": 1}, counts=EACH_CHILD)
    rule = contact_by(ContactStandard("some", ("any",), (amount,), (gap,), (first,), not_assessed="any"))
    away = ((BABY, day(1, 1)), (PersonLeft("baby"), day(2, 10)), (BABY, day(6, 20)))

    found = owed(rule, case(day(1, 1), *away), day(7, 5), "baby")

    assert [(d.subject[0], d.since, d.due, f"{d.state}") for d in found] == [
        ("visits", day(1, 1), day(1, 31), "late"),
        ("visits", day(2, 1), day(2, 10), "lapsed"),
        ("visits", day(6, 20), day(6, 30), "lapsed"),
        ("visits", day(7, 1), day(7, 31), "open"),
        ("apart", day(1, 1), day(2, 1), "late"),
        ("apart", day(6, 20), day(7, 21), "open"),
        ("first", day(1, 1), day(1, 4), "late"),
    ]


def test_a_step_counted_from_the_level_begins_anew_with_each():
    step = StepDown("fewer", 30, contacts={"low": 1, "high": 1}, counted_from=StepFrom.LEVEL)
    amount = Amount("visits", Counted.MONTH, {"low": 2, "high": 4}, steps=(step,))
    rule = contact_by(ContactStandard("some", ("low", "high"), amounts=(amount,)))
    history = case(MONDAY, (at("low"), MONDAY), (at("high"), day(3, 1)))

    assert [d.needs for d in owed(rule, history, day(4, 15))] == [2, 1, 4, 1]


def test_what_a_closing_and_an_opening_cut_short_is_never_late_and_nothing_is_owed_between_closing_and_reopening():
    acts = ((CaseClosed("moved"), day(3, 20)), (CaseReopened(), day(5, 10)))

    found = owed(standard(), case(day(1, 15), *acts), day(7, 1))

    assert [(d.since, f"{d.state}") for d in found] == [
        (day(1, 15), "lapsed"),
        (day(2, 1), "late"),
        (day(3, 1), "lapsed"),
        (day(5, 10), "lapsed"),
        (day(6, 1), "late"),
        (day(7, 1), "open"),
    ]


def test_who_left_before_a_closing_is_owed_nothing_after_it_nor_after_the_reopening():
    gone = ((BABY, day(1, 1)), (PersonLeft("baby"), day(2, 29)))
    history = case(day(1, 1), *gone, (CaseClosed("moved"), day(3, 20)), (CaseReopened(), day(5, 1)))

    found = owed(standard(counts=EACH_CHILD), history, day(6, 15))

    assert [d.subject[-1] for d in found if "baby" in d.subject] == ["2024-01", "2024-02"]
    assert [d.subject[-1] for d in found if "child" in d.subject][-2:] == ["2024-05", "2024-06"]


def test_a_gap_begins_anew_with_the_reopening_and_the_closing_ends_it():
    acts = (*visits(day(3, 1)), (CaseClosed("moved"), day(3, 20)), (CaseReopened(), day(5, 10)))

    gaps = owed(contact_by(OKLAHOMA, "apart"), case(day(2, 1), *acts), day(6, 11))

    assert [(d.since, d.due, f"{d.state}") for d in gaps] == [
        (day(2, 1), day(3, 3), "met"),
        (day(3, 1), day(4, 1), "lapsed"),
        (day(5, 10), day(6, 10), "late"),
    ]


def test_a_leap_day_is_a_day_and_every_month_ends_on_its_last():
    leap = case(day(2, 1), *visits(day(2, 29)))
    common = case(day(2, 1, 2023), *visits(day(2, 28, 2023)))
    rule = standard(contacts={"any": 1})

    assert [(d.due, f"{d.state}") for d in owed(rule, leap, day(3, 1), "2024-02")] == [(day(2, 29), "met")]
    assert [(d.due, f"{d.state}") for d in owed(rule, common, day(3, 1, 2023), "2023-02")] == [
        (day(2, 28, 2023), "met")
    ]


@pytest.mark.parametrize("per", Counted)
def test_the_last_weeks_and_months_of_the_calendar_can_be_asked_for(per):
    opened = date(9999, 11, 1)
    gap = LongestGap("apart", {"any": 40})
    rule = contact_by(
        ContactStandard("some", ("any",), (Amount("visits", per, {"any": 1}),), gaps=(gap,), not_assessed="any")
    )

    found = owed(rule, case(opened, *visits(date(9999, 12, 20))), date.max)

    assert max(d.due for d in found) == date.max
    assert [d.due for d in found if d.subject[0] == "apart"] == [date(9999, 12, 11)]


def test_weeks_and_pairs_of_months_run_over_the_turn_of_the_year():
    def of(per, number):
        found = owed(standard(per=per, every=number, contacts={"any": 1}), case(day(12, 2)), day(1, 10, 2025))
        return [(d.subject[-1], d.due) for d in found]

    assert of(Counted.WEEK, 2)[1:] == [("2024-W51", day(12, 29)), ("2025-W01", day(1, 12, 2025))]
    assert of(Counted.MONTH, 2) == [("2024-12", day(1, 31, 2025))]
