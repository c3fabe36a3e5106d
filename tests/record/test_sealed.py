"""What can identify a person leaves the open part, stands apart under its key, and is opened only by its own part."""

import json
from datetime import date

import pytest
from anything import STORABLE, of_class
from attrs import evolve, fields
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_domain.contacting import ContactMade
from ihs_domain.household import PersonJoined
from ihs_domain.recording import EntryCorrected
from ihs_domain.requesting import DecisionNotified
from ihs_domain.terms import Unopened
from ihs_record.codec import Encoded, Part, decode, encode, erased, opened
from ihs_record.errors import BadFields, Fault, RecordError
from ihs_record.fields import hints, sealed_fields
from ihs_record.reading import read_event, read_json

MARKER = "Zebulon-Zigzag-0"
MARKER_DAY = date(1776, 7, 4)
CHILD = PersonJoined("A-1", "child", "2008-09", "Zebulon Zigzag", date(2008, 9, 14))
SAID = ContactMade("phone", frozenset({"A-m"}), words="Said.")
CORRECTED = EntryCorrected(7, CHILD, date(2031, 2, 19), "other", words="Misheard.")
NOBODY_CORRECTED = evolve(CORRECTED, instead=DecisionNotified("family", "phone"))
NOT_THERE = "no sealed part of this event is there"
NOT_CANONICAL = "not in canonical form: names and sets in order, no white space, nothing twice"

SEALABLE = [cls for cls in STORABLE if sealed_fields(cls)]
each_sealable = pytest.mark.parametrize("cls", SEALABLE, ids=lambda cls: cls.__name__)


def marked(event):
    """*event* with a marker in every field that is sealed, in what it corrects too."""
    marks = {f.name: MARKER if f.type is str else MARKER_DAY for f in sealed_fields(type(event))}
    if isinstance(event, EntryCorrected):
        marks["instead"] = marked(event.instead)
    return evolve(event, **marks)


def bare(event):
    """*event* with nothing in any field that is sealed."""
    empty = dict.fromkeys((f.name for f in sealed_fields(type(event))), None)
    if isinstance(event, EntryCorrected):
        empty["instead"] = bare(event.instead)
    return evolve(event, **empty)


def faults(*asked, of=decode):
    with pytest.raises(BadFields) as refused:
        of(*asked)
    return list(refused.value.faults)


@each_sealable
@settings(max_examples=some(10))
@given(st.data())
def test_nothing_sealed_is_in_the_open_bytes(cls, data):
    event = data.draw(of_class(cls))

    name, open_part, parts = encode(marked(event))

    assert MARKER.encode() not in open_part
    assert b"1776-07-04" not in open_part
    assert encode(bare(event)) == Encoded(name, open_part, ())
    assert b"".join(part.plain for part in parts).count(MARKER.encode()) == len(parts)


@each_sealable
@settings(max_examples=some(10))
@given(st.data())
def test_without_keys_a_sealed_field_stands_as_sealed_exactly_where_there_is_a_part(cls, data):
    event = data.draw(of_class(cls))
    name, open_part, parts = encode(event)

    for known in (parts, [(part.person, part.path) for part in parts]):
        read = decode(name, open_part, known)

        assert bare(read) == bare(event)
        stands = {part.path: part.person for part in parts}
        for field in sealed_fields(cls):
            under = "" if field.named_by else field.name
            assert getattr(read, field.name) is (Unopened.SEALED if under in stands else None)
    assert decode(name, open_part) == bare(event)


def test_what_one_person_is_known_by_goes_under_one_key_and_each_narrative_under_its_own():
    assert encode(CORRECTED).parts == (
        Part(None, "words", b'{"words":"Misheard."}'),
        Part("A-1", "instead.", b'{"instead.born_on":"2008-09-14","instead.name":"Zebulon Zigzag"}'),
    )


def test_a_field_that_is_empty_has_no_part():
    assert encode(evolve(CHILD, name=None, born_on=None)).parts == ()
    assert encode(evolve(CHILD, name=None)).parts == (Part("A-1", "", b'{"born_on":"2008-09-14"}'),)
    assert encode(evolve(SAID, words="")).parts == (Part(None, "words", b'{"words":""}'),)


def test_all_fields_of_a_persons_part_stand_as_sealed_until_it_is_opened():
    name, open_part, parts = encode(evolve(CHILD, name=None))

    read = decode(name, open_part, parts)

    assert (read.name, read.born_on) == (Unopened.SEALED, Unopened.SEALED)
    assert opened(read, parts) == evolve(CHILD, name=None)


def test_one_part_is_opened_without_another():
    name, open_part, (words, person) = encode(CORRECTED)
    read = decode(name, open_part, (words, person))

    assert opened(read, [words]).words == "Misheard."
    assert opened(read, [words]).instead.name is Unopened.SEALED
    assert opened(read, [person]).words is Unopened.SEALED
    assert opened(read, [person]).instead == CHILD
    assert opened(opened(read, [person]), [words]) == CORRECTED


def test_what_was_erased_is_marked_and_the_rest_stays():
    assert erased(CHILD, "A-1", "") == evolve(CHILD, name=Unopened.ERASED, born_on=Unopened.ERASED)
    assert erased(SAID, None, "words") == evolve(SAID, words=Unopened.ERASED)
    assert erased(CORRECTED, "A-1", "instead.") == evolve(CORRECTED, instead=erased(CHILD, "A-1", ""))
    assert erased(CORRECTED, None, "words") == evolve(CORRECTED, words=Unopened.ERASED)


@each_sealable
@pytest.mark.parametrize("mark", Unopened)
@settings(max_examples=2)
@given(data=st.data())
def test_what_was_not_opened_is_not_written_again(cls, mark, data):
    event = bare(data.draw(of_class(cls)))

    for field in sealed_fields(cls):
        assert faults(evolve(event, **{field.name: mark}), of=encode) == [
            Fault(field.name, "is sealed: open it first, or leave it out")
        ]


def test_what_was_not_opened_within_a_correction_is_not_written_again():
    event = evolve(CORRECTED, instead=evolve(CHILD, name=Unopened.SEALED))

    assert faults(event, of=encode) == [Fault("instead.name", "is sealed: open it first, or leave it out")]


@pytest.mark.parametrize(
    "event, person, path, at",
    [
        (SAID, None, "name", "name"),
        (SAID, None, "minutes", "minutes"),
        (SAID, None, "", ""),
        (SAID, None, "instead.words", "instead.words"),
        (SAID, None, "Zebulon Zigzag", "(a name that is none)"),
        (SAID, "A-m", "", ""),
        (SAID, "A-m", "words", "words"),
        (CHILD, "A-2", "", ""),
        (CHILD, "A-1", "name", "name"),
        (CHILD, None, "name", "name"),
        (CHILD, "A-1", "instead.", "instead.(a name that is none)"),
        (CORRECTED, "A-1", "", ""),
        (CORRECTED, None, "instead.words", "instead.words"),
        (CORRECTED, None, "instead.instead.words", "instead.(a name that is none)"),
        (NOBODY_CORRECTED, "A-1", "instead.", "instead.(a name that is none)"),
    ],
)
def test_a_part_that_is_not_of_the_event_is_refused(event, person, path, at):
    name, open_part, _ = encode(event)

    assert faults(name, open_part, [(person, path)]) == [Fault(at, NOT_THERE)]
    assert faults(event, [Part(person, path, b"{}")], of=opened) == [Fault(at, NOT_THERE)]
    assert faults(event, person, path, of=erased) == [Fault(at, NOT_THERE)]


@pytest.mark.parametrize(
    "plain, said",
    [
        (b"", Fault("words", "not JSON of a sealed part")),
        (b'{"words":"Said."', Fault("words", "not JSON of a sealed part")),
        (b'["Said."]', Fault("words", "not JSON of a sealed part")),
        (b"\xff", Fault("words", "not JSON of a sealed part")),
        (b'{"words":"\xff"}', Fault("words", "not JSON of a sealed part")),
        (100_000 * b'{"words":', Fault("words", "not JSON of a sealed part")),
        (b'{"words":5}', Fault("words", "expected text")),
        (b'{"words":null}', Fault("words", "expected text")),
        (b'{"words":["Said."]}', Fault("words", "expected text")),
        (b'{"words":"a\\u0000b"}', Fault("words", "expected text without NUL characters and lone surrogates")),
        (b'{"words":"Said.","more":"Said."}', Fault("more", "does not belong in this sealed part")),
        (b'{"words":"Said.","minutes":5}', Fault("minutes", "does not belong in this sealed part")),
        (b'{"Zebulon Zigzag":5}', Fault("(a name that is none)", "does not belong in this sealed part")),
        (b"{}", Fault("words", NOT_CANONICAL)),
        (b'{"words": "Said."}', Fault("words", NOT_CANONICAL)),
        (b'{"words":"Said."} ', Fault("words", NOT_CANONICAL)),
        (b'{"words":"S\\u0061id."}', Fault("words", NOT_CANONICAL)),
        (b'{"words":"Hidden.","words":"Said."}', Fault("words", NOT_CANONICAL)),
    ],
)
def test_an_opened_part_is_read_as_strictly_as_an_open_one(plain, said):
    assert faults(SAID, [Part(None, "words", plain)], of=opened) == [said]


@pytest.mark.parametrize(
    "plain, said",
    [
        (b'{"born_on":"2008-09-31"}', Fault("born_on", "expected a day that is in the calendar, YYYY-MM-DD")),
        (b'{"born_on":"2008-09-14T00:00:00"}', Fault("born_on", "expected a day, YYYY-MM-DD")),
        (b'{"birth_month":"2008-09"}', Fault("birth_month", "does not belong in this sealed part")),
        (b'{"name":"Zebulon","born_on":"2008-09-14"}', Fault("", NOT_CANONICAL)),
    ],
)
def test_an_opened_part_of_a_person_is_read_as_strictly(plain, said):
    assert faults(CHILD, [Part("A-1", "", plain)], of=opened) == [said]


def test_an_opened_part_within_a_correction_keeps_to_what_is_corrected():
    plain = b'{"instead.name":"Zebulon","words":"Smuggled."}'

    assert faults(CORRECTED, [Part("A-1", "instead.", plain)], of=opened) == [
        Fault("words", "does not belong in this sealed part")
    ]


def test_the_marks_of_what_is_not_opened_are_no_text_that_could_be_stored():
    for mark in Unopened:
        assert json.dumps(mark.value).isdecimal()


def test_every_sealed_field_is_text_or_a_day():
    assert {f.type for cls in STORABLE for f in sealed_fields(cls)} == {str, date}
    assert all(f.name in {a.name for a in fields(cls)} for cls in SEALABLE for f in sealed_fields(cls))
    assert {f.named_by for cls in SEALABLE for f in sealed_fields(cls)} <= {None, *hints(PersonJoined)}


@each_sealable
@settings(max_examples=some(5))
@given(st.data())
def test_what_is_about_to_be_sealed_shows_in_no_log(cls, data):
    encoded = encode(marked(data.draw(of_class(cls))))

    for said in (f"{encoded}", f"{encoded!r}", f"{encoded.parts!r}", *map(str, encoded.parts)):
        assert MARKER not in said
        assert f"{MARKER_DAY}" not in said
    assert encoded.parts[0].plain


def wrong_in(value):
    """Ways to give *value* that can neither be stored nor read."""
    stored = encode(SAID)
    return {
        "a lone surrogate": lambda: encode(evolve(SAID, words=f"{value}\ud800")),
        "bytes": lambda: encode(evolve(SAID, words=value.encode())),
        "a name of a wrong kind": lambda: encode(evolve(CHILD, name=[value])),
        "corrected to a wrong kind": lambda: encode(evolve(CORRECTED, instead=evolve(CHILD, name={value: 1}))),
        "a part that is no JSON": lambda: opened(decode(*stored), [Part(None, "words", value.encode() + b"\xff")]),
        "a part of a wrong kind": lambda: opened(
            decode(*stored), [Part(None, "words", f'{{"words":["{value}"]}}'.encode())]
        ),
        "fields of a wrong kind": lambda: read_event("ContactMade", {"mode": "phone", "whom": [], "words": [value]}),
        "a line that is no JSON": lambda: read_json(f'{{"words": "{value}'),
        "a line that is no UTF-8": lambda: read_json(value.encode() + b"\xff"),
    }


@pytest.mark.parametrize("way", wrong_in(MARKER))
def test_no_error_carries_what_was_given_nor_does_one_behind_it(way):
    with pytest.raises(RecordError) as refused:
        wrong_in(MARKER)[way]()

    chain = [refused.value]
    while behind := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(behind)
    assert [type(error) for error in chain if MARKER in f"{error!r} {vars(error)}"] == []
    assert [type(error) for error in chain if not isinstance(error, RecordError)] == []
