"""Texts that people typed: paragraphs, and lines that begin with a dash as the points of a list."""

from __future__ import annotations

import re
from typing import Protocol, runtime_checkable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@runtime_checkable
class WrittenAsProse(Protocol):
    """A text with more to it than its words: its language, a sign."""

    def as_prose(self) -> SafeString:
        """Return it as paragraphs and lists."""


_BULLET = re.compile(r"^\s*[-*•]\s+")


@register.filter
def prose(text: str) -> SafeString:
    """Write typed text as paragraphs and lists: blank lines part paragraphs, lines with "- " are a list.

    Everything is escaped; nothing that was typed becomes an element or an address. A text that knows how it is written
    (`as_prose`, as `__html__` for one line) says it itself.
    """
    if isinstance(text, WrittenAsProse):
        return text.as_prose()
    blocks = [block.splitlines() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()) if block.strip()]
    return mark_safe("".join(_block(lines) for lines in blocks))  # noqa: S308  each block is escaped below


def _block(lines: list[str]) -> SafeString:
    """Write the lines of one block: the prose before its first bullet, then the list, each line an item."""
    first = next((at for at, line in enumerate(lines) if _BULLET.match(line)), len(lines))
    said = format_html("<p>{}</p>", " ".join(lines[:first])) if first else SafeString("")
    items: list[str] = []
    for line in lines[first:]:
        if _BULLET.match(line):
            items.append(_BULLET.sub("", line))
        else:
            items[-1] += f" {line}"
    if not items:
        return said
    return said + format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((item,) for item in items)))
