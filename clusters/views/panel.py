"""Advice panels: the list, one question with its panel, asking, whom to ask, and what the person asked says."""

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

from clusters.actions import panel as actions
from clusters.forms.panel import AnswerForm, CreditForm, DeclineForm, PeopleForm, QuestionForm
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.panel_near import people_for, people_named
from clusters.rules import panel as rules
from clusters.tables.panel import Sheet, listed, sheet_of
from clusters.views.cluster import load
from clusters.views.parts import INVALID, ask, status_of
from community.access import get_visible
from community.models import Need
from community.permissions import Refusal
from community.views.answers import account_of, answer_refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

PAGE = "clusters/panel/detail.html"
FORM = "clusters/panel/form.html"


def question_of(request: HttpRequest, pk: int) -> PanelQuestion:
    """Return the question that an address names.

    Raises:
        Http404: there is none, or the person may not read it.
    """
    return get_visible(PanelQuestion.objects.for_page(), request.user, pk=pk)


@method_decorator(login_not_required, name="dispatch")
class PanelListView(View):
    """`/panel/`: what the reader is asked, what they ask, and the advice that is published."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the page."""
        return render(request, "clusters/panel/list.html", listed(request.user, request.GET.get("page", "")))


@method_decorator(login_not_required, name="dispatch")
class PanelDetailView(View):
    """`/panel/<pk>/`: one question with its panel and answers; `?q=` looks for people by name."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw the page."""
        return page(request, question_of(request, pk))


def page(request: HttpRequest, question: PanelQuestion, *, status: int = 200, **more: Any) -> HttpResponse:
    """Draw the page of a question for this reader; `more` are forms that come back."""
    sheet: Sheet = sheet_of(question, request.user)
    context: dict[str, Any] = {"question": question, "sheet": sheet, "on": timezone.localdate()}
    if sheet.may_invite:
        query = request.GET.get("q", "")[:100]
        context |= {"query": query, "near": people_for(question, account_of(request))}
        context["found"] = people_named(question, account_of(request), query)
    if "declined" in sheet.saying:
        context["decline_form"] = DeclineForm()
    if "credited" in sheet.saying and sheet.mine is not None:
        context["credit_form"] = CreditForm(initial={"credit": sheet.mine.credit})
    return render(request, PAGE, context | more, status=status)


def _asking(about: Cluster | Need, *given: Any) -> QuestionForm:
    """Return the form of a new question, which begins with the places of what it is about."""
    return QuestionForm(*given, initial={"territories": about.territories.all()})


class PanelAskView(View):
    """`/clusters/<reference>/panel/`: a question of a cluster, or one that is suggested to its lead."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show an empty form."""
        cluster = self._load(request, reference)
        return self._page(request, cluster, _asking(cluster))

    def post(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Ask it; what was typed comes back with what is missing."""
        cluster = self._load(request, reference)
        form = _asking(cluster, request.POST)
        if not form.is_valid():
            return self._page(request, cluster, form, status=INVALID)
        try:
            question = actions.ask_question(by=request.user, about=cluster, values=form.values())
        except Refusal as refusal:
            return self._page(request, cluster, form, status=status_of(refusal, form))
        return asked(request, question)

    def _load(self, request: SignedInRequest, reference: str) -> Cluster:
        cluster = load(request, reference)
        ask(rules.can_suggest_question(request.user, cluster))
        return cluster

    def _page(
        self, request: SignedInRequest, cluster: Cluster, form: QuestionForm, *, status: int = 200
    ) -> HttpResponse:
        is_suggestion = not rules.can_ask_panel(request.user, cluster)
        context = {"form": form, "cluster": cluster, "about": cluster, "is_suggestion": is_suggestion}
        return render(request, FORM, context, status=status)


class PanelAskAboutView(View):
    """`/needs/<pk>/panel/`: a question about a need."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form with the need's places."""
        need = self._load(request, pk)
        return self._page(request, need, _asking(need))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask it; what was typed comes back with what is missing."""
        need = self._load(request, pk)
        form = _asking(need, request.POST)
        if not form.is_valid():
            return self._page(request, need, form, status=INVALID)
        try:
            question = actions.ask_question(by=request.user, about=need, values=form.values())
        except Refusal as refusal:
            return self._page(request, need, form, status=status_of(refusal, form))
        return asked(request, question)

    def _load(self, request: SignedInRequest, pk: int) -> Need:
        need = get_visible(Need, request.user, pk=pk)
        ask(rules.can_ask_about(request.user, need))
        return need

    def _page(self, request: SignedInRequest, need: Need, form: QuestionForm, *, status: int = 200) -> HttpResponse:
        return render(request, FORM, {"form": form, "need": need, "about": need}, status=status)


def asked(request: HttpRequest, question: PanelQuestion) -> HttpResponse:
    """Lead to a new question, where people are chosen."""
    if question.is_open:
        messages.success(request, _("Your question is there. Choose whom to ask."))
    else:
        messages.success(request, _("Suggested. The lead hears of it and decides whether to ask."))
    return redirect("clusters:panel", question.pk)


class PanelRewordView(View):
    """`/panel/<pk>/reword/`: word a question anew, as long as nobody accepted it."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form with what it says now."""
        question = self._load(request, pk)
        return self._page(request, question, QuestionForm(instance=question))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Write it; a refusal keeps what was typed, beside what somebody else wrote meanwhile."""
        question = self._load(request, pk)
        form = QuestionForm(request.POST, instance=self._load(request, pk))
        if not form.is_valid():
            return self._page(request, question, form, status=INVALID)
        seen = form.cleaned_data["seen_version"]
        try:
            actions.reword_question(question=question, by=request.user, values=form.values(), seen_version=seen)
        except Refusal as refusal:
            status, conflict = status_of(refusal, form), ""
            question = question_of(request, pk)
            if refusal.code == "stale":
                form, conflict = form.merged(instance=question_of(request, pk)), str(refusal.reason)
            return self._page(request, question, form, status=status, conflict=conflict)
        messages.success(request, _("Worded anew. Who was asked and has not said yet gets a mail."))
        return redirect("clusters:panel", pk)

    def _load(self, request: SignedInRequest, pk: int) -> PanelQuestion:
        question = question_of(request, pk)
        ask(rules.can_reword(request.user, question))
        return question

    def _page(
        self,
        request: SignedInRequest,
        question: PanelQuestion,
        form: QuestionForm,
        *,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        context = {"form": form, "question": question, "about": question.about, **more}
        return render(request, "clusters/panel/reword.html", context, status=status)


class PanelPeopleView(View):
    """`/panel/<pk>/people/`: ask the people who are chosen."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask them; a choice that can't be asked comes back with the reason."""
        question = question_of(request, pk)
        ask(rules.can_invite(request.user, question))
        form = PeopleForm(request.POST)
        if not form.is_valid():
            return page(request, question, status=INVALID, people_form=form)
        try:
            people = form.cleaned_data["people"]
            rows = actions.ask_people(question=question, members=people, by=request.user)
        except Refusal as refusal:
            status = status_of(refusal, form)
            return page(request, question, status=status, people_form=form)
        words = _("Asked. They get a mail with the question, and you hear what they say.")
        messages.success(request, words if rows else _("They were asked already."))
        return redirect("clusters:panel", pk)


class PanelSayView(View):
    """`/panel/<pk>/accept/` and `/panel/<pk>/decline/`: one press of the person asked."""

    http_method_names = ["post", "options"]
    verb = "panel.accepted"

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Say it; pressed twice it is said once."""
        question = question_of(request, pk)
        place = place_of(request, question)
        form = DeclineForm(request.POST)
        if not form.is_valid():
            return page(request, question, status=INVALID, decline_form=form)
        reason = form.cleaned_data["reason"] if self.verb == "panel.declined" else ""
        if f"panel.{place.status}" != self.verb:
            try:
                actions.move_place(panel_place=place, step=self.verb, by=request.user, reason=reason)
            except Refusal as refusal:
                status = status_of(refusal)
                return page(request, question_of(request, pk), status=status, refused=refusal.reason)
        words = _("Noted. You will not be reminded.")
        if self.verb == "panel.accepted":
            words = _("Thank you. Write your answer here when it suits you.")
        messages.success(request, words)
        return redirect("clusters:panel", pk)


def place_of(request: HttpRequest, question: PanelQuestion) -> PanelAnswer:
    """Return the reader's own place on the panel of a question.

    Raises:
        Http404: they are not asked.
    """
    mine = sheet_of(question, request.user).mine
    if mine is None:
        raise Http404(_("You are not asked this question."))
    return mine


class PanelAnswerView(View):
    """`/panel/<pk>/answer/`: write the answer, or change it while the question is open."""

    def get(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Show the form, filled from what was answered."""
        question = question_of(request, pk)
        place = place_of(request, question)
        return self._page(request, question, place, AnswerForm(instance=place))

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Keep the answer; what was typed comes back with the reason when it can't be."""
        question = question_of(request, pk)
        place = place_of(request, question)
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._page(request, question, place, form, status=INVALID)
        is_new = place.answered_at is None
        verb = "panel.answered" if is_new else "panel.corrected"
        try:
            actions.move_place(panel_place=place, step=verb, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._page(request, question, place, form, status=status_of(refusal, form))
        thanks = _("Thank you: your answer is with those who asked.")
        messages.success(request, thanks if is_new else _("Your answer is changed."))
        return redirect("clusters:panel", pk)

    def _page(
        self,
        request: SignedInRequest,
        question: PanelQuestion,
        place: PanelAnswer,
        form: AnswerForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        context = {"form": form, "question": question, "mine": place}
        return render(request, "clusters/panel/answer.html", context, status=status)


class PanelCreditView(View):
    """`/panel/<pk>/credit/`: whom pages and factsheets credit for the reader's answer."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Keep the choice."""
        question = question_of(request, pk)
        place = place_of(request, question)
        form = CreditForm(request.POST)
        if not form.is_valid():
            return page(request, question, status=INVALID, credit_form=form)
        try:
            actions.move_place(panel_place=place, step="panel.credited", by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return page(request, question, status=status_of(refusal), refused=refusal.reason)
        messages.success(request, _("Noted. It holds for pages at once, and for the next factsheet."))
        return redirect("clusters:panel", pk)


#: What the asking side presses beside a person: the verb in the address, what it does, and its details.
OF_PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "take-back": ("panel.taken_back", {}),
    "ask-again": ("panel.asked_again", {}),
    "helped": ("panel.helped", {"helped": True}),
    "not-helped": ("panel.helped", {"helped": False}),
}


class PanelPlaceView(View):
    """`/panel/<pk>/people/<place>/<verb>/`: what the asking side does with one person's place."""

    http_method_names = ["post", "options"]

    def post(self, request: SignedInRequest, pk: int, place: int, verb: str) -> HttpResponse:
        """Do it, or say why not on the page."""
        question = question_of(request, pk)
        row = next((row for row in question.answers.all() if row.pk == place), None)
        if row is None or verb not in OF_PLACES:
            raise Http404(_("There is no such page."))
        code, details = OF_PLACES[verb]
        try:
            actions.move_place(panel_place=row, step=code, by=account_of(request), **details)
        except Refusal as refusal:
            if refusal.code == "forbidden":
                return answer_refusal(refusal)
            return page(request, question_of(request, pk), status=status_of(refusal), refused=refusal.reason)
        messages.success(request, _("Noted."))
        return redirect("clusters:panel", pk)
