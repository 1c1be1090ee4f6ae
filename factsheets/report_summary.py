"""What goes into a report to the community: the factsheets of a time, and their snapshot in short."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import State
from clusters.snapshot_shape import OrganisationLine, Snapshot, WorkingGroupLine
from community.dates import written
from community.models import WorkingGroup
from factsheets.choices import Face
from factsheets.models import CopReport, Edition, Issue
from factsheets.querysets import IssueQuerySet
from factsheets.report_shape import ReportedLine, ReportSnapshot, Totals
from factsheets.sentences import own_words

#: At most so many factsheets stand in one report.
MOST = 500


def candidates(from_on: date, until_on: date, group: WorkingGroup | None) -> IssueQuerySet:
    """Return the newest factsheet that each cluster was given in a time, of one group or of all."""
    issued = Issue.objects.factsheets().issued_between(from_on, until_on)
    if group is not None:
        issued = issued.of_groups([group.pk])
    return issued.newest_of_subjects()


def newest_of(reference: str) -> IssueQuerySet:
    """Return the newest factsheet of one cluster."""
    return Issue.objects.factsheets().for_reference(reference).newest_of_subjects()


def unreported(group_ids: Iterable[int] | None = None) -> IssueQuerySet:
    """Return the final factsheets of clusters that stand in no sent report yet; of some groups, or of all (None)."""
    found = Issue.objects.factsheets().looking_back().newest_of_subjects().in_no_sent_report()
    return (found if group_ids is None else found.of_groups(group_ids)).order_by("issued_at", "pk")


def usual_title(from_on: date, until_on: date, group: WorkingGroup | None, language: str) -> str:
    """Return the title that a report has unless somebody writes another: group and time in its language."""
    with own_words(language):
        days = {"first": written(from_on), "last": written(until_on)}
        if group is None:
            return _("What clusters brought about, %(first)s to %(last)s") % days
        return _("What the clusters of %(group)s brought about, %(first)s to %(last)s") % {"group": group.code, **days}


def snapshot_of(report: CopReport, *, reference: str, at: datetime) -> ReportSnapshot:
    """Return what a report says as it stands, for its issue; three queries."""
    issues = list(report.factsheets.order_by("pk"))
    sums = _checksums(issues)
    lines = [_line(issue, sums.get(issue.pk, "")) for issue in issues]
    lines.sort(key=lambda line: (line["face"] != Face.BACKWARD, line["working_group"]["code"], line["reference"]))
    group = report.working_group
    return {
        "reference": reference,
        "title": report.title,
        "as_of": timezone.localdate(at).isoformat(),
        "language": report.language,
        "from_on": report.from_on.isoformat(),
        "until_on": report.until_on.isoformat(),
        "working_group": (
            WorkingGroupLine(code=group.code, title=group.title_on(timezone.localdate(at))) if group else None
        ),
        "introduction": report.introduction,
        "lines": lines,
        "totals": _totals(issues, lines),
    }


def _checksums(issues: list[Issue]) -> dict[int, str]:
    """Return the checksum of the data file in the language of each issue, newest revision."""
    rows = Edition.objects.filter(issue__in=[issue.pk for issue in issues]).newest_revisions().order_by("pk")
    languages = {issue.pk: issue.snapshot["language"] for issue in issues}
    facts = rows.values_list("issue_id", "language", "data_sha256")
    return {pk: checksum for pk, language, checksum in facts if languages[pk] == language}


def _line(issue: Issue, checksum: str) -> ReportedLine:
    taken: Snapshot = issue.snapshot
    used = [line["documented"] for line in taken["uptakes"] if line["step"] == "in_use"]
    organisations = _organisations(taken)
    return {
        "reference": issue.reference,
        "version": issue.version,
        "title": taken["title"],
        "face": issue.face,
        "state": taken["state"],
        "state_since": taken["state_since"],
        "issued_on": timezone.localdate(issue.issued_at).isoformat(),
        "working_group": taken["working_group"],
        "lead_organisation": taken["lead"]["organisation"],
        "words": taken["practitioners_summary"] or taken["question"],
        "organisations": len(organisations),
        "countries": sorted({one["country"] for one in organisations if one["country"]}),
        "outcomes": [line["text"] for line in taken["outcomes"]],
        "uptakes": len(used),
        "documented": sum(used),
        "address": settings.SITE_URL + issue.address_in(taken["language"]),
        "data_sha256": checksum,
    }


def _organisations(taken: Snapshot) -> list[OrganisationLine]:
    return [line["organisation"] for line in taken["participants"]]


def _totals(issues: list[Issue], lines: list[ReportedLine]) -> Totals:
    """Return the figures; uptakes of discontinued clusters stand with their factsheet alone (decision 0171)."""
    counted = [line for line in lines if line["state"] != State.DISCONTINUED]
    everybody = {(one["name"], one["country"]) for issue in issues for one in _organisations(issue.snapshot)}
    return {
        "factsheets": len(lines),
        "organisations": len(everybody),
        "countries": len({country for _name, country in everybody if country}),
        "outcomes": sum(len(line["outcomes"]) for line in lines),
        "uptakes": sum(line["uptakes"] for line in counted),
        "documented": sum(line["documented"] for line in counted),
    }
