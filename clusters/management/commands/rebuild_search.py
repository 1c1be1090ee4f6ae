"""`manage.py rebuild_search`: writes the search text of all clusters anew."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from clusters import search
from clusters.models import Cluster


class Command(BaseCommand):
    """For the day after a change of what clusters are found by; harmless at any time."""

    help = "Write anew the words by which clusters are found."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild in batches, with a progress bar on a terminal."""
        bar = tqdm(total=Cluster.objects.count(), disable=None if options["verbosity"] else True, leave=False)
        with bar:
            count = search.rebuild(tell=bar.update)
        self.stdout.write(f"{count} clusters")
