"""`ihs standards`."""

import json

import attrs
import pytest

from ihs_cases.contact_files import schema
from ihs_domain.agency_standard import Counts

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
            "    fewer, after 60 days from the opening, once approved: contacts in 2 weeks low 1, high 1",
            "  apart: days between contacts, at most low 31, high 14",
            "  first: working days from the opening to the first contact low 5, high 2",
        ],
    )


COUNTS = {
    "modes": ["home-visit", "phone"],
    "each": ["child"],
    "all_of": ["mother", "child"],
    "any_of": ["father"],
    "by": ["practitioner"],
    "delegates": ["provider"],
    "reported_within_days": 5,
    "private_from_months": 18,
}


def test_every_key_that_is_not_at_its_default_is_told_under_its_row(ihs, file):
    visits, apart, first = SAID["amounts"][0], SAID["gaps"][0], SAID["firsts"][0]
    file(
        "contact.json",
        assessed_within_days=30,
        recorded_within_days=0,
        on_change="earlier",
        amounts=[visits | {"at_home_percent": 50, "own_worker_percent": 25, "counts": COUNTS, "steps": []}],
        gaps=[apart | {"counts": {"any_of": ["mother"]}}],
        firsts=[first | {"counted_from": "request", "counts": {"modes": []}}],
    )

    answer = ihs("standards", "check", "contact.json")

    counted = (
        "counts.modes home-visit, phone; counts.each child; counts.all_of child, mother; counts.any_of father; "
        "counts.by practitioner; counts.delegates provider; counts.reported_within_days 5; "
        "counts.private_from_months 18"
    )
    assert answer.lines == [
        "some-agency: levels low, high, high until one is given",
        "  assessed_within_days 30; recorded_within_days 0; on_change earlier",
        "  visits: contacts a week low 1, high 2; minutes a week low nothing, high 180",
        f"    at_home_percent 50; own_worker_percent 25; {counted}",
        "  apart: days between contacts, at most low 31, high 14",
        "    counts.any_of mother",
        "  first: working days from the request to the first contact low 5, high 2",
        "    counts.modes any",
    ]
    assert [*COUNTS] == [field.name for field in attrs.fields(Counts)]


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
