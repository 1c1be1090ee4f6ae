"""Every action on clusters in a scene in which it is done: who presses what on a cluster in which state.

`scene_of` returns a press that changes the database. What is missing here is pressed by the lead of a running
cluster with the arguments of `test_every_writer`; a new action that is refused so says here how it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.utils import timezone

from clusters.actions.amendment import act, decide_amendment, suggest_amendment
from clusters.choices import OutcomeKind, ParticipationStatus, State
from clusters.models import Amendment, Outcome
from clusters.rules.content import content_hash
from clusters.rules.roadmap import seen_versions
from community.actions.transition import transition
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.scene_facts import (
    LATER,
    LATER_END,
    RIGHTS,
    Facts,
    Maker,
    answered,
    assigned,
    commented,
    confirmed,
    day,
    full,
    hidden,
    invited,
    joining,
    late,
    linked,
    listed,
    merge_asked,
    message,
    met,
    nothing,
    overdue,
    part,
    pilot,
    prepared,
    reminded_lead,
    reminded_part,
    reminded_stage,
    shared,
    shifted,
    shown_by_file,
    there,
    wanted,
)
from tests.clusters.test_every_writer import PRESSES, arguments
from tests.matrix.places import make_comment, make_condition
from tests.matrix.places_panel import make_panel
from tests.matrix.places_room import make_meeting, make_room_file

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
    "proposal_comment.comment_on_proposal": (S, "member", nothing),
    "proposal_comment.take_back_comment": (S, "member", commented),
    "condition.confirm_condition": (R, "coordinator", met),
    "condition.waive_condition": (R, "coordinator", lambda cast, c: {"condition": make_condition(cast, c)}),
    "day.report_day": (R, "lead", day),
    "draft_share.share_draft": (D, "proposer", lambda cast, c: {"reader": listed(cast)}),
    "draft_share.unshare_draft": (D, "proposer", shared),
    "evidence.add_outcome_file": (R, "lead", lambda cast, c: {**RIGHTS, "title": "Readings", "visibility": "public"}),
    "evidence.remove_outcome_file": (R, "lead", shown_by_file),
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
    "panel.ask_question": (R, "lead", lambda cast, c: {"values": {"text": "How wet is a dune?"}}),
    "panel.reword_question": (
        R,
        "lead",
        lambda cast, c: {"question": make_panel(cast), "values": {"text": "How wet is a dune?"}, "seen_version": 1},
    ),
    "panel.ask_people": (
        R,
        "lead",
        lambda cast, c: {"question": make_panel(cast), "members": [make.make_member(consents=("directory",))]},
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
        lambda cast, c: joining(cast, c, "ask", join="application"),
    ),
    "wait": ("participation.enter", R, "member", lambda cast, c: joining(cast, c, "wait", size_limit=4)),
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
        lambda cast, c: {"participation": there(cast, full(cast, c))},
    ),
    "answer a panel": (
        "panel.move_place",
        R,
        "member",
        lambda cast, c: {"panel_place": make_panel(cast).answers.get(), "step": "panel.answered", "text": "Very."},
    ),
    "close a panel": (
        "panel.move_question",
        R,
        "lead",
        lambda cast, c: {
            "question": make_panel(cast, answered=True),
            "step": "panel_question.close",
            "what_came": "We know now.",
            "publish": True,
        },
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
    if verb == "discontinue":  # an amendment ends with it
        suggest_amendment(cluster=cluster, by=cast.user("lead"), wished=TITLE, reason="It grew.")
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
    action, state, who, maker = VARIANTS.get(name) or (name, *SCENES.get(name, (R, "lead", nothing)))
    cluster = make_cluster(cast, state)
    own = maker(cast, cluster)
    rest = arguments(PRESSES[action], own.get("cluster", cluster), cast, besides={*own, "by"})
    return partial(PRESSES[action], **rest, **own, by=cast.user(who))
