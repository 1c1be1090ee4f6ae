"""The lines of a policy statement: written, moved, taken out, put on evidence; and comments on the statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from clusters.views.parts import INVALID, ask, part_of, status_of
from community.access import with_key
from community.models import Comment
from community.permissions import Refusal
from results.actions import policy as actions
from results.actions import policy_comment as comments
from results.forms.policy import EvidenceForm, FindForm, LineForm, ShowsForm, StatementCommentForm
from results.models import LineEvidence, PolicyStatement, StatementLine
from results.rules.policy import can_comment
from results.tables.evidence import offered
from results.tables.policy import piece_under
from results.views.policy import clashed, statement_of, statement_page, written_by

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

LINE, CHOOSE, SHOWS = "results/policy/line.html", "results/policy/evidence.html", "results/policy/shows.html"


class LineCreateView(View):
    """`/policy/<pk>/lines/add/`."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show an empty form."""
        statement = written_by(request, pk)
        return self._page(request, statement, LineForm(statement=statement))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Add it, and lead to what it rests on."""
        statement = written_by(request, pk)
        form = LineForm(request.POST, statement=statement)
        if not form.is_valid():
            return self._page(request, statement, form, status=INVALID)
        words = {name: form.cleaned_data[name] for name in ("heading", "text")}
        try:
            line = actions.add_line(statement=statement, by=request.user, **words)
        except Refusal as refusal:
            return self._page(request, statement, form, status=status_of(refusal, form))
        messages.success(request, _("The line stands. Now put under it what it rests on."))
        return redirect("results:line_evidence", statement.pk, line.pk)

    def _page(
        self, request: SignedInRequest, statement: PolicyStatement, form: LineForm, *, status: int = 200
    ) -> HttpResponse:
        return render(request, LINE, {"statement": statement, "form": form}, status=status)


class LineUpdateView(View):
    """`/policy/<pk>/lines/<line>/edit/`."""

    def get(self, request: SignedInRequest, pk: int, line: int) -> HttpResponse:
        """Show the form, filled from the line as it is saved."""
        statement, row = _line(request, pk, line)
        context = {"statement": statement, "line": row, "form": LineForm(statement=statement, line=row)}
        return render(request, LINE, context)

    def post(self, request: SignedInRequest, pk: int, line: int) -> HttpResponse:
        """Write; a stale edit comes back with both texts."""
        statement, row = _line(request, pk, line)
        form = LineForm(request.POST, statement=statement, line=row)
        if not form.is_valid():
            return render(request, LINE, {"statement": statement, "line": row, "form": form}, status=INVALID)
        words = {name: form.cleaned_data[name] for name in ("heading", "text")}
        seen = form.cleaned_data["seen_version"] or 0
        try:
            actions.update_line(line=row, by=request.user, seen_version=seen, **words)
        except Refusal as refusal:
            return clashed(request, statement, form, refusal, LINE, line=row)
        messages.success(request, _("Saved."))
        return redirect(place_of(statement, row))


class LineMoveView(View):
    """`/policy/<pk>/lines/<line>/move/`: one place up or down."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, pk: int, line: int) -> HttpResponse:
        """Move it."""
        statement, row = _line(request, pk, line)
        _press(request, actions.move_line, line=row, by=request.user, up=request.POST.get("to") == "up")
        return redirect(place_of(statement, row))


class LineRemoveView(View):
    """`/policy/<pk>/lines/<line>/remove/`."""

    def get(self, request: SignedInRequest, pk: int, line: int) -> HttpResponse:
        """Ask once more: what stands under it goes with it."""
        statement, row = _line(request, pk, line)
        return render(request, "results/policy/line_remove.html", {"statement": statement, "line": row})

    def post(self, request: SignedInRequest, pk: int, line: int) -> HttpResponse:
        """Take it out."""
        statement, row = _line(request, pk, line)
        if _press(request, actions.remove_line, line=row, by=request.user):
            messages.success(request, _("The line is gone."))
        return redirect("results:statement", statement.pk)


class LineEvidenceView(View):
    """`/policy/<pk>/lines/<line>/evidence/`: GET offers what fits, POST puts one thing under the line."""

    def get(self, request: SignedInRequest, pk: int, line: int) -> HttpResponse:
        """Show what stands under the line, and outcomes and uptakes that fit the words."""
        statement, row = _line(request, pk, line)
        return self._page(request, statement, row)

    def post(self, request: SignedInRequest, pk: int, line: int) -> HttpResponse:
        """Put it under; the page stays, for the next."""
        statement, row = _line(request, pk, line)
        form = EvidenceForm(request.POST)
        if not form.is_valid():
            return self._page(request, statement, row, form, status=INVALID)
        try:
            actions.put_under(line=row, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._page(request, statement, row, form, status=status_of(refusal, form))
        messages.success(request, _("It stands under the line."))
        return redirect(f"{request.path}?{request.GET.urlencode()}")

    def _page(
        self,
        request: SignedInRequest,
        statement: PolicyStatement,
        line: StatementLine,
        form: EvidenceForm | None = None,
        *,
        status: int = 200,
    ) -> HttpResponse:
        find = FindForm(request.GET)
        given = find.cleaned_data if find.is_valid() else {}
        found = offered(
            line,
            words=given.get("q", ""),
            everywhere=given.get("everywhere", False),
            kind=given.get("kind", ""),
            number=request.GET.get("page"),
        )
        form = form or EvidenceForm()
        context = {"statement": statement, "line": line, "find": find, "offered": found, "form": form}
        context["is_listed"] = any(piece.name == form.name for portion in found for piece in portion.rows)
        return render(request, CHOOSE, context, status=status)


class EvidenceUpdateView(View):
    """`/policy/<pk>/lines/<line>/evidence/<piece>/edit/`: what it shows under the line."""

    def get(self, request: SignedInRequest, pk: int, line: int, piece: int) -> HttpResponse:
        """Show the form, filled from what is saved."""
        statement, row = _line(request, pk, line)
        found = _piece(row, piece)
        context: dict[str, Any] = {"statement": statement, "line": row, "piece": found}
        return render(request, SHOWS, {**context, "shown": piece_under(found), "form": ShowsForm(**context)})

    def post(self, request: SignedInRequest, pk: int, line: int, piece: int) -> HttpResponse:
        """Write; a stale edit comes back with both texts."""
        statement, row = _line(request, pk, line)
        found = _piece(row, piece)
        context: dict[str, Any] = {"statement": statement, "line": row, "piece": found}
        form = ShowsForm(request.POST, **context)
        if not form.is_valid():
            more = {"shown": piece_under(found), "form": form}
            return render(request, SHOWS, {**context, **more}, status=INVALID)
        seen, shows = form.cleaned_data["seen_version"] or 0, form.cleaned_data["shows"]
        try:
            actions.update_shows(piece=found, by=request.user, seen_version=seen, shows=shows)
        except Refusal as refusal:
            return clashed(request, statement, form, refusal, SHOWS, line=row, piece=found)
        messages.success(request, _("Saved."))
        return redirect(place_of(statement, row))


class EvidenceRemoveView(View):
    """`/policy/<pk>/lines/<line>/evidence/<piece>/remove/`."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, pk: int, line: int, piece: int) -> HttpResponse:
        """Take it from under the line."""
        statement, row = _line(request, pk, line)
        if _press(request, actions.take_from_under, piece=_piece(row, piece), by=request.user):
            messages.success(request, _("It does not stand under the line any more."))
        return redirect(place_of(statement, row))


class StatementCommentView(View):
    """`/policy/<pk>/comments/`."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Write one; a refusal keeps what was typed."""
        statement = statement_of(request, pk)
        verdict = can_comment(request.user, statement)
        if verdict.code == "forbidden":
            ask(verdict)
        form = StatementCommentForm(request.POST)
        if not form.is_valid():
            return statement_page(request, statement, form, status=INVALID)
        try:
            row = comments.comment_on_statement(statement=statement, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return statement_page(request, statement, form, status=status_of(refusal, form))
        messages.success(request, _("Your comment stands here. Who wrote in the statement is told."))
        return redirect(f"{_page_of(statement)}#comment-{row.pk}")


class StatementCommentBackView(View):
    """`/policy/<pk>/comments/<comment>/take-back/`: one's own words are gone."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
        """Take it back."""
        statement = statement_of(request, pk)
        row = with_key(Comment.objects.all(), comment)
        if row is None or (row.kind, row.subject_id) != (comments.KIND, statement.pk):
            raise Http404(_("There is no such page, or it is not open to you."))
        if _press(request, comments.take_back_statement_comment, comment=row, by=request.user):
            messages.success(request, _("Taken back: your words are gone."))
        return redirect(_page_of(statement))


def _line(request: SignedInRequest, pk: int, line: int) -> tuple[PolicyStatement, StatementLine]:
    """Return statement and line of an address, for somebody who writes.

    Raises:
        Http404: there is no such line in it.
    """
    statement = written_by(request, pk)
    row = part_of(statement.lines, line)
    row.statement = statement
    return statement, row


def _piece(line: StatementLine, pk: int) -> LineEvidence:
    """Return the piece of evidence of an address.

    Raises:
        Http404: no such piece stands under the line.
    """
    found = part_of(line.evidence, pk)
    found.line = line
    return found


def _page_of(statement: PolicyStatement) -> str:
    return reverse("results:statement", args=[statement.pk])


def place_of(statement: PolicyStatement, line: StatementLine) -> str:
    """Return the address of a line on the page of its statement."""
    return f"{_page_of(statement)}#line-{line.pk}"


def _press(request: SignedInRequest, action: Any, **given: Any) -> bool:
    """Do it, or say why not; whether it was done."""
    try:
        action(**given)
    except Refusal as refusal:
        status_of(refusal)
        messages.error(request, str(refusal.reason))
        return False
    return True
