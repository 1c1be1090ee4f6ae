"""How people came into a cluster: named and asked, joined by themselves, invited, or still waiting for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from clusters.actions.invitation import send_invitations
from clusters.actions.invitation_answer import accept_address
from clusters.actions.participation import answer_invitation, answer_request, enter, give_role, invite, leave
from clusters.choices import Access, ParticipationRole, ParticipationStatus
from clusters.demo import parts
from clusters.demo.world import Day, World
from clusters.models import Cluster, Participation
from clusters.rules.joining import way_in
from community.models import SignedLink

Told = tuple[Day, str, Callable[[datetime], object]]


def told(world: World, entry: dict[str, Any]) -> Iterator[Told]:
    """Yield (day, what, function of the moment) for everybody who came, went, or asked."""
    for line in entry.get("people", ()):
        if line.get("external"):
            yield line["on"], "join", partial(_come_from_outside, world, entry, line)
        elif line.get("named"):
            if "on" in line:
                yield line["on"], "join", partial(_answer, world, entry, line)
        elif "on" in line:
            yield line["on"], "join", partial(_join, world, entry, line)
        elif "invite" in line:
            yield line["invite"], "join", partial(_invite, world, entry, line)
        else:
            day: Day = line["request"] if "request" in line else line["interested"]
            yield day, "join", partial(_ask, world, entry, line)
        if "left" in line:
            yield line["left"][0], "leave", partial(_leave, world, entry, line)


def _row(world: World, cluster: Cluster, line: dict[str, Any]) -> Participation:
    return cluster.participations.live().get(member=world.people[line["member"]])


def _answer(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Accept the invitation that the approval sent; a deputy is then named by the lead."""
    cluster = parts.current(world, entry)
    row = answer_invitation(
        participation=_row(world, cluster, line), by=world.account(line["member"]), accept=True, at=at
    )
    if line.get("role") == ParticipationRole.DEPUTY:
        give_role(participation=row, by=parts.lead_of(cluster), role=ParticipationRole.DEPUTY, at=at)


def _ask(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> Participation:
    """Come in the way that is open: "I would join", join, or ask."""
    cluster, by = parts.current(world, entry), world.account(line["member"])
    offered = way_in(by, cluster)
    if offered is None:
        raise ValueError(f"{line['member']} finds no way into {cluster}")
    organisation = world.employer[line["member"]]
    return enter(
        cluster=cluster, by=by, way=offered.way, organisation=organisation, message=line.get("message", ""), at=at
    )


def _join(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Join, where asking is the way with the lead's yes, and take the role of the file."""
    cluster = parts.current(world, entry)
    row = _ask(world, entry, line, at)
    lead = parts.lead_of(cluster)
    if row.status == ParticipationStatus.REQUESTED:
        row = answer_request(participation=row, by=lead, accept=True, at=at)
    role = line.get("role", ParticipationRole.PARTICIPANT)
    if role != row.role:
        give_role(participation=row, by=lead, role=role, at=at)


def _invite(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Be invited by the lead, without an answer yet."""
    cluster = parts.current(world, entry)
    member = world.people[line["member"]]
    invite(cluster=cluster, by=parts.lead_of(cluster), member=member, message=line.get("message", ""), at=at)


def _leave(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Leave with a reason."""
    cluster = parts.current(world, entry)
    leave(participation=_row(world, cluster, line), by=world.account(line["member"]), reason=line["left"][1], at=at)


def _come_from_outside(world: World, entry: dict[str, Any], line: dict[str, Any], at: datetime) -> None:
    """Be asked by address and take part through the link, as an external partner."""
    cluster, by = parts.current(world, entry), world.account(line["member"])
    given = {"text": by.email, "purpose": line["purpose"], "access": Access.CONTRIBUTE, "at": at}
    send_invitations(cluster=cluster, by=parts.lead_of(cluster), message=line.get("message", ""), **given)
    asked = cluster.invitations.open().get(address_key=by.email_key)
    accept_address(link=SignedLink.objects.open().about(asked).get(), by=by, at=at)
