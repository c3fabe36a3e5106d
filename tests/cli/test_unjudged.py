"""That no rule judged an act, since no edition is on file for its day, is said wherever one would take it for well."""

import csv
import json

import pytest
from typed import entry

OPENED = entry(
    "d0", record="CaseOpened", occurred="2016-01-07", **{"with": {"authority": "voluntary", "region": "north"}}
)
NOT_ON_FILE = "no edition on file for 2016-01-07: no rule judged"


@pytest.fixture
def late(ihs, live, write):
    """The live case, opened after the last day of the last edition on file."""
    return ihs("record", "cases.db", write(OPENED).name)


def test_recording_says_so_of_a_decision(late):
    assert late.lines == [
        "day.jsonl:1 recorded d0 k1@2 CaseOpened",
        f"    {NOT_ON_FILE} it",
        "1 recorded, 0 nothing new, 0 refused, 0 wrong",
    ]


def test_recording_says_so_as_json(ihs, live, write):
    answer = ihs("record", "cases.db", write(OPENED, entry("d1")).name, "--format", "json")

    assert [json.loads(line)["unjudged"] for line in answer.lines] == ["2016-01-07", None]


def test_of_what_no_edition_ever_judges_it_goes_without_saying(ihs, live, write):
    answer = ihs("record", "cases.db", write(entry("d0", occurred="2016-01-07")).name)

    assert answer.lines == [
        "day.jsonl:1 recorded d0 k1@2 ContactMade",
        "1 recorded, 0 nothing new, 0 refused, 0 wrong",
    ]


def test_findings_say_of_how_many_entries_and_from_which_day_on(ihs, late):
    told = ihs("findings", "cases.db", "--on", "2016-02-01")
    [case] = ihs("findings", "cases.db", "--on", "2016-02-01", "--format", "json").json["cases"]
    table = ihs("findings", "cases.db", "--on", "2016-02-01", "--format", "csv")

    assert told.lines[1:] == [f"  {NOT_ON_FILE} 1 entry", "1 case: no findings"]
    assert case["unjudged"] == {"entries": 1, "since": "2016-01-07"}
    assert (list(csv.DictReader(table.lines)), table.err) == ([], f"ihs: k1: {NOT_ON_FILE} 1 entry\n")


def test_before_that_day_and_by_an_edition_that_is_named_nothing_is_left_unjudged(ihs, late):
    before = ihs("findings", "cases.db", "--on", "2016-01-06")
    what_if = ihs("findings", "cases.db", "--on", "2016-02-01", "--edition", "utah-r512-100@2003-09-03")

    assert not [line for line in (*before.lines, *what_if.lines) if "on file" in line]


def test_how_a_case_stands_says_so(ihs, late):
    told = ihs("case", "show", "cases.db", "k1")

    assert told.lines[-1] == f"{NOT_ON_FILE} 1 entry"
    assert ihs("case", "show", "cases.db", "k1", "--format", "json").json["unjudged"]["entries"] == 1
    assert ihs("case", "show", "cases.db", "k1", "--as-of", "2016-01-06", "--format", "json").json["unjudged"] is None


@pytest.mark.parametrize("day, by_none", [("2016-01-07", True), ("2015-01-09", False)])
def test_what_is_possible_says_whether_any_rule_is_asked(ihs, live, day, by_none):
    asked = ("case", "possible", "cases.db", "k1", "--actor", "w-12", "--role", "practitioner", "--on", day)

    said = "  no edition on file for 2016-01-07: no rule is asked, only how the case stands"
    assert (ihs(*asked).lines[1] == said) is by_none
    assert ihs(*asked, "--format", "json").json["unjudged"] is by_none
