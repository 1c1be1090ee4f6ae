"""The files of a room: added, fetched in each version, renamed, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions import room_file as actions
from clusters.forms.room_file import RoomFileChangeForm, RoomFileForm, VersionForm
from clusters.models import Cluster
from clusters.rules.evidence import likely_holder
from clusters.rules.room import can_see_room, can_share
from clusters.rules.room_files import Document, can_keep_file, document
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, status_of
from clusters.views.room import loaded
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class RoomFileCreateView(View):
    """`/clusters/<reference>/room/files/add/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the form, with the person's own organisation as rights holder."""
        cluster = self._load(request, reference)
        return self._page(request, cluster, RoomFileForm(rights_holder=likely_holder(request.user, cluster)))

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Keep the file; one that is refused comes back with its sentence, and has to be chosen again."""
        cluster = self._load(request, reference)
        form = RoomFileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        try:
            row = actions.add_room_file(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, _("“%(title)s” is kept in the room.") % {"title": row.title})
        return redirect("clusters:room_file", cluster.name, row.pk)

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        cluster = loaded(request, reference)
        ask(can_share(request.user, cluster))
        return cluster

    def _page(
        self, request: SignedInRequest, cluster: Cluster, form: RoomFileForm, *, status: int = 200
    ) -> HttpResponse:
        context = {**frame(request, cluster, "room"), "form": form}
        return render(request, "clusters/room/file_form.html", context, status=status)


def found(request: HttpRequest, cluster: Cluster, pk: int) -> Document:
    """Return a file of the room.

    Raises:
        Http404: it is gone, of another cluster, or no version of it is open to this person.
    """
    row = document(request.user, cluster, pk)
    if row is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return row


@method_decorator(login_not_required, name="dispatch")
class RoomFileView(View):
    """`/clusters/<reference>/room/files/<pk>/`: all versions that the reader may fetch; POST adds one."""

    def get(self, request: HttpRequest, reference: str, pk: int) -> HttpResponse:
        """Show the versions, and to those who contribute the form."""
        cluster = load(request, reference)
        form = VersionForm(rights_holder=self._holder(request, cluster))
        return self._page(request, cluster, found(request, cluster, pk), form)

    def post(self, request: HttpRequest, reference: str, pk: int) -> HttpResponse:
        """Add a version; older ones stay."""
        cluster = load(request, reference)
        row = found(request, cluster, pk)
        ask(can_share(request.user, cluster))
        form = VersionForm(request.POST, request.FILES)
        if not form.is_valid() or not request.user.is_authenticated:
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            version = actions.add_version(room_file=row.room_file, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, row, form, status=status_of(refusal, form))
        messages.success(request, _("Version %(number)d is kept; older ones stay.") % {"number": version.number})
        return redirect("clusters:room_file", cluster.name, pk)

    def _holder(self, request: HttpRequest, cluster: Cluster) -> str:
        return likely_holder(request.user, cluster) if request.user.is_authenticated else ""

    def _page(
        self, request: HttpRequest, cluster: Cluster, row: Document, form: VersionForm, *, status: int = 200
    ) -> HttpResponse:
        may_share = can_share(request.user, cluster)
        context: dict[str, Any] = {
            **frame(request, cluster, "room"),
            "document": row,
            "form": form if may_share else None,
            "reads_room": bool(can_see_room(request.user, cluster)),
        }
        return render(request, "clusters/room/file.html", context, status=status)


class RoomFileChangeView(View):
    """`/clusters/<reference>/room/files/<pk>/edit/`: name and visibility."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form."""
        cluster, row = _kept(request, reference, pk)
        return self._page(request, cluster, row, RoomFileChangeForm(room_file=row.room_file))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; a refusal keeps what was typed, beside what somebody else saved meanwhile."""
        cluster, row = _kept(request, reference, pk)
        form = RoomFileChangeForm(request.POST, room_file=row.room_file)
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            actions.change_room_file(room_file=row.room_file, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            status, conflict = status_of(refusal, form), ""
            if refusal.code == "stale":
                cluster, row = _kept(request, reference, pk)
                form, conflict = form.merged(room_file=row.room_file), str(refusal.reason)
            return self._page(request, cluster, row, form, status=status, conflict=conflict)
        messages.success(request, _("Saved. It holds for all versions."))
        return redirect("clusters:room_file", cluster.name, pk)

    def _page(
        self,
        request: SignedInRequest,
        cluster: Cluster,
        row: Document,
        form: RoomFileChangeForm,
        *,
        status: int = 200,
        conflict: str = "",
    ) -> HttpResponse:
        context = {**frame(request, cluster, "room"), "document": row, "form": form, "conflict": conflict}
        return render(request, "clusters/room/file_change.html", context, status=status)


class RoomFileRemoveView(View):
    """`/clusters/<reference>/room/files/<pk>/remove/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask once more."""
        cluster, row = _kept(request, reference, pk)
        return render(request, "clusters/room/file_remove.html", {**frame(request, cluster, "room"), "document": row})

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take it out of sight with all its versions."""
        cluster, row = _kept(request, reference, pk)
        try:
            actions.remove_room_file(room_file=row.room_file, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("“%(title)s” is removed.") % {"title": row.room_file.title})
        return redirect("clusters:room", cluster.name)


def _kept(request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Document]:
    """Return a file of the room for somebody who names and removes it."""
    cluster = load(request, reference)
    row = found(request, cluster, pk)
    ask(can_keep_file(request.user, row.room_file))
    return cluster, row
