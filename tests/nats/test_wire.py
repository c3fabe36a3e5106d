"""Subjects, headers and resume keys: what is written is read again, and nothing else is taken for it."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import evolve
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_nats import Outgoing, ResumeKey, complete, handle
from ihs_nats.errors import BadToken, ResumeKeyUnopened
from ihs_nats.wire import attributes, headers, seal, subject, token, unseal

SECRET, OTHER_SECRET = bytes(range(32)), bytes(32)
NOON_IN_UTAH = datetime(2015, 1, 9, 12, 0, tzinfo=timezone(timedelta(hours=-7)))
MESSAGE = Outgoing(ResumeKey(1, 0), "foothill", "c1", "threat", "tell", "m1", "e1", NOON_IN_UTAH, b"{}")
numbers = st.integers(0, 2**63)
few = settings(max_examples=some(50), deadline=None)
keys = st.builds(ResumeKey, numbers, numbers)


@few
@given(keys, st.text(min_size=1))
def test_a_sealed_resume_key_opens_under_its_secret_and_stream(key, stream):
    assert unseal(seal(key, SECRET, stream), SECRET, stream) == key


@few
@given(keys)
def test_a_sealed_resume_key_opens_nowhere_else(key):
    sealed = seal(key, SECRET, "ihs-foothill-1")
    tampered = ("B" if sealed[0] != "B" else "C") + sealed[1:]

    for text, secret, stream in [
        (sealed, OTHER_SECRET, "ihs-foothill-1"),
        (sealed, SECRET, "ihs-wasatch-1"),
        (tampered, SECRET, "ihs-foothill-1"),
    ]:
        with pytest.raises(ResumeKeyUnopened):
            unseal(text, secret, stream)


@few
@given(st.none() | st.text())
def test_what_was_never_sealed_does_not_open(text):
    with pytest.raises(ResumeKeyUnopened):
        unseal(text, SECRET, "ihs-foothill-1")


@few
@given(keys)
def test_the_same_resume_key_is_never_sealed_alike(key):
    assert seal(key, SECRET, "s") != seal(key, SECRET, "s")


@few
@given(st.text() | st.sampled_from(["*", ">", "a.b", "..", "a b", "a\n", "", "a\r\nPUB x 0", "ä", "²"]))
def test_a_token_holds_letters_digits_underscore_and_hyphen_only(text):
    if text and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"):
        assert token(text) == text
    else:
        with pytest.raises(BadToken):
            token(text)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("bad", ["*", ">", "a.b", ""])
def test_a_subject_with_a_bad_token_anywhere_is_refused(place, bad):
    tokens = ["foothill", "c1", "threat"]
    tokens[place] = bad

    with pytest.raises(BadToken):
        subject(*tokens)


@few
@given(st.binary(min_size=16, max_size=32), st.text())
def test_a_handle_is_a_token_of_26_characters_and_always_the_same(key, case_id):
    assert re.fullmatch(r"[a-z2-7]{26}", handle(key, case_id))
    assert handle(key, case_id) == handle(key, case_id)


def test_two_agencies_know_a_case_by_different_handles():
    assert handle(b"foothill", "case-1") != handle(b"wasatch", "case-1")


def test_a_handle_never_changes_its_form():
    assert handle(b"agency key", "case-1") == "faihsqaykgpno2z5hyw5brop7e"


@few
@given(st.text(), st.text(min_size=1))
def test_headers_carry_any_text_in_printable_ascii(entry, id_):
    written = headers(evolve(MESSAGE, entry=entry, id=id_))

    assert all(re.fullmatch(r"[!-~]+", value) for value in written.values())
    assert attributes(written).get("entry", "") == entry
    assert attributes(written)["id"] == id_


def test_headers_say_what_cloudevents_asks_for():
    assert headers(MESSAGE) == {
        "ce-specversion": "1.0",
        "ce-id": "m1",
        "ce-source": "urn:ihs:foothill",
        "ce-type": "ihs.v1.threat.tell",
        "ce-time": "2015-01-09T19:00:00Z",
        "ce-subject": "c1",
        "ce-datacontenttype": "application/json",
        "ce-entry": "e1",
    }


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        headers(evolve(MESSAGE, time=NOON_IN_UTAH.replace(tzinfo=None)))


def test_a_control_message_is_about_no_case():
    message = complete(ResumeKey(9, 0), "foothill", datetime(2015, 1, 9, tzinfo=UTC))

    assert (message.handle, message.kind, message.entry) == ("all", "control", "")
    assert message.data == b'{"complete_up_to":"2015-01-09T00:00:00Z"}'


def test_no_message_shows_its_data_when_it_is_printed():
    assert "narrative" not in repr(evolve(MESSAGE, data=b'"a narrative"'))
