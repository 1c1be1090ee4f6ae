"""Every address that the resolver knows, flat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One row of the resolver: the route with its placeholders, the name with its namespace, the view."""

    route: str
    name: str
    view: Callable[..., Any]

    @property
    def is_theirs(self) -> bool:
        """Whether the pages are Django's or allauth's own, for which one general rule stands."""
        return self.route.startswith(("admin/", "accounts/"))


def addresses(resolver: URLResolver | None = None, route: str = "", space: str = "") -> Iterator[Address]:
    """Yield all addresses, in the resolver's order."""
    for row in (resolver or get_resolver()).url_patterns:
        below = f"{route}{row.pattern}"
        if isinstance(row, URLPattern):
            name = ":".join(part for part in (space, row.name) if part)
            yield Address(below, name or below, row.callback)
        else:
            yield from addresses(row, below, ":".join(part for part in (space, row.namespace) if part))
