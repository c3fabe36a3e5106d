"""Window duties against somebody who lives through the case day by day, keeps a list, and knows no formula."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import define, evolve
from examples import some
from histories import FIRST_DAY, WORKER
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_cases.editions import installed
from ihs_domain.assigning import WorkerAssigned
from ihs_domain.closing import CaseClosed, CaseReopened
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactMode, ContactStandardSet, Counted
from ihs_domain.duties import Duty, State
from ihs_domain.editions import Law, RuleBook, always
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import duties
from ihs_domain.safety import SafetyPlanAgreed, SafetyPlanMonitored
from ihs_domain.teaming import MeetingKind, Part, TeamFormed, TeamMeetingHeld

DAY = timedelta(days=1)
LONG = 300
HOME, PHONE = ContactMode.HOME_VISIT, ContactMode.PHONE
BOTH = frozenset({"mother", "child"})
VISIT, BY_PHONE = ContactMade(HOME, BOTH), ContactMade(PHONE, BOTH)
CHILD_ALONE, BY_A_STRANGER = ContactMade(HOME, frozenset({"child"})), ContactMade(HOME, BOTH, by="w-9")
MEETING = TeamMeetingHeld(MeetingKind.ONGOING, frozenset({"aunt"}), frozenset())
STRANGERS_MET = TeamMeetingHeld(MeetingKind.ONGOING, frozenset({"neighbour"}), frozenset())
LOOKED_AT = SafetyPlanMonitored("safety plan-1", kept=True)
HAPPENINGS = (
    *(VISIT, BY_PHONE, CHILD_ALONE, BY_A_STRANGER, ContactAttempted(HOME, BOTH)),
    *(MEETING, STRANGERS_MET, LOOKED_AT, CaseClosed("moved"), CaseReopened()),
)


# The one who lives through it


@define
class Kept:
    """One line of the list: what is awaited, until which day, and how it stands."""

    since: date
    due: date
    cut: bool = False
    seen: int = 0
    met_on: date | None = None
    state: State = State.OPEN

    def day_ends(self, day: date, *, open_: bool, in_force: bool) -> None:
        """Take the line to the end of *day*, on which the case was *open_* and the edition *in_force*."""
        if self.state is State.OPEN and self.met_on is not None:
            self.state = State.MET if self.met_on <= self.due or self.cut else State.MET_LATE
        elif self.state is State.LATE and self.met_on is not None:
            self.state = State.MET_LATE
        elif self.state is State.OPEN and day > self.due:
            self.state = State.LAPSED if self.cut or not in_force else State.LATE
        elif self.state is State.OPEN and (not in_force or (not open_ and day < self.due)):
            self.state = State.LAPSED


def last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_after(day: date, months: int) -> date:
    """Counted on the fingers, month by month, and then the same day number or the month's last."""
    there = day.replace(day=1)
    for _ in range(months):
        there = last_of_month(there) + DAY
    return there.replace(day=min(day.day, last_of_month(there).day))


@define
class Life:
    """A case lived through day by day, under one edition's first and last day in force."""

    history: History
    first: date
    last: date

    def each_day(self, on: date) -> Iterator[tuple[date, bool, bool, bool, list[Entry[Any]]]]:
        """Every day: was the case open at its beginning, in its course and at its end, and what happened then."""
        day, open_ = self.history[0].day, False
        while day <= on:
            today = [e for e in self.history if e.day == day]
            before, some_time = open_, open_
            for entry in today:
                if isinstance(entry.event, CaseOpened | CaseReopened):
                    open_ = some_time = True
                elif isinstance(entry.event, CaseClosed):
                    open_ = False
            yield day, before, some_time, open_, today
            day += DAY

    def in_force(self, day: date) -> bool:
        return self.first <= day <= self.last


def monthly(life: Life, on: date, counts: Any, needed: int = 1) -> dict[str, Kept]:
    """Each month in which the case was open and the edition in force awaits so many entries that count."""
    kept: dict[str, Kept] = {}
    seen: dict[str, list[date]] = {}
    open_on_the_first = False
    for day, before, some_time, open_, today in life.each_day(on):
        month = f"{day:%Y-%m}"
        open_on_the_first = (before or some_time) if day.day == 1 else open_on_the_first
        if day.day != 1 and day == life.history[0].day:
            open_on_the_first = False
        if some_time:
            seen.setdefault(month, []).extend(day for entry in today if counts(entry))
        if some_time and life.in_force(day):
            line = kept.setdefault(month, Kept(day, last_of_month(day), cut=not open_on_the_first))
            if line.state is State.LAPSED and not before:  # the case goes on, and so does its month
                line.state = State.OPEN
        for name, line in kept.items():
            enough = seen.get(name, [])[:needed]
            if line.state is State.OPEN and len(enough) == needed and day <= life.last:
                line.met_on = enough[-1]
            line.day_ends(day, open_=open_, in_force=day <= life.last)
    return kept


def since_the_last(life: Life, on: date, counts: Any, months: int) -> list[Kept]:
    """The opening, and each entry that counts, awaits the next within so many months."""
    kept: list[Kept] = []
    lived_to = life.history[0].day
    for day, before, some_time, open_, today in life.each_day(on):
        lived_to = day if some_time else lived_to
        for entry in today if some_time else ():
            if counts(entry):
                for line in kept[-1:]:
                    if line.state in {State.OPEN, State.LATE} and (day <= life.last or line.state is State.LATE):
                        line.met_on = day
            if counts(entry) or isinstance(entry.event, CaseOpened):
                kept.append(Kept(day, months_after(day, months)))
        for line in kept:
            reopened = some_time and not before
            if line.state is State.LAPSED and reopened and day <= min(line.due, life.last):
                line.state = State.OPEN
            line.day_ends(day, open_=open_, in_force=day <= life.last)
    begun = life.first <= lived_to
    return [line for line in kept if begun and line.since <= life.last and line.due >= life.first]


# What he writes down, and what is worked out


def visits(entry: Entry[Any]) -> bool:
    return entry.event == VISIT


def contacts(entry: Entry[Any]) -> bool:
    return entry.event in (VISIT, BY_PHONE, CHILD_ALONE)


def meets(entry: Entry[Any]) -> bool:
    return entry.event == MEETING


@st.composite
def lives(draw: Any) -> History:
    """A case opened with a household, a worker and a team; then whatever happens, closings and reopenings in turn."""
    opened = FIRST_DAY + timedelta(days=draw(st.sampled_from([0, 1, 12, 30, 59])))
    start = (
        CaseOpened("voluntary", "north", jurisdiction="us-ut"),
        PersonJoined("mother", Relation.MOTHER),
        PersonJoined("child", Relation.CHILD),
        WorkerAssigned("w-1", case_manager=True),
        TeamFormed({"aunt": Part.RELATIVE}, frozenset({"mother"})),
    )
    drawn = draw(st.lists(st.tuples(st.integers(1, LONG), st.sampled_from(HAPPENINGS)), max_size=16))
    acts = [(opened, event) for event in start]
    open_ = True
    turned: set[date] = set()
    for days, event in sorted(drawn, key=lambda one: one[0]):
        day = opened + timedelta(days=days)
        turns = isinstance(event, CaseClosed | CaseReopened)
        if turns and (isinstance(event, CaseReopened) == open_ or day in turned):
            continue
        if turns:
            open_ = not open_
            turned.add(day)
        acts.append((day, event))
    return effective(Entry(event, day, n, WORKER, position=n) for n, (day, event) in enumerate(acts, 1))


UTAH_2003 = installed().edition("utah-r512-100@2003-09-03")
TURN = st.sampled_from([date(2024, 3, 1), date(2024, 4, 17), date(2024, 6, 30), date(2024, 7, 1)])
ON = st.integers(0, LONG + 60).map(lambda n: FIRST_DAY + timedelta(days=n))


def one_after_another(turn: date) -> tuple[Law, tuple[tuple[str, date, date], ...]]:
    """The same duties under two editions in turn, as if one rule had been adopted again word for word."""
    told = evolve(UTAH_2003, gates={}, ruleset="moved")
    earlier = evolve(told, in_force_from=date(2020, 1, 1), in_force_until=turn - DAY)
    later = evolve(told, in_force_from=turn, in_force_until=None)
    spans = ((earlier.id, date.min, turn - DAY), (later.id, turn, date.max))
    return RuleBook((earlier, later)).law("us-ut"), spans


def found(history: History, law: Law, on: date, what: str) -> list[Duty]:
    return [d for d in duties(history, law, on) if d.what == what]


def seen(owed: Iterable[Duty], edition: str) -> dict[str, tuple[Any, ...]]:
    return {d.subject[-1]: (d.since, d.due, d.state, d.met_on) for d in owed if d.edition == edition}


def told(kept: dict[str, Kept]) -> dict[str, tuple[Any, ...]]:
    return {month: (line.since, line.due, line.state, line.met_on) for month, line in kept.items()}


@pytest.mark.parametrize(
    "what, counts",
    [("a worker visits child and family", visits), ("a worker or a team member has contact", contacts)],
)
@given(lives(), TURN, ON)
@settings(max_examples=some(50))
def test_monthly_duties_stand_as_one_finds_who_lives_through_them(what, counts, history, turn, on):
    law, spans = one_after_another(turn)
    known = history.upto(on)

    owed = found(known, law, on, what) if known else []

    for edition, first, last in spans:
        assert seen(owed, edition) == (told(monthly(Life(known, first, last), on, counts)) if known else {})


@given(lives(), TURN, ON)
@settings(max_examples=some(50))
def test_the_team_meets_again_in_time_as_one_finds_who_lives_through_it(history, turn, on):
    law, spans = one_after_another(turn)
    known = history.upto(on)

    owed = found(known, law, on, "the team meets") if known else []

    for edition, first, last in spans:
        there = [(d.due, d.state, d.met_on, d.late_days if d.met_on else 0) for d in owed if d.edition == edition]
        kept = since_the_last(Life(known, first, last), on, meets, 6) if known else []
        assert there == [(k.due, k.state, k.met_on, late(k)) for k in kept]


def late(line: Kept) -> int:
    return (line.met_on - line.due).days if line.state is State.MET_LATE and line.met_on else 0


STANDARD = ContactStandardSet(2, Counted.MONTH, frozenset({HOME}), BOTH)
NEW_MEXICO = always(installed().edition("new-mexico-ihs@2023-08-10"))


def counted(entry: Entry[Any]) -> bool:
    return entry.event in (VISIT, BY_A_STRANGER)


@given(lives(), ON)
@settings(max_examples=some(50))
def test_contact_as_determined_is_provided_as_one_finds_who_counts_it_day_by_day(history, on):
    first = history[0].day
    history = effective([*history, Entry(STANDARD, first, len(history) + 1, WORKER)])
    known = history.upto(on)

    owed = found(known, NEW_MEXICO, on, "contact as determined: 2 a month") if known else []

    there = {d.subject[-1]: (d.since, d.due, d.state, d.met_on) for d in owed}
    assert there == (told(monthly(Life(known, first, date.max), on, counted, needed=2)) if known else {})


@given(lives(), st.integers(0, LONG), ON, st.sampled_from(["by a clause", "by its own terms"]))
@settings(max_examples=some(50))
def test_a_safety_plan_is_looked_at_by_its_own_day_as_one_finds_who_waits_for_it(history, days, on, by):
    first = history[0].day
    review_on = first + timedelta(days=days)
    plan = SafetyPlanAgreed("safety plan-1", frozenset(), date(2030, 1, 1), review_on=review_on)
    known = effective([*history, Entry(plan, first, len(history) + 1, WORKER)]).upto(on)

    law = NEW_MEXICO if by == "by a clause" else always(UTAH_2003)
    owed = found(known, law, on, "the safety plan is reviewed") if known else []

    kept = [awaited(Life(known, first, date.max), on, review_on)] if known else []
    assert [(d.due, d.state, d.met_on) for d in owed] == [(k.due, k.state, k.met_on) for k in kept]


def awaited(life: Life, on: date, due: date) -> Kept:
    """One line that is there from the first day, until somebody looks at the plan."""
    line = Kept(life.first, due)
    for day, before, some_time, open_, today in life.each_day(on):
        if line.state is State.LAPSED and some_time and not before and day <= due:
            line.state = State.OPEN
        looked = some_time and any(entry.event == LOOKED_AT for entry in today)
        if looked and line.met_on is None and line.state is not State.LAPSED:
            line.met_on = day
        line.day_ends(day, open_=open_, in_force=True)
    return line


@given(lives(), st.randoms(use_true_random=False), TURN, ON)
@settings(max_examples=some(40))
def test_in_which_order_the_acts_of_different_days_were_put_on_record_does_not_matter(history, dice, turn, on):
    law, _ = one_after_another(turn)
    days = [*dict.fromkeys(e.day for e in history)]
    dice.shuffle(days)
    moved = [e for day in days for e in history if e.day == day]
    again = effective(e._replace(version=n, position=n) for n, e in enumerate(moved, 1))

    assert standing(again, law, on) == standing(history, law, on)


def standing(history: History, law: Law, on: date) -> list[tuple[Any, ...]]:
    """Each duty with the acts that met it instead of their versions."""
    acts = {e.version: (e.day, e.event) for e in history}
    owed = duties(history, law, on)
    return [(*_says(d), d.state, d.met_on, [acts[v] for v in d.evidence]) for d in owed]


def _says(duty: Duty) -> tuple[Any, ...]:
    subject = [s for s in duty.subject if not s.startswith("@")]
    return duty.edition, duty.cites, duty.what, subject, duty.since, duty.due


DONE = {State.MET: 0, State.MET_LATE: 1}


def best(history: History, law: Law, on: date) -> dict[tuple[Any, ...], int]:
    """How well each duty was met at best, those of one name and subject together."""
    found: dict[tuple[Any, ...], int] = {}
    for duty in duties(history, law, on):
        if duty.state in DONE:
            key = (duty.edition, duty.what, duty.subject)
            found[key] = min(found.get(key, DONE[State.MET_LATE]), DONE[duty.state])
    return found


LAWS = st.one_of(
    TURN.map(lambda turn: one_after_another(turn)[0]),
    st.sampled_from(installed().editions).map(always),
)


@given(lives(), LAWS, st.sampled_from([VISIT, BY_PHONE, MEETING, LOOKED_AT]), st.integers(0, LONG), ON)
@settings(max_examples=some(50))
def test_more_evidence_never_undoes_or_worsens_what_is_met_under_any_edition(history, law, more, days, on):
    day = history[0].day + timedelta(days=days)
    with_more = effective([*history, Entry(more, day, 99, WORKER)])

    before, after = best(history, law, on), best(with_more, law, on)

    assert {key: after.get(key, 9) <= stood for key, stood in before.items()} == dict.fromkeys(before, True)
