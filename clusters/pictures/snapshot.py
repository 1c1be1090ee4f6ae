"""The roadmap of a snapshot as pictures: one mapping for pages and documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clusters.pictures.legend import legend
from clusters.pictures.roadmap import DrawnStage, roadmap
from clusters.snapshot_shape import Snapshot, StageLine

CACHE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class RoadmapPictures:
    """Both drawings of a roadmap and the legend, for a page that shows one by its width."""

    wide: SafeString
    narrow: SafeString
    legend: SafeString


def drawn_stages(lines: Iterable[StageLine]) -> list[DrawnStage]:
    """Return the lines of a snapshot's roadmap as the picture takes them."""
    return [
        DrawnStage(
            name=line["title"],
            status=line["status"],
            planned_start=as_day(line["planned_start"]),
            planned_end=as_day(line["planned_end"]),
            actual_start=as_day(line["actual_start"]),
            actual_end=as_day(line["actual_end"]),
            baseline_start=as_day(line["baseline_start"]),
            baseline_end=as_day(line["baseline_end"]),
            first_slip=line["first_slip"] if line["first_slip"] != line["slip"] else None,
            waits_for=line.get("waits_for"),  # snapshots from before lack it
        )
        for line in lines
    ]


def roadmap_pictures(snapshot: Snapshot, *, on: date, width: float = 0) -> RoadmapPictures:
    """Return the wide and the narrow drawing of a snapshot's roadmap, with `on` as today.

    `width` is for a wide drawing in a column narrower than the page: its text keeps its size.
    """
    stages = drawn_stages(snapshot["stages"])
    start, end = as_day(snapshot["planned_start"]), as_day(snapshot["planned_end"])
    wide, narrow = (
        roadmap(
            stages,
            ident=f"roadmap-{size}",
            on=on,
            title=snapshot["title"],
            start=start,
            end=end,
            wide=is_wide,
            width=width if is_wide else 0,
        )
        for size, is_wide in (("wide", True), ("narrow", False))
    )
    baseline = snapshot["baseline"]
    signs = legend(
        stages, on=on, has_today="p-today" in wide, has_first=baseline is not None and baseline["number"] > 1
    )
    return RoadmapPictures(wide, narrow, signs)


def cached_pictures(cluster: Any, snapshot: Snapshot, *, on: date) -> RoadmapPictures:
    """Return the drawings of this version, day and language, from the cache where they are kept.

    Drawing is a fifth of the summary page's time, and nothing in it depends on who reads.
    """
    key = f"roadmap:{cluster.pk}:{cluster.version}:{on.isoformat()}:{get_language()}"
    found: RoadmapPictures | None = cache.get(key)
    if found is None:
        found = roadmap_pictures(snapshot, on=on)
        cache.set(key, found, CACHE_SECONDS)
    return found


def as_day(value: str | None) -> date | None:
    """Return the day that an ISO text stands for."""
    return date.fromisoformat(value) if value else None
