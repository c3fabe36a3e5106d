"""What is not one plain JSON object is refused before anything is read from it."""

import contextlib
import json

import pytest
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_record.errors import Fault, NotJson
from ihs_record.reading import read_json

TEXT = "expected text without NUL characters and lone surrogates"
NUMBER = "expected a number, not NaN, nor one without bounds"

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


def faults(said):
    with pytest.raises(NotJson) as refused:
        read_json(said)
    return refused.value.faults


@settings(max_examples=some(50))
@given(st.dictionaries(st.sampled_from("abc"), values, max_size=3))
def test_any_plain_object_is_read_as_json_reads_it(said):
    assert read_json(json.dumps(said)) == said
    assert read_json(json.dumps(said, ensure_ascii=False).encode()) == said


@pytest.mark.parametrize("said", ["[]", '"text"', "1", "true", "null", '[{"a": 1}]'])
def test_anything_but_an_object_is_refused(said):
    assert faults(said) == (Fault("", "expected a JSON object"),)


@pytest.mark.parametrize(
    "said, at",
    [("", 1), ("{", 2), ('{"a": 1', 8), ('{"a": 1,}', 9), ("{'a': 1}", 2), ('{"a": 01}', 8), ('{"a": 1} {}', 10)],
)
def test_text_that_is_not_json_is_refused_by_its_place(said, at):
    assert faults(said) == (Fault("", f"not JSON at character {at}"),)


def test_a_control_character_in_a_text_is_refused():
    assert faults('{"a": "\n"}') == (Fault("", "not JSON at character 8"),)


@pytest.mark.parametrize(
    "said, at",
    [(b"\xff", 1), (b'{"a": "\xe9"}', 8), (b'{"a": "\xed\xa0\x80"}', 8), (b'{"a": "\xc0\x80"}', 8)],
    ids=["no text", "latin-1", "surrogate", "overlong"],
)
def test_bytes_that_are_not_utf_8_are_refused_by_their_place(said, at):
    assert faults(said) == (Fault("", f"not UTF-8 at byte {at}"),)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_another_encoding_is_not_guessed(encoding):
    assert isinstance(faults('{"a": 1}'.encode(encoding)), tuple)


def test_a_name_written_twice_is_refused_at_its_place():
    assert faults('{"a": {"b": [{"c": 1, "d": 2, "c": 1}]}}') == (Fault("a.b[0].c", "written twice"),)


def test_a_name_written_twice_in_two_ways_is_still_twice():
    assert faults(r'{"abc": 1, "\u0061bc": 1}') == (Fault("abc", "written twice"),)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_without_bounds_is_refused_at_its_place(number):
    assert faults(f'{{"a": [0, {number}]}}') == (Fault("a[1]", NUMBER),)


@pytest.mark.parametrize("text", [r"\u0000", r"\ud800", r"\udfff x", r"x\ud83d", r"\ude00\ud83d"])
def test_a_text_with_nul_or_half_a_character_is_refused_at_its_place(text):
    assert faults(f'{{"a": "{text}"}}') == (Fault("a", TEXT),)
    assert faults(f'{{"a": {{"{text}": 1}}}}') == (Fault("a.(a name that is none)", TEXT),)


def test_a_text_given_with_half_a_character_in_it_is_refused():
    assert faults('{"a": "\ud800"}') == (Fault("a", TEXT),)


def test_a_character_written_in_two_halves_is_whole():
    assert read_json(r'{"a": "\ud83d\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_nesting_is_bounded(opening, closing):
    def nested(depth):
        return '{"a":' + (depth - 2) * opening + "[]" + (depth - 2) * closing + "}"

    assert read_json(nested(32)) != {}
    assert [fault.says for fault in faults(nested(33))] == ["nested deeper than 32"]
    assert [fault.says for fault in faults(nested(100_000))] == ["nested deeper than 32"]
    assert [fault.says for fault in faults(100_000 * opening)] == ["nested deeper than 32"]


def test_a_number_of_thousands_of_digits_is_refused():
    assert faults('{"a": ' + 5000 * "1" + "}") == (Fault("", "a number of more than 15 digits"),)


def test_every_fault_is_found_and_the_first_twenty_are_written_out():
    said = '{"a": [' + ", ".join(["NaN"] * 300) + "]}"

    with pytest.raises(NotJson) as refused:
        read_json(said)

    assert refused.value.faults == tuple(Fault(f"a[{n}]", NUMBER) for n in range(300))
    assert str(refused.value).endswith(f"a[19]: {NUMBER}; and 280 more")


@given(st.text() | st.binary())
def test_whatever_is_given_is_read_or_refused_in_one_way(said):
    with contextlib.suppress(NotJson):
        assert type(read_json(said)) is dict
