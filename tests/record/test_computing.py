"""What events are computed from: read as strictly as events, and the same bytes only for the same words."""

import pytest
from anything import of_class
from examples import some
from hypothesis import given, settings
from hypothesis import strategies as st

from ihs_domain.scoring import COMPUTED, ScoreRisk
from ihs_domain.terms import Computing
from ihs_record.codec import Encoded, decode_computing, encode, encoded_and_read, opened
from ihs_record.errors import BadFields, UnknownName
from ihs_record.names import COMPUTING, WORDS
from ihs_record.reading import read_event, read_said

SCORE = ScoreRisk("some-risk", {"left-alone": "yes"})


def back(encoded: Encoded) -> Computing:
    return opened(decode_computing(encoded.name, encoded.open), encoded.parts)


@settings(max_examples=some(25))
@given(st.sampled_from([*COMPUTING.values()]).flatmap(of_class))
def test_whatever_is_said_comes_back_equal(said):
    assert back(encoded_and_read(said)[0]) == said


@settings(max_examples=some(15))
@given(st.data())
def test_only_the_same_words_have_the_same_bytes(data):
    drawn = of_class(data.draw(st.sampled_from([*COMPUTING.values()])))
    one, other = data.draw(drawn), data.draw(drawn)

    assert (encoded_and_read(one)[0] == encoded_and_read(other)[0]) == (one == other)


def test_everything_the_core_computes_from_has_its_word_and_no_event_has_the_same():
    assert {cls: word for word, cls in COMPUTING.items()} == {cls: cls.__name__ for cls in COMPUTED}
    assert COMPUTING.keys() & WORDS.keys() == set()


def test_people_write_it_in_the_place_of_an_event_but_never_within_a_correction():
    fields = {"instrument": "some-risk", "answers": {"left-alone": "yes"}}

    assert read_said("ScoreRisk", fields) == SCORE
    assert read_said("NeedMet", {"need": "N1"}) == read_event("NeedMet", {"need": "N1"})
    with pytest.raises(UnknownName):
        read_event("ScoreRisk", fields)
    with pytest.raises(UnknownName):
        read_said(["ScoreRisk"], fields)


@pytest.mark.parametrize(
    "fields, at",
    [
        ({"answers": {}}, "instrument"),
        ({"instrument": "some-risk", "answers": {"Left alone": "yes"}}, "answers[0]"),
        ({"instrument": "some-risk", "answers": {}, "scored_level": "low"}, "scored_level"),
    ],
)
def test_what_does_not_fit_is_told_with_its_field(fields, at):
    with pytest.raises(BadFields) as bad:
        read_said("ScoreRisk", fields)

    assert [fault.at for fault in bad.value.faults] == [at]


def test_it_has_no_stored_name_and_is_never_an_event():
    with pytest.raises(UnknownName):
        encode(SCORE)


@pytest.mark.parametrize("said", [ScoreRisk("Some Risk", {}), ScoreRisk("some-risk", {"left-alone": 3})])
def test_a_value_that_would_not_come_back_is_refused(said):
    with pytest.raises(BadFields):
        encoded_and_read(said)
