"""The work that documents want off the request; each task finds its work done when it runs a second time."""

from __future__ import annotations

from functools import partial

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import batches, jobs
from community.choices import RedactionReason
from community.models import Event, Job, Member
from community.tasks_api import task
from factsheets.actions.issue import draw_first
from factsheets.actions.missing import make_missing
from factsheets.actions.report_effects import deliver
from factsheets.actions.revise import revise, withdraw_naming
from factsheets.models import CopReport, Issue

#: From this attempt on a document is issued without its PDF, rather than never.
LAST_TRY = 3


@task("factsheets.issue", _("Draw a document"))
def issue(job: Job, *, issue: int) -> dict[str, object]:
    """Draw the first edition of a version that was taken."""
    taken = Issue.objects.get(pk=issue)
    made = draw_first(issue=taken, accepts_missing_pdf=job.attempts >= LAST_TRY)
    return {"edition": made.pk, "version": taken.version}


@task("factsheets.revise", _("Draw a document once more"))
def revise_issue(job: Job, *, issue: int, language: str, why: str) -> dict[str, object]:
    """Make the next revision of an issue in one language."""
    made = revise(
        issue=Issue.objects.get(pk=issue),
        language=language,
        why=why,
        at=timezone.now(),
        accepts_missing_pdf=job.attempts >= LAST_TRY,
    )
    return {"edition": made.pk if made else None}


@task("factsheets.complete", _("Make missing factsheets and PDFs"))
def complete(job: Job) -> dict[str, object]:
    """Make what each item of the job lacks."""
    return batches.work_through(job, lambda item: make_missing(item, by=job.by, at=timezone.now()))


@task("factsheets.withdraw", _("Withdraw documents that name a person"))
def withdraw(job: Job, *, event: int) -> dict[str, object]:
    """Withdraw what names a person who no longer wants to be named, or corrected their name."""
    led_by = Event.objects.select_related("by").get(pk=event)
    is_consent = led_by.verb == "withdraw_consent"
    found = withdraw_naming(
        member=Member.objects.get(pk=led_by.subject_id),
        reason=RedactionReason.CONSENT if is_consent else RedactionReason.CORRECTION,
        by=led_by.by,
        at=timezone.now(),
    )
    return {"withdrawn": len(found)}


@task("factsheets.deliver", _("Queue the mails of a report"))
def deliver_report(job: Job, *, report: int) -> dict[str, object]:
    """Queue the mails of a report that was sent, once its page is there."""
    sent = CopReport.objects.select_related("issue__event").get(pk=report)
    if sent.issue is None or not sent.issue.editions.exists():
        raise RuntimeError("the report's page is not drawn yet")
    return {"members": deliver(report=sent, tell=partial(jobs.note_progress, job))}
