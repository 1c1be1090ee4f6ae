"""What waits for a person because of amendments: to put forward, to answer, to decide, to comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.choices import ParticipationRole, ParticipationStatus
from clusters.desk import MOST, answer_by, first
from clusters.models import Amendment, Participation
from clusters.visibility import Viewer, viewer
from community.contributions import DeskItem
from community.models import User


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield the amendments that wait for `user` on the day `on`; four queries at most, three for a member."""
    who = viewer(user, on)
    if who.member_id is None:
        return
    yield from first(_to_answer(who))
    yield from first(_to_put_forward(who))
    if who.is_coordinator:
        yield from first(_to_decide(who, on), "clusters:review")


def _to_decide(who: Viewer, on: date) -> Iterator[DeskItem]:
    for amendment, is_stand_in in to_decide(who, on):
        words = (
            _("No coordinator of %(group)s may decide on it.")
            if is_stand_in
            else _("You coordinate %(group)s, which decides on it.")
        )
        group = amendment.cluster.working_group
        verb = _("Decide as stand-in") if is_stand_in else _("Decide on the amendment")
        yield _item(amendment, verb, words % {"group": group.code if group else "–"})


def to_decide(who: Viewer, on: date) -> Iterator[tuple[Amendment, bool]]:
    """Yield the amendments on which this coordinator decides, each with whether as a stand-in."""
    member = who.member_id or 0
    for amendment in Amendment.objects.for_decision(member, None if who.is_mission else who.group_ids)[: MOST + 1]:
        yield amendment, False
    if not who.is_mission:
        others = Amendment.objects.for_decision(member, None).for_stand_ins(on)
        for amendment in others.exclude(cluster__working_group__in=who.group_ids)[: MOST + 1]:
            yield amendment, True


def _to_answer(who: Viewer) -> Iterator[DeskItem]:
    rows = Amendment.objects.put_forward().filter(new_lead=who.member_id, new_lead_accepted_at__isnull=True)
    for amendment in rows.select_related("cluster")[: MOST + 1]:
        yield _item(amendment, _("Accept or decline to lead"), _("You are asked to take over the lead."))


def _to_put_forward(who: Viewer) -> Iterator[DeskItem]:
    deputy = Participation.objects.filter(
        member=who.member_id, role=ParticipationRole.DEPUTY, status=ParticipationStatus.ACTIVE
    )
    leads = Q(cluster__lead=who.member_id, cluster__lead_accepted_at__isnull=False)
    acts = Q(cluster__acting_lead=who.member_id, cluster__lead_accepted_at__isnull=True)
    rows = Amendment.objects.suggested().filter(leads | acts | Q(cluster__in=deputy.values("cluster")))
    for amendment in rows.exclude(suggested_by=who.member_id).select_related("cluster")[: MOST + 1]:
        yield _item(
            amendment, _("Put forward or turn down"), _("A participant suggests a change of the cluster you lead.")
        )


def _item(amendment: Amendment, verb: Any, why: str) -> DeskItem:
    return DeskItem(
        verb=verb,
        title=str(amendment.cluster),
        why=why,
        url=reverse("clusters:amendment", args=[amendment.cluster.name, amendment.number]),
        since=amendment.state_since,
        due=answer_by(amendment.state_since),
    )
