"""The whole proposal as facts, for the last step: what will be read by those who decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clusters.actions.proposal_values import named_people
from clusters.forms.proposal import STEPS
from clusters.models import Cluster, Participation

Facts = list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Reviewed:
    """What one step says; a fact without words is one that is open."""

    number: int
    label: str | Promise
    facts: Facts


def review_of(cluster: Cluster) -> list[Reviewed]:
    """Return the steps before the last with what they say."""
    facts = (_question(cluster), _scope(cluster), _dates(cluster), _people(cluster))
    return [Reviewed(step.number, step.label, said) for step, said in zip(STEPS, facts, strict=False)]


def _question(cluster: Cluster) -> Facts:
    needs = [*([cluster.need] if cluster.need else []), *cluster.further_needs.all()]
    return [
        (_("Title"), _lines(cluster.title)),
        (_("Question"), _lines(cluster.question)),
        (_("Need"), _lines(*(row.question for row in needs), cluster.need_text)),
        (_("Focus"), _lines(cluster.get_focus_display())),
        (_("Levels of transfer"), _joined(row.get_level_display() for row in cluster.levels.all())),
        (_("Themes"), _joined(row.label for row in cluster.themes.all())),
    ]


def _scope(cluster: Cluster) -> Facts:
    return [
        (
            _("Objectives"),
            [
                _("%(text)s Reached when: %(criterion)s") % {"text": row.text, "criterion": row.criterion}
                if row.criterion
                else row.text
                for row in cluster.objectives.all()
            ],
        ),
        (
            _("Expected outcomes"),
            [
                f"{row.get_kind_display()}: {row.note}" if row.note else row.get_kind_display()
                for row in cluster.expected_outcomes.all()
            ],
        ),
        (_("Out of scope"), _lines(cluster.out_of_scope)),
        (_("Territories"), _joined(row.name for row in cluster.territories.all())),
    ]


def _dates(cluster: Cluster) -> Facts:
    deadline = ""
    if cluster.deadline_on:
        deadline = f"{date_format(cluster.deadline_on, 'j E Y')}: {cluster.deadline_reason}"
    return [
        (_("From, to"), _lines(_span(cluster.starts_on, cluster.ends_on))),
        (_("Outside deadline"), _lines(deadline)),
        (
            _("Stages"),
            [
                " · ".join(filter(None, (row.title, _span(row.planned_start_on, row.planned_end_on), row.deliverable)))
                for row in cluster.stages.all()
            ],
        ),
    ]


def _people(cluster: Cluster) -> Facts:
    group = cluster.working_group
    people = named_people(cluster).select_related("member", "organisation")
    return [
        (_("Decided by"), _lines(f"{group.code} {group.title}" if group else "")),
        (_("Lead"), [row.name for row in (cluster.lead, cluster.lead_organisation) if row]),
        (_("Who takes part"), [_person(row) for row in people]),
        (_("Joining"), _lines(cluster.get_join_policy_display())),
    ]


def _person(row: Participation) -> str:
    organisation = row.organisation.name if row.organisation else ""
    if row.member is None:
        return _("%(organisation)s, no person yet") % {"organisation": organisation}
    return " · ".join(filter(None, (row.member.name, organisation)))


def _span(start: date | None, end: date | None) -> str:
    days = [date_format(day, "j E Y") for day in (start, end) if day]
    return " – ".join(dict.fromkeys(days))


def _lines(*texts: str) -> list[str]:
    return [text for text in texts if text]


def _joined(words: Iterable[str]) -> list[str]:
    return _lines(", ".join(words))
