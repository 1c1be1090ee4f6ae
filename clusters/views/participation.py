"""The page of people, and the pages on which one joins, answers, leaves, invites and gives a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from clusters.actions import participation as actions
from clusters.actions.parting import end_participation
from clusters.choices import ParticipationStatus
from clusters.forms.participation import (
    AnswerForm,
    EndForm,
    EnterForm,
    InviteForm,
    LeaveForm,
    RoleForm,
    SearchForm,
    WantForm,
)
from clusters.models import Cluster, Participation
from clusters.notifications.invitation import MAY
from clusters.permissions import EXTERNAL, can_work, names_of
from clusters.rules.joining import (
    SMALL_GROUP,
    Way,
    can_answer_invitation,
    can_end,
    can_enter,
    can_leave,
    has_room,
    own_participation,
    way_in,
)
from clusters.tables.participation import members_to_invite, organisations_to_want, own_organisations, people_of
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, part_of, show_anew, status_of
from community.access import with_key
from community.choices import Standing
from community.liaison_contributed import liaisons_of
from community.permissions import Refusal, Verdict

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

ENTERED = {
    ParticipationStatus.INTERESTED: gettext_lazy("Noted: you would join. The lead is asked once it is approved."),
    ParticipationStatus.REQUESTED: gettext_lazy("You asked to join. The lead answers you by mail."),
    ParticipationStatus.WAITING: gettext_lazy("You stand on the waiting list. You are told when a place is free."),
    ParticipationStatus.ACTIVE: gettext_lazy("You take part in this cluster now."),
}


@method_decorator(login_not_required, name="dispatch")
class PeopleView(View):
    """`/clusters/<reference>/people/`: who takes part by organisation, and how one joins."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the people to whoever sees the cluster."""
        return _people(request, load(request, reference))


class EnterView(View):
    """`/clusters/<reference>/people/join/`."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Ask for which organisation, and for a word to the lead."""
        cluster = load(request, reference)
        if own_participation(request.user, cluster) is not None:
            return redirect("clusters:people", cluster.name)
        ask(can_enter(request.user, cluster))
        return self._page(request, cluster, None, status=200)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Come in; the second press leads to the first."""
        cluster = load(request, reference)
        form = EnterForm(request.POST, organisations=own_organisations(request.user, timezone.localdate()))
        if not form.is_valid():
            ask(can_enter(request.user, cluster))
            return self._page(request, cluster, form, status=INVALID)
        try:
            row = actions.enter(cluster=cluster, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form), refusal=refusal)
        messages.success(request, str(ENTERED[ParticipationStatus(row.status)]))
        return redirect("clusters:people", cluster.name)

    def _page(
        self,
        request: SignedInRequest,
        cluster: Cluster,
        form: EnterForm | None,
        *,
        status: int,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        offered = way_in(request.user, cluster)
        organisations = own_organisations(request.user, timezone.localdate())
        if form is None or (refusal is not None and refusal.code == "stale"):
            way = offered.way if offered else Way.ASK
            initial = {"way": way, "message": form.data.get("message", "") if form else ""}
            form = EnterForm(organisations=organisations, initial=initial)
        context = {
            **frame(request, cluster, "people"),
            "form": form,
            "offered": offered,
            "organisations": organisations,
            "conflict": refusal.reason if refusal is not None and refusal.code == "stale" else "",
        }
        return render(request, "clusters/participation/enter.html", context, status=status)


class PartView(View):
    """Base of the pages about one participation that ask something before they write."""

    form_class: type[forms.Form]
    template: str

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Ask, when the person may."""
        cluster, row = self._load(request, reference, pk)
        self.check(request, cluster, row)
        initial = {"role": row.role, "access": row.access, "seen": row.status, **seen_of(row)}
        form = self.form_class(initial=initial, **self.form_words(row))
        return self._page(request, cluster, row, form, status=200)

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; a refusal keeps what was typed."""
        cluster, row = self._load(request, reference, pk)
        form = self.form_class(request.POST, **self.form_words(row))
        if not form.is_valid():
            return self._page(request, cluster, row, form, status=INVALID)
        try:
            sentence = self.act(request, row, form)
        except Refusal as refusal:
            status = status_of(refusal, form)
            if refusal.code == "stale":
                row.refresh_from_db(fields=["role", "access"])
                show_anew(form, refusal, **seen_of(row))
            return self._page(request, cluster, row, form, status=status)
        messages.success(request, sentence)
        return redirect("clusters:people", cluster.name)

    def form_words(self, row: Participation) -> dict[str, Any]:
        """Return what the form is told about this part."""
        return {}

    def check(self, request: SignedInRequest, cluster: Cluster, row: Participation) -> None:
        """Let through whom the predicate of this page allows."""
        ask(can_work(request.user, cluster))

    def act(self, request: SignedInRequest, row: Participation, form: Any) -> str:
        """Do it and return the sentence that is shown after."""
        raise NotImplementedError

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Participation]:
        """Return cluster and participation; strangers to both learn nothing of the participation."""
        cluster = load(request, reference)
        row = part_of(cluster.participations, pk)
        if not _is_mine(request, row):
            ask(can_work(request.user, cluster))
        row.cluster = cluster
        return cluster, row

    def _page(
        self, request: SignedInRequest, cluster: Cluster, row: Participation, form: forms.Form, *, status: int
    ) -> HttpResponse:
        name = names_of(request.user, cluster, [row.member_id]).get(row.member_id or 0, "")
        context = {**frame(request, cluster, "people"), "form": form, "row": row, "name": name}
        return render(request, self.template, context | self.further(request, row), status=status)

    def further(self, request: SignedInRequest, row: Participation) -> dict[str, Any]:
        """Return what this page shows beside form, part and name."""
        return {}


class RequestAnswerView(PartView):
    """`/clusters/<reference>/people/<pk>/answer/`: the lead answers who asked to join."""

    form_class = AnswerForm
    template = "clusters/participation/answer.html"

    def act(self, request: SignedInRequest, row: Participation, form: AnswerForm) -> str:
        """Accept or decline the request."""
        done = actions.answer_request(participation=row, by=request.user, **form.answers())
        is_in = done.status == ParticipationStatus.ACTIVE
        return _("Accepted. The person is told.") if is_in else _("Declined. The person is told why.")


class InvitationAnswerView(PartView):
    """`/clusters/<reference>/people/<pk>/invitation/`: the invited person answers."""

    form_class = AnswerForm
    template = "clusters/participation/invitation.html"

    def check(self, request: SignedInRequest, cluster: Cluster, row: Participation) -> None:
        """Let through the invited person."""
        ask(can_answer_invitation(request.user, row))

    def act(self, request: SignedInRequest, row: Participation, form: AnswerForm) -> str:
        """Accept or decline the invitation."""
        done = actions.answer_invitation(participation=row, by=request.user, **form.answers())
        is_in = done.status == ParticipationStatus.ACTIVE
        return _("You take part in this cluster now.") if is_in else _("Declined. The lead is told.")


class LeaveView(PartView):
    """`/clusters/<reference>/people/<pk>/leave/`: one takes one's own part back."""

    form_class = LeaveForm
    template = "clusters/participation/leave.html"

    def check(self, request: SignedInRequest, cluster: Cluster, row: Participation) -> None:
        """Let through whose part it is."""
        ask(can_leave(request.user, row))

    def act(self, request: SignedInRequest, row: Participation, form: LeaveForm) -> str:
        """Leave."""
        actions.leave(participation=row, by=request.user, reason=form.cleaned_data["reason"])
        return _("You left. What you contributed stays.") if row.from_on else _("Taken back.")


class EndView(PartView):
    """`/clusters/<reference>/people/<pk>/end/`: an invitation is taken back, or a participation ended."""

    form_class = EndForm
    template = "clusters/participation/end.html"

    def check(self, request: SignedInRequest, cluster: Cluster, row: Participation) -> None:
        """Let through who may end it."""
        ask(can_end(request.user, row))

    def act(self, request: SignedInRequest, row: Participation, form: EndForm) -> str:
        """End it."""
        done = end_participation(participation=row, by=request.user, **form.cleaned_data)
        if done.status == ParticipationStatus.EXPIRED:
            return _("The invitation is taken back. The person is told.")
        return _("The participation is ended. The person is told why.")

    def further(self, request: SignedInRequest, row: Participation) -> dict[str, Any]:
        """Show the part as it stands by now, and what ending it leaves open."""
        if request.method == "POST":
            row.refresh_from_db(fields=["status", "role"])
        return {"may_end": can_end(request.user, row), "stages": row.cluster.stages.open_of(row.member_id)}


class RoleView(PartView):
    """`/clusters/<reference>/people/<pk>/role/`: the lead gives a role, deputy among them."""

    form_class = RoleForm
    template = "clusters/participation/role.html"

    def form_words(self, row: Participation) -> dict[str, Any]:
        """Say why an external partner is offered all roles but that of deputy."""
        is_external = row.member is not None and row.member.standing == Standing.EXTERNAL
        return {"why_no_deputy": str(EXTERNAL)} if is_external else {}

    def act(self, request: SignedInRequest, row: Participation, form: RoleForm) -> str:
        """Give the role."""
        done = actions.give_role(
            participation=row, by=request.user, role=form.cleaned_data["role"], seen=form.cleaned_data["seen_role"]
        )
        return _("The role is now: %(role)s.") % {"role": done.get_role_display()}


class InviteView(View):
    """`/clusters/<reference>/people/invite/`: look somebody up, then invite them."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the search and what it found."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        return _search(request, cluster, None, status=200)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Invite a member; who asked to join is accepted by that."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        form = InviteForm(request.POST, user=request.user)
        if not form.is_valid():
            return _search(request, cluster, form, status=INVALID)
        try:
            actions.invite(cluster=cluster, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return _search(request, cluster, form, status=status_of(refusal, form))
        messages.success(request, _("Invited. The person is asked by mail."))
        return redirect("clusters:people", cluster.name)


class WantView(View):
    """`/clusters/<reference>/people/want/`: an organisation without a person yet."""

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Put it on the list."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        form = WantForm(request.POST, user=request.user)
        if not form.is_valid():
            return _search(request, cluster, form, status=INVALID)
        try:
            row = actions.want_organisation(cluster=cluster, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return _search(request, cluster, form, status=status_of(refusal, form))
        name = row.organisation.name if row.organisation else ""
        messages.success(request, _("%(organisation)s is on the list. Nobody is mailed.") % {"organisation": name})
        return redirect("clusters:people", cluster.name)


class ForgetView(View):
    """`/clusters/<reference>/people/<pk>/forget/`: an organisation that is not wanted any more."""

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Take it off the list; the second press finds it gone."""
        cluster = load(request, reference)
        ask(can_work(request.user, cluster))
        row = with_key(cluster.participations.wanted(), pk)
        if row is not None:
            try:
                actions.forget_organisation(participation=row, by=request.user)
            except Refusal as refusal:
                messages.error(request, str(refusal.reason))
                return _people(request, cluster, status=status_of(refusal))
        messages.success(request, _("Taken off the list."))
        return redirect("clusters:people", cluster.name)


def _people(request: HttpRequest, cluster: Cluster, *, status: int = 200) -> HttpResponse:
    """Render the page of people."""
    on, user = timezone.localdate(), request.user
    may_work = bool(can_work(user, cluster)) if user.is_authenticated else False
    mine = own_participation(user, cluster)
    offered = way_in(user, cluster)
    people = people_of(cluster, user=user, on=on)
    context = {
        **frame(request, cluster, "people"),
        "people": people,
        "small_group": SMALL_GROUP,
        "is_large": may_work and people.persons > SMALL_GROUP,
        "place": next((n for n, row in enumerate(people.waiting, 1) if mine and row.participation.pk == mine.pk), 0),
        "may_work": may_work,
        "mine": mine,
        "offered": offered,
        "organisations": own_organisations(user, on) if offered and user.is_authenticated else [],
        "may": MAY[mine.access] if mine else "",
        "may_answer": can_answer_invitation(user, mine) if mine else None,
        "may_leave": can_leave(user, mine) if mine else None,
        "room": has_room(cluster),
        "section": liaisons_of(user, "cluster", cluster.pk, Verdict(may_work)),
    }
    return render(request, "clusters/participation/people.html", context, status=status)


def _search(request: SignedInRequest, cluster: Cluster, form: forms.Form | None, *, status: int) -> HttpResponse:
    """Render the search for people and organisations."""
    on = timezone.localdate()
    search = SearchForm(request.GET or None)
    query = search.words() if search.is_bound else ""
    context = {
        **frame(request, cluster, "people"),
        "search": search,
        "query": query,
        "members": members_to_invite(cluster, query, user=request.user, on=on) if query else [],
        "found_organisations": organisations_to_want(cluster, query, user=request.user) if query else [],
        "form": form,
        "invite": InviteForm(user=request.user),
        "want": WantForm(user=request.user),
    }
    return render(request, "clusters/participation/invite.html", context, status=status)


def seen_of(row: Participation) -> dict[str, str]:
    """Return role and access as the forms carry what they showed."""
    return {"seen_role": row.role, "seen_access": row.access}


def _is_mine(request: SignedInRequest, row: Participation) -> bool:
    """Tell whether the participation is this person's own."""
    member = request.user.member
    return member is not None and member.pk == row.member_id
