"""Which edition of the program draws: part of every key under which something drawn is kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

_FOLDERS: Final = ("templates", "static", "locale", "clusters", "community", "results", "factsheets")
_KINDS: Final = frozenset({".html", ".py", ".css", ".js", ".mo"})


@cache
def edition() -> str:
    """Return when the newest file that takes part in a page was written: pages of an older program are drawn anew."""
    return str(max((file.stat().st_mtime_ns for file in _files()), default=0))


def _files() -> Iterator[Path]:
    for folder in _FOLDERS:
        for file in Path(settings.BASE_DIR, folder).rglob("*"):
            if file.suffix in _KINDS:
                yield file
