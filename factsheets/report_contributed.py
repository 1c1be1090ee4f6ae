"""What reports to the community add to pages and chores that the apps below draw and run; called by `apps.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters import contributions as of_clusters
from clusters.visibility import viewer
from community import contributions, kinds
from community.contributions import DeskItem, NavigationEntry, PageSection, PersonalRecords
from community.models import Member, User
from community.querysets.cut import cut
from factsheets.models import CopReport, Delivery
from factsheets.notifications import TOPICS
from factsheets.report_summary import unreported

#: At most so many drafts stand on the desk, reports in the section of a page.
MOST, SHOWN = 10, 6


def register() -> None:
    """Register the kind, the menu, desk items, sections of pages, mails and personal records."""
    kinds.register(
        kinds.Kind(
            "report",
            "factsheets.CopReport",
            gettext_lazy("Report to the community"),
            "factsheets:report",
            lambda report: {"reference": report.reference},
            is_told=True,
        )
    )
    contributions.navigation.register(
        "reports",
        NavigationEntry(gettext_lazy("Reports"), "factsheets:reports", order=55, prefixes=("/reports/",)),
    )
    contributions.desk_items.register("factsheets.reports", items)
    for code, topic in TOPICS.items():
        contributions.mail_topics.register(code, topic)
    contributions.page_sections.register(
        "factsheets.reports.group", PageSection("working_group", "factsheets/report/section.html", _of_group, order=125)
    )
    of_clusters.demo_steps.register("factsheets", _told)
    contributions.personal_records.register(
        "factsheets.deliveries",
        PersonalRecords(
            gettext_lazy("Reports that were sent to you"),
            lambda member: Delivery.objects.filter(member=member).select_related("report"),
            lambda row: {"report": row.report.title, "reference": row.report.reference},
            erase=_erase,
        ),
    )


def _told(world: Any, entry: dict[str, Any]) -> Any:
    """Return what the demonstration tells of factsheets in between, languages, reports and a job; read only there."""
    from factsheets.demo import batches, interims, languages, reports

    return [
        *interims.told(world, entry),
        *languages.told(world, entry),
        *reports.told(world, entry),
        *batches.told(world, entry),
    ]


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield the drafts that a coordinator began and did not send, and what was not reported yet; for coordinators."""
    who = viewer(user, on)
    if not who.is_coordinator:
        return
    for row in CopReport.objects.drafts().filter(begun_by=user)[:MOST]:
        yield DeskItem(
            verb=_("Look it through, then send it"),
            title=row.title,
            why=_("A report to the community that you began. Nothing was sent yet."),
            url=reverse("factsheets:report_draft", args=[row.pk]),
            since=row.created_at,
        )
    waiting = list(unreported(None if who.is_mission else who.group_ids).values_list("title", "issued_at")[:100])
    if waiting:
        title = ngettext(
            "%(count)d cluster ended and was not reported yet",
            "%(count)d clusters ended and were not reported yet",
            len(waiting),
        )
        yield DeskItem(
            verb=_("Report to the community"),
            title=title % {"count": len(waiting)},
            why=_("The oldest: %(title)s.") % {"title": waiting[0][0]},
            url=reverse("factsheets:reports"),
            since=waiting[0][1],
        )


def _of_group(request: HttpRequest, group: Any) -> dict[str, Any] | None:
    """Return the reports that were sent for a working group."""
    found = cut(CopReport.objects.sent().of_group(group.code).for_list(), SHOWN)
    return {"reports": found, "group": group} if found else None


def _erase(member: Member) -> int:
    """Forget to whom reports went; how many went out stays in the history of mails."""
    return int(Delivery.objects.filter(member=member).delete()[0])
