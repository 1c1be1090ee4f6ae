"""Comments on any subject."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.fields import ProseField
from community.models.user import User
from community.querysets.record import SubjectQuerySet


class Comment(models.Model):
    """What somebody wrote about a subject. Removing empties the text and keeps the place."""

    kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.PositiveBigIntegerField(_("subject"))
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="comments")
    reply_to = models.ForeignKey(
        "self", verbose_name=_("answer to"), null=True, blank=True, on_delete=models.PROTECT, related_name="replies"
    )
    text = ProseField(_("text"), max_length=4000, blank=True)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    edited_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True) & ~models.Q(text="")
                | models.Q(removed_at__isnull=False, text=""),
                name="comment_removed_is_empty",
            ),
        ]
        indexes = [models.Index(fields=["kind", "subject_id", "created_at"], name="comment_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
