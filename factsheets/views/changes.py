"""`/factsheets/<reference>/v<n>/changes/`: what changed from one version of a factsheet to a later one, in words."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factsheets.changes.table import differences
from factsheets.models import Issue
from factsheets.views.issue import no_factsheet


@login_not_required
@require_safe
def changes(request: HttpRequest, reference: str, version: int) -> HttpResponse:
    """Show the differences to the version before, or to that of `?from=`.

    What everybody reads in the versions themselves is compared; persons are in neither text, for snapshots hold keys.

    Raises:
        Http404: there is no such pair of versions.
    """
    issues = {row.version: row for row in Issue.objects.factsheets().for_reference(reference).drawn().defer("snapshot")}
    if version not in issues:
        return no_factsheet(request, reference, has_others=bool(issues))
    earlier = sorted((number for number in issues if number < version), reverse=True)
    wanted = request.GET.get("from", "")
    chosen = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else None
    if wanted and chosen not in earlier:
        raise Http404(_("There is no such version before this one."))
    before = issues.get(chosen or (earlier[0] if earlier else 0))
    after = issues[version]
    context = {
        "issue": after,
        "before": before,
        "earlier": [issues[number] for number in earlier],
        "later": min((number for number in issues if number > version), default=0),
        "groups": differences(before.snapshot, after.snapshot) if before else [],
    }
    return render(request, "factsheets/issue/changes.html", context)
