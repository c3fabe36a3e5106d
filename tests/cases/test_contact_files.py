"""Files that hold a contact standard: read whole or not at all, told by key, and held by the published schema."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ihs_cases.contact_files import BadStandardFile, read_standard, schema, standard_of
from ihs_domain.agency_standard import Amount, ContactStandard, Counts, FirstContact, LongestGap, OnChange, StepDown
from ihs_domain.contacting import ContactMode, Counted
from ihs_domain.household import Relation
from ihs_domain.roles import Role

WRITTEN: dict[str, Any] = {
    "$schema": "contact-standard.schema.json",
    "name": "some-agency",
    "levels": ["low", "high"],
    "not_assessed": "high",
    "assessed_within_days": 45,
    "recorded_within_days": 7,
    "on_change": "pro-rata",
    "amounts": [
        {
            "name": "children",
            "per": "month",
            "contacts": {"low": 1, "high": 2},
            "at_home_percent": 50,
            "counts": {
                "modes": ["home-visit", "elsewhere"],
                "each": ["child"],
                "by": ["case-manager"],
                "delegates": ["provider"],
                "reported_within_days": 3,
                "private_from_months": 18,
            },
            "steps": [{"name": "fewer", "after_days": 60, "contacts": {"low": None, "high": 1}, "if_approved": True}],
        }
    ],
    "gaps": [{"name": "apart", "days": {"low": None, "high": 31}}],
    "firsts": [{"name": "first", "within": {"low": 5, "high": 2}, "working_days": True, "counted_from": "assignment"}],
}
MEANT = ContactStandard(
    "some-agency",
    ("low", "high"),
    amounts=(
        Amount(
            "children",
            Counted.MONTH,
            {"low": 1, "high": 2},
            at_home_percent=50,
            counts=Counts(
                modes=frozenset({ContactMode.HOME_VISIT, ContactMode.ELSEWHERE}),
                each=frozenset({Relation.CHILD}),
                by=frozenset({Role.CASE_MANAGER}),
                delegates=frozenset({Role.PROVIDER}),
                reported_within_days=3,
                private_from_months=18,
            ),
            steps=(StepDown("fewer", 60, {"low": None, "high": 1}, if_approved=True),),
        ),
    ),
    gaps=(LongestGap("apart", {"low": None, "high": 31}),),
    firsts=(FirstContact("first", {"low": 5, "high": 2}, working_days=True, counted_from="assignment"),),
    not_assessed="high",
    assessed_within_days=45,
    recorded_within_days=7,
    on_change=OnChange.PRO_RATA,
)
PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "contact-standard.schema.json"


def changed(*path: Any, to: Any = None) -> dict[str, Any]:
    """What was written with one value changed; without it, where *to* is not given."""
    said = deepcopy(WRITTEN)
    inner: Any = said
    for step in path[:-1]:
        inner = inner[step]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return said


def told(said: Any) -> list[str]:
    with pytest.raises(BadStandardFile) as bad:
        standard_of(said if isinstance(said, bytes) else json.dumps(said).encode(), "contact.json")
    return str(bad.value).split("; ")


def test_a_file_is_read_as_the_table_it_is(tmp_path):
    path = tmp_path / "contact.json"
    path.write_text(json.dumps(WRITTEN))

    assert read_standard(path) == MEANT


def test_a_file_that_is_not_there_is_told_with_its_name(tmp_path):
    with pytest.raises(BadStandardFile) as bad:
        read_standard(tmp_path / "none.json")

    assert str(bad.value) == f"{tmp_path / 'none.json'}: it cannot be read: No such file or directory"


@pytest.mark.parametrize(
    "said, why",
    [
        (b'{"name":\n "x",\n}', "line 3: not JSON at column 1: Expecting property name enclosed in double quotes"),
        (b'{"levels": {"low": 1, "low": 2}}', "levels.low: written twice"),
        (b"[]", "expected a JSON object"),
        (b"\xff", "not UTF-8 at byte 1"),
    ],
)
def test_what_is_not_json_is_told_with_its_line_or_key(said, why):
    assert told(said) == [f"contact.json: {why}"]


MODES = "expected one of: home-visit, elsewhere, phone, video, writing"
WRONG = {
    "a missing key": (("levels",), None, "levels: this field is missing"),
    "an unknown key": (("amounts", 0, "minimum"), 3, "amounts[0].minimum: no such field"),
    "an unknown mode": (("amounts", 0, "counts", "modes", 1), "letter", f"amounts[0].counts.modes[1]: {MODES}"),
    "a text for a number": (
        ("amounts", 0, "contacts", "high"),
        "2",
        "amounts[0].contacts.high: expected a whole number of at most 15 digits",
    ),
    "a level that is no code": (
        ("levels", 0),
        "Low",
        "levels[0]: expected a code: lower-case words joined by hyphens, at most 80 letters",
    ),
    "half a contact": (
        ("gaps", 0, "days", "high"),
        1.5,
        "gaps[0].days.high: expected a whole number of at most 15 digits",
    ),
    "what can never be kept": (
        ("amounts", 0, "at_home_percent"),
        150,
        "amounts[0].at_home_percent: a share of 150 percent can never be kept: give 0 to 100",
    ),
    "a level missing": (
        ("gaps", 0, "days"),
        {"low": 31},
        "gaps[0].days: nothing is said of high: give a number, or null where nothing is asked",
    ),
}


@pytest.mark.parametrize("path, to, why", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_file_key_and_reason(path, to, why):
    assert told(changed(*path, to=to)) == [f"contact.json: {why}"]


def test_an_unknown_role_names_those_there_are():
    [why] = told(changed("amounts", 0, "counts", "by", to=["boss"]))

    assert why.startswith("contact.json: amounts[0].counts.by[0]: expected one of: practitioner, case-manager, ")


def test_everything_that_is_wrong_is_told_at_once():
    said = changed("amounts", 0, "per", to="year") | {"on_change": "never"}

    assert [line.split(": ")[1] for line in told(said)] == ["amounts[0].per", "on_change"]


GAP = {"name": "rare", "days": {"low": 0, "high": 31}}


@pytest.mark.parametrize(
    "said, keys",
    [
        (changed("amounts", 0, "per", to="year") | {"not_assessed": "top"}, ["amounts[0].per", "not_assessed"]),
        (changed("gaps", to=[{"name": "apart"}, GAP]), ["gaps[0].days", "gaps[1].days.low"]),
        (changed("gaps", to=[GAP]) | {"extra": 1, "name": "No Code"}, ["name", "extra", "gaps[0].days.low"]),
        (changed("amounts", 0, "per", to="year") | {"gaps": [], "firsts": []}, ["amounts[0].per"]),
        (changed("gaps", to=[GAP]) | {"levels": [1]}, ["levels[0]"]),
    ],
    ids=["a row and a level", "two rows", "other keys", "nothing else is asked", "what all hangs on"],
)
def test_what_is_wrong_beside_what_cannot_be_read_is_told_with_it_as_far_as_it_hangs_on_nothing_else(said, keys):
    found = told(said)

    assert sorted(line.split(": ")[1] for line in found) == sorted(keys)


# The schema

VALID = jsonschema.Draft202012Validator(schema())


def test_the_published_schema_is_the_one_the_code_makes_and_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())

    assert json.loads(PUBLISHED.read_text()) == schema()


def test_what_can_be_read_is_valid_by_the_schema():
    assert [*VALID.iter_errors(WRITTEN)] == []


BY_SCHEMA = [name for name in WRONG if name not in {"what can never be kept", "a level missing"}]


@pytest.mark.parametrize("name", BY_SCHEMA)
def test_what_is_no_such_file_is_not_valid_by_the_schema(name):
    path, to, _ = WRONG[name]

    assert not VALID.is_valid(changed(*path, to=to))


JUNK = st.none() | st.booleans() | st.integers(0, 40) | st.sampled_from(["month", "low", "child", "X y"]) | st.just([])
PLACES = st.sampled_from(
    [
        *(("name",), ("levels",), ("levels", 0), ("on_change",), ("not_assessed",), ("recorded_within_days",)),
        *(("amounts", 0, key) for key in ("per", "contacts", "every", "counts", "steps", "name")),
        *(("amounts", 0, "counts", key) for key in ("modes", "each", "private_from_months")),
        *(("gaps", 0, "days"), ("gaps", 0, "days", "high"), ("firsts", 0, "working_days")),
    ]
)


@given(PLACES, JUNK)
def test_the_schema_takes_no_less_than_the_reader_and_no_file_is_read_that_it_refuses(path, junk):
    said = deepcopy(WRITTEN)
    inner: Any = said
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = junk

    try:
        standard_of(json.dumps(said).encode(), "contact.json")
    except BadStandardFile:
        return
    assert VALID.is_valid(said)
