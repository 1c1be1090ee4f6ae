"""The page of an issued factsheet: the document, and what one needs to trust it."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clusters.models import Cluster
from clusters.rules.translation import tongue
from clusters.translatable import Text, texts_in
from community.access import get_visible
from community.store_away import StoreAway
from factsheets import sentences, storage
from factsheets.actions.damage import report_damage
from factsheets.choices import Face, IssueKind
from factsheets.models import Edition, Issue
from factsheets.permissions import can_issue_in_language
from factsheets.reasons import reasons_of
from factsheets.views.marks import answered
from factsheets.withdrawals import changed_evidence, withdrawn_at

logger = logging.getLogger(__name__)


@login_not_required
@require_safe
def current(request: HttpRequest, reference: str) -> HttpResponse:
    """`/clusters/<reference>/factsheet/`: the newest version, or 404 with a sentence before the first.

    In the reader's language where it was issued in it, else in its own.
    """
    editions = editions_of(reference)
    if not editions:
        return no_factsheet(request, reference)
    return show_edition(request, _preferred(editions, editions[0].issue.version, get_language() or ""), editions)


@login_not_required
@require_safe
def version(request: HttpRequest, reference: str, version: int, language: str) -> HttpResponse:
    """`/factsheets/<reference>/v<n>/<language>/`: that version, newest revision; the QR code leads here."""
    editions = editions_of(reference)
    shown = next((one for one in editions if (one.issue.version, one.language) == (version, language)), None)
    if shown is None:
        return no_factsheet(request, reference, has_others=bool(editions))
    if shown.get_absolute_url() != request.path:
        return redirect(shown.get_absolute_url())
    return show_edition(request, shown, editions)


def no_factsheet(request: HttpRequest, reference: str, *, has_others: bool = False) -> HttpResponse:
    """Say, with 404, that there is no such edition, to those who may see the cluster.

    Raises:
        Http404: the cluster is not there, or the reader may not see it.
    """
    cluster = get_visible(Cluster.objects.by_name(reference), request.user)
    context = {
        "cluster": cluster,
        "has_others": has_others,
        "is_coming": Issue.objects.for_reference(cluster.name).undrawn().exists(),
    }
    return render(request, "factsheets/issue/none.html", context, status=404)


def withdrawn_at_address(request: HttpRequest, reference: str, version: int, language: str) -> HttpResponse | None:
    """Say, with 410, that the edition whose file an address names was withdrawn; None where it was not.

    `version` 0 is the newest, and `language` "" is a version's own.
    """
    editions = editions_of(reference)
    number = version or (editions[0].issue.version if editions else 0)
    of_version = [one for one in editions if one.issue.version == number]
    shown = next((one for one in of_version if language in ("", one.language)), None)
    return None if shown is None or shown.is_current else show_edition(request, shown, editions)


def not_in_language(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """Say, with 404, that the newest version lacks a language, and lead to the last version that has it.

    Raises:
        Http404: the cluster is not there, or the reader may not see it.
    """
    cluster = get_visible(Cluster.objects.by_name(reference), request.user)
    editions = editions_of(reference)
    context = {
        "cluster": cluster,
        "newest": editions[0],
        "older": next((one for one in editions if one.language == language and one.pdf_file), None),
        "tongue": tongue(language),
    }
    return render(request, "factsheets/issue/other_language.html", context, status=404)


def file_is_away(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Say, with 503, that a stored file is missing or damaged, mark it, and tell the log which: a backup has it."""
    logger.error("the stored file %s of the factsheet of %s is missing or damaged", name, reference)
    report_damage(name=name, at=timezone.now())
    context = {"reference": reference, "issue": Issue.objects.for_reference(reference).defer("snapshot").first()}
    return render(request, "factsheets/issue/away.html", context, status=503)


def editions_of(reference: str) -> list[Edition]:
    """Return the newest revisions of all versions, newest version first, with how their cluster stands; one query."""
    return list(Edition.objects.for_reference(reference).newest_revisions().for_pages().with_subject())


def earlier_revisions(edition: Edition) -> list[Edition]:
    """Return what stood at the address of an edition before it: whoever has such a copy finds its checksum there.

    One query, and none for a first revision.
    """
    return list(Edition.objects.earlier_than(edition)) if edition.revision > 1 else []


def _preferred(editions: list[Edition], version: int, language: str) -> Edition:
    """Return a version's edition in a language where it is there and stands, else its first: the original."""
    of_version = [one for one in editions if one.issue.version == version]
    wanted = (one for one in of_version if one.language == language.split("-")[0] and one.is_current)
    return next(wanted, of_version[0])


def show_edition(request: HttpRequest, edition: Edition, editions: list[Edition]) -> HttpResponse:
    """Show one edition, 304 to who has the page as it is; a withdrawn one without content says so with 410."""
    context = _context(request, edition, editions)
    if not edition.is_current:
        return render(request, "factsheets/issue/withdrawn.html", context, status=410)
    return answered(request, context, lambda: _drawn(request, edition, context))


def _context(request: HttpRequest, edition: Edition, editions: list[Edition]) -> dict[str, Any]:
    """Return all that the page of an edition says but for its article, which the edition's row knows by checksum."""
    reasons = reasons_of((one.issue for one in editions), user=request.user)
    return {
        "edition": edition,
        "issue": edition.issue,
        "versions": [{"edition": one, "why": reasons[one.issue_id]} for one in editions],
        "why": reasons[edition.issue_id],
        "newest": _preferred(editions, editions[0].issue.version, edition.language),
        "in_languages": _languages(edition, editions),
        "is_superseded": editions[0].issue.version > edition.issue.version,
        "issuer": sentences.issuer(edition.issue.role, ""),
        "withdrawn_at": withdrawn_at(edition.issue),
        "changed_evidence": changed_evidence(edition.issue),
        "earlier": earlier_revisions(edition),
        "has_moved_on": bool(edition.merged_reference or (edition.goes_on and edition.issue.face == Face.BACKWARD)),
        **(_beside(request, edition, editions) if edition.issue.kind == IssueKind.CLUSTER else {}),
    }


def _drawn(request: HttpRequest, edition: Edition, context: dict[str, Any]) -> HttpResponse:
    """Draw the page of an edition that stands, with its article; 503 where that is missing or damaged."""
    try:
        # Our own rendering, escaped when it was drawn; the checksum in its name is compared, as it goes into a page.
        context["article"] = SafeString(storage.read_whole(edition.article_file).decode())
    except StoreAway:
        raise
    except OSError:
        return file_is_away(request, edition.reference, edition.article_file)
    return render(request, "factsheets/issue/show.html", context)


def _languages(shown: Edition, editions: list[Edition]) -> list[dict[str, Any]]:
    """Return the editions of the same version in all its languages, its own first; none where there is one only."""
    same = [one for one in editions if one.issue_id == shown.issue_id]
    return [{"edition": one, "tongue": tongue(one.language)} for one in same] if len(same) > 1 else []


def _untold(edition: Edition) -> list[Text]:
    """Return the texts of an edition that are not translated; none in the version's own language."""
    row = edition.issue.translations.in_language(edition.language).first()
    if row is None:
        return []
    return [text for text in texts_in(edition.issue.snapshot) if text.path not in row.texts]


def _beside(request: HttpRequest, edition: Edition, editions: list[Edition]) -> dict[str, Any]:
    """Return what a factsheet has besides its files: the way to what changed, the sums, a copy for who signed in."""
    reference, version = edition.reference, edition.issue.version
    before = max((one.issue.version for one in editions if one.issue.version < version), default=0)
    return {
        "before": before,
        "changes_url": reverse("factsheets:changes", args=[reference, version]) if before else "",
        "sums_url": reverse("factsheets:sums", args=[reference, version]),
        "can_edit_copy": request.user.is_authenticated,
        "untold": _untold(edition) if edition.is_translation else [],
        "languages_url": _languages_url(request, edition),
    }


def _languages_url(request: HttpRequest, edition: Edition) -> str:
    """Return the page of a version's languages for who may issue it in another one, else ""."""
    if not request.user.is_authenticated:
        return ""
    cluster = Cluster.objects.by_name(edition.reference).first()
    if cluster is None or not can_issue_in_language(request.user, cluster):
        return ""
    return reverse("factsheets:languages", args=[edition.reference, edition.issue.version])
