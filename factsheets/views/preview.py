"""The factsheet as it would look now: live, marked on every page, for those who may see the cluster."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clusters.choices import FINISHED_STATES
from clusters.kept_snapshot import cached_snapshot
from clusters.models import Cluster
from community.access import get_visible
from community.context_processors import is_demo
from factsheets import summary
from factsheets.choices import Face
from factsheets.imprint import Imprint
from factsheets.pdf import PdfUnavailable
from factsheets.permissions import can_issue_interim
from factsheets.rendering.factsheet import draw_factsheet, set_factsheet
from factsheets.views.files import without_policy

#: Seconds that a reader waits for other documents before hearing that it is too busy.
PATIENCE = 5.0
#: A preview that is asked for again within the hour is not set again.
KEPT_SECONDS = 3600


@login_not_required
@require_safe
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """`/clusters/<reference>/preview/`: the document as a page."""
    cluster = get_visible(Cluster.objects.by_name(reference), request.user)
    document = draw_factsheet(**_arguments(cluster))
    may_issue = request.user.is_authenticated and bool(can_issue_interim(request.user, cluster))
    context = {"cluster": cluster, "article": document.article, "may_issue": may_issue}
    return render(request, "factsheets/issue/preview.html", context)


@without_policy
@require_safe
def preview_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """`/clusters/<reference>/preview.pdf`: the document as PDF, or 503 with the sentence why not.

    Only for those who signed in: setting a PDF takes seconds, and visitors have the page.
    """
    cluster = get_visible(Cluster.objects.by_name(reference), request.user)
    now = timezone.now()
    try:
        language, pdf = _pdf(cluster, now)
    except PdfUnavailable as problem:
        context = {"cluster": cluster, "sentence": problem.sentence}
        return render(request, "factsheets/issue/no_pdf.html", context, status=503)
    answer = HttpResponse(pdf, content_type="application/pdf")
    name = f"{cluster.name}_preview_{timezone.localdate(now):%Y-%m-%d}_{language}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _pdf(cluster: Cluster, now: datetime) -> tuple[str, bytes]:
    """Return language and bytes of the PDF: set anew only where what is drawn, or the day, is another.

    Raises:
        PdfUnavailable: the PDF cannot be made.
    """
    drawn = _arguments(cluster)
    language = drawn["imprint"].language
    content = blake2b(repr((drawn, get_language())).encode(), digest_size=16).hexdigest()
    key = f"preview:{cluster.pk}:{timezone.localdate(now).isoformat()}:{language}:{content}"
    known: bytes | None = cache.get(key)
    if known is None:
        _document, pdf = set_factsheet(**drawn, created_at=now, patience=PATIENCE)
        known = bytes(pdf)
        cache.set(key, known, KEPT_SECONDS)
    return language, known


def _arguments(cluster: Cluster) -> dict[str, Any]:
    """Return what draws the preview: today's snapshot, an imprint without a version, the names consented to."""
    snapshot = cached_snapshot(cluster, at=timezone.now())
    imprint = Imprint(
        face=Face.BACKWARD if cluster.state in FINISHED_STATES else Face.FORWARD,
        language=snapshot["language"],
        address=settings.SITE_URL + reverse("clusters:detail", args=[cluster.name]),
        is_demo=is_demo(),
    )
    names = {key: member.name for key, member in summary.named_members(summary.persons_in(snapshot)).items()}
    return {"snapshot": snapshot, "imprint": imprint, "names": names}
