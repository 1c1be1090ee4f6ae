"""Factsheets in between: issued because lead or coordinator asks, or skipped with a reason when one is due."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.models import Cluster
from clusters.summary import snapshot
from community import events
from community.models import Event, User
from community.permissions import Refusal
from factsheets.interim import ISSUED, SKIPPED, news_of, schedule_of
from factsheets.models import Issue
from factsheets.permissions import can_issue_interim, can_skip_interim, interim_role


@transaction.atomic
def issue_interim(*, cluster: Cluster, by: User | None, reason: str, at: datetime | None = None) -> Issue:
    """Issue the next version of a cluster that goes on, as it stands now; its edition is drawn by a job.

    Order of effects: lock the cluster's row; look who asks, and what is new; append the event, whose receiver takes the
    version and writes the job. Nobody is mailed: feeds and the cluster's page bring it.

    Args:
        reason: why now; it stands in the history.

    Raises:
        Refusal: the person may not, the cluster is not at work, there is no reason, or nothing changed since the last
            version.
    """
    row, at = Cluster.objects.select_for_update().get(pk=cluster.pk), at or timezone.now()
    if not (verdict := can_issue_interim(by, row)):
        raise Refusal.of(verdict)
    words = _reason(reason)
    news = news_of(row, snapshot(row, at=at))
    if news.why_not:
        raise Refusal(news.why_not, "state")
    data = {"after": news.issue.version if news.issue else 0}
    event = events.record(
        verb=ISSUED, subject=row, by=by, at=at, role=interim_role(by, row), data=data, detail={"reason": words}
    )
    return Issue.objects.rested_on(event).get()


@transaction.atomic
def skip_interim(*, cluster: Cluster, by: User, reason: str, at: datetime | None = None) -> Event:
    """Skip the factsheet in between that is due: the next one is counted from here.

    Order of effects: lock the cluster's row; look who asks and that one is due; append the event.

    Raises:
        Refusal: the person may not, the cluster does not run, none is due, or there is no reason.
    """
    row, at = Cluster.objects.select_for_update().get(pk=cluster.pk), at or timezone.now()
    if not (verdict := can_skip_interim(by, row)):
        raise Refusal.of(verdict)
    schedule = schedule_of(row, timezone.localdate(at))
    if schedule is None:
        raise Refusal(_("It ends soon, and the final factsheet follows: none is owed in between."), "state")
    if not schedule.is_due:
        day = date_format(schedule.due_on, "j F Y")
        raise Refusal(_("None is due before %(day)s, so there is none to skip.") % {"day": day}, "state")
    detail, data = {"reason": _reason(reason)}, {"due_on": schedule.due_on.isoformat()}
    return events.record(verb=SKIPPED, subject=row, by=by, at=at, role=interim_role(by, row), data=data, detail=detail)


def _reason(given: str) -> str:
    """Return the reason as it is kept.

    Raises:
        Refusal: there is none.
    """
    if not (words := given.strip()):
        raise Refusal(_("Say why: it stands in the history, where everybody reads it."), "reason")
    return words
