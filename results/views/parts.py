"""What the pages of results share: loading an uptake with its cluster, and handing a table out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse

from clusters.views.cluster import frame, load
from clusters.views.parts import ask
from community.access import get_visible
from community.cells import guarded_in_csv
from results.models import Uptake
from results.rules.uptake import can_record

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


def uptake_of(request: HttpRequest, pk: int) -> Uptake:
    """Return the uptake of an address, with its cluster as a page of this person needs it.

    Raises:
        Http404: there is none, or the person may not see it.
    """
    uptake = get_visible(Uptake.objects.for_page(), request.user, pk=pk)
    uptake.cluster = load(request, uptake.cluster.name)
    return uptake


def kept_uptake(request: SignedInRequest, pk: int) -> Uptake:
    """Return the uptake for a person who keeps it.

    Raises:
        Http404: as `uptake_of`.
        PermissionDenied: the person may not, with the reason.
    """
    uptake = uptake_of(request, pk)
    ask(can_record(request.user, uptake.cluster))
    return uptake


def around(request: HttpRequest, uptake: Uptake) -> dict[str, Any]:
    """Return what the frame of an uptake's page shows."""
    return {**frame(request, uptake.cluster, "uptakes"), "uptake": uptake}


def csv_file(head: Sequence[str], rows: Iterable[Sequence[Any]], *, name: str) -> HttpResponse:
    """Hand a table out in UTF-8 with the mark by which Excel knows it; no cell acts as a formula."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(answer)
    writer.writerow(head)
    writer.writerows([guarded_in_csv(str(cell)) for cell in row] for row in rows)
    return answer


def slug_of(code: str) -> str:
    """Return a verb as its address names it."""
    return code.partition(".")[2].replace("_", "-")
