"""`ihs findings`."""

import csv

import pytest
from typed import withdrawal

WHAT_IF = "utah-r512-100@2003-09-03"


def test_no_finding_is_said(ihs, alder):
    assert ihs("findings", "cases.db", "--on", "2016-01-01").lines[1:] == [
        "alder on 2016-01-01, salt-lake, held by w-12, closed on 2015-05-12: no findings",
        "1 case: no findings",
    ]


def test_what_if_by_another_edition_gives_its_findings(ihs, alder):
    answer = ihs("findings", "cases.db", "alder", "--edition", WHAT_IF, "--on", "2016-01-01")

    assert answer.lines[1:] == [
        "alder on 2016-01-01, salt-lake, held by w-12, closed on 2015-05-12: 1 finding",
        "  2015-05-12  @49 CaseClosed",
        f"    no final progress summary is on record (R512-100-7 B; {WHAT_IF})",
        "      instead: write it with the reason for closing, then close",
        "1 case: 1 finding",
    ]
    assert answer.code == 0


@pytest.mark.parametrize("command", ["findings", "duties"])
def test_cases_judged_by_an_edition_of_another_jurisdiction_are_told_of(ihs, three, command):
    asked = (command, "cases.db", "--edition", "new-mexico-ihs@2023-08-10")

    everybody, those, theirs = (ihs(*asked, *only) for only in ((), ("alder",), ("cedar",)))

    said = "ihs: new-mexico-ihs@2023-08-10 is of us-nm, and judged here"
    assert everybody.err == f"{said} alder and 1 case more that are not\n"
    assert those.err == f"{said} alder, which is not\n"
    assert (theirs.err, [answer.code for answer in (everybody, those, theirs)]) == ("", [0, 0, 0])


def test_findings_as_json_carry_cite_edition_and_what_they_are_about(ihs, write):
    ihs("store", "init", "cases.db", "--rehearsal")
    ihs("record", "cases.db", write(*withdrawal()).name)

    [case] = ihs("findings", "cases.db", "--format", "json").json["cases"]

    [finding] = case["findings"]
    assert (finding["event"], finding["day"], finding["version"]) == ("CaseClosed", "2015-05-04", 46)
    assert (finding["objection"]["cites"], finding["objection"]["about"]) == (["R512-100-5(5)(a)"], ["T2"])


def test_findings_as_csv_have_one_row_each_and_only_those_of_entries_by_the_day(ihs, alder):
    asked = ("findings", "cases.db", "alder", "--edition", WHAT_IF, "--format", "csv", "--on")

    [row], before = (list(csv.DictReader(ihs(*asked, day).lines)) for day in ("2015-05-12", "2015-05-11"))

    assert (row["version"], row["event"], row["cites"]) == ("49", "CaseClosed", "R512-100-7 B")
    assert before == []


def test_findings_of_a_worker_and_of_a_region_leave_out_the_cases_of_others(ihs, three):
    def found(*options):
        return [case["case"] for case in ihs("findings", "cases.db", "--format", "json", *options).json["cases"]]

    assert found() == ["alder", "birch", "cedar"]
    assert found("--worker", "w-31") == ["cedar"]
    assert found("--region", "salt-lake") == ["alder", "birch"]


def test_a_case_that_cannot_be_read_is_named_and_the_others_have_their_findings(ihs, broken):
    answer = ihs("findings", "cases.db", "--on", "2016-01-01")

    assert answer.lines[-1] == "2 cases: no findings"
    assert (answer.code, answer.err.startswith("ihs: case birch is left out: ")) == (1, True)


@pytest.mark.parametrize("question", ["duties", "findings"])
def test_an_edition_that_is_not_at_hand_is_told_with_those_that_are(ihs, live, question):
    answer = ihs(question, "cases.db", "--edition", "utah@1999")

    have = "new-mexico-ihs@2023-08-10, utah-practice-2021@2022-01-01, utah-r512-100@2003-09-03, "
    have += "utah-r512-100@2010-10-08, utah-review-2025@2024-07-01, utah-safe-practice@2003-09-03"
    assert answer == (2, "", f"ihs: no edition utah@1999; there are: {have}\n")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "today"])
def test_a_day_nobody_means_is_told_at_once(ihs, live, day):
    answer = ihs("duties", "cases.db", "--on", day)

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("ihs duties: Invalid value for '--on': expected a day")
