"""The words of a mail: an outbox row rendered in its recipient's language."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation

from community import kinds
from community.models import Message
from community.notifications import context_of

BLANK_LINES = re.compile(r"\n{3,}")

#: Addresses that a link's purpose leads to; apps add theirs in `apps.py`.
LINK_PAGES: dict[str, str] = {}


def lead_links_to(purpose: str, url_name: str) -> None:
    """Say which page opens the links of a purpose; its address takes `token`.

    Raises:
        ValueError: the purpose leads elsewhere already.
    """
    if LINK_PAGES.setdefault(purpose, url_name) != url_name:
        raise ValueError(f"links for {purpose!r} lead to {LINK_PAGES[purpose]!r} already")


def render(message: Message, *, token: str | None = None) -> EmailMultiAlternatives:
    """Return the mail of one row: one recipient, headers without line breaks, text and HTML.

    The three templates get `recipient` (None without an account), `subject`, `event`,
    `url` (of the subject), `link_url` (with the token), `site_url`, the row's
    parameters, and what the subject's app provides.
    """
    language = (message.to.language if message.to else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        context = {"language": language, **_context(message, token)}
        name = f"emails/{message.template}"
        context["subject_line"] = " ".join(_render_text(f"{name}_subject.txt", context).split())
        text = BLANK_LINES.sub("\n\n", _render_text(f"{name}.txt", context).strip()) + "\n"
        html = render_to_string(f"{name}.html", context)
    mail = EmailMultiAlternatives(
        subject=context["subject_line"],
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.to.email if message.to else message.to_address],
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html, "text/html")
    return mail


def message_id(message: Message) -> str:
    """Return the same id for every try to send a row, so that a mail server may drop the second of two."""
    return f"<registry.{message.pk}.{message.created_at:%Y%m%d%H%M%S%f}@{urlsplit(settings.SITE_URL).hostname}>"


def _render_text(name: str, context: dict[str, Any]) -> str:
    """Render a template without escaping: its output is no HTML."""
    template: Any = get_template(name)
    return str(template.template.render(Context(context, autoescape=False)))


def _context(message: Message, token: str | None) -> dict[str, Any]:
    """Return the names that every template may use."""
    subject = kinds.resolve(message.kind, message.subject_id) if message.subject_id is not None else None
    path = kinds.url(subject) if subject is not None else None
    link_url = ""
    if message.link is not None and token is not None:
        link_url = settings.SITE_URL + reverse(LINK_PAGES[message.link.purpose], kwargs={"token": token})
    return {
        **message.params,
        "recipient": message.to.member if message.to else None,
        "subject": subject,
        "event": message.event,
        "site_url": settings.SITE_URL,
        "url": settings.SITE_URL + path if path else settings.SITE_URL + "/",
        "link_url": link_url,
        "programme_name": settings.PROGRAMME_NAME,
        **context_of(subject, message),
    }
