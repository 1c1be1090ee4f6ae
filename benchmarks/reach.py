"""Many solutions and uptakes, and what reads them all: run inside the site, on a database that `demo_data` filled.

    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.reach fill
    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.reach measure

`fill` tops a demonstration up by plain inserts, as clusters in bulk are made (`clusters.demo.bulk`). `measure` asks the
pages of coverage, matches, chain and indicators as a visitor, a member and a coordinator, and prints queries, seconds
and processor seconds of this process (where the database runs in it, on SQLite, of both); it fails where coverage or a
chain takes `MOST_QUERIES` or more, or one of `SLOWEST` as much processor time as stands there. *Matches* of needs is
for who signed in: to a visitor it answers with the way to sign in.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import django

SOLUTIONS: Final = 5_000
NEEDS: Final = 2_000
UPTAKES: Final = 20_000
BATCH: Final = 2_000
#: Coverage and chains stay under so many queries, whoever reads and however much there is.
MOST_QUERIES: Final = 15
#: Processor seconds that these pages stay under; the clock tells more of what else the machine does.
SLOWEST: Final = {"matches": 0.8, "indicators": 0.8}
STEPS: Final = ("in_use", "in_use", "in_use", "committed", "mentoring", "interested")


def fill() -> None:
    """Add solutions, needs and uptakes up to the numbers above; half of the uptakes in use are documented."""
    from django.db import transaction

    rng = random.Random(4)
    with transaction.atomic():
        _fill_solutions(rng)
        _fill_needs(rng)
    with transaction.atomic():
        _fill_uptakes(rng)


def _fill_solutions(rng: random.Random) -> None:
    """Add copies of the solutions that are there, each with two clusters that work with it."""
    from clusters.models import Cluster
    from community.models import Solution

    known = list(Solution.objects.published().order_by("pk")[:20])
    there = Solution.objects.count()
    rows = []
    for number in range(there, SOLUTIONS):
        like = rng.choice(known)
        row = Solution(title=f"{like.title[:120]}, variant {number}", project_id=like.project_id, type_id=like.type_id)
        row.maturity_id, row.summary, row.description = like.maturity_id, like.summary, like.description
        row.licence, row.status, row.published_at = like.licence, like.status, like.published_at
        row.search_text = f"{like.search_text} variant {number}"
        rows.append(row)
    Solution.objects.bulk_create(rows, batch_size=BATCH)
    clusters = list(Cluster.objects.order_by("pk").values_list("pk", flat=True))
    through: Any = Cluster.solutions.through
    pairs = {(rng.choice(clusters), row.pk) for row in rows for _time in range(2)}
    through.objects.bulk_create(
        (through(cluster_id=cluster, solution_id=solution) for cluster, solution in sorted(pairs)), batch_size=BATCH
    )


def _fill_needs(rng: random.Random) -> None:
    """Add open needs that ask what solutions answer: some words of a summary, each with a challenge."""
    from community.folding import fold
    from community.models import Need, Solution, Term

    said = list(Solution.objects.published().order_by("pk").values_list("summary", flat=True)[:200])
    by = list(Need.objects.order_by("pk").values_list("raised_by", flat=True)[:50])
    challenges = list(Term.objects.of("challenge"))
    rows = []
    for number in range(Need.objects.count(), NEEDS):
        words = [word for text in rng.sample(said, 2) for word in text.split()]
        question = f"Who knows {' '.join(rng.sample(words, min(8, len(words))))}, case {number}?"[:200]
        description = " ".join(rng.choice(words) for _word in range(60)) if words else ""
        text = fold(f"{question} {description}")
        rows.append(Need(question=question, description=description, raised_by_id=rng.choice(by), search_text=text))
    made = Need.objects.bulk_create(rows, batch_size=BATCH)
    through: Any = Need.challenges.through
    through.objects.bulk_create((through(need=row, term=rng.choice(challenges)) for row in made), batch_size=BATCH)


def _fill_uptakes(rng: random.Random) -> None:
    """Add uptakes of random solutions by made-up organisations, each through a cluster that has begun."""
    from clusters.choices import State
    from clusters.models import Cluster
    from community.models import Organisation, Solution, Territory
    from results.models import Uptake

    begun = [State.RUNNING, State.CONCLUDED]
    choices = (
        list(Cluster.objects.in_states(begun).order_by("pk").values_list("pk", "lead")),
        list(Solution.objects.published().order_by("pk").values_list("pk", flat=True)),
        list(Organisation.objects.filter(is_demo=True).order_by("pk").values_list("pk", flat=True)),
        list(Territory.objects.programme_regions().order_by("pk").values_list("pk", flat=True)),
    )
    wanted = max(0, UPTAKES - Uptake.objects.count())
    made = Uptake.objects.bulk_create(_uptakes(rng, wanted, choices), batch_size=BATCH)
    _document(rng, made)


def _uptakes(rng: random.Random, wanted: int, choices: tuple[list[Any], ...]) -> Iterator[Any]:
    from django.utils import timezone

    from results.models import Uptake

    now, used = timezone.now(), set()
    clusters, solutions, organisations, territories = choices
    while len(used) < wanted:
        (cluster, lead), solution = rng.choice(clusters), rng.choice(solutions)
        key = (cluster, solution, rng.choice(organisations), rng.choice(territories))
        if key in used:
            continue
        used.add(key)
        step, ago = rng.choice(STEPS), timedelta(days=rng.randint(5, 600))
        is_late = step in ("in_use", "committed")
        yield Uptake(
            cluster_id=cluster,
            solution_id=solution,
            organisation_id=key[2],
            territory_id=key[3],
            state=step,
            state_since=now - ago,
            kind="as_is" if is_late else "",
            in_use_on=(now - ago).date() if step == "in_use" else None,
            evidence_url="https://measured.example/plan" if is_late else "",
            is_disclosed=rng.random() < 0.97,
            declared_by_id=lead,
            declared_at=now - ago,
        )


def _document(rng: random.Random, made: list[Any]) -> None:
    """Let half of the adopters in use have confirmed."""
    from community.models import User
    from results.models import UptakeConfirmation

    by = User.objects.filter(is_active=True).order_by("pk")[0]
    UptakeConfirmation.objects.bulk_create(
        (
            UptakeConfirmation(
                uptake=row,
                statement=row.statement,
                status="confirmed",
                asked_by=by,
                asked_at=row.declared_at,
                answered_at=row.declared_at,
                person_name="Somebody Made-up",
                document_number=f"{row.pk}/1",
            )
            for row in made
            if row.state == "in_use" and rng.random() < 0.5
        ),
        batch_size=BATCH,
    )


def addresses() -> dict[str, str]:
    """Return the pages by what they are: those of chains with the most links under them."""
    from django.db.models import Count

    from clusters.models import Cluster
    from community.models import Need, Solution
    from results.models import AdoptedLine, Uptake

    busiest = Uptake.objects.order_by().values("solution").annotate(n=Count("pk")).order_by("-n", "solution")
    pk = busiest[0]["solution"]
    uptake = Uptake.objects.disclosed().of_solution(pk).order_by("pk")[0]
    need = Need.objects.annotate(n=Count("clusters")).order_by("-n", "pk")[0]
    found = {
        "coverage": "/coverage/",
        "coverage by region": "/coverage/?rows=region",
        "matches": "/coverage/matches/",
        "matches of idle solutions": "/coverage/matches/idle/",
        "indicators": "/indicators/",
        "records of an indicator": "/indicators/rcr104/",
        "chain of a solution": f"/chain/solution/{Solution.objects.get(pk=pk).pk}/",
        "chain of an uptake": f"/chain/uptake/{uptake.pk}/",
        "chain of a cluster": f"/chain/cluster/{Cluster.objects.get(pk=uptake.cluster_id).pk}/",
        "chain of a need": f"/chain/need/{need.pk}/",
    }
    if line := AdoptedLine.objects.standing().order_by("pk").first():
        found["chain of a policy line"] = f"/chain/statement_line/{line.pk}/"
    return found


def measure() -> list[dict[str, Any]]:
    """Return for each page and reader the number of queries, and the seconds of the second answer of two."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from community.models import Appointment, Member

    settings.ALLOWED_HOSTS = ["*"]
    coordinator = Appointment.objects.exclude(working_group=None).order_by("pk")[0].member.user
    member = Member.objects.filter(user__is_active=True, standing="member", appointments=None).order_by("pk")[0].user
    found = []
    for role, user in (("visitor", None), ("member", member), ("coordinator", coordinator)):
        client = Client()
        if user is not None:
            client.force_login(user)
        for page, address in addresses().items():
            client.get(address, secure=True)
            began, spent = time.perf_counter(), time.process_time()
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(address, secure=True)
            took, spent = time.perf_counter() - began, time.process_time() - spent
            line = {"page": page, "role": role, "status": answer.status_code, "queries": len(asked)}
            found.append(line | {"seconds": round(took, 2), "processor": round(spent, 2)})
    return found


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "fill":
        fill()
    else:
        lines = measure()
        sys.stdout.write("".join(f"{json.dumps(line)}\n" for line in lines))
        sys.exit(
            any(line["queries"] >= MOST_QUERIES for line in lines if line["page"].startswith(("coverage", "chain")))
            or any(line["processor"] >= SLOWEST.get(line["page"], line["processor"] + 1) for line in lines)
        )
