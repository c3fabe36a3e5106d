"""SIHP23 3: how much contact is determined, and provided. The first day of the edition is a Thursday."""

from datetime import date, timedelta

import pytest

from ihs_domain.closing import CaseClosed, Ending
from ihs_domain.contacting import ContactAttempted, ContactMade, ContactMode, ContactStandardSet, Counted
from ihs_domain.household import PersonJoined, Relation
from ihs_domain.opening import Authority, CaseOpened
from ihs_domain.roles import Actor, Role

CITE, EDITION = "SIHP23 3", "new-mexico-ihs@2023-08-10"
FIRST = date(2023, 8, 10)
OPENED = CaseOpened(Authority.VOLUNTARY, "rio-grande", jurisdiction="us-nm")
MOTHER = PersonJoined("mother", Relation.MOTHER)
CHILD = PersonJoined("child", Relation.CHILD)
BEFORE = (OPENED, MOTHER, CHILD)
BOTH = frozenset({"mother", "child"})
VISIT = ContactMade(ContactMode.HOME_VISIT, BOTH)
SEPTEMBER = (date(2023, 9, 1) - FIRST).days  # days after the first to the first of September
OCTOBER = (date(2023, 10, 1) - FIRST).days
PRACTITIONER = Actor("w-1", Role.PRACTITIONER)


def standard(number=2, per=Counted.MONTH, by=(), **said):
    stated = {"modes": frozenset({ContactMode.HOME_VISIT, ContactMode.ELSEWHERE}), "whom": BOTH} | said
    return ContactStandardSet(number, per, by=frozenset(by), **stated)


@pytest.fixture
def windows(owed):
    """The weeks or months of a history, each with its state and the days late, by name."""

    def of(history, after):
        return {d.subject[0]: (d.state.value, d.late_days) for d in owed(history, after, CITE) if d.subject}

    return of


@pytest.mark.clause(CITE, edition=EDITION)
def test_the_amount_of_contact_is_owed_from_the_opening_until_it_is_determined(given, owed):
    history = given(*BEFORE, (4, standard()))

    [before], [after] = ([d for d in owed(history, when, CITE) if not d.subject] for when in (3, 4))

    assert (before.state, before.since, before.due) == ("open", FIRST, None)
    assert (after.state, after.met_on) == ("met", FIRST + timedelta(days=4))


@pytest.mark.clause(CITE, edition=EDITION)
@pytest.mark.parametrize(
    "visits, after, state, late",
    [
        ((2, 9), OCTOBER - 1, "met", 0),
        ((2, 29), OCTOBER, "met", 0),
        ((2,), OCTOBER - 1, "open", 0),
        ((2,), OCTOBER, "late", 1),
        ((2, 30), OCTOBER + 4, "late", 5),
    ],
)
def test_a_month_short_of_its_contacts_is_late_from_the_first_of_the_next(given, windows, visits, after, state, late):
    history = given(*BEFORE, standard(), *((SEPTEMBER + n, VISIT) for n in visits))

    assert windows(history, after)["2023-09"] == (state, late)


@pytest.mark.clause(CITE, edition=EDITION)
def test_the_month_in_which_the_standard_was_set_is_cut_short_and_never_late(given, windows):
    history = given(*BEFORE, (1, standard()))

    assert windows(history, SEPTEMBER - 1) == {"2023-08": ("open", 0)}
    assert windows(history, SEPTEMBER) == {"2023-08": ("lapsed", 0), "2023-09": ("open", 0)}


@pytest.mark.clause(CITE, edition=EDITION)
def test_a_week_runs_from_monday_to_sunday(given, windows):
    history = given(*BEFORE, standard(1, Counted.WEEK), (4, VISIT), (10, VISIT), (17, VISIT))

    assert windows(history, 24) == {
        "2023-W32": ("lapsed", 0),  # from Thursday
        "2023-W33": ("met", 0),  # on Monday, and on Sunday
        "2023-W34": ("met", 0),  # on Sunday
        "2023-W35": ("open", 0),
    }
    assert windows(history, 25)["2023-W35"] == ("late", 1)


@pytest.mark.clause(CITE, edition=EDITION)
def test_a_standard_changed_in_the_middle_cuts_the_month_in_two_parts_that_are_never_late(given, owed):
    history = given(
        *BEFORE, standard(4), (SEPTEMBER + 14, standard(2)), (SEPTEMBER + 15, VISIT), (SEPTEMBER + 20, VISIT)
    )

    parts = [d for d in owed(history, OCTOBER + 5, CITE) if d.subject == ("2023-09",)]

    assert [(d.needs, d.since.day, d.due.day, d.state) for d in parts] == [(4, 1, 14, "lapsed"), (2, 15, 30, "met")]


@pytest.mark.clause(CITE, edition=EDITION)
def test_a_standard_set_again_as_it_was_runs_on_and_excuses_nothing(given, windows):
    history = given(*BEFORE, standard(), (SEPTEMBER + 14, standard()))

    assert windows(history, OCTOBER)["2023-09"] == ("late", 1)


@pytest.mark.clause(CITE, edition=EDITION)
def test_a_standard_set_ahead_governs_from_the_day_it_names_and_the_month_before_stays_whole(given, owed):
    ahead = standard(1, from_on=date(2023, 10, 1))
    history = given(*BEFORE, standard(2), (SEPTEMBER + 29, ahead), (OCTOBER, VISIT))

    found = [(d.subject[0], d.needs, d.state) for d in owed(history, OCTOBER, CITE) if d.subject]

    assert found == [("2023-08", 2, "lapsed"), ("2023-09", 2, "late"), ("2023-10", 1, "met")]


@pytest.mark.clause(CITE, edition=EDITION)
def test_a_standard_binds_nobody_before_the_day_it_is_set(given, owed):
    history = given(*BEFORE, (SEPTEMBER, standard(from_on=FIRST)))

    assert [d.subject[0] for d in owed(history, OCTOBER, CITE) if d.subject] == ["2023-09", "2023-10"]


@pytest.mark.clause(CITE, edition=EDITION)
def test_a_month_that_closing_cuts_short_is_not_late(given, windows):
    closed = CaseClosed(Ending.MOVED, {"child": Ending.MOVED})

    within = given(*BEFORE, standard(), (SEPTEMBER + 20, closed))
    on_its_last_day = given(*BEFORE, standard(), (OCTOBER - 1, closed))

    assert windows(within, OCTOBER + 9)["2023-09"] == ("lapsed", 0)
    assert windows(on_its_last_day, OCTOBER + 9)["2023-09"] == ("late", 1)


def near(owed, history):
    [september] = [d for d in owed(history, OCTOBER, CITE) if d.subject == ("2023-09",)]
    return len(september.evidence), [n.why for n in september.near]


NOT_BY_VIDEO = "it was by video, which is not counted"
NOT_EVERYONE = "not everyone it is to be with was met"
BY_A_PROVIDER = "it was made by a provider"
BY_PRACTITIONER = {"by": (Role.PRACTITIONER,)}
SUPERVISOR = Actor("s-1", Role.SUPERVISOR)


@pytest.mark.clause(CITE, edition=EDITION)
@pytest.mark.parametrize(
    "contact, why",
    [
        (ContactAttempted(ContactMode.HOME_VISIT, BOTH), "nobody was met"),
        (ContactMade(ContactMode.PHONE, BOTH), "it was by phone, which is not counted"),
        (ContactMade(ContactMode.HOME_VISIT, frozenset({"mother"})), NOT_EVERYONE),
        (ContactMade(ContactMode.HOME_VISIT, BOTH, by="w-9"), "it is not said in which role it was made"),
        (
            ContactMade(ContactMode.HOME_VISIT, BOTH, by="p-2", by_role=Role.PROVIDER),
            BY_A_PROVIDER,
        ),
        (
            ContactMade(ContactMode.VIDEO, frozenset(), by="p-2", by_role=Role.PROVIDER),
            f"{NOT_BY_VIDEO}, and {NOT_EVERYONE}, and {BY_A_PROVIDER}",
        ),
    ],
)
def test_a_contact_that_is_not_such_as_the_standard_states_is_shown_with_why_it_does_not_count(
    given, owed, contact, why
):
    history = given(
        *BEFORE, standard(**BY_PRACTITIONER), (SEPTEMBER + 1, VISIT, PRACTITIONER), (SEPTEMBER + 2, contact)
    )

    assert near(owed, history) == (1, [why])


@pytest.mark.clause(CITE, edition=EDITION)
@pytest.mark.parametrize(
    "contact, actor",
    [
        (VISIT, PRACTITIONER),
        (ContactMade(ContactMode.ELSEWHERE, BOTH | {"aunt"}), PRACTITIONER),
        (ContactMade(ContactMode.HOME_VISIT, BOTH, by="w-1"), PRACTITIONER),
        (ContactMade(ContactMode.HOME_VISIT, BOTH, by="w-9", by_role=Role.PRACTITIONER), SUPERVISOR),
    ],
)
def test_a_contact_such_as_the_standard_states_counts(given, owed, contact, actor):
    history = given(*BEFORE, standard(**BY_PRACTITIONER), (SEPTEMBER + 1, contact, actor))

    assert near(owed, history) == (1, [])


@pytest.mark.clause(CITE, edition=EDITION)
def test_what_a_standard_does_not_state_is_not_asked(given, owed):
    anything = ContactStandardSet(1, Counted.MONTH, frozenset(), frozenset())
    call = ContactMade(ContactMode.PHONE, frozenset({"mother"}))

    assert near(owed, given(*BEFORE, anything, (SEPTEMBER + 1, call, SUPERVISOR))) == (1, [])


@pytest.mark.clause(CITE, edition=EDITION)
def test_a_month_is_met_on_the_day_of_the_last_contact_it_needs_however_many_follow(given, owed):
    history = given(*BEFORE, standard(2), *((SEPTEMBER + n, VISIT) for n in (1, 8, 29)))

    [september] = [d for d in owed(history, OCTOBER, CITE) if d.subject == ("2023-09",)]

    assert (september.met_on, september.evidence) == (date(2023, 9, 9), (5, 6))
