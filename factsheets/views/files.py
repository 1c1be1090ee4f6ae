"""Files of issued editions, handed out as they were stored: nothing is rendered, one query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from csp.decorators import csp_exempt
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from factsheets import downloads, storage
from factsheets.models import Edition
from factsheets.views.issue import file_is_away, no_factsheet
from factsheets.views.ranges import is_beginning, part_of

#: May be kept by anybody, asked for again each time: a withdrawn edition is gone at once.
CACHING: Final = "public, max-age=0, must-revalidate"
TYPES: Final = {".pdf": "application/pdf", ".json": "application/json"}
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def without_policy(view: View) -> View:
    """Leave the content policy off the answers of a view: it is written for pages, and stands in readers' way."""
    exempt: Any = csp_exempt()
    return cast(View, exempt(view))


@without_policy
@login_not_required
@require_safe
def current_pdf(request: HttpRequest, reference: str) -> HttpResponseBase:
    """`/clusters/<reference>/factsheet.pdf`: the newest version's PDF, with `?lang=` in that language."""
    editions = Edition.objects.for_reference(reference)
    language = request.GET.get("lang", "")
    if language:
        editions = editions.in_language(language[:10].replace("\0", ""))
    row = editions.values_list("pdf_file", "pdf_sha256", "file_stem").first()
    return _answer(request, row, reference, ".pdf")


@without_policy
@login_not_required
@require_safe
def version_pdf(request: HttpRequest, reference: str, version: int, language: str) -> HttpResponseBase:
    """`/factsheets/<reference>/v<n>/<language>.pdf`: that version's PDF, newest revision."""
    row = Edition.objects.file_at_address("pdf", reference, version, language)
    return _answer(request, row, reference, ".pdf")


@without_policy
@login_not_required
@require_safe
def version_data(request: HttpRequest, reference: str, version: int, language: str) -> HttpResponseBase:
    """`/factsheets/<reference>/v<n>/<language>.json`: that version's data file, newest revision."""
    row = Edition.objects.file_at_address("data", reference, version, language)
    return _answer(request, row, reference, ".json")


def _answer(request: HttpRequest, row: tuple[str, str, str] | None, reference: str, suffix: str) -> HttpResponseBase:
    """Hand out the file of a factsheet's edition, 404 with a sentence where there is none."""
    if row is None or not row[0]:
        return no_factsheet(request, reference, has_others=Edition.objects.for_reference(reference).exists())
    return hand_out(request, row, reference, suffix)


def hand_out(request: HttpRequest, row: tuple[str, str, str], reference: str, suffix: str) -> HttpResponseBase:
    """Hand out a stored file or the part that is asked for, 304 to who has it; what is handed out is counted.

    `row` holds name in the storage, checksum and stem of the file's name.
    """
    stored, digest, stem = row
    answer = get_conditional_response(request, etag=f'"{digest}"')
    if answer is None:
        try:
            content = storage.read(stored)
        except OSError:
            return file_is_away(request, reference, stored)
        answer = HttpResponse(content, content_type=TYPES[suffix])
        answer["Content-Disposition"] = f'inline; filename="{stem}{suffix}"'
        answer["X-Content-Type-Options"] = "nosniff"
        answer["ETag"] = f'"{digest}"'
        answer = part_of(request, answer)
        if request.method == "GET" and is_beginning(answer):
            downloads.count(reference, stem, suffix)
    answer["Cache-Control"] = CACHING
    return answer
