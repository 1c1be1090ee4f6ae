"""Many addresses pasted at once, for the tests of what becomes of them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from clusters.actions.invitation import (
    send_invitations,
)
from clusters.models import Cluster
from tests.cast import Cast

FOR = "Knows the tide gauges"


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def send(cast: Cast, cluster: Cluster, text: str, by: str = "lead", **fields: Any) -> dict[str, str]:
    """Ask the addresses of a text; return the answer by what was typed."""
    given = {"purpose": FOR, **fields}
    return {
        line.pasted.typed: str(line.answer)
        for line in send_invitations(cluster=cluster, by=cast.user(by), text=text, **given)
    }


def page_of(cluster: Cluster, *more: object) -> str:
    return "/".join([f"/clusters/{cluster.name}/people", *map(str, more), ""])


def paste(client: Client, cluster: Cluster, text: str, press: str = "send", **fields: str) -> Any:
    """Post the form: to look, or to look and send what was shown."""
    url = page_of(cluster, "invite", "addresses")
    data = {"text": text, "purpose": FOR, "access": "comment", "message": "", **fields}
    shown = client.post(url, {**data, "look": "1"})
    if press == "look":
        return shown
    found = re.search(r'name="seen" value="(\w+)"', shown.content.decode())
    return client.post(url, {**data, "seen": found[1] if found else "", press: "1"})
