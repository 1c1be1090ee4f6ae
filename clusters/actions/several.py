"""One press for many things, each in a transaction of its own: one that is refused keeps no other from being done.

Never for approving: a decision is taken on one case at a time. Each press has its inverse, `take_back`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from clusters.actions.inverses import (
    remind_invited,
    remind_responsible,
    take_answer_back,
    take_confirmation_back,
    take_invitation_reminder_back,
    take_stage_reminder_back,
)
from clusters.actions.participation import answer_request
from clusters.actions.roadmap import update_stage
from clusters.actions.roadmap_confirm import confirm_roadmap
from clusters.models import Cluster, Participation, Stage
from community.models import Member, User
from community.permissions import Refusal


@dataclass
class Done:
    """What one press did: how many, what was refused with its sentence, and what `take_back` needs of each."""

    press: str
    refused: list[tuple[str, str]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


Act = Callable[[Any, str, User, datetime, dict[str, Any]], dict[str, Any] | None]


def _still_true(cluster: Cluster, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any] | None:
    before = {str(row.pk): row.confirmed_at and row.confirmed_at.isoformat() for row in cluster.stages.all()}
    rows = confirm_roadmap(cluster=cluster, by=by, seen=seen, at=at)
    kept = {str(row.pk): before[str(row.pk)] for row in rows}
    return {"pk": cluster.pk, "before": kept, "since": at.isoformat()} if rows else None


def _accept(part: Participation, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    answer_request(participation=part, by=by, accept=True, at=at)
    return {"pk": part.pk}


def _decline(part: Participation, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    answer_request(participation=part, by=by, accept=False, reason=given["reason"], at=at)
    return {"pk": part.pk}


def _remind(part: Participation, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    remind_invited(participation=part, by=by, at=at)
    return {"pk": part.pk}


def _remind_stage(stage: Stage, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    remind_responsible(stage=stage, by=by, at=at)
    return {"pk": stage.pk}


def _assign(stage: Stage, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    was = stage.responsible_id
    version = int(seen) if seen.isdecimal() else 0
    row = update_stage(stage=stage, by=by, seen_version=version, responsible=given["member"], at=at)
    return {"pk": stage.pk, "was": was, "version": row.version}


#: What can be pressed for many: what the boxes name, and what is done to each.
PRESSES: dict[str, tuple[type[Model], Act]] = {
    "still-true": (Cluster, _still_true),
    "accept": (Participation, _accept),
    "decline": (Participation, _decline),
    "remind": (Participation, _remind),
    "remind-stage": (Stage, _remind_stage),
    "assign": (Stage, _assign),
}


def press(name: str, picks: Iterable[str], *, by: User, reason: str = "", member: Member | None = None) -> Done:
    """Do to each picked thing what `name` says; a pick is a key, or a key and what the page showed of it."""
    model, act = PRESSES[name]
    done, at = Done(name), timezone.now()
    wanted = dict(pick.partition(":")[::2] for pick in picks)
    rows = model._default_manager.in_bulk([int(key) for key in wanted if key.isdecimal()])
    for pk, row in rows.items():
        try:
            kept = act(row, wanted[str(pk)], by, at, {"reason": reason, "member": member})
        except Refusal as refusal:
            done.refused.append((_title(row), str(refusal.reason)))
        else:
            if kept is not None:
                done.rows.append(kept)
    return done


def take_back(name: str, kept: Iterable[dict[str, Any]], *, by: User) -> Done:
    """Take back what `press` did, as far as nothing else happened to it; `kept` is what that press left."""
    done, at = Done(name), timezone.now()
    model, _act = PRESSES[name]
    for facts in kept:
        row = model._default_manager.filter(pk=facts["pk"]).first()
        if row is None:
            continue
        try:
            _BACK[name](row, facts, by, at)
        except Refusal as refusal:
            done.refused.append((_title(row), str(refusal.reason)))
        else:
            done.rows.append(facts)
    return done


def _unconfirm(cluster: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    before = {int(pk): parse_datetime(was) if was else None for pk, was in facts["before"].items()}
    since = parse_datetime(facts["since"]) or at
    if not take_confirmation_back(cluster=cluster, by=by, before=before, since=since, at=at):
        raise Refusal(_("The roadmap was changed meanwhile, so this can't be taken back."), "stale")


def _reopen(part: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    take_answer_back(participation=part, by=by, at=at)


def _unremind(part: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    take_invitation_reminder_back(participation=part, by=by, at=at)


def _unremind_stage(stage: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    take_stage_reminder_back(stage=stage, by=by, at=at)


def _unassign(stage: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    was = Member.objects.filter(pk=facts["was"]).first() if facts["was"] else None
    update_stage(stage=stage, by=by, seen_version=facts["version"], responsible=was, at=at)


_BACK: dict[str, Callable[[Any, dict[str, Any], User, datetime], None]] = {
    "still-true": _unconfirm,
    "accept": _reopen,
    "decline": _reopen,
    "remind": _unremind,
    "remind-stage": _unremind_stage,
    "assign": _unassign,
}


def _title(row: Any) -> str:
    return str(row if isinstance(row, Cluster) else row.cluster)
