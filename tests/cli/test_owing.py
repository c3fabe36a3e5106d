"""`ihs duties`."""

import csv
import re
from datetime import date

import pytest
from typed import entry

from ihs_cases.cases import Cases
from ihs_cli.progress import Progress

WHAT_IF = "utah-r512-100@2003-09-03"
BIRCH_LATE = [
    "  late",
    (
        "    due 2010-05-31, 19 days late  a worker visits child and family [2010-05]"
        f"{' ' * 35}R512-100-1 B.4; utah-r512-100@2003-09-03"
    ),
    "      not by @36 ContactMade, 2010-05-18, therapist: not by an assigned worker",
]


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
    where = {day: [g for g, owed in by.items() if any(plan in o for o in owed)] for day, by in found.items()}
    assert where == {
        "2015-01-09": ["due later"],
        "2015-01-20": ["due within 30 days"],
        "2015-02-02": ["due within 7 days"],
        "2015-02-10": ["late"],
        "2015-03-27": ["met late"],
    }


def test_what_is_late_stands_first_with_its_near_misses_and_the_totals_last(ihs, three):
    lines = ihs("duties", "cases.db", "birch", "--on", "2010-06-19").lines

    assert lines[1:5] == ["birch on 2010-06-19, salt-lake, held by w-7", *BIRCH_LATE]
    assert lines[-1] == "1 case: 1 late; 1 due within 30 days; 3 due later; 1 open, no date set; 31 met"


def test_the_columns_of_a_case_are_aligned(ihs, three):
    lines = [line for line in ihs("duties", "cases.db", "birch", "--on", "2010-06-19").lines if line[4:5].strip()]
    duties = [line for line in lines if line.startswith("    ")]

    assert len(duties) == 37
    assert len({line.index(re.split(r"  +", line.strip())[-1]) for line in duties}) == 1


@pytest.mark.parametrize("group", ["late", "open, no date set", "met"])
def test_within_a_group_the_oldest_stands_first(ihs, three, group):
    lines = groups(ihs("duties", "cases.db", "birch", "--on", "2010-10-20").lines).get(group, [])
    days = [re.search(r"\d{4}-\d\d-\d\d", line).group() for line in lines]

    assert days == sorted(days)


def test_a_duty_says_which_entries_met_it_when_and_who_made_them(ihs, alder):
    lines = ihs("duties", "cases.db", "alder", "--on", "2015-03-27").lines

    at = lines.index("  met late")
    assert re.split(r"  +", lines[at + 1].strip()) == [
        "met 2015-03-27, 46 days late",
        "the safety plan is reviewed [SP1]",
        "by its own terms",
    ]
    assert lines[at + 2] == "      by @40 SafetyPlanMonitored, 2015-03-27, w-12"


def test_a_contact_is_said_to_be_of_whoever_made_it_not_of_who_recorded_it(ihs, three):
    lines = ihs("duties", "cases.db", "birch", "--on", "2010-06-19").lines

    [may] = [n for n, line in enumerate(lines) if "has contact [2010-05]" in line]
    assert lines[may + 1] == "      by @36 ContactMade, 2010-05-18, therapist"


def test_where_entries_are_counted_it_says_how_many_there_are(ihs, three):
    lines = groups(ihs("duties", "cases.db", "cedar", "--on", "2026-04-02").lines)

    assert re.split(r"  +", lines["late"][0])[:2] == [
        "due 2026-03-31, 2 days late",
        "contact as determined: 4 a month [2026-03], 3 of 4",
    ]


def test_duties_as_at_a_day_count_only_what_was_on_record(ihs, alder):
    lines = ihs("duties", "cases.db", "alder", "--on", "2015-03-01", "--as-at", "2015-02-01").lines

    [private] = [line for line in lines if "private conversation" in line]
    assert "met" not in private


@pytest.mark.parametrize(
    "day, options, meant",
    [
        ("2010-06-19", (), ["alder", "birch", "cedar"]),
        ("2010-06-19", ("--worker", "w-7"), ["birch"]),
        ("2010-03-03", ("--worker", "w-7"), []),
        ("2015-02-01", ("--worker", "w-12"), ["alder"]),
        ("2015-02-01", ("--worker", "w-12", "--region", "salt-lake"), ["alder"]),
        ("2015-02-01", ("--worker", "w-12", "--region", "rio-grande"), []),
        ("2015-02-01", ("--region", "salt-lake"), ["alder", "birch"]),
        ("2010-03-03", ("--region", "salt-lake"), []),
        ("2026-01-29", ("--worker", "w-40"), []),
        ("2026-01-29", ("--worker", "w-31"), ["cedar"]),
    ],
)
def test_the_cases_of_a_worker_and_of_a_region_are_those_of_the_day(ihs, three, day, options, meant):
    told = ihs("duties", "cases.db", "--on", day, *options, "--format", "json").json

    assert [case["case"] for case in told["cases"]] == meant


def test_a_case_that_is_closed_says_so_and_since_when_and_is_late_no_longer(ihs, three):
    on_its_last_day, long_after = (
        ihs("duties", "cases.db", "--worker", "w-7", "--on", day) for day in ("2010-10-15", "2023-02-01")
    )

    assert long_after.lines[1] == "birch on 2023-02-01, salt-lake, held by w-7, closed on 2010-10-15"
    late = [[line for line in told.lines if " late  " in line] for told in (on_its_last_day, long_after)]
    assert late[0] == late[1] != []


def test_duties_of_every_case_as_json_and_csv_say_the_same(ihs, three):
    told = ihs("duties", "cases.db", "--on", "2015-03-27", "--format", "json").json
    table = list(csv.DictReader(ihs("duties", "cases.db", "--on", "2015-03-27", "--format", "csv").lines))

    as_rows = [
        (case["case"], case["worker"] or "", duty["group"], duty["what"], " ".join(duty["subject"]), duty["due"] or "")
        for case in told["cases"]
        for duty in case["duties"]
    ]
    names = ("case", "worker", "group", "what", "subject", "due")
    assert as_rows == [tuple(row[name] for name in names) for row in table]
    assert sum(told["totals"].values()) == len(table) > 40


def test_a_duty_as_json_has_these_names_and_no_others(ihs, alder):
    [case] = ihs("duties", "cases.db", "--on", "2015-03-27", "--format", "json").json["cases"]

    assert {name: value for name, value in case.items() if name != "duties"} == {
        "case": "alder",
        "on": "2015-03-27",
        "region": "salt-lake",
        "worker": "w-12",
        "closed": None,
    }
    [late] = [duty for duty in case["duties"] if duty["state"] == "met late"]
    assert late == {
        "group": "met late",
        "what": "the safety plan is reviewed",
        "cites": [],
        "edition": "",
        "subject": ["SP1"],
        "since": "2015-01-09",
        "due": "2015-02-09",
        "state": "met late",
        "met_on": "2015-03-27",
        "late_days": 46,
        "evidence": [{"version": 40, "event": "SafetyPlanMonitored", "day": "2015-03-27", "by": "w-12"}],
        "near": [],
        "next_change_on": None,
        "needs": 0,
        "lacks": [],
        "beside": [],
        "waiver": None,
    }


def test_a_near_miss_as_json_says_which_entry_and_why_it_did_not_do(ihs, alder):
    asked = ("duties", "cases.db", "alder", "--on", "2015-05-15", "--edition", WHAT_IF, "--format", "json")

    [case] = ihs(*asked).json["cases"]

    [complete] = [duty for duty in case["duties"] if duty["what"] == "the plan is complete"]
    assert complete["near"] == [
        {
            "version": 27,
            "event": "PlanAgreed",
            "day": "2015-01-29",
            "by": "w-12",
            "why": "it lacks the supervisor's agreement and finalising in the system of record",
        }
    ]


def test_duties_are_of_today_unless_said_otherwise(ihs, alder):
    [case] = ihs("duties", "cases.db", "--format", "json").json["cases"]

    assert case["on"] > "2026"


# A case that cannot be read


@pytest.mark.parametrize("format_", ["text", "json", "csv"])
def test_a_case_that_cannot_be_read_is_named_and_stops_no_other(ihs, broken, format_):
    answer = ihs("duties", "cases.db", "--on", "2015-02-01", "--format", format_)

    assert answer.code == 1
    assert answer.err.startswith("ihs: case birch is left out: the record at position ")
    assert answer.err.count("\n") == 1
    assert ("alder" in answer.out, "cedar" in answer.out) == (True, format_ != "csv")


def test_in_json_a_broken_case_stands_beside_the_others(ihs, broken):
    told = ihs("duties", "cases.db", "--on", "2015-02-01", "--format", "json").json

    assert [case["case"] for case in told["cases"]] == ["alder", "cedar"]
    assert [case["case"] for case in told["broken"]] == ["birch"]


def test_a_broken_case_asked_for_by_name_is_told_so(ihs, broken):
    answer = ihs("duties", "cases.db", "birch")

    assert (answer.code, answer.err.startswith("ihs: case birch is left out: ")) == (1, True)


FAILING = """
from datetime import date
from attrs import evolve
from ihs_domain.editions import Edition
from ihs_domain.rules import Rule

RULE = Rule("F-1", "fails")

def fails_for_a_court(history, on):
    if history and history[0].event.source == "court":
        raise KeyError("Jane Doe")
    return ()

EDITIONS = Edition("failing", "us-ut", "America/Denver", date(2003, 9, 3), rules=(RULE,),
                   duties=((fails_for_a_court, RULE),), practice=True)
"""


def test_a_rule_of_a_plugin_that_fails_is_told_of_without_its_words_and_stops_no_other(ihs, three, plug):
    plug("ihs_domain.editions", FAILING)

    answer = ihs("duties", "cases.db", "--on", "2015-02-01")

    assert answer.err == (
        "ihs: case birch is left out: what falls due by a rule (F-1, failing@2003-09-03) could not be asked, "
        "for it fails with KeyError: have whoever keeps that edition put it right\n"
    )
    assert (answer.code, answer.lines[-1].startswith("2 cases: ")) == (1, True)


def test_a_case_that_is_not_there_is_another_matter(ihs, three):
    assert ihs("duties", "cases.db", "nobody") == (2, "", "ihs: REHEARSAL: no case of that id is on record\n")


def test_a_child_not_yet_spoken_to_alone_is_named_beside_the_conversation_there_was(ihs, write):
    said = [
        ("CaseOpened", {"authority": "voluntary", "region": "salt-lake", "jurisdiction": "us-ut"}),
        *(("PersonJoined", {"person": child, "relation": "child"}) for child in ("c-1", "c-2")),
        *(("VictimSubstantiated", {"child": child, "maltreatment": "neglect"}) for child in ("c-1", "c-2")),
        ("ContactMade", {"mode": "home-visit", "whom": ["c-1"], "private_with": ["c-1"]}),
    ]
    ihs("store", "init", "cases.db")
    ihs("record", "cases.db", write(*(entry(f"e{n}", record=r) | {"with": w} for n, (r, w) in enumerate(said))).name)

    lines = ihs("duties", "cases.db", "k1", "--on", "2015-02-01").lines

    [at] = [n for n, line in enumerate(lines) if "a private conversation" in line]
    assert [line.strip().partition(",")[0] for line in lines[at + 1 : at + 3]] == [
        "by @6 ContactMade",
        "beside it: not spoken to alone yet: c-2",
    ]


# Waived


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

    at = lines.index("  waived")
    assert [" ".join(line.split()) for line in lines[at + 1 : at + 3]] == [
        (
            "due 2024-01-31 contact as the standard asks: 4 contacts in a month [contacts, 2024-01]: 0 of 4 contacts "
            "Practice 2021 contacts; utah-practice-2021@2022-01-01"
        ),
        "waived by s-1 until 2024-01-31: family-abroad, @2",
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
    assert [row["waiver"] for row in rows if row["group"] == "waived"] == ["s-1 until 2024-01-31: family-abroad, @2"]


# How far it has come


def test_a_bar_shows_on_a_terminal_how_far_it_is_and_is_gone_before_anything_is_printed(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress.of(4)

    progress.at(2)
    progress.clear()

    assert capsys.readouterr().err == "\r\x1b[K[###############               ]  50%\r\x1b[K"


def test_no_bar_is_shown_where_there_is_no_terminal(ihs, three):
    assert ihs("duties", "cases.db", "--on", "2015-02-01").err == ""


def test_what_a_command_says_is_what_the_cases_say(ihs, three):
    with Cases.open("cases.db") as cases:
        due = {id_: cases.duties(id_, on=date(2015, 2, 1)) for id_ in cases.case_ids()}

    told = ihs("duties", "cases.db", "--on", "2015-02-01", "--format", "json").json["cases"]

    assert {case["case"]: sorted((d["what"], d["subject"], d["state"]) for d in case["duties"]) for case in told} == {
        id_: sorted((d.what, list(d.subject), d.state.value) for d in owed) for id_, owed in due.items()
    }
