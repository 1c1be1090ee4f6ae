"""Editions issued, and the words of a page."""

from __future__ import annotations

from typing import Any

from clusters.models import Cluster
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import Edition
from tests.factories import NOW


def issued(cluster: Cluster, face: str = Face.FORWARD, **more: Any) -> Edition:
    """Issue a factsheet; return its edition."""
    made = issue_factsheet(cluster=cluster, face=face, reason="approve", by=None, at=NOW, **more)
    return made.editions.get()


def words(response: Any) -> str:
    """Return the words of a page with single spaces."""
    return " ".join(response.content.decode().split())
