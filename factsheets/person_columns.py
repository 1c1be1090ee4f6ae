"""Every column of `factsheets` that refers to a person, and what becomes of it in their data and at their erasure."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from community.contributions import PersonColumn as Column

COLUMNS: Final[dict[str, Column]] = {
    "factsheets.Issue.by": Column(_("Documents that were issued by what you did"), "reference version issued_at role"),
    "factsheets.IssueTranslation.by": Column(
        _("Versions that you had issued in another language"), "issue language taken_at"
    ),
    "factsheets.EditionName.member": Column(record="factsheets.names"),
    "factsheets.CopReport.begun_by": Column(_("Reports that you began"), "title state created_at"),
    "factsheets.Delivery.member": Column(record="factsheets.deliveries"),
}
