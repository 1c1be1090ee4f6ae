"""Each thing that waits, made in the database as if it had begun to wait at a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from clusters.actions.amendment import act, suggest_amendment
from clusters.actions.invitation import send_invitations
from clusters.actions.meeting import call_meeting
from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, FollowUp, MergeRequest, Participation, Stage
from community.choices import ASKED_AFTER_DAYS, ExchangeStatus
from community.models import ExchangeWish, Member
from results.actions.confirmation import ask_adopter
from results.choices import StatementState
from results.models import PolicyStatement
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_condition
from tests.results.making import ADDRESS, make_uptake

FAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2029, 1, 1)}


def late_on(day: date) -> datetime:
    """Return the last minute of a day where the registry lives: in UTC it may be another day."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def _cluster(cast: Cast, state: str, **fields: Any) -> Cluster:
    long_ago = timezone.make_aware(datetime(2025, 1, 1, 12))
    return make_cluster(cast, state, **{**FAR, "approved_at": long_ago, **fields})


def undecided(cast: Cast, at: datetime) -> Any:
    _cluster(cast, State.SUBMITTED, state_since=at)


def _lead_asked(cast: Cast, at: datetime) -> Any:
    _cluster(cast, State.SUBMITTED, state_since=NOW + timedelta(days=900), lead_accepted_at=None, lead_asked_at=at)


def _idle(cast: Cast, at: datetime) -> Any:
    row = _cluster(cast, State.RETURNED)
    Cluster.objects.filter(pk=row.pk).update(updated_at=at)


def _orphaned(cast: Cast, at: datetime) -> Any:
    _idle(cast, at)
    Member.objects.filter(pk__in=[cast.member(role).pk for role in ("proposer", "lead")]).update(standing="former")


def _start(cast: Cast, at: datetime) -> Any:
    _cluster(cast, State.APPROVED, starts_on=timezone.localdate(at))


def _end(cast: Cast, at: datetime) -> Any:
    _cluster(cast, State.RUNNING, ends_on=timezone.localdate(at))


def _lead_ended(cast: Cast, at: datetime) -> Any:
    cast.member("lead").affiliations.all().delete()
    _cluster(cast, State.RUNNING, lead_flagged_on=timezone.localdate(at))


def _stage(cast: Cast, at: datetime) -> Any:
    row = _cluster(cast, State.RUNNING)
    facts = {"planned_end_on": timezone.localdate(at), "responsible": cast.member("participant")}
    Stage.objects.create(cluster=row, position=2, title="Pilot", **facts)


def _condition(cast: Cast, at: datetime) -> Any:
    row = make_condition(cast, _cluster(cast, State.RUNNING))
    row.due_on = timezone.localdate(at)
    row.save(update_fields=["due_on"])


def _condition_met(cast: Cast, at: datetime) -> Any:
    row = make_condition(cast, _cluster(cast, State.RUNNING), is_met=True)
    row.met_at = at
    row.save(update_fields=["met_at"])


def _asked(status: str) -> Callable[[Cast, datetime], Any]:
    def make(cast: Cast, at: datetime) -> Any:
        row = _cluster(cast, State.RUNNING)
        Participation.objects.create(cluster=row, member=cast.member("member"), status=status, asked_at=at)

    return make


def asked_address(cast: Cast, at: datetime) -> Any:
    lines = {"text": "tide@port.example", "purpose": "Knows the tide gauges", "at": at}
    send_invitations(cluster=_cluster(cast, State.RUNNING), by=cast.user("lead"), **lines)


def _confirmation(cast: Cast, at: datetime) -> Any:
    uptake = make_uptake(cast, _cluster(cast, State.RUNNING), in_use_on=at.date() - timedelta(days=20), at=at)
    ask_adopter(uptake=uptake, by=cast.user("lead"), address=ADDRESS, at=at)


def _amendment(*steps: tuple[str, str], wished: dict[str, Any] | None = None) -> Callable[[Cast, datetime], Any]:
    def make(cast: Cast, at: datetime) -> Any:
        cluster, wish, by = _cluster(cast, State.RUNNING), wished or {"title": "Another title"}, "participant"
        if "lead" in wish:
            by = "lead"
            wish = {"lead": [cast.member("participant").pk, cast.organisation.pk]}
        row = suggest_amendment(cluster=cluster, by=cast.user(by), wished=wish, reason="It is clearer.", at=at)
        for verb, role in steps:
            act(amendment=row, verb=verb, by=cast.user(role), at=at)

    return make


def _merge(cast: Cast, at: datetime) -> Any:
    goal = _cluster(cast, State.RUNNING, working_group=cast.other_group)
    facts = {"reason": "Both ask the same.", "asked_by": cast.user("coordinator"), "asked_at": at}
    MergeRequest.objects.create(cluster=_cluster(cast, State.APPROVED, starts_on=FAR["ends_on"]), into=goal, **facts)


def late_follow_up(cast: Cast, at: datetime) -> Any:
    row = _cluster(cast, State.CONCLUDED, started_on=date(2023, 1, 1), ended_on=date(2024, 1, 1))
    FollowUp.objects.create(
        cluster=row, why="six_months", due_on=timezone.localdate(at), asked=cast.member("lead"), asked_at=at
    )


def _meeting(cast: Cast, at: datetime) -> Any:
    cluster, begins = _cluster(cast, State.RUNNING), at - timedelta(hours=12)
    facts = {"title": "Kick-off", "starts_at": begins, "ends_at": begins + timedelta(hours=2), "zone": "Europe/Athens"}
    call_meeting(cluster=cluster, by=cast.user("lead"), invite=False, at=at - timedelta(days=300), **facts)


def _discussed(cast: Cast, at: datetime, until: date | None) -> PolicyStatement:
    """Return a statement of the group that somebody else than its coordinators wrote."""
    facts = {"state": StatementState.DISCUSSED, "state_since": at, "comments_until": until, "reference": "M4N-PS-1"}
    row = PolicyStatement.objects.create(working_group=cast.group, title="Reeds first", **facts)
    row.writers.add(cast.member("participant"))
    return row


def _statement(cast: Cast, at: datetime) -> Any:
    _discussed(cast, at, None)


def _statement_comments(cast: Cast, at: datetime) -> Any:
    _discussed(cast, at - timedelta(days=10), timezone.localdate(at))


def _exchange_wish(cast: Cast, at: datetime) -> Any:
    row = make.make_exchange("Buoys", by=cast.member("lead"), state_since=at - timedelta(days=9))
    ExchangeWish.objects.create(exchange=row, member=cast.member("participant"), said_at=at)


def _exchange_done(cast: Cast, at: datetime) -> Any:
    sides = {"asked_by": cast.member("participant"), "status": ExchangeStatus.AGREED}
    days = {"starts_on": timezone.localdate(at) - timedelta(days=1), "ends_on": timezone.localdate(at)}
    make.make_exchange("Buoys", by=cast.member("lead"), state_since=at - timedelta(days=9), **sides, **days)


def _exchange_undated(cast: Cast, at: datetime) -> Any:
    sides = {"asked_by": cast.member("participant"), "status": ExchangeStatus.AGREED}
    agreed = at - timedelta(days=ASKED_AFTER_DAYS)
    make.make_exchange("Buoys", by=cast.member("lead"), state_since=agreed, **sides)


MAKERS: dict[str, Callable[[Cast, datetime], Any]] = {
    "undecided": undecided,
    "lead_asked": _lead_asked,
    "idle": _idle,
    "orphaned": _orphaned,
    "start": _start,
    "end": _end,
    "lead_ended": _lead_ended,
    "stage": _stage,
    "condition": _condition,
    "condition_met": _condition_met,
    "invitation": _asked(ParticipationStatus.INVITED),
    "address": asked_address,
    "confirmation": _confirmation,
    "request": _asked(ParticipationStatus.REQUESTED),
    "suggestion": _amendment(),
    "new_lead": _amendment(wished={"lead": []}),
    "amendment": _amendment(("amendment.proposed", "lead")),
    "merge": _merge,
    "follow_up": late_follow_up,
    "meeting": _meeting,
    "statement": _statement,
    "statement_comments": _statement_comments,
    "exchange_wish": _exchange_wish,
    "exchange_done": _exchange_done,
    "exchange_undated": _exchange_undated,
}
