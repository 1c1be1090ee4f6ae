"""The outbox: one row per mail and recipient, written in the transaction of the change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import MessageState, Rhythm
from community.models.event import Event
from community.models.link import SignedLink
from community.models.user import User
from community.querysets.record import MessageQuerySet


class Message(models.Model):
    """A mail to one recipient: an account, or an address of somebody without one.

    It holds ids, not words: the template is rendered when the mail is sent.
    `key`, where given, makes a second row for the same thing impossible.
    `due_at` is when it may go out: now, the end of a time for undo, or the next try.
    A mail about an account that does not exist has no subject. Parameters that are
    secret (`is_secret`, a code to sign in with) are emptied once the mail is done with.

    The row is also what its account reads in the list of notifications, from `shown_at`
    on. `topic` and `about` ("cluster:7") are what a person chooses a rhythm for. Of the
    rows that one mail a day or week gathers, the oldest leads: the others point to it by
    `led_by`, and `frozen` holds the words of the whole from its first try to its last.
    """

    template = models.CharField(_("template"), max_length=100)
    to = models.ForeignKey(
        User, verbose_name=_("to"), null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    to_address = models.EmailField(_("to the address"), max_length=254, blank=True)
    kind = models.CharField(_("kind of subject"), max_length=30, blank=True)
    subject_id = models.PositiveBigIntegerField(_("subject"), null=True, blank=True)
    event = models.ForeignKey(
        Event, verbose_name=_("event"), null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    link = models.ForeignKey(
        SignedLink, verbose_name=_("link"), null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    is_secret = models.BooleanField(_("parameters are secret"), default=False)
    topic = models.CharField(_("topic"), max_length=60, blank=True)
    about = models.CharField(_("about"), max_length=40, blank=True)
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm, default=Rhythm.AT_ONCE)
    led_by = models.ForeignKey(
        "self", verbose_name=_("sent with"), null=True, blank=True, on_delete=models.SET_NULL, related_name="led"
    )
    frozen = models.JSONField(_("words of the whole"), null=True, blank=True, editable=False)
    replaced_by = models.ForeignKey(
        Event, verbose_name=_("replaced by"), null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )
    shown_at = models.DateTimeField(_("shown from"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    key = models.CharField(_("key"), max_length=200, null=True, blank=True, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    message_id = models.CharField(_("id of the mail"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to__isnull=False, to_address="")
                | Q(to__isnull=True) & (~Q(to_address="") | ~Q(state=MessageState.QUEUED)),
                name="message_one_recipient",
            ),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_known_state"),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False), name="message_sent_has_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=MessageState.QUEUED), name="message_due"),
            models.Index(fields=["kind", "subject_id"], name="message_subject"),
            models.Index(fields=["to", "-shown_at", "-id"], name="message_shown"),
            models.Index(fields=["to"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"
