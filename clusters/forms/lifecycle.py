"""What the page of a verb asks: the reason, and what the verb needs besides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.forms.outcome import ConcludeForm
from clusters.forms.rows import RowForm, RowSet, added, raw_rows, with_rows
from clusters.models import Cluster
from clusters.rules.decision import due_problem
from clusters.sentences import CONFIDED
from community.forms.dates import DayField
from community.lifecycle import Reason, Verb
from community.models import WorkingGroup
from community.validators import plain_line, plain_text

REASON_LENGTH = 2000
CONDITION_LENGTH = 600
MAX_CONDITIONS = 10
#: So many rows are there before anything is typed: the bar of the review page leaves room for the proposal.
SHOWN_CONDITIONS = 1
#: The list of rows in the posted data: `conditions-0-text`, `conditions-0-due_on`, …
CONDITIONS = "conditions"


class VerbForm(forms.Form):
    """The reason, where the verb asks for one, and the hash of what was shown."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[plain_text],
        help_text=_("Those who are told read it word for word."),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, validators=[plain_line])

    cluster: Cluster | None

    def __init__(self, *args: Any, cluster: Cluster, verb: Verb, **kwargs: Any) -> None:
        """Make the form for one verb of one cluster."""
        super().__init__(*args, **kwargs)
        self.cluster = cluster
        self.verb = verb
        if verb.reason is Reason.NONE:
            del self.fields["reason"]
        else:
            if verb.code not in CONFIDED:
                self.fields["reason"].help_text = _("It stands in the history, where everybody reads it.")
            self.fields["reason"].required = verb.reason is Reason.REQUIRED
            self.fields["reason"].error_messages["required"] = _("Say why: those who are told read it word for word.")

    def details(self) -> dict[str, Any]:
        """Return what goes to the transition beside reason and seen."""
        return {}


class ConditionRow(RowForm):
    """One condition of an approval, and if wanted the day by which it is to be met."""

    text = forms.CharField(
        label=_("Condition"),
        max_length=CONDITION_LENGTH,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    due_on = DayField(label=_("To be met by"), required=False)

    def __init__(self, *args: Any, cluster: Cluster, on: date, **kwargs: Any) -> None:
        """Make the row; `on` is the day that counts as today."""
        super().__init__(*args, **kwargs)
        self.cluster, self.on = cluster, on

    def clean_text(self) -> str:
        """Put the condition on one line."""
        return " ".join(self.cleaned_data["text"].split())

    def clean_due_on(self) -> date | None:
        """Refuse a day that is past or after the cluster's end.

        Raises:
            ValidationError: with the sentence of `due_problem`.
        """
        day: date | None = self.cleaned_data["due_on"]
        if problem := due_problem(day, self.cluster, self.on):
            raise forms.ValidationError(problem)
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for the words of a condition of which only the day is written."""
        values = super().clean() or self.cleaned_data
        if not values.get("text") and "text" not in self.errors and not self.is_blank:
            self.add_error("text", gettext("Write what is to be met by that day, or take the day out."))
        return values


class ApproveForm(VerbForm):
    """Approval: conditions, each a row with its day.

    Conditions that come as lines of one text, the way a script may send them, make rows without a day.
    """

    def __init__(self, *args: Any, cluster: Cluster, typed: QueryDict | None = None, **kwargs: Any) -> None:
        """Make the rows: as typed and judged, as `typed` with one row more, or empty ones."""
        super().__init__(*args, cluster=cluster, **kwargs)
        make = partial(ConditionRow, cluster=cluster, on=timezone.localdate())
        posted = self.data if self.is_bound else typed
        given = condition_rows(posted) if posted is not None else None
        self.is_too_many = given is not None and len(raw_rows(given, CONDITIONS)) > MAX_CONDITIONS
        if typed is not None and given is not None and not self.is_too_many:
            given, _number = added(given, CONDITIONS, {"text": ""})
        self.rows = RowSet(
            CONDITIONS, make, typed=given, judged=self.is_bound, least=SHOWN_CONDITIONS, most=MAX_CONDITIONS
        )

    def is_valid(self) -> bool:
        """Check the rows too, so that everything that is wrong is said at once."""
        rows_are_valid = self.rows.is_valid()
        return super().is_valid() and rows_are_valid

    def clean(self) -> dict[str, Any]:
        """Each of the review page's two buttons says which approval is meant.

        Raises:
            ValidationError: the button asks for conditions and there is none, or the other way round; too many.
        """
        values = super().clean() or self.cleaned_data
        kind = self.data.get("approval", "")
        if self.is_too_many:
            raise forms.ValidationError(_("At most %(most)d conditions.") % {"most": MAX_CONDITIONS})
        if kind == "conditions" and not self.rows.filled:
            raise forms.ValidationError(_("Write the condition, or approve without one."))
        if kind == "plain" and self.rows.filled:
            raise forms.ValidationError(_("Conditions are written here. Approve with them, or take them out."))
        return values

    def details(self) -> dict[str, Any]:
        """Return the conditions."""
        return {"conditions": [{"text": row["text"], "due_on": row["due_on"]} for row in self.rows.cleaned()]}


def condition_rows(data: Mapping[str, Any]) -> QueryDict:
    """Return the posted data with one row for each line of `conditions`, behind the rows that it holds."""
    changed = QueryDict(mutable=True)
    changed.update({name: data[name] for name in data})
    lines = [line.strip() for line in str(data.get(CONDITIONS, "")).splitlines() if line.strip()]
    rows = [row for row in raw_rows(changed, CONDITIONS) if any(text.strip() for text in row.values())]
    return with_rows(changed, CONDITIONS, [*rows, *({"text": line, "due_on": ""} for line in lines)])


class MoveForm(VerbForm):
    """Move: the other working group."""

    working_group = forms.ModelChoiceField(
        label=_("Working group"), queryset=WorkingGroup.objects.none(), empty_label=_("Choose a working group")
    )
    field_order = ["working_group", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the active groups other than the present one."""
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[WorkingGroup]", self.fields["working_group"])
        present = self.cluster.working_group_id if self.cluster else None
        field.queryset = WorkingGroup.objects.active().exclude(pk=present or 0)

    def details(self) -> dict[str, Any]:
        """Return the working group."""
        return {"working_group": self.cleaned_data["working_group"]}


class EndForm(ConcludeForm, VerbForm):
    """Conclude, discontinue, correct: what came of it, in words."""

    def __init__(self, *args: Any, cluster: Cluster, verb: Verb, **kwargs: Any) -> None:
        """Start from what is written already."""
        super().__init__(*args, cluster=cluster, verb=verb, **kwargs)
        if verb.code == "correct":
            del self.fields["ended_on"]

    def details(self) -> dict[str, Any]:
        """Return the texts that the form gives."""
        return ConcludeForm.details(self)


FORMS: dict[str, type[VerbForm]] = {
    "approve": ApproveForm,
    "move": MoveForm,
    "conclude": EndForm,
    "discontinue": EndForm,
    "correct": EndForm,
}


def form_for(verb: Verb) -> type[VerbForm]:
    """Return the form class of a verb."""
    return FORMS.get(verb.code, VerbForm)
