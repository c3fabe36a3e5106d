"""Every way a line can be wrong: one clear line that names file and number, and the next line is read."""

import io
import json

import pytest
from typed import REQUEST, entry

from ihs_cli.lines import MOST_BYTES, numbered

SECRET = "Zuleika-Zyzzyx"

DUPLICATE = json.dumps(entry())[:-1] + f', "actor": "{SECRET}"}}'
ROLES = (
    "practitioner, case-manager, second-worker, supervisor, designee, cps-supervisor, cps-worker, administrator, "
    "auditor, assistant-attorney-general, guardian-ad-litem, court, parent, parents-counsel, team-member, referent, "
    "specialist, provider, natural-helper"
)
AN_INSTANT = "expected an instant with its offset, such as 2015-01-09T15:00:00-07:00"
AN_OBJECT = "expected a JSON object"
NO_EVENT = "record: there is no event of that name: see the catalogue of events"
TOO_LONG = "the line is longer than 1048576 bytes: keep documents elsewhere"
AN_ID = "expected an id: letters, digits, dots, hyphens, underscores, at most 64"
A_NUMBER = "expected a number, not NaN, nor one without bounds"
PLAIN = "expected text without NUL characters and lone surrogates"


def said(**fields):
    return {"with": {"mode": "phone", "whom": [], **fields}}


WRONG = {
    "not JSON": (f'{{"id": "{SECRET}"', "not JSON at character 24"),
    "a list": (f'["{SECRET}"]', AN_OBJECT),
    "a string": (f'"{SECRET}"', AN_OBJECT),
    "a key twice": (DUPLICATE, "actor: written twice"),
    "a strange key twice": (
        f'{{"{SECRET}": 1, "{SECRET}": 2}}',
        "(a name that is none): written twice",
    ),
    "NaN": ('{"id": NaN}', f"id: {A_NUMBER}"),
    "Infinity": ('{"id": -Infinity}', f"id: {A_NUMBER}"),
    "a number of 5,000 digits": ('{"id": ' + "1" * 5000 + "}", "a number of more than 15 digits"),
    "nested too deep": ("[" * 200_000 + "]" * 200_000, "nested deeper than 32"),
    "over 1 MiB": (json.dumps(entry(**said(words=SECRET * 80_000))), TOO_LONG),
    "no UTF-8": (b'{"id": "\xff\xfe"}', "not UTF-8 at byte 9"),
    "a raw lone surrogate": (b'{"id": "\xed\xa0\x80"}', "not UTF-8 at byte 9"),
    "a raw NUL": (b'{"id": "\x00"}', "not JSON at character 9"),
    "an escaped lone surrogate": (
        entry(**said(words=f"{SECRET}\ud800")),
        f"with.words: {PLAIN}",
    ),
    "an escaped NUL": (
        entry(**said(words=f"{SECRET}\x00")),
        f"with.words: {PLAIN}",
    ),
    "a mark of byte order in mid-file": (b"\xef\xbb\xbf{}", "not JSON at character 1"),
    "an event nobody knows": (entry(record=SECRET), NO_EVENT),
    "an event misspelt": (
        entry(record="ContactMad"),
        f"{NO_EVENT} (nearest: ContactMade)",
    ),
    "an event of a version nobody knows": (
        entry(record="ContactMade.v9"),
        "record: ContactMade of version 9 is newer than this software knows: update it",
    ),
    "an unknown key": (entry(whom=SECRET), "whom: no such key"),
    "a key that may be a name": (entry(**{SECRET: 1}), "(a name that is none): no such key"),
    "a missing key": (
        entry(without=("actor", "occurred")),
        "actor: this key is missing; occurred: this key is missing",
    ),
    "neither case nor agency": (entry(without=("case",)), "expected case, agency or person: none of them is named"),
    "both case and agency": (
        entry(agency="wasatch"),
        "expected case, agency or person, and not case and agency: keep one",
    ),
    "both case and person": (entry(person="p-1"), "expected case, agency or person, and not case and person: keep one"),
    "an unknown field": (entry(**said(shoe_size=SECRET)), "ContactMade: shoe_size: no such field"),
    "a field that may be a name": (entry(**said(**{SECRET: 1})), "ContactMade: (a name that is none): no such field"),
    "a missing field": (entry(**{"with": {"mode": "phone"}}), "ContactMade: whom: this field is missing"),
    "a field of the wrong type": (
        entry(**said(minutes=SECRET)),
        "ContactMade: minutes: expected minutes, a whole number from 0 of at most 15 digits",
    ),
    "a number for text": (entry(**said(words=7)), "ContactMade: words: expected text"),
    "fields that are no object": (entry(**{"with": SECRET}), "ContactMade: expected an object of fields"),
    "a time without offset": (entry(occurred="2015-01-09T15:00:00"), f"occurred: {AN_INSTANT}"),
    "a time that is a number": (entry(occurred=1420841040), f"occurred: {AN_INSTANT}"),
    "a day not in the calendar": (
        entry(occurred="2015-02-30"),
        "occurred: expected a day that is in the calendar, YYYY-MM-DD",
    ),
    "an instant not in the calendar": (
        entry(occurred="2015-02-30T12:00:00-07:00"),
        f"occurred: {AN_INSTANT}, that is in the calendar",
    ),
    "an instant whose local day is in no calendar": (
        entry(occurred="0001-01-01T00:00:00+14:00"),
        f"occurred: {AN_INSTANT}, that is in the calendar",
    ),
    "a role nobody has": (entry(role=SECRET), f"role: expected one of: {ROLES}"),
    "an id with a space": (entry(id=f"{SECRET} x"), f"id: {AN_ID}"),
    "an id with a slash": (entry(case="../k1"), f"case: {AN_ID}"),
    "an id that is empty": (entry(actor=""), f"actor: {AN_ID}"),
    "an id of 65 letters": (entry(correlation="x" * 65), f"correlation: {AN_ID}"),
    "an id that is a number": (entry(agency=7, without=("case",)), f"agency: {AN_ID}"),
    "a lone surrogate in an id": (entry(id="c\ud800"), f"id: {PLAIN}"),
    "an expected version below 0": (
        entry(expected_version=-1),
        "expected_version: expected the version the case was last seen at, a whole number",
    ),
    "an expected version that is true": (
        entry(expected_version=True),
        "expected_version: expected the version the case was last seen at, a whole number",
    ),
    "recorded_at in a live store": (
        entry(recorded_at="2015-01-09T17:00:00-07:00"),
        "recorded_at: leave it out: a live store stamps the time of recording itself",
    ),
    "a jurisdiction that is none": (
        entry(record="ServicesRequested", **{"with": {"jurisdiction": SECRET, "source": "school"}}),
        "ServicesRequested: jurisdiction: expected a jurisdiction as ISO 3166-2 has it, in lower case: us-ut",
    ),
    "a correction without its event": (
        entry(record="EntryCorrected", **{"with": {"entry": 1, "instead": {}, "on": "2015-01-09", "reason": "other"}}),
        'EntryCorrected: instead: expected {"record": the event, "with": {its fields}}',
    ),
}

REFUSED = {
    "an unknown case": (
        entry("x1", case="k9"),
        "x1 k9 ContactMade: no case of that id is on record: begin it with a request, or an opening with jurisdiction",
    ),
    "one id, other content": (
        entry("c1"),
        "c1 k1 ContactMade: this command id is on record with other content: use a new id for a new command",
    ),
    "an act in the future": (
        entry("x1", occurred="2199-01-01"),
        "x1 k1 ContactMade: the act lies after the moment it is put on record: record it when it has happened",
    ),
    "an agency's event in a case": (
        entry("x1", record="AgreementMade", **{"with": {"agency": "a", "asks": [], "purpose": "treatment"}}),
        "x1 k1 AgreementMade: AgreementMade belongs on an agency's stream: name the agency, and nothing else",
    ),
    "a case's event with an agency": (
        entry("x1", agency="wasatch", without=("case",)),
        "x1 wasatch ContactMade: ContactMade belongs on a case: name the case, and nothing else",
    ),
    "another agency than the stream's": (
        entry(
            "x1",
            agency="a",
            without=("case",),
            record="AgreementMade",
            **{"with": {"agency": "b", "asks": [], "purpose": "treatment"}},
        ),
        "x1 a AgreementMade: AgreementMade names another agency than the stream it is to go on",
    ),
    "the system's own event": (
        entry(
            "x1", record="EditionLoaded", **{"with": {"ruleset": "a", "edition": "a@2015-01-01", "digest": "a" * 64}}
        ),
        "x1 k1 EditionLoaded: EditionLoaded belongs on the system's stream: the record puts it there itself",
    ),
    "a jurisdiction without edition": (
        entry(
            "x1",
            case="k9",
            record="ServicesRequested",
            **{"with": {"jurisdiction": "us-zz", "source": "school"}},
        ),
        "x1 k9 ServicesRequested: no edition of its jurisdiction is at hand: install the plugin that brings one",
    ),
    "a version that has passed": (
        entry("x1", expected_version=0),
        "x1 k1 ContactMade: the case stands at version 2 and not as expected: read it again, then decide again",
    ),
}


@pytest.mark.parametrize("bad, why", WRONG.values(), ids=WRONG)
def test_a_wrong_line_is_told_by_file_and_number_and_the_lines_around_it_are_recorded(ihs, live, write, bad, why):
    file = write(entry("before"), bad, entry("after"))

    answer = ihs("record", "cases.db", file.name)

    assert answer.err == f"day.jsonl:2 wrong: {why}\n"
    assert answer.lines == [
        "day.jsonl:1 recorded before k1@2 ContactMade",
        "day.jsonl:3 recorded after k1@3 ContactMade",
        "2 recorded, 0 nothing new, 0 refused, 1 wrong",
    ]
    assert answer.code == 1


@pytest.mark.parametrize("bad, why", REFUSED.values(), ids=REFUSED)
def test_a_refused_line_says_why_and_the_lines_around_it_are_recorded(ihs, live, write, bad, why):
    file = write(entry("before"), bad, entry("after"))

    answer = ihs("record", "cases.db", file.name)

    assert answer.lines == [
        "day.jsonl:1 recorded before k1@2 ContactMade",
        f"day.jsonl:2 refused {why}",
        "day.jsonl:3 recorded after k1@3 ContactMade",
        "2 recorded, 0 nothing new, 1 refused, 0 wrong",
    ]
    assert (answer.code, answer.err) == (1, "")


@pytest.mark.parametrize("format_", ["text", "json"])
def test_no_answer_repeats_what_a_line_said_of_a_person(ihs, live, write, format_):
    file = write(*(bad for bad, _ in (*WRONG.values(), *REFUSED.values())))

    answer = ihs("record", "cases.db", file.name, "--format", format_)

    telling = [line for line in (answer.out + answer.err).splitlines() if SECRET[:7].lower() in line.lower()]
    assert telling == []


def test_a_rehearsal_store_wants_to_be_told_the_time_of_recording(ihs, alder, write):
    file = write(entry(case="alder"))

    answer = ihs("record", "cases.db", file.name)

    why = "recorded_at: this key is missing: a rehearsal store is told the time of recording"
    assert (answer.code, answer.err) == (1, f"day.jsonl:1 wrong: {why}\n")


def test_a_rehearsal_store_is_told_its_lines_in_order_of_recording(ihs, alder, write):
    file = write(entry(case="alder", recorded_at="2015-01-09T17:00:00-07:00"))

    answer = ihs("record", "cases.db", file.name)

    why = "recorded_at lies before that of the last record: put the lines in order of recording"
    assert answer.lines[1] == f"day.jsonl:1 refused c2 alder ContactMade: {why}"
    assert answer.code == 1


def test_nothing_of_a_wrong_line_goes_on_record(ihs, live, write):
    before = ihs("store", "info", "cases.db").out

    ihs("record", "cases.db", write(*(bad for bad, _ in WRONG.values())).name)

    assert ihs("store", "info", "cases.db").out == before


def test_a_mark_of_byte_order_crlf_ends_blank_lines_and_a_last_line_without_end_are_all_read(ihs, live, tmp_path):
    lines = b"\r\n".join([json.dumps(entry("a")).encode(), b"", b" \t", json.dumps(entry("b")).encode()])
    (tmp_path / "windows.jsonl").write_bytes(b"\xef\xbb\xbf" + lines)

    answer = ihs("record", "cases.db", "windows.jsonl")

    assert answer.lines[:2] == [
        "windows.jsonl:1 recorded a k1@2 ContactMade",
        "windows.jsonl:4 recorded b k1@3 ContactMade",
    ]
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("length, fits", [(MOST_BYTES, True), (MOST_BYTES + 1, False), (10 * MOST_BYTES, False)])
def test_a_line_may_hold_1_mib_and_not_a_byte_more(end, length, fits):
    file = io.BytesIO(b"x" * length + end)

    [(number, line)] = numbered(file)

    assert (number, line is not None) == (1, fits)


class Asked(io.BytesIO):
    """A file that remembers how much of it was asked for at once."""

    most = 0

    def readline(self, size=-1):
        self.most = max(self.most, size) if size >= 0 else 1 << 62
        return super().readline(size)


def test_a_line_of_10_mb_is_passed_over_in_pieces():
    file = Asked(b"x" * 10_000_000 + b"\n" + json.dumps(REQUEST).encode())

    found = list(numbered(file))

    assert [(number, line is None) for number, line in found] == [(1, True), (2, False)]
    assert file.most < MOST_BYTES + 16
