"""What mails of clusters a person chooses a rhythm for, and which are always sent at once."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from community.contributions import MailTopic

#: Mails that ask for an answer or bind their reader, with the audience where only that one is meant.
BINDING = frozenset(
    {
        "invited",
        "invited_by_address",
        "invitation_ended",
        "invitation_taken_back",
        "entered",
        "deputy_named",
        "participation_accepted",
        "participation_declined",
        "participation_ended",
        "waiting_moved_up",
        "submit:lead_to_ask",
        "approve:proposer",
        "approve:lead",
        "approve:named_participants",
        "return:proposer",
        "return:lead",
        "decline:proposer",
        "decline:lead",
        "decline_lead:proposer",
        "move:proposer",
        "merge:moved",
        "conclude:open_requests",
        "discontinue:open_requests",
        "amendment_proposed:new_lead",
        "amendment_renewed:new_lead",
        "withdrawal_ahead",
        "follow_up",
        "decision_held",
        "decision_announced",
        "decision_dropped",
    }
)
#: The topic of reminders.
REMINDERS = "clusters.reminders"
DECIDING = frozenset(
    {
        "coordinators",
        "coordinators_before",
        "taking_in",
        "merge_asker",
        "deciders",
        "deciders_once_proposed",
        "assigned",
        "assigned_before",
    }
)
LEADING = frozenset({"lead", "proposer", "suggester", "new_lead", "lead_to_ask"})
TAKING_PART = frozenset({"participants", "participant", "merged_participants"})


def _of_cluster(template: str) -> str:
    """Return what a mail of clusters is called, "" for any other."""
    return template.removeprefix("clusters/") if template.startswith("clusters/") else ""


def _binding(template: str, audience: str) -> bool:
    name = _of_cluster(template)
    return name in BINDING or f"{name}:{audience}" in BINDING


def _named(*names: str) -> Callable[[str, str], bool]:
    return lambda template, audience: _of_cluster(template) in names


def _reminder(template: str, audience: str) -> bool:
    return _of_cluster(template) in ("reminder", "reminder_of")


def _to(audiences: frozenset[str]) -> Callable[[str, str], bool]:
    return lambda template, audience: bool(_of_cluster(template)) and audience in audiences


TOPICS = {
    "clusters.binding": MailTopic(
        _("What is asked of you, and what is decided about you"),
        _("Invitations, decisions on your proposals and requests, the question whether you lead."),
        _binding,
        order=10,
        why_at_once=_("It asks for your answer or binds you."),
    ),
    REMINDERS: MailTopic(
        _("Reminders"),
        _("What waits for you, before it is due and when it is late."),
        _reminder,
        order=20,
    ),
    "clusters.deciding": MailTopic(
        _("Proposals and amendments on which you decide"),
        _("For coordinators: what was proposed, changed, recalled or met."),
        _to(DECIDING),
        order=30,
    ),
    "clusters.leading": MailTopic(
        _("Clusters that you proposed or lead"),
        _("Who asks to join, who came or left, what was said of an amendment."),
        _to(LEADING),
        order=40,
    ),
    "clusters.mentions": MailTopic(
        _("Comments that mention you"),
        _("Somebody wants you to read it; also when a comment of yours was hidden."),
        _named("room_mentioned", "room_hidden"),
        order=42,
    ),
    "clusters.room": MailTopic(
        _("What is written in the rooms of your clusters"),
        _("New discussions, and comments in those where you wrote, were mentioned or lead."),
        _named("room_started", "room_commented"),
        order=44,
    ),
    "clusters.meetings": MailTopic(
        _("Meetings of your clusters"),
        _("Invitations with an entry for your calendar, changes of time or place, and cancellations."),
        _named("meeting_called", "meeting_changed", "meeting_cancelled", "meeting_parted"),
        order=46,
    ),
    "clusters.taking_part": MailTopic(
        _("Clusters in which you take part"),
        _("Start, pause, end and what changes on the way."),
        _to(TAKING_PART),
        order=50,
    ),
    "clusters.following": MailTopic(
        _("Clusters that you follow or that concern you"),
        _("Followed clusters, those that answer your need or work with your result, drafts you may read."),
        lambda template, audience: bool(_of_cluster(template)),
        order=60,
    ),
}
