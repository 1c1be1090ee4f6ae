"""`/clusters/<reference>/dossier/`: what a dossier would hold for this person, and the ZIP itself."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from clusters.models import Cluster
from clusters.rules.dossier import can_name_in_dossier, can_take_dossier
from clusters.views.parts import ask
from community.access import get_visible
from factsheets.dossier.build import file_name, write_dossier
from factsheets.dossier.parts import in_order
from factsheets.dossier.reader import Reader
from factsheets.views.files import without_policy

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: What names everybody, as the form sends it.
ALL = "all"
ZIP = "application/zip"


@require_safe
def dossier(request: HttpRequest, reference: str) -> HttpResponse:
    """Explain the dossier and offer it; who may not have it reads why.

    Raises:
        Http404: there is no such cluster, or the person may not see it.
        PermissionDenied: the person may not have its dossier.
    """
    cluster = _loaded(request, reference)
    context = {"cluster": cluster, "parts": in_order(), "may_name": bool(can_name_in_dossier(request.user))}
    return render(request, "factsheets/dossier/show.html", context)


@without_policy
@require_safe
def dossier_zip(request: SignedInRequest, reference: str) -> HttpResponseBase:
    """Write the ZIP to a file that has no name and goes with the answer, and hand it out from there.

    To who asks for the head alone nothing is written: how long it is stands in no answer to HEAD.

    Raises:
        Http404: as `dossier`.
        PermissionDenied: as `dossier`, or somebody else than an administrator asks for all names.
    """
    cluster = _loaded(request, reference)
    names_all = request.GET.get("names") == ALL
    if names_all:
        ask(can_name_in_dossier(request.user))
    reader = Reader(cluster, request.user, timezone.now(), names_all)
    answer = _written(reader) if request.method == "GET" else StreamingHttpResponse((), content_type=ZIP)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name(reader))
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _written(reader: Reader) -> StreamingHttpResponse:
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        write_dossier(reader, file)
        file.seek(0)
        stack.pop_all()  # from here on the answer closes it
    return FileResponse(file, content_type=ZIP)


def _loaded(request: HttpRequest, reference: str) -> Cluster:
    cluster = get_visible(Cluster.objects.for_page().by_name(reference), request.user)
    ask(can_take_dossier(request.user, cluster))
    return cluster
