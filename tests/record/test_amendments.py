"""A correction holds the whole event as it should have been: never another amendment, and never out of form."""

import json
from datetime import date

import pytest
from anything import CORRECTABLE, of_class
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_domain.household import PersonJoined, Relation
from ihs_domain.recording import EntryCorrected, EntryVoided
from ihs_domain.safety import ThreatIdentified
from ihs_record.codec import decode, encode, opened
from ihs_record.errors import BadFields, Fault, UnknownName
from ihs_record.reading import read_event

NO_AMENDMENT = [Fault("instead", "expected the event as it should have been, not an amendment")]
THREAT = ThreatIdentified("T1", "left-alone", "present", frozenset({"A-1", "A-2"}), "Alone on two evenings.")
CHILD = PersonJoined("A-1", Relation.CHILD, "2008-09", "Zebulon Zigzag", date(2008, 9, 14))


def corrected(instead):
    return EntryCorrected(7, instead, date(2031, 2, 19), "other", words="Misheard.")


def back(encoded):
    return opened(decode(encoded.name, encoded.open, encoded.parts), encoded.parts)


def with_instead(**values):
    said = json.loads(encode(corrected(THREAT)).open)
    said["instead"] |= values
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()


def with_fields(**values):
    return with_instead(**{"with": json.loads(encode(THREAT).open) | values})


def faults(open_part):
    with pytest.raises(BadFields) as refused:
        decode("EntryCorrected.v1", open_part)
    assert refused.value.name == "EntryCorrected"
    return list(refused.value.faults)


@pytest.mark.parametrize("cls", CORRECTABLE, ids=lambda cls: cls.__name__)
@settings(max_examples=3)
@given(st.data())
def test_any_happening_and_any_decision_can_be_corrected(cls, data):
    event = corrected(data.draw(of_class(cls)))

    assert back(encode(event)) == event


@pytest.mark.parametrize("event", [THREAT, CHILD], ids=["narrative", "person"])
def test_what_is_sealed_in_an_event_is_sealed_in_its_correction(event):
    encoded = encode(corrected(event))

    assert back(encoded) == corrected(event)
    assert b"Zebulon" not in encoded.open
    assert b"evenings" not in encoded.open
    assert {part.path for part in encoded.parts} >= {"words"}
    assert len(encoded.parts) == 2


@pytest.mark.parametrize("amendment", [EntryVoided(3, "other"), corrected(THREAT)], ids=["voided", "corrected"])
def test_an_amendment_cannot_stand_in_an_amendment(amendment):
    inner = encode(amendment)
    said = {"record": type(amendment).__name__, "with": json.loads(inner.open)}
    line = {"entry": 1, "instead": said, "on": "2031-02-19", "reason": "other"}

    with pytest.raises(BadFields) as not_written:
        encode(corrected(amendment))
    with pytest.raises(BadFields) as not_read:
        read_event("EntryCorrected", line)

    assert list(not_written.value.faults) == NO_AMENDMENT
    assert list(not_read.value.faults) == NO_AMENDMENT
    assert faults(with_instead(**said | {"record": inner.name})) == NO_AMENDMENT


@pytest.mark.parametrize(
    "open_part, said",
    [
        (with_fields(threat=5), "instead.with.threat"),
        (with_fields(threat="Zebulon Zigzag"), "instead.with.threat"),
        (with_fields(more=5), "instead.with.more"),
        (with_fields(words="smuggled"), "instead.with.words"),
        (with_fields(children=["A-2", "A-1"]), "instead.with"),
        (with_instead(more=1), "instead"),
        (with_instead(record=5), "instead"),
        (with_instead(**{"with": []}), "instead.with"),
        (with_instead(**{"with": {}}), "instead.with.threat"),
    ],
)
def test_a_correction_that_was_tampered_with_is_refused_by_field(open_part, said):
    assert faults(open_part)[0].at == said


@pytest.mark.parametrize("spelt", [b'"T1"} }', b'"T1" }}', b'"T\\u0031"}}'])
def test_a_correction_spelt_another_way_within_is_refused(spelt):
    open_part = encode(corrected(THREAT)).open
    assert open_part.count(b'"T1"}}') == 1

    assert faults(open_part.replace(b'"T1"}}', spelt)) != []


@pytest.mark.parametrize(
    "record, says",
    [
        ("ThreatImagined.v1", "there is no event of that name: see the catalogue of events"),
        ("ThreatIdentified.v999", "ThreatIdentified of version 999 is newer than this software knows: update it"),
        ("ThreatIdentified", "there is no event of that name: see the catalogue of events"),
    ],
)
def test_a_correction_holding_a_name_that_no_event_has_is_refused(record, says):
    with pytest.raises(UnknownName) as refused:
        decode("EntryCorrected.v1", with_instead(record=record))

    assert str(refused.value) == says
