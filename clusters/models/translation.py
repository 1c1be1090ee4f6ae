"""Texts of a cluster in other languages, as its people wrote them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import TEXT_LANGUAGES
from clusters.models.cluster import Cluster
from clusters.querysets.translation import TranslationQuerySet
from community.models import User


class Translation(models.Model):
    """One text of a cluster in one language, with the text that it was made from.

    `part`, `part_id` and `field` say where the text stands (`clusters.translatable`). `source` is what stood there when
    it was translated: once something else stands there, the translation is stale. It is kept when its part is gone, for
    issued versions still hold the text.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(_("language"), max_length=10)
    part = models.CharField(max_length=20)
    part_id = models.PositiveBigIntegerField()
    field = models.CharField(max_length=30)
    source = models.TextField(_("translated from"), max_length=2000)
    text = models.TextField(_("translation"), max_length=2000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("translated at"))

    objects = TranslationQuerySet.as_manager()

    class Meta:
        """Once a text and language; nothing is no translation."""

        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ("cluster_id", "language", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "language", "part", "part_id", "field"], name="translation_once_a_text"
            ),
            models.CheckConstraint(name="translation_known_language", condition=Q(language__in=TEXT_LANGUAGES)),
            models.CheckConstraint(name="translation_says_something", condition=~Q(text="") & ~Q(source="")),
        ]

    def __str__(self) -> str:
        """Return where it stands and in which language."""
        return f"{self.part} {self.part_id} {self.field}, {self.language}"
