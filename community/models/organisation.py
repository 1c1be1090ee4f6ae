"""Organisations: partners of projects and everybody else who takes part."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.fields import CountryField, FoldedKeyField, FoldedKeys, LineField
from community.models.term import Term
from community.models.territory import Territory
from community.querysets.organisation import OrganisationQuerySet


class Organisation(FoldedKeys, models.Model):
    """An organisation, *unverified* until an administrator confirms or merges it.

    Names are unique on their folded key among rows that are not merged into
    another one. `country` has two letters; Greece is EL.
    """

    name = LineField(_("name"), max_length=200)
    name_key = FoldedKeyField(_("folded name"), source="name", max_length=200)
    short_name = LineField(_("short name"), max_length=60, blank=True)
    country = CountryField(_("country"), max_length=2, blank=True)
    kind = models.ForeignKey(
        Term,
        verbose_name=_("type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
        limit_choices_to={"vocabulary": "organisation_type"},
    )
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("territory"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    website = models.URLField(_("website"), max_length=300, blank=True)
    is_verified = models.BooleanField(_("verified"), default=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
    )
    is_demo = models.BooleanField(_("made up for the demonstration"), default=False)
    search_text = models.TextField(_("folded text"), blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],
                condition=Q(merged_into__isnull=True),
                name="organisation_name_unique",
                violation_error_message=_("An organisation of that name exists already."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="organisation_not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def known_as(self) -> str:
        """The short name where there is one, else the name."""
        return self.short_name or self.name
