"""`ihs case`: one case, now and at two past moments."""

import pytest
from typed import entry


def note(lines, at):
    """The timeline's line of an entry, and the one under it."""
    n = next(n for n, line in enumerate(lines) if f"@{at} " in line)
    return lines[n], lines[n + 1].strip()


def test_show_says_how_the_case_stands(ihs, alder):
    answer = ihs("case", "show", "cases.db", "alder")

    assert answer.lines[1] == "alder"
    assert {line[:15].strip(): line[15:] for line in answer.lines[2:]} == {
        "jurisdiction": "us-ut",
        "region": "salt-lake",
        "authority": "voluntary",
        "accepted on": "2015-01-06",
        "opened on": "2015-01-07",
        "closed on": "2015-05-12",
        "ending": "threats-managed",
        "case manager": "w-12",
        "household": "A-1, A-2, A-f, A-m",
        "children": "A-1, A-2",
        "victims": "A-1",
        "threats": "T1, T2",
        "plans agreed": "PL1",
        "releases": "R1",
        "referrals": "RF1, RF2",
        "version": "52",
    }


@pytest.mark.parametrize(
    "known, days",
    [("2015-02-25", [6]), ("2015-03-01", [6, 20]), ("2015-05-14", [6, 19]), ("2015-02-28T00:00:00+00:00", [6])],
)
def test_history_as_at_gives_the_february_contacts_as_the_agency_knew_them_then(ihs, alder, known, days):
    answer = ihs("case", "history", "cases.db", "alder", "--as-at", known, "--format", "json")

    contacts = [told["day"] for told in answer.json["entries"] if told["record"] == "ContactMade"]
    assert [int(day[-2:]) for day in contacts if day.startswith("2015-02")] == days


def test_as_at_a_position_is_the_record_up_to_it(ihs, alder):
    upto = ihs("case", "history", "cases.db", "alder", "--as-at", "7", "--format", "json")

    assert [told["position"] for told in upto.json["entries"]] == [4, 5, 6, 7]
    assert upto.json["as_at"] == 7


def test_as_of_a_day_is_what_had_happened_by_then(ihs, alder):
    answer = ihs("case", "show", "cases.db", "alder", "--as-of", "2015-05-11")

    assert answer.lines[1] == "alder, true by 2015-05-11"
    assert not [line for line in answer.lines if line.startswith("closed on")]


def test_before_anything_was_recorded_there_is_nothing(ihs, alder):
    for question in ("show", "timeline", "history"):
        answer = ihs("case", question, "cases.db", "alder", "--as-at", "2014-12-31")

        assert answer.lines[1:] == ["alder, known by 2014-12-31", "nothing was on record then"]
        assert answer.code == 0


def test_the_timeline_opens_sealed_parts_and_says_by_whom(ihs, alder):
    lines = ihs("case", "timeline", "cases.db", "alder").lines

    said, by = note(lines, 10)
    assert said.endswith("words The children were alone on two weekday evenings.")
    assert by == "w-12 (practitioner)"


def test_the_timeline_says_how_much_later_an_entry_was_put_on_record_and_what_corrected_it(ihs, alder):
    lines = ihs("case", "timeline", "cases.db", "alder").lines

    assert note(lines, 36)[1] == "w-12 (practitioner); put on record 7 days later; corrected by @50"
    assert note(lines, 51)[1] == "w-12 (practitioner); after closing"


def test_the_timeline_before_the_correction_does_not_know_of_it(ihs, alder):
    lines = ihs("case", "timeline", "cases.db", "alder", "--as-at", "2015-05-12").lines

    assert note(lines, 36)[1] == "w-12 (practitioner); put on record 7 days later"


def test_the_timeline_as_of_a_day_ends_with_it(ihs, alder):
    answer = ihs("case", "timeline", "cases.db", "alder", "--as-of", "2015-01-31", "--format", "json")

    assert max(told["day"] for told in answer.json["lines"]) == "2015-01-30"


def test_the_timeline_names_the_edition_once_and_where_it_changes(ihs, live, write):
    write(entry("a", occurred="2016-01-04"), entry("b", occurred="2016-01-05"), entry("c"))
    ihs("record", "cases.db", "day.jsonl")

    lines = ihs("case", "timeline", "cases.db", "k1").lines

    assert [line for line in lines if line.startswith("by ")] == [
        "by utah-r512-100@2010-10-08:",
        "by no edition on file:",
    ]


def test_the_timeline_shows_what_is_void(ihs, live, write):
    write(entry("a"), entry("b", record="EntryVoided", **{"with": {"entry": 2, "reason": "entered-twice"}}))
    ihs("record", "cases.db", "day.jsonl")

    assert note(ihs("case", "timeline", "cases.db", "k1").lines, 2)[1].endswith("; void")


def test_history_keeps_sealed_parts_sealed_and_gives_what_stands(ihs, alder):
    lines = ihs("case", "history", "cases.db", "alder").lines

    [corrected] = [line for line in lines if "@36 " in line]
    assert corrected == (
        "2015-02-19  @36   Contact made: mode home-visit; whom A-1, A-2, A-f; w-12 (practitioner); corrected by @50"
    )
    assert not [line for line in lines if "made up" in line or "two weekday evenings" in line]


def test_a_correction_is_given_as_json_in_the_form_it_was_written_in(ihs, alder):
    told = ihs("case", "timeline", "cases.db", "alder", "--format", "json").json["lines"]

    assert [line["amends"] for line in told if line["version"] == 50] == [36]


A_MOMENT = "expected a position, a day, or an instant with its offset, such as 2015-01-09T15:00:00-07:00"
BAD_OPTIONS = {
    ("--as-at", "yesterday"): A_MOMENT,
    ("--as-at", "2015-01-09T15:00:00"): A_MOMENT,
    ("--as-at", "-1"): A_MOMENT,
    ("--as-of", "2015-02-30"): "expected a day that is in the calendar, YYYY-MM-DD",
    ("--as-of", "0215-02-03"): "expected a day of the years 1900 to 2199",
}


@pytest.mark.parametrize("typed, why", BAD_OPTIONS.items(), ids=" ".join)
def test_a_moment_that_is_none_is_told_in_one_line(ihs, alder, typed, why):
    answer = ihs("case", "show", "cases.db", "alder", *typed)

    said = f"ihs case show: Invalid value for '{typed[0]}': {why} (ihs case show --help shows how)\n"
    assert answer == (2, "", said)


@pytest.mark.parametrize("question", ["show", "timeline", "history"])
@pytest.mark.parametrize("case", ["nobody", "", "../alder", "k\x001"])
def test_a_case_that_is_not_there_is_told_in_one_line(ihs, live, question, case):
    assert ihs("case", question, "cases.db", case) == (2, "", "ihs: no case of that id is on record\n")


def possible(ihs, *asked):
    return ihs("case", "possible", "cases.db", "alder", "--actor", "w-12", *asked)


def test_possible_says_of_each_decision_yes_with_an_example_or_no_with_why_and_what_instead(ihs, alder):
    lines = possible(ihs, "--role", "practitioner", "--on", "2015-03-01").lines

    at = lines.index("  no       SupervisorAgreed")
    assert lines[1] == "alder on 2015-03-01, by w-12 (practitioner)"
    assert lines[at : at + 3] == [
        "  no       SupervisorAgreed",
        "           this is not for a practitioner to decide",
        "             instead: have it decided by: supervisor, designee",
    ]
    assert "  yes      PlanAgreed: such as plan PL1" in lines


def test_possible_as_json_gives_an_example_as_people_write_it(ihs, alder):
    told = possible(ihs, "--role", "supervisor", "--on", "2015-03-01", "--format", "json").json

    by_name = {one["decision"]: one for one in told["decisions"]}
    assert (told["store"], told["on"], told["role"]) == ("REHEARSAL", "2015-03-01", "supervisor")
    assert by_name["SupervisorAgreed"] == {
        "decision": "SupervisorAgreed",
        "possible": "yes",
        "objections": [],
        "witness": {"record": "SupervisorAgreed", "with": {"plan": "PL0", "reported": None}},
    }
    assert [one["says"] for one in by_name["CaseOpened"]["objections"]] == ["the case is opened already"]


def test_possible_is_of_today_unless_said_otherwise(ihs, alder):
    told = possible(ihs, "--role", "supervisor", "--format", "json").json

    assert told["on"] > "2026"
    assert [one["decision"] for one in told["decisions"] if one["possible"] == "yes"] == [
        "ServicesAccepted", "ServicesDenied", "CaseReopened", "ApprovalGranted", "ApprovalReturned",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "asked, says",
    [(("--role", "boss"), "'--role': 'boss' is not"), (("--role", "court", "--actor", "a b"), "'--actor'")],
)
def test_an_actor_that_nobody_can_be_is_told_at_once(ihs, alder, asked, says):
    answer = possible(ihs, *asked)

    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
