"""Filters that turn the values of a snapshot into words; used by the templates of documents only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clusters.snapshot_shape import (
    AdviserLine,
    Coded,
    MemberKey,
    OrganisationLine,
    ParticipantLine,
    Snapshot,
    StageLine,
    TerritoryLine,
)
from clusters.tables.outcome import reach_of
from community.templatetags.dates import duration
from factsheets import sentences, summary
from factsheets.report_shape import ReportedLine

register = template.Library()


@register.filter
def spoken(said: Any, around: str) -> SafeString:
    """Return the attribute of what is said in another language than the words around it; "" where nobody knows.

    `said` is a line of a snapshot, or a row, with its `language`.
    """
    language = said.get("language", "") if isinstance(said, Mapping) else getattr(said, "language", "")
    return format_html(' lang="{}"', language) if language and language != around else SafeString("")


@register.filter
def as_date(day: str | None) -> date | None:
    """Return the date of an ISO day, or of a moment in the site's zone."""
    return date.fromisoformat(day[:10]) if day else None


@register.filter
def words(code: str, vocabulary: str) -> str:
    """Return the words of a code of `factsheets.sentences`."""
    return sentences.label(vocabulary, code)


@register.filter
def term(coded: Coded) -> str:
    """Return the words of a vocabulary's term in the document's language."""
    return sentences.term(coded)


@register.filter
def terms(coded: list[Coded]) -> str:
    """Return the words of several terms, with commas."""
    return ", ".join(sentences.term(line) for line in coded)


@register.filter
def amended(fields: list[str]) -> str:
    """Return the names of amended fields, with commas."""
    return ", ".join(sentences.label("amended", name) for name in fields)


@register.filter
def stage_status(stage: StageLine, snapshot: Snapshot) -> str:
    """Return the code of a stage's mark: its status, or "late"."""
    return "late" if summary.is_late(stage, snapshot["as_of"]) else stage["status"]


@register.filter
def org(line: OrganisationLine | None) -> SafeString | str:
    """Write an organisation with its country: "Region of Crete (EL)"."""
    if line is None:
        return ""
    if not line["country"]:
        return line["name"]
    return format_html('{} <span class="fs-cc">{}</span>', line["name"], line["country"])


@register.simple_tag
def evidence(told: str, words: str = "") -> SafeString | str:
    """Write what shows something: a web address as a link under words that say where it leads, and for paper in full.

    Where `words` are missing, or an address themselves, it has words of ours; to whom the link is read alone, they
    name the address too. What is no web address is written as it is.
    """
    if not told.startswith(sentences.WEB):
        return told
    shown = told.split("://", 1)[1].rstrip("/")
    if words and not sentences.BARE.fullmatch(words):
        link = format_html('<a href="{}" rel="nofollow noopener">{}</a>', told, words)
    else:
        ours = gettext("Document on the web")
        label = '<a href="{}" rel="nofollow noopener" aria-label="{}: {}">{}</a>'
        link = format_html(label, told, ours, shown, ours)
    return format_html("{}<br><small>{}</small>", link, shown)


@register.filter
def reach(line: Mapping[str, Any]) -> str:
    """Return whom an outcome reached: "34 participants, 2 countries"; "" for what was not said, as in older lines."""
    return ", ".join(reach_of(line.get("participants"), line.get("organisations"), line.get("countries")))


@register.filter
def told_outcomes(line: ReportedLine) -> list[tuple[str, str, str]]:
    """Return the outcomes of a report's line, each with its kind and whom it reached; both "" in older reports."""
    if "counts" not in line:
        return [(text, "", "") for text in line["outcomes"]]
    pairs = zip(line["outcomes"], line["counts"], strict=True)
    return [(text, sentences.label("outcome", counted["kind"]), reach(counted)) for text, counted in pairs]


@register.filter
def territory(line: TerritoryLine | None) -> str:
    """Write a territory with its code, where it has one: "Attica (EL30)"."""
    return summary.territory(line) if line else ""


@register.filter
def kilobytes(size: int) -> str:
    """Write a size: "56 kB", "4.7 MB"."""
    if size >= 1_000_000:
        return gettext("%(size)s MB") % {"size": number_format(size / 1_000_000, 1)}
    return gettext("%(size)d kB") % {"size": max(1, round(size / 1000))}


@register.filter
def lasting(start: str, end: str) -> str:
    """Return how long a span of ISO days is, both days counted: "296 days"."""
    return duration(date.fromisoformat(start), date.fromisoformat(end))


@register.filter
def adviser(line: AdviserLine, names: Mapping[MemberKey, str]) -> SafeString | str:
    """Write who gave advice: the person where they may be named, and the organisation; never nobody."""
    person = names.get(line["person"] or "", "")
    organisation = org(line["organisation"])
    if person and organisation:
        return format_html("{}, {}", person, organisation)
    return person or organisation or gettext("a member of the community of practice")


@register.filter
def persons(line: ParticipantLine, names: Mapping[MemberKey, str]) -> list[str]:
    """Return the names of those who take part for an organisation and may be named."""
    return [names[key] for key in line["persons"] if key in names]
