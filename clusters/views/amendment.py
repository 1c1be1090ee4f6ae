"""The pages of a cluster's amendments: list, form, one amendment with its difference, its verbs and the decision."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from clusters.actions import amendment as actions
from clusters.amendment_lifecycle import AMENDMENT
from clusters.choices import OPEN_AMENDMENTS, AmendmentKind
from clusters.forms.amendment import AmendmentForm, AmendmentVerbForm, CommentForm, DecisionForm, HandOverForm, WishForm
from clusters.models import Amendment, Cluster
from clusters.notifications.amendment import told
from clusters.permissions import names_of
from clusters.rules.amendment import amendments_for, can_comment, can_suggest, puts_forward
from clusters.rules.amendment_fields import DAYS, LABELS, amendment_hash, directory, in_words
from clusters.rules.roadmap import end_warnings
from clusters.tables.amendment import DECISIONS, lines, sheet
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, status_of
from community.lifecycle import Verb
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

#: Verbs with a page of their own here, by their name in the address.
PAGES = {
    verb.code.partition(".")[2].replace("_", "-"): verb
    for verb in AMENDMENT
    if verb.has_page and verb.code not in (*DECISIONS, "amendment.renewed")
}
RENEW = AMENDMENT.verb("amendment.renewed")


def _amendment(request: HttpRequest, cluster: Cluster, number: int) -> Amendment:
    """Return the amendment of that number, for a person who may read it.

    Raises:
        Http404: there is none, or it is not open to this person.
    """
    rows = amendments_for(request.user, cluster).select_related("event__detail", "suggested_by")
    row = rows.numbered(number)
    if row is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    row.cluster = cluster
    return row


@method_decorator(login_not_required, name="dispatch")
class AmendmentsView(View):
    """`/clusters/<reference>/amendments/`: what was accepted, and what waits for those concerned."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the list, newest first."""
        cluster = load(request, reference)
        rows = amendments_for(request.user, cluster).order_by("-number")
        context = {
            **frame(request, cluster, "amendments"),
            "lines": lines(rows, cluster, request.user),
            "may_suggest": request.user.is_authenticated and bool(can_suggest(request.user, cluster)),
        }
        return render(request, "clusters/amendment/list.html", context)


class AmendmentCreateView(View):
    """`/clusters/<reference>/amendments/suggest/`: a change of content, dates or working group."""

    form_class: type[WishForm] = AmendmentForm

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show the form, filled from the cluster; a stage that lies outside of it sends the dates along."""
        cluster = self._load(request, reference)
        form = make_form(request, cluster, self.form_class, None, wished=_dates(request))
        return self._page(request, cluster, form)

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Suggest, and put forward where the person may; a refusal keeps what was typed."""
        cluster = self._load(request, reference)
        form = make_form(request, cluster, self.form_class, request.POST)
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        if form.is_outdated:
            return self._outdated(request, cluster, form)
        try:
            row = actions.suggest_amendment(
                cluster=cluster, by=request.user, wished=form.wished(), reason=form.cleaned_data["reason"]
            )
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        is_forward = row.put_forward_by_id is not None
        done = AMENDMENT.verb("amendment.proposed").done if is_forward else _("Suggested. The lead puts it forward.")
        if is_forward and row.new_lead is not None and row.new_lead_accepted_at is None:
            done = _("%(name)s is asked first; then the coordinators decide.") % {"name": row.new_lead.name}
        messages.success(request, str(done))
        return redirect("clusters:amendment", cluster.name, row.number)

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        cluster = load(request, reference)
        ask(can_suggest(request.user, cluster))
        return cluster

    def _outdated(self, request: SignedInRequest, cluster: Cluster, form: WishForm) -> HttpResponse:
        """Show what the cluster says now beside what is typed."""
        return self._page(request, cluster, form, status=409, **outdated_context(form))

    def _page(
        self, request: SignedInRequest, cluster: Cluster, form: WishForm, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        is_hand_over = isinstance(form, HandOverForm)
        context = {
            **frame(request, cluster, "amendments"),
            "form": form,
            "is_hand_over": is_hand_over,
            "heading": _("Hand the lead over") if is_hand_over else _("Suggest an amendment"),
            "puts_forward": puts_forward(request.user, cluster),
            **more,
        }
        return render(request, "clusters/amendment/form.html", context, status=status)


def _dates(request: HttpRequest) -> dict[str, str]:
    """Return the dates that the address wishes; what is no day is left out."""
    found = {}
    for name in DAYS:
        with suppress(ValueError):
            if day := parse_date(request.GET.get(name, "")):
                found[name] = day.isoformat()
    return found


class HandOverView(AmendmentCreateView):
    """`/clusters/<reference>/amendments/hand-over/`: somebody else takes over the lead."""

    form_class = HandOverForm


def make_form(
    request: SignedInRequest, cluster: Cluster, form_class: type[WishForm], data: Any, **more: Any
) -> WishForm:
    """Return the form with the names that this person may read."""
    names: dict[int, str] = {}
    if issubclass(form_class, HandOverForm):
        ids = cluster.participations.active().values_list("member_id", flat=True)
        names = names_of(request.user, cluster, ids)
    return form_class(data, cluster=cluster, names=names, **more)


def outdated_context(form: WishForm) -> dict[str, Any]:
    """Return what was typed against what the cluster says now; the form then counts as shown anew."""
    wished = form.wished()
    changed = {name: {"was": form.now[name], "now": wished[name]} for name in wished if wished[name] != form.now[name]}
    names = directory(changed, may_name=bool(form.names))
    form.shown_anew()
    return {
        "is_outdated": True,
        "typed": [
            {"label": LABELS[name], **{side: in_words(name, pair[side], names) for side in ("was", "now")}}
            for name, pair in changed.items()
        ],
    }


@method_decorator(login_not_required, name="dispatch")
class AmendmentDetailView(View):
    """`/clusters/<reference>/amendments/<number>/`: the difference, how it stands, and what the reader may do."""

    def get(self, request: HttpRequest, reference: str, number: int) -> HttpResponse:
        """Show it to whom it is open; to the group once it is accepted, and only what was accepted."""
        cluster = load(request, reference)
        return detail(request, cluster, _amendment(request, cluster, number), CommentForm())


def detail(
    request: HttpRequest, cluster: Cluster, amendment: Amendment, comment_form: CommentForm, *, status: int = 200
) -> HttpResponse:
    """Render one amendment."""
    page = sheet(amendment, request.user)
    slugs = {verb.code: slug for slug, verb in PAGES.items()} | {RENEW.code: "renew"}
    may_comment = request.user.is_authenticated and bool(can_comment(request.user, amendment))
    context = {
        **frame(request, cluster, "amendments"),
        "sheet": page,
        "amendment": amendment,
        "end_warnings": _end_warnings(amendment) if page.is_private else [],
        "buttons": [{"offer": offer, "slug": slugs[offer.verb.code]} for offer in page.offers],
        "comment_form": comment_form if may_comment else None,
    }
    return render(request, "clusters/amendment/detail.html", context, status=status)


def _end_warnings(amendment: Amendment) -> list[str]:
    """Return what the wished end would lie behind, while it is still to be decided on."""
    pair = amendment.changes.get("ends_on")
    if pair is None or amendment.state not in OPEN_AMENDMENTS:
        return []
    return end_warnings(amendment.cluster, parse_date(pair["now"]))


class AmendmentCommentView(View):
    """`/clusters/<reference>/amendments/<number>/comment/`."""

    def post(self, request: SignedInRequest, reference: str, number: int) -> HttpResponse:
        """Write the comment; a refusal keeps it typed."""
        cluster = load(request, reference)
        amendment = _amendment(request, cluster, number)
        ask(can_comment(request.user, amendment))
        form = CommentForm(request.POST)
        if not form.is_valid():
            return detail(request, cluster, amendment, form, status=INVALID)
        try:
            actions.comment_on_amendment(amendment=amendment, by=request.user, text=form.cleaned_data["text"])
        except Refusal as refusal:
            return detail(request, cluster, amendment, form, status=status_of(refusal, form))
        messages.success(request, _("Your comment is there. The lead and those who decide are told."))
        return redirect("clusters:amendment", cluster.name, number)


class AmendmentRenewView(AmendmentCreateView):
    """`/clusters/<reference>/amendments/<number>/renew/`: write it anew against the cluster as it stands."""

    def get(self, request: SignedInRequest, reference: str, number: int) -> HttpResponse:  # type: ignore[override]
        """Show the form, filled with what is wished."""
        cluster, amendment = self._open(request, reference, number)
        form = self._renewal(request, cluster, amendment, None)
        return self._page(request, cluster, form, heading=RENEW.heading, amendment=amendment)

    def post(self, request: SignedInRequest, reference: str, number: int) -> HttpResponse:  # type: ignore[override]
        """Renew; a refusal keeps what was typed."""
        cluster, amendment = self._open(request, reference, number)
        form = self._renewal(request, cluster, amendment, request.POST)
        more = {"heading": RENEW.heading, "amendment": amendment}
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID, **more)
        if form.is_outdated:
            return self._page(request, cluster, form, status=409, **more, **outdated_context(form))
        try:
            why = form.cleaned_data["reason"]
            actions.act(amendment=amendment, verb=RENEW.code, by=request.user, wished=form.wished(), why=why)
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form), **more)
        messages.success(request, str(RENEW.done))
        return redirect("clusters:amendment", cluster.name, number)

    def _open(self, request: SignedInRequest, reference: str, number: int) -> tuple[Cluster, Amendment]:
        cluster = load(request, reference)
        amendment = _amendment(request, cluster, number)
        attempt = AMENDMENT.attempt(amendment, RENEW.code, by=request.user, at=timezone.now(), is_asking=True)
        ask(AMENDMENT.judge(attempt))
        return cluster, amendment

    def _renewal(self, request: SignedInRequest, cluster: Cluster, amendment: Amendment, data: Any) -> WishForm:
        form_class = HandOverForm if amendment.kind == AmendmentKind.LEAD else AmendmentForm
        wished = {name: pair["now"] for name, pair in amendment.changes.items()}
        return make_form(request, cluster, form_class, data, wished=wished, reason=amendment.reason)


class AmendmentVerbView(View):
    """`/clusters/<reference>/amendments/<number>/<verb>/`: GET shows what will happen, POST does it."""

    def get(self, request: SignedInRequest, reference: str, number: int, verb: str) -> HttpResponse:
        """Ask."""
        cluster, amendment, row = self._load(request, reference, number, verb)
        return self._page(request, cluster, amendment, row, AmendmentVerbForm(verb=row))

    def post(self, request: SignedInRequest, reference: str, number: int, verb: str) -> HttpResponse:
        """Do it; a refusal keeps what was typed and says why."""
        cluster, amendment, row = self._load(request, reference, number, verb)
        form = AmendmentVerbForm(request.POST, verb=row)
        if not form.is_valid():
            return self._page(request, cluster, amendment, row, form, status=INVALID)
        try:
            actions.act(amendment=amendment, verb=row.code, by=request.user, reason=form.cleaned_data.get("reason", ""))
        except Refusal as refusal:
            return self._page(request, cluster, amendment, row, form, status=status_of(refusal, form))
        messages.success(request, str(row.done))
        return redirect("clusters:amendment", cluster.name, number)

    def _load(
        self, request: SignedInRequest, reference: str, number: int, verb: str
    ) -> tuple[Cluster, Amendment, Verb]:
        cluster = load(request, reference)
        amendment = _amendment(request, cluster, number)
        if verb not in PAGES:
            raise Http404(_("There is no such page."))
        row = PAGES[verb]
        attempt = AMENDMENT.attempt(amendment, row.code, by=request.user, at=timezone.now(), is_asking=True)
        verdict = AMENDMENT.judge(attempt)
        if verdict.code == "forbidden":
            ask(verdict)
        return cluster, amendment, row

    def _page(
        self,
        request: SignedInRequest,
        cluster: Cluster,
        amendment: Amendment,
        row: Verb,
        form: AmendmentVerbForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        attempt = AMENDMENT.attempt(amendment, row.code, by=request.user, at=timezone.now(), is_asking=True)
        context = {
            **frame(request, cluster, "amendments"),
            "sheet": sheet(amendment, request.user),
            "amendment": amendment,
            "verb": row,
            "form": form,
            "verdict": AMENDMENT.judge(attempt),
            "told": told(attempt),
        }
        return render(request, "clusters/amendment/verb.html", context, status=status)


class AmendmentDecideView(View):
    """`/clusters/<reference>/amendments/<number>/decide/`: ticks per field, and why the rest is refused."""

    def get(self, request: SignedInRequest, reference: str, number: int) -> HttpResponse:
        """Show the difference with a tick a field; what is outdated cannot be ticked."""
        cluster, amendment = self._load(request, reference, number)
        page = sheet(amendment, request.user)
        ticked = [row.name for row in page.rows if not row.is_outdated]
        initial = {"seen": amendment_hash(amendment), "accepted": ticked}
        form = DecisionForm(initial=initial, fields=amendment.changes)
        return self._page(request, cluster, amendment, form, ticked=ticked)

    def post(self, request: SignedInRequest, reference: str, number: int) -> HttpResponse:
        """Decide: "refuse" leaves every tick aside."""
        cluster, amendment = self._load(request, reference, number)
        form = DecisionForm(request.POST, fields=amendment.changes)
        ticked = request.POST.getlist("accepted")
        if not form.is_valid():
            return self._page(request, cluster, amendment, form, ticked=ticked, status=INVALID)
        accepted = [] if request.POST.get("do") == "refuse" else form.cleaned_data["accepted"]
        given = form.cleaned_data
        try:
            row = actions.decide_amendment(
                amendment=amendment, by=request.user, accepted=accepted, reason=given["reason"], seen=given["seen"]
            )
        except Refusal as refusal:
            status = status_of(refusal, form)
            if refusal.code == "stale":
                form.shown_anew(amendment_hash(_amendment(request, cluster, number)))
                form.add_error(None, str(refusal.reason))
            return self._page(request, cluster, amendment, form, ticked=ticked, status=status)
        done = {"accepted": "amendment.accepted", "partly_accepted": "amendment.in_part"}
        messages.success(request, str(AMENDMENT.verb(done.get(row.state, "amendment.refused")).done))
        return redirect("clusters:amendment", cluster.name, number)

    def _load(self, request: SignedInRequest, reference: str, number: int) -> tuple[Cluster, Amendment]:
        cluster = load(request, reference)
        amendment = _amendment(request, cluster, number)
        attempt = AMENDMENT.attempt(amendment, "amendment.refused", by=request.user, at=timezone.now(), is_asking=True)
        verdict = AMENDMENT.judge(attempt)
        if verdict.code == "forbidden":
            ask(verdict)
        return cluster, amendment

    def _page(
        self,
        request: SignedInRequest,
        cluster: Cluster,
        amendment: Amendment,
        form: DecisionForm,
        *,
        ticked: list[str],
        status: int = 200,
    ) -> HttpResponse:
        attempt = AMENDMENT.attempt(amendment, "amendment.accepted", by=request.user, at=timezone.now(), is_asking=True)
        context = {
            **frame(request, cluster, "amendments"),
            "sheet": sheet(amendment, request.user),
            "amendment": amendment,
            "form": form,
            "ticked": ticked,
            "end_warnings": _end_warnings(amendment),
            "verdict": AMENDMENT.judge(attempt),
            "told": told(attempt),
        }
        return render(request, "clusters/amendment/decide.html", context, status=status)
