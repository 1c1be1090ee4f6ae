"""Prepared decisions on the desk and in the list of dates, for those who may decide alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster, PreparedDecision
from clusters.rules.prepared import moment_words
from clusters.visibility import Viewer
from community.contributions import DeskItem


def with_prepared(item: DeskItem, row: PreparedDecision | None, member_id: int | None) -> DeskItem | None:
    """Return what a proposal wants of somebody who may decide on it, where a decision is prepared.

    Whoever prepared it announces it, or looks at it again; what the clock announces waits for nobody: None. The
    others read who prepared something, and may still decide.
    """
    if row is None:
        return item
    page = reverse("clusters:prepared", kwargs={"reference": row.cluster.name})
    facts = {"name": row.prepared_by.name, "day": moment_words(row.prepared_at), "why": row.held_why}
    if row.prepared_by_id == member_id and row.is_held:
        why = _("The decision that you prepared was not announced. %(why)s") % facts
        return replace(item, verb=_("Look at it again"), why=why, url=f"{page}?again=1", since=row.held_at)
    if row.is_held:
        why = _("The decision that %(name)s prepared was not announced. %(why)s") % facts
        return replace(item, why=why, since=row.held_at)
    if row.announce_at is not None:
        return None
    if row.prepared_by_id == member_id:
        why = _("You prepared a decision on %(day)s. It waits for a press.") % facts
        return replace(item, verb=_("Announce"), why=why, url=page, since=row.prepared_at)
    return replace(item, why=_("%(name)s prepared a decision on %(day)s, which waits for a press.") % facts)


def announcements(who: Viewer, on: date, last: date) -> Iterator[tuple[Cluster, date]]:
    """Yield the days on which the clock announces decisions, of proposals on which a coordinator may decide."""
    if not who.is_coordinator:
        return
    waiting = Cluster.objects.waiting_for_decision().without_party(who.member_id or 0)
    rows = waiting if who.is_mission else waiting.for_groups(who.group_ids)
    for row in PreparedDecision.objects.announced_between(on, last).filter(cluster__in=rows.order_by()):
        if row.announce_at is not None:
            yield row.cluster, timezone.localdate(row.announce_at)
