"""A cluster's texts in other languages: how far each is, and the page on which they are translated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from clusters.actions.translation import save_translations
from clusters.forms.translation import TranslationForm
from clusters.models import Cluster, Translation
from clusters.rules.translation import Tongue, can_translate, languages_for, tongue
from clusters.tables.translation import progress_of
from clusters.translatable import Side, side_by_side, texts_of
from clusters.views.cluster import load
from clusters.views.parts import INVALID, ask, status_of
from community.permissions import Refusal

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest

PAGE = "clusters/translation/edit.html"


class TranslationsView(View):
    """`/clusters/<reference>/translations/`: which languages there are and how far they are."""

    def get(self, request: SignedInRequest, reference: str) -> HttpResponse:
        """Show them to whoever signed in and sees the cluster."""
        cluster = load(request, reference)
        context = {
            "cluster": cluster,
            "language": tongue(cluster.language),
            "rows": progress_of(cluster),
            "verdict": can_translate(request.user, cluster),
        }
        return render(request, "clusters/translation/list.html", context)


class TranslationView(View):
    """`/clusters/<reference>/translations/<language>/`: the texts side by side with their translations."""

    def get(self, request: SignedInRequest, reference: str, language: str) -> HttpResponse:
        """Show the form to who may translate."""
        cluster, other = _load(request, reference, language)
        ask(can_translate(request.user, cluster))
        form = TranslationForm(sides=_sides(cluster, language), tongue=other)
        return _page(request, cluster, other, form)

    def post(self, request: SignedInRequest, reference: str, language: str) -> HttpResponse:
        """Save what can be saved; the rest comes back with what was typed."""
        cluster, other = _load(request, reference, language)
        ask(can_translate(request.user, cluster))
        form = TranslationForm(request.POST, sides=_sides(cluster, language), tongue=other)
        is_right = form.is_valid()
        try:
            saved = save_translations(cluster=cluster, language=language, by=request.user, typed=form.typed())
        except Refusal as refusal:
            return _page(request, cluster, other, form, status=status_of(refusal, form))
        form.tell(saved.problems)
        words = ngettext("%(count)d text saved.", "%(count)d texts saved.", saved.written) % {"count": saved.written}
        if form.errors:
            form = form.kept(_sides(cluster, language), other, saved.problems)
            return _page(request, cluster, other, form, saved=saved.written, status=INVALID if not is_right else 409)
        messages.success(request, words if saved.written else _("Nothing was changed."))
        return redirect("clusters:translation", cluster.name, language)


def _load(request: HttpRequest, reference: str, language: str) -> tuple[Cluster, Tongue]:
    """Return the cluster and the language.

    Raises:
        Http404: there is no such cluster to be seen, or it is not translated into this language.
    """
    cluster = load(request, reference)
    found = next((one for one in languages_for(cluster) if one.code == language), None)
    if found is None:
        raise Http404(_("The texts of this cluster are not translated into that language."))
    return cluster, found


def _sides(cluster: Cluster, language: str) -> list[Side]:
    rows = Translation.objects.of_cluster(cluster).in_language(language).with_writer()
    return side_by_side(texts_of(cluster), rows)


def _page(
    request: HttpRequest, cluster: Cluster, other: Tongue, form: TranslationForm, *, saved: int = 0, status: int = 200
) -> HttpResponse:
    lines = form.lines()
    stale = sum(line.side.is_stale for line in lines)
    missing = sum(line.side.row is None for line in lines)
    context = {
        "cluster": cluster,
        "language": other,
        "own": tongue(cluster.language),
        "form": form,
        "lines": lines,
        "saved": saved,
        "stale": stale,
        "missing": missing,
        "done": len(lines) - stale - missing,
    }
    return render(request, PAGE, context, status=status)
