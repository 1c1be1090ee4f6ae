"""Clusters whose lead may not lead any more, on the desks of those who act: lead, deputy, proposer, coordinators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import BooleanField, Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import ACTIVE_STATES, PROPOSED_STATES
from clusters.models import Cluster
from clusters.permissions import Leads, is_gone
from clusters.rules.leads import lead_page
from clusters.visibility import Viewer
from community.contributions import DeskItem

#: At most so many stand on the desk; the coordinators' overview holds the rest.
MOST = 50


def leads_to_find(who: Viewer, on: date) -> Iterator[DeskItem]:
    """Yield each with the sentence that says why, and the button that mends it; two queries."""
    member = who.member_id or 0
    kept = Q(pk__in=Cluster.objects.kept_by(member).in_states(ACTIVE_STATES).values("pk"))
    mine = Q(pk__in=[])
    if not who.is_former:
        mine = Q(state__in=sorted(PROPOSED_STATES)) & (Q(proposer=member) | Q(lead=member))
    theirs = Q(pk__in=[])
    if who.is_mission or who.group_ids:
        theirs = Q(state__in=sorted(ACTIVE_STATES))
        if not who.is_mission:
            theirs &= Q(working_group__in=who.group_ids)
    as_lead = Case(When(kept | mine, then=True), default=False, output_field=BooleanField())
    rows = Cluster.objects.with_ended_lead(on).filter(kept | mine | theirs).annotate(is_kept=as_lead)
    found = list(rows.select_related("lead__user", "lead_organisation").order_by("lead_flagged_on", "pk")[:MOST])
    leads = Leads([(row.lead, row.lead_organisation) for row in found], on)
    for cluster in found:
        why = leads.verdict(cluster.lead, cluster.lead_organisation).reason
        is_kept = bool(getattr(cluster, "is_kept", False))
        yield DeskItem(
            verb=_button(cluster, as_lead=is_kept),
            title=str(cluster),
            why=str(why),
            url=lead_page(cluster, may_adopt=not is_kept),
            since=_since(cluster.lead_flagged_on),
            late=True,
        )


def _button(cluster: Cluster, *, as_lead: bool) -> str:
    if cluster.state not in ACTIVE_STATES:
        return _("Name another lead")
    return _("Adopt") if is_gone(cluster.lead) and not as_lead else _("Hand over the lead")


def _since(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day is not None else None
