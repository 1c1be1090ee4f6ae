"""Preparing a decision on a proposal, taking it back, announcing it: by a press, or by the clock at its moment.

The cluster's row is locked before the prepared decision's, as everywhere. Nothing here writes an event: a prepared
decision is a draft. The event of the announced decision says when it was prepared and who announced it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, each_alone, locked_cluster
from clusters.choices import PreparedStatus, PreparedVerb
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, PreparedDecision
from clusters.notifications import prepared as mails
from clusters.rules import checklist
from clusters.rules.prepared import (
    announcement_problem,
    can_prepare,
    conditions_of,
    moment_words,
    stored_conditions,
)
from community.actions.transition import effect, transition
from community.lifecycle import GONE, Attempt
from community.models import User
from community.permissions import Refusal

#: One run of the clock announces at most so many; the next run goes on.
BATCH = 200
_LEFT_OUT = ("cluster", "prepared_by", "proposer", "lead", "closed_by", "decision")


@transaction.atomic
def prepare_decision(
    *,
    cluster: Cluster,
    by: User,
    verb: str,
    seen: str,
    reason: str = "",
    conditions: Iterable[dict[str, Any]] = (),
    announce_at: datetime | None = None,
    at: datetime | None = None,
) -> PreparedDecision:
    """Keep what `by` would decide, until `announce_at` or until somebody presses; the other deciders are told.

    What could not be decided now is not prepared: the life cycle's table judges it as if it were pressed. The same
    again is a no-op that returns the first; one's own earlier one is replaced.

    Raises:
        Refusal: the person may not decide so, the proposal changed since it was seen, somebody else has prepared a
            decision, or the moment does not fit.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_prepare)
    given = list(conditions) if verb == PreparedVerb.APPROVE else []
    _demand(locked, verb, by=by, seen=seen, reason=reason, conditions=given, at=at)
    if problem := announcement_problem(announce_at, locked, [row.get("due_on") for row in given], at):
        raise Refusal(problem)
    row = _new(locked, by, at, verb=verb, reason=reason, content_hash=seen, announce_at=announce_at)
    row.conditions = stored_conditions(given)
    check_fields(row, leave_out=_LEFT_OUT)
    if (before := locked.prepared_decisions.live().with_people().first()) is not None:
        if _is_same(before, row):
            return before
        if before.prepared_by_id != row.prepared_by_id:
            words = _("%(name)s prepared a decision on %(day)s. Take that one back first, or announce it.")
            raise Refusal(words % {"name": before.prepared_by.name, "day": moment_words(before.prepared_at)}, "state")
        _close(before, PreparedStatus.WITHDRAWN, by=by, at=at)
    row.save(force_insert=True)
    mails.tell_prepared(row)
    return row


@transaction.atomic
def take_back_decision(*, prepared: PreparedDecision, by: User, at: datetime | None = None) -> PreparedDecision:
    """Take a prepared decision back, one's own or another's; who prepared it is told. A no-op when that was done.

    Raises:
        Refusal: the person may not decide on the proposal, or it is announced or void.
    """
    at = at or timezone.now()
    locked, row = _locked(prepared, by=by)
    if row.status == PreparedStatus.WITHDRAWN:
        return row
    _demand_live(row)
    _close(row, PreparedStatus.WITHDRAWN, by=by, at=at)
    mails.tell_dropped(row, locked, by=by)
    return row


@transaction.atomic
def announce_decision(*, prepared: PreparedDecision, by: User | None, at: datetime | None = None) -> PreparedDecision:
    """Announce a prepared decision: it is taken now, in the name of who prepared it. A no-op when that was done.

    Everything is judged anew: who announces, whether the preparer may still decide, requirements, and whether the
    proposal is still the one that was shown. What is refused is held back with the sentence that says why; the
    preparer is told, and the others where the preparer may decide no more. `by` None is the clock.

    Returns:
        The row: announced, or held with `held_why`.

    Raises:
        Refusal: the person may not, it is not yet time, or it waits no more.
    """
    at = at or timezone.now()
    locked, row = _locked(prepared, by=by)
    if row.status == PreparedStatus.ANNOUNCED:
        return row
    _demand_live(row)
    if row.is_held:
        raise Refusal(_("It was held back. Prepare it again, or decide now."), "state")
    if by is None and (row.announce_at is None or row.announce_at > at):
        raise Refusal(_("It is not time to announce it."), "state")
    decider = row.prepared_by.user
    try:
        if decider is None or not decider.is_active:
            raise Refusal(_("Who prepared it has no open account any more."), "forbidden")
        details: dict[str, Any] = {"conditions": conditions_of(row)} if row.verb == PreparedVerb.APPROVE else {}
        with transaction.atomic():
            transition(
                locked,
                row.verb,
                by=decider,
                seen=row.content_hash,
                reason=row.reason,
                at=at,
                prepared=row,
                announced_by=by,
                **details,
            )
    except Refusal as refusal:
        return _held(row, locked, refusal, at=at)
    row.refresh_from_db()
    mails.tell_announced(row, locked, by=by)
    return row


def announce_due_decisions(now: datetime) -> int:
    """Announce what the clock is to announce; each is a transaction of its own. Returns how many were announced."""

    def announce(row: PreparedDecision) -> bool:
        try:
            done = announce_decision(prepared=row, by=None, at=now)
        except Refusal:  # somebody was faster
            return False
        return done.status == PreparedStatus.ANNOUNCED

    return each_alone(PreparedDecision.objects.due(now)[:BATCH], announce, what="announcing")


@effect("settle_prepared", after=True)
def settle_prepared(attempt: Attempt) -> None:
    """End the prepared decision of a proposal that is decided on, or that waits for no decision any more."""
    cluster = attempt.subject
    row = PreparedDecision.objects.live().select_for_update(of=("self",)).filter(cluster=cluster).first()
    if row is None:
        return
    mine = attempt.details.get("prepared")
    if mine is not None and mine.pk == row.pk:
        row.decision = attempt.facts["decision"]
        _close(row, PreparedStatus.ANNOUNCED, by=attempt.details.get("announced_by"), at=attempt.at)
        return
    is_decided = attempt.verb.four_eyes
    _close(row, PreparedStatus.SUPERSEDED if is_decided else PreparedStatus.VOID, by=attempt.actor, at=attempt.at)
    mails.tell_dropped(row, cluster, by=attempt.actor)


@effect("note_prepared")
def note_prepared(attempt: Attempt) -> None:
    """Let the event say when its decision was prepared and who announced it; nothing where it is taken at once."""
    row = attempt.details.get("prepared")
    if row is None:
        return
    announcer = attempt.details.get("announced_by")
    attempt.facts["prepared_at"] = row.prepared_at.isoformat()
    attempt.facts["announced_by"] = announcer.member.pk if announcer is not None and announcer.member else None


def _demand(cluster: Cluster, verb: str, *, by: User, seen: str, at: datetime, **words: Any) -> None:
    """Refuse what could not be decided now.

    Raises:
        Refusal: as the press of the verb itself would.
    """
    if verb not in PreparedVerb.values:
        raise Refusal(_("Choose what you decide."))
    reason, conditions = words["reason"], words["conditions"]
    details = {"conditions": conditions} if verb == PreparedVerb.APPROVE else {}
    attempt = CLUSTER.attempt(cluster, verb, by=by, at=at, seen=seen, reason=reason, details=details)
    if not (verdict := CLUSTER.judge(attempt)):
        raise Refusal.of(verdict)


def _new(cluster: Cluster, by: User, at: datetime, *, reason: str, **values: Any) -> PreparedDecision:
    """Return a prepared decision on the proposal as it stands, with its check-list; nothing is written."""
    points = checklist.checklist(cluster, timezone.localdate(at))
    return PreparedDecision(
        cluster=cluster,
        reason=reason.strip(),
        checklist=[point.as_json() for point in points],
        prepared_by=by.member,
        prepared_at=at,
        proposer_id=cluster.proposer_id,
        lead_id=cluster.lead_id,
        **values,
    )


def _is_same(one: PreparedDecision, other: PreparedDecision) -> bool:
    """Tell whether the second press of a button would prepare what is prepared already."""
    names = ("prepared_by_id", "verb", "reason", "conditions", "content_hash", "announce_at")
    return not one.is_held and all(getattr(one, name) == getattr(other, name) for name in names)


def _locked(prepared: PreparedDecision, *, by: User | None) -> tuple[Cluster, PreparedDecision]:
    """Return the cluster and the prepared decision, both locked, for somebody who may decide on it.

    Raises:
        Refusal: it is gone, or the person may not; that it waits no more is for the caller to say.
    """
    cluster = Cluster.objects.select_for_update().filter(pk=prepared.cluster_id).first()
    rows = PreparedDecision.objects.select_for_update(of=("self",)).with_people()
    row = rows.filter(pk=prepared.pk).first()
    if cluster is None or row is None:
        raise Refusal(GONE, "state")
    if by is not None and not (verdict := can_prepare(by, cluster)) and verdict.code != "state":
        raise Refusal.of(verdict)
    return cluster, row


def _demand_live(row: PreparedDecision) -> None:
    if row.closed_at is None:
        return
    words = _("This prepared decision waits no more: %(status)s, %(day)s.")
    day = moment_words(row.closed_at)
    raise Refusal(words % {"status": row.get_status_display(), "day": day}, "state")


def _held(row: PreparedDecision, cluster: Cluster, refusal: Refusal, *, at: datetime) -> PreparedDecision:
    """Hold it back with the reason; its words stay to be looked at again."""
    row.status, row.held_at, row.held_why = PreparedStatus.HELD, at, str(refusal.reason)
    row.save(update_fields=["status", "held_at", "held_why"])
    mails.tell_held(row, cluster, is_theirs=refusal.code != "forbidden")
    return row


def _close(row: PreparedDecision, status: PreparedStatus, *, by: User | None, at: datetime) -> None:
    """End a prepared decision: its words are gone from it."""
    row.status, row.closed_by, row.closed_at = status, by, at
    row.reason, row.conditions = "", []
    row.save(update_fields=["status", "closed_by", "closed_at", "reason", "conditions", "decision"])
