"""Where the button of a mail about a cluster leads: to the very page where its recipient acts."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from django.urls import reverse

from clusters import merge_mails
from clusters.models import Cluster
from community import notifications
from community.models import Message


def _verb_page(verb: str) -> Callable[[Cluster], str]:
    return lambda cluster: reverse("clusters:transition", kwargs={"reference": cluster.name, "verb": verb})


def _named_page(name: str) -> Callable[[Cluster], str]:
    return lambda cluster: reverse(name, kwargs={"reference": cluster.name})


def _conditions(cluster: Cluster) -> str:
    return f"{cluster.get_absolute_url()}#conditions"


def _signed_in(page: Callable[[Cluster], str]) -> Callable[[Cluster], str]:
    """Lead through the sign-in to a page that everybody reads, but whose button is for who signed in."""
    return lambda cluster: f"{reverse('account_login')}?next={quote(page(cluster))}"


#: Where a mail's button leads when it is not the cluster's page: by template and audience.
PAGES: dict[tuple[str, str], Callable[[Cluster], str]] = {
    ("submit", "lead_to_ask"): _verb_page("accept-lead"),
    ("submit", "coordinators"): _named_page("clusters:review_case"),
    ("approve", "named_participants"): _signed_in(_named_page("clusters:people")),
    ("return", "proposer"): _named_page("clusters:update"),
    ("decline_lead", "proposer"): _named_page("clusters:update"),
    ("start", "participants"): _named_page("clusters:roadmap"),
    ("participation_asked", "lead"): _signed_in(_named_page("clusters:people")),
    ("invited", "participant"): _signed_in(_named_page("clusters:people")),
    ("condition_met", "coordinators"): _signed_in(_conditions),
    ("merge_asked", "taking_in"): _verb_page("merge"),
    **{("merge", audience): merge_mails.taken_in for audience in merge_mails.AUDIENCES},
}


@notifications.leads_to("cluster")
def cluster_path(cluster: Cluster, message: Message) -> str | None:
    """Return the very page where the recipient acts; None for the cluster's page."""
    page = PAGES.get((message.template.rpartition("/")[2], message.params.get("audience", "")))
    return page(cluster) if page is not None else None
