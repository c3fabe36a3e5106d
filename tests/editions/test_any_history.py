"""Every installed edition, over any history whatever: it judges without raising, and no sealed part matters to it."""

from datetime import timedelta
from typing import Any

from examples import some
from histories import FIRST_DAY, LAST_DAY, amended, days, each_event, plain, unopened
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_cases.editions import installed
from ihs_domain.closing import CaseClosed
from ihs_domain.contacting import ContactMade, Factor, IntensitySet
from ihs_domain.duties import Duty, State
from ihs_domain.editions import UNASKED, Edition, always
from ihs_domain.history import Entry, History, effective
from ihs_domain.judge import judge
from ihs_domain.measures import measures
from ihs_domain.opening import CaseOpened
from ihs_domain.owing import duties
from ihs_domain.responding import ChildRemoved, DomesticViolenceIdentified, RemovalConsulted

OPENED = CaseOpened("voluntary", "north", "psc", jurisdiction="us-ut")
LEVELS = st.sampled_from(["intensive", "early-intervention", "supportive"])
settings_of_intensity = st.builds(IntensitySet, LEVELS, st.just(frozenset(Factor)))
editions = st.sampled_from(installed().editions)
DONE = {State.MET, State.MET_LATE}


@st.composite
def cases(draw: Any) -> tuple[Entry[Any], ...]:
    """Records of an opened case, amendments among them, with two settings of intensity."""
    acts = draw(amended() | plain(ContactMade, ChildRemoved, RemovalConsulted, DomesticViolenceIdentified, CaseClosed))
    first = Entry(OPENED, FIRST_DAY, 1, position=1)
    moved = [e._replace(version=e.version + 3, position=e.position + 9) for e in acts]
    set_ = [Entry(draw(settings_of_intensity), draw(days), v, position=v) for v in (2, 3)]
    return (first, *set_, *moved)


def told(edition: Edition, history: History) -> tuple[Any, ...]:
    law = always(edition)
    found = list(judge(history, law))
    assert [f.objection for f in found if f.objection.says.startswith(UNASKED)] == []
    return (
        found,
        duties(history, law, LAST_DAY),
        duties(history, law, LAST_DAY + timedelta(days=200)),
        measures(history, edition, LAST_DAY),
    )


@given(cases(), editions)
@settings(max_examples=some(60))
def test_no_gate_duty_or_measure_raises_and_no_sealed_part_matters_to_one(record, edition):
    erased = each_event(record, lambda event: unopened(event, None))

    assert told(edition, effective(record)) == told(edition, effective(erased))


@given(cases(), editions, days)
@settings(max_examples=some(60))
def test_a_duty_names_what_met_it_and_only_entries_there_were(record, edition, on):
    history = effective(record)
    there = {e.version: e.day for e in history.upto(on)}

    for duty in duties(history, always(edition), on):
        whole = len(duty.evidence) >= max(duty.needs, 1) and not duty.lacks
        assert set(duty.evidence) <= set(there)
        assert (duty.state in DONE) == whole
        assert duty.met_on == (max(there[v] for v in duty.evidence) if whole else None)


def states(found: tuple[Duty, ...]) -> dict[tuple[Any, ...], State]:
    return {(d.cites, d.what, d.subject, d.since, d.due): d.state for d in found}


@given(cases(), editions, days)
@settings(max_examples=some(40))
def test_a_duty_stays_as_it_is_until_the_day_it_says_and_changes_then(record, edition, on):
    known = effective(record).upto(on)
    law = always(edition)
    horizon = [on + timedelta(days=n) for n in (1, 2, 30, 31, 90, 91, 190)]
    later = {day: states(duties(known, law, day)) for day in horizon}

    for duty in duties(known, law, on):
        key = (duty.cites, duty.what, duty.subject, duty.since, duty.due)
        for day in horizon:
            changed = duty.next_change_on is not None and duty.next_change_on <= day
            assert (later[day][key] is not duty.state) == changed
