"""Each clause's test runs twice: with its rule, and with that rule taken out of the edition. Then it must fail.

A test is marked `@pytest.mark.clause("R512-100-3 E", edition="utah-r512-100@2003-09-03")` and asks for:
A test is marked `@pytest.mark.clause("R512-100-3 E", edition="utah-r512-100@2003-09-03")` and takes:
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from ihs_cases.editions import installed
from ihs_domain.duties import Duty
from ihs_domain.editions import Edition, always
from ihs_domain.gates import Refused
from ihs_domain.history import Entry, History, effective
from ihs_domain.judge import decide, judge
from ihs_domain.judge import touched as touched_by
from ihs_domain.owing import duties
from ihs_domain.roles import Actor, Role
from ihs_domain.terms import ActorId

STANDS, REMOVED = "stands", "removed"
WORKER = Actor(ActorId("w-1"), Role.PRACTITIONER)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("clause"):
        metafunc.fixturenames.append("the_rule")
        metafunc.parametrize("the_rule", [STANDS, REMOVED])


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    removed = (
        getattr(pyfuncitem, "callspec", None) is not None and pyfuncitem.callspec.params.get("the_rule") == REMOVED
    )
    try:
        result = yield
    except (Exception, pytest.fail.Exception):
        if removed:
            return True
        raise
    if removed:
        pytest.fail("it passes without its rule: it shows nothing of the clause")
    return result


def without(edition: Edition, cite: str) -> Edition:
    """*edition* with every row that rests on *cite* taken out, and the rule itself."""

    def kept(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(row for row in rows if all(rule.cite != cite for rule in row[1:]))

    return evolve(
        edition,
        rules=tuple(rule for rule in edition.rules if rule.cite != cite),
        gates={cls: kept(rows) for cls, rows in edition.gates.items()},
        finds={cls: kept(rows) for cls, rows in edition.finds.items()},
        duties=kept(edition.duties),
        after_closing=kept(edition.after_closing),
        records={cls: tuple(r for r in rules if r.cite != cite) for cls, rules in edition.records.items()},
    )


@pytest.fixture
def edition(request: pytest.FixtureRequest) -> Edition:
    mark = request.node.get_closest_marker("clause")
    whole = installed().edition(mark.kwargs["edition"])
    [cite] = mark.args
    assert cite in {rule.cite for rule in whole.rules}, f"{whole.id} has no rule {cite}"
    return without(whole, cite) if request.node.callspec.params["the_rule"] == REMOVED else whole


@pytest.fixture
def law(edition):
    return always(edition)


@pytest.fixture
def first_day(edition) -> date:
    """A day on which the edition is in force: its first."""
    return edition.in_force_from


@pytest.fixture
def given(first_day):
    """Makes a history of acts, whatever any gate says: an event on the first day, or (days after, event[, actor])."""

    def make(*acts: Any) -> History:
        return effective(entry(act, version, first_day) for version, act in enumerate(acts, 1))

    return make


def entry(act: Any, version: int, first_day: date) -> Entry[Any]:
    days, event, *actor = act if isinstance(act, tuple) else (0, act)
    return Entry(event, first_day + timedelta(days=days), version, actor[0] if actor else WORKER, position=version)


@pytest.fixture
def refusal(law, first_day):
    """The refusal of an act after a history; the test fails where it is accepted."""

    def of(act: Any, history: History) -> Refused:
        with pytest.raises(Refused) as refused:
            decide(entry(act, len(history.record) + 1, first_day), history, law)
        return refused.value

    return of


@pytest.fixture
def accepted(law, first_day):
    """What is found on recording an act after a history; Refused where it is refused."""

    def of(act: Any, history: History) -> list[str]:
        findings = decide(entry(act, len(history.record) + 1, first_day), history, law)
        return [cite for finding in findings for cite in finding.objection.cites]

    return of


@pytest.fixture
def found(law):
    """The cites found in a history, in order."""

    def of(history: History) -> list[str]:
        return [cite for finding in judge(history, law) for cite in finding.objection.cites]

    return of


@pytest.fixture
def owed(law, edition, first_day):
    """The duties of a history so many days after the first, under the clause of the test."""

    def of(history: History, after: int = 0, cite: str | None = None) -> list[Duty]:
        practices = (edition,) if edition.practice else ()
        all_ = duties(history, law, first_day + timedelta(days=after), practices)
        return [d for d in all_ if cite is None or cite in d.cites]

    return of


@pytest.fixture
def touched(edition, first_day):
    """The versions of the entries that carry out, or bear on, a clause."""

    def of(history: History, cite: str, after: int = 3650) -> list[int]:
        return sorted(touched_by(history, edition, cite, first_day + timedelta(days=after)))

    return of
