"""Folding: any history whatever, step by step or whole, sealed or open."""

from datetime import date

import attrs
import pytest
from examples import some
from histories import amended, each_event, events, of_class, plain, sealed, unopened
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import AGREEMENT, LAW, ON

from ihs_domain import (
    approving,
    assessing,
    assigning,
    closing,
    contacting,
    erasing,
    household,
    opening,
    permanency,
    persons,
    planning,
    releasing,
    requesting,
    responding,
    restricting,
    safety,
    serving,
    teaming,
)
from ihs_domain.approving import authors
from ihs_domain.case import EVENTS, FOLDS, QUIET, Case, Folding, fold
from ihs_domain.disclosure import pieces, told, withheld
from ihs_domain.history import Entry, History, effective
from ihs_domain.household import PersonJoined
from ihs_domain.judge import judge
from ihs_domain.owing import duties
from ihs_domain.requesting import ServicesRefused
from ihs_domain.roles import SYSTEM
from ihs_domain.terms import Decision, Happening, Unopened

SLICES = (
    requesting, opening, household, assigning, safety, assessing,
    teaming, planning, contacting, serving, releasing, responding, closing, approving, restricting,
    erasing,
)  # fmt: skip
QUIET_THROUGHOUT = (permanency,)
"""No gate looks back at anything these speak of, so they have no state."""


def test_every_event_is_folded_or_quiet_and_none_is_both():
    written = {
        cls
        for module in (*SLICES, *QUIET_THROUGHOUT)
        for cls in vars(module).values()
        if isinstance(cls, type) and cls.__module__ == module.__name__ and issubclass(cls, Happening | Decision)
    }

    in_a_case_too = {persons.PersonIdentified, persons.IdentificationWithdrawn}
    assert set(FOLDS) | QUIET == written | in_a_case_too
    assert set(FOLDS) & QUIET == set()
    assert len(EVENTS) == len(set(EVENTS)) == len(written | in_a_case_too)


def test_every_slice_of_a_case_has_a_state_and_every_fold_names_its_slice():
    slices = {a.name for a in attrs.fields(Case)}

    assert slices == {module.__name__.rpartition(".")[2] for module in SLICES}
    assert {name for name, _ in FOLDS.values()} == slices
    named = {cls: cls.__module__.rpartition(".")[2] for cls in FOLDS}
    # A refusal of services is part of the request, and what it ends is the family's agreement. Where a child lives is
    # part of the household and of the response, and what it bears on is which threats are left.
    elsewhere = {ServicesRefused: "opening", responding.ChildRemoved: "safety", household.ChildReturnedHome: "safety"}
    assert named | elsewhere == {cls: name for cls, (name, _) in FOLDS.items()}


@pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.__name__)
def test_every_event_can_be_drawn_and_folded_alone_and_without_its_sealed_parts(cls):
    @settings(max_examples=some(5))
    @given(of_class(cls))
    def folds(event):
        assert isinstance(event, cls)
        assert fold([Entry(unopened(event, Unopened.ERASED), ON)]) == fold([Entry(event, ON)])

    folds()


@given(plain(), st.randoms(use_true_random=False))
def test_any_history_in_any_order_and_cut_anywhere_folds(record, chance):
    shuffled = list(record)
    chance.shuffle(shuffled)
    cut = shuffled[: chance.randint(0, len(shuffled))]

    assert isinstance(fold(cut), Case)
    assert isinstance(fold(Entry(object(), e.day) if chance.random() < 0.2 else e for e in cut), Case)


@given(amended(), st.randoms(use_true_random=False))
def test_folding_step_by_step_equals_folding_the_whole(record, chance):
    history = effective(record)
    upto = chance.choice([e.day for e in history]) if history else ON
    folding = Folding()
    for entry in history.upto(upto):
        folding.add(entry)

    assert folding.case() == fold(history, upto) == fold(history.upto(upto))


@given(amended())
def test_a_fold_is_not_moved_by_what_follows(record):
    history = effective(record)
    folding, seen = Folding(), []
    for entry in history:
        folding.add(entry)
        seen.append(folding.case())

    assert seen == [fold(history[: i + 1]) for i in range(len(history))]


def test_names_days_of_birth_and_words_are_sealed_and_ids_and_codes_are_open():
    assert sealed(PersonJoined) == ("name", "born_on")
    assert {cls.__name__: names for cls in EVENTS if (names := sealed(cls)) not in {(), ("words",)}} == {
        "PersonJoined": ("name", "born_on")
    }


@given(amended(), st.sampled_from([Unopened.ERASED, Unopened.SEALED, None]))
def test_sealed_parts_never_matter_to_a_fold_a_finding_a_duty_or_a_disclosure(record, instead):
    whole = effective(record)
    blind = effective(each_event(record, lambda event: unopened(event, instead)))

    assert fold(blind) == fold(whole)
    assert list(judge(blind, LAW)) == list(judge(whole, LAW))
    assert duties(blind, LAW, ON) == duties(whole, LAW, ON)
    assert sent(blind) == sent(whole)


def sent(history: History) -> tuple[object, ...]:
    return (
        [(p.key, p.kind, p.about, p.to, p.fields) for p in pieces(history, AGREEMENT)],
        {key: (t.piece.fields, t.basis) for key, t in told(history, AGREEMENT, ON).items()},
        [p.key for p in withheld(history, AGREEMENT, ON)],
    )


@given(events())
def test_sealing_leaves_no_open_part_behind_and_changes_no_other(event):
    blind = unopened(event, Unopened.ERASED)
    changed = {a.name for a in attrs.fields(type(event)) if getattr(blind, a.name) != getattr(event, a.name)}

    assert changed <= set(sealed(type(event)))
    assert all(getattr(blind, name) is Unopened.ERASED for name in sealed(type(event)))


def of(*events: object) -> Case:
    return fold([Entry(event, ON) for event in events])


def test_the_opening_says_whose_rules_it_goes_by_or_else_the_request_does():
    asked = requesting.ServicesRequested("xx-mu", requesting.Source.SCHOOL)
    silent = opening.CaseOpened("voluntary", "north")
    says = attrs.evolve(silent, jurisdiction="xx-el")

    assert of().jurisdiction is None
    assert of(asked, silent).jurisdiction == "xx-mu"
    assert of(asked, says).jurisdiction == of(says, silent).jurisdiction == of(says, asked).jurisdiction == "xx-el"


def test_a_case_is_open_from_its_opening_through_its_closing_day():
    opened, closed = date(2024, 3, 5), date(2024, 3, 9)
    case = fold([Entry(opening.CaseOpened("voluntary", "north"), opened), Entry(closing.CaseClosed("moved"), closed)])

    assert [day for day in range(1, 20) if case.is_open_on(date(2024, 3, day))] == [5, 6, 7, 8, 9]
    assert not of().is_open_on(ON)
    assert of(opening.CaseOpened("voluntary", "north")).is_open_on(ON)


def test_a_plan_agreed_is_agreed_and_one_only_drafted_is_not():
    drafts = [planning.PlanDrafted(plan, ()) for plan in "pqr"]

    assert of(*drafts, planning.PlanAgreed("p"), planning.PlanAgreed("q")).planning.agreed == {"p", "q"}


def test_a_court_order_stands_through_its_last_day_and_until_it_is_ended():
    order = opening.CourtOrderReceived("court order-1", "supervision", services_ordered=True, until=ON)
    other = attrs.evolve(order, order="court order-2", services_ordered=False, until=None)
    late = date(2024, 5, 1)

    both, one = of(order, other).opening, of(order, other, opening.CourtOrderEnded("court order-1")).opening

    assert (both.orders_on(ON), both.orders_on(late)) == ((order, other), (other,))
    assert (one.orders_on(ON), one.orders_on(late)) == ((other,), (other,))
    assert [state.ordered_on(day) for state in (both, one) for day in (ON, late)] == [True, False, False, False]


def test_services_are_a_courts_by_the_authority_of_the_day_or_by_an_order():
    voluntary, by_court = (opening.CaseOpened(authority, "north") for authority in opening.Authority)

    assert [of(event).opening.ordered_on(ON) for event in (voluntary, by_court)] == [False, True]
    assert of(voluntary, opening.AuthorityChanged(opening.Authority.COURT_ORDERED)).opening.ordered_on(ON)
    assert not of(by_court, opening.AuthorityChanged(opening.Authority.VOLUNTARY)).opening.ordered_on(ON)


def test_consent_is_known_by_the_last_day_it_was_asked_for_and_stands_until_it_is_withdrawn():
    asked, refused = opening.ConsentAsked("m"), opening.ConsentRefused("m")
    signed, withdrawn = opening.ConsentSigned("m"), opening.ConsentWithdrawn("m")
    lines = [Entry(event, date(2024, 3, day)) for day, event in enumerate((refused, asked, signed, withdrawn), 1)]

    states = [fold(lines[:n]).opening for n in range(5)]

    assert [state.consented for state in states] == [False, False, False, True, False]
    assert [state.asked_on for state in states] == [None, *(date(2024, 3, day) for day in (1, 2, 3, 3))]
    assert of(signed).opening.asked_on == ON


def test_violence_once_identified_is_remembered():
    assert of().responding == responding.Responding(violence=False)
    assert of(responding.DomesticViolenceIdentified()).responding == responding.Responding(violence=True)


def test_a_child_is_removed_and_unsafe_at_home_until_it_returns():
    removed = [responding.ChildRemoved("c"), responding.ChildRemoved("d"), safety.ChildUnsafeAtHome("c")]

    away, home = of(*removed).safety, of(*removed, household.ChildReturnedHome("c")).safety

    assert (away.removed.keys(), away.unsafe.keys()) == ({"c", "d"}, {"c"})
    assert (home.removed.keys(), home.unsafe.keys()) == ({"d"}, set())


def test_the_latest_goals_of_a_plan_and_who_agreed_to_it_and_finalised_it_are_known():
    first, then = (planning.PlanGoal("n"),), (planning.PlanGoal("m"), planning.PlanGoal("n"))
    drafted = (planning.PlanDrafted("p", first), planning.PlanDrafted("q", then))
    decided = (planning.SupervisorAgreed("p"), planning.PlanFinalised("q", "safe"))

    plans = of(*drafted, *decided, planning.PlanAmended("p", then)).planning

    assert (of(*drafted).planning.goals, plans.goals) == ({"p": first, "q": then}, {"p": then, "q": then})
    assert plans.supervisors == {"p": frozenset({(SYSTEM, ON)})}
    assert (plans.finalised, plans.agreed) == ({"q"}, frozenset())


def test_when_ending_was_determined_and_until_when_services_go_on_is_known():
    until = closing.ServicesExtended(date(2024, 6, 1), frozenset(), frozenset())

    assert of(closing.EndingDetermined("moved")).closing.determined_on == ON
    assert of(until, attrs.evolve(until, until=date(2024, 7, 1))).closing.extended_until == date(2024, 7, 1)


@given(amended())
def test_the_author_of_each_entry_that_stands_is_known(record):
    history = effective(record)

    assert fold(history).approving.authors == {e.version: authors(e) for e in history}
