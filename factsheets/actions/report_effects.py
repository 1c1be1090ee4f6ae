"""What sending a report does beside changing its state, and how it gets to the members.

The effects run inside the transaction of `community.actions.transition`, the report's row locked. The mails are
queued by a job, some hundred at a time, because a community may have thousands of members.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import transaction

from community import jobs
from community.actions.transition import effect, tells
from community.lifecycle import Attempt
from community.models import User
from factsheets.actions.issue import freeze_version
from factsheets.choices import IssueKind
from factsheets.models import CopReport, Delivery
from factsheets.notifications import mail_report, untold
from factsheets.report_summary import snapshot_of

#: So many mails are queued in one transaction.
BATCH: Final = 200


@effect("name_report")
def name_report(attempt: Attempt) -> None:
    """Give the address: the day on which it goes out, with a number from the second of a day on."""
    reference = CopReport.objects.next_reference(attempt.on)
    attempt.set(reference=reference)
    attempt.facts["reference"] = reference


@effect("issue_report", after=True)
def issue_report(attempt: Attempt) -> None:
    """Freeze its words as an issue, and ask for its edition and then for the mails."""
    report: CopReport = attempt.subject
    reference = report.reference or ""
    issue = freeze_version(
        kind=IssueKind.REPORT,
        subject=report,
        taken=snapshot_of(report, reference=reference, at=attempt.at),
        reason="report.sent",
        by=attempt.by,
        at=attempt.at,
        role=attempt.event.role if attempt.event else "",
        event=attempt.event,
    )
    report.issue = issue
    report.save(update_fields=["issue"])
    jobs.enqueue("factsheets.issue", key=f"factsheets.issue:{issue.pk}", subject=report, by=attempt.by, issue=issue.pk)
    jobs.enqueue(
        "factsheets.deliver", key=f"factsheets.deliver:{report.pk}", subject=report, by=attempt.by, report=report.pk
    )


@tells("report")
def tell_nobody(attempt: Attempt) -> None:
    """Tell nobody here: the mails are queued by the job that `issue_report` asks for."""


def deliver(*, report: CopReport, tell: Callable[[int, int], None] | None = None) -> int:
    """Queue the mails of a sent report that are not queued yet; return how many members it went to.

    A second run finds what the first one wrote: each member has one delivery. `tell(done, total)` hears how far it is.
    """
    waiting = list(untold(report).values_list("pk", flat=True))
    already = report.deliveries.count()
    for start in range(0, len(waiting), BATCH):
        with transaction.atomic():
            people = User.objects.filter(pk__in=waiting[start : start + BATCH]).select_related("member").order_by("pk")
            rows = [Delivery(report=report, member=user.member, message=mail_report(report, user)) for user in people]
            Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        if tell is not None:
            tell(already + start + len(rows), already + len(waiting))
    return already + len(waiting)
