"""Addresses of documents. Those under a cluster come before the cluster's own, whose last row takes any verb."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path, register_converter
from django.views.decorators.http import conditional_page, require_safe

from factsheets.feeds import DocumentsFeed
from factsheets.views import (
    booklet,
    changes,
    coverage,
    dossier,
    editable,
    files,
    interim,
    issue,
    missing,
    preview,
    report,
    report_draft,
    several,
    statement,
    sums,
    verify,
)
from factsheets.views.language import LanguagesView

app_name = "factsheets"


class ReferenceConverter:
    """What addresses call a subject: `M4N-CL-2026-07`, or `draft-<letters>`."""

    regex = "[A-Za-z0-9][A-Za-z0-9-]{0,39}"

    def to_python(self, value: str) -> str:
        """Take it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Write it as it is."""
        return value


register_converter(ReferenceConverter, "reference")

urlpatterns: list[URLPattern] = [
    path("clusters/<reference:reference>/factsheet/", issue.current, name="current"),
    path("clusters/<reference:reference>/factsheet/issue/", interim.InterimView.as_view(), name="interim"),
    path("clusters/<reference:reference>/dossier/", dossier.dossier, name="dossier"),
    path("clusters/<reference:reference>/dossier.zip", dossier.dossier_zip, name="dossier_zip"),
    path("clusters/<reference:reference>/factsheet.pdf", files.current_pdf, name="current_pdf"),
    path("clusters/<reference:reference>/preview/", preview.preview, name="preview"),
    path("clusters/<reference:reference>/preview.pdf", preview.preview_pdf, name="preview_pdf"),
    path("policy/<int:pk>/v<int:version>/<slug:language>/", statement.statement, name="statement"),
    path("policy/<int:pk>/v<int:version>/<slug:language>.pdf", statement.statement_pdf, name="statement_pdf"),
    path("policy/<int:pk>/v<int:version>/<slug:language>.json", statement.statement_data, name="statement_data"),
    path("reports/", report.reports, name="reports"),
    path("reports/new/", report_draft.ReportCreateView.as_view(), name="report_create"),
    path("reports/drafts/<int:pk>/", report_draft.ReportDraftView.as_view(), name="report_draft"),
    path("reports/drafts/<int:pk>/send/", report_draft.ReportSendView.as_view(), name="report_send"),
    path("reports/drafts/<int:pk>/discard/", report_draft.ReportDiscardView.as_view(), name="report_discard"),
    path("reports/<reference:reference>/", report.report, name="report"),
    path("reports/<reference:reference>.pdf", report.report_pdf, name="report_pdf"),
    path("reports/<reference:reference>.json", report.report_data, name="report_data"),
    path("reports/<reference:reference>/booklet.pdf", booklet.report_booklet, name="report_booklet"),
    path("coverage.pdf", coverage.coverage_pdf, name="coverage_pdf"),
    path("feeds/factsheets.atom", login_not_required(require_safe(conditional_page(DocumentsFeed()))), name="feed"),
    path("factsheets/missing/", missing.MissingView.as_view(), name="missing"),
    path("factsheets/several/", several.several, name="several"),
    path("factsheets/zip/", several.archive, name="zip"),
    path("factsheets/booklet/", several.BookletCreateView.as_view(), name="booklet_create"),
    path("factsheets/booklets/<int:pk>/", booklet.booklet, name="booklet"),
    path("factsheets/booklets/<int:pk>/anew/", booklet.BookletAnewView.as_view(), name="booklet_anew"),
    path("factsheets/booklets/<int:pk>/booklet.pdf", booklet.booklet_pdf, name="booklet_pdf"),
    path("factsheets/verify/", verify.verify, name="verify"),
    path("factsheets/<reference:reference>/v<int:version>/changes/", changes.changes, name="changes"),
    path("factsheets/<reference:reference>/v<int:version>/languages/", LanguagesView.as_view(), name="languages"),
    path("factsheets/<reference:reference>/v<int:version>/SHA256SUMS", sums.sums, name="sums"),
    path("factsheets/<reference:reference>/v<int:version>/<slug:language>.docx", editable.editable, name="editable"),
    path("factsheets/<reference:reference>/v<int:version>/<slug:language>/", issue.version, name="issue"),
    path("factsheets/<reference:reference>/v<int:version>/<slug:language>.pdf", files.version_pdf, name="issue_pdf"),
    path("factsheets/<reference:reference>/v<int:version>/<slug:language>.json", files.version_data, name="issue_data"),
]
