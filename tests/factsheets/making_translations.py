"""Clusters translated, and their versions in a language."""

from __future__ import annotations

from typing import Any

from clusters.models import Cluster, Translation
from clusters.translatable import texts_of
from factsheets.actions.issue import take_version
from factsheets.choices import Face
from factsheets.models import Edition, Issue
from tests.factories import NOW

GREEK = "Υγρότοποι που κρατούν το νερό"


def translate(cluster: Cluster, language: str, *, but: tuple[str, ...] = (), **own: str) -> None:
    """Translate every text of a cluster, those at the paths `but` left out."""
    for text in texts_of(cluster):
        if text.path not in but:
            part, part_id, field = text.slot
            words = own.get(text.path, f"[{language}] {text.text}")
            Translation.objects.create(
                cluster=cluster,
                language=language,
                part=part,
                part_id=part_id,
                field=field,
                source=text.text,
                text=words,
                at=NOW,
            )


def taken(cluster: Cluster, at: Any = NOW) -> Issue:
    """Take a version that is not drawn yet."""
    return take_version(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=at)


def rename(cluster: Cluster, **values: str) -> None:
    """Give the cluster other texts, and a version more."""
    Cluster.objects.filter(pk=cluster.pk).update(version=cluster.version + 1, **values)


def of(issue: Issue, language: str) -> Edition:
    """Return a version's newest edition in a language."""
    return issue.editions.in_language(language).order_by("-revision")[0]
