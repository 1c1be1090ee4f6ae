"""The room's first page and its discussion: threads, comments in place (htmx) or on pages of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django_htmx.http import retarget

from clusters.actions import room as actions
from clusters.forms.room import ChangeForm, CommentForm, HideForm, ThreadForm
from clusters.models import Cluster
from clusters.relatives import took_it_in
from clusters.rules.meeting_times import can_call_meetings
from clusters.rules.room import (
    can_change_comment,
    can_keep_order,
    can_see_room,
    can_share,
    can_speak,
    can_withdraw_comment,
    comment_of,
    people_of_room,
)
from clusters.rules.room_files import documents
from clusters.tables.meeting import meetings_of
from clusters.tables.room import comments, messages_of, said, thread_page
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, answer, ask, status_of
from community.models import Comment
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


@method_decorator(login_not_required, name="dispatch")
class RoomView(View):
    """`/clusters/<reference>/room/`: discussion, files and meetings for those who take part, a sentence for others."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the room, or why it is closed to the reader."""
        cluster = load(request, reference)
        if (kept := took_it_in(cluster, request.user)) is not None:
            return redirect("clusters:room", reference=kept.name, permanent=True)
        verdict = can_see_room(request.user, cluster)
        context = {
            **frame(request, cluster, "room"),
            "closed": "" if verdict else verdict.reason,
            "documents": documents(request.user, cluster),
            "shares": can_share(request.user, cluster),
        }
        if verdict:
            context |= self._open(request, cluster)
        return render(request, "clusters/room/room.html", context)

    def _open(self, request: HttpRequest, cluster: Cluster) -> dict[str, Any]:
        """Return what those who read the room see."""
        page, lines = thread_page(cluster, request.GET.get("page"))
        return {
            "page_obj": page,
            "threads": lines,
            "speaks": can_speak(request.user, cluster),
            "sent": messages_of(cluster),
            "meetings": meetings_of(cluster, timezone.now()),
            "calls": can_call_meetings(request.user, cluster),
        }


def loaded(request: SignedInRequest, reference: str) -> Cluster:
    """Return the cluster for somebody who reads its room.

    Raises:
        Http404: there is no such cluster, or it is not visible.
        PermissionDenied: the room is closed to this person.
    """
    cluster = load(request, reference)
    ask(can_see_room(request.user, cluster))
    return cluster


def comment_in(cluster: Cluster, pk: int) -> Comment:
    """Return a comment of the room.

    Raises:
        Http404: it is gone, or stands in another room.
    """
    row = comment_of(cluster, pk)
    if row is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return row


class ThreadCreateView(View):
    """`/clusters/<reference>/room/threads/add/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the form."""
        cluster = self._load(request, reference)
        return self._page(request, cluster, ThreadForm(**_people(request, cluster)))

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Begin the thread; a refusal keeps what was typed."""
        cluster = self._load(request, reference)
        form = ThreadForm(request.POST, **_people(request, cluster))
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        try:
            row = actions.start_thread(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, _("Your discussion has begun. Those who take part are told."))
        _say_mentioned(request, form)
        return redirect("clusters:room_thread", cluster.name, row.pk)

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        cluster = loaded(request, reference)
        ask(can_speak(request.user, cluster))
        return cluster

    def _page(self, request: SignedInRequest, cluster: Cluster, form: ThreadForm, *, status: int = 200) -> HttpResponse:
        context = {**frame(request, cluster, "room"), "form": form}
        return render(request, "clusters/room/thread_form.html", context, status=status)


def _people(request: SignedInRequest, cluster: Cluster) -> dict[str, Any]:
    """Return whom the writer may mention, as the forms take it."""
    return {"people": people_of_room(cluster), "besides": request.user.member.pk if request.user.member else None}


def _say_mentioned(request: SignedInRequest, form: CommentForm) -> None:
    """Tell the writer who was mentioned and which typed names were not found; nothing where there is neither."""
    if said := form.said():
        messages.info(request, said)


class ThreadView(View):
    """`/clusters/<reference>/room/threads/<pk>/`: GET shows a thread, POST writes in it."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the comments, oldest first, and the form."""
        cluster = loaded(request, reference)
        return thread(request, cluster, self._first(cluster, pk))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write a comment; a refusal keeps it typed."""
        cluster = loaded(request, reference)
        first = self._first(cluster, pk)
        ask(can_speak(request.user, cluster))
        form = CommentForm(request.POST, **_people(request, cluster))
        if not form.is_valid():
            return thread(request, cluster, first, form, status=INVALID)
        try:
            row = actions.reply(thread=first, by=request.user, **form.values())
        except Refusal as refusal:
            return thread(request, cluster, first, form, status=status_of(refusal, form))
        _say_mentioned(request, form)
        if request.htmx:
            return thread(request, cluster, first, focus=row.pk)
        return redirect(place_of(cluster, row))

    def _first(self, cluster: Cluster, pk: int) -> Comment:
        """Return the comment that opens the thread.

        Raises:
            Http404: it opens none.
        """
        row = comment_in(cluster, pk)
        if row.reply_to_id is not None:
            raise Http404(_("There is no such page, or it is not open to you."))
        return row


def thread(
    request: SignedInRequest,
    cluster: Cluster,
    first: Comment,
    form: CommentForm | None = None,
    *,
    status: int = 200,
    focus: int = 0,
) -> HttpResponse:
    """Render a thread: the part that htmx swaps, or the whole page."""
    may_speak = can_speak(request.user, cluster)
    if form is None and may_speak:
        form = CommentForm(**_people(request, cluster))
    context = {
        "cluster": cluster,
        "thread": first,
        "comments": comments(cluster, first, request.user),
        "speaks": may_speak,
        "form": form if may_speak else None,
        "focus": focus,
    }
    if not request.htmx:
        context |= frame(request, cluster, "room")
    return answer(request, "clusters/room/thread.html", "clusters/room/_thread.html", context, status=status)


def place_of(cluster: Cluster, row: Comment) -> str:
    """Return the address of a comment in its thread."""
    page = reverse("clusters:room_thread", args=[cluster.name, row.reply_to_id or row.pk])
    return f"{page}#comment-{row.pk}"


class CommentChangeView(View):
    """`/clusters/<reference>/room/comments/<pk>/edit/`: one's own words, where they stand or on a page."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form."""
        cluster, row = self._load(request, reference, pk)
        return self._page(request, cluster, row, ChangeForm(comment=row, **_people(request, cluster)))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; what was changed in another window meanwhile is said, and nothing typed is lost."""
        cluster, row = self._load(request, reference, pk)
        form = ChangeForm(request.POST, comment=row, **_people(request, cluster))
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            row = actions.change_comment(comment=row, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, row, form, status=self._refused(refusal, form, row))
        _say_mentioned(request, form)
        if request.htmx:
            return retarget(thread(request, cluster, row.reply_to or row, focus=row.pk), "#thread")
        return redirect(place_of(cluster, row))

    def _refused(self, refusal: Refusal, form: ChangeForm, row: Comment) -> int:
        """Say the refusal on the form; after a stale edit the next press saves over what is there now."""
        status = status_of(refusal, form)
        if refusal.code == "stale":
            form.add_error(None, str(refusal.reason))
            form.shown_anew(row.version)
        return status

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Comment]:
        cluster = loaded(request, reference)
        row = comment_in(cluster, pk)
        ask(can_change_comment(request.user, cluster, row))
        return cluster, row

    def _page(
        self, request: SignedInRequest, cluster: Cluster, row: Comment, form: ChangeForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            "cluster": cluster,
            "said": said(cluster, row, request.user),
            "form": form,
            "place": place_of(cluster, row),
        }
        if not request.htmx:
            context |= frame(request, cluster, "room")
        page, part = "clusters/room/comment_form.html", "clusters/room/_comment_form.html"
        return answer(request, page, part, context, status=status)


class CommentWithdrawView(View):
    """`/clusters/<reference>/room/comments/<pk>/withdraw/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask once more."""
        cluster, row = self._load(request, reference, pk)
        context = {"said": said(cluster, row, request.user), "place": place_of(cluster, row)}
        return render(request, "clusters/room/withdraw.html", {**frame(request, cluster, "room"), **context})

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take it back."""
        cluster, row = self._load(request, reference, pk)
        try:
            actions.withdraw_comment(comment=row, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("Your comment is taken back."))
        return redirect(place_of(cluster, row))

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Comment]:
        cluster = loaded(request, reference)
        row = comment_in(cluster, pk)
        ask(can_withdraw_comment(request.user, cluster, row))
        return cluster, row


class CommentHideView(View):
    """`/clusters/<reference>/room/comments/<pk>/hide/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask for the reason."""
        cluster, row = self._load(request, reference, pk)
        return self._page(request, cluster, row, HideForm())

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Hide it."""
        cluster, row = self._load(request, reference, pk)
        form = HideForm(request.POST)
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            actions.hide_comment(comment=row, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._page(request, cluster, row, form, status=status_of(refusal, form))
        messages.success(request, _("The comment is hidden."))
        return redirect(place_of(cluster, row))

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Comment]:
        cluster = loaded(request, reference)
        row = comment_in(cluster, pk)
        ask(can_keep_order(request.user, cluster))
        return cluster, row

    def _page(
        self, request: SignedInRequest, cluster: Cluster, row: Comment, form: HideForm, *, status: int = 200
    ) -> HttpResponse:
        context = {"said": said(cluster, row, request.user), "place": place_of(cluster, row), "form": form}
        return render(request, "clusters/room/hide.html", {**frame(request, cluster, "room"), **context}, status=status)


class CommentShowView(View):
    """`/clusters/<reference>/room/comments/<pk>/show/`."""

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show a hidden comment again."""
        cluster = loaded(request, reference)
        row = comment_in(cluster, pk)
        ask(can_keep_order(request.user, cluster))
        try:
            actions.show_comment(comment=row, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("The comment is shown again."))
        return redirect(place_of(cluster, row))
