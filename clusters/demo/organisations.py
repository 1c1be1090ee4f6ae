"""Real partners, and made-up ones marked as such."""

from __future__ import annotations

from clusters.demo.files import rows
from clusters.demo.world import World
from community.choices import Vocabulary
from community.models import Organisation


def make_organisations(world: World) -> None:
    """Make all organisations, verified, and index them for search."""
    keys, made = [], []
    for row in rows("organisations.csv"):
        keys.append(row["key"])
        made.append(
            Organisation(
                name=row["name"],
                short_name=row["short_name"],
                country=row["country"],
                kind=world.term(Vocabulary.ORGANISATION_TYPE, row["kind"]),
                territory=world.regions[row["territory"]] if row["territory"] else None,
                website=row["website"],
                is_verified=True,
                is_demo=row["is_demo"] == "1",
                created_at=world.moment(-700, world.now.time()),
            )
        )
    Organisation.objects.bulk_create(made)
    world.organisations = dict(zip(keys, made, strict=True))
