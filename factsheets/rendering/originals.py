"""A snapshot in another language: translated texts in their places, the others marked as not translated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Self

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, gettext

from clusters.snapshot_shape import Snapshot
from clusters.translatable import texts_in, with_texts
from community.templatetags.prose import prose
from factsheets import sentences
from factsheets.imprint import Imprint, Translated


class InLanguage(str):
    """A text in a language other than the words around it.

    Templates write it with its language, which the PDF takes over; as a value it is the text alone.
    """

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Self:
        """Mark `text` as being in `language`."""
        made = super().__new__(cls, text)
        made.language = language
        return made

    def __html__(self) -> SafeString:
        """Return it for a page."""
        return format_html('<span lang="{}">{}</span>', self.language, str(self))

    def as_prose(self) -> SafeString:
        """Return it as paragraphs and lists."""
        return format_html('<div lang="{}">{}</div>', self.language, prose(str(self)))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: it never changes."""
        return self


class Original(InLanguage):
    """A text that stands in the original language of a translated document, and says so."""

    __slots__ = ()

    def __html__(self) -> SafeString:
        """Return it with the sign, in the language that is active."""
        return format_html("{} {}", super().__html__(), _sign())

    def as_prose(self) -> SafeString:
        """Return it as paragraphs and lists, with the sign below."""
        return format_html("{}<p>{}</p>", super().as_prose(), _sign())


def apart(snapshot: Snapshot, language: str) -> Snapshot:
    """Return a snapshot as it is drawn in a document of `language` whose own words are in another one.

    What people typed in it says in which language it is; what stands in its original language says so already.
    """

    def marked_as(text: str) -> str:
        return text if isinstance(text, InLanguage) else InLanguage(text, language)

    return snapshot if sentences.own_language(language) == language else with_texts(snapshot, {}, marked_as)


def name_of(language: str) -> str:
    """Return what a language is called in the active one; its code where nobody knows it."""
    try:
        return str(get_language_info(language)["name_translated"])
    except KeyError:
        return language


def _sign() -> SafeString:
    return format_html('<small class="fs-untold">({})</small>', gettext("not translated"))


def in_language(snapshot: Snapshot, imprint: Imprint, texts: Mapping[str, str]) -> tuple[Snapshot, Snapshot, Imprint]:
    """Return a cluster's snapshot in the language of `imprint`: as data, and as it is drawn; with the imprint for both.

    `texts` are the translations by path. The texts that are missing stand as they were written, in what is drawn with
    their language and a sign.
    """
    language = snapshot["language"]
    found = texts_in(snapshot)
    translated = Translated(
        language=language,
        originals={text.path: text.text for text in found},
        untold=tuple(text.path for text in found if text.path not in texts),
    )
    content = with_texts(snapshot, texts)
    shown = with_texts(snapshot, texts, partial(Original, language=language))
    content["language"] = shown["language"] = imprint.language
    return content, shown, replace(imprint, translated=translated)
