"""Contact standards against a slow reading of the same words day by day, on random cases."""

import math
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from contacts import CALL, OPENED, VISIT, WORKER, at
from hypothesis import given
from hypothesis import strategies as st

from ihs_domain.agency_contact import contact_by
from ihs_domain.agency_standard import Amount, ContactStandard, Counts, FirstContact, LongestGap, OnChange
from ihs_domain.contacting import Counted, IntensitySet
from ihs_domain.duties import Duty, State
from ihs_domain.editions import always
from ihs_domain.history import Entry, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.owing import duties
from ihs_utah_r512_100.edition_2010 import UTAH_2010

FIRST = date(2023, 12, 20)
DAY = timedelta(days=1)
LEVELS = ("low", "high")
RULES = st.sampled_from(OnChange)
offsets = st.integers(0, 130)
numbers = st.integers(0, 5) | st.none()
tables = st.fixed_dictionaries(dict.fromkeys(LEVELS, numbers)).filter(lambda table: any(table.values()))
limits = st.fixed_dictionaries(dict.fromkeys(LEVELS, st.integers(1, 40) | st.none())).filter(
    lambda table: any(table.values())
)
levels = st.dictionaries(offsets, st.sampled_from([*LEVELS, "unheard-of"]), max_size=4)
contacts = st.lists(st.tuples(offsets, st.sampled_from([VISIT, VISIT, CALL])), max_size=25)
defaults = st.sampled_from([None, "low", "high"])

Acts = list[tuple[date, Any]]


def record(*acts: tuple[date, Any]) -> list[Entry[Any]]:
    family = [PersonJoined("mother", Relation.MOTHER), PersonJoined("child", Relation.CHILD, "2022-07")]
    lines = [(FIRST, OPENED), *((FIRST, event) for event in family), *acts]
    return [Entry(event, day, version, WORKER, position=version) for version, (day, event) in enumerate(lines, 1)]


def acts_of(levels: dict[int, str], contacts: list[tuple[int, Any]]) -> Acts:
    set_ = [(FIRST + DAY * n, at(level)) for n, level in levels.items()]
    return [*set_, *((FIRST + DAY * n, event) for n, event in contacts)]


def owed(standard: ContactStandard, entries: list[Entry[Any]], on: date) -> list[Duty]:
    rule = contact_by(standard)
    edition = evolve(UTAH_2010, gates={}, finds={}, duties=((rule, UTAH_2010.rules[0]),), after_closing=())
    return list(duties(effective(entries), always(edition), on))


# The slow reading: what the words say, day by day


def level(acts: Acts, default: str | None, day: date) -> str | None:
    now = None
    for on, event in sorted(acts, key=lambda act: act[0]):
        if on <= day and isinstance(event, IntensitySet):
            now = event.level
    return now if now in LEVELS else default


def met_on(acts: Acts) -> set[date]:
    return {day for day, event in acts if getattr(event, "mode", None) == "home-visit"}


def asked(change: OnChange, each_day: list[int]) -> int:
    return {
        "stricter": max(each_day),
        "earlier": each_day[0],
        "later": each_day[-1],
        "pro-rata": math.ceil(sum(each_day) / len(each_day)),
    }[change]


def windows_by_hand(amount: Amount, acts: Acts, default: str | None, change: OnChange, on: date) -> dict[Any, Any]:
    """Each week or month begun: how much it asks, on how many days there was a contact, and where that leaves it."""
    month = amount.per is Counted.MONTH
    days = defaultdict(list)
    for n in range(-31, 200):
        day = FIRST + DAY * n
        days[(day.year, day.month) if month else day.isocalendar()[:2]].append(day)
    found = {}
    for of_it in days.values():
        lived = [d for d in of_it if d >= FIRST]
        if lived and lived[0] <= on:
            need = asked(change, [amount.contacts.get(level(acts, default, d)) or 0 for d in lived])
            there = len(met_on(acts) & {d for d in lived if d <= on})
            cut = len(lived) < len(of_it)
            late = "lapsed" if cut else "late"
            if need:
                found[lived[0]] = (
                    need,
                    min(there, need),
                    "met" if there >= need else late if on > lived[-1] else "open",
                )
    return found


def overdue_by_hand(
    days_allowed: dict[str, int | None], acts: Acts, default: str | None, change: OnChange, on: date
) -> set[date]:
    """Each day on which more days had gone by than might."""
    overdue, last, over, least = set(), FIRST, False, None
    for n in range((on - FIRST).days + 1):
        day = FIRST + DAY * n
        if over:
            overdue.add(day)
        if day in met_on(acts):
            last, over, least = day, False, None
        now = days_allowed.get(level(acts, default, last if change is OnChange.EARLIER else day))
        least = min((x for x in (least, now) if x is not None), default=None)
        allowed = least if change is OnChange.STRICTER else now
        over = over or (allowed is not None and (day - last).days >= allowed)
    return overdue


def overdue(found: list[Duty], on: date) -> set[date]:
    ends = [(duty.due, duty.met_on or on) for duty in found]
    return {due + DAY * n for due, end in ends for n in range(1, (end - due).days + 1)}


@given(st.sampled_from(Counted), tables, levels, contacts, defaults, RULES, offsets)
def test_amounts_agree_with_counting_day_by_day(per, table, levels, contacts, default, change, after):
    amount, on = Amount("visits", per, table), FIRST + DAY * after
    standard = ContactStandard("some", LEVELS, amounts=(amount,), not_assessed=default, on_change=change)
    acts = acts_of(levels, contacts)

    found = owed(standard, record(*acts), on)

    known = [(day, event) for day, event in acts if day <= on]
    assert {d.since: (d.needs, len(d.evidence), d.state) for d in found} == windows_by_hand(
        amount, known, default, change, on
    )


@given(limits, levels, contacts, defaults, RULES, offsets)
def test_gaps_agree_with_looking_back_each_day(limits, levels, contacts, default, change, after):
    standard = ContactStandard(
        "some", LEVELS, gaps=(LongestGap("apart", limits),), not_assessed=default, on_change=change
    )
    acts, on = acts_of(levels, contacts), FIRST + DAY * after

    found = owed(standard, record(*acts), on)

    known = [(day, event) for day, event in acts if day <= on]
    assert overdue(found, on) == overdue_by_hand(limits, known, default, change, on)


EACH = Amount(
    "children", Counted.MONTH, {"any": 1}, counts=Counts(each=frozenset({Relation.CHILD}), private_from_months=18)
)
PRIVATELY = ContactStandard("some", ("any",), amounts=(EACH,), not_assessed="any")
births = st.sampled_from(["2022-05", "2022-07", "2022-09"])
whoms = st.frozensets(st.sampled_from(["child", "baby"]))


@given(births, offsets, st.lists(st.tuples(offsets, whoms, whoms), max_size=15), offsets)
def test_each_child_is_counted_from_the_day_it_came_and_alone_from_the_month_after_it_is_of_age(
    born, joined, seen, after
):
    visits = [(FIRST + DAY * n, evolve(VISIT, whom=whom, private_with=alone)) for n, whom, alone in seen]
    baby, on = (FIRST + DAY * joined, PersonJoined("baby", Relation.CHILD, born)), FIRST + DAY * after

    found = owed(PRIVATELY, record(baby, *visits), on)

    year, month = map(int, born.split("-"))
    of_age_in = date(year + (month + 18) // 12, (month + 18) % 12 + 1, 1)  # born in January, in August of the next year
    counted = {
        (day.year, day.month)
        for day, visit in visits
        if baby[0] <= day <= on and "baby" in visit.whom and (day < of_age_in or "baby" in visit.private_with)
    }
    months = {(d.year, d.month) for d in (baby[0] + DAY * n for n in range((on - baby[0]).days + 1))}
    of_baby = {(d.since.year, d.since.month): d.state is State.MET for d in found if "baby" in d.subject}
    assert of_baby == {month: month in counted for month in months}


# What holds of every standard

EVERYTHING = ContactStandard(
    "everything",
    LEVELS,
    amounts=(
        Amount("visits", Counted.MONTH, {"low": 2, "high": 4}, at_home_percent=50, own_worker_percent=50),
        Amount("minutes", Counted.WEEK, minutes={"low": 60, "high": 120}, counts=Counts(modes=frozenset())),
    ),
    gaps=(LongestGap("apart", {"low": 31, "high": 14}),),
    firsts=(FirstContact("first", {"low": 5, "high": 2}),),
    not_assessed="high",
)
RANK = {State.MET: 0, State.MET_LATE: 1}


def standing(found: list[Duty]) -> dict[Any, tuple[int, int]]:
    """How well each duty stands, but for gaps: a contact between makes two of one."""
    return {d.subject: (RANK.get(d.state, 2), d.late_days) for d in found if d.subject[0] != "apart"}


@given(levels, contacts, st.tuples(offsets, st.sampled_from([VISIT, evolve(VISIT, minutes=45)])), offsets)
def test_one_contact_more_never_makes_anything_worse(levels, contacts, one_more, after):
    acts, on = acts_of(levels, contacts), FIRST + DAY * after
    more = [*acts, (FIRST + DAY * one_more[0], one_more[1])]

    before, afterwards = (owed(EVERYTHING, record(*each), on) for each in (acts, more))

    worse = {s for s, stood in standing(before).items() if standing(afterwards)[s] > stood}
    gaps = [[d for d in found if d.subject[0] == "apart"] for found in (before, afterwards)]
    assert worse == set()
    assert overdue(gaps[1], on) <= overdue(gaps[0], on)


@given(levels, contacts, offsets, st.randoms(use_true_random=False))
def test_in_which_order_things_were_put_on_record_changes_nothing(levels, contacts, after, random):
    acts, on = acts_of(levels, contacts), FIRST + DAY * after
    shuffled = random.sample(acts, len(acts))

    one, other = (
        [(d.what, d.subject, d.since, d.due, d.state, d.met_on, d.lacks) for d in owed(EVERYTHING, record(*each), on)]
        for each in (acts, shuffled)
    )

    assert one == other


@given(levels, contacts, offsets)
def test_a_duty_of_a_standard_stays_as_it_is_until_the_day_it_says(levels, contacts, after):
    on = FIRST + DAY * after
    known = [e for e in record(*acts_of(levels, contacts)) if e.day <= on]
    horizon = [on + DAY * n for n in (1, 2, 7, 31, 62)]
    later = {day: {(d.subject, d.due): d.state for d in owed(EVERYTHING, known, day)} for day in horizon}

    for duty in owed(EVERYTHING, known, on):
        for day in horizon:
            changed = duty.next_change_on is not None and duty.next_change_on <= day
            assert (later[day][duty.subject, duty.due] is not duty.state) == changed


@pytest.mark.parametrize("per", Counted)
def test_a_slow_reading_that_never_finds_anything_would_show_nothing(per):
    """The day-by-day reading itself finds late, met, open and cut-short windows."""
    amount = Amount("visits", per, {"low": 1, "high": 1})
    acts = [(date(2024, 1, 25), VISIT)]

    states = {state for _, _, state in windows_by_hand(amount, acts, "low", OnChange.LATER, date(2024, 4, 5)).values()}

    assert states == {"late", "met", "open", "lapsed"}
