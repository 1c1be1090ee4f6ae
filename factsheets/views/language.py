"""`/factsheets/<reference>/v<n>/languages/`: in which languages a version stands, and the press for another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from clusters.models import Cluster, Translation
from clusters.rules.translation import Tongue, tongue
from clusters.translatable import Text, fitting, texts_in
from clusters.views.parts import ask, status_of
from community.access import get_visible
from community.permissions import Refusal
from community.views.answers import account_of
from factsheets.actions.language import NEEDED, issue_in_language
from factsheets.models import Issue, IssueTranslation
from factsheets.permissions import can_issue_in_language

PAGE = "factsheets/issue/languages.html"


@dataclass(frozen=True)
class Offer:
    """A language in which a version may be issued: how many of its texts are translated as they stand in it."""

    tongue: Tongue
    done: int
    total: int
    missing: list[Text]
    is_ready: bool


class LanguagesView(View):
    """Who may issue the factsheet sees what there is, and issues it in one more language."""

    def get(self, request: HttpRequest, reference: str, version: int) -> HttpResponse:
        """Show the languages of the version, and those for which translations are there."""
        cluster, issue = _load(request, reference, version)
        return _page(request, cluster, issue)

    def post(self, request: HttpRequest, reference: str, version: int) -> HttpResponse:
        """Issue it in the language that was chosen."""
        cluster, issue = _load(request, reference, version)
        language, without = request.POST.get("language", ""), request.POST.get("without", "")
        known = int(without) if without.isdecimal() and len(without) < 5 else 0
        try:
            issue_in_language(issue=issue, language=language, by=account_of(request), without=known)
        except Refusal as refusal:
            return _page(request, cluster, issue, refused=str(refusal.reason), status=status_of(refusal))
        name = tongue(language).name
        messages.success(
            request, _("It is being drawn in %(language)s. This takes about a minute.") % {"language": name}
        )
        return redirect("factsheets:languages", reference, version)


def _load(request: HttpRequest, reference: str, version: int) -> tuple[Cluster, Issue]:
    """Return the cluster and the version, for who may issue it.

    Raises:
        Http404: the cluster is not there, or the reader may not see it, or it has no such version.
        PermissionDenied: the person may not issue it.
    """
    cluster = get_visible(Cluster.objects.by_name(reference), request.user)
    ask(can_issue_in_language(account_of(request), cluster))
    issue = Issue.objects.factsheets().of_version(reference, version)
    if issue is None:
        raise Http404(_("This factsheet was not issued in that version."))
    return cluster, issue


def _page(
    request: HttpRequest, cluster: Cluster, issue: Issue, *, refused: str = "", status: int = 200
) -> HttpResponse:
    taken = list(issue.translations.all())
    drawn = set(issue.editions.values_list("language", flat=True))
    context: dict[str, Any] = {
        "cluster": cluster,
        "issue": issue,
        "own": tongue(issue.snapshot["language"]),
        "taken": [_standing(row, issue, row.language in drawn) for row in taken],
        "offers": _offers(issue, cluster, {row.language for row in taken} | {issue.snapshot["language"]}),
        "refused": refused,
    }
    return render(request, PAGE, context, status=status)


def _standing(row: IssueTranslation, issue: Issue, is_drawn: bool) -> dict[str, Any]:
    """Return one language in which the version was issued."""
    untold = [text for text in texts_in(issue.snapshot) if text.path not in row.texts]
    url = issue.address_in(row.language) if is_drawn else ""
    return {"tongue": tongue(row.language), "url": url, "untold": untold, "at": row.taken_at}


def _offers(issue: Issue, cluster: Cluster, there: set[str]) -> list[Offer]:
    """Return the languages into which something was translated, the fullest first."""
    rows: dict[str, list[Translation]] = {}
    for row in Translation.objects.of_cluster(cluster):
        rows.setdefault(row.language, []).append(row)
    texts = texts_in(issue.snapshot)
    found = []
    for language in sorted(rows.keys() - there):
        fits = fitting(issue.snapshot, rows[language])
        missing = [text for text in texts if text.path not in fits]
        found.append(Offer(tongue(language), len(fits), len(texts), missing, NEEDED in fits))
    return sorted(found, key=lambda offer: -offer.done)
