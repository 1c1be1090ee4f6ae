"""Comments on a proposal: who reads and writes them, until which day they are asked for, and which came late."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import DECIDERS, Capacity, State
from clusters.models import Cluster
from clusters.permissions import LEADS, capacities
from clusters.visibility import viewer
from community.access import with_key
from community.models import Comment, User
from community.permissions import ALLOWED, Verdict, refused

#: `Comment.kind` of what is said on a proposal; a room's discussion is another matter.
KIND = "proposal"
#: So far ahead the day may lie.
MOST_DAYS = 60
#: Who reads comments besides the members of the community.
_READERS = frozenset({Capacity.PROPOSER, Capacity.NAMED_LEAD, *LEADS, *DECIDERS})

Anybody = User | AnonymousUser | None


def can_read_comments(user: Anybody, cluster: Cluster) -> Verdict:
    """Members of the community read what was said on a proposal that they see, proposer, lead's side and deciders.

    Who takes part from outside does not: a comment was written for the community.
    A draft that was never proposed has none; what is visible at all is for `ClusterQuerySet.visible_to` to say.
    """
    if cluster.submitted_at is None:
        return refused(_("Comments begin when the cluster is proposed."), "state")
    on = timezone.localdate()
    if viewer(user, on).is_cop or capacities(user or AnonymousUser(), cluster, on) & _READERS:
        return ALLOWED
    return refused(_("Comments on a proposal are for members of the community of practice."), "forbidden")


def can_comment(user: Anybody, cluster: Cluster) -> Verdict:
    """Members of the community comment as long as the proposal waits for a decision, also after the day."""
    if not (verdict := can_read_comments(user, cluster)):
        return verdict
    if not viewer(user, timezone.localdate()).is_cop:
        return refused(_("Members of the community of practice comment on proposals."), "forbidden")
    if cluster.state != State.SUBMITTED:
        return refused(_("Comments are written while a proposal waits for its decision."), "state")
    return ALLOWED


def can_ask_for_comments(user: Anybody, cluster: Cluster) -> Verdict:
    """The proposer, and whoever may decide, says until which day comments are asked for."""
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    if not held & {Capacity.PROPOSER, *DECIDERS}:
        return refused(_("The proposer or a coordinator says until when comments are asked for."), "forbidden")
    if cluster.state != State.SUBMITTED:
        return refused(_("Comments are written while a proposal waits for its decision."), "state")
    return ALLOWED


def is_asked(cluster: Cluster, on: date) -> bool:
    """Tell whether comments are still asked for on the day `on`; the last day counts."""
    return cluster.state == State.SUBMITTED and cluster.comments_until is not None and cluster.comments_until >= on


def asked_words(cluster: Cluster, on: date) -> str:
    """Return until when comments are asked for, with the days left; "" where they are not (any more)."""
    if cluster.comments_until is None or not is_asked(cluster, on):
        return ""
    day, left = date_format(cluster.comments_until, "j F Y"), (cluster.comments_until - on).days
    if left == 0:
        return _("comments until today, %(day)s") % {"day": day}
    words = ngettext("comments until %(day)s, %(left)d day left", "comments until %(day)s, %(left)d days left", left)
    return words % {"day": day, "left": left}


def is_late(comment: Comment, cluster: Cluster) -> bool:
    """Tell whether a comment was written after the day until which comments are asked for."""
    until = cluster.comments_until
    return until is not None and timezone.localdate(comment.created_at) > until


def was_commented(cluster: Cluster) -> bool:
    """Tell whether anybody has said something on the proposal that was not taken back; one query."""
    return Comment.objects.filter(kind=KIND, subject_id=cluster.pk, removed_at=None).exists()


def comment_on(cluster: Cluster | None, pk: int) -> Comment | None:
    """Return a comment on the proposal; None when there is none of that key, or no proposal."""
    if cluster is None:
        return None
    return with_key(Comment.objects.filter(kind=KIND, subject_id=cluster.pk), pk)
