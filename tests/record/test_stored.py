"""Bytes on record are read as what was written, or refused: never as something else."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from anything import STORABLE, of_class
from attrs import evolve, fields
from examples import some
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ihs_domain.agencies import OnCallCovered
from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.planning import PlanAgreed, PlanDrafted, PlanGoal
from ihs_domain.recording import EntryCorrected
from ihs_domain.safety import SafetyPlanMonitored, ThreatIdentified
from ihs_domain.teaming import Part, TeamFormed
from ihs_record.codec import decode, encode, opened
from ihs_record.errors import BadFields, Fault, UnknownName
from ihs_record.names import STORED_AS
from ihs_record.reading import structured
from ihs_record.shapes import open_shape

ID = "expected an id: letters, digits, dots, hyphens, underscores, at most 64"
MINUTES = "expected minutes, a whole number from 0 of at most 15 digits"
ENTRY = "expected an entry's version, a whole number from 1 of at most 15 digits"
INSTANT = "expected an instant with its offset, such as 2015-01-09T15:00:00-07:00"
NOT_CANONICAL = [Fault("", "not in canonical form: names and sets in order, no white space, nothing twice")]

THREAT = ThreatIdentified("T1", "left-alone", "present", frozenset({"A-1", "A-2"}))
PLAN = PlanDrafted("PL1", (PlanGoal("N1", "dental-check"),), from_on=date(2031, 1, 1))
CONTACT = ContactMade("phone", frozenset({"A-m"}), minutes=40)
ON_CALL = OnCallCovered("w-1", datetime(2031, 1, 1, 18, tzinfo=UTC), datetime(2031, 1, 2, 8, tzinfo=UTC))
CORRECTED = EntryCorrected(7, THREAT, date(2031, 2, 19), "other", datetime(2031, 2, 19, tzinfo=UTC))

each_class = pytest.mark.parametrize("cls", STORABLE, ids=lambda cls: cls.__name__)


def back(encoded):
    return opened(decode(encoded.name, encoded.open, encoded.parts), encoded.parts)


def as_written(encoded):
    """The event as a person would write it: open and sealed fields together."""
    said = json.loads(encoded.open)
    for part in encoded.parts:
        for path, value in json.loads(part.plain).items():
            within, _, name = path.rpartition(".")
            (said[within]["with"] if within else said)[name] = value
    return said


def faults(name, open_part):
    with pytest.raises(BadFields) as refused:
        decode(name, open_part)
    return list(refused.value.faults)


def changed(event, **values):
    said = json.loads(encode(event).open) | values
    return STORED_AS[type(event)], json.dumps(said, separators=(",", ":"), sort_keys=True).encode()


def same_types(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, (tuple, frozenset)):
        return [type(item) for item in sorted(one, key=repr)] == [type(item) for item in sorted(other, key=repr)]
    return one is other if isinstance(one, StrEnum) else True


# Any event whatever


@each_class
@settings(max_examples=some(15))
@given(st.data())
def test_any_event_comes_back_equal_by_either_reader_and_as_the_same_bytes(cls, data):
    event = data.draw(of_class(cls))

    encoded = encode(event)

    assert back(encoded) == event
    assert encode(back(encoded)) == encoded
    assert structured(as_written(encoded), cls, cls.__name__) == event


@each_class
@settings(max_examples=some(5))
@given(st.data())
def test_any_event_comes_back_with_the_very_types_it_was_written_with(cls, data):
    event = data.draw(of_class(cls))
    encoded = encode(event)

    for read in (back(encoded), structured(as_written(encoded), cls, cls.__name__)):
        assert type(read) is cls
        assert [a.name for a in fields(cls) if not same_types(getattr(read, a.name), getattr(event, a.name))] == []


@given(st.lists(st.integers(0, 50), unique=True, max_size=20), st.randoms(use_true_random=False))
def test_the_order_in_which_a_set_or_an_object_was_made_never_matters(numbers, random):
    ids = [f"P-{number}" for number in numbers]
    mixed = random.sample(ids, len(ids))

    one = TeamFormed(dict.fromkeys(ids, Part.PARENT), frozenset(ids))
    other = TeamFormed(dict.fromkeys(mixed, Part.PARENT), frozenset(mixed))

    assert encode(one) == encode(other)


# Both readers hold stored bytes to the same: whatever is changed in them, they agree.

JSON_BYTES = sorted(b'{}[]",:.-_0123456789tfnaeAPT \\@\x00\xff')
EXAMPLES = [encode(event) for event in (THREAT, PLAN, CONTACT, CORRECTED, PlanAgreed("PL1", frozenset({"A-m"})))]


def read(name, open_part):
    try:
        return decode(name, open_part)
    except (BadFields, UnknownName):
        return None


@settings(max_examples=some(300))
@given(st.sampled_from(EXAMPLES), st.data())
def test_changed_bytes_are_refused_or_are_those_of_the_event_they_are_read_as(encoded, data):
    at = data.draw(st.integers(0, len(encoded.open) - 1))
    upto = data.draw(st.integers(at, min(at + 3, len(encoded.open))))
    new = bytes(data.draw(st.lists(st.sampled_from(JSON_BYTES), max_size=3)))
    tampered = encoded.open[:at] + new + encoded.open[upto:]

    event = read(encoded.name, tampered)

    if event is not None:
        assert encode(event).open == tampered
        assert structured(json.loads(tampered), type(event), "") == event


@pytest.mark.parametrize("encoded", EXAMPLES, ids=lambda encoded: encoded.name)
def test_bytes_cut_short_or_added_to_are_refused(encoded):
    for length in range(len(encoded.open)):
        assert faults(encoded.name, encoded.open[:length]) != []
    for more in (b" ", b"\n", b"\x00", b"{}", b"}"):
        assert faults(encoded.name, encoded.open + more) != []


# One fault at a time


@pytest.mark.parametrize(
    "name, says",
    [
        ("ThreatImagined.v1", "there is no event of that name: see the catalogue of events"),
        ("ThreatIdentified", "there is no event of that name: see the catalogue of events"),
        ("threatidentified.v1", "there is no event of that name: see the catalogue of events"),
        ("ihs_domain.safety.ThreatIdentified", "there is no event of that name: see the catalogue of events"),
        ("ThreatIdentified.Zebulon Zigzag", "there is no event of that name: see the catalogue of events"),
        ("ThreatIdentified.v999", "ThreatIdentified of version 999 is newer than this software knows: update it"),
        ("ThreatIdentified.v10", "ThreatIdentified of version 10 is newer than this software knows: update it"),
    ],
)
def test_a_stored_name_that_no_event_has_is_refused(name, says):
    with pytest.raises(UnknownName) as refused:
        decode(name, encode(THREAT).open)

    assert str(refused.value) == says


@pytest.mark.parametrize(
    "event, values, said",
    [
        (THREAT, {"more": 1}, [Fault("more", "no such field")]),
        (THREAT, {"Zebulon Zigzag": 1}, [Fault("(a name that is none)", "no such field")]),
        (THREAT, {"threat": 5}, [Fault("threat", ID)]),
        (THREAT, {"threat": None}, [Fault("threat", ID)]),
        (THREAT, {"threat": "Zebulon Zigzag"}, [Fault("threat", ID)]),
        (THREAT, {"presence": "perhaps"}, [Fault("presence", "expected one of: present, likely")]),
        (THREAT, {"children": "A-1"}, [Fault("children", "expected a list")]),
        (THREAT, {"children": {}}, [Fault("children", "expected a list")]),
        (THREAT, {"children": ["A-1", "A-1"]}, [Fault("children", "expected each only once")]),
        (THREAT, {"children": ["A-2", "A-1"]}, NOT_CANONICAL),
        (THREAT, {"words": "smuggled"}, [Fault("words", "is sealed, and stands in no open part")]),
        (THREAT, {"words": None}, [Fault("words", "is sealed, and stands in no open part")]),
        (PLAN, {"goals": [{"need": 5}]}, [Fault("goals[0].need", ID)]),
        (PLAN, {"goals": [{"need": "N1"}]}, NOT_CANONICAL),
        (PLAN, {"from_on": "2031-01-01T00:00:00"}, [Fault("from_on", "expected a day, YYYY-MM-DD")]),
        (PLAN, {"from_on": "2031-02-30"}, [Fault("from_on", "expected a day that is in the calendar, YYYY-MM-DD")]),
        (CONTACT, {"minutes": "40"}, [Fault("minutes", MINUTES)]),
        (CONTACT, {"minutes": 40.0}, [Fault("minutes", MINUTES)]),
        (CONTACT, {"minutes": True}, [Fault("minutes", MINUTES)]),
        (CONTACT, {"minutes": 10**15}, [Fault("minutes", MINUTES)]),
        (CONTACT, {"minutes": -1}, [Fault("minutes", MINUTES)]),
        (CONTACT, {"minutes": 10**30}, [Fault("minutes", MINUTES)]),
        (CORRECTED, {"entry": 0}, [Fault("entry", ENTRY)]),
        (CORRECTED, {"more": 0}, [Fault("more", "no such field")]),
        (CORRECTED, {"words": "smuggled"}, [Fault("words", "is sealed, and stands in no open part")]),
        (
            CORRECTED,
            {"at": "2031-02-19T00:00:00"},
            [Fault("at", INSTANT)],
        ),
        (CORRECTED, {"at": "2031-02-19T00:00:00+00:00"}, NOT_CANONICAL),
        (CORRECTED, {"at": "2031-02-19t00:00:00Z"}, [Fault("at", INSTANT)]),
    ],
)
def test_stored_bytes_that_do_not_fit_are_refused_by_field(event, values, said):
    assert faults(*changed(event, **values)) == said


@pytest.mark.parametrize("event", [THREAT, PLAN, CONTACT, CORRECTED], ids=lambda event: type(event).__name__)
def test_every_open_field_is_there_even_where_it_may_be_left_out_by_a_person(event):
    name, open_part = STORED_AS[type(event)], encode(event).open

    for field in json.loads(open_part):
        said = json.loads(open_part)
        del said[field]
        without = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()

        assert faults(name, without) == [Fault(field, "this field is missing")]


@pytest.mark.parametrize(
    "open_part",
    [
        b'{"kept":true,"plan":"SP1","review_on":null} ',
        b'{"kept": true,"plan":"SP1","review_on":null}',
        b'{"plan":"SP1","kept":true,"review_on":null}',
        b'{"kept":true,"plan":"S\\u00501","review_on":null}',
    ],
)
def test_another_spelling_of_the_same_event_is_refused(open_part):
    assert decode("SafetyPlanMonitored.v1", b'{"kept":true,"plan":"SP1","review_on":null}') == SafetyPlanMonitored(
        "SP1", kept=True
    )
    assert faults("SafetyPlanMonitored.v1", open_part) == NOT_CANONICAL


@pytest.mark.parametrize("twice", [b'"kept":true,"kept":true', b'"kept":false,"kept":true'])
def test_a_field_written_twice_is_refused_by_name(twice):
    open_part = b"{" + twice + b',"plan":"SP1","review_on":null}'

    assert faults("SafetyPlanMonitored.v1", open_part) == [Fault("kept", "written twice")]


@pytest.mark.parametrize(
    "open_part, says",
    [
        (b"", "not JSON at character 1"),
        (b"null", "expected a JSON object"),
        (b"[]", "expected a JSON object"),
        (b"\xff\xfe", "not UTF-8 at byte 1"),
        (100_000 * b"[", "nested deeper than 32"),
        (100_000 * b'{"instead":', "nested deeper than 32"),
        (b'{"entry":' + 5000 * b"1" + b"}", "a number of more than 15 digits"),
    ],
    ids=["nothing", "null", "list", "no text", "deep list", "deep object", "long number"],
)
@pytest.mark.parametrize("name", ["SafetyPlanMonitored.v1", "EntryCorrected.v1"])
def test_stored_bytes_that_are_no_plain_object_are_refused(name, open_part, says):
    assert faults(name, open_part) == [Fault("", says)]


# Writing


@pytest.mark.parametrize(
    "event, at",
    [
        (evolve(CONTACT, minutes="40"), "minutes"),
        (evolve(CONTACT, minutes=40.0), "minutes"),
        (evolve(CONTACT, minutes=10**15), "minutes"),
        (evolve(CONTACT, minutes=10**5000), "minutes"),
        (evolve(CONTACT, minutes=float("nan")), "minutes"),
        (evolve(CONTACT, mode="pigeon"), "mode"),
        (evolve(CONTACT, by="Zebulon Zigzag"), "by"),
        (evolve(CONTACT, whom=["A-m"]), "whom"),
        (evolve(CONTACT, whom=object()), "whom"),
        (evolve(CONTACT, words=5), "words"),
        (evolve(CONTACT, words="a\x00b"), "words"),
        (evolve(CONTACT, words="a\ud800b"), "words"),
        (evolve(CONTACT, words=262_145 * "x"), "words"),
        (evolve(PLAN, from_on=datetime(2031, 1, 1)), "from_on"),  # noqa: DTZ001 - a naive instant is the point
        (evolve(PLAN, goals=[PlanGoal("N1")]), "goals"),
        (evolve(PLAN, goals=(PLAN,)), "goals[0].need"),
        (evolve(CORRECTED, at=datetime(2031, 1, 1)), "at"),  # noqa: DTZ001
        (evolve(CORRECTED, at=datetime(2031, 1, 1, tzinfo=timezone(timedelta(seconds=30)))), "at"),
        (evolve(ON_CALL, since=datetime(2031, 1, 1)), "since"),  # noqa: DTZ001
        (evolve(ON_CALL, since=datetime(2031, 1, 1, tzinfo=timezone(timedelta(seconds=30)))), "since"),
        (evolve(ON_CALL, until=date(2031, 1, 1)), "until"),
        (evolve(ON_CALL, until="2031-01-01T00:00:00Z"), "until"),
        (evolve(CORRECTED, instead=evolve(ON_CALL, since=datetime(2031, 1, 1))), "instead.with.since"),  # noqa: DTZ001
        (evolve(CORRECTED, on="2031-01-01"), "on"),
        (evolve(CORRECTED, entry=0), "entry"),
        (evolve(CORRECTED, instead=evolve(CONTACT, minutes="40")), "instead.with.minutes"),
        (evolve(CORRECTED, instead=evolve(CONTACT, words="a\ud800b")), "instead.with.words"),
        (evolve(CORRECTED, instead=evolve(CONTACT, whom=frozenset({"\ud800"}))), "instead.with.whom"),
        (evolve(CORRECTED, instead=CORRECTED), "instead"),
        (evolve(CORRECTED, instead="CONTACT"), "instead"),
        (evolve(CORRECTED, instead=PlanGoal("N1")), "instead"),
    ],
)
def test_what_would_not_come_back_equal_is_refused_before_it_is_stored(event, at):
    with pytest.raises(BadFields) as refused:
        encode(event)

    assert refused.value.faults[0].at == at


def test_every_field_that_cannot_be_written_is_named_with_what_text_is_expected():
    with pytest.raises(BadFields) as refused:
        encode(evolve(CONTACT, words="a\ud800b", minutes=10**5000))

    assert {(fault.at, fault.says) for fault in refused.value.faults} == {
        ("words", "expected text without NUL characters and lone surrogates"),
        ("minutes", "a value that cannot be stored"),
    }


@pytest.mark.parametrize("thing", [None, 5, {}, "ContactMade", PlanGoal("N1"), ContactMade])
def test_what_is_no_event_is_refused(thing):
    with pytest.raises(UnknownName):
        encode(thing)


@pytest.mark.parametrize("fold", [0, 1])
def test_an_instant_in_the_hour_that_autumn_repeats_is_kept(fold):
    denver = datetime(2031, 11, 2, 1, 30, tzinfo=ZoneInfo("America/Denver"), fold=fold)

    read = back(encode(evolve(CORRECTED, at=denver)))
    on_call = back(encode(evolve(ON_CALL, since=denver)))
    corrected = back(encode(evolve(CORRECTED, instead=evolve(ON_CALL, since=denver))))

    kept = f"2031-11-02T01:30:00-0{6 + fold}:00"
    assert [at.isoformat() for at in (read.at, on_call.since, corrected.instead.since)] == [kept] * 3


def test_plain_text_for_a_code_and_a_plain_set_are_stored_and_read_as_what_the_types_say():
    read = back(encode(ContactMade("phone", {"A-m"})))

    assert read.mode is ContactMode.PHONE
    assert type(read.whom) is frozenset


each_with_a_set = pytest.mark.parametrize(
    "cls", [c for c in STORABLE if c is not EntryCorrected and open_shape(c).sets], ids=lambda cls: cls.__name__
)


def nearly(open_part, data):
    """These bytes with one value of the kind that can be written in two ways put in another place, or another way."""
    ways = [
        (b'"A-1","A-2"', b'"A-2","A-1"'),
        (b'"A-1"', b'"A-1","A-1"'),
        (b"Z", b"+00:00"),
        (b"+00:00", b"Z"),
        (b":00Z", b"Z"),
        (b"-07:00", b"-00:00"),
        (b",", b", "),
        (b"1", b"01"),
    ]
    old, new = data.draw(st.sampled_from(ways))
    at = data.draw(st.integers(0, max(0, len(open_part) - 1)))
    return open_part[:at] + open_part[at:].replace(old, new, 1)


@pytest.mark.parametrize(
    "cls", [c for c in STORABLE if c is not EntryCorrected and open_shape(c).decides], ids=lambda cls: cls.__name__
)
@settings(max_examples=some(25))
@given(st.data())
def test_bytes_that_are_not_written_again_to_be_sure_are_the_only_ones_for_their_event(cls, data):
    encoded = encode(data.draw(of_class(cls)))
    given = nearly(encoded.open, data)

    try:
        event = decode(encoded.name, given)
    except BadFields:
        return

    assert encode(event).open == given


@each_with_a_set
@settings(max_examples=some(20))
@given(st.data())
def test_a_set_out_of_order_or_with_a_member_twice_is_refused(cls, data):
    event = data.draw(of_class(cls))
    encoded = encode(event)
    said = json.loads(encoded.open)
    names = [name for name in said if isinstance(getattr(event, name), frozenset) and said[name]]
    assume(names)
    name = data.draw(st.sampled_from(names))
    members = data.draw(st.sampled_from([[*said[name], said[name][-1]], said[name][::-1]]))
    given = json.dumps({**said, name: members}, separators=(",", ":")).encode()
    assume(given != encoded.open)

    with pytest.raises(BadFields):
        decode(encoded.name, given)
