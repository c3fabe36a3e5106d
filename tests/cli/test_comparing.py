"""`ihs case replay` and `ihs case diff`: what each entry changed, and what all between two moments did."""

import json

import pytest
from typed import entry, withdrawal

from ihs_cases import Cases
from ihs_cli.reading import user

STRANGER = ("--actor", "w-99", "--role", "practitioner")


def step(lines, at):
    """The lines of one entry of a replay."""
    first = next(n for n, line in enumerate(lines) if f"@{at} " in line[:18])
    after = (n for n, line in enumerate(lines) if n > first and not line.startswith(" "))
    return lines[first : next(after, len(lines))]


def looked(store):
    with Cases.open(str(store)) as cases:
        return [(one.event.case, one.event.what) for one in cases.recorder.entries(f"access/{user()}")]


def test_replay_tells_of_each_entry_what_it_changed_in_order_of_recording(ihs, alder):
    lines = ihs("case", "replay", alder, "alder").lines

    assert lines[1] == "alder"
    assert step(lines, 46)[1:] == [
        f"{'':12}safety.managed: +T2",
        f"{'':12}safety.changed_on: 2015-05-11, and was 2015-05-04",
    ]
    assert step(lines, 50)[1] == f"{'':12}@36 Contact made is corrected by @50"
    assert step(lines, 47)[1:] == []


def test_replay_tells_what_is_found_when_it_is_found_first(ihs, alder, write):
    ihs("store", "init", "withdrawn.db", "--rehearsal")
    ihs("record", "withdrawn.db", write(*withdrawal()))

    lines = ihs("case", "replay", "withdrawn.db", "alder").lines

    [closing] = [n for n, line in enumerate(lines) if "Case closed" in line]
    found = next(line for line in lines[closing:] if "found in" in line)
    assert found.startswith(
        f"{'':12}found in @46 CaseClosed: the case still has 1 unmanaged threat [T2] (R512-100-5(5)(a); "
    )
    assert [line for line in lines[:closing] if "unmanaged" in line] == []


def test_replay_in_json_says_the_same(ihs, alder):
    answer = ihs("case", "replay", alder, "alder", "--as-at", "2015-05-14", "--format", "json").json

    by_version = {one["version"]: one for one in answer["steps"]}
    assert [*by_version] == [*range(1, len(by_version) + 1)]
    assert by_version[46]["changed"] == [
        {"at": "safety.managed", "before": ["T1"], "after": ["T1", "T2"]},
        {"at": "safety.changed_on", "before": "2015-05-04", "after": "2015-05-11"},
    ]
    assert by_version[50]["amended"] == [{"version": 36, "voided_by": 0, "corrected_by": 50}]
    assert (by_version[46]["record"], by_version[46]["found"], answer["store"]) == ("ThreatManaged", [], "REHEARSAL")


def test_replay_as_at_a_moment_ends_there_and_as_of_a_day_later_acts_change_nothing(ihs, alder):
    known = ihs("case", "replay", alder, "alder", "--as-at", "2015-01-07").lines
    true = ihs("case", "replay", alder, "alder", "--as-of", "2015-01-07").lines

    assert (known[1], known[-1].strip()) == ("alder, known by 2015-01-07", "household.born.A-2: 2012-11")
    assert (true[1], step(true, 10)[1:]) == ("alder, true by 2015-01-07", [])


def test_diff_tells_what_came_between_two_moments_and_what_came_of_it(ihs, alder):
    lines = ihs("case", "diff", alder, "alder", "--from", "2015-05-11", "--to", "2015-05-13").lines

    told, came = lines.index("told:"), lines.index("what came of it:")
    assert lines[1:told] == ["alder, known by 2015-05-13, since 2015-05-11"]
    assert [line.split()[1] for line in lines[told + 1 : came]] == ["@48", "@49", "@50"]
    assert [line.strip() for line in lines[came + 1 :]] == [
        "@36 Contact made is corrected by @50",
        "safety.plans.SP1.ended_on: 2015-05-12",
        "closing.closed_on: 2015-05-12",
        "closing.reason: threats-managed",
        "safety.ended.SP1: 2015-05-12",
    ]


def test_diff_in_json_has_the_entries_and_what_changed(ihs, alder):
    told = ihs("case", "diff", alder, "alder", "--from", "2015-05-11", "--to", "position:53", "--format", "json").json

    assert (told["case"], told["from"], told["to"]) == ("alder", "2015-05-11", 53)
    assert [one["record"] for one in told["told"]] == ["SafetyPlanEnded", "CaseClosed", "EntryCorrected"]
    assert (told["amended"], told["found"], told["found_no_longer"]) == (
        [{"version": 36, "voided_by": 0, "corrected_by": 50}],
        [],
        [],
    )


def test_diff_goes_on_to_now_where_no_end_is_named(ihs, live):
    ihs("record", live, "-", given=json.dumps(entry()))

    lines = ihs("case", "diff", live, "k1", "--from", "2").lines

    assert lines[0] == "k1, since position 2"
    assert [line.split()[1:4] for line in lines[2:]] == [["@2", "Contact", "made:"]]


def test_where_nothing_came_between_two_moments_that_is_said(ihs, alder):
    lines = ihs("case", "diff", alder, "alder", "--from", "2015-05-11", "--to", "2015-05-11").lines

    assert lines[2:] == ["nothing changed between the two"]


def test_from_before_the_case_was_on_record_all_of_it_is_told(ihs, alder):
    lines = ihs("case", "diff", alder, "alder", "--from", "2014-01-01", "--to", "2015-01-06").lines

    assert [line.split()[1] for line in lines[3:6]] == ["@1", "@2", "@3"]


def test_an_end_before_the_beginning_is_told(ihs, alder):
    answer = ihs("case", "diff", alder, "alder", "--from", "2015-05-11", "--to", "2015-05-01")

    assert answer == (2, "", "ihs: --from lies after --to: give the earlier of the two first\n")


def test_who_may_not_read_the_case_is_shown_nothing(ihs, alder):
    answers = [
        ihs("case", *asked, *STRANGER)
        for asked in (("replay", alder, "alder"), ("diff", alder, "alder", "--from", "2"))
    ]

    assert [(one.code, one.out) for one in answers] == [(1, "")] * 2
    assert ["no case of that id is open to this actor" in one.err for one in answers] == [True, True]


def test_each_reading_is_on_record_before_it_is_shown(ihs, alder):
    ihs("case", "replay", alder, "alder")
    ihs("case", "diff", alder, "alder", "--from", "2015-05-11")

    assert looked(alder) == [("alder", "history")] * 3


@pytest.mark.parametrize("asked", [("replay",), ("diff", "--from", "2015-02-01")])
def test_sealed_parts_stay_sealed(ihs, alder, asked):
    out = (
        ihs("case", asked[0], alder, "alder", *asked[1:]).out
        + ihs("case", asked[0], alder, "alder", *asked[1:], "--format", "json").out
    )

    assert ("weekday evenings" in out, "(sealed)" in out) == (False, True)


@pytest.mark.parametrize("asked", [("replay",), ("diff", "--from", "2010-05-01")])
def test_a_copy_made_for_a_person_shows_nothing_of_what_is_kept_from_them(ihs, three, asked):
    whole, copy = (ihs("case", asked[0], three, "birch", *asked[1:], *made) for made in ((), ("--for", "B-f")))

    kept = ("Access restricted", "restricting.kept_from", "Domestic violence")
    assert (copy.code, "a copy made for B-f" in copy.lines[1]) == (0, True)
    assert [(said in whole.out, said in copy.out) for said in kept] == [(True, False)] * 3
