"""Indicators as pages and files show them: figures beside their targets, records with where they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from clusters.choices import MeetingKind
from community import kinds
from community.models import Project, Term, User
from results.models import Contribution, Indicator, Target
from results.querysets.indicators import IndicatorFacts
from results.rules.indicators.shape import Figure, Line
from results.rules.indicators.table import RULES, Rule, figure_of


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator of a project, or of the whole mission: its figure and what it should become."""

    indicator: Indicator
    rule: Rule | None
    figure: Figure
    target: Target | None
    types: tuple[str, ...] = ()

    @property
    def share(self) -> int | None:
        """How much of the target is documented, in per cent; None without a target."""
        if self.target is None or not self.target.value:
            return None
        return self.figure.documented * 100 // self.target.value

    @property
    def reached(self) -> int:
        """How many organisations were reached besides, where the rule says so."""
        return self.figure.reached if self.rule is not None and self.rule.has_reached else 0

    @property
    def text(self) -> str:
        """The rule in words, of the version that made the figure; "" where there is none."""
        return str(self.rule.words(self.indicator.rule_version)) if self.rule is not None else ""

    @property
    def words(self) -> str:
        """The progress in words: "3 of 10 by 30 Sep 2029 (30 %)"."""
        if self.target is None:
            return ""
        given = {
            "done": self.figure.documented,
            "target": self.target.value,
            "day": date_format(self.target.due_on, "j M Y"),
            "share": self.share or 0,
        }
        return _("%(done)d of %(target)d by %(day)s (%(share)d %%)") % given


class Report:
    """The figures of all shown indicators on a day, for one project or the whole mission."""

    def __init__(self, user: Any, on: date, *, project: Project | None = None, with_lists: bool = True) -> None:
        """Remember who asks and for what; nothing is loaded yet. Without lists, only what can count is read."""
        self.on, self.project = on, project
        self.facts = IndicatorFacts(user if isinstance(user, User) else None, on, counts_only=not with_lists)

    @cached_property
    def owners(self) -> dict[str, dict[tuple[str, int], int]]:
        """What was recorded: which project each record counts for."""
        return Contribution.objects.owners()

    @cached_property
    def _versions(self) -> dict[str, int]:
        return Indicator.objects.versions()

    @cached_property
    def _targets(self) -> dict[tuple[int, int | None], Target]:
        """The next target of each indicator and project: the first whose day has not passed, else the last."""
        found: dict[tuple[int, int | None], Target] = {}
        for target in Target.objects.order_by("due_on", "pk"):
            key = (target.indicator_id, target.project_id)
            if key not in found or found[key].due_on < self.on:
                found[key] = target
        return found

    @cached_property
    def _types(self) -> dict[str, str]:
        return {term.code: term.label for term in Term.objects.filter(vocabulary="solution_type")}

    def whole(self, indicator: Indicator) -> Figure:
        """Return the figure of all projects."""
        return figure_of(
            indicator,
            self.facts,
            self.owners,
            self.on,
            versions=lambda: self._versions,
            counts_only=self.facts.counts_only,
        )

    def row(self, indicator: Indicator, figure: Figure | None = None, project: Project | None = None) -> IndicatorRow:
        """Return an indicator with its figure, narrowed to a project (by default that of the report)."""
        owner = project or self.project
        pk = owner.pk if owner is not None else None
        rule = RULES.get(indicator.code)
        types = indicator.left_out_types if rule is not None and rule.reads_types else []
        return IndicatorRow(
            indicator,
            rule,
            (self.whole(indicator) if figure is None else figure).of_project(pk),
            self._targets.get((indicator.pk, pk)),
            tuple(self._types[code] for code in types if code in self._types),
        )

    def rows(self) -> list[IndicatorRow]:
        """Return all shown indicators."""
        return [self.row(indicator) for indicator in Indicator.objects.shown()]

    def rows_by_project(self) -> Iterator[tuple[Project | None, IndicatorRow]]:
        """Yield the rows of each project that has a figure or a target, then those of the whole mission."""
        projects = list(Project.objects.all()) if self.project is None else [self.project]
        indicators = [(indicator, self.whole(indicator)) for indicator in Indicator.objects.shown()]
        for project in projects:
            for indicator, figure in indicators:
                row = self.row(indicator, figure, project)
                if self.project is not None or row.target or row.figure.documented or row.figure.declared:
                    yield project, row
        if self.project is None:
            for indicator, figure in indicators:
                yield None, self.row(indicator, figure)


@dataclass(frozen=True)
class ShownRecord:
    """One record of a figure in words, with the address at which it is read."""

    line: Line
    what: str
    title: str
    project: str
    url: str
    cluster_url: str
    counted_for: str = ""

    @property
    def detail(self) -> str:
        """What is said beside the title: who takes a solution up."""
        return "" if self.line.record[0] == "meeting" else self.line.detail

    @property
    def why(self) -> str:
        """Why it is not counted, and for which project it was before; empty where it is."""
        if self.counted_for:
            return _("Counted before, for %(project)s") % {"project": self.counted_for}
        return str(self.line.reason.label) if self.line.reason is not None else ""


def shown(lines: Iterable[Line], facts: IndicatorFacts) -> list[ShownRecord]:
    """Return lines as they are shown; what the room alone shows of a meeting stays there."""
    return [_shown(line, facts) for line in lines]


def _shown(line: Line, facts: IndicatorFacts) -> ShownRecord:
    kind, pk = line.record
    cluster_url = reverse("clusters:detail", args=[line.cluster]) if line.cluster else ""
    title, what = line.title, str(kinds.get(kind).label)
    if kind == "meeting":
        title = what = str(MeetingKind(line.detail).label)
    owner, other = (
        facts.projects[key].acronym if key in facts.projects else "" for key in (line.project, line.counted_for)
    )
    return ShownRecord(line, what, title, owner, _address(kind, pk, line.cluster) or cluster_url, cluster_url, other)


def _address(kind: str, pk: int, cluster: str) -> str:
    """Return where a record is read; empty where it has no page of its own."""
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "solution": ("community:solution", {"pk": pk}),
        "organisation": ("community:organisation", {"pk": pk}),
        "uptake": (kinds.get("uptake").url_name or "", {"pk": pk}),
        "stage": ("clusters:roadmap", {"reference": cluster}),
    }
    name, kwargs = places.get(kind, ("", {}))
    try:
        return reverse(name, kwargs=kwargs) if name else ""
    except NoReverseMatch:
        return ""
