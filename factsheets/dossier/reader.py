"""For whom a dossier is: what they may read of the cluster, and whom it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from django.utils import timezone

from clusters.models import Amendment, Cluster, Meeting
from clusters.rules.amendment import private_amendments
from clusters.rules.room import can_see_room
from clusters.snapshot_shape import MemberKey, Snapshot
from clusters.summary import snapshot
from community.choices import ConsentPurpose
from community.models import Member, User
from factsheets.summary import persons_in
from results.choices import PUBLIC_REVIEWS
from results.models import PeerReview, Uptake

#: The folder that holds one for each merged cluster.
MERGED: Final = "merged/"


@dataclass(frozen=True)
class Reader:
    """A reader of one cluster; `user` None is the command, which reads everything.

    `names_all` names everybody who stands in the record, for auditors; otherwise a person is named where the consent
    to be named on documents stands, for a dossier travels as far as a document does. `kept` is set while a part is
    written of a cluster that was merged into that one: whose dossier it is. It is read as its history is, by who reads
    the history of `kept`.
    """

    cluster: Cluster
    user: User | None
    at: datetime
    names_all: bool = False
    kept: Cluster | None = None

    @property
    def folder(self) -> str:
        """Where the parts of this cluster stand: at the top, or in the folder of a merged one."""
        return f"{MERGED}{self.cluster.name}/" if self.kept else ""

    @cached_property
    def merged(self) -> list[Cluster]:
        """The clusters that were merged into this one, and into these before, by key; only what the reader may see."""
        rows = Cluster.objects.all() if self.user is None else Cluster.objects.visible_to(self.user)
        return list(
            Cluster.objects.filter(pk__in=rows.merged_below(self.cluster.pk))
            .select_related("merged_into")
            .order_by("pk")
        )

    def of_merged(self, cluster: Cluster) -> Reader:
        """Return the same reader of a cluster that was merged into this one."""
        return replace(self, cluster=cluster, kept=self.kept or self.cluster)

    @property
    def on(self) -> date:
        """The day of the dossier."""
        return timezone.localdate(self.at)

    @property
    def sees_room(self) -> bool:
        """Whether what was said among those who take part is in it."""
        return self.user is None or bool(can_see_room(self.user, self.cluster))

    def names(self, ids: Iterable[int | None]) -> dict[int, str]:
        """Return the names among these persons that the dossier may state, by their key; one query at most."""
        rows = self._nameable.filter(pk__in={pk for pk in ids if pk is not None})
        return dict(rows.values_list("pk", "name"))

    def names_by_key(self) -> dict[MemberKey, str]:
        """Return the names of the snapshot's persons that the dossier may state, by their opaque keys."""
        rows = self._nameable.filter(key__in=persons_in(self.snapshot))
        return dict(rows.values_list("key", "name"))

    @property
    def _nameable(self) -> Any:
        rows = Member.objects.all() if self.names_all else Member.objects.with_consent(ConsentPurpose.NAMED)
        return rows.filter(erased_at=None)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The cluster as plain values, as it stands."""
        return snapshot(self.cluster, at=self.at)

    @cached_property
    def amendments(self) -> list[Amendment]:
        """The amendments that are read in full, by number."""
        rows = Amendment.objects.filter(cluster=self.cluster)
        if self.user is not None:
            kept, merged = (self.kept, [self.cluster]) if self.kept else (self.cluster, [])
            rows = private_amendments(self.user, kept, merged=merged).filter(cluster=self.cluster)
        return list(rows.select_related("event").order_by("number"))

    @cached_property
    def uptakes(self) -> list[Uptake]:
        """The uptakes that may be read, by key."""
        rows = Uptake.objects.of_cluster(self.cluster)
        if self.user is not None:
            rows = rows.visible_to(self.user)
        return list(rows.for_page().order_by("pk"))

    @cached_property
    def reviews(self) -> list[PeerReview]:
        """The peer reviews that were published, withdrawn ones too, by key."""
        rows = PeerReview.objects.filter(cluster=self.cluster, state__in=sorted(PUBLIC_REVIEWS))
        return list(rows.select_related("solution__project", "outcome", "answered_for").order_by("pk"))

    @cached_property
    def meetings(self) -> list[Meeting]:
        """The meetings, by day; none for who does not read the room."""
        if not self.sees_room:
            return []
        rows = self.cluster.meetings.prefetch_related("attendance__organisation", "organisers", "decisions")
        return list(rows.select_related("stage").order_by("held_on", "pk"))
