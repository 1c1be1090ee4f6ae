"""What came of a cluster as its page shows it: objectives against their criterion, outcomes by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import ngettext

from clusters.choices import OutcomeKind
from clusters.models import Cluster, Objective, Outcome
from community.models import File


@dataclass(frozen=True)
class ObjectiveRow:
    """An objective with its number, and how many outcomes are tied to it."""

    objective: Objective
    number: int
    outcomes: int

    @property
    def key(self) -> str:
        """Its primary key as the page writes it."""
        return str(self.objective.pk)


@dataclass(frozen=True)
class OutcomeRow:
    """An outcome with the numbers of the stage and objective that it is tied to, and the files that show it."""

    outcome: Outcome
    stage_number: int | None
    objective_number: int | None
    files: list[File]

    @property
    def key(self) -> str:
        """Its primary key as the page writes it."""
        return str(self.outcome.pk)

    @property
    def reach(self) -> list[str]:
        """How many took part, in words."""
        outcome = self.outcome
        return reach_of(outcome.participants_count, outcome.organisations_count, outcome.countries_count)


def reach_of(participants: int | None, organisations: int | None, countries: int | None) -> list[str]:
    """Return how many took part in what came of a cluster, in words; what is not known is left out."""
    found = []
    if participants is not None:
        words = ngettext("%(count)d participant", "%(count)d participants", participants)
        found.append(words % {"count": participants})
    if organisations is not None:
        words = ngettext("%(count)d organisation", "%(count)d organisations", organisations)
        found.append(words % {"count": organisations})
    if countries is not None:
        # Not the words that stand after "organisations of": other languages have another case there.
        found.append(ngettext("in %(count)d country", "in %(count)d countries", countries) % {"count": countries})
    return found


@dataclass(frozen=True)
class Outcomes:
    """All that the page of outcomes lists; `missing` are kinds that were expected and have no outcome yet."""

    objectives: list[ObjectiveRow]
    rows: list[OutcomeRow]
    figures: list[tuple[int, str | Promise]]
    missing: list[str]

    def row(self, pk: int) -> OutcomeRow:
        """Return the row of an outcome.

        Raises:
            LookupError: it is not of this cluster.
        """
        for row in self.rows:
            if row.outcome.pk == pk:
                return row
        raise LookupError(pk)

    def objective(self, pk: int) -> ObjectiveRow:
        """Return the row of an objective.

        Raises:
            LookupError: it is not of this cluster.
        """
        for row in self.objectives:
            if row.objective.pk == pk:
                return row
        raise LookupError(pk)


def outcomes_of(cluster: Cluster, *, files: Mapping[int, list[File]] | None = None) -> Outcomes:
    """Return what came of `cluster`: four queries, however many outcomes.

    `files` are those that the reader may fetch, by the id of their outcome (`clusters.rules.evidence`).
    """
    outcomes = list(cluster.outcomes.all())
    objectives = list(cluster.objectives.all())
    stage_numbers = {stage.pk: number for number, stage in enumerate(cluster.stages.all(), 1)}
    objective_numbers = {objective.pk: number for number, objective in enumerate(objectives, 1)}
    kinds = [outcome.kind for outcome in outcomes]
    expected = list(cluster.expected_outcomes.all())
    return Outcomes(
        objectives=[
            ObjectiveRow(objective, number, sum(row.objective_id == objective.pk for row in outcomes))
            for number, objective in enumerate(objectives, 1)
        ],
        rows=[
            OutcomeRow(
                outcome,
                stage_numbers.get(outcome.stage_id or 0),
                objective_numbers.get(outcome.objective_id or 0),
                (files or {}).get(outcome.pk, []),
            )
            for outcome in outcomes
        ],
        figures=[(kinds.count(kind), kind.label) for kind in OutcomeKind if kind in kinds],
        missing=[row.get_kind_display() for row in expected if row.kind not in kinds],
    )
