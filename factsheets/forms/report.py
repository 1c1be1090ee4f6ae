"""Forms of reports to the community: begun for a time, and then put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_choices import document_language_choices
from clusters.forms.proposal_fields import Prose
from community.forms.dates import ENDS_BEFORE, DayField
from community.forms.lines import short_line
from community.forms.merging import MergingForm
from community.models import WorkingGroup
from factsheets.models import CopReport, Issue
from factsheets.report_summary import Mark

MISSION = "mission"


def last_month(on: date) -> tuple[date, date]:
    """Return the first and the last day of the month before `on`."""
    last = on.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


class ReportBeginForm(forms.Form):
    """Which clusters a report tells of: of one working group or all, and of which time."""

    scope = forms.ChoiceField(label=_("Whose clusters"))
    from_on = DayField(label=_("Issued from"), error_messages={"required": _("Say from which day on.")})
    until_on = DayField(label=_("Issued until"), error_messages={"required": _("Say until which day.")})
    language = forms.ChoiceField(
        label=_("Language of the report"), help_text=_("What clusters wrote stays in the language in which they wrote.")
    )

    def __init__(
        self,
        *args: Any,
        groups: Iterable[WorkingGroup],
        is_mission: bool,
        on: date,
        only: Issue | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the groups for which the person reports; the time is the last month unless another is typed.

        `only` is the one factsheet that the report holds: then nobody is asked for a time.
        """
        first, last = last_month(on)
        kwargs["initial"] = {"from_on": first, "until_on": last, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.groups = {row.code: row for row in groups}
        self.only = only
        if only is not None:
            del self.fields["from_on"], self.fields["until_on"]
        choices: list[tuple[str, str | Promise]] = [(MISSION, _("All working groups"))] if is_mission else []
        choices += [(row.code, f"{row.code} {row.title}") for row in self.groups.values()]
        self.fields["scope"].choices = choices  # type: ignore[attr-defined]
        self.fields["language"].choices = document_language_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins.

        Raises:
            ValidationError: it does.
        """
        given = super().clean() or {}
        first, last = given.get("from_on"), given.get("until_on")
        if first and last and last < first:
            raise ValidationError({"until_on": ENDS_BEFORE})
        return given

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = dict(self.cleaned_data)
        if self.only is not None:
            day = timezone.localdate(self.only.issued_at)
            given |= {"from_on": day, "until_on": day, "only": self.only.reference}
        return {"working_group": self.groups.get(given.pop("scope")), **given}


class ReportForm(MergingForm):
    """The words of a draft, and which factsheets are in it."""

    opens_in_page = False
    title = short_line(_("Title"), 150, required=True, error_messages={"required": _("Give the report a title.")})
    introduction = Prose(
        label=_("Introduction"),
        limit=2000,
        rows=6,
        required=False,
        help_text=_("What is new, and what a reader should open first. The mail begins with it."),
    )
    language = forms.ChoiceField(label=_("Language of the report"))
    chosen = forms.TypedMultipleChoiceField(
        label=_("Factsheets"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one factsheet.")},
    )

    def __init__(
        self,
        *args: Any,
        report: CopReport,
        issues: Iterable[Issue],
        marks: Mapping[int, list[Mark]],
        **kwargs: Any,
    ) -> None:
        """Start from the draft; `issues` may stand in it, `marks` say what is to be known of them."""
        self.issues = {issue.pk: issue for issue in issues}
        kwargs["initial"] = {
            **{name: getattr(report, name) for name in ("title", "introduction", "language")},
            "chosen": list(report.factsheets.values_list("pk", flat=True)),
            "seen_version": report.version,
        }
        super().__init__(*args, ident="report", **{"auto_id": "id_%s", **kwargs})
        self.fields["language"].choices = document_language_choices()  # type: ignore[attr-defined]
        self.fields["chosen"].choices = [(issue.pk, _choice(issue)) for issue in self.issues.values()]  # type: ignore[attr-defined]
        self.fields["chosen"].option_hints = self._hints(marks)  # type: ignore[attr-defined]

    def _hints(self, marks: Mapping[int, list[Mark]]) -> dict[str, SafeString]:
        """Return what stands below each factsheet."""
        hints = {}
        for pk, issue in self.issues.items():
            lines = [format_html('<a href="{}">{}</a>', mark.url, mark.words) for mark in marks.get(pk, [])]
            if older := [one.version for one in self._same(issue) if one.version < issue.version]:
                words = gettext("Choose it, and it takes the place of version %(version)d.") % {"version": max(older)}
                lines.append(format_html("{}", words))
            if lines:
                hints[str(pk)] = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
        return hints

    def _same(self, issue: Issue) -> list[Issue]:
        """Return the offered versions of the same factsheet."""
        return [one for one in self.issues.values() if one.reference == issue.reference]

    def clean_chosen(self) -> list[int]:
        """Let a newer version that was chosen take the place of an older one of the same factsheet."""
        given = [self.issues[pk] for pk in self.cleaned_data["chosen"]]
        newest = {issue.reference: issue.pk for issue in sorted(given, key=lambda issue: issue.version)}
        return [issue.pk for issue in given if newest[issue.reference] == issue.pk]

    def values(self) -> dict[str, Any]:
        """Return what the action writes."""
        return {name: self.cleaned_data[name] for name in ("title", "introduction", "language", "chosen")}


def _choice(issue: Issue) -> str:
    """Return a factsheet in one line: what it is about, which face, which version, of which day."""
    words = {
        "title": issue.title,
        "face": issue.get_face_display(),
        "reference": issue.reference,
        "version": issue.version,
        "day": date_format(timezone.localdate(issue.issued_at), "j E Y"),
    }
    return gettext("%(title)s – %(face)s (%(reference)s, version %(version)d of %(day)s)") % words


class SendForm(forms.Form):
    """What was looked at before the report is sent."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
