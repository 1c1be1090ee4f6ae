"""Indicators, their targets, whose the counted records are, and who answered for adopters, in the Django admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.admin.base import EntryAdmin, EntryForm, RecordAdmin
from community.admin.chosen import ReasonForm, WithChosen
from community.admin.fields import LabelsField, WordsField
from community.admin.filters import NamedEmptyFilter
from community.admin.hints import ORDER
from community.admin.sheets import SheetAdmin
from community.admin.user import carry_out
from community.choices import Vocabulary
from community.models import Term
from results.actions.target import remove_target
from results.imports.target import TargetImport
from results.models import Contribution, Indicator, Target, UptakeConfirmation
from results.rules.indicators.table import RULES


class IndicatorForm(EntryForm):
    """An indicator: its names, which version of its rule applies, which types of solution do not count."""

    labels = LabelsField(label=_("Names"))
    left_out_types = WordsField(label=_("Codes of types of solution that do not count"), required=False)

    def clean_rule_version(self) -> int:
        """Check that the rule has that version, and that nothing exceeds by it what it must never exceed.

        Raises:
            ValidationError: it has not; the sentence names those that it has, or the other indicator.
        """
        version: int = self.cleaned_data["rule_version"]
        rule = RULES.get(self.instance.code)
        versions = rule.versions if rule is not None else []
        if version not in versions:
            known = ", ".join(map(str, versions))
            raise ValidationError(_("The rule has no such version. It has: %(known)s."), params={"known": known})
        self._check_order(version, rule.owners_of if rule is not None else "")
        return version

    def _check_order(self, version: int, leader: str) -> None:
        """An indicator that must not exceed another one goes by the same version as that, or an earlier one."""
        known = dict(Indicator.objects.values_list("code", "rule_version"))
        if version > known.get(leader, version):
            words = _("%(code)s must never exceed %(leader)s: choose the newer version there first.")
            raise ValidationError(words, params={"code": self.instance.code, "leader": leader})
        followers = [code for code, rule in RULES.items() if rule.owners_of == self.instance.code]
        for code in followers:
            if known.get(code, version) > version:
                words = _("%(code)s must never exceed %(leader)s: choose the earlier version there first.")
                raise ValidationError(words, params={"code": code, "leader": self.instance.code})

    def clean_left_out_types(self) -> list[str]:
        """Check that the vocabulary has these types.

        Raises:
            ValidationError: it lacks one, which the sentence names, or the rule reads no types.
        """
        codes: list[str] = self.cleaned_data["left_out_types"] or []
        rule = RULES.get(self.instance.code)
        if codes and (rule is None or not rule.reads_types):
            readers = ", ".join(one.code for one in RULES.values() if one.reads_types)
            words = _("This rule counts by no type of solution: leave it empty. Types are left out of %(known)s.")
            raise ValidationError(words, params={"known": readers})
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
class TargetAdmin(SheetAdmin, WithChosen):
    """What is to be reached, by project or by the whole mission; one that was a mistake is taken away."""

    sheet = TargetImport
    actions = ("remove_chosen",)
    chosen_pages = ("remove",)

    list_display = ("indicator", "project", "value", "due_on")
    list_filter = ("indicator", ("project", NamedEmptyFilter))
    list_select_related = ("indicator", "project")
    search_fields = ("indicator__code", "project__acronym")
    ordering = ("indicator", "due_on", "pk")
    fields = ("indicator", "project", "value", "due_on", "note")
    hints = {"due_on": _("Until when it is to be reached."), "value": _("The figure that is to be reached.")}

    @admin.action(description=_("Take the chosen targets away, they were a mistake… (asks why)"))
    def remove_chosen(self, request: HttpRequest, queryset: QuerySet[Target]) -> HttpResponse | None:
        """Lead to the page that asks why."""
        return self.lead_to_chosen(request, "remove", queryset)

    def remove_view(self, request: HttpRequest, rows: QuerySet[Target]) -> HttpResponse | None:
        """Ask why, and take the targets away."""
        rows = rows.select_related("indicator", "project")
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            title, told = gettext("Take targets away that were a mistake"), gettext("No page shows them any more.")
            lines = [f"{row.indicator}, {row.project or gettext('the whole mission')}: {row.value}" for row in rows]
            return self.draw(request, "remove", title=title, told=told, rows=lines, form=form)

        def remove(row: Target) -> object:
            reason = form.cleaned_data["reason"]
            return remove_target(target=row, reason=reason, by=request.user)  # type: ignore[arg-type]

        carry_out(request, rows, remove, one="%(count)s target taken away.", many="%(count)s targets taken away.")
        return None


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
    list_display = ("indicator", "project", "kind", "subject_id", "counts_on", "counted_at")
    list_filter = ("indicator", "project")
    list_select_related = ("indicator", "project")
    search_fields = ("subject_id",)
    ordering = ("indicator", "project", "pk")
    fields = ("indicator", "kind", "subject_id", "project", "note", "counts_on", "rule_version", "counted_at")
    fixed_fields = ("indicator", "kind", "subject_id", "counts_on", "rule_version", "counted_at")
    hints = {
        "project": _("Whose figure counts the record: one project owns each."),
        "note": _("Why another project than before owns it; needed for a change."),
    }


@admin.register(UptakeConfirmation)
class ConfirmationAdmin(RecordAdmin):
    """Who was asked for an adopting organisation, and answered: found when they write, mended on a page of its own."""

    list_display = ("asked_at", "organisation", "person_name", "address", "status", "person")
    list_filter = ("status",)
    list_select_related = ("uptake__organisation",)
    search_fields = ("person_name", "address_key", "organisation_name", "uptake__organisation__name_key")
    search_help_text = _("A name, an e-mail address or an organisation.")
    ordering = ("-asked_at", "-pk")
    exclude = ("address_key",)

    @admin.display(description=_("organisation"))
    def organisation(self, row: UptakeConfirmation) -> str:
        """Return the adopting organisation."""
        return row.uptake.organisation.name

    @admin.display(description=_("who answered"))
    def person(self, row: UptakeConfirmation) -> SafeString:
        """Return the way to correct the person or to take them out."""
        url = reverse("results:answerer", args=[row.uptake_id, row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Correct or take out"))
