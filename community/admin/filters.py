"""Filters of the lists: short lists of what occurs, never a drop-down of thousands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Exists, OuterRef, Q, QuerySet
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


class OrganisationFilter(admin.SimpleListFilter):
    """Members by words of the name of an organisation they work for today: typed, because there are thousands."""

    title = _("organisation")
    parameter_name = "organisation"
    template = "admin/community/words_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """List nothing."""
        return []

    def has_output(self) -> bool:
        """Show the field though nothing is listed."""
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield what the field holds, and what else the list is filtered by."""
        given = {name: values for name, values in changelist.filter_params.items() if name != self.parameter_name}
        rest = [(name, value) for name, values in given.items() for value in values]
        if changelist.query:
            rest.append((SEARCH_VAR, changelist.query))
        yield {"name": self.parameter_name, "value": self.value() or "", "rest": rest}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep who works today for an organisation whose name holds all the words."""
        if not self.value():
            return queryset
        named = Organisation.objects.unmerged().matching(self.value() or "").order_by()
        there = Affiliation.objects.current(timezone.localdate()).filter(organisation__in=named.values("pk"))
        return queryset.filter(pk__in=there.values("member"))


class HoldsFilter(admin.SimpleListFilter):
    """Appointments that hold today, will hold, have ended, or were withdrawn as a mistake."""

    title = _("when it holds")
    parameter_name = "holds"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the four."""
        held = [("today", str(_("Today"))), ("later", str(_("From a later day on"))), ("ended", str(_("Ended")))]
        return [*held, ("withdrawn", str(_("Withdrawn")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those of that kind."""
        rows, on = queryset, timezone.localdate()
        found: Any = rows
        if self.value() == "today":
            return found.current(on)  # type: ignore[no-any-return]
        if self.value() == "later":
            return rows.filter(from_on__gt=on, withdrawn_at=None)
        if self.value() == "withdrawn":
            return rows.exclude(withdrawn_at=None)
        return rows.filter(until_on__lt=on, withdrawn_at=None) if self.value() == "ended" else rows


class ValuesFilter(admin.AllValuesFieldListFilter):
    """The values that occur in a column; the empty one has a word, where Django's link has none."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield Django's choices, each with words."""
        for choice in super().choices(changelist):
            yield choice | {"display": choice["display"] or _("none")}


class NamedEmptyFilter(admin.RelatedFieldListFilter):
    """What a column refers to; rows that refer to nothing have a word, where Django's link has a dash."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        """Name what is empty: a group or project that is none means the whole mission."""
        super().__init__(field, *args, **kwargs)
        is_mission = field.name in ("working_group", "project")
        named: Any = _("the whole mission") if is_mission else _("none")
        self.empty_value_display = named


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
            return queryset.exclude(Exists(Consent.objects.standing().filter(member=OuterRef("pk"))))
        if value == "earlier":
            directory = Consent.objects.standing().for_purpose(ConsentPurpose.DIRECTORY)
            rows = directory.filter(wording__extent__lt=ConsentExtent.WHOLE)
            return queryset.filter(pk__in=rows.values("member"))
        found: Any = queryset
        return found.with_consent(value) if value in ConsentPurpose.values else queryset
