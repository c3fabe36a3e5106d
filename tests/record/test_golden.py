"""One line for every stored name: what a person wrote, and the bytes that stand on record for it.

Lines are added, never edited: from v0.1.0 on the bytes are in other people's stores, and under their hashes. What each
release is held to stands beside them, and tests/store/test_released.py holds it.
"""

import json
from pathlib import Path

import pytest

from ihs_record.codec import Encoded, Part, decode, encode, opened
from ihs_record.fields import sealed_fields
from ihs_record.names import NAMES, UPCASTS
from ihs_record.reading import read_event

LINES = [
    json.loads(line)
    for line in Path(__file__).with_name("golden").joinpath("events.jsonl").read_bytes().split(b"\n")
    if line
]

each_line = pytest.mark.parametrize("line", LINES, ids=lambda line: line["stored"])


def stored(line):
    parts = (Part(part["person"], part["path"], part["plain"].encode()) for part in line["sealed"])
    return Encoded(line["stored"], line["open"].encode(), tuple(parts))


def test_every_stored_name_has_a_golden_line_and_no_other_has():
    assert {line["stored"] for line in LINES} == NAMES.keys() | UPCASTS.keys()


@each_line
def test_the_bytes_on_record_are_read_as_what_was_written(line):
    name, open_part, parts = stored(line)

    event = opened(decode(name, open_part, parts), parts)

    assert event == read_event(NAMES[name].__name__, line["with"])


@each_line
def test_what_is_read_is_written_again_as_the_same_bytes(line):
    name, open_part, parts = stored(line)

    event = opened(decode(name, open_part, parts), parts)

    assert encode(event) == stored(line)


@each_line
def test_what_a_person_wrote_is_written_as_the_bytes_on_record(line):
    assert encode(read_event(line["stored"].partition(".")[0], line["with"])) == stored(line)


def test_the_golden_lines_have_something_in_every_sealed_field():
    shown = {line["stored"]: line["with"] for line in reversed(LINES)}

    for name, cls in NAMES.items():
        assert [field.name for field in sealed_fields(cls) if not shown[name].get(field.name)] == []
