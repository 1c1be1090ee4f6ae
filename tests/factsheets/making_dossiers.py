"""A cluster of which there is something to tell in a dossier, and the files of one."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.core.files.base import ContentFile

from clusters.actions.evidence import add_evidence
from clusters.choices import State
from clusters.models import Cluster
from clusters.rules.content import content_hash
from community.actions.transition import transition
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import Edition
from tests.cast import Cast, make_cluster
from tests.factories import NOW

REASON = "The council asked in confidence"
RIGHTS: dict[str, Any] = {"rights_holder": "Region of the Gulf", "licence": "CC BY 4.0", "is_free_for_eu_use": True}


def make_told_cluster(cast: Cast) -> Cluster:
    """A cluster that was approved on a condition, started and shown by files, with a factsheet."""
    row = make_cluster(cast, State.SUBMITTED)
    lead, coordinator = cast.user("lead"), cast.user("coordinator")
    condition = [{"text": "Name a taker.", "due_on": None}]
    transition(row, "approve", by=coordinator, seen=content_hash(row), reason=REASON, conditions=condition)
    row = transition(Cluster.objects.get(pk=row.pk), "start", by=lead)
    stage = row.stages.first()
    assert stage is not None
    for title, visibility, names in (("Minutes", "public", False), ("List of those present", "restricted", True)):
        add_evidence(
            stage=stage,
            by=lead,
            content=ContentFile(f"{title}, signed".encode(), "notes.txt"),
            title=title,
            visibility=visibility,
            holds_names=names,
            **RIGHTS,
        )
    if not Edition.objects.for_reference(row.name).exists():
        issue_factsheet(cluster=row, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    return Cluster.objects.get(pk=row.pk)


def opened(content: bytes) -> dict[str, bytes]:
    """Return the files of a ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
