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
from community.chain import locked_head
from community.kinds import COMMUNITY_CHAIN
from community.lifecycle import Attempt
from community.models import User
from factsheets.actions.issue import freeze_version
from factsheets.choices import IssueKind
from factsheets.models import CopReport, Delivery
from factsheets.notifications import mail_report, untold
from factsheets.report_summary import snapshot_of

#: So many mails are queued in one transaction.
BATCH: Final = 200


def hold_references() -> None:
    """Let nobody else send a report until the caller's transaction ends.

    What all of them share is the head of the chain on which their events go, which this transaction locks anyway.
    """
    locked_head(COMMUNITY_CHAIN)


@effect("name_report")
def name_report(attempt: Attempt) -> None:
    """Give the address: the day on which it goes out, with a number from the second of a day on.

    Reports that are sent at the same moment get theirs one after the other.
    """
    hold_references()
    reference = CopReport.objects.next_reference(attempt.on)
    attempt.set(reference=reference)
    attempt.facts["reference"] = reference


@effect("issue_report", after=True)
def issue_report(attempt: Attempt) -> None:
    """Freeze its words as an issue, and ask for its edition, with which the mails are asked for."""
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


@tells("report")
def tell_nobody(attempt: Attempt) -> None:
    """Tell nobody here: the mails are queued by a job, which is asked for with the report's page (`draw_first`)."""


def deliver(
    *,
    report: CopReport,
    tell: Callable[[int, int], None] | None = None,
    may_go_on: Callable[[], None] | None = None,
) -> int:
    """Queue the mails of a sent report that are not queued yet; return how many members it went to.

    A second run finds what the first one wrote: each member has one delivery. `tell(done, total)` hears how far it is;
    `may_go_on()` is asked between two batches and may raise, which leaves the rest to that run.
    """
    waiting = list(untold(report).values_list("pk", flat=True))
    already = report.deliveries.count()
    for start in range(0, len(waiting), BATCH):
        if start and may_go_on is not None:
            may_go_on()
        with transaction.atomic():
            people = User.objects.filter(pk__in=waiting[start : start + BATCH]).select_related("member").order_by("pk")
            rows = [Delivery(report=report, member=user.member, message=mail_report(report, user)) for user in people]
            Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        if tell is not None:
            tell(already + start + len(rows), already + len(waiting))
    return already + len(waiting)
