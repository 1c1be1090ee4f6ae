"""The texts of a version in another language, as they were when it was issued in it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import TEXT_LANGUAGES
from community.choices import RedactionTarget
from community.models import Redaction, User
from factsheets.models.issue import Issue
from factsheets.querysets.issue import IssueTranslationQuerySet


class IssueTranslation(models.Model):
    """What the editions of a version in one language besides its own say. Frozen: triggers refuse change and deletion.

    `texts` are the translations by path in the snapshot ("stages.0.title"); what is not among them stands in the
    original language. Every revision in this language is drawn from them. `by` empty is the registry.
    """

    issue = models.ForeignKey(Issue, verbose_name=_("issue"), on_delete=models.PROTECT, related_name="translations")
    language = models.CharField(_("language"), max_length=10)
    texts = models.JSONField(_("translated texts"))
    taken_at = models.DateTimeField(_("taken at"))
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    redaction = models.ForeignKey(
        Redaction, verbose_name=_("redaction"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    redacted_as: ClassVar[tuple[str, ...]] = (RedactionTarget.TRANSLATION, "texts")

    objects = IssueTranslationQuerySet.as_manager()

    class Meta:
        verbose_name = _("translation of an issue")
        verbose_name_plural = _("translations of issues")
        ordering = ["issue", "language"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "language"], name="issuetranslation_once_a_language"),
            models.CheckConstraint(condition=Q(language__in=TEXT_LANGUAGES), name="issuetranslation_known_language"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}, {self.language}"
