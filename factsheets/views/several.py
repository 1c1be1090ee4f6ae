"""`/factsheets/several/?<filter of the register>`: the factsheets of all these clusters, as a ZIP or one booklet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clusters.filters import BEST, NEWEST
from clusters.rules.translation import tongue
from clusters.tables import bar, register
from clusters.views.parts import status_of
from community.exports import AS_IT_COMES
from community.permissions import Refusal
from community.store_away import StoreAway
from community.views.answers import account_of
from community.views.streams import begun
from factsheets import downloads
from factsheets.actions.booklet import MOST as MOST_IN_BOOKLET
from factsheets.actions.booklet import ask_for_booklet
from factsheets.actions.damage import report_damage
from factsheets.archive import Archive
from factsheets.selection import MOST, Selection, select
from factsheets.views.files import without_policy

PAGE = "factsheets/several/show.html"
#: So many clusters without a file are named.
NAMED = 100


@dataclass(frozen=True)
class Asked:
    """What an address asks for: the filter in words, the language ("": each in its own), and what was found.

    `problem` is a sentence where nothing could be looked up: then `selection` is empty.
    """

    query: str
    words: str
    language: str
    total: int
    selection: Selection
    problem: str = ""


def asked(request: HttpRequest) -> Asked:
    """Return what the address asks for, of what the reader may see; the number of queries does not grow."""
    language = request.GET.get("lang", "")
    reader = register.reader_for(request.user, timezone.now())
    filters = register.filters_for(request, reader)
    query, nothing = _query(request.GET), Selection((), ())
    if language and language not in settings.DOCUMENT_LANGUAGES:
        sentence = _("Factsheets are not issued in this language. Choose one of the list, or each in its own.")
        return Asked(query, "", "", 0, nothing, sentence)
    if not filters.is_valid():
        return Asked(query, "", language, 0, nothing, _("A filter is wrong. Put it right in the list of clusters."))
    chips = bar.chips(filters, request.path)
    words = " · ".join(f"{chip.label}: {chip.value}" for chip in chips)
    rows = filters.rows().in_order(NEWEST if filters.sort == BEST else filters.sort)
    keys = list(rows.values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        sentence = _("These are more than %(most)d clusters. Add a filter in the list of clusters.") % {"most": MOST}
        return Asked(query, words, language, len(keys), nothing, sentence)
    return Asked(query, words, language, len(keys), select(keys, language=language))


def _query(data: QueryDict) -> str:
    """Return the filter as it stands in addresses, without page and form of the list."""
    query = data.copy()
    for name in ("page", "format", "view"):
        query.pop(name, None)
    return query.urlencode()


def page(request: HttpRequest, found: Asked, *, status: int = 200, refusal: str = "") -> HttpResponse:
    """Draw the page."""
    selection = found.selection
    context: dict[str, Any] = {
        "asked": found,
        "chosen": selection.chosen,
        "size": selection.size,
        "left_out": selection.left_out[:NAMED],
        "more_left_out": max(0, len(selection.left_out) - NAMED),
        "languages": [(code, tongue(code).own) for code in settings.DOCUMENT_LANGUAGES],
        "filter": [(name, value) for name, values in QueryDict(found.query).lists() for value in values],
        "list_url": f"{reverse('clusters:list')}?{found.query}",
        "most_in_booklet": MOST_IN_BOOKLET,
        "refusal": refusal or found.problem,
    }
    return render(request, PAGE, context, status=status)


@login_not_required
@require_safe
@never_cache
def several(request: HttpRequest) -> HttpResponse:
    """Show how many there are, how large, what is left out and why, and the two buttons."""
    found = asked(request)
    return page(request, found, status=400 if found.problem else 200)


@without_policy
@login_not_required
@require_safe
def archive(request: HttpRequest) -> HttpResponseBase:
    """`/factsheets/zip/?<filter>`: all of them in one ZIP, sent while it is written."""
    found = asked(request)
    if found.problem or not found.selection.chosen:
        sentence = found.problem or _("None of these clusters has a factsheet with a PDF.")
        return page(request, found, status=400 if found.problem else 404, refusal=sentence)
    if not ratelimit.consume(request, app="allauth.account", action="factsheets_zip", limit_get=True):
        sentence = _("So many archives were fetched from here that you have to wait a minute.")
        return page(request, found, status=429, refusal=sentence)
    now = timezone.localtime()
    made = Archive(found.selection, at=now)
    try:
        content = _sent(made, found.selection) if request.method == "GET" else ()
    except StoreAway:
        raise
    except OSError:
        sentence = _("A file turned out to be damaged, and is left out from now on. Fetch the ZIP again.")
        return page(request, asked(request), status=503, refusal=sentence)
    answer = StreamingHttpResponse(content, content_type="application/zip", headers=AS_IT_COMES)
    answer["Content-Length"] = str(made.length)
    answer["Content-Disposition"] = f'attachment; filename="factsheets-{now.date().isoformat()}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _sent(made: Archive, selection: Selection) -> Iterator[bytes]:
    """Return the archive, its first file read already; one that breaks it off is left out from then on.

    Raises:
        OSError: the first file is damaged, or the store does not answer (`StoreAway`).
    """
    pieces = made.pieces(failed=lambda name: report_damage(name=name, at=timezone.now()))
    return _counted(begun(pieces, what=f"the ZIP of {len(selection.chosen)} factsheets"), selection)


def _counted(pieces: Iterator[bytes], selection: Selection) -> Iterator[bytes]:
    """Yield the pieces; each file in the archive counts as fetched."""
    downloads.note((one.reference, one.file_stem, ".pdf") for one in selection.chosen)
    yield from pieces
    downloads.write_if_due()


class BookletCreateView(View):
    """`/factsheets/booklet/?<filter>`: has a booklet made by a job, for who signed in."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for it in the reader's language and lead to its job; a refusal says why on the page of the selection."""
        found = asked(request)
        if found.problem:
            return page(request, found, status=400)
        try:
            _booklet, job = ask_for_booklet(
                selection=found.selection,
                title=_("Factsheets of clusters"),
                words=found.words or _("All clusters"),
                address=f"{reverse('factsheets:several')}?{found.query}",
                language=get_language() or settings.LANGUAGE_CODE,
                by=account_of(request),
            )
        except Refusal as refusal:
            return page(request, found, status=status_of(refusal), refusal=str(refusal.reason))
        return redirect("community:job", job.pk)
