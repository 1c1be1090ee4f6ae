"""Where the button of a mail about a cluster leads: to the very page where its recipient acts."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import NoReverseMatch, reverse

from clusters.models import Cluster
from clusters.notifications import merge as merge_mails
from clusters.rules.leads import reminder_page
from community import notifications
from community.models import Message


def _verb_page(verb: str) -> Callable[[Cluster], str]:
    return lambda cluster: reverse("clusters:transition", kwargs={"reference": cluster.name, "verb": verb})


def _named_page(name: str) -> Callable[[Cluster], str]:
    return lambda cluster: reverse(name, kwargs={"reference": cluster.name})


def _comments(cluster: Cluster) -> str:
    return reverse("clusters:comments", kwargs={"reference": cluster.name})


def _conditions(cluster: Cluster) -> str:
    return f"{cluster.get_absolute_url()}#conditions"


def _own_part(cluster: Cluster) -> str:
    """Return where somebody answers an invitation."""
    return f"{_named_page('clusters:people')(cluster)}#mine"


def _requests(cluster: Cluster) -> str:
    """Return where the lead answers who asks to join."""
    return f"{_named_page('clusters:people')(cluster)}#h-requests"


ASKED_FOR_COMMENTS = ("proposer", "lead", "deciders", "further_coordinators", "writer", "follower")
#: Where a mail's button leads when it is not the cluster's page: by template and audience.
PAGES: dict[tuple[str, str], Callable[[Cluster], str]] = {
    ("withdrawal_ahead", "proposer"): _named_page("clusters:update"),
    ("withdrawal_ahead", "lead"): _named_page("clusters:update"),
    ("withdrawal_ahead", "coordinators"): _verb_page("adopt"),
    ("submit", "lead_to_ask"): _verb_page("accept-lead"),
    ("submit", "coordinators"): _named_page("clusters:review_case"),
    ("review_assigned", "assigned"): _named_page("clusters:review_case"),
    ("review_passed_on", "assigned_before"): _named_page("clusters:review_case"),
    ("approve", "named_participants"): _own_part,
    ("return", "proposer"): _named_page("clusters:update"),
    ("decline_lead", "proposer"): _named_page("clusters:update"),
    ("start", "participants"): _named_page("clusters:roadmap"),
    ("participation_asked", "lead"): _requests,
    ("waiting_asks", "lead"): _requests,
    ("waiting_moved_up", "participant"): _own_part,
    ("address_declined", "lead"): _named_page("clusters:invitations"),
    ("invited", "participant"): _own_part,
    ("condition_met", "coordinators"): _conditions,
    ("merge_asked", "taking_in"): _verb_page("merge"),
    **{("proposal_commented", audience): _comments for audience in ("proposer", "lead", "writer")},
    **{("comments_asked", audience): _comments for audience in ASKED_FOR_COMMENTS},
    ("decision_prepared", "deciders"): _named_page("clusters:prepared"),
    ("decision_held", "preparer"): _named_page("clusters:prepared"),
    ("decision_held", "deciders"): _named_page("clusters:prepared"),
    **{("merge", audience): merge_mails.taken_in for audience in merge_mails.AUDIENCES},
}


def _plain(page: Callable[[Cluster], str]) -> Callable[[Cluster, int], str]:
    return lambda cluster, part_id: page(cluster)


def _stage(cluster: Cluster, part_id: int) -> str:
    return f"{_named_page('clusters:roadmap')(cluster)}#stage-{part_id}"


def _amendment(cluster: Cluster, part_id: int) -> str:
    return reverse("clusters:amendment", kwargs={"reference": cluster.name, "number": part_id})


def _follow_up(cluster: Cluster, part_id: int) -> str:
    """Return the page with the question; without that page nobody is reminded of it (`silences`)."""
    try:
        return reverse("clusters:follow_up", kwargs={"reference": cluster.name, "pk": part_id})
    except NoReverseMatch:
        return reverse("clusters:outcomes", kwargs={"reference": cluster.name})


def _meeting(cluster: Cluster, part_id: int) -> str:
    return reverse("clusters:room_meeting", kwargs={"reference": cluster.name, "pk": part_id})


#: Where the button of a reminder leads: by its rule, from the cluster and the part that waits.
REMINDER_PAGES: dict[str, Callable[[Cluster, int], str]] = {
    "undecided": _plain(_named_page("clusters:review_case")),
    "lead_asked": _plain(_verb_page("accept-lead")),
    "idle": _plain(_named_page("clusters:update")),
    "orphaned": _plain(_verb_page("adopt")),
    "start": _plain(_verb_page("start")),
    "end": _plain(_verb_page("conclude")),
    "lead_ended": _plain(reminder_page),
    "stage": _stage,
    "condition": _plain(_conditions),
    "condition_met": _plain(_conditions),
    "invitation": _plain(_own_part),
    "address": _plain(_named_page("clusters:people")),  # its mail leads to the signed link instead
    "confirmation": _plain(_named_page("clusters:outcomes")),  # so does this one's
    "request": _plain(_requests),
    "suggestion": _amendment,
    "new_lead": _amendment,
    "amendment": _amendment,
    "merge": _plain(_verb_page("merge")),
    "follow_up": _follow_up,
    "meeting": _meeting,
    "roadmap": _plain(_named_page("clusters:roadmap")),
    "report": _plain(_named_page("clusters:detail")),
}


@notifications.leads_to("cluster")
def cluster_path(cluster: Cluster, message: Message) -> str | None:
    """Return the very page where the recipient acts; None for the cluster's page."""
    if message.template == "clusters/reminder":
        return REMINDER_PAGES[message.params["rule"]](cluster, message.params.get("part_id", 0))
    page = PAGES.get((message.template.rpartition("/")[2], message.params.get("audience", "")))
    return page(cluster) if page is not None else None
