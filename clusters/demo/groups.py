"""The four working groups, their titles over time, and who coordinates them."""

from __future__ import annotations

from datetime import date

from clusters.demo.world import World
from community.models import Appointment, WorkingGroup, WorkingGroupTitle

#: Two public texts of autumn 2023, a month apart, call WG1 by different names.
RENAMED_ON = date(2023, 11, 9)
GROUPS = (
    (
        "WG1",
        "Connectivity of ecosystems",
        "How protected areas on land and at sea hang together, and what keeps species and water moving between them.",
    ),
    (
        "WG2",
        "Climate change mitigation and adaptation",
        "Floods, drought, fire and a rising sea: what regions and towns can do with nature, and what that saves.",
    ),
    (
        "WG3",
        "Socio-economic value of biodiversity",
        "What nature is worth to those who live from it, who pays for keeping it, and who decides.",
    ),
    (
        "WG4",
        "Ecosystem restoration and nature-based solutions",
        "Bringing back wetlands, meadows and rivers, and proving that it works well enough to be paid for.",
    ),
)
#: Fixed days, because the clusters of 2025 keep theirs; made-up decisions may reach further back.
LONG_AGO_DAYS = -450
COORDINATORS = (
    ("WG1", "coordinator1", date(2024, 1, 8)),
    ("WG2", "coordinator2", date(2024, 1, 8)),
    ("WG2", "coordinator", date(2025, 10, 1)),
    ("WG3", "coordinator3", date(2024, 1, 8)),
    ("WG4", "coordinator4", date(2024, 1, 8)),
)


def make_groups(world: World) -> None:
    """Make the groups with their title history and a coordinator each, two for WG2."""
    for order, (code, title, about) in enumerate(GROUPS, 1):
        world.groups[code] = WorkingGroup.objects.create(code=code, title=title, about=about, order=order)
    first = world.groups["WG1"]
    WorkingGroupTitle.objects.create(
        working_group=first,
        title="Area-based conservation",
        until_on=date.fromordinal(RENAMED_ON.toordinal() - 1),
        source="First public text on the working groups, October 2023",
    )
    for code, title, _about in GROUPS:
        WorkingGroupTitle.objects.create(
            working_group=world.groups[code],
            title=title,
            from_on=RENAMED_ON,
            source="Information webinar of the mission, 9 November 2023",
        )
    Appointment.objects.bulk_create(
        Appointment(
            member=world.people[person], working_group=world.groups[code], from_on=min(since, world.day(LONG_AGO_DAYS))
        )
        for code, person, since in COORDINATORS
    )
