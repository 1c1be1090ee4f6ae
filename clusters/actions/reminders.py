"""Reminding those who let something wait: what the plan of a day says, each thing once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from clusters.actions.invitation import remind_by_clock
from clusters.actions.parts import each_alone
from clusters.models import Cluster
from clusters.notifications.silences import silences
from clusters.rules.reminders import LAST_IDLE_STEP, Decision, keys_of, plan
from community import notifications
from community.models import Message, User

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
    everybody is reminded once. The rows of one batch are committed together and wake the sender once; where one of
    them fails, each is written alone. Before that
    the clusters are flagged whose lead may not lead any more, and the others unflagged.
    """
    flag_leads(on)
    planned = plan_reminders(on)
    clusters = Cluster.objects.in_bulk({decision.silence.cluster_id for decision in planned.sends})
    users = User.objects.in_bulk({decision.person.user_id for decision in planned.sends})

    def write(decisions: list[Decision]) -> bool:
        with transaction.atomic():
            for decision in decisions:
                _remind(decision, clusters[decision.silence.cluster_id], users.get(decision.person.user_id), on)
        return True

    for start in range(0, len(planned.sends), BATCH):
        batch = planned.sends[start : start + BATCH]
        if not each_alone([batch], write, what="reminding"):
            each_alone(batch, lambda decision: write([decision]), what="reminding")
    return planned


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
    is_last = silence.rule == "idle" and decision.step == LAST_IDLE_STEP
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


def send_todays(now: datetime) -> int:
    """Remind as the clock, in the site's zone; return how many rows were written."""
    return len(send_reminders(on=timezone.localdate(now)).sends)
