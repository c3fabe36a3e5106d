"""An old stored name stays readable: steps lead from its open part to the version of today."""

from datetime import date

import pytest

from ihs_domain.contacting import ContactMade, ContactMode
from ihs_domain.recording import EntryCorrected
from ihs_domain.terms import Unopened
from ihs_record.codec import decode, encode, opened
from ihs_record.errors import BadFields, Fault, UnknownName

CONTACT = ContactMade(ContactMode.PHONE, frozenset({"A-m"}), "w-12", minutes=90, words="Said.")


def hours_to_minutes(said):
    minutes = said["hours"] * 60
    return "VisitMade.v2", {"whom": said["whom"], "by": said["by"], "minutes": minutes, "visit": said["visit"]}


def visits_are_contacts(said):
    mode = "home-visit" if said.pop("visit") else "phone"
    return "ContactMade.v1", said | {"mode": mode}


STEPS = {"VisitMade.v1": hours_to_minutes, "VisitMade.v2": visits_are_contacts}
FIRST = b'{"by":"w-12","hours":1,"visit":true,"whom":["A-m"]}'
SECOND = b'{"by":"w-12","minutes":90,"visit":false,"whom":["A-m"]}'
PARTS = encode(CONTACT).parts


def faults(name, open_part, steps=STEPS):
    with pytest.raises(BadFields) as refused:
        decode(name, open_part, (), steps)
    return list(refused.value.faults)


def test_an_old_name_is_read_as_the_event_of_today():
    read = opened(decode("VisitMade.v2", SECOND, PARTS, STEPS), PARTS)

    assert read == CONTACT
    assert read.mode is ContactMode.PHONE


def test_an_old_name_is_led_through_every_version_between():
    assert decode("VisitMade.v1", FIRST, (), STEPS) == ContactMade(
        ContactMode.HOME_VISIT, frozenset({"A-m"}), "w-12", minutes=60
    )


def test_what_was_sealed_in_an_old_version_stands_as_sealed():
    assert decode("VisitMade.v2", SECOND, PARTS, STEPS).words is Unopened.SEALED


def test_an_old_event_is_written_again_under_the_name_of_today():
    assert encode(opened(decode("VisitMade.v2", SECOND, PARTS, STEPS), PARTS)) == encode(CONTACT)


def test_an_old_name_within_a_correction_is_read_as_the_event_of_today():
    open_part = (
        b'{"at":null,"entry":7,"instead":{"record":"VisitMade.v2","with":' + SECOND + b'},"on":"2031-02-19",'
        b'"reason":"other"}'
    )

    read = decode("EntryCorrected.v1", open_part, [(None, "instead.words")], STEPS)

    instead = ContactMade(ContactMode.PHONE, frozenset({"A-m"}), "w-12", minutes=90, words=Unopened.SEALED)
    assert read == EntryCorrected(7, instead, date(2031, 2, 19), "other")


def test_without_its_step_an_old_name_is_unknown():
    with pytest.raises(UnknownName):
        decode("VisitMade.v1", FIRST)


def test_a_step_that_leads_to_no_event_is_refused():
    with pytest.raises(UnknownName) as refused:
        decode("VisitMade.v1", FIRST, (), {"VisitMade.v1": lambda said: ("ContactMade.v9", said)})

    assert str(refused.value) == "ContactMade of version 9 is newer than this software knows: update it"


@pytest.mark.parametrize(
    "open_part, said",
    [
        (b'{"by":"w-12","minutes":"90","visit":false,"whom":["A-m"]}', "minutes"),
        (b'{"by":"Zebulon Zigzag","minutes":90,"visit":false,"whom":["A-m"]}', "by"),
        (b'{"by":"w-12","minutes":90,"more":1,"visit":false,"whom":["A-m"]}', "more"),
        (b'{"by":"w-12","minutes":90,"visit":false,"whom":["A-m"],"words":"smuggled"}', "words"),
        (b'{"by":"w-12","minutes":90,"visit":false}', "whom"),
        (b'{"by":"w-12","minutes":90,"whom":["A-m"]}', ""),
        (b'{"by":"w-12","by":"w-13","minutes":90,"visit":false,"whom":["A-m"]}', "by"),
        (SECOND[:-1], ""),
        (SECOND + b" ", ""),
        (b'{"minutes":90,"by":"w-12","visit":false,"whom":["A-m"]}', ""),
    ],
)
def test_old_bytes_are_read_as_strictly_as_those_of_today(open_part, said):
    assert faults("VisitMade.v2", open_part)[0].at == said


def test_old_bytes_without_the_fields_of_their_version_are_refused_in_words():
    assert faults("VisitMade.v1", b"{}") == [Fault("", "the stored open part has not the fields of its version")]
    assert faults("VisitMade.v1", b'{"by":1,"hours":{},"visit":1,"whom":1}') == [
        Fault("", "the stored open part has not the fields of its version")
    ]
