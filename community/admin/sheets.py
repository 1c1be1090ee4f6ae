"""Import and export on an admin's list: upload, preview, confirm; nothing is written before the last press."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.admin.previews import Preview, Told, digest_of, keep_preview, kept_preview, taken_preview
from community.imports.answers import Answers
from community.imports.outgoing import CONTENT_TYPES, take_out
from community.imports.sheet import MOST_BYTES
from community.imports.table import Report, Table, bring_in, bring_in_by_steps
from community.visibility import is_administrator

#: An import of so many rows tells how far it is, in so many steps, at a place that the template marks.
TOLD_FROM, STEPS, HERE = 300, 20, "[[progress]]"
GONE = _("This file was imported already, or its preview is too old. Look at the list, or choose the file once more.")
OTHERWISE = _("You answered otherwise than in the preview. Nothing was imported: look at it once more, then import.")


class SheetForm(forms.Form):
    """The file that is brought in."""

    file = forms.FileField(label=_("File"), widget=forms.FileInput)

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        """Say which files the table reads."""
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = str(table.hint)
        self.fields["file"].widget.attrs["accept"] = table.accepts

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is read.

        Raises:
            ValidationError: it is.
        """
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise ValidationError(
                _("The file is larger than %(most)s MB. Split it."), params={"most": MOST_BYTES // 1024 // 1024}
            )
        return upload


class SheetAdmin:
    """For a ModelAdmin: `sheet` is its table, `more_sheets` further ones that belong to it."""

    sheet: type[Table]
    more_sheets: tuple[type[Table], ...] = ()
    change_list_template: Any = "admin/community/sheet_list.html"
    admin_site: Any
    model: Any
    opts: Any

    def sheets(self) -> dict[str, type[Table]]:
        """Return the tables of this list by their code."""
        return {sheet.code: sheet for sheet in (self.sheet, *self.more_sheets)}

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of import and export."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        own = [
            path("import/<slug:code>/", view(self.import_view), name=f"{name}_import"),
            path("export/<slug:code>.<slug:form>", view(self.export_view), name=f"{name}_export"),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Offer what can be brought in and taken out, under the filters that are set."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        offers = [
            {
                "title": sheet.title,
                "is_taken_out": sheet.is_taken_out,
                "import_url": reverse(f"{name}_import", args=[code]),
                "csv_url": reverse(f"{name}_export", args=[code, "csv"]) + query,
                "xlsx_url": reverse(f"{name}_export", args=[code, "xlsx"]) + query,
            }
            for code, sheet in self.sheets().items()
        ]
        context = {**(extra_context or {}), "sheet_offers": offers}
        answer: HttpResponse = super().changelist_view(request, context)  # type: ignore[misc]
        return answer

    def export_view(self, request: HttpRequest, code: str, form: str) -> HttpResponse:
        """Hand out the rows under the filters of the list; lead to the list where they make no sense."""
        table = self._table(request, code)
        if form not in CONTENT_TYPES or not table.is_taken_out:
            raise Http404
        try:
            rows = self.rows_of(request)
        except IncorrectLookupParameters:  # the list says so
            return HttpResponseRedirect(
                reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist") + "?e=1"
            )
        answer = HttpResponse(take_out(table, rows, form), content_type=CONTENT_TYPES[form])
        day = timezone.localdate().isoformat()
        answer["Content-Disposition"] = f'attachment; filename="{code}-{day}.{form}"'
        answer["Cache-Control"] = "no-store"
        return answer

    def rows_of(self, request: HttpRequest) -> Any:
        """Return the rows of the list under the filters of a request.

        Raises:
            IncorrectLookupParameters: they make no sense.
        """
        return self.get_changelist_instance(request).get_queryset(request)  # type: ignore[attr-defined]

    def import_view(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Show the form, the preview of a file, or carry out what was previewed."""
        table = self._table(request, code)
        if request.method != "POST":
            return self._page(request, table, SheetForm(table=table), None)
        if "confirm" in request.POST or "answer" in request.POST:
            return self._answered(request, table)
        taken_preview(request, table)  # another file was chosen: the one before it is forgotten
        form = SheetForm(request.POST, request.FILES, table=table)
        if not form.is_valid():
            return self._page(request, table, form, None)
        content = form.cleaned_data["file"].read()
        told = Told.of(request)
        return self._preview(request, table, content, told.given if told.is_about(content) else {})

    def _preview(self, request: HttpRequest, table: Table, content: bytes, answers: Answers) -> HttpResponse:
        """Show what a file does with these answers, and keep it where the page asks or offers something."""
        table.answers = answers
        report = bring_in(table, content, dry_run=True)
        if report.questions or not report.problems:
            keep_preview(request, table, content, report)
        return self._page(request, table, SheetForm(table=table), report, about=digest_of(content))

    def _answered(self, request: HttpRequest, table: Table) -> HttpResponseBase:
        """Look at the file again with the answers of the page; import it where they are those that were looked at."""
        told, preview = Told.of(request), kept_preview(request, table)
        is_meant = preview is not None and (not told.about or told.is_about(preview.content))
        preview = taken_preview(request, table) if is_meant else None
        if preview is None:
            messages.error(request, GONE)
            return self._page(request, table, SheetForm(table=table), None, held=told if told.given else None)
        answers = {code: said for code, said in {**preview.answers, **told.answers}.items() if said}
        if "answer" in request.POST or answers != preview.answers:
            if "answer" not in request.POST:
                messages.warning(request, OTHERWISE)
            return self._preview(request, table, preview.content, answers)
        return self._carry_out(request, table, preview)

    def _carry_out(self, request: HttpRequest, table: Table, preview: Preview) -> HttpResponseBase:
        """Import the file of the preview; a row that would do something else by now is refused."""
        table.answers = preview.answers
        steps = bring_in_by_steps(table, preview.content, seen=preview.seen)
        _none, total = next(steps, (0, 0))
        if total >= TOLD_FROM:
            return told_while_done(steps, total, request=request, context=self._context(request, table))
        report = bring_in(table, preview.content, seen=preview.seen)
        if report.problems:
            report.questions.clear()  # the file is forgotten: it is chosen again
            return self._page(request, table, SheetForm(table=table), report)
        messages.success(request, report.sentence())
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def _page(
        self, request: HttpRequest, table: Table, form: SheetForm, report: Report | None, **more: Any
    ) -> HttpResponse:
        context = {**self._context(request, table), "form": form, "report": report, "columns": table.columns, **more}
        return TemplateResponse(request, "admin/community/import.html", context)

    def _context(self, request: HttpRequest, table: Table) -> dict[str, Any]:
        title = _("Import: %(what)s") % {"what": table.title}
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "table": table}

    def _table(self, request: HttpRequest, code: str) -> Table:
        """Return the table of a code, in the name of who asks.

        Raises:
            Http404: there is none, or this is not open to the person.
        """
        if code not in self.sheets() or not is_administrator(request.user):
            raise Http404
        return self.sheets()[code](request.user)  # type: ignore[arg-type]


def sheet_pages() -> dict[str, SheetAdmin]:
    """Return the lists with an import by the code of each of their tables."""
    pages = [page for page in admin.site._registry.values() if isinstance(page, SheetAdmin)]
    return {code: page for page in pages for code in page.sheets()}


def told_while_done(
    steps: Generator[tuple[int, int], None, Report], total: int, *, request: HttpRequest, context: dict[str, Any]
) -> StreamingHttpResponse:
    """Answer with a page that is sent while the rows are taken: it tells how far that is, then what came of it.

    It works without scripts. Who leaves it before the end has imported nothing.
    """
    head, tail = render_to_string("admin/community/import_running.html", context, request).split(HERE)

    def parts() -> Iterator[str]:
        yield head
        shown = 0
        with closing(steps):
            while True:
                try:
                    done, _total = next(steps)
                except StopIteration as end:
                    yield render_to_string("admin/community/_import_result.html", {**context, "report": end.value})
                    break
                if done * STEPS // total > shown:
                    shown = done * STEPS // total
                    yield render_to_string("admin/community/_import_step.html", {"done": done, "total": total})
        yield tail

    return StreamingHttpResponse(parts(), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
