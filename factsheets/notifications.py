"""What waits because of documents, and the mails of reports: ended clusters in no report yet, a report sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from clusters.notifications.silences import appointments_on, coordinators_of
from clusters.rules.reminders import Silence
from community import mails, notifications
from community.choices import MessageState, Rhythm, Standing
from community.contributions import MailTopic
from community.models import Member, Message, NotificationPreference, User
from factsheets.models import CopReport, Delivery, Issue
from factsheets.report_shape import ReportedLine, ReportSnapshot

#: Of what ended longer ago than this nobody is reminded any more.
REPORTED_WITHIN = timedelta(days=366)
REPORTED = "factsheets/reported"
#: So many factsheets are named in the mail; the page has all.
SHOWN = 10
TOPICS = {
    "factsheets.reports": MailTopic(
        _("Reports to the community"),
        _("What clusters brought about, when a coordinator sends a report: one mail each."),
        lambda template, audience: template == REPORTED,
        order=55,
    ),
}


def unreported(on: date) -> Iterator[Silence]:
    """Yield the clusters that ended by the day `on` and whose end no sent report tells; two queries.

    One that was reopened and ended once more waits again, unless a report went out since that tells of this end.

    It waits for the coordinators of the responsible group from the end on; what was entered later, from then on.
    """
    told = Issue.objects.factsheets().reported_ends().filter(subject_kind="cluster", subject_id=OuterRef("pk"))
    ended = (
        Cluster.objects.finished().filter(ended_on__range=(on - REPORTED_WITHIN, on)).exclude(Exists(told.order_by()))
    )
    rows, appointments = list(ended.order_by("pk")), appointments_on(on)
    for cluster in rows:
        yield Silence(
            "report",
            key=f"cluster:{cluster.pk}",
            anchor=cluster.ended_on or on,
            people={"coordinators": coordinators_of(appointments, cluster.working_group_id)},
            cluster_id=cluster.pk,
            group_id=cluster.working_group_id,
            since=timezone.localdate(cluster.state_since) if cluster.state_since else date.min,
        )


def recipients() -> QuerySet[User]:
    """Return the accounts to which a report goes: the members of the community."""
    return User.objects.active().filter(member__standing=Standing.MEMBER).order_by("pk")


def untold(report: CopReport) -> QuerySet[User]:
    """Return the recipients to whom a report did not go yet."""
    return recipients().exclude(Exists(Delivery.objects.filter(report=report, member=OuterRef("member"))))


def rhythms() -> dict[str, int]:
    """Return how many recipients chose which rhythm for reports; two queries."""
    chosen = NotificationPreference.objects.filter(topic="factsheets.reports", about="", user__in=recipients())
    counts: dict[str, int] = {}
    for rhythm in chosen.values_list("rhythm", flat=True):
        counts[rhythm] = counts.get(rhythm, 0) + 1
    others = recipients().count() - sum(counts.values())
    counts[Rhythm.AT_ONCE] = counts.get(Rhythm.AT_ONCE, 0) + others
    return {rhythm: count for rhythm in Rhythm.values if (count := counts.get(rhythm, 0))}


def mail_report(report: CopReport, user: User) -> Message | None:
    """Queue the mail of a sent report to one member; None where it was queued before."""
    event = report.issue.event if report.issue else None
    key = f"report:{report.pk}:{user.pk}"
    return notifications.queue(REPORTED, to=user, subject=report, event=event, key=key, title=report.title)


def arrivals(report: CopReport) -> dict[str, int]:
    """Return how many mails of a sent report stand where, by state of the mail; one query."""
    counts = dict.fromkeys(MessageState.values, 0)
    for state in report.deliveries.values_list("message__state", flat=True):
        if state:
            counts[state] += 1
    return {state: count for state, count in counts.items() if count}


@notifications.provides("report")
def report_context(report: CopReport, message: Message) -> dict[str, Any]:
    """Return what the mail of a report uses; the lines are those of its frozen words."""
    return _words(report, report.issue.snapshot["lines"] if report.issue else [])


def _words(report: CopReport, lines: Sequence[ReportedLine]) -> dict[str, Any]:
    return {
        "title": report.title,
        "introduction": report.introduction,
        "lines": lines[:SHOWN],
        "more": max(0, len(lines) - SHOWN),
        "from_day": date_format(report.from_on, "j F Y"),
        "until_day": date_format(report.until_on, "j F Y"),
    }


def preview_of(report: CopReport, taken: ReportSnapshot, reader: Member | None = None) -> dict[str, str]:
    """Return subject and text of the mail as `reader` would get it now, in the present language."""
    context = {
        "language": get_language(),
        "recipient": reader,
        "subject": report,
        "site_url": settings.SITE_URL,
        "url": settings.SITE_URL + reverse("factsheets:report", args=[taken["reference"]]),
        "programme_name": settings.PROGRAMME_NAME,
        **_words(report, taken["lines"]),
    }
    return mails.words_of(REPORTED, context)
