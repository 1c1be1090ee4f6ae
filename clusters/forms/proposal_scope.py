"""Step 2: what will be different when the cluster ends, what it leaves out, where it works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clusters.actions.proposal_values import ObjectiveLine
from clusters.choices import OutcomeKind
from clusters.forms.proposal_choices import TerritoryGroup, territories, territory_groups
from clusters.forms.proposal_fields import (
    Line,
    Prose,
    StepForm,
    Words,
    line,
    part,
    search_field,
    section,
    several_field,
)
from clusters.forms.rows import RowForm
from community.models import Territory
from community.validators import is_key

MOST_OBJECTIVES = 5

KIND_HINTS: dict[str, Words] = {
    OutcomeKind.TRANSFERENCE: _("Knowledge or a solution passes from one organisation to another"),
    OutcomeKind.NETWORKING: _("Contacts that go on after the cluster"),
    OutcomeKind.ANSWER: _("The question gets its answer"),
    OutcomeKind.ADOPTION: _("An organisation takes a solution up"),
    OutcomeKind.PEER_REVISION: _("A result of the community is reviewed by peers"),
    OutcomeKind.POLICY_EVIDENCE: _("A line of a policy statement can rest on it"),
}


class ObjectiveForm(RowForm):
    """One objective with the sign by which anybody sees that it is reached."""

    text = Line(label=_("What you want to reach"), limit=300, rows=2)
    criterion = Line(
        label=_("Reached when"),
        limit=300,
        rows=2,
        help_text=_("A number, a document or a decision is enough."),
    )


@dataclass(frozen=True)
class KindRow:
    """One kind of outcome in the form: its box and the line that says what exactly."""

    kind: str
    label: Words
    hint: Words
    box: BoundField
    note: BoundField


class ScopeForm(StepForm):
    """Objectives with criteria, out of scope, territories, expected kinds of outcome with a note each.

    A box `kind_<kind>` and a line `note_<kind>` for each kind of outcome are added beneath the class.
    """

    writes = ("objectives", "expected_outcomes", "out_of_scope", "territories")
    holds = {f"{what}_{kind}": ("expected_outcomes",) for what in ("kind", "note") for kind in OutcomeKind}

    out_of_scope = Prose(
        label=_("Out of scope"),
        limit=300,
        required=False,
        help_text=_("Readers trust a cluster that says what it will not do, and how it differs from others."),
    )
    territories = several_field(_("Territories"))
    find_territories = search_field(_("Show only"), _("A region, its code or a country."))

    def stored(self) -> dict[str, Any]:
        """Return the initial values from the cluster."""
        expected = {row.kind: row.note for row in self.cluster.expected_outcomes.all()}
        return {
            "out_of_scope": self.cluster.out_of_scope,
            "territories": [row.pk for row in self.cluster.territories.all()],
            **{f"kind_{kind}": kind in expected for kind in OutcomeKind},
            **{f"note_{kind}": expected.get(kind, "") for kind in OutcomeKind},
        }

    def prepare(self) -> None:
        """Make the rows of objectives and the list of territories."""
        objectives = [{"text": row.text, "criterion": row.criterion} for row in self.cluster.objectives.all()]
        self.objectives = self.rows("objectives", ObjectiveForm, objectives, least=1, most=MOST_OBJECTIVES)
        before = [row.pk for row in self.cluster.territories.all()]
        self.territory_rows: list[Territory] = territories(before)
        self.fields["territories"].choices = [  # type: ignore[attr-defined]
            (str(row.pk), row.name) for row in self.territory_rows
        ]

    @cached_property
    def chosen_territories(self) -> set[int]:
        """The keys of the territories that are ticked now."""
        return {int(key) for key in self.current("territories") or [] if is_key(key)}

    @property
    def territory_groups(self) -> list[TerritoryGroup]:
        """The territories by country, narrowed by what is looked for."""
        query = str(self.current("find_territories") or "")
        return territory_groups(self.territory_rows, self.chosen_territories, query)

    @property
    def kinds(self) -> Iterator[KindRow]:
        """The kinds of outcome with their boxes and notes."""
        for kind in OutcomeKind:
            yield KindRow(kind, kind.label, KIND_HINTS[kind], self[f"kind_{kind}"], self[f"note_{kind}"])

    def values(self) -> dict[str, Any]:
        """Return what `save_step` takes; after `is_valid`."""
        given = self.cleaned_data
        by_key = {str(row.pk): row for row in self.territory_rows}
        return {
            "objectives": [ObjectiveLine(row["text"], row["criterion"]) for row in self.objectives.cleaned()],
            "expected_outcomes": {str(kind): given[f"note_{kind}"] for kind in OutcomeKind if given[f"kind_{kind}"]},
            "out_of_scope": given["out_of_scope"],
            "territories": [by_key[key] for key in given["territories"]],
        }

    def layout(self) -> Layout:
        """Return objectives and outcomes first, then the limits."""
        return Layout(
            part("_objectives.html"),
            part("_outcomes.html"),
            section(_("Limits"), line(self, "out_of_scope")),
            part("_territories.html"),
        )


for _kind in OutcomeKind:
    ScopeForm.base_fields[f"kind_{_kind}"] = forms.BooleanField(label=_kind.label, required=False)
    ScopeForm.base_fields[f"note_{_kind}"] = Line(label=_("What exactly"), limit=200, required=False)
