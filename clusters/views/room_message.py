"""A message to all who take part: written, looked at with its recipients, sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views import View

from clusters.actions.room_message import recipients_of, seal_of, send_message
from clusters.forms.room_message import MessageForm
from clusters.models import Cluster
from clusters.rules.meeting_times import can_call_meetings
from clusters.tables.room import voices_by_organisation
from clusters.views.cluster import frame
from clusters.views.parts import INVALID, ask, status_of
from clusters.views.room import loaded
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class MessageView(View):
    """`/clusters/<reference>/room/message/`: POST shows whom it goes to, and with `seen` sends it."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the form."""
        cluster = self._load(request, reference)
        return self._page(request, cluster, MessageForm())

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show what will be sent to whom; send what was looked at."""
        cluster = self._load(request, reference)
        form = MessageForm(request.POST)
        if not form.is_valid() or "change" in request.POST:
            return self._page(request, cluster, form, status=200 if form.is_valid() else INVALID)
        if not form.cleaned_data["seen"]:
            return self._preview(request, cluster, form)
        try:
            sent = send_message(cluster=cluster, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            status = status_of(refusal, form)
            if refusal.code == "stale":
                return self._preview(request, cluster, form, status=status, refusal=str(refusal.reason))
            return self._page(request, cluster, form, status=status)
        words = ngettext("Sent to %(count)d person.", "Sent to %(count)d persons.", sent.told)
        messages.success(request, words % {"count": sent.told})
        return redirect("clusters:room", cluster.name)

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        cluster = loaded(request, reference)
        ask(can_call_meetings(request.user, cluster))
        return cluster

    def _preview(
        self, request: SignedInRequest, cluster: Cluster, form: MessageForm, *, status: int = 200, refusal: str = ""
    ) -> HttpResponse:
        people = recipients_of(cluster, request.user)
        context = {
            **frame(request, cluster, "room"),
            "form": form,
            "sent": form.cleaned_data,
            "groups": voices_by_organisation(cluster, people),
            "count": len(people),
            "seal": seal_of(people),
            "refusal": refusal,
        }
        return render(request, "clusters/room/message_preview.html", context, status=status)

    def _page(
        self, request: SignedInRequest, cluster: Cluster, form: MessageForm, *, status: int = 200
    ) -> HttpResponse:
        count = len(recipients_of(cluster, request.user))
        context = {**frame(request, cluster, "room"), "form": form, "count": count}
        return render(request, "clusters/room/message_form.html", context, status=status)
