"""Decisions that are prepared, for the tests of what becomes of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from clusters.actions.prepared import (
    prepare_decision,
)
from clusters.models import Cluster, PreparedDecision
from clusters.rules.content import content_hash
from community.models import Message
from tests.cast import Cast
from tests.factories import NOW

CANARY = "Kingfisher over the salt pans"


#: Who may decide on the cluster of the tests: it is neither theirs nor led by them.
DECIDERS = ("coordinator", "coordinator_proposer", "mission_coordinator")


LATER = NOW + timedelta(days=2)


def prepare(cast: Cast, cluster: Cluster, verb: str = "decline", **more: Any) -> PreparedDecision:
    fresh = Cluster.objects.get(pk=cluster.pk)
    given = {"by": cast.user("coordinator"), "reason": CANARY, "seen": content_hash(fresh), **more}
    return prepare_decision(cluster=fresh, verb=verb, **given)


def told(template: str) -> list[str]:
    rows = Message.objects.filter(template=f"clusters/{template}").order_by("to__member__name")
    return [str(name) for name in rows.values_list("to__member__name", flat=True)]


def state_of(cluster: Cluster) -> str:
    return str(Cluster.objects.values_list("state", flat=True).get(pk=cluster.pk))


def press(client: Client, cluster: Cluster, name: str, page: str) -> Any:
    """Send the form of a page that was read before, with what it carries."""
    form = re.search(rf'<form method="post" action="([^"]*/prepared/{name}/)">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', form[2]))
    return client.post(form[1], hidden)


def pages_of(cluster: Cluster) -> tuple[str, ...]:
    own = ("", "history/", "roadmap/", "people/", "outcomes/", "prepared/", "approve/", "preview/")
    shared = ("/", "/desk/", "/review/", "/review/clusters/", "/reminders/", "/notifications/", "/clusters/")
    return (*(f"/clusters/{cluster.name}/{page}" for page in own), f"/review/{cluster.name}/", *shared)


def read(clients: dict[str, Client], cluster: Cluster) -> dict[tuple[str, str], str]:
    """Return what each role reads at each address, without what differs at each look."""
    found = {}
    for role, client in clients.items():
        for page in pages_of(cluster):
            answer = client.get(page)
            text = re.sub(r"\b[A-Za-z0-9]{64}\b", "", answer.content.decode())
            found[role, page] = f"{answer.status_code} {answer.headers.get('Location', '')} {text}"
    return found


#: In the long run everybody; else each sort of reader once.
OTHERS = ("visitor", "external", "member", "proposer", "lead", "other_coordinator", "admin")


def change(cluster: Cluster) -> None:
    Cluster.objects.filter(pk=cluster.pk).update(question="Another question altogether?")
