"""`/factsheets/<reference>/v<n>/SHA256SUMS`: the checksums of a version's files, as `sha256sum -c` reads them."""

from __future__ import annotations

from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from factsheets.exports import checksums
from factsheets.models import Edition
from factsheets.views.files import CACHING, without_policy
from factsheets.views.issue import no_factsheet


@without_policy
@login_not_required
@require_safe
def sums(request: HttpRequest, reference: str, version: int) -> HttpResponseBase:
    """Hand out a line for each file of the version in all languages, under the name that a download bears.

    Earlier revisions stand in comments, so that whoever has one finds what became of it.
    """
    rows = list(Edition.objects.for_reference(reference).of_version(version))
    if not rows:
        return no_factsheet(request, reference, has_others=Edition.objects.for_reference(reference).exists())
    text = checksums(rows).encode()
    tag = f'"{sha256(text).hexdigest()}"'
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="SHA256SUMS"'
        answer["X-Content-Type-Options"] = "nosniff"
    answer["ETag"] = tag
    answer["Cache-Control"] = CACHING
    return answer
