"""What the page of a verb asks: the reason, and what the verb needs besides."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.outcome import ConcludeForm
from clusters.models import Cluster
from community.lifecycle import Reason, Verb
from community.models import WorkingGroup
from community.validators import plain_line, plain_text

REASON_LENGTH = 2000
CONDITION_LENGTH = 600
MAX_CONDITIONS = 10


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
            self.fields["reason"].required = verb.reason is Reason.REQUIRED
            self.fields["reason"].error_messages["required"] = _("Say why: those who are told read it word for word.")

    def details(self) -> dict[str, Any]:
        """Return what goes to the transition beside reason and seen."""
        return {}


class ApproveForm(VerbForm):
    """Approval: conditions, one a line."""

    conditions = forms.CharField(
        label=_("Conditions"),
        required=False,
        max_length=MAX_CONDITIONS * CONDITION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[plain_text],
        help_text=_("One a line. The lead reports each as met, a coordinator confirms or waives it."),
    )

    def clean(self) -> dict[str, Any]:
        """Read the conditions, one a line; each of the review page's two buttons says which approval is meant.

        Raises:
            ValidationError: the button asks for conditions and there is none, or the other way round.
        """
        values = super().clean() or self.cleaned_data
        text = values.get("conditions", "").strip()
        kind = self.data.get("approval", "")
        if kind == "conditions" and not text:
            raise forms.ValidationError({"conditions": _("Write the condition, or approve without one.")})
        if kind == "plain" and text:
            sentence = _("Conditions are written here. Approve with them, or take them out.")
            raise forms.ValidationError({"conditions": sentence})
        values["conditions"] = self._lines(text)
        return values

    def _lines(self, text: str) -> list[dict[str, Any]]:
        """Return the lines as conditions.

        Raises:
            ValidationError: a line is too long, or there are too many.
        """
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MAX_CONDITIONS:
            raise forms.ValidationError({"conditions": _("At most %(most)d conditions.") % {"most": MAX_CONDITIONS}})
        if any(len(line) > CONDITION_LENGTH for line in lines):
            sentence = _("A condition has at most %(most)d characters. Part the long one in two.")
            raise forms.ValidationError({"conditions": sentence % {"most": CONDITION_LENGTH}})
        return [{"text": line} for line in lines]

    def details(self) -> dict[str, Any]:
        """Return the conditions."""
        return {"conditions": self.cleaned_data["conditions"]}


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
