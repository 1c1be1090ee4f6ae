"""A form sent twice writes one row; one that says more than what is there already loses no word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from community.permissions import Obstacle, Refusal

#: The code of such a refusal: the views put it at its field, with the way to what is there.
THERE = "there"


def refuse_other_words(
    row: Model, given: Mapping[str, Any], *, at: str, words: str | Promise, url: str, differs: bool = False
) -> None:
    """Let what equals `row` pass as the second press; `at` is the field by which the two are the same.

    Args:
        given: columns by their values, and rows beside it.
        words: what is said where they differ; they lead to `url`.
        differs: whether something differs that is no column of `row`.

    Raises:
        Refusal: `row` says otherwise than what is given (code "there").
    """
    if differs or any(not _says(row, name, value) for name, value in given.items() if name != at):
        raise Refusal(words, THERE, (Obstacle(words, url, at),))


def says_the_same(stands: str, given: str) -> bool:
    """Tell whether a line that is given again adds nothing to the one that stands: it is the same, or empty."""
    return given.strip() in ("", stands)


def _says(row: Model, name: str, value: Any) -> bool:
    field = row._meta.get_field(name)
    if field.many_to_many:
        return {one.pk for one in getattr(row, name).all()} == {one.pk for one in value}
    stands = getattr(row, name)
    return stands == value or (not stands and not value)
