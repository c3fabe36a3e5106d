"""How people search for a name: any part of it, in any order, however it is spelled."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ihs_domain.searching import Found, is_called, words

FOUND = [
    ("maria", "Maria Made-Up"),
    ("MADE", "Maria Made-Up"),
    ("made up", "Maria Made-Up"),
    ("made-up", "Maria Made-Up"),
    ("madeup maria", "Maria Made-Up"),
    ("ari", "Maria Made-Up"),
    ("garcia", "José García"),
    ("José", "JOSE GARCIA"),
    ("jose\u0301", "José"),
    ("obrien", "O'Brien"),
    ("o\u2019brien", "O'Brien"),
    ("strasse", "Straße"),
    ("soren lukasz", "Łukasz Sørensen"),
    ("aegir", "Ægir"),
    ("istanbul", "İstanbul"),
    ("ırmak", "Irmak"),  # noqa: RUF001 - a name with a letter of its own
    ("王", "王小明"),
    ("ан", "Иван"),
    ("  maria   ", "Maria"),
]
NOT_FOUND = [
    ("marian", "Maria Made-Up"),
    ("maria garcia", "Maria Made-Up"),
    ("maria up2", "Maria Made-Up"),
    ("mariamade", "Maria Made-Up"),
]


@pytest.mark.parametrize("searched, name", FOUND)
def test_a_name_is_found_by(searched, name):
    assert is_called(name, words(searched))


@pytest.mark.parametrize("searched, name", NOT_FOUND)
def test_a_name_is_not_found_by(searched, name):
    assert not is_called(name, words(searched))


@pytest.mark.parametrize("searched", ["", "   ", "'-'", "\u0301", "!?"])
def test_what_holds_no_letter_searches_for_nothing(searched):
    assert words(searched) == ()


texts = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.lists(texts, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_name_is_found_by_its_own_words_in_any_order_and_any_normal_form(parts, chance):
    name = " ".join(parts)
    shuffled = list(words(name))
    chance.shuffle(shuffled)

    assert is_called(name, shuffled)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert words(unicodedata.normalize(form, name)) == words(name)


@given(texts, texts)
def test_only_part_of_a_word_is_found_not_what_spans_two(one, other):
    first, second = words(one)[:1], words(other)[:1]
    assume(first and second)
    joined = first[0] + second[0]

    assert is_called(f"{first[0]} {second[0]}", [joined]) == (joined in first[0] or joined in second[0])


def test_no_log_shows_the_name_that_was_found():
    assert "Zuleika" not in repr(Found("Zuleika Made-Up", "k1", "mother", None, None))
