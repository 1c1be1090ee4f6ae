"""Conditions of an approval: the lead says that one is met, a coordinator confirms or waives it (four eyes)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, locked_cluster, record_change
from clusters.choices import ACTIVE_STATES, DECIDERS
from clusters.models import Cluster, Condition
from clusters.notifications import condition as condition_mails
from clusters.permissions import LEADS, capacities, parties
from clusters.rules.decision import why_a_party
from clusters.visibility import viewer
from community.models import User
from community.permissions import ALLOWED, Refusal, Verdict, refused

Anybody = User | AnonymousUser | None
_KEYS = ("cluster", "decision", "met_by", "confirmed_by", "waived_by")


def can_meet(user: Anybody, cluster: Cluster) -> Verdict:
    """Lead and deputy say of a cluster that has not ended that a condition is met."""
    if not capacities(user or AnonymousUser(), cluster, timezone.localdate()) & {*LEADS}:
        return refused(_("Only the lead and the deputy say that a condition is met."), "forbidden")
    if cluster.state not in ACTIVE_STATES:
        return refused(_("This cluster is over, so its conditions stay as they are."), "state")
    return ALLOWED


def can_settle(user: Anybody, cluster: Cluster) -> Verdict:
    """Coordinators who may decide confirm and waive; nobody does it on what they proposed, lead or lead with."""
    on = timezone.localdate()
    if not capacities(user or AnonymousUser(), cluster, on) & {*DECIDERS}:
        return refused(_("Only a coordinator who may decide on this cluster confirms or waives."), "forbidden")
    member_id = viewer(user, on).member_id
    if member_id is not None and member_id in parties(cluster):
        return refused(why_a_party(cluster, member_id), "forbidden")
    if cluster.state not in ACTIVE_STATES:
        return refused(_("This cluster is over, so its conditions stay as they are."), "state")
    return ALLOWED


@transaction.atomic
def meet_condition(*, condition: Condition, by: User, note: str, at: datetime | None = None) -> Condition:
    """Say that a condition is met, and how. A no-op when that note stands there already.

    Who may decide is told and confirms it.

    Raises:
        Refusal: the person does not lead, the note is missing, or the condition is settled.
    """
    at = at or timezone.now()
    cluster, row = _locked(condition, by=by, may=can_meet)
    note = note.strip()
    if row.met_at is not None and row.met_note == note:
        return row
    if not note:
        raise Refusal(_("Say how the condition was met: a coordinator checks it."), "reason")
    _check_open(row)
    row.met_at, row.met_by, row.met_note = at, by, note
    check_fields(row, leave_out=_KEYS)
    row.save(update_fields=["met_at", "met_by", "met_note"])
    detail = {"title": row.text, "reason": note}
    event = record_change(cluster, "condition.met", row, by=by, at=at, data={"position": row.position}, detail=detail)
    condition_mails.tell_deciders("condition_met", row, event=event)
    return row


@transaction.atomic
def confirm_condition(*, condition: Condition, by: User, at: datetime | None = None) -> Condition:
    """Confirm that a condition is met. A no-op when it is confirmed.

    Raises:
        Refusal: the person may not decide, said themselves that it is met, or nobody has said so yet.
    """
    at = at or timezone.now()
    cluster, row = _locked(condition, by=by, may=can_settle)
    if row.confirmed_at is not None:
        return row
    _check_open(row)
    if row.met_at is None:
        raise Refusal(_("The lead has not said yet that this condition is met. Waive it, or wait."), "state")
    if row.met_by_id == by.pk:
        raise Refusal(
            _("You said yourself that this condition is met, so somebody else must confirm it (four eyes)."),
            "forbidden",
        )
    row.confirmed_at, row.confirmed_by = at, by
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    _settled("confirmed", cluster, row, by=by, at=at)
    return row


@transaction.atomic
def waive_condition(*, condition: Condition, by: User, reason: str, at: datetime | None = None) -> Condition:
    """Waive a condition, met or not, with a reason. A no-op when it is waived for that reason.

    Raises:
        Refusal: the person may not decide, gives no reason, or the condition is settled.
    """
    at = at or timezone.now()
    cluster, row = _locked(condition, by=by, may=can_settle)
    reason = reason.strip()
    if row.waived_at is not None and row.waive_reason == reason:
        return row
    if not reason:
        raise Refusal(_("Say why the condition is waived: the lead reads it word for word."), "reason")
    _check_open(row)
    row.waived_at, row.waived_by, row.waive_reason = at, by, reason
    check_fields(row, leave_out=_KEYS)
    row.save(update_fields=["waived_at", "waived_by", "waive_reason"])
    _settled("waived", cluster, row, by=by, at=at, reason=reason)
    return row


def _locked(condition: Condition, *, by: User, may: Any) -> tuple[Cluster, Condition]:
    """Return the locked cluster and the condition as it is now.

    Raises:
        Refusal: the person may not, or the condition is gone.
    """
    cluster = locked_cluster(condition.cluster_id, by=by, may=may)
    row = cluster.conditions.filter(pk=condition.pk).first()
    if row is None:
        raise Refusal(_("This condition is not there any more."), "state")
    row.cluster = cluster
    return cluster, row


def _check_open(row: Condition) -> None:
    """Refuse what is confirmed or waived already."""
    if row.confirmed_at is not None:
        raise Refusal(_("This condition is confirmed already."), "state")
    if row.waived_at is not None:
        raise Refusal(_("This condition is waived already."), "state")


def _settled(verb: str, cluster: Cluster, row: Condition, *, by: User, at: datetime, reason: str = "") -> None:
    """Leave the event of a coordinator's word on a condition and tell the lead."""
    detail = {"title": row.text, **({"reason": reason} if reason else {})}
    event = record_change(
        cluster,
        f"condition.{verb}",
        row,
        by=by,
        at=at,
        data={"position": row.position},
        detail=detail,
        as_=DECIDERS,
    )
    condition_mails.tell_lead(f"condition_{verb}", row, event=event)
