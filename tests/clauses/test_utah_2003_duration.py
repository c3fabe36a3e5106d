"""R512-100-6, edition 2003-09-03: how long early intervention and intensive services last."""

from datetime import date

import pytest

from ihs_domain.assigning import DesigneeNamed
from ihs_domain.closing import CaseClosed, Ending, ServicesExtended
from ihs_domain.contacting import Factor, IntensitySet
from ihs_domain.duties import State
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import Reported

EDITION = "utah-r512-100@2003-09-03"
SUPERVISOR, DESIGNEE = Actor("s-1", Role.SUPERVISOR), Actor("w-9", Role.DESIGNEE)
OPENED = CaseOpened(Authority.VOLUNTARY, "salt-lake", jurisdiction="us-ut")
ALL_SIX = frozenset(Factor)
EARLY, INTENSIVE, SUPPORTIVE = (
    IntensitySet(level, ALL_SIX) for level in ("early-intervention", "intensive", "supportive")
)
EVERYBODY = frozenset({Role.SUPERVISOR, Role.TEAM_MEMBER})


def extended(until=date(2004, 1, 31), **said):
    whole = {"reasons": "still-unsafe", "desired_results": "safe-discipline", "methods": "skills-at-home"}
    given = {**{name: frozenset({word}) for name, word in whole.items()}, **said}
    return ServicesExtended(until, **given)


@pytest.mark.clause("R512-100-6 A", edition=EDITION)
@pytest.mark.parametrize(
    "found_by, actor, says",
    [
        (frozenset(), None, "going on was not found necessary by the supervisor and the team"),
        (frozenset({Role.SUPERVISOR}), None, "going on was not found necessary by the team"),
        (frozenset({Role.TEAM_MEMBER}), None, "going on was not found necessary by the supervisor"),
        (frozenset({Role.TEAM_MEMBER}), SUPERVISOR, "going on was not found necessary by the worker"),
    ],
)
def test_early_intervention_goes_on_only_where_worker_supervisor_and_team_find_it_necessary(
    given, refusal, found_by, actor, says
):
    extension = ServicesExtended(date(2004, 6, 1), found_necessary_by=found_by)

    refused = refusal((80, extension, *([actor] if actor else [])), given(OPENED, EARLY))

    assert [(o.says, o.cites) for o in refused.objections] == [(says, ("R512-100-6 A",))]


@pytest.mark.clause("R512-100-6 A", edition=EDITION)
@pytest.mark.parametrize("after, state, late", [(90, State.OPEN, 0), (91, State.LATE, 1)])
def test_early_intervention_is_late_beyond_day_90_from_the_day_it_was_set(given, owed, after, state, late):
    [duty] = owed(given(OPENED, EARLY), after=after, cite="R512-100-6 A")

    assert (duty.since, duty.due) == (date(2003, 9, 3), date(2003, 12, 2))
    assert (duty.state, duty.late_days) == (state, late)


@pytest.mark.clause("R512-100-6 A", edition=EDITION)
def test_early_intervention_extended_by_all_goes_on_to_the_day_they_said(given, owed, accepted):
    extension = (90, ServicesExtended(date(2004, 6, 1), found_necessary_by=EVERYBODY))

    assert accepted(extension, given(OPENED, EARLY)) == []
    met, next_ = owed(given(OPENED, EARLY, extension), after=200, cite="R512-100-6 A")
    assert (met.state, met.evidence) == (State.MET, (3,))
    assert (next_.state, next_.due) == (State.OPEN, date(2004, 6, 1))


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
def test_a_worker_does_not_extend_intensive_services(given, refusal):
    refused = refusal((80, extended()), given(OPENED, INTENSIVE))

    assert (refused.cites, refused.objections[0].remedy) == (
        ["R512-100-6 B"],
        "have it decided by: supervisor, designee",
    )


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
@pytest.mark.parametrize(
    "said, lacks",
    [
        ({"reasons": frozenset()}, "reasons"),
        ({"desired_results": frozenset()}, "desired results"),
        ({"methods": frozenset()}, "methods"),
        ({"desired_results": frozenset(), "methods": frozenset()}, "desired results, methods"),
    ],
)
def test_an_extension_of_intensive_services_says_why_what_for_and_how(given, refusal, said, lacks):
    refused = refusal((80, extended(**said), SUPERVISOR), given(OPENED, INTENSIVE))

    assert [(o.says, o.cites) for o in refused.objections] == [
        (f"the extension does not say: {lacks}", ("R512-100-6 B",))
    ]


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
def test_a_designee_extends_only_once_named_and_not_after(given, refusal, accepted):
    named = DesigneeNamed("w-9", until=date(2003, 11, 22))
    history = given(OPENED, INTENSIVE, (0, named, SUPERVISOR))

    assert accepted((80, extended(), DESIGNEE), history) == []
    assert refusal((81, extended(), DESIGNEE), history).cites == ["R512-100-6 B"]
    assert refusal((80, extended(), DESIGNEE), given(OPENED, INTENSIVE)).cites == ["R512-100-6 B"]


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
def test_an_extension_given_elsewhere_by_a_worker_is_found_and_stops_no_clock(given, owed, accepted):
    elsewhere = (
        80,
        extended(reported=Reported("w-3", Role.PRACTITIONER, date(2003, 11, 22), "D1"), methods=frozenset()),
    )
    unsaid = "the extension does not say: methods"

    assert accepted(elsewhere, given(OPENED, INTENSIVE)) == ["R512-100-6 B", "R512-100-6 B"]
    [duty] = owed(given(OPENED, INTENSIVE, elsewhere), after=91, cite="R512-100-6 B")
    assert (duty.state, [n.version for n in duty.near]) == (State.LATE, [3])
    assert duty.near[0].why == f"neither a supervisor nor a named designee approved it; {unsaid}"


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
@pytest.mark.parametrize("after, state, late", [(90, State.OPEN, 0), (91, State.LATE, 1)])
def test_intensive_services_are_late_beyond_day_90(given, owed, after, state, late):
    [duty] = owed(given(OPENED, INTENSIVE), after=after, cite="R512-100-6 B")

    assert (duty.subject, duty.due, duty.state, duty.late_days) == (("intensive",), date(2003, 12, 2), state, late)


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
@pytest.mark.parametrize("day, state, late", [(90, State.MET, 0), (91, State.MET_LATE, 1)])
@pytest.mark.parametrize("ended", [SUPPORTIVE, EARLY, CaseClosed(Ending.MOVED), (extended(), SUPERVISOR)])
def test_another_intensity_the_closing_or_an_extension_ends_the_clock_in_time_or_late(
    given, owed, ended, day, state, late
):
    event, *actor = ended if isinstance(ended, tuple) else (ended,)

    first, *_ = owed(given(OPENED, INTENSIVE, (day, event, *actor)), after=day, cite="R512-100-6 B")

    assert (first.state, first.late_days, first.evidence) == (state, late, (3,))


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
@pytest.mark.parametrize("after, state, late", [(150, State.OPEN, 0), (151, State.LATE, 1)])
def test_an_extension_runs_to_its_last_day(given, owed, after, state, late):
    history = given(OPENED, INTENSIVE, (80, extended(), SUPERVISOR))

    _, next_ = owed(history, after=after, cite="R512-100-6 B")

    assert (next_.since, next_.due) == (date(2003, 11, 22), date(2004, 1, 31))
    assert (next_.state, next_.late_days) == (state, late)


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
def test_setting_the_same_intensity_again_moves_no_clock_and_setting_it_after_another_starts_one(given, owed):
    [again] = owed(given(OPENED, INTENSIVE, (30, INTENSIVE)), after=40, cite="R512-100-6 B")
    first, second = owed(given(OPENED, INTENSIVE, (30, SUPPORTIVE), (40, INTENSIVE)), after=50, cite="R512-100-6 B")

    assert (again.since, again.due) == (date(2003, 9, 3), date(2003, 12, 2))
    assert (first.state, second.since, second.due) == (State.MET, date(2003, 10, 13), date(2004, 1, 11))


@pytest.mark.clause("R512-100-6 B", edition=EDITION)
def test_supportive_services_carry_no_clock(given, owed):
    assert owed(given(OPENED, SUPPORTIVE), after=400, cite="R512-100-6 B") == []
    assert len(owed(given(OPENED, INTENSIVE), after=400, cite="R512-100-6 B")) == 1
