"""`/factsheets/<reference>/v<n>/<language>.docx`: a copy of a version that may be edited, for who signed in."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from factsheets import summary
from factsheets.actions.issue import copy_in
from factsheets.docx_file import write_docx
from factsheets.models import Edition
from factsheets.rendering.editable import copy_of
from factsheets.views.files import without_policy
from factsheets.views.issue import no_factsheet

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@without_policy
@require_safe
def editable(request: HttpRequest, reference: str, version: int, language: str) -> HttpResponse:
    """Write the copy from the version's snapshot, with the names consented to now.

    It is made anew each time and kept nowhere: a consent that is withdrawn counts at once. A withdrawn edition leads to
    its page, which says so.
    """
    rows = Edition.objects.factsheets().for_reference(reference).of_version(version).in_language(language)
    edition = rows.select_related("issue").first()
    if edition is None:
        return no_factsheet(request, reference, has_others=Edition.objects.for_reference(reference).exists())
    if not edition.is_current:
        return redirect(edition)
    issue = edition.issue
    names = {key: person.name for key, person in summary.named_members(summary.persons_in(issue.snapshot)).items()}
    snapshot, imprint = copy_in(edition)
    answer = HttpResponse(write_docx(copy_of(snapshot, imprint, names), made_at=timezone.now()), content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="{edition.file_stem}_copy.docx"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
