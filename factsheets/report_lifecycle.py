"""The life of a report to the community: the same form of table as a cluster's, through the same door.

A draft that is not wanted is discarded: it is really deleted, for nobody was told of it.
"""

from __future__ import annotations

from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from clusters.choices import Capacity
from community import lifecycle
from community.lifecycle import Verb
from factsheets import permissions
from factsheets.choices import ReportState
from factsheets.models import CopReport

S = ReportState

VERBS: tuple[Verb, ...] = (
    Verb(
        "report.sent",
        _("Send the report"),
        (S.DRAFT,),
        S.SENT,
        permissions.SENDERS,
        heading=_("Send this report to the community"),
        done=_("Sent. The report has its page; the mails are on their way."),
        requires=(permissions.has_factsheets, permissions.each_once, permissions.all_are_drawn),
        required=_("at least one factsheet, each in one version; what was shown is what is sent"),
        tells=("community",),
        effects=("name_report", "issue_report"),
        also=_("the report is issued as page and PDF, and stands in the feed"),
        style="primary",
        checks_seen=True,
    ),
)


def content_hash(report: CopReport) -> str:
    """Return what stands for the draft that a reader was shown: its words and which factsheets are in it."""
    chosen = report.factsheets.order_by("pk").values_list("pk", flat=True)
    parts = [report.title, report.introduction, str(report.from_on), str(report.until_on), report.language]
    return sha256("\x1f".join([*parts, str(report.working_group_id), *map(str, chosen)]).encode()).hexdigest()


REPORT = lifecycle.register(
    lifecycle.Lifecycle(
        "report",
        VERBS,
        capacities=permissions.report_capacities,
        four_eyes=permissions.nobody_in_particular,
        wrong_state=permissions.wrong_state,
        label_of=lambda code: Capacity(code).label,
        content_hash=content_hash,
        stale=_("The report was changed while you were reading. Look at it again, then send it."),
    )
)
