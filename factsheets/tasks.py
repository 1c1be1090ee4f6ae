"""The work that documents want off the request; each task finds its work done when it runs a second time."""

from __future__ import annotations

import time
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import batches, jobs
from community.choices import ItemState, RedactionReason
from community.models import Event, Job, Member
from community.permissions import Refusal
from community.tasks_api import task
from factsheets.actions.booklet import BadPart, ask_for_report_booklet, has_time_for, make_booklet
from factsheets.actions.booklet_parts import NOT_WHOLE, look_at_part, note_bad_part, note_withdrawn
from factsheets.actions.damage import report_damage
from factsheets.actions.issue import draw_first
from factsheets.actions.missing import make_missing
from factsheets.actions.report_effects import deliver
from factsheets.actions.revise import revise, withdraw_naming
from factsheets.models import Booklet, CopReport, Issue

#: From this attempt on a document is issued without its PDF, rather than never.
LAST_TRY = 3


@task("factsheets.issue", _("Draw a document"))
def issue(job: Job, *, issue: int, language: str = "") -> dict[str, object]:
    """Draw the first edition of a version that was taken, in its own language or in another one."""
    taken = Issue.objects.get(pk=issue)
    made = draw_first(issue=taken, language=language, accepts_missing_pdf=job.attempts >= LAST_TRY)
    for report in CopReport.objects.holding(taken):
        ask_for_report_booklet(report=report)
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
    """Queue the mails of a report that was sent, once its page is there; goes on where the last run had to stop."""
    sent = CopReport.objects.select_related("issue__event").get(pk=report)
    if sent.issue is None or not sent.issue.editions.exists():
        raise jobs.NotYet("the report's page is not drawn yet")
    return {
        "members": deliver(report=sent, tell=partial(jobs.note_progress, job), may_go_on=partial(jobs.may_go_on, job))
    }


@task("factsheets.booklet", _("Make a booklet of factsheets"), then=_("Joining"))
def booklet(job: Job, *, booklet: int) -> dict[str, object]:
    """Look at each part, then join them; what can't be had is told, and keeps the booklet from being made.

    A job that is stopped in between leaves no file.
    """
    row = Booklet.objects.get(pk=booklet)
    if row.file:
        job.items.exclude(state=ItemState.DONE).update(state=ItemState.DONE, note="", finished_at=timezone.now())
        return {"pages": row.pages}
    counts = batches.work_through(job, lambda item: look_at_part(item, booklet=booklet))
    if counts["failed"]:
        return {**counts, "left": str(NOT_WHOLE)}
    jobs.may_go_on(job)
    if not has_time_for(job, job.total_count, time.monotonic()):
        raise jobs.Paused
    job.pause_at = None  # joining is done in one go, but for who stops it
    jobs.note_progress(job, 0, job.total_count)
    try:
        made = make_booklet(booklet=row, at=timezone.now(), tell=partial(_progress, job))
    except BadPart as problem:
        note_bad_part(job=job, problem=problem, at=timezone.now())
        return {**batches.counts(job), "left": str(NOT_WHOLE)}
    except Refusal:
        if not note_withdrawn(job=job, booklet=row, at=timezone.now()):
            raise
        return {**batches.counts(job), "left": str(NOT_WHOLE)}
    return {**counts, "pages": made.pages}


@task("factsheets.report_booklet", _("Make the booklet of a report"))
def report_booklet(job: Job, *, report: int) -> dict[str, object]:
    """Join a report and its factsheets: the newest editions that were asked for.

    Where one is damaged, the booklet is asked for anew once that is whole again.
    """
    row = Booklet.objects.select_related("report").get(report=report)
    try:
        made = make_booklet(booklet=row, at=timezone.now(), tell=partial(jobs.note_progress, job))
    except Refusal as refusal:  # the revision that follows asks for the next one
        return {"left": str(refusal)}
    except BadPart as problem:
        if not report_damage(name=problem.edition.pdf_file, at=timezone.now()):
            raise
        return {"left": str(problem)}
    return {"pages": made.pages}


def _progress(job: Job, done: int, total: int) -> None:
    """Write how far the joining is.

    Raises:
        community.jobs.Stopped, LeaseLost: between two parts; nothing is kept.
    """
    jobs.note_progress(job, done, total)
    jobs.may_go_on(job)
