"""Territories: NUTS regions with their version, countries, sites and sea basins."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.choices import NUTS_LEVELS, NutsVersion, TerritoryLevel
from community.models.fields import CodeKeyField, CountryField, FoldedKeys, LineField
from community.querysets.territory import TerritoryQuerySet


class Territory(FoldedKeys, models.Model):
    """A place that needs, clusters and uptakes refer to.

    A region belongs to a NUTS version, everything else to none. `maps_to` leads
    from a region of another version, a site or a country to the programme's
    regions (NUTS 2021), which have a place (`column`, `row`) on the tile grid.
    Countries carry the programme's two letters: Greece is EL.
    """

    nuts_version = models.CharField(_("NUTS version"), max_length=4, choices=NutsVersion, blank=True)
    code = LineField(_("code"), max_length=40)
    code_key = CodeKeyField(_("folded code"), max_length=720)  # one sign may be folded to eighteen
    level = models.CharField(_("level"), max_length=10, choices=TerritoryLevel)
    country = CountryField(_("country"), max_length=2, blank=True)
    name = LineField(_("name"), max_length=160)
    note = LineField(_("note"), max_length=200, blank=True)
    is_programme_region = models.BooleanField(_("region of the programme"), default=False)
    maps_to = models.ManyToManyField(
        "self", verbose_name=_("lies in"), symmetrical=False, related_name="mapped_from", blank=True
    )
    column = models.PositiveSmallIntegerField(_("column on the tile grid"), null=True, blank=True)
    row = models.PositiveSmallIntegerField(_("row on the tile grid"), null=True, blank=True)

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        ordering = ["country", "code", "nuts_version", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["nuts_version", "code"],
                name="territory_code_unique",
                violation_error_message=_("This code is taken in that NUTS version."),
            ),
            models.UniqueConstraint(fields=["nuts_version", "code_key"], name="territory_code_key_unique"),
            models.CheckConstraint(
                condition=Q(level__in=NUTS_LEVELS, nuts_version__in=NutsVersion.values)
                | (~Q(level__in=NUTS_LEVELS) & Q(nuts_version="")),
                name="territory_region_has_nuts_version",
                violation_error_message=_("A region names its NUTS version; a country, site or sea basin has none."),
            ),
            models.CheckConstraint(
                condition=Q(column__isnull=True, row__isnull=True) | Q(column__isnull=False, row__isnull=False),
                name="territory_tile_has_both_places",
                violation_error_message=_("Give both column and row, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
