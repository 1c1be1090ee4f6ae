"""The words that administrators added to a page."""

from __future__ import annotations

from django import template

from community.texts import PageWords, words_for

register = template.Library()


@register.inclusion_tag("components/page_words.html")
def page_words(place: str) -> dict[str, PageWords | None]:
    """Draw what an administrator wrote for a place of `community.texts.PLACES`; nothing where that is nothing."""
    return {"words": words_for(place)}
