"""What a link of a chain shows of its places, links and files: each with the row, in the query that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import CharField, Count, IntegerField, JSONField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.choices import FileVisibility
from community.models import File, SolutionLink
from community.visibility import is_cop
from results.querysets.review import Several

#: So many links and so many files of a solution stand in a story; its page holds all.
MOST: Final = 6

Evidence = list[tuple[Any, str]]


def _several(rows: Any, beside: str, *columns: str) -> Subquery:
    """Return the columns of the rows that belong to a row of the outer query, as a list of texts with line breaks."""
    parts: list[Any] = [Cast(columns[0], CharField())]
    for column in columns[1:]:
        parts += [Value("\n"), Cast(column, CharField())]
    words = Concat(*parts, Value(""), output_field=CharField())
    found = rows.order_by().values(beside).annotate(found=Several(words)).values("found")
    return Subquery(found, output_field=JSONField())


def _parts(found: Sequence[str] | None) -> list[list[str]]:
    return [words.split("\n") for words in found or ()]


def places(through: Any, beside: str) -> Subquery:
    """Return the expression of the territories of a row, which `places_said` puts into words."""
    rows = through._default_manager.filter(**{beside: OuterRef("pk")})
    return _several(rows, beside, "territory__name", "territory__code", "territory__nuts_version")


def places_said(found: Sequence[str] | None) -> list[str]:
    """Return places in alphabetical order: regions with their code, countries, sites and seas by name."""
    return sorted(place_said(*place) for place in _parts(found))


def place_said(name: str, code: str, nuts_version: str) -> str:
    """Return the words for one place."""
    return f"{name} ({code})" if nuts_version else name


def links_of_solutions() -> Subquery:
    """Return the expression of the links of a solution, in their order."""
    rows = SolutionLink.objects.filter(solution=OuterRef("pk"))
    return _several(rows, "solution", "position", "address", "label")


def files_of_solutions(user: Any) -> Subquery:
    """Return the expression of the files of a solution that are for everybody, or for the community of the reader."""
    rows = File.objects.filter(kind="solution", subject_id=OuterRef("pk"), removed_at=None)
    return _several(rows.filter(visibility__in=_classes(user)), "subject_id", "pk", "title")


def solution_evidence(row: Any) -> Evidence:
    """Return the links and files of a solution (read with both expressions), with where they are fetched."""
    links = sorted((int(position), label, address) for position, address, label in _parts(row.linked))
    files = sorted((int(pk), title) for pk, title in _parts(row.filed))
    page = reverse("community:solution", args=[row.pk])
    shown: Evidence = [(label, address) for _position, label, address in links[:MOST]]
    shown += [(title, reverse("community:solution_file", args=[row.pk, pk])) for pk, title in files[:MOST]]
    if more := len(links) + len(files) - len(shown):
        words = ngettext("%(count)d more on its page", "%(count)d more on its page", more)
        shown.append((words % {"count": more}, page))
    website: Evidence = [(_("The result on its own page"), row.website)] if row.website else []
    return website + [(words, address) for words, address in shown if address != row.website]


def files_number(through: Any, part: str, user: Any) -> Subquery:
    """Return how many files show a part, of those that are for everybody or for the community that the reader is of."""
    rows = through._default_manager.filter(**{part: OuterRef("pk")}, file__removed_at=None)
    counted = rows.filter(file__visibility__in=_classes(user)).order_by().values(part).annotate(n=Count("pk"))
    return Subquery(counted.values("n"), output_field=IntegerField())


def files_shown(row: Any, url: str) -> Evidence:
    """Return the files of a part as evidence, in words, with where they are fetched."""
    if not row.files:
        return []
    return [(ngettext("%(count)d file", "%(count)d files", row.files) % {"count": row.files}, url)]


def _classes(user: Any) -> list[str]:
    return [FileVisibility.PUBLIC, *([FileVisibility.COP] if is_cop(user) else [])]
