"""Proposing an ended cluster again: a new draft of the same words, with a link to the old one."""

from __future__ import annotations

from clusters import search
from clusters.choices import State
from clusters.models import Cluster, ClusterLevel, DraftWriter, ExpectedOutcome, Objective, Stage
from clusters.permissions import parties
from community.actions.transition import effect
from community.lifecycle import Attempt

_WORDS = ("title", "question", "need_text", "out_of_scope", "adoption_plan", "focus", "language")
_KEYS = ("need_id", "specific_objective_id", "working_group_id", "owning_project_id")
_SETTINGS = ("join_policy", "size_limit")
_SETS = ("themes", "sdgs", "territories", "solutions", "further_needs", "further_working_groups")


@effect("copy_to_draft")
def copy_to_draft(attempt: Attempt) -> None:
    """Make a draft from the old cluster for who asks: words, scope and plan, without dates, people and results.

    Stages keep their order, kind and deliverable, not their dates. Nothing of the old cluster changes, and no event
    tells of the draft: its chain begins with its first submit. A no-op where the person has such a draft already.
    """
    old: Cluster = attempt.subject
    proposer = (attempt.by.member if attempt.by else None) or old.proposer
    if Cluster.objects.drafts_after(old, proposer.pk).exists():
        return
    values = {name: getattr(old, name) for name in (*_WORDS, *_KEYS, *_SETTINGS)}
    draft = Cluster.objects.create(state=State.DRAFT, proposer=proposer, follows=old, **values)
    for name in _SETS:
        getattr(draft, name).set(getattr(old, name).all())
    _copy_parts(old, draft)
    _copy_writers(old, draft)
    search.index(draft)


def _copy_writers(old: Cluster, draft: Cluster) -> None:
    """Keep whose words these are: who proposed, led or wrote the old cluster does not decide on them as new ones."""
    hands = sorted(parties(old) - {draft.proposer_id})
    DraftWriter.objects.bulk_create(DraftWriter(cluster=draft, member_id=pk) for pk in hands)


def _copy_parts(old: Cluster, draft: Cluster) -> None:
    """Copy what hangs on the cluster: levels, objectives without a measure, expected outcomes, stages without dates."""
    ClusterLevel.objects.bulk_create(ClusterLevel(cluster=draft, level=row.level) for row in old.levels.all())
    ExpectedOutcome.objects.bulk_create(
        ExpectedOutcome(cluster=draft, kind=row.kind, note=row.note) for row in old.expected_outcomes.all()
    )
    Objective.objects.bulk_create(
        Objective(cluster=draft, position=number, text=row.text, criterion=row.criterion)
        for number, row in enumerate(old.objectives.all(), 1)
    )
    Stage.objects.bulk_create(
        Stage(cluster=draft, position=number, title=row.title, kind=row.kind, deliverable=row.deliverable)
        for number, row in enumerate(old.stages.all(), 1)
    )
