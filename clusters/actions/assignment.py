"""Saying who looks at a proposal, and taking that back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import locked_cluster, worked_as
from clusters.choices import DECIDERS
from clusters.models import Cluster, ReviewAssignment
from clusters.notifications.assignment import tell_assigned, tell_passed_on
from clusters.rules.assignment import can_assign, reviewers
from community import events
from community.models import Event, Member, User
from community.permissions import Refusal


@transaction.atomic
def assign_review(*, cluster: Cluster, by: User, member: Member, at: datetime | None = None) -> ReviewAssignment:
    """Let `member` look at a proposal; who looked at it before does so no more. A no-op when it is theirs already.

    Both are told by a mail that waits 30 seconds; who names themselves is not. The proposal's own version stays.

    Raises:
        Refusal: `by` may not say it, the proposal does not wait, or `member` may not decide on it.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_assign)
    there = ReviewAssignment.objects.select_related("member__user").filter(cluster=locked).first()
    if there is not None and there.member_id == member.pk:
        return there
    if member not in reviewers(locked, timezone.localdate(at)):
        raise Refusal(_("This person may not decide on this proposal, so somebody else looks at it."))
    values = {"member": member, "assigned_by": by, "assigned_at": at}
    row, _is_new = ReviewAssignment.objects.update_or_create(cluster=locked, defaults=values)
    event = _record(locked, "review.assigned", member, by=by, at=at)
    tell_assigned(locked, member, event=event)
    if there is not None:
        tell_passed_on(locked, there.member, event=event)
    return row


@transaction.atomic
def release_review(*, cluster: Cluster, by: User, at: datetime | None = None) -> None:
    """Take back that somebody looks at a proposal; a mail of it that has not left is not sent. A no-op if nobody does.

    Raises:
        Refusal: `by` may not say it, or the proposal does not wait.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_assign)
    there = ReviewAssignment.objects.select_related("member__user").filter(cluster=locked).first()
    if there is None:
        return
    there.delete()
    event = _record(locked, "review.released", there.member, by=by, at=at)
    tell_passed_on(locked, there.member, event=event)


def _record(cluster: Cluster, verb: str, member: Member, *, by: User, at: datetime) -> Event:
    """Append the event; nothing of the proposal is changed, so its version is not raised."""
    role = worked_as(by, cluster, timezone.localdate(at), first=DECIDERS)
    return events.record(verb=verb, subject=cluster, by=by, at=at, role=role, data={"member": member.pk})
