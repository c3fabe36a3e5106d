"""Every clause has its words, its place and its test, and the page of clauses says so."""

from datetime import date
from typing import Final

import pytest
from attrs import evolve

from clauses import Gap, Shown, Unreadable, gaps, marked_in_vain, shown, shown_by
from ihs_cases.editions import installed
from ihs_domain.closing import CaseClosed, CaseReopened, summary_is_written
from ihs_domain.contacting import worker_visits_every_month
from ihs_domain.editions import Edition
from ihs_domain.rules import Bears, Rule

UTAH_2003, UTAH_2010 = "utah-r512-100@2003-09-03", "utah-r512-100@2010-10-08"

KNOWN_GAPS: Final[dict[str, tuple[str, ...]]] = {}
"""The clauses that are not whole yet. It only shrinks: a clause that is whole is taken out."""


def known() -> set[tuple[str, str]]:
    return {(edition, cite) for edition, cites in KNOWN_GAPS.items() for cite in cites}


def test_every_clause_says_how_it_bears_and_has_its_place_and_its_test():
    found = [*gaps(installed().editions, shown())]

    assert [gap for gap in found if (gap.edition, gap.cite) not in known()] == []


def test_the_list_of_gaps_holds_no_clause_that_is_whole():
    found = {(gap.edition, gap.cite) for gap in gaps(installed().editions, shown())}

    assert known() - found == set()


def test_every_test_of_a_clause_cites_one_that_there_is():
    assert marked_in_vain(installed().editions, shown()) == []


# The check itself

RULE = Rule("Z-1", "a rule", bears=(Bears.GATE,))
GATED = {CaseClosed: ((summary_is_written, RULE),)}
OWED = ((worker_visits_every_month, RULE),)
KEPT = {CaseReopened: (RULE,)}
EDITION = Edition("z", "us-zz", "UTC", date(2020, 1, 1), rules=(RULE,), gates=GATED)
BARE = evolve(EDITION, gates={})
TEST = Shown(EDITION.id, "Z-1", "test_z.py", "test_a_rule_holds")


def bearing(edition: Edition, *bears: Bears) -> Edition:
    """The edition, its rule bearing so."""
    return evolve(edition, rules=(evolve(RULE, bears=bears),))


def lacking(edition: Edition, *tests: Shown) -> list[str]:
    return [gap.lacks for gap in gaps([edition], tests)]


def test_a_clause_with_its_place_and_its_test_lacks_nothing():
    assert lacking(EDITION, TEST) == []


def test_a_clause_without_place_words_or_test_is_a_gap():
    nothing = bearing(BARE)

    assert [*gaps([nothing], [])] == [
        Gap("z@2020-01-01", "Z-1", "a place"),
        Gap("z@2020-01-01", "Z-1", "how it bears on the record"),
        Gap("z@2020-01-01", "Z-1", "a test"),
    ]


def test_a_test_of_another_edition_shows_nothing_of_a_clause():
    assert lacking(EDITION, TEST._replace(edition="z@1999-01-01")) == ["a test"]


GATES, FINDS = {"gates": GATED}, {"finds": GATED}
DUTIES, AFTER, RECORDS = {"duties": OWED}, {"after_closing": OWED}, {"records": KEPT}


@pytest.mark.parametrize(
    "bears, carried_by, not_by",
    [
        (Bears.GATE, [GATES], [FINDS, DUTIES, AFTER, RECORDS]),
        (Bears.FINDING, [GATES, FINDS], [DUTIES, AFTER, RECORDS]),
        (Bears.DUTY, [DUTIES, AFTER], [GATES, FINDS, RECORDS]),
        (Bears.NOTICE, [DUTIES, AFTER], [GATES, FINDS, RECORDS]),
        (Bears.RECORD, [GATES, DUTIES, AFTER, RECORDS], [FINDS]),
        (Bears.MAY, [GATES, DUTIES, AFTER, RECORDS], [FINDS]),
    ],
)
def test_how_a_clause_bears_says_which_tables_can_carry_it_out(bears, carried_by, not_by):
    assert [lacking(bearing(evolve(BARE, **tables), bears), TEST) for tables in carried_by] == [[]] * len(carried_by)
    assert [f"a {bears}" in lacking(bearing(evolve(BARE, **tables), bears), TEST) for tables in not_by] == (
        [True] * len(not_by)
    )


def test_a_place_of_which_a_clause_says_nothing_is_a_gap():
    assert lacking(evolve(EDITION, duties=OWED), TEST) == ["a word on its duties in bears"]
    assert lacking(evolve(EDITION, **FINDS, **AFTER), TEST) == [
        "a word on its after_closing in bears",
        "a word on its finds in bears",
    ]


def test_a_gate_may_also_name_the_events_that_put_on_record_what_it_asks():
    assert lacking(evolve(EDITION, **RECORDS), TEST) == []


def test_a_mark_of_a_clause_that_no_register_holds_is_found():
    elsewhere = TEST._replace(cite="Z-2")

    assert marked_in_vain([EDITION], [TEST, elsewhere]) == [elsewhere]


MARKED = """
import pytest
EDITION = "z@2020-01-01"
ONE, NAMED = date(2020, 1, 1), "Z-2"
LATER: str = "z@2021-01-01"

@pytest.mark.parametrize("day", [1, 2])
@pytest.mark.clause("Z-1", edition=EDITION)
def test_a_rule_holds(day): ...

@pytest.mark.clause(NAMED, edition=LATER)
def test_another_holds(): ...

def test_of_no_clause(): ...
"""


def test_marks_are_read_without_running_the_tests(tmp_path):
    path = tmp_path / "test_z.py"
    path.write_text(MARKED)

    assert shown_by(path) == [TEST, Shown("z@2021-01-01", "Z-2", "test_z.py", "test_another_holds")]
    assert TEST.sentence == "a rule holds"


@pytest.mark.parametrize(
    "mark, why",
    [
        ("pytest.mark.clause(f'Z-{1}', edition='z')", "test_z.py:1: give the cite and edition= as texts"),
        ("pytest.mark.clause(ELSEWHERE, edition='z')", "test_z.py:1: give the cite and edition= as texts"),
        ("pytest.mark.clause('Z-1')", "test_z.py:1: give the cite and edition= as texts"),
        (
            "pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.clause('Z-1', edition='z'))])",
            "test_z.py: a clause is marked elsewhere than on a test",
        ),
    ],
)
def test_a_mark_that_cannot_be_read_is_told_with_its_file(tmp_path, mark, why):
    path = tmp_path / "test_z.py"
    path.write_text(f"@{mark}\ndef test_a_rule_holds(): ...\n")

    with pytest.raises(Unreadable, match=why):
        shown_by(path)
