"""The filters of the register: all of them stand in the address, each asks one queryset method.

A value that means nothing makes the form invalid, and an invalid form shows no rows at all (django-filter on its own
would show all of them). Members, organisations and clusters are never listed in a drop-down: organisations, projects,
solutions and territories are typed, and read by `clusters.forms.register`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Final

import django_filters
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.choices import Focus, Level, OutcomeKind, State
from clusters.forms.register import (
    Named,
    NamedField,
    OrganisationField,
    ProjectField,
    SolutionField,
    TerritoryField,
    look_up_all,
)
from clusters.models import Cluster
from clusters.querysets.cluster import ClusterQuerySet
from clusters.querysets.overview import UNDER_WAY
from community.choices import Whereabouts
from community.forms.codes import CodesField, WordsField
from community.forms.dates import DayField, PeriodForm
from community.models import User

Words = str | Promise

BEST: Final = "best"
NEWEST: Final = "changed"
SORTS: Final[tuple[tuple[str, Words], ...]] = (
    (NEWEST, _("Newest change")),
    (BEST, _("Best match")),
    ("title", _("Title")),
    ("-start", _("Start, latest first")),
    ("start", _("Start, earliest first")),
    ("end", _("End, earliest first")),
    ("-end", _("End, latest first")),
    ("-reference", _("Reference, newest first")),
)
NO_SUCH_SORT: Final = _("There is no order called “%(value)s”.")
#: Filters whose counts come from one query (see `clusters.tables.facets`).
FACTS: Final = frozenset({"state", "wg", "focus"})


class AskFilter(django_filters.Filter):
    """Hands a value to the queryset method called `ask`; nothing chosen keeps everything."""

    def __init__(self, ask: str, field_class: type[forms.Field], label: Words, **extra: Any) -> None:
        """Ask `ask`; `extra` is for the form field."""
        self.ask = ask
        self.field_class = field_class
        super().__init__(label=label, **extra)

    def filter(self, qs: ClusterQuerySet, value: Any) -> ClusterQuerySet:
        """Keep the rows that the method keeps."""
        if not value:
            return qs
        if isinstance(value, list) and isinstance(value[0], Named):
            value = [key for named in value for key in named.keys]
        rows: ClusterQuerySet = getattr(qs, self.ask)(value)
        return rows


class SortField(forms.ChoiceField):
    """One of the orders; empty is the usual one."""

    default_error_messages = {"invalid_choice": NO_SUCH_SORT}


class ClusterFilter(django_filters.FilterSet):
    """The address of the register as filters over what a person may see."""

    q = AskFilter("matching", WordsField, _("Words"))
    state = AskFilter("in_states", CodesField, _("State"), choices=State.choices)
    wg = AskFilter("in_groups", CodesField, _("Working group"))
    theme = AskFilter("on_themes", CodesField, _("Theme"))
    territory = AskFilter("in_territories", TerritoryField, _("Territory"))
    project = AskFilter("around_projects", ProjectField, _("Project"))
    organisation = AskFilter("with_organisations", OrganisationField, _("Organisation"))
    solution = AskFilter("with_solutions", SolutionField, _("Result to transfer"))
    level = AskFilter("at_levels", CodesField, _("Level of transfer"), choices=Level.choices)
    focus = AskFilter("with_focus", CodesField, _("Focus"), choices=Focus.choices)
    outcome = AskFilter("with_outcomes", CodesField, _("Outcome"), choices=OutcomeKind.choices)
    recorded = AskFilter("with_recorded", CodesField, _("Outcome recorded, each of"), choices=OutcomeKind.choices)
    where = AskFilter("placed", CodesField, _("Where else"), choices=Whereabouts.choices)
    without = AskFilter("lacking", CodesField, _("Without"), choices=[("project", _("a project"))])

    made_form: ClassVar[type[forms.Form]]

    class Meta:
        """No filter is made from a model field: each is written above."""

        model = Cluster
        fields: list[str] = []
        form = PeriodForm

    def __init__(
        self,
        data: QueryDict,
        *,
        user: User | AnonymousUser,
        groups: Sequence[tuple[str, str]],
        themes: Sequence[tuple[str, str]],
    ) -> None:
        """Read the address for `user`; `groups` and `themes` are the known codes with their words.

        The filters are not copied for each request, as the library does, because none of them changes.
        """
        self.is_bound = True
        self.data = data
        self.queryset = Cluster.objects.visible_to(user)
        self.filters = self.base_filters
        self.user = user
        self.choices = {"wg": groups, "theme": themes}

    def get_form_class(self) -> type[forms.Form]:
        """Return the form's class, made once a process."""
        if "made_form" not in type(self).__dict__:
            type(self).made_form = super().get_form_class()
        return type(self).made_form

    @cached_property
    def form(self) -> forms.Form:
        """The form with the choices of today and the rights of the person."""
        form = self.get_form_class()(self.data)
        for name, choices in self.choices.items():
            form.fields[name].choices = choices  # type: ignore[attr-defined]
        for field in form.fields.values():
            if isinstance(field, NamedField):
                field.user = self.user
        look_up_all(form)
        return form

    @cached_property
    def is_plain(self) -> bool:
        """Whether the address asks for nothing: then no form is made."""
        return not any(name in self.data for name in self.base_filters)

    def is_valid(self) -> bool:
        """Tell whether every value means something."""
        return self.is_plain or self.form.is_valid()

    @cached_property
    def cleaned(self) -> dict[str, Any]:
        """What the values mean, by filter."""
        return {} if self.is_plain else self.form.cleaned_data

    @property
    def qs(self) -> ClusterQuerySet:
        """The rows that match, none when a value is wrong."""
        return self.rows()

    def rows(self, leave_out: Collection[str] = (), *, is_common: bool = False) -> ClusterQuerySet:
        """Return the rows that match all filters but those named; none when a value is wrong.

        `is_common` tells that the words are found often (see `matching`).
        """
        rows: ClusterQuerySet = self.queryset
        if not self.is_valid():
            return rows.none()
        for name, value in self.chosen.items():
            if name in leave_out:
                continue
            if name == "q":
                rows = rows.matching(value, is_common=is_common)
            elif name == "where":
                rows = rows.placed(value, self._places)
            else:
                rows = self.filters[name].filter(rows, value)
        return rows

    @property
    def _places(self) -> list[int] | None:
        """The keys of the territories chosen, of which alone "in no single region" is meant; None: of all."""
        chosen = self.cleaned.get("territory")
        return [key for named in chosen for key in named.keys] if chosen else None

    @property
    def sort(self) -> str:
        """The order asked for: the best match first in a search, else the newest change."""
        return self.cleaned.get("sort") or (BEST if self.cleaned.get("q") else NEWEST)

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """The filters in use, by name; the order is no filter."""
        return {name: value for name, value in self.cleaned.items() if value and name != "sort"}


class OverviewFilter(django_filters.FilterSet):
    """The address of the coordinators' overview; a value that means nothing shows no rows, as in the register."""

    q = AskFilter("matching", WordsField, _("Words"))
    wg = django_filters.ChoiceFilter(
        label=_("Working group"), field_name="working_group__code", empty_label=_("All of mine")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[(state.value, state.label) for state in UNDER_WAY], empty_label=_("All under way")
    )
    health = django_filters.ChoiceFilter(
        label=_("Health"),
        method="in_health",
        choices=[
            ("overdue", _("Something is overdue")),
            ("quiet", _("Nothing heard for a month")),
            ("lead", _("The lead may not lead any more")),
        ],
        empty_label=_("All"),
    )
    sort = django_filters.ChoiceFilter(
        label=_("Sort by"),
        method="in_order",
        choices=[
            ("silence", _("Longest silence")),
            ("overdue", _("Most overdue stages")),
            ("end", _("End, earliest first")),
            ("title", _("Title")),
        ],
        empty_label=_("What wants attention"),
    )

    class Meta:
        """Each filter is written above."""

        model = Cluster
        fields: list[str] = []

    def __init__(
        self, data: QueryDict, queryset: ClusterQuerySet, *, groups: Sequence[tuple[str, str]], on: date
    ) -> None:
        """Read the address over the clusters of `queryset`; `groups` are the reader's codes with their words."""
        super().__init__(data, queryset)
        self.on = on
        self.filters["wg"].extra["choices"] = list(groups)

    @property
    def rows(self) -> ClusterQuerySet:
        """The rows that match, in the order asked for; none when a value is wrong."""
        if not self.form.is_valid():
            return Cluster.objects.none()
        rows: ClusterQuerySet = self.qs
        sort: str = self.form.cleaned_data.get("sort") or "attention"
        return rows.in_overview_order(sort)

    def in_health(self, rows: ClusterQuerySet, name: str, value: str) -> ClusterQuerySet:
        """Keep those that are overdue, quiet, or led by somebody who may not lead."""
        if value == "lead":
            return rows.filter(pk__in=Cluster.objects.with_ended_lead(self.on).values("pk"))
        return rows.overdue(self.on) if value == "overdue" else rows.quiet(self.on)

    def in_order(self, rows: ClusterQuerySet, name: str, value: str) -> ClusterQuerySet:
        """Leave the order to `rows`: this filter takes none away."""
        return rows


# Words of the language cannot be attributes.
ClusterFilter.base_filters["from"] = AskFilter("running_from", DayField, _("Running from"))
ClusterFilter.base_filters["to"] = AskFilter("running_until", DayField, _("Running until"))
ClusterFilter.base_filters["sort"] = AskFilter("in_order", SortField, _("Sort by"), choices=SORTS)
