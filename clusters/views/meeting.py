"""Meetings in a cluster's room: called, changed, cancelled, minuted, and fetched for calendars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions import meeting as actions
from clusters.actions.meeting_answer import answer_meeting
from clusters.forms.meeting import AnswerForm, CancelForm, DecisionForm, MeetingForm, MinutesForm
from clusters.meeting_calendar import Method, calendar_of
from clusters.models import Cluster, Meeting, MeetingDecision
from clusters.rules.meeting_times import can_answer_meeting, can_call_meetings, is_to_be_minuted
from clusters.rules.room import people_of_room
from clusters.tables.meeting import sheet
from clusters.views.cluster import frame
from clusters.views.parts import INVALID, ask, part_of, status_of
from clusters.views.room import loaded
from community.access import with_key
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


def _meeting(request: SignedInRequest, reference: str, pk: int, *, keeps: bool = True) -> tuple[Cluster, Meeting]:
    """Return cluster and meeting for somebody who reads the room, and `keeps` its meetings."""
    cluster = loaded(request, reference)
    row = part_of(cluster.meetings, pk)
    if keeps:
        ask(can_call_meetings(request.user, cluster))
    row.cluster = cluster
    return cluster, row


class MeetingCreateView(View):
    """`/clusters/<reference>/room/meetings/add/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the form."""
        cluster = self._load(request, reference)
        return self._page(request, cluster, MeetingForm(organisations=actions.organisations_of(cluster)))

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Call the meeting; a refusal keeps what was typed."""
        cluster = self._load(request, reference)
        form = MeetingForm(request.POST, organisations=actions.organisations_of(cluster))
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        try:
            row = actions.call_meeting(cluster=cluster, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, _("“%(title)s” is called.") % {"title": row.title})
        return redirect("clusters:room_meeting", cluster.name, row.pk)

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        cluster = loaded(request, reference)
        ask(can_call_meetings(request.user, cluster))
        return cluster

    def _page(
        self, request: SignedInRequest, cluster: Cluster, form: MeetingForm, *, status: int = 200
    ) -> HttpResponse:
        context = {**frame(request, cluster, "room"), "form": form, "invited": len(people_of_room(cluster))}
        return render(request, "clusters/room/meeting_form.html", context, status=status)


class MeetingView(View):
    """`/clusters/<reference>/room/meetings/<pk>/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the meeting with agenda, minutes, decisions and attendance."""
        cluster, row = _meeting(request, reference, pk, keeps=False)
        return page(request, cluster, row, DecisionForm())


def page(
    request: SignedInRequest, cluster: Cluster, row: Meeting, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    """Render the page of one meeting; `form` only for those who keep it."""
    keeps = can_call_meetings(request.user, cluster)
    context: dict[str, Any] = {
        **frame(request, cluster, "room"),
        **sheet(row, timezone.now()),
        "keeps": keeps,
        "answers": can_answer_meeting(request.user, row, timezone.now()),
        "form": form if keeps and row.cancelled_at is None else None,
    }
    return render(request, "clusters/room/meeting.html", context, status=status)


class MeetingAnswerView(View):
    """`/clusters/<reference>/room/meetings/<pk>/answer/`: where the invitation's button leads."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask whether the reader comes; changes nothing."""
        return self._page(request, *self._load(request, reference, pk), AnswerForm())

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write the answer."""
        cluster, row = self._load(request, reference, pk)
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            said = answer_meeting(meeting=row, by=request.user, is_coming=form.cleaned_data["coming"] == "yes")
        except Refusal as refusal:
            return self._page(request, cluster, row, form, status=status_of(refusal, form))
        words = _("You said that you come.") if said.is_coming else _("You said that you can't come.")
        messages.success(request, words)
        return redirect("clusters:room_meeting", cluster.name, row.pk)

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Meeting]:
        cluster, row = _meeting(request, reference, pk, keeps=False)
        ask(can_answer_meeting(request.user, row, timezone.now()))
        return cluster, row

    def _page(
        self, request: SignedInRequest, cluster: Cluster, row: Meeting, form: AnswerForm, *, status: int = 200
    ) -> HttpResponse:
        context = {**frame(request, cluster, "room"), **sheet(row, timezone.now()), "form": form}
        return render(request, "clusters/room/meeting_answer.html", context, status=status)


class MeetingCalendarView(View):
    """`/clusters/<reference>/room/meetings/<pk>/meeting.ics`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Hand out the meeting as an entry for a calendar."""
        cluster, row = _meeting(request, reference, pk, keeps=False)
        words = calendar_of(row, method=Method.PUBLISH, at=timezone.now())
        answer = HttpResponse(words, content_type="text/calendar; charset=utf-8")
        name = f"{cluster.name}-{row.pk}.ics"
        answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
        return answer


class MeetingChangeView(View):
    """`/clusters/<reference>/room/meetings/<pk>/edit/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form, filled from the meeting."""
        cluster, row = _meeting(request, reference, pk)
        organisations = actions.organisations_of(cluster, row)
        return self._page(request, cluster, row, MeetingForm(meeting=row, organisations=organisations))

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; what was changed meanwhile is taken over or shown beside one's own, and nothing typed is lost."""
        cluster, row = _meeting(request, reference, pk)
        form = MeetingForm(request.POST, meeting=row, organisations=actions.organisations_of(cluster, row))
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            actions.change_meeting(meeting=row, by=request.user, **form.values())
        except Refusal as refusal:
            status, conflict = status_of(refusal, form), ""
            if refusal.code == "stale":
                cluster, row = _meeting(request, reference, pk)
                form = form.merged(meeting=row, organisations=actions.organisations_of(cluster, row))
                conflict = str(refusal.reason)
            return self._page(request, cluster, row, form, status=status, conflict=conflict)
        messages.success(request, _("The meeting is saved."))
        return redirect("clusters:room_meeting", cluster.name, row.pk)

    def _page(
        self,
        request: SignedInRequest,
        cluster: Cluster,
        row: Meeting,
        form: MeetingForm,
        *,
        status: int = 200,
        conflict: str = "",
    ) -> HttpResponse:
        context = {**frame(request, cluster, "room"), "form": form, "meeting": row, "conflict": conflict}
        context["invited"] = len(people_of_room(cluster))
        return render(request, "clusters/room/meeting_form.html", context, status=status)


class MeetingCancelView(View):
    """`/clusters/<reference>/room/meetings/<pk>/cancel/`."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask for the reason."""
        cluster, row = _meeting(request, reference, pk)
        return self._page(request, cluster, row, CancelForm())

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Cancel it."""
        cluster, row = _meeting(request, reference, pk)
        form = CancelForm(request.POST)
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            actions.cancel_meeting(meeting=row, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._page(request, cluster, row, form, status=status_of(refusal, form))
        messages.success(request, _("“%(title)s” is cancelled. Those who take part are told.") % {"title": row.title})
        return redirect("clusters:room_meeting", cluster.name, row.pk)

    def _page(
        self, request: SignedInRequest, cluster: Cluster, row: Meeting, form: CancelForm, *, status: int = 200
    ) -> HttpResponse:
        context = {**frame(request, cluster, "room"), **sheet(row, timezone.now()), "form": form}
        return render(request, "clusters/room/meeting_cancel.html", context, status=status)


class MinutesView(View):
    """`/clusters/<reference>/room/meetings/<pk>/minutes/`: what was said, and how many came from where."""

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the form."""
        cluster, row = self._load(request, reference, pk)
        form = MinutesForm(meeting=row, organisations=actions.organisations_of(cluster, row))
        return self._page(request, cluster, row, form)

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; what was changed meanwhile is taken over or shown beside one's own, and nothing typed is lost."""
        cluster, row = self._load(request, reference, pk)
        form = MinutesForm(request.POST, meeting=row, organisations=actions.organisations_of(cluster, row))
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            actions.keep_minutes(meeting=row, by=request.user, **form.values())
        except Refusal as refusal:
            status, conflict = status_of(refusal, form), ""
            if refusal.code == "stale":
                cluster, row = _meeting(request, reference, pk)
                form = form.merged(meeting=row, organisations=actions.organisations_of(cluster, row))
                conflict = str(refusal.reason)
            return self._page(request, cluster, row, form, status=status, conflict=conflict)
        messages.success(request, _("Minutes and attendance are saved."))
        return redirect("clusters:room_meeting", cluster.name, row.pk)

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Meeting]:
        cluster, row = _meeting(request, reference, pk)
        ask(is_to_be_minuted(row, timezone.now()))
        return cluster, row

    def _page(
        self,
        request: SignedInRequest,
        cluster: Cluster,
        row: Meeting,
        form: MinutesForm,
        *,
        status: int = 200,
        conflict: str = "",
    ) -> HttpResponse:
        context = {**frame(request, cluster, "room"), **sheet(row, timezone.now()), "form": form, "conflict": conflict}
        return render(request, "clusters/room/minutes.html", context, status=status)


class DecisionView(View):
    """`/clusters/<reference>/room/meetings/<pk>/decide/`."""

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Note what was decided; a refusal keeps it typed."""
        cluster, row = _meeting(request, reference, pk)
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return page(request, cluster, row, form, status=INVALID)
        try:
            actions.note_decision(meeting=row, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return page(request, cluster, row, form, status=status_of(refusal, form))
        messages.success(request, _("The decision is noted."))
        return redirect("clusters:room_meeting", cluster.name, row.pk)


class DecisionBackView(View):
    """`/clusters/<reference>/room/decisions/<pk>/take-back/`."""

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take a noted decision back."""
        cluster = loaded(request, reference)
        row = self._decision(cluster, pk)
        ask(can_call_meetings(request.user, cluster))
        try:
            actions.take_decision_back(decision=row, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal.reason))
        else:
            messages.success(request, _("The decision is taken back; it stays, struck."))
        return redirect("clusters:room_meeting", cluster.name, row.meeting_id)

    def _decision(self, cluster: Cluster, pk: int) -> MeetingDecision:
        """Return a decision of one of the cluster's meetings.

        Raises:
            Http404: it is gone, or of another cluster.
        """
        row = with_key(MeetingDecision.objects.select_related("meeting"), pk)
        if row is None or row.meeting.cluster_id != cluster.pk:
            raise Http404(_("There is no such page, or it is not open to you."))
        return row
