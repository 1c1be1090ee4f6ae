"""A cluster's summary page and its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from clusters import contributions
from clusters.choices import EDITABLE_STATES, FINISHED_STATES, Capacity, State
from clusters.kept_snapshot import cached_snapshot
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster
from clusters.permissions import can_edit_proposal, can_work, capacities, names_of, sees_names
from clusters.querysets.cluster import ClusterQuerySet
from clusters.relatives import history_of, relatives, took_it_in
from clusters.rules.day import can_report_day
from clusters.rules.leads import remedies
from clusters.rules.proposal_comments import asked_words, can_read_comments
from clusters.rules.requirements import lead_trouble
from clusters.rules.room import can_see_room
from clusters.rules.standing import how_it_stands
from clusters.tables.follow_up import follow_ups_of
from clusters.tables.pending import pending_on
from clusters.tables.strangers import drawn, page_of
from clusters.tables.summary import parts_html
from clusters.visibility import viewer
from community.access import get_visible
from community.contributions import sections_of
from community.lifecycle import Offer
from community.models import User
from community.querysets.cut import UNFOLDS

SHOWN_EVENTS = 5
#: Verbs that stand beside the title as buttons; the rest follow under "More".
SHOWN_VERBS = 3
#: The summary with what was kept of it.
KEPT = "clusters/cluster/kept.html"


def load(request: HttpRequest, reference: str) -> Cluster:
    """Return the cluster that the address names, for a page of this person.

    Raises:
        Http404: there is none, or the person may not see it.
    """
    rows = _for_strangers()
    if request.user.is_authenticated:
        rows = _for_verbs(timezone.localdate(), tuple(settings.LEAD_ROLES), settings.LEAD_AFTER_END_MONTHS)
    return get_visible(rows.by_name(reference), request.user)


@lru_cache(maxsize=1)
def _for_strangers() -> ClusterQuerySet:
    """Compose once what every page asks: that takes as long as to read it. Never read itself."""
    return Cluster.objects.for_frame().with_ties()


@lru_cache(maxsize=4)
def _for_verbs(on: date, roles: tuple[str, ...], months: int) -> ClusterQuerySet:
    """Compose once a day what the pages of those ask who are signed in; `roles` and `months` rule who may lead."""
    return _for_strangers().for_verbs().with_lead_rule(on, roles=roles, months=months)


def frame(request: HttpRequest, cluster: Cluster, tab: str) -> dict[str, Any]:
    """Return what the frame of every page of a cluster shows: state, verbs, tabs."""
    now = timezone.now()
    user = request.user
    offers = _ordered(CLUSTER.offers(cluster, by=user, at=now)) if user.is_authenticated else []
    # Somebody missing is the exception: where proposer and lead are there, adoption is no choice to explain.
    offers = [offer for offer in offers if offer.verb.code != "adopt" or offer.verdict]
    reports_day = user.is_authenticated and bool(can_report_day(user, cluster))
    if reports_day:  # its one form does more than the verb's page
        offers = [offer for offer in offers if offer.verb.code != "conclude"]
    shown = [offer for offer in offers if offer.verb.style != "final"][:SHOWN_VERBS]
    on = timezone.localdate(now)
    trouble = lead_trouble(cluster, on) if sees_names(user, cluster) else None
    return {
        "cluster": cluster,
        "tab": tab,
        "tabs": _tabs(cluster, tab, user),
        "offers": shown,
        "more_offers": [offer for offer in offers if offer not in shown],
        "may_work": user.is_authenticated and bool(can_work(user, cluster)),
        "lead_trouble": trouble,
        "lead_remedies": remedies(user, cluster, on) if trouble is not None else [],
        "how_it_stands": how_it_stands(cluster, on),
        "comments_asked": asked_words(cluster, on),
        "reports_day": reports_day,
        "may_edit": bool(can_edit_proposal(user, cluster)) if user.is_authenticated else False,
        "accepted_to_lead_at": _own_acceptance(user, cluster),
        "lead_name": names_of(user, cluster, [cluster.lead_id]).get(cluster.lead_id or 0, ""),
        "has_factsheet": cluster.approved_at is not None and cluster.state not in EDITABLE_STATES,
        "is_finished": cluster.state in FINISHED_STATES,
    }


def _own_acceptance(user: User | AnonymousUser, cluster: Cluster) -> datetime | None:
    """Return when this person accepted to lead a cluster that is not decided on; None for everybody else."""
    is_open = cluster.state in EDITABLE_STATES and cluster.lead_accepted_at is not None
    if not is_open or viewer(user, timezone.localdate()).member_id != cluster.lead_id:
        return None
    return cluster.lead_accepted_at


def _ordered(offers: list[Offer]) -> list[Offer]:
    """Put the step forward first and what is final last, else in the order of the table."""
    return sorted(offers, key=lambda offer: ("primary", "second", "final").index(offer.verb.style))


def _tabs(cluster: Cluster, current: str, user: User | AnonymousUser) -> list[dict[str, Any]]:
    """Return the tabs of a cluster's pages; the room's for those who read it, others find it by its address."""
    rows = [
        ("summary", "clusters:detail", _("Summary")),
        ("roadmap", "clusters:roadmap", _("Roadmap")),
        ("people", "clusters:people", _("People")),
        ("comments", "clusters:comments", _("Comments")),
        ("outcomes", "clusters:outcomes", _("Outcomes")),
        ("room", "clusters:room", _("Room")),
        ("amendments", "clusters:amendments", _("Amendments")),
        ("history", "clusters:history", _("History")),
    ]
    for tab in contributions.tabs:
        if tab.is_shown(cluster):
            at = 1 + [code for code, _name, _label in rows].index(tab.after)
            rows.insert(at, (tab.code, tab.url_name, str(tab.label)))
    kwargs = {"reference": cluster.name}
    if cluster.approved_at is None:
        rows = [row for row in rows if row[0] != "amendments"]
    has_comments = cluster.state in EDITABLE_STATES and can_read_comments(user, cluster)
    if current != "comments" and not has_comments:
        rows = [row for row in rows if row[0] != "comments"]
    if current != "room" and not can_see_room(user, cluster):
        rows = [row for row in rows if row[0] != "room"]
    return [
        {"label": label, "url": reverse(name, kwargs=kwargs), "current": code == current} for code, name, label in rows
    ]


@method_decorator(login_not_required, name="dispatch")
class ClusterDetailView(View):
    """`/clusters/<reference>/`: what it answers, how far it is, who takes part, what came of it."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the summary; a merged cluster's address leads to the one that took it in."""
        on = timezone.localdate()
        # The one word of an address on which parts of the page hear: a page that is asked for by it is not kept.
        shared = None if UNFOLDS in request.GET else page_of(reference, request.user, on)
        if shared is not None and (html := shared.kept()) is not None:
            return render(request, KEPT, {"cluster": shared.cluster, "kept": html})
        cluster = load(request, reference)
        if (into := took_it_in(cluster, request.user)) is not None:
            return redirect(into, permanent=True)
        context = self.context(request, cluster, on)
        if shared is None:
            return render(request, "clusters/cluster/detail.html", context)
        html = drawn(shared, context, lambda: page_of(reference, request.user, on))
        return render(request, KEPT, {"cluster": cluster, "kept": html})

    def context(self, request: HttpRequest, cluster: Cluster, on: date) -> dict[str, Any]:
        """Return what the page shows of `cluster` on the day `on`."""
        facts = cached_snapshot(cluster, at=timezone.now())
        if facts["conditions"]:
            prefetch_related_objects([cluster], "conditions")  # the verdicts of the buttons read them, and their list
        newest = history_of(cluster, request.user, most=SHOWN_EVENTS)
        entries = [replace(entry, changes=[]) for entry in newest]
        around = frame(request, cluster, "summary")
        is_concluded = cluster.state == State.CONCLUDED
        return {
            **around,
            "facts": facts,
            **parts_html(cluster, facts, lead_name=around["lead_name"], entries=entries, on=on),
            "entries": entries,
            "decision_waits": _decision_waits(request.user, cluster),
            "follow_ups": follow_ups_of(cluster, request.user, on=on) if is_concluded else [],
            "pending": pending_on(cluster, request.user),
            "relatives": relatives(cluster, request.user),
            "sections": sections_of("cluster", request, cluster),
        }


def _decision_waits(user: User | AnonymousUser, cluster: Cluster) -> bool:
    """Tell whether this person may be the one to decide on a proposal."""
    held = capacities(user if user.is_authenticated else AnonymousUser(), cluster, timezone.localdate())
    return cluster.state == State.SUBMITTED and bool(
        held & {Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR, Capacity.STAND_IN}
    )
