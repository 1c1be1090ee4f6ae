"""Signs that no text may hold."""

import pytest
from django.core.exceptions import ValidationError

from community.validators import plain_line, plain_text


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "\ufffe"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        plain_text(text)
    assert refusal.value.code == "control"


@pytest.mark.parametrize("text", ["a\u200bb", "a\u202eb", "\u2066a", "a\ufeffb"])
def test_invisible_and_direction_signs_are_refused(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        plain_line(text)
    assert refusal.value.code == "invisible"


@pytest.mark.parametrize("text", ["a\nb", "a\r\nBcc: x@y.example", "a\tb", "a\u2028b"])
def test_a_line_holds_no_break(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        plain_line(text)
    assert refusal.value.code == "break"


@pytest.mark.parametrize("text", ["Πρόταση για τη θάλασσα", "Предлог", "Straße 🌊", "L'Étang, “quoted” – done"])
def test_every_script_and_emoji_are_welcome(text: str) -> None:
    plain_line(text)


def test_prose_may_have_lines() -> None:
    plain_text("One.\r\n\nTwo.\tThree.")
