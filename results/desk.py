"""What waits for a lead because of uptakes: to ask the organisation, to settle what it corrected or did not confirm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.choices import ENDED_STATES, FINISHED_STATES, PUBLIC_STATES, ParticipationRole, ParticipationStatus
from clusters.models import Participation
from clusters.visibility import Viewer, viewer
from community.choices import Standing
from community.contributions import DeskItem
from community.models import User
from results.choices import FROM_COMMITTED_ON, ConfirmationStatus
from results.models import Uptake, UptakeConfirmation

#: At most so many stand on the desk.
MOST = 50


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield what waits of clusters that `user` leads: declared only, corrected, or not confirmed; one query.

    Where a cluster ended and everybody who led it left, its coordinators are shown what waits.
    One whose organisation was asked about the present statement waits for that organisation, or was answered.
    """
    who = viewer(user, on)
    if who.member_id is None:
        return
    for uptake in _waiting(who):
        url = reverse("results:uptake", args=[uptake.pk])
        title = f"{uptake.solution.title} – {uptake.organisation.name}"
        if uptake.is_refused:
            why = _("The adopting organisation says that it is not so: it counts nowhere until then.")
            yield DeskItem(_("Change it or stop it"), title, why, f"{url}#answers", since=uptake.updated_at)
        elif uptake.has_correction:  # type: ignore[attr-defined]
            why = _("The adopting organisation says that something is different.")
            yield DeskItem(_("Take over or set aside"), title, why, f"{url}#answers", since=uptake.updated_at)
        else:
            why = _("It is in use and only declared: the organisation has not been asked yet.")
            if uptake.was_asked:  # type: ignore[attr-defined]
                why = _("It is in use and only declared: the organisation was asked, and nobody answered in time.")
            ask = reverse("results:uptake_ask", args=[uptake.pk])
            yield DeskItem(_("Ask for confirmation"), title, why, ask, since=uptake.state_since)


def _of_lead(who: Viewer) -> Q:
    """Return what says that a person leads the cluster of an uptake; who left leads none that has ended."""
    deputy = Participation.objects.filter(
        member=who.member_id, role=ParticipationRole.DEPUTY, status=ParticipationStatus.ACTIVE
    )
    leads = Q(cluster__lead=who.member_id, cluster__lead_accepted_at__isnull=False)
    leads |= Q(cluster__acting_lead=who.member_id, cluster__lead_accepted_at__isnull=True)
    leads |= Q(cluster__in=deputy.values("cluster"))
    return leads & ~Q(cluster__state__in=sorted(ENDED_STATES)) if who.is_former else leads


def _left_behind(who: Viewer) -> Q:
    """Return what says that the cluster of an uptake ended, its lead's side is gone, and the person coordinates it."""
    there = Participation.objects.leading().exclude(member__standing=Standing.FORMER)
    there = there.filter(member__erased_at=None, member__user__is_active=True, cluster=OuterRef("cluster"))
    theirs = Q() if who.is_mission else Q(cluster__working_group__in=who.group_ids)
    return Q(~Exists(there), theirs, cluster__state__in=sorted(FINISHED_STATES))


def _waiting(who: Viewer) -> list[Uptake]:
    """Return the uptakes that wait for their lead: of a person's clusters, and of those that nobody leads any more."""
    questions = UptakeConfirmation.objects.filter(uptake=OuterRef("pk")).order_by()
    mine = _of_lead(who) | _left_behind(who) if who.is_coordinator else _of_lead(who)
    rows = Uptake.objects.filter(mine, cluster__state__in=sorted(PUBLIC_STATES))
    asked = Exists(questions.open()) | Exists(questions.answered().filter(statement=OuterRef("statement")))
    silent = questions.filter(status=ConfirmationStatus.EXPIRED)
    rows = rows.annotate(has_correction=Exists(questions.to_settle()), was_asked=Exists(silent))
    unasked = Q(pk__in=Uptake.objects.in_use().declared().exclude(asked).values("pk"))
    denied = Q(pk__in=Uptake.objects.in_steps(FROM_COMMITTED_ON).refused().values("pk"))
    found = (
        rows.with_refused().filter(Q(has_correction=True) | unasked | denied).select_related("solution", "organisation")
    )
    return list(found.order_by("state_since", "pk")[:MOST])
