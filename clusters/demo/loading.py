"""Loading the demonstration: everything in one transaction, so that there is all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from tqdm import tqdm

from clusters import search as cluster_search
from clusters.demo import exchanges, groups, needs, organisations, panel_steps, people, projects, solutions, territories
from clusters.demo.closing import settle
from clusters.demo.files import documents
from clusters.demo.story import Step, steps_of
from clusters.demo.world import World
from clusters.models import Cluster
from community import jobs, search
from community.actions.vocabulary import seed_vocabularies
from community.models import DemoMarker, Job, Member, Need, Organisation, Project, Solution, Term, Territory, User

#: The dice of the demonstration; change it and minutes and opaque keys change.
SEED = 20261125
ISSUE = "factsheets.issue"
HELD_BACK = timedelta(minutes=5)
#: The task itself gives the PDF up at the third try.
TRIES = 3
_REFERENCE_DATA = (
    territories.make_territories,
    organisations.make_organisations,
    projects.make_projects,
    people.make_people,
    groups.make_groups,
    solutions.make_solutions,
    needs.make_needs,
    exchanges.make_exchanges,
)


def foreign_data() -> dict[str, int]:
    """Return what a database that `demo_data` did not make holds already, by its name in the plural."""
    if DemoMarker.objects.exists():
        return {}
    kinds: tuple[type[models.Model], ...] = (User, Member, Organisation, Project, Territory, Need, Cluster)
    counted = {str(model._meta.verbose_name_plural): model._default_manager.count() for model in kinds}
    return {name: count for name, count in counted.items() if count}


@transaction.atomic
def load(*, now: datetime, with_documents: bool, is_quiet: bool = False) -> World:
    """Make the demonstration in an empty database.

    Order of effects: the marker (documents say by it that they show demonstration data), vocabularies,
    reference data, the stories moment by moment with the documents that they issue, then mails and dates
    are settled. The commit wakes the sender, which finds only the mails of the last days.

    Args:
        now: the moment that made-up dates are relative to.
        with_documents: draw the factsheets on the way; else their jobs are left to the worker.
    """
    DemoMarker.objects.create(made_at=now, today_on=timezone.localdate(now), seed=SEED)
    seed_vocabularies()
    world = World(now=now, seed=SEED)
    world.terms = {(term.vocabulary, term.code): term for term in Term.objects.all()}
    for make in tqdm(_REFERENCE_DATA, desc="People, projects, regions", unit="list", mininterval=0.5, disable=is_quiet):
        make(world)
    steps = [step for entry in documents("clusters") for step in steps_of(world, entry)]
    play(sorted(steps, key=lambda step: step.at), with_documents=with_documents, is_quiet=is_quiet)
    exchanges.make_subscriptions(world)
    panel_steps.make_panels_of_needs(world)
    for model in (Member, Organisation, Project, Solution):
        search.index_all(model)
    cluster_search.rebuild()
    settle(world)
    return world


def play(steps: Iterable[Step], *, with_documents: bool, is_quiet: bool = False) -> None:
    """Play steps in their order; a document is drawn right after the verb that issued it."""
    for step in tqdm(list(steps), desc="Clusters and factsheets", unit="step", mininterval=0.5, disable=is_quiet):
        step.do(step.at)
        if step.is_issuing:
            draw(step.at, run=with_documents)


def draw(at: datetime, *, run: bool) -> None:
    """Draw the documents that were just issued, if `run`; their jobs bear the day of what led to them.

    Else they are held back for a moment, so that the commit does not wake the worker inside this process. One
    that cannot be drawn is tried again, the last time without its PDF, and then left to the worker.
    """
    now = timezone.now()
    waiting = Job.objects.open().filter(task=ISSUE, due_at__lte=now)
    if not run:
        waiting.update(due_at=now + HELD_BACK)
        return
    for job in waiting.order_by("pk"):
        if any(_run_now(job) for _try in range(TRIES)):
            Job.objects.filter(pk=job.pk).update(created_at=at, due_at=at, begun_at=at, started_at=at, finished_at=at)


def _run_now(job: Job) -> bool:
    """Run the job, whatever the time at which it was to be tried again."""
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    return jobs.run(job.pk)
