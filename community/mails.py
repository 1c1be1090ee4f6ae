"""The words of a mail: an outbox row rendered in its recipient's language."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMultiAlternatives
from django.db.models import Model
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation

from community import kinds
from community.models import Message
from community.notifications import attachments_of, context_of, path_of

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
    if message.frozen is not None:
        return mail_of(message, message.frozen)
    language = language_of(message)
    with translation.override(language):
        context = _context(message, token)
        mail = mail_of(message, words_of(message.template, {"language": language, **context}))
        for part in attachments_of(context["subject"], message):
            mail.attach(part)
        return mail


def language_of(message: Message) -> str:
    """Return the language in which a recipient reads: the one that they chose, where the site's mails are in it."""
    chosen = message.to.language if message.to else ""
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def words_of(template: str, context: dict[str, Any]) -> dict[str, str]:
    """Return the words of a mail in the present language: `subject`, `text` and `html`."""
    name = f"emails/{template}"
    context["subject_line"] = subject_line(template, context)
    text = BLANK_LINES.sub("\n\n", _render_text(f"{name}.txt", context).strip()) + "\n"
    return {"subject": context["subject_line"], "text": text, "html": render_to_string(f"{name}.html", context)}


def mail_of(message: Message, words: dict[str, str]) -> EmailMultiAlternatives:
    """Return the mail of a row in these words."""
    mail = EmailMultiAlternatives(
        subject=words["subject"],
        body=words["text"],
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.to.email if message.to else message.to_address],
        reply_to=[message.params["reply_to"]] if message.params.get("reply_to") else None,
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(words["html"], "text/html")
    return mail


def headline(message: Message, subject: Model | None) -> str:
    """Return the subject line of a row in the present language, for a list: from the row and its subject alone."""
    detail = getattr(message.event, "detail", None) if message.event else None
    part = ((detail.body if detail else None) or {}).get("title", "")
    title = getattr(getattr(subject, "cluster", subject), "title", "")
    context = {"part": part, "title": title, **message.params}
    return subject_line(message.template, context)


def subject_line(template: str, context: dict[str, Any]) -> str:
    """Return the subject line of a mail in the present language."""
    return " ".join(_render_text(f"emails/{template}_subject.txt", context).split())


def message_id(message: Message) -> str:
    """Return the same id for every try to send a row, so that a mail server may drop the second of two."""
    return f"<registry.{message.pk}.{message.created_at:%Y%m%d%H%M%S%f}@{urlsplit(settings.SITE_URL).hostname}>"


def _render_text(name: str, context: dict[str, Any]) -> str:
    """Render a template without escaping: its output is no HTML."""
    template: Any = get_template(name)
    return str(template.template.render(Context(context, autoescape=False)))


def lasting_path(subject: Model | None, message: Message) -> str:
    """Return the path that a mail names: an account is led through the sign-in to what a visitor would not find.

    That is a page that is not public, or a button; who is signed in already is led on at once.
    """
    path = path_of(subject, message)
    if message.to is None or subject is None:
        return path
    is_public = kinds.visible(message.kind, AnonymousUser()).filter(pk=subject.pk).exists()
    if is_public and path == kinds.url(subject):
        return path
    return f"{reverse('account_login')}?next={quote(path)}"


def _context(message: Message, token: str | None) -> dict[str, Any]:
    """Return the names that every template may use."""
    subject = kinds.resolve(message.kind, message.subject_id) if message.subject_id is not None else None
    path = lasting_path(subject, message)
    link_url = ""
    if message.link is not None and token is not None:
        link_url = settings.SITE_URL + reverse(LINK_PAGES[message.link.purpose], kwargs={"token": token})
    return {
        **message.params,
        "recipient": message.to.member if message.to else None,
        "subject": subject,
        "event": message.event,
        "site_url": settings.SITE_URL,
        "url": settings.SITE_URL + path,
        "link_url": link_url,
        "programme_name": settings.PROGRAMME_NAME,
        **context_of(subject, message),
    }
