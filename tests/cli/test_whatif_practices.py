"""`ihs whatif` beside the practices: they stay as they were, and change nothing, whatever law is supposed."""

import json

import pytest

UTAH_2003, CUSTOM = "utah-r512-100@2003-09-03", "custom@2015-01-01"
PRACTICE = """
from datetime import date
from ihs_domain.duties import Owed
from ihs_domain.editions import Edition
from ihs_domain.rules import Rule

CALL = Rule("P-1", "the office writes to the family")

def family_is_written_to(history, on):
    return [Owed("the family is written to", entry.day, due=date(2015, 3, 10)) for entry in history[:1]]

EDITIONS = Edition("custom", "us-ut", "America/Denver", date(2015, 1, 1), date(2015, 3, 31), rules=(CALL,),
                   duties=((family_is_written_to, CALL),), practice=True)
"""
EXCUSED = {
    "id": "alder-p1",
    "case": "alder",
    "record": "ExceptionGranted",
    "actor": "s-3",
    "role": "supervisor",
    "occurred": "2015-03-05",
    "recorded_at": "2015-05-20T12:00:00-06:00",
    "with": {"cite": "P-1", "reason": "holiday", "until": "2015-03-08"},
}


@pytest.fixture
def changes(ihs, alder, plug):
    """What an edition changes by a clause of the practice, in the case that asks for an exception from it."""
    plug("ihs_domain.editions", PRACTICE)
    assert ihs("record", alder, "-", given=json.dumps(EXCUSED)).code == 0

    def changed(*asked):
        told = ihs("whatif", alder, "alder", *asked, "--on", "2015-05-20", "--format", "json").json
        return [count for count in told["counts"] if count["head"] == "P-1"], told["changes"]

    return changed


def test_what_a_practice_asks_is_the_same_by_either_law(changes):
    counts, changed = changes("--edition", UTAH_2003)

    assert [(one["kind"], one["new"], one["gone"], one["same"] > 0) for one in counts] == [("late", 0, 0, True)]
    assert [one for one in changed if "P-1" in one["cites"] or one["event"] == "ExceptionGranted"] == []


def test_a_practice_that_is_named_is_asked_by_itself_in_the_place_of_the_law(changes):
    counts, changed = changes("--edition", CUSTOM)

    assert [(one["kind"], one["new"] > 0, one["gone"], one["same"]) for one in counts] == [("late", True, 0, 0)]
    assert {one["edition"] for one in changed if one["change"] == "new"} == {CUSTOM}
