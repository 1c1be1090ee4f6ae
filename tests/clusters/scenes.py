"""Every action on clusters in a scene in which it is done: who presses what on a cluster in which state.

`scene_of` returns a press that changes the database. What is missing here is pressed by the lead of a running
cluster with the arguments of `test_every_writer`; a new action that is refused so says here how it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from clusters.actions import inverses, participation, roadmap_confirm, room
from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.actions.assignment import assign_review
from clusters.actions.condition import meet_condition
from clusters.actions.merge import ask_merge
from clusters.actions.prepared import prepare_decision
from clusters.actions.proposal_comment import comment_on_proposal
from clusters.actions.room_message import recipients_of, seal_of
from clusters.choices import OutcomeKind, ParticipationStatus, State
from clusters.models import Amendment, Cluster, MergeRequest, Outcome, Participation, Stage
from clusters.rules.content import content_hash
from clusters.rules.roadmap import seen_versions
from clusters.rules.shift import shift_of
from community import links
from community.actions.transition import transition
from community.models import Consent
from tests import factories as make
from tests.cast import Cast, make_cluster, share
from tests.clusters.test_every_writer import PRESSES, arguments
from tests.matrix.places import (
    PURPOSE_OF_ADDRESSES,
    make_comment,
    make_condition,
    make_invitation,
    make_meeting,
    make_room_file,
)

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


def linked(cast: Cast, cluster: Cluster, role: str = "") -> Any:
    """Return the link that was sent to the address of somebody, or of a stranger."""
    address = cast.user(role).email if role else "stranger@port.example"
    row = make_invitation(cast, cluster, address)
    link, _token = links.mint(PURPOSE_OF_ADDRESSES, subject=row, address=address, by=None)
    return link


def _nothing(cast: Cast, cluster: Cluster) -> Facts:
    return {}


def _joining(cast: Cast, cluster: Cluster, way: str, join: str = "open", size_limit: int | None = None) -> Facts:
    Cluster.objects.filter(pk=cluster.pk).update(join_policy=join, size_limit=size_limit)
    return {"way": way, "organisation": cast.organisation}


def _full(cast: Cast, cluster: Cluster) -> Cluster:
    """Let somebody wait for a place."""
    Cluster.objects.filter(pk=cluster.pk).update(size_limit=4)
    part(cast, cluster, ParticipationStatus.WAITING)
    return cluster


R, A, S, D = State.RUNNING, State.APPROVED, State.SUBMITTED, State.DRAFT
#: action -> (state of the cluster, who presses, what with beside the arguments of `test_every_writer`).
SCENES: dict[str, tuple[str, str, Maker]] = {
    "assignment.assign_review": (S, "coordinator", lambda cast, c: {"member": cast.member("mission_coordinator")}),
    "assignment.release_review": (S, "coordinator", assigned),
    "prepared.announce_decision": (S, "mission_coordinator", prepared),
    "prepared.prepare_decision": (S, "coordinator", lambda cast, c: {"verb": "approve", "seen": content_hash(c)}),
    "prepared.take_back_decision": (S, "coordinator", prepared),
    "proposal_comment.ask_for_comments": (
        S,
        "proposer",
        lambda cast, c: {"until": timezone.localdate() + timedelta(days=8)},
    ),
    "proposal_comment.comment_on_proposal": (S, "member", _nothing),
    "proposal_comment.take_back_comment": (S, "member", commented),
    "condition.confirm_condition": (R, "coordinator", met),
    "condition.waive_condition": (R, "coordinator", lambda cast, c: {"condition": make_condition(cast, c)}),
    "day.report_day": (R, "lead", day),
    "draft_share.share_draft": (D, "proposer", lambda cast, c: {"reader": listed(cast)}),
    "draft_share.unshare_draft": (D, "proposer", shared),
    "evidence.add_evidence": (R, "lead", lambda cast, c: {**RIGHTS, "title": "Readings", "visibility": "public"}),
    "invitation.send_invitations": (R, "lead", lambda cast, c: {"text": "new@port.example, other@port.example"}),
    "invitation_answer.accept_address": (R, "member", lambda cast, c: {"link": linked(cast, c, "member")}),
    "invitation_answer.decline_address": (R, "member", lambda cast, c: {"link": linked(cast, c, "member")}),
    "inverses.remind_lead": (R, "coordinator", overdue),
    "inverses.take_lead_reminder_back": (R, "coordinator", reminded_lead),
    "inverses.remind_invited": (R, "lead", invited),
    "inverses.remind_responsible": (R, "lead", lambda cast, c: {"stage": late(cast, c)}),
    "inverses.take_answer_back": (R, "lead", answered),
    "inverses.take_confirmation_back": (R, "lead", confirmed),
    "inverses.take_invitation_reminder_back": (R, "lead", reminded_part),
    "inverses.take_stage_reminder_back": (R, "lead", reminded_stage),
    "meeting.call_meeting": (R, "lead", lambda cast, c: {"title": "Wells", "starts_at": LATER, "ends_at": LATER_END}),
    "meeting.change_meeting": (R, "lead", lambda cast, c: {"meeting": make_meeting(cast, c), "title": "Two tables"}),
    "meeting_answer.answer_meeting": (
        R,
        "participant",
        lambda cast, c: {"meeting": make_meeting(cast, c, starts_at=LATER, ends_at=LATER_END), "is_coming": True},
    ),
    "merge.agree_merge": (A, "other_coordinator", merge_asked),
    "merge.ask_merge": (
        A,
        "coordinator",
        lambda cast, c: {"into": make_cluster(cast, R, working_group=cast.other_group)},
    ),
    "merge.merge": (A, "mission_coordinator", lambda cast, c: {}),
    "merge.refuse_merge": (A, "other_coordinator", merge_asked),
    "merge.withdraw_merge": (A, "coordinator", merge_asked),
    "outcome.add_outcome": (R, "lead", lambda cast, c: {"kind": OutcomeKind.ANSWER, "title": "An annex"}),
    "outcome.measure_objective": (R, "lead", lambda cast, c: {"seen": ("", None)}),
    "outcome.update_outcome": (
        R,
        "lead",
        lambda cast, c: {"outcome": Outcome.objects.create(cluster=c, kind="answer", title="1"), "title": "2"},
    ),
    "participation.answer_invitation": (R, "member", invited),
    "participation.enter": (R, "member", lambda cast, c: {"way": "join", "organisation": cast.organisation}),
    "participation.forget_organisation": (R, "lead", wanted),
    "participation.give_role": (R, "lead", lambda cast, c: {"participation": there(cast, c)}),
    "participation.invite": (R, "lead", lambda cast, c: {"member": listed(cast)}),
    "participation.leave": (R, "participant", lambda cast, c: {"participation": there(cast, c)}),
    "participation.want_organisation": (R, "lead", lambda cast, c: {"organisation": make.make_organisation()}),
    "participation_access.give_access": (R, "lead", lambda cast, c: {"participation": there(cast, c)}),
    "parting.end_participation": (
        R,
        "lead",
        lambda cast, c: {"participation": there(cast, c), "seen": "active", "reason": "A new post."},
    ),
    "proposal.save_step": (S, "lead", lambda cast, c: {}),
    "roadmap.add_stage": (R, "lead", lambda cast, c: {"title": "Workshop"}),
    "roadmap.complete_stage": (
        R,
        "lead",
        lambda cast, c: {"stage": pilot(c), "actual_start_on": date(2026, 4, 1), "actual_end_on": date(2026, 4, 2)},
    ),
    "roadmap.drop_stage": (R, "lead", lambda cast, c: {"stage": pilot(c)}),
    "roadmap.note_stage": (R, "lead", lambda cast, c: {"stage": pilot(c)}),
    "roadmap.start_stage": (R, "lead", lambda cast, c: {"stage": pilot(c)}),
    "roadmap.update_stage": (R, "lead", lambda cast, c: {"stage": pilot(c), "note": "Soon."}),
    "roadmap_confirm.confirm_roadmap": (
        R,
        "lead",
        lambda cast, c: {"seen": (pilot(c), seen_versions(list(c.stages.all())))[1]},
    ),
    "roadmap_confirm.confirm_stage": (R, "lead", lambda cast, c: {"stage": pilot(c)}),
    "roadmap_order.move_stage": (R, "lead", lambda cast, c: {"stage": pilot(c)}),
    "roadmap_order.place_stage": (R, "lead", lambda cast, c: {"stage": pilot(c)}),
    "roadmap_shift.shift_stages": (R, "lead", shifted),
    "room.change_comment": (
        R,
        "participant",
        lambda cast, c: {"comment": make_comment(cast, c), "title": "Three tables?"},
    ),
    "room.hide_comment": (R, "coordinator", lambda cast, c: {"comment": make_comment(cast, c)}),
    "room.show_comment": (R, "coordinator", hidden),
    "room.withdraw_comment": (R, "participant", lambda cast, c: {"comment": make_comment(cast, c)}),
    "room_file.add_room_file": (R, "lead", lambda cast, c: dict(RIGHTS)),
    "room_file.add_version": (
        R,
        "lead",
        lambda cast, c: {**RIGHTS, "room_file": make_room_file(cast, c), "content": ContentFile(b"32 wells", "b.txt")},
    ),
    "room_message.send_message": (R, "lead", message),
}
#: The same actions where they do something else: name -> (action, state, who, what with).
VARIANTS: dict[str, tuple[str, str, str, Maker]] = {
    "interest": (
        "participation.enter",
        S,
        "member",
        lambda cast, c: {"way": "interest", "organisation": cast.organisation},
    ),
    "request": (
        "participation.enter",
        R,
        "member",
        lambda cast, c: _joining(cast, c, "ask", join="application"),
    ),
    "wait": ("participation.enter", R, "member", lambda cast, c: _joining(cast, c, "wait", size_limit=4)),
    "decline": ("participation.answer_request", R, "lead", lambda cast, c: {"accept": False, "reason": "Full."}),
    "decline invitation": (
        "participation.answer_invitation",
        R,
        "member",
        lambda cast, c: {**invited(cast, c), "accept": False},
    ),
    "take back request": (
        "participation.leave",
        R,
        "member",
        lambda cast, c: {"participation": part(cast, c, ParticipationStatus.REQUESTED)},
    ),
    "take invitation back": (
        "parting.end_participation",
        R,
        "lead",
        lambda cast, c: {**invited(cast, c), "seen": "invited"},
    ),
    "name deputy": (
        "participation.give_role",
        R,
        "lead",
        lambda cast, c: {"participation": there(cast, c), "role": "deputy"},
    ),
    "accept as a stranger": (
        "invitation_answer.accept_address",
        R,
        "visitor",
        lambda cast, c: {"link": linked(cast, c), "name": "Nuria Port", "organisation": "Port of the Cape"},
    ),
    "move up": (
        "participation.leave",
        R,
        "participant",
        lambda cast, c: {"participation": there(cast, _full(cast, c))},
    ),
    "remove stage": ("roadmap.drop_stage", A, "lead", lambda cast, c: {"stage": pilot(c)}),
    "change role": ("participation.give_role", R, "lead", lambda cast, c: {"participation": there(cast, c)}),
}
#: How an amendment comes to the state in which the verb is done: (who suggests, what, who presses, what the form asks).
TITLE: Facts = {"title": "Wetlands"}
BOTH: Facts = {"title": "Wetlands", "question": "Which wetlands?"}
AMENDING: dict[str, tuple[str, Facts | None, str, Facts]] = {
    "turned_down": ("participant", TITLE, "lead", {"reason": "Not now."}),
    "renewed": ("lead", TITLE, "lead", {"wished": {"title": "Coasts"}}),
    "withdrawn": ("lead", TITLE, "lead", {}),
    "lead_accepted": ("lead", None, "participant", {}),
    "lead_declined": ("lead", None, "participant", {"reason": "No time."}),
    "accepted": ("lead", TITLE, "coordinator", {"ticked": ["title"]}),
    "in_part": ("lead", BOTH, "coordinator", {"ticked": ["title"], "reason": "The question stays."}),
    "refused": ("lead", TITLE, "coordinator", {"ticked": [], "reason": "Not now."}),
}
#: Verbs of a cluster's life: state, who, what the form asks.
LIFE: dict[str, tuple[str, str, Facts]] = {
    "discard": (D, "proposer", {}),
    "submit": (D, "proposer", {}),
    "accept_lead": (S, "lead", {}),
    "take_back_lead": (S, "lead", {}),
    "decline_lead": (S, "lead", {}),
    "step_down": (R, "lead", {}),
    "recall": (S, "proposer", {}),
    "return": (S, "coordinator", {}),
    "approve": (S, "coordinator", {"conditions": [{"text": "Name a taker.", "due_on": None}]}),
    "decline": (S, "coordinator", {}),
    "withdraw": (S, "proposer", {}),
    "move": (S, "coordinator", {}),
    "start": (A, "lead", {}),
    "pause": (R, "lead", {}),
    "resume": (State.PAUSED, "lead", {}),
    "conclude": (R, "lead", {"lessons": "Ask."}),
    "discontinue": (R, "coordinator", {"lessons": "Ask."}),
    "correct": (State.CONCLUDED, "lead", {"lessons": "Ask the planners."}),
    "reopen": (State.CONCLUDED, "coordinator", {}),
    "adopt": (R, "coordinator", {}),
    "propose_again": (State.CONCLUDED, "member", {}),
    "undo": (R, "lead", {}),
}
NAMES = (*PRESSES, *VARIANTS, *(f"amendment.{verb}" for verb in AMENDING), *(f"life.{verb}" for verb in LIFE))


def amended(verb: str, cast: Cast) -> Callable[[], object]:
    """Return the press of a verb of an amendment."""
    suggester, wished, who, asks = AMENDING[verb]
    lead = {"lead": [cast.member("participant").pk, cast.organisation.pk]}
    row: Amendment = suggest_amendment(
        cluster=make_cluster(cast, R), by=cast.user(suggester), wished=wished or lead, reason="It grew."
    )
    by = cast.user(who)
    if "ticked" in asks:
        return partial(decide_amendment, amendment=row, by=by, accepted=asks["ticked"], reason=asks.get("reason", ""))
    return partial(act, amendment=row, verb=f"amendment.{verb}", by=by, **asks)


def lived(verb: str, cast: Cast) -> Callable[[], object]:
    """Return the press of a verb of a cluster's life."""
    state, who, asks = LIFE[verb]
    unasked = {"lead_accepted_at": None} if verb in ("accept_lead", "decline_lead") else {}
    cluster = make_cluster(cast, state, **unasked)
    if verb == "adopt":
        transition(cluster, "step_down", by=cast.user("lead"), reason="A new post.")
    if verb == "undo":
        transition(cluster, "pause", by=cast.user("lead"), reason="A storm.")
    more = {"working_group": cast.other_group} if verb == "move" else {}
    return partial(transition, cluster, verb, by=cast.user(who), reason="Because.", **asks, **more)


def scene_of(name: str, cast: Cast) -> Callable[[], object]:
    """Return a press of this name that is done, with all that it needs made before."""
    group, _dot, verb = name.partition(".")
    if group == "life":
        return lived(verb, cast)
    if group == "amendment" and verb in AMENDING:
        return amended(verb, cast)
    action, state, who, maker = VARIANTS.get(name) or (name, *SCENES.get(name, (R, "lead", _nothing)))
    cluster = make_cluster(cast, state)
    own = maker(cast, cluster)
    rest = arguments(PRESSES[action], own.get("cluster", cluster), cast, besides={*own, "by"})
    return partial(PRESSES[action], **rest, **own, by=cast.user(who))
