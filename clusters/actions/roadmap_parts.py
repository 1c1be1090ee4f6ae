"""What every action on a stage begins and ends with: it is found and locked, checked, saved, and told to history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import Predicate, check_fields, differences, locked_cluster, record_change, stale
from clusters.choices import OPEN_STAGES, StageStatus
from clusters.models import Cluster, Participation, Stage
from clusters.permissions import can_work
from clusters.rules.roadmap import StageDates, turns_in_circle
from community.lifecycle import Entered
from community.models import Event, User
from community.permissions import Refusal

#: What the form of a stage may write.
FIELDS = (
    "title",
    "kind",
    "planned_start_on",
    "planned_end_on",
    "actual_start_on",
    "actual_end_on",
    "responsible",
    "deliverable",
    "evidence_url",
    "note",
    "waits_for",
    "waits_why",
)
#: Verbs of a stage that change no word of it, and so not its version.
WORDLESS = (
    "stage.moved",
    "stage.confirmed",
    "stage.reminded",
    "stage.reminder_taken_back",
    "evidence.added",
    "evidence.removed",
)
DATES = ("planned_start_on", "planned_end_on", "actual_start_on", "actual_end_on")


def locked_stage(stage: Stage, *, by: User, may: Predicate = can_work) -> tuple[Cluster, list[Stage], Stage]:
    """Return the locked cluster, its stages in order, and the stage as it is now.

    Raises:
        Refusal: the person may not work here, or the stage is gone.
    """
    cluster = locked_cluster(stage.cluster_id, by=by, may=may)
    order = list(cluster.stages.select_related("responsible", "waits_for"))
    row = next((one for one in order if one.pk == stage.pk), None)
    if row is None:
        raise Refusal(_("This stage is not there any more."), "state")
    return cluster, order, row


def check_seen(row: Stage, order: Sequence[Stage], seen_version: int, *, by: User, at: datetime) -> None:
    """Refuse a change that was begun on an older version."""
    if row.version != seen_version:
        number = [one.pk for one in order].index(row.pk) + 1
        raise stale(row, _("stage %(number)d") % {"number": number}, by=by, at=at, last=_last_change(row))


def _last_change(row: Stage) -> Event | None:
    """Return the event that changed the stage last: its own, or a later shift that took it along."""
    own = Event.objects.about(row).order_by("-pk").exclude(verb__in=WORDLESS).select_related("by__member").first()
    shifts = Event.objects.of_chain(f"cluster:{row.cluster_id}").filter(
        verb="stage.shifted", pk__gt=own.pk if own else 0
    )
    later = shifts.select_related("by__member").order_by("-pk")
    return next((event for event in later if row.pk in event.data.get("stages", ())), own)


def check_started(cluster: Cluster) -> None:
    """Refuse actual dates before the start: the roadmap is not frozen yet."""
    if cluster.baseline_frozen_at is None:
        raise Refusal(
            _("This cluster has not started. Start it first: the roadmap is then frozen as its baseline."), "state"
        )


def check_open(row: Stage, order: Sequence[Stage]) -> None:
    """Refuse to end what is over."""
    if row.status not in OPEN_STAGES:
        number = [one.pk for one in order].index(row.pk) + 1
        raise Refusal(
            _("Stage %(number)d is over: %(status)s. Reopen it first.")
            % {"number": number, "status": row.get_status_display()},
            "state",
        )


def check_stage(
    stage: Stage, cluster: Cluster, order: list[Stage], *, before: Mapping[str, Any] | None, at: datetime
) -> None:
    """Refuse wrong dates, a stranger as responsible, a circle of waiting, and actual dates before the start."""
    check_fields(stage, leave_out=("cluster", "responsible", "waits_for"))
    dates = StageDates(**{name: getattr(stage, name) for name in DATES}, status=stage.status)
    for _field, sentence in dates.problems(timezone.localdate(at)):
        raise Refusal(sentence)
    if stage.actual_start_on is not None and (before is None or before["actual_start_on"] is None):
        check_started(cluster)
    was_responsible = before["responsible"] if before else None
    if stage.responsible is not None and stage.responsible != was_responsible and not _takes_part(stage, cluster):
        raise Refusal(_("Only somebody who takes part in the cluster can be responsible for a stage."))
    if stage.waits_for is not None and stage.waits_for.cluster_id != cluster.pk:
        raise Refusal(_("A stage can only wait for another stage of the same cluster."))
    if turns_in_circle(stage, stage.waits_for, order):
        raise Refusal(_("These stages would wait for each other. Choose another one."))


def _takes_part(stage: Stage, cluster: Cluster) -> bool:
    """Tell whether the responsible person leads or takes part."""
    return (
        stage.responsible_id == cluster.lead_id
        or Participation.objects.active().filter(cluster=cluster, member=stage.responsible_id).exists()
    )


def status_by_dates(stage: Stage) -> str:
    """Return the status that the actual start says: what began is under way, what did not is planned."""
    if stage.status not in OPEN_STAGES:
        return stage.status
    return StageStatus.RUNNING if stage.actual_start_on else StageStatus.PLANNED


def renumber(order: Sequence[Stage]) -> None:
    """Give the positions 1, 2, 3… to the stages in that order, touching no other column."""
    changed = []
    for position, stage in enumerate(order, 1):
        if stage.position != position:
            stage.position = position
            changed.append(stage)
    Stage.objects.bulk_update(changed, ["position"])


def save_stage(
    row: Stage,
    cluster: Cluster,
    order: Sequence[Stage],
    verb: str,
    *,
    before: Mapping[str, Any],
    by: User,
    at: datetime,
    reason: str = "",
    entered: Entered | None = None,
) -> None:
    """Write the columns that changed, raise the stage's version and leave the event."""
    changed = differences(before, values_of(row))
    row.version += 1
    row.confirmed_at = at
    row.save(update_fields=[*changed, "version", "confirmed_at"])
    told = differences(as_told(before, cluster), as_told(values_of(row), cluster))
    detail: dict[str, Any] = {"title": row.title, "changes": told}
    if reason:
        detail["reason"] = reason
    number = [one.pk for one in order].index(row.pk) + 1
    data = {"number": number, "version": row.version}
    record_change(cluster, verb, row, by=by, at=at, data=data, detail=detail, entered=entered)


def values_of(stage: Stage) -> dict[str, Any]:
    """Return the fields of a stage and its status as they are now."""
    return {name: getattr(stage, name) for name in (*FIELDS, "status")}


def as_told(values: Mapping[str, Any], cluster: Cluster) -> dict[str, Any]:
    """Return values as history may tell them to everybody: persons by organisation, empty ones left out.

    A value that is empty on one side still shows as a difference, because the other side has it.
    """
    told = {name: value for name, value in values.items() if value not in (None, "")}
    if (member := told.get("responsible")) is not None:
        row = cluster.participations.filter(member=member).select_related("organisation").order_by("-pk").first()
        told["responsible"] = row.organisation.name if row and row.organisation else _("1 person, name not public")
    if (waits_for := told.get("waits_for")) is not None:
        told["waits_for"] = waits_for.title
    return told
