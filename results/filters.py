"""The filters of the list of uptakes, and of the page that lays idle solutions beside open needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from clusters.choices import OutcomeKind
from clusters.models import Cluster
from clusters.querysets.cluster import ClusterQuerySet
from community.choices import Vocabulary
from community.filters import ListFilter, TermFilter, WhereFilter
from community.models import Need, Project, Solution, Territory, WorkingGroup
from results.choices import Proof, UptakeKind, UptakeStep
from results.models import Uptake


class CountryFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One country of the programme by its letters, with all that lies in it."""

    def __init__(self) -> None:
        """Offer the countries of the programme's regions."""
        super().__init__(label=_("Country"), choices=_countries, empty_label=_("Any"))

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the rows in that country."""
        return qs.within(value) if value else qs


class RegionFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One region of the programme by its code, with what lies in it."""

    def __init__(self) -> None:
        """Offer the programme's regions."""

        def choices() -> list[tuple[str, str]]:
            rows = Territory.objects.programme_regions().order_by("country", "code")
            return [(code, f"{name} ({code})") for code, name in rows.values_list("code", "name")]

        super().__init__(label=_("Region"), choices=choices, empty_label=_("Any"))

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the rows in that region."""
        return qs.in_region(value) if value else qs


class ThroughFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """What the cluster is like that an uptake came through: `ask` is a method of clusters that takes the value."""

    def __init__(self, label: Any, choices: Any, ask: Callable[[ClusterQuerySet, str], ClusterQuerySet]) -> None:
        """Offer `choices`."""
        self.ask = ask
        super().__init__(label=label, choices=choices, empty_label=_("Any"))

    def filter(self, qs: Any, value: str) -> Any:
        """Keep the uptakes that came through such a cluster."""
        return qs.through(self.ask(Cluster.objects.all(), value)) if value else qs


def _projects() -> list[tuple[str, str]]:
    return list(Project.objects.order_by("acronym").values_list("code", "acronym"))


def _countries() -> list[tuple[str, str]]:
    return list(Territory.objects.programme_countries().items())


class OwnerFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """The project that owns the solution, by its code."""

    def __init__(self, field_name: str = "solution__project__code") -> None:
        """Offer all projects."""
        super().__init__(label=_("Project"), field_name=field_name, choices=_projects, empty_label=_("Any"))


class ResponsibleFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """The working group that is responsible for the cluster, by its code."""

    def __init__(self) -> None:
        """Offer all groups."""

        def choices() -> list[tuple[str, str]]:
            return [(row.code, f"{row.code} {row.title}") for row in WorkingGroup.objects.order_by("code")]

        super().__init__(
            label=_("Working group"), field_name="cluster__working_group__code", choices=choices, empty_label=_("Any")
        )


class UptakeFilter(ListFilter):
    """Uptakes of all clusters: what figures count, and what is on its way there."""

    step = django_filters.ChoiceFilter(
        label=_("Step"), field_name="state", choices=UptakeStep.choices, empty_label=_("Any")
    )
    proof = django_filters.ChoiceFilter(
        label=_("Proof"),
        choices=Proof.choices,
        method="of_proof",
        empty_label=_("Any"),
    )
    kind = django_filters.ChoiceFilter(label=_("How"), choices=UptakeKind.choices, empty_label=_("Any"))
    country = CountryFilter()
    region = RegionFilter()
    project = OwnerFilter()
    where = WhereFilter("country")
    wg = ResponsibleFilter()
    around = ThroughFilter(_("Project of the cluster"), _projects, lambda rows, code: rows.around_project(code))
    at = ThroughFilter(_("Country of the cluster"), _countries, lambda rows, code: rows.lying_in(code))
    outcome = ThroughFilter(
        _("Outcome that the cluster recorded"), OutcomeKind.choices, lambda rows, kind: rows.with_recorded([kind])
    )
    work = django_filters.ChoiceFilter(
        label=_("Cluster"),
        choices=[("standing", _("Not discontinued, as figures count"))],
        method="of_work",
        empty_label=_("Any"),
    )

    class Meta:
        model = Uptake
        fields: list[str] = []

    def of_proof(self, rows: Any, name: str, value: str) -> Any:
        """Keep one proof; only what is in use is documented or declared."""
        return rows.of_proof(value)

    def of_work(self, rows: Any, name: str, value: str) -> Any:
        """Leave out what came of discontinued clusters."""
        return rows.standing()


class OpenNeedFilter(ListFilter):
    """Open needs, the longest waiting first."""

    challenge = TermFilter(Vocabulary.CHALLENGE, "challenges", _("Challenge"))
    country = CountryFilter()

    class Meta:
        model = Need
        fields: list[str] = []


class IdleSolutionFilter(ListFilter):
    """Idle solutions."""

    challenge = TermFilter(Vocabulary.CHALLENGE, "challenges", _("Challenge"))
    project = OwnerFilter("project__code")

    class Meta:
        model = Solution
        fields: list[str] = []
