"""Every key of a cluster's snapshot in its group, and the difference of two snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from clusters.snapshot_shape import Snapshot
from factsheets.changes.cluster import DATES, PEOPLE, ROADMAP, SCOPE
from factsheets.changes.results import RESULTS, RULES
from factsheets.changes.telling import Change, Telling, Words, told

#: What is no change of a cluster: on which day it was looked at, and how the record is written.
UNTOLD: Final = frozenset({"shape", "as_of"})


@dataclass(frozen=True)
class Group:
    """What changed in one respect."""

    heading: str
    changes: list[Change]


GROUPS: Final[tuple[tuple[Words, dict[str, Telling]], ...]] = (
    (_("What it is about"), SCOPE),
    (_("Dates"), DATES),
    (_("Who takes part"), PEOPLE),
    (_("Roadmap"), ROADMAP),
    (_("What came of it"), RESULTS),
    (_("Amendments and conditions"), RULES),
)


def differences(before: Snapshot, after: Snapshot) -> list[Group]:
    """Return what changed from one snapshot of a cluster to a later one; nothing for equal ones.

    The day on which each was taken is no difference. Texts are as they were typed: escape them.
    """
    found = [
        Group(str(heading), [one for key, telling in tellings.items() for one in told(telling, before, after, key)])
        for heading, tellings in GROUPS
    ]
    return [group for group in found if group.changes]
