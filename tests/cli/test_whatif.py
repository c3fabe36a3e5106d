"""`ihs whatif`."""

import csv
import re

import pytest

from ihs_cases import Cases
from ihs_cli.reading import user
from ihs_domain.looking import Seen

UTAH_2003, UTAH_2010 = "utah-r512-100@2003-09-03", "utah-r512-100@2010-10-08"
AFTER = ("--on", "2015-05-15")


def counted(lines):
    """New, gone, same and cases, by kind and head."""
    found, kind = {}, ""
    for line in lines[3:]:
        if not line.startswith("  "):
            break
        if not line.startswith("    "):
            kind = line.strip()
        else:
            head, *numbers = re.split(r"  +", line.strip())
            found[kind, head] = [int(number) for number in numbers]
    return found


def test_it_says_which_edition_instead_of_which_law_in_how_many_cases(ihs, three):
    lines = ihs("whatif", "cases.db", "--edition", UTAH_2003, *AFTER).lines

    assert lines[1:3] == [
        f"{UTAH_2003} instead of the law as it was, in 2 cases of us-ut",
        f"  by rule{' ' * 13}{'new':>6}  {'gone':>6}  {'same':>6}  {'cases':>6}",
    ]


def test_the_counts_are_of_what_is_new_gone_and_the_same_rule_by_rule(ihs, three):
    found = counted(ihs("whatif", "cases.db", "--edition", UTAH_2003, *AFTER).lines)

    assert found == {
        ("refused", "R512-100-7 B"): [2, 0, 0, 2],
        ("found", "R512-100-3 E"): [0, 0, 1, 0],
        ("late", "R512-100-1 B.4"): [0, 0, 1, 0],
        ("late", "R512-100-5 B"): [0, 0, 1, 0],
        ("late", "R512-100-5 F"): [1, 0, 0, 1],
        ("late", "no clause"): [0, 0, 1, 0],
        ("unmet", "R512-100-3 B"): [1, 0, 0, 1],
        ("unmet", "R512-100-3 E"): [1, 0, 0, 1],
        ("unmet", "R512-100-3 G"): [1, 0, 0, 1],
        ("unmet", "R512-100-5 C.1"): [1, 0, 0, 1],
        ("unmet", "R512-100-5 G"): [1, 0, 0, 1],
        ("unmet", "R512-100-5 H"): [3, 0, 0, 1],
        ("unmet", "R512-100-5 L"): [1, 0, 0, 1],
        ("unmet", "R512-100-5(1)(b)"): [0, 1, 0, 1],
        ("unmet", "R512-100-5(4)(a)"): [0, 1, 0, 1],
        ("unmet", "R512-100-5(4)(b)"): [0, 1, 0, 1],
        ("open", "R512-100-7 B"): [2, 0, 0, 2],
    }


@pytest.mark.parametrize(
    "by, refused", [("region", {"salt-lake": [2, 0, 0, 2]}), ("worker", {"w-12": [1, 0, 0, 1], "w-7": [1, 0, 0, 1]})]
)
def test_counts_by_region_or_worker_have_a_line_each(ihs, three, by, refused):
    found = counted(ihs("whatif", "cases.db", "--edition", UTAH_2003, "--by", by, *AFTER).lines)

    assert {head: numbers for (kind, head), numbers in found.items() if kind == "refused"} == refused


def test_behind_each_count_stand_the_cases_entries_and_days(ihs, three):
    lines = ihs("whatif", "cases.db", "--edition", UTAH_2003, *AFTER).lines

    new, gone = lines.index("new by it:"), lines.index("gone by it:")
    assert (
        "  alder  @49 CaseClosed, 2015-05-12  refused: no final progress summary is on record (R512-100-7 B)"
        in lines[new:gone]
    )
    assert "  birch  due 2010-10-12  late: the plan is reviewed [PL1] (R512-100-5 F)" in lines[new:gone]
    assert lines[gone + 1 :] == [
        "  birch  since 2010-10-08  unmet: the team assists with the permanency goals [B-1] (R512-100-5(1)(b))",
        (
            "  birch  since 2010-10-08  unmet: a primary and a concurrent permanency goal are identified [B-1]"
            " (R512-100-5(4)(a))"
        ),
        "  birch  since 2010-10-08  unmet: the permanency goals are submitted to the court [B-1] (R512-100-5(4)(b))",
    ]


def test_the_counts_alone_can_be_asked_for(ihs, three):
    lines = ihs("whatif", "cases.db", "--edition", UTAH_2003, "--counts", *AFTER).lines

    assert [line for line in lines if "alder" in line or "birch" in line] == []


def test_against_itself_an_edition_changes_nothing(ihs, three):
    told = ihs("whatif", "cases.db", "--edition", UTAH_2003, "--against", UTAH_2003, *AFTER, "--format", "json").json

    assert {(count["new"], count["gone"], count["cases"]) for count in told["counts"]} == {(0, 0, 0)}
    assert (told["against"], told["changes"]) == (UTAH_2003, [])


def test_two_editions_can_be_held_against_each_other_and_what_is_new_one_way_is_gone_the_other(ihs, three):
    def changes(edition, against):
        asked = ("whatif", "cases.db", "--edition", edition, "--against", against, *AFTER, "--format", "json")
        told = ihs(*asked).json["changes"]
        return {(c["change"], c["case"], c["kind"], c["says"], c["version"], *c["about"]) for c in told}

    there, back = changes(UTAH_2003, UTAH_2010), changes(UTAH_2010, UTAH_2003)

    turned = {"new": "gone", "gone": "new"}
    assert {(turned[change], *matter) for change, *matter in there} == back
    assert len(back) > 10


def test_json_and_csv_say_the_same(ihs, three):
    asked = ("whatif", "cases.db", "--edition", UTAH_2003, *AFTER, "--format")

    told, table = ihs(*asked, "json").json["changes"], list(csv.DictReader(ihs(*asked, "csv").lines))

    names = ("change", "kind", "case", "region", "worker", "says", "edition", "event", "day")
    assert [[change[name] for name in names] for change in told] == [[row[name] for name in names] for row in table]
    assert {row["change"] for row in table} == {"new", "gone"}


def test_one_case_and_the_cases_of_a_worker_can_be_asked_about(ihs, three):
    def asked(*options):
        return ihs("whatif", "cases.db", *options, "--edition", UTAH_2003, *AFTER, "--format", "json").json["cases"]

    assert (asked(), asked("alder"), asked("--worker", "w-7"), asked("cedar")) == (2, 1, 1, 0)


def test_a_case_that_cannot_be_read_is_named_and_stops_no_other(ihs, broken):
    answer = ihs("whatif", "cases.db", "--edition", UTAH_2003, *AFTER)

    assert (answer.code, answer.lines[1].rpartition(", ")[2]) == (1, "in 1 case of us-ut")
    assert answer.err.startswith("ihs: case birch is left out: ")


# An edition that is not in force, and not installed

DRAFT = """
from datetime import date
from attrs import evolve
from ihs_utah_r512_100 import UTAH_2010
from ihs_domain.contacting import worker_visits_every_month
from ihs_domain.rules import Rule

VISITS = Rule("Draft 1", "the worker visits child and family every month")
EDITIONS = evolve(
    UTAH_2010,
    ruleset="draft",
    in_force_from=date(2031, 1, 1),
    in_force_until=None,
    rules=(*UTAH_2010.rules, VISITS),
    duties=(*UTAH_2010.duties, (worker_visits_every_month, VISITS)),
)
"""


@pytest.fixture
def draft(tmp_path):
    path = tmp_path / "draft.py"
    path.write_text(DRAFT)
    return path


def test_an_edition_of_a_file_that_no_plugin_brings_can_be_tried(ihs, three, draft):
    lines = ihs("whatif", "cases.db", "alder", "--file", draft.name, *AFTER).lines

    assert lines[1] == "draft@2031-01-01 instead of the law as it was, in 1 case of us-ut"


def test_what_a_draft_would_make_late_is_told_before_it_is_in_force(ihs, three, draft):
    told = ihs("whatif", "cases.db", "--file", draft.name, "--against", UTAH_2010, *AFTER, "--format", "json").json

    assert [(c["change"], c["kind"], c["case"], c["about"], c["cites"]) for c in told["changes"]] == [
        ("new", "late", "birch", ["2010-05"], ["Draft 1"]),
    ]


@pytest.mark.parametrize(
    "options, says",
    [
        ((), "no edition is named: give --edition NAME@DATE, or --file with a file that defines one"),
        (("--edition", "utah@1999"), "no edition utah@1999; there are: "),
        (("--edition", UTAH_2003, "--against", "utah@1999"), "no edition utah@1999; there are: "),
        (
            ("--edition", UTAH_2003, "--against", "new-mexico-ihs@2023-08-10"),
            f"{UTAH_2003} and new-mexico-ihs@2023-08-10 are of two jurisdictions: no case goes by both",
        ),
        (("--file", "draft.py", "--edition", UTAH_2003), "draft.py defines draft@2031-01-01: name one by --edition"),
    ],
)
def test_what_names_no_edition_is_told_so(ihs, three, draft, options, says):
    answer = ihs("whatif", "cases.db", *options)

    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    "source, says",
    [
        ("1 / 0", "bad.py: it does not load: ZeroDivisionError: division by zero"),
        ("EDITION = 1", "bad.py: it does not load: AttributeError: "),
        ("EDITIONS = 'no'", "bad.py: it does not load: TypeError: it brings something that is no edition"),
        ("this is no python", "bad.py: it does not load: SyntaxError: "),
        (DRAFT.replace("America/Denver", "").replace("ruleset=", "zone='Nowhere', ruleset="), "no time zone has this"),
    ],
)
def test_a_file_that_brings_no_whole_edition_is_told_with_why(ihs, three, tmp_path, source, says):
    (tmp_path / "bad.py").write_text(source)

    answer = ihs("whatif", "cases.db", "--file", "bad.py")

    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err


def test_nothing_is_recorded_by_asking_but_which_cases_were_looked_into(ihs, three, draft):
    with Cases.open("cases.db") as cases:
        before = cases.store.head().position

    ihs("whatif", "cases.db", "--file", draft.name)

    with Cases.open("cases.db") as cases:
        said = [entry.event for entry in cases.recorder.entries(f"access/{user()}")]
        assert cases.store.head().position == before + len(said)
    assert [(one.case, one.what) for one in said] == [("alder", Seen.WHAT_IF), ("birch", Seen.WHAT_IF)]
