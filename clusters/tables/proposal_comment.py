"""Comments on a proposal as their page shows them: each with its answers, and who wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster
from clusters.permissions import names_of
from clusters.rules.proposal_comments import KIND, is_late
from community.models import Affiliation, Comment, User


@dataclass
class Remark:
    """One comment for one reader, with its answers; `text` is "" where it was taken back."""

    comment: Comment
    who: str
    organisation: str
    is_late: bool
    is_mine: bool
    answers: list[Remark] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What was said."""
        return self.comment.text


def remarks_of(cluster: Cluster, user: User | AnonymousUser) -> list[Remark]:
    """Return the comments, oldest first, each with its answers; three queries however many.

    Those who work on the cluster read all names, other members those with consent; one's own name is one's own.
    """
    rows = Comment.objects.filter(kind=KIND, subject_id=cluster.pk).select_related("by__member")
    found = list(rows.order_by("created_at", "pk"))
    members = {row.by.member.pk for row in found if row.by.member is not None}
    names = names_of(user, cluster, members) if members else {}
    works_for: dict[int, str] = {}
    current = Affiliation.objects.current(timezone.localdate()).filter(member__in=members)
    for one in current.select_related("organisation").order_by("is_main", "pk"):
        works_for[one.member_id] = one.organisation.known_as
    threads: dict[int, Remark] = {}
    for row in found:
        key = row.by.member.pk if row.by.member is not None else 0
        is_mine = row.by_id == user.pk
        who = _("You") if is_mine else names.get(key) or _("A member")
        remark = Remark(row, who, works_for.get(key, ""), is_late(row, cluster), is_mine)
        if row.reply_to_id is None:
            threads[row.pk] = remark
        elif row.reply_to_id in threads:
            threads[row.reply_to_id].answers.append(remark)
    return [one for one in threads.values() if one.text or one.answers]


def counted(cluster: Cluster) -> int:
    """Return how many comments stand on a proposal; one query."""
    return Comment.objects.filter(kind=KIND, subject_id=cluster.pk, removed_at=None).count()
