"""`ihs instruments`, and what `ihs record` and `ihs findings` say of what is scored."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from asked import ENOUGH
from typed import entry

import ihs_sample_instruments

SAMPLES = Path(str(files(ihs_sample_instruments) / "instruments"))
SCORE = entry(
    record="ScoreRisk", **{"with": {"instrument": "sample-risk", "answers": ENOUGH, "words": "Zigzag said so."}}
)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Makes a file of the agency's own that is at hand: the sample of risk, changed where a test says so."""

    def made(old="sample-risk", new="county-risk", name="county.json"):
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        text = (SAMPLES / "risk.json").read_text()
        assert old in text
        (folder / name).write_text(text.replace('"sample-risk"', '"county-risk"').replace(old, new))
        monkeypatch.setenv("IHS_INSTRUMENTS", str(folder))
        return folder / name

    return made


def test_the_instruments_at_hand_are_listed_with_version_first_day_and_shape(ihs, own):
    own()

    answer = ihs("instruments", "list")

    assert answer.lines[:2] == [
        "county-risk@1 from 2000-01-01: Sample of a risk assessment (risk, of the household; a sample, for no family)",
        "sample-risk@1 from 2000-01-01: Sample of a risk assessment (risk, of the household; a sample, for no family)",
    ]
    assert [line.partition("@")[0] for line in answer.lines[2:]] == [
        "sample-risk-reassessment",
        "sample-safety",
        "sample-strengths-and-needs",
    ]
    assert (answer.code, answer.err) == (0, "")


def test_the_list_as_json_has_the_digest_of_each(ihs):
    answer = ihs("instruments", "list", "--format", "json")

    assert {len(one["digest"]) for one in answer.json["instruments"]} == {64}
    assert [one["shape"] for one in answer.json["instruments"]] == [
        "risk",
        "risk-reassessment",
        "safety",
        "strengths-and-needs",
    ]


def test_an_instrument_is_shown_with_what_it_asks_weighs_and_allows(ihs):
    lines = ihs("instruments", "show", "sample-risk@1").lines

    assert "      three-or-more: Three or more (neglect +2, abuse +1)" in lines
    assert "    unsafe-housing: Is the home unsafe, or about to be lost? (not answered: no)" in lines
    assert lines[-4:] == [
        "  index neglect: low to 1, moderate 2 to 4, high 5 to 7, very-high from 8",
        "  index abuse: low to 1, moderate 2 to 3, high 4 to 5, very-high from 6",
        (
            "  override grave-injury (policy, up, to very-high, approved by supervisor or designee): "
            "A child was gravely hurt, and not by accident"
        ),
        (
            "  override judgement (discretionary, either, at most 1, approved by supervisor or designee): "
            "What the items do not ask changes the level by one, either way"
        ),
    ]


def test_an_instrument_is_shown_as_json_as_its_file_defines_it(ihs):
    shown = ihs("instruments", "show", "sample-safety", "--format", "json").json

    said = json.loads((SAMPLES / "safety.json").read_text())
    assert {key: shown[key] for key in said if key != "sections"} == {k: v for k, v in said.items() if k != "sections"}


def test_an_instrument_that_is_not_there_is_told_with_those_that_are(ihs):
    answer = ihs("instruments", "show", "sample-risk@7")

    assert answer.err.startswith("ihs: no instrument of that id and version is at hand: load its file, or name one ")
    assert (answer.code, answer.out) == (2, "")


def test_a_file_that_defines_an_instrument_is_said_to(ihs, own):
    path = own()

    answer = ihs("instruments", "check", path)

    assert answer.lines == [f"{path}: {ihs('instruments', 'list').lines[0]}"]
    assert answer.code == 0


def test_a_folder_of_samples_holds_though_they_are_at_hand(ihs):
    answer = ihs("instruments", "check", SAMPLES)

    assert [line.partition(": ")[0] for line in answer.lines] == [str(path) for path in sorted(SAMPLES.glob("*.json"))]
    assert answer.code == 0


def test_each_thing_wrong_has_a_line_with_file_line_place_and_reason(ihs, tmp_path):
    text = (SAMPLES / "risk.json").read_text()
    wrong = text.replace('"high", "least": 5', '"high", "least": 4').replace('"to": "very-high"', '"to": "grave"')
    (tmp_path / "wrong.json").write_text(wrong)
    rule = next(n for n, line in enumerate(wrong.splitlines(), 1) if "grave" in line and '"to"' in line)

    answer = ihs("instruments", "check", "wrong.json")

    assert answer.lines == [
        "wrong.json:16: indices[0].bands[2]: moderate and high overlap at 4: begin it at 5",
        f"wrong.json:{rule}: overrides[0].to: there is no level grave: name one of low, moderate, high, very-high",
    ]
    assert (answer.code, answer.err) == (1, "")


def test_a_file_of_a_version_that_is_at_hand_with_another_definition_is_told(ihs, tmp_path):
    (tmp_path / "risk.json").write_text((SAMPLES / "risk.json").read_text().replace('"least": 8', '"least": 8 '))
    (tmp_path / "other.json").write_text((SAMPLES / "risk.json").read_text().replace("Sample of a", "County"))

    same, other = ihs("instruments", "check", "risk.json"), ihs("instruments", "check", "other.json")

    assert (same.code, other.code) == (0, 1)
    assert other.lines == [
        "other.json: version: sample-risk@1 is at hand already: give a changed definition a new version"
    ]


def test_a_bad_file_of_the_agencys_own_ends_a_command_in_one_line_and_nothing_is_recorded(ihs, live, own, write):
    path = own('"least": 5', '"least": 6')

    answer = ihs("record", "cases.db", write(SCORE).name)

    assert answer.err == f"ihs: {path}:16: indices[0].bands[2]: no band holds 5: begin it at 5\n"
    assert (answer.code, answer.out) == (1, "")


def test_the_schema_is_printed(ihs):
    assert ihs("instruments", "schema").json["$schema"] == "https://json-schema.org/draft/2020-12/schema"


# What is scored


def test_a_line_of_answers_is_recorded_and_says_what_they_come_to_without_the_narrative(ihs, live, write):
    answer = ihs("record", "cases.db", write(SCORE).name)

    assert answer.lines[0] == "day.jsonl:1 recorded c2 k1@2 ScoreRisk"
    assert answer.lines[1].startswith("    computed: RiskAssessed: instrument sample-risk; version 1; answers ")
    assert answer.lines[1].endswith("; scores abuse 1, neglect 5; scored level high; words (sealed)")
    assert "Zigzag" not in answer.out
    assert ihs("record", "cases.db", write(SCORE).name).lines[0] == "day.jsonl:1 nothing new c2 k1@2 ScoreRisk"


def test_as_json_a_line_says_the_event_that_was_computed(ihs, live, write):
    told = ihs("record", "cases.db", write(SCORE).name, "--format", "json").json

    assert (told["record"], told["computed"]["record"]) == ("ScoreRisk", "RiskAssessed")
    assert told["computed"]["with"]["scored_level"] == "high"
    assert told["computed"]["with"]["words"] == {"unopened": "sealed"}


@pytest.mark.parametrize(
    "changed, result",
    [
        ({"instrument": "elsewhere"}, "refused c2 k1 ScoreRisk: no instrument of that id and version is at hand: "),
        ({"answers": {}}, "refused c2 k1 ScoreRisk: sample-risk@1: answers.earlier-reports: not answered, "),
        ({"answers": "yes"}, "wrong: ScoreRisk: answers: expected an object"),
        ({"mood": "good"}, "wrong: ScoreRisk: mood: no such field"),
    ],
)
def test_answers_that_cannot_be_scored_are_refused_or_wrong_and_the_next_line_goes_on(
    ihs, live, write, changed, result
):
    wrong = SCORE | {"with": SCORE["with"] | changed}

    answer = ihs("record", "cases.db", write(wrong, SCORE).name)

    assert f"day.jsonl:1 {result}" in answer.out + answer.err
    assert "day.jsonl:2 recorded c2 k1@2 ScoreRisk" in answer.lines
    assert answer.code == 1


def test_a_mistyped_name_is_told_with_the_nearest_of_what_is_computed_too(ihs, live, write):
    answer = ihs("record", "cases.db", write(SCORE | {"record": "ScoreRisks"}).name)

    assert "(nearest: ScoreRisk)" in answer.err


def test_findings_tell_of_a_result_whose_instrument_is_gone(ihs, live, own, write, monkeypatch):
    own()
    ihs("record", "cases.db", write(SCORE | {"with": SCORE["with"] | {"instrument": "county-risk"}}).name)
    monkeypatch.delenv("IHS_INSTRUMENTS")

    assert ihs("findings", "cases.db", "--on", "2015-01-09").lines == [
        "k1 on 2015-01-09: 1 finding",
        "  2015-01-09  @2 RiskAssessed",
        "    its instrument is not at hand, so that the result could not be worked out again [county-risk@1]",
        "      instead: load the file of that version, and judge again",
        "1 case: 1 finding",
    ]


# Plugins

SAMPLE = """
from attrs import evolve
from ihs_cases.instrument_files import read_file
from ihs_sample_instruments import INSTRUMENTS

RISK = read_file(INSTRUMENTS / "risk.json")
"""
BROKEN = {
    "a bad definition": (
        f"{SAMPLE}EDITIONS = evolve(RISK, id='x', levels=('low',))",
        "BadInstrument: x@1: levels: expected two levels or more",
    ),
    "a bad file": (
        "from pathlib import Path\nEDITIONS = Path(__file__).with_name('gone.json')",
        "gone.json:1: it cannot be read: No such file or directory",
    ),
    "something else": ("EDITIONS = [1]", "TypeError: it brings something that is no instrument"),
    "another's": (
        f"{SAMPLE}EDITIONS = evolve(RISK, title='Mine')",
        "sample-risk@1 is at hand already: give a changed definition a new version, in another plugin",
    ),
}


@pytest.mark.parametrize("source, why", BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_of_instruments_is_told_and_the_others_go_on(ihs, plug, live, write, source, why):
    plug("ihs_domain.instruments", source)

    listed, recorded = ihs("plugins"), ihs("record", "cases.db", write(SCORE).name)

    broken = [line for line in listed.lines if "broken: " in line]
    assert listed.code == 1
    assert [why in line for line in broken] == [True]
    assert "ihs: the instruments of " in recorded.err
    assert "left out, for they do not load: see ihs plugins" in recorded.err
    assert (recorded.code, recorded.lines[0]) == (0, "day.jsonl:1 recorded c2 k1@2 ScoreRisk")
