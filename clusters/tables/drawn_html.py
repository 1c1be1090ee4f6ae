"""Drawn HTML that is kept: found again only under everything that it shows.

What is kept knows no reader. Who may read which name is decided before, and the name is part of what is shown: a
reader who may not see it asks for something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Final

from django.core.cache import cache
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clusters.tables.edition import edition

KEPT_SECONDS: Final = 24 * 3600


@dataclass(frozen=True)
class Part:
    """A part of a page: its template and the whole context of it.

    `shown` says in plain values all that the template reads of `context`; two parts with equal `shown` look alike.
    """

    template: str
    shown: object
    context: Mapping[str, Any]


def key(what: str, shown: object, on: date) -> str:
    """Return where something drawn is kept: under what it shows, the day, the language and the program's edition."""
    whole = repr((shown, get_language() or "", on, edition()))
    return f"{what}:{blake2b(whole.encode(), digest_size=16).hexdigest()}"


def drawn(parts: Mapping[str, Part], on: date) -> dict[str, SafeString]:
    """Return the HTML of the parts by their names, as it is on the day `on`, drawn anew where it is not kept.

    The templates are drawn without the request: nothing of the reader is in what is kept.
    """
    keys = {name: key(part.template, part.shown, on) for name, part in parts.items()}
    kept: dict[str, str] = cache.get_many(keys.values())
    made = {
        keys[name]: get_template(part.template).render(dict(part.context))
        for name, part in parts.items()
        if keys[name] not in kept
    }
    if made:
        cache.set_many(made, KEPT_SECONDS)
    html = kept | made
    return {name: SafeString(html[at]) for name, at in keys.items()}
