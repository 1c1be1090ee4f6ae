"""An administrator's erasure as a job: asked for on a page, done by a worker; the job's page says what came of it."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import batches
from community.actions.erasure import erase_member, refuse_to_erase
from community.models import Event, EventDetail, Job, JobItem, Member, User
from community.permissions import Refusal
from community.personal import whose

TASK: Final = "community.erase"
#: Seconds that it takes to empty one event that the person did, and to look through one of somebody else's; measured
#: on one core with 20 000 of them. For the estimate whether the rest of a run's time is enough.
AN_EVENT, A_DETAIL = 0.001, 0.00003


@transaction.atomic
def order_erasure(*, member: Member, by: User, at: datetime | None = None) -> Job:
    """Have a person erased in the background; the open job of the same person is returned.

    No event: the erasure leaves one. Nothing of the person stands in the job but the random key, which stays.

    Raises:
        Refusal: `by` is no administrator, or something must be cleared first.
    """
    row = refuse_to_erase(member=member, by=by, at=at or timezone.now())
    return batches.enqueue_batch(TASK, key=_key(row), by=by, items=[(row.key, row)], subject=row)


def erasure_under_way(member: Member) -> Job | None:
    """Return the job that erases a person, while it waits or runs."""
    return Job.objects.open().with_key(_key(member)).first()


def erase_ordered(item: JobItem, *, by: User | None) -> str:
    """Erase whom an item names; return what came of it in words. Who is erased already is left.

    Raises:
        NotDone: what came into the way since it was asked for.
    """
    try:
        if by is None:
            raise Refusal(_("Nobody knows who asked for it. Ask for it anew."))
        done = erase_member(member=Member.objects.get(pk=item.subject_id or 0), by=by)
    except Refusal as refusal:
        raise batches.NotDone(refusal.reason) from refusal
    count = len(done.restricted)
    words = ngettext("Erased. %(count)d file stays restricted.", "Erased. %(count)d files stay restricted.", count)
    told = [words % {"count": count}]
    if done.traces:
        told.append(_("The name stands in words that nobody may change: see “Requests about personal data”."))
    return " ".join(told)


def has_time_for(job: Job, now: float | None = None) -> bool:
    """Tell whether what is left of a run is likely enough; half a minute, which the scheduler has, always is."""
    if job.pause_at is None:
        return True
    who = whose(Member.objects.get(pk=job.subject_id or 0))
    own = Event.objects.filter(by__in=who.accounts).count()
    needed = own * AN_EVENT + EventDetail.objects.count() * A_DETAIL
    return job.pause_at - (time.monotonic() if now is None else now) >= min(needed, 30.0)


def _key(member: Member) -> str:
    return f"{TASK}:{member.pk}"
