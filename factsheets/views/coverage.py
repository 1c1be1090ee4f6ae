"""`/coverage.pdf`: map and table of coverage on paper, under the same choices as the page."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clusters.visibility import viewer
from community.context_processors import is_demo
from factsheets.pdf import PdfUnavailable
from factsheets.rendering.coverage import draw_coverage
from factsheets.rendering.document import Document, set_document
from factsheets.views.files import without_policy
from factsheets.views.preview import KEPT_SECONDS, PATIENCE
from results.coverage import facts_for
from results.forms.coverage import CoverageForm
from results.tables.coverage import countries_of, coverage_of


@without_policy
@require_safe
def coverage_pdf(request: HttpRequest) -> HttpResponse:
    """Hand the PDF out, or 503 with the sentence why not; a wrong choice leads to the page, which says what is wrong.

    Only for those who signed in: setting a PDF takes seconds, and visitors have the page and its CSV.
    """
    now = timezone.now()
    facts = facts_for(request.user, timezone.localdate(now))
    form = CoverageForm(request.GET, facts=facts, countries=countries_of(facts))
    page = reverse("results:coverage")
    if not form.is_valid():
        return redirect(f"{page}?{request.GET.urlencode()}")
    try:
        pdf = _pdf(_drawn(request, form, now), now)
    except PdfUnavailable as problem:
        context = {"sentence": problem.sentence, "url": f"{page}?{urlencode(form.query)}"}
        return render(request, "factsheets/coverage/no_pdf.html", context, status=503)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="coverage_{timezone.localdate(now):%Y-%m-%d}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _drawn(request: HttpRequest, form: CoverageForm, now: datetime) -> Document:
    """Draw what the form chose, as the reader may see it."""
    on, given = timezone.localdate(now), form.cleaned_data
    sees_proposed = viewer(request.user, on).is_cop
    found = coverage_of(
        form.facts, form.wanted, given["rows"], given["columns"], sees_proposed=sees_proposed, is_paper=True
    )
    return draw_coverage(
        found,
        said=form.said,
        on=on,
        address=f"{settings.SITE_URL}{reverse('results:coverage')}?{urlencode(form.query)}",
        language=get_language() or settings.LANGUAGE_CODE,
        sees_proposed=sees_proposed,
        is_demo=is_demo(),
    )


def _pdf(document: Document, now: datetime) -> bytes:
    """Return the PDF: set anew only where what is drawn is another; kept for an hour.

    Raises:
        PdfUnavailable: the PDF cannot be made.
    """
    content = blake2b(f"{document.language} {document.article}".encode(), digest_size=16).hexdigest()
    known: bytes | None = cache.get(f"coverage:{content}")
    if known is None:
        known = bytes(set_document(document, now, (), PATIENCE))
        cache.set(f"coverage:{content}", known, KEPT_SECONDS)
    return known
