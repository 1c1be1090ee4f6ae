"""Erasing whom the ledger names once more, in a database that was restored from a backup of before.

The ledger names every entry of the person. How entries were merged when the backup was made is not followed: somebody
may have merged or parted them since.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from community.actions.erasure import erase_entries
from community.actions.merging import give_back, undo_of
from community.ledger import Entry
from community.models import Member
from community.permissions import Refusal
from community.personal import Whose, whose


@transaction.atomic
def erase_again(named: Sequence[Entry]) -> list[str]:
    """Erase the entries of one person that the ledger names; return the keys of those that were not erased yet.

    Nobody is mailed and nothing stands in the way: it was decided before. Order of effects: the rows are locked; a
    merge with an entry that the ledger does not name was taken back since, so what it moved goes back; the rest is
    an erasure's. A line of before names the entry that stayed alone: what is merged into that goes with it, as then.
    """
    keys = {entry.key for entry in named}
    rows = list(Member.objects.select_for_update(of=("self",)).filter(key__in=keys, erased_at=None).order_by("pk"))
    if not rows:
        return []
    if any(not entry.of for entry in named):
        more = {pk for row in rows for pk in whose(row).members}
        rows = list(Member.objects.select_for_update(of=("self",)).filter(pk__in=more, erased_at=None).order_by("pk"))
    _part(rows)
    stayed = named[0].of or named[0].key
    rows = sorted(Member.objects.filter(pk__in=[row.pk for row in rows]), key=lambda row: (row.key != stayed, row.pk))
    accounts = tuple(row.user_id for row in rows if row.user_id is not None)
    who = Whose(rows[0], tuple(row.pk for row in rows), accounts)
    return list(erase_entries(who, by=None, at=named[0].at, tells=False).keys)


def _part(rows: Sequence[Member]) -> None:
    """Take merges with other entries back, newest first; where what moved is not on record, they stand apart only."""
    mine = [row.pk for row in rows]
    outward = Q(pk__in=mine) & ~Q(merged_into__in=mine)
    inward = Q(merged_into__in=mine) & ~Q(pk__in=mine)
    found = Member.objects.select_for_update(of=("self",)).filter(outward | inward, merged_into__isnull=False)
    for merged in found.order_by("-pk"):
        kept = Member.objects.select_for_update(of=("self",)).get(pk=merged.merged_into_id or 0)
        try:
            undo = undo_of(merged, kept)
        except Refusal:
            undo = {"moves": [], "account": "", "of_account": []}
        merged.merged_into = None
        merged.version += 1
        merged.save(update_fields=["merged_into", "version"])
        give_back(merged, kept, undo, None)
