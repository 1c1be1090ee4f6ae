"""The work that documents want off the request; each task finds its work done when it runs a second time."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from clusters.models import Cluster
from community.choices import RedactionReason
from community.models import Event, Job, Member
from community.tasks_api import task
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.revise import revise, withdraw_naming
from factsheets.models import Issue

#: From this attempt on a document is issued without its PDF, rather than never.
LAST_TRY = 3


@task("factsheets.issue")
def issue(job: Job, *, event: int, face: str, at: str | None = None) -> dict[str, object]:
    """Issue the version that an event led to, dated now, or `at` where the work of the past is entered."""
    led_by = Event.objects.select_related("by").get(pk=event)
    made = issue_factsheet(
        cluster=Cluster.objects.get(pk=led_by.subject_id),
        face=face,
        reason=led_by.verb,
        by=led_by.by,
        at=datetime.fromisoformat(at) if at else timezone.now(),
        role=led_by.role,
        event=led_by,
        accepts_missing_pdf=job.attempts >= LAST_TRY,
    )
    return {"issue": made.pk, "version": made.version}


@task("factsheets.revise")
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


@task("factsheets.withdraw")
def withdraw(job: Job, *, event: int) -> dict[str, object]:
    """Withdraw what names a person who no longer wants to be named."""
    led_by = Event.objects.select_related("by").get(pk=event)
    found = withdraw_naming(
        member=Member.objects.get(pk=led_by.subject_id), reason=RedactionReason.CONSENT, by=led_by.by, at=timezone.now()
    )
    return {"withdrawn": len(found)}
