"""Who follows what, and how often they want mail about it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import Rhythm
from community.models.user import User
from community.querysets.record import PreferenceQuerySet, SubscriptionQuerySet


class Subscription(models.Model):
    """An account follows a subject."""

    user = models.ForeignKey(User, verbose_name=_("account"), on_delete=models.CASCADE, related_name="subscriptions")
    kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.PositiveBigIntegerField(_("subject"))
    since_at = models.DateTimeField(_("since"), default=timezone.now)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["user", "kind", "subject_id"]
        constraints = [models.UniqueConstraint(fields=["user", "kind", "subject_id"], name="subscription_once")]
        indexes = [models.Index(fields=["kind", "subject_id"], name="subscription_subject")]

    def __str__(self) -> str:
        return f"{self.user}, {self.kind} {self.subject_id}"


class NotificationPreference(models.Model):
    """How often an account wants mail on a topic; no row means at once.

    With `about` ("cluster:7") it is for that one alone and goes before what is chosen for all.
    """

    user = models.ForeignKey(
        User, verbose_name=_("account"), on_delete=models.CASCADE, related_name="notification_preferences"
    )
    topic = models.CharField(_("topic"), max_length=60)
    about = models.CharField(_("about"), max_length=40, blank=True, default="")
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm, default=Rhythm.AT_ONCE)

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish about mails")
        verbose_name_plural = _("wishes about mails")
        ordering = ["user", "topic", "about"]
        constraints = [
            models.UniqueConstraint(fields=["user", "topic", "about"], name="notificationpreference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.topic}"
