"""What clusters know of a person's erasure: what stands in its way, and the evidence with names that outlasts it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.choices import ACTIVE_STATES, State
from clusters.models import Cluster, Participation
from community.models import File, Member
from community.permissions import Obstacle


def still_led(member: Member, on: date) -> Iterator[tuple[Obstacle, bool]]:
    """Yield each cluster that would lose its lead; once the person has waited, it is adopted instead."""
    live = Cluster.objects.led_by(member.pk).in_states({State.SUBMITTED, *ACTIVE_STATES})
    for cluster in live.filter(lead_accepted_at__isnull=False).order_by("pk"):
        words = _("“%(title)s” would lose its lead. Hand it over, or step down.") % {"title": cluster.title}
        yield Obstacle(words, reverse("clusters:people", args=[cluster.name])), False


def evidence_of_projects(file: int | None = None) -> Iterator[tuple[int, int | None]]:
    """Yield (file, project) for the evidence of stages, outcomes and meetings: the project that owns the cluster.

    Also where it is out of sight. Of one file, or of all.
    """
    kept = File.objects.kept() if file is None else File.objects.kept().filter(pk=file)
    for path in ("stages", "outcomes", "meetings"):
        rows = kept.filter(**{f"{path}__isnull": False})
        yield from rows.values_list("pk", f"{path}__cluster__owning_project").distinct()


def worked_on(member: Member) -> QuerySet[Any, Any]:
    """Return the keys of the clusters in which a person took part, led or proposed."""
    parts = Participation.objects.filter(member=member).values("cluster")
    return Cluster.objects.filter(Q(proposer=member) | Q(lead=member) | Q(pk__in=parts)).order_by().values("pk")


def evidence_with_names(member: Member) -> QuerySet[File]:
    """Return the evidence that holds names, of clusters in which a person took part, led or proposed."""
    mine = worked_on(member)
    of_them = Q(stages__cluster__in=mine) | Q(outcomes__cluster__in=mine) | Q(meetings__cluster__in=mine)
    return File.objects.kept().filter(of_them, holds_names=True).distinct()
