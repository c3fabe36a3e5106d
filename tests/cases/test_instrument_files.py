"""Files that define instruments: read whole or not at all; the published schema says the same of them."""

import json
from enum import StrEnum
from importlib.resources import files
from typing import get_args, get_type_hints

import attrs
import pytest
from asked import NEEDS, RISK, SAFETY, SAMPLES, risk_instruments
from attrs import evolve
from examples import some
from hypothesis import given, settings
from jsonschema import Draft202012Validator

import ihs_sample_instruments
from ihs_cases.instrument_files import BadInstrumentFile, places, read_files, read_instrument, schema
from ihs_cases.instruments import digest, installed
from ihs_domain.flaws import BadInstrument
from ihs_domain.instruments import Band, Choice, Index, Instrument, Item, Override, Section
from ihs_domain.roles import SUPERVISING

FOLDER = files(ihs_sample_instruments) / "instruments"
RISK_FILE = (FOLDER / "risk.json").read_text()
FITS = Draft202012Validator(schema())


def misprints(text: str) -> list[str]:
    with pytest.raises(BadInstrumentFile) as bad:
        read_instrument(text.encode(), "county.json")
    return [str(misprint) for misprint in bad.value.misprints]


def line_of(text: str, words: str) -> int:
    return text.partition(words)[0].count("\n") + 1


# The samples, and the schema


@pytest.mark.parametrize("file", [*FOLDER.iterdir()], ids=lambda file: file.name)
def test_a_sample_is_as_the_schema_says_and_is_marked_as_a_sample(file):
    said = json.loads(file.read_text())

    assert [error.message for error in FITS.iter_errors(said)] == []
    assert (said["sample"], said["id"]) == (True, f"sample-{file.name.removesuffix('.json')}")


def test_the_schema_is_one_of_2020_12():
    Draft202012Validator.check_schema(schema())

    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


CLASSES = {
    "section": Section,
    "item": Item,
    "choice": Choice,
    "index": Index,
    "band": Band,
    "override": Override,
}


@pytest.mark.parametrize("name", [None, *CLASSES])
def test_the_schema_has_the_keys_that_are_read_and_asks_for_those_that_must_be_there(name):
    cls = CLASSES.get(name, Instrument)
    said = schema() if name is None else schema()["$defs"][name]

    assert [key for key in said["properties"] if key != "$schema"] == [a.name for a in attrs.fields(cls)]
    assert said["required"] == [a.name for a in attrs.fields(cls) if a.default is attrs.NOTHING]
    assert said["additionalProperties"] is False


def enums(cls):
    for name, hint in get_type_hints(cls).items():
        for one in (hint, *get_args(hint)):
            if isinstance(one, type) and issubclass(one, StrEnum):
                yield name, one


@pytest.mark.parametrize("name", [None, *CLASSES])
def test_the_schema_names_the_same_values_as_are_read(name):
    said = schema() if name is None else schema()["$defs"][name]

    for key, enum in enums(CLASSES.get(name, Instrument)):
        one = said["properties"][key]
        one = schema()["$defs"]["unit"] if "unit" in json.dumps(one.get("$ref", one.get("anyOf", ""))) else one
        values = set(one.get("items", one)["enum"]) - {None}
        assert values == (set(SUPERVISING) if key == "approved_by" else set(enum))


def as_file(instrument: Instrument) -> str:
    def plain(_, __, value):
        return sorted(value) if isinstance(value, frozenset) else value

    return json.dumps(attrs.asdict(instrument, value_serializer=plain), default=str)


@settings(max_examples=some(15))
@given(risk_instruments())
def test_any_definition_that_holds_together_is_a_file_that_the_schema_takes_and_reads_back_equal(instrument):
    text = as_file(instrument)

    assert [error.message for error in FITS.iter_errors(json.loads(text))] == []
    assert read_instrument(text.encode(), "any.json") == instrument


@pytest.mark.parametrize("instrument", SAMPLES.instruments, ids=lambda one: one.id)
def test_a_sample_written_out_again_is_the_same_instrument(instrument):
    assert read_instrument(as_file(instrument).encode(), "again.json") == instrument


SHAPELESS = {
    "a key too many": lambda said: said | {"colour": "red"},
    "a key missing": lambda said: {key: value for key, value in said.items() if key != "title"},
    "a shape of its own": lambda said: said | {"shape": "guess"},
    "a day that is none": lambda said: said | {"in_force_from": "soon"},
    "no levels": lambda said: said | {"levels": []},
    "a code in capitals": lambda said: said | {"levels": ["LOW", *said["levels"]]},
    "a weight of half": lambda said: said | {"sections": [_with_weight(said, 0.5)]},
    "one choice": lambda said: said | {"sections": [_with_one_choice(said)]},
}


def _with_weight(said, weight):
    choices = [{"code": c, "words": c, "weights": {"neglect": weight, "abuse": 0}} for c in ("no", "yes")]
    return {"code": "s", "heading": "S", "items": [{"code": "i", "asks": "?", "choices": choices}]}


def _with_one_choice(said):
    whole = _with_weight(said, 1)
    return whole | {"items": [whole["items"][0] | {"choices": whole["items"][0]["choices"][:1]}]}


@pytest.mark.parametrize("change", SHAPELESS.values(), ids=SHAPELESS)
def test_what_the_schema_does_not_take_is_not_read_either(change):
    said = change(json.loads(RISK_FILE))

    assert not FITS.is_valid(said)
    assert misprints(json.dumps(said))


def test_the_schema_may_be_named_in_the_file_for_an_editor():
    said = json.loads(RISK_FILE) | {"$schema": "instrument.schema.json"}

    assert FITS.is_valid(said)
    assert read_instrument(json.dumps(said).encode(), "risk.json") == RISK


# What is wrong is told with line and place


def edited(old: str, new: str) -> tuple[str, int]:
    """The sample of risk with one place in it changed, and the line of that."""
    assert old in RISK_FILE
    return RISK_FILE.replace(old, new, 1), line_of(RISK_FILE, old)


EDITS = {
    "overlapping bands": (
        '{"level": "high", "least": 5,',
        '{"level": "high", "least": 4,',
        "indices[0].bands[2]: moderate and high overlap at 4: begin it at 5",
    ),
    "a gap": (
        '{"level": "high", "least": 5,',
        '{"level": "high", "least": 6,',
        "indices[0].bands[2]: no band holds 5: begin it at 5",
    ),
    "a missing weight": (
        '"weights": {"neglect": 2, "abuse": 1}}',
        '"weights": {"neglect": 2}}',
        "sections[0].items[0].choices[2].weights: no weight for abuse: give one, 0 if it adds nothing",
    ),
    "an unknown level": (
        '"to": "very-high"',
        '"to": "grave"',
        "overrides[0].to: there is no level grave: name one of low, moderate, high, very-high",
    ),
    "a code twice": (
        '"code": "youngest-child"',
        '"code": "earlier-reports"',
        "sections[0].items[1].code: earlier-reports stands there twice: give each item a code of its own",
    ),
    "text for a number": (
        '"least": 5',
        '"least": "5"',
        "indices[0].bands[2].least: expected a whole number of at most 15 digits",
    ),
    "a key too many": (
        '"kind": "policy"',
        '"kind": "policy", "mood": "good"',
        "overrides[0].mood: no such field",
    ),
    "a key missing": (
        '{"level": "very-high", "least": 8}',
        '{"least": 8}',
        "indices[0].bands[3].level: this field is missing",
    ),
    "a key twice": (
        '"unit": "household",',
        '"unit": "household", "unit": "household",',
        "unit: written twice",
    ),
}


@pytest.mark.parametrize("old, new, told", EDITS.values(), ids=EDITS)
def test_what_is_wrong_is_told_with_its_line_its_place_and_why(old, new, told):
    text, line = edited(old, new)

    assert misprints(text) == [f"{line}: {told}"]


def test_a_file_that_is_no_json_is_told_with_line_and_column():
    text, line = edited('"unit": "household",', '"unit": household,')

    assert misprints(text) == [f"{line}: not JSON at column 11"]


def test_everything_wrong_is_told_at_once_in_order_of_the_lines():
    text, first = edited('{"level": "high", "least": 5,', '{"level": "high", "least": 6,')
    text = text.replace('"to": "very-high"', '"to": "grave"')

    assert [told.partition(":")[0] for told in misprints(text)] == [str(first), str(line_of(text, '"to": "grave"'))]


@pytest.mark.parametrize(
    "old, new, at",
    [
        ('"version": "1"', '"version": "One"', "version"),
        ('"unit": "household",', '"unit": "household", "mood": "good",', "mood"),
        ('"to": "very-high"', '"to": "Grave"', "overrides[0].to"),
    ],
)
def test_what_is_wrong_beside_what_cannot_be_read_is_told_with_it_where_it_hangs_on_nothing_else(old, new, at):
    text, _ = edited(old, new)
    text = text.replace('{"level": "high", "least": 5,', '{"level": "high", "least": 6,')

    assert {told.split(": ")[1] for told in misprints(text)} == {at, "indices[0].bands[2]"}


def test_of_what_hangs_on_something_that_cannot_be_read_nothing_is_guessed():
    text, _ = edited('"least": 5', '"least": "5"')
    text = text.replace('"to": "very-high"', '"to": "grave"')

    assert [told.split(": ")[1] for told in misprints(text)] == ["indices[0].bands[2].least"]


def test_of_roles_only_those_that_may_approve_are_offered():
    text, line = edited('"approved_by": ["supervisor"', '"approved_by": ["boss"')

    [told] = misprints(text)

    assert told.startswith(f"{line}: overrides[")
    assert told.endswith(".approved_by[0]: expected one of: designee, supervisor")


@pytest.mark.parametrize("text", ["", "[]", '"risk"', "{" * 200, "[" * 5000, '{"id": 1e999}', "{}\n{}"])
def test_whatever_is_no_definition_is_told_and_nothing_is_raised_but_that(text):
    assert misprints(text)


def test_the_places_of_a_text_are_found_with_their_lines():
    text = '{\n "a": [1,\n  {"b c": "x:[,"}],\n "d": {}\n}'

    assert places(text) == {
        "": 1,
        "[0]": 2,
        "a": 2,
        "a[0]": 2,
        "a[1]": 3,
        "a[1][0]": 3,
        "a[1].b c": 3,
        "[1]": 4,
        "d": 4,
    }


# At hand


def test_an_agencys_own_files_stand_beside_those_of_plugins(tmp_path, monkeypatch):
    (tmp_path / "b.json").write_text(as_file(evolve(RISK, id="county-risk")))
    (tmp_path / "a.json").write_text(as_file(evolve(SAFETY, id="county-safety")))
    (tmp_path / "notes.txt").write_text("no instrument")
    (tmp_path / "one.json.bak").write_text("no instrument either")
    monkeypatch.setenv("IHS_INSTRUMENTS", str(tmp_path))

    assert [one.id for one in read_files(tmp_path)] == ["county-safety", "county-risk"]
    assert {one.id for one in installed().instruments} == {
        *(one.id for one in SAMPLES.instruments),
        "county-risk",
        "county-safety",
    }


def test_files_and_folders_are_named_one_after_the_other(tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text(as_file(evolve(RISK, id="county-risk")))
    (tmp_path / "b.json").write_text(as_file(evolve(NEEDS, id="county-needs")))
    monkeypatch.setenv("IHS_INSTRUMENTS", f"{tmp_path / 'a.json'}:{tmp_path / 'b.json'}")

    assert {"county-risk", "county-needs"} <= {one.id for one in installed().instruments}


def test_one_bad_file_among_good_ones_loads_nothing_of_any(tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text(as_file(evolve(RISK, id="county-risk")))
    (tmp_path / "b.json").write_text("{")
    monkeypatch.setenv("IHS_INSTRUMENTS", str(tmp_path))

    with pytest.raises(BadInstrumentFile, match=f"{tmp_path}/b.json:1: not JSON"):
        installed()


def test_a_file_that_clashes_with_a_plugin_is_told(tmp_path, monkeypatch):
    (tmp_path / "risk.json").write_text(RISK_FILE)
    monkeypatch.setenv("IHS_INSTRUMENTS", str(tmp_path))

    with pytest.raises(BadInstrument, match="sample-risk@1 is at hand already"):
        installed()


def test_a_file_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("IHS_INSTRUMENTS", str(tmp_path / "gone.json"))

    with pytest.raises(BadInstrumentFile, match="it cannot be read: No such file or directory"):
        installed()


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Another"},
        {"sample": False},
        {"levels": ("low", "moderate", "high", "extreme")},
        {"overrides": RISK.overrides[:1]},
        {"sections": RISK.sections[:2]},
    ],
)
def test_a_definition_that_says_something_else_has_another_digest(changed):
    assert digest(evolve(RISK, **changed)) != digest(RISK)
    assert digest(evolve(RISK)) == digest(RISK)
