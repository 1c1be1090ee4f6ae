"""Text of an example that was left in, as it is or nearly, is known as such; one's own text is not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusters.demo
from clusters.actions.proposal import create_draft
from clusters.rules.examples import EXAMPLES, SHORTEST, as_example, is_example_text, plain
from clusters.rules.proposal import examples_left
from community.actions.transition import transition
from community.permissions import Refusal
from tests.cast import make_cast

TEXTS = [str(text) for example in EXAMPLES for text in example.texts()]
LEFT_IN = [as_example(text) for text in TEXTS] + [text for text in TEXTS if len(plain(text)) >= SHORTEST]


@settings(max_examples=60, deadline=None)
@given(
    text=st.sampled_from(LEFT_IN),
    place=st.integers(0, 200),
    put_in=st.sampled_from(["", " ", "  ", "\n", "!", "...", "\u200b", "–", "x", "7", "ü"]),
    change=st.sampled_from([str, str.upper, str.lower, str.swapcase, str.title]),
    around=st.sampled_from(["%s", " %s ", "“%s”", "%s.", "- %s"]),
)
def test_a_changed_case_blank_mark_or_sign_leaves_it_an_example(
    text: str, place: int, put_in: str, change: Any, around: str
) -> None:
    at = place % (len(text) + 1)
    assert is_example_text(around % change(text[:at] + put_in + text[at:]))


@pytest.mark.parametrize("text", [text for text in TEXTS if len(plain(text)) >= SHORTEST][:4])
def test_an_example_within_own_text_is_left_in(text: str) -> None:
    assert is_example_text(f"We wrote this ourselves. {text} And this as well, at some length, and more.")


def test_texts_that_people_wrote_are_no_examples() -> None:
    folder = Path(clusters.demo.__file__).parent / "data" / "clusters"
    found = [text for path in sorted(folder.glob("*.toml")) for text in words(tomllib.loads(path.read_text("utf-8")))]
    assert len(found) > 500
    assert [text for text in found if is_example_text(text)] == []
    assert [text for text in ("", " ", "?!", "Workshop", "One page", "Kick-off call") if is_example_text(text)] == []


def words(value: Any) -> list[str]:
    """Return all texts of a file."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for part in value for text in words(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.django_db
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)
def test_every_text_that_an_example_brings_is_found_and_its_place_named(example: Any) -> None:
    cast = make_cast()
    cluster = create_draft(by=cast.user("proposer"), code="", example=example)
    places = [place for _field, place in examples_left(cluster)]
    assert len(places) == len(set(places)) == len(list(example.texts()))
    assert {"title", "objective 1", "“reached when” of objective 1", "title of stage 1"} <= set(places)
    number = next(number for number, stage in enumerate(example.stages, 1) if stage.deliverable)
    with pytest.raises(Refusal, match=rf"own text: title, .*deliverable of stage {number}"):
        transition(cluster, "submit", by=cast.user("proposer"))
    note = example.outcomes[0][0].label
    assert f"“what exactly” of the outcome “{note}”" in places
