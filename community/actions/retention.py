"""How long evidence is kept: its date, letting it go when that is over, and the yearly reminder of what may go."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions, notifications
from community.dates import written
from community.events import record
from community.models import File, Project, User
from community.permissions import Refusal
from community.person_mails import RETENTION
from community.store_away import delete_after_commit
from community.visibility import is_administrator

ADMINISTRATORS_ONLY: Final = _("Only an administrator lets evidence go.")
STILL_KEPT: Final = _("“%(title)s” supports a reported figure and is kept until %(day)s.")
STILL_THERE: Final = _("“%(title)s” was taken out of sight, and is kept until %(day)s.")
IN_USE: Final = _("“%(title)s” is in use: no retention date ends that. It is kept.")
NO_DATE: Final = _("“%(title)s” has no retention date: the last payment to the project is not known. It is kept.")
#: From this day of each year on administrators are reminded, once.
REMIND_FROM: Final = (1, 15)


def kept_until(last_payment_on: date | None) -> date | None:
    """Return the last day on which evidence of a project is kept; None where the last payment is not known.

    `DATA_RETENTION_YEARS` from 31 December of the year of the last payment (Art. 82 of Regulation (EU) 2021/1060).
    """
    return date(last_payment_on.year + settings.DATA_RETENTION_YEARS, 12, 31) if last_payment_on else None


def date_evidence(at: datetime) -> int:
    """Write the retention date of what has one, as the projects' last payments say now; return how many changed.

    Evidence of several projects is kept for the longest; with one unknown payment, or without a project, it is kept.
    What was taken out of sight is dated like the rest; where it never was evidence, `REMOVED_FILE_DAYS` from then.
    """
    projects = _projects_of()
    payments = dict(Project.objects.values_list("pk", "last_payment_on"))
    rows = File.objects.kept()
    dated = rows.filter(pk__in=projects) | rows.filter(Q(removed_at__isnull=False) | Q(retain_until__isnull=False))
    count = 0
    for file in dated.only("pk", "retain_until", "removed_at").order_by("pk"):
        until = _until(file, projects.get(file.pk), payments)
        if until != file.retain_until:
            count += File.objects.filter(pk=file.pk).update(retain_until=until)
    return count


def _projects_of(file: int | None = None) -> dict[int, set[int | None]]:
    """Return the projects that each piece of evidence supports, by the file's key; of one file, or of all."""
    found: dict[int, set[int | None]] = defaultdict(set)
    for source in contributions.evidence_projects:
        for key, project in source(file):
            found[key].add(project)
    return found


def _until(file: File, projects: set[int | None] | None, payments: dict[int, date | None]) -> date | None:
    """Return the last day on which a file is kept; None where it is kept without an end."""
    if projects is None:
        out = file.removed_at
        return timezone.localdate(out) + timedelta(days=settings.REMOVED_FILE_DAYS) if out is not None else None
    days = [kept_until(payments.get(project) if project else None) for project in projects]
    return max(day for day in days if day) if all(days) else None


@transaction.atomic
def let_go(*, file: File, by: User, at: datetime | None = None) -> File:
    """Really delete a file whose retention date is over; one event. Its row stays, with checksum and size.

    The date is found anew, under the lock: a payment may have been entered, or the file used again, since it was
    written. The bytes go after the commit. A no-op when it is gone.

    Raises:
        Refusal: `by` is no administrator, or the date is not over or not known.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at = at or timezone.now()
    row = File.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if row.gone_at is not None:
        return row
    projects = _projects_of(row.pk).get(row.pk)
    until = _until(row, projects, _payments_now(projects or set()))
    if until is None:
        raise Refusal((NO_DATE if projects else IN_USE) % {"title": row.title}, "state")
    if until >= timezone.localdate(at):
        raise Refusal((STILL_KEPT if projects else STILL_THERE) % {"title": row.title, "day": written(until)}, "state")
    return _delete(row, until, by=by, at=at)


def _payments_now(projects: set[int | None]) -> dict[int, date | None]:
    """Return the last payments to projects, which nobody changes until the end of the transaction."""
    keys = [key for key in projects if key is not None]
    rows = Project.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    return {row.pk: row.last_payment_on for row in rows}


def _delete(row: File, until: date, *, by: User | None, at: datetime) -> File:
    """Empty a locked row, tell history, and delete the bytes after the commit."""
    storage, name = row.content.storage, str(row.content.name)
    row.removed_at, row.gone_at, row.content, row.retain_until = row.removed_at or at, at, "", until
    row.save(update_fields=["removed_at", "gone_at", "content", "retain_until"])
    record(verb="let_go_file", subject=row, by=by, at=at, data={"sha256": row.sha256, "until": until})
    delete_after_commit(lambda: storage.delete(name))
    return row


def clear_removed(at: datetime) -> int:
    """Let go of what was taken out of sight `REMOVED_FILE_DAYS` ago and never was evidence; return how many."""
    evidence, count = _projects_of(), 0
    for key in File.objects.to_go(timezone.localdate(at)).removed().values_list("pk", flat=True):
        if key not in evidence:
            count += _clear(key, at)
    return count


@transaction.atomic
def _clear(key: int, at: datetime) -> bool:
    """Let go of one such file; say whether it went."""
    row = File.objects.select_for_update(of=("self",)).get(pk=key)
    until = None if _projects_of(key) else _until(row, None, {})
    if row.gone_at is not None or until is None or until >= timezone.localdate(at):
        return False
    _delete(row, until, by=None, at=at)
    return True


def remind_of_retention(at: datetime) -> int:
    """Date the evidence, let go of what never was any, then mail each administrator once a year how much may go.

    Returns:
        how many mails.
    """
    date_evidence(at)
    clear_removed(at)
    on = timezone.localdate(at)
    count = File.objects.to_go(on).count()
    if (on.month, on.day) < REMIND_FROM or not count:
        return 0
    sent = 0
    for user in User.objects.administrators().select_related("member").order_by("pk"):
        if user.member is not None:
            key = f"retention:{on.year}:{user.pk}"
            sent += notifications.queue(RETENTION, to=user, subject=user.member, key=key, count=count) is not None
    return sent
