"""The schemas of events: what fits them is what the strict reader takes; and what changes between two sets of them."""

from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from anything import of_class
from examples import some
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ihs_cases.event_schemas import schemas
from ihs_cases.schema_changes import is_comparable, schema_changes
from ihs_cli.output import plain
from ihs_record.errors import RecordError
from ihs_record.names import NAMES
from ihs_record.reading import structured

SCHEMAS = schemas()
OTHERS = [None, True, 0, -1, 10**15, "", "An Id", "some-code", "2024-02-29", [], [1, 1], ["a", "b"], {}, {"a": 1}]
"""Values of every kind; one or another fits some field, and none fits many."""


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name])


@st.composite
def written(draw: Any) -> tuple[str, dict[str, Any]]:
    """The fields of an event as people write them."""
    name = draw(st.sampled_from([*NAMES]))
    return name, plain(draw(of_class(NAMES[name])))["with"]


@st.composite
def miswritten(draw: Any) -> tuple[str, dict[str, Any]]:
    """The same with something left out, put in, or in the place of something else, however deep."""
    name, fields = draw(written())
    place: Any = fields
    while places := [
        one for one in (place.values() if isinstance(place, dict) else place) if isinstance(one, dict | list) and one
    ]:
        if draw(st.booleans()):
            break
        place = draw(st.sampled_from(places))
    change(draw, place)
    return name, fields


def change(draw: Any, place: Any) -> None:
    keys = [*place] if isinstance(place, dict) else [*range(len(place))]
    assume(keys)
    key = draw(st.sampled_from(keys))
    if draw(st.booleans()):
        place[key] = draw(st.sampled_from(OTHERS))
    elif isinstance(place, dict) and draw(st.booleans()):
        place["another"] = draw(st.sampled_from(OTHERS))
    else:
        del place[key]


def is_read(name: str, fields: dict[str, Any]) -> bool:
    try:
        structured(fields, NAMES[name], name)
    except RecordError:
        return False
    return True


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema_by_the_words_of_2020_12(name):
    Draft202012Validator.check_schema(SCHEMAS[name])

    assert is_comparable(SCHEMAS[name])
    assert (SCHEMAS[name]["title"], SCHEMAS[name]["$id"]) == (name, f"urn:ihs-domain:event:{name}")


def test_there_is_one_for_every_stored_name():
    assert [*SCHEMAS] == [*NAMES]


@settings(max_examples=some(60))
@given(written())
def test_every_event_as_it_is_written_fits_its_schema(said):
    name, fields = said

    assert [error.message for error in validator(name).iter_errors(fields)] == []


@settings(max_examples=some(100))
@given(miswritten())
def test_what_is_miswritten_fits_a_schema_where_the_strict_reader_takes_it_and_not_else(said):
    name, fields = said
    assume(name != "EntryCorrected.v1")  # what stands in its `with`, the schema of that event says

    assert validator(name).is_valid(fields) == is_read(name, fields)


@pytest.mark.parametrize(
    "name, fields",
    [
        ("ContactMade.v1", {"mode": "phone", "whom": ["a", "a"], "minutes": 5}),
        ("ContactMade.v1", {"mode": "phone", "whom": ["a"], "minutes": -1}),
        ("ContactMade.v1", {"mode": None, "whom": ["a"], "minutes": 5}),
        ("TeamFormed.v1", {"members": {"not an id": "parent"}}),
        ("TeamFormed.v1", {"members": {"a": "stranger"}}),
        ("CaseOpened.v1", {"authority": "voluntary", "region": "North", "jurisdiction": "us-ut"}),
    ],
)
def test_what_is_no_set_no_number_no_id_and_no_code_fits_neither(name, fields):
    assert (validator(name).is_valid(fields), is_read(name, fields)) == (False, False)


# What changed


@st.composite
def changed_schemas(draw: Any) -> tuple[str, dict[str, Any]]:
    """A schema that was another before: a few of its keys, at any depth, with other values, or away."""
    name = draw(st.sampled_from([*SCHEMAS]))
    before = deepcopy(SCHEMAS[name])
    for _ in range(draw(st.integers(1, 3))):
        key, place = draw(st.sampled_from([*places(before)]))
        held = place[key]
        if isinstance(held, list):
            place[key] = draw(st.sampled_from([held[1:], [*held, "another"]]))
        elif isinstance(held, int):
            place[key] = held + draw(st.sampled_from([-1, 1]))
        elif isinstance(held, str):
            place[key] = "^a$" if key == "pattern" else draw(st.sampled_from(["string", "integer", "array"]))
        elif isinstance(held, dict) and held:
            inner = draw(st.sampled_from([*held]))
            held["another"] = held.pop(inner)
    return name, before


def places(schema: Any) -> Any:
    """Every key by which something fits or does not, with the schema it stands in."""
    for key in ("type", "enum", "required", "minimum", "maximum", "maxLength", "pattern", "properties"):
        if key in schema:
            yield key, schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    inner += [schema[key] for key in ("items", "propertyNames", "additionalProperties") if schema.get(key)]
    for one in inner:
        if one != {"type": "null"}:
            yield from places(one)


def breaks(before: Any, after: Any) -> bool:
    return any(change.breaking for change in schema_changes({"E.v1": before}, {"E.v1": after}))


@settings(max_examples=some(100))
@given(changed_schemas(), st.data())
def test_where_no_change_breaks_all_that_fitted_before_fits_now(changed, data):
    name, other = changed
    before, after = (other, SCHEMAS[name]) if data.draw(st.booleans()) else (SCHEMAS[name], other)
    fields = plain(data.draw(of_class(NAMES[name])))["with"]
    if data.draw(st.booleans()) and fields:
        change(data.draw, fields)

    fitted, fits = (Draft202012Validator(one).is_valid(fields) for one in (before, after))

    assert fits or not fitted or breaks(before, after)


def told(before: Any, after: Any) -> list[tuple[str, str, bool]]:
    of = {"E.v1": {"type": "object", "additionalProperties": False, "required": [], "properties": {"a": before}}}
    to = deepcopy(of)
    to["E.v1"]["properties"]["a"] = after
    return [(one.at, one.says, one.breaking) for one in schema_changes(of, to)]


NUMBER = {"type": "integer", "minimum": 1, "maximum": 9}
CODE = {"type": "string", "pattern": "^a$"}
LIST = {"type": "array", "items": CODE}


@pytest.mark.parametrize(
    "before, after, says, breaking",
    [
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, ["no longer taken: a", "taken too: c"], [True, False]),
        (NUMBER, NUMBER | {"minimum": 0}, ["minimum is 0, and was 1"], [False]),
        (NUMBER, NUMBER | {"minimum": 2}, ["minimum is 2, and was 1"], [True]),
        (NUMBER, NUMBER | {"maximum": 8}, ["maximum is 8, and was 9"], [True]),
        ({"type": "integer"}, NUMBER, ["maximum is 9, and was None", "minimum is 1, and was None"], [True, True]),
        (CODE, {"type": "string"}, ["pattern no longer holds"], [False]),
        (CODE, CODE | {"pattern": "^b$"}, ["another pattern holds"], [True]),
        (CODE, NUMBER, ["integer is expected, and no longer string"], [True]),
        (CODE, {"enum": ["a"]}, ["one of a list is expected, and no longer string"], [True]),
        (CODE, {"anyOf": [{"type": "null"}, CODE]}, ["null is taken too"], [False]),
        ({"anyOf": [{"type": "null"}, CODE]}, CODE, ["null is taken no longer"], [True]),
        (LIST, LIST | {"uniqueItems": True}, ["another uniqueItems holds"], [True]),
        (CODE, CODE | {"description": "other words", "title": "another"}, [], []),
    ],
)
def test_a_change_is_told_with_whether_it_breaks(before, after, says, breaking):
    assert told(before, after) == [("a", *one) for one in zip(says, breaking, strict=True)]


def test_a_change_within_a_list_is_told_at_its_place():
    assert told(LIST, {"type": "array", "items": NUMBER}) == [
        ("a.(each value)", "integer is expected, and no longer string", True)
    ]


def test_fields_that_come_and_go_and_are_needed_or_not():
    before, after = deepcopy(SCHEMAS["ContactMade.v1"]), deepcopy(SCHEMAS["ContactMade.v1"])
    after["properties"] |= {"weather": CODE, "room": CODE}
    del after["properties"]["by_role"]
    after["required"] = ["room", "mode", "minutes"]

    found = schema_changes({"ContactMade.v1": before}, {"ContactMade.v1": after})

    assert {(one.at, one.says, one.breaking) for one in found} == {
        ("by_role", "it is taken no longer", True),
        ("weather", "it is new, and not needed", False),
        ("room", "it is new, and needed", True),
        ("minutes", "it is needed now", True),
        ("whom", "it may be left out", False),
    }


def test_events_that_come_and_go():
    one, other = ({name: SCHEMAS[name]} for name in ("ContactMade.v1", "CaseOpened.v1"))

    assert [(c.event, c.at, c.says, c.breaking) for c in schema_changes(one, other)] == [
        ("ContactMade.v1", "", "it is gone", True),
        ("CaseOpened.v1", "", "it is new", False),
    ]


@pytest.mark.parametrize("schema", [[], {"enum": 5}, {"properties": {"a": 5}}, {"items": {"minimum": "a"}}])
def test_what_is_made_otherwise_is_not_compared(schema):
    assert not is_comparable(schema)


SPOILED = [
    {"required": [1, {"a": 2}]},
    {"required": [[1]]},
    {"properties": {"a": 5}},
    {"anyOf": [5]},
    {"items": []},
]


@pytest.mark.parametrize("schema", SPOILED, ids=repr)
def test_what_is_no_schema_of_an_event_is_not_compared(schema):
    assert not is_comparable({"type": "object", **schema})


def test_a_schema_that_goes_deeper_than_any_event_is_not_compared():
    deep = {"type": "array"}
    for _ in range(5000):
        deep = {"type": "array", "items": deep}

    assert not is_comparable(deep)


def test_a_key_that_nothing_is_known_of_breaks_where_it_goes():
    before = {"E.v1": {"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": False}}
    after = {"E.v1": {"type": "object", "additionalProperties": False}}

    assert [change.breaking for change in schema_changes(before, after)] == [True]
