"""Reminding those who let something wait: what the plan of a day says, each thing once."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from clusters import contributions
from clusters.actions.invitation import remind_by_clock
from clusters.models import Cluster, FollowUp
from clusters.notifications import follow_up as follow_up_mails
from clusters.notifications.silences import silences
from clusters.rules.reminders import LAST_IDLE_STEP, RESTS, Decision, keys_of, plan
from community import kinds, notifications
from community.models import Message, User

logger = logging.getLogger(__name__)

#: So many keys are asked for at once.
AT_ONCE = 500
#: So many rows are written in one transaction.
BATCH = 100


@dataclass(frozen=True)
class Plan:
    """The decisions of one day, those that send and those that do not."""

    on: date
    decisions: tuple[Decision, ...]

    @property
    def sends(self) -> list[Decision]:
        """Who is reminded of what."""
        return [decision for decision in self.decisions if decision.sends]

    @property
    def skips(self) -> list[Decision]:
        """Who is not, with the reason."""
        return [decision for decision in self.decisions if not decision.sends]

    def counts(self) -> dict[str, int]:
        """Return how many are sent, and how many are skipped for which reason."""
        return dict(Counter(decision.why or "send" for decision in self.decisions))


def plan_reminders(on: date) -> Plan:
    """Return what would be sent on the day `on`, and what would not; writes nothing."""
    waiting = silences(on)
    keys = keys_of(waiting, on) or [""]  # as many queries for nothing as for much
    sent: set[str] = set()
    for start in range(0, len(keys), AT_ONCE):
        known = Message.objects.filter(key__in=keys[start : start + AT_ONCE])
        sent.update(key for key in known.values_list("key", flat=True) if key is not None)
    return Plan(on, tuple(plan(waiting, on, sent)))


def send_reminders(*, on: date) -> Plan:
    """Write the outbox rows of the day `on`; return the plan that was carried out.

    Each row is written under a key that makes a second one impossible: run twice, or by two machines at once,
    everybody is reminded once. The rows of one batch are committed together and wake the sender once. Before that
    the clusters are flagged whose lead may not lead any more, and the others unflagged. What was answered since the
    plan was made is left out: each batch is judged again with its clusters locked. One that fails stops no other.
    """
    flag_leads(on)
    planned = plan_reminders(on)
    users = User.objects.in_bulk({decision.person.user_id for decision in planned.sends})
    left_out: set[str] = set()
    for start in range(0, len(planned.sends), BATCH):
        left_out |= _remind_batch(planned.sends[start : start + BATCH], users, on)
    kept = [one for one in planned.decisions if not (one.sends and one.key in left_out)]
    return Plan(on, tuple(kept))


@transaction.atomic
def _remind_batch(batch: list[Decision], users: dict[int, User], on: date) -> set[str]:
    """Write the rows of a batch; return the keys of those that are not waited for any more, or failed."""
    wanted = {decision.silence.cluster_id for decision in batch}
    clusters = Cluster.objects.select_for_update(of=("self",)).order_by("pk").in_bulk(wanted)
    _lock_others(batch)
    still = {decision.key for decision in plan_reminders(on).sends}
    left_out = {decision.key for decision in batch if decision.key not in still}
    for decision in batch:
        if decision.key in left_out:
            continue
        try:
            with transaction.atomic():
                user = users.get(decision.person.user_id or 0)
                if decision.silence.kind:
                    _remind_of(decision, user, on)
                else:
                    _remind(decision, clusters[decision.silence.cluster_id], user, on)
        except Exception:
            logger.exception("reminder %s was not written", decision.key)
            left_out.add(decision.key)
    return left_out


def _lock_others(batch: list[Decision]) -> None:
    """Lock what is no part of a cluster, kind by kind in the order of its keys."""
    for kind in sorted({decision.silence.kind for decision in batch} - {""}):
        ids = {decision.silence.part_id for decision in batch if decision.silence.kind == kind}
        rows = kinds.get(kind).model_class._default_manager.select_for_update(of=("self",)).filter(pk__in=ids)
        list(rows.order_by("pk").values_list("pk", flat=True))


def flag_leads(on: date) -> int:
    """Note the day on which the registry notices that a lead may not lead any more; return how many are new.

    One whose lead is right again, or who has none, is not flagged any more.
    """
    with transaction.atomic():
        ended = list(Cluster.objects.with_ended_lead(on).values_list("pk", flat=True))
        Cluster.objects.filter(lead_flagged_on__isnull=False).exclude(pk__in=ended).update(lead_flagged_on=None)
        return Cluster.objects.filter(pk__in=ended, lead_flagged_on__isnull=True).update(lead_flagged_on=on)


def _remind(decision: Decision, cluster: Cluster, user: User | None, on: date) -> None:
    """Write one row; it bears what the subject line says, and no name."""
    silence = decision.silence
    if silence.rule == "address":
        remind_by_clock(silence.part_id, on=on, key=decision.key)
        return
    if silence.rule in contributions.reminders.codes():
        contributions.reminders.get(silence.rule)(silence.part_id, on, decision.key)
        return
    if silence.rule == "follow_up" and decision.audience == "asked":
        _ask_again(decision, on)
        return
    is_last = silence.rule in RESTS and decision.step == LAST_IDLE_STEP
    notifications.queue(
        "clusters/withdrawal_ahead" if is_last else "clusters/reminder",
        to=user,
        subject=cluster,
        key=decision.key,
        audience=decision.audience,
        rule=silence.rule,
        title=cluster.title,
        name=cluster.name,
        day=silence.anchor.isoformat(),
        is_late=silence.anchor < on,
        part=silence.part,
        part_id=silence.part_id,
    )


def _remind_of(decision: Decision, user: User | None, on: date) -> None:
    """Write the row about what is no part of a cluster: a statement, an exchange."""
    silence = decision.silence
    notifications.queue(
        "clusters/reminder_of",
        to=user,
        subject=kinds.resolve(silence.kind, silence.part_id),
        key=decision.key,
        audience=decision.audience,
        rule=silence.rule,
        title=silence.title,
        day=silence.anchor.isoformat(),
        is_late=silence.anchor < on,
    )


def _ask_again(decision: Decision, on: date) -> None:
    """Ask once more what became of a cluster, with a fresh link: who was asked needs no account for the answer."""
    rows = FollowUp.objects.filter(answered_at__isnull=True, cancelled_at__isnull=True)
    row = rows.select_related("cluster", "asked__user").filter(pk=decision.silence.part_id).first()
    if row is not None and row.asked is not None:
        noon = timezone.make_aware(datetime.combine(on, time(12)))
        follow_up_mails.ask(row, row.asked, at=noon, key=decision.key)


def send_todays(now: datetime) -> int:
    """Remind as the clock, in the site's zone; return how many rows were written."""
    return len(send_reminders(on=timezone.localdate(now)).sends)
