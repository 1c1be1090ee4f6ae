"""Parts of pages that need a little logic. Parts without logic are plain includes in `templates/components/`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from community.pictures import contours
from community.templatetags.frame import page_address
from community.templatetags.icons import icon

register = template.Library()

Words = str | Promise


class Allowance(Protocol):
    """What a predicate answers: whether, and why not."""

    @property
    def allowed(self) -> bool:
        """Say whether it may be done."""

    @property
    def reason(self) -> Words:
        """Give the sentence that says why not."""

    @property
    def obstacles(self) -> Sequence[object]:
        """Give each thing that stands in the way, where that is known."""


@register.simple_tag
def state(code: str, label: Words) -> SafeString:
    """Draw the badge of a state: colour, own shape and word."""
    return format_html('<span class="state is-{}">{}{}</span>', code, icon(code, 16), label)


MARKS = {
    "done": ("concluded", "concluded"),
    "late": ("late", "warn"),
    "running": ("running", "running"),
    "planned": ("draft", "open"),
    "dropped": ("draft", "declined"),
    "documented": ("documented", "concluded"),
    "declared": ("declared", "open"),
    "waiting": ("declared", "clock"),
    "yes": ("concluded", "check"),
    "no": ("late", "cross"),
}


@register.simple_tag
def mark(kind: str, label: Words) -> SafeString:
    """Draw a small verdict for tables; `kind` is one of `MARKS`."""
    tone, shape = MARKS.get(kind, (kind, kind))
    return format_html('<span class="mk is-{}">{}{}</span>', tone, icon(shape, 16), label)


@register.inclusion_tag("components/verb.html", takes_context=True)
def verb_button(
    context: template.Context,
    label: Words,
    url: str,
    verdict: Allowance | None = None,
    kind: str = "second",
    method: str = "get",
    icon: str = "",
    small: bool = False,
    ident: str = "",
) -> dict[str, Any]:
    """Draw the button of a verb: a link, a form of one button, or disabled with the reason in plain sight.

    Where the verdict knows what stands in the way, the reason leads to the verb's own page, which lists it.

    `kind` is primary, second, final or text. `method="post"` acts at once, "get" leads to a page that asks. `ident`
    must be given when two disabled buttons of the same label stand on one page.
    """
    allowed = verdict is None or bool(verdict.allowed)
    return {
        "label": label,
        "url": url,
        "allowed": allowed,
        "reason": "" if verdict is None else verdict.reason,
        "mend_url": url if method.lower() == "get" and verdict is not None and verdict.obstacles else "",
        "kind": kind,
        "post": method.lower() == "post",
        "icon": icon,
        "small": small,
        "ident": ident or f"why-{re.sub(r'[^a-z0-9]+', '-', url.lower()).strip('-')}",
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name, for its avatar."""
    words = [word for word in re.split(r"[\s\-]+", str(name)) if word[:1].isalnum()]
    if not words:
        return "·"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.simple_tag
def org(name: str, country: str = "", url: str = "") -> SafeString:
    """Draw an organisation: the code of its country in a box, its name, a link where it has a page."""
    box = format_html('<span class="cc">{}</span>', country) if country else ""
    shown = format_html('<a href="{}">{}</a>', url, name) if url else format_html("<span>{}</span>", name)
    return format_html('<span class="org">{}{}</span>', box, shown)


@dataclass(frozen=True)
class Change:
    """One changed field in two lines of marked words."""

    label: Words
    was: SafeString
    now: SafeString


def marked_words(was: str, now: str) -> tuple[SafeString, SafeString]:
    """Return both texts with the words that differ in `<del>` and `<ins>`."""
    old, new = re.findall(r"\s+|[^\s]+", was), re.findall(r"\s+|[^\s]+", now)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    left: list[tuple[str, str]] = []
    right: list[tuple[str, str]] = []
    for step, a0, a1, b0, b1 in matcher.get_opcodes():
        tag = "" if step == "equal" else "x"
        left.append((tag, "".join(old[a0:a1])))
        right.append((tag, "".join(new[b0:b1])))
    return _wrapped(left, "del"), _wrapped(right, "ins")


def _wrapped(parts: list[tuple[str, str]], element: str) -> SafeString:
    pattern = {"x": f"<{element}>{{}}</{element}>", "": "{}"}
    return format_html_join("", "{}", ((format_html(pattern[tag], text),) for tag, text in parts if text))


@register.inclusion_tag("components/diff.html")
def diff(label: Words, was: object, now: object) -> dict[str, Any]:
    """Draw what changed in one field: struck through, underlined, with signs and hidden words."""
    before, after = marked_words(str(was or ""), str(now or ""))
    return {"change": Change(label, before, after)}


@register.filter
def undo_url(tags: str) -> str:
    """Return the address in a message's extra tags `undo:<address>`; "" when it cannot be undone."""
    for tag in str(tags or "").split():
        if tag.startswith("undo:/") and not tag.startswith("undo://"):
            return tag.removeprefix("undo:")
    return ""


@register.simple_tag
def address(name: str, *args: Any) -> str:
    """Return the address of a page by URL name, "" while no app has that page."""
    if not args:
        return page_address(name)
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def contour_lines(seed: str) -> SafeString:
    """Draw the motif of contour lines, one per page at most, inside a `.hero`."""
    return contours(seed)
