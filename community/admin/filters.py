"""Filters of the lists: short lists of what occurs, never a drop-down of thousands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import ConsentExtent, ConsentPurpose
from community.models import Affiliation, Appointment, Consent, Organisation, WorkingGroup


class CountryFilter(admin.SimpleListFilter):
    """Members by the country of the organisation they work for today."""

    title = _("country of the organisation")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """List the countries that occur."""
        return [(code, code) for code in Organisation.objects.countries()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the members of that country."""
        if not self.value():
            return queryset
        there = Affiliation.objects.current(timezone.localdate()).filter(organisation__country=self.value())
        return queryset.filter(pk__in=there.values("member"))


class ValuesFilter(admin.AllValuesFieldListFilter):
    """The values that occur in a column; the empty one has a word, where Django's link has none."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield Django's choices, each with words."""
        for choice in super().choices(changelist):
            yield choice | {"display": choice["display"] or _("none")}


class GroupFilter(admin.SimpleListFilter):
    """Members who coordinate a working group today."""

    title = _("coordinates")
    parameter_name = "coordinates"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """List the groups, and the whole mission."""
        groups = [(group.code, str(group)) for group in WorkingGroup.objects.all()]
        return [*groups, ("mission", str(_("the whole mission")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep its coordinators."""
        if not self.value():
            return queryset
        mission = Q(working_group=None) if self.value() == "mission" else Q(working_group__code=self.value())
        rows = Appointment.objects.current(timezone.localdate()).filter(mission)
        return queryset.filter(pk__in=rows.values("member"))


class ConsentFilter(admin.SimpleListFilter):
    """Members by what they consented to."""

    title = _("consent")
    parameter_name = "consent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """List the purposes, who agreed to earlier words of the directory, and none."""
        purposes = [(choice.value, str(choice.label)) for choice in ConsentPurpose]
        return [*purposes, ("earlier", str(_("Directory, in earlier words"))), ("none", str(_("None")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep whose consent to that purpose stands."""
        value = self.value()
        if value == "none":
            return queryset.exclude(consents__withdrawn_at=None, consents__isnull=False)
        if value == "earlier":
            directory = Consent.objects.standing().for_purpose(ConsentPurpose.DIRECTORY)
            rows = directory.filter(wording__extent__lt=ConsentExtent.WHOLE)
            return queryset.filter(pk__in=rows.values("member"))
        found: Any = queryset
        return found.with_consent(value) if value in ConsentPurpose.values else queryset
