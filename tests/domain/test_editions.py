"""Editions: which law judges a day, and rule books that do not hold together."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from made_up import BY_TEAM, DUE, MADE_UP, RESTS, THREATS

from ihs_domain.closing import CaseClosed
from ihs_domain.contacting import ContactMade
from ihs_domain.edition_checks import BadEdition
from ihs_domain.editions import Edition, EditionNotAtHand, RuleBook, always, cited, in_turn
from ihs_domain.opening import family_is_asked_for_consent
from ihs_domain.persons import PersonRegistered
from ihs_domain.planning import PlanAgreed
from ihs_domain.recording import EntryCorrected
from ihs_domain.rules import Rule
from ihs_domain.terms import Happening

FIRST, LAST = date(2024, 3, 1), date(2024, 6, 30)
SPRING = evolve(MADE_UP, in_force_from=FIRST, in_force_until=LAST)
AUTUMN = evolve(MADE_UP, in_force_from=date(2024, 7, 1))
ELSEWHERE = evolve(MADE_UP, ruleset="elsewhere", jurisdiction="xx-el", zone="Europe/Berlin")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "day, judged_by",
    [
        (FIRST - DAY, "no edition on file@0001-01-01"),
        (FIRST, SPRING.id),
        (LAST, SPRING.id),
        (LAST + DAY, AUTUMN.id),
        (date(2024, 12, 31), AUTUMN.id),
        (date(2025, 1, 1), "no edition on file@0001-01-01"),
        (date.max, "no edition on file@0001-01-01"),
    ],
)
def test_a_day_is_judged_by_the_edition_in_force_from_its_first_day_through_its_last(day, judged_by):
    law = RuleBook((evolve(AUTUMN, in_force_until=date(2024, 12, 31)), SPRING, ELSEWHERE)).law("xx-mu")

    assert law(day).id == judged_by


def test_the_editions_of_a_jurisdiction_are_its_own_in_order_and_so_is_its_zone():
    book = RuleBook((AUTUMN, ELSEWHERE, SPRING))

    assert book.of("xx-mu") == (SPRING, AUTUMN)
    assert (book.zone("xx-mu"), book.zone("xx-el"), book.zone("xx-no"), book.zone(None)) == (
        "UTC",
        "Europe/Berlin",
        None,
        None,
    )


@pytest.mark.parametrize("jurisdiction, called", [("xx-no", "xx-no"), (None, "none")])
def test_a_jurisdiction_without_an_edition_is_judged_by_an_empty_one_that_says_so(jurisdiction, called):
    nothing = RuleBook((SPRING,)).law(jurisdiction)(FIRST)

    assert (nothing.ruleset, nothing.jurisdiction, nothing.zone) == ("no edition on file", called, "UTC")
    assert (nothing.gates, nothing.finds, nothing.duties, nothing.rules) == ({}, {}, (), ())


def test_a_day_outside_is_judged_by_an_empty_edition_of_the_same_calendar():
    nothing = RuleBook((evolve(SPRING, zone="America/Denver"),)).law("xx-mu")(LAST + DAY)

    assert (nothing.ruleset, nothing.zone) == ("no edition on file", "America/Denver")


@given(st.integers(-3, 3))
def test_editions_of_a_ruleset_follow_each_other_day_by_day_or_are_refused_naming_both(gap):
    later = evolve(SPRING, in_force_from=LAST + gap * DAY, in_force_until=None)
    if gap == 1:
        assert RuleBook((later, SPRING)).editions == (SPRING, later)
        return

    with pytest.raises(BadEdition) as bad:
        RuleBook((later, SPRING))

    assert str(bad.value) == (
        f"{SPRING.id} and {later.id} {'overlap' if gap < 1 else 'leave a gap'}: "
        f"in_force_until of the earlier must be {later.in_force_from - DAY}"
    )


@pytest.mark.parametrize("last, together", [(FIRST - DAY, False), (date.min, False), (FIRST, True), (LAST, True)])
def test_an_edition_that_ends_before_its_first_day_is_refused(last, together):
    edition = evolve(MADE_UP, in_force_from=FIRST, in_force_until=last)
    if together:
        assert RuleBook((edition,)).editions == (edition,)
        return

    with pytest.raises(BadEdition) as bad:
        RuleBook((edition,))

    assert str(bad.value) == f"{edition.id}: in_force_until: {last} is before its first day: end it later"


@pytest.mark.parametrize("table", ["gates", "finds", "records"])
@pytest.mark.parametrize("stranger", [PersonRegistered, EntryCorrected, Happening, str])
def test_a_table_that_names_what_is_no_event_of_a_case_is_refused(table, stranger):
    row = (DUE,) if table == "records" else ((no_objection, DUE),)
    edition = evolve(MADE_UP, **{table: {PlanAgreed: row, stranger: row}})

    with pytest.raises(BadEdition) as bad:
        RuleBook((edition,))

    assert str(bad.value) == (
        f"made-up@2023-01-01: {table}[{stranger.__name__}]: it is no event of a case: name one of the vocabulary"
    )


def test_a_practice_with_a_gate_is_refused_and_one_that_finds_and_owes_is_not():
    practice = evolve(MADE_UP, ruleset="habit", practice=True, gates={})

    assert RuleBook((practice,)).editions == (practice,)
    with pytest.raises(BadEdition) as bad:
        RuleBook((evolve(practice, gates=MADE_UP.gates),))

    assert str(bad.value) == "habit@2023-01-01: gates: a practice never refuses: put them in finds"


def test_an_edition_without_an_end_overlaps_every_later_one():
    with pytest.raises(BadEdition, match="made-up@2024-07-01 and made-up@2025-01-01 overlap"):
        RuleBook((AUTUMN, evolve(AUTUMN, in_force_from=date(2025, 1, 1))))


@given(st.integers(-3, 3))
def test_of_one_jurisdictions_rules_one_ruleset_follows_the_other_and_never_are_two_in_force(gap):
    other = evolve(AUTUMN, ruleset="a-local-one", in_force_from=LAST + gap * DAY)
    if gap >= 1:
        assert RuleBook((SPRING, other)).of("xx-mu") == (SPRING, other)
        return

    with pytest.raises(BadEdition) as bad:
        RuleBook((SPRING, other))

    assert str(bad.value) == (
        f"{SPRING.id} and {other.id} are both the rules of xx-mu on {other.in_force_from}: "
        "end the one before the other, or make one a practice"
    )


def test_a_practice_and_the_rules_of_elsewhere_stand_beside_an_edition():
    practice = evolve(AUTUMN, ruleset="habit", practice=True, gates={})

    assert len(RuleBook((AUTUMN, practice, evolve(practice, ruleset="another"), ELSEWHERE)).editions) == 4


NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("field", ["in_force_from", "in_force_until"])
@pytest.mark.parametrize("day", [NOON, "2024-07-01", 2024])
def test_what_is_no_day_is_told_with_edition_and_field(field, day):
    with pytest.raises(BadEdition) as bad:
        RuleBook((SPRING, evolve(AUTUMN, **{field: day})))

    assert f": {field}: expected a day" in str(bad.value)


@pytest.mark.parametrize("table", ["gates", "finds", "duties", "after_closing"])
def test_an_empty_row_is_told_with_edition_and_table(table):
    rows = ((),) if table in {"duties", "after_closing"} else {PlanAgreed: ((),)}

    with pytest.raises(BadEdition, match=rf"^made-up@2023-01-01: {table}.*: a row is a gate or a duty and its rules"):
        RuleBook((evolve(MADE_UP, **{table: rows}),))


def no_objection(case, entry):
    """A gate before which nothing stands."""


STRAY = Rule("M-99", "of no register")


@pytest.mark.parametrize(
    "edition, cite, place",
    [
        (evolve(MADE_UP, gates={PlanAgreed: ((no_objection, RESTS, STRAY),)}), "M-99", "gates[PlanAgreed]"),
        (evolve(MADE_UP, finds={CaseClosed: ((no_objection, STRAY),)}), "M-99", "finds[CaseClosed]"),
        (evolve(MADE_UP, duties=((family_is_asked_for_consent, DUE, STRAY),)), "M-99", "duties"),
        (evolve(MADE_UP, after_closing=((family_is_asked_for_consent, STRAY),)), "M-99", "after_closing"),
        (evolve(MADE_UP, records={ContactMade: (STRAY,)}), "M-99", "records[ContactMade]"),
        (
            evolve(MADE_UP, gates={PlanAgreed: ((no_objection, evolve(RESTS, says="else")),)}),
            "M-3",
            "gates[PlanAgreed]",
        ),
    ],
)
def test_a_cite_that_the_register_does_not_hold_is_refused_with_its_place(edition, cite, place):
    with pytest.raises(BadEdition) as bad:
        RuleBook((edition,))

    assert str(bad.value) == (
        f"made-up@2023-01-01: {place}: it cites {cite}, which its register does not hold: add it to rules"
    )


def test_what_an_edition_cites_is_all_its_tables_rest_on():
    assert set(cited(MADE_UP)) == set(MADE_UP.rules)
    assert [r.cite for r in cited(evolve(MADE_UP, gates={}, duties=()))] == [THREATS.cite]
    after = {"after_closing": ((family_is_asked_for_consent, DUE),), "records": {ContactMade: (BY_TEAM, RESTS)}}
    assert [*cited(evolve(MADE_UP, gates={}, finds={}, duties=(), **after))] == [DUE, BY_TEAM, RESTS]


def test_an_edition_is_found_by_its_id_or_those_there_are_are_named():
    book = RuleBook((AUTUMN, SPRING))

    assert book.edition("made-up@2024-03-01") == SPRING
    with pytest.raises(
        EditionNotAtHand, match=r"^no edition made-up@1999; there are: made-up@2024-03-01, made-up@2024-07-01"
    ):
        book.edition("made-up@1999")


def test_always_judges_every_day_by_one_edition_as_if_it_never_ended():
    law = always(SPRING)

    assert [law(day).id for day in (date.min, FIRST, LAST + DAY)] == [SPRING.id] * 3
    assert law(FIRST).in_force_until is None
    assert (law(FIRST).gates, law(FIRST).finds, law(FIRST).duties) == (SPRING.gates, SPRING.finds, SPRING.duties)


def test_an_edition_judges_every_decision_and_what_stands_in_its_tables():
    bare = Edition("bare", "xx-mu", "UTC", FIRST)
    table = {ContactMade: ((no_objection, BY_TEAM),)}

    assert bare.judges(PlanAgreed)
    assert not bare.judges(ContactMade)
    assert evolve(bare, gates=table).judges(ContactMade)
    assert evolve(bare, finds=table).judges(ContactMade)


TURNS = (
    (FIRST - 9 * DAY, "no edition on file@0001-01-01"),
    (FIRST, SPRING.id),
    (date(2024, 7, 1), AUTUMN.id),
)


def test_editions_take_turns_each_from_its_first_day_in_what_was_asked_for():
    law = RuleBook((SPRING, AUTUMN)).law("xx-mu")

    turns = [(day, edition.id) for edition, day in in_turn(law, FIRST - 9 * DAY, date(2030, 1, 1))]

    assert turns == [*TURNS]


def test_a_law_is_asked_once_a_turn_however_many_days_there_are():
    law, asked = RuleBook((SPRING, AUTUMN)).law("xx-mu"), []

    def counting(day: date) -> Edition:
        asked.append(day)
        return law(day)

    list(in_turn(counting, FIRST - 9 * DAY, date.max))

    assert asked == [day for day, _ in TURNS]


@given(st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.integers(0, 300))
def test_the_turns_are_those_of_somebody_who_asks_every_day(first, length):
    law = RuleBook((SPRING, evolve(AUTUMN, in_force_until=date(2024, 9, 30)))).law("xx-mu")
    every_day = [first + n * DAY for n in range(length)]

    turns = list(in_turn(law, first, first + (length - 1) * DAY))

    changes = [d for d in every_day if d == first or law(d).id != law(d - DAY).id]
    assert [(day, edition.id) for edition, day in turns] == [(d, law(d).id) for d in changes]


def test_an_edition_that_claims_to_be_over_is_asked_again_each_day():
    over = evolve(SPRING, in_force_until=FIRST)

    assert [day for _, day in in_turn(lambda _day: over, LAST, LAST + DAY)] == [LAST, LAST + DAY]
