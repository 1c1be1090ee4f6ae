"""Words that administrators edit, and the mark of a demonstration database."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.fields import LineField, ProseField


class Text(models.Model):
    """One text of a page, in one language: Markdown, sanitised when shown."""

    code = models.SlugField(_("code"), max_length=60)
    language = models.CharField(_("language"), max_length=10, default="en")
    title = LineField(_("title"), max_length=160, blank=True)
    body = ProseField(_("text"), blank=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        ordering = ["code", "language", "pk"]
        constraints = [models.UniqueConstraint(fields=["code", "language"], name="text_once_per_language")]

    def __str__(self) -> str:
        return self.title or self.code


class DemoMarker(models.Model):
    """The one row that says: `demo_data` made this database. Demo accounts work only where it stands."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    today_on = models.DateField(_("day that the data is relative to"), default=timezone.localdate)
    seed = models.PositiveIntegerField(_("seed"), default=0)

    class Meta:
        verbose_name = _("mark of a demonstration")
        verbose_name_plural = _("mark of a demonstration")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="demomarker_only_one")]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"
