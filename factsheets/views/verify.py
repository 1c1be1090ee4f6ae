"""Whether a file is one of ours: every file and snapshot that was ever issued is known by its checksum."""

from __future__ import annotations

import re
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factsheets.models import Edition, Issue

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """`/factsheets/verify/?sha256=<hex>`: say which document a checksum belongs to, and how it stands now."""
    typed = request.GET.get("sha256", "")
    digest = re.sub(r"\s+", "", typed).lower()
    context: dict[str, object] = {"typed": typed[:200], "digest": digest[:64], "is_asked": bool(digest)}
    if digest and not _SHA256.fullmatch(digest):
        context["error"] = _("A SHA-256 checksum has 64 signs, 0 to 9 and a to f. This one has %(count)d.") % {
            "count": len(digest)
        }
        return render(request, "factsheets/verify/verify.html", context, status=422)
    if digest:
        context["found"] = [_found(edition, digest) for edition in Edition.objects.with_checksum(digest).for_pages()]
        context["issues"] = list(Issue.objects.with_checksum(digest).defer("snapshot"))
    return render(request, "factsheets/verify/verify.html", context)


def _found(edition: Edition, digest: str) -> dict[str, object]:
    """Return one hit: which file it is, and whether newer ones replace it."""
    files = {
        edition.pdf_sha256: "pdf",
        edition.data_sha256: "data",
        edition.article_sha256: "article",
        edition.table_sha256: "table",
    }
    newest = Edition.objects.newest_beside(edition)
    return {
        "edition": edition,
        "issue": edition.issue,
        "file": files[digest],
        "newest": newest,
        "is_newest": newest == edition,
    }
