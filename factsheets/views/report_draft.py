"""Reports being put together: begun, changed, looked at as page and mail, sent or thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from clusters.models import Cluster
from clusters.views.parts import INVALID, ask, status_of
from community.access import get_visible
from community.choices import Rhythm
from community.permissions import Refusal, Verdict
from factsheets.actions import report as actions
from factsheets.forms.report import ReportBeginForm, ReportForm, SendForm
from factsheets.models import CopReport, Issue
from factsheets.notifications import preview_of, rhythms
from factsheets.permissions import can_begin, can_report, can_write, groups_for
from factsheets.rendering.report import draw_preview
from factsheets.report_lifecycle import REPORT, content_hash
from factsheets.report_summary import marked_in, marks_of, newest_of, snapshot_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

BEGIN, DRAFT, SEND = (f"factsheets/report/{name}.html" for name in ("begin", "draft", "send"))


def seen_draft(request: HttpRequest, pk: int) -> tuple[CopReport, Verdict]:
    """Return the draft of an address for somebody who may know of it, and whether that person may change and send it.

    Raises:
        Http404: there is none, or the person may not know of it.
    """
    report = get_visible(CopReport.objects.for_list(), request.user, pk=pk)
    return report, can_write(request.user, report)


def draft_of(request: HttpRequest, pk: int) -> CopReport:
    """Return the draft of an address, for somebody who may send it.

    Raises:
        Http404: there is none, or the person may not know of it.
        PermissionDenied: the person may not, with the reason.
    """
    report, verdict = seen_draft(request, pk)
    if verdict.code == "forbidden":
        ask(verdict)
    return report


class ReportCreateView(View):
    """`/reports/new/`: which clusters, which time; with `?cluster=` the newest factsheet of one."""

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show the form."""
        return self._page(request, self._form(request))

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Begin the draft."""
        form = self._form(request)
        if not form.is_valid():
            return self._page(request, form, status=INVALID)
        try:
            report = actions.begin_report(by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, form, status=status_of(refusal, form))
        messages.success(request, _("Begun as a draft: nothing was sent. Look it through, then send it."))
        return redirect("factsheets:report_draft", report.pk)

    def _form(self, request: SignedInRequest) -> ReportBeginForm:
        """Return the form, filled where it was sent.

        Raises:
            PermissionDenied: the person does not report, or not this cluster.
            Http404: the cluster of the address has no factsheet.
        """
        ask(can_begin(request.user))
        only = self._only(request)
        cluster = Cluster.objects.get(pk=only.subject_id) if only else None
        if cluster is not None:
            ask(can_report(request.user, cluster))
        groups, is_mission = groups_for(request.user, of=cluster)
        given = [request.POST] if request.method == "POST" else []
        initial = {"scope": groups[0].code} if only and groups else {}
        return ReportBeginForm(
            *given, groups=groups, is_mission=is_mission, on=timezone.localdate(), only=only, initial=initial
        )

    def _only(self, request: SignedInRequest) -> Issue | None:
        reference = request.GET.get("cluster", "")[:40].replace("\0", "")
        if not reference:
            return None
        issue = newest_of(reference).first()
        if issue is None:
            raise Http404(_("This cluster has no factsheet that could be reported."))
        return issue

    def _page(self, request: SignedInRequest, form: ReportBeginForm, *, status: int = 200) -> HttpResponse:
        return render(request, BEGIN, {"form": form, "only": form.only}, status=status)


class ReportDraftView(View):
    """`/reports/drafts/<pk>/`: words and factsheets of a draft."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form, or to an administrator what would be sent; a report that was sent is at its own address."""
        report, verdict = seen_draft(request, pk)
        if report.is_sent:
            return redirect(report)
        if verdict.code == "forbidden":
            return redirect("factsheets:report_send", report.pk)
        return self._page(request, report, self._form(report))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Save; a stale edit says who was faster, shows both texts and takes over what was not touched."""
        report = draft_of(request, pk)
        form = self._form(report, request.POST)
        if not form.is_valid():
            return self._page(request, report, form, status=INVALID)
        seen = form.cleaned_data["seen_version"]
        try:
            actions.update_report(report=report, by=request.user, seen_version=seen, **form.values())
        except Refusal as refusal:
            return self._refused(request, report, form, refusal)
        if "send" in request.POST:
            return redirect("factsheets:report_send", report.pk)
        messages.success(request, _("Saved. Nothing was sent."))
        return redirect("factsheets:report_draft", report.pk)

    def _form(self, report: CopReport, *given: Any) -> ReportForm:
        return ReportForm(*given, **self._made_of(report))

    def _made_of(self, report: CopReport) -> dict[str, Any]:
        issues = list(actions.offered(report).defer("snapshot"))
        return {"report": report, "issues": issues, "marks": marks_of(report, [issue.pk for issue in issues])}

    def _refused(self, request: SignedInRequest, report: CopReport, form: ReportForm, refusal: Refusal) -> HttpResponse:
        status, conflict = status_of(refusal, form), ""
        if refusal.code == "stale":
            report = draft_of(request, report.pk)
            form, conflict = form.merged(**self._made_of(report)), str(refusal.reason)
        return self._page(request, report, form, status=status, conflict=conflict)

    def _page(
        self, request: SignedInRequest, report: CopReport, form: ReportForm, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        return render(request, DRAFT, {"report": report, "form": form, **more}, status=status)


class ReportSendView(View):
    """`/reports/drafts/<pk>/send/`: GET shows page, mail and recipients, POST sends."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show what will be sent and to whom; administrators look, too."""
        report, _verdict = seen_draft(request, pk)
        return redirect(report) if report.is_sent else self._page(request, report, SendForm())

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Send it, if it still is what was looked at."""
        report = draft_of(request, pk)
        form = SendForm(request.POST)
        seen = (form.cleaned_data["seen"] if form.is_valid() else "") or "-"
        try:
            sent = actions.send_report(report=report, by=request.user, seen=seen)
        except Refusal as refusal:
            if refusal.code == "done":
                return redirect(CopReport.objects.get(pk=report.pk))
            return self._page(request, report, form, status=status_of(refusal, form))
        messages.success(request, str(REPORT.verb("report.sent").done))
        return redirect(sent)

    def _page(self, request: SignedInRequest, report: CopReport, form: SendForm, *, status: int = 200) -> HttpResponse:
        now = timezone.now()
        taken = snapshot_of(report, reference=CopReport.objects.next_reference(timezone.localdate(now)), at=now)
        attempt = REPORT.attempt(report, "report.sent", by=request.user, at=now, is_asking=True)
        context = {
            "report": report,
            "form": form,
            "seen": content_hash(report),
            "verdict": REPORT.judge(attempt),
            "looks": looks.reason if (looks := can_write(request.user, report)).code == "forbidden" else "",
            "article": draw_preview(report, taken).article,
            "mail": preview_of(report, taken, request.user.member),
            "marked": marked_in(report),
            "rhythms": [(Rhythm(code).label, count) for code, count in rhythms().items()],
        }
        return render(request, SEND, context, status=status)


class ReportDiscardView(View):
    """`/reports/drafts/<pk>/discard/`: a draft that is not wanted."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask once more."""
        report = draft_of(request, pk)
        return (
            redirect(report)
            if report.is_sent
            else render(request, "factsheets/report/discard.html", {"report": report})
        )

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Throw it away."""
        report = draft_of(request, pk)
        try:
            actions.discard_report(report=report, by=request.user)
        except Refusal:
            return redirect(CopReport.objects.get(pk=report.pk))
        messages.success(request, _("The draft is gone. Nothing was sent."))
        return redirect("factsheets:reports")
