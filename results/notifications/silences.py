"""What waits because of uptakes: questions that adopting organisations have not answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import State
from clusters.rules.reminders import Person, Silence
from results.choices import FROM_COMMITTED_ON
from results.models import UptakeConfirmation
from results.rules.confirmation import has_run_out

#: The rule by which they are reminded.
RULE = "confirmation"


def unanswered(on: date) -> Iterator[Silence]:
    """Yield the questions that wait for an answer; the address itself is in no fact. One query.

    The day of the newest mail, also of one that a lead sent by hand, is no day of a reminder.
    """
    begins = timezone.make_aware(datetime.combine(on, time.min))
    rows = UptakeConfirmation.objects.open().with_link().select_related("uptake__cluster").order_by("pk")
    for row in rows:
        cluster = row.uptake.cluster
        newest = timezone.localdate(row.link_sent_at or row.asked_at)
        yield Silence(
            RULE,
            key=f"confirmation:{row.pk}",
            anchor=timezone.localdate(row.asked_at),
            people={"address": (Person(None, _("somebody of the adopting organisation"), has_address=True),)},
            cluster_id=cluster.pk,
            group_id=cluster.working_group_id,
            since=newest + timedelta(days=1),
            is_paused=cluster.state == State.PAUSED,
            is_answerable=row.uptake.state in FROM_COMMITTED_ON and not has_run_out(row, begins),
            part_id=row.pk,
        )
