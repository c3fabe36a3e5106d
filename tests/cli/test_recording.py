"""What `ihs record` says of each line."""

import json

import pytest
from typed import ALDER, entry, withdrawal


def test_the_diary_is_recorded_and_what_it_refuses_is_refused(ihs):
    ihs("store", "init", "cases.db", "--rehearsal")

    answer = ihs("record", "cases.db", ALDER)

    refused = [line.split()[2] for line in answer.lines if " refused " in line]
    assert refused[:5] == ["alder-018", "alder-029", "alder-037", "alder-051", "alder-058"]
    assert answer.lines[-1] == "54 recorded, 0 nothing new, 5 refused, 0 wrong"
    assert (answer.code, answer.err) == (1, "")


def test_the_same_file_again_records_nothing_twice(ihs, alder):
    before = ihs("store", "info", "cases.db").out

    answer = ihs("record", "cases.db", ALDER)

    assert answer.lines[-1] == "0 recorded, 54 nothing new, 5 refused, 0 wrong"
    assert ihs("store", "info", "cases.db").out == before


def test_a_refusal_gives_every_objection_its_cites_edition_and_remedy(ihs, alder):
    answer = ihs("record", "cases.db", ALDER)

    at = next(n for n, line in enumerate(answer.lines) if "alder-018" in line)
    assert answer.lines[at : at + 5] == [
        f"{ALDER}:18 refused alder-018 alder PlanAgreed",
        (
            "    the plan rests on no completed assessment [PL0] (R512-100-2(2), R512-100-5(3)(a); "
            "utah-r512-100@2010-10-08)"
        ),
        "      instead: complete the child and family assessment, then draft the plan on it",
        "    no team member's part in the plan is on record [PL0] (R512-100-5(3)(b); utah-r512-100@2010-10-08)",
        "      instead: record the team's input, then agree the plan",
    ]


def test_a_finding_stands_under_the_line_that_was_recorded_with_it(ihs, write):
    ihs("store", "init", "cases.db", "--rehearsal")

    answer = ihs("record", "cases.db", write(*withdrawal()).name)

    assert answer.lines[-4:-1] == [
        "day.jsonl:51 recorded alder-051 alder@46 CaseClosed",
        "    found: the case still has 1 unmanaged threat [T2] (R512-100-5(5)(a); utah-r512-100@2010-10-08)",
        "      instead: record how each was managed, or that the child can no longer safely stay",
    ]


def test_json_is_one_object_a_line_and_says_the_same(ihs, live, write):
    file = write(entry("a"), entry("x", case="k9"), "nonsense", entry("a"))

    answer = ihs("record", "cases.db", file.name, "--format", "json")

    recorded, refused, wrong, again = map(json.loads, answer.lines)
    instant = recorded.pop("recorded_at")
    assert recorded == {
        "store": "live",
        "file": "day.jsonl",
        "line": 1,
        "result": "recorded",
        "id": "a",
        "case": "k1",
        "record": "ContactMade",
        "version": 2,
        "position": 3,
        "edition": "utah-r512-100@2010-10-08",
        "findings": [],
        "unjudged": None,
    }
    assert again == {**recorded, "line": 4, "result": "nothing new", "recorded_at": instant}
    assert (refused["result"], refused["objections"]) == ("refused", [])
    assert refused["why"].startswith("no case of that id is on record")
    assert wrong == {
        "store": "live",
        "file": "day.jsonl",
        "line": 3,
        "result": "wrong",
        "why": "not JSON at character 1",
    }
    assert (answer.code, answer.err) == (1, "")


def test_json_gives_objections_with_cites_edition_remedy_and_what_they_are_about(ihs, alder):
    answer = ihs("record", "cases.db", ALDER, "--format", "json")

    [refused] = [told for told in map(json.loads, answer.lines) if told.get("id") == "alder-051"]
    assert refused["objections"] == [
        {
            "cites": ["R512-100-5(5)(a)"],
            "says": "the case still has 1 unmanaged threat",
            "remedy": "record how each was managed, or that the child can no longer safely stay",
            "about": ["T2"],
            "edition": "utah-r512-100@2010-10-08",
            "against": "act",
        }
    ]


def test_a_day_alone_will_do_and_an_expected_version_that_fits(ihs, live, write):
    file = write(entry("a", occurred="2015-01-09", expected_version=1, correlation="visit-7"))

    assert ihs("record", "cases.db", file.name).code == 0


def test_an_empty_file_is_nothing_and_done(ihs, live, write):
    assert ihs("record", "cases.db", write().name) == (0, "0 recorded, 0 nothing new, 0 refused, 0 wrong\n", "")


READS = {
    "record": ("record", "cases.db", str(ALDER)),
    "info": ("store", "info", "cases.db"),
    "show": ("case", "show", "cases.db", "alder"),
    "timeline": ("case", "timeline", "cases.db", "alder"),
    "history": ("case", "history", "cases.db", "alder"),
    "history before anything": ("case", "history", "cases.db", "alder", "--as-at", "0"),
    "duties": ("duties", "cases.db"),
    "findings": ("findings", "cases.db"),
    "explain": ("rules", "explain", "R512-100-2(2)", "--store", "cases.db"),
}


@pytest.mark.parametrize("typed", READS.values(), ids=READS)
def test_every_answer_from_a_rehearsal_store_says_so(ihs, alder, typed):
    text, told = ihs(*typed), ihs(*typed, "--format", "json")

    assert text.lines[0].startswith("REHEARSAL")
    assert {json.loads(line)["store"] for line in told.lines} == {"REHEARSAL"}


@pytest.mark.parametrize("typed", READS.values(), ids=READS)
def test_no_answer_from_a_live_store_says_rehearsal(ihs, live, typed):
    typed = ["k1" if word == "alder" else word for word in typed]

    assert "REHEARSAL" not in ihs(*typed).out + ihs(*typed, "--format", "json").out


def test_csv_and_errors_from_a_rehearsal_store_say_so_too(ihs, alder):
    table = ihs("duties", "cases.db", "--format", "csv")
    nobody = ihs("case", "show", "cases.db", "nobody")

    assert {line.partition(",")[0] for line in table.lines[1:]} == {"REHEARSAL"}
    assert nobody == (2, "", "ihs: REHEARSAL: no case of that id is on record\n")


def test_a_correction_whose_day_contradicts_its_instant_is_not_recorded(ihs, live, write):
    attempted = {"record": "ContactAttempted", "with": {"mode": "phone"}}
    first = entry("a", **attempted, occurred="2015-01-08T22:40:00-07:00")
    corrected = {"entry": 2, "instead": attempted, "reason": "other", "at": "2015-01-08T22:40:00-07:00"}
    lines = [
        entry(on, record="EntryCorrected", **{"with": corrected | {"on": on}}) for on in ("2015-01-09", "2015-01-08")
    ]

    answer = ihs("record", live, write(first, *lines).name)

    assert [line for line in answer.lines if "2015-01-09" in line] == [
        (
            "day.jsonl:2 refused 2015-01-09 k1 EntryCorrected: on is not the local day of at, which is 2015-01-08: "
            "give that day, or leave at out"
        )
    ]
    assert answer.lines[-1] == "2 recorded, 0 nothing new, 1 refused, 0 wrong"
