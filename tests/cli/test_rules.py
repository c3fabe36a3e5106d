"""`ihs rules`."""

import pytest
from typed import entry, withdrawal


def test_rules_are_listed_edition_by_edition_with_their_days(ihs):
    lines = ihs("rules", "list").lines

    assert [line for line in lines if not line.startswith(" ")] == [
        "new-mexico-ihs@2023-08-10 (us-nm), in force 2023-08-10 with no known end",
        "utah-practice-2021@2022-01-01 (us-ut), in force 2022-01-01 with no known end",
        "utah-r512-100@2003-09-03 (us-ut), in force 2003-09-03 to 2010-10-07",
        "utah-r512-100@2010-10-08 (us-ut), in force 2010-10-08 to 2015-12-01",
        "utah-review-2025@2024-07-01 (us-ut), in force 2024-07-01 to 2025-06-30",
        "utah-safe-practice@2003-09-03 (us-ut), in force 2003-09-03 with no known end",
    ]
    assert "  R512-100-5(3)(b): members of the team assist in creating the plan" in lines


def test_rules_as_json_have_the_same_cites(ihs):
    told = ihs("rules", "list", "--format", "json").json

    listed = [line.split(": ")[0].strip() for line in ihs("rules", "list").lines if line.startswith(" ")]
    assert [rule["cite"] for edition in told["editions"] for rule in edition["rules"]] == listed


def test_a_clause_is_explained(ihs):
    lines = ihs("rules", "explain", "R512-100-5(5)(a)").lines

    assert lines[:4] == [
        "R512-100-5(5)(a)",
        "  services go on until the identified threats are managed, or the child can no longer safely remain at home",
        "  in force 2010-10-08 to 2015-12-01 in utah-r512-100@2010-10-08 (us-ut)",
        "  bears as gate, finding, duty",
    ]
    assert "    refuses CaseClosed: A closing says of each child how services ended for it" in lines
    assert (
        "    only found in CaseClosed: Any other ending is recorded, and every threat still unmanaged is found" in lines
    )


def test_a_clause_that_has_something_fall_due_says_what(ihs):
    told = ihs("rules", "explain", "R512-100-5(2)(a)", "--format", "json").json

    assert [edition["owed"] for edition in told["editions"]] == [
        ["A written assessment of strengths and of underlying needs is completed for the family"]
    ]


def test_a_clause_that_is_only_put_on_record_says_by_which_entries(ihs):
    assert ihs("rules", "explain", "SIHP23 19").lines[2:] == [
        "  in force 2023-08-10 with no known end in new-mexico-ihs@2023-08-10 (us-nm)",
        "  bears as record",
        "    on record by ContactMade",
        "    on record by OnCallCovered",
    ]


def test_every_listed_clause_can_be_explained_and_does_something(ihs):
    told = ihs("rules", "list", "--format", "json").json
    cites = {rule["cite"] for edition in told["editions"] for rule in edition["rules"]}

    explained = {cite: ihs("rules", "explain", cite, "--format", "json").json["editions"] for cite in cites}

    does = ("refuses", "finds", "owed", "after_closing", "recorded")
    assert [cite for cite, found in explained.items() for one in found if not any(one[d] for d in does)] == []


@pytest.mark.parametrize("typed", ["R512-100-7B", "r512-100-7 b", " R512-100-7 (b)", "R512-100-7[B]"])
def test_a_clause_is_found_without_its_capitals_spaces_and_brackets(ihs, typed):
    assert ihs("rules", "explain", typed).lines[0] == "R512-100-7 B"


def test_an_unknown_clause_is_told_with_the_nearest(ihs):
    answer = ihs("rules", "explain", "r512-100-7 bb")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("ihs: no edition at hand has a clause of that cite; nearest: R512-100-7 B, ")


def test_a_clause_nothing_is_near_to_points_at_the_list(ihs):
    assert (
        ihs("rules", "explain", "???").err == "ihs: no edition at hand has a clause of that cite; see ihs rules list\n"
    )


@pytest.mark.parametrize(
    "typed, found",
    [
        ("R512-100-3(2)(a)", ["R512-100-3(2), for R512-100-3(2)(a) is not cited by itself"]),
        ("r512-100-5 L.1", ["R512-100-5 L, for r512-100-5 L.1 is not cited by itself"]),
        ("R512-100-1 B.2", ["R512-100-1 B.1-3, for R512-100-1 B.2 is not cited by itself"]),
        ("R512-100-1(4)", ["R512-100-1(4) [first]", "R512-100-1(4) [second]"]),
        ("r512-100-3 a", ["R512-100-3 A [first sentence]", "R512-100-3 A [second sentence]"]),
    ],
)
def test_a_cite_that_begins_clauses_or_stands_within_one_explains_those(ihs, typed, found):
    lines = ihs("rules", "explain", typed).lines

    assert [line for line in lines if not line.startswith(" ")] == found


@pytest.mark.parametrize("typed", ["R512-100-1 B.9", "R512-10", "R512-100-55"])
def test_a_cite_below_no_clause_is_not_taken_for_one(ihs, typed):
    assert ihs("rules", "explain", typed).code == 2


def test_in_json_each_edition_says_which_of_several_clauses_it_explains(ihs):
    told = ihs("rules", "explain", "R512-100-1(4)", "--format", "json").json

    assert [one["cite"] for one in told["editions"]] == ["R512-100-1(4) [first]", "R512-100-1(4) [second]"]


ON_CALL = (
    '{"id": "o1", "agency": "some-region", "record": "OnCallCovered", "actor": "s-9", "role": "supervisor", '
    '"occurred": "2024-03-14", "with": {"worker": "w-44", "since": "2024-03-14T17:00:00-06:00", '
    '"until": "2024-03-15T08:00:00-06:00"}}'
)


def test_a_clause_that_agencies_put_on_record_is_explained_with_their_entries_too(ihs, write):
    said = {"occurred": "2024-03-14"}
    request = entry("c1", record="ServicesRequested", **said, **{"with": {"jurisdiction": "us-nm", "source": "school"}})
    ihs("store", "init", "cases.db")
    ihs("record", "cases.db", write(request, entry(**said), ON_CALL).name)

    answer = ihs("rules", "explain", "SIHP23 19", "--store", "cases.db")

    assert answer.lines[-4:] == [
        "  touches 2 entries",
        "    k1@2 ContactMade of 2024-03-14",
        "    agency some-region@1 OnCallCovered of 2024-03-14",
        ("  of ContactMade, OnCallCovered every entry: the edition does not say which of them the clause means"),
    ]


SEVERAL = """
from datetime import date
from ihs_domain.closing import CaseClosed, CaseReopened
from ihs_domain.contacting import ContactMade
from ihs_domain.duties import Owed
from ihs_domain.editions import Edition
from ihs_domain.rules import Bears, Rule

RULES = (FIRST, SECOND) = (
    Rule("Z-1(1)", "a letter is sent within so many days", bears=(Bears.NOTICE, Bears.RECORD)),
    Rule("Z-11", "a case may be taken up again", bears=(Bears.MAY,)),
)

def letter_is_sent_within(days):
    '''A duty: a letter is sent within *days*.'''

    def sent(history, on):
        return () if days else None

    return sent

EDITIONS = Edition(
    "z", "us-ut", "UTC", date(1990, 1, 1), date(1999, 12, 31), practice=True, rules=RULES,
    after_closing=((letter_is_sent_within(5), FIRST),),
    records={ContactMade: (FIRST,), CaseReopened: (SECOND,)},
)
"""


def test_a_clause_is_explained_with_how_it_bears_and_with_every_place_that_carries_it_out(ihs, plug):
    plug("ihs_domain.editions", SEVERAL)

    assert ihs("rules", "explain", "Z-1(1)").lines == [
        "Z-1(1)",
        "  a letter is sent within so many days",
        "  in force 1990-01-01 to 1999-12-31 in z@1990-01-01 (us-ut, a practice)",
        "  bears as notice, record",
        "    owed after closing: a letter is sent within days; days: 5",
        "    on record by ContactMade",
    ]


MADE = """
from datetime import date
from attrs import frozen
from ihs_domain.closing import CaseClosed
from ihs_domain.contacting import ContactMode
from ihs_domain.editions import Edition
from ihs_domain.rules import Rule

RULE = Rule("Z-1", "a rule")

@frozen
class Path:
    years: int
    modes: frozenset

def while_at(level, gate, path, days, classes=(), unless=None):
    def there(case, entry):
        return level, gate, path, days, classes, unless

    return there

def nothing_is_missing(case, entry):
    '''Nothing is missing.'''

PATH = Path(0, frozenset({ContactMode.PHONE, ContactMode.HOME_VISIT}))
GATE = while_at("intensive", nothing_is_missing, PATH, {"pss": 45}, (CaseClosed,))
SILENT = lambda case, entry: None
GATES = {CaseClosed: ((GATE, RULE), (SILENT, RULE))}
EDITIONS = Edition("z", "us-zz", "UTC", date(2020, 1, 1), rules=(RULE,), gates=GATES)
"""


def test_a_gate_is_told_with_all_it_was_made_with_and_one_without_words_by_its_name(ihs, plug):
    plug("ihs_domain.editions", MADE)

    assert ihs("rules", "explain", "z-1").lines[3:] == [
        (
            "    refuses CaseClosed: there; classes: CaseClosed; days: pss 45; Nothing is missing; "
            "level: intensive; path: years 0, modes home-visit or phone"
        ),
        "    refuses CaseClosed: <lambda>",
    ]


def test_of_several_clauses_that_can_be_meant_each_is_named(ihs, plug):
    plug("ihs_domain.editions", SEVERAL)

    assert ihs("rules", "explain", "z-1 1").err == (
        "ihs: more than one clause can be meant: Z-1(1), Z-11: type one as it stands here\n"
    )


def test_an_entry_is_not_touched_by_an_edition_that_was_not_in_force(ihs, plug, alder):
    plug("ihs_domain.editions", SEVERAL)

    assert ihs("rules", "explain", "Z-1(1)", "--store", "cases.db").lines[-1] == "  touches no entries"


def test_an_entry_is_not_touched_by_an_edition_of_another_jurisdiction(ihs, plug, alder):
    elsewhere = SEVERAL.replace("us-ut", "us-zz").replace("date(1999, 12, 31)", "None")
    plug("ihs_domain.editions", elsewhere)

    assert ihs("rules", "explain", "Z-1(1)", "--store", "cases.db").lines[-1] == "  touches no entries"


def test_a_clause_is_explained_with_the_entries_it_was_found_in(ihs, write):
    ihs("store", "init", "cases.db", "--rehearsal")
    ihs("record", "cases.db", write(*withdrawal()).name)

    answer = ihs("rules", "explain", "R512-100-5(5)(a)", "--store", "cases.db")

    assert answer.lines[-3:] == [
        "  touches 2 entries",
        "    alder@45 ThreatManaged of 2015-05-04",
        "    alder@46 CaseClosed of 2015-05-04: the case still has 1 unmanaged threat",
    ]


def test_a_clause_is_explained_with_the_entries_that_meet_what_it_asks(ihs, alder):
    told = ihs("rules", "explain", "R512-100-5(1)(b)", "--store", "cases.db", "--format", "json").json

    assert told["store"] == "REHEARSAL"
    assert [(one["version"], one["event"], one["found"]) for one in told["touched"]] == [
        (23, "FamilyAssessmentCompleted", []),
        (26, "TeamMeetingHeld", []),
        (28, "PermanencyGoalsSet", []),
        (43, "TeamMeetingHeld", []),
        (44, "PermanencyGoalsSet", []),
    ]
