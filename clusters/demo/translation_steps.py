"""The demonstration's translations as steps, each at its moment, by the action that the page uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial
from typing import Any

from clusters.actions.translation import Typed, hash_of, save_translations
from clusters.demo import parts
from clusters.demo.files import document, paragraphs
from clusters.demo.world import World
from clusters.translatable import texts_of


@cache
def translations() -> list[dict[str, Any]]:
    """Return what the file holds, a language of a cluster each."""
    found: list[dict[str, Any]] = document("translations.toml")["translation"]
    return found


def told(world: World, entry: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield (day, what, function of the moment) for the translations of one cluster."""
    for line in translations():
        if line["cluster"] == entry["key"]:
            yield line["on"], "translation", partial(_translate, world, entry, line)


def _translate(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Translate the texts that the file has.

    Raises:
        ValueError: one of them stands nowhere, or could not be saved.
    """
    cluster, words = parts.current(world, entry), dict(line["texts"])
    typed = [
        Typed(text.slot, paragraphs(words.pop(text.path)), "", hash_of(text.text))
        for text in texts_of(cluster)
        if text.path in words
    ]
    saved = save_translations(
        cluster=cluster, language=line["language"], by=world.account(line["by"]), typed=typed, at=at
    )
    if words or saved.problems:
        raise ValueError(f"translations of {cluster}: {sorted(words)} {saved.problems}")
