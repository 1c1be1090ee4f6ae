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
#: Heads what may have been so before.
NO_PLACE: Final = _("What the version before had no place for, and may have been so already")


def differences(before: Snapshot, after: Snapshot) -> list[Group]:
    """Return what changed from one snapshot of a cluster to a later one; nothing for equal ones.

    The day on which each was taken is no difference. What the older one has no place for stands in a group of its own,
    the last. Texts are as they were typed: escape them.
    """
    found = [
        (str(heading), [one for key, telling in tellings.items() for one in told(telling, before, after, key)])
        for heading, tellings in GROUPS
    ]
    groups = [Group(heading, [one for one in changes if not one.is_first]) for heading, changes in found]
    groups.append(Group(str(NO_PLACE), [one for _heading, changes in found for one in changes if one.is_first]))
    return [group for group in groups if group.changes]
