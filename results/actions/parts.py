"""What every action on an uptake begins and ends with: the cluster's row locked, then the uptake's; one event left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clusters.actions.parts import Predicate, locked_cluster, record_change
from clusters.models import Cluster
from community.lifecycle import Entered
from community.models import Event, User
from community.permissions import Refusal
from results.models import Uptake

#: Columns that no form writes as text, left out when the others are checked.
KEYS = ("cluster", "solution", "organisation", "territory", "outcome", "declared_by")
#: A change of one of these is a change of substance: what was confirmed before documents it no more.
SUBSTANCE = ("solution_id", "organisation_id", "territory_id", "kind", "adaptation", "in_use_on")


def title_of(uptake: Uptake) -> str:
    """Return what history calls an uptake: the solution, and who takes it up."""
    return f"{uptake.solution.title} – {uptake.organisation.name}"


def substance_of(uptake: Uptake) -> tuple[Any, ...]:
    """Return what an adopting organisation confirms."""
    return tuple(getattr(uptake, name) for name in SUBSTANCE)


def locked(uptake: Uptake, *, by: User, may: Predicate) -> tuple[Cluster, Uptake]:
    """Return the cluster, its row locked until the transaction ends, and the uptake as it is now.

    Raises:
        Refusal: the person may not, or the uptake is gone.
    """
    cluster = locked_cluster(uptake.cluster_id, by=by, may=may)
    rows = Uptake.objects.select_for_update(of=("self",)).select_related("solution", "organisation", "territory")
    row = rows.filter(pk=uptake.pk).first()
    if row is None:
        raise Refusal(_("This uptake is not there any more."), "state")
    row.cluster = cluster
    return cluster, row


def record(
    uptake: Uptake,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    entered: Entered | None = None,
    **detail: Any,
) -> Event:
    """Leave the event `uptake.<verb>` in the cluster's chain and raise its version; empty words are left out."""
    words = {"title": title_of(uptake), **{name: value for name, value in detail.items() if value}}
    return record_change(
        uptake.cluster, f"uptake.{verb}", uptake, by=by, at=at, data=data, detail=words, entered=entered
    )


def told(uptake: Uptake) -> dict[str, Any]:
    """Return an uptake's fields as history tells them, empty ones left out."""
    values = {
        "solution": uptake.solution.title,
        "organisation": uptake.organisation.name,
        "territory": uptake.territory.name if uptake.territory else None,
        "outcome": uptake.outcome.title if uptake.outcome else None,
    }
    names = ("state", "kind", "adaptation", "tailoring", "in_use_on", "stopped_on", "evidence_url", "is_disclosed")
    values |= {name: getattr(uptake, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, "")}
