"""What stands at an address when the matrix asks for it: made for the cast, in a state that makes it meaningful."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from clusters.actions.amendment import act, suggest_amendment
from clusters.actions.evidence import add_evidence, add_outcome_file
from clusters.actions.follow_up import answer_follow_up
from clusters.actions.proposal_comment import comment_on_proposal
from clusters.actions.room import hide_comment, start_thread
from clusters.choices import Capacity, FollowUpReason, ParticipationStatus, StageStatus, State
from clusters.models import (
    Cluster,
    Condition,
    Decision,
    FollowUp,
    Invitation,
    MergeRequest,
    Outcome,
    Participation,
    PreparedDecision,
    Stage,
)
from clusters.notifications.follow_up import PURPOSE as PURPOSE_OF_FOLLOW_UPS
from clusters.notifications.invitation import PURPOSE as PURPOSE_OF_ADDRESSES
from clusters.rules.content import content_hash
from community import links, notifications
from community.choices import FileVisibility, LinkState
from community.events import record
from community.models import Comment, File
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW, TODAY

#: Returns what the address needs to be written out.
Place = Callable[[Cast], dict[str, Any]]


def nowhere(cast: Cast) -> dict[str, Any]:
    """Return nothing: the address has no placeholder."""
    return {}


def of(**kwargs: Any) -> Place:
    """Return fixed words for the placeholders."""
    return lambda cast: kwargs


def cluster(state: str, **more: Any) -> Place:
    """Return a cluster in `state`; `more` are further placeholders."""
    return lambda cast: {"reference": make_cluster(cast, state).name, **more}


def one_day(cast: Cast) -> dict[str, Any]:
    """Return a cluster that runs for today only."""
    return {"reference": make_cluster(cast, State.RUNNING, starts_on=TODAY, ends_on=TODAY, started_on=TODAY).name}


def vacant(state: str, **more: Any) -> Place:
    """Return a cluster whose group has nobody who may decide: its cases go to the stand-ins."""

    def made(cast: Cast) -> dict[str, Any]:
        group = make.make_working_group("WG9", "Vacant group")
        return {"reference": make_cluster(cast, state, working_group=group).name, **more}

    return made


def subject(state: str) -> Place:
    """Return a cluster in `state` as kind and key."""
    return lambda cast: {"kind": "cluster", "pk": make_cluster(cast, state).pk}


def notice(cast: Cast) -> dict[str, Any]:
    """Return a notification of the lead."""
    message = notifications.queue(
        "clusters/start",
        to=cast.user("lead"),
        subject=make_cluster(cast, State.RUNNING),
        audience="participants",
        title="Flood regulation",
    )
    assert message is not None
    return {"pk": message.pk}


def recalled(cast: Cast) -> dict[str, Any]:
    """Return a draft that was recalled and so kept its reference."""
    return {"reference": make_cluster(cast, State.DRAFT, reference="M4N-CL-2026-999", submitted_at=NOW).name}


def stage(status: str) -> Place:
    """Return a stage of a running cluster."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        row = running.stages.get()
        if status == StageStatus.PLANNED:
            row = Stage.objects.create(cluster=running, position=2, title="Try-outs")
        return {"reference": running.name, "pk": row.pk}

    return made


def make_file(cast: Cast, whole: Cluster, visibility: str = FileVisibility.PUBLIC) -> File:
    """Put a file of the lead on the first stage of a cluster."""
    by = cast.user("lead")
    assert by is not None
    return add_evidence(
        stage=whole.stages.all()[0],
        by=by,
        content=ContentFile(b"31 wells", "readings.txt"),
        title=f"Readings, {visibility}",
        rights_holder="Region of the Gulf",
        licence="CC BY 4.0",
        is_free_for_eu_use=True,
        visibility=visibility,
    )


def make_outcome_file(cast: Cast, outcome: Outcome, title: str = "Annex 4") -> File:
    """Put a public file of the lead on an outcome."""
    return add_outcome_file(
        outcome=outcome,
        by=cast.user("lead"),
        content=ContentFile(title.encode(), "annex.txt"),
        title=title,
        rights_holder="Region of the Gulf",
        licence="CC BY 4.0",
        is_free_for_eu_use=True,
        visibility=FileVisibility.PUBLIC,
    )


def file(visibility: str) -> Place:
    """Return a file of a running cluster."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        return {"reference": running.name, "pk": make_file(cast, running, visibility).pk}

    return made


def outcome_file() -> Place:
    """Return a public file of the one outcome of a running cluster."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        return {"reference": running.name, "pk": make_outcome_file(cast, running.outcomes.get()).pk}

    return made


def part(name: str, state: str = State.RUNNING) -> Place:
    """Return the one row of a cluster's `outcomes` or `objectives`."""

    def made(cast: Cast) -> dict[str, Any]:
        whole = make_cluster(cast, state)
        return {"reference": whole.name, "pk": getattr(whole, name).get().pk}

    return made


def participation(status: str, role: str = "member") -> Place:
    """Return a participation with that status, of the person of a role; an organisation's where it is wanted."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        row = running.participations.filter(member=cast.member(role)).first()
        if row is None:
            member = None if status == ParticipationStatus.WANTED else cast.member(role)
            row = Participation.objects.create(
                cluster=running, member=member, organisation=cast.partner, status=status, asked_at=NOW
            )
        return {"reference": running.name, "pk": row.pk}

    return made


def condition(*, is_met: bool = False) -> Place:
    """Return a condition of a running cluster."""

    def made(cast: Cast) -> dict[str, Any]:
        row = make_condition(cast, make_cluster(cast, State.RUNNING), is_met=is_met)
        return {"reference": row.cluster.name, "pk": row.pk}

    return made


def make_condition(cast: Cast, whole: Cluster, *, is_met: bool = False) -> Condition:
    """Make an approval with a condition."""
    event = record(verb="approve", subject=whole, by=cast.user("coordinator"), at=NOW, role="coordinator")
    decision = Decision.objects.create(
        cluster=whole,
        verb="approve",
        decided_by=cast.member("coordinator"),
        capacity=Capacity.COORDINATOR,
        working_group=cast.group,
        decided_at=NOW,
        proposer=whole.proposer,
        lead=whole.lead,
        content_hash="",
        event=event,
    )
    met: dict[str, Any] = {"met_at": NOW, "met_by": cast.user("lead"), "met_note": "Done."} if is_met else {}
    return Condition.objects.create(cluster=whole, decision=decision, position=1, text="Name one harbour.", **met)


def amendment(by: str = "participant", *, forward: str = "", wished: str = "ends_on", **more: Any) -> Place:
    """Return an amendment of a running cluster: suggested by `by`, and put forward by `forward`."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        values: dict[str, Any] = {"ends_on": "2026-11-30"}
        if wished == "lead":
            values = {"lead": [cast.member("participant").pk, cast.organisation.pk]}
        row = suggest_amendment(cluster=running, by=cast.user(by), wished=values, reason="The harbour opens later.")
        if forward:
            act(amendment=row, verb="amendment.proposed", by=cast.user(forward))
        return {"reference": running.name, "number": row.number, **more}

    return made


def make_follow_up(cast: Cast, whole: Cluster, **fields: Any) -> FollowUp:
    """Make a follow-up that was asked of the lead today."""
    values: dict[str, Any] = {"why": FollowUpReason.SIX_MONTHS, "due_on": TODAY, "asked_at": NOW}
    return FollowUp.objects.create(cluster=whole, **{"asked": cast.member("lead"), **values, **fields})


def make_comment(cast: Cast, whole: Cluster, by: str = "participant", *, hidden: bool = False) -> Comment:
    """Let somebody begin a discussion in the cluster's room."""
    row = start_thread(cluster=whole, by=cast.user(by), title="Two tables or one?", text="I would not average them.")
    return hide_comment(comment=row, by=cast.user("coordinator"), reason="It names a person.") if hidden else row


def comment(*, hidden: bool = False) -> Place:
    """Return the participant's comment in the room of a running cluster."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        return {"reference": running.name, "pk": make_comment(cast, running, hidden=hidden).pk}

    return made


def follow_up(cast: Cast) -> dict[str, Any]:
    """Return a follow-up of a concluded cluster whose day has come."""
    row = make_follow_up(cast, make_cluster(cast, State.CONCLUDED))
    return {"reference": row.cluster.name, "pk": row.pk}


def follow_up_link(state: str = LinkState.OPEN) -> Place:
    """Return the link that was sent to the lead of a concluded cluster; used means answered and to be corrected."""

    def made(cast: Cast) -> dict[str, Any]:
        row = make_follow_up(cast, make_cluster(cast, State.CONCLUDED))
        ends = NOW + timedelta(days=-1 if state == LinkState.EXPIRED else 60)
        link, token = links.mint(PURPOSE_OF_FOLLOW_UPS, subject=row, user=cast.user("lead"), by=None, expires_at=ends)
        if state == LinkState.REVOKED:
            links.revoke_for(row)
        if state == LinkState.USED:
            answer = {"answer": "confirmed", "seen_version": 1}
            answer_follow_up(follow_up=row, by=None, link=link, **answer)  # type: ignore[arg-type]
        return {"token": token}

    return made


def make_invitation(cast: Cast, whole: Cluster, address: str = "new@port.example") -> Invitation:
    """Ask an address into a cluster; its mail is not written."""
    return Invitation.objects.create(
        cluster=whole, address=address, purpose="Knows the tide gauges", asked_by=cast.user("lead"), asked_at=NOW
    )


def address_asked(cast: Cast) -> dict[str, Any]:
    """Return an invitation of a running cluster that went to an address."""
    row = make_invitation(cast, make_cluster(cast, State.RUNNING))
    return {"reference": row.cluster.name, "pk": row.pk}


def address_link(cast: Cast) -> dict[str, Any]:
    """Return the link that was sent to a stranger's address."""
    row = make_invitation(cast, make_cluster(cast, State.RUNNING))
    _link, token = links.mint(PURPOSE_OF_ADDRESSES, subject=row, address=row.address, by=None)
    return {"token": token}


def merge_asked(cast: Cast) -> dict[str, Any]:
    """Return an approved cluster whose coordinator asked the other group to take it in."""
    whole, into = (make_cluster(cast, State.APPROVED, working_group=g) for g in (cast.group, cast.other_group))
    MergeRequest.objects.create(
        cluster=whole, into=into, reason="Both ask the same.", asked_by=cast.user("coordinator"), asked_at=NOW
    )
    return {"reference": whole.name}


def prepared(cast: Cast) -> dict[str, Any]:
    """Return a proposal on which a coordinator prepared a decision."""
    return {"reference": make_prepared(cast, make_cluster(cast, State.SUBMITTED)).cluster.name}


def make_prepared(cast: Cast, proposal: Cluster, **more: Any) -> PreparedDecision:
    """Make a prepared decision of the group's coordinator, announced by a press."""
    given = {"verb": "return", "reason": "Sharpen the question.", "prepared_at": NOW, **more}
    return PreparedDecision.objects.create(
        cluster=proposal,
        prepared_by=cast.member("coordinator"),
        proposer=proposal.proposer,
        lead=proposal.lead,
        content_hash=content_hash(proposal),
        **given,
    )


def proposal_comment(cast: Cast) -> dict[str, Any]:
    """Return a comment of the member on a proposal."""
    proposal = make_cluster(cast, State.SUBMITTED)
    row = comment_on_proposal(cluster=proposal, by=cast.user("member"), text="Ask the salt works first.")
    return {"reference": proposal.name, "pk": row.pk}


def with_language(state: State, language: str = "el") -> Place:
    """Return a cluster in this state and a language for its texts."""
    return lambda cast: {"reference": make_cluster(cast, state).name, "language": language}


def factsheet(**more: Any) -> Place:
    """Return a running cluster whose version 1 is issued."""

    def made(cast: Cast) -> dict[str, Any]:
        running = make_cluster(cast, State.RUNNING)
        issue_factsheet(cluster=running, face=Face.FORWARD, reason="approve", by=None, at=NOW)
        return {"reference": running.name, **more}

    return made
