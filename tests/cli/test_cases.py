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


@pytest.mark.parametrize("asked", ["position:2015", "9999", "position:56"])
def test_a_position_that_the_record_has_not_come_to_is_told_with_where_it_stands(ihs, alder, asked):
    answer = ihs("case", "history", "cases.db", "alder", "--as-at", asked)

    why = "the record has come to position 55: name one up to that, a day, or an instant"
    assert answer == (2, "", f"ihs: REHEARSAL: {why}\n")
    assert ihs("case", "history", "cases.db", "alder", "--as-at", "position:55").code == 0


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


def test_the_timeline_shows_what_is_void_and_by_which_entry(ihs, live, write):
    write(entry("a"), entry("b", record="EntryVoided", **{"with": {"entry": 2, "reason": "entered-twice"}}))
    ihs("record", "cases.db", "day.jsonl")

    assert note(ihs("case", "timeline", "cases.db", "k1").lines, 2)[1].endswith("; voided by @3")


def test_what_the_system_could_decide_is_not_asked(ihs, alder):
    answer = ihs("case", "possible", "cases.db", "alder", "--actor", "w-12", "--role", "system")

    assert (answer.code, answer.out) == (2, "")
    assert "'system' is not one of 'practitioner', " in answer.err
    assert answer.err.count("system") == 1


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
    ("--as-at", "2015"): "2015 may be a year or a position: write a day, 2015-12-31, or position:2015",
    ("--as-at", "position:2015-12-31"): A_MOMENT,
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


# A copy for somebody of the case

THERAPIST = "t9"
KEPT = (
    entry("j1", record="PersonJoined", **{"with": {"person": "f", "relation": "father"}}),
    entry("j2", record="PersonJoined", **{"with": {"person": "m", "relation": "mother", "name": "Her Name"}}),
    entry("v", record="ThreatIdentified", **{
        "with": {"threat": THERAPIST, "kind": "violence", "presence": "present", "children": [], "words": "She said."}
    }),
    entry("a", record="ContactMade", **{"with": {"mode": "phone", "whom": ["m"], "words": "A call."}}),
    entry("k", record="AccessRestricted", **{"with": {"entry": 4, "kept_from": ["f"], "reason": "danger"}}),
    entry("p", record="ApprovalGranted", actor="s-1", role="supervisor", **{"with": {"entry": 4}}),
    entry("q", record="ApprovalGranted", actor="s-1", role="supervisor", **{"with": {"entry": 5}}),
    entry("c", record="EntryCorrected", **{"with": {
        "entry": 5, "instead": {"record": "ContactMade", "with": {"mode": "elsewhere", "whom": ["m"]}},
        "on": "2015-01-09", "reason": "wrong-detail",
    }}),
)  # fmt: skip


@pytest.fixture
def kept(ihs, live, write):
    """A case with an entry that is kept from the father."""
    write(*KEPT)
    assert ihs("record", "cases.db", "day.jsonl").code == 0


QUESTIONS = ("show", "timeline", "history", "approvals")


@pytest.mark.parametrize("format_", ["text", "json"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_copy_tells_nothing_of_what_is_kept_nor_that_anything_is_and_says_for_whom_it_was_made(
    ihs, kept, question, format_
):
    answer = ihs("case", question, "cases.db", "k1", "--for", "f", "--format", format_)

    assert answer.code == 0
    told = {THERAPIST, "Threat", "restricted", "danger", "Her Name", "She said", "A call", "@7", "@8", "@9"}
    assert [secret for secret in told if secret in answer.out] == []
    said = "k1, a copy made for f, its entries numbered for it" if format_ == "text" else '"copy_for": "f"'
    assert said in answer.out


def test_a_copy_in_which_nothing_is_left_out_says_the_same(ihs, kept):
    said = ihs("case", "show", "cases.db", "k1", "--for", "m").lines[0]

    assert said == "k1, a copy made for m, its entries numbered for it"


def test_a_copy_keeps_the_names_of_others_sealed_and_opens_the_persons_own(ihs, kept):
    own, others = (ihs("case", "timeline", "cases.db", "k1", "--for", who).out for who in "mf")

    assert ("name Her Name" in own, "name Her Name" in others) == (True, False)
    assert "name (sealed)" in others


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_copy_for_somebody_who_is_not_of_the_case_is_made_for_nobody(ihs, kept, question):
    said = "ihs: no person of that id is on record in this case: name one as the record does\n"

    assert ihs("case", question, "cases.db", "k1", "--for", "F") == (2, "", said)


# What was approved


def test_approvals_are_told_with_what_changed_since(ihs, kept):
    assert ihs("case", "approvals", "cases.db", "k1").lines == [
        "k1",
        "2015-01-09  @7    approval of @4 Threat identified: stands",
        "                  s-1 (supervisor)",
        "2015-01-09  @8    approval of @5 Contact made: changed since",
        "                  s-1 (supervisor)",
        "                  2015-01-09  @9 corrected it (wrong-detail): w-12 (practitioner)",
    ]
    told = ihs("case", "approvals", "cases.db", "k1", "--format", "json").json["approvals"]
    assert [(one["entry"], one["standing"], len(one["changes"])) for one in told] == [
        (4, "stands", 0), (5, "changed since", 1),
    ]  # fmt: skip


def test_before_the_correction_the_approval_stood(ihs, kept):
    told = ihs("case", "approvals", "cases.db", "k1", "--as-at", "9", "--format", "json").json["approvals"]

    assert [one["standing"] for one in told] == ["stands", "stands"]


def test_where_nothing_was_approved_approvals_say_so(ihs, alder):
    assert ihs("case", "approvals", "cases.db", "alder").lines[1:] == ["alder", "nothing was approved"]


def test_the_timeline_says_of_an_entry_by_what_it_is_approved_and_what_became_of_that(ihs, kept):
    lines = ihs("case", "timeline", "cases.db", "k1").lines

    assert note(lines, 4)[1].endswith("; approved by @7")
    assert note(lines, 5)[1].endswith("; corrected by @9; approved by @8, changed since")


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


def test_possible_names_a_few_of_many_entries_on_a_line(ihs, alder):
    lines = possible(ihs, "--role", "supervisor", "--on", "2015-01-05").lines

    assert "           the entry does not stand by that day [@2, @3, @4, and 48 more]" in lines


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
        "ServicesAccepted", "ServicesDenied", "DesigneeNamed", "CaseReopened", "ApprovalGranted", "ApprovalReturned",
        "ExpungingProposed", "DisposalProposed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "asked, says",
    [(("--role", "boss"), "'--role': 'boss' is not"), (("--role", "court", "--actor", "a b"), "'--actor'")],
)
def test_an_actor_that_nobody_can_be_is_told_at_once(ihs, alder, asked, says):
    answer = possible(ihs, *asked)

    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
