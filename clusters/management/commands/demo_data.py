"""Fills an empty database with the demonstration, or makes a demonstration larger."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from clusters.demo import bulk
from clusters.demo.loading import foreign_data, load
from clusters.models import Cluster
from community.models import DemoMarker, Member

#: So many members come with each made-up cluster unless --members says otherwise.
MEMBERS_PER_CLUSTER = 2
MOST_MEMBERS = 20_000


class Command(BaseCommand):
    """The demonstration data; a second run does nothing unless more is asked for."""

    help = (
        "Fill an empty database with demonstration data: real projects and regions, made-up persons and work. "
        "Refuses a database that holds anything else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how large it is to be."""
        parser.add_argument(
            "--clusters", type=int, default=0, metavar="N", help="so many clusters in all, made in bulk"
        )
        parser.add_argument(
            "--members",
            type=int,
            metavar="M",
            help=f"so many members in all; default: {MEMBERS_PER_CLUSTER} a cluster, at most {MOST_MEMBERS}",
        )
        parser.add_argument(
            "--factsheets", type=int, default=0, metavar="K", help="issue factsheets for K of the clusters made in bulk"
        )
        parser.add_argument(
            "--no-factsheets", action="store_true", help="leave all factsheets of the demonstration to the worker"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the demonstration once, then top it up to the numbers asked for."""
        found = foreign_data()
        if found:
            listed = ", ".join(f"{count} {name}" for name, count in found.items())
            raise CommandError(
                f"This database was not made by demo_data and holds {listed}. Demonstration data would mix with "
                "real records. Point DATABASE_URL at an empty database."
            )
        is_quiet = options["verbosity"] == 0
        if not DemoMarker.objects.exists():
            load(now=timezone.now(), with_documents=not options["no_factsheets"], is_quiet=is_quiet)
            self._say(f"Demonstration data loaded: {Cluster.objects.count()} clusters.", is_quiet=is_quiet)
        self._top_up(options, is_quiet=is_quiet)

    def _top_up(self, options: dict[str, Any], *, is_quiet: bool) -> None:
        """Make what is missing to the numbers asked for; say so when nothing is."""
        clusters = max(0, options["clusters"] - Cluster.objects.count())
        wanted = options["members"]
        if wanted is None:
            wanted = min(MOST_MEMBERS, MEMBERS_PER_CLUSTER * options["clusters"])
        members = max(0, wanted - Member.objects.count())
        if not clusters and not members:
            self._say("Nothing to add.", is_quiet=is_quiet)
            return
        with tqdm(total=members + clusters, unit="row", desc="In bulk", mininterval=0.5, disable=is_quiet) as bar:
            bulk.make_members(members, tell=bar.update)
            bulk.make_clusters(clusters, factsheets=options["factsheets"], tell=bar.update)
        self._say(f"Now {Cluster.objects.count()} clusters, {Member.objects.count()} members.", is_quiet=is_quiet)

    def _say(self, words: str, *, is_quiet: bool) -> None:
        if not is_quiet:
            self.stdout.write(words)
