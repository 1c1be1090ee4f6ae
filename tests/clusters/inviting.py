"""Addresses that are asked into a cluster, and the links of their mails."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail
from django.utils import timezone

from clusters.actions.invitation import send_invitations
from clusters.models import Cluster, Invitation, Participation
from community.actions.outbox import send_outbox
from community.models import Event, Member, Message, SignedLink, User
from tests.cast import Cast

ADDRESS = "ana@port.example"


WHO = {"accept": "1", "name": "Ana Kovač", "organisation": "Port of the Bay"}


def invited(cast: Cast, cluster: Cluster, address: str = ADDRESS, **fields: Any) -> str:
    """Ask an address and send the mail; return the path of its link."""
    given = {"purpose": "Knows the tide gauges", "message": "Come to the gulf.", **fields}
    send_invitations(cluster=cluster, by=cast.user("lead"), text=address, **given)
    return newest_link()


def newest_link() -> str:
    """Send what waits; return the path of the link in the newest mail."""
    send_outbox(at=timezone.now())
    found = re.search(r"http://[^/]+(/join/[\w-]+/)", str(mail.outbox[-1].body))
    assert found is not None, mail.outbox[-1].body
    return found[1]


def state() -> tuple[int, ...]:
    """Return how much there is of all that an answer writes."""
    counted = (User, Member, Participation, Event, Message, Invitation.objects.open(), SignedLink.objects.open())
    return tuple((rows.objects if isinstance(rows, type) else rows).count() for rows in counted)


FOR = "Knows the tide gauges"
