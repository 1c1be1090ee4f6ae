"""How long evidence is kept: its date, letting it go when that is over, and the yearly reminder of what may go."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions, notifications
from community.events import record
from community.models import File, Project, User
from community.permissions import Refusal
from community.person_mails import RETENTION
from community.visibility import is_administrator

ADMINISTRATORS_ONLY: Final = _("Only an administrator lets evidence go.")
STILL_KEPT: Final = _("“%(title)s” supports a reported figure and is kept until %(day)s.")
NO_DATE: Final = _("“%(title)s” has no retention date: the last payment to the project is not known. It is kept.")
#: From this day of each year on administrators are reminded, once.
REMIND_FROM: Final = (1, 15)


def kept_until(last_payment_on: date | None) -> date | None:
    """Return the last day on which evidence of a project is kept; None where the last payment is not known.

    `DATA_RETENTION_YEARS` from 31 December of the year of the last payment (Art. 82 of Regulation (EU) 2021/1060).
    """
    return date(last_payment_on.year + settings.DATA_RETENTION_YEARS, 12, 31) if last_payment_on else None


def date_evidence(at: datetime) -> int:
    """Write the retention date of all evidence, as the projects' last payments say now; return how many changed.

    Evidence of several projects is kept for the longest; with one unknown payment, or without a project, it is kept.
    """
    payments = dict(Project.objects.values_list("pk", "last_payment_on"))
    projects: dict[int, set[int | None]] = defaultdict(set)
    for source in contributions.evidence_projects:
        for key, project in source():
            projects[key].add(project)
    count = 0
    for file in File.objects.present().filter(pk__in=projects).only("pk", "retain_until"):
        days = [kept_until(payments.get(project) if project else None) for project in projects[file.pk]]
        until = max(day for day in days if day) if all(days) else None
        if until != file.retain_until:
            count += File.objects.filter(pk=file.pk).update(retain_until=until)
    return count


@transaction.atomic
def let_go(*, file: File, by: User, at: datetime | None = None) -> File:
    """Really delete evidence whose retention date is over; one event. Its row stays, with checksum and size.

    The bytes go after the commit. A no-op when it is gone.

    Raises:
        Refusal: `by` is no administrator, or the date is not over or not known.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at = at or timezone.now()
    row = File.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if row.removed_at is not None:
        return row
    if row.retain_until is None:
        raise Refusal(NO_DATE % {"title": row.title}, "state")
    if row.retain_until >= timezone.localdate(at):
        raise Refusal(STILL_KEPT % {"title": row.title, "day": row.retain_until.isoformat()}, "state")
    row.removed_at = at
    row.save(update_fields=["removed_at"])
    record(verb="let_go_file", subject=row, by=by, at=at, data={"sha256": row.sha256, "until": row.retain_until})
    storage, name = row.content.storage, str(row.content.name)
    transaction.on_commit(lambda: storage.delete(name))
    return row


def remind_of_retention(at: datetime) -> int:
    """Date the evidence, then mail each administrator once a year how much may go; return how many mails."""
    date_evidence(at)
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
