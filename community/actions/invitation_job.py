"""Many invitations as a job: one item for each person, whose page says who was invited and who was not, and why."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from django.utils.translation import gettext as _

from community import batches
from community.actions.invitation import invite, is_invited_since, refuse_others
from community.models import Job, JobItem, Member, User
from community.permissions import Refusal

TASK: Final = "community.invite"
#: So many are invited while somebody waits for it; more by a job.
AT_ONCE: Final = 20


def order_invitations(*, members: Sequence[Member], by: User) -> Job:
    """Have people invited in the background; the open job for the same people is returned.

    Raises:
        Refusal: `by` is no administrator.
    """
    refuse_others(by)
    chosen = sha256(",".join(str(row.pk) for row in members).encode()).hexdigest()[:16]
    return batches.enqueue_batch(
        TASK, key=f"{TASK}:{by.pk}:{chosen}", by=by, items=[(row.name, row) for row in members]
    )


def invite_ordered(item: JobItem, *, by: User | None) -> str:
    """Invite whom an item names; who was invited since the job was asked for is left.

    Raises:
        NotDone: with what stands in the way.
    """
    try:
        if by is None:
            raise Refusal(_("Nobody knows who asked for it. Ask for it anew."))
        member = Member.objects.select_related("user").get(pk=item.subject_id or 0)
        if not is_invited_since(member, item.job.created_at):
            invite(member=member, by=by)
    except Refusal as refusal:
        raise batches.NotDone(refusal.reason) from refusal
    return _("Invited. Whether the mail went out stands in the list of members.")
