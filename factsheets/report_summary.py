"""What goes into a report to the community: the factsheets of a time, and their snapshot in short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import State
from clusters.snapshot_shape import OutcomeLine, Snapshot, WorkingGroupLine
from community.dates import written
from community.models import WorkingGroup
from factsheets.choices import Face
from factsheets.models import CopReport, Edition, Issue
from factsheets.querysets.issue import IssueQuerySet
from factsheets.report_shape import OutcomeCounts, ReportedLine, ReportSnapshot, Totals
from factsheets.sentences import own_words
from factsheets.summary import organisations

#: At most so many factsheets stand in one report.
MOST = 500


def candidates(from_on: date, until_on: date, group: WorkingGroup | None) -> IssueQuerySet:
    """Return the newest factsheet that each cluster was given in a time, of one group or of all.

    A cluster that went into another one is left out: that one tells of its work.
    """
    issued = Issue.objects.factsheets().of_unmerged().issued_between(from_on, until_on)
    if group is not None:
        issued = issued.of_groups([group.pk])
    return issued.newest_of_subjects()


def newest_of(reference: str) -> IssueQuerySet:
    """Return the newest factsheet of one cluster; none of one that went into another."""
    return Issue.objects.factsheets().of_unmerged().for_reference(reference).newest_of_subjects()


class Mark(NamedTuple):
    """What who reports a factsheet should know of it, and where it is seen."""

    words: str
    url: str


def marks_of(report: CopReport, keys: Iterable[int]) -> dict[int, list[Mark]]:
    """Say of factsheets (keys) what no longer stands, and in which sent reports they stand already; three queries.

    A final factsheet that only corrects an end counts as told where that end was told. Without a word: not in it.
    """
    rows = list(Issue.objects.filter(pk__in=list(keys)).with_subject().with_newest().defer("snapshot"))
    clusters = [row.subject_id for row in rows]
    told = list(CopReport.objects.sent().exclude(pk=report.pk).telling_of(clusters))
    about = Issue.objects.factsheets().filter(subject_id__in=clusters)
    ends = set(about.reported_ends().order_by().values_list("pk", flat=True))
    marks = {row.pk: [*_moved_on(row), *_told(row, told, ends)] for row in rows}
    return {key: found for key, found in marks.items() if found}


def marked_in(report: CopReport) -> list[tuple[Issue, list[Mark]]]:
    """Return the factsheets of a draft of which something is to be known before it is sent."""
    issues = list(report.factsheets.defer("snapshot").with_language().order_by("reference", "version"))
    marks = marks_of(report, [issue.pk for issue in issues])
    return [(issue, marks[issue.pk]) for issue in issues if issue.pk in marks]


def _moved_on(issue: Issue) -> Iterator[Mark]:
    """Yield how the cluster went on since the version was taken."""
    if issue.merged_reference:
        page = reverse("clusters:detail", args=[issue.merged_reference])
        yield Mark(_("Merged into %(reference)s") % {"reference": issue.merged_reference}, page)
    if issue.face == Face.BACKWARD and issue.goes_on:
        words = _("At work again: the factsheet tells what had come of it until it ended")
        yield Mark(words, reverse("clusters:detail", args=[issue.reference]))
    if issue.newest_version is not None and issue.newest_version > issue.version:
        words = _("Version %(version)d was issued since") % {"version": issue.newest_version}
        yield Mark(words, reverse("factsheets:current", args=[issue.reference]))


def _told(issue: Issue, told: Iterable[tuple[str, str, int, int, int]], ends: set[int]) -> Iterator[Mark]:
    """Yield the sent reports in which a version stands, or the end that it corrects."""
    for reference, title, pk, cluster, version in told:
        page = reverse("factsheets:report", args=[reference])
        if pk == issue.pk:
            yield Mark(_("Stands in the report “%(title)s” already") % {"title": title}, page)
        elif cluster == issue.subject_id and issue.face == Face.BACKWARD and pk in ends and version < issue.version:
            words = _("Its end stands in the report “%(title)s” already, with version %(version)d")
            yield Mark(words % {"title": title, "version": version}, page)


def unreported(group_ids: Iterable[int] | None = None) -> IssueQuerySet:
    """Return the final factsheets of ended clusters whose end no sent report tells; of some groups, or of all (None).

    A reopened cluster waits for its next end.
    """
    found = Issue.objects.factsheets().of_finished().looking_back().newest_of_subjects().in_no_sent_report()
    return (found if group_ids is None else found.of_groups(group_ids)).order_by("issued_at", "pk")


def usual_title(from_on: date, until_on: date, group: str, language: str) -> str:
    """Return the title that a report has unless somebody writes another: group (its code) and time in its language."""
    with own_words(language):
        if from_on == until_on:
            day = written(from_on)
            if not group:
                return _("What clusters brought about, %(day)s") % {"day": day}
            return _("What the clusters of %(group)s brought about, %(day)s") % {"group": group, "day": day}
        days = {"first": written(from_on), "last": written(until_on)}
        if not group:
            return _("What clusters brought about, %(first)s to %(last)s") % days
        return _("What the clusters of %(group)s brought about, %(first)s to %(last)s") % {"group": group, **days}


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
    taking_part = organisations(taken)
    return {
        "reference": issue.reference,
        "version": issue.version,
        "title": taken["title"],
        "language": taken["language"],
        "face": issue.face,
        "state": taken["state"],
        "state_since": taken["state_since"],
        "issued_on": timezone.localdate(issue.issued_at).isoformat(),
        "working_group": taken["working_group"],
        "lead_organisation": taken["lead"]["organisation"],
        "words": taken["practitioners_summary"] or taken["question"],
        "organisations": len(taking_part),
        "countries": sorted({country for _name, country in taking_part if country}),
        "outcomes": [line["text"] for line in taken["outcomes"]],
        "counts": [_counts(line) for line in taken["outcomes"]],
        "uptakes": len(used),
        "documented": sum(used),
        "address": settings.SITE_URL + issue.address_in(taken["language"]),
        "data_sha256": checksum,
    }


def _counts(line: OutcomeLine) -> OutcomeCounts:
    """Return what is counted of an outcome; a factsheet from before says of its kind alone."""
    return {
        "kind": line["kind"],
        "participants": line.get("participants"),
        "organisations": line.get("organisations"),
        "countries": line.get("countries"),
    }


def _totals(issues: list[Issue], lines: list[ReportedLine]) -> Totals:
    """Return the figures; uptakes of discontinued clusters stand with their factsheet alone (decision 0171)."""
    counted = [line for line in lines if line["state"] != State.DISCONTINUED]
    everybody = {one for issue in issues for one in organisations(issue.snapshot)}
    return {
        "factsheets": len(lines),
        "organisations": len(everybody),
        "countries": len({country for _name, country in everybody if country}),
        "outcomes": sum(len(line["outcomes"]) for line in lines),
        "uptakes": sum(line["uptakes"] for line in counted),
        "documented": sum(line["documented"] for line in counted),
    }
