"""Clusters with a factsheet, and many factsheets fetched at once."""

from __future__ import annotations

from typing import Any

from django.test import Client

from clusters.choices import State
from clusters.models import Cluster
from community import jobs
from community.choices import RedactionReason
from community.models import Job
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import Face
from factsheets.models import Booklet, Edition
from tests.cast import Cast, make_cluster
from tests.factories import NOW

ZIP, SEVERAL, BOOKLET = "/factsheets/zip/", "/factsheets/several/", "/factsheets/booklet/"


def issued(cast: Cast, number: int = 1, state: State = State.RUNNING) -> list[Cluster]:
    """Return clusters with their newest factsheet."""
    found = [make_cluster(cast, state) for _number in range(number)]
    for cluster in found:
        issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    return found


def fetched(client: Client, address: str = ZIP) -> bytes:
    """Return what an address streams, as long as it says."""
    answer: Any = client.get(address)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Length"] == str(len(content))
    return content


def withdrawn(cluster: Cluster) -> Edition:
    """Withdraw a cluster's newest edition."""
    edition = Edition.objects.for_reference(cluster.reference or "")[0]
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    return edition


def asked(client: Client, address: str = BOOKLET) -> tuple[Booklet, Job]:
    """Ask for a booklet, do its work, return both."""
    answer = client.post(address)
    job = Job.objects.get(pk=answer.headers["Location"].split("/")[-2])
    jobs.run(job.pk)
    job.refresh_from_db()
    return Booklet.objects.get(pk=job.subject_id), job
