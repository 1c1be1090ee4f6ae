"""Files of an uptake: added, fetched, removed. Documents of confirmations are fetched at the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views import View

from clusters.forms.evidence import EvidenceForm
from clusters.rules.evidence import likely_holder
from clusters.views.parts import INVALID, status_of
from community.models import File
from community.permissions import Refusal
from community.store_away import StoreAway
from community.views.answers import INERT
from results.actions.evidence import add_uptake_file, remove_uptake_file
from results.models import Uptake
from results.tables.uptake import files_for
from results.views.parts import around, kept_uptake, uptake_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class UptakeFilesView(View):
    """`/uptakes/<pk>/files/`: the files that show it, and the form that adds one."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form."""
        uptake = kept_uptake(request, pk)
        form = EvidenceForm(rights_holder=likely_holder(request.user, uptake.cluster))
        return self._page(request, uptake, form)

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Keep the file; one that is refused comes back with its sentence, and has to be chosen again."""
        uptake = kept_uptake(request, pk)
        form = EvidenceForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, uptake, form, status=INVALID)
        try:
            file = add_uptake_file(uptake=uptake, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, uptake, form, status=status_of(refusal, form))
        messages.success(request, _("“%(title)s” is kept with the uptake.") % {"title": file.title})
        return redirect("results:uptake", uptake.pk)

    def _page(self, request: SignedInRequest, uptake: Uptake, form: EvidenceForm, *, status: int = 200) -> HttpResponse:
        files = [file for file in files_for(request.user, uptake) if file.kind == "uptake"]
        context = {**around(request, uptake), "form": form, "files": files}
        return render(request, "results/uptake/files.html", context, status=status)


@method_decorator(login_not_required, name="dispatch")
class UptakeFileView(View):
    """`/uptakes/<pk>/files/<file>/`: the file itself, to be saved and never shown in the site's own name."""

    @method_decorator(csp_replace(INERT))
    def get(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Hand out the bytes to whoever may fetch them."""
        row = _file(request, uptake_of(request, pk), file)
        try:
            with row.content.open() as stored:
                answer = HttpResponse(stored.read(), content_type=row.content_type)
        except StoreAway:
            raise
        except OSError as error:
            raise Http404(_("This file can't be read just now.")) from error
        answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=row.original_name)
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


class UptakeFileRemoveView(View):
    """`/uptakes/<pk>/files/<file>/remove/`."""

    def get(self, request: SignedInRequest, pk: int, file: int) -> HttpResponse:
        """Ask once more."""
        uptake = kept_uptake(request, pk)
        context = {**around(request, uptake), "file": _evidence(request, uptake, file)}
        return render(request, "results/uptake/file_remove.html", context)

    def post(self, request: SignedInRequest, pk: int, file: int) -> HttpResponse:
        """Take it off the uptake."""
        uptake = kept_uptake(request, pk)
        row = _evidence(request, uptake, file)
        try:
            remove_uptake_file(uptake=uptake, file=row, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("“%(title)s” is removed.") % {"title": row.title})
        return redirect("results:uptake", uptake.pk)


def _file(request: HttpRequest, uptake: Uptake, pk: int) -> File:
    """Return a file of the uptake.

    Raises:
        Http404: it is gone, of another uptake, or not open to this person.
    """
    found = next((row for row in files_for(request.user, uptake) if row.pk == pk), None)
    if found is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return found


def _evidence(request: HttpRequest, uptake: Uptake, pk: int) -> File:
    """Return a file that shows the uptake; the document of a confirmation is the organisation's, and stays.

    Raises:
        Http404: as `_file`.
    """
    found = _file(request, uptake, pk)
    if found.kind != "uptake":
        raise Http404(_("There is no such page, or it is not open to you."))
    return found
