"""Comments on any subject."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.fields import LineField, ProseField
from community.models.member import Member
from community.models.user import User
from community.querysets.record import SubjectQuerySet


class Comment(models.Model):
    """What somebody wrote about a subject; one without `reply_to` opens a thread and may have a title.

    Withdrawing empties title and text and keeps the place. Hiding keeps the text, which is then for its writer and
    for those who keep order alone, and says why to everybody. Who is mentioned is kept as a row, never in the text.
    """

    kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.PositiveBigIntegerField(_("subject"))
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="comments")
    reply_to = models.ForeignKey(
        "self", verbose_name=_("answer to"), null=True, blank=True, on_delete=models.PROTECT, related_name="replies"
    )
    title = LineField(_("title"), max_length=120, blank=True)
    text = ProseField(_("text"), max_length=4000, blank=True)
    mentions = models.ManyToManyField(Member, verbose_name=_("mentioned"), blank=True, related_name="mentioned_in")
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    edited_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("hidden at"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        User, verbose_name=_("hidden by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    hidden_reason = ProseField(_("reason"), max_length=600, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

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
            models.CheckConstraint(
                condition=models.Q(title="") | models.Q(reply_to__isnull=True, removed_at__isnull=True),
                name="comment_title_of_a_thread",
            ),
            models.CheckConstraint(
                condition=models.Q(hidden_at__isnull=True, hidden_by__isnull=True, hidden_reason="")
                | models.Q(hidden_at__isnull=False, hidden_by__isnull=False) & ~models.Q(hidden_reason=""),
                name="comment_hidden_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["kind", "subject_id", "created_at"], name="comment_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
