"""Step 5: which results it brings over, how they will be taken up, and the whole proposal to read once more."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_choices import choosable_solutions, shown_solutions
from clusters.forms.proposal_fields import (
    NOT_IN_LIST,
    Prose,
    StepForm,
    line,
    part,
    search_field,
)
from community.forms.several import SeveralField
from community.models import Solution
from community.validators import is_key


class ResultsForm(StepForm):
    """Results of projects to transfer, and the adoption plan."""

    writes = ("solutions", "adoption_plan")

    find_solutions = search_field(_("Show only"), _("A result, or the project it comes from."))
    solutions = SeveralField(
        label=_("Results to transfer"),
        queryset=Solution.objects.none(),
        required=False,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
    adoption_plan = Prose(
        label=_("Adoption plan"),
        limit=1000,
        rows=5,
        required=False,
        help_text=_("Who would use the result, where, by when, and what they need for it."),
    )

    def stored(self) -> dict[str, Any]:
        """Return the initial values from the cluster."""
        return {
            "solutions": [row.pk for row in self.cluster.solutions.all()],
            "adoption_plan": self.cluster.adoption_plan,
        }

    def prepare(self) -> None:
        """Accept what is published, and what was chosen before."""
        before = [row.pk for row in self.cluster.solutions.all()]
        self.fields["solutions"].queryset = choosable_solutions(before)  # type: ignore[attr-defined]

    @cached_property
    def chosen_solutions(self) -> set[int]:
        """The keys of the results that are ticked now."""
        return {int(key) for key in self.current("solutions") or [] if is_key(key)}

    @cached_property
    def _shown(self) -> tuple[list[Solution], bool]:
        return shown_solutions(self.chosen_solutions, str(self.current("find_solutions") or ""))

    @property
    def shown_solutions(self) -> list[Solution]:
        """The ticked results, then the first of those looked for."""
        return self._shown[0]

    @property
    def has_more_solutions(self) -> bool:
        """Whether more are found than are shown."""
        return self._shown[1]

    def values(self) -> dict[str, Any]:
        """Return what `save_step` takes; after `is_valid`."""
        return {
            "solutions": list(self.cleaned_data["solutions"]),
            "adoption_plan": self.cleaned_data["adoption_plan"],
        }

    def shown(self) -> list[tuple[str, str]]:
        """Return the ticked results by their titles, and the plan."""
        ticked = [row.title for row in self.shown_solutions if row.pk in self.chosen_solutions]
        return [
            (str(self.fields["solutions"].label), ", ".join(sorted(ticked))),
            (str(self.fields["adoption_plan"].label), str(self.current("adoption_plan") or "")),
        ]

    def layout(self) -> Layout:
        """Return the results, then the plan."""
        return Layout(part("_solutions.html"), line(self, "adoption_plan"))
