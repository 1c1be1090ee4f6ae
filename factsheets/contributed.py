"""What factsheets adds to pages and chores that the apps below draw and run; called by `apps.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import FINISHED_STATES, TEXT_LANGUAGES
from clusters.rules.dossier import can_take_dossier
from clusters.rules.translation import tongue
from community import contributions, kinds
from community.choices import RedactionReason
from community.contributions import (
    ChainAnchor,
    ClockJob,
    LastReport,
    PageSection,
    PersonalRecords,
    StoredFolder,
    Words,
)
from community.models import Event, Member
from community.querysets.cut import cut_or_whole
from factsheets import damage_summary, storage
from factsheets.actions.booklet import forget_old
from factsheets.actions.damage import held, look_through
from factsheets.actions.missing import keep_up
from factsheets.actions.revise import withdraw_naming, withdraw_saying, withdraw_unconsented
from factsheets.models import CopReport, Edition, EditionName, Issue
from factsheets.notifications import unreported
from factsheets.permissions import can_issue_interim, can_report
from factsheets.person_columns import COLUMNS

#: So many editions of the newest version there can be: one a language.
EDITIONS = len(TEXT_LANGUAGES) + 1
#: So many reports stand on a cluster's page.
REPORTS = 6
CHORES = {
    "factsheets.missing_pdfs": ClockJob(_("Make PDFs that were missing"), 24 * 60, keep_up, lease_minutes=60),
    "factsheets.names": ClockJob(
        _("Withdraw documents that name who does not agree any more"), 24 * 60, withdraw_unconsented
    ),
    "factsheets.booklets": ClockJob(_("Remove booklets that were kept long enough"), 24 * 60, forget_old),
    "factsheets.stored_files": ClockJob(_("Compare stored files with their checksums"), 60, look_through, 15),
}


def register() -> None:
    """Register the kind, the anchors of hash chains, a cluster's section, and who is named where."""
    kinds.register(
        kinds.Kind(
            "issue",
            "factsheets.Issue",
            _("Issue"),
            url_name="factsheets:issue",
            url_kwargs=lambda issue: {
                "reference": issue.reference,
                "version": issue.version,
                "language": issue.snapshot["language"],
            },
            chain=lambda issue: issue.history_chain or kinds.COMMUNITY_CHAIN,
        )
    )
    contributions.chain_anchors.register("factsheets", anchors)
    contributions.silences.register("factsheets.reports", unreported)
    contributions.last_reports.register("factsheets", last_reports)
    contributions.page_sections.register(
        "factsheets.cluster",
        PageSection("cluster", "factsheets/sections/cluster.html", _of_cluster, standing=_standing_of_cluster),
    )
    kinds.register(kinds.Kind("booklet", "factsheets.Booklet", _("booklet of factsheets"), "factsheets:booklet"))
    for code, chore in CHORES.items():
        contributions.clock_jobs.register(code, chore)
    contributions.stored_folders.register("factsheets", StoredFolder(storage.FOLDER, held))
    contributions.desk_items.register("factsheets.files", damage_summary.items)
    contributions.person_columns.register("factsheets", COLUMNS)
    contributions.event_words.register("factsheets", _in_words)
    contributions.word_removals.register("factsheets.editions", withdraw_saying)
    contributions.personal_records.register(
        "factsheets.names",
        PersonalRecords(
            _("Documents that name you"),
            _names_of,
            lambda row: {"document": str(row.edition)},
            erase=_erase,
        ),
    )


def anchors() -> Iterable[ChainAnchor]:
    """Yield the head of each chain as issued documents printed it."""
    rows = Issue.objects.exclude(history_chain="").order_by("pk")
    for chain, number, newest, reference, version in rows.values_list(
        "history_chain", "history_number", "history_hash", "reference", "version"
    ).iterator():
        if number:
            source = gettext("version %(version)d of %(reference)s")
            yield ChainAnchor(chain, number, newest, source % {"version": version, "reference": reference})


def last_reports(kind: str, ids: Iterable[int]) -> dict[int, LastReport]:
    """Return the newest version issued about each of these subjects; one query."""
    rows = Issue.objects.newest_of_each(kind, ids)
    facts = rows.values_list("subject_id", "reference", "version", "snapshot__language", "issued_at")
    return {
        pk: LastReport(
            gettext("version %(number)d") % {"number": version},
            reverse("factsheets:issue", args=[reference, version, language]),
            issued_at,
        )
        for pk, reference, version, language, issued_at in facts
    }


def _of_cluster(request: HttpRequest, cluster: Any) -> dict[str, Any] | None:
    """Return the newest edition for a cluster's page, and the reports of an ended one; None before the first."""
    editions = list(Edition.objects.for_reference(cluster.reference or "").current().for_pages()[:EDITIONS])
    if not editions:
        return None
    edition, *older = editions
    others = [(one, tongue(one.language).own) for one in older if one.issue_id == edition.issue_id]
    may_take = bool(can_take_dossier(request.user, cluster))
    shown = {"edition": edition, "others": others, "may_take_dossier": may_take}
    if cluster.state not in FINISHED_STATES:
        return {**shown, "may_issue": bool(can_issue_interim(request.user, cluster))}
    found = CopReport.objects.sent().about(cluster).with_end_told(cluster).for_list()
    reports = cut_or_whole(found, REPORTS, request.GET, "reports")
    ended = {"has_ended": True, "reports": reports, "is_told": any(row.tells_end for row in reports.rows)}
    return {**shown, **ended, "may_report": bool(can_report(request.user, cluster))}


def _standing_of_cluster(cluster: Any) -> object:
    """Return what the newest edition's section shows of it, as plain values; the same for every reader."""
    return Edition.objects.standing_at(cluster.reference or "")


def _erase(member: Member) -> int:
    """Withdraw what names an erased person; the next revisions are made without the name."""
    reason, at = RedactionReason.ERASURE, timezone.now()
    return len(withdraw_naming(member=member, reason=reason, by=None, at=at, erasure=member.key))


def _in_words(event: Event) -> Words:
    return _("You sent a report to the community.") if event.verb == "report.sent" else ""


def _names_of(member: Member) -> Any:
    return EditionName.objects.filter(member=member).select_related("edition__issue")
