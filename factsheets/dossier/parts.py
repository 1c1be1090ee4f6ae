"""What a dossier is made of: each folder registers itself, with the words by which the README explains it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.utils.functional import Promise

from community.contributions import Registry
from factsheets.dossier.archive import Archive
from factsheets.dossier.reader import Reader

Words = str | Promise


@dataclass(frozen=True)
class Part:
    """One folder. `words` explain it; `write` adds its files and returns sentences about what it lacks."""

    folder: str
    words: Words
    write: Callable[[Archive, Reader], list[str]]
    order: int


dossier_parts: Registry[Part] = Registry("dossier_parts")


def in_order() -> list[Part]:
    """Return the folders in the order in which the README tells them."""
    return sorted(dossier_parts, key=lambda part: part.order)


def line(row: Any, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of `row` by column; an attribute may lead on with a point, and to nothing."""
    return {column: reduce(_attribute, path.split("."), row) for column, path in columns.items()}


def _attribute(value: Any, name: str) -> Any:
    return None if value is None else getattr(value, name)
