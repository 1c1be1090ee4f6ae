"""Merging two clusters: at once, or asked for by one coordinator and answered by one of the other working group."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.merge_questions import record_of, take_back
from clusters.actions.parts import check_fields
from clusters.choices import DECIDERS, MergeStatus
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, MergeRequest
from clusters.notifications import merge as merge_mails
from clusters.permissions import capacities
from clusters.rules.merge import can_take_in, coordinates_both, may_answer, party_to_neither
from community.actions.transition import transition
from community.lifecycle import GONE
from community.models import User
from community.permissions import Refusal, refused


@transaction.atomic
def merge(*, cluster: Cluster, into: Cluster, by: User, reason: str, at: datetime | None = None) -> Cluster:
    """Merge `cluster` into `into` where one press is enough: `by` coordinates both sides, or agrees to a request.

    Both rows are locked in the order of their keys, so that two merges of the same pair cannot wait for each other.

    Raises:
        Refusal: the verb's table refuses, or the other cluster can't take it in.
    """
    cluster, into = _locked(cluster, into)
    return transition(cluster, "merge", by=by, reason=reason, at=at, into=into)


@transaction.atomic
def ask_merge(
    *, cluster: Cluster, into: Cluster, by: User, reason: str, at: datetime | None = None
) -> MergeRequest | Cluster:
    """Ask the coordinators of the other working group; merge at once where `by` coordinates both.

    A no-op that returns the open request when the same was asked already for the same reason; a request for another
    target or reason is taken back by this one, with an event of its own. One event in the cluster's chain, one mail to
    each who may answer.

    Returns:
        the request, or the merged cluster where one press was enough.

    Raises:
        Refusal: the person may not, a party to either side, no reason, or the other cluster can't take it in.
    """
    at = at or timezone.now()
    cluster, into = _locked(cluster, into)
    if coordinates_both(by, cluster, into, timezone.localdate(at)):
        return transition(cluster, "merge", by=by, reason=reason, at=at, into=into)
    _check_asking(cluster, into, by=by, reason=reason, at=at)
    open_ = cluster.merge_requests.open().filter(status=MergeStatus.OPEN)
    same = open_.filter(into=into).first()
    if same is not None and same.reason == reason.strip():
        return same
    take_back(open_, by=by, at=at)
    request = MergeRequest(cluster=cluster, into=into, reason=reason.strip(), asked_by=by, asked_at=at)
    check_fields(request, leave_out=("cluster", "into", "asked_by", "answered_by"))
    request.save(force_insert=True)
    event = record_of("merge_asked", request, by=by, at=at, message=request.reason)
    merge_mails.replace_question(cluster, event=event)
    merge_mails.tell_of_merge("merge_asked", request, event=event)
    return request


@transaction.atomic
def agree_merge(*, request: MergeRequest, by: User, at: datetime | None = None) -> Cluster:
    """Agree to what was asked: the merge happens now, with the asker's reason.

    Raises:
        Refusal: it was answered already, or the verb's table refuses.
    """
    row = _locked_request(request)
    return transition(row.cluster, "merge", by=by, reason=row.reason, at=at, into=row.into)


@transaction.atomic
def refuse_merge(*, request: MergeRequest, by: User, reason: str, at: datetime | None = None) -> MergeRequest:
    """Refuse what was asked, and say why to who asked.

    Raises:
        Refusal: the person may not answer it, it is answered already, or there is no reason.
    """
    at = at or timezone.now()
    row = _locked_request(request)
    if not (verdict := may_answer(by, row, timezone.localdate(at))):
        raise Refusal.of(verdict)
    if not reason.strip():
        raise Refusal(_("Say why: those who are told read it word for word."), "reason")
    _close(row, MergeStatus.REFUSED, by=by, at=at, reason=reason.strip())
    event = record_of("merge_refused", row, by=by, at=at, message=row.answer_reason)
    merge_mails.tell_of_merge("merge_refused", row, event=event)
    return row


@transaction.atomic
def withdraw_merge(*, request: MergeRequest, by: User, at: datetime | None = None) -> MergeRequest:
    """Take back what was asked. A no-op when it is taken back.

    Raises:
        Refusal: the person does not decide on the cluster, or it is answered already.
    """
    at = at or timezone.now()
    if request.status == MergeStatus.WITHDRAWN:
        return request
    row = _locked_request(request)
    if not {*DECIDERS} & capacities(by, row.cluster, timezone.localdate(at)):
        raise Refusal(_("Only who may decide on this cluster takes the question back."), "forbidden")
    _close(row, MergeStatus.WITHDRAWN, by=by, at=at)
    event = record_of("merge_withdrawn", row, by=by, at=at)
    merge_mails.replace_question(row.cluster, event=event)
    return row


def _check_asking(cluster: Cluster, into: Cluster, *, by: User, reason: str, at: datetime) -> None:
    """Refuse a question that the verb would refuse, whoever agreed."""
    attempt = CLUSTER.attempt(cluster, "merge", by=by, at=at, is_asking=True)
    verdict = CLUSTER.judge(attempt)
    if verdict and not {*DECIDERS} & attempt.capacities:
        verdict = refused(_("You are asked to answer here, not to ask."), "forbidden")
    if not (verdict := verdict and can_take_in(into, cluster)):
        raise Refusal.of(verdict)
    if not (verdict := party_to_neither(by, cluster, into, timezone.localdate(at))):
        raise Refusal.of(verdict)
    if not reason.strip():
        raise Refusal(_("Say why: those who are told read it word for word."), "reason")


def _locked(*clusters: Cluster) -> tuple[Cluster, ...]:
    """Return the clusters as they are now, locked in the order of their keys.

    Raises:
        Refusal: one is gone.
    """
    wanted = sorted({cluster.pk for cluster in clusters})
    rows = {row.pk: row for row in Cluster.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if len(rows) < len(wanted):
        raise Refusal(GONE, "state")
    return tuple(rows[cluster.pk] for cluster in clusters)


def _locked_request(request: MergeRequest) -> MergeRequest:
    """Return an open request as it is now, with both clusters locked.

    Raises:
        Refusal: it is not open any more.
    """
    cluster, into = _locked(request.cluster, request.into)
    row = MergeRequest.objects.open().select_related("asked_by").filter(pk=request.pk).first()
    if row is None:
        raise Refusal(_("This was answered or taken back meanwhile."), "state")
    row.cluster, row.into = cluster, into
    return row


def _close(row: MergeRequest, status: MergeStatus, *, by: User, at: datetime, reason: str = "") -> None:
    row.status, row.answered_by, row.answered_at, row.answer_reason = status, by, at, reason
    check_fields(row, leave_out=("cluster", "into", "asked_by", "answered_by"))
    row.save(update_fields=["status", "answered_by", "answered_at", "answer_reason"])
