"""The form that asks from which stage on, and by how many days, the plan moves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Stage
from clusters.rules.shift import MAX_DAYS
from community.forms.merging import offer

WRONG_DAYS = _("Give a whole number of days, such as 14, or -7 for a week earlier; at most %(most)d.")


class ShiftForm(forms.Form):
    """From which stage on, and by how many days; `seen` is the checksum of the preview that a press confirms."""

    stage = forms.TypedChoiceField(label=_("From this stage on"), error_messages={"required": _("Choose a stage.")})
    days = forms.IntegerField(
        label=_("By how many days"),
        help_text=_("With a minus in front: earlier."),
        widget=forms.TextInput(attrs={"inputmode": "text", "maxlength": 5, "size": 6, "autocomplete": "off"}),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, cluster: Cluster, **kwargs: Any) -> None:
        """Offer the stages that are neither done nor dropped."""
        super().__init__(*args, **kwargs)
        self.order = list(cluster.stages.all())
        rows = {str(row.pk): row for row in self.order if row.is_open}
        numbers = [(str(row.pk), f"{number}. {row.title}") for number, row in enumerate(self.order, 1) if row.is_open]
        offer(self, "stage", rows, numbers)
        sentence = WRONG_DAYS % {"most": MAX_DAYS}
        self.fields["days"].error_messages = {"required": sentence, "invalid": sentence}

    def clean_days(self) -> int:
        """Return the days.

        Raises:
            ValidationError: none at all, or more than any cluster lasts.
        """
        days: int = self.cleaned_data["days"]
        if not 0 < abs(days) <= MAX_DAYS:
            raise forms.ValidationError(WRONG_DAYS % {"most": MAX_DAYS})
        return days

    def first(self) -> Stage:
        """Return the chosen stage; after `is_valid`."""
        stage: Stage = self.cleaned_data["stage"]
        return stage
