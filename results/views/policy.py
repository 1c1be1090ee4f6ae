"""Policy statements: the list, one statement, writing it, and its verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from clusters.views.parts import INVALID, ask, status_of
from clusters.visibility import viewer
from community.access import get_visible
from community.models import WorkingGroup
from community.permissions import Refusal
from results.actions import policy as actions
from results.choices import WRITTEN
from results.forms.policy import LineForm, ShowsForm, StatementCommentForm, StatementForm, StatementVerbForm
from results.models import PolicyStatement
from results.policy_lifecycle import STATEMENT, content_hash
from results.rules.policy import asks_still, can_begin, can_discard, can_write
from results.tables.policy import listed, sheet_of
from results.tables.policy_drop import dropped_of
from results.views.parts import slug_of

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

LIST, PAGE, FORM = "results/policy/list.html", "results/policy/detail.html", "results/policy/form.html"


VERBS = {slug_of(verb.code): verb for verb in STATEMENT}


def statement_of(request: HttpRequest, pk: int) -> PolicyStatement:
    """Return the statement of an address.

    Raises:
        Http404: there is none, or the person may not know of it.
    """
    return get_visible(PolicyStatement.objects.for_list(), request.user, pk=pk)


def written_by(request: SignedInRequest, pk: int) -> PolicyStatement:
    """Return the statement for somebody who writes in it.

    Raises:
        Http404: as `statement_of`.
        PermissionDenied: the person may not, with the reason.
    """
    statement = statement_of(request, pk)
    verdict = can_write(request.user, statement)
    if verdict.code == "forbidden":
        ask(verdict)
    return statement


@method_decorator(login_not_required, name="dispatch")
class StatementsView(View):
    """`/policy/`: what was adopted and withdrawn, for everybody; what is written and discussed, for who may know."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the lists."""
        rows = listed(PolicyStatement.objects.visible_to(request.user).for_list(), request.user)
        who = viewer(request.user, timezone.localdate())
        context = {
            "adopted": [row for row in rows if row.number and not row.is_withdrawn],
            "withdrawn": [row for row in rows if row.is_withdrawn],
            "written": [row for row in rows if not row.number],
            "may_begin": can_begin(request.user),
            "is_coordinator": who.is_coordinator,
        }
        return render(request, LIST, context)


class StatementCreateView(View):
    """`/policy/new/`."""

    def get(self, request: SignedInRequest) -> HttpResponse:
        """Show an empty form."""
        return self._page(request, StatementForm(groups=self._groups(request)))

    def post(self, request: SignedInRequest) -> HttpResponse:
        """Begin it as a draft."""
        groups = self._groups(request)
        form = StatementForm(request.POST, groups=groups)
        if not form.is_valid():
            return self._page(request, form, status=INVALID)
        group = next(row for row in groups if row.pk == form.cleaned_data["working_group"])
        try:
            statement = actions.begin_statement(working_group=group, by=request.user, **form.values())
        except Refusal as refusal:
            return self._page(request, form, status=status_of(refusal, form))
        messages.success(request, _("Begun as a draft: only the coordinators read it. Write its lines."))
        return redirect("results:statement", statement.pk)

    def _groups(self, request: SignedInRequest) -> list[WorkingGroup]:
        """Return the groups of which the person begins statements.

        Raises:
            PermissionDenied: there is none.
        """
        ask(can_begin(request.user))
        who = viewer(request.user, timezone.localdate())
        rows = WorkingGroup.objects.order_by("code")
        return [row for row in rows if who.is_mission or row.pk in who.group_ids]

    def _page(self, request: SignedInRequest, form: StatementForm, *, status: int = 200) -> HttpResponse:
        return render(request, FORM, {"form": form}, status=status)


@method_decorator(login_not_required, name="dispatch")
class StatementDetailView(View):
    """`/policy/<pk>/`: the statement as this reader may read it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it, with what the reader may do."""
        return statement_page(request, statement_of(request, pk))


def statement_page(
    request: HttpRequest, statement: PolicyStatement, form: StatementCommentForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Draw the page of a statement; `form` holds a comment that was refused."""
    sheet = sheet_of(statement, request.user)
    answered = request.GET.get("to", "")
    form = form or StatementCommentForm(initial={"reply_to": answered if answered.isdecimal() else ""})
    context = {
        "statement": statement,
        "sheet": sheet,
        "form": form,
        "buttons": [{"offer": offer, "slug": slug_of(offer.verb.code)} for offer in sheet.offers],
        "kept": next(iter(sheet.versions), None) if sheet.version is None and statement.state in WRITTEN else None,
    }
    return render(request, PAGE, context, status=status)


class StatementUpdateView(View):
    """`/policy/<pk>/edit/`."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form, filled from the statement as it is saved."""
        statement = written_by(request, pk)
        return self._page(request, statement, StatementForm(statement=statement))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Write; a stale edit comes back with both texts."""
        statement = written_by(request, pk)
        form = StatementForm(request.POST, statement=statement)
        if not form.is_valid():
            return self._page(request, statement, form, status=INVALID)
        seen = form.cleaned_data["seen_version"] or 0
        try:
            actions.update_statement(statement=statement, by=request.user, seen_version=seen, **form.values())
        except Refusal as refusal:
            return clashed(request, statement, form, refusal, FORM)
        messages.success(request, _("Saved."))
        return redirect("results:statement", statement.pk)

    def _page(
        self, request: SignedInRequest, statement: PolicyStatement, form: StatementForm, *, status: int = 200
    ) -> HttpResponse:
        return render(request, FORM, {"statement": statement, "form": form}, status=status)


def clashed(
    request: SignedInRequest,
    statement: PolicyStatement,
    form: StatementForm | LineForm | ShowsForm,
    refusal: Refusal,
    page: str,
    **more: Any,
) -> HttpResponse:
    """Answer a refused edit: what was typed stays; a stale one shows both texts, and the next press saves.

    `more` are further parts that the form is made of, such as the line.
    """
    status = status_of(refusal, form)
    context: dict[str, Any] = {"statement": statement, **more}
    if refusal.code == "stale":
        for row in (statement, *more.values()):
            row.refresh_from_db()
        form, context["conflict"] = form.merged(**context), str(refusal.reason)
    return render(request, page, {**context, "form": form}, status=status)


class StatementDiscardView(View):
    """`/policy/<pk>/discard/`: a draft that was never opened."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask once more."""
        statement = written_by(request, pk)
        verdict = can_discard(request.user, statement)
        context = {"statement": statement, "verdict": verdict}
        return render(request, "results/policy/discard.html", context, status=200 if verdict else 409)

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Throw it away."""
        statement = written_by(request, pk)
        try:
            actions.discard_statement(statement=statement, by=request.user)
        except Refusal as refusal:
            context = {"statement": statement, "verdict": can_discard(request.user, statement)}
            return render(request, "results/policy/discard.html", context, status=status_of(refusal))
        messages.success(request, _("The draft is gone."))
        return redirect("results:statements")


class StatementVerbView(View):
    """`/policy/<pk>/<verb>/`: GET shows what it asks, POST does it."""

    def get(self, request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
        """Show what the verb asks, beside the text as it stands."""
        statement, row, verdict = self._load(request, pk, verb)
        form = StatementVerbForm(verb=row, seen=content_hash(statement), on=timezone.localdate())
        return self._page(request, statement, row, verdict, form)

    def post(self, request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
        """Do it; a refusal keeps what was typed and says why."""
        statement, row, verdict = self._load(request, pk, verb)
        form = StatementVerbForm(request.POST, verb=row, seen=content_hash(statement), on=timezone.localdate())
        if not form.is_valid():
            return self._page(request, statement, row, verdict, form, status=INVALID)
        try:
            actions.act(statement=statement, verb=row.code, by=request.user, **form.details())
        except Refusal as refusal:
            status = status_of(refusal)
            form.add_error(None, str(refusal.reason))
            form.data = {**dict(request.POST.items()), "seen": content_hash(statement)}
            return self._page(request, statement, row, verdict, form, status=status)
        messages.success(request, str(row.done))
        return redirect("results:statement", statement.pk)

    def _load(self, request: SignedInRequest, pk: int, verb: str) -> tuple[PolicyStatement, Any, Any]:
        """Return statement and verb, and whether it may be done now.

        Raises:
            Http404: there is no such verb, or no such statement for this person.
            PermissionDenied: the person may not do this at all.
        """
        statement = statement_of(request, pk)
        if verb not in VERBS:
            raise Http404(_("There is no such page."))
        row = VERBS[verb]
        attempt = STATEMENT.attempt(statement, row.code, by=request.user, at=timezone.now(), is_asking=True)
        verdict = STATEMENT.judge(attempt)
        if verdict.code == "forbidden":
            ask(verdict)
        return statement, row, verdict

    def _page(
        self,
        request: SignedInRequest,
        statement: PolicyStatement,
        verb: Any,
        verdict: Any,
        form: Any,
        *,
        status: int = 200,
    ) -> HttpResponse:
        sheet = sheet_of(statement, request.user)
        context = {"statement": statement, "sheet": sheet, "verb": verb, "verdict": verdict, "form": form}
        if verb.code == "statement.adopted" and verdict:
            context["is_early"] = asks_still(statement, timezone.localdate())
        if verb.code == "statement.dropped" and verdict:
            context["dropped"] = dropped_of(sheet)
        return render(request, "results/policy/verb.html", context, status=status)
