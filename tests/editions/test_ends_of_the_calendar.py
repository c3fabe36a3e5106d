"""Every duty rule with days at both ends of the calendar: a plan until 9999-12-31 takes no case out of the list."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import attrs
from attrs import evolve
from examples import some
from histories import FIRST_DAY, LAST_DAY, days, each_event, plain
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_cases.editions import installed
from ihs_domain.agency_contact import contact_by, contacts_are_recorded_by, level_is_given_by
from ihs_domain.agency_standard import Amount, ContactStandard, Counts, FirstContact, LongestGap, StepDown
from ihs_domain.coming import next_change_on
from ihs_domain.contacting import Counted, IntensitySet
from ihs_domain.duties import State
from ihs_domain.editions import Edition, always
from ihs_domain.history import Entry, effective
from ihs_domain.household import Relation
from ihs_domain.judge import judge
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import duties
from ihs_domain.planning import PlanDrafted, PlanFinalised
from ihs_domain.rules import Rule
from ihs_domain.working_days import WorkingDays

OPENED = CaseOpened("voluntary", "north", "psc", jurisdiction="us-ut")
EACH_CHILD = Counts(each=frozenset({Relation.CHILD}))
STANDARD = ContactStandard(
    "made-up",
    ("intensive", "supportive"),
    amounts=(
        Amount("weekly", Counted.WEEK, {"intensive": 1, "supportive": None}, every=3),
        Amount(
            "monthly",
            Counted.MONTH,
            {"intensive": 2, "supportive": 1},
            every=2,
            steps=(StepDown("less", 20, {"intensive": 1, "supportive": 0}),),
            counts=EACH_CHILD,
        ),
    ),
    gaps=(LongestGap("gap", {"intensive": 40, "supportive": 90}),),
    firsts=(
        FirstContact("first", {"intensive": 30, "supportive": 200}),
        FirstContact("working", {"intensive": 30, "supportive": 200}, working_days=True, counts=EACH_CHILD),
    ),
    not_assessed="supportive",
    assessed_within_days=400,
    recorded_within_days=400,
)
RULE = Rule("M-1", "contact is as the standard asks")
OF_THE_AGENCY = Edition(
    "made-up",
    "us-mu",
    "UTC",
    date.min,
    rules=(RULE,),
    duties=(
        (contact_by(STANDARD, working_days=WorkingDays()), RULE),
        (level_is_given_by(STANDARD), RULE),
        (contacts_are_recorded_by(STANDARD, UTC), RULE),
    ),
)
EDITIONS = (*installed().editions, OF_THE_AGENCY)
LENGTH = LAST_DAY - FIRST_DAY
LEVELS = st.sampled_from(["intensive", "early-intervention", "supportive"])


def with_days(value: Any, moved: Callable[[date], date]) -> Any:
    """*value* with every day in it *moved*."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return moved(value)
    if attrs.has(type(value)):
        return evolve(value, **{a.name: with_days(getattr(value, a.name), moved) for a in attrs.fields(type(value))})
    return value


@st.composite
def cases_at_an_end(draw: Any) -> tuple[tuple[Entry[Any], ...], date]:
    """A case whose acts lie at the first or the last days of the calendar, its plans' days at either; and that end."""
    first = draw(st.sampled_from([date.min, date.max - LENGTH]))
    moves = st.sampled_from([lambda d: first + (d - FIRST_DAY), lambda _: date.min, lambda _: date.max])
    set_ = Entry(IntensitySet(draw(LEVELS), frozenset()), draw(days), 2)
    acts = [Entry(OPENED, FIRST_DAY, 1), set_, *(e._replace(version=e.version + 2) for e in draw(plain()))]
    said = each_event(acts, lambda event: with_days(event, draw(moves)))
    return tuple(e._replace(day=first + (e.day - FIRST_DAY)) for e in said), first + LENGTH


@given(cases_at_an_end(), st.sampled_from(EDITIONS))
@settings(max_examples=some(100))
def test_no_gate_duty_or_forecast_leaves_the_calendar(case, edition):
    record, last = case
    history, law = effective(record), always(edition)

    owed = [duty for on in (last - LENGTH, last) for duty in duties(history, law, on)]
    changes = [next_change_on(history, law, on) for on in (last - LENGTH, last)]

    assert [duty for duty in owed if duty.due == date.max and duty.late_days] == []
    assert [day for day in changes if day is not None and not last - LENGTH < day] == []
    assert [finding for finding in judge(history, law) if finding.day > last] == []


def test_a_plan_without_an_end_is_followed_by_any_other_and_its_case_has_its_duties():
    acts = [
        (OPENED, date(2015, 1, 7)),
        (PlanDrafted("P1", (), from_on=date(2015, 1, 8), to_on=date.max), date(2015, 1, 8)),
        (PlanFinalised("P1", "safe"), date(2015, 1, 9)),
        (PlanDrafted("P2", (), from_on=date(2015, 3, 8), to_on=date(2015, 9, 8)), date(2015, 3, 8)),
        (PlanFinalised("P2", "safe"), date(2015, 3, 9)),
    ]
    history = effective(Entry(event, day, n) for n, (event, day) in enumerate(acts, 1))
    practices = installed().practices("us-ut")

    owed = duties(history, installed().law("us-ut"), date(2015, 6, 1), practices)

    followed = {d.subject: (d.state, d.evidence) for d in owed if d.what == "no day is left between plans"}
    assert followed == {("P1",): (State.MET, (5,)), ("P2",): (State.OPEN, ())}
