"""Files that show what came out of stages and outcomes, and who may fetch which of them."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from clusters.choices import Capacity
from clusters.models import Cluster, Outcome, Stage
from clusters.permissions import LEADS, capacities, sees_names
from clusters.rules.room import can_see_room
from community.choices import FileVisibility
from community.models import File, User
from community.querysets.record import FileQuerySet
from community.visibility import is_cop

#: As many as a stage or an outcome can show.
MAX_FILES = 20
#: Who reads restricted files of a cluster, besides who uploaded them.
_KEEPERS = frozenset({*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR, Capacity.ADMINISTRATOR})


def open_to(user: User | AnonymousUser, cluster: Cluster, rows: FileQuerySet) -> FileQuerySet:
    """Keep the files of a cluster's parts that `user` may fetch.

    Public ones everybody; those for the community its members and whoever works on the cluster; restricted ones the
    lead's side, the group's coordinators and administrators; and one's own.
    """
    if not user.is_authenticated:
        return rows.public()
    classes = [FileVisibility.PUBLIC]
    if is_cop(user) or sees_names(user, cluster):
        classes.append(FileVisibility.COP)
    if can_see_room(user, cluster):
        classes.append(FileVisibility.ROOM)
    if capacities(user, cluster, timezone.localdate()) & _KEEPERS:
        classes.append(FileVisibility.RESTRICTED)
    return rows.filter(Q(visibility__in=classes) | Q(uploaded_by=user))


def evidence_for(user: User | AnonymousUser, cluster: Cluster) -> FileQuerySet:
    """Return the files on the stages and outcomes of `cluster` that `user` may fetch."""
    on_stages = Stage.evidence.through._default_manager.filter(stage__cluster=cluster).values("file")
    on_outcomes = Outcome.evidence.through._default_manager.filter(outcome__cluster=cluster).values("file")
    rows = File.objects.present().filter(Q(pk__in=on_stages) | Q(pk__in=on_outcomes))
    return open_to(user, cluster, rows)


def evidence_by_stage(user: User | AnonymousUser, cluster: Cluster) -> dict[int, list[File]]:
    """Return the files of stages that `user` may fetch, oldest first, by the id of their stage; one query."""
    return _by_part(open_to(user, cluster, File.objects.present().filter(stages__cluster=cluster)))


def evidence_by_outcome(user: User | AnonymousUser, cluster: Cluster) -> dict[int, list[File]]:
    """Return the files of outcomes that `user` may fetch, oldest first, by the id of their outcome; one query."""
    return _by_part(open_to(user, cluster, File.objects.present().filter(outcomes__cluster=cluster)))


def _by_part(files: FileQuerySet) -> dict[int, list[File]]:
    found: dict[int, list[File]] = {}
    for file in files.order_by("uploaded_at", "pk"):
        found.setdefault(file.subject_id, []).append(file)
    return found


def file_of(user: User | AnonymousUser, cluster: Cluster, pk: int) -> File | None:
    """Return a file of the cluster's stages or outcomes; None when gone, of another cluster, or not open to `user`."""
    return evidence_for(user, cluster).filter(pk=pk).first()


def likely_holder(user: User, cluster: Cluster) -> str:
    """Return the organisation for which a person takes part: most likely the rights holder of what they add."""
    rows = cluster.participations.active().filter(member__user=user).select_related("organisation")
    return next((row.organisation.name for row in rows if row.organisation), "")
