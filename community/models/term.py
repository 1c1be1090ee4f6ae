"""Terms: what an administrator may edit, as against states that code branches on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community.choices import Vocabulary
from community.models.fields import CodeKeyField, FoldedKeys, LineField
from community.querysets.record import TermQuerySet


class Term(FoldedKeys, models.Model):
    """One entry of a vocabulary, with a stable code and a label per language.

    `labels` maps a language code to the label; English is always there. A term in
    use is retired, never deleted: the rows that rest on it are PROTECTed.
    """

    vocabulary = models.CharField(_("vocabulary"), max_length=30, choices=Vocabulary)
    code = models.SlugField(_("code"), max_length=60)
    code_key = CodeKeyField(_("folded code"), max_length=60)
    labels = models.JSONField(_("labels"), default=dict)
    note = LineField(_("note"), max_length=300, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)
    is_retired = models.BooleanField(_("retired"), default=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["vocabulary", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["vocabulary", "code"],
                name="term_code_unique",
                violation_error_message=_("This vocabulary has a term of that code already."),
            ),
            models.UniqueConstraint(fields=["vocabulary", "code_key"], name="term_code_key_unique"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the language of the page, else in English, else the code."""
        language = get_language() or "en"
        labels: dict[str, str] = self.labels
        return labels.get(language) or labels.get(language.split("-")[0]) or labels.get("en") or self.code
