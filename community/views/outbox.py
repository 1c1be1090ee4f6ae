"""The mails that a demonstration would have sent, for everybody who tries it."""

from __future__ import annotations

from pathlib import Path

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_safe

from community import mailbox
from community.context_processors import is_demo

MAIL_POLICY = {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "img-src": ["'self'"]}


def folder() -> Path:
    """Return where the mails lie.

    Raises:
        Http404: this is no demonstration, or its mails go to a real server.
    """
    if not (settings.EMAIL_FILE_PATH and is_demo()):
        raise Http404
    return Path(settings.EMAIL_FILE_PATH)


@login_not_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails."""
    return render(request, "community/outbox/list.html", {"mails": mailbox.newest(folder())})


@login_not_required
@require_safe
def outbox_mail(request: HttpRequest, ident: str) -> HttpResponse:
    """Show one mail as text."""
    return render(request, "community/outbox/detail.html", {"mail": _mail(ident)})


@method_decorator(login_not_required, name="dispatch")
@method_decorator(csp_replace(MAIL_POLICY), name="dispatch")
class OutboxHtmlView(View):
    """One mail as mail programs draw it; its inline styles are allowed here and nothing else is."""

    def get(self, request: HttpRequest, ident: str) -> HttpResponse:
        """Give the HTML part of the mail."""
        return HttpResponse(_mail(ident).html)


def _mail(ident: str) -> mailbox.Mail:
    mail = mailbox.mail_of(folder(), ident)
    if mail is None:
        raise Http404
    return mail
