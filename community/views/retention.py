"""`/retention/`: what may go, for administrators; `/processing/`: the record of processing, for everybody."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from community.access import get_kept_file, get_visible
from community.actions.notice import out_of_reach, tell_otherwise, with_why
from community.actions.retention import let_go
from community.forms.own_data import ToldForm
from community.models import File, Member, Project
from community.permissions import Refusal
from community.processing import stated
from community.tables import page_of
from community.views.answers import account_of, answer_refusal
from community.visibility import is_administrator


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Show administrators what may go now and within a year, and what is kept because a date is missing."""
    if not is_administrator(request.user):
        raise PermissionDenied(_("Only administrators see what may go."))
    on = timezone.localdate()
    context = {
        "page_obj": page_of(File.objects.to_go(on), request.GET.get("page"), fetch=lambda rows: rows),
        "soon": page_of(File.objects.to_go_within_a_year(on), request.GET.get("soon"), fetch=lambda rows: rows),
        "undated": Project.objects.without_last_payment().count(),
        "untold": page_of(out_of_reach(), request.GET.get("untold"), fetch=with_why),
        "former": Member.objects.former().count(),
        "years": settings.DATA_RETENTION_YEARS,
    }
    return render(request, "community/own_data/retention.html", context)


class LetGoView(View):
    """`/retention/<pk>/let-go/`: really deletes evidence whose date is over."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete it, or say why it stays."""
        if not is_administrator(request.user):
            raise PermissionDenied(_("Only administrators let evidence go."))
        file = get_kept_file(request.user, pk)
        try:
            let_go(file=file, by=account_of(request))
        except Refusal as refusal:
            if refusal.code == "forbidden":
                return answer_refusal(refusal)
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Gone: %(title)s. Its checksum stays.") % {"title": file.title})
        return redirect("community:retention")


class ToldView(View):
    """`/retention/<pk>/told/`: keeps that a person whom no mail reaches was told otherwise, and how."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep it, or say what is missing."""
        if not is_administrator(request.user):
            raise PermissionDenied(_("Only administrators say that somebody was told."))
        member, form = get_visible(Member, request.user, pk=pk), ToldForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"{member.name}: {' '.join(map(str, form.errors['how']))}")
        else:
            tell_otherwise(member=member, how=form.cleaned_data["how"], by=account_of(request))
            messages.success(request, _("Kept: %(person)s was told.") % {"person": member.name})
        page = {"untold": request.GET["untold"]} if request.GET.get("untold") else None
        return redirect(reverse("community:retention", query=page, fragment="h-untold"))


@login_not_required
@require_safe
def processing(request: HttpRequest) -> HttpResponse:
    """Show the record of processing activities (Art. 30 of the GDPR)."""
    context = {
        **stated(),
        "years": settings.DATA_RETENTION_YEARS,
        "erasure_days": settings.ERASURE_DAYS,
        "notice_days": settings.NOTICE_DAYS,
    }
    return render(request, "community/pages/processing.html", context)
