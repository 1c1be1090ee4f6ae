"""Whom a merge tells, and what its mails say of the cluster that takes the other one in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, MergeRequest
from clusters.permissions import deciding_members
from community import notifications
from community.lifecycle import Attempt
from community.models import Event, Member


def moved(attempt: Attempt) -> Iterable[Member | None]:
    """Proposer, lead and all whose participation goes along; read before the merge or from its facts."""
    cluster = attempt.subject
    went = attempt.facts.get("moved") or cluster.participations.live().values("member")
    members = Q(pk__in=went) | Q(pk__in=[pk for pk in (cluster.proposer_id, cluster.lead_id) if pk])
    return Member.objects.filter(members).select_related("user").order_by("pk")


def merged(attempt: Attempt) -> Iterable[Member | None]:
    """Who takes part in the other cluster, those who moved there included, its proposer and its lead."""
    into = attempt.details.get("into")
    if into is None:
        return ()
    active = [p.member for p in into.participations.active().select_related("member__user").order_by("pk")]
    return [*active, into.proposer, into.lead]


def replace_question(cluster: Cluster, *, event: Event) -> None:
    """Let nobody be asked any more whether a cluster goes into another one, where the mail has not left."""
    notifications.supersede(cluster, ["clusters/merge_asked"], by=event)


def merge_asker(attempt: Attempt) -> Iterable[Member | None]:
    """The person whose question is open, or was answered by this merge."""
    asked_by = attempt.facts.get("asked_by")
    if attempt.is_asking:
        asked_by = attempt.subject.merge_requests.open().values_list("asked_by", flat=True).first()
    return Member.objects.filter(user=asked_by).select_related("user") if asked_by else ()


def into_of(event: Event | None) -> Cluster | None:
    """Return the cluster that an event about a merge names."""
    key = event.data.get("into") if event is not None and event.verb.startswith("merge") else None
    return Cluster.objects.filter(pk=key).first() if key else None


def taken_in(cluster: Cluster) -> str:
    """Return the page of the cluster that took this one in."""
    return cluster.merged_into.get_absolute_url() if cluster.merged_into else cluster.get_absolute_url()


AUDIENCES: dict[str, Callable[[Attempt], Iterable[Member | None]]] = {
    "moved": moved,
    "merged_participants": merged,
    "merge_asker": merge_asker,
}
AUDIENCE_LABELS = {
    "moved": _("participants, proposer and lead of this cluster, who go along"),
    "merged_participants": _("participants, proposer and lead of the other cluster"),
    "merge_asker": _("the coordinator who asked for the merge"),
}


def tell_of_merge(code: str, request: MergeRequest, *, event: Event) -> None:
    """Write an outbox row for those who answer the question about a merge, or for who asked it."""
    cluster, audience, accounts = request.cluster, "merge_asker", [request.asked_by]
    if code == "merge_asked":
        members = deciding_members(request.into, timezone.localdate(event.at))
        audience, accounts = "taking_in", [member.user for member in members if member.user is not None]
    for account in accounts:
        if account.pk != event.by_id:
            notifications.queue(
                f"clusters/{code}",
                to=account,
                subject=cluster,
                event=event,
                audience=audience,
                title=cluster.title,
                name=cluster.name,
            )
