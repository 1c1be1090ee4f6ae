"""The words by which texts are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.folding import fold
from community.telling import telling_words


@pytest.mark.parametrize("text", ["", " ", "The and for", "?!", "ab"])
def test_a_text_of_no_words_tells_nothing(text: str) -> None:
    assert telling_words(text) == []


def test_the_start_of_another_word_tells_nothing_beside_it() -> None:
    assert telling_words("Warn before floods: a warning for flood plains") == ["warning", "floods", "plains"]


@given(st.text(alphabet="abcé -", max_size=60))
def test_no_word_begins_another_and_each_stands_in_the_text(text: str) -> None:
    told = telling_words(text)
    assert not [(one, other) for one in told for other in told if one != other and other.startswith(one)]
    assert all(word in fold(text) for word in told)
