"""Amendments: suggested by who takes part, put forward, decided on in whole or in part by somebody else.

The cluster's row is locked first, then the amendment's: two decisions, and a decision and an edit, follow each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.amendment_values import check_changes, check_reason, check_wished
from clusters.actions.parts import locked_cluster
from clusters.choices import Capacity
from clusters.models import Amendment, Cluster
from clusters.notifications import amendment as notifications
from clusters.rules.amendment import amendment_capacities, can_comment, can_suggest, puts_forward
from clusters.rules.amendment_fields import changes_of, kind_of
from community import events
from community.actions.transition import transition
from community.lifecycle import GONE
from community.models import Comment, User
from community.permissions import Refusal

MOST_SIGNS = 1000
#: In which capacity somebody with several is written down as having spoken on an amendment.
_SPOKE_AS = (
    Capacity.LEAD,
    Capacity.DEPUTY,
    Capacity.COORDINATOR,
    Capacity.MISSION_COORDINATOR,
    Capacity.FURTHER_COORDINATOR,
    Capacity.STAND_IN,
    Capacity.NEW_LEAD,
    Capacity.PROPOSER,
    Capacity.PARTICIPANT,
)


@transaction.atomic
def suggest_amendment(
    *, cluster: Cluster, by: User, wished: Mapping[str, Any], reason: str, at: datetime | None = None
) -> Amendment:
    """Suggest a change; of lead, deputy and coordinators it is put forward in the same transaction.

    Order of effects: lock the cluster, check the values, store the difference, one event, the lead's mails; then the
    verb `amendment.proposed` where the person may put forward.

    Args:
        wished: JSON values of `clusters.rules.amendment_fields.FIELDS`; those equal to the cluster's are left out.

    Raises:
        Refusal: the person may not, gives no reason, a value is wrong, nothing differs, or a hand-over is mixed with
            another change.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_suggest)
    if by.member is None:
        raise Refusal(_("Your account is not linked to a person of the community."), "forbidden")
    check_wished(locked, wished, timezone.localdate(at))
    changes = changes_of(locked, wished)
    check_changes(changes)
    last: int | None = locked.amendments.aggregate(last=Max("number"))["last"]
    amendment = Amendment(
        cluster=locked,
        number=(last or 0) + 1,
        kind=kind_of(changes),
        suggested_by=by.member,
        new_lead_id=changes["lead"]["now"][0] if "lead" in changes else None,
        changes=changes,
        reason=reason.strip(),
        state_since=at,
    )
    check_reason(amendment)
    amendment.save()
    event = _speak(amendment, "amendment.suggested", by=by, at=at, detail={"reason": amendment.reason})
    if puts_forward(by, locked):
        return act(amendment=amendment, verb="amendment.proposed", by=by, at=at)
    notifications.tell_of_suggestion(amendment, event=event)
    return amendment


@transaction.atomic
def act(
    *,
    amendment: Amendment,
    verb: str,
    by: User,
    seen: str | None = None,
    reason: str = "",
    at: datetime | None = None,
    **details: Any,
) -> Amendment:
    """Do a verb of the amendment's life, the cluster's row locked before.

    Raises:
        Refusal: as `transition`.
    """
    if Cluster.objects.select_for_update().filter(pk=amendment.cluster_id).first() is None:
        raise Refusal(GONE, "state")
    return transition(amendment, verb, by=by, seen=seen, reason=reason, at=at, **details)


def decide_amendment(
    *,
    amendment: Amendment,
    by: User,
    accepted: Iterable[str],
    reason: str = "",
    seen: str | None = None,
    at: datetime | None = None,
) -> Amendment:
    """Accept the fields in `accepted` and refuse the others with `reason`: in whole, in part, or not at all.

    Raises:
        Refusal: as `transition`; also when a field is ticked that the amendment does not hold.
    """
    ticked = frozenset(accepted)
    if not ticked <= set(amendment.changes):
        raise Refusal(_("The amendment was changed while you were reading. Read what is new, then decide."), "stale")
    if not ticked:
        return act(amendment=amendment, verb="amendment.refused", by=by, seen=seen, reason=reason, at=at)
    if ticked == set(amendment.changes):
        return act(
            amendment=amendment, verb="amendment.accepted", by=by, seen=seen, reason=reason, at=at, accepted=ticked
        )
    return act(
        amendment=amendment,
        verb="amendment.in_part",
        by=by,
        seen=seen,
        at=at,
        accepted=ticked,
        refused_because=reason,
    )


@transaction.atomic
def comment_on_amendment(*, amendment: Amendment, by: User, text: str, at: datetime | None = None) -> Comment:
    """Write a comment that those concerned read; lead's side and those who decide are told.

    Raises:
        Refusal: the person may not, the amendment is settled, or the text is empty or too long.
    """
    at = at or timezone.now()
    Cluster.objects.select_for_update().filter(pk=amendment.cluster_id).first()
    row = Amendment.objects.select_related("cluster").get(pk=amendment.pk)
    verdict = can_comment(by, row)
    if not verdict:
        raise Refusal.of(verdict)
    text = text.strip()
    if not text:
        raise Refusal(_("Write your comment first."), "reason")
    if len(text) > MOST_SIGNS:
        raise Refusal(_("Shorten the comment to %(most)d characters.") % {"most": MOST_SIGNS})
    comment = Comment.objects.create(kind="amendment", subject_id=row.pk, by=by, text=text, created_at=at)
    event = _speak(row, "amendment.commented", by=by, at=at, detail={"reason": text})
    notifications.tell_of_comment(row, event=event)
    return comment


def _speak(amendment: Amendment, verb: str, *, by: User, at: datetime, detail: Mapping[str, Any]) -> Any:
    """Append an event about the amendment that leaves the cluster's row as it is: nothing of it shows there."""
    held = amendment_capacities(by, amendment, timezone.localdate(at))
    role = next((str(code) for code in _SPOKE_AS if code in held), "")
    data = {"number": amendment.number}
    return events.record(verb=verb, subject=amendment, by=by, at=at, role=role, data=data, detail=detail)
