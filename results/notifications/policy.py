"""Mails about policy statements: opened, adopted, withdrawn; and comments on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from community import notifications
from community.contributions import MailTopic
from community.lifecycle import Attempt
from community.models import Appointment, Comment, Event, Message, User
from results.models import PolicyStatement

TOLD, COMMENTED = "results/statement_told", "results/statement_commented"
TOPICS = {
    "results.statements": MailTopic(
        _("Policy statements"),
        _("Opened for discussion, adopted or withdrawn: those that you may adopt, wrote in or commented on."),
        lambda template, audience: template == TOLD,
        order=47,
    ),
    "results.statement_comments": MailTopic(
        _("Comments on policy statements"),
        _("On those in which you wrote, and answers to your own."),
        lambda template, audience: template == COMMENTED,
        order=48,
    ),
}


def tell(attempt: Attempt) -> None:
    """Tell whom the verb's row names, each once; never who pressed."""
    statement: PolicyStatement = attempt.subject
    audiences = {"adopters": _adopters, "writers": _writers, "commenters": _commenters}
    told = {attempt.by.pk} if attempt.by is not None else set()
    for audience in attempt.verb.tells:
        for user in audiences[audience](statement, attempt):
            if user.pk not in told:
                told.add(user.pk)
                _queue(TOLD, user, statement, attempt.event, audience, verb=attempt.verb.code.partition(".")[2])


def tell_comment(comment: Comment, statement: PolicyStatement, *, event: Event) -> None:
    """Tell who wrote in the statement, and whose comment is answered; never who commented."""
    writers = User.objects.filter(member__in=statement.writers.values("pk"), is_active=True).order_by("pk")
    people = [("writers", user) for user in writers]
    if comment.reply_to is not None and comment.reply_to.removed_at is None:
        people.append(("commenters", comment.reply_to.by))
    told = {event.by_id}
    for audience, user in people:
        if user.pk not in told:
            told.add(user.pk)
            _queue(COMMENTED, user, statement, event, audience, comment=comment.pk)


def _queue(
    template: str, user: User, statement: PolicyStatement, event: Event | None, audience: str, **params: Any
) -> None:
    notifications.queue(
        template, to=user, subject=statement, event=event, audience=audience, title=statement.title, **params
    )


def _adopters(statement: PolicyStatement, attempt: Attempt) -> Iterable[User]:
    present = Appointment.objects.current(timezone.localdate(attempt.at))
    own = present.filter(working_group=statement.working_group_id) | present.filter(working_group=None)
    return User.objects.filter(member__appointments__in=own, is_active=True).distinct().order_by("pk")


def _writers(statement: PolicyStatement, attempt: Attempt) -> Iterable[User]:
    return User.objects.filter(member__in=statement.writers.values("pk"), is_active=True).order_by("pk")


def _commenters(statement: PolicyStatement, attempt: Attempt) -> Iterable[User]:
    said = Comment.objects.filter(kind="statement", subject_id=statement.pk, removed_at=None)
    return User.objects.filter(pk__in=said.values("by"), is_active=True).order_by("pk")


@notifications.provides("statement")
def statement_context(statement: PolicyStatement, message: Message) -> dict[str, Any]:
    """Return what a mail about a statement uses; the words of a comment are looked up when the mail is written.

    The title is the one that the mail was queued with, the last day for comments that of its event: a mail may leave
    when the next version is written, which its recipient does not read.
    """
    group = statement.working_group
    pk = message.params.get("comment")
    comment = Comment.objects.filter(pk=pk, removed_at=None).first() if pk else None
    event, detail = message.event, getattr(message.event, "detail", None)
    until = event.data.get("comments_until") if event is not None else None
    body: dict[str, Any] = (detail.body if detail else None) or {}
    return {
        "group": f"{group.code} {group.title}",
        "reference": statement.reference or "",
        "words": comment.text if comment else "",
        "until": date_format(date.fromisoformat(until), "j F Y") if until else "",
        "reason": body.get("reason", ""),
    }


@notifications.leads_to("statement")
def statement_path(statement: PolicyStatement, message: Message) -> str | None:
    """Return None: every mail leads to the statement's own page."""
    return None
