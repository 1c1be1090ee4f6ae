"""What clusters add to the platform of a challenge: what runs on it, their number, and who works there."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from clusters.choices import ACTIVE_STATES, ParticipationStatus
from clusters.models import Cluster, Participation
from community.contributions import PlatformNumber
from community.models import Term
from community.platforms import counted
from community.querysets.cut import cut

#: So many clusters stand on a platform; the register holds the rest.
SHOWN: Final = 8


def clusters_on(request: HttpRequest, term: Term) -> dict[str, Any]:
    """Return the clusters at work on a challenge, those that end first before the others."""
    rows = Cluster.objects.visible_to(request.user).on_themes([term.code]).in_states(ACTIVE_STATES)
    rows = rows.select_related("working_group").order_by("ends_on", "pk")
    found = cut(rows, SHOWN)
    asked = urlencode([("theme", term.code), *(("state", str(state)) for state in sorted(ACTIVE_STATES))])
    url = f"{reverse('clusters:list')}?{asked}"
    return {"rows": found.rows, "found": found, "on": timezone.localdate(), "all_url": url}


def _running(user: Any) -> dict[int, int]:
    rows = Cluster.objects.visible_to(user).in_states(ACTIVE_STATES)
    return counted(rows, Cluster.themes.through, "cluster")


NUMBER: Final = PlatformNumber(
    lambda count: ngettext("%(count)d cluster at work", "%(count)d clusters at work", count) % {"count": count},
    _running,
)


def organisations_on(term: Term, user: Any) -> list[QuerySet[Any, Any]]:
    """Return the keys of organisations that lead or take part in clusters at work on a challenge."""
    rows = Cluster.objects.visible_to(user).on_themes([term.code]).in_states(ACTIVE_STATES).order_by()
    parts = Participation.objects.filter(cluster__in=rows.values("pk"), status=ParticipationStatus.ACTIVE).order_by()
    return [rows.values("lead_organisation"), parts.values("organisation")]
