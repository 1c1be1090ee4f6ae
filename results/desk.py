"""What waits for a lead because of uptakes: to ask the adopting organisation, to settle what it corrected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.choices import PUBLIC_STATES, ParticipationRole, ParticipationStatus
from clusters.models import Participation
from clusters.visibility import viewer
from community.contributions import DeskItem
from community.models import User
from results.models import Uptake, UptakeConfirmation

#: At most so many stand on the desk.
MOST = 50


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield what is in use and only declared, and the corrections that wait, of clusters that `user` leads; one query.

    One whose organisation was asked about the present statement waits for that organisation, or was answered.
    """
    member_id = viewer(user, on).member_id
    if member_id is None:
        return
    for uptake in _waiting(member_id):
        url = reverse("results:uptake", args=[uptake.pk])
        title = f"{uptake.solution.title} – {uptake.organisation.name}"
        if uptake.has_correction:  # type: ignore[attr-defined]
            why = _("The adopting organisation says that something is different.")
            yield DeskItem(_("Take over or set aside"), title, why, f"{url}#answers", since=uptake.updated_at)
        else:
            why = _("It is in use and only declared: the organisation has not been asked yet.")
            ask = reverse("results:uptake_ask", args=[uptake.pk])
            yield DeskItem(_("Ask for confirmation"), title, why, ask, since=uptake.state_since)


def _waiting(member_id: int) -> list[Uptake]:
    """Return the uptakes of a person's clusters that wait for their lead."""
    questions = UptakeConfirmation.objects.filter(uptake=OuterRef("pk")).order_by()
    deputy = Participation.objects.filter(
        member=member_id, role=ParticipationRole.DEPUTY, status=ParticipationStatus.ACTIVE
    )
    leads = Q(cluster__lead=member_id, cluster__lead_accepted_at__isnull=False)
    leads |= Q(cluster__acting_lead=member_id, cluster__lead_accepted_at__isnull=True)
    leads |= Q(cluster__in=deputy.values("cluster"))
    rows = Uptake.objects.filter(leads, cluster__state__in=sorted(PUBLIC_STATES))
    asked = Exists(questions.open()) | Exists(questions.answered().filter(statement=OuterRef("statement")))
    rows = rows.annotate(has_correction=Exists(questions.to_settle()))
    unasked = Q(pk__in=Uptake.objects.in_use().declared().exclude(asked).values("pk"))
    found = rows.filter(Q(has_correction=True) | unasked).select_related("solution", "organisation")
    return list(found.order_by("state_since", "pk")[:MOST])
