"""`ihs duties` and `ihs findings`."""

import csv

import pytest
from typed import entry, withdrawal

WHAT_IF = "utah-r512-100@2003-09-03"


def groups(lines):
    """What is owed, by group."""
    found = {}
    for line in lines:
        if line.startswith("  ") and line[2] != " ":
            found[line.strip()] = []
        elif line.startswith("    ") and line[4] != " ":
            found[[*found][-1]].append(line.strip())
    return found


def test_duties_are_grouped_by_how_soon_they_fall_due(ihs, alder):
    days = ["2015-01-09", "2015-01-20", "2015-02-02", "2015-02-10", "2015-03-27"]

    found = {day: groups(ihs("duties", "cases.db", "alder", "--on", day).lines) for day in days}

    plan = "the safety plan is reviewed [SP1]"
    where = {day: [g for g, owed in by.items() if any(o.startswith(plan) for o in owed)] for day, by in found.items()}
    assert where == {
        "2015-01-09": ["due later"],
        "2015-01-20": ["due within 30 days"],
        "2015-02-02": ["due within 7 days"],
        "2015-02-10": ["late"],
        "2015-03-27": ["met late"],
    }


def test_a_duty_says_by_when_how_late_by_which_clause_and_what_met_it(ihs, alder):
    lines = ihs("duties", "cases.db", "alder", "--on", "2015-03-27").lines

    assert lines[1:5] == [
        "alder on 2015-03-27",
        "  open, no date set",
        (
            "    the team assists with the permanency goals [A-2]: since 2015-01-07 "
            "(R512-100-5(1)(b); utah-r512-100@2010-10-08)"
        ),
        "    the team oversees progress: since 2015-01-07 (R512-100-5(1)(b); utah-r512-100@2010-10-08)",
    ]
    at = lines.index("  met late")
    assert lines[at + 1 : at + 3] == [
        "    the safety plan is reviewed [SP1]: met 2015-03-27, due 2015-02-09, 46 days late (by its own terms)",
        "      by @40 of 2015-03-27",
    ]


@pytest.fixture
def waived(ihs, write):
    """A store in which the contacts of January were waived."""
    opened = entry("o", record="CaseOpened", occurred="2024-01-01")
    granted = entry("x", record="ExceptionGranted", actor="s-1", role="supervisor", occurred="2024-01-05")
    said = {"authority": "voluntary", "region": "salt-lake", "jurisdiction": "us-ut"}
    exception = {"cite": "Practice 2021 contacts", "reason": "family-abroad", "until": "2024-01-31"}
    ihs("store", "init", "cases.db")
    ihs("record", "cases.db", write(opened | {"with": said}, granted | {"with": exception}).name)


def test_a_waived_duty_says_by_whom_until_when_and_why(ihs, waived):
    lines = ihs("duties", "cases.db", "k1", "--on", "2024-02-02").lines

    what = "contact as the standard asks: 4 contacts in a month"
    rest = "(Practice 2021 contacts; utah-practice-2021@2022-01-01)"
    at = lines.index("  waived")
    assert lines[at : at + 3] == [
        "  waived",
        f"    {what} [contacts, 2024-01]: since 2024-01-01, due 2024-01-31, 0 of 4 contacts {rest}",
        "      waived by s-1 until 2024-01-31: family-abroad, @2 of 2024-01-05",
    ]


def test_a_waiver_is_told_in_json_and_in_csv(ihs, waived):
    [case] = ihs("duties", "cases.db", "k1", "--on", "2024-02-02", "--format", "json").json["cases"]
    rows = csv.DictReader(ihs("duties", "cases.db", "k1", "--on", "2024-02-02", "--format", "csv").lines)

    [told] = [duty["waiver"] for duty in case["duties"] if duty["group"] == "waived"]
    assert told == {
        "version": 2,
        "by": "s-1",
        "granted_on": "2024-01-05",
        "reason": "family-abroad",
        "until": "2024-01-31",
    }
    assert [row["waiver"] for row in rows if row["group"] == "waived"] == [
        "s-1 until 2024-01-31: family-abroad, @2 of 2024-01-05"
    ]


def test_a_near_miss_says_which_entry_and_why_it_did_not_do(ihs, alder):
    lines = ihs("duties", "cases.db", "alder", "--on", "2015-05-15", "--edition", WHAT_IF).lines

    at = next(n for n, line in enumerate(lines) if "R512-100-5 G" in line)
    assert lines[at + 1].strip().startswith("not by @27 of 2015-01-29: ")


def test_duties_as_at_a_day_count_only_what_was_on_record(ihs, alder):
    lines = ihs("duties", "cases.db", "alder", "--on", "2015-03-01", "--as-at", "2015-02-01").lines

    [private] = [line for line in lines if "private conversation" in line]
    assert "met" not in private


def test_duties_of_every_case_as_json_and_csv_say_the_same(ihs, alder):
    told = ihs("duties", "cases.db", "--on", "2015-03-27", "--format", "json").json
    table = list(csv.DictReader(ihs("duties", "cases.db", "--on", "2015-03-27", "--format", "csv").lines))

    [case] = told["cases"]
    assert (case["case"], case["on"]) == ("alder", "2015-03-27")
    as_rows = [(duty["group"], duty["what"], " ".join(duty["subject"]), duty["due"] or "") for duty in case["duties"]]
    assert as_rows == [(row["group"], row["what"], row["subject"], row["due"]) for row in table]
    [late] = [duty for duty in case["duties"] if duty["state"] == "met late"]
    assert late["evidence"] == [{"version": 40, "day": "2015-03-27"}]


def test_duties_are_of_today_unless_said_otherwise(ihs, alder):
    [case] = ihs("duties", "cases.db", "--format", "json").json["cases"]

    assert case["on"] > "2026"


def test_no_finding_is_said(ihs, alder):
    assert ihs("findings", "cases.db").lines[1:] == ["alder: no findings"]


def test_what_if_by_another_edition_gives_its_findings(ihs, alder):
    answer = ihs("findings", "cases.db", "alder", "--edition", WHAT_IF)

    assert answer.lines[1:] == [
        "alder: 1 finding",
        "  2015-05-12  @49 CaseClosed",
        f"    no final progress summary is on record (R512-100-7 B; {WHAT_IF})",
        "      instead: write it with the reason for closing, then close",
    ]
    assert answer.code == 0


def test_findings_as_json_carry_cite_edition_and_what_they_are_about(ihs, write):
    ihs("store", "init", "cases.db", "--rehearsal")
    ihs("record", "cases.db", write(*withdrawal()).name)

    [case] = ihs("findings", "cases.db", "--format", "json").json["cases"]

    [finding] = case["findings"]
    assert (finding["event"], finding["day"], finding["version"]) == ("CaseClosed", "2015-05-04", 46)
    assert (finding["objection"]["cites"], finding["objection"]["about"]) == (["R512-100-5(5)(a)"], ["T2"])


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
