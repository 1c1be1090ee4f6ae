"""The review desk: which proposals wait for this coordinator, and one of them beside its check-list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from clusters.amendment_desk import to_decide
from clusters.choices import EDITABLE_STATES, NAMED_PARTICIPATIONS
from clusters.forms.assignment import AssignForm
from clusters.forms.lifecycle import REASON_LENGTH, ApproveForm
from clusters.forms.proposal_choices import language_choices
from clusters.kept_snapshot import cached_snapshot
from clusters.lifecycle import CLUSTER
from clusters.models import Cluster, Participation, PreparedDecision
from clusters.overlap import overlap_of
from clusters.permissions import Leads, deciding_members, know_able, names_of
from clusters.pictures.snapshot import roadmap_pictures
from clusters.rules import checklist
from clusters.rules.assignment import can_assign, reviewers
from clusters.rules.content import Parts, content_hash, parts_of
from clusters.rules.decision import how_decided
from clusters.rules.prepared import prepared_on
from clusters.sentences import history
from clusters.tables.proposal_comment import counted
from clusters.views.cluster import load
from clusters.visibility import viewer
from community.models import Event, User

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: The verbs of the decision bar, in the order of the mock-up.
DECISIONS = ("approve", "return", "decline", "move")

#: Width of the picture in the text's column, in its own units: as many pixels as the column has on a desk screen.
COLUMN = 640

#: What the desk can be narrowed down to: by who looks at a proposal.
SHOWN = {"mine": ("people", gettext_lazy("I look at")), "nobody": ("search", gettext_lazy("Nobody looks at"))}

#: Everybody whom the proposal names, with their organisations: read once for people, capacities and content.
PEOPLE = Prefetch("participations", Participation.objects.select_related("organisation"))


class ReviewDeskView(LoginRequiredMixin, View):
    """`/review/`: own cases oldest first, cases as stand-in apart."""

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show the desk to coordinators; everybody else is told who coordinates."""
        on = timezone.localdate()
        who = viewer(request.user, on)
        if not who.is_coordinator:
            raise PermissionDenied(_("The review desk is for coordinators of a working group."))
        waiting = Cluster.objects.visible_to(request.user).waiting_for_decision().for_desk()
        if (show := request.GET.get("show")) in SHOWN:
            waiting = waiting.looked_at_by(who.member_id if show == "mine" else None)
        own = waiting if who.is_mission else waiting.for_groups(who.group_ids)
        stand_in = Cluster.objects.none()
        if not who.is_mission:
            stand_in = waiting.for_stand_ins(on).outside_groups(who.group_ids)
        context = {
            "own": _cases(own, request, on),
            "stand_in": _cases(stand_in, request, on),
            "amendments": [{"row": row, "is_stand_in": as_} for row, as_ in to_decide(who, on)],
            "viewer": who,
            "me": who.member_id,
            "views": _views(request),
            "is_narrowed": show in SHOWN,
        }
        return render(request, "clusters/review/desk.html", context)


def _views(request: SignedInRequest) -> list[dict[str, object]]:
    """Return the views of the desk: all proposals, those that the reader looks at, those that nobody does."""
    show = request.GET.get("show")
    narrow = [
        {"url": f"{request.path}?show={code}", "icon": icon, "label": label, "current": show == code}
        for code, (icon, label) in SHOWN.items()
    ]
    return [{"url": request.path, "icon": "list", "label": _("All"), "current": show not in SHOWN}, *narrow]


def _cases(rows: Iterable[Cluster], request: SignedInRequest, on: date) -> list[dict[str, object]]:
    """Return each waiting proposal with how its check-list stands and whether this person may decide."""
    cases = []
    rows = list(rows)
    me = viewer(request.user, on).member_id or 0
    free = Cluster.objects.keys_without_party(me, rows)
    know_able([*rows, *(ask.into for row in rows for ask in row.merge_requests.all())], on)
    parts, leads = parts_of(rows), Leads([(row.lead, row.lead_organisation) for row in rows], on)
    prepared = PreparedDecision.objects.by_cluster(rows)
    for cluster in rows:
        points = checklist.checklist(cluster, on, leads=leads, parts=parts[cluster.pk])
        known = {"parties": frozenset() if cluster.pk in free else frozenset({me})}
        attempt = CLUSTER.attempt(
            cluster, "return", by=request.user, at=timezone.now(), is_asking=True, looked_up=known
        )
        cases.append(
            {
                "cluster": cluster,
                "done": sum(point.is_fulfilled for point in points),
                "total": len(points),
                "missing": [point for point in points if not point.is_fulfilled],
                "verdict": (verdict := CLUSTER.judge(attempt)),
                "prepared": prepared.get(cluster.pk) if verdict else None,
                "days": (on - timezone.localdate(cluster.submitted_at)).days,
            }
        )
    return cases


class ReviewView(LoginRequiredMixin, View):
    """`/review/<reference>/`: the proposal, its check-list, and the verbs at the bottom."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the proposal as it is now; the form carries the hash of what is shown.

        A mail or a second tab may lead here after the decision: then on to the cluster, which says what it is now.
        """
        cluster = load(request, reference)
        now = timezone.now()
        if cluster.state not in EDITABLE_STATES:
            messages.info(request, how_decided(CLUSTER.attempt(cluster, "approve", by=request.user, at=now)))
            return redirect(cluster.get_absolute_url())
        on = timezone.localdate(now)
        prefetch_related_objects([cluster], "stages", "objectives", PEOPLE)
        leads = Leads([(cluster.lead, cluster.lead_organisation)], on)
        known = {"eligible": leads.verdict(cluster.lead, cluster.lead_organisation)}
        offers = {offer.verb.code: offer for offer in CLUSTER.offers(cluster, by=request.user, at=now, looked_up=known)}
        if not any(code in offers for code in DECISIONS):
            raise PermissionDenied(_("Only those who may decide on this proposal review it here."))
        facts = cached_snapshot(cluster, at=now)
        parts = parts_of([cluster])[cluster.pk]
        points = checklist.checklist(cluster, on, leads=leads, parts=parts)
        return render(
            request,
            "clusters/review/case.html",
            {
                "cluster": cluster,
                "facts": facts,
                **_people_and_frame(cluster, request.user, parts),
                "pictures": roadmap_pictures(facts, on=on, width=COLUMN),
                **_judged(points),
                "overlap": overlap_of(cluster, request.user, parts),
                "offers": offers,
                "may_decide": next(offers[code].verdict for code in ("return", "decline") if code in offers),
                **_assigning(cluster, request.user, on),
                "seen": content_hash(cluster, parts),
                "lengths": {"reason": REASON_LENGTH},
                "conditions": ApproveForm(cluster=cluster, verb=CLUSTER.verb("approve")).rows,
                "others": [m for m in deciding_members(cluster, on) if m.pk != viewer(request.user, on).member_id],
                "entries": history(
                    Event.objects.about(cluster).select_related("detail", "by__member"), cluster, user=request.user
                ),
            },
        )


def _judged(points: list[checklist.Point]) -> dict[str, object]:
    """Return the check-list, how many of its points are fulfilled, and those that are not."""
    done = sum(point.is_fulfilled for point in points)
    return {"points": points, "done": done, "missing": checklist.unfulfilled(points)}


def _assigning(cluster: Cluster, user: User, on: date) -> dict[str, object]:
    """Return who reads, whether they may say who looks at the proposal, and the form for it."""
    me, form = viewer(user, on).member_id, AssignForm(reviewers=reviewers(cluster, on))
    return {"me": me, "may_assign": can_assign(user, cluster), "form": form}


def _people_and_frame(cluster: Cluster, user: User, parts: Parts) -> dict[str, object]:
    """Return who is named in the proposal, asked or not, and what frames it: groups, language, what was said of it."""
    rows = [row for row in cluster.participations.all() if row.status in NAMED_PARTICIPATIONS]
    names = names_of(user, cluster, [cluster.lead_id, *(row.member_id for row in rows)])
    return {
        "prepared": prepared_on(cluster, user),
        "comment_count": counted(cluster),
        "lead_name": names.get(cluster.lead_id or 0, ""),
        "people": [{"row": row, "name": names.get(row.member_id or 0, "")} for row in rows],
        "further_groups": list(cluster.further_working_groups.all()) if parts.further_working_groups else [],
        "language": dict(language_choices(cluster.language)).get(cluster.language, cluster.language),
    }
