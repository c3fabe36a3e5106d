"""`ihs standards`."""

import json

import pytest

from ihs_cases.contact_files import schema

SAID = {
    "name": "some-agency",
    "levels": ["low", "high"],
    "not_assessed": "high",
    "amounts": [
        {
            "name": "visits",
            "per": "week",
            "contacts": {"low": 1, "high": 2},
            "minutes": {"low": None, "high": 180},
            "steps": [
                {"name": "fewer", "after_days": 60, "every": 2, "contacts": {"low": 1, "high": 1}, "if_approved": True}
            ],
        }
    ],
    "gaps": [{"name": "apart", "days": {"low": 31, "high": 14}}],
    "firsts": [{"name": "first", "within": {"low": 5, "high": 2}, "working_days": True}],
}


@pytest.fixture
def file(tmp_path):
    """Writes a standard to a file."""

    def written(name, **changed):
        (tmp_path / name).write_text(json.dumps(SAID | changed))

    return written


def test_a_standard_that_can_be_kept_is_told_row_by_row(ihs, file):
    file("contact.json")

    answer = ihs("standards", "check", "contact.json")

    assert (answer.code, answer.lines) == (
        0,
        [
            "some-agency: levels low, high, high until one is given",
            "  visits: contacts a week low 1, high 2; minutes a week low nothing, high 180",
            "    fewer, after 60 days, once approved: contacts in 2 weeks low 1, high 1",
            "  apart: days between contacts, at most low 31, high 14",
            "  first: working days from the opening to the first contact low 5, high 2",
        ],
    )


def test_each_thing_wrong_in_each_file_is_a_line_with_its_key(ihs, file):
    file("good.json")
    file("bad.json", levels=["low"], not_assessed="top")

    answer = ihs("standards", "check", "good.json", "bad.json")

    assert (answer.code, answer.err) == (1, "")
    assert answer.lines[5:7] == [
        "bad.json: not_assessed: top is none of the levels",
        "bad.json: amounts[0].contacts: high is none of the levels",
    ]


def test_a_file_that_is_not_there_was_asked_wrongly(ihs):
    answer = ihs("standards", "check", "none.json")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1


def test_the_schema_is_printed(ihs):
    assert ihs("standards", "schema").json == schema()
