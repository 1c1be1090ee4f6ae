"""What the page of coverage counts and how it is laid out: all of it stands in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.choices import OutcomeKind
from results.rules.coverage import Columns, Facts, Rows, Wanted

ROWS = [(Rows.COUNTRY, _("Countries")), (Rows.REGION, _("Regions")), (Rows.PROJECT, _("Projects"))]
COLUMNS = [(Columns.GROUP, _("Working groups")), (Columns.STATE, _("States")), (Columns.OUTCOME, _("Outcomes so far"))]


class CoverageForm(forms.Form):
    """Rows, columns, and which clusters are counted; nothing chosen counts all, by country and working group."""

    rows = forms.ChoiceField(label=_("Rows"), choices=ROWS, required=False)
    columns = forms.ChoiceField(label=_("Columns"), choices=COLUMNS, required=False)
    wg = forms.ChoiceField(label=_("Working group"), required=False)
    project = forms.ChoiceField(label=_("Project"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    outcome = forms.ChoiceField(
        label=_("With an outcome"), choices=[("", _("any")), *OutcomeKind.choices], required=False
    )

    def __init__(self, *args: Any, facts: Facts, countries: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take what there is to choose from."""
        super().__init__(*args, **kwargs)
        self.facts = facts
        groups = [(code, f"{code} {title}") for code, title in facts.groups]
        self._offer("wg", groups)
        self._offer("project", [(acronym, acronym) for acronym, _title in facts.projects])
        self._offer("country", countries)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", _("all")), *choices]  # type: ignore[attr-defined]

    def clean_rows(self) -> Rows:
        """Return the rows, countries where nothing is chosen."""
        return Rows(self.cleaned_data["rows"] or Rows.COUNTRY)

    def clean_columns(self) -> Columns:
        """Return the columns, working groups where nothing is chosen."""
        return Columns(self.cleaned_data["columns"] or Columns.GROUP)

    @property
    def is_narrowed(self) -> bool:
        """Whether the address chooses anything but the rows."""
        return any(self.cleaned_data.get(name) for name in self.fields if name not in ("rows", "columns")) or (
            self.cleaned_data.get("columns", Columns.GROUP) is not Columns.GROUP
        )

    @property
    def said(self) -> list[tuple[str, str]]:
        """What is chosen, as label and words, in the order of the form; nothing for what counts all."""
        chosen = []
        for name, field in self.fields.items():
            if value := self.cleaned_data.get(name):
                words: Any = dict(field.choices)  # type: ignore[attr-defined]
                chosen.append((str(field.label), str(words[value])))
        return chosen

    @property
    def query(self) -> dict[str, str]:
        """What an address says to choose the same: only what the form knows."""
        return {name: str(value) for name in self.fields if (value := self.cleaned_data.get(name))}

    @property
    def wanted(self) -> Wanted:
        """What is counted; everything while the address holds a wrong value."""
        given = self.cleaned_data
        return Wanted(given["wg"], given["project"], given["country"], given["outcome"])
