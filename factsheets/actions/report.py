"""Reports to the community: begun as drafts, changed, discarded, sent, and carried to every member.

A draft leaves no event: nobody is told of it and it may be thrown away. Sending is the first and only event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, known_only, stale
from community.actions.transition import transition
from community.lifecycle import GONE
from community.models import User, WorkingGroup
from community.permissions import Refusal
from factsheets.actions.report_effects import hold_references
from factsheets.models import CopReport, Issue
from factsheets.permissions import can_write, report_capacities, told_once
from factsheets.report_summary import MOST, candidates, newest_of, usual_title

FIELDS: Final = ("title", "introduction", "language")


@transaction.atomic
def begin_report(
    *,
    working_group: WorkingGroup | None,
    from_on: date,
    until_on: date,
    by: User | None,
    language: str = "en",
    title: str = "",
    introduction: str = "",
    only: str = "",
) -> CopReport:
    """Put a draft together: the newest factsheet that each cluster was given in the time.

    Args:
        working_group: of which clusters it tells; None is the whole mission.
        from_on, until_on: first and last day of issue, both included.
        by: who begins it; None is the registry itself.
        title: its own title; without one it says group and time, or what `only` is called.
        only: reference of the one cluster that it tells of, whose newest factsheet it holds whatever the time.

    Raises:
        Refusal: the person may not report for this group, the time ends before it begins, no factsheet was issued, or
            `only` is a cluster for which another group is responsible.
    """
    report = CopReport(working_group=working_group, from_on=from_on, until_on=until_on, begun_by=by, language=language)
    if not report_capacities(by, report, timezone.localdate()):
        raise Refusal.of(can_write(by, report))
    if until_on < from_on:
        raise Refusal(_("The period ends before it begins. Both may be the same day."))
    code = working_group.code if working_group else ""
    found = newest_of(only) if only else candidates(from_on, until_on, working_group)
    if only and working_group is not None:
        found = found.of_groups([working_group.pk])
    called = found.values_list("title", flat=True).first() if only else ""
    report.title = title.strip() or called or usual_title(from_on, until_on, code, language)
    report.introduction = introduction.strip()
    check_fields(report, leave_out=("working_group", "begun_by", "issue"))
    keys = list(found.values_list("pk", flat=True)[: MOST + 1])
    if not keys and only:
        raise Refusal(_("It has no factsheet that this working group reports. Choose the group responsible for it."))
    if not keys:
        raise Refusal(_("No factsheet was issued in this time. Choose another period or working group."))
    if len(keys) > MOST:
        raise Refusal(
            _("More than %(most)d factsheets were issued in this time. Choose a shorter one.") % {"most": MOST}
        )
    report.save(force_insert=True)
    report.factsheets.set(keys)
    return report


@transaction.atomic
def update_report(*, report: CopReport, by: User, seen_version: int, chosen: Iterable[int], **values: Any) -> CopReport:
    """Change the words of a draft and which factsheets are in it. A no-op when all of it stands there already.

    Args:
        chosen: keys of the issues that it tells of, among those that are `offered`: one of a cluster.

    Raises:
        Refusal: stale, when somebody saved it after `seen_version`; the person may not; it was sent; a factsheet is
            not of its time; or two of them are versions of one.
    """
    row = _locked(report, by=by)
    given, keys = known_only(values, FIELDS), set(chosen)
    there = set(row.factsheets.values_list("pk", flat=True))
    if keys == there and all(getattr(row, name) == value for name, value in given.items()):
        return row
    if row.version != seen_version:
        raise stale(row, _("this report"), by=by, at=timezone.now())
    if keys - there - set(offered(row).values_list("pk", flat=True)):
        raise Refusal(_("One of these factsheets is not of this time any more. Look at the list again."), "form")
    if twice := Issue.objects.filter(pk__in=keys).told_twice():
        raise Refusal(told_once(twice), "form")
    for name, value in given.items():
        setattr(row, name, value)
    check_fields(row, leave_out=("working_group", "begun_by", "issue"))
    row.version += 1
    row.save(update_fields=[*given, "version", "updated_at"])
    row.factsheets.set(keys)
    return row


def offered(report: CopReport) -> Any:
    """Return the factsheets that may stand in a draft: those of its time, those in it already, and their newest."""
    of_time = candidates(report.from_on, report.until_on, report.working_group).order_by().values("pk")
    inside = report.factsheets.order_by()
    newer = Issue.objects.newest_of_same(inside).order_by().values("pk")
    kept = Q(pk__in=of_time) | Q(pk__in=inside.values("pk")) | Q(pk__in=newer)
    return Issue.objects.filter(kept).order_by("-issued_at", "-pk")


@transaction.atomic
def discard_report(*, report: CopReport, by: User) -> None:
    """Throw a draft away: it is really deleted. A no-op when it is gone.

    Raises:
        Refusal: the person may not, or it was sent.
    """
    row = CopReport.objects.select_for_update().filter(pk=report.pk).first()
    if row is None:
        return
    if not (verdict := can_write(by, row)):
        raise Refusal.of(verdict)
    row.delete()


def send_report(
    *, report: CopReport, by: User | None, seen: str | None = None, at: datetime | None = None
) -> CopReport:
    """Send a report: it gets its address, its page and PDF, and a mail to every member who wants it.

    Raises:
        Refusal: as `transition`.
    """
    return transition(report, "report.sent", by=by, seen=seen, at=at)


@transaction.atomic
def send_for_time(
    *,
    working_group: WorkingGroup | None,
    from_on: date,
    until_on: date,
    by: User | None,
    language: str = "en",
    again: bool = False,
) -> CopReport:
    """Gather the factsheets of a time and send them at once, as a machine does by rhythm; no draft is left.

    Nobody else sends a report meanwhile, so that a rhythm that runs on two machines tells everybody once.

    Args:
        again: send what was sent for this group and time already once more, as a further report.

    Raises:
        Refusal: as `begin_report` and `send_report`; "done" where it was sent already.
    """
    hold_references()
    if not again and (done := sent_for(working_group, from_on, until_on)) is not None:
        words = _("What was issued in this time was reported already: %(title)s (%(reference)s).")
        raise Refusal(words % {"title": done.title, "reference": done.reference}, "done")
    draft = begin_report(working_group=working_group, from_on=from_on, until_on=until_on, by=by, language=language)
    return send_report(report=draft, by=by)


def sent_for(group: WorkingGroup | None, from_on: date, until_on: date) -> CopReport | None:
    """Return the report that was sent for a group and time, or None.

    That of a single cluster, whose time is the day of its factsheet, is none for a day on which there is more to tell.
    """
    many = from_on == until_on and candidates(from_on, until_on, group).order_by().count() > 1
    rows = CopReport.objects.sent().of_time(group, from_on, until_on)
    return next((row for row in rows if not (many and row.factsheets.count() == 1)), None)


def _locked(report: CopReport, *, by: User) -> CopReport:
    """Return the draft as it is now, its row locked, for somebody who may change it.

    Raises:
        Refusal: the person may not, it is gone, or it was sent.
    """
    row = CopReport.objects.select_for_update(of=("self",)).select_related("working_group")
    found = row.filter(pk=report.pk).first()
    if found is None:
        raise Refusal(GONE, "state")
    if not (verdict := can_write(by, found)):
        raise Refusal.of(verdict)
    return found
