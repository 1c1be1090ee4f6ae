"""Who reads a draft before it is proposed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from clusters.actions.parts import locked_cluster
from clusters.choices import State
from clusters.models import Cluster, DraftShare
from clusters.notifications.lifecycle import tell_reader
from clusters.permissions import can_edit_proposal
from community.models import Member, User
from community.permissions import Refusal


@transaction.atomic
def share_draft(*, cluster: Cluster, reader: Member, by: User) -> bool:
    """Show the draft to `reader` and tell them; return False when they read it already.

    Proposer and named lead read it anyway, so sharing with them is a no-op.

    Raises:
        Refusal: `by` may not write in it, it is proposed already, or `reader` is not a member whom `by` may name.
    """
    row = locked_cluster(cluster.pk, by=by, may=can_edit_proposal)
    if row.state != State.DRAFT:
        raise Refusal(_("It is proposed: members of the community see it already."), "state")
    if not Member.objects.visible_to(by).in_community().filter(pk=reader.pk, user__is_active=True).exists():
        raise Refusal(_("Choose a member from the directory."))
    if reader.pk in (row.proposer_id, row.lead_id):
        return False
    _share, is_new = DraftShare.objects.get_or_create(cluster=row, member=reader, defaults={"shared_by": by})
    if is_new:
        tell_reader(row, reader)
    return is_new


@transaction.atomic
def unshare_draft(*, cluster: Cluster, reader_key: str, by: User) -> bool:
    """Hide the draft from the reader of that key again; return False when they did not read it.

    Raises:
        Refusal: `by` may not write in it.
    """
    row = locked_cluster(cluster.pk, by=by, may=can_edit_proposal)
    deleted, _rows = row.shares.filter(member__key=reader_key).delete()
    return deleted > 0
