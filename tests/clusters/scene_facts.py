"""What stands there before an action on a cluster is pressed, and with what: made for the scenes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from clusters.actions import inverses, participation, roadmap_confirm, room
from clusters.actions.assignment import assign_review
from clusters.actions.condition import meet_condition
from clusters.actions.evidence import add_outcome_file
from clusters.actions.merge import ask_merge
from clusters.actions.prepared import prepare_decision
from clusters.actions.proposal_comment import comment_on_proposal
from clusters.actions.room_message import recipients_of, seal_of
from clusters.choices import OutcomeKind, ParticipationStatus, State
from clusters.models import Cluster, MergeRequest, Participation, Stage
from clusters.rules.content import content_hash
from clusters.rules.roadmap import seen_versions
from clusters.rules.shift import shift_of
from community import links
from community.models import Consent
from tests import factories as make
from tests.cast import Cast, make_cluster, share
from tests.matrix.places import PURPOSE_OF_ADDRESSES, make_comment, make_condition, make_invitation

Facts = dict[str, Any]


Maker = Callable[[Cast, Cluster], Facts]


RIGHTS: Facts = {"rights_holder": "The region", "licence": "CC BY 4.0", "is_free_for_eu_use": True}


LATER, LATER_END = timezone.now() + timedelta(days=30), timezone.now() + timedelta(days=30, hours=2)


def pilot(cluster: Cluster, **fields: Any) -> Stage:
    """Return a second stage that is planned."""
    days = {"planned_start_on": date(2026, 4, 1), "planned_end_on": date(2026, 4, 9)}
    return Stage.objects.create(cluster=cluster, position=2, title="Pilot", **{**days, **fields})


def part(cast: Cast, cluster: Cluster, status: str, role: str = "member") -> Participation:
    """Let somebody stand to the cluster in this way."""
    facts = {"asked_at": timezone.now(), "asked_by": cast.user(role)}
    return Participation.objects.create(
        cluster=cluster, member=cast.member(role), organisation=cast.organisation, status=status, **facts
    )


def there(cast: Cast, cluster: Cluster, role: str = "participant") -> Participation:
    """Return the part of somebody who takes part."""
    return cluster.participations.get(member=cast.member(role))


def listed(cast: Cast, role: str = "other_lead") -> Any:
    """Return somebody who stands in the directory."""
    member = cast.member(role)
    if not Consent.objects.filter(member=member).exists():
        make.make_consent(member)
    return member


def late(cast: Cast, cluster: Cluster) -> Stage:
    """Return a stage that is late, with somebody responsible."""
    return pilot(cluster, responsible=cast.member("participant"))


def reminded_part(cast: Cast, cluster: Cluster) -> Facts:
    row = part(cast, cluster, ParticipationStatus.INVITED)
    return {"participation": inverses.remind_invited(participation=row, by=cast.user("lead"))}


def reminded_stage(cast: Cast, cluster: Cluster) -> Facts:
    return {"stage": inverses.remind_responsible(stage=late(cast, cluster), by=cast.user("lead"))}


def overdue(cast: Cast, cluster: Cluster) -> Facts:
    pilot(cluster)
    return {}


def reminded_lead(cast: Cast, cluster: Cluster) -> Facts:
    pilot(cluster)
    inverses.remind_lead(cluster=cluster, by=cast.user("coordinator"))
    return {}


def answered(cast: Cast, cluster: Cluster) -> Facts:
    row = part(cast, cluster, ParticipationStatus.REQUESTED)
    return {"participation": participation.answer_request(participation=row, by=cast.user("lead"), accept=True)}


def confirmed(cast: Cast, cluster: Cluster) -> Facts:
    before, at = {pilot(cluster).pk: None}, timezone.now()
    seen = seen_versions(list(cluster.stages.all()))
    roadmap_confirm.confirm_roadmap(cluster=cluster, by=cast.user("lead"), seen=seen, at=at)
    return {"before": before, "since": at}


def met(cast: Cast, cluster: Cluster) -> Facts:
    condition = make_condition(cast, cluster)
    return {"condition": meet_condition(condition=condition, by=cast.user("lead"), note="Igoumenitsa.")}


def merge_asked(cast: Cast, cluster: Cluster) -> Facts:
    into = make_cluster(cast, State.RUNNING, working_group=cast.other_group)
    request = ask_merge(cluster=cluster, into=into, by=cast.user("coordinator"), reason="The same question.")
    assert isinstance(request, MergeRequest)
    return {"request": request}


def day(cast: Cast, cluster: Cluster) -> Facts:
    today = timezone.localdate()
    cluster = make_cluster(cast, State.RUNNING, starts_on=today, ends_on=today)
    days = {"status": "planned", "actual_start_on": None, "actual_end_on": None}
    cluster.stages.update(**days, planned_start_on=today, planned_end_on=today)
    outcomes = [{"kind": OutcomeKind.ANSWER, "title": "A page for mayors"}]
    held = list(cluster.stages.values_list("pk", flat=True))
    return {
        "cluster": cluster,
        "took_place": held,
        "outcomes": outcomes,
        "present": {cast.organisation: 3},
        "lessons": "Ask.",
    }


def shifted(cast: Cast, cluster: Cluster) -> Facts:
    row = pilot(cluster)
    return {"stage": row, "seen": shift_of(cluster, list(cluster.stages.all()), row, 1).seen}


def message(cast: Cast, cluster: Cluster) -> Facts:
    return {"seen": seal_of(recipients_of(cluster, cast.user("lead")))}


def hidden(cast: Cast, cluster: Cluster) -> Facts:
    row = make_comment(cast, cluster)
    return {"comment": room.hide_comment(comment=row, by=cast.user("coordinator"), reason="It names a person.")}


def wanted(cast: Cast, cluster: Cluster) -> Facts:
    place = make.make_organisation()
    return {"participation": participation.want_organisation(cluster=cluster, by=cast.user("lead"), organisation=place)}


def shared(cast: Cast, cluster: Cluster) -> Facts:
    share(cluster, cast.member("other_lead"), cast.user("proposer"))
    return {}


def invited(cast: Cast, cluster: Cluster) -> Facts:
    return {"participation": part(cast, cluster, ParticipationStatus.INVITED)}


def assigned(cast: Cast, cluster: Cluster) -> Facts:
    assign_review(cluster=cluster, by=cast.user("coordinator"), member=cast.member("mission_coordinator"))
    return {}


def prepared(cast: Cast, cluster: Cluster) -> Facts:
    seen = content_hash(cluster)
    row = prepare_decision(cluster=cluster, by=cast.user("coordinator"), verb="approve", seen=seen)
    return {"prepared": row}


def commented(cast: Cast, cluster: Cluster) -> Facts:
    return {"comment": comment_on_proposal(cluster=cluster, by=cast.user("member"), text="Ask the port.")}


def shown_by_file(cast: Cast, cluster: Cluster) -> Facts:
    outcome = cluster.outcomes.all()[0]
    given = {**RIGHTS, "title": "Readings", "visibility": "public"}
    file = add_outcome_file(outcome=outcome, by=cast.user("lead"), content=ContentFile(b"30 wells", "a.txt"), **given)
    return {"outcome": outcome, "file": file, "reason": "A newer one is there."}


def linked(cast: Cast, cluster: Cluster, role: str = "") -> Any:
    """Return the link that was sent to the address of somebody, or of a stranger."""
    address = cast.user(role).email if role else "stranger@port.example"
    row = make_invitation(cast, cluster, address)
    link, _token = links.mint(PURPOSE_OF_ADDRESSES, subject=row, address=address, by=None)
    return link


def nothing(cast: Cast, cluster: Cluster) -> Facts:
    """Need nothing more than the cluster."""
    return {}


def joining(cast: Cast, cluster: Cluster, way: str, join: str = "open", size_limit: int | None = None) -> Facts:
    """Say how one joins, and who joins so."""
    Cluster.objects.filter(pk=cluster.pk).update(join_policy=join, size_limit=size_limit)
    return {"way": way, "organisation": cast.organisation}


def full(cast: Cast, cluster: Cluster) -> Cluster:
    """Let somebody wait for a place."""
    Cluster.objects.filter(pk=cluster.pk).update(size_limit=4)
    part(cast, cluster, ParticipationStatus.WAITING)
    return cluster
