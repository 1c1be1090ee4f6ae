"""Indicators, their targets and whose the counted records are, in the Django admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.admin.base import EntryAdmin, EntryForm
from community.admin.fields import LabelsField, WordsField
from community.admin.hints import ORDER
from community.choices import Vocabulary
from community.models import Term
from results.models import Contribution, Indicator, Target
from results.rules.indicators.table import RULES


class IndicatorForm(EntryForm):
    """An indicator: its names, which version of its rule applies, which types of solution do not count."""

    labels = LabelsField(label=_("Names"))
    left_out_types = WordsField(label=_("Codes of types of solution that do not count"), required=False)

    def clean_rule_version(self) -> int:
        """Check that the rule has that version.

        Raises:
            ValidationError: it has not; the sentence names those that it has.
        """
        version: int = self.cleaned_data["rule_version"]
        rule = RULES.get(self.instance.code)
        versions = rule.versions if rule is not None else []
        if version not in versions:
            known = ", ".join(map(str, versions))
            raise ValidationError(_("The rule has no such version. It has: %(known)s."), params={"known": known})
        return version

    def clean_left_out_types(self) -> list[str]:
        """Check that the vocabulary has these types.

        Raises:
            ValidationError: it lacks one, which the sentence names.
        """
        codes: list[str] = self.cleaned_data["left_out_types"] or []
        known = set(Term.objects.filter(vocabulary=Vocabulary.SOLUTION_TYPE).values_list("code", flat=True))
        wrong = sorted(set(codes) - known)
        if wrong:
            raise ValidationError(_("No type of solution has the code “%(code)s”."), params={"code": wrong[0]})
        return codes


@admin.register(Indicator)
class IndicatorAdmin(EntryAdmin):
    """The programme's indicators: entered with the rules, so none is added here."""

    form = IndicatorForm
    may_add = False
    list_display = ("code", "name", "rule_version", "is_shown", "order")
    list_filter = ("is_shown",)
    search_fields = ("code", "labels")
    ordering = ("order", "pk")
    fields = ("code", "labels", "rule_version", "left_out_types", "is_shown", "order")
    fixed_fields = ("code",)
    hints = {
        "rule_version": _("Which version of the documented rule counts from now on; reported figures keep theirs."),
        "is_shown": _("Take the tick off, and no page shows the figure."),
        "order": ORDER,
    }


@admin.register(Target)
class TargetAdmin(EntryAdmin):
    """What is to be reached, by project or by the whole mission."""

    list_display = ("indicator", "project", "value", "due_on")
    list_filter = ("indicator", "project")
    list_select_related = ("indicator", "project")
    search_fields = ("indicator__code", "project__acronym")
    ordering = ("indicator", "due_on", "pk")
    fields = ("indicator", "project", "value", "due_on", "note")
    hints = {"due_on": _("Until when it is to be reached."), "value": _("The figure that is to be reached.")}


class ContributionForm(EntryForm):
    """Whose a counted record is: another project takes it over with a note that says why."""

    def clean(self) -> dict[str, Any]:
        """Ask for the reason where the owner changes.

        Raises:
            ValidationError: it is stale, or there is no note.
        """
        cleaned = super().clean()
        if "project" in self.changed_data and not cleaned.get("note"):
            self.add_error("note", forms.ValidationError(_("Say why the record counts for another project.")))
        return cleaned


@admin.register(Contribution)
class ContributionAdmin(EntryAdmin):
    """Whose the counted records are: written by the registry, given to another project here."""

    form = ContributionForm
    may_add = False
    list_display = ("indicator", "project", "kind", "record_id", "counts_on", "counted_at")
    list_filter = ("indicator", "project")
    list_select_related = ("indicator", "project")
    search_fields = ("record_id",)
    ordering = ("indicator", "project", "pk")
    fields = ("indicator", "kind", "record_id", "project", "note", "counts_on", "rule_version", "counted_at")
    fixed_fields = ("indicator", "kind", "record_id", "counts_on", "rule_version", "counted_at")
    hints = {
        "project": _("Whose figure counts the record: one project owns each."),
        "note": _("Why another project than before owns it; needed for a change."),
    }
