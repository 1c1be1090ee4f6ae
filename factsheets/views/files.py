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

from community.store_away import StoreAway
from factsheets import downloads, storage
from factsheets.models import Edition
from factsheets.views.issue import file_is_away, no_factsheet, not_in_language, withdrawn_at_address
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
    """`/clusters/<reference>/factsheet.pdf`: the newest version's PDF, with `?lang=` in that language.

    A language is never preferred to a newer version: where the newest one lacks it, 404 leads to the last that has it.
    """
    editions = Edition.objects.for_reference(reference)
    language = request.GET.get("lang", "")[:10]
    if not language:
        row = editions.values_list("pdf_file", "pdf_sha256", "file_stem").first()
        return _answer(request, row, (reference, 0, ""), ".pdf")
    rows = list(editions.values_list("version", "language", "pdf_file", "pdf_sha256", "file_stem"))
    spoken = [row for row in rows if row[1] == language]
    if spoken and spoken[0][0] < rows[0][0]:
        return not_in_language(request, reference, language)
    return _answer(request, spoken[0][2:] if spoken else None, (reference, 0, language), ".pdf")


@without_policy
@login_not_required
@require_safe
def version_pdf(request: HttpRequest, reference: str, version: int, language: str) -> HttpResponseBase:
    """`/factsheets/<reference>/v<n>/<language>.pdf`: that version's PDF, newest revision."""
    row = Edition.objects.file_at_address("pdf", reference, version, language)
    return _answer(request, row, (reference, version, language), ".pdf")


@without_policy
@login_not_required
@require_safe
def version_data(request: HttpRequest, reference: str, version: int, language: str) -> HttpResponseBase:
    """`/factsheets/<reference>/v<n>/<language>.json`: that version's data file, newest revision."""
    row = Edition.objects.file_at_address("data", reference, version, language)
    return _answer(request, row, (reference, version, language), ".json")


def _answer(
    request: HttpRequest, row: tuple[str, str, str] | None, wanted: tuple[str, int, str], suffix: str
) -> HttpResponseBase:
    """Hand out the file of a factsheet's edition, or say why there is none: 410 where it was withdrawn, else 404.

    `wanted` is reference, version (0: the newest) and language ("": its own).
    """
    if row is not None and row[0]:
        return hand_out(request, row, wanted[0], suffix)
    withdrawn = withdrawn_at_address(request, *wanted)
    has_others = Edition.objects.for_reference(wanted[0]).exists()
    return withdrawn or no_factsheet(request, wanted[0], has_others=has_others)


def hand_out(request: HttpRequest, row: tuple[str, str, str], reference: str, suffix: str) -> HttpResponseBase:
    """Hand out a stored file or the part that is asked for, 304 to who has it; what is handed out is counted.

    It is compared with its checksum each time, which takes less than a millisecond: what is damaged never leaves under
    the ETag of what was issued. `row` holds name in the storage, checksum and stem of the file's name.
    """
    stored, digest, stem = row
    answer = get_conditional_response(request, etag=f'"{digest}"')
    if answer is None:
        try:
            content = storage.read_whole(stored)
        except StoreAway:
            raise
        except OSError:
            return file_is_away(request, reference, stored)
        answer = HttpResponse(content, content_type=TYPES[suffix])
        answer["Content-Disposition"] = f'inline; filename="{stem}{suffix}"'
        answer["X-Content-Type-Options"] = "nosniff"
        answer["ETag"] = f'"{digest}"'
        answer = part_of(request, answer)
        if request.method == "GET" and is_beginning(answer):
            downloads.count(reference, stem, suffix)
    answer["ETag"] = f'"{digest}"'
    answer["Cache-Control"] = CACHING
    return answer
